/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Text in an encoding, and lines, on any stream, on the API floor. */

#include "config.h"

#include "tf-text.h"

#include "platform/tf-platform-private.h"
#include "streams/tf-charset-private.h"
#include "streams/tf-text-streams-private.h"
#include "tf-newline-converter.h"

#include <glib/gi18n-lib.h>

static gboolean
translate_errors (TfTextErrors      errors,
                  TfCharsetErrors  *translated,
                  GError          **error)
{
  switch (errors)
    {
    case TF_TEXT_ERRORS_STRICT:
      *translated = TF_CHARSET_STRICT;
      return TRUE;
    case TF_TEXT_ERRORS_IGNORE:
      *translated = TF_CHARSET_IGNORE;
      return TRUE;
    case TF_TEXT_ERRORS_REPLACE:
      *translated = TF_CHARSET_REPLACE;
      return TRUE;
    case TF_TEXT_ERRORS_BACKSLASH_REPLACE:
      *translated = TF_CHARSET_BACKSLASH_REPLACE;
      return TRUE;
    default:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not make a text stream: unknown treatment of errors"));
      return FALSE;
    }
}

/* What ends a line when reading, and what LF becomes when writing: NULL when it stays. */
static gboolean
translate_newline (TfNewline                newline,
                   GDataStreamNewlineType  *type,
                   const char             **line_end,
                   GError                 **error)
{
  *line_end = NULL;
  switch (newline)
    {
    case TF_NEWLINE_UNIVERSAL:
      *type = G_DATA_STREAM_NEWLINE_TYPE_LF;
      *line_end = tf_os_line_end ();
      return TRUE;
    case TF_NEWLINE_KEEP:
      *type = G_DATA_STREAM_NEWLINE_TYPE_ANY;
      return TRUE;
    case TF_NEWLINE_LF:
      *type = G_DATA_STREAM_NEWLINE_TYPE_LF;
      return TRUE;
    case TF_NEWLINE_CR:
      *type = G_DATA_STREAM_NEWLINE_TYPE_CR;
      *line_end = "\r";
      return TRUE;
    case TF_NEWLINE_CRLF:
      *type = G_DATA_STREAM_NEWLINE_TYPE_CR_LF;
      *line_end = "\r\n";
      return TRUE;
    default:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not make a text stream: unknown line ends"));
      return FALSE;
    }
}

/**
 * tf_text_input_stream_new:
 * @base: where the bytes come from, at the position at which the text begins
 * @encoding: (nullable): the name of the encoding, `NULL` for UTF-8
 * @newline: how the lines end
 * @errors: what is done with bytes that are no text in @encoding
 * @error: return location for an error
 *
 * Makes a stream that reads text in any encoding, as UTF-8.
 *
 * It is what Python's `io.TextIOWrapper` is, and gives the same text.
 * [method@Gio.DataInputStream.read_line_utf8] reads a line, whose end is what @newline says. The
 * names of encodings are those of the system's `iconv()`, and common ones of Python's. `utf-16` and
 * `utf-32` have to begin with a byte order mark, which is not part of the text, `utf-8-sig` may;
 * where there is none the name says the order, `utf-16le`. What is invalid in the encodings of
 * Unicode is replaced in the pieces that Unicode recommends, else byte by byte.
 *
 * An unknown encoding is `G_IO_ERROR_NOT_SUPPORTED`. With `TF_TEXT_ERRORS_STRICT`, reading what is
 * no text is `G_IO_ERROR_INVALID_DATA`; what is before it can be read, and the message has its
 * offset in bytes. A missing mark is that error always.
 *
 * The stream holds a reference to @base, reads ahead of what it gives, and cannot seek. Closing it
 * closes @base, unless [method@Gio.FilterInputStream.set_close_base_stream] says otherwise. As with
 * any stream of GIO, only one thread at a time may use it. Does not block; may be called from any
 * thread.
 *
 * Returns: (transfer full): a new stream, `NULL` on error
 *
 * Since: 0.1
 */
