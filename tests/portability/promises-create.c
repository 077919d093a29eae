/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on creation: 1 and 3. */

#include "promises.h"

#define N_NAMES 64

/* --- 1: modes, descriptors, names -------------------------------------------------------- */

static void
check_descriptor (int fd)
{
  struct stat st;

  g_assert_cmpint (fd, >, 2);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, FD_CLOEXEC);
  g_assert_no_errno (fstat (fd, &st));
  g_assert_true (S_ISREG (st.st_mode));
  /* What the owner may do with his own file is no secret. */
  g_assert_cmpuint (st.st_mode & 07677, ==, 0600);
  if ((st.st_mode & 0100) != 0)
    promise_weaker ("a file is executable for its owner");
}

static void
check_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) named = make_file_or_refuse ("anonymous", FALSE, "prefix", "p-",
                                                          "suffix", ".s", NULL);
  g_autoptr (TfTemporaryFile) anonymous = make_file_or_refuse (NULL, NULL);
  g_autofree char *path = NULL;
  int fd;

  if (named != NULL)
    {
      assert_name (tf_temporary_file_get_path (named));
      check_descriptor (tf_temporary_file_get_fd (named));
    }
  if (anonymous != NULL)
    check_descriptor (tf_temporary_file_get_fd (anonymous));

  fd = tf_open_anonymous (NULL, &error);
  if (fd == -1)
    promise_refused ("a file", &error);
  else
    {
      check_descriptor (fd);
      close (fd);
    }

  fd = tf_mkstemp (NULL, "p-", ".s", &path, &error);
  if (fd == -1)
    {
      promise_refused ("a file", &error);
      return;
    }
  assert_name (path);
  check_descriptor (fd);
  close (fd);
  remove_file (path);
}

static void
check_folders (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autofree char *path = tf_mkdtemp (NULL, "p-", ".s", &error);

  if (dir != NULL)
    {
      guint mode = tf_test_mode (tf_temporary_directory_get_path (dir));

      g_assert_cmpint (fcntl (tf_temporary_directory_get_fd (dir), F_GETFD), ==, FD_CLOEXEC);
      g_assert_cmpuint (mode & 06777, ==, 0700);
      if (mode != 01700)
        promise_weaker ("a folder bears no mark");
    }
  if (path == NULL)
    {
      promise_refused (promise_folder (), &error);
      return;
    }
  assert_name (path);
  g_assert_cmpuint (tf_test_mode (path), ==, 0700);
  g_assert_no_errno (g_rmdir (path));
}

static void
check_randomness (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_NAMES; i++)
    {
      char *name;

      G_GNUC_BEGIN_IGNORE_DEPRECATIONS
      name = tf_mktemp (NULL, "p-", ".s", &error);
      G_GNUC_END_IGNORE_DEPRECATIONS
      g_assert_no_error (error);
      assert_name (name);
      g_assert_true (g_hash_table_add (seen, name));
    }
}

void
promise_private (void)
{
  static const mode_t masks[] = { 0, 022, 077, 0777 };
  mode_t old = umask (022);

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      umask (masks[i]);
      check_files ();
      check_folders ();
    }
  umask (old);
  check_randomness ();
}

/* --- 3: no name -------------------------------------------------------------------------- */

/* Where the file system has no open files without a name, what is deleted hides until its close. */
static gboolean
is_hidden (void)
{
  GDir *dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;
  gboolean hidden = FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_assert_true (g_str_has_prefix (name, ".fuse_hidden") || g_str_has_prefix (name, ".nfs"));
      promise_weaker ("it has a hidden name until it is closed");
      hidden = TRUE;
    }
  g_dir_close (dir);
  return hidden;
}

static void
check_nameless (int fd)
{
  int flags = fcntl (fd, F_GETFL);
  struct stat st;

  g_assert_no_errno (fstat (fd, &st));
  g_assert_true (is_hidden () || st.st_nlink == 0);
  /* How it came about stays with the descriptor. */
  if ((flags & O_TMPFILE) != O_TMPFILE)
    promise_weaker ("it has a name for a moment");
}

void
promise_anonymous (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse (NULL, NULL);
  int fd;

  if (file != NULL)
    {
      g_assert_null (tf_temporary_file_get_path (file));
      check_nameless (tf_temporary_file_get_fd (file));
    }
  fd = tf_open_anonymous (NULL, &error);
  if (fd == -1)
    {
      promise_refused ("a file", &error);
      return;
    }
  check_nameless (fd);
  close (fd);
}
