/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files of more than 4 GiB, which are nearly all holes: no position is cut to 32 bits, where off_t
 * or a pointer has no more either. */

#include "api-helpers.h"

/* 5 GiB; cut to 32 bits it is 1 GiB. */
#define FAR_OFF (G_GINT64_CONSTANT (5) << 30)
#define CUT_OFF (FAR_OFF & G_MAXUINT32)
#define MIB (1024 * 1024)

/* What is where a marker far off was written, and nothing where it would be had its position been
 * cut. */
static void
assert_marker (gpointer stream)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (stream));
  g_autoptr (GError) error = NULL;
  char buffer[8];
  gsize n;

  seek_to (stream, FAR_OFF, G_SEEK_SET);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, FAR_OFF);
  g_assert_true (g_input_stream_read_all (input, buffer, sizeof buffer, &n, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (buffer, n, "far", 3);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, FAR_OFF + 3);

  seek_to (stream, CUT_OFF - FAR_OFF - 3, G_SEEK_END);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, CUT_OFF);
  g_assert_true (g_input_stream_read_all (input, buffer, 3, &n, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (buffer, n, "\0\0\0", 3);
}

static void
assert_disk (int     fd,
             goffset size)
{
  struct stat st;

  g_assert_no_errno (fstat (fd, &st));
  g_assert_cmpint (st.st_size, ==, size);
  g_assert_cmpint (tf_test_disk_usage (fd), <, MIB);
}

static void
truncate_to (gpointer stream,
             goffset  size)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_seekable_truncate (G_SEEKABLE (stream), size, NULL, &error));
  g_assert_no_error (error);
}

static void
test_unseen_file (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();

  seek_to (file, FAR_OFF, G_SEEK_SET);
  put (file, "far");
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, FAR_OFF + 3);
  assert_marker (file);

  truncate_to (file, FAR_OFF + MIB);
  assert_disk (tf_temporary_file_get_fd (file), FAR_OFF + MIB);
  truncate_to (file, FAR_OFF - 1);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, FAR_OFF - 1);
}

/* The same once the descriptor's offset is the cursor, and by other hands. */
static void
test_seen_file (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autoptr (GFileIOStream) second = NULL;
  g_autoptr (GError) error = NULL;

  seek_to (file, FAR_OFF, G_SEEK_SET);
  put (file, "far");
  assert_marker (file);
  g_assert_cmpint (lseek (tf_temporary_file_get_fd (file), 0, SEEK_CUR), ==, CUT_OFF + 3);
  second = tf_temporary_file_reopen (file, TF_REOPEN_NONE, &error);
  g_assert_no_error (error);
  assert_marker (second);
}

#ifndef TF_TEST_POSIX
static void
test_published (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GFile) destination = g_file_new_for_path (tf_test_path ("document"));
  g_autoptr (GError) error = NULL;
  struct stat st;

  seek_to (file, FAR_OFF, G_SEEK_SET);
  put (file, "far");
  tf_temporary_file_persist (file, destination, TF_PERSIST_NONE, NULL, &error);
  g_assert_no_error (error);
  assert_disk (tf_temporary_file_get_fd (file), FAR_OFF + 3);
  g_assert_no_errno (stat (tf_test_path ("document"), &st));
  g_assert_cmpint (st.st_size, ==, FAR_OFF + 3);
  g_assert_no_errno (g_unlink (tf_test_path ("document")));
}
#endif

static void
test_spool (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (1024);
  g_autoptr (GError) error = NULL;

  seek_to (spool, FAR_OFF, G_SEEK_SET);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tf_spooled_file_write (spool, "far", 3, NULL, &error), ==, 3);
  g_assert_no_error (error);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, FAR_OFF + 3);
  assert_marker (spool);
  assert_disk (tf_spooled_file_get_fd (spool), FAR_OFF + 3);
}

/* More than any file can have is an error, and no size that has become negative. */
static void
test_too_large (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (G_MAXUINT64);
  g_autoptr (GError) error = NULL;

  seek_to (spool, G_MAXINT64 - 1, G_SEEK_SET);
  g_assert_cmpint (tf_spooled_file_write (spool, "far", 3, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, 0);
  seek_to (file, G_MAXINT64 - 1, G_SEEK_SET);
  g_assert_cmpint (tf_temporary_file_write (file, "far", 3, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 0);
}

#if GLIB_SIZEOF_SIZE_T == 4
/* All bytes of such a file are more than a pointer can reach. */
static void
test_all_bytes (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GError) error = NULL;

  truncate_to (file, FAR_OFF);
  g_assert_null (tf_temporary_file_to_bytes (file, NULL, &error));
  assert_io_error (error, G_IO_ERROR_FAILED);
  g_assert_null (tf_temporary_file_steal_bytes (file, NULL, &error));
  assert_io_error (error, G_IO_ERROR_FAILED);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, FAR_OFF);
}

/* A spool without a limit goes to the disk where memory ends. */
static void
test_beyond_memory (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (G_MAXUINT64);
  g_autoptr (GError) error = NULL;

  seek_to (spool, FAR_OFF, G_SEEK_SET);
  g_assert_cmpint (tf_spooled_file_write (spool, "far", 3, NULL, &error), ==, 3);
  g_assert_no_error (error);
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  assert_marker (spool);
}
#endif

static void
note_done (goffset  done,
           goffset  total,
           gpointer data)
{
  *(goffset *) data = done;
}

static void
test_removed (void)
{
  g_autoptr (GError) error = NULL;
  const char *path = tf_test_path ("tree/large");
  goffset done = 0;
  int fd;

  g_assert_no_errno (g_mkdir (tf_test_path ("tree"), 0700));
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (ftruncate (fd, FAR_OFF));
  g_assert_no_errno (close (fd));
  tf_remove_tree (tf_test_path ("tree"), TF_REMOVE_NONE, NULL, note_done, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpint (done, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/api/large/unseen-file", test_unseen_file);
  tf_test_add ("/api/large/seen-file", test_seen_file);
#ifndef TF_TEST_POSIX
  /* The other back end publishes a copy, in which every byte is on the disk. */
  tf_test_add ("/api/large/published", test_published);
#endif
  tf_test_add ("/api/large/spool", test_spool);
  tf_test_add ("/api/large/too-large", test_too_large);
  tf_test_add ("/api/large/removed", test_removed);
#if GLIB_SIZEOF_SIZE_T == 4
  tf_test_add ("/api/large/all-bytes", test_all_bytes);
  tf_test_add ("/api/large/beyond-memory", test_beyond_memory);
#endif
  return tf_test_run ();
}
