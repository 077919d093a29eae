/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor: descriptors, names, copying. */

#include "platform-helpers.h"

static void
read_write (void)
{
  int fd = make_nameless ();
  char buffer[16] = "";
  gint64 position;
  gsize done;

  assert_ok (tf_os_write (fd, "0123456789", 10, &done));
  g_assert_cmpuint (done, ==, 10);
  assert_ok (tf_os_pwrite (fd, "ab", 2, 4, &done));
  assert_ok (tf_os_pread (fd, buffer, 4, 3, &done));
  g_assert_cmpmem (buffer, done, "3ab6", 4);

  assert_ok (tf_os_seek (fd, -2, G_SEEK_END, &position));
  g_assert_cmpint (position, ==, 8);
  assert_ok (tf_os_read (fd, buffer, sizeof buffer, &done));
  g_assert_cmpmem (buffer, done, "89", 2);
  assert_ok (tf_os_read (fd, buffer, sizeof buffer, &done));
  g_assert_cmpuint (done, ==, 0);
  assert_ok (tf_os_seek (fd, -1, G_SEEK_CUR, &position));
  g_assert_cmpint (position, ==, 9);
  g_assert_cmpint (tf_os_io_error (tf_os_seek (fd, -1, G_SEEK_SET, &position)), ==,
                   G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (position, ==, 9);

  assert_ok (tf_os_sync (fd));
  assert_ok (tf_os_close (fd));
  g_assert_cmpint (tf_os_io_error (tf_os_close (fd)), ==, G_IO_ERROR_CLOSED);
}

/* Beyond 32 bits. */
static void
truncate_far (void)
{
  const gint64 far = G_GINT64_CONSTANT (5) << 30;
  int fd = make_nameless ();
  TfStat stat;
  gint64 position;

  assert_ok (tf_os_truncate (fd, far));
  assert_ok (tf_os_stat (fd, &stat));
  g_assert_cmpuint (stat.size, ==, far);
  assert_ok (tf_os_seek (fd, 0, G_SEEK_END, &position));
  g_assert_cmpint (position, ==, far);
  assert_ok (tf_os_truncate (fd, 3));
  assert_ok (tf_os_stat (fd, &stat));
  g_assert_cmpuint (stat.size, ==, 3);
  assert_ok (tf_os_close (fd));
}

static void
stat_fields (void)
{
  const char *path = tf_test_path ("x");
  gint64 now = g_get_real_time ();
  int fd = plant_file (path);
  TfStat stat;

  if (IS_UNIX)
    {
      g_assert_no_errno (symlink (path, tf_test_path ("link")));
      g_assert_no_errno (mkfifo (tf_test_path ("fifo"), 0640));
    }
  g_assert_no_errno (link (path, tf_test_path ("hard")));

  assert_ok (tf_os_stat (fd, &stat));
  g_assert_cmpuint (stat.size, ==, 4);
  g_assert_cmpuint (stat.links, ==, 2);
  g_assert_true (!IS_UNIX || stat.gid == getegid ());
  g_assert_cmpint (ABS (stat.mtime - now), <, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (ABS (stat.ctime - now), <, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (ABS (stat.atime - now), <, 60 * G_USEC_PER_SEC);
  if (IS_UNIX)
    {
      assert_ok (tf_os_stat_at (TF_OS_CWD, tf_test_path ("link"), &stat));
      g_assert_cmpint (stat.kind, ==, TF_KIND_LINK);
      assert_ok (tf_os_stat_at (TF_OS_CWD, tf_test_path ("fifo"), &stat));
      g_assert_cmpint (stat.kind, ==, TF_KIND_SPECIAL);
      assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("link")));
      assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("fifo")));
    }
  assert_condition (tf_os_stat_at (TF_OS_CWD, tf_test_path ("none"), &stat), NOT_FOUND);
  assert_condition (tf_os_stat_at (TF_OS_CWD, tf_test_path ("x/y"), &stat), NOT_FOLDER);

  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("hard")));
}

static void
identify (void)
{
  const char *path = tf_test_path ("x");
  int fd = plant_file (path);
  TfIdentity id;
  TfStat stat;

  assert_ok (tf_os_stat (fd, &stat));
  assert_ok (tf_os_identify_at (TF_OS_CWD, path, &id));
  g_assert_true (tf_identity_equal (&stat.id, &id));
  if (IS_UNIX)
    {
      g_assert_no_errno (symlink (path, tf_test_path ("link")));
      assert_ok (tf_os_identify_at (TF_OS_CWD, tf_test_path ("link"), &id));
      g_assert_false (tf_identity_equal (&stat.id, &id));
      assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("link")));
    }
  assert_condition (tf_os_identify_at (TF_OS_CWD, tf_test_path ("none"), &id), NOT_FOUND);

  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
