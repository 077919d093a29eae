/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryDirectory: made, used, cleaned up in every way, kept, and nothing else deleted. */

#include "api-helpers.h"

#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* --- helpers ----------------------------------------------------------------------------- */

static TfTemporaryDirectory *
new_dir (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *dir = tf_temporary_directory_new (NULL, "app-", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_TEMPORARY_DIRECTORY (dir));
  return dir;
}

static void
cleanup_ok (TfTemporaryDirectory *dir)
{
  g_autoptr (GError) error = NULL;
  gboolean result = tf_temporary_directory_cleanup (dir, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (result);
}

/* A folder that was moved goes, or is emptied and named in an error where the system cannot tell
 * where it is. */
static void
cleanup_moved (TfTemporaryDirectory *dir,
               const char           *away)
{
  g_autoptr (GError) error = NULL;

  if (!tf_temporary_directory_cleanup (dir, NULL, &error))
    {
      assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_temporary_directory_get_path (dir));
      g_assert_no_errno (g_rmdir (away));
      cleanup_ok (dir);
    }
  g_assert_false (tf_test_exists (away));
}

static char *
child_path (TfTemporaryDirectory *dir,
            const char           *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) child = tf_temporary_directory_get_child (dir, name, &error);

  g_assert_no_error (error);
  return g_file_get_path (child);
}

/* Folders with files in them, `n` of each. */
static void
fill (TfTemporaryDirectory *dir,
      guint                 n)
{
  int root = tf_temporary_directory_get_fd (dir);

  for (guint i = 0; i < n; i++)
    {
      char name[32];
      int fd;

      g_snprintf (name, sizeof name, "d%u", i);
      g_assert_no_errno (mkdirat (root, name, 0700));
      for (guint j = 0; j < n; j++)
        {
          g_snprintf (name, sizeof name, "d%u/f%u", i, j);
          fd = openat (root, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
          g_assert_cmpint (fd, >=, 0);
          close (fd);
        }
    }
}

/* --- making ------------------------------------------------------------------------------ */

static void
test_new (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  const char *path = tf_temporary_directory_get_path (dir);
  GFile *file = tf_temporary_directory_get_file (dir);
  g_autoptr (GFile) same = NULL;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpstr (parent, ==, tf_test_dir ());
  g_assert_true (g_str_has_prefix (name, "app-"));
  g_assert_cmpuint (strlen (name), ==, 4 + 8);
  g_assert_cmphex (tf_test_mode (path), ==, 01700);
  g_assert_cmpstr (g_file_peek_path (file), ==, path);
  g_assert_true (tf_temporary_directory_get_file (dir) == file);
  g_object_get (dir, "file", &same, NULL);
  g_assert_true (same == file);
  g_assert_true (tf_temporary_directory_get_auto_delete (dir));
  g_assert_false (tf_temporary_directory_get_ignore_cleanup_errors (dir));
  fill (dir, 5);

  cleanup_ok (dir);
  g_assert_false (tf_test_exists (path));
  g_assert_null (tf_temporary_directory_get_path (dir));
  g_assert_null (tf_temporary_directory_get_file (dir));
  /* What was handed out is still there. */
  g_assert_cmpstr (g_file_peek_path (file), ==, path);
}

static void
test_properties (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) parent = test_file ("parent");
  g_autoptr (GFile) directory = NULL;
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *name = NULL;
  g_autoptr (TfTemporaryDirectory) dir = NULL;

  g_assert_no_errno (g_mkdir (tf_test_path ("parent"), 0700));
  dir = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY,
                      "directory", parent, "prefix", "p", "suffix", ".s",
                      "auto-delete", FALSE, "ignore-cleanup-errors", TRUE, NULL);
  g_assert_true (g_initable_init (G_INITABLE (dir), NULL, &error));
  g_assert_no_error (error);
  /* Twice is harmless. */
  g_assert_true (g_initable_init (G_INITABLE (dir), NULL, &error));

  g_object_get (dir, "directory", &directory, "prefix", &prefix, "suffix", &suffix, NULL);
  g_assert_true (directory == parent);
  g_assert_cmpstr (prefix, ==, "p");
  g_assert_cmpstr (suffix, ==, ".s");
  g_assert_false (tf_temporary_directory_get_auto_delete (dir));
  g_assert_true (tf_temporary_directory_get_ignore_cleanup_errors (dir));
  g_assert_true (g_file_has_parent (tf_temporary_directory_get_file (dir), parent));
  name = g_file_get_basename (tf_temporary_directory_get_file (dir));
  g_assert_true (g_str_has_prefix (name, "p"));
  g_assert_true (g_str_has_suffix (name, ".s"));

  cleanup_ok (dir);
  g_assert_no_errno (g_rmdir (tf_test_path ("parent")));
}

