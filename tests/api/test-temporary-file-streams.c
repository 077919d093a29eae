/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile as a pair of streams: one cursor, one file, two streams that come and go. */

#include "api-helpers.h"

static GInputStream *
input_of (TfTemporaryFile *file)
{
  return g_io_stream_get_input_stream (G_IO_STREAM (file));
}

static GOutputStream *
output_of (TfTemporaryFile *file)
{
  return g_io_stream_get_output_stream (G_IO_STREAM (file));
}

static void
write_ok (TfTemporaryFile *file,
          const char      *text)
{
  g_autoptr (GError) error = NULL;
  gsize n;

  g_output_stream_write_all (output_of (file), text, strlen (text), &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, strlen (text));
}

static void
assert_reads (TfTemporaryFile *file,
              const char      *text)
{
  g_autoptr (GError) error = NULL;
  char buffer[64];
  gsize n;

  g_assert_cmpuint (strlen (text), <, sizeof buffer);
  g_input_stream_read_all (input_of (file), buffer, strlen (text), &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (buffer, n, text, strlen (text));
}

static void
assert_cursor (TfTemporaryFile *file,
               goffset          offset)
{
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, offset);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (input_of (file))), ==, offset);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (output_of (file))), ==, offset);
}

static TfTemporaryFile *
new_of_kind (gconstpointer data)
{
  return GPOINTER_TO_INT (data) ? new_named () : new_anonymous ();
}

/* --- one cursor -------------------------------------------------------------------------- */

static void
test_one_cursor (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  assert_cursor (file, 0);
  write_ok (file, "0123456789");
  assert_cursor (file, 10);
  seek_to (input_of (file), 3, G_SEEK_SET);
  assert_cursor (file, 3);
  assert_reads (file, "34");
  write_ok (file, "ab");
  assert_cursor (file, 7);
  assert_reads (file, "7");
  seek_to (output_of (file), -1, G_SEEK_CUR);
  put (file, "c");
  assert_reads (file, "89");
  seek_to (file, -2, G_SEEK_END);
  assert_reads (file, "89");
  assert_content (file, "01234abc89");
}

static void
test_seekable (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  g_assert_true (g_seekable_can_seek (G_SEEKABLE (file)));
  g_assert_true (g_seekable_can_truncate (G_SEEKABLE (file)));
  g_assert_true (G_IS_SEEKABLE (input_of (file)));
  g_assert_true (G_IS_SEEKABLE (output_of (file)));
  g_assert_true (g_seekable_can_seek (G_SEEKABLE (input_of (file))));
  g_assert_true (g_seekable_can_seek (G_SEEKABLE (output_of (file))));
  g_assert_true (g_seekable_can_truncate (G_SEEKABLE (output_of (file))));
  /* Whoever asks a child for its descriptor would go behind the buffer's back. */
  assert_descriptor_based (input_of (file), FALSE);
  assert_descriptor_based (output_of (file), FALSE);
  g_assert_true (input_of (file) == input_of (file));
  g_assert_true (output_of (file) == output_of (file));
}

static void
test_bad_seeks (gconstpointer data)
{
  static const struct { goffset offset; GSeekType whence; } seeks[] = {
    { -1, G_SEEK_SET }, { -4, G_SEEK_CUR }, { -7, G_SEEK_END }, { G_MININT64, G_SEEK_CUR },
    { G_MAXINT64, G_SEEK_CUR }, { G_MAXINT64, G_SEEK_END }, { 0, (GSeekType) 17 },
  };
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;

  write_ok (file, "sixsix");
  seek_to (file, 3, G_SEEK_SET);
  for (guint i = 0; i < G_N_ELEMENTS (seeks); i++)
    {
      g_assert_false (g_seekable_seek (G_SEEKABLE (file), seeks[i].offset, seeks[i].whence, NULL,
                                       &error));
      assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      assert_cursor (file, 3);
    }
  g_assert_false (g_seekable_truncate (G_SEEKABLE (file), -1, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 6);
}

static void
test_truncate (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  write_ok (file, "0123456789");
  g_assert_true (g_seekable_truncate (G_SEEKABLE (file), 4, NULL, &error));
  g_assert_no_error (error);
  assert_cursor (file, 10);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 4);
  assert_content (file, "0123");
  write_ok (file, "x");
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "0123\0\0\0\0\0\0x", 11);
  g_assert_true (g_seekable_truncate (G_SEEKABLE (output_of (file)), 2, NULL, &error));
  g_assert_true (g_seekable_truncate (G_SEEKABLE (file), 3, NULL, &error));
  seek_to (file, 0, G_SEEK_SET);
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = tf_temporary_file_read_bytes (file, 100, NULL, &error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "01\0", 3);
}

