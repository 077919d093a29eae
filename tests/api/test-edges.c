/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cases at the edges that once went wrong: each is a bug that does not come back. */

#include "api-helpers.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* GIO's own skip takes a cursor behind the end for a mistake and aborts. */
static void
test_skip_behind_end (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GError) error = NULL;
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (file));

  put (file, "0123456789");
  seek_to (file, 20, G_SEEK_SET);
  g_assert_cmpint (g_input_stream_skip (in, 5, NULL, &error), ==, 0);
  g_assert_no_error (error);
  seek_to (file, 4, G_SEEK_SET);
  g_assert_cmpint (g_input_stream_skip (in, 3, NULL, &error), ==, 3);
  g_assert_cmpint (g_input_stream_skip (in, 30, NULL, &error), ==, 3);
  g_assert_no_error (error);
}

/* The cursor never runs over, whatever the buffer has room for. */
static void
test_largest_position (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GError) error = NULL;
  gssize written;
  char byte;

  seek_to (file, G_MAXINT64 - 5, G_SEEK_SET);
  /* Some file systems have files as large as that. */
  written = tf_temporary_file_write (file, "123", 3, NULL, NULL);
  g_assert_true (written == 3 || written == -1);
  g_assert_cmpint (tf_temporary_file_write (file, "0123456789", 10, NULL, &error), ==, -1);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==,
                   G_MAXINT64 - 5 + (written == 3 ? 3 : 0));
  g_assert_cmpint (tf_temporary_file_read (file, &byte, 1, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, written == 3 ? G_MAXINT64 - 2 : 0);
}

/* Somebody else's file under the name of one that was kept and closed, most likely with its inode
 * number. */
static void
test_kept_and_replaced (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GFile) there = g_file_new_for_path (tf_test_path ("there"));
  g_autoptr (GError) error = NULL;

  g_object_unref (tf_temporary_file_keep (file, &error));
  close_ok (file);
  remove_file (path);
  make_file (path, "theirs", 0600);

  g_assert_false (tf_temporary_file_delete (file, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
#ifndef TF_TEST_POSIX
  g_assert_null (tf_temporary_file_reopen (file, TF_REOPEN_NONE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
#endif
  assert_file (path, "theirs");
  remove_file (path);
}

/* The bytes stay where they are when the name cannot be deleted. */
static void
test_steal_bytes_and_stay (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  put (file, "precious");
  remove_file (path);
  make_file (path, "theirs", 0600);
  g_assert_null (tf_temporary_file_steal_bytes (file, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "precious", 8);
  remove_file (path);
}

/* rename(2) of one name of a file to another of its names does nothing. */
static void
test_persist_to_own_link (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GFile) other = g_file_new_for_path (tf_test_path ("other"));
  g_autoptr (GFile) itself = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (link (path, tf_test_path ("other")));
  g_assert_true (tf_temporary_file_persist (file, itself, TF_PERSIST_REPLACE, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_test_exists (path));
  g_assert_true (tf_temporary_file_persist (file, other, TF_PERSIST_REPLACE, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
  remove_file (tf_test_path ("other"));
}

/* Its name went with the folder, its content did not. */
static void
test_publish_after_cleanup (void)
{
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, NULL);
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (GFile) there = g_file_new_for_path (tf_test_path ("there"));
  g_autoptr (GError) error = NULL;

  file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put (file, "saved");
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_null (tf_temporary_file_get_path (file));
  g_assert_true (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  assert_file (tf_test_path ("there"), "saved");
  remove_file (tf_test_path ("there"));
}

static void
claim_in_child (gpointer data)
{
  TfTemporaryFile *file = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_temporary_file_delete (file, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_null (tf_temporary_file_keep (file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* A child cannot decide what becomes of its parent's name, and is told so. */
static void
test_claims_of_child (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();

  g_assert_true (tf_test_in_child (claim_in_child, file));
  g_assert_true (tf_test_exists (tf_temporary_file_get_path (file)));
}

static TfTemporaryFile *late_file;
static TfTemporaryDirectory *late_dir;

static void
make_late (void)
{
  late_file = tf_temporary_file_new_named (NULL, NULL, NULL, NULL, NULL);
  late_dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, NULL);
}

static void
exit_late (gpointer data)
{
  atexit (make_late);
  g_object_unref (tf_temporary_file_new_named (NULL, NULL, NULL, NULL, NULL));
  exit (0);
}

/* Exit handlers run backwards, so this one makes its things when the library's has run. */
static void
test_exit_order (void)
{
  g_assert_true (tf_test_in_child (exit_late, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
clean_up_closed_folders (gpointer data)
{
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, NULL);
  g_autoptr (GString) path = g_string_new (tf_temporary_directory_get_path (dir));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < 40; i++)
    {
      g_string_append (path, "/d");
      g_assert_no_errno (g_mkdir (path->str, 0700));
      g_ptr_array_add (paths, g_strdup (path->str));
    }
  for (guint i = paths->len; i > 0; i--)
    g_assert_no_errno (chmod (paths->pdata[i - 1], 0));
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
}

/* Folders without any permission, so deep that they are moved up on the way. */
static void
test_deep_and_closed (void)
{
  g_assert_no_errno (chmod (tf_test_dir (), 0777));
  g_assert_true (tf_test_as_nobody (clean_up_closed_folders, NULL));
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/edges/skip-behind-end", test_skip_behind_end);
  tf_test_add ("/edges/largest-position", test_largest_position);
  tf_test_add ("/edges/kept-and-replaced", test_kept_and_replaced);
  tf_test_add ("/edges/steal-bytes-and-stay", test_steal_bytes_and_stay);
  tf_test_add ("/edges/persist-to-own-link", test_persist_to_own_link);
  tf_test_add ("/edges/publish-after-cleanup", test_publish_after_cleanup);
  tf_test_add ("/edges/claims-of-child", test_claims_of_child);
  tf_test_add ("/edges/exit-order", test_exit_order);
  tf_test_add ("/edges/deep-and-closed", test_deep_and_closed);
  return tf_test_run ();
}
