/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writing an encoding, on the streams floor: UTF-8 becomes bytes. */

#include "config.h"

#include "streams/tf-charset-struct-private.h"

#include <glib/gi18n-lib.h>

#include <string.h>

/* iconv leaves these characters (language tags) out, without a word, where the encoding lacks
 * them. */
#define IS_TAG(c) ((c) >= 0xe0000 && (c) <= 0xe007f)

/* One character of the input, or some bytes that are none. */
typedef struct
{
  const guchar *bytes;
  gsize length;
  gboolean valid;
  gunichar c;               /* if valid */
  guint64 offset;
} Piece;

/* --- one character -------------------------------------------------------------------------- */

static gboolean
put_inner (TfCharsetConverter *self,
           const guchar       *bytes,
           gsize               size,
           gunichar            c)
{
  gsize before = self->queue_end;
  gsize n_read;

  self->dirty = TRUE;
  while (size > 0)
    {
      if (tf_charset_inner (self, bytes, size, 0, &n_read, NULL) == G_CONVERTER_ERROR)
        return FALSE;
      bytes += n_read;
      size -= n_read;
    }
  return !IS_TAG (c) || self->queue_end > before;
}

/* FALSE when the encoding lacks it. */
static gboolean
put_char (TfCharsetConverter *self,
          gunichar            c)
{
  guchar bytes[TF_UNICODE_MAX];

  if (self->inner != NULL)
    return put_inner (self, bytes, tf_unicode_write (TF_UNICODE_UTF_8, c, bytes), c);
  tf_charset_enqueue (self, bytes, tf_unicode_write (self->form, c, bytes));
  return TRUE;
}

/* ASCII only. */
static gboolean
put_text (TfCharsetConverter *self,
          const char         *text)
{
  for (; *text != '\0'; text++)
    if (!put_char (self, (guchar) *text))
      return FALSE;
  return TRUE;
}

/* --- what cannot be encoded ----------------------------------------------------------------- */

static char *
escape (const Piece *piece)
{
  GString *text;

  if (piece->valid && piece->c < 0x100)
    return g_strdup_printf ("\\x%02x", piece->c);
  if (piece->valid)
    return g_strdup_printf (piece->c < 0x10000 ? "\\u%04x" : "\\U%08x", piece->c);
  text = g_string_new (NULL);
  for (gsize i = 0; i < piece->length; i++)
    g_string_append_printf (text, "\\x%02x", piece->bytes[i]);
  return g_string_free (text, FALSE);
}

static gboolean
set_refused (TfCharsetConverter  *self,
             const Piece         *piece,
             GError             **error)
{
  g_autofree char *offset = g_strdup_printf ("%" G_GUINT64_FORMAT, piece->offset);

  if (!piece->valid)
    return tf_charset_set_error (self, _("Could not encode the text as “%s”: the bytes at offset "
                                         "%s are not UTF-8"), piece->offset, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _("Could not encode the text as “%s”: it lacks the character U+%04X, at offset %s"),
               self->encoding, piece->c, offset);
  return FALSE;
}

static gboolean
refuse (TfCharsetConverter  *self,
        const Piece         *piece,
        GError             **error)
{
  g_autofree char *escaped = NULL;

  switch (self->errors)
    {
    case TF_CHARSET_IGNORE:
      return TRUE;
    case TF_CHARSET_REPLACE:
      if (put_text (self, "?"))
        return TRUE;
      break;
    case TF_CHARSET_BACKSLASH_REPLACE:
      escaped = escape (piece);
      if (put_text (self, escaped))
        return TRUE;
      break;
    case TF_CHARSET_STRICT:
    default:
      break;
    }
  self->queue_end = self->queue_begin;
  return set_refused (self, piece, error);
}

static gboolean
encode_piece (TfCharsetConverter  *self,
              const Piece         *piece,
              GError             **error)
{
  if (!piece->valid)
    return refuse (self, piece, error);
  if (piece->c == '\n' && self->line_end != NULL)
    return put_text (self, self->line_end) || refuse (self, piece, error);
  return put_char (self, piece->c) || refuse (self, piece, error);
}

/* --- steps ---------------------------------------------------------------------------------- */

static Piece
look (const guchar    *bytes,
      gsize            size,
      guint64          offset,
      TfUnicodeStatus *status)
{
  Piece piece = { .bytes = bytes, .offset = offset };

  *status = tf_unicode_read (TF_UNICODE_UTF_8, bytes, size, &piece.c, &piece.length);
  piece.valid = *status == TF_UNICODE_VALID;
  return piece;
}

/* A character that came in pieces: GConverterOutputStream would keep the first, and take bytes that
 * it has refused. */
