/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile: making one, its properties and getters, reading and writing by its own
 * methods. */

#include "api-helpers.h"

/* --- creation ---------------------------------------------------------------------------- */

static void
test_anonymous (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();

  g_assert_true (G_IS_FILE_IO_STREAM (file));
  g_assert_true (G_IS_SEEKABLE (file));
  g_assert_true (G_IS_INITABLE (file));
  g_assert_true (G_IS_ASYNC_INITABLE (file));
  assert_descriptor_based (file, TRUE);
  g_assert_null (tf_temporary_file_get_path (file));
  g_assert_null (tf_temporary_file_get_file (file));
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 0);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  put (file, "hello");
  assert_content (file, "hello");
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_named (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  GFile *location = tf_temporary_file_get_file (file);

  g_assert_cmpstr (dir, ==, tf_test_dir ());
  g_assert_true (g_str_has_prefix (name, "t-"));
  g_assert_true (g_str_has_suffix (name, ".x"));
  g_assert_cmpuint (strlen (name), ==, 2 + 8 + 2);
  g_assert_cmpuint (tf_test_mode (path), ==, 0600);
  g_assert_cmpstr (g_file_peek_path (location), ==, path);
  g_assert_true (tf_temporary_file_get_file (file) == location);
  put (file, "seen at once");
  assert_file (path, "seen at once");
  close_ok (file);
  g_assert_false (tf_test_exists (path));
}

static void
test_directory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) sub = test_file ("sub");
  g_autoptr (TfTemporaryFile) named = NULL;
  g_autoptr (TfTemporaryFile) anonymous = NULL;

  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  named = tf_temporary_file_new_named (sub, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (tf_temporary_file_get_path (named), tf_test_path ("sub/tmp")));
  anonymous = tf_temporary_file_new (sub, NULL, &error);
  g_assert_no_error (error);
  close_ok (named);
  /* An anonymous file does not hold its folder. */
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
  put (anonymous, "still there");
  assert_content (anonymous, "still there");
}

static void
create_under_umask (gpointer data)
{
  static const guint modes[] = { 0600, 0640, 0644, 0666, 0755, 0777 };

  umask (GPOINTER_TO_UINT (data));
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (TfTemporaryFile) file = new_with ("anonymous", FALSE, "permissions", modes[i]);

      g_assert_cmpuint (tf_test_mode (tf_temporary_file_get_path (file)), ==, modes[i]);
      close_ok (file);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TfTemporaryFile) file = i == 0 ? new_anonymous () : new_named ();
      struct stat st;

      g_assert_no_errno (fstat (tf_temporary_file_get_fd (file), &st));
      g_assert_cmpuint (st.st_mode & 07777, ==, 0600);
      close_ok (file);
    }
}

static void
test_modes (void)
{
  static const guint masks[] = { 0022, 0000, 0077, 0777 };

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_assert_true (tf_test_in_child (create_under_umask, GUINT_TO_POINTER (masks[i])));
      g_assert_true (tf_test_as_nobody (create_under_umask, GUINT_TO_POINTER (masks[i])));
    }
}

static void
create_without_standard (gpointer data)
{
  g_autoptr (TfTemporaryFile) anonymous = NULL;
  g_autoptr (TfTemporaryFile) named = NULL;
  g_autoptr (GFileIOStream) again = NULL;
  int copy;

  for (int fd = 0; fd < 3; fd++)
    close (fd);
  anonymous = new_anonymous ();
  named = new_named ();
  g_assert_cmpint (tf_temporary_file_get_fd (anonymous), >=, 3);
  g_assert_cmpint (tf_temporary_file_get_fd (named), >=, 3);
  copy = tf_temporary_file_dup_fd (anonymous, NULL);
  g_assert_cmpint (copy, >=, 3);
  again = tf_temporary_file_reopen (named, TF_REOPEN_NONE, NULL);
  g_assert_nonnull (again);
  for (int fd = 0; fd < 3; fd++)
    g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  close_ok (named);
}

static void
test_standard_closed (void)
{
  g_assert_true (tf_test_in_child (create_without_standard, NULL));
}

