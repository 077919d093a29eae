/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a program can end, and what is left then: also while threads are busy with its objects. */

#include "api-helpers.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#define PATIENCE 60                          /* seconds */
#define SOON (10 * G_TIME_SPAN_SECOND)       /* far below what a hang would take */
#define N_ENTRIES 100
#define STATUS 7

static TfTemporaryFile *named;               /* reachable at exit, so no leak */
static TfTemporaryFile *unwritten;
static TfTemporaryDirectory *dir;
static TfTemporaryDirectory *other;

static TfTemporaryDirectory *
new_full_dir (guint n)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *made = tf_temporary_directory_new (NULL, "d-", NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *path = g_build_filename (tf_temporary_directory_get_path (made), name, NULL);

      if (i % 10 == 0)
        g_assert_no_errno (g_mkdir (path, 0700));
      else
        make_file (path, name, 0600);
    }
  return made;
}

static void
make_things (void)
{
  alarm (PATIENCE);
  named = new_named ();
  unwritten = new_with ("anonymous", FALSE, "buffer-size", 4096);
  put (unwritten, "bytes that nobody asked to write");
  dir = new_full_dir (20);
  other = new_full_dir (0);
}

/* Runs `end` in a process of its own; returns how long its end took, in microseconds. What is left
 * of it is counted. */
static gint64
end_in_child (void   (*end) (gpointer data),
              gpointer data,
              int      status,
              guint    left)
{
  gint64 begun = g_get_monotonic_time ();
  int pid = tf_test_fork (end, data);
  int seen = 0;

  while (waitpid (pid, &seen, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_cmphex (seen, ==, status);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, left);
  return g_get_monotonic_time () - begun;
}

#define EXITS(status) ((status) << 8)

/* --- the status of the program is its own ------------------------------------------------ */

static void
end_by_exit (gpointer data)
{
  make_things ();
  exit (STATUS);
}

static gpointer
exit_cb (gpointer data)
{
  exit (STATUS);
}

static void
end_by_exit_of_thread (gpointer data)
{
  make_things ();
  g_thread_join (g_thread_new ("exit", exit_cb, NULL));
}

static void
end_by_cleanup_and_kill (gpointer data)
{
  make_things ();
  tf_cleanup_all ();
  raise (SIGKILL);
}

static void
exit_again (void)
{
  _exit (STATUS + 1);
}

/* A handler that ends the process itself, as some frameworks have it. */
static void
end_in_handler (gpointer data)
{
  atexit (exit_again);
  make_things ();
  exit (STATUS);
}

static void
cleanup_at_exit (void)
{
  tf_cleanup_all ();
  g_clear_object (&dir);
}

static void
end_with_handlers (gpointer data)
{
  g_clear_object (&other);
  atexit (cleanup_at_exit);
  make_things ();
  atexit (cleanup_at_exit);
  exit (STATUS);
}

static void
test_status (void)
{
  end_in_child (end_by_exit, NULL, EXITS (STATUS), 0);
  end_in_child (end_by_exit_of_thread, NULL, EXITS (STATUS), 0);
  end_in_child (end_by_cleanup_and_kill, NULL, SIGKILL, 0);
  end_in_child (end_in_handler, NULL, EXITS (STATUS + 1), 0);
  end_in_child (end_with_handlers, NULL, EXITS (STATUS), 0);
}

/* --- busy threads ------------------------------------------------------------------------ */

static gpointer
write_for_ever (gpointer data)
{
  static char records[1 << 16];

  while (tf_temporary_file_write (data, records, sizeof records, NULL, NULL) > 0)
    g_seekable_truncate (G_SEEKABLE (data), 0, NULL, NULL);
  return NULL;
}

static gpointer
make_for_ever (gpointer data)
{
  while (TRUE)
    {
      g_autoptr (TfTemporaryFile) made G_GNUC_UNUSED =
        tf_temporary_file_new_named (NULL, NULL, NULL, NULL, NULL);
      g_autoptr (TfTemporaryDirectory) made_too = tf_temporary_directory_new (NULL, NULL, NULL,
                                                                              NULL, NULL);

      if (made_too != NULL)
        tf_temporary_directory_cleanup (made_too, NULL, NULL);
    }
  return NULL;
}

static gpointer
look_for_ever (gpointer data)
{
  while (TRUE)
    {
      int fd = tf_temporary_directory_dup_fd (data, NULL);

      if (fd >= 0)
        close (fd);
    }
  return NULL;
}

static void
end_while_written (gpointer data)
{
  make_things ();
  g_thread_unref (g_thread_new ("write", write_for_ever, named));
  g_thread_unref (g_thread_new ("look", look_for_ever, dir));
  g_usleep (20 * 1000);
  exit (STATUS);
}

/* The threads go on while the handlers run, and what they write to is gone. */
static void
test_busy (void)
{
  for (guint i = 0; i < tf_test_scale (1, 5, 50); i++)
    g_assert_cmpint (end_in_child (end_while_written, NULL, EXITS (STATUS), 0), <, SOON);
}

static void
end_while_made (gpointer data)
{
  make_things ();
  g_thread_unref (g_thread_new ("make", make_for_ever, NULL));
  g_usleep (5 * 1000);
  tf_cleanup_all ();
  g_assert_false (tf_test_exists (tf_temporary_file_get_path (named) ?: tf_test_path ("none")));
  /* What a thread makes after the last handler has run nobody can delete. */
  raise (SIGKILL);
}

/* A thread that never stops making does not keep tf_cleanup_all() from its end. */
static void
test_made_meanwhile (void)
{
  int pid = tf_test_fork (end_while_made, NULL);
  int seen = 0;

  while (waitpid (pid, &seen, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_cmphex (seen, ==, SIGKILL);
  /* At most what the one thread was just making. */
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), <=, 2);
  tf_test_empty (tf_test_dir ());
}

static gpointer
cleanup_cb (gpointer data)
{
  tf_temporary_directory_cleanup (data, NULL, NULL);
  return NULL;
}

/* One is cleaned up by a thread, the other by the library's, for a main loop that never turns
 * again. */
static void
end_while_cleaned_up (gpointer data)
{
  make_things ();
  g_object_unref (dir);
  dir = new_full_dir (N_ENTRIES);
  g_object_unref (other);
  other = new_full_dir (N_ENTRIES);
  tf_temporary_directory_cleanup_async (other, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL, NULL,
                                        NULL);
  g_thread_unref (g_thread_new ("cleanup", cleanup_cb, dir));
  g_usleep ((gulong) GPOINTER_TO_UINT (data) * 100);
  exit (STATUS);
}

static void
test_cleaned_up_meanwhile (void)
{
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; tf_test_go_on (i, tf_test_scale (3, 20, 200), begun); i++)
    g_assert_cmpint (end_in_child (end_while_cleaned_up, GUINT_TO_POINTER (i), EXITS (STATUS), 0),
                     <, SOON);
}

