/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on deletion, 6 to 8, on Windows, where the system itself keeps others from a name as
 * long as the file is open. */

#include "promises-windows.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define DEPTH 40
#define WIDTH 40

/* --- 6: only what it made ---------------------------------------------------------------- */

/* Somebody puts a file under the name; TRUE where the system lets him. */
static gboolean
take_name (const char *path)
{
  const char *foreign = tf_test_path ("foreign");

  place_file (foreign, "of somebody else");
  if (g_rename (foreign, path) == 0)
    return TRUE;
  remove_file (foreign);
  return FALSE;
}

static void
check_foreign (gboolean delete_on_close)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", FALSE, "delete-on-close",
                                                         delete_on_close, NULL);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GError) error = NULL;
  gboolean taken;

  if (!delete_on_close)
    close_ok (file);
  taken = take_name (path);
  if (delete_on_close)
    g_assert_cmpint (g_io_stream_close (G_IO_STREAM (file), NULL, &error), ==, !taken);
  else
    g_assert_cmpint (tf_temporary_file_delete (file, NULL, &error), ==, !taken);
  g_clear_object (&file);
  tf_cleanup_all ();
  g_assert_cmpint (tf_test_exists (path), ==, taken);
  if (taken)
    {
      assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, path);
      assert_file (path, "of somebody else");
      remove_file (path);
    }
}

/* Windows tells where a folder is now; wine 8 tells the name by which it was opened. */
static void
check_folder_moved (void)
{
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;
  const char *moved = tf_test_path ("moved");

  g_assert_no_errno (g_rename (tf_temporary_directory_get_path (dir), moved));
  if (!tf_temporary_directory_cleanup (dir, NULL, &error))
    assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_temporary_directory_get_path (dir));
  if (tf_test_exists (moved))
    {
      promise_weaker ("a folder that was renamed is left");
      g_assert_no_errno (g_rmdir (moved));
    }
}

void
promise_identity (void)
{
  g_autofree char *folder = g_get_current_dir ();
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autofree char *path = NULL;

  check_foreign (TRUE);
  check_foreign (FALSE);
  check_folder_moved ();
  g_assert_no_errno (g_chdir (tf_test_dir ()));
  file = make_file_or_refuse ("anonymous", FALSE, NULL);
  g_assert_no_errno (g_chdir (folder));
  path = g_strdup (tf_temporary_file_get_path (file));
  close_ok (file);
  g_assert_false (tf_test_exists (path));
}

/* --- 7: a tree --------------------------------------------------------------------------- */

/* Deep, wide, and with a file that may not be written. */
static void
grow (const char *root)
{
  g_autoptr (GString) path = g_string_new (root);

  place_folder (root, 0700);
  for (guint i = 0; i < WIDTH; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/%u", root, i);

      place_file (file, "x");
      if (i == 0)
        g_assert_no_errno (g_chmod (file, 0400));
    }
  for (guint i = 0; i < DEPTH; i++)
    {
      g_string_append (path, "/d");
      place_folder (path->str, 0700);
    }
  g_string_append (path, "/file");
  place_file (path->str, "x");
}

static void
check_tree (const char *path)
{
  g_autoptr (GError) error = NULL;

  tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

/* With a link out of it, which this program cannot make everywhere. Windows removes the link; that
 * of Unix below wine is left, for wine 8 would delete what it leads to. */
static void
check_given (void)
{
  g_autofree char *canary = g_strdup (place_given ("outside/canary"));
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_test_exists (place_given ("tree/link/canary")));
  if (!tf_remove_tree (place_given ("tree"), TF_REMOVE_NONE, NULL, NULL, NULL, &error))
    {
      g_assert_true (tf_test_mentions (error->message, "link"));
      promise_weaker ("a link is left, with an error");
      g_assert_false (tf_test_exists (place_given ("tree/below")));
    }
  g_assert_true (tf_test_exists (canary));
}

void
promise_tree (void)
{
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;
  g_autofree char *inside = g_build_filename (tf_temporary_directory_get_path (dir), "tree", NULL);

  grow (tf_test_path ("tree"));
  check_tree (tf_test_path ("tree"));
  check_given ();
  grow (inside);
  tf_temporary_directory_cleanup (dir, NULL, &error);
  g_assert_no_error (error);
}

/* --- 8: twice, and again after a failure ------------------------------------------------- */

static void
check_failure (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", FALSE, NULL);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  /* Without sharing the right to delete. */
  HANDLE other = CreateFileW (wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);

  if (other == INVALID_HANDLE_VALUE)
    g_error ("%s: error %lu", path, GetLastError ());
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_BUSY, path);
  g_assert_true (tf_test_exists (path));
  CloseHandle (other);
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

void
promise_twice (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", FALSE, NULL);
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;

  close_ok (file);
  close_ok (file);
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_object_run_dispose (G_OBJECT (file));
  g_object_run_dispose (G_OBJECT (dir));
  tf_cleanup_all ();
  check_failure ();
}
