/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where temporary files go, and how their names begin. */

#include "api-helpers.h"

#include <stdlib.h>
#include <sys/mount.h>

/* A child sets the environment, goes to a folder and says what it found. What begins with @ is
 * below the test's folder. */
typedef struct
{
  const char *tmpdir;
  const char *temp;
  const char *tmp;
  const char *working;
  const char *expected;
} Search;

static const char *
resolve (const char *value)
{
  return value != NULL && value[0] == '@' ? tf_test_path (value + 1) : value;
}

static void
set_or_unset (const char *name,
              const char *value)
{
  if (value != NULL)
    setenv (name, resolve (value), TRUE);
  else
    unsetenv (name);
}

static void
search (gpointer data)
{
  const Search *s = data;
  g_autoptr (GError) error = NULL;
  const char *found;

  set_or_unset ("TMPDIR", s->tmpdir);
  set_or_unset ("TEMP", s->temp);
  set_or_unset ("TMP", s->tmp);
  if (s->working != NULL)
    g_assert_no_errno (chdir (resolve (s->working)));
  g_assert_true (tf_set_temp_dir (NULL, &error));
  found = tf_get_temp_dir (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, resolve (s->expected));
  g_assert_true (g_path_is_absolute (found));
}

static void
assert_found (const Search *searches,
              gsize         n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_true (tf_test_in_child (search, (gpointer) &searches[i]));
}

static void
make_folders (void)
{
  g_assert_no_errno (g_mkdir (tf_test_path ("a"), 0777));
  g_assert_no_errno (g_mkdir (tf_test_path ("b"), 0777));
}

/* What was tried leaves nothing behind: rmdir fails otherwise. */
static void
remove_folders (void)
{
  g_assert_no_errno (g_rmdir (tf_test_path ("a")));
  g_assert_no_errno (g_rmdir (tf_test_path ("b")));
}

static void
test_order (void)
{
  static const Search searches[] = {
    { "@a", "@b", "@b", NULL, "@a" },
    { NULL, "@a", "@b", NULL, "@a" },
    { NULL, NULL, "@a", NULL, "@a" },
    { "", "@a", "@b", NULL, "@a" },
#ifdef G_OS_UNIX
    { NULL, NULL, NULL, NULL, "/tmp" },
#endif
  };

  make_folders ();
  assert_found (searches, G_N_ELEMENTS (searches));
  remove_folders ();
}

static void
test_unusable (void)
{
  static const Search searches[] = {
    { "@missing", "@a", "@b", NULL, "@a" },
    { "@file", "@a", "@b", NULL, "@a" },
    { "@file", "@missing", "@b", NULL, "@b" },
  };
  const char *file = tf_test_path ("file");

  make_folders ();
  make_file (file, "", 0600);
  assert_found (searches, G_N_ELEMENTS (searches));
  remove_file (file);
  remove_folders ();
}

static void
test_forms (void)
{
  static const Search searches[] = {
    { "@a/", "@b", "@b", NULL, "@a" },
    { "a", "@b", "@b", "@", "@a" },
    { "./a", "@b", "@b", "@", "@a" },
    { "../a", "@b", "@b", "@b", "@a" },
    { ".", "@b", "@b", "@a", "@a" },
  };

  make_folders ();
  assert_found (searches, G_N_ELEMENTS (searches));
  remove_folders ();
}

static void
test_link (void)
{
  static const Search through = { "@link", "@b", "@b", NULL, "@link" };

  make_folders ();
  g_assert_no_errno (symlink (tf_test_path ("a"), tf_test_path ("link")));
  assert_found (&through, 1);
  remove_file (tf_test_path ("link"));
  remove_folders ();
}

static void
test_unwritable (void)
{
  static const Search searches[] = { { "@a", "@b", NULL, NULL, "@b" } };

  make_folders ();
  g_assert_no_errno (chmod (tf_test_path ("a"), 0555));
  g_assert_no_errno (chmod (tf_test_path ("b"), 0777));
  g_assert_true (tf_test_as_nobody (search, (gpointer) searches));
  remove_folders ();
}

