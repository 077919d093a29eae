/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reading an encoding, on the streams floor: bytes become UTF-8. */

#include "config.h"

#include "streams/tf-charset-struct-private.h"

#include <glib/gi18n-lib.h>

#include <string.h>

/* iconv does not look at more bytes than this for one character, or for one shift sequence. */
#define MOST 12

/* --- what is no text ------------------------------------------------------------------------ */

static gboolean
set_partial (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                       _("Could not decode the text: it goes on within a character"));
  return FALSE;
}

/* `length` bytes that are one mistake. */
static gboolean
refuse (TfCharsetConverter  *self,
        TfCharsetSpan       *span,
        gsize                length,
        gboolean             incomplete,
        GError             **error)
{
  const char *format = incomplete
    ? _("Could not decode the text as “%s”: it ends within a character, at offset %s")
    : _("Could not decode the text as “%s”: the bytes at offset %s are not valid");

  switch (self->errors)
    {
    case TF_CHARSET_IGNORE:
      break;
    case TF_CHARSET_REPLACE:
      tf_charset_enqueue (self, "\xef\xbf\xbd", 3);
      break;
    case TF_CHARSET_BACKSLASH_REPLACE:
      for (gsize i = 0; i < length; i++)
        {
          char escape[5];

          g_snprintf (escape, sizeof escape, "\\x%02x", span->in[i]);
          tf_charset_enqueue (self, escape, 4);
        }
      break;
    case TF_CHARSET_STRICT:
    default:
      return tf_charset_set_error (self, format, self->offset, error);
    }
  tf_charset_advance (self, span, length, 0);
  return TRUE;
}

/* --- Unicode -------------------------------------------------------------------------------- */

static gboolean
set_no_mark (TfCharsetConverter  *self,
             GError             **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _("Could not decode the text as “%s”: it does not begin with a byte order mark"),
               self->encoding);
  return FALSE;
}

