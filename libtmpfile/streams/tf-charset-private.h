/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A GConverter between an encoding and UTF-8 that treats what cannot be converted as it is told to,
 * on the streams floor. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TF_CHARSET_STRICT,            /* G_IO_ERROR_INVALID_DATA, again and again until it is gone */
  TF_CHARSET_IGNORE,            /* left out */
  TF_CHARSET_REPLACE,           /* U+FFFD when decoding, a question mark when encoding */
  TF_CHARSET_BACKSLASH_REPLACE, /* \xNN, \uNNNN, \UNNNNNNNN */
} TfCharsetErrors;

/* Both: owned by the caller. An unknown encoding is G_IO_ERROR_NOT_SUPPORTED.
 *
 * The converters take and give any number of bytes, one at a time if need be, and no error loses or
 * doubles one: bytes count as read when what they become is on its way. The encoder takes a
 * character in pieces, the decoder answers one with G_IO_ERROR_PARTIAL_INPUT. */
GConverter *tf_charset_decoder_new (const char       *encoding,
                                    TfCharsetErrors   errors,
                                    GError          **error);

/* Each LF becomes `line_end`, a static string: a stage of its own in front of this one would have
 * taken the characters that are refused here, and GIO would tell of them one call too late. Without
 * `with_mark` no byte order mark is written, as to the end of a file. */
GConverter *tf_charset_encoder_new (const char       *encoding,
                                    TfCharsetErrors   errors,
                                    const char       *line_end,
                                    gboolean          with_mark,
                                    GError          **error);

G_END_DECLS
