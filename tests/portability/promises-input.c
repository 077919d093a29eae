/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on what a caller may give: 2 and 14. */

#include "promises.h"

/* --- 2: names from outside --------------------------------------------------------------- */

static void
check_affix (const char *affix)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_assert_cmpint (tf_mkstemp (NULL, affix, NULL, &path, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_assert_null (tf_mkdtemp (NULL, NULL, affix, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_assert_null (tf_temporary_file_new_named (NULL, affix, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_assert_null (tf_temporary_directory_new (NULL, NULL, affix, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
}

void
promise_names (void)
{
  static const char *const affixes[] = { "/", "a/b", "../x", "..\\x", "\\" };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *folder = g_get_current_dir ();

  for (guint i = 0; i < G_N_ELEMENTS (affixes); i++)
    check_affix (affixes[i]);
  g_assert_cmpint (tf_mkstemp ("", NULL, NULL, &path, &error), ==, -1);
  g_assert_nonnull (error);
  g_clear_error (&error);

  g_assert_no_errno (g_chdir (tf_test_dir ()));
  path = tf_mkdtemp (".", NULL, NULL, &error);
  g_assert_no_errno (g_chdir (folder));
  if (path == NULL)
    {
      promise_refused (promise_folder (), &error);
      return;
    }
  g_assert_true (g_path_is_absolute (path));
  g_assert_no_errno (g_rmdir (path));
}

/* --- 14: bad input ----------------------------------------------------------------------- */

/* The code of a creation in that folder, whose error names it. */
static int
error_of_creation (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autofree char *path = NULL;
  int code;

  g_assert_null (tf_temporary_file_new (file, NULL, &error));
  g_assert_nonnull (strstr (error->message, folder));
  code = error->code;
  g_clear_error (&error);
  g_assert_cmpint (tf_mkstemp (folder, NULL, NULL, &path, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, folder));
  g_clear_error (&error);
  g_assert_null (tf_temporary_directory_new (file, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, folder));
  return code;
}

static void
check_removal (const char *path,
               int         code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  assert_io_error (error, code);
}

void
promise_bad_input (void)
{
  g_autofree char *long_name = g_strnfill (300, 'x');
  g_autoptr (GFile) nowhere = g_file_new_for_path (tf_test_path ("nowhere"));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (error_of_creation (tf_test_path ("nowhere")), ==, G_IO_ERROR_NOT_FOUND);
  place_file (tf_test_path ("file"), "text");
  g_assert_cmpint (error_of_creation (tf_test_path ("file")), ==, G_IO_ERROR_NOT_DIRECTORY);
  remove_file (tf_test_path ("file"));
  g_assert_null (tf_temporary_file_new_named (NULL, long_name, NULL, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_FILENAME_TOO_LONG, long_name);

  check_removal ("", G_IO_ERROR_INVALID_ARGUMENT);
  check_removal ("..", G_IO_ERROR_INVALID_ARGUMENT);
  check_removal (tf_test_path ("x/.."), G_IO_ERROR_INVALID_ARGUMENT);
  check_removal (tf_test_path ("nowhere"), G_IO_ERROR_NOT_FOUND);
  g_assert_false (tf_remove_tree (tf_test_dir (), 1u << 30, NULL, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_sweep_orphans (nowhere, NULL, 0, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
}
