/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What TfTemporaryFile gives away: its descriptor, a duplicate, the file opened once more, its
 * bytes. */

#include "api-helpers.h"

static void
assert_at (int     fd,
           goffset offset)
{
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, offset);
}

/* --- get_fd ------------------------------------------------------------------------------ */

static void
test_get_fd (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  char buffer[32];
  int fd;

  put (file, "buffered and more");
  seek_to (file, 9, G_SEEK_SET);
  put (file, "AND");
  fd = tf_temporary_file_get_fd (file);
  g_assert_cmpint (fd, >=, 3);
  assert_based_on (file, fd);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  assert_at (fd, 12);
  g_assert_cmpint (pread (fd, buffer, 32, 0), ==, 17);
  g_assert_cmpmem (buffer, 17, "buffered AND more", 17);
  /* From here on the descriptor's offset is the cursor, both ways. */
  g_assert_cmpint (lseek (fd, 2, SEEK_SET), ==, 2);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 2);
  put (file, "F");
  assert_at (fd, 3);
  g_assert_cmpint (write (fd, "FE", 2), ==, 2);
  assert_content (file, "buFFEred AND more");
  close_ok (file);
  g_assert_cmpint (tf_temporary_file_get_fd (file), ==, -1);
}

/* What was read ahead is given back. */
static void
test_get_fd_after_read (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  char buffer[4];
  int fd;

  put (file, "0123456789");
  seek_to (file, 1, G_SEEK_SET);
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 4, NULL, NULL), ==, 4);
  fd = tf_temporary_file_get_fd (file);
  assert_at (fd, 5);
  g_assert_cmpint (pwrite (fd, "X", 1, 6), ==, 1);
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 2, NULL, NULL), ==, 2);
  g_assert_cmpmem (buffer, 2, "5X", 2);
}

/* A seen file has no buffer that others could not see, unless it was asked for. */
static void
test_seen_is_unbuffered (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (TfTemporaryFile) asked = new_with ("buffer-size", 100);
  struct stat st;
  int fd = tf_temporary_file_get_fd (file);

  put (file, "x");
  g_assert_no_errno (fstat (fd, &st));
  g_assert_cmpint (st.st_size, ==, 1);

  fd = tf_temporary_file_get_fd (asked);
  put (asked, "x");
  g_assert_no_errno (fstat (fd, &st));
  g_assert_cmpint (st.st_size, ==, 0);
  g_assert_cmpint (tf_temporary_file_get_size (asked), ==, 1);
  g_assert_true (g_output_stream_flush (g_io_stream_get_output_stream (G_IO_STREAM (asked)), NULL,
                                        NULL));
  g_assert_no_errno (fstat (fd, &st));
  g_assert_cmpint (st.st_size, ==, 1);
}

/* Closing a seen file writes what a buffer that was asked for still holds. */
static void
test_seen_close_flushes (void)
{
  g_autoptr (TfTemporaryFile) file = new_with ("buffer-size", 100, "anonymous", FALSE,
                                               "auto-delete", FALSE);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));

  put (file, "late");
  assert_file (path, "");
  close_ok (file);
  assert_file (path, "late");
  remove_file (path);
}

/* --- dup_fd and steal_fd ----------------------------------------------------------------- */

