/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* On a file system of which nobody knows whether its locks reach other machines a sweep refuses,
 * and touches nothing: a real FUSE mount, made by bindfs. Everything else works there. */

#include "sweep-helpers.h"

#include <sys/prctl.h>

#define TIME_TO_MOUNT (20 * G_TIME_SPAN_SECOND)

/* The mount goes with bindfs, and bindfs with the test. */
static void
end_with_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
is_mounted (void)
{
  struct stat above, mounted;

  return stat (tf_test_dir (), &above) == 0 && stat (tf_test_path ("mount"), &mounted) == 0 &&
         above.st_dev != mounted.st_dev;
}

static gboolean
wait_for_mount (gboolean wanted)
{
  gint64 deadline = g_get_monotonic_time () + TIME_TO_MOUNT;

  while (is_mounted () != wanted)
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      g_usleep (10000);
    }
  return TRUE;
}

/* `mount` shows what is in `behind`. */
static GPid
begin_mount (void)
{
  const char *argv[] = { "bindfs", "-f", "--no-allow-other", make_folder ("behind", 0700),
                         make_folder ("mount", 0700), NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                 end_with_parent_cb, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* Whatever the test came to. */
static void
end_mount (GPid pid)
{
  int status;

  kill (pid, SIGTERM);
  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  if (!wait_for_mount (FALSE))
    g_error ("“%s” is still mounted", tf_test_path ("mount"));
  g_assert_no_errno (g_rmdir (tf_test_path ("mount")));
}

/* In a child, that the mount ends also when it fails. Some machines deny ordinary users a mount. */
static gboolean
run_on_fuse (void (*func) (gpointer data))
{
  gboolean good;
  GPid pid;

  if (geteuid () != 0 && access ("/dev/fuse", R_OK | W_OK) < 0)
    {
      g_test_skip ("needs /dev/fuse");
      return FALSE;
    }
  pid = begin_mount ();
  good = wait_for_mount (TRUE) && tf_test_in_child (func, (gpointer) tf_test_path ("mount"));
  end_mount (pid);
  g_assert_true (good);
  return TRUE;
}

static void
assert_refuses (const char *path,
                const char *prefix)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_sweep_orphans (folder, prefix, 0, NULL, &error), ==, -1);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, path));
  assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, "fuse");
  tf_sweep_orphans_async (folder, prefix, 0, 0, NULL, tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  g_assert_cmpint (tf_sweep_orphans_finish (result, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, "fuse");
}

static void
sweep_mount (gpointer data)
{
  assert_refuses (data, NULL);
  assert_refuses (data, "nothing-has-this-");
}

static void
test_refused (void)
{
  if (run_on_fuse (sweep_mount))
    g_assert_no_errno (g_rmdir (tf_test_path ("behind")));
}

/* What would be taken on a local file system: an empty folder, a full one, a file that was to be
 * published. */
static void
sweep_orphans_in_mount (gpointer data)
{
  make_folder ("behind/tmpabcdefgh", MARKED);
  make_tree (make_folder ("behind/tmpabcdefgi", MARKED), 2, 2);
  make_file (tf_test_path ("behind/.tf-abcdefgh~"), "half", 0600);
  assert_refuses (data, NULL);
  g_assert_cmpuint (count_below (tf_test_path ("behind")), ==, 9);
  g_assert_cmpuint (tf_test_mode (tf_test_path ("behind/tmpabcdefgh")), ==, MARKED);
}

/* The same folder by its own path, which is local. */
static int
sweep_behind (void)
{
  g_autoptr (GFile) folder = test_file ("behind");
  g_autoptr (GError) error = NULL;
  int n = tf_sweep_orphans (folder, NULL, 0, NULL, &error);

  g_assert_no_error (error);
  return n;
}

static void
test_untouched (void)
{
  if (!run_on_fuse (sweep_orphans_in_mount))
    return;
  g_assert_cmpint (sweep_behind (), ==, 3);
  g_assert_no_errno (g_rmdir (tf_test_path ("behind")));
}

static void
live_in_mount (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = g_file_new_for_path (data);
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (folder, NULL, NULL, NULL,
                                                                     &error);
  g_autoptr (TfTemporaryFile) file = NULL;

  g_assert_no_error (error);
  file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put (file, "bytes");
  assert_file (tf_temporary_file_get_path (file), "bytes");
  assert_refuses (data, NULL);
  assert_file (tf_temporary_file_get_path (file), "bytes");
  close_ok (file);
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_count_entries (data), ==, 0);
}

static void
test_objects (void)
{
  if (run_on_fuse (live_in_mount))
    g_assert_no_errno (g_rmdir (tf_test_path ("behind")));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/reliability/fuse/refused", test_refused);
  tf_test_add ("/reliability/fuse/untouched", test_untouched);
  tf_test_add ("/reliability/fuse/objects", test_objects);
  return tf_test_run ();
}
