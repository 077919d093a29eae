/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfSpooledFile: the bound and the rollover, the streams, what fails, what is given away. */

#include "api-helpers.h"

#include <sys/resource.h>

#define MIB (1024 * 1024)

/* --- helpers ------------------------------------------------------------------------------- */

static void
spool_put (TfSpooledFile *spool,
           const char    *text)
{
  g_autoptr (GError) error = NULL;
  gssize n = tf_spooled_file_write (spool, text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, strlen (text));
}

static GBytes *
make_pattern (gsize  count,
              guchar seed)
{
  guchar *bytes = g_malloc (count);

  for (gsize i = 0; i < count; i++)
    bytes[i] = (guchar) (seed + i % 251);
  return g_bytes_new_take (bytes, count);
}

static void
spool_put_pattern (TfSpooledFile *spool,
                   gsize          count,
                   guchar         seed)
{
  g_autoptr (GBytes) bytes = make_pattern (count, seed);
  g_autoptr (GError) error = NULL;
  gssize n = tf_spooled_file_write_bytes (spool, bytes, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, count);
}

static void
assert_spool (TfSpooledFile *spool,
              const char    *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tf_spooled_file_to_bytes (spool, NULL, &error);

  g_assert_no_error (error);
  assert_bytes (bytes, text);
}

static void
assert_spool_pattern (TfSpooledFile *spool,
                      gsize          count,
                      guchar         seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tf_spooled_file_to_bytes (spool, NULL, &error);

  g_assert_no_error (error);
  assert_pattern (bytes, count, seed);
}

static goffset
tell (gpointer seekable)
{
  return g_seekable_tell (G_SEEKABLE (seekable));
}

static GOutputStream *
output_of (TfSpooledFile *spool)
{
  return g_io_stream_get_output_stream (G_IO_STREAM (spool));
}

static GInputStream *
input_of (TfSpooledFile *spool)
{
  return g_io_stream_get_input_stream (G_IO_STREAM (spool));
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    data)
{
  guint *n = data;

  g_assert_true (tf_spooled_file_is_rolled_over (TF_SPOOLED_FILE (object)));
  (*n)++;
}

/* --- the object ---------------------------------------------------------------------------- */

static void
test_object (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (100);
  g_autoptr (TfSpooledFile) plain = g_object_new (TF_TYPE_SPOOLED_FILE, NULL);
  guint fds = tf_test_count_fds ();

  g_assert_true (G_IS_IO_STREAM (spool));
  g_assert_true (G_IS_SEEKABLE (spool));
  assert_descriptor_based (spool, TRUE);
  g_assert_true (g_seekable_can_seek (G_SEEKABLE (spool)));
  g_assert_true (g_seekable_can_truncate (G_SEEKABLE (spool)));
  g_assert_cmpuint (tf_spooled_file_get_max_size (spool), ==, 100);
  g_assert_cmpuint (tf_spooled_file_get_max_size (plain), ==, 0);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, 0);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_assert_null (tf_spooled_file_get_file (spool));
  spool_put (plain, "ready at once");
  assert_spool (plain, "ready at once");
  /* In memory there is neither file nor descriptor. */
  g_assert_cmpuint (tf_test_count_fds (), ==, fds);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_properties (void)
{
  g_autoptr (GFile) sub = test_file ("sub");
  g_autoptr (TfSpooledFile) spool = g_object_new (TF_TYPE_SPOOLED_FILE, "max-size", (guint64) 5,
                                                  "directory", sub, "prefix", "p-", "suffix", ".s",
                                                  "buffer-size", 10, NULL);
  g_autoptr (GFile) directory = NULL;
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  gboolean rolled_over, watches;
  guint64 max_size;
  gint64 size;
  int buffer_size;

  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  spool_put (spool, "12345");
  g_object_get (spool, "max-size", &max_size, "directory", &directory, "prefix", &prefix, "suffix",
                &suffix, "buffer-size", &buffer_size, "rolled-over", &rolled_over, "size", &size,
                "roll-on-low-memory", &watches, NULL);
  g_assert_cmpuint (max_size, ==, 5);
  g_assert_true (directory == sub);
  g_assert_cmpstr (prefix, ==, "p-");
  g_assert_cmpstr (suffix, ==, ".s");
  g_assert_cmpint (buffer_size, ==, 10);
  g_assert_false (rolled_over);
  g_assert_cmpint (size, ==, 5);
  g_assert_false (watches);
  spool_put (spool, "6");
  g_object_get (spool, "rolled-over", &rolled_over, "size", &size, NULL);
  g_assert_true (rolled_over);
  g_assert_cmpint (size, ==, 6);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("sub")), ==, 0);
  /* An anonymous file does not hold its folder. */
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
  assert_spool (spool, "123456");
}

static void
test_properties_too_late (void)
{
  g_autoptr (GFile) folder = g_file_new_for_path (tf_test_dir ());
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);

  g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
  tf_test_expect_critical ("*prefix*");
  g_object_set (spool, "prefix", "x", NULL);
  tf_test_assert_expected ();
  tf_test_expect_critical ("*suffix*");
  g_object_set (spool, "suffix", "x", NULL);
  tf_test_assert_expected ();
  tf_test_expect_critical ("*directory*");
  g_object_set (spool, "directory", folder, NULL);
  tf_test_assert_expected ();
  tf_test_expect_critical ("*buffer-size*");
  g_object_set (spool, "buffer-size", 7, NULL);
  tf_test_assert_expected ();
  g_object_set (spool, "max-size", (guint64) 7, NULL);
  g_assert_cmpuint (tf_spooled_file_get_max_size (spool), ==, 7);
}

/* --- the bound ----------------------------------------------------------------------------- */

static void
test_bound (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (1000);

  spool_put_pattern (spool, 1000, 1);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  seek_to (spool, 2 * 251, G_SEEK_SET);
  spool_put_pattern (spool, 1000 - 2 * 251, 1);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  seek_to (spool, 3 * 251, G_SEEK_SET);
  spool_put_pattern (spool, 1001 - 3 * 251, 1);
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, 1001);
  g_assert_cmpint (tell (spool), ==, 1001);
  assert_spool_pattern (spool, 1001, 1);
}

