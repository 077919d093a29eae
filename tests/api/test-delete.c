/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deleting the name of a TfTemporaryFile: only what is ours, and again when it failed. */

#include "api-helpers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>

static void
test_delete (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));

  put (file, "the file");
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
  g_assert_null (tf_temporary_file_get_path (file));
  g_assert_null (tf_temporary_file_get_file (file));
  put (file, " goes on");
  assert_content (file, "the file goes on");
  g_assert_null (tf_temporary_file_keep (file, &error));
  assert_io_error (error, G_IO_ERROR_NOT_SUPPORTED);
  /* Twice is harmless, and so is the close. */
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  close_ok (file);
  close_ok (file);
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_no_error (error);
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfTemporaryFile) file = new_named ();

  g_cancellable_cancel (cancellable);
  g_assert_false (tf_temporary_file_delete (file, cancellable, &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_true (tf_test_exists (tf_temporary_file_get_path (file)));
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
}

/* What was kept or published is the user's. */
static void
test_kept (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) kept = new_named ();
  g_autoptr (TfTemporaryFile) published = new_anonymous ();
  g_autoptr (GFile) there = test_file ("there");
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (kept));

  keep_ok (kept);
  g_assert_false (tf_temporary_file_delete (kept, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, path);
  g_assert_true (tf_temporary_file_persist (published, there, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_temporary_file_delete (published, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, tf_test_path ("there"));
  remove_file (path);
  remove_file (tf_test_path ("there"));
}

static void
test_closed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_with ("anonymous", FALSE, "delete-on-close", FALSE);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));

  close_ok (file);
  g_assert_true (tf_test_exists (path));
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

/* It ends with 7. */
#ifdef G_OS_UNIX
#define PROGRAM "#!/bin/sh\nexit 7\n"
#define PROGRAM_SUFFIX NULL
#else
#define PROGRAM "@exit 7\r\n"
#define PROGRAM_SUFFIX ".cmd"
#endif

/* What closing leaves is a file like any other: nothing holds its lock, it can be run, and it can
 * still be published. */
static void
test_closed_for_use (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file =
    new_with ("anonymous", FALSE, "suffix", PROGRAM_SUFFIX, "delete-on-close", FALSE,
              "permissions", 0700u);
  g_autoptr (GFile) there = test_file ("there");
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  char *argv[] = { path, NULL };
  int status, fd;

  put (file, PROGRAM);
  g_assert_no_errno (flock (tf_temporary_file_get_fd (file), LOCK_EX));
  close_ok (file);

  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (flock (fd, LOCK_EX | LOCK_NB));
  g_assert_no_errno (close (fd));
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                               &error));
  g_assert_no_error (error);
  g_assert_false (g_spawn_check_wait_status (status, &error));
  g_assert_error (error, G_SPAWN_EXIT_ERROR, 7);
  g_clear_error (&error);

  g_assert_true (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
  remove_file (tf_test_path ("there"));
}

/* --- again, when it failed --------------------------------------------------------------- */

typedef enum
{
  AGAIN_BY_DELETE,
  AGAIN_BY_FINALIZE,
  AGAIN_BY_CLEANUP,
  AGAIN_BY_EXIT,
} Again;

static TfTemporaryFile *left_to_exit;   /* reachable, so that it is not a leak */

static void
fail_once (gpointer data)
{
  Again again = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) sub = test_file ("sub");
  TfTemporaryFile *file = tf_temporary_file_new_named (sub, NULL, NULL, NULL, &error);
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  path = g_strdup (tf_temporary_file_get_path (file));
  g_assert_no_errno (chmod (tf_test_path ("sub"), 0500));
  g_assert_false (tf_temporary_file_delete (file, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_PERMISSION_DENIED, path);
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_PERMISSION_DENIED, path);
  /* The stream is at its end all the same, and the name is still ours. */
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (file)));
  g_assert_cmpstr (tf_temporary_file_get_path (file), ==, path);
  g_assert_true (tf_test_exists (path));
  g_assert_false (tf_temporary_file_delete (file, NULL, &error));
  assert_io_error (error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_no_errno (chmod (tf_test_path ("sub"), 0700));

  if (again == AGAIN_BY_DELETE)
    g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  else if (again == AGAIN_BY_CLEANUP)
    tf_cleanup_all ();
  else if (again == AGAIN_BY_EXIT)
    {
      left_to_exit = file;
      exit (0);
    }
  g_object_unref (file);
  g_assert_false (tf_test_exists (path));
}

