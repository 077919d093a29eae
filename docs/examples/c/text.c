/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Text for another program, in the encoding and with the line ends that it wants. */

#include <libtmpfile.h>

static gboolean
write_text (GIOStream  *file,
            GError    **error)
{
  g_autoptr (GDataOutputStream) text = NULL;

  text = tf_text_output_stream_new (g_io_stream_get_output_stream (file), "cp1252",
                                    TF_NEWLINE_CRLF, TF_TEXT_ERRORS_REPLACE, error);
  return text != NULL &&
         g_data_output_stream_put_string (text, "Grüße für 5 €\n", NULL, error) &&
         /* What the encoding lacks becomes a question mark. */
         g_data_output_stream_put_string (text, "aus 東京\n", NULL, error) &&
         g_output_stream_close (G_OUTPUT_STREAM (text), NULL, error);
}

static gboolean
read_text (GIOStream  *file,
           GError    **error)
{
  g_autoptr (GDataInputStream) text = NULL;
  char *line;

  text = tf_text_input_stream_new (g_io_stream_get_input_stream (file), "cp1252",
                                   TF_NEWLINE_UNIVERSAL, TF_TEXT_ERRORS_STRICT, error);
  if (text == NULL)
    return FALSE;
  while ((line = g_data_input_stream_read_line_utf8 (text, NULL, NULL, error)) != NULL)
    {
      g_print ("%s\n", line);
      g_free (line);
    }
  return *error == NULL;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, &error);

  if (file == NULL || !write_text (G_IO_STREAM (file), &error) ||
      !g_seekable_seek (G_SEEKABLE (file), 0, G_SEEK_SET, NULL, &error) ||
      !read_text (G_IO_STREAM (file), &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