static void
test_set_too_late (void)
{
  static const char *const names[] = { "prefix", "suffix", "directory" };
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *pattern = g_strdup_printf ("*%s*TfTemporaryDirectory*", names[i]);

      tf_test_expect_critical (pattern);
      g_object_set (dir, names[i], NULL, NULL);
      tf_test_assert_expected ();
    }
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    data)
{
  guint *count = data;

  (*count)++;
}

static void
test_notify (void)
{
  g_autoptr (TfTemporaryDirectory) dir = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY, NULL);
  guint count = 0;

  g_signal_connect (dir, "notify", G_CALLBACK (count_notify_cb), &count);
  g_object_set (dir, "prefix", "p", NULL);
  g_assert_cmpuint (count, ==, 1);
  g_object_set (dir, "prefix", "p", NULL);
  g_assert_cmpuint (count, ==, 1);
  tf_temporary_directory_set_auto_delete (dir, TRUE);
  g_assert_cmpuint (count, ==, 1);
  tf_temporary_directory_set_auto_delete (dir, FALSE);
  tf_temporary_directory_set_ignore_cleanup_errors (dir, TRUE);
  g_assert_cmpuint (count, ==, 3);
}

static void
test_umask (void)
{
  static const mode_t masks[] = { 0777, 0000 };

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      mode_t before = umask (masks[i]);
      g_autoptr (TfTemporaryDirectory) dir = new_dir ();

      umask (before);
      g_assert_cmphex (tf_test_mode (tf_temporary_directory_get_path (dir)), ==, 01700);
    }
}

static void
make_under_umask (gpointer data)
{
  test_umask ();
}

static void
test_umask_nobody (void)
{
  g_assert_true (tf_test_as_nobody (make_under_umask, NULL));
}

static void
refuse (const char   *directory,
        const char   *prefix,
        const char   *suffix,
        int           code,
        const char   *named)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) parent = directory != NULL ? g_file_new_for_path (directory) : NULL;

  g_assert_null (tf_temporary_directory_new (parent, prefix, suffix, NULL, &error));
  assert_io_error_names (error, code, named);
}

