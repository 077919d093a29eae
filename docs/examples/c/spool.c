/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A spool: in memory as long as it is small, on disk when it grows. */

#include <libtmpfile.h>

#define MEMORY (64 * 1024)   /* bytes */
#define CHUNK 4096           /* bytes */

static gboolean
collect (GError **error)
{
  static const char chunk[CHUNK];
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (MEMORY);
  g_autoptr (GBytes) all = NULL;

  for (int i = 0; i < 20; i++)
    {
      if (tf_spooled_file_write (spool, chunk, sizeof chunk, NULL, error) < 0)
        return FALSE;
      g_print ("%6" G_GOFFSET_FORMAT " bytes: %s\n", tf_spooled_file_get_size (spool),
               tf_spooled_file_is_rolled_over (spool) ? "on disk" : "in memory");
    }
  all = tf_spooled_file_to_bytes (spool, NULL, error);
  return all != NULL && g_io_stream_close (G_IO_STREAM (spool), NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!collect (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
