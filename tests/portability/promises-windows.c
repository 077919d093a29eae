/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The place where the promises are looked after, and the children, on Windows. */

#include "promises-windows.h"

#define PATIENCE (20 * G_TIME_SPAN_SECOND)

/* --- the place --------------------------------------------------------------------------- */

/* There is no other user to become, and no umask. */
void
place_prepare (int    argc,
               char **argv)
{
}

void
place_enter (void)
{
}

void
place_leave (void)
{
}

const char *
promise_folder (void)
{
  return "a folder";
}

void
place_folder (const char *path,
              guint       mode)
{
  g_assert_no_errno (g_mkdir (path, (int) mode));
}

void
place_file (const char *path,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* --- children ---------------------------------------------------------------------------- */

void
begin_child (void)
{
  g_assert_true (tf_set_temp_dir (tf_test_dir (), NULL));
}

void
live_until_killed (void)
{
  g_assert_no_errno (g_mkdir (tf_test_path ("ready"), 0700));
  for (;;)
    g_usleep (G_USEC_PER_SEC);
}

int
start_living (void (*func) (gpointer data))
{
  int pid = tf_test_fork (func, NULL);
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (g_rmdir (tf_test_path ("ready")) != 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
  return pid;
}

void
kill_child (int pid)
{
  int status;

  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmphex (status, ==, SIGKILL);
}

/* --- what is there ----------------------------------------------------------------------- */

void
wait_for_count (guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (tf_test_count_all (tf_test_dir ()) != wanted && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  g_assert_cmpuint (tf_test_count_all (tf_test_dir ()), ==, wanted);
}