static void
test_bound_once (void)
{
  g_autoptr (TfSpooledFile) exact = tf_spooled_file_new (MIB);
  g_autoptr (TfSpooledFile) over = tf_spooled_file_new (MIB - 1);

  spool_put_pattern (exact, MIB, 9);
  spool_put_pattern (over, MIB, 9);
  g_assert_false (tf_spooled_file_is_rolled_over (exact));
  g_assert_true (tf_spooled_file_is_rolled_over (over));
  assert_spool_pattern (exact, MIB, 9);
  assert_spool_pattern (over, MIB, 9);
}

static void
test_bound_sparse (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (1024);
  const goffset far = G_GINT64_CONSTANT (800) * MIB;
  struct rusage before, after;
  struct stat st;

  spool_put (spool, "abc");
  g_assert_no_errno (getrusage (RUSAGE_SELF, &before));
  seek_to (spool, far, G_SEEK_SET);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  spool_put (spool, "x");
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, far + 1);
  g_assert_no_errno (getrusage (RUSAGE_SELF, &after));
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 100 * 1024);
  g_assert_no_errno (fstat (tf_spooled_file_get_fd (spool), &st));
  g_assert_cmpint (st.st_size, ==, far + 1);
  g_assert_cmpint (tf_test_disk_usage (tf_spooled_file_get_fd (spool)), <, MIB);
}

static void
test_bound_truncate (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (8);
  g_autoptr (GError) error = NULL;

  spool_put (spool, "abc");
  g_assert_true (g_seekable_truncate (G_SEEKABLE (spool), 8, NULL, &error));
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_assert_true (g_seekable_truncate (G_SEEKABLE (spool), 9, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, 9);
  g_assert_true (g_seekable_truncate (G_SEEKABLE (spool), 2, NULL, &error));
  g_assert_cmpint (tell (spool), ==, 3);
  assert_spool (spool, "ab");
}

static void
test_bound_changed (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  int notified = 0;

  g_signal_connect_swapped (spool, "notify::max-size", G_CALLBACK (g_atomic_int_inc), &notified);
  spool_put_pattern (spool, 5000, 1);
  tf_spooled_file_set_max_size (spool, 5000);
  tf_spooled_file_set_max_size (spool, 5000);
  g_assert_cmpint (notified, ==, 1);
  tf_spooled_file_set_max_size (spool, 10);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  seek_to (spool, 0, G_SEEK_SET);
  spool_put_pattern (spool, 5, 1);
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  assert_spool_pattern (spool, 5000, 1);
}

/* --- the rollover -------------------------------------------------------------------------- */

static void
assert_fd_content (int         fd,
                   const char *text)
{
  g_autofree char *buffer = g_malloc (strlen (text) + 1);

  g_assert_cmpint (pread (fd, buffer, strlen (text) + 1, 0), ==, strlen (text));
  g_assert_cmpmem (buffer, strlen (text), text, strlen (text));
}

typedef enum
{
  BY_CALL,
  BY_GET_FD,
  BY_INTERFACE,
  BY_DUP_FD,
  BY_WRITE,
  BY_STREAM,
  BY_TRUNCATE,
  BY_STREAM_TRUNCATE,
  N_WAYS
} Way;

static void
roll_by (TfSpooledFile *spool,
         Way            way)
{
  GOutputStream *output = output_of (spool);
  int fd;

  switch (way)
    {
    case BY_CALL:
      g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
      break;
    case BY_GET_FD:
      g_assert_cmpint (tf_spooled_file_get_fd (spool), >, 2);
      break;
    case BY_INTERFACE:
      assert_based_on (spool, tf_spooled_file_get_fd (spool));
      break;
    case BY_DUP_FD:
      fd = tf_spooled_file_dup_fd (spool, NULL);
      g_assert_cmpint (fcntl (fd, F_GETFD), ==, FD_CLOEXEC);
      assert_fd_content (fd, "hello");
      g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 2);
      g_assert_no_errno (close (fd));
      break;
    case BY_WRITE:
      spool_put (spool, "llo wor");
      break;
    case BY_STREAM:
      g_assert_cmpint (g_output_stream_write (output, "llo wor", 7, NULL, NULL), ==, 7);
      break;
    case BY_TRUNCATE:
      g_assert_true (g_seekable_truncate (G_SEEKABLE (spool), 9, NULL, NULL));
      break;
    case BY_STREAM_TRUNCATE:
      g_assert_true (g_seekable_truncate (G_SEEKABLE (output), 9, NULL, NULL));
      break;
    case N_WAYS:
    default:
      g_assert_not_reached ();
    }
}

/* Told once, and by our own functions before they return. */
static void
test_ways (void)
{
  for (Way way = 0; way < N_WAYS; way++)
    {
      g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (8);
      gboolean by_stream = way == BY_STREAM || way == BY_STREAM_TRUNCATE;
      guint n = 0;
      struct stat st;

      g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (count_notify_cb), &n);
      spool_put (spool, "hello");
      seek_to (spool, 2, G_SEEK_SET);
      roll_by (spool, way);
      g_assert_true (tf_spooled_file_is_rolled_over (spool));
      g_assert_cmpuint (n, ==, by_stream ? 0 : 1);
      while (g_main_context_iteration (NULL, FALSE));
      g_assert_cmpuint (n, ==, 1);

      g_assert_cmpint (tell (spool), ==, way == BY_WRITE || way == BY_STREAM ? 9 : 2);
      g_assert_no_errno (fstat (tf_spooled_file_get_fd (spool), &st));
      g_assert_cmpuint (st.st_mode & 07777, ==, 0600);
      g_assert_cmpuint (st.st_nlink, ==, TF_TEST_ANONYMOUS_LINKS);
      g_assert_cmpint (st.st_size, ==, way >= BY_WRITE ? 9 : 5);
      if (way < BY_WRITE)
        assert_fd_content (tf_spooled_file_get_fd (spool), "hello");
      if (way == BY_WRITE || way == BY_STREAM)
        assert_spool (spool, "hello wor");
      while (g_main_context_iteration (NULL, FALSE));
      g_assert_cmpuint (n, ==, 1);
    }
}