static void
test_again (gconstpointer data)
{
  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  if (geteuid () == 0)
    g_assert_no_errno (chown (tf_test_path ("sub"), 65534, 65534));
  g_assert_true (tf_test_as_nobody (fail_once, (gpointer) data));
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
}

/* --- what is not ours -------------------------------------------------------------------- */

typedef enum
{
  BY_FILE,
  BY_LINK,
  BY_LINK_TO_OURS,
  BY_FOLDER,
  BY_RENAME,
  N_REPLACEMENTS,
} Replacement;

/* A tmp cleaner removes our file, and somebody makes another thing under its name. */
static void
replace (const char  *path,
         Replacement  by)
{
  const char *other = tf_test_path ("other");

  switch (by)
    {
    case BY_FILE:
      remove_file (path);
      make_file (path, "theirs", 0600);
      break;
    case BY_LINK:
      remove_file (path);
      g_assert_no_errno (symlink ("/nowhere", path));
      break;
    case BY_LINK_TO_OURS:
      g_assert_no_errno (rename (path, tf_test_path ("ours")));
      g_assert_no_errno (symlink (tf_test_path ("ours"), path));
      break;
    case BY_FOLDER:
      remove_file (path);
      g_assert_no_errno (g_mkdir (path, 0700));
      break;
    case BY_RENAME:
      make_file (other, "theirs", 0600);
      g_assert_no_errno (rename (other, path));
      break;
    case N_REPLACEMENTS:
    default:
      g_assert_not_reached ();
    }
}

static void
assert_foreign_stays (TfTemporaryFile *file,
                      guint            way)
{
  g_autoptr (GError) error = NULL;

  if (way == 0)
    {
      g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
      assert_io_error (error, G_IO_ERROR_NOT_FOUND);
    }
  else if (way == 1)
    {
      g_assert_false (tf_temporary_file_delete (file, NULL, &error));
      assert_io_error (error, G_IO_ERROR_NOT_FOUND);
    }
  else if (way == 2)
    {
      tf_cleanup_all ();
    }
  g_object_unref (file);
}

static void
test_foreign (void)
{
  for (guint i = 0; i < 4 * N_REPLACEMENTS; i++)
    {
      TfTemporaryFile *file = new_named ();
      g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
      struct stat before, after;

      replace (path, i / 4);
      g_assert_no_errno (lstat (path, &before));
      assert_foreign_stays (file, i % 4);
      g_assert_no_errno (lstat (path, &after));
      g_assert_cmpuint (before.st_ino, ==, after.st_ino);
      g_assert_no_errno (remove (path));
      if (i / 4 == BY_LINK_TO_OURS)
        remove_file (tf_test_path ("ours"));
    }
}

/* File systems give a free inode number out again at once; as long as the name is ours to delete,
 * the number is not free: neither while the stream is open nor after its close. */
static void
test_inode_is_guarded (void)
{
  for (guint closed = 0; closed < 2; closed++)
    {
      g_autoptr (TfTemporaryFile) file = new_with ("anonymous", FALSE, "delete-on-close", FALSE);
      g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
      struct stat ours, theirs;

      g_assert_no_errno (lstat (path, &ours));
      if (closed)
        close_ok (file);
      for (guint i = 0; i < 50; i++)
        {
          remove_file (path);
          make_file (path, "theirs", 0600);
          g_assert_no_errno (lstat (path, &theirs));
          g_assert_cmpuint (theirs.st_ino, !=, ours.st_ino);
        }
      g_clear_object (&file);
      assert_file (path, "theirs");
      remove_file (path);
    }
}

