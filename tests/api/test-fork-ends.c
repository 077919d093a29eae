/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every way for a forked child to end, against everything a parent can hold: names, folders with
 * what is in them, spools, the lease, bytes that are not written yet. And the other way round:
 * what the child makes is the child's. */

#include "api-helpers.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PATIENCE 60   /* seconds; a child that hangs is ended by a signal, which is a failure */
#define LARGE 3000    /* bytes; more than a spool that rolls over at once keeps in memory */

/* What one process holds. */
typedef struct
{
  TfTemporaryFile *named;        /* with bytes in a buffer that was asked for */
  TfTemporaryFile *anonymous;    /* with bytes in memory */
  TfTemporaryFile *inside;       /* in `dir` */
  TfTemporaryFile *left;         /* closed, its name stays until the object ends */
  TfTemporaryDirectory *dir;     /* with content */
  TfSpooledFile *memory;
  TfSpooledFile *rolled;
} Household;

static void
spool_put (TfSpooledFile *spool,
           const char    *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_spooled_file_write (spool, text, strlen (text), NULL, &error), ==,
                   strlen (text));
  g_assert_no_error (error);
}

static char *
in_dir (Household  *self,
        const char *name)
{
  return g_build_filename (tf_temporary_directory_get_path (self->dir), name, NULL);
}

static void
household_init (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sub = NULL;
  g_autofree char *deep = NULL;
  char large[LARGE + 1];

  self->named = new_with ("anonymous", FALSE, "buffer-size", 4096);
  put (self->named, "written once");
  self->anonymous = new_anonymous ();
  put (self->anonymous, "written once");
  self->left = new_with ("anonymous", FALSE, "delete-on-close", FALSE);
  close_ok (self->left);

  self->dir = tf_temporary_directory_new (NULL, "d-", NULL, NULL, &error);
  g_assert_no_error (error);
  sub = in_dir (self, "sub");
  deep = in_dir (self, "sub/file");
  g_assert_no_errno (g_mkdir (sub, 0700));
  make_file (deep, "inside", 0600);
  self->inside = tf_temporary_directory_create_file (self->dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put (self->inside, "inside");

  self->memory = tf_spooled_file_new (0);
  spool_put (self->memory, "in memory");
  self->rolled = tf_spooled_file_new (1);
  memset (large, 'r', LARGE);
  large[LARGE] = '\0';
  spool_put (self->rolled, large);
  g_assert_true (tf_spooled_file_is_rolled_over (self->rolled));
}

static void
household_drop (Household *self)
{
  g_clear_object (&self->inside);
  g_clear_object (&self->dir);
  g_clear_object (&self->left);
  g_clear_object (&self->named);
  g_clear_object (&self->anonymous);
  g_clear_object (&self->memory);
  g_clear_object (&self->rolled);
}

static void
household_dispose (Household *self)
{
  g_object_run_dispose (G_OBJECT (self->inside));
  g_object_run_dispose (G_OBJECT (self->dir));
  g_object_run_dispose (G_OBJECT (self->left));
  g_object_run_dispose (G_OBJECT (self->named));
  g_object_run_dispose (G_OBJECT (self->anonymous));
  g_object_run_dispose (G_OBJECT (self->memory));
  g_object_run_dispose (G_OBJECT (self->rolled));
}

static void
household_close (Household *self)
{
  g_autoptr (GError) error = NULL;

  close_ok (self->inside);
  close_ok (self->left);
  close_ok (self->named);
  close_ok (self->anonymous);
  close_ok (self->memory);
  close_ok (self->rolled);
  g_assert_true (tf_temporary_directory_cleanup (self->dir, NULL, &error));
  g_assert_no_error (error);
}

/* --- what the parent sees afterwards ----------------------------------------------------- */

static void
take_lease (gpointer data)
{
  int fd = open (data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, -1);
  g_assert_cmpint (errno, ==, EWOULDBLOCK);
  close (fd);
}

static void
assert_spool (TfSpooledFile *spool,
              const char    *text,
              gsize          size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tf_spooled_file_to_bytes (spool, NULL, &error);
  gconstpointer data;

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
  data = g_bytes_get_data (bytes, NULL);
  g_assert_cmpmem (data, strlen (text), text, strlen (text));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (spool)), ==, size);
}

/* All is there, nothing is changed, and bytes in memory go out exactly once. */
static void
household_assert (Household *self)
{
  const char *dir = tf_temporary_directory_get_path (self->dir);
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = in_dir (self, "sub/file");

  g_assert_true (tf_test_in_child (take_lease, (gpointer) dir));
  g_assert_cmphex (tf_test_mode (dir), ==, 01700);
  g_assert_cmpuint (tf_test_count_entries (dir), ==, 2);
  assert_file (deep, "inside");
  assert_file (tf_temporary_file_get_path (self->inside), "inside");
  g_assert_true (tf_test_exists (tf_temporary_file_get_path (self->left)));

  assert_file (tf_temporary_file_get_path (self->named), "");
  put (self->named, ", by the parent");
  g_assert_true (g_output_stream_flush (g_io_stream_get_output_stream (G_IO_STREAM (self->named)),
                                        NULL, &error));
  g_assert_no_error (error);
  assert_file (tf_temporary_file_get_path (self->named), "written once, by the parent");

  put (self->anonymous, ", by the parent");
  assert_content (self->anonymous, "written once, by the parent");
  assert_spool (self->memory, "in memory", strlen ("in memory"));
  assert_spool (self->rolled, "rrrr", LARGE);
}

/* And then it all goes, by the hand of the parent. */
static void
household_end (Household *self)
{
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 3);
  household_drop (self);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

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

static void
remove_left (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_left (child);
    }
  g_assert_no_errno (g_remove (path));
}

/* Nobody deletes for a child that was killed, its parent least of all. */
static void
test_own_kill (void)
{
  check_own (end_by_kill, SIGKILL, 3);
  tf_cleanup_all ();
  g_assert_cmpuint (tf_test_count_entries (tf_test_path ("of-child")), ==, 3);
  remove_left (tf_test_path ("of-child"));
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
  return tf_test_run ();
}
