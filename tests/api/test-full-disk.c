/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file system that is really full, and a process that really has no descriptors left. */

#include "api-helpers.h"

#include <sys/resource.h>
#include <sys/wait.h>

#define DISK_SIZE (256 * 1024)

static GFile *
disk_dir (void)
{
  return test_file ("disk");
}

/* Takes all the space there is, but for `spare` bytes. */
static char *
fill_disk (gsize spare)
{
  char *path = g_build_filename (tf_test_path ("disk"), "filler", NULL);
  char block[4096] = { 1 };
  gsize written = 0;
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  while (write (fd, block, sizeof block) == sizeof block)
    written += sizeof block;
  g_assert_cmpint (errno, ==, ENOSPC);
  g_assert_cmpuint (written, >, spare);
  g_assert_no_errno (ftruncate (fd, (off_t) (written - spare)));
  g_assert_no_errno (close (fd));
  return path;
}

static TfTemporaryFile *
new_on_disk (int      buffer_size,
             gboolean anonymous)
{
  g_autoptr (GFile) dir = disk_dir ();

  return new_with ("directory", dir, "buffer-size", buffer_size, "anonymous", anonymous);
}

/* The state that must not be lost: 10,000 bytes in the buffer that no flush can write. */
static TfTemporaryFile *
new_stuck (void)
{
  TfTemporaryFile *file = new_on_disk (-1, TRUE);

  put_pattern (file, 10000, 42);
  return file;
}

static void
assert_intact (TfTemporaryFile *file)
{
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 10000);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 10000);
}

typedef gboolean (*Attempt) (TfTemporaryFile *file, GError **error);

static gboolean
try_flush (TfTemporaryFile  *file,
           GError          **error)
{
  return g_output_stream_flush (g_io_stream_get_output_stream (G_IO_STREAM (file)), NULL, error);
}

static gboolean
try_seek (TfTemporaryFile  *file,
          GError          **error)
{
  return g_seekable_seek (G_SEEKABLE (file), 5, G_SEEK_SET, NULL, error);
}

static gboolean
try_truncate (TfTemporaryFile  *file,
              GError          **error)
{
  return g_seekable_truncate (G_SEEKABLE (file), 10000, NULL, error);
}

static gboolean
try_to_bytes (TfTemporaryFile  *file,
              GError          **error)
{
  g_autoptr (GBytes) bytes = tf_temporary_file_to_bytes (file, NULL, error);

  return bytes != NULL;
}

static gboolean
try_query_info (TfTemporaryFile  *file,
                GError          **error)
{
  g_autoptr (GFileInfo) info = g_file_io_stream_query_info (G_FILE_IO_STREAM (file), "*", NULL,
                                                            error);

  return info != NULL;
}

static gboolean
try_read (TfTemporaryFile  *file,
          GError          **error)
{
  char byte;

  return tf_temporary_file_read (file, &byte, 1, NULL, error) >= 0;
}

static gboolean
try_dup_fd (TfTemporaryFile  *file,
            GError          **error)
{
  int fd = tf_temporary_file_dup_fd (file, error);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

static gboolean
try_steal_bytes (TfTemporaryFile  *file,
                 GError          **error)
{
  g_autoptr (GBytes) bytes = tf_temporary_file_steal_bytes (file, NULL, error);

  if (bytes != NULL)
    assert_pattern (bytes, 10000, 42);
  return bytes != NULL;
}

static gboolean
try_reopen (TfTemporaryFile  *file,
            GError          **error)
{
  g_autoptr (GFileIOStream) again = tf_temporary_file_reopen (file, TF_REOPEN_NONE, error);

  return again != NULL;
}

/* More than the buffer still takes: what is in it has to be written first. */
static gboolean
try_write (TfTemporaryFile  *file,
           GError          **error)
{
  g_autofree char *bytes = g_malloc0 (65536);

  return tf_temporary_file_write (file, bytes, 65536, NULL, error) > 0;
}

static const struct
{
  const char *name;
  Attempt attempt;
} attempts[] = {
  { "flush", try_flush },
  { "seek", try_seek },
  { "truncate", try_truncate },
  { "to_bytes", try_to_bytes },
  { "query_info", try_query_info },
  { "read", try_read },
  { "write", try_write },
  { "dup_fd", try_dup_fd },
  { "reopen", try_reopen },
  { "steal_bytes", try_steal_bytes },
};

static void
flush_to_full (gpointer data)
{
  Attempt attempt = attempts[GPOINTER_TO_UINT (data)].attempt;
  g_autoptr (TfTemporaryFile) file = new_stuck ();
  g_autofree G_GNUC_UNUSED char *filler = fill_disk (0);
  g_autoptr (GError) error = NULL;

  /* The call that flushes says so, every time, and changes nothing. */
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (attempt (file, &error));
      assert_io_error (error, G_IO_ERROR_NO_SPACE);
      assert_intact (file);
    }
  g_assert_cmpint (tf_temporary_file_get_fd (file), ==, -1);
  assert_intact (file);
  /* The buffer goes on taking what it has room for. */
  put (file, "x");
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 10001);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 10001);
}

static void
flush_when_freed (gpointer data)
{
  Attempt attempt = attempts[GPOINTER_TO_UINT (data)].attempt;
  g_autoptr (TfTemporaryFile) file = new_stuck ();
  g_autofree char *filler = fill_disk (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_false (attempt (file, &error));
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  remove_file (filler);
#ifdef TF_TEST_POSIX
  /* There is no way to open what has no name. */
  if (attempt == try_reopen)
    {
      g_clear_error (&error);
      g_assert_false (attempt (file, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
      return;
    }
#endif
  g_assert_true (attempt (file, &error));
  g_assert_no_error (error);
  if (attempt == try_steal_bytes)
    return;
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_no_error (error);
  if (attempt != try_write)
    assert_pattern (bytes, 10000, 42);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, attempt == try_write ? 75536 : 10000);
}

static void
test_attempt (gconstpointer data)
{
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, flush_to_full, (gpointer) data));
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, flush_when_freed, (gpointer) data));
}

