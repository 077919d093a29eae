/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every operation of an object that is closed, cleaned up or was never initialized: the same GError
 * from all, no warning, no abort. */

#include "api-helpers.h"

static gboolean
drop (gpointer object)
{
  if (object == NULL)
    return FALSE;
  g_object_unref (object);
  return TRUE;
}

/* --- every operation of a file ----------------------------------------------------------- */

typedef gboolean (*Operation) (gpointer object, GError **error);

static gboolean
drop_bytes (GBytes *bytes)
{
  if (bytes == NULL)
    return FALSE;
  g_bytes_unref (bytes);
  return TRUE;
}

static gboolean
file_read (gpointer   object,
           GError   **error)
{
  char byte;

  return tf_temporary_file_read (object, &byte, 1, NULL, error) >= 0;
}

static gboolean
file_write (gpointer   object,
            GError   **error)
{
  return tf_temporary_file_write (object, "x", 1, NULL, error) >= 0;
}

static gboolean
file_read_bytes (gpointer   object,
                 GError   **error)
{
  return drop_bytes (tf_temporary_file_read_bytes (object, 1, NULL, error));
}

static gboolean
file_write_bytes (gpointer   object,
                  GError   **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  return tf_temporary_file_write_bytes (object, bytes, NULL, error) >= 0;
}

static gboolean
file_to_bytes (gpointer   object,
               GError   **error)
{
  return drop_bytes (tf_temporary_file_to_bytes (object, NULL, error));
}

static gboolean
file_steal_bytes (gpointer   object,
                  GError   **error)
{
  return drop_bytes (tf_temporary_file_steal_bytes (object, NULL, error));
}

static gboolean
file_dup_fd (gpointer   object,
             GError   **error)
{
  return tf_temporary_file_dup_fd (object, error) >= 0;
}

static gboolean
file_steal_fd (gpointer   object,
               GError   **error)
{
  return tf_temporary_file_steal_fd (object, error) >= 0;
}

static gboolean
file_reopen (gpointer   object,
             GError   **error)
{
  return drop (tf_temporary_file_reopen (object, TF_REOPEN_NONE, error));
}

static gboolean
file_keep (gpointer   object,
           GError   **error)
{
  return drop (tf_temporary_file_keep (object, error));
}

static gboolean
file_persist (gpointer   object,
              GError   **error)
{
  g_autoptr (GFile) there = test_file ("there");

  return tf_temporary_file_persist (object, there, TF_PERSIST_NONE, NULL, error);
}

static gboolean
file_persist_async (gpointer   object,
                    GError   **error)
{
  g_autoptr (GFile) there = test_file ("there");
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_file_persist_async (object, there, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                   &result);
  tf_test_wait_result (&result);
  return tf_temporary_file_persist_finish (object, result, error);
}

static gboolean
pair_seek (gpointer   object,
           GError   **error)
{
  return g_seekable_seek (G_SEEKABLE (object), 0, G_SEEK_SET, NULL, error);
}

static gboolean
pair_truncate (gpointer   object,
               GError   **error)
{
  return g_seekable_truncate (G_SEEKABLE (object), 0, NULL, error);
}

static gboolean
file_query_info (gpointer   object,
                 GError   **error)
{
  return drop (g_file_io_stream_query_info (object, "*", NULL, error));
}

static gboolean
pair_stream_read (gpointer   object,
                  GError   **error)
{
  char byte;

  return g_input_stream_read (g_io_stream_get_input_stream (object), &byte, 1, NULL, error) >= 0;
}

static gboolean
pair_stream_write (gpointer   object,
                   GError   **error)
{
  return g_output_stream_write (g_io_stream_get_output_stream (object), "x", 1, NULL, error) >= 0;
}

static gboolean
pair_stream_flush (gpointer   object,
                   GError   **error)
{
  return g_output_stream_flush (g_io_stream_get_output_stream (object), NULL, error);
}

static gboolean
pair_stream_read_async (gpointer   object,
                        GError   **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GInputStream *in = g_io_stream_get_input_stream (object);
  char byte;

  g_input_stream_read_async (in, &byte, 1, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  return g_input_stream_read_finish (in, result, error) >= 0;
}

static const Operation file_operations[] = {
  file_read, file_write, file_read_bytes, file_write_bytes, file_to_bytes, file_steal_bytes,
  file_dup_fd, file_steal_fd, file_reopen, file_keep, file_persist, file_persist_async,
  pair_seek, pair_truncate, file_query_info, pair_stream_read, pair_stream_write,
  pair_stream_flush, pair_stream_read_async,
};

static void
assert_all_refuse (gpointer         object,
                   const Operation *operations,
                   guint            n,
                   int              code)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("operation %u", i);
      g_assert_false (operations[i] (object, &error));
      assert_io_error (error, code);
    }
}

static void
test_file_closed (void)
{
  for (guint named = 0; named < 2; named++)
    {
      g_autoptr (TfTemporaryFile) file = named ? new_named () : new_anonymous ();

      close_ok (file);
      assert_all_refuse (file, file_operations, G_N_ELEMENTS (file_operations), G_IO_ERROR_CLOSED);
      g_assert_cmpint (tf_temporary_file_get_fd (file), ==, -1);
      g_assert_cmpint (tf_temporary_file_get_size (file), ==, -1);
      g_assert_null (tf_temporary_file_get_path (file));
      g_assert_null (tf_temporary_file_get_file (file));
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 0);
    }
}

