/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every way for a forked child to end, against everything a parent can hold: names, folders with
 * what is in them, spools, the lease, bytes that are not written yet. And the other way round:
 * what the child makes is the child's. */

#include "household.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PATIENCE 60   /* seconds; a child that hangs is ended by a signal, which is a failure */

/* --- the ways to end --------------------------------------------------------------------- */

static void
end_by_exit (Household *self)
{
  exit (3);
}

static void
end_at_once (Household *self)
{
  _exit (4);
}

static void
end_by_quick_exit (Household *self)
{
  quick_exit (5);
}

static void
end_by_drop (Household *self)
{
  household_drop (self);
  exit (0);
}

static void
end_by_dispose (Household *self)
{
  household_dispose (self);
  exit (0);
}

static void
end_by_close (Household *self)
{
  household_close (self);
  exit (0);
}

static void
end_by_close_and_drop (Household *self)
{
  household_close (self);
  household_drop (self);
  tf_cleanup_all ();
  _exit (0);
}

static void
end_by_cleanup_all (Household *self)
{
  tf_cleanup_all ();
  tf_cleanup_all ();
  exit (0);
}

static gpointer
drop_cb (gpointer data)
{
  household_drop (data);
  return NULL;
}

static void
end_by_thread (Household *self)
{
  g_thread_join (g_thread_new ("drop", drop_cb, self));
  exit (0);
}

static gpointer
exit_cb (gpointer data)
{
  exit (6);
}

static void
end_by_exit_of_thread (Household *self)
{
  g_thread_join (g_thread_new ("exit", exit_cb, self));
}

static void
end_by_exec (Household *self)
{
  execl ("/bin/sh", "sh", "-c", "exit 7", NULL);
}

static void
end_by_kill (Household *self)
{
  raise (SIGKILL);
}

static void
end_by_term (Household *self)
{
  raise (SIGTERM);
}

static void
end_by_abort (Household *self)
{
  const struct rlimit no_core = { 0, 0 };

  setrlimit (RLIMIT_CORE, &no_core);
  abort ();
}

