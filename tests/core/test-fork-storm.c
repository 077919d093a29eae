/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The parent forks again and again while its other threads are in the middle of everything the core
 * has a lock for: handles, folders, spools, the register, the pool of names. Without objects, whose
 * own locks a child may hang on. */

#include "core/tf-handle-private.h"
#include "core/tf-spool-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE 60          /* seconds; a lock that hangs is a signal, not a test that hangs */
#define SIZE (1 << 16)       /* bytes; the shared file and the shared spool are rewritten in it */
#define CHUNK 512            /* bytes */
#define N_THREADS 5

typedef struct
{
  TfHandle *handle;
  TfFolder *folder;
  TfSpool *spool;
  const char *of_child;   /* where the child makes its own */
  const char *of_parent;
  int stop;               /* atomic */
} Storm;

static TfFolder *
make_folder (const char *where)
{
  const TfPlace place = { TF_OS_CWD, where, NULL, NULL };
  g_autoptr (GError) error = NULL;
  TfFolder *folder = tf_folder_new (&place, &error);

  g_assert_no_error (error);
  return folder;
}

static TfHandle *
make_handle (const char *where,
             TfFolder   *folder,
             gboolean    anonymous)
{
  TfPlace place = { TF_OS_CWD, where, NULL, NULL };
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  TfHandle *handle = tf_handle_new ();

  if (folder != NULL)
    place.dir = tf_folder_hold_fd (folder);
  options.anonymous = anonymous;
  g_assert_true (tf_handle_open (handle, &place, folder, &options, &error));
  g_assert_no_error (error);
  if (folder != NULL)
    tf_folder_release_fd (folder);
  return handle;
}

static void
rewrite (gpointer channel)
{
  static const char chunk[CHUNK] = { 'x' };

  if (tf_channel_tell (channel) >= SIZE)
    g_assert_true (tf_channel_seek (channel, 0, G_SEEK_SET, NULL));
  g_assert_cmpint (tf_channel_write (channel, chunk, CHUNK, NULL), ==, CHUNK);
}

/* --- the threads ------------------------------------------------------------------------- */

static void
storm_handle (Storm *storm)
{
  rewrite ((TfChannel *) storm->handle);
  g_assert_cmpint (tf_channel_get_size ((TfChannel *) storm->handle, NULL), >=, CHUNK);
}

