/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* While a sweep is at an orphan, somebody exchanges it again and again for what is not to be swept:
 * a full folder without the mark, a living one, a link to either. Nothing in them is ever lost. */

#include "sweep-helpers.h"

#define ORPHAN "tmpabcdefgh"
#define FILES 20

typedef struct
{
  const char *stranger;   /* what is exchanged for the orphan; shown under this name first */
  int *stop;              /* in memory that is shared; atomic */
  int *exchanges;
} Storm;

static void
exchange (gpointer data)
{
  const Storm *self = data;
  const char *orphan = tf_test_path (ORPHAN);

  end_with_parent ();
  while (!g_atomic_int_get (self->stop))
    {
      if (renameat2 (AT_FDCWD, orphan, AT_FDCWD, self->stranger, RENAME_EXCHANGE) == 0)
        g_atomic_int_inc (self->exchanges);
      /* Without a pause the sweep would hardly ever come to anything. */
      g_usleep (g_random_int_range (0, 50));
    }
}

static void
assert_precious (const char *path,
                 guint       mode)
{
  g_assert_cmpuint (count_below (path), ==, FILES);
  for (guint i = 0; i < FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *file = g_build_filename (path, name, NULL);

      assert_file (file, "inside");
    }
  g_assert_cmpuint (tf_test_mode (path), ==, mode);
}

static ino_t
inode_of (const char *path)
{
  struct stat st;

  return lstat (path, &st) == 0 ? st.st_ino : 0;
}

/* Wherever it has been moved to by now. */
static char *
find_inode (ino_t inode)
{
  g_autoptr (GDir) dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (inode_of (tf_test_path (name)) == inode)
      return g_strdup (tf_test_path (name));
  return NULL;
}

/* Lets an orphan and the stranger stand where they can be exchanged, and sweeps. An error is no
 * surprise here. TRUE when something was swept. */
static gboolean
sweep_in_the_storm (const Storm *self)
{
  const char *orphan = tf_test_path (ORPHAN);

  if (!tf_test_exists (self->stranger))
    rename (orphan, self->stranger);
  if (!tf_test_exists (orphan))
    {
      make_tree (make_folder ("making", 0700), 3, 5);
      g_assert_no_errno (chmod (tf_test_path ("making"), MARKED));
      g_assert_no_errno (rename (tf_test_path ("making"), orphan));
    }
  return tf_sweep_orphans (NULL, NULL, 0, NULL, NULL) > 0;
}

static void
storm (const char *stranger,
       const char *precious,
       guint       mode)
{
  gint64 end = g_get_monotonic_time () + tf_test_scale (200, 1000, 20000) * 1000;
  int *counters = tf_test_shared_memory (2 * sizeof *counters);
  Storm self = { stranger, &counters[0], &counters[1] };
  g_autofree char *now = NULL;
  ino_t inode = inode_of (precious);
  guint swept = 0;
  int pid = tf_test_fork (exchange, &self);

  while (g_get_monotonic_time () < end)
    swept += sweep_in_the_storm (&self);
  g_atomic_int_set (self.stop, TRUE);
  g_assert_true (tf_test_wait_child (pid));
  g_test_message ("%d exchanges, %u orphans swept", *self.exchanges, swept);
  g_assert_cmpint (*self.exchanges, >, 10);
  g_assert_cmpuint (swept, >, 0);

  now = find_inode (inode);
  g_assert_nonnull (now);
  assert_precious (now, mode);
  wipe_below (tf_test_dir ());
}

static const char *
make_precious (const char *name,
               guint       mode)
{
  const char *path = make_folder (name, 0700);

  for (guint i = 0; i < FILES; i++)
    {
      g_autofree char *file = g_strdup_printf ("%u", i);

      put_inside (path, file);
    }
  g_assert_no_errno (chmod (path, mode));
  return path;
}

static void
test_folder (void)
{
  const char *precious = make_precious ("precious", 0750);

  storm (precious, precious, 0750);
}

static void
test_link (void)
{
  const char *precious = make_precious ("precious", 0750);

  g_assert_no_errno (symlink (precious, tf_test_path ("link")));
  storm (tf_test_path ("link"), precious, 0750);
}

/* A marked folder whose lease is held: what only the lock protects. */
static void
test_leased (void)
{
  const char *precious = make_precious ("tmpprecious", MARKED);
  int fd = open (precious, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_no_errno (flock (fd, LOCK_SH));
  storm (precious, precious, MARKED);
  g_assert_no_errno (close (fd));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/reliability/exchange/folder", test_folder);
  tf_test_add ("/reliability/exchange/link", test_link);
  tf_test_add ("/reliability/exchange/leased", test_leased);
  return tf_test_run ();
}
