/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on ownership and manners: 9 to 11 and 13. */

#include "promises.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define N_SIGNALS 32

/* --- 9: the child of a fork -------------------------------------------------------------- */

static void
end_in_child (gpointer data)
{
  tf_cleanup_all ();
  drop_things ();
  exit (0);
}

static void
drop_in_child (gpointer data)
{
  g_object_unref (data);
}

/* What is in memory belongs to the process that wrote it. */
static void
check_unwritten (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("buffer-size", 4096, NULL);

  if (file == NULL || place_lacks ("space"))
    return;
  put (file, "once");
  g_assert_cmpint (end_of_child (drop_in_child, file), ==, 0);
  g_assert_true (put_or_refuse (file, ""));
  assert_content (file, "once");
}

static pid_t
bare_clone (void)
{
#ifdef __s390x__
  return (pid_t) syscall (SYS_clone, 0, SIGCHLD, 0, 0, 0);
#else
  return (pid_t) syscall (SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
}

/* No handler of fork's runs then: only memory that the kernel wipes tells. */
static void
check_bare_clone (void)
{
  guint before = count_things ();
  pid_t pid = bare_clone ();
  int status;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      tf_cleanup_all ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmphex (status, ==, 0);
  if (count_left () != before)
    promise_weaker ("the child of a bare clone() deletes what its parent made");
}

void
promise_fork (void)
{
  make_things ();
  g_assert_cmphex (end_of_child (end_in_child, NULL), ==, 0);
  g_assert_cmpuint (count_left (), ==, count_things ());
  check_bare_clone ();
  drop_things ();
  check_unwritten ();
}

/* --- 10: exit ---------------------------------------------------------------------------- */

static void
end_by_exit (gpointer data)
{
  make_things ();
  exit (7);
}

static void
end_after_cleanup (gpointer data)
{
  make_things ();
  tf_cleanup_all ();
  raise (SIGKILL);
}

void
promise_exit (void)
{
  make_things ();   /* for the row */
  drop_things ();
  g_assert_cmphex (end_of_child (end_by_exit, NULL), ==, 7 << 8);
  g_assert_cmpuint (count_left (), ==, 0);
  g_assert_cmphex (end_of_child (end_after_cleanup, NULL), ==, SIGKILL);
  g_assert_cmpuint (count_left (), ==, 0);
}

/* --- 11: the lease, and the sweep -------------------------------------------------------- */

/* In memory that the child shares. */
typedef struct
{
  int is_there;      /* atomic: the path is */
  char path[4096];
} Living;

static Living *living;

static void
live_until_killed (gpointer data)
{
  g_assert_no_errno (prctl (PR_SET_PDEATHSIG, SIGKILL));
  make_things ();
  g_clear_object (&things.file);
  g_strlcpy (living->path, tf_temporary_directory_get_path (things.dir), sizeof living->path);
  g_atomic_int_set (&living->is_there, 1);
  pause ();
}

static int
sweep (void)
{
  g_autoptr (GError) error = NULL;
  int n = tf_sweep_orphans (NULL, "p-", 0, NULL, &error);

  if (n >= 0)
    return n;
  assert_io_error (error, G_IO_ERROR_NOT_SUPPORTED);
  promise_weaker ("nothing is swept on a file system that is not known to be local");
  return 0;
}

static void
sweep_after_kill (void)
{
  int pid = tf_test_fork (live_until_killed, NULL);
  g_autoptr (GError) error = NULL;
  int status, swept;

  while (!g_atomic_int_get (&living->is_there))
    g_usleep (1000);
  g_assert_cmpint (sweep (), ==, 0);
  g_assert_true (tf_test_exists (living->path));
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmphex (status, ==, SIGKILL);

  swept = sweep ();
  if (swept == 1)
    {
      g_assert_false (tf_test_exists (living->path));
      return;
    }
  g_assert_cmpint (swept, ==, 0);
  promise_weaker ("what a killed process left is not swept");
  g_assert_true (tf_remove_tree (living->path, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
}

void
promise_lease (void)
{
  make_things ();
  if (things.dir == NULL)
    {
      drop_things ();
      return;
    }
  drop_things ();
  living = tf_test_shared_memory (sizeof *living);
  sweep_after_kill ();
}

/* --- 13: manners ------------------------------------------------------------------------- */

static void
assert_gone (void)
{
  g_assert_cmpuint (count_left (), ==, 0);
}

static gpointer
drop_in_thread (gpointer data)
{
  drop_things ();
  assert_gone ();
  return NULL;
}

static void
check_async (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  make_things ();
  if (things.file != NULL)
    {
      g_io_stream_close_async (G_IO_STREAM (things.file), 0, NULL, tf_test_store_cb, &result);
      tf_test_wait_result (&result);
      g_assert_true (g_io_stream_close_finish (G_IO_STREAM (things.file), result, &error));
      g_clear_object (&result);
    }
  if (things.dir != NULL)
    {
      tf_temporary_directory_cleanup_async (things.dir, 0, NULL, NULL, NULL, NULL, tf_test_store_cb,
                                            &result);
      tf_test_wait_result (&result);
      g_assert_true (tf_temporary_directory_cleanup_finish (things.dir, result, &error));
    }
  assert_gone ();
  drop_things ();
}

static void
use_everything (void)
{
  make_things ();
  drop_things ();
  assert_gone ();
  make_things ();
  if (things.file != NULL)
    g_object_run_dispose (G_OBJECT (things.file));
  if (things.dir != NULL)
    g_object_run_dispose (G_OBJECT (things.dir));
  assert_gone ();
  drop_things ();
  make_things ();
  g_thread_join (g_thread_new ("drop", drop_in_thread, NULL));
  check_async ();
}

/* What the library says while `func` runs: nothing. */
static void
assert_silent (void (*func) (void))
{
  int kept[2], ends[2];
  char byte;

  g_assert_no_errno (pipe2 (ends, O_CLOEXEC | O_NONBLOCK));
  fflush (NULL);
  for (int i = 0; i < 2; i++)
    {
      kept[i] = fcntl (i + 1, F_DUPFD_CLOEXEC, 3);
      g_assert_no_errno (dup2 (ends[1], i + 1));
    }
  func ();
  fflush (NULL);
  for (int i = 0; i < 2; i++)
    {
      g_assert_no_errno (dup2 (kept[i], i + 1));
      close (kept[i]);
    }
  g_assert_cmpint (read (ends[0], &byte, 1), ==, -1);
  close (ends[0]);
  close (ends[1]);
}

void
promise_manners (void)
{
  struct sigaction before[N_SIGNALS], after;

  for (int i = 1; i < N_SIGNALS; i++)
    g_assert_no_errno (sigaction (i, NULL, &before[i]));
  assert_silent (use_everything);
  for (int i = 1; i < N_SIGNALS; i++)
    {
      g_assert_no_errno (sigaction (i, NULL, &after));
      g_assert_true (after.sa_handler == before[i].sa_handler);
    }
}