static void
test_async (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) anonymous = NULL;
  g_autoptr (GAsyncResult) named = NULL;
  g_autoptr (TfTemporaryFile) first = NULL;
  g_autoptr (TfTemporaryFile) second = NULL;

  tf_temporary_file_create_async (G_PRIORITY_DEFAULT, NULL, NULL, tf_test_store_cb, &anonymous);
  tf_temporary_file_create_named_async (G_PRIORITY_HIGH, NULL, "a-", ".y", NULL, tf_test_store_cb,
                                        &named);
  g_assert_null (anonymous);
  g_assert_null (named);
  tf_test_wait_result (&anonymous);
  tf_test_wait_result (&named);
  g_assert_null (g_async_result_get_source_object (anonymous));
  first = tf_temporary_file_create_finish (anonymous, &error);
  g_assert_no_error (error);
  g_assert_null (tf_temporary_file_get_path (first));
  second = tf_temporary_file_create_finish (named, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (tf_temporary_file_get_path (second), tf_test_path ("a-")));
  put (first, "1");
  put (second, "2");
  close_ok (second);
}

static void
test_async_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) missing = test_file ("missing");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_file_create_named_async (0, missing, NULL, NULL, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_null (tf_temporary_file_create_finish (result, &error));
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_test_path ("missing"));

  g_clear_object (&result);
  g_cancellable_cancel (cancellable);
  tf_temporary_file_create_async (0, NULL, cancellable, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_null (tf_temporary_file_create_finish (result, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
}

/* Cancelled at any moment: an object or an error, and nothing is left either way. */
static void
test_async_cancelled_later (void)
{
  for (guint i = 0; i < tf_test_scale (20, 200, 2000); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (TfTemporaryFile) file = NULL;

      tf_temporary_file_create_named_async (0, NULL, NULL, NULL, cancellable, tf_test_store_cb,
                                            &result);
      g_usleep (i % 7 * 10);
      g_cancellable_cancel (cancellable);
      tf_test_wait_result (&result);
      file = tf_temporary_file_create_finish (result, &error);
      if (file == NULL)
        assert_io_error (error, G_IO_ERROR_CANCELLED);
    }
}

static void
test_async_initable (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GObject) source = NULL;
  g_autoptr (GObject) file = NULL;

  g_async_initable_new_async (TF_TYPE_TEMPORARY_FILE, G_PRIORITY_DEFAULT, NULL, tf_test_store_cb,
                              &result, "anonymous", FALSE, "suffix", ".z", NULL);
  tf_test_wait_result (&result);
  source = g_async_result_get_source_object (result);
  file = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (tf_temporary_file_get_path (TF_TEMPORARY_FILE (file)), ".z"));
}

static void
test_init_twice (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();
  const char *path = tf_temporary_file_get_path (file);

  g_assert_true (g_initable_init (G_INITABLE (file), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_temporary_file_get_path (file) == path);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
}

/* --- properties -------------------------------------------------------------------------- */

static void
test_defaults (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GFile) directory = NULL;
  g_autoptr (GFile) location = NULL;
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  gboolean anonymous, append, delete_on_close, auto_delete;
  guint permissions;
  int buffer_size;
  gint64 size;

  g_object_get (file, "directory", &directory, "prefix", &prefix, "suffix", &suffix,
                "anonymous", &anonymous, "permissions", &permissions, "append", &append,
                "delete-on-close", &delete_on_close, "buffer-size", &buffer_size,
                "auto-delete", &auto_delete, "file", &location, "size", &size, NULL);
  g_assert_null (directory);
  g_assert_null (prefix);
  g_assert_null (suffix);
  g_assert_null (location);
  g_assert_true (anonymous);
  g_assert_cmpuint (permissions, ==, 0600);
  g_assert_false (append);
  g_assert_true (delete_on_close);
  g_assert_true (auto_delete);
  g_assert_cmpint (buffer_size, ==, -1);
  g_assert_cmpint (size, ==, 0);
}

