/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The inside of a converter between an encoding and UTF-8, for the files that are it. */

#pragma once

#include "streams/tf-charset-name-private.h"
#include "streams/tf-charset-private.h"
#include "streams/tf-unicode-private.h"

G_BEGIN_DECLS

#define TF_TYPE_CHARSET_CONVERTER (tf_charset_converter_get_type ())
G_DECLARE_FINAL_TYPE (TfCharsetConverter, tf_charset_converter, TF, CHARSET_CONVERTER, GObject)

/* No byte becomes more than this in any encoding, shift sequences included. iconv is never given
 * less room than this for each byte: GCharsetConverter loses the shift sequence that was written
 * when the character behind it found no room. */
#define TF_CHARSET_GROWTH 8
/* Below this much room, bytes go through the queue. */
#define TF_CHARSET_ROOM   64
/* What the longest of refusals becomes, and more. */
#define TF_CHARSET_QUEUE  512

struct _TfCharsetConverter
{
  GObject parent_instance;

  char *encoding;           /* as the caller named it */
  TfCharsetErrors errors;
  gboolean encode;
  gboolean with_mark;
  const char *line_end;     /* what LF becomes; NULL when it stays */
  GConverter *inner;        /* iconv; NULL for Unicode, and then the next two count */
  TfUnicodeForm form;       /* when decoding, that of the mark, once it was read */
  TfCharsetMark mark;

  gboolean dirty;           /* encoding: iconv wrote since its state was the first one */
  gboolean mark_due;        /* the mark is still to be read or written */
  guint64 offset;           /* bytes that were read */
  guchar partial[TF_UNICODE_MAX];   /* encoding: read of a character whose end is to come */
  gsize n_partial;
  guchar queue[TF_CHARSET_QUEUE];   /* on its way out: from `queue_begin` to `queue_end` */
  gsize queue_begin;
  gsize queue_end;
};

/* What is left of input and output during one call. */
typedef struct
{
  const guchar *in;
  gsize in_left;
  guchar *out;
  gsize out_left;
  gboolean at_end;          /* nothing comes behind the input */
} TfCharsetSpan;

/* Counts bytes of the input as read, and of the output as written. */
void     tf_charset_advance    (TfCharsetConverter *self,
                                TfCharsetSpan      *span,
                                gsize               n_read,
                                gsize               n_written);
void     tf_charset_enqueue    (TfCharsetConverter *self,
                                gconstpointer       bytes,
                                gsize               size);
/* As g_converter_convert() of the inner converter, to the end of the queue. */
GConverterResult
         tf_charset_inner      (TfCharsetConverter *self,
                                const guchar       *bytes,
                                gsize               size,
                                GConverterFlags     flags,
                                gsize              *n_read,
                                GError            **error);
/* Sets an error that `format` makes of the encoding and of an offset; returns FALSE. */
gboolean tf_charset_set_error  (TfCharsetConverter *self,
                                const char         *format,
                                guint64             offset,
                                GError            **error);

/* One step: with input, room, and an empty queue. TRUE when it was one; the bytes are in the output
 * or in the queue. FALSE with an error, and nothing is changed. */
gboolean tf_charset_decode     (TfCharsetConverter *self,
                                TfCharsetSpan      *span,
                                GError            **error);
gboolean tf_charset_encode     (TfCharsetConverter *self,
                                TfCharsetSpan      *span,
                                GError            **error);
/* What is due at the end when all input was taken; can be called again. */
gboolean tf_charset_end_decode (TfCharsetConverter *self,
                                GError            **error);
gboolean tf_charset_end_encode (TfCharsetConverter *self,
                                gboolean            at_end,
                                GError            **error);

G_END_DECLS