open_file (void)
{
  const char *path = tf_test_path ("x");
  gsize done;
  int fd = -1;

  assert_condition (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_NONE, &fd), NOT_FOUND);
  if (IS_UNIX)
    {
      g_assert_no_errno (symlink (tf_test_path ("y"), path));
      assert_condition (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_NONE, &fd), IS_LINK);
      assert_ok (tf_os_unlink (TF_OS_CWD, path));
      /* Nobody will ever write to it, and nobody waits. */
      g_assert_no_errno (mkfifo (path, 0600));
      assert_condition (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &fd),
                        NOT_SUPPORTED);
      assert_ok (tf_os_unlink (TF_OS_CWD, path));
    }
  assert_condition (tf_os_open_file (TF_OS_CWD, tf_test_dir (), TF_OS_REOPEN_READ_ONLY, &fd),
                    NOT_SUPPORTED);
  g_assert_cmpint (fd, ==, -1);

  close (plant_file (path));
  assert_ok (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_APPEND, &fd));
  g_assert_cmpint (fd, >, 2);
  g_assert_true (is_cloexec (fd));
  assert_ok (tf_os_write (fd, "end", 3, &done));
  assert_ok (tf_os_close (fd));
  assert_contents (path, "old\nend");
  assert_ok (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &fd));
  assert_not_writable (tf_os_write (fd, "x", 1, &done));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
check_not_mine (gpointer data)
{
  TfStat stat;

  assert_ok (tf_os_stat_at (TF_OS_CWD, "/", &stat));
  g_assert_cmpint (stat.mine, ==, stat.uid == geteuid ());
  assert_ok (tf_os_stat_at (TF_OS_CWD, tf_test_dir (), &stat));
  g_assert_true (stat.mine);
}

/* In a child that became another user what the parent knew of itself does not count. */
static void
mine (void)
{
  check_not_mine (NULL);
  g_assert_true (tf_test_as_nobody (check_not_mine, NULL));
}

