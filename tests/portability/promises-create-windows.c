/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on creation, 1 and 3, on Windows: access lists instead of modes, and a file without
 * a name that has one. */

#include "promises-windows.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

#define N_NAMES 64

/* --- 1: access, handles, names ----------------------------------------------------------- */

static void
check_descriptor (int fd)
{
  DWORD flags = HANDLE_FLAG_INHERIT;

  g_assert_cmpint (fd, >, 2);
  g_assert_true (GetHandleInformation ((HANDLE) _get_osfhandle (fd), &flags));
  g_assert_cmpuint (flags & HANDLE_FLAG_INHERIT, ==, 0);
}

static void
check_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autofree char *path = tf_mkdtemp (NULL, "p-", ".s", &error);

  g_assert_no_error (error);
  g_assert_cmphex (tf_test_mode (tf_temporary_directory_get_path (dir)), ==, 01700);
  check_descriptor (tf_temporary_directory_get_fd (dir));
  assert_name (path);
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  g_assert_no_errno (g_rmdir (path));
}

void
promise_private (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (TfTemporaryFile) named = make_file_or_refuse ("anonymous", FALSE, "prefix", "p-",
                                                          "suffix", ".s", NULL);
  g_autoptr (TfTemporaryFile) anonymous = make_file_or_refuse (NULL, NULL);
  g_autoptr (GError) error = NULL;

  assert_name (tf_temporary_file_get_path (named));
  g_assert_cmphex (tf_test_mode (tf_temporary_file_get_path (named)), ==, 0600);
  check_descriptor (tf_temporary_file_get_fd (named));
  check_descriptor (tf_temporary_file_get_fd (anonymous));
  check_folder ();
  for (guint i = 0; i < N_NAMES; i++)
    {
      char *path;
      int fd = tf_mkstemp (NULL, "p-", ".s", &path, &error);

      g_assert_no_error (error);
      check_descriptor (fd);
      assert_name (path);
      g_assert_cmphex (tf_test_mode (path), ==, 0600);
      close (fd);
      remove_file (path);
      g_assert_true (g_hash_table_add (seen, path));
    }
}

/* --- 3: no name -------------------------------------------------------------------------- */

static void
live_with_anonymous (gpointer data)
{
  begin_child ();
  g_assert_cmpint (tf_open_anonymous (NULL, NULL), >, 2);
  live_until_killed ();
}

void
promise_anonymous (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse (NULL, NULL);

  g_assert_null (tf_temporary_file_get_path (file));
  g_assert_cmpuint (count_left (), ==, 0);
  if (tf_test_count_all (tf_test_dir ()) == 1)
    promise_weaker ("it has a hidden name until it is closed");
  g_clear_object (&file);
  wait_for_count (0);
  kill_child (start_living (live_with_anonymous));
  wait_for_count (0);
}