static void
test_properties (void)
{
  g_autoptr (GFile) sub = test_file ("sub");
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (GFile) directory = NULL;
  g_autoptr (GFile) location = NULL;
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  gboolean anonymous, append, delete_on_close, auto_delete;
  guint permissions;
  int buffer_size;

  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  file = new_with ("directory", sub, "prefix", "pp", "suffix", "ss", "anonymous", FALSE,
                   "permissions", 0644, "append", TRUE, "delete-on-close", FALSE,
                   "buffer-size", 100, "auto-delete", TRUE);
  g_object_get (file, "directory", &directory, "prefix", &prefix, "suffix", &suffix,
                "anonymous", &anonymous, "permissions", &permissions, "append", &append,
                "delete-on-close", &delete_on_close, "buffer-size", &buffer_size,
                "auto-delete", &auto_delete, "file", &location, NULL);
  g_assert_true (g_file_equal (directory, sub));
  g_assert_cmpstr (prefix, ==, "pp");
  g_assert_cmpstr (suffix, ==, "ss");
  g_assert_false (anonymous);
  g_assert_cmpuint (permissions, ==, 0644);
  g_assert_true (append);
  g_assert_false (delete_on_close);
  g_assert_true (auto_delete);
  g_assert_cmpint (buffer_size, ==, 100);
  g_assert_true (location == tf_temporary_file_get_file (file));
  g_assert_true (g_file_has_parent (location, sub));
  g_clear_object (&file);
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
}

static void
test_set_too_late (void)
{
  static const char *const names[] = {
    "anonymous",
    "append",
    "delete-on-close",
  };
  g_autoptr (TfTemporaryFile) file = new_anonymous ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean before, after;

      g_object_get (file, names[i], &before, NULL);
      tf_test_expect_critical ("*");
      g_object_set (file, names[i], !before, NULL);
      tf_test_assert_expected ();
      g_object_get (file, names[i], &after, NULL);
      g_assert_cmpint (after, ==, before);
    }
  tf_test_expect_critical ("*");
  g_object_set (file, "prefix", "late", NULL);
  tf_test_assert_expected ();
}

static void
count_cb (GObject    *object,
          GParamSpec *spec,
          gpointer    data)
{
  ++*(guint *) data;
}

static void
test_auto_delete (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  guint notified = 0;

  g_signal_connect (file, "notify::auto-delete", G_CALLBACK (count_cb), &notified);
  g_assert_true (tf_temporary_file_get_auto_delete (file));
  tf_temporary_file_set_auto_delete (file, TRUE);
  g_assert_cmpuint (notified, ==, 0);
  g_object_set (file, "auto-delete", FALSE, NULL);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_false (tf_temporary_file_get_auto_delete (file));
  tf_temporary_file_set_auto_delete (file, TRUE);
  g_assert_cmpuint (notified, ==, 2);
  tf_temporary_file_set_auto_delete (file, FALSE);
  g_clear_object (&file);
  g_assert_true (tf_test_exists (path));
  remove_file (path);
}

static void
test_file_notifies (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) destination = test_file ("there");
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (TfTemporaryFile) named = new_named ();
  guint notified = 0;

  g_signal_connect (file, "notify::file", G_CALLBACK (count_cb), &notified);
  g_signal_connect (named, "notify::file", G_CALLBACK (count_cb), &notified);
  g_assert_true (tf_temporary_file_persist (file, destination, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_true (g_file_equal (tf_temporary_file_get_file (file), destination));
  g_assert_true (tf_temporary_file_delete (named, NULL, &error));
  g_assert_cmpuint (notified, ==, 2);
  g_assert_null (tf_temporary_file_get_file (named));
  remove_file (g_file_peek_path (destination));
}

/* The string stays good while the object lives, whatever becomes of the name. */
static void
test_path_stays_valid (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();
  const char *path = tf_temporary_file_get_path (file);
  g_autofree char *copy = g_strdup (path);

  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_null (tf_temporary_file_get_path (file));
  close_ok (file);
  g_assert_cmpstr (path, ==, copy);
}

/* --- reading and writing ----------------------------------------------------------------- */

static void
test_read_write (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  char buffer[16] = { 0 };

  put (file, "0123456789");
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 16, NULL, &error), ==, 0);
  seek_to (file, 0, G_SEEK_SET);
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 4, NULL, &error), ==, 4);
  g_assert_cmpmem (buffer, 4, "0123", 4);
  put (file, "abc");
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 16, NULL, &error), ==, 3);
  g_assert_cmpmem (buffer, 3, "789", 3);
  assert_content (file, "0123abc789");
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 0, NULL, &error), ==, 0);
  g_assert_cmpint (tf_temporary_file_write (file, buffer, 0, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 10);
}

