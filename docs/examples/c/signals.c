/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Temporary files are removed when the program is told to end. The library installs no signal
 * handler; the program has one. */

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
send_cb (gpointer user_data)
{
  raise (SIGTERM);
  return G_SOURCE_REMOVE;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TfTemporaryFile) file
    = tf_temporary_file_new_named (NULL, "app-", NULL, NULL, &error);
  g_autofree char *path = NULL;

  if (file == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  path = g_strdup (tf_temporary_file_get_path (file));
  g_unix_signal_add (SIGTERM, terminate_cb, loop);
  g_unix_signal_add (SIGINT, terminate_cb, loop);

  /* In place of somebody who ends the program. */
  g_idle_add (send_cb, NULL);
  g_main_loop_run (loop);

  g_print ("ended by a signal; the file is %s\n",
           g_file_test (path, G_FILE_TEST_EXISTS) ? "still there" : "gone");
  return g_file_test (path, G_FILE_TEST_EXISTS) ? 1 : 0;
}
