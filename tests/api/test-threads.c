/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Several threads on one object, and many at once that make and delete. */

#include "threads-helpers.h"

/* --- records are never torn -------------------------------------------------------------- */

static gpointer
write_records (gpointer data)
{
  Worker *worker = data;
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (worker->file));
  char record[RECORD];

  for (guint i = 0; i < worker->n; i++)
    {
      g_autoptr (GError) error = NULL;
      gssize n;

      fill_record (record, worker->number, i);
      /* The streams belong to one thread each, as GIO has it; the methods to all. */
      if (worker->number == 0 && i % 2 == 0)
        n = g_output_stream_write (out, record, RECORD, NULL, &error);
      else
        n = tf_temporary_file_write (worker->file, record, RECORD, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (n, ==, RECORD);
    }
  return NULL;
}

/* Each record whole, each thread's in its order, none missing, none doubled. */
static void
assert_records (const char *bytes,
                gsize       size,
                guint       n)
{
  guint next[THREADS] = { 0 };
  char expected[RECORD];

  g_assert_cmpuint (size, ==, (gsize) n * THREADS * RECORD);
  for (const char *record = bytes; record < bytes + size; record += RECORD)
    {
      guint thread = (guint) (record[1] - '0');

      g_assert_cmpuint (thread, <, THREADS);
      fill_record (expected, thread, next[thread]++);
      g_assert_cmpmem (record, RECORD, expected, RECORD);
    }
}

static void
test_writers (gconstpointer data)
{
  guint n = tf_test_scale (500, 10000, 100000);
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  run_threads (file, write_records, n, NULL);
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_no_error (error);
  assert_records (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), n);
}

static gpointer
read_records (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GByteArray) mine = g_byte_array_new ();
  char record[RECORD];
  gssize n;

  while ((n = tf_temporary_file_read (worker->file, record, RECORD, NULL, NULL)) > 0)
    {
      g_assert_cmpint (n, ==, RECORD);
      g_assert_cmpint (record[0], ==, '<');
      g_assert_cmpint (record[RECORD - 1], ==, '\n');
      g_byte_array_append (mine, (guint8 *) record, RECORD);
    }
  g_assert_cmpint (n, ==, 0);
  g_atomic_int_add (worker->stop, (int) mine->len);
  return NULL;
}

static void
test_readers (gconstpointer data)
{
  guint n = tf_test_scale (500, 10000, 100000);
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  int total = 0;

  run_threads (file, write_records, n, NULL);
  seek_to (file, 0, G_SEEK_SET);
  run_threads (file, read_records, n, &total);
  g_assert_cmpint (total, ==, n * THREADS * RECORD);
}

/* Everybody looks, while records are appended: what is seen is whole. */
static gpointer
look_or_write (gpointer data)
{
  Worker *worker = data;

  if (worker->number < 2)
    return write_records (worker);
  for (guint i = 0; i < worker->n; i++)
    {
      g_autoptr (GBytes) bytes = NULL;

      g_assert_cmpint (tf_temporary_file_get_size (worker->file) % RECORD, ==, 0);
      if (i % 100 == 0)
        {
          bytes = tf_temporary_file_to_bytes (worker->file, NULL, NULL);
          g_assert_cmpuint (g_bytes_get_size (bytes) % RECORD, ==, 0);
        }
      if (i == worker->n / 2)
        g_assert_cmpint (tf_temporary_file_get_fd (worker->file), >=, 3);
    }
  return NULL;
}

static void
test_lookers (gconstpointer data)
{
  guint n = tf_test_scale (200, 2000, 20000);
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  run_threads (file, look_or_write, n, NULL);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, n * 2 * RECORD);
}

/* --- ends -------------------------------------------------------------------------------- */

static gpointer
write_until_closed (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GError) error = NULL;
  char record[RECORD] = { 'r' };

  while (tf_temporary_file_write (worker->file, record, RECORD, NULL, &error) == RECORD)
    g_atomic_int_add (worker->stop, RECORD);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  return NULL;
}

/* Close waits for the call in flight: what was reported as written is there, and nothing else. */
static void
test_close_meanwhile (void)
{
  for (guint i = 0; i < tf_test_scale (20, 200, 2000); i++)
    {
      g_autoptr (TfTemporaryFile) file = new_anonymous ();
      int copy = tf_temporary_file_dup_fd (file, NULL);
      int total = 0;
      Worker worker = { file, 0, 0, &total };
      GThread *thread = g_thread_new ("writer", write_until_closed, &worker);
      struct stat st;

      g_usleep (i % 50);
      close_ok (file);
      g_thread_join (thread);
      g_assert_no_errno (fstat (copy, &st));
      g_assert_cmpint (st.st_size, ==, total);
      g_assert_no_errno (close (copy));
    }
}

static void
test_storm (void)
{
  run_threads (NULL, create_and_delete, tf_test_scale (50, 1000, 10000), NULL);
}

static gpointer
cleanup_cb (gpointer data)
{
  while (!g_atomic_int_get ((int *) data))
    {
      tf_cleanup_all ();
      g_usleep (100);
    }
  return NULL;
}

/* What is cleaned up under its owner's feet is gone, and nothing else happens. */
static void
test_cleanup_storm (void)
{
  int stop = FALSE;
  GThread *thread = g_thread_new ("cleaner", cleanup_cb, &stop);

  run_threads (NULL, create_and_delete, tf_test_scale (50, 500, 5000), NULL);
  g_atomic_int_set (&stop, TRUE);
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  add_kinds ("/threads/writers", test_writers);
  add_kinds ("/threads/readers", test_readers);
  tf_test_add_data ("/threads/lookers/unseen", &kinds[1], test_lookers);
  tf_test_add_data ("/threads/lookers/named", &kinds[3], test_lookers);
  tf_test_add ("/threads/close-meanwhile", test_close_meanwhile);
  tf_test_add ("/threads/storm", test_storm);
  tf_test_add ("/threads/cleanup-storm", test_cleanup_storm);
  return tf_test_run ();
}
