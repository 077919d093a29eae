/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A named temporary file, for a program that wants a name to open. */

#include <libtmpfile.h>
#include <string.h>

static gboolean
hand_over (GError **error)
{
  const char *text = "a,b\n1,2\n";
  g_autofree char *output = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (TfTemporaryFile) file
    = tf_temporary_file_new_named (NULL, "table-", ".csv", NULL, error);

  if (file == NULL)
    return FALSE;
  /* A file that has a name is not buffered: what is written is there for everybody at once. */
  if (tf_temporary_file_write (file, text, strlen (text), NULL, error) < 0)
    return FALSE;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error, "wc", "-l",
                              tf_temporary_file_get_path (file), NULL);
  if (process == NULL)
    return FALSE;
  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, error))
    return FALSE;
  g_print ("%s", output);
  /* Closing deletes the name, and tells if it could not. */
  return g_io_stream_close (G_IO_STREAM (file), NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!hand_over (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