static void
test_streams (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (10);
  g_autoptr (GInputStream) input = g_object_ref (input_of (spool));
  g_autoptr (GOutputStream) output = g_object_ref (output_of (spool));
  g_autoptr (GError) error = NULL;
  char buffer[32];

  g_assert_true (input_of (spool) == input);
  g_assert_true (output_of (spool) == output);
  g_assert_true (g_output_stream_write_all (output, "0123456789", 10, NULL, NULL, &error));
  seek_to (input, 4, G_SEEK_SET);
  g_assert_cmpint (tell (spool), ==, 4);
  g_assert_cmpint (g_input_stream_read (input, buffer, 2, NULL, &error), ==, 2);
  g_assert_cmpint (tell (output), ==, 6);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));

  g_assert_true (g_output_stream_write_all (output, "abcdef", 6, NULL, NULL, &error));
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tell (input), ==, 12);
  seek_to (spool, 0, G_SEEK_SET);
  g_assert_cmpint (g_input_stream_read (input, buffer, sizeof buffer, NULL, &error), ==, 12);
  g_assert_cmpmem (buffer, 12, "012345abcdef", 12);
  g_assert_true (input_of (spool) == input);

  g_clear_object (&spool);
  g_assert_cmpint (g_input_stream_read (input, buffer, 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_output_stream_write (output, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
}

/* A stream that is closed takes nothing with it. */
static void
test_stream_closed (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_output_stream_write_all (output_of (spool), "abc", 3, NULL, NULL, &error));
  g_assert_true (g_output_stream_close (output_of (spool), NULL, &error));
  g_assert_no_error (error);
  assert_spool (spool, "abc");
  spool_put (spool, "d");
  assert_spool (spool, "abcd");
}

static void
test_bytes (void)
{
  for (guint rolled = 0; rolled < 2; rolled++)
    {
      g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
      g_autoptr (GBytes) all = NULL;
      g_autoptr (GBytes) rest = NULL;
      g_autoptr (GBytes) none = NULL;
      g_autoptr (GBytes) copy = NULL;
      g_autoptr (GError) error = NULL;

      spool_put_pattern (spool, 200000, 3);
      if (rolled)
        g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
      seek_to (spool, 0, G_SEEK_SET);
      all = tf_spooled_file_read_bytes (spool, 200000, NULL, &error);
      assert_pattern (all, 200000, 3);
      none = tf_spooled_file_read_bytes (spool, 10, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
      seek_to (spool, 251 * 2, G_SEEK_SET);
      /* More than any memory: there is not that much. */
      rest = tf_spooled_file_read_bytes (spool, G_MAXSIZE, NULL, &error);
      g_assert_no_error (error);
      assert_pattern (rest, 200000 - 251 * 2, 3);
      copy = tf_spooled_file_to_bytes (spool, NULL, &error);
      seek_to (spool, 0, G_SEEK_SET);
      spool_put_pattern (spool, 200000, 99);
      assert_pattern (copy, 200000, 3);
    }
}

static void
test_bad_input (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GError) error = NULL;
  char byte;

  spool_put (spool, "abc");
  for (guint rolled = 0; rolled < 2; rolled++)
    {
      g_assert_false (g_seekable_seek (G_SEEKABLE (spool), -1, G_SEEK_SET, NULL, &error));
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_false (g_seekable_seek (G_SEEKABLE (spool), -4, G_SEEK_END, NULL, &error));
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_false (g_seekable_seek (G_SEEKABLE (spool), 0, (GSeekType) 9, NULL, &error));
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_false (g_seekable_truncate (G_SEEKABLE (spool), -1, NULL, &error));
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpint (tf_spooled_file_read (spool, &byte, G_MAXSIZE, NULL, &error), ==, -1);
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpint (tf_spooled_file_write (spool, "", G_MAXSIZE, NULL, &error), ==, -1);
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpint (tell (spool), ==, 3);
      assert_spool (spool, "abc");
      g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
    }
}

static void
test_cancelled (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GError) error = NULL;
  char byte;

  spool_put (spool, "abc");
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tf_spooled_file_write (spool, "d", 1, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (tf_spooled_file_read (spool, &byte, 1, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_spooled_file_read_bytes (spool, 1, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_spooled_file_to_bytes (spool, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (g_seekable_seek (G_SEEKABLE (spool), 0, G_SEEK_SET, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (g_seekable_truncate (G_SEEKABLE (spool), 9, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (tf_spooled_file_rollover (spool, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_spooled_file_steal_file (spool, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  assert_spool (spool, "abc");
}

/* --- a rollover that fails ----------------------------------------------------------------- */

static void
assert_rollover_fails (TfSpooledFile *spool,
                       int            code)
{
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (count_notify_cb), &n);
  spool_put (spool, "abcd");
  seek_to (spool, 2, G_SEEK_SET);
  g_assert_false (tf_spooled_file_rollover (spool, NULL, &error));
  assert_io_error (error, code);
  g_assert_cmpint (tf_spooled_file_write (spool, "xyz", 3, NULL, &error), ==, -1);
  assert_io_error (error, code);
  g_assert_cmpint (g_output_stream_write (output_of (spool), "xyz", 3, NULL, &error), ==, -1);
  assert_io_error (error, code);
  g_assert_false (g_seekable_truncate (G_SEEKABLE (spool), 5, NULL, &error));
  assert_io_error (error, code);
  g_assert_cmpint (tf_spooled_file_get_fd (spool), ==, -1);
  g_assert_cmpint (tf_spooled_file_dup_fd (spool, &error), ==, -1);
  assert_io_error (error, code);
  g_assert_null (tf_spooled_file_steal_file (spool, NULL, &error));
  assert_io_error (error, code);
  g_assert_false (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, code);
  g_assert_false (tf_test_exists (tf_test_path ("target")));

  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_assert_null (tf_spooled_file_get_file (spool));
  g_assert_cmpint (tell (spool), ==, 2);
  assert_spool (spool, "abcd");
  /* What fits goes on. */
  spool_put (spool, "CD");
  g_object_set (spool, "directory", NULL, "prefix", NULL, "suffix", NULL, NULL);
  g_assert_cmpuint (n, ==, 0);
  spool_put (spool, "e");
  g_assert_cmpuint (n, ==, 1);
  assert_spool (spool, "abCDe");
}

static void
test_bad_places (void)
{
  static const char *const affixes[] = { "../x", "/", "a/b", "x\\y" };
  g_autoptr (GFile) missing = test_file ("missing");
  g_autoptr (GFile) remote = g_file_new_for_uri ("http://example.org/tmp");

  for (guint i = 0; i < G_N_ELEMENTS (affixes); i++)
    {
      g_autoptr (TfSpooledFile) prefixed = tf_spooled_file_new (4);
      g_autoptr (TfSpooledFile) suffixed = tf_spooled_file_new (4);

      g_object_set (prefixed, "prefix", affixes[i], NULL);
      assert_rollover_fails (prefixed, G_IO_ERROR_INVALID_FILENAME);
      g_object_set (suffixed, "suffix", affixes[i], NULL);
      assert_rollover_fails (suffixed, G_IO_ERROR_INVALID_FILENAME);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (4);

      g_object_set (spool, "directory", i == 0 ? missing : remote, NULL);
      assert_rollover_fails (spool, i == 0 ? G_IO_ERROR_NOT_FOUND : G_IO_ERROR_NOT_SUPPORTED);
    }
}

#define DISK MIB

/* Fills the disk but for about `left` bytes. */
static void
fill_disk (const char *path,
           gsize       left)
{
  g_autofree char *bytes = g_malloc0 (DISK - left);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize) (DISK - left), &error);
  g_assert_no_error (error);
}

static void
roll_on_full_disk (gpointer data)
{
  g_autofree char *filler = g_build_filename (tf_test_path ("disk"), "filler", NULL);
  g_autoptr (GFile) disk = test_file ("disk");
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (DISK / 2);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint fds = tf_test_count_fds ();

  g_object_set (spool, "directory", disk, NULL);
  spool_put_pattern (spool, DISK / 2, 5);
  fill_disk (filler, DISK / 4);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (tf_spooled_file_write (spool, "x", 1, NULL, &error), ==, -1);
      assert_io_error (error, G_IO_ERROR_NO_SPACE);
    }
  seek_to (spool, 10, G_SEEK_SET);
  g_assert_false (tf_spooled_file_rollover (spool, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  tf_spooled_file_rollover_async (spool, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_spooled_file_rollover_finish (spool, result, &error));
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  g_clear_object (&result);

  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tell (spool), ==, 10);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, DISK / 2);
  assert_spool_pattern (spool, DISK / 2, 5);
  g_assert_cmpuint (tf_test_count_fds (), ==, fds);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("disk")), ==, 1);

  remove_file (filler);
  seek_to (spool, DISK / 2, G_SEEK_SET);
  spool_put (spool, "x");
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, DISK / 2 + 1);
  g_assert_true (g_seekable_truncate (G_SEEKABLE (spool), DISK / 2, NULL, &error));
  assert_spool_pattern (spool, DISK / 2, 5);
}

static void
test_full_disk (void)
{
  g_assert_true (tf_test_on_small_disk (DISK, roll_on_full_disk, NULL));
}

/* --- closing ------------------------------------------------------------------------------- */

static void
assert_spool_closed (TfSpooledFile *spool)
{
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (spool)));
  g_assert_cmpint (tf_spooled_file_read (spool, &byte, 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_spooled_file_write (spool, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_spooled_file_read_bytes (spool, 1, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_spooled_file_read_bytes (spool, MIB, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_spooled_file_to_bytes (spool, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_spooled_file_rollover (spool, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_spooled_file_steal_file (spool, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  tf_spooled_file_rollover_async (spool, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_spooled_file_rollover_finish (spool, result, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (g_seekable_seek (G_SEEKABLE (spool), 0, G_SEEK_SET, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (g_seekable_truncate (G_SEEKABLE (spool), 0, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_spooled_file_get_fd (spool), ==, -1);
  g_assert_cmpint (tf_spooled_file_dup_fd (spool, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, -1);
  g_assert_cmpint (tell (spool), ==, 0);
  g_assert_nonnull (input_of (spool));
  g_assert_nonnull (output_of (spool));
  g_assert_cmpint (g_input_stream_read (input_of (spool), &byte, 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_output_stream_write (output_of (spool), "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  close_ok (spool);
}

typedef void (*CloseFunc) (TfSpooledFile *spool);

static void
close_plainly (TfSpooledFile *spool)
{
  close_ok (spool);
}

static void
close_by_dispose (TfSpooledFile *spool)
{
  g_object_run_dispose (G_OBJECT (spool));
}

static void
close_asynchronously (TfSpooledFile *spool)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_io_stream_close_async (G_IO_STREAM (spool), 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_true (g_io_stream_close_finish (G_IO_STREAM (spool), result, &error));
  g_assert_no_error (error);
}

static void
test_close (void)
{
  static const CloseFunc funcs[] = { close_plainly, close_by_dispose, close_asynchronously };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    for (guint rolled = 0; rolled < 2; rolled++)
      {
        g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
        TfTemporaryFile *file = NULL;
        guint fds = tf_test_count_fds ();

        spool_put (spool, "abc");
        if (rolled)
          {
            g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
            file = tf_spooled_file_get_file (spool);
            g_assert_nonnull (file);
            g_assert_cmpuint (tf_test_count_fds (), ==, fds + 1);
          }
        funcs[i] (spool);
        assert_spool_closed (spool);
        g_assert_cmpuint (tf_test_count_fds (), ==, fds);
        g_assert_cmpint (tf_spooled_file_is_rolled_over (spool), ==, rolled);
        g_assert_true (tf_spooled_file_get_file (spool) == file);
        if (file != NULL)
          g_assert_cmpint (tf_temporary_file_get_fd (file), ==, -1);
      }
}

/* --- the file ------------------------------------------------------------------------------ */

static void
test_get_file (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (TfTemporaryFile) kept = NULL;
  TfTemporaryFile *file;
  char buffer[8];

  spool_put (spool, "abcdef");
  g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
  file = tf_spooled_file_get_file (spool);
  g_assert_true (TF_IS_TEMPORARY_FILE (file));
  g_assert_true (tf_spooled_file_get_file (spool) == file);
  g_assert_null (tf_temporary_file_get_path (file));
  /* One content, one position. */
  seek_to (file, 2, G_SEEK_SET);
  g_assert_cmpint (tf_spooled_file_read (spool, buffer, 2, NULL, NULL), ==, 2);
  g_assert_cmpmem (buffer, 2, "cd", 2);
  put (file, "EF");
  assert_spool (spool, "abcdEF");
  g_assert_cmpint (tell (spool), ==, 6);

  kept = g_object_ref (file);
  g_clear_object (&spool);
  g_assert_cmpint (tf_temporary_file_get_fd (kept), ==, -1);
}

/* Closing the file closes what the spooled file reads and writes. */
static void
test_file_closed (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GError) error = NULL;

  spool_put (spool, "abc");
  g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
  close_ok (tf_spooled_file_get_file (spool));
  g_assert_cmpint (tf_spooled_file_write (spool, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_output_stream_write (output_of (spool), "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_spooled_file_get_fd (spool), ==, -1);
  close_ok (spool);
}

/* The row "spool's file stolen": as that TfTemporaryFile; the spool is closed. */
static void
test_steal (void)
{
  for (guint how = 0; how < 3; how++)
    {
      g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
      g_autoptr (TfTemporaryFile) file = NULL;
      g_autoptr (GError) error = NULL;
      guint fds = tf_test_count_fds ();
      TfTemporaryFile *before = NULL;
      guint n = 0;

      g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (count_notify_cb), &n);
      spool_put (spool, "abcdef");
      seek_to (spool, 3, G_SEEK_SET);
      if (how > 0)
        g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
      if (how > 1)
        before = tf_spooled_file_get_file (spool);
      file = tf_spooled_file_steal_file (spool, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (before == NULL || before == file);
      g_assert_cmpuint (n, ==, 1);
      g_assert_null (tf_spooled_file_get_file (spool));
      assert_spool_closed (spool);
      g_clear_object (&spool);

      g_assert_cmpint (tell (file), ==, 3);
      put (file, "DEF");
      assert_content (file, "abcDEF");
      g_assert_null (tf_temporary_file_get_path (file));
      close_ok (file);
      g_assert_cmpuint (tf_test_count_fds (), ==, fds);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
    }
}

/* The same, of a file that has a name already. */
static void
test_steal_persisted (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (TfTemporaryFile) file = NULL;

  spool_put (spool, "abc");
  g_assert_true (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, NULL));
  file = tf_spooled_file_steal_file (spool, NULL, NULL);
  g_assert_nonnull (file);
  g_assert_cmpstr (tf_temporary_file_get_path (file), ==, tf_test_path ("target"));
  g_clear_object (&spool);
  put (file, "def");
  close_ok (file);
  g_clear_object (&file);
  assert_file (tf_test_path ("target"), "abcdef");
  remove_file (tf_test_path ("target"));
}

static void
test_persist (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GFile) remote = g_file_new_for_uri ("http://example.org/x");
  g_autoptr (GError) error = NULL;
  const char *path = tf_test_path ("target");

  make_file (path, "old", 0640);
  spool_put (spool, "new");
  g_assert_false (tf_spooled_file_persist (spool, remote, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_false (tf_spooled_file_persist (spool, target, (TfPersistFlags) 0x4000, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_assert_false (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_EXISTS);
  assert_file (path, "old");
  assert_spool (spool, "new");

  g_assert_true (tf_spooled_file_persist (spool, target, TF_PERSIST_REPLACE, NULL, &error));
  g_assert_no_error (error);
  assert_file (path, "new");
  g_assert_cmpuint (tf_test_mode (path), ==, tf_test_shown_mode (0640));
  g_assert_cmpstr (tf_temporary_file_get_path (tf_spooled_file_get_file (spool)), ==, path);
  g_assert_cmpint (tell (spool), ==, 3);
  spool_put (spool, "er");
  assert_spool (spool, "newer");
  close_ok (spool);
  assert_file (path, "newer");
  g_clear_object (&spool);
  assert_file (path, "newer");
  remove_file (path);
}

static void
test_persist_new (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GError) error = NULL;
  int n = 0;
  TfTemporaryFile *file;

  spool_put_pattern (spool, 100000, 8);
  g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
  file = tf_spooled_file_get_file (spool);
  g_signal_connect_swapped (file, "notify::file", G_CALLBACK (g_atomic_int_inc), &n);
  g_assert_true (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1);
  g_assert_cmpuint (tf_test_mode (tf_test_path ("target")), ==, tf_test_shown_mode (0644));
  assert_spool_pattern (spool, 100000, 8);
  g_assert_true (g_file_equal (tf_temporary_file_get_file (file), target));
  g_clear_object (&spool);
  g_assert_true (tf_test_exists (tf_test_path ("target")));
  remove_file (tf_test_path ("target"));
}

/* --- asynchronous -------------------------------------------------------------------------- */

typedef struct
{
  guint notified;
  guint called;
} Order;

static void
order_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    data)
{
  Order *order = data;

  g_assert_cmpuint (order->called, ==, 0);
  g_assert_true (g_main_context_is_owner (NULL));
  order->notified++;
}

static void
order_called_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      data)
{
  Order *order = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_async_result_get_user_data (result) == data);
  g_assert_true (tf_spooled_file_rollover_finish (TF_SPOOLED_FILE (source), result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (order->notified, ==, 1);
  order->called++;
}

static void
test_rollover_async (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  Order order = { 0, 0 };

  g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (order_notify_cb), &order);
  spool_put_pattern (spool, 300000, 4);
  seek_to (spool, 5, G_SEEK_SET);
  tf_spooled_file_rollover_async (spool, G_PRIORITY_LOW, NULL, order_called_cb, &order);
  while (order.called == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (order.notified, ==, 1);
  g_assert_cmpint (tell (spool), ==, 5);
  assert_spool_pattern (spool, 300000, 4);
  /* Harmless twice, and without a callback. */
  tf_spooled_file_rollover_async (spool, 0, NULL, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE));
}

static void
test_rollover_async_fails (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) missing = test_file ("missing");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  spool_put (spool, "abc");
  g_object_set (spool, "directory", missing, NULL);
  tf_spooled_file_rollover_async (spool, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_spooled_file_rollover_finish (spool, result, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_clear_object (&result);

  g_object_set (spool, "directory", NULL, NULL);
  g_cancellable_cancel (cancellable);
  tf_spooled_file_rollover_async (spool, 0, cancellable, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_spooled_file_rollover_finish (spool, result, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  assert_spool (spool, "abc");
}

static void
test_pending (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");
  GAsyncResult *results[3] = { NULL, };
  g_autoptr (GError) error = NULL;
  guint done = 0;

  spool_put_pattern (spool, 20 * MIB, 4);
  /* The first is under way for as long as it takes to write so much. */
  tf_spooled_file_rollover_async (spool, 0, NULL, tf_test_store_cb, &results[0]);
  tf_spooled_file_rollover_async (spool, 0, NULL, tf_test_store_cb, &results[1]);
  tf_spooled_file_persist_async (spool, target, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                 &results[2]);
  for (guint i = 0; i < 3; i++)
    {
      tf_test_wait_result (&results[i]);
      if (i < 2 ? tf_spooled_file_rollover_finish (spool, results[i], &error)
                : tf_spooled_file_persist_finish (spool, results[i], &error))
        done++;
      else
        assert_io_error (error, G_IO_ERROR_PENDING);
      g_clear_object (&results[i]);
    }
  g_assert_cmpuint (done, ==, 1);
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  /* The place is free again. */
  tf_spooled_file_persist_async (spool, target, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                 &results[0]);
  tf_test_wait_result (&results[0]);
  g_assert_true (tf_spooled_file_persist_finish (spool, results[0], &error));
  g_assert_no_error (error);
  g_clear_object (&results[0]);
  assert_spool_pattern (spool, 20 * MIB, 4);
  remove_file (tf_test_path ("target"));
}

static void
test_persist_async (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (count_notify_cb), &n);
  make_file (tf_test_path ("target"), "old", 0600);
  spool_put (spool, "new");
  tf_spooled_file_persist_async (spool, target, (TfPersistFlags) 0x4000, 0, NULL, tf_test_store_cb,
                                 &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_spooled_file_persist_finish (spool, result, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_object (&result);
  g_assert_cmpuint (n, ==, 0);

  tf_spooled_file_persist_async (spool, target, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                 &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_spooled_file_persist_finish (spool, result, &error));
  assert_io_error (error, G_IO_ERROR_EXISTS);
  g_clear_object (&result);
  g_assert_cmpuint (n, ==, 1);

  tf_spooled_file_persist_async (spool, target, TF_PERSIST_REPLACE, 0, NULL, tf_test_store_cb,
                                 &result);
  tf_test_wait_result (&result);
  g_assert_true (tf_spooled_file_persist_finish (spool, result, &error));
  g_assert_no_error (error);
  assert_file (tf_test_path ("target"), "new");
  g_assert_cmpstr (tf_temporary_file_get_path (tf_spooled_file_get_file (spool)), ==,
                   tf_test_path ("target"));
  remove_file (tf_test_path ("target"));
}

/* An operation keeps its object alive. */
static void
test_dropped_while_under_way (void)
{
  TfSpooledFile *spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (GAsyncResult) result = NULL;

  spool_put (spool, "abc");
  tf_spooled_file_persist_async (spool, target, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                 &result);
  g_object_add_weak_pointer (G_OBJECT (spool), (gpointer *) &spool);
  g_object_unref (spool);
  tf_test_wait_result (&result);
  g_assert_true (tf_spooled_file_persist_finish (spool, result, NULL));
  g_clear_object (&result);
  while (spool != NULL)
    g_main_context_iteration (NULL, FALSE);
  assert_file (tf_test_path ("target"), "abc");
  remove_file (tf_test_path ("target"));
}

/* A write in a worker rolls over; it is told in the main context of the object. */
static void
test_stream_async (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (5);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Order order = { 0, 0 };

  g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (order_notify_cb), &order);
  g_output_stream_write_async (output_of (spool), "abcdef", 6, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_cmpint (g_output_stream_write_finish (output_of (spool), result, &error), ==, 6);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (order.notified, ==, 1);
  assert_spool (spool, "abcdef");
}

/* --- when memory is short ------------------------------------------------------------------ */

typedef struct
{
  GObject parent_instance;
} TestMonitor;

typedef struct
{
  GObjectClass parent_class;
} TestMonitorClass;

static GType test_monitor_get_type (void);

static gboolean
test_monitor_initable_init (GInitable     *initable,
                            GCancellable  *cancellable,
                            GError       **error)
{
  return TRUE;
}

static void
test_monitor_initable_iface_init (GInitableIface *iface)
{
  iface->init = test_monitor_initable_init;
}

G_DEFINE_TYPE_WITH_CODE (TestMonitor, test_monitor, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, test_monitor_initable_iface_init)
                         G_IMPLEMENT_INTERFACE (G_TYPE_MEMORY_MONITOR, NULL))

static void
test_monitor_class_init (TestMonitorClass *klass)
{
}

static void
test_monitor_init (TestMonitor *self)
{
}

static void
warn_of_low_memory (void)
{
  g_autoptr (GMemoryMonitor) monitor = g_memory_monitor_dup_default ();

  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (monitor, test_monitor_get_type ()));
  g_signal_emit_by_name (monitor, "low-memory-warning", G_MEMORY_MONITOR_WARNING_LEVEL_MEDIUM);
}

static void
test_low_memory (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (TfSpooledFile) calm = tf_spooled_file_new (0);
  g_autoptr (GFile) missing = test_file ("missing");
  Order order = { 0, 0 };

  g_signal_connect (spool, "notify::rolled-over", G_CALLBACK (order_notify_cb), &order);
  spool_put (spool, "abc");
  spool_put (calm, "abc");
  g_object_set (spool, "roll-on-low-memory", TRUE, "directory", missing, NULL);
  g_object_set (calm, "roll-on-low-memory", TRUE, NULL);
  g_object_set (calm, "roll-on-low-memory", FALSE, NULL);
  /* The first fails without a word, the second does it. */
  warn_of_low_memory ();
  for (guint i = 0; i < 50; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  g_object_set (spool, "directory", NULL, NULL);
  warn_of_low_memory ();
  while (order.notified == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_spool (spool, "abc");
  warn_of_low_memory ();
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (order.notified, ==, 1);
  g_assert_false (tf_spooled_file_is_rolled_over (calm));
  g_clear_object (&spool);
  warn_of_low_memory ();
}

/* --- threads and forks ---------------------------------------------------------------------- */

#define RECORD 100
#define RECORDS 3000

typedef struct
{
  TfSpooledFile *spool;
  char letter;
} Writer;

/* One by the object, one by the stream. */
static gpointer
write_records_cb (gpointer data)
{
  Writer *writer = data;
  char record[RECORD];

  memset (record, writer->letter, RECORD);
  for (guint i = 0; i < RECORDS; i++)
    {
      gssize n = writer->letter == 'a'
                   ? tf_spooled_file_write (writer->spool, record, RECORD, NULL, NULL)
                   : g_output_stream_write (output_of (writer->spool), record, RECORD, NULL, NULL);

      g_assert_cmpint (n, ==, RECORD);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (RECORD * RECORDS);
  Writer writers[] = { { spool, 'a' }, { spool, 'b' } };
  GThread *threads[2];
  g_autoptr (GBytes) bytes = NULL;
  const char *all;
  guint n[2] = { 0, 0 };
  int notified = 0;

  g_signal_connect_swapped (spool, "notify::rolled-over", G_CALLBACK (g_atomic_int_inc), &notified);
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("writer", write_records_cb, &writers[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  while (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpint (g_atomic_int_get (&notified), ==, 1);

  bytes = tf_spooled_file_to_bytes (spool, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 2 * RECORD * RECORDS);
  all = g_bytes_get_data (bytes, NULL);
  for (const char *at = all; at < all + 2 * RECORD * RECORDS; at += RECORD)
    {
      g_assert_true (*at == 'a' || *at == 'b');
      n[*at - 'a']++;
      for (guint i = 1; i < RECORD; i++)
        g_assert_cmpint (at[i], ==, *at);
    }
  g_assert_cmpuint (n[0], ==, RECORDS);
  g_assert_cmpuint (n[1], ==, RECORDS);
}

static void
use_in_child (gpointer data)
{
  TfSpooledFile *spool = data;
  g_autoptr (GError) error = NULL;

  assert_spool (spool, "parent");
  spool_put (spool, " child");
  g_assert_true (g_output_stream_write_all (output_of (spool), "!", 1, NULL, NULL, &error));
  assert_spool (spool, "parent child!");
  g_assert_true (tf_spooled_file_rollover (spool, NULL, &error));
  g_assert_no_error (error);
  assert_spool (spool, "parent child!");
  g_object_unref (spool);
}

static void
drop_in_child (gpointer data)
{
  assert_spool (data, "parent!");
  g_object_unref (data);
}

static void
test_fork (void)
{
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  g_autoptr (GFile) target = test_file ("target");

  spool_put (spool, "parent");
  g_assert_true (tf_test_in_child (use_in_child, spool));
  assert_spool (spool, "parent");
  spool_put (spool, "!");
  g_assert_true (tf_spooled_file_rollover (spool, NULL, NULL));
  g_assert_true (tf_test_in_child (drop_in_child, spool));
  assert_spool (spool, "parent!");
  g_assert_true (tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, NULL));
  g_assert_true (tf_test_in_child (drop_in_child, spool));
  assert_file (tf_test_path ("target"), "parent!");
  remove_file (tf_test_path ("target"));
}

/* --- against a model ------------------------------------------------------------------------ */

#define MODEL_LIMIT 200000

typedef struct
{
  GRand *rand;
  TfSpooledFile *spool;
  GByteArray *bytes;    /* what must be in it */
  gint64 cursor;
  guint64 max_size;
  gboolean rolled;
} Model;

static gsize
model_count (Model *model)
{
  static const int limits[] = { 2, 30, 700, 5000, 90000 };
  int limit = limits[g_rand_int_range (model->rand, 0, G_N_ELEMENTS (limits))];

  return (gsize) g_rand_int_range (model->rand, 1, limit);
}

static void
model_resize (Model *model,
              gsize  size)
{
  gsize before = model->bytes->len;

  if (model->max_size > 0 && size > model->max_size)
    model->rolled = TRUE;
  g_byte_array_set_size (model->bytes, (guint) size);
  if (size > before)
    memset (model->bytes->data + before, 0, size - before);
}

static void
model_write (Model *model)
{
  gsize count = model_count (model);
  g_autofree guint8 *bytes = g_malloc (count);
  g_autoptr (GBytes) wrapped = NULL;
  gssize n;

  if (model->cursor + (gint64) count > MODEL_LIMIT)
    return;
  for (gsize i = 0; i < count; i++)
    bytes[i] = (guint8) g_rand_int (model->rand);
  wrapped = g_bytes_new_static (bytes, count);
  switch (g_rand_int_range (model->rand, 0, 3))
    {
    case 0:
      n = tf_spooled_file_write (model->spool, bytes, count, NULL, NULL);
      break;
    case 1:
      n = tf_spooled_file_write_bytes (model->spool, wrapped, NULL, NULL);
      break;
    default:
      n = g_output_stream_write (output_of (model->spool), bytes, count, NULL, NULL);
    }
  g_assert_cmpint (n, ==, count);
  model_resize (model, MAX (model->bytes->len, (gsize) model->cursor + count));
  memcpy (model->bytes->data + model->cursor, bytes, count);
  model->cursor += (gint64) count;
}

static void
model_read (Model *model)
{
  gsize count = model_count (model);
  gsize there = (gsize) MAX (0, (gint64) model->bytes->len - model->cursor);
  g_autofree guint8 *buffer = g_malloc (count);
  g_autoptr (GBytes) bytes = NULL;
  gssize n;

  switch (g_rand_int_range (model->rand, 0, 3))
    {
    case 0:
      n = tf_spooled_file_read (model->spool, buffer, count, NULL, NULL);
      break;
    case 1:
      bytes = tf_spooled_file_read_bytes (model->spool, count, NULL, NULL);
      n = (gssize) g_bytes_get_size (bytes);
      if (n > 0)
        memcpy (buffer, g_bytes_get_data (bytes, NULL), (gsize) n);
      break;
    default:
      n = g_input_stream_read (input_of (model->spool), buffer, count, NULL, NULL);
    }
  g_assert_cmpint (n, ==, MIN (count, there));
  if (n > 0)
    g_assert_cmpmem (buffer, n, model->bytes->data + model->cursor, n);
  model->cursor += n;
}

static void
model_move (Model *model)
{
  GSeekable *seekables[] = { G_SEEKABLE (model->spool), G_SEEKABLE (input_of (model->spool)),
                             G_SEEKABLE (output_of (model->spool)) };
  gint64 target = g_rand_int_range (model->rand, 0, (gint32) model->bytes->len * 5 / 4 + 100);
  int which = g_rand_int_range (model->rand, 0, 3);

  if (g_rand_int_range (model->rand, 0, 6) == 0)
    {
      target = MIN (target, MODEL_LIMIT);
      which = which == 1 ? 0 : which;
      g_assert_true (g_seekable_truncate (seekables[which], target, NULL, NULL));
      model_resize (model, (gsize) target);
      return;
    }
  g_assert_true (g_seekable_seek (seekables[which], target - model->cursor, G_SEEK_CUR, NULL,
                                  NULL));
  model->cursor = target;
}

static void
model_rare (Model *model)
{
  g_autoptr (GBytes) bytes = NULL;

  switch (g_rand_int_range (model->rand, 0, 12))
    {
    case 0:
      g_assert_true (tf_spooled_file_rollover (model->spool, NULL, NULL));
      model->rolled = TRUE;
      break;
    case 1:
      g_assert_cmpint (tf_spooled_file_get_fd (model->spool), >=, 0);
      model->rolled = TRUE;
      break;
    case 2:
      g_assert_true (g_output_stream_flush (output_of (model->spool), NULL, NULL));
      break;
    default:
      bytes = tf_spooled_file_to_bytes (model->spool, NULL, NULL);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                       model->bytes->data, model->bytes->len);
    }
}

static void
model_step (Model *model)
{
  int dice = g_rand_int_range (model->rand, 0, 100);

  if (dice < 40)
    model_write (model);
  else if (dice < 70)
    model_read (model);
  else if (dice < 90)
    model_move (model);
  else if (dice < 95)
    model_rare (model);
  g_assert_cmpint (tf_spooled_file_is_rolled_over (model->spool), ==, model->rolled);
  g_assert_cmpint (tell (model->spool), ==, model->cursor);
  g_assert_cmpint (tf_spooled_file_get_size (model->spool), ==, model->bytes->len);
}

static void
test_model (void)
{
  const char *given = g_getenv ("TF_TEST_SEED");
  guint32 seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 0) : g_random_int ();
  guint rounds = tf_test_scale (15, 120, 1500);
  Model model = { g_rand_new_with_seed (seed), };

  g_test_message ("TF_TEST_SEED=%u", seed);
  for (guint i = 0; i < rounds; i++)
    {
      model.max_size = i % 3 == 0 ? 0 : (guint64) g_rand_int_range (model.rand, 1, MODEL_LIMIT);
      model.spool = tf_spooled_file_new (model.max_size);
      if (i % 5 == 0)
        g_object_set (model.spool, "buffer-size", g_rand_int_range (model.rand, 0, 9999), NULL);
      model.bytes = g_byte_array_new ();
      model.cursor = 0;
      model.rolled = FALSE;
      for (guint step = 0; step < 200; step++)
        model_step (&model);
      g_object_unref (model.spool);
      g_byte_array_unref (model.bytes);
    }
  g_rand_free (model.rand);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  /* The system's own would ask D-Bus. */
  g_io_extension_point_register (G_MEMORY_MONITOR_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_MEMORY_MONITOR_EXTENSION_POINT_NAME, test_monitor_get_type (),
                                  "test", 1000);

  tf_test_add ("/api/spooled-file/object", test_object);
  tf_test_add ("/api/spooled-file/properties", test_properties);
  tf_test_add ("/api/spooled-file/properties-too-late", test_properties_too_late);
  tf_test_add ("/api/spooled-file/bound", test_bound);
  tf_test_add ("/api/spooled-file/bound-once", test_bound_once);
  tf_test_add ("/api/spooled-file/bound-sparse", test_bound_sparse);
  tf_test_add ("/api/spooled-file/bound-truncate", test_bound_truncate);
  tf_test_add ("/api/spooled-file/bound-changed", test_bound_changed);
  tf_test_add ("/api/spooled-file/ways", test_ways);
  tf_test_add ("/api/spooled-file/streams", test_streams);
  tf_test_add ("/api/spooled-file/stream-closed", test_stream_closed);
  tf_test_add ("/api/spooled-file/bytes", test_bytes);
  tf_test_add ("/api/spooled-file/bad-input", test_bad_input);
  tf_test_add ("/api/spooled-file/cancelled", test_cancelled);
  tf_test_add ("/api/spooled-file/bad-places", test_bad_places);
  tf_test_add ("/api/spooled-file/full-disk", test_full_disk);
  tf_test_add ("/api/spooled-file/close", test_close);
  tf_test_add ("/api/spooled-file/get-file", test_get_file);
  tf_test_add ("/api/spooled-file/file-closed", test_file_closed);
  tf_test_add ("/api/spooled-file/steal", test_steal);
  tf_test_add ("/api/spooled-file/steal-persisted", test_steal_persisted);
  tf_test_add ("/api/spooled-file/persist", test_persist);
  tf_test_add ("/api/spooled-file/persist-new", test_persist_new);
  tf_test_add ("/api/spooled-file/rollover-async", test_rollover_async);
  tf_test_add ("/api/spooled-file/rollover-async-fails", test_rollover_async_fails);
  tf_test_add ("/api/spooled-file/pending", test_pending);
  tf_test_add ("/api/spooled-file/persist-async", test_persist_async);
  tf_test_add ("/api/spooled-file/dropped-while-under-way", test_dropped_while_under_way);
  tf_test_add ("/api/spooled-file/stream-async", test_stream_async);
  tf_test_add ("/api/spooled-file/low-memory", test_low_memory);
  tf_test_add ("/api/spooled-file/threads", test_threads);
  tf_test_add ("/api/spooled-file/fork", test_fork);
  tf_test_add ("/api/spooled-file/model", test_model);
  return tf_test_run ();
}