static void
storm_folder (Storm *storm)
{
  int fd = tf_folder_dup_fd (storm->folder, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (close (fd));
  tf_folder_set_auto_delete (storm->folder, FALSE);
  tf_folder_set_auto_delete (storm->folder, TRUE);
}

static void
storm_spool (Storm *storm)
{
  rewrite (tf_spool_get_front (storm->spool));
}

/* The allocator of GCC 12's AddressSanitizer may stay locked in a child that was forked while a
 * thread allocated, so there this one works on the register alone. */
#ifdef __SANITIZE_ADDRESS__
static void
discard_nothing (TfOwned *owned,
                 gint64   deadline)
{
}

static void
storm_register (Storm *storm)
{
  static const TfOwnedClass klass = { discard_nothing, NULL };
  TfOwned owned[16];

  for (guint i = 0; i < G_N_ELEMENTS (owned); i++)
    {
      tf_owned_init (&owned[i], &klass);
      tf_owned_register (&owned[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (owned); i++)
    tf_owned_forget (&owned[i]);
}
#else
static void
storm_register (Storm *storm)
{
  TfFolder *folder = make_folder (storm->of_parent);
  TfHandle *inside = make_handle (tf_folder_get_path (folder), folder, FALSE);
  TfHandle *named = make_handle (storm->of_parent, NULL, FALSE);
  TfHandle *anonymous = make_handle (storm->of_parent, NULL, TRUE);

  rewrite ((TfChannel *) anonymous);
  g_assert_true (tf_handle_close (named, NULL));
  g_assert_true (tf_folder_cleanup (folder, NULL, NULL, NULL, NULL));
  tf_handle_unref (inside);
  tf_handle_unref (named);
  tf_handle_unref (anonymous);
  tf_folder_unref (folder);
}
#endif

static void (*const parts[N_THREADS]) (Storm *) = {
  storm_handle, storm_folder, storm_spool, storm_register, storm_register,
};

typedef struct
{
  Storm *storm;
  void (*part) (Storm *storm);
} Job;

static gpointer
storm_cb (gpointer data)
{
  Job *job = data;

  while (!g_atomic_int_get (&job->storm->stop))
    job->part (job->storm);
  return NULL;
}

/* --- the children ------------------------------------------------------------------------ */

/* All that a child can do to what it inherited. */
static void
use_inherited (Storm *storm)
{
  g_autoptr (GError) error = NULL;
  int fd;

  g_assert_cmpint (tf_channel_get_size ((TfChannel *) storm->handle, &error), >=, CHUNK);
  fd = tf_folder_dup_fd (storm->folder, &error);
  g_assert_no_error (error);
  g_assert_no_errno (close (fd));
  tf_folder_set_auto_delete (storm->folder, FALSE);
  tf_folder_set_auto_delete (storm->folder, TRUE);
  g_assert_cmpint (tf_channel_tell (tf_spool_get_front (storm->spool)), >=, 0);
  tf_owner_discard_all ();
}

static void
drop_inherited (Storm *storm)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_handle_close (storm->handle, &error));
  g_assert_no_error (error);
  g_assert_true (tf_folder_cleanup (storm->folder, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_spool_close (storm->spool, &error));
  g_assert_no_error (error);
  tf_handle_unref (storm->handle);
  tf_folder_unref (storm->folder);
  tf_spool_unref (storm->spool);
}

static gpointer of_child[3];   /* at exit, reachable */

static void
make_own (Storm *storm)
{
  TfFolder *folder = make_folder (storm->of_child);

  of_child[0] = folder;
  of_child[1] = make_handle (tf_folder_get_path (folder), folder, FALSE);
  of_child[2] = make_handle (storm->of_child, NULL, FALSE);
}

static void
exit_at_once (gpointer data)
{
  alarm (PATIENCE);
  exit (0);
}

static void
use_and_exit (gpointer data)
{
  alarm (PATIENCE);
  use_inherited (data);
  exit (0);
}

static void
drop_and_exit (gpointer data)
{
  alarm (PATIENCE);
  drop_inherited (data);
  tf_owner_discard_all ();
  exit (0);
}

static void
make_and_exit (gpointer data)
{
  alarm (PATIENCE);
  make_own (data);
  exit (0);
}

static void
do_all_and_exit (gpointer data)
{
  alarm (PATIENCE);
  use_inherited (data);
  drop_inherited (data);
  make_own (data);
  exit (0);
}

static void (*const children[]) (gpointer) = {
  exit_at_once, use_and_exit, drop_and_exit, make_and_exit, do_all_and_exit,
};

/* --- the test ---------------------------------------------------------------------------- */

static void
begin (Storm *storm)
{
  storm->of_child = tf_test_path ("of-child");
  storm->of_parent = tf_test_path ("of-parent");
  g_assert_no_errno (g_mkdir (storm->of_child, 0700));
  g_assert_no_errno (g_mkdir (storm->of_parent, 0700));
  storm->folder = make_folder (tf_test_dir ());
  storm->handle = make_handle (tf_folder_get_path (storm->folder), storm->folder, FALSE);
  storm->spool = tf_spool_new (0);
  rewrite ((TfChannel *) storm->handle);
  /* The memory is there before the threads begin. */
  g_assert_true (tf_channel_truncate ((TfChannel *) storm->spool, SIZE, NULL));
}

static void
end (Storm *storm)
{
  g_assert_cmpuint (tf_test_count_entries (storm->of_parent), ==, 0);
  g_assert_true (tf_handle_close (storm->handle, NULL));
  g_assert_true (tf_folder_cleanup (storm->folder, NULL, NULL, NULL, NULL));
  tf_handle_unref (storm->handle);
  tf_folder_unref (storm->folder);
  tf_spool_unref (storm->spool);
  g_assert_no_errno (g_rmdir (storm->of_child));
  g_assert_no_errno (g_rmdir (storm->of_parent));
}

static void
test_storm (void)
{
  guint rounds = tf_test_scale (30, 300, 6000);
  gint64 begun = g_get_monotonic_time ();
  Storm storm = { NULL };
  GThread *threads[N_THREADS];
  Job jobs[N_THREADS];

  begin (&storm);
  for (guint i = 0; i < N_THREADS; i++)
    {
      jobs[i] = (Job) { &storm, parts[i] };
      threads[i] = g_thread_new ("storm", storm_cb, &jobs[i]);
    }
  for (guint i = 0; tf_test_go_on (i, rounds, begun); i++)
    {
      g_usleep ((gulong) g_test_rand_int_range (0, 500));
      g_assert_true (tf_test_in_child (children[i % G_N_ELEMENTS (children)], &storm));
      g_assert_cmpuint (tf_test_count_entries (storm.of_child), ==, 0);
      g_assert_true (tf_test_exists (tf_handle_get_path (storm.handle)));
      g_assert_true (tf_test_exists (tf_folder_get_path (storm.folder)));
    }
  g_atomic_int_set (&storm.stop, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmphex (tf_test_mode (tf_folder_get_path (storm.folder)), ==, 01700);
  end (&storm);
}

int
main (int    argc,
      char **argv)
{
  /* Before 2.76 GLib has an allocator of its own, whose locks a forked child may find taken for
   * ever. The C library's allocator knows of forks. GLib asks before main() begins. */
  if (getenv ("G_SLICE") == NULL && setenv ("G_SLICE", "always-malloc", TRUE) == 0)
    execv ("/proc/self/exe", argv);
  tf_test_init (&argc, &argv);
  tf_test_add ("/core/fork-storm/storm", test_storm);
  return tf_test_run ();
}
