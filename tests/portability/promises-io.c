/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on reading and writing: 4 and 5. */

#include "promises.h"

#define BOUND 1000

/* --- 4: one cursor ----------------------------------------------------------------------- */

static void
read_next (gpointer    stream,
           const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes (
    g_io_stream_get_input_stream (stream), strlen (text), NULL, &error);

  g_assert_no_error (error);
  assert_bytes (bytes, text);
}

static void
check_streams (TfTemporaryFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = NULL;
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (file));

  seek_to (file, 2, G_SEEK_SET);
  read_next (file, "234");
  g_assert_true (g_output_stream_write_all (out, "XY", 2, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 7);
  read_next (file, "789");
  info = g_file_io_stream_query_info (G_FILE_IO_STREAM (file), G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL,
                                      &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_file_info_get_size (info), ==, 10);
  assert_content (file, "01234XY789");
}

/* The descriptor's offset is the cursor, once it was given away. */
static void
check_descriptor (TfTemporaryFile *file)
{
  g_autoptr (GError) error = NULL;
  char text[3] = "";
  int fd, copy;

  seek_to (file, 5, G_SEEK_SET);
  fd = tf_temporary_file_get_fd (file);
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 5);
  copy = tf_temporary_file_dup_fd (file, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (copy, text, 2), ==, 2);
  g_assert_cmpstr (text, ==, "XY");
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 7);
  close (copy);
  g_assert_true (g_seekable_truncate (G_SEEKABLE (file), 6, NULL, &error));
  assert_content (file, "01234X");
}

static void
check_reopen (TfTemporaryFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileIOStream) other = tf_temporary_file_reopen (file, TF_REOPEN_READ_ONLY, &error);

  if (other == NULL)
    {
      promise_refused (tf_temporary_file_get_path (file) != NULL
                         ? "reopening a file" : "reopening a file without a name", &error);
      return;
    }
  seek_to (file, 1, G_SEEK_SET);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (other)), ==, 0);
  read_next (other, "0123");
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 1);
  close_ok (other);
}

static void
check_append (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("append", TRUE, NULL);

  if (file == NULL || !put_or_refuse (file, "begun"))
    return;
  seek_to (file, 0, G_SEEK_SET);
  g_assert_true (put_or_refuse (file, ", ended"));
  assert_content (file, "begun, ended");
}

void
promise_cursor (void)
{
  for (guint anonymous = 0; anonymous < 2; anonymous++)
    {
      g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", (gboolean) anonymous,
                                                             NULL);

      if (file == NULL || !put_or_refuse (file, "0123456789"))
        continue;
      check_streams (file);
      check_descriptor (file);
      check_reopen (file);
      close_ok (file);
    }
  check_append ();
}

/* --- 5: the bound of the spool ----------------------------------------------------------- */

static void
assert_spool (TfSpooledFile *spool,
              gsize          size,
              goffset        position)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tf_spooled_file_to_bytes (spool, NULL, &error);
  const char *data;

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, size);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (spool)), ==, position);
  data = g_bytes_get_data (bytes, NULL);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpint (data[i], ==, i < BOUND ? 'm' : '+');
}

static TfSpooledFile *
new_spool (void)
{
  TfSpooledFile *spool = tf_spooled_file_new (BOUND);
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = g_strnfill (BOUND, 'm');

  g_assert_cmpint (tf_spooled_file_write (spool, bytes, BOUND, NULL, &error), ==, BOUND);
  g_assert_false (tf_spooled_file_is_rolled_over (spool));
  return spool;
}

/* The bound is looked at before the write; FALSE where the file is refused. */
static void
check_bound (void)
{
  g_autoptr (TfSpooledFile) spool = new_spool ();
  g_autoptr (GError) error = NULL;

  if (tf_spooled_file_write (spool, "+", 1, NULL, &error) != 1)
    {
      g_assert_false (tf_spooled_file_is_rolled_over (spool));
      assert_spool (spool, BOUND, BOUND);
      promise_refused ("a rollover", &error);
      return;
    }
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  assert_spool (spool, BOUND + 1, BOUND + 1);
}

/* A place far behind the end costs no memory. */
static void
check_sparse (void)
{
  g_autoptr (TfSpooledFile) spool = new_spool ();
  g_autoptr (GError) error = NULL;

  seek_to (spool, 1 << 20, G_SEEK_SET);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, BOUND);
  if (tf_spooled_file_write (spool, "+", 1, NULL, &error) != 1)
    {
      seek_to (spool, 0, G_SEEK_SET);
      assert_spool (spool, BOUND, 0);
      promise_refused ("a rollover", &error);
      return;
    }
  g_assert_true (tf_spooled_file_is_rolled_over (spool));
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, (1 << 20) + 1);
}

/* A rollover that fails changes nothing. */
static void
check_failure (void)
{
  g_autoptr (TfSpooledFile) spool = new_spool ();
  g_autoptr (GFile) nowhere = g_file_new_for_path (tf_test_path ("nowhere"));
  g_autoptr (GError) error = NULL;

  g_object_set (spool, "directory", nowhere, NULL);
  seek_to (spool, 17, G_SEEK_SET);
  g_assert_false (tf_spooled_file_rollover (spool, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  assert_spool (spool, BOUND, 17);
}

void
promise_spool (void)
{
  check_bound ();
  check_sparse ();
  check_failure ();
}