/* Truncated behind what was read ahead: the old bytes do not come back. */
static void
test_truncate_after_read (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  write_ok (file, "0123456789");
  seek_to (file, 0, G_SEEK_SET);
  assert_reads (file, "01");
  g_assert_true (g_seekable_truncate (G_SEEKABLE (file), 5, NULL, NULL));
  assert_reads (file, "234");
  g_assert_cmpint (g_input_stream_read (input_of (file), (char[1]) { 0 }, 1, NULL, NULL), ==, 0);
}

/* --- looking ----------------------------------------------------------------------------- */

static void
assert_info (TfTemporaryFile *file,
             GFileInfo       *info,
             goffset          size)
{
  struct stat st;

  g_assert_no_errno (fstat (tf_temporary_file_get_fd (file), &st));
  g_assert_cmpint (g_file_info_get_size (info), ==, size);
  g_assert_cmpint (st.st_size, ==, size);
  g_assert_cmpint (g_file_info_get_file_type (info), ==, G_FILE_TYPE_REGULAR);
  g_assert_cmpuint (g_file_info_get_attribute_uint32 (info, "unix::mode"), ==, st.st_mode);
  g_assert_cmpuint (g_file_info_get_attribute_uint64 (info, "unix::inode"), ==, st.st_ino);
  g_assert_cmpuint (g_file_info_get_attribute_uint64 (info, "time::modified"), ==, st.st_mtime);
  g_assert_nonnull (g_file_info_get_etag (info));
}

static void
test_query_info (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GFileInfo) few = NULL;

  write_ok (file, "ten bytes.");
  info = g_file_io_stream_query_info (G_FILE_IO_STREAM (file), "*", NULL, &error);
  g_assert_no_error (error);
  assert_cursor (file, 10);
  assert_info (file, info, 10);
  few = g_file_io_stream_query_info (G_FILE_IO_STREAM (file), "standard::size", NULL, &error);
  g_assert_cmpint (g_file_info_get_size (few), ==, 10);
  g_assert_false (g_file_info_has_attribute (few, "unix::mode"));
}

static void
test_query_info_async (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GFileInfo) info = NULL;

  write_ok (file, "ten bytes.");
  g_file_io_stream_query_info_async (G_FILE_IO_STREAM (file), "*", 0, NULL, tf_test_store_cb,
                                     &result);
  tf_test_wait_result (&result);
  info = g_file_io_stream_query_info_finish (G_FILE_IO_STREAM (file), result, &error);
  g_assert_no_error (error);
  assert_info (file, info, 10);
}

/* GIO asks for it when the stream is closed; what is left on disk then has one. */
static void
test_etag (void)
{
  g_autoptr (TfTemporaryFile) kept = new_with ("anonymous", FALSE, "auto-delete", FALSE);
  g_autoptr (TfTemporaryFile) anonymous = new_anonymous ();
  g_autoptr (GFile) location = g_object_ref (tf_temporary_file_get_file (kept));
  g_autoptr (GFileInfo) info = NULL;
  g_autofree char *etag = NULL;

  write_ok (kept, "text");
  write_ok (anonymous, "text");
  close_ok (kept);
  close_ok (anonymous);
  etag = g_file_io_stream_get_etag (G_FILE_IO_STREAM (kept));
  info = g_file_query_info (location, "etag::value", G_FILE_QUERY_INFO_NONE, NULL, NULL);
  g_assert_cmpstr (etag, ==, g_file_info_get_etag (info));
  g_assert_null (g_file_io_stream_get_etag (G_FILE_IO_STREAM (anonymous)));
  remove_file (g_file_peek_path (location));
}