GDataInputStream *
tf_text_input_stream_new (GInputStream  *base,
                          const char    *encoding,
                          TfNewline      newline,
                          TfTextErrors   errors,
                          GError       **error)
{
  g_autoptr (GConverter) decoder = NULL;
  g_autoptr (TfNewlineConverter) newlines = NULL;
  TfCharsetErrors policy;
  GDataStreamNewlineType type;
  const char *line_end;
  GDataInputStream *stream;

  g_return_val_if_fail (G_IS_INPUT_STREAM (base), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!translate_errors (errors, &policy, error) ||
      !translate_newline (newline, &type, &line_end, error))
    return NULL;
  decoder = tf_charset_decoder_new (encoding != NULL ? encoding : "utf-8", policy, error);
  if (decoder == NULL)
    return NULL;
  if (newline == TF_NEWLINE_UNIVERSAL)
    newlines = tf_newline_converter_new (TF_NEWLINE_UNIVERSAL, TF_NEWLINE_LF);

  stream = tf_text_streams_new_input (base, decoder, (GConverter *) newlines);
  g_data_input_stream_set_newline_type (stream, type);
  return stream;
}

/* As in Python: what goes to the end of a text gets no second mark. */
static gboolean
is_at_beginning (GOutputStream *base)
{
  return !G_IS_SEEKABLE (base) || !g_seekable_can_seek (G_SEEKABLE (base)) ||
         g_seekable_tell (G_SEEKABLE (base)) == 0;
}

/**
 * tf_text_output_stream_new:
 * @base: where the bytes go
 * @encoding: (nullable): the name of the encoding, `NULL` for UTF-8
 * @newline: what a line feed becomes
 * @errors: what is done with characters that @encoding lacks
 * @error: return location for an error
 *
 * Makes a stream that writes text, given as UTF-8, in any encoding.
 *
 * It is what Python's `io.TextIOWrapper` is, and writes the same bytes.
 * [method@Gio.DataOutputStream.put_string] writes a string. The names of encodings are as with
 * [func@text_input_stream_new]. `utf-16`, `utf-32` and `utf-8-sig` begin with a byte order mark,
 * unless @base can seek and is not at its beginning. Bytes that are not UTF-8 are treated as what
 * the encoding lacks. A character may come in pieces.
 *
 * An unknown encoding is `G_IO_ERROR_NOT_SUPPORTED`. With `TF_TEXT_ERRORS_STRICT`, writing what the
 * encoding lacks is `G_IO_ERROR_INVALID_DATA`; what is before it was written, and the message names
 * the character, and its offset in bytes of UTF-8. An error of @base's own may come with the next
 * call, at the latest when the stream is flushed or closed.
 *
 * The stream holds a reference to @base, and cannot seek. Flushing and closing bring encodings that
 * shift, such as ISO-2022-JP, back to where they began. Closing the stream closes @base, unless
 * [method@Gio.FilterOutputStream.set_close_base_stream] says otherwise; the text is ended either
 * way. As with any stream of GIO, only one thread at a time may use it. Does not block; may be
 * called from any thread.
 *
 * Returns: (transfer full): a new stream, `NULL` on error
 *
 * Since: 0.1
 */
GDataOutputStream *
tf_text_output_stream_new (GOutputStream  *base,
                           const char     *encoding,
                           TfNewline       newline,
                           TfTextErrors    errors,
                           GError        **error)
{
  g_autoptr (GConverter) encoder = NULL;
  TfCharsetErrors policy;
  GDataStreamNewlineType type;
  const char *line_end;

  g_return_val_if_fail (G_IS_OUTPUT_STREAM (base), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!translate_errors (errors, &policy, error) ||
      !translate_newline (newline, &type, &line_end, error))
    return NULL;
  encoder = tf_charset_encoder_new (encoding != NULL ? encoding : "utf-8", policy, line_end,
                                    is_at_beginning (base), error);
  return encoder != NULL ? tf_text_streams_new_output (base, encoder) : NULL;
}
