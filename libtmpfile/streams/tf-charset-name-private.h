/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An encoding by its name, on the streams floor. Python's names are understood where they are not
 * iconv's. */

#pragma once

#include "streams/tf-unicode-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is true of a byte order mark at the beginning of the text. */
typedef enum
{
  TF_CHARSET_MARK_NONE,       /* U+FEFF is a character like others */
  TF_CHARSET_MARK_OPTIONAL,   /* read when it is there, always written */
  TF_CHARSET_MARK_REQUIRED,   /* the same, but nothing tells how to read without it */
} TfCharsetMark;

/* An encoding of Unicode, which needs no tables: FALSE when it is another one. */
gboolean    tf_charset_find_unicode (const char     *name,
                                     TfUnicodeForm  *form,
                                     TfCharsetMark  *mark);

/* iconv's conversion from an encoding to UTF-8, or the other way. The caller owns it. A name that
 * is unknown is G_IO_ERROR_NOT_SUPPORTED. */
GConverter *tf_charset_open         (const char     *name,
                                     gboolean        encode,
                                     GError        **error);

G_END_DECLS
