/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the library does, shown: files that go, a spool, a large directory cleaned up in the
 * background, a file published. The demos in Python and JavaScript show the same. */

#include <libtmpfile.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#define FOLDERS 200
#define FILES_PER_FOLDER 100
#define FILES (FOLDERS * FILES_PER_FOLDER)
#define SPOOL_MEMORY (64 * 1024)   /* bytes */
#define BAR_WIDTH 40               /* characters */

typedef struct
{
  GMainLoop *loop;
  GError *error;
  goffset shown;   /* tenths of the bar already printed where it cannot be redrawn */
} Cleanup;

static const char *
there (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS) ? "there" : "gone";
}

static guint
mode_of (const char *path)
{
  GStatBuf st;

  return g_stat (path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static gboolean
show_anonymous (GError **error)
{
  const char *text = "Hello from a file without a name.";
  char buffer[64];
  gssize count;
  g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, error);

  if (file == NULL
      || tf_temporary_file_write (file, text, strlen (text), NULL, error) < 0
      || !g_seekable_seek (G_SEEKABLE (file), 0, G_SEEK_SET, NULL, error))
    return FALSE;
  count = tf_temporary_file_read (file, buffer, sizeof buffer, NULL, error);
  if (count < 0)
    return FALSE;
  g_print ("   anonymous   %" G_GSSIZE_FORMAT " bytes written and read back: “%.*s”\n",
           count, (int) count, buffer);
  return g_io_stream_close (G_IO_STREAM (file), NULL, error);
}

static gboolean
show_named (GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *content = NULL;
  g_autoptr (TfTemporaryFile) file
    = tf_temporary_file_new_named (NULL, "demo-", ".txt", NULL, error);

  if (file == NULL
      || tf_temporary_file_write (file, "Hello by name.", 14, NULL, error) < 0)
    return FALSE;
  path = g_strdup (tf_temporary_file_get_path (file));
  if (!g_file_get_contents (path, &content, NULL, error))
    return FALSE;
  g_print ("   named       %s, mode %04o\n", path, mode_of (path));
  g_print ("               somebody else reads: “%s”; it is %s\n", content, there (path));
  if (!g_io_stream_close (G_IO_STREAM (file), NULL, error))
    return FALSE;
  g_print ("   closed      it is %s\n", there (path));
  return TRUE;
}

static gboolean
show_files (GError **error)
{
  g_print ("1. Files that go when they are closed\n");
  return show_anonymous (error) && show_named (error);
}

static gboolean
show_spool (GError **error)
{
  static char chunk[SPOOL_MEMORY / 4];
  gboolean on_disk = FALSE;
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (SPOOL_MEMORY);

  g_print ("2. A spool of %d bytes in memory\n", SPOOL_MEMORY);
  for (int i = 0; i < 5; i++)
    {
      gsize count = i < 4 ? sizeof chunk : 1;
      gboolean was_on_disk = on_disk;

      memset (chunk, 'a' + i, count);
      if (tf_spooled_file_write (spool, chunk, count, NULL, error) < 0)
        return FALSE;
      on_disk = tf_spooled_file_is_rolled_over (spool);
      g_print ("   +%5" G_GSIZE_FORMAT " = %6" G_GOFFSET_FORMAT " bytes, %s%s\n", count,
               tf_spooled_file_get_size (spool), on_disk ? "on disk" : "in memory",
               on_disk && !was_on_disk ? "   <- rolled over" : "");
    }
  return g_io_stream_close (G_IO_STREAM (spool), NULL, error);
}

static gboolean
make_tree (const char  *root,
           GError     **error)
{
  for (int i = 0; i < FOLDERS; i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/folder-%03d", root, i);

      g_mkdir (folder, 0700);
      for (int j = 0; j < FILES_PER_FOLDER; j++)
        {
          g_autofree char *path = g_strdup_printf ("%s/file-%03d", folder, j);
          int fd = g_open (path, O_CREAT | O_WRONLY | O_EXCL, 0600);

          if (fd < 0 || !g_close (fd, error))
            return FALSE;
        }
    }
  return TRUE;
}

static void
progress_cb (goffset  current,
             goffset  total,
             gpointer user_data)
{
  Cleanup *cleanup = user_data;
  goffset all = total > 0 ? total : FILES + FOLDERS;
  int filled = (int) MIN (current * BAR_WIDTH / all, BAR_WIDTH);
  g_autofree char *bar = g_strnfill (filled, '#');
  gboolean redraw = isatty (STDOUT_FILENO);

  if (!redraw && filled * 10 / BAR_WIDTH <= cleanup->shown)
    return;
  cleanup->shown = filled * 10 / BAR_WIDTH;
  g_print ("%s   [%-*s] %6" G_GOFFSET_FORMAT " removed%s", redraw ? "\r" : "", BAR_WIDTH, bar,
           current, redraw ? "" : "\n");
}

static void
cleanup_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Cleanup *cleanup = user_data;

  tf_temporary_directory_cleanup_finish (TF_TEMPORARY_DIRECTORY (source), result,
                                         &cleanup->error);
  g_main_loop_quit (cleanup->loop);
}