/* --- half of it fits --------------------------------------------------------------------- */

static void
flush_half (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_stuck ();
  g_autofree char *filler = fill_disk (4096);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (try_flush (file, &error));
      assert_io_error (error, G_IO_ERROR_NO_SPACE);
      assert_intact (file);
    }
  remove_file (filler);
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_no_error (error);
  assert_pattern (bytes, 10000, 42);
}

static void
test_half (void)
{
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, flush_half, NULL));
}

/* --- without a buffer -------------------------------------------------------------------- */

static void
write_unbuffered (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_on_disk (0, data != NULL);
  g_autofree G_GNUC_UNUSED char *filler = fill_disk (4096);
  g_autofree char *bytes = g_malloc0 (10000);
  g_autoptr (GError) error = NULL;
  gsize total = 0;
  gssize n;

  while ((n = tf_temporary_file_write (file, bytes, 10000, NULL, &error)) > 0)
    total += (gsize) n;
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, total);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, total);
  close_ok (file);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("disk")), ==, 1);
}

static void
test_unbuffered (void)
{
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, write_unbuffered, GINT_TO_POINTER (TRUE)));
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, write_unbuffered, NULL));
}

/* --- closing ----------------------------------------------------------------------------- */

/* Nobody can read an unseen file after its close: so nothing is written, and nothing fails. */
static void
close_unseen (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_stuck ();
  g_autofree G_GNUC_UNUSED char *filler = fill_disk (0);

  close_ok (file);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (file)));
}

static void
test_close_unseen (void)
{
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, close_unseen, NULL));
}

/* A kept file whose last bytes cannot be written: the close says so. */
static void
close_kept (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_on_disk (20000, FALSE);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autofree char *filler = NULL;
  g_autoptr (GError) error = NULL;

  keep_ok (file);
  put_pattern (file, 10000, 1);
  filler = fill_disk (0);
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_NO_SPACE, path);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (file)));
  g_assert_true (tf_test_exists (path));
}

static void
test_close_kept (void)
{
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, close_kept, NULL));
}

static void
persist_on_full (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_stuck ();
  g_autofree char *path = g_build_filename (tf_test_path ("disk"), "old", NULL);
  g_autoptr (GFile) destination = g_file_new_for_path (path);
  g_autofree char *filler = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  make_file (path, "old", 0600);
  filler = fill_disk (0);
  g_assert_false (tf_temporary_file_persist (file, destination, TF_PERSIST_REPLACE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  assert_file (path, "old");
  assert_intact (file);
  g_assert_null (tf_temporary_file_get_path (file));
  remove_file (filler);
  g_assert_true (tf_temporary_file_persist (file, destination, TF_PERSIST_REPLACE, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, ==, 10000);
  g_assert_cmpuint ((guchar) contents[9999], ==, (guchar) (42 + 9999 % 251));
}

static void
test_persist (void)
{
  g_assert_true (tf_test_on_small_disk (DISK_SIZE, persist_on_full, NULL));
}

/* --- no descriptors left ----------------------------------------------------------------- */

/* All numbers taken, so that the next open fails. A child sets the limit from outside: when the
 * process does it itself, valgrind only acts as if, and opens files before it says that it
 * cannot. */
static void
exhaust (void)
{
  struct rlimit limit;
  pid_t pid;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 64;
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (prlimit (getppid (), RLIMIT_NOFILE, &limit, NULL) == 0 ? 0 : 1);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  while (open ("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
    ;
  g_assert_cmpint (errno, ==, EMFILE);
}

static void
create_without_descriptors (gpointer data)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;

  /* The search for the folder needs one too. */
  g_assert_nonnull (tf_get_temp_dir (NULL));
  exhaust ();
  g_assert_null (tf_temporary_file_new (NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_null (tf_temporary_file_new_named (NULL, NULL, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_null (tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpint (tf_mkstemp (NULL, NULL, NULL, &path, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_cmpint (tf_open_anonymous (NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
}

static void
use_without_descriptors (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (TfTemporaryFile) named = new_named ();
  g_autoptr (GError) error = NULL;

  exhaust ();
  g_assert_cmpint (tf_temporary_file_dup_fd (file, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_null (tf_temporary_file_reopen (named, TF_REOPEN_NONE, &error));
  assert_io_error (error, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  put (file, "works");
  assert_content (file, "works");
  /* Deleting needs none. */
  close_ok (named);
}

static void
test_no_descriptors (void)
{
  g_assert_true (tf_test_in_child (create_without_descriptors, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  g_assert_true (tf_test_in_child (use_without_descriptors, NULL));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      g_autofree char *name = g_strdup_printf ("/full-disk/flushed-by/%s", attempts[i].name);

      tf_test_add_data (name, GUINT_TO_POINTER (i), test_attempt);
    }
  tf_test_add ("/full-disk/half", test_half);
  tf_test_add ("/full-disk/unbuffered", test_unbuffered);
  tf_test_add ("/full-disk/close-unseen", test_close_unseen);
  tf_test_add ("/full-disk/close-kept", test_close_kept);
  tf_test_add ("/full-disk/persist", test_persist);
  tf_test_add ("/full-disk/no-descriptors", test_no_descriptors);
  return tf_test_run ();
}
