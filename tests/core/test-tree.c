/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing what a path names: which paths are refused, what is removed, and the second thread. How
 * a tree is walked is tested in test-remover.c. */

#include "core/tf-tree-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- helpers ----------------------------------------------------------------------------- */

static void
make_folder (const char *path)
{
  g_assert_no_errno (g_mkdir (path, 0700));
}

static void
make_file (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "keep", -1, &error);
  g_assert_no_error (error);
}

/* A tree with `width` folders of `width` files each, and a chain of `depth` folders. */
static const char *
make_tree (guint width,
           guint depth)
{
  const char *path = tf_test_path ("tree");
  int fd, next;

  make_folder (path);
  for (guint i = 0; i < width; i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/w%u", path, i);

      make_folder (folder);
      for (guint j = 0; j < width; j++)
        {
          g_autofree char *file = g_strdup_printf ("%s/%u", folder, j);

          fd = g_open (file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
          g_assert_cmpint (fd, >=, 0);
          close (fd);
        }
    }
  fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint i = 0; i < depth; i++)
    {
      g_assert_no_errno (mkdirat (fd, "d", 0700));
      next = openat (fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      g_assert_cmpint (next, >=, 0);
      close (fd);
      fd = next;
    }
  close (fd);
  return path;
}

static void
remove_well (const char  *path,
             TfTreeFlags  flags)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_tree_remove (path, flags, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
refuse_with (const char   *path,
             TfTreeFlags   flags,
             GIOErrorEnum  code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_tree_remove (path, flags, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (int) code);
  /* It may be something in it that the message names. */
  g_assert_nonnull (strstr (error->message, path));
}

/* --- the path ---------------------------------------------------------------------------- */

static void
test_words (void)
{
  static const char *const paths[] = {
    "", ".", "..", "/", "//", "./", "../", "x/.", "x/..", "x/./", "x/..///", "/.", "/..", "/x/..",
  };

  g_assert_no_errno (g_chdir (tf_test_dir ()));
  make_folder ("x");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      refuse_with (paths[i], TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
      refuse_with (paths[i], TF_TREE_CONTENTS_ONLY, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_false (tf_tree_judge (paths[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
  g_assert_true (tf_test_exists ("x"));
  /* What only looks like them. */
#ifndef G_OS_WIN32   /* where that is "x" */
  make_folder ("x/...");
  remove_well ("x/...", TF_TREE_NONE);
#endif
  make_folder ("x/.y");
  remove_well ("x/../x//.y//", TF_TREE_NONE);
  remove_well ("x", TF_TREE_NONE);
  g_assert_no_errno (g_chdir ("/"));
}

/* In a child: the working folder is the process's. */
static void
stand_and_remove (gpointer data)
{
  const char *tree = tf_test_path ("tree");
  const char *other = tf_test_path ("other");
  const char *link = tf_test_path ("link");
  const char *standing = data;

  g_assert_no_errno (g_chdir (standing));
  refuse_with (tree, TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("tree/d"), TF_TREE_CONTENTS_ONLY, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (standing, TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("link/tree"), TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("other/../tree///"), TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_true (tf_test_exists (standing));

  remove_well (tf_test_path ("tree/w0"), TF_TREE_NONE);
  remove_well (other, TF_TREE_NONE);
  remove_well (link, TF_TREE_NONE);
  g_assert_no_errno (g_chdir ("/"));
  remove_well (tree, TF_TREE_NONE);
}

static void
test_working_folder (void)
{
  const char *standing = tf_test_path ("tree/d/d/d");

  make_tree (2, 3);
  make_folder (tf_test_path ("other"));
  g_assert_no_errno (symlink (tf_test_dir (), tf_test_path ("link")));
  g_assert_true (tf_test_in_child (stand_and_remove, (gpointer) standing));
}

/* The way up cannot be walked, but has a name. */
static void
stand_locked (gpointer data)
{
  const char *tree = make_tree (0, 3);

  g_assert_no_errno (g_chdir (tf_test_path ("tree/d/d/d")));
  g_assert_no_errno (g_chmod (".", 0));
  refuse_with (tree, TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmphex (tf_test_mode (tf_test_path ("tree/d/d/d")), ==, 0);
  g_assert_no_errno (g_chdir ("/"));
  remove_well (tree, TF_TREE_NONE);
}

static void
test_locked_working_folder (void)
{
  g_assert_true (tf_test_as_nobody (stand_locked, NULL));
}

static void
remove_home (gpointer data)
{
  const char *tree = tf_test_path ("tree");

  g_setenv ("HOME", data, TRUE);
  refuse_with (tree, TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("tree/d"), TF_TREE_CONTENTS_ONLY, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("tree/d/d"), TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (data, TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  remove_well (tf_test_path ("tree/d/d/d"), TF_TREE_NONE);
}

/* The home folder by its name, and by a link. GLib remembers it, so each has its own process. */
static void
test_home (void)
{
  make_tree (0, 3);
  g_assert_no_errno (symlink ("tree/d/d", tf_test_path ("home")));
  g_assert_true (tf_test_in_child (remove_home, (gpointer) tf_test_path ("tree/d/d")));
  make_folder (tf_test_path ("tree/d/d/d"));
  g_assert_true (tf_test_in_child (remove_home, (gpointer) tf_test_path ("home")));
  remove_well (tf_test_path ("home"), TF_TREE_NONE);
  remove_well (tf_test_path ("tree"), TF_TREE_NONE);
}

/* --- what is removed --------------------------------------------------------------------- */

static void
test_kinds (void)
{
  const char *canary = tf_test_path ("outside/canary");

  make_folder (tf_test_path ("outside"));
  make_file (canary);
  make_file (tf_test_path ("file"));
  g_assert_no_errno (symlink ("outside", tf_test_path ("link")));
  g_assert_no_errno (symlink ("nowhere", tf_test_path ("dangling")));
  g_assert_no_errno (mkfifo (tf_test_path ("fifo"), 0));

  refuse_with (tf_test_path ("link/"), TF_TREE_NONE, G_IO_ERROR_NOT_DIRECTORY);
  refuse_with (tf_test_path ("link"), TF_TREE_CONTENTS_ONLY, G_IO_ERROR_NOT_DIRECTORY);
  refuse_with (tf_test_path ("file/"), TF_TREE_NONE, G_IO_ERROR_NOT_DIRECTORY);
  refuse_with (tf_test_path ("file"), TF_TREE_CONTENTS_ONLY, G_IO_ERROR_NOT_DIRECTORY);
  refuse_with (tf_test_path ("missing"), TF_TREE_NONE, G_IO_ERROR_NOT_FOUND);
  refuse_with (tf_test_path ("missing/deeper"), TF_TREE_NONE, G_IO_ERROR_NOT_FOUND);
  refuse_with (tf_test_path ("dangling/"), TF_TREE_NONE, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 5);

  remove_well (tf_test_path ("file"), TF_TREE_NONE);
  remove_well (tf_test_path ("link"), TF_TREE_PARALLEL);
  remove_well (tf_test_path ("dangling"), TF_TREE_NONE);
  remove_well (tf_test_path ("fifo"), TF_TREE_NONE);
  g_assert_true (tf_test_exists (canary));
  remove_well (tf_test_path ("outside//"), TF_TREE_NONE);
}

/* The folder stays as it was, also when it had to be made accessible. */
static void
keep_folder (gpointer data)
{
  static const guint modes[] = { 0700, 0500, 0300, 0000, 0555 };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      const char *path = make_tree (3, 20);
      struct stat before, after;

      g_assert_no_errno (g_chmod (path, (int) modes[i]));
      g_assert_no_errno (stat (path, &before));
      remove_well (path, TF_TREE_CONTENTS_ONLY | (i % 2 == 0 ? TF_TREE_PARALLEL : TF_TREE_NONE));
      g_assert_no_errno (stat (path, &after));
      g_assert_cmpuint (after.st_ino, ==, before.st_ino);
      g_assert_cmphex (after.st_mode, ==, before.st_mode);
      g_assert_no_errno (g_rmdir (path));
    }
}

static void
test_contents_only (void)
{
  g_assert_true (tf_test_as_nobody (keep_folder, NULL));
}

/* Something mounted at the path itself, also a part of the same file system. */
static void
meet_mounts (gpointer data)
{
  const char *place = tf_test_path ("disk/place");
  const char *outside = tf_test_path ("disk/outside");
  const char *canary = tf_test_path ("disk/outside/canary");
  TfStat stat;
  int fd;

  make_folder (place);
  make_folder (outside);
  make_file (canary);
  g_assert_no_errno (mount ("tf-test", place, "tmpfs", 0, NULL));
  make_file (tf_test_path ("disk/place/file"));
  refuse_with (place, TF_TREE_NONE, G_IO_ERROR_BUSY);
  refuse_with (place, TF_TREE_CONTENTS_ONLY, G_IO_ERROR_BUSY);
  refuse_with (place, TF_TREE_PARALLEL, G_IO_ERROR_BUSY);
  g_assert_true (tf_test_exists (tf_test_path ("disk/place/file")));
  g_assert_no_errno (umount2 (place, MNT_DETACH));

  g_assert_no_errno (mount (outside, place, NULL, MS_BIND, NULL));
  fd = open (place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (tf_os_stat_folder (fd, &stat), ==, 0);
  close (fd);
  g_assert_true (stat.mount_root);
  refuse_with (place, TF_TREE_NONE, G_IO_ERROR_BUSY);
  refuse_with (place, TF_TREE_CONTENTS_ONLY, G_IO_ERROR_BUSY);
  g_assert_true (tf_test_exists (canary));
  g_assert_no_errno (umount2 (place, MNT_DETACH));
}

static void
test_mounts (void)
{
  g_assert_true (tf_test_on_small_disk (1024 * 1024, meet_mounts, NULL));
}

/* What is mounted is somebody else's: it is not even made accessible. */
static void
refuse_locked_mount (gpointer data)
{
  const char *place = tf_test_path ("disk/tree/place");

  refuse_with (tf_test_path ("disk/tree"), TF_TREE_NONE, G_IO_ERROR_BUSY);
  refuse_with (place, TF_TREE_NONE, G_IO_ERROR_BUSY);
  refuse_with (place, TF_TREE_CONTENTS_ONLY, G_IO_ERROR_BUSY);
}

static void
meet_locked_mount (gpointer data)
{
  const char *place = tf_test_path ("disk/tree/place");

  make_folder (tf_test_path ("disk/tree"));
  make_folder (place);
  g_assert_no_errno (chown (tf_test_path ("disk/tree"), 65534, 65534));
  g_assert_no_errno (mount ("tf-test", place, "tmpfs", 0, "mode=0000,uid=65534"));
  g_assert_true (tf_test_as_nobody (refuse_locked_mount, NULL));
  g_assert_cmphex (tf_test_mode (place), ==, 0);
  g_assert_no_errno (umount2 (place, MNT_DETACH));
}

static void
test_locked_mount (void)
{
  if (geteuid () != 0)
    {
      g_test_skip ("needs two users");
      return;
    }
  g_assert_true (tf_test_on_small_disk (1024 * 1024, meet_locked_mount, NULL));
}

/* The way up from the working folder leads past what it is a mount of, and through a mount of a
 * folder in itself. */
static void
stand_in_mount (gpointer data)
{
  const char *precious = tf_test_path ("disk/data/real/sub/file");
  const char *place = tf_test_path ("disk/place");
  const char *loop = tf_test_path ("disk/data/real/loop");

  make_folder (tf_test_path ("disk/data"));
  make_folder (tf_test_path ("disk/data/real"));
  make_folder (tf_test_path ("disk/data/real/sub"));
  make_file (precious);
  make_folder (place);
  g_assert_no_errno (mount (tf_test_path ("disk/data/real"), place, NULL, MS_BIND, NULL));
  g_assert_no_errno (g_chdir (tf_test_path ("disk/place/sub")));
  refuse_with (tf_test_path ("disk/data/real/sub"), TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("disk/data"), TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  refuse_with (tf_test_path ("disk/data"), TF_TREE_PARALLEL, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_true (tf_test_exists (precious));
  g_assert_no_errno (g_chdir ("/"));
  g_assert_no_errno (umount2 (place, MNT_DETACH));

  make_folder (loop);
  g_assert_no_errno (mount (tf_test_path ("disk/data/real"), loop, NULL, MS_BIND, NULL));
  g_assert_no_errno (g_chdir (loop));
  refuse_with (tf_test_path ("disk/data"), TF_TREE_NONE, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_true (tf_test_exists (precious));
  g_assert_no_errno (g_chdir ("/"));
  g_assert_no_errno (umount2 (loop, MNT_DETACH));
}

static void
test_working_folder_in_mount (void)
{
  g_assert_true (tf_test_on_small_disk (1024 * 1024, stand_in_mount, NULL));
}

/* --- two threads ------------------------------------------------------------------------- */

typedef struct
{
  GThread *thread;
  gint64 last;
  gint64 total;
} Figures;

static void
progress_cb (gint64   removed,
             gint64   total,
             gpointer data)
{
  Figures *figures = data;

  g_assert_true (g_thread_self () == figures->thread);
  g_assert_cmpint (removed, >=, figures->last);
  figures->last = removed;
  figures->total = total;
}

static void
test_parallel (void)
{
  const guint width = tf_test_scale (20, 60, 200);

  for (guint round = 0; round < tf_test_scale (2, 4, 20); round++)
    {
      const char *path = make_tree (width, 50);
      Figures figures = { g_thread_self (), 0, 0 };
      g_autoptr (GError) error = NULL;

      g_assert_true (tf_tree_remove (path, TF_TREE_PARALLEL, NULL, progress_cb, &figures, &error));
      g_assert_no_error (error);
      g_assert_cmpint (figures.last, ==, width * (width + 1) + 50);
      g_assert_cmpint (figures.total, ==, figures.last);
      g_assert_false (tf_test_exists (path));
    }
}

static int
most_cb (TfCall   call,
         gpointer data)
{
  static GMutex lock;
  guint *most = data;
  guint now;

  if (call == TF_CALL_CLOSE)
    {
      g_mutex_lock (&lock);
      now = tf_test_count_fds ();
      *most = MAX (*most, now);
      g_mutex_unlock (&lock);
    }
  return 0;
}

/* The hard limit stays: below valgrind it cannot be changed. */
static void
limit_descriptors (rlim_t n)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = n;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

/* Both together have no more than one alone may have; and little suffices. */
static void
remove_frugally (gpointer data)
{
  const struct rlimit stack = { 256 * 1024, 256 * 1024 };

  limit_descriptors (24);
  g_assert_no_errno (setrlimit (RLIMIT_STACK, &stack));
  remove_well (data, TF_TREE_PARALLEL);
}

static void
test_parallel_descriptors (void)
{
  guint before = tf_test_count_fds ();
  guint most = 0;

  make_tree (30, 300);
  tf_fault_install (most_cb, &most);
  remove_well (tf_test_path ("tree"), TF_TREE_PARALLEL);
  tf_fault_install (NULL, NULL);
  /* One of them is what counts. */
  g_assert_cmpuint (most, <=, before + 16 + 1);

  make_tree (30, tf_test_scale (500, 2000, 20000));
  g_assert_true (tf_test_in_child (remove_frugally, (gpointer) tf_test_path ("tree")));
}

/* What does not suffice for two suffices for one. */
static void
remove_with_few (gpointer data)
{
  limit_descriptors (tf_test_count_fds () + 5);
  remove_well (data, TF_TREE_PARALLEL);
}

static void
test_parallel_few_descriptors (void)
{
  for (guint round = 0; round < 5; round++)
    {
      make_tree (20, 30);
      g_assert_true (tf_test_in_child (remove_with_few, (gpointer) tf_test_path ("tree")));
    }
}

/* What one thread cannot remove the other knows of. */
static int
refuse_cb (TfCall   call,
           gpointer data)
{
  int *left = data;

  return call == TF_CALL_UNLINK && g_atomic_int_add (left, -1) > 0 ? EPERM : 0;
}

static void
test_parallel_refused (void)
{
  for (guint round = 0; round < tf_test_scale (1, 4, 4); round++)
    {
      const char *path = make_tree (20, 20);
      g_autoptr (GError) error = NULL;
      int left = 100;

      tf_fault_install (refuse_cb, &left);
      g_assert_false (tf_tree_remove (path, TF_TREE_PARALLEL, NULL, NULL, NULL, &error));
      tf_fault_install (NULL, NULL);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
      g_assert_true (tf_test_mentions (error->message, "tree/w"));
      if (tf_test_kinds_are_listed ())
        g_assert_nonnull (strstr (error->message, "(and 99 more)"));
      g_assert_false (tf_test_exists (tf_test_path ("tree/d")));
      remove_well (path, TF_TREE_NONE);
    }
}

static void
cancel_cb (gint64   removed,
           gint64   total,
           gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_parallel_cancelled (void)
{
  const char *path = make_tree (30, 30);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint before = tf_test_count_fds ();
  guint calls = 0;

  while (TRUE)
    {
      g_autoptr (GError) error = NULL;

      g_cancellable_reset (cancellable);
      g_assert_cmpuint (calls++, <, 100);
      if (tf_tree_remove (path, TF_TREE_PARALLEL, cancellable, cancel_cb, cancellable, &error))
        break;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (tf_test_count_fds (), ==, before);
    }
  g_assert_cmpuint (calls, >, 1);
  g_assert_false (tf_test_exists (path));
}

/* --- failing calls ----------------------------------------------------------------------- */

typedef struct
{
  int countdown;
  int status;
  int hit;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (call == TF_CALL_CLOSE || call == TF_CALL_GETRANDOM || call == TF_CALL_LIST_KIND ||
      g_atomic_int_add (&fault->countdown, -1) != 0)
    return 0;
  g_atomic_int_set (&fault->hit, TRUE);
  return fault->status;
}

static void
test_every_call_fails (void)
{
  static const int statuses[] = { EACCES, EIO, EMFILE, ENOENT, ENOTDIR, ENOTEMPTY };
  const int step = (int) tf_test_step (7, 3, 1);
  guint before = tf_test_count_fds ();

  for (guint i = 0; i < G_N_ELEMENTS (statuses) * 2; i++)
    {
      Fault fault = { 0, statuses[i / 2], FALSE };
      int n = (int) i * step / (int) (G_N_ELEMENTS (statuses) * 2);

      do
        {
          const char *path = make_tree (3, 8);
          g_autoptr (GError) error = NULL;

          fault = (Fault) { n, statuses[i / 2], FALSE };
          tf_fault_install (fault_cb, &fault);
          if (tf_tree_remove (path, i % 2 == 0 ? TF_TREE_NONE : TF_TREE_PARALLEL, NULL, NULL, NULL,
                              &error))
            g_assert_no_error (error);
          else
            g_assert_nonnull (error);
          tf_fault_install (NULL, NULL);
          g_assert_cmpuint (tf_test_count_fds (), ==, before);
          if (tf_test_exists (path))
            {
              g_assert_nonnull (error);
              remove_well (path, TF_TREE_NONE);
            }
          n += step;
        }
      while (fault.hit && n < 1000);
    }
}

/* --- others at work ---------------------------------------------------------------------- */

typedef struct
{
  int countdown;
  const char *from;
  const char *to;
} Attack;

static int
exchange_cb (TfCall   call,
             gpointer data)
{
  Attack *attack = data;

  if (attack->countdown-- == 0 && rename (attack->from, attack->to) == 0)
    g_assert_no_errno (symlink (tf_test_path ("outside"), attack->from));
  return 0;
}

/* The root itself becomes a link to the outside, at every moment there is. */
static void
test_root_exchanged (void)
{
  const char *canary = tf_test_path ("outside/canary");
  const char *away = tf_test_path ("away");

  make_folder (tf_test_path ("outside"));
  make_file (canary);
  for (int n = 0; n < 60; n++)
    {
      const char *path = make_tree (2, 3);
      Attack attack = { n, path, away };
      g_autoptr (GError) error = NULL;
      gboolean removed;

      tf_fault_install (exchange_cb, &attack);
      removed = tf_tree_remove (path, TF_TREE_NONE, NULL, NULL, NULL, &error);
      tf_fault_install (NULL, NULL);
      g_assert_true (tf_test_exists (canary));
      if (removed)
        g_assert_false (tf_test_exists (path));
      else
        g_assert_nonnull (error);
      if (tf_test_exists (path))
        remove_well (path, TF_TREE_NONE);
      if (tf_test_exists (away))
        remove_well (away, TF_TREE_NONE);
    }
  remove_well (tf_test_path ("outside"), TF_TREE_NONE);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  /* First: GLib remembers the home folder of this process. */
  tf_test_add ("/core/tree/home", test_home);
  tf_test_add ("/core/tree/words", test_words);
  tf_test_add ("/core/tree/working-folder", test_working_folder);
  tf_test_add ("/core/tree/locked-working-folder", test_locked_working_folder);
  tf_test_add ("/core/tree/kinds", test_kinds);
  tf_test_add ("/core/tree/contents-only", test_contents_only);
  tf_test_add ("/core/tree/mounts", test_mounts);
  tf_test_add ("/core/tree/locked-mount", test_locked_mount);
  tf_test_add ("/core/tree/working-folder-in-mount", test_working_folder_in_mount);
  tf_test_add ("/core/tree/parallel", test_parallel);
  tf_test_add ("/core/tree/parallel-descriptors", test_parallel_descriptors);
  tf_test_add ("/core/tree/parallel-few-descriptors", test_parallel_few_descriptors);
  tf_test_add ("/core/tree/parallel-refused", test_parallel_refused);
  tf_test_add ("/core/tree/parallel-cancelled", test_parallel_cancelled);
  tf_test_add ("/core/tree/every-call-fails", test_every_call_fails);
  tf_test_add ("/core/tree/root-exchanged", test_root_exchanged);

  return tf_test_run ();
}