/* Each claim on what is the parent's is refused or does nothing to it. */
static void
end_by_claims (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) there = test_file ("there");
  int fd;

  tf_temporary_directory_set_auto_delete (self->dir, FALSE);
  tf_temporary_directory_set_auto_delete (self->dir, TRUE);
  g_assert_null (tf_temporary_directory_keep (self->dir, &error));
  assert_io_error (error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_false (tf_temporary_file_persist (self->named, there, TF_PERSIST_REPLACE, NULL, &error));
  assert_io_error (error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_false (tf_temporary_file_delete (self->left, NULL, &error));
  assert_io_error (error, G_IO_ERROR_PERMISSION_DENIED);
  fd = tf_temporary_file_steal_fd (self->inside, &error);
  g_assert_no_error (error);
  close (fd);
  g_clear_object (&self->dir);
  exit (0);
}

/* What is freed in the child is handed out again there, so its own things may stand where the
 * parent's stood. */
static void
end_in_the_same_place (Household *self)
{
  household_drop (self);
  household_init (self);
  exit (0);
}

#define EXITS(status) ((status) << 8)

static const struct
{
  const char *name;
  void (*end) (Household *self);
  int status;   /* as waitpid() gives it */
} ends[] = {
  { "exit", end_by_exit, EXITS (3) },
  { "_exit", end_at_once, EXITS (4) },
  { "quick-exit", end_by_quick_exit, EXITS (5) },
  { "drop", end_by_drop, 0 },
  { "dispose", end_by_dispose, 0 },
  { "close", end_by_close, 0 },
  { "close-and-drop", end_by_close_and_drop, 0 },
  { "cleanup-all", end_by_cleanup_all, 0 },
  { "thread", end_by_thread, 0 },
  { "exit-of-thread", end_by_exit_of_thread, EXITS (6) },
  { "exec", end_by_exec, EXITS (7) },
  { "kill", end_by_kill, SIGKILL },
  { "term", end_by_term, SIGTERM },
  { "abort", end_by_abort, SIGABRT },
  { "claims", end_by_claims, 0 },
  { "same-place", end_in_the_same_place, 0 },
};

typedef struct
{
  Household *household;
  void (*end) (Household *self);
} Ending;

static void
end_cb (gpointer data)
{
  Ending *ending = data;

  alarm (PATIENCE);
  ending->end (ending->household);
}

/* Whether a core was written is the machine's affair. */
static int
status_of (int pid)
{
  int status = 0;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status & ~0x80;
}

static void
test_end (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Household household = { NULL };
  Ending ending = { &household, ends[i].end };

  household_init (&household);
  g_assert_cmphex (status_of (tf_test_fork (end_cb, &ending)), ==, ends[i].status);
  household_assert (&household);
  household_end (&household);
}

/* --- a child that outlives what it inherited --------------------------------------------- */

static void
wait_cb (gpointer data)
{
  int *pipe_ends = data;
  char byte;

  alarm (PATIENCE);
  close (pipe_ends[1]);
  g_assert_cmpint (read (pipe_ends[0], &byte, 1), ==, 0);
  exit (0);
}

/* A child that holds copies of all descriptors hinders nobody, and its exit comes too late to find
 * anything. What has got the names meanwhile is somebody else's. */
static void
test_child_that_stays (void)
{
  Household household = { NULL };
  g_autofree char *path = NULL;
  g_autofree char *dir = NULL;
  int pipe_ends[2];
  int pid;

  household_init (&household);
  path = g_strdup (tf_temporary_file_get_path (household.named));
  dir = g_strdup (tf_temporary_directory_get_path (household.dir));
  g_assert_no_errno (pipe (pipe_ends));
  pid = tf_test_fork (wait_cb, pipe_ends);
  close (pipe_ends[0]);
  household_end (&household);
  make_file (path, "of somebody else", 0600);
  g_assert_no_errno (g_mkdir (dir, 0700));
  close (pipe_ends[1]);
  g_assert_true (tf_test_wait_child (pid));
  assert_file (path, "of somebody else");
  remove_file (path);
  g_assert_no_errno (g_rmdir (dir));
}

/* --- what the child makes is the child's ------------------------------------------------- */

static Household of_child;   /* reachable at exit, so no leak */

typedef struct
{
  const char *where;
  void (*end) (Household *self);
  int made;   /* written to when all is made */
  int go;     /* read from until the parent says so */
} Own;

static void
make_own_cb (gpointer data)
{
  Own *own = data;
  g_autoptr (GError) error = NULL;
  char byte = 0;

  alarm (PATIENCE);
  tf_set_temp_dir (own->where, &error);
  g_assert_no_error (error);
  household_init (&of_child);
  g_assert_cmpint (write (own->made, &byte, 1), ==, 1);
  g_assert_cmpint (read (own->go, &byte, 1), ==, 1);
  own->end (&of_child);
}

/* The child's things stay whatever the parent does, and go when the child ends, if it can. */
static void
check_own (void (*end) (Household *self),
           int    status,
           guint  left)
{
  const char *where = tf_test_path ("of-child");
  Household household = { NULL };
  int made[2];
  int go[2];
  int pid;
  char byte = 0;
  Own own = { where, end, -1, -1 };

  g_assert_no_errno (g_mkdir (where, 0700));
  household_init (&household);
  g_assert_no_errno (pipe (made));
  g_assert_no_errno (pipe (go));
  own.made = made[1];
  own.go = go[0];
  pid = tf_test_fork (make_own_cb, &own);
  close (made[1]);
  close (go[0]);
  g_assert_cmpint (read (made[0], &byte, 1), ==, 1);
  g_assert_cmpuint (tf_test_count_entries (where), ==, 3);
  household_assert (&household);
  tf_cleanup_all ();
  household_drop (&household);
  g_assert_cmpuint (tf_test_count_entries (where), ==, 3);
  g_assert_cmpint (write (go[1], &byte, 1), ==, 1);
  g_assert_cmphex (status_of (pid), ==, status);
  close (made[0]);
  close (go[1]);
  g_assert_cmpuint (tf_test_count_entries (where), ==, left);
}

static void
test_own (void)
{
  check_own (end_by_exit, EXITS (3), 0);
  g_assert_no_errno (g_rmdir (tf_test_path ("of-child")));
  check_own (end_by_cleanup_all, 0, 0);
  g_assert_no_errno (g_rmdir (tf_test_path ("of-child")));
  check_own (end_by_exit_of_thread, EXITS (6), 0);
  g_assert_no_errno (g_rmdir (tf_test_path ("of-child")));
}

/* Nobody deletes for a child that was killed, its parent least of all. */
static void
test_own_kill (void)
{
  check_own (end_by_kill, SIGKILL, 3);
  tf_cleanup_all ();
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("of-child")), ==, 3);
  tf_test_empty (tf_test_dir ());
}

