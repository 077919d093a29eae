/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises on ownership and manners, 9 to 11 and 13, on Windows. */

#include "promises-windows.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

/* --- 9 to 11: children, exit, the lease -------------------------------------------------- */

static void
end_by_exit (gpointer data)
{
  begin_child ();
  make_things ();
  exit (7);
}

static void
end_after_cleanup (gpointer data)
{
  begin_child ();
  make_things ();
  tf_cleanup_all ();
  raise (SIGKILL);
}

/* No process forks here; a child is another program. */
void
promise_fork (void)
{
  make_things ();
  g_assert_cmphex (end_of_child (end_by_exit, NULL), ==, 7 << 8);
  wait_for_count (count_things ());
  drop_things ();
}

void
promise_exit (void)
{
  g_assert_cmphex (end_of_child (end_by_exit, NULL), ==, 7 << 8);
  wait_for_count (0);
  g_assert_cmphex (end_of_child (end_after_cleanup, NULL), ==, SIGKILL);
  wait_for_count (0);
}

static void
live_with_empty_folder (gpointer data)
{
  begin_child ();
  things.dir = make_folder_or_refuse ();
  live_until_killed ();
}

static void
live_with_full_folder (gpointer data)
{
  begin_child ();
  make_things ();
  g_clear_object (&things.file);
  live_until_killed ();
}

static int
sweep (void)
{
  g_autoptr (GError) error = NULL;
  int n = tf_sweep_orphans (NULL, "p-", 0, NULL, &error);

  g_assert_no_error (error);
  return n;
}

void
promise_lease (void)
{
  for (guint full = 0; full < 2; full++)
    {
      int pid = start_living (full ? live_with_full_folder : live_with_empty_folder);

      g_assert_cmpint (sweep (), ==, 0);
      g_assert_cmpuint (tf_test_count_all (tf_test_dir ()), ==, 1);
      kill_child (pid);
      g_assert_cmpint (sweep (), ==, 1);
      g_assert_cmpuint (tf_test_count_all (tf_test_dir ()), ==, 0);
    }
}

/* --- 13: manners ------------------------------------------------------------------------- */

static gpointer
drop_in_thread (gpointer data)
{
  drop_things ();
  wait_for_count (0);
  return NULL;
}

/* What the library says meanwhile: nothing. */
void
promise_manners (void)
{
  int kept = dup (2), ends[2];
  DWORD said = 1;

  g_assert_no_errno (_pipe (ends, 4096, O_BINARY | O_NOINHERIT));
  g_assert_no_errno (dup2 (ends[1], 2));
  make_things ();
  drop_things ();
  g_assert_cmpuint (tf_test_count_all (tf_test_dir ()), ==, 0);
  make_things ();
  g_object_run_dispose (G_OBJECT (things.file));
  g_object_run_dispose (G_OBJECT (things.dir));
  g_assert_cmpuint (tf_test_count_all (tf_test_dir ()), ==, 0);
  drop_things ();
  make_things ();
  g_thread_join (g_thread_new ("drop", drop_in_thread, NULL));
  g_assert_no_errno (dup2 (kept, 2));
  g_assert_true (PeekNamedPipe ((HANDLE) _get_osfhandle (ends[0]), NULL, 0, NULL, &said, NULL));
  g_assert_cmpuint (said, ==, 0);
  close (kept);
  close (ends[0]);
  close (ends[1]);
}
