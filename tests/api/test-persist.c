/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Publishing a TfTemporaryFile, and keeping it where it is. */

#include "api-helpers.h"

static void
persist_ok (TfTemporaryFile *file,
            const char      *path,
            TfPersistFlags   flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) destination = g_file_new_for_path (path);

  tf_temporary_file_persist (file, destination, flags, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tf_temporary_file_get_path (file), ==, path);
  g_assert_true (g_file_equal (tf_temporary_file_get_file (file), destination));
}

static void
assert_fails (TfTemporaryFile *file,
              const char      *path,
              TfPersistFlags   flags,
              int              code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) destination = g_file_new_for_path (path);

  g_assert_false (tf_temporary_file_persist (file, destination, flags, NULL, &error));
  assert_io_error_names (error, code, path);
}

static TfTemporaryFile *
new_of_kind (gconstpointer data)
{
  return GPOINTER_TO_INT (data) ? new_named () : new_anonymous ();
}

/* --- to a new name ----------------------------------------------------------------------- */

static void
test_new_name (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  const char *path = tf_test_path ("published");

  put (file, "text in a buffer");
  seek_to (file, 4, G_SEEK_SET);
  persist_ok (file, path, TF_PERSIST_NONE);
  assert_file (path, "text in a buffer");
  g_assert_cmpuint (tf_test_mode (path), ==, tf_test_shown_mode (0644));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  /* The object goes on, at the same place of the same file. */
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 4);
  put (file, "+");
  assert_file (path, "text+in a buffer");
  close_ok (file);
  g_clear_object (&file);
  tf_cleanup_all ();
  assert_file (path, "text+in a buffer");
  remove_file (path);
}

static void
persist_under_umasks (gpointer data)
{
  static const guint masks[] = { 0022, 0077, 0000, 0027, 0777 };

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_autoptr (TfTemporaryFile) file = new_of_kind (data);

      umask (masks[i]);
      persist_ok (file, tf_test_path ("published"), TF_PERSIST_NONE);
      g_assert_cmpuint (tf_test_mode (tf_test_path ("published")), ==, 0666 & ~masks[i]);
      remove_file (tf_test_path ("published"));
    }
}

static void
test_umask (gconstpointer data)
{
  g_assert_true (tf_test_in_child (persist_under_umasks, (gpointer) data));
  g_assert_true (tf_test_as_nobody (persist_under_umasks, (gpointer) data));
}

static void
test_twice (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  put (file, "moves on");
  persist_ok (file, tf_test_path ("first"), TF_PERSIST_NONE);
  persist_ok (file, tf_test_path ("second"), TF_PERSIST_NONE);
  assert_file (tf_test_path ("second"), "moves on");
  g_assert_false (tf_test_exists (tf_test_path ("first")));
  remove_file (tf_test_path ("second"));
}

/* A file that had a name and lost it can only be copied. */
static void
test_after_delete (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();
  int fd;

  put_pattern (file, 300000, 5);
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  fd = tf_temporary_file_get_fd (file);
  persist_ok (file, tf_test_path ("copy"), TF_PERSIST_NONE);
  g_assert_cmpint (tf_temporary_file_get_fd (file), ==, fd);
  g_assert_cmpuint (tf_test_mode (tf_test_path ("copy")), ==, tf_test_shown_mode (0644));
  put (file, "end");
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 300003);
  close_ok (file);
  remove_file (tf_test_path ("copy"));
}

/* --- over a file ------------------------------------------------------------------------- */

static void
test_over_file (gconstpointer data)
{
  static const struct { guint before, after; } modes[] = {
    { 0600, 0600 }, { 0640, 0640 }, { 0666, 0666 }, { 0755, 0755 }, { 04755, 0755 }, { 02770,
                                                                                      0770 },
    { 0400, 0400 }, { 0000, 0000 },
  };
  const char *path = tf_test_path ("old");

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (TfTemporaryFile) file = new_of_kind (data);
      int reader;

      make_file (path, "old content", modes[i].before);
      reader = open (path, O_PATH | O_CLOEXEC);
      put (file, "new");
      persist_ok (file, path, TF_PERSIST_REPLACE);
      g_assert_cmpuint (tf_test_mode (path), ==, modes[i].after);
      g_assert_no_errno (chmod (path, 0600));
      assert_file (path, "new");
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
      close (reader);
      close_ok (file);
      remove_file (path);
    }
}

