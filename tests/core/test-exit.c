/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The end of a program whose threads are stuck in the middle of an object, for ever: that one is
 * waited for as long as is promised and left, the others go, and the program ends with its own
 * status. */

#include "core/tf-handle-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS 7
#define PROMISED G_TIME_SPAN_SECOND
#define SLACK (PROMISED * 9 / 10)                  /* a machine may be slow */
#define N_STUCK 3                                  /* of each kind */

static __thread int stuck_at = -1;                 /* the TfCall this thread never returns from */
static int n_stuck;                                /* atomic */
static gpointer things[2 * N_STUCK + 2];           /* at exit, reachable */

static int
stay_cb (TfCall   call,
         gpointer data)
{
  if ((int) call != stuck_at)
    return 0;
  g_atomic_int_inc (&n_stuck);
  while (TRUE)
    g_usleep (G_USEC_PER_SEC);
}

static TfFolder *
make_folder (const char *where)
{
  const TfPlace place = { TF_OS_CWD, where, NULL, NULL };
  TfFolder *folder = tf_folder_new (&place, NULL);

  g_assert_nonnull (folder);
  g_assert_no_errno (mkdirat (tf_folder_get_fd (folder), "inside", 0700));
  return folder;
}

static TfHandle *
make_handle (const char *where)
{
  const TfPlace place = { TF_OS_CWD, where, NULL, NULL };
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;
  TfHandle *handle = tf_handle_new ();

  options.anonymous = FALSE;
  g_assert_true (tf_handle_open (handle, &place, NULL, &options, NULL));
  return handle;
}

static gpointer
cleanup_cb (gpointer folder)
{
  stuck_at = TF_CALL_RMDIR;
  tf_folder_cleanup (folder, NULL, NULL, NULL, NULL);
  return NULL;
}

static gpointer
write_cb (gpointer handle)
{
  stuck_at = TF_CALL_WRITE;
  tf_channel_write (handle, "x", 1, NULL);
  return NULL;
}

/* Half of the things have a thread that is stuck in them when the program ends. */
static void
end_stuck (gpointer data)
{
  const char *busy = tf_test_path ("busy");
  guint n = 0;

  alarm (60);
  tf_fault_install (stay_cb, NULL);
  for (guint i = 0; i < N_STUCK; i++)
    {
      things[n++] = make_folder (busy);
      g_thread_unref (g_thread_new ("cleanup", cleanup_cb, things[n - 1]));
      things[n++] = make_handle (busy);
      g_thread_unref (g_thread_new ("write", write_cb, things[n - 1]));
    }
  things[n++] = make_folder (tf_test_path ("idle"));
  things[n++] = make_handle (tf_test_path ("idle"));
  while (g_atomic_int_get (&n_stuck) < 2 * N_STUCK)
    g_usleep (1000);
  if (data != NULL)
    tf_owner_discard_all ();
  exit (STATUS);
}

/* The promise is for all that is stuck together, each time that cleaning up is asked for. The end
 * of the program asks once, though the library looks twice: at its exit handler's time, and when
 * it ends itself. */
static void
test_stuck (gconstpointer data)
{
  gint64 rounds = data != NULL ? 2 : 1;
  gint64 slack = g_getenv ("TF_TEST_VALGRIND") != NULL ? 10 * SLACK : SLACK;
  gint64 begun = g_get_monotonic_time ();
  int status = 0;
  int pid;

  g_assert_no_errno (g_mkdir (tf_test_path ("busy"), 0700));
  g_assert_no_errno (g_mkdir (tf_test_path ("idle"), 0700));
  pid = tf_test_fork (end_stuck, (gpointer) data);
  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, STATUS);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, rounds * PROMISED + slack);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("idle")), ==, 0);
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("busy")), ==, 2 * N_STUCK);
  tf_test_empty (tf_test_dir ());
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add_data ("/core/exit/stuck", NULL, test_stuck);
  tf_test_add_data ("/core/exit/stuck-and-asked-before", GINT_TO_POINTER (TRUE), test_stuck);
  return tf_test_run ();
}
