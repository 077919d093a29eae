/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Other programs, as GIO, GLib and the C library start them: the parent's things are left alone,
 * also by a child that never becomes the other program. */

#include "household.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

static int
status_of (int pid)
{
  int status = 0;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

/* --- GSubprocess ------------------------------------------------------------------------- */

static void
wait_ok (GSubprocess *process,
         GError     **error)
{
  g_assert_no_error (*error);
  g_assert_true (g_subprocess_wait_check (process, NULL, error));
  g_assert_no_error (*error);
}

static void
run_plain (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "true",
                                                      NULL);

  wait_ok (process, &error);
}

/* The other program sees the names, by their paths. */
static void
run_with_paths (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
    = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "test",
                        "-f", tf_temporary_file_get_path (self->named), "-a",
                        "-d", tf_temporary_directory_get_path (self->dir), NULL);

  wait_ok (process, &error);
}

static void
run_inheriting (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_INHERIT_FDS, &error,
                                                      "true", NULL);

  wait_ok (process, &error);
}

static void
run_missing (Household *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, tf_test_path ("missing"),
                                   NULL));
  g_assert_nonnull (error);
}

static void
run_killed (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sleep",
                                                      "60", NULL);

  g_assert_no_error (error);
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (process));
}

/* What a launcher calls between fork and exec. */
static void
run_with_setup (Household            *self,
                GSpawnChildSetupFunc  setup)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_set_child_setup (launcher, setup, self, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, "true", NULL);
  wait_ok (process, &error);
}

static void
cleanup_cb (gpointer data)
{
  tf_cleanup_all ();
}

static void
drop_cb (gpointer data)
{
  household_drop (data);
  tf_cleanup_all ();
}

static void
run_with_cleanup (Household *self)
{
  run_with_setup (self, cleanup_cb);
}

static void
run_with_drop (Household *self)
{
  run_with_setup (self, drop_cb);
}

static void
exit_cb (gpointer data)
{
  tf_test_begin_child ();
  exit (0);
}

/* Never becomes the other program; which looks like its success. */
static void
run_with_exit (Household *self)
{
  run_with_setup (self, exit_cb);
}

/* A descriptor that is handed over goes on there, and ends when the last of the two ends. */
static void
run_handing_over (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  int fd = tf_temporary_directory_dup_fd (self->dir, &error);

  g_assert_no_error (error);
  g_subprocess_launcher_take_fd (launcher, fd, 7);
  process = g_subprocess_launcher_spawn (launcher, &error, "test", "-f", "/proc/self/fd/7/sub/file",
                                         NULL);
  wait_ok (process, &error);
  /* GSubprocess may keep its own copies until it is gone. */
  g_subprocess_launcher_close (launcher);
}

/* --- GLib and the C library -------------------------------------------------------------- */

static void
run_by_g_spawn (Household *self)
{
  char *true_argv[] = { (char *) "true", NULL };
  char *missing_argv[] = { (char *) "/nowhere/true", NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, true_argv, NULL, G_SPAWN_SEARCH_PATH, cleanup_cb, NULL, NULL,
                               NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_spawn_sync (NULL, true_argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL,
                               NULL, NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_false (g_spawn_sync (NULL, missing_argv, NULL, G_SPAWN_DEFAULT, drop_cb, self, NULL,
                                NULL, &status, &error));
  g_assert_nonnull (error);
}

static void
run_by_system (Household *self)
{
  FILE *stream;

  g_assert_cmpint (system ("exit 3"), ==, 3 << 8);
  stream = popen ("exit 4", "r");
  g_assert_nonnull (stream);
  g_assert_cmpint (pclose (stream), ==, 4 << 8);
}

static void
run_by_posix_spawn (Household *self)
{
  char *argv[] = { (char *) "true", NULL };
  pid_t pid;

  g_assert_cmpint (posix_spawnp (&pid, "true", NULL, NULL, argv, environ), ==, 0);
  g_assert_cmpint (status_of (pid), ==, 0);
}

static void
run_by_vfork (Household *self)
{
  pid_t pid = vfork ();

  if (pid == 0)
    {
      execlp ("true", "true", NULL);
      _exit (1);
    }
  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (status_of (pid), ==, 0);
}

static const struct
{
  const char *name;
  void (*run) (Household *self);
} runs[] = {
  { "plain", run_plain },
  { "with-paths", run_with_paths },
  { "inheriting", run_inheriting },
  { "missing", run_missing },
  { "killed", run_killed },
  { "with-cleanup", run_with_cleanup },
  { "with-drop", run_with_drop },
  { "with-exit", run_with_exit },
  { "handing-over", run_handing_over },
  { "g-spawn", run_by_g_spawn },
  { "system", run_by_system },
  { "posix-spawn", run_by_posix_spawn },
  { "vfork", run_by_vfork },
};

static void
test_run (gconstpointer data)
{
  Household household = { NULL };

  household_init (&household);
  runs[GPOINTER_TO_UINT (data)].run (&household);
  household_assert (&household);
  household_end (&household);
}

/* --- beside a daemon --------------------------------------------------------------------- */

static Household of_daemon;   /* reachable at exit */

static void
become_daemon (gpointer data)
{
  int *pipe_ends = data;
  pid_t pid;

  household_init (&of_daemon);
  pid = fork ();
  if (pid > 0)
    _exit (0);
  setsid ();
  /* What was made before is nobody's now: its maker has ended without a word. */
  tf_cleanup_all ();
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 3);
  household_init (&of_daemon);
  g_assert_cmpint (write (pipe_ends[1], "", 1), ==, 1);
  exit (0);
}

/* A program that becomes a daemon by two forks makes its things after them, or loses them: what it
 * made before stays, for a sweep. */
static void
test_daemon (void)
{
  int pipe_ends[2];
  char byte;

  g_assert_no_errno (pipe (pipe_ends));
  g_assert_true (tf_test_in_child (become_daemon, pipe_ends));
  close (pipe_ends[1]);
  g_assert_cmpint (read (pipe_ends[0], &byte, 1), ==, 1);
  /* The end of the pipe is closed by the end of the daemon. */
  g_assert_cmpint (read (pipe_ends[0], &byte, 1), ==, 0);
  close (pipe_ends[0]);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 3);
  tf_test_empty (tf_test_dir ());
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *name = g_strconcat ("/spawn/", runs[i].name, NULL);

      tf_test_add_data (name, GUINT_TO_POINTER (i), test_run);
    }
  tf_test_add ("/spawn/daemon", test_daemon);
  return tf_test_run ();
}