/* The old file is replaced, not written to. */
static void
test_other_name_of_old (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  make_file (tf_test_path ("old"), "old content", 0644);
  g_assert_no_errno (link (tf_test_path ("old"), tf_test_path ("other")));
  put (file, "new");
  persist_ok (file, tf_test_path ("old"), TF_PERSIST_REPLACE);
  assert_file (tf_test_path ("old"), "new");
  assert_file (tf_test_path ("other"), "old content");
  remove_file (tf_test_path ("old"));
  remove_file (tf_test_path ("other"));
}

static void
test_replace_nothing (gconstpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);

  put (file, "new");
  persist_ok (file, tf_test_path ("fresh"), TF_PERSIST_REPLACE);
  assert_file (tf_test_path ("fresh"), "new");
  g_assert_cmpuint (tf_test_mode (tf_test_path ("fresh")), ==, tf_test_shown_mode (0644));
  remove_file (tf_test_path ("fresh"));
}

/* A link is replaced itself, dangling or not. */
static void
test_over_link (gconstpointer data)
{
  const char *path = tf_test_path ("link");
  const char *target = tf_test_path ("target");

  for (guint dangling = 0; dangling < 2; dangling++)
    {
      g_autoptr (TfTemporaryFile) file = new_of_kind (data);

      if (!dangling)
        make_file (target, "behind the link", 0600);
      g_assert_no_errno (symlink (target, path));
      put (file, "new");
      assert_fails (file, path, TF_PERSIST_NONE, G_IO_ERROR_EXISTS);
      persist_ok (file, path, TF_PERSIST_REPLACE);
      g_assert_false (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
      assert_file (path, "new");
      g_assert_cmpuint (tf_test_mode (path), ==, tf_test_shown_mode (0644));
      g_assert_cmpint (tf_test_exists (target), ==, !dangling);
      if (!dangling)
        {
          assert_file (target, "behind the link");
          remove_file (target);
        }
      remove_file (path);
    }
}

/* --- what cannot be ---------------------------------------------------------------------- */

/* After each failure the object is as it was. */
static void
test_failures (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GFile) remote = g_file_new_for_uri ("sftp://example.org/there");
  g_autoptr (GFile) there = test_file ("there");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *name = g_strdup (tf_temporary_file_get_path (file));
  g_autofree char *too_long = g_strnfill (300, 'n');

  g_assert_no_errno (g_mkdir (tf_test_path ("folder"), 0700));
  make_file (tf_test_path ("taken"), "taken", 0640);
  put (file, "usable");

  assert_fails (file, tf_test_path ("taken"), TF_PERSIST_NONE, G_IO_ERROR_EXISTS);
  assert_fails (file, tf_test_path ("folder"), TF_PERSIST_NONE, G_IO_ERROR_EXISTS);
  assert_fails (file, tf_test_path ("folder"), TF_PERSIST_REPLACE, G_IO_ERROR_IS_DIRECTORY);
  assert_fails (file, tf_test_path ("missing/x"), TF_PERSIST_NONE, G_IO_ERROR_NOT_FOUND);
  assert_fails (file, tf_test_path ("missing/x"), TF_PERSIST_REPLACE, G_IO_ERROR_NOT_FOUND);
  assert_fails (file, tf_test_path ("taken/x"), TF_PERSIST_NONE, G_IO_ERROR_NOT_DIRECTORY);
  assert_fails (file, tf_test_path (too_long), TF_PERSIST_NONE, G_IO_ERROR_FILENAME_TOO_LONG);
  g_assert_false (tf_temporary_file_persist (file, remote, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_false (tf_temporary_file_persist (file, there, (TfPersistFlags) (1 << 20), NULL,
                                             &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_cancellable_cancel (cancellable);
  g_assert_false (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);

  g_assert_cmpstr (tf_temporary_file_get_path (file), ==, name);
  if (name != NULL)
    g_assert_cmpuint (tf_test_mode (name), ==, 0600);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, name != NULL ? 3 : 2);
  assert_file (tf_test_path ("taken"), "taken");
  put (file, "!");
  assert_content (file, "usable!");
  persist_ok (file, tf_test_path ("there"), TF_PERSIST_NONE);
  assert_file (tf_test_path ("there"), "usable!");
  g_assert_no_errno (g_rmdir (tf_test_path ("folder")));
  remove_file (tf_test_path ("taken"));
  remove_file (tf_test_path ("there"));
}

static void
persist_to_locked (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autofree char *path = g_build_filename (tf_test_path ("locked"), "x", NULL);

  put (file, "usable");
  assert_fails (file, path, TF_PERSIST_NONE, G_IO_ERROR_PERMISSION_DENIED);
  assert_fails (file, path, TF_PERSIST_REPLACE, G_IO_ERROR_PERMISSION_DENIED);
  assert_content (file, "usable");
}

static void
test_unwritable (gconstpointer data)
{
  g_assert_no_errno (g_mkdir (tf_test_path ("locked"), 0555));
  g_assert_true (tf_test_as_nobody (persist_to_locked, (gpointer) data));
  g_assert_no_errno (g_rmdir (tf_test_path ("locked")));
}

static void
test_closed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) there = test_file ("there");
  g_autoptr (TfTemporaryFile) anonymous = new_anonymous ();
  g_autoptr (TfTemporaryFile) deleted = new_named ();
  g_autoptr (TfTemporaryFile) stays = new_with ("anonymous", FALSE, "delete-on-close", FALSE);

  close_ok (anonymous);
  close_ok (deleted);
  g_assert_false (tf_temporary_file_persist (anonymous, there, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_temporary_file_persist (deleted, there, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  put (stays, "has its name");
  close_ok (stays);
  persist_ok (stays, tf_test_path ("there"), TF_PERSIST_NONE);
  g_clear_object (&stays);
  assert_file (tf_test_path ("there"), "has its name");
  remove_file (tf_test_path ("there"));
}

/* What stands under our name is not ours any more: it is not published. */
static void
test_foreign (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GFile) there = test_file ("there");
  g_autoptr (GError) error = NULL;

  put (file, "ours");
  remove_file (path);
  make_file (path, "theirs", 0644);
  g_assert_false (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_assert_false (tf_test_exists (tf_test_path ("there")));
  assert_file (path, "theirs");
  g_clear_object (&file);
  assert_file (path, "theirs");
  remove_file (path);
}

/* --- another file system ----------------------------------------------------------------- */

static void
persist_elsewhere (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autofree char *path = g_build_filename (tf_test_path ("disk"), "there", NULL);
  int fd, copy;
  char buffer[4];

  put_pattern (file, 2000000, 11);
  seek_to (file, 5, G_SEEK_SET);
  fd = tf_temporary_file_get_fd (file);
  copy = tf_temporary_file_dup_fd (file, NULL);
  persist_ok (file, path, TF_PERSIST_NONE);
  g_assert_cmpuint (tf_test_mode (path), ==, tf_test_shown_mode (0644));
  /* Only the mount point is left of what was here. */
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("disk")), ==, 1);
  g_assert_cmpint (tf_temporary_file_get_fd (file), ==, fd);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 5);
  put (file, "new");
  g_assert_cmpint (pread (fd, buffer, 3, 5), ==, 3);
  g_assert_cmpmem (buffer, 3, "new", 3);
  /* A duplicate keeps the old data. */
  g_assert_cmpint (pread (copy, buffer, 1, 5), ==, 1);
  g_assert_cmpint (buffer[0], ==, 11 + 5);
  close (copy);

  put_pattern (file, 100, 1);
  close_ok (file);
  g_clear_object (&file);
  file = new_of_kind (data);
  put (file, "over");
  assert_fails (file, path, TF_PERSIST_NONE, G_IO_ERROR_EXISTS);
  g_assert_no_errno (chmod (path, 0640));
  persist_ok (file, path, TF_PERSIST_REPLACE);
  assert_file (path, "over");
  g_assert_cmpuint (tf_test_mode (path), ==, tf_test_shown_mode (0640));
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("disk")), ==, 1);
}

