/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on deletion: 6 to 8. */

#include "promises.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#define DEPTH 40
#define WIDTH 40

/* --- 6: only what it made ---------------------------------------------------------------- */

static TfTemporaryFile *
new_named_or_refuse (void)
{
  return make_file_or_refuse ("anonymous", FALSE, NULL);
}

static void
check_foreign (gboolean by_rename)
{
  g_autoptr (TfTemporaryFile) file = new_named_or_refuse ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (file == NULL)
    return;
  path = g_strdup (tf_temporary_file_get_path (file));
  if (by_rename)
    {
      place_file (tf_test_path ("foreign"), "of somebody else");
      g_assert_no_errno (g_rename (tf_test_path ("foreign"), path));
    }
  else
    {
      remove_file (path);
      place_file (path, "of somebody else");
    }
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, path);
  g_clear_object (&file);
  tf_cleanup_all ();
  assert_file (path, place_text ("of somebody else"));
  remove_file (path);
}

static void
check_folder_renamed (void)
{
  g_autoptr (GFile) folder = g_file_new_for_path (tf_test_path ("before"));
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  g_autofree char *moved = NULL;

  place_folder (tf_test_path ("before"), 0700);
  file = make_file_or_refuse ("anonymous", FALSE, "directory", folder, NULL);
  if (file != NULL)
    {
      path = g_strdup (tf_temporary_file_get_path (file));
      name = g_path_get_basename (path);
      moved = g_build_filename (tf_test_path ("after"), name, NULL);
    }
  g_assert_no_errno (g_rename (tf_test_path ("before"), tf_test_path ("after")));
  if (file != NULL && g_io_stream_close (G_IO_STREAM (file), NULL, &error))
    g_assert_false (tf_test_exists (moved));
  else if (file != NULL)
    {
      assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, path);
      promise_weaker ("a file whose folder was renamed is left, with an error");
      remove_file (moved);
    }
  g_assert_no_errno (g_rmdir (tf_test_path ("after")));
}

static void
check_moved_folder_object (void)
{
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;

  if (dir == NULL)
    return;
  g_assert_no_errno (g_rename (tf_temporary_directory_get_path (dir), tf_test_path ("moved")));
  if (tf_temporary_directory_cleanup (dir, NULL, &error))
    {
      g_assert_false (tf_test_exists (tf_test_path ("moved")));
      return;
    }
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_temporary_directory_get_path (dir));
  promise_weaker ("a folder that was renamed is left, with an error");
  g_assert_no_errno (g_rmdir (tf_test_path ("moved")));
}

static void
check_chdir (void)
{
  g_autofree char *folder = g_get_current_dir ();
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autofree char *path = NULL;

  g_assert_no_errno (g_chdir (tf_test_dir ()));
  file = new_named_or_refuse ();
  g_assert_no_errno (g_chdir (folder));
  if (file == NULL)
    return;
  path = g_strdup (tf_temporary_file_get_path (file));
  close_ok (file);
  g_assert_false (tf_test_exists (path));
}

void
promise_identity (void)
{
  check_foreign (TRUE);
  check_foreign (FALSE);
  check_chdir ();
  check_folder_renamed ();
  check_moved_folder_object ();
}

/* --- 7: a tree --------------------------------------------------------------------------- */

static void
put_link (const char *folder,
          const char *name,
          const char *target)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (place_lacks ("links"))
    g_assert_cmpint (symlink (target, path), ==, -1);
  else
    g_assert_no_errno (symlink (target, path));
}

static void
put_file_in (const char *folder,
             const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  place_file (path, "x");
}

/* Deep, wide, with links out of it, and a folder that denies everything. */
static void
grow (const char *root,
      const char *outside)
{
  g_autoptr (GString) deep = g_string_new (root);
  g_autofree char *locked = g_build_filename (root, "locked", NULL);

  place_folder (root, 0700);
  put_link (root, "link", outside);
  put_link (root, "dangling", "nowhere");
  for (guint i = 0; i < WIDTH; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      put_file_in (root, name);
    }
  for (guint i = 0; i < DEPTH; i++)
    {
      g_string_append (deep, "/d");
      place_folder (deep->str, 0700);
    }
  put_link (deep->str, "link", outside);
  put_file_in (deep->str, "file");
  place_folder (locked, 0700);
  put_file_in (locked, "file");
  place_mode (locked, 0);
}

static gboolean
remove_tree (const char  *path,
             GError     **error)
{
  struct rlimit limit, old;
  int next = dup (1);
  gboolean done;

  /* As many descriptors as a tree of any depth may cost. */
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &old));
  limit = old;
  limit.rlim_cur = (rlim_t) next + 8;
  close (next);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  done = tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, error);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &old));
  return done;
}

