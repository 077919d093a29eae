/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A temporary directory, cleaned up without blocking the main loop. */

#include <libtmpfile.h>

typedef struct
{
  GMainLoop *loop;
  int status;
} Program;

static void
cleanup_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr (GError) error = NULL;

  if (!tf_temporary_directory_cleanup_finish (TF_TEMPORARY_DIRECTORY (source), result, &error))
    {
      g_printerr ("%s\n", error->message);
      program->status = 1;
    }
  g_main_loop_quit (program->loop);
}

/* A file of the directory's own, that goes with it whether it is closed or not. */
static gboolean
fill (TfTemporaryDirectory  *directory,
      GError               **error)
{
  g_autoptr (TfTemporaryFile) log = NULL;
  g_autoptr (GFile) child = tf_temporary_directory_get_child (directory, "page-1", error);

  if (child == NULL || !g_file_make_directory (child, NULL, error))
    return FALSE;
  log = tf_temporary_directory_create_file (directory, "log-", ".txt", NULL, error);
  if (log == NULL || tf_temporary_file_write (log, "begun\n", 6, NULL, error) < 0)
    return FALSE;
  /* It stays in the directory when this reference is dropped. */
  tf_temporary_file_set_auto_delete (log, FALSE);
  return TRUE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TfTemporaryDirectory) directory
    = tf_temporary_directory_new (NULL, "app-", NULL, NULL, &error);
  Program program = { loop, 0 };

  if (directory == NULL || !fill (directory, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("cleaning up %s\n", tf_temporary_directory_get_path (directory));
  tf_temporary_directory_cleanup_async (directory, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                                        cleanup_cb, &program);
  g_main_loop_run (loop);
  return program.status;
}