static void
test_bad_input (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) remote = g_file_new_for_uri ("resource:///somewhere");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *long_prefix = g_strnfill (300, 'x');

  refuse (NULL, "a/b", NULL, G_IO_ERROR_INVALID_FILENAME, "a/b");
  refuse (NULL, NULL, "../x", G_IO_ERROR_INVALID_FILENAME, "../x");
  refuse (NULL, "a\\b", NULL, G_IO_ERROR_INVALID_FILENAME, "a\\b");
  refuse (NULL, long_prefix, NULL, G_IO_ERROR_FILENAME_TOO_LONG, long_prefix);
  refuse (tf_test_path ("nowhere"), NULL, NULL, G_IO_ERROR_NOT_FOUND, "nowhere");
  make_file (tf_test_path ("file"), "", 0600);
  refuse (tf_test_path ("file"), NULL, NULL, G_IO_ERROR_NOT_DIRECTORY, "file");
  remove_file (tf_test_path ("file"));

  g_assert_null (tf_temporary_directory_new (remote, NULL, NULL, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, "resource:///somewhere");

  g_cancellable_cancel (cancellable);
  g_assert_null (tf_temporary_directory_new (NULL, NULL, NULL, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
}

static void
make_where_denied (gpointer data)
{
  g_assert_no_errno (g_mkdir (tf_test_path ("locked"), 0500));
  refuse (tf_test_path ("locked"), NULL, NULL, G_IO_ERROR_PERMISSION_DENIED, "locked");
  g_assert_no_errno (g_rmdir (tf_test_path ("locked")));
}

static void
test_not_writable (void)
{
  g_assert_true (tf_test_as_nobody (make_where_denied, NULL));
}

static void
make_without_descriptors (gpointer data)
{
  struct rlimit limit;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 3;
  /* The search for the temporary folder is done before. */
  g_assert_nonnull (tf_get_temp_dir (&error));
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  g_assert_null (tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
}

static void
test_no_descriptors (void)
{
  g_assert_true (tf_test_in_child (make_without_descriptors, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

/* A failed initialization can be tried again. */
static void
test_init_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) parent = test_file ("later");
  g_autoptr (TfTemporaryDirectory) dir = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY,
                                                       "directory", parent, NULL);

  g_assert_false (g_initable_init (G_INITABLE (dir), NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_assert_no_errno (g_mkdir (tf_test_path ("later"), 0700));
  g_assert_true (g_initable_init (G_INITABLE (dir), NULL, &error));
  g_assert_no_error (error);
  cleanup_ok (dir);
  g_assert_no_errno (g_rmdir (tf_test_path ("later")));
}

/* --- not open ---------------------------------------------------------------------------- */

static void
assert_unusable (TfTemporaryDirectory *dir,
                 int                   code)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_temporary_directory_get_fd (dir), ==, -1);
  g_assert_cmpint (tf_temporary_directory_dup_fd (dir, &error), ==, -1);
  assert_io_error (error, code);
  g_assert_null (tf_temporary_directory_get_child (dir, "x", &error));
  assert_io_error (error, code);
  g_assert_null (tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error));
  assert_io_error (error, code);
}

static void
test_not_initialized (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TfTemporaryDirectory) dir = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY, NULL);

  assert_unusable (dir, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_null (tf_temporary_directory_get_path (dir));
  g_assert_null (tf_temporary_directory_get_file (dir));
  g_assert_null (tf_temporary_directory_keep (dir, &error));
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_false (tf_temporary_directory_cleanup (dir, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);
  tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                                        tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_temporary_directory_cleanup_finish (dir, result, &error));
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);
  g_object_run_dispose (G_OBJECT (dir));
}