static void
set_mode (void)
{
  const char *path = tf_test_path ("x");
  int fd = plant_file (path);

  assert_ok (tf_os_set_mode (fd, 0644));
  g_assert_cmphex (tf_test_mode (path), ==, tf_test_shown_mode (0644));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
replace (void)
{
  const char *path = tf_test_path ("x");
  int target = make_nameless ();
  int fd = plant_file (path);
  TfStat a, b;
  int copy;

  assert_ok (tf_os_dup (target, &copy));
  assert_ok (tf_os_stat (fd, &a));
  assert_ok (tf_os_replace (fd, target));
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_true (is_cloexec (target));
  assert_ok (tf_os_stat (target, &b));
  g_assert_true (tf_identity_equal (&a.id, &b.id));
  assert_ok (tf_os_stat (copy, &b));
  g_assert_false (tf_identity_equal (&a.id, &b.id));

  assert_ok (tf_os_close (target));
  assert_ok (tf_os_close (copy));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
reopen_named (void)
{
  const char *path = tf_test_path ("x");
  gboolean by_descriptor = !IS_POSIX && !is_denied ("proc");
  int fd = plant_file (path);
  char buffer[8];
  TfStatus status;
  gint64 position;
  TfStat stat;
  gsize done;
  int copy;

  assert_ok (tf_os_reopen (fd, path, TF_OS_REOPEN_NONE, &copy));
  assert_ok (tf_os_seek (copy, 0, G_SEEK_CUR, &position));
  g_assert_cmpint (position, ==, 0);
  assert_ok (tf_os_write (copy, "new", 3, &done));
  assert_ok (tf_os_close (copy));
  assert_contents (path, "new\n");

  assert_ok (tf_os_reopen (fd, path, TF_OS_REOPEN_READ_ONLY, &copy));
  assert_ok (tf_os_read (copy, buffer, sizeof buffer, &done));
  g_assert_cmpmem (buffer, done, "new\n", 4);
  assert_not_writable (tf_os_write (copy, "x", 1, &done));
  assert_ok (tf_os_close (copy));

  assert_ok (tf_os_reopen (fd, path, TF_OS_REOPEN_APPEND, &copy));
  assert_ok (tf_os_write (copy, "end", 3, &done));
  assert_ok (tf_os_close (copy));
  assert_contents (path, "new\nend");

  /* Somebody else's file under the name is never opened for ours. */
  assert_ok (tf_os_stat (fd, &stat));
  assert_ok (tf_os_unlink_same (TF_OS_CWD, path, &stat.id));
  close (plant_file (path));
  status = tf_os_reopen (fd, path, TF_OS_REOPEN_NONE, &copy);
  if (status == 0)
    {
      assert_ok (tf_os_write (copy, "OLD", 3, &done));
      assert_ok (tf_os_close (copy));
    }
  /* Windows reopens the file, wine would open the other. */
  if (!IS_UNIX && status != 0)
    assert_condition (status, NOT_FOUND);
  else if (by_descriptor)
    assert_ok (status);
  else
    assert_condition (status, NOT_FOUND);
  assert_contents (path, "old\n");
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
reopen_nameless (void)
{
  int fd = make_nameless ();
  int copy;

  if (IS_POSIX || (IS_UNIX && is_denied ("proc")))
    assert_condition (tf_os_reopen (fd, NULL, TF_OS_REOPEN_NONE, &copy), NOT_SUPPORTED);
  else
    {
      assert_ok (tf_os_reopen (fd, NULL, TF_OS_REOPEN_NONE, &copy));
      assert_ok (tf_os_close (copy));
    }
  assert_ok (tf_os_close (fd));
}

static void
path_of (void)
{
  const char *path = tf_test_path ("x (deleted)");
  g_autofree char *found = NULL;
  int fd = plant_file (path);

  if (IS_POSIX || is_denied ("proc"))
    {
      assert_condition (tf_os_path_of (fd, &found), NOT_SUPPORTED);
      g_assert_null (found);
      assert_ok (tf_os_unlink (TF_OS_CWD, path));
      assert_ok (tf_os_close (fd));
      return;
    }

  assert_ok (tf_os_path_of (fd, &found));
  g_assert_cmpstr (found, ==, path);
  g_clear_pointer (&found, g_free);

  g_assert_no_errno (rename (path, tf_test_path ("y")));
  assert_ok (tf_os_path_of (fd, &found));
  g_assert_cmpstr (found, ==, tf_test_path ("y"));
  g_clear_pointer (&found, g_free);

  /* The name it was opened by is gone, another is there that looks like what the kernel says. */
  g_assert_no_errno (link (tf_test_path ("y"), tf_test_path ("z")));
  assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("y")));
  close (plant_file (tf_test_path ("y (deleted)")));
  assert_condition (tf_os_path_of (fd, &found), NOT_FOUND);

  assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("y (deleted)")));
  assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("z")));
  assert_condition (tf_os_path_of (fd, &found), NOT_FOUND);
  assert_ok (tf_os_close (fd));
}

