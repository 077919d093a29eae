/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Children forked at any moment, also while another thread is in the middle of a call: what is the
 * parent's stays the parent's, and nothing hangs. */

#include "threads-helpers.h"

#include <stdlib.h>

/* --- fork -------------------------------------------------------------------------------- */

typedef struct
{
  TfTemporaryFile *file;
  TfTemporaryDirectory *dir;
} Inherited;

/* The ways for a child to end. */
static void
child_finalizes (gpointer data)
{
  Inherited *inherited = data;

  g_object_unref (inherited->file);
  g_clear_object (&inherited->dir);
}

static void
child_closes (gpointer data)
{
  Inherited *inherited = data;

  close_ok (inherited->file);
  if (inherited->dir != NULL)
    tf_temporary_directory_cleanup (inherited->dir, NULL, NULL);
}

static void
child_disposes_and_exits (gpointer data)
{
  Inherited *inherited = data;

  g_object_run_dispose (G_OBJECT (inherited->file));
  exit (0);
}

static void
child_exits (gpointer data)
{
  exit (0);
}

static void
child_ends (gpointer data)
{
  _exit (0);
}

static void
child_cleans_up (gpointer data)
{
  tf_cleanup_all ();
}

static void
child_flushes (gpointer data)
{
  Inherited *inherited = data;
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (inherited->file));

  g_assert_true (g_output_stream_flush (out, NULL, NULL));
  exit (0);
}

static void
child_deletes (gpointer data)
{
  Inherited *inherited = data;

  g_autoptr (GError) error = NULL;

  /* Without a name there is nothing to refuse. */
  if (tf_temporary_file_get_path (inherited->file) == NULL)
    return;
  g_assert_false (tf_temporary_file_delete (inherited->file, NULL, &error));
  assert_io_error (error, G_IO_ERROR_PERMISSION_DENIED);
  exit (0);
}

static void (*const child_ways[]) (gpointer) = {
  child_finalizes, child_closes, child_disposes_and_exits, child_exits, child_ends,
  child_cleans_up, child_flushes, child_deletes,
};

/* Bytes in memory belong to the process that wrote them: they are in the file once. */
static void
test_fork_buffered (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (child_ways); i++)
    {
      g_autoptr (TfTemporaryFile) file = new_anonymous ();
      Inherited inherited = { file, NULL };
      char buffer[64];
      int copy;

      put (file, "written once");
      g_assert_true (tf_test_in_child (child_ways[i], &inherited));
      g_assert_cmpint (tf_temporary_file_get_size (file), ==, 12);
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 12);
      put (file, "!");
      copy = tf_temporary_file_dup_fd (file, NULL);
      g_assert_cmpint (pread (copy, buffer, sizeof buffer, 0), ==, 13);
      g_assert_cmpmem (buffer, 13, "written once!", 13);
      g_assert_no_errno (close (copy));
    }
}

static void
test_fork_named (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (child_ways); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) file = new_with ("anonymous", FALSE, "delete-on-close", i % 2,
                                                   "buffer-size", 100);
      g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL,
                                                                         &error);
      Inherited inherited = { file, dir };
      g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
      g_autofree char *inside = g_build_filename (tf_temporary_directory_get_path (dir), "x", NULL);

      make_file (inside, "inside", 0600);
      put (file, "written once");
      g_assert_true (tf_test_in_child (child_ways[i / 2], &inherited));
      g_assert_true (tf_test_exists (path));
      assert_file (inside, "inside");
      assert_file (path, "");
      g_assert_true (g_output_stream_flush (g_io_stream_get_output_stream (G_IO_STREAM (file)),
                                            NULL,
                                            &error));
      assert_file (path, "written once");
      close_ok (file);
      g_clear_object (&file);
      g_assert_false (tf_test_exists (path));
    }
}

static void
child_writes (gpointer data)
{
  Inherited *inherited = data;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_temporary_file_write (inherited->file, "child", 5, NULL, &error), ==, 5);
  g_assert_no_error (error);
}

/* A seen file's descriptor, and with it the cursor, is shared with the child. */
static void
test_fork_child_writes (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  Inherited inherited = { file, NULL };

  put (file, "parent ");
  g_assert_true (tf_test_in_child (child_writes, &inherited));
  put (file, " parent");
  assert_content (file, "parent child parent");
}

static gpointer alive[2];   /* at exit, reachable, so no leak */

static void
child_makes_its_own (gpointer data)
{
  TfTemporaryDirectory *dir;
  g_autofree char *inside = NULL;

  alive[0] = new_named ();
  alive[1] = dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, NULL);
  inside = g_build_filename (tf_temporary_directory_get_path (dir), "x", NULL);
  make_file (inside, "", 0600);
  if (data != NULL)
    exit (0);
  tf_cleanup_all ();
  g_assert_false (tf_test_exists (inside));
}