static void
test_cleaned_up (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();

  cleanup_ok (dir);
  assert_unusable (dir, G_IO_ERROR_CLOSED);
  g_assert_null (tf_temporary_directory_keep (dir, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  cleanup_ok (dir);
  g_object_run_dispose (G_OBJECT (dir));
  cleanup_ok (dir);
}

/* --- using it ---------------------------------------------------------------------------- */

static void
test_descriptors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  int fd = tf_temporary_directory_get_fd (dir);
  int copy = tf_temporary_directory_dup_fd (dir, &error);
  struct stat by_fd, by_copy, by_path;

  g_assert_no_error (error);
  g_assert_no_errno (fstat (fd, &by_fd));
  g_assert_no_errno (fstat (copy, &by_copy));
  g_assert_no_errno (stat (tf_temporary_directory_get_path (dir), &by_path));
  g_assert_cmpuint (by_fd.st_ino, ==, by_path.st_ino);
  g_assert_cmpuint (by_copy.st_ino, ==, by_path.st_ino);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_cmpint (fcntl (copy, F_GETFD) & FD_CLOEXEC, !=, 0);
  close (copy);
}

static void
test_get_child (void)
{
  static const char *const good[] = {
    "a", "a/b", "...", "..a", ".a", "a\nb", "-", "\xff", "a/..b",
  };
  static const char *const bad[] = {
    "", "/", "/etc", ".", "..", "../x", "a/..", "a/../b", "a/.", "./a", "a//..", "//a",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = child_path (dir, good[i]);
      g_autofree char *expected = g_build_filename (tf_temporary_directory_get_path (dir), good[i],
                                                    NULL);

      g_strdelimit (expected, "/", G_DIR_SEPARATOR);
      g_assert_cmpstr (path, ==, expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (tf_temporary_directory_get_child (dir, bad[i], &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
    }
}

static void
test_create_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autoptr (TfTemporaryFile) file = tf_temporary_directory_create_file (dir, "p-", ".s", NULL,
                                                                         &error);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_no_error (error);
  g_assert_true (g_file_has_parent (tf_temporary_file_get_file (file),
                                    tf_temporary_directory_get_file (dir)));
  g_assert_cmphex (tf_test_mode (path), ==, 0600);
  put (file, "content");
  assert_file (path, "content");
  close_ok (file);
  g_assert_false (tf_test_exists (path));
  g_assert_cmpuint (tf_test_count_entries (tf_temporary_directory_get_path (dir)), ==, 0);

  g_assert_null (tf_temporary_directory_create_file (dir, "a/b", NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_cancellable_cancel (cancellable);
  g_assert_null (tf_temporary_directory_create_file (dir, NULL, NULL, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
}

/* The folder goes first; the file has nothing to delete any more, and still can be read. */
static void
test_create_file_outlives (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autoptr (TfTemporaryFile) file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL,
                                                                         &error);

  g_assert_no_error (error);
  put (file, "content");
  cleanup_ok (dir);
  g_clear_object (&dir);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  assert_content (file, "content");
  close_ok (file);
}

/* The folder stays, and its object goes first: the file still deletes its own name. */
static void
test_create_file_in_kept (void)
{
  for (guint kept = 0; kept < 2; kept++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryDirectory) dir = new_dir ();
      g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));
      g_autoptr (GFile) where = NULL;
      g_autoptr (TfTemporaryFile) file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL,
                                                                             &error);

      g_assert_no_error (error);
      if (kept)
        where = tf_temporary_directory_keep (dir, &error);
      else
        tf_temporary_directory_set_auto_delete (dir, FALSE);
      g_assert_no_error (error);
      g_clear_object (&dir);
      g_assert_cmpuint (tf_test_count_entries (path), ==, 1);
      close_ok (file);
      g_assert_cmpuint (tf_test_count_entries (path), ==, 0);
      g_assert_no_errno (g_rmdir (path));
    }
}

/* By descriptor: a file made in a folder that was moved is found there. */
static void
test_create_file_in_moved (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  const char *away = tf_test_path ("away");
  g_autoptr (TfTemporaryFile) file = NULL;

  g_assert_no_errno (g_rename (tf_temporary_directory_get_path (dir), away));
  file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_count_entries (away), ==, 1);
  close_ok (file);
  g_assert_cmpuint (tf_test_count_entries (away), ==, 0);
  cleanup_moved (dir, away);
}

/* --- the end ----------------------------------------------------------------------------- */

static void
test_dropped (void)
{
  TfTemporaryDirectory *dir = new_dir ();
  g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));

  fill (dir, 5);
  g_object_unref (dir);
  g_assert_false (tf_test_exists (path));
}

static void
test_disposed (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  const char *path = tf_temporary_directory_get_path (dir);

  fill (dir, 5);
  g_object_run_dispose (G_OBJECT (dir));
  g_assert_false (tf_test_exists (path));
  assert_unusable (dir, G_IO_ERROR_CLOSED);
}

static void
test_auto_delete_off (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));
  guint before = tf_test_count_fds ();

  tf_temporary_directory_set_auto_delete (dir, FALSE);
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  tf_cleanup_all ();
  g_assert_true (tf_test_exists (path));
  g_object_run_dispose (G_OBJECT (dir));
  g_assert_true (tf_test_exists (path));
  g_assert_cmpuint (tf_test_count_fds (), ==, before - 1);
  assert_unusable (dir, G_IO_ERROR_CLOSED);
  g_assert_cmpstr (tf_temporary_directory_get_path (dir), ==, path);
  g_clear_object (&dir);
  g_assert_no_errno (g_rmdir (path));
}

/* Whoever asks for it gets it all the same. */
static void
test_auto_delete_off_cleanup (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));

  fill (dir, 3);
  tf_temporary_directory_set_auto_delete (dir, FALSE);
  cleanup_ok (dir);
  g_assert_false (tf_test_exists (path));
}

static void
test_keep (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));
  g_autoptr (GFile) kept = tf_temporary_directory_keep (dir, &error);
  g_autoptr (GFile) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (g_file_peek_path (kept), ==, path);
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  again = tf_temporary_directory_keep (dir, &error);
  g_assert_true (g_file_equal (kept, again));
  fill (dir, 1);
  tf_cleanup_all ();
  cleanup_ok (dir);
  assert_unusable (dir, G_IO_ERROR_CLOSED);
  g_assert_cmpstr (tf_temporary_directory_get_path (dir), ==, path);
  g_clear_object (&dir);
  g_assert_cmpuint (tf_test_count_entries (path), ==, 1);
  {
    g_autofree char *file = g_build_filename (path, "d0/f0", NULL);
    g_autofree char *folder = g_build_filename (path, "d0", NULL);

    remove_file (file);
    g_assert_no_errno (g_rmdir (folder));
  }
  g_assert_no_errno (g_rmdir (path));
}