static void
test_file_not_initialized (void)
{
  g_autoptr (TfTemporaryFile) file = g_object_new (TF_TYPE_TEMPORARY_FILE, "anonymous", FALSE,
                                                   NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_io_stream_get_input_stream (G_IO_STREAM (file)));
  g_assert_nonnull (g_io_stream_get_output_stream (G_IO_STREAM (file)));
  assert_all_refuse (file, file_operations, G_N_ELEMENTS (file_operations),
                     G_IO_ERROR_NOT_INITIALIZED);
  g_assert_false (tf_temporary_file_delete (file, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_cmpint (tf_temporary_file_get_fd (file), ==, -1);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, -1);
  g_assert_null (tf_temporary_file_get_path (file));
  g_assert_null (tf_temporary_file_get_file (file));
  /* It can still be initialized, and works then. */
  g_assert_true (g_initable_init (G_INITABLE (file), NULL, &error));
  g_assert_no_error (error);
  put (file, "works");
  assert_content (file, "works");
}

static void
test_file_failed (void)
{
  g_autoptr (TfTemporaryFile) file = g_object_new (TF_TYPE_TEMPORARY_FILE, "prefix", "a/b", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (g_initable_init (G_INITABLE (file), NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  assert_all_refuse (file, file_operations, G_N_ELEMENTS (file_operations),
                     G_IO_ERROR_NOT_INITIALIZED);
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);
}

/* --- every operation of a spool ---------------------------------------------------------- */

static gboolean
spool_read (gpointer   object,
            GError   **error)
{
  char byte;

  return tf_spooled_file_read (object, &byte, 1, NULL, error) >= 0;
}

static gboolean
spool_write (gpointer   object,
             GError   **error)
{
  return tf_spooled_file_write (object, "x", 1, NULL, error) >= 0;
}

static gboolean
spool_read_bytes (gpointer   object,
                  GError   **error)
{
  return drop_bytes (tf_spooled_file_read_bytes (object, 1, NULL, error));
}

static gboolean
spool_write_bytes (gpointer   object,
                   GError   **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  return tf_spooled_file_write_bytes (object, bytes, NULL, error) >= 0;
}

static gboolean
spool_to_bytes (gpointer   object,
                GError   **error)
{
  return drop_bytes (tf_spooled_file_to_bytes (object, NULL, error));
}

static gboolean
spool_rollover (gpointer   object,
                GError   **error)
{
  return tf_spooled_file_rollover (object, NULL, error);
}

static gboolean
spool_dup_fd (gpointer   object,
              GError   **error)
{
  return tf_spooled_file_dup_fd (object, error) >= 0;
}

static gboolean
spool_steal_file (gpointer   object,
                  GError   **error)
{
  return drop (tf_spooled_file_steal_file (object, NULL, error));
}

static gboolean
spool_persist (gpointer   object,
               GError   **error)
{
  g_autoptr (GFile) there = test_file ("there");

  return tf_spooled_file_persist (object, there, TF_PERSIST_NONE, NULL, error);
}

static const Operation spool_operations[] = {
  spool_read, spool_write, spool_read_bytes, spool_write_bytes, spool_to_bytes, spool_rollover,
  spool_dup_fd, spool_steal_file, spool_persist, pair_seek, pair_truncate, pair_stream_read,
  pair_stream_write, pair_stream_flush, pair_stream_read_async,
};

static void
test_spool_closed (void)
{
  for (guint rolled = 0; rolled < 2; rolled++)
    {
      g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
      g_autoptr (GError) error = NULL;

      if (rolled)
        g_assert_true (tf_spooled_file_rollover (spool, NULL, &error));
      close_ok (spool);
      assert_all_refuse (spool, spool_operations, G_N_ELEMENTS (spool_operations),
                         G_IO_ERROR_CLOSED);
      g_assert_cmpint (tf_spooled_file_get_fd (spool), ==, -1);
      g_assert_cmpint (tf_spooled_file_get_size (spool), ==, -1);
      close_ok (spool);
    }
}

/* --- every operation of a folder --------------------------------------------------------- */

static gboolean
dir_dup_fd (gpointer   object,
            GError   **error)
{
  return tf_temporary_directory_dup_fd (object, error) >= 0;
}

static gboolean
dir_get_child (gpointer   object,
               GError   **error)
{
  return drop (tf_temporary_directory_get_child (object, "x", error));
}

static gboolean
dir_create_file (gpointer   object,
                 GError   **error)
{
  return drop (tf_temporary_directory_create_file (object, NULL, NULL, NULL, error));
}

static gboolean
dir_keep (gpointer   object,
          GError   **error)
{
  return drop (tf_temporary_directory_keep (object, error));
}

static const Operation dir_operations[] = { dir_dup_fd, dir_create_file, dir_keep, dir_get_child };

static void
test_directory_cleaned_up (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL,
                                                                     &error);

  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  assert_all_refuse (dir, dir_operations, G_N_ELEMENTS (dir_operations), G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_temporary_directory_get_fd (dir), ==, -1);
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
}

static void
test_directory_not_initialized (void)
{
  g_autoptr (TfTemporaryDirectory) dir = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY, NULL);

  assert_all_refuse (dir, dir_operations, G_N_ELEMENTS (dir_operations),
                     G_IO_ERROR_NOT_INITIALIZED);
  g_assert_cmpint (tf_temporary_directory_get_fd (dir), ==, -1);
  g_assert_null (tf_temporary_directory_get_path (dir));
  g_assert_null (tf_temporary_directory_get_file (dir));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/ended/file-closed", test_file_closed);
  tf_test_add ("/ended/file-not-initialized", test_file_not_initialized);
  tf_test_add ("/ended/file-failed", test_file_failed);
  tf_test_add ("/ended/spool-closed", test_spool_closed);
  tf_test_add ("/ended/directory-cleaned-up", test_directory_cleaned_up);
  tf_test_add ("/ended/directory-not-initialized", test_directory_not_initialized);
  return tf_test_run ();
}