/* What a child makes goes with the child; what its parent made stays. */
static void
test_fork_own (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();

  g_assert_true (tf_test_in_child (child_makes_its_own, file));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  g_assert_true (tf_test_in_child (child_makes_its_own, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  g_assert_true (tf_test_exists (tf_temporary_file_get_path (file)));
}

static void
child_creates_async (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;

  alarm (60);
  g_main_context_push_thread_default (context);
  tf_temporary_file_create_named_async (0, NULL, NULL, NULL, NULL, tf_test_store_cb, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  file = tf_temporary_file_create_finish (result, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
}

/* The threads of the pool are not in the child. */
static void
test_fork_async (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;

  tf_temporary_file_create_async (0, NULL, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  file = tf_temporary_file_create_finish (result, NULL);
  g_assert_nonnull (file);
  g_assert_true (tf_test_in_child (child_creates_async, NULL));
}

/* --- fork while another thread is in the middle of it ------------------------------------ */

static gpointer
write_busily (gpointer data)
{
  Worker *worker = data;
  GSeekable *out = G_SEEKABLE (g_io_stream_get_output_stream (G_IO_STREAM (worker->file)));
  g_autofree char *records = g_malloc (RECORD * 1000);

  for (guint i = 0; i < 1000; i++)
    fill_record (records + i * RECORD, 0, i);
  while (!g_atomic_int_get (worker->stop))
    {
      /* Small ones are copied to the buffer, large ones are written: the lock is held in both. */
      gsize count = worker->n++ % 2 == 0 ? RECORD : RECORD * 1000;

      g_assert_cmpint (tf_temporary_file_write (worker->file, records, count, NULL, NULL), ==,
                       count);
      if (worker->n % 50 != 0)
        continue;
      /* Not by the pair: GIO would mark it as busy, in the child for ever. And not to nothing: ext4
       * would write all that is dirty when the child closes its descriptor. */
      g_assert_true (g_seekable_truncate (out, RECORD, NULL, NULL));
      seek_to (out, RECORD, G_SEEK_SET);
    }
  return NULL;
}

static void
child_in_the_middle (gpointer data)
{
  Inherited *inherited = data;

  alarm (60);   /* a lock that hangs is a signal, not a test that hangs */
  g_assert_cmpint (tf_temporary_file_get_size (inherited->file), >=, 0);
  close_ok (inherited->file);
  g_object_unref (inherited->file);
  g_clear_object (&inherited->dir);
  tf_cleanup_all ();
  exit (0);
}

static void
test_fork_in_the_middle (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  Inherited inherited = { file, NULL };
  int stop = FALSE;
  Worker worker = { file, 0, 0, &stop };
  GThread *thread;

  /* Made before the first fork: what GObject locks for a moment, it locks in the child for ever. */
  g_assert_nonnull (g_io_stream_get_output_stream (G_IO_STREAM (file)));
  thread = g_thread_new ("writer", write_busily, &worker);
  for (guint i = 0; i < tf_test_scale (10, 100, 1000); i++)
    {
      g_usleep (i % 10 * 37);
      g_assert_true (tf_test_in_child (child_in_the_middle, &inherited));
      if (path != NULL)
        g_assert_true (tf_test_exists (path));
    }
  g_atomic_int_set (&stop, TRUE);
  g_thread_join (thread);
  g_assert_cmpint (tf_temporary_file_get_size (file) % RECORD, ==, 0);
}

static void
child_in_the_storm (gpointer data)
{
  g_autofree char *path = NULL;
  int fd;

  alarm (60);
  /* No object is touched: GObject's own locks may be held for ever in this child. */
  fd = tf_mkstemp (NULL, NULL, NULL, &path, NULL);
  g_assert_cmpint (fd, >=, 3);
  close (fd);
  g_assert_no_errno (g_unlink (path));
  tf_cleanup_all ();
  exit (0);
}

static gpointer
fork_storm (gpointer data)
{
  Worker *worker = data;

  if (worker->number > 0)
    return create_and_delete (data);
  for (guint i = 0; i < worker->n / 10 + 1; i++)
    {
      g_autoptr (TfTemporaryFile) file = new_named ();

      g_assert_true (tf_test_in_child (child_in_the_storm, file));
      g_assert_true (tf_test_exists (tf_temporary_file_get_path (file)));
    }
  return NULL;
}

/* The register's lock and the names' pool are in use by other threads at the moment of the fork. */
static void
test_fork_in_the_storm (void)
{
  run_threads (NULL, fork_storm, tf_test_scale (30, 500, 5000), NULL);
}

int
main (int    argc,
      char **argv)
{
  /* Before 2.76 GLib has an allocator of its own, whose locks a forked child may find taken for
   * ever. The C library's allocator knows of forks. GLib asks before main() begins. */
  if (getenv ("G_SLICE") == NULL && setenv ("G_SLICE", "always-malloc", TRUE) == 0)
    execv ("/proc/self/exe", argv);
  tf_test_init (&argc, &argv);
  tf_test_add ("/fork/buffered", test_fork_buffered);
  tf_test_add ("/fork/named", test_fork_named);
  tf_test_add ("/fork/child-writes", test_fork_child_writes);
  tf_test_add ("/fork/own", test_fork_own);
  tf_test_add ("/fork/async", test_fork_async);
  add_kinds ("/fork/in-the-middle", test_fork_in_the_middle);
  tf_test_add ("/fork/in-the-storm", test_fork_in_the_storm);
  return tf_test_run ();
}