static void
check_tree (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *locked = g_build_filename (path, "locked", NULL);

  if (!remove_tree (path, &error))
    {
      assert_io_error_names (error, G_IO_ERROR_PERMISSION_DENIED, locked);
      promise_weaker ("a folder without permissions is left, with an error");
      /* All else is gone. */
      g_assert_cmpuint (tf_test_count_entries (path), ==, 1);
      g_assert_no_errno (chmod (locked, 0700));
      g_assert_true (remove_tree (path, &error));
    }
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

/* A part of the same file system is mounted in the tree; in a mount namespace of its own. */
static void
meet_mount (gpointer data)
{
  const char *root = tf_test_path ("tree");
  const char *place = tf_test_path ("tree/d/mounted");
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (unshare (CLONE_NEWNS));
  g_assert_no_errno (mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL));
  g_assert_no_errno (g_mkdir (place, 0700));
  g_assert_no_errno (mount (tf_test_path ("outside"), place, NULL, MS_BIND, NULL));
  g_assert_false (remove_tree (root, &error));
  /* Unless the locked folder is the first that is left. */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    assert_io_error_names (error, G_IO_ERROR_BUSY, place);
  g_assert_no_errno (umount2 (place, MNT_DETACH));
  if (!tf_test_exists (tf_test_path ("outside/canary")))
    _exit (1);
}

static void
check_mount (void)
{
  int status;

  if (place_lacks ("mounts"))
    {
      g_assert_cmpint (unshare (CLONE_NEWNS), ==, -1);
      return;
    }
  grow (tf_test_path ("tree"), tf_test_path ("outside"));
  status = end_of_child (meet_mount, NULL);
  if (status == 1 << 8)
    {
      promise_weaker ("a mount of the same file system is not recognised");
      place_file (tf_test_path ("outside/canary"), "alive");
    }
  else
    g_assert_cmphex (status, ==, 0);
  check_tree (tf_test_path ("tree"));
}

void
promise_tree (void)
{
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autofree char *inside = NULL;
  g_autoptr (GError) error = NULL;

  place_folder (tf_test_path ("outside"), 0700);
  place_file (tf_test_path ("outside/canary"), "alive");
  grow (tf_test_path ("tree"), tf_test_path ("outside"));
  check_tree (tf_test_path ("tree"));
  check_mount ();
  if (place_given ("tree") != NULL)
    check_tree (place_given ("tree"));
  if (dir != NULL)
    {
      inside = g_build_filename (tf_temporary_directory_get_path (dir), "tree", NULL);
      grow (inside, tf_test_path ("outside"));
      check_tree (inside);
      g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
    }
  assert_file (tf_test_path ("outside/canary"), place_text ("alive"));
  remove_file (tf_test_path ("outside/canary"));
  g_assert_no_errno (g_rmdir (tf_test_path ("outside")));
}

/* --- 8: twice, and again after a failure ------------------------------------------------- */

/* Root may write everywhere. */
static void
drop_rights (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct none[2] = { 0 };

  g_assert_no_errno (syscall (SYS_capset, &header, none));
}

static void
fail_and_try_again (gpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (tf_test_path ("sub"));
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  drop_rights ();
  file = tf_temporary_file_new_named (folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  path = g_strdup (tf_temporary_file_get_path (file));
  g_assert_no_errno (chmod (tf_test_path ("sub"), 0500));
  if (place_lacks ("denial"))
    {
      /* The rights are a server's to give. */
      g_assert_no_errno (g_mkdir (tf_test_path ("sub/x"), 0700));
      g_assert_no_errno (g_rmdir (tf_test_path ("sub/x")));
      close_ok (file);
      return;
    }
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_PERMISSION_DENIED, path);
  g_assert_true (tf_test_exists (path));
  g_assert_no_errno (chmod (tf_test_path ("sub"), 0700));
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

static void
check_failure (void)
{
  place_folder (tf_test_path ("sub"), 0700);
  if (place_lacks ("modes"))
    place_mode (tf_test_path ("sub"), 0500);
  else
    g_assert_true (tf_test_in_child (fail_and_try_again, NULL));
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
}

void
promise_twice (void)
{
  g_autoptr (TfTemporaryFile) file = new_named_or_refuse ();
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;

  if (file != NULL)
    {
      close_ok (file);
      close_ok (file);
      g_assert_true (tf_temporary_file_delete (file, NULL, &error));
      g_object_run_dispose (G_OBJECT (file));
    }
  if (dir != NULL)
    {
      g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
      g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
      g_object_run_dispose (G_OBJECT (dir));
    }
  tf_cleanup_all ();
  if (file != NULL)
    check_failure ();
}