static void
test_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GBytes) in = g_bytes_new_static ("some bytes", 10);
  g_autoptr (GBytes) part = NULL;
  g_autoptr (GBytes) rest = NULL;
  g_autoptr (GBytes) end = NULL;

  g_assert_cmpint (tf_temporary_file_write_bytes (file, in, NULL, &error), ==, 10);
  g_assert_no_error (error);
  seek_to (file, 0, G_SEEK_SET);
  part = tf_temporary_file_read_bytes (file, 5, NULL, &error);
  assert_bytes (part, "some ");
  rest = tf_temporary_file_read_bytes (file, 1000000, NULL, &error);
  assert_bytes (rest, "bytes");
  end = tf_temporary_file_read_bytes (file, 10, NULL, &error);
  assert_bytes (end, "");
  g_assert_no_error (error);
}

/* An asked-for size is not allocated before there are bytes for it. */
static void
test_read_bytes_huge (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GBytes) all = NULL;

  put (file, "little");
  seek_to (file, 0, G_SEEK_SET);
  all = tf_temporary_file_read_bytes (file, G_MAXSSIZE, NULL, &error);
  g_assert_no_error (error);
  assert_bytes (all, "little");
}

static void
test_to_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) empty = tf_temporary_file_to_bytes (file, NULL, &error);

  assert_bytes (empty, "");
  put (file, "first");
  seek_to (file, 2, G_SEEK_SET);
  before = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 2);
  put (file, "XXXXXXXX");
  assert_bytes (before, "first");
  assert_content (file, "fiXXXXXXXX");
}

static void
test_size (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  gint64 size;

  for (guint i = 0; i < 1000; i++)
    {
      put (file, "0123456789");
      g_assert_cmpint (tf_temporary_file_get_size (file), ==, 10 * (i + 1));
    }
  g_assert_true (g_seekable_truncate (G_SEEKABLE (file), 123, NULL, &error));
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 123);
  g_object_get (file, "size", &size, NULL);
  g_assert_cmpint (size, ==, 123);
  seek_to (file, 5000000000, G_SEEK_SET);
  put (file, "x");
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 5000000001);
  close_ok (file);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, -1);
}

static void
test_append (void)
{
  for (guint named = 0; named < 2; named++)
    {
      g_autoptr (TfTemporaryFile) file = new_with ("append", TRUE, "anonymous", !named);
      char buffer[8];

      put (file, "one");
      seek_to (file, 0, G_SEEK_SET);
      g_assert_cmpint (tf_temporary_file_read (file, buffer, 2, NULL, NULL), ==, 2);
      put (file, "two");
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, 6);
      assert_content (file, "onetwo");
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  char buffer[4];

  put (file, "text");
  seek_to (file, 0, G_SEEK_SET);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tf_temporary_file_read (file, buffer, 4, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (tf_temporary_file_write (file, "more", 4, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_temporary_file_to_bytes (file, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_temporary_file_new (NULL, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_temporary_file_new_named (NULL, NULL, NULL, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  assert_content (file, "text");
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/temporary-file/anonymous", test_anonymous);
  tf_test_add ("/temporary-file/named", test_named);
  tf_test_add ("/temporary-file/directory", test_directory);
  tf_test_add ("/temporary-file/modes", test_modes);
  tf_test_add ("/temporary-file/standard-descriptors-closed", test_standard_closed);
  tf_test_add ("/temporary-file/async", test_async);
  tf_test_add ("/temporary-file/async-fails", test_async_fails);
  tf_test_add ("/temporary-file/async-cancelled-later", test_async_cancelled_later);
  tf_test_add ("/temporary-file/async-initable", test_async_initable);
  tf_test_add ("/temporary-file/init-twice", test_init_twice);
  tf_test_add ("/temporary-file/defaults", test_defaults);
  tf_test_add ("/temporary-file/properties", test_properties);
  tf_test_add ("/temporary-file/set-too-late", test_set_too_late);
  tf_test_add ("/temporary-file/auto-delete", test_auto_delete);
  tf_test_add ("/temporary-file/file-notifies", test_file_notifies);
  tf_test_add ("/temporary-file/path-stays-valid", test_path_stays_valid);
  tf_test_add ("/temporary-file/read-write", test_read_write);
  tf_test_add ("/temporary-file/bytes", test_bytes);
  tf_test_add ("/temporary-file/read-bytes-huge", test_read_bytes_huge);
  tf_test_add ("/temporary-file/to-bytes", test_to_bytes);
  tf_test_add ("/temporary-file/size", test_size);
  tf_test_add ("/temporary-file/append", test_append);
  tf_test_add ("/temporary-file/cancelled", test_cancelled);
  return tf_test_run ();
}
