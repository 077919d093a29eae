/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor: opening and listing folders, and telling mounts. */

#include "platform-helpers.h"

#include <sys/mount.h>

static void
open_folder (void)
{
  const char *path = tf_test_path ("x");
  int dir, fd;

  assert_ok (tf_os_open_folder (TF_OS_CWD, tf_test_dir (), &dir));
  g_assert_cmpint (dir, >, 2);
  g_assert_true (is_cloexec (dir));

  assert_condition (tf_os_open_folder (dir, "x", &fd), NOT_FOUND);
  close (plant_file (path));
  assert_condition (tf_os_open_folder (dir, "x", &fd), NOT_FOLDER);
  assert_ok (tf_os_unlink (dir, "x"));
  if (IS_UNIX)
    {
      g_assert_no_errno (mkfifo (path, 0600));
      assert_condition (tf_os_open_folder (dir, "x", &fd), NOT_FOLDER);
      assert_ok (tf_os_unlink (dir, "x"));
      g_assert_no_errno (symlink (".", path));
      assert_condition (tf_os_open_folder (dir, "x", &fd), IS_LINK);
      assert_ok (tf_os_unlink (dir, "x"));
    }
  assert_ok (tf_os_close (dir));
}

static void
check_repair (gpointer data)
{
  const char *path = tf_test_path ("x");
  guint modes[] = { 0000, 0100, 0300 };
  TfStatus status;
  int fd;

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_no_errno (mkdir (path, 0700));
      g_assert_no_errno (chmod (path, modes[i]));
      status = tf_os_open_folder (TF_OS_CWD, path, &fd);
      if (status == 0)
        {
          if (geteuid () != 0)
            g_assert_cmphex (tf_test_mode (path), ==, 0700);
          assert_ok (tf_os_close (fd));
        }
      else
        {
          /* Before Linux 6.6 there is only /proc. */
          g_assert_true (is_denied ("proc"));
          assert_condition (status, DENIED);
          g_assert_cmphex (tf_test_mode (path), ==, modes[i]);
        }
      assert_ok (tf_os_rmdir (TF_OS_CWD, path));
    }
}

static void
repair (void)
{
  g_assert_true (tf_test_as_nobody (check_repair, NULL));
}

static void
check_foreign (gpointer data)
{
  int fd;

  assert_condition (tf_os_open_folder (TF_OS_CWD, data, &fd), DENIED);
}

/* Somebody else's folder stays as it is. */
static void
repair_foreign (void)
{
  const char *path = tf_test_path ("x");

  if (geteuid () != 0)
    {
      check_foreign ((gpointer) "/proc/1/fd");
      return;
    }
  g_assert_no_errno (mkdir (path, 0700));
  g_assert_true (tf_test_as_nobody (check_foreign, (gpointer) path));
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
}