static void
rename_replace (void)
{
  const char *from = tf_test_path ("from");
  const char *to = tf_test_path ("to");
  int dir = open (tf_test_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = plant_file (from);
  gsize done;

  assert_ok (tf_os_pwrite (fd, "new\n", 4, 0, &done));
  close (plant_file (to));
  assert_ok (tf_os_rename (TF_OS_CWD, from, dir, "to", TF_OS_RENAME_REPLACE));
  g_assert_false (tf_test_exists (from));
  assert_contents (to, "new\n");
  assert_condition (tf_os_rename (dir, "from", dir, "to", TF_OS_RENAME_REPLACE), NOT_FOUND);

  assert_ok (tf_os_unlink (dir, "to"));
  assert_ok (tf_os_close (dir));
  assert_ok (tf_os_close (fd));
}

static void
rename_no_replace (void)
{
  const char *from = tf_test_path ("from");
  const char *to = tf_test_path ("to");

  close (plant_file (from));
  if (IS_UNIX)
    g_assert_no_errno (symlink ("nowhere", to));
  else
    close (plant_file (to));
  assert_condition (tf_os_rename (TF_OS_CWD, from, TF_OS_CWD, to, TF_OS_RENAME_NO_REPLACE), EXISTS);
  g_assert_true (tf_test_exists (from));
  assert_ok (tf_os_unlink (TF_OS_CWD, to));
  assert_ok (tf_os_rename (TF_OS_CWD, from, TF_OS_CWD, to, TF_OS_RENAME_NO_REPLACE));
  g_assert_false (tf_test_exists (from));
  assert_contents (to, "old\n");
  assert_ok (tf_os_unlink (TF_OS_CWD, to));
}

static int
no_links_cb (TfCall   call,
             gpointer data)
{
  if (call == TF_CALL_RENAMEAT2)
    return ENOSYS;
  return call == TF_CALL_LINK ? EPERM : 0;
}

static int
no_unlink_cb (TfCall   call,
              gpointer data)
{
  int *unlinks = data;

  if (call == TF_CALL_RENAMEAT2)
    return ENOSYS;
  return call == TF_CALL_UNLINK && ++*unlinks == 1 ? EACCES : 0;
}

/* Never a plain rename: without links it is refused, and half a move is taken back. */
static void
rename_no_replace_without_links (void)
{
  const char *from = tf_test_path ("from");
  const char *to = tf_test_path ("to");
  int unlinks = 0;

  close (plant_file (from));
  tf_fault_install (no_links_cb, NULL);
  assert_condition (tf_os_rename (TF_OS_CWD, from, TF_OS_CWD, to, TF_OS_RENAME_NO_REPLACE),
                    NOT_SUPPORTED);
  tf_fault_install (no_unlink_cb, &unlinks);
  assert_condition (tf_os_rename (TF_OS_CWD, from, TF_OS_CWD, to, TF_OS_RENAME_NO_REPLACE), DENIED);
  tf_fault_install (NULL, NULL);

  g_assert_false (tf_test_exists (to));
  assert_contents (from, "old\n");
  assert_ok (tf_os_unlink (TF_OS_CWD, from));
}

static void
remove_names (void)
{
  const char *path = tf_test_path ("folder");
  const char *inside = tf_test_path ("folder/x");

  g_assert_no_errno (mkdir (path, 0700));
  close (plant_file (inside));
  assert_condition (tf_os_rmdir (TF_OS_CWD, path), NOT_EMPTY);
  assert_condition (tf_os_rmdir (TF_OS_CWD, inside), NOT_FOLDER);
  g_assert_cmpint (tf_os_unlink (TF_OS_CWD, path), !=, 0);
  assert_ok (tf_os_unlink (TF_OS_CWD, inside));
  assert_condition (tf_os_unlink (TF_OS_CWD, inside), NOT_FOUND);
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
  assert_condition (tf_os_rmdir (TF_OS_CWD, path), NOT_FOUND);
}

static void
copy (void)
{
  const char *to_path = tf_test_path ("to");
  int from = plant_file (tf_test_path ("from"));
  int to = open (to_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  TfStatus status = tf_os_clone (from, to);
  TfCondition condition = tf_os_condition (status);
  gsize done = 0;

  g_assert_true (condition == TF_CONDITION_OK || condition == TF_CONDITION_NOT_SUPPORTED);
  if (status == 0)
    assert_contents (to_path, "old\n");
  assert_ok (tf_os_truncate (to, 0));

  status = tf_os_copy_range (from, to, 1, 100, &done);
  if (status != 0)
    assert_condition (status, NOT_SUPPORTED);
  else
    {
      TfStat stat;
      char buffer[8];

      g_assert_cmpuint (done, ==, 3);
      assert_ok (tf_os_stat (to, &stat));
      g_assert_cmpuint (stat.size, ==, 4);
      assert_ok (tf_os_pread (to, buffer, sizeof buffer, 1, &done));
      g_assert_cmpmem (buffer, done, "ld\n", 3);
      assert_ok (tf_os_copy_range (from, to, 4, 100, &done));
      g_assert_cmpuint (done, ==, 0);
    }
  g_assert_true (status == 0 || IS_POSIX || !IS_UNIX);

  assert_ok (tf_os_close (from));
  assert_ok (tf_os_close (to));
  assert_ok (tf_os_unlink (TF_OS_CWD, to_path));
  assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("from")));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/platform/files/read-write", read_write);
  tf_test_add ("/platform/files/truncate-far", truncate_far);
  tf_test_add ("/platform/files/stat", stat_fields);
  tf_test_add ("/platform/files/identify", identify);
  tf_test_add ("/platform/files/open-file", open_file);
  tf_test_add ("/platform/files/mine", mine);
  tf_test_add ("/platform/files/set-mode", set_mode);
  tf_test_add ("/platform/files/replace", replace);
  tf_test_add ("/platform/files/reopen-named", reopen_named);
  tf_test_add ("/platform/files/reopen-nameless", reopen_nameless);
  tf_test_add ("/platform/files/path-of", path_of);
  tf_test_add ("/platform/files/rename-replace", rename_replace);
  tf_test_add ("/platform/files/rename-no-replace", rename_no_replace);
  tf_test_add ("/platform/files/rename-without-links", rename_no_replace_without_links);
  tf_test_add ("/platform/files/remove-names", remove_names);
  tf_test_add ("/platform/files/copy", copy);
  return tf_test_run ();
}