/* Gone is gone: what was to be deleted is. */
static void
test_gone (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) closed = new_named ();
  g_autoptr (TfTemporaryFile) deleted = new_named ();

  remove_file (tf_temporary_file_get_path (closed));
  remove_file (tf_temporary_file_get_path (deleted));
  close_ok (closed);
  g_assert_true (tf_temporary_file_delete (deleted, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (tf_temporary_file_get_path (deleted));
}

/* Another name of our file is somebody's wish. */
static void
test_hard_link (void)
{
  g_autoptr (TfTemporaryFile) file = new_named ();
  const char *other = tf_test_path ("other");

  put (file, "two names");
  g_assert_no_errno (link (tf_temporary_file_get_path (file), other));
  close_ok (file);
  assert_file (other, "two names");
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  remove_file (other);
}

/* --- moves ------------------------------------------------------------------------------- */

static void
delete_after_chdir (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) here = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;

  g_assert_no_errno (chdir (tf_test_dir ()));
  here = g_file_new_for_path (".");
  file = tf_temporary_file_new_named (here, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_path_is_absolute (tf_temporary_file_get_path (file)));
  g_assert_no_errno (chdir ("/"));
  close_ok (file);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_chdir (void)
{
  g_assert_true (tf_test_in_child (delete_after_chdir, NULL));
}

static TfTemporaryFile *
new_in_sub (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) sub = test_file ("sub");
  TfTemporaryFile *file;

  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  file = tf_temporary_file_new_named (sub, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return file;
}

static void
test_folder_renamed (void)
{
  g_autoptr (TfTemporaryFile) file = new_in_sub ();

  g_assert_no_errno (rename (tf_test_path ("sub"), tf_test_path ("sub2")));
#ifdef TF_TEST_POSIX
  /* The system does not tell where the folder is, so the name is left, and said. */
  {
    g_autoptr (GError) error = NULL;
    g_autofree char *name = g_path_get_basename (tf_temporary_file_get_path (file));
    g_autofree char *left = g_build_filename (tf_test_path ("sub2"), name, NULL);

    g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
    assert_io_error (error, G_IO_ERROR_NOT_FOUND);
    remove_file (left);
  }
#else
  close_ok (file);
#endif
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("sub2")), ==, 0);
  g_assert_no_errno (g_rmdir (tf_test_path ("sub2")));
}

/* Another folder is at the old place, with a file of our file's name in it. */
static void
test_folder_replaced (void)
{
  g_autoptr (TfTemporaryFile) file = new_in_sub ();
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *moved = g_build_filename (tf_test_path ("sub2"), name, NULL);

  g_assert_no_errno (rename (tf_test_path ("sub"), tf_test_path ("sub2")));
  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  make_file (path, "theirs", 0600);
  g_clear_object (&file);
  assert_file (path, "theirs");
  remove_file (path);
  if (tf_test_exists (moved))
    remove_file (moved);
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
  g_assert_no_errno (g_rmdir (tf_test_path ("sub2")));
}

/* Who moves our file to another name wants to have it. */
static void
test_moved (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_named ();

  put (file, "moved");
  g_assert_no_errno (rename (tf_temporary_file_get_path (file), tf_test_path ("safe")));
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_clear_object (&file);
  assert_file (tf_test_path ("safe"), "moved");
  remove_file (tf_test_path ("safe"));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/delete/delete", test_delete);
  tf_test_add ("/delete/cancelled", test_cancelled);
  tf_test_add ("/delete/kept", test_kept);
  tf_test_add ("/delete/closed", test_closed);
  tf_test_add ("/delete/closed-for-use", test_closed_for_use);
  tf_test_add_data ("/delete/again/by-delete", GINT_TO_POINTER (AGAIN_BY_DELETE), test_again);
  tf_test_add_data ("/delete/again/by-finalize", GINT_TO_POINTER (AGAIN_BY_FINALIZE), test_again);
  tf_test_add_data ("/delete/again/by-cleanup", GINT_TO_POINTER (AGAIN_BY_CLEANUP), test_again);
  tf_test_add_data ("/delete/again/by-exit", GINT_TO_POINTER (AGAIN_BY_EXIT), test_again);
  tf_test_add ("/delete/foreign", test_foreign);
  tf_test_add ("/delete/inode-is-guarded", test_inode_is_guarded);
  tf_test_add ("/delete/gone", test_gone);
  tf_test_add ("/delete/hard-link", test_hard_link);
  tf_test_add ("/delete/chdir", test_chdir);
  tf_test_add ("/delete/folder-renamed", test_folder_renamed);
  tf_test_add ("/delete/folder-replaced", test_folder_replaced);
  tf_test_add ("/delete/moved", test_moved);
  return tf_test_run ();
}
