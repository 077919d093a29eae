/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Temporary files are removed when the program is told to end by SIGTERM or SIGINT. The library
 * installs no signal handler; the program does, as a source of its main loop. It then ends as at
 * any other time, with status 0. */

#include <glib-unix.h>
#include <libtmpfile.h>

static gboolean
terminate_cb (gpointer user_data)
{
  GMainLoop *loop = user_data;

  /* A source of the main loop, no signal handler: everything may be called here. */
  tf_cleanup_all ();
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
make_things (TfTemporaryFile      **file,
             TfTemporaryDirectory **dir,
             GError               **error)
{
  g_autoptr (GFile) notes = NULL;

  *file = tf_temporary_file_new_named (NULL, "app-", NULL, NULL, error);
  if (*file == NULL)
    return FALSE;
  *dir = tf_temporary_directory_new (NULL, "app-", NULL, NULL, error);
  if (*dir == NULL)
    return FALSE;
  notes = tf_temporary_directory_get_child (*dir, "notes", error);
  return notes != NULL &&
         g_file_replace_contents (notes, "not for ever", 12, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                  NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (TfTemporaryDirectory) dir = NULL;

  /* Before anything is made, so that no moment is left when a signal would end the program. */
  g_unix_signal_add (SIGTERM, terminate_cb, loop);
  g_unix_signal_add (SIGINT, terminate_cb, loop);

  if (!make_things (&file, &dir, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%s\n%s\nPress Ctrl+C: both go.\n", tf_temporary_file_get_path (file),
           tf_temporary_directory_get_path (dir));
  g_main_loop_run (loop);
  return 0;
}