static void
test_elsewhere (gconstpointer data)
{
  g_assert_true (tf_test_on_small_disk (16 << 20, persist_elsewhere, (gpointer) data));
}

static void
persist_too_much (gpointer data)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autofree char *path = g_build_filename (tf_test_path ("disk"), "there", NULL);
  g_autoptr (GFile) there = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  make_file (path, "the old one", 0600);
  put_pattern (file, 1000000, 21);
  g_assert_false (tf_temporary_file_persist (file, there, TF_PERSIST_REPLACE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  assert_file (path, "the old one");
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("disk")), ==, 1);
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  assert_pattern (bytes, 1000000, 21);
  persist_ok (file, tf_test_path ("here"), TF_PERSIST_NONE);
  remove_file (tf_test_path ("here"));
}

static void
test_full (gconstpointer data)
{
  g_assert_true (tf_test_on_small_disk (65536, persist_too_much, (gpointer) data));
}

/* --- asynchronously ---------------------------------------------------------------------- */

static void
test_async (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_of_kind (data);
  g_autoptr (GFile) there = test_file ("there");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  put (file, "later");
  g_cancellable_cancel (cancellable);
  tf_temporary_file_persist_async (file, there, TF_PERSIST_NONE, 0, cancellable, tf_test_store_cb,
                                   &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_temporary_file_persist_finish (file, result, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_false (tf_test_exists (tf_test_path ("there")));

  g_clear_object (&result);
  tf_temporary_file_persist_async (file, there, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                   &result);
  g_assert_null (result);
  tf_test_wait_result (&result);
  g_assert_true (tf_temporary_file_persist_finish (file, result, &error));
  g_assert_no_error (error);
  assert_file (tf_test_path ("there"), "later");
  g_assert_true (g_file_equal (tf_temporary_file_get_file (file), there));

  g_clear_object (&result);
  tf_temporary_file_persist_async (file, there, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                   &result);
  tf_test_wait_result (&result);
  g_assert_false (tf_temporary_file_persist_finish (file, result, &error));
  assert_io_error (error, G_IO_ERROR_EXISTS);
  remove_file (tf_test_path ("there"));
}

/* --- keeping ----------------------------------------------------------------------------- */

static void
test_keep (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GFile) kept = NULL;

  put (file, "kept");
  kept = tf_temporary_file_keep (file, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_file_peek_path (kept), ==, path);
  g_assert_cmpuint (tf_test_mode (path), ==, 0600);
  put (file, " on");
  close_ok (file);
  g_assert_cmpstr (tf_temporary_file_get_path (file), ==, path);
  keep_ok (file);
  tf_cleanup_all ();
  g_clear_object (&file);
  assert_file (path, "kept on");
  remove_file (path);
}

static void
test_keep_anonymous (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();

  g_assert_null (tf_temporary_file_keep (file, &error));
  assert_io_error (error, G_IO_ERROR_NOT_SUPPORTED);
  put (file, "goes on");
  assert_content (file, "goes on");
  close_ok (file);
  g_assert_null (tf_temporary_file_keep (file, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
}

static void
test_keep_closed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_with ("anonymous", FALSE, "delete-on-close", FALSE);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));

  close_ok (file);
  keep_ok (file);
  g_assert_no_error (error);
  g_clear_object (&file);
  g_assert_true (tf_test_exists (path));
  remove_file (path);
}