static gboolean
encode_partial (TfCharsetConverter  *self,
                TfCharsetSpan       *span,
                GError             **error)
{
  guchar bytes[TF_UNICODE_MAX];
  gsize more = MIN (span->in_left, sizeof bytes - self->n_partial);
  TfUnicodeStatus status;
  Piece piece;

  memcpy (bytes, self->partial, self->n_partial);
  memcpy (bytes + self->n_partial, span->in, more);
  piece = look (bytes, self->n_partial + more, self->offset - self->n_partial, &status);
  if (status == TF_UNICODE_INCOMPLETE)
    {
      memcpy (self->partial, bytes, self->n_partial + more);
      self->n_partial += more;
      tf_charset_advance (self, span, more, 0);
      return TRUE;
    }
  if (!encode_piece (self, &piece, error))
    return FALSE;
  tf_charset_advance (self, span, piece.length - self->n_partial, 0);
  self->n_partial = 0;
  return TRUE;
}

static gboolean
encode_one (TfCharsetConverter  *self,
            TfCharsetSpan       *span,
            GError             **error)
{
  TfUnicodeStatus status;
  Piece piece = look (span->in, span->in_left, self->offset, &status);

  if (status == TF_UNICODE_INCOMPLETE)
    {
      self->n_partial = span->in_left;
      memcpy (self->partial, span->in, self->n_partial);
      tf_charset_advance (self, span, self->n_partial, 0);
      return TRUE;
    }
  if (!encode_piece (self, &piece, error))
    return FALSE;
  tf_charset_advance (self, span, piece.length, 0);
  return TRUE;
}

/* How many of `size` bytes can be converted at once, without looking at each. */
static gsize
plain_run (TfCharsetConverter *self,
           const guchar       *bytes,
           gsize               size)
{
  const guchar *line_end = self->line_end != NULL ? memchr (bytes, '\n', size) : NULL;

  if (line_end != NULL)
    size = (gsize) (line_end - bytes);
  size = tf_unicode_valid (bytes, size);
  if (self->inner != NULL)
    {
      /* F3 A0 80 and F3 A0 81 begin the tags. */
      const guchar *tag = bytes;

      while ((tag = memchr (tag, 0xf3, size - (gsize) (tag - bytes))) != NULL)
        {
          if (tag[1] == 0xa0 && tag[2] < 0x82)
            return (gsize) (tag - bytes);
          tag++;
        }
    }
  return size;
}

/* Straight into the output, as far as it is easy; TRUE when it went anywhere. */
static gboolean
encode_run (TfCharsetConverter *self,
            TfCharsetSpan      *span)
{
  gboolean same = self->inner == NULL && self->form == TF_UNICODE_UTF_8;
  gsize most = same ? span->out_left : span->out_left / TF_CHARSET_GROWTH;
  gsize size = plain_run (self, span->in, MIN (span->in_left, most));
  gsize n_read = size;
  gsize n_written = size;
  gunichar c;
  gsize length;

  if (size == 0)
    return FALSE;
  self->dirty = TRUE;
  if (same)
    memcpy (span->out, span->in, size);
  else if (self->inner == NULL)
    {
      n_written = 0;
      for (gsize i = 0; i < size; i += length)
        {
          tf_unicode_read (TF_UNICODE_UTF_8, span->in + i, size - i, &c, &length);
          n_written += tf_unicode_write (self->form, c, span->out + n_written);
        }
    }
  else if (g_converter_convert (self->inner, span->in, size, span->out, span->out_left, 0, &n_read,
                                &n_written, NULL) == G_CONVERTER_ERROR)
    return FALSE;
  tf_charset_advance (self, span, n_read, n_written);
  return TRUE;
}

gboolean
tf_charset_encode (TfCharsetConverter  *self,
                   TfCharsetSpan       *span,
                   GError             **error)
{
  if (self->mark_due)
    {
      put_char (self, 0xfeff);
      self->mark_due = FALSE;
      return TRUE;
    }
  if (self->n_partial > 0)
    return encode_partial (self, span, error);
  return encode_run (self, span) || encode_one (self, span, error);
}

gboolean
tf_charset_end_encode (TfCharsetConverter  *self,
                       gboolean             at_end,
                       GError             **error)
{
  Piece rest = { .bytes = self->partial, .length = self->n_partial,
                 .offset = self->offset - self->n_partial };
  gsize n_read;

  if (at_end && self->n_partial > 0)
    {
      if (!refuse (self, &rest, error))
        return FALSE;
      self->n_partial = 0;
    }
  /* Back to the state in which the text began: what others read now is whole. Doing it twice gives
   * ISO-2022-KR a second header. */
  if (self->inner != NULL && self->dirty &&
      tf_charset_inner (self, (const guchar *) "", 0, G_CONVERTER_INPUT_AT_END, &n_read,
                        error) == G_CONVERTER_ERROR)
    return FALSE;
  self->dirty = FALSE;
  return TRUE;
}