static void
fill (const char *path)
{
  char block[4096] = { 1 };
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  while (write (fd, block, sizeof block) > 0)
    ;
  g_assert_cmpint (errno, ==, ENOSPC);
  close (fd);
}

static void
search_full (gpointer data)
{
  g_autofree char *full = g_build_filename (tf_test_path ("disk"), "full", NULL);
  Search s = { tf_test_path ("disk"), data, NULL, NULL, data };

  fill (full);
  search (&s);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("disk")), ==, 1);
}

static void
test_full (void)
{
  make_folders ();
  g_assert_true (tf_test_on_small_disk (65536, search_full, (gpointer) tf_test_path ("a")));
  remove_folders ();
}

/* A machine of its own without a single folder to write to. */
static void
search_nowhere (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (chdir (tf_test_path ("disk")));
  g_assert_no_errno (g_mkdir ("tmp", 0777));
  g_assert_no_errno (mount ("", ".", "", MS_REMOUNT | MS_BIND | MS_RDONLY, ""));
  g_assert_no_errno (chdir (tf_test_path ("disk")));
  g_assert_no_errno (chroot ("."));
  setenv ("TMPDIR", "/nowhere", TRUE);
  g_assert_true (tf_set_temp_dir (NULL, NULL));
  g_assert_null (tf_get_temp_dir (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nowhere"));
  g_assert_nonnull (strstr (error->message, "/var/tmp"));
  g_clear_error (&error);
  g_assert_null (tf_temporary_file_new (NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
}

static void
test_nowhere (void)
{
  g_assert_true (tf_test_on_small_disk (65536, search_nowhere, NULL));
}

/* Only the working folder is left. */
static void
search_working (gpointer data)
{
  g_autofree char *work = g_build_filename (tf_test_path ("disk"), "there", NULL);

  g_assert_no_errno (g_mkdir (work, 0777));
  g_assert_no_errno (chdir (tf_test_path ("disk")));
  g_assert_no_errno (chroot ("."));
  search (&(Search) { "/nowhere", NULL, NULL, "/there", "/there" });
}

static void
test_working (void)
{
  g_assert_true (tf_test_on_small_disk (65536, search_working, NULL));
}

static void
delete_working (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  const char *gone = tf_test_path ("gone");
  int fd;

  g_assert_no_errno (g_mkdir (gone, 0700));
  g_assert_no_errno (chdir (gone));
  g_assert_no_errno (g_rmdir (gone));
  fd = tf_mkstemp (NULL, NULL, NULL, &path, &error);
  g_assert_no_error (error);
  close (fd);
  remove_file (path);
  g_assert_cmpint (tf_mkstemp ("relative", NULL, NULL, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
}

static void
test_working_deleted (void)
{
  g_assert_true (tf_test_in_child (delete_working, NULL));
}

/* --- kept and set ------------------------------------------------------------------------ */

static void
test_cached (void)
{
  g_autoptr (GError) error = NULL;
  const char *first = tf_get_temp_dir (&error);

  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, tf_test_dir ());
  make_folders ();
  g_assert_no_errno (setenv ("TMPDIR", tf_test_path ("a"), TRUE));
  g_assert_true (tf_get_temp_dir (NULL) == first);
  g_assert_true (tf_set_temp_dir (NULL, &error));
  g_assert_cmpstr (tf_get_temp_dir (NULL), ==, tf_test_path ("a"));
  /* Interned: what was given out stays. */
  g_assert_cmpstr (first, ==, tf_test_dir ());
  g_assert_true (first == g_intern_string (first));
  remove_folders ();
}

static void
set_relative (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (chdir (tf_test_dir ()));
  g_assert_true (tf_set_temp_dir ("later", &error));
  g_assert_no_error (error);
  g_assert_no_errno (chdir ("/"));
  g_assert_cmpstr (tf_get_temp_dir (NULL), ==, tf_test_path ("later"));
}

static void
test_set (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;
  const char *a = tf_test_path ("a");

  make_folders ();
  g_assert_true (tf_set_temp_dir (a, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (tf_get_temp_dir (NULL), ==, a);
  file = new_named ();
  g_assert_true (g_str_has_prefix (tf_temporary_file_get_path (file), a));
  close_ok (file);
  /* It is not tried. */
  g_assert_true (tf_set_temp_dir (tf_test_path ("missing"), &error));
  g_assert_cmpstr (tf_get_temp_dir (&error), ==, tf_test_path ("missing"));
  g_assert_null (tf_temporary_file_new (NULL, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_test_path ("missing"));
  g_assert_false (tf_set_temp_dir ("", &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (tf_get_temp_dir (&error), ==, tf_test_path ("missing"));
  g_assert_true (tf_set_temp_dir (NULL, &error));
  g_assert_cmpstr (tf_get_temp_dir (&error), ==, tf_test_dir ());
  g_assert_true (tf_test_in_child (set_relative, NULL));
  remove_folders ();
}

static void
test_prefix (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autofree char *name = NULL;
  const char *mine;

  g_assert_cmpstr (tf_get_temp_prefix (), ==, "tmp");
  g_assert_true (tf_set_temp_prefix ("mine-", &error));
  g_assert_no_error (error);
  mine = tf_get_temp_prefix ();
  g_assert_cmpstr (mine, ==, "mine-");
  file = tf_temporary_file_new_named (NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  name = g_path_get_basename (tf_temporary_file_get_path (file));
  g_assert_true (g_str_has_prefix (name, "mine-"));
  g_assert_false (tf_set_temp_prefix ("not/mine", &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_assert_cmpstr (tf_get_temp_prefix (), ==, "mine-");
  g_assert_true (tf_set_temp_prefix ("", &error));
  g_assert_cmpstr (tf_get_temp_prefix (), ==, "");
  g_assert_true (tf_set_temp_prefix (NULL, &error));
  g_assert_cmpstr (tf_get_temp_prefix (), ==, "tmp");
  g_assert_cmpstr (mine, ==, "mine-");
}

static void
test_location (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) location = tf_get_location (TF_LOCATION_DEFAULT, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_file_peek_path (location), ==, tf_test_dir ());
  g_assert_null (tf_get_location ((TfLocation) 4711, 0, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
}

static gpointer
ask_cb (gpointer data)
{
  return (gpointer) tf_get_temp_dir (NULL);
}

/* All threads that ask at once get the one answer, and one search at most is seen. */
static void
test_threads (void)
{
  GThread *threads[8];
  const char *answer = g_intern_string (tf_test_dir ());

  for (guint round = 0; round < tf_test_scale (5, 50, 500); round++)
    {
      g_assert_true (tf_set_temp_dir (NULL, NULL));
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_cb, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_true (g_thread_join (threads[i]) == answer);
    }
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/temp-dir/order", test_order);
  tf_test_add ("/temp-dir/unusable", test_unusable);
  tf_test_add ("/temp-dir/forms", test_forms);
  tf_test_add ("/temp-dir/link", test_link);
  tf_test_add ("/temp-dir/unwritable", test_unwritable);
  tf_test_add ("/temp-dir/full", test_full);
  tf_test_add ("/temp-dir/nowhere", test_nowhere);
  tf_test_add ("/temp-dir/working", test_working);
  tf_test_add ("/temp-dir/working-deleted", test_working_deleted);
  tf_test_add ("/temp-dir/cached", test_cached);
  tf_test_add ("/temp-dir/set", test_set);
  tf_test_add ("/temp-dir/prefix", test_prefix);
  tf_test_add ("/temp-dir/location", test_location);
  tf_test_add ("/temp-dir/threads", test_threads);
  return tf_test_run ();
}