/* --- streams come and go ----------------------------------------------------------------- */

static void
test_close_one (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;

  write_ok (file, "text");
  g_assert_true (g_output_stream_close (output_of (file), NULL, &error));
  g_assert_cmpint (g_output_stream_write (output_of (file), "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  seek_to (file, 0, G_SEEK_SET);
  assert_reads (file, "text");
  g_assert_true (g_input_stream_close (input_of (file), NULL, &error));
  g_assert_cmpint (g_input_stream_read (input_of (file), (char[1]) { 0 }, 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (g_io_stream_is_closed (G_IO_STREAM (file)));
  put (file, "!");
  assert_content (file, "text!");
  close_ok (file);
}

static void
assert_dead (GInputStream  *in,
             GOutputStream *out)
{
  g_autoptr (GError) error = NULL;
  char buffer[4];

  g_assert_cmpint (g_input_stream_read (in, buffer, 4, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_input_stream_skip (in, 4, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_output_stream_write (out, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (g_output_stream_flush (out, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (g_seekable_seek (G_SEEKABLE (in), 0, G_SEEK_SET, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (g_seekable_truncate (G_SEEKABLE (out), 0, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (out)), ==, 0);
}

static void
test_streams_survive (gconstpointer data)
{
  for (guint way = 0; way < 3; way++)
    {
      TfTemporaryFile *file = new_of_kind (data);
      g_autoptr (GInputStream) in = g_object_ref (input_of (file));
      g_autoptr (GOutputStream) out = g_object_ref (output_of (file));
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      char buffer[4];

      write_ok (file, "text");
      if (way == 1)
        close_ok (file);
      else if (way == 2)
        g_object_run_dispose (G_OBJECT (file));
      if (way != 1)
        g_object_unref (file);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
      assert_dead (in, out);
      g_input_stream_read_async (in, buffer, 4, 0, NULL, tf_test_store_cb, &result);
      tf_test_wait_result (&result);
      g_assert_cmpint (g_input_stream_read_finish (in, result, &error), ==, -1);
      assert_io_error (error, G_IO_ERROR_CLOSED);
      if (way == 1)
        g_object_unref (file);
    }
}

/* --- what GIO makes of the streams ------------------------------------------------------- */

static void
test_skip (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  write_ok (file, "0123456789");
  seek_to (file, 0, G_SEEK_SET);
  g_assert_cmpint (g_input_stream_skip (input_of (file), 4, NULL, &error), ==, 4);
  assert_reads (file, "4");
  g_input_stream_skip_async (input_of (file), 2, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_cmpint (g_input_stream_skip_finish (input_of (file), result, &error), ==, 2);
  g_assert_no_error (error);
  assert_reads (file, "7");
  g_assert_cmpint (g_input_stream_skip (input_of (file), 100, NULL, &error), ==, 2);
  g_assert_cmpint (g_input_stream_skip (input_of (file), 100, NULL, &error), ==, 0);
  g_assert_no_error (error);
  assert_cursor (file, 10);
}

static void
test_splice (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (TfTemporaryFile) other = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  put_pattern (file, 300000, 4);
  seek_to (file, 0, G_SEEK_SET);
  g_assert_cmpint (g_output_stream_splice (output_of (other), input_of (file),
                                           G_OUTPUT_STREAM_SPLICE_NONE, NULL, &error), ==, 300000);
  g_assert_no_error (error);
  bytes = tf_temporary_file_to_bytes (other, NULL, &error);
  assert_pattern (bytes, 300000, 4);
  seek_to (other, 0, G_SEEK_SET);
  g_output_stream_splice_async (output_of (file), input_of (other), G_OUTPUT_STREAM_SPLICE_NONE, 0,
                                NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_cmpint (g_output_stream_splice_finish (output_of (file), result, &error), ==, 300000);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 600000);
}

static void
test_filters (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GDataOutputStream) writer = g_data_output_stream_new (output_of (file));
  g_autoptr (GDataInputStream) reader = g_data_input_stream_new (input_of (file));
  g_autoptr (GError) error = NULL;
  GOutputVector vectors[] = { { "three ", 6 }, { "vec", 3 }, { "tors\n", 5 } };
  gsize n;

  g_assert_true (g_data_output_stream_put_string (writer, "one line\n", NULL, &error));
  g_assert_true (g_output_stream_printf (output_of (file), NULL, NULL, &error, "%d\n", 42));
  g_assert_true (g_output_stream_writev_all (output_of (file), vectors, 3, &n, NULL, &error));
  g_assert_cmpuint (n, ==, 14);
  assert_content (file, "one line\n42\nthree vectors\n");
  seek_to (file, 0, G_SEEK_SET);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const lines[] = { "one line", "42", "three vectors" };
      g_autofree char *line = g_data_input_stream_read_line (reader, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (line, ==, lines[i]);
    }
}

/* --- asynchronously ---------------------------------------------------------------------- */

static void
test_async (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *big = g_malloc0 (1000000);
  char buffer[16];
  gsize n;

  g_output_stream_write_async (output_of (file), "text", 4, 0, NULL, tf_test_store_cb, &result);
  g_assert_null (result);
  tf_test_wait_result (&result);
  g_assert_cmpint (g_output_stream_write_finish (output_of (file), result, &error), ==, 4);
  g_clear_object (&result);
  g_output_stream_flush_async (output_of (file), 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_true (g_output_stream_flush_finish (output_of (file), result, &error));
  g_clear_object (&result);
  seek_to (file, 1, G_SEEK_SET);
  g_input_stream_read_async (input_of (file), buffer, 16, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_cmpint (g_input_stream_read_finish (input_of (file), result, &error), ==, 3);
  g_assert_cmpmem (buffer, 3, "ext", 3);
  g_clear_object (&result);
  g_output_stream_write_all_async (output_of (file), big, 1000000, 0, NULL, tf_test_store_cb,
                                   &result);
  tf_test_wait_result (&result);
  g_assert_true (g_output_stream_write_all_finish (output_of (file), result, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1000000);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 1000004);
}

static void
test_async_close (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  write_ok (file, "text");
  g_io_stream_close_async (G_IO_STREAM (file), 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_true (g_io_stream_close_finish (G_IO_STREAM (file), result, &error));
  g_assert_no_error (error);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (file)));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  g_assert_cmpint (tf_temporary_file_write (file, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_clear_object (&result);
  g_io_stream_close_async (G_IO_STREAM (file), 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_true (g_io_stream_close_finish (G_IO_STREAM (file), result, &error));
}

/* TRUE when the second operation was refused while the first was under way; the first goes on. */
static gboolean
try_two_at_once (TfTemporaryFile *file,
                 const char      *bytes,
                 gsize            count)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  char buffer[16];

  g_output_stream_write_async (output_of (file), bytes, count, 0, NULL, tf_test_store_cb, &first);
  g_input_stream_read_async (input_of (file), buffer, 16, 0, NULL, tf_test_store_cb, &second);
  tf_test_wait_result (&second);
  tf_test_wait_result (&first);
  g_assert_cmpint (g_output_stream_write_finish (output_of (file), first, &error), ==, count);
  g_assert_no_error (error);
  if (g_input_stream_read_finish (input_of (file), second, &error) >= 0)
    return FALSE;
  assert_io_error (error, G_IO_ERROR_PENDING);
  return TRUE;
}

/* One at a time per pair, whichever the stream. */
static void
test_pending (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) third = NULL;
  g_autofree char *big = g_malloc0 (4 << 20);
  char buffer[16];
  guint tries = 1;

  /* The writing can have ended before the reading was asked for, but not always. */
  while (!try_two_at_once (file, big, 4 << 20))
    g_assert_cmpuint (tries++, <, 20);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, tries * (4 << 20));

  seek_to (file, 0, G_SEEK_SET);
  g_input_stream_read_async (input_of (file), buffer, 16, 0, NULL, tf_test_store_cb, &third);
  tf_test_wait_result (&third);
  g_assert_cmpint (g_input_stream_read_finish (input_of (file), third, &error), ==, 16);
  g_assert_no_error (error);
}

static void
test_cancelled (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) written = NULL;
  g_autoptr (GAsyncResult) read = NULL;
  char buffer[16];

  g_cancellable_cancel (cancellable);
  g_assert_cmpint (g_output_stream_write (output_of (file), "x", 1, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_input_stream_read (input_of (file), buffer, 1, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (g_seekable_seek (G_SEEKABLE (file), 1, G_SEEK_SET, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_output_stream_write_async (output_of (file), "x", 1, 0, cancellable, tf_test_store_cb,
                               &written);
  tf_test_wait_result (&written);
  g_assert_cmpint (g_output_stream_write_finish (output_of (file), written, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_input_stream_read_async (input_of (file), buffer, 1, 0, cancellable, tf_test_store_cb, &read);
  tf_test_wait_result (&read);
  g_assert_cmpint (g_input_stream_read_finish (input_of (file), read, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 0);
  put (file, "works");
  assert_content (file, "works");
  /* A stream is closed even by a close that was cancelled. */
  g_io_stream_close (G_IO_STREAM (file), cancellable, NULL);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (file)));
}

/* An operation keeps its pair: dropping the last reference meanwhile loses nothing. */
static void
test_operation_keeps_pair (gconstpointer data)
{
  for (guint i = 0; i < tf_test_scale (10, 100, 1000); i++)
    {
      TfTemporaryFile *file = new_of_kind (data);
      GOutputStream *out = output_of (file);
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      int copy = tf_temporary_file_dup_fd (file, &error);
      char buffer[8];

      g_assert_no_error (error);
      g_output_stream_write_async (out, "kept", 4, 0, NULL, tf_test_store_cb, &result);
      g_object_unref (file);
      tf_test_wait_result (&result);
      g_assert_cmpint (g_output_stream_write_finish (out, result, &error), ==, 4);
      g_assert_no_error (error);
      g_assert_cmpint (pread (copy, buffer, 8, 0), ==, 4);
      g_assert_no_errno (close (copy));
    }
}

static void
add_both (const char *name,
          void      (*func) (gconstpointer))
{
  g_autofree char *anonymous = g_strdup_printf ("/streams/anonymous/%s", name);
  g_autofree char *named = g_strdup_printf ("/streams/named/%s", name);

  tf_test_add_data (anonymous, GINT_TO_POINTER (FALSE), func);
  tf_test_add_data (named, GINT_TO_POINTER (TRUE), func);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  add_both ("one-cursor", test_one_cursor);
  add_both ("seekable", test_seekable);
  add_both ("bad-seeks", test_bad_seeks);
  add_both ("truncate", test_truncate);
  add_both ("truncate-after-read", test_truncate_after_read);
  add_both ("query-info", test_query_info);
  add_both ("query-info-async", test_query_info_async);
  add_both ("close-one", test_close_one);
  add_both ("streams-survive", test_streams_survive);
  add_both ("skip", test_skip);
  add_both ("splice", test_splice);
  add_both ("filters", test_filters);
  add_both ("async", test_async);
  add_both ("async-close", test_async_close);
  add_both ("pending", test_pending);
  add_both ("cancelled", test_cancelled);
  add_both ("operation-keeps-pair", test_operation_keeps_pair);
  tf_test_add ("/streams/etag", test_etag);
  return tf_test_run ();
}