static void
test_dup_fd (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  int copy;

  put (file, "shared");
  copy = tf_temporary_file_dup_fd (file, &error);
  g_assert_no_error (error);
  g_assert_cmpint (copy, !=, tf_temporary_file_get_fd (file));
  g_assert_cmpint (fcntl (copy, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  assert_at (copy, 6);
  g_assert_cmpint (lseek (copy, 0, SEEK_SET), ==, 0);
  put (file, "S");
  assert_content (file, "Shared");
  close_ok (file);
  /* The caller's copy goes on. */
  g_assert_cmpint (write (copy, "H", 1), ==, 1);
  g_assert_no_errno (close (copy));
  g_assert_cmpint (tf_temporary_file_dup_fd (file, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
}

static void
test_steal_fd (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  char buffer[8];
  int fd;

  put (file, "mine");
  fd = tf_temporary_file_steal_fd (file, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  assert_at (fd, 4);
  g_assert_cmpint (tf_temporary_file_write (file, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_temporary_file_steal_fd (file, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  close_ok (file);
  g_clear_object (&file);
  g_assert_cmpint (pread (fd, buffer, 8, 0), ==, 4);
  g_assert_cmpmem (buffer, 4, "mine", 4);
  g_assert_no_errno (close (fd));
}

/* What a buffer that was asked for still holds is the new owner's too. */
static void
test_steal_fd_buffered (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_with ("anonymous", FALSE, "buffer-size", 100);
  char buffer[8];
  int fd;

  put (file, "mine");
  fd = tf_temporary_file_steal_fd (file, &error);
  g_assert_no_error (error);
  assert_at (fd, 4);
  g_assert_cmpint (pread (fd, buffer, 8, 0), ==, 4);
  g_assert_cmpmem (buffer, 4, "mine", 4);
  g_assert_no_errno (close (fd));
}

static void
test_steal_fd_named (void)
{
  for (guint keep = 0; keep < 3; keep++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) file = new_named ();
      g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
      int fd;

      put (file, "mine");
      if (keep == 1)
        tf_temporary_file_set_auto_delete (file, FALSE);
      if (keep == 2)
        keep_ok (file);
      fd = tf_temporary_file_steal_fd (file, &error);
      g_assert_no_error (error);
      g_assert_cmpint (tf_test_exists (path), ==, keep != 0);
      g_clear_object (&file);
      g_assert_cmpint (tf_test_exists (path), ==, keep != 0);
      assert_at (fd, 4);
      g_assert_no_errno (close (fd));
      if (keep != 0)
        remove_file (path);
    }
}

/* --- reopen ------------------------------------------------------------------------------ */

static void
assert_reads (gpointer    pair,
              const char *text)
{
  g_autoptr (GError) error = NULL;
  char buffer[64];
  gsize n;

  g_input_stream_read_all (g_io_stream_get_input_stream (pair), buffer, strlen (text), &n, NULL,
                           &error);
  g_assert_no_error (error);
  g_assert_cmpmem (buffer, n, text, strlen (text));
}

static void
test_reopen (void)
{
  for (guint named = 0; named < 2; named++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) file = named ? new_named () : new_anonymous ();
      g_autoptr (GFileIOStream) again = NULL;

      put (file, "one file");
      again = tf_temporary_file_reopen (file, TF_REOPEN_NONE, &error);
#ifdef TF_TEST_POSIX
      /* There is no way to open what has no name. */
      if (!named)
        {
          g_assert_null (again);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
          continue;
        }
#endif
      g_assert_no_error (error);
      g_assert_true (G_IS_FILE_IO_STREAM (again));
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (again)), ==, 0);
      assert_reads (again, "one");
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 8);
      g_assert_true (g_output_stream_write_all (
          g_io_stream_get_output_stream (G_IO_STREAM (again)), "+", 1, NULL, NULL, &error));
      assert_content (file, "one+file");
      put (file, "!");
      seek_to (again, 0, G_SEEK_END);
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (again)), ==, 9);
      /* Each has a life of its own. */
      close_ok (file);
      seek_to (again, 4, G_SEEK_SET);
      assert_reads (again, "file!");
      close_ok (again);
    }
}

static void
test_reopen_flags (void)
{
  g_autoptr (GError) error = NULL;
#ifdef TF_TEST_POSIX
  g_autoptr (TfTemporaryFile) file = new_named ();   /* what has no name cannot be opened there */
#else
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
#endif
  g_autoptr (GFileIOStream) reader = NULL;
  g_autoptr (GFileIOStream) appender = NULL;
  GOutputStream *out;

  put (file, "text");
  reader = tf_temporary_file_reopen (file, TF_REOPEN_READ_ONLY, &error);
  g_assert_no_error (error);
  assert_reads (reader, "text");
  out = g_io_stream_get_output_stream (G_IO_STREAM (reader));
  g_assert_false (g_output_stream_write_all (out, "x", 1, NULL, NULL, &error)
                  && g_output_stream_flush (out, NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, G_IO_ERROR);
  g_clear_error (&error);

  appender = tf_temporary_file_reopen (file, TF_REOPEN_APPEND, &error);
  g_assert_no_error (error);
  out = g_io_stream_get_output_stream (G_IO_STREAM (appender));
  seek_to (appender, 0, G_SEEK_SET);
  g_assert_true (g_output_stream_write_all (out, "+", 1, NULL, NULL, &error));
  g_assert_true (g_output_stream_flush (out, NULL, &error));
  assert_content (file, "text+");
  g_assert_null (tf_temporary_file_reopen (file, (TfReopenFlags) 128, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
test_reopen_closed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) anonymous = new_anonymous ();
  g_autoptr (TfTemporaryFile) stays = new_with ("anonymous", FALSE, "delete-on-close", FALSE);
  g_autoptr (GFileIOStream) again = NULL;

  close_ok (anonymous);
  g_assert_null (tf_temporary_file_reopen (anonymous, TF_REOPEN_NONE, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  put (stays, "closed, not gone");
  close_ok (stays);
  again = tf_temporary_file_reopen (stays, TF_REOPEN_NONE, &error);
  g_assert_no_error (error);
  assert_reads (again, "closed, not gone");
}

/* Closing the second pair deletes no name: it has none. */
static void
test_reopen_does_not_delete (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autoptr (GFileIOStream) again = tf_temporary_file_reopen (file, TF_REOPEN_NONE, &error);

  g_assert_no_error (error);
  close_ok (again);
  g_clear_object (&again);
  g_assert_true (tf_test_exists (tf_temporary_file_get_path (file)));
}

/* --- steal_bytes ------------------------------------------------------------------------- */

static void
test_steal_bytes (void)
{
  static const gsize sizes[] = { 0, 1, 4095, 4096, 100000, 3000000 };

  for (guint i = 0; i < 3 * G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) file = i % 3 == 0 ? new_named () : new_anonymous ();
      g_autoptr (GBytes) bytes = NULL;
      gsize size = sizes[i / 3];

      if (size > 0)
        put_pattern (file, size, 7);
      if (i % 3 == 1)
        g_assert_cmpint (tf_temporary_file_get_fd (file), >=, 0);
      bytes = tf_temporary_file_steal_bytes (file, NULL, &error);
      g_assert_no_error (error);
      assert_pattern (bytes, size, 7);
      g_assert_cmpint (tf_temporary_file_write (file, "x", 1, NULL, &error), ==, -1);
      assert_io_error (error, G_IO_ERROR_CLOSED);
      g_assert_null (tf_temporary_file_steal_bytes (file, NULL, &error));
      assert_io_error (error, G_IO_ERROR_CLOSED);
      g_clear_object (&file);
      assert_pattern (bytes, size, 7);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
    }
}

/* A file that somebody else can shorten is never mapped: reading the map would kill. */
static void
test_steal_bytes_truncated (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GBytes) bytes = NULL;
  int copy = tf_temporary_file_dup_fd (file, &error);

  g_assert_no_error (error);
  put_pattern (file, 100000, 3);
  bytes = tf_temporary_file_steal_bytes (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_no_errno (ftruncate (copy, 0));
  assert_pattern (bytes, 100000, 3);
  g_assert_no_errno (close (copy));
}

typedef struct
{
  int fd;          /* the file's, which the child has too, though it never asked for it */
  int order[2];    /* a pipe: when to do it */
} Truncator;

static void
truncate_on_order (gpointer data)
{
  Truncator *truncator = data;
  char byte;

  g_assert_no_errno (close (truncator->order[1]));
  g_assert_cmpint (read (truncator->order[0], &byte, 1), ==, 1);
  g_assert_no_errno (ftruncate (truncator->fd, 0));
}

/* Nobody was given the descriptor, but a fork gave it away. */
static void
test_steal_bytes_forked (void)
{
  Truncator truncator = { open ("/dev/null", O_RDONLY | O_CLOEXEC), { -1, -1 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  struct stat st;
  int pid;

  close (truncator.fd);
  file = new_anonymous ();   /* gets the number that was free */
  g_assert_no_errno (fstat (truncator.fd, &st));
  g_assert_true (S_ISREG (st.st_mode) && st.st_nlink == 0);
  put_pattern (file, 200000, 9);
  g_assert_no_errno (pipe (truncator.order));
  pid = tf_test_fork (truncate_on_order, &truncator);
  bytes = tf_temporary_file_steal_bytes (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (truncator.order[1], "!", 1), ==, 1);
  g_assert_true (tf_test_wait_child (pid));
  assert_pattern (bytes, 200000, 9);
  g_assert_no_errno (close (truncator.order[0]));
  g_assert_no_errno (close (truncator.order[1]));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/descriptors/get-fd", test_get_fd);
  tf_test_add ("/descriptors/get-fd-after-read", test_get_fd_after_read);
  tf_test_add ("/descriptors/seen-is-unbuffered", test_seen_is_unbuffered);
  tf_test_add ("/descriptors/seen-close-flushes", test_seen_close_flushes);
  tf_test_add ("/descriptors/dup-fd", test_dup_fd);
  tf_test_add ("/descriptors/steal-fd", test_steal_fd);
  tf_test_add ("/descriptors/steal-fd-buffered", test_steal_fd_buffered);
  tf_test_add ("/descriptors/steal-fd-named", test_steal_fd_named);
  tf_test_add ("/descriptors/reopen", test_reopen);
  tf_test_add ("/descriptors/reopen-flags", test_reopen_flags);
  tf_test_add ("/descriptors/reopen-closed", test_reopen_closed);
  tf_test_add ("/descriptors/reopen-does-not-delete", test_reopen_does_not_delete);
  tf_test_add ("/descriptors/steal-bytes", test_steal_bytes);
  tf_test_add ("/descriptors/steal-bytes-truncated", test_steal_bytes_truncated);
  tf_test_add ("/descriptors/steal-bytes-forked", test_steal_bytes_forked);
  return tf_test_run ();
}