/* The form among those of the same width whose mark this is. */
static gboolean
find_mark (TfUnicodeForm  first,
           TfUnicodeForm  last,
           const guchar  *bytes,
           gsize          size,
           TfUnicodeForm *form)
{
  for (TfUnicodeForm each = first; each <= last; each++)
    {
      guchar mark[TF_UNICODE_MAX];

      if (tf_unicode_write (each, 0xfeff, mark) == size && memcmp (bytes, mark, size) == 0)
        {
          *form = each;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
read_mark (TfCharsetConverter  *self,
           TfCharsetSpan       *span,
           GError             **error)
{
  static const guchar mark_utf_8[] = { 0xef, 0xbb, 0xbf };
  gboolean is_16 = self->form == TF_UNICODE_UTF_16LE || self->form == TF_UNICODE_UTF_16BE;
  gsize size = self->mark == TF_CHARSET_MARK_OPTIONAL ? 3 : is_16 ? 2 : 4;
  gboolean found;

  if (span->in_left < size)
    {
      if (!span->at_end &&
          (self->mark == TF_CHARSET_MARK_REQUIRED ||
           memcmp (span->in, mark_utf_8, span->in_left) == 0))
        return set_partial (error);
      self->mark_due = FALSE;
      return TRUE;
    }
  if (self->mark == TF_CHARSET_MARK_OPTIONAL)
    found = memcmp (span->in, mark_utf_8, size) == 0;
  else if (is_16)
    found = find_mark (TF_UNICODE_UTF_16LE, TF_UNICODE_UTF_16BE, span->in, size, &self->form);
  else
    found = find_mark (TF_UNICODE_UTF_32LE, TF_UNICODE_UTF_32BE, span->in, size, &self->form);
  if (!found && self->mark == TF_CHARSET_MARK_REQUIRED)
    return set_no_mark (self, error);
  self->mark_due = FALSE;
  tf_charset_advance (self, span, found ? size : 0, 0);
  return TRUE;
}

/* Straight into the output, as far as it is easy; TRUE when it went anywhere. */
static gboolean
decode_run (TfCharsetConverter *self,
            TfCharsetSpan      *span)
{
  gsize before = span->in_left;
  gunichar c;
  gsize length;

  if (self->form == TF_UNICODE_UTF_8)
    {
      length = tf_unicode_valid (span->in, MIN (span->in_left, span->out_left));
      memcpy (span->out, span->in, length);
      tf_charset_advance (self, span, length, length);
    }
  else
    while (span->in_left > 0 && span->out_left >= TF_UNICODE_MAX &&
           tf_unicode_read (self->form, span->in, span->in_left, &c, &length) == TF_UNICODE_VALID)
      tf_charset_advance (self, span, length, tf_unicode_write (TF_UNICODE_UTF_8, c, span->out));
  return span->in_left < before;
}

static gboolean
decode_unicode (TfCharsetConverter  *self,
                TfCharsetSpan       *span,
                GError             **error)
{
  guchar bytes[TF_UNICODE_MAX];
  gunichar c;
  gsize length;

  if (decode_run (self, span))
    return TRUE;
  switch (tf_unicode_read (self->form, span->in, span->in_left, &c, &length))
    {
    case TF_UNICODE_VALID:
      tf_charset_enqueue (self, bytes, tf_unicode_write (TF_UNICODE_UTF_8, c, bytes));
      tf_charset_advance (self, span, length, 0);
      return TRUE;
    case TF_UNICODE_INCOMPLETE:
      return span->at_end ? refuse (self, span, span->in_left, TRUE, error) : set_partial (error);
    case TF_UNICODE_INVALID:
    default:
      return refuse (self, span, length, FALSE, error);
    }
}

/* --- iconv ---------------------------------------------------------------------------------- */

static gboolean
is_code (const GError *error,
         GIOErrorEnum  code)
{
  return g_error_matches (error, G_IO_ERROR, (int) code);
}

/* Up to `size` bytes; FALSE with the inner converter's error. */
static gboolean
run_inner (TfCharsetConverter  *self,
           TfCharsetSpan       *span,
           gsize                size,
           GError             **error)
{
  gsize n_read;
  gsize n_written = 0;
  GConverterResult result;

  if (span->out_left >= TF_CHARSET_ROOM)
    result = g_converter_convert (self->inner, span->in, size, span->out, span->out_left, 0,
                                  &n_read, &n_written, error);
  else
    result = tf_charset_inner (self, span->in, size, 0, &n_read, error);
  if (result == G_CONVERTER_ERROR)
    return FALSE;
  tf_charset_advance (self, span, n_read, n_written);
  return TRUE;
}

static gboolean
decode_inner (TfCharsetConverter  *self,
              TfCharsetSpan       *span,
              GError             **error)
{
  g_autoptr (GError) reason = NULL;
  gsize most = MAX (span->out_left / TF_CHARSET_GROWTH, MOST);

  if (run_inner (self, span, MIN (span->in_left, most), &reason))
    return TRUE;
  if (is_code (reason, G_IO_ERROR_INVALID_DATA))
    return refuse (self, span, 1, FALSE, error);
  if (!is_code (reason, G_IO_ERROR_PARTIAL_INPUT) || span->in_left > MOST)
    {
      /* No room, where there is plenty: not to be tried for ever. */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("Could not decode the text as “%s”: %s"),
                   self->encoding, reason->message);
      return FALSE;
    }
  return span->at_end ? refuse (self, span, span->in_left, TRUE, error) : set_partial (error);
}

/* --- both ----------------------------------------------------------------------------------- */

gboolean
tf_charset_decode (TfCharsetConverter  *self,
                   TfCharsetSpan       *span,
                   GError             **error)
{
  if (self->mark_due)
    return read_mark (self, span, error);
  return self->inner != NULL ? decode_inner (self, span, error)
                             : decode_unicode (self, span, error);
}

gboolean
tf_charset_end_decode (TfCharsetConverter  *self,
                       GError             **error)
{
  gsize n_read;

  /* Some encodings join two characters, and one of them may still be held. */
  return self->inner == NULL ||
         tf_charset_inner (self, (const guchar *) "", 0, G_CONVERTER_INPUT_AT_END, &n_read,
                           error) != G_CONVERTER_ERROR;
}