static gboolean
show_directory (GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TfTemporaryDirectory) directory = NULL;
  g_autofree char *path = NULL;
  Cleanup cleanup = { loop, NULL, 0 };
  gint64 start;

  g_print ("3. A directory with a tree of %d files, cleaned up in the background\n", FILES);
  directory = tf_temporary_directory_new (NULL, "demo-", NULL, NULL, error);
  if (directory == NULL)
    return FALSE;
  path = g_strdup (tf_temporary_directory_get_path (directory));
  start = g_get_monotonic_time ();
  if (!make_tree (path, error))
    return FALSE;
  g_print ("   %s: %d files made in %.2f s\n", path, FILES,
           (double) (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND);

  start = g_get_monotonic_time ();
  tf_temporary_directory_cleanup_async (directory, G_PRIORITY_DEFAULT, NULL, progress_cb, &cleanup,
                                        NULL, cleanup_cb, &cleanup);
  g_main_loop_run (loop);
  if (cleanup.error != NULL)
    {
      g_propagate_error (error, cleanup.error);
      return FALSE;
    }
  g_print ("%s   cleaned up in %.2f s; it is %s\n", isatty (STDOUT_FILENO) ? "\n" : "",
           (double) (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND, there (path));
  return TRUE;
}

static gboolean
show_publishing (GError **error)
{
  const char *text = "The report, complete or not there at all.";
  g_autofree char *content = NULL;
  g_autoptr (GFile) report = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (TfTemporaryDirectory) directory
    = tf_temporary_directory_new (NULL, "demo-", NULL, NULL, error);

  g_print ("4. A file published\n");
  if (directory == NULL
      || (report = tf_temporary_directory_get_child (directory, "report.txt", error)) == NULL
      || (file = tf_temporary_file_new (tf_temporary_directory_get_file (directory), NULL, error))
           == NULL
      || tf_temporary_file_write (file, text, strlen (text), NULL, error) < 0)
    return FALSE;
  g_print ("   written     is there a %s already? %s\n", g_file_peek_path (report),
           g_file_query_exists (report, NULL) ? "yes" : "no");
  if (!tf_temporary_file_persist (file, report, TF_PERSIST_NONE, NULL, error)
      || !g_io_stream_close (G_IO_STREAM (file), NULL, error)
      || !g_file_get_contents (g_file_peek_path (report), &content, NULL, error))
    return FALSE;
  g_print ("   published   it is %s, mode %04o: “%s”\n", there (g_file_peek_path (report)),
           mode_of (g_file_peek_path (report)), content);
  return tf_temporary_directory_cleanup (directory, NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (!show_files (&error) || !show_spool (&error) || !show_directory (&error)
      || !show_publishing (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