/* --- what runs no handlers --------------------------------------------------------------- */

#ifdef G_OS_UNIX
static void
end_by_quick_exit (gpointer data)
{
  make_things ();
  if (data != NULL)
    tf_cleanup_all ();
  quick_exit (STATUS);
}

static void
end_by_exec (gpointer data)
{
  make_things ();
  if (data != NULL)
    tf_cleanup_all ();
  execl ("/bin/sh", "sh", "-c", "exit 7", NULL);
}
#endif

static void
end_at_once (gpointer data)
{
  make_things ();
  if (data != NULL)
    tf_cleanup_all ();
  _exit (STATUS);
}

static void
end_by_kill (gpointer data)
{
  make_things ();
  if (data != NULL)
    tf_cleanup_all ();
  raise (SIGKILL);
}

/* A documented fact (docs/overview.md, "Pitfalls"): the files stay, unless tf_cleanup_all() was
 * called before. But for a kill, Windows tells each library that the process ends. */
static void
test_without_handlers (void)
{
  static const struct
  {
    void (*end) (gpointer data);
    int status;
    guint left;
  } ends[] = {
#ifdef G_OS_UNIX
    { end_by_quick_exit, EXITS (STATUS), 4 },
    { end_at_once, EXITS (STATUS), 4 },
    { end_by_exec, EXITS (STATUS), 4 },
#else
    { end_at_once, EXITS (STATUS), 0 },
#endif
    { end_by_kill, SIGKILL, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      end_in_child (ends[i].end, NULL, ends[i].status, ends[i].left);
      tf_test_empty (tf_test_dir ());
      end_in_child (ends[i].end, GINT_TO_POINTER (TRUE), ends[i].status, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/exit/status", test_status);
  tf_test_add ("/exit/busy", test_busy);
  tf_test_add ("/exit/made-meanwhile", test_made_meanwhile);
  tf_test_add ("/exit/cleaned-up-meanwhile", test_cleaned_up_meanwhile);
  tf_test_add ("/exit/without-handlers", test_without_handlers);
  return tf_test_run ();
}