static void
plant_entries (int   dir,
               guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-with-a-name-of-some-length-%u", i);

      close (openat (dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    }
  g_assert_no_errno (mkdirat (dir, "folder", 0700));
  if (!IS_UNIX)
    {
      g_assert_no_errno (mkdirat (dir, ".x", 0700));
      return;
    }
  g_assert_no_errno (symlinkat ("nowhere", dir, "link"));
  g_assert_no_errno (mkfifoat (dir, "fifo", 0600));
  g_assert_no_errno (mkdirat (dir, "...", 0700));
}

static void
check_entry (int         dir,
             const char *name,
             TfKind      kind)
{
  TfStat stat;

  g_assert_cmpstr (name, !=, ".");
  g_assert_cmpstr (name, !=, "..");
  assert_ok (tf_os_stat_at (dir, name, &stat));
  if (kind != TF_KIND_UNKNOWN)
    g_assert_cmpint (kind, ==, stat.kind);
}

/* What is left of a listing, counted. */
static guint
list_rest (TfOsList *list,
           int       dir,
           gboolean  remove)
{
  const char *name;
  guint n = 0;
  TfKind kind;

  for (;;)
    {
      assert_ok (tf_os_list_next (list, &name, &kind));
      if (name == NULL)
        break;
      n++;
      check_entry (dir, name, kind);
      if (remove && tf_os_unlink (dir, name) != 0)
        assert_ok (tf_os_rmdir (dir, name));
    }
  assert_ok (tf_os_list_next (list, &name, &kind));
  g_assert_null (name);
  return n;
}

static guint
list_all (TfOsList *list,
          int       dir,
          gboolean  remove)
{
  assert_ok (tf_os_list_begin (list, dir));
  return list_rest (list, dir, remove);
}

static void
list (void)
{
  g_autofree char *name = NULL;
  TfOsList *walk = tf_os_list_new ();
  guint files = tf_test_scale (500, 2000, 2000);
  guint others = IS_UNIX ? 4 : 2;
  int dir, empty;

  assert_ok (tf_os_open_folder (TF_OS_CWD, tf_test_dir (), &dir));
  plant_entries (dir, files);
  assert_ok (tf_os_open_folder (dir, "folder", &empty));

  assert_ok (tf_os_list_start (walk, dir));
  g_assert_cmpuint (list_rest (walk, dir, FALSE), ==, files + others);
  g_assert_cmpuint (list_all (walk, dir, FALSE), ==, files + others);
  g_assert_cmpuint (list_all (walk, empty, FALSE), ==, 0);
  g_assert_cmpuint (list_all (walk, dir, FALSE), ==, files + others);
  /* Given up half-way, and begun anew. */
  assert_ok (tf_os_list_begin (walk, dir));
  assert_ok (tf_os_list_next (walk, (const char **) &name, &(TfKind) { 0 }));
  name = NULL;
  /* On some systems the name of a folder stays as long as somebody has it open. */
  if (!IS_UNIX)
    assert_ok (tf_os_close (empty));
  while (list_all (walk, dir, TRUE) > 0)
    ;
  /* The folder is gone; its descriptor is not. */
  if (IS_UNIX)
    {
      g_assert_cmpuint (list_all (walk, empty, FALSE), ==, 0);
      assert_ok (tf_os_close (empty));
    }

  tf_os_list_free (walk);
  assert_ok (tf_os_close (dir));
}

static gboolean
is_mount_root (const char *path)
{
  TfStat stat, plain;
  int fd;

  assert_ok (tf_os_open_folder (TF_OS_CWD, path, &fd));
  assert_ok (tf_os_stat_folder (fd, &stat));
  assert_ok (tf_os_stat (fd, &plain));
  g_assert_true (tf_identity_equal (&stat.id, &plain.id));
  g_assert_cmpint (stat.kind, ==, TF_KIND_FOLDER);
  g_assert_cmphex (stat.mode, ==, plain.mode);
  g_assert_cmpuint (stat.uid, ==, plain.uid);
  g_assert_cmpuint (stat.gid, ==, plain.gid);
  g_assert_cmpuint (stat.links, ==, plain.links);
  g_assert_cmpuint (stat.size, ==, plain.size);
  g_assert_cmpint (stat.mtime, ==, plain.mtime);
  /* Where search permission had to be lent for the look it is another. */
  if ((stat.mode & 0100) != 0)
    g_assert_cmpint (stat.ctime, ==, plain.ctime);
  g_assert_cmpint (stat.mine, ==, plain.mine);
  assert_ok (tf_os_close (fd));
  return stat.mount_root;
}

static void
check_mounts (gpointer data)
{
  const char *a = tf_test_path ("disk/a");
  const char *b = tf_test_path ("disk/b");

  g_assert_no_errno (mkdir (a, 0700));
  g_assert_no_errno (mkdir (b, 0700));
  g_assert_false (is_mount_root (a));
  g_assert_false (is_mount_root (b));
  g_assert_true (is_mount_root (tf_test_path ("disk")));
  g_assert_true (is_mount_root ("/"));

  /* The same device on both sides. */
  g_assert_no_errno (mount (a, b, "none", MS_BIND, NULL));
  g_assert_false (is_mount_root (a));
  g_assert_true (is_mount_root (b));
  assert_condition (tf_os_rmdir (TF_OS_CWD, b), BUSY);
}

static void
mounts (void)
{
  g_assert_true (tf_test_on_small_disk (1 << 20, check_mounts, NULL));
}

static void
check_unsearchable (gpointer data)
{
  const char *path = tf_test_path ("x");

  g_assert_no_errno (mkdir (path, 0700));
  g_assert_no_errno (chmod (path, 0400));
  g_assert_false (is_mount_root (path));
  g_assert_cmphex (tf_test_mode (path), ==, 0400);
  g_assert_no_errno (rmdir (path));
}

/* A folder that can be read but not searched. */
static void
unsearchable (void)
{
  g_assert_true (tf_test_as_nobody (check_unsearchable, NULL));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/platform/walk/open-folder", open_folder);
  tf_test_add ("/platform/walk/repair", repair);
  tf_test_add ("/platform/walk/repair-foreign", repair_foreign);
  tf_test_add ("/platform/walk/list", list);
  tf_test_add ("/platform/walk/mounts", mounts);
  tf_test_add ("/platform/walk/unsearchable", unsearchable);
  return tf_test_run ();
}
