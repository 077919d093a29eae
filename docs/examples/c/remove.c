/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Sweeping up what earlier runs left, named files that stay behind in no case, and removing a
 * folder that somebody else made. */

#include <libtmpfile.h>

static gboolean
sweep (GError **error)
{
  int swept = tf_sweep_orphans (NULL, "example-", 0, NULL, error);

  if (swept < 0)
    return FALSE;
  g_print ("swept up %d things of earlier runs\n", swept);
  return TRUE;
}

/* In the folder of this process's own, which the next run sweeps if this one is killed. */
static gboolean
use_session (GError **error)
{
  g_autoptr (GFile) session = tf_get_location (TF_LOCATION_SESSION, 0, error);
  g_autoptr (TfTemporaryFile) page = NULL;

  if (session == NULL)
    return FALSE;
  page = tf_temporary_file_new_named (session, "page-", ".html", NULL, error);
  if (page == NULL)
    return FALSE;
  g_print ("a browser could open %s\n", tf_temporary_file_get_path (page));
  return g_io_stream_close (G_IO_STREAM (page), NULL, error);
}

static void
progress_cb (goffset  removed,
             goffset  total,
             gpointer user_data)
{
  if (removed == total)
    g_print ("removed %" G_GOFFSET_FORMAT " entries\n", removed);
}

static gboolean
remove_folder (GError **error)
{
  g_autofree char *path = tf_mkdtemp (NULL, "unpacked-", NULL, error);

  if (path == NULL)
    return FALSE;
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/file-%u", path, i);

      if (!g_file_set_contents (file, "", 0, error))
        return FALSE;
    }
  return tf_remove_tree (path, TF_REMOVE_NONE, NULL, progress_cb, NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  g_set_prgname ("example");
  if (sweep (&error) && use_session (&error) && remove_folder (&error))
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}