/* --- a line of descent ------------------------------------------------------------------- */

/* Each makes one more household, looks on while its child ends in every way, and finds its own
 * untouched. */
static void
descend_cb (gpointer data)
{
  guint depth = GPOINTER_TO_UINT (data);
  Household household = { NULL };

  alarm (PATIENCE);
  household_init (&household);
  if (depth > 0)
    g_assert_cmphex (status_of (tf_test_fork (descend_cb, GUINT_TO_POINTER (depth - 1))), ==,
                     EXITS (3));
  household_assert (&household);
  if (depth % 2 == 0)
    household_drop (&household);
  else
    of_child = household;   /* for the exit */
  exit (3);
}

static void
test_descent (void)
{
  Household household = { NULL };

  household_init (&household);
  g_assert_cmphex (status_of (tf_test_fork (descend_cb, GUINT_TO_POINTER (4))), ==, EXITS (3));
  household_assert (&household);
  household_end (&household);
}

/* --- the session ------------------------------------------------------------------------- */

static char *
session_path (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) session = tf_get_location (TF_LOCATION_SESSION, 0, &error);

  g_assert_no_error (error);
  return g_file_get_path (session);
}

typedef struct
{
  void (*end) (Household *self);
  int status;
  gboolean makes_own;   /* which goes with the child, where that is not killed */
} SessionEnding;

static const SessionEnding session_ends[] = {
  { end_by_exit, EXITS (3), FALSE },
  { end_by_exit, EXITS (3), TRUE },
  { end_by_exit_of_thread, EXITS (6), TRUE },
  { end_by_cleanup_all, 0, FALSE },
  { end_by_cleanup_all, 0, TRUE },
  { end_at_once, EXITS (4), FALSE },
  { end_by_kill, SIGKILL, FALSE },
};

static void
end_session_cb (gpointer data)
{
  const SessionEnding *ending = data;

  alarm (PATIENCE);
  if (ending->makes_own)
    {
      g_autofree char *path = session_path ();
      g_autofree char *inside = g_build_filename (path, "of-child", NULL);

      make_file (inside, "", 0600);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 2);
    }
  ending->end (NULL);
}

static void
test_session (void)
{
  g_autofree char *path = session_path ();
  g_autofree char *inside = g_build_filename (path, "of-parent", NULL);

  make_file (inside, "inside", 0600);
  for (guint i = 0; i < G_N_ELEMENTS (session_ends); i++)
    {
      g_autofree char *again = NULL;

      g_assert_cmphex (status_of (tf_test_fork (end_session_cb, (gpointer) &session_ends[i])), ==,
                       session_ends[i].status);
      again = session_path ();
      g_assert_cmpstr (again, ==, path);
      assert_file (inside, "inside");
      g_assert_cmpuint (tf_test_count_entries (path), ==, 1);
      g_assert_true (tf_test_in_child (take_lease, path));
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
    }
  tf_cleanup_all ();
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *name = g_strconcat ("/fork-ends/", ends[i].name, NULL);

      tf_test_add_data (name, GUINT_TO_POINTER (i), test_end);
    }
  tf_test_add ("/fork-ends/child-that-stays", test_child_that_stays);
  tf_test_add ("/fork-ends/own", test_own);
  tf_test_add ("/fork-ends/own-of-killed", test_own_kill);
  tf_test_add ("/fork-ends/descent", test_descent);
  tf_test_add ("/fork-ends/session", test_session);
  return tf_test_run ();
}