static void
add_both (const char *name,
          void      (*func) (gconstpointer))
{
  g_autofree char *anonymous = g_strdup_printf ("/persist/anonymous/%s", name);
  g_autofree char *named = g_strdup_printf ("/persist/named/%s", name);

  tf_test_add_data (anonymous, GINT_TO_POINTER (FALSE), func);
  tf_test_add_data (named, GINT_TO_POINTER (TRUE), func);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  add_both ("new-name", test_new_name);
  add_both ("umask", test_umask);
  add_both ("twice", test_twice);
  add_both ("over-file", test_over_file);
  add_both ("other-name-of-old", test_other_name_of_old);
  add_both ("replace-nothing", test_replace_nothing);
  add_both ("over-link", test_over_link);
  add_both ("failures", test_failures);
  add_both ("unwritable", test_unwritable);
  add_both ("elsewhere", test_elsewhere);
  add_both ("full", test_full);
  add_both ("async", test_async);
  tf_test_add ("/persist/after-delete", test_after_delete);
  tf_test_add ("/persist/closed", test_closed);
  tf_test_add ("/persist/foreign", test_foreign);
  tf_test_add ("/persist/keep", test_keep);
  tf_test_add ("/persist/keep-anonymous", test_keep_anonymous);
  tf_test_add ("/persist/keep-closed", test_keep_closed);
  return tf_test_run ();
}