static void
test_cleanup_all (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  const char *path = tf_temporary_directory_get_path (dir);

  fill (dir, 5);
  tf_cleanup_all ();
  g_assert_false (tf_test_exists (path));
  assert_unusable (dir, G_IO_ERROR_CLOSED);
  cleanup_ok (dir);
}

static void
leave_by_exit (gpointer data)
{
  TfTemporaryDirectory *dir = new_dir ();

  fill (dir, 5);
  exit (0);
}

static void
test_exit (void)
{
  g_assert_true (tf_test_in_child (leave_by_exit, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
end_in_child (gpointer data)
{
  TfTemporaryDirectory *dir = data;
  g_autoptr (TfTemporaryDirectory) G_GNUC_UNUSED own = new_dir ();
  g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));

  tf_cleanup_all ();
  cleanup_ok (dir);
  assert_unusable (dir, G_IO_ERROR_CLOSED);
  g_object_run_dispose (G_OBJECT (dir));
  g_object_unref (dir);
  g_assert_true (tf_test_exists (path));
  exit (0);
}

static void
test_child (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();

  fill (dir, 3);
  g_assert_true (tf_test_in_child (end_in_child, dir));
  g_assert_cmpuint (tf_test_count_entries (tf_temporary_directory_get_path (dir)), ==, 3);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  cleanup_ok (dir);
}

/* Links lead out, and something else is under the name of a folder that is gone. */
static void
test_outside_untouched (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autofree char *path = g_strdup (tf_temporary_directory_get_path (dir));
  g_autofree char *to_file = child_path (dir, "file");
  g_autofree char *to_folder = child_path (dir, "folder");
  const char *canary = tf_test_path ("canary");

  make_file (canary, "canary", 0644);
  g_assert_no_errno (symlink (canary, to_file));
  g_assert_no_errno (symlink (tf_test_dir (), to_folder));
  cleanup_ok (dir);
  assert_file (canary, "canary");
  g_assert_cmphex (tf_test_mode (canary), ==, 0644);
  g_clear_object (&dir);

  dir = new_dir ();
  g_free (path);
  path = g_strdup (tf_temporary_directory_get_path (dir));
  g_assert_no_errno (g_rmdir (path));
  g_assert_no_errno (symlink (tf_test_dir (), path));
  g_clear_object (&dir);
  g_assert_true (tf_test_exists (path));
  assert_file (canary, "canary");
  remove_file (path);
  remove_file (canary);
}

static void
test_moved (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  const char *path = tf_temporary_directory_get_path (dir);
  const char *away = tf_test_path ("away");

  fill (dir, 4);
  g_assert_no_errno (g_rename (path, away));
  g_assert_no_errno (g_mkdir (path, 0700));
  cleanup_moved (dir, away);
  g_assert_true (tf_test_exists (path));
  g_assert_no_errno (g_rmdir (path));
}

/* --- errors ------------------------------------------------------------------------------ */

/* A mount in the tree cannot go, and is not entered. */
static void
meet_mount (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) parent = test_file ("disk");
  g_autoptr (TfTemporaryDirectory) dir = NULL;
  g_autofree char *place = NULL;
  g_autofree char *canary = NULL;

  dir = tf_temporary_directory_new (parent, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  fill (dir, 3);
  place = child_path (dir, "d1");
  canary = child_path (dir, "d1/canary");
  g_assert_no_errno (mount ("tf-test", place, "tmpfs", 0, NULL));
  make_file (canary, "canary", 0600);

  g_assert_false (tf_temporary_directory_cleanup (dir, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_BUSY, place);
  assert_file (canary, "canary");
  g_assert_cmpuint (tf_test_count_entries (tf_temporary_directory_get_path (dir)), ==, 1);
  /* As open as before. */
  g_assert_cmpint (tf_temporary_directory_get_fd (dir), >=, 0);

  tf_temporary_directory_set_ignore_cleanup_errors (dir, TRUE);
  cleanup_ok (dir);
  assert_file (canary, "canary");
  tf_temporary_directory_set_ignore_cleanup_errors (dir, FALSE);

  g_assert_no_errno (umount2 (place, MNT_DETACH));
  cleanup_ok (dir);
  g_assert_null (tf_temporary_directory_get_path (dir));
}

static void
test_mount (void)
{
  g_assert_true (tf_test_on_small_disk (1024 * 1024, meet_mount, NULL));
}

static void
clean_locked (gpointer data)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  g_autofree char *folder = NULL;

  fill (dir, 3);
  folder = child_path (dir, "d1");
  g_assert_no_errno (g_chmod (folder, 0));
  g_assert_no_errno (g_chmod (tf_temporary_directory_get_path (dir), 0));
  cleanup_ok (dir);
}

static void
test_permissions (void)
{
  g_assert_true (tf_test_as_nobody (clean_locked, NULL));
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();

  fill (dir, 3);
  tf_temporary_directory_set_ignore_cleanup_errors (dir, TRUE);
  g_cancellable_cancel (cancellable);
  g_assert_false (tf_temporary_directory_cleanup (dir, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (tf_temporary_directory_get_fd (dir), >=, 0);
  cleanup_ok (dir);
}

/* --- asynchronously ---------------------------------------------------------------------- */

static void
test_create_async (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TfTemporaryDirectory) dir = NULL;

  tf_temporary_directory_create_async (G_PRIORITY_DEFAULT, NULL, "async-", NULL, NULL,
                                       tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_null (g_async_result_get_source_object (result));
  dir = tf_temporary_directory_create_finish (result, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (tf_temporary_directory_get_path (dir) + strlen (tf_test_dir ()),
                                   G_DIR_SEPARATOR_S "async-"));
}

static void
test_create_async_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_directory_create_async (G_PRIORITY_DEFAULT, NULL, "a/b", NULL, NULL,
                                       tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_null (tf_temporary_directory_create_finish (result, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_clear_object (&result);

  g_cancellable_cancel (cancellable);
  tf_temporary_directory_create_async (G_PRIORITY_DEFAULT, NULL, NULL, NULL, cancellable,
                                       tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_null (tf_temporary_directory_create_finish (result, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
}

/* Nobody finishes it: the result takes the folder along. */
static void
test_create_async_unfinished (void)
{
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_directory_create_async (G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                                       tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_clear_object (&result);
  for (guint i = 0; i < 1000 && tf_test_count_entries (tf_test_dir ()) > 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_init_async (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GObject) object = NULL;

  g_async_initable_new_async (TF_TYPE_TEMPORARY_DIRECTORY, G_PRIORITY_DEFAULT, NULL,
                              tf_test_store_cb, &result, "prefix", "p-", NULL);
  tf_test_wait_result (&result);
  {
    g_autoptr (GObject) source = g_async_result_get_source_object (result);

    object = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, &error);
  }
  g_assert_no_error (error);
  g_assert_nonnull (tf_temporary_directory_get_path (TF_TEMPORARY_DIRECTORY (object)));
}

typedef struct
{
  GThread *thread;
  GAsyncResult *result;
  GCancellable *cancel;   /* at the first call, or NULL */
  guint calls;
  goffset last;
  goffset total;
  guint destroyed;
} Watch;

static void
progress_cb (goffset  current,
             goffset  total,
             gpointer data)
{
  Watch *watch = data;

  g_assert_true (g_thread_self () == watch->thread);
  g_assert_cmpuint (watch->destroyed, ==, 0);
  g_assert_null (watch->result);
  g_assert_cmpint (current, >=, watch->last);
  watch->calls++;
  watch->last = current;
  watch->total = total;
  if (watch->cancel != NULL)
    g_cancellable_cancel (watch->cancel);
}

static void
destroy_cb (gpointer data)
{
  Watch *watch = data;

  g_assert_true (g_thread_self () == watch->thread);
  g_assert_null (watch->result);
  watch->destroyed++;
}

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  Watch *watch = data;

  g_assert_true (g_thread_self () == watch->thread);
  g_assert_cmpuint (watch->destroyed, ==, 1);
  g_assert_null (watch->result);
  watch->result = g_object_ref (result);
}

/* Starts a cleanup that is watched, waits for it and returns what it gave. */
static gboolean
clean_watched (TfTemporaryDirectory   *dir,
               Watch                  *watch,
               GFileProgressCallback   progress,
               GError                **error)
{
  gboolean result;

  watch->thread = g_thread_self ();
  tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, watch->cancel, progress, watch,
                                        destroy_cb, ready_cb, watch);
  while (watch->result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_assert_cmpuint (watch->destroyed, ==, 1);
  result = tf_temporary_directory_cleanup_finish (dir, watch->result, error);
  g_clear_object (&watch->result);
  return result;
}

static void
test_cleanup_async (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  Watch watch = { 0 };

  fill (dir, 40);
  g_assert_true (clean_watched (dir, &watch, progress_cb, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (watch.calls, >=, 1);
  g_assert_cmpint (watch.last, ==, 40 * 41);
  g_assert_cmpint (watch.total, ==, 40 * 41);
  g_assert_null (tf_temporary_directory_get_path (dir));

  /* Once more is harmless, and its callbacks come all the same. */
  watch = (Watch) { 0 };
  g_assert_true (clean_watched (dir, &watch, progress_cb, &error));
  g_assert_cmpuint (watch.calls, ==, 0);
}

/* Without a progress callback its data is destroyed all the same. */
static void
test_cleanup_async_no_progress (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  Watch watch = { 0 };

  fill (dir, 3);
  g_assert_true (clean_watched (dir, &watch, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (watch.calls, ==, 0);
}

static void
test_cleanup_async_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) unready = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY, NULL);
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  Watch watch = { 0 };

  g_assert_false (clean_watched (unready, &watch, progress_cb, &error));
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);

  watch = (Watch) { 0 };
  watch.cancel = g_cancellable_new ();
  g_cancellable_cancel (watch.cancel);
  g_assert_false (clean_watched (dir, &watch, progress_cb, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_nonnull (tf_temporary_directory_get_path (dir));
  g_clear_object (&watch.cancel);
}

/* Cancelled half-way, wherever that is; the next call finishes. */
static void
test_cleanup_async_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  Watch watch = { 0 };

  fill (dir, 60);
  watch.cancel = g_cancellable_new ();
  if (!clean_watched (dir, &watch, progress_cb, &error))
    assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_clear_object (&watch.cancel);

  watch = (Watch) { 0 };
  g_assert_true (clean_watched (dir, &watch, progress_cb, &error));
  g_assert_no_error (error);
  g_assert_null (tf_temporary_directory_get_path (dir));
}

/* In the main context of the thread that calls. */
static gpointer
clean_in_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  Watch watch = { 0 };

  g_main_context_push_thread_default (context);
  g_assert_true (clean_watched (data, &watch, progress_cb, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (watch.calls, >=, 1);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_cleanup_async_thread (void)
{
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();

  fill (dir, 10);
  g_thread_join (g_thread_new ("caller", clean_in_thread, dir));
}

static void
test_cleanup_async_pending (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = new_dir ();
  GAsyncResult *results[3] = { NULL, };
  guint cleaned = 0;

  fill (dir, 40);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                                          tf_test_store_cb, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      tf_test_wait_result (&results[i]);
      if (tf_temporary_directory_cleanup_finish (dir, results[i], &error))
        cleaned++;
      else
        assert_io_error (error, G_IO_ERROR_PENDING);
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (cleaned, >=, 1);
  g_assert_null (tf_temporary_directory_get_path (dir));
}

/* The operation keeps the object, and a synchronous cleanup waits for it. */
static void
test_cleanup_async_dropped (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  TfTemporaryDirectory *dir = new_dir ();

  fill (dir, 40);
  tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                                        tf_test_store_cb, &result);
  cleanup_ok (dir);
  g_assert_null (tf_temporary_directory_get_path (dir));
  g_object_unref (dir);
  tf_test_wait_result (&result);
}

/* --- threads ----------------------------------------------------------------------------- */

static gpointer
use_cb (gpointer data)
{
  TfTemporaryDirectory *dir = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL,
                                                                             &error);
      int fd;

      if (file == NULL && error->code == G_IO_ERROR_CLOSED)
        break;
      fd = tf_temporary_directory_dup_fd (dir, NULL);
      if (fd >= 0)
        close (fd);
      tf_temporary_directory_get_file (dir);
    }
  return NULL;
}

static void
test_threads (void)
{
  for (guint i = 0; i < 20; i += tf_test_scale (5, 1, 1))
    {
      g_autoptr (TfTemporaryDirectory) dir = new_dir ();
      g_autoptr (GError) error = NULL;
      GThread *threads[3];

      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("user", use_cb, dir);
      g_usleep (i * 100);
      if (!tf_temporary_directory_cleanup (dir, NULL, &error))
        assert_io_error (error, G_IO_ERROR_NOT_EMPTY);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      cleanup_ok (dir);
    }
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/api/temporary-directory/new", test_new);
  tf_test_add ("/api/temporary-directory/properties", test_properties);
  tf_test_add ("/api/temporary-directory/set-too-late", test_set_too_late);
  tf_test_add ("/api/temporary-directory/notify", test_notify);
  tf_test_add ("/api/temporary-directory/umask", test_umask);
  tf_test_add ("/api/temporary-directory/umask-nobody", test_umask_nobody);
  tf_test_add ("/api/temporary-directory/bad-input", test_bad_input);
  tf_test_add ("/api/temporary-directory/not-writable", test_not_writable);
  tf_test_add ("/api/temporary-directory/no-descriptors", test_no_descriptors);
  tf_test_add ("/api/temporary-directory/init-again", test_init_again);
  tf_test_add ("/api/temporary-directory/not-initialized", test_not_initialized);
  tf_test_add ("/api/temporary-directory/cleaned-up", test_cleaned_up);
  tf_test_add ("/api/temporary-directory/descriptors", test_descriptors);
  tf_test_add ("/api/temporary-directory/get-child", test_get_child);
  tf_test_add ("/api/temporary-directory/create-file", test_create_file);
  tf_test_add ("/api/temporary-directory/create-file-outlives", test_create_file_outlives);
  tf_test_add ("/api/temporary-directory/create-file-in-kept", test_create_file_in_kept);
  tf_test_add ("/api/temporary-directory/create-file-in-moved", test_create_file_in_moved);
  tf_test_add ("/api/temporary-directory/dropped", test_dropped);
  tf_test_add ("/api/temporary-directory/disposed", test_disposed);
  tf_test_add ("/api/temporary-directory/auto-delete-off", test_auto_delete_off);
  tf_test_add ("/api/temporary-directory/auto-delete-off-cleanup", test_auto_delete_off_cleanup);
  tf_test_add ("/api/temporary-directory/keep", test_keep);
  tf_test_add ("/api/temporary-directory/cleanup-all", test_cleanup_all);
  tf_test_add ("/api/temporary-directory/exit", test_exit);
  tf_test_add ("/api/temporary-directory/child", test_child);
  tf_test_add ("/api/temporary-directory/outside-untouched", test_outside_untouched);
  tf_test_add ("/api/temporary-directory/moved", test_moved);
  tf_test_add ("/api/temporary-directory/mount", test_mount);
  tf_test_add ("/api/temporary-directory/permissions", test_permissions);
  tf_test_add ("/api/temporary-directory/cancelled", test_cancelled);
  tf_test_add ("/api/temporary-directory/create-async", test_create_async);
  tf_test_add ("/api/temporary-directory/create-async-fails", test_create_async_fails);
  tf_test_add ("/api/temporary-directory/create-async-unfinished", test_create_async_unfinished);
  tf_test_add ("/api/temporary-directory/init-async", test_init_async);
  tf_test_add ("/api/temporary-directory/cleanup-async", test_cleanup_async);
  tf_test_add ("/api/temporary-directory/cleanup-async-no-progress",
               test_cleanup_async_no_progress);
  tf_test_add ("/api/temporary-directory/cleanup-async-fails", test_cleanup_async_fails);
  tf_test_add ("/api/temporary-directory/cleanup-async-cancel", test_cleanup_async_cancel);
  tf_test_add ("/api/temporary-directory/cleanup-async-thread", test_cleanup_async_thread);
  tf_test_add ("/api/temporary-directory/cleanup-async-pending", test_cleanup_async_pending);
  tf_test_add ("/api/temporary-directory/cleanup-async-dropped", test_cleanup_async_dropped);
  tf_test_add ("/api/temporary-directory/threads", test_threads);

  return tf_test_run ();
}
