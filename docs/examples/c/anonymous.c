/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An anonymous temporary file: it has no name, nobody else can open it, and it is gone when it is
 * closed. */

#include <libtmpfile.h>
#include <string.h>

static gboolean
sort_out (GError **error)
{
  const char *text = "one line\n";
  char buffer[64];
  gssize count;
  g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, error);

  if (file == NULL)
    return FALSE;
  if (tf_temporary_file_write (file, text, strlen (text), NULL, error) < 0)
    return FALSE;
  if (!g_seekable_seek (G_SEEKABLE (file), 0, G_SEEK_SET, NULL, error))
    return FALSE;
  count = tf_temporary_file_read (file, buffer, sizeof buffer, NULL, error);
  if (count < 0)
    return FALSE;
  g_print ("%" G_GSSIZE_FORMAT " bytes read back: %.*s", count, (int) count, buffer);
  return g_io_stream_close (G_IO_STREAM (file), NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!sort_out (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
