/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The folder: made private, found again, deleted by its maker only, kept. */

#include "core/tf-folder-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static TfFolder *
make (void)
{
  const TfPlace place = { TF_OS_CWD, tf_test_dir (), "p-", "-s" };
  g_autoptr (GError) error = NULL;
  TfFolder *folder = tf_folder_new (&place, &error);

  g_assert_no_error (error);
  g_assert_nonnull (folder);
  return folder;
}

static void
fill (TfFolder *folder)
{
  int fd = tf_folder_get_fd (folder);
  int file;

  g_assert_no_errno (mkdirat (fd, "d", 0700));
  file = openat (fd, "d/f", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  g_assert_cmpint (file, >=, 0);
  close (file);
}

static void
cleanup (TfFolder *folder)
{
  g_autoptr (GError) error = NULL;

  tf_folder_cleanup (folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
system_tells_path (TfFolder *folder)
{
  g_autofree char *path = NULL;

  return tf_os_path_of (tf_folder_get_fd (folder), &path) == 0;
}

/* --- making ------------------------------------------------------------------------------ */

static void
test_new (void)
{
  TfFolder *folder = make ();
  g_autofree char *name = g_path_get_basename (tf_folder_get_path (folder));
  g_autofree char *parent = g_path_get_dirname (tf_folder_get_path (folder));
  struct stat by_fd, by_path;

  g_assert_cmpstr (parent, ==, tf_test_dir ());
  g_assert_true (g_str_has_prefix (name, "p-"));
  g_assert_true (g_str_has_suffix (name, "-s"));
  g_assert_cmpuint (strlen (name), ==, 2 + 8 + 2);
  g_assert_cmphex (tf_test_mode (tf_folder_get_path (folder)), ==, 01700);
  g_assert_no_errno (fstat (tf_folder_get_fd (folder), &by_fd));
  g_assert_no_errno (stat (tf_folder_get_path (folder), &by_path));
  g_assert_cmpuint (by_fd.st_ino, ==, by_path.st_ino);
  g_assert_true (tf_folder_get_auto_delete (folder));
  g_assert_true (tf_folder_has_name (folder));
  g_assert_false (tf_folder_is_closed (folder));

  cleanup (folder);
  g_assert_false (tf_folder_has_name (folder));
  g_assert_true (tf_folder_is_closed (folder));
  g_assert_cmpint (tf_folder_get_fd (folder), ==, -1);
  cleanup (folder);
  tf_folder_unref (folder);
}

static void
test_umask (void)
{
  static const mode_t masks[] = { 0777, 0000, 0077, 0022 };

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      mode_t before = umask (masks[i]);
      TfFolder *folder = make ();

      umask (before);
      g_assert_cmphex (tf_test_mode (tf_folder_get_path (folder)), ==, 01700);
      cleanup (folder);
      tf_folder_unref (folder);
    }
}

static void
make_under_umask (gpointer data)
{
  test_umask ();
}

static void
test_umask_nobody (void)
{
  g_assert_true (tf_test_as_nobody (make_under_umask, NULL));
}

static void
test_bad_place (void)
{
  TfPlace place = { TF_OS_CWD, tf_test_path ("nowhere"), NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_folder_new (&place, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, tf_test_path ("nowhere")));
  g_clear_error (&error);

  place.folder = tf_test_dir ();
  place.prefix = "../x";
  g_assert_null (tf_folder_new (&place, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
}

/* The lease keeps others from an exclusive lock, and ends with the descriptor. */
static void
test_lease (void)
{
  TfFolder *folder = make ();
  int fd = open (tf_folder_get_path (folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, -1);
  g_assert_cmpint (errno, ==, EWOULDBLOCK);
  cleanup (folder);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  close (fd);
  tf_folder_unref (folder);
}

/* --- cleaning up ------------------------------------------------------------------------- */

static int
count_cb (TfCall   call,
          gpointer data)
{
  guint *calls = data;

  calls[call]++;
  return 0;
}

/* mkdir, open, flock, fstat, fstatat, rmdir, close. */
static void
test_calls (void)
{
  guint calls[TF_N_CALLS] = { 0 };
  guint sum = 0;
  TfFolder *folder;

  tf_fault_install (count_cb, calls);
  folder = make ();
  cleanup (folder);
  tf_folder_unref (folder);
  tf_fault_install (NULL, NULL);

  for (guint i = 0; i < TF_N_CALLS; i++)
    sum += i != TF_CALL_GETRANDOM ? calls[i] : 0;
  g_assert_cmpuint (calls[TF_CALL_MKDIR], ==, 1);
  g_assert_cmpuint (calls[TF_CALL_OPEN], ==, 1);
  g_assert_cmpuint (calls[TF_CALL_LOCK], ==, 1);
  g_assert_cmpuint (calls[TF_CALL_STAT], ==, 2);
  g_assert_cmpuint (calls[TF_CALL_RMDIR], ==, 1);
  g_assert_cmpuint (calls[TF_CALL_CLOSE], ==, 1);
  g_assert_cmpuint (sum, ==, 7);
}

static void
test_full (void)
{
  TfFolder *folder = make ();

  fill (folder);
  cleanup (folder);
  tf_folder_unref (folder);
}

static void
test_gone (void)
{
  TfFolder *folder = make ();

  g_assert_no_errno (g_rmdir (tf_folder_get_path (folder)));
  cleanup (folder);
  tf_folder_unref (folder);
}

/* Under the path of a folder that is gone there is something else now, in every form. */
static void
test_foreign (void)
{
  for (guint i = 0; i < 4; i++)
    {
      TfFolder *folder = make ();
      const char *path = tf_folder_get_path (folder);
      int fd;

      g_assert_no_errno (g_rmdir (path));
      if (i == 0)
        g_assert_no_errno (g_mkdir (path, 0700));
      else if (i == 1)
        g_assert_no_errno (symlink (tf_test_dir (), path));
      else if (i == 2)
        g_assert_no_errno (symlink ("nowhere", path));
      else
        {
          fd = g_open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
          close (fd);
        }

      cleanup (folder);
      g_assert_true (tf_test_exists (path));
      g_assert_no_errno (i == 0 ? g_rmdir (path) : g_unlink (path));
      tf_folder_unref (folder);
    }
}

/* A folder that was moved, with a stranger's under its old path. */
static void
test_moved (void)
{
  TfFolder *folder = make ();
  const char *path = tf_folder_get_path (folder);
  const char *away = tf_test_path ("away");
  g_autofree char *canary = g_build_filename (path, "canary", NULL);
  g_autoptr (GError) error = NULL;

  fill (folder);
  g_assert_no_errno (g_rename (path, away));
  g_assert_no_errno (g_mkdir (path, 0700));
  g_assert_no_errno (g_mkdir (canary, 0700));

  if (system_tells_path (folder))
    {
      cleanup (folder);
      g_assert_false (tf_test_exists (away));
    }
  else
    {
      g_assert_false (tf_folder_cleanup (folder, NULL, NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_cmpuint (tf_test_count_entries (away), ==, 0);
      g_assert_false (tf_folder_is_closed (folder));
      g_assert_no_errno (g_rmdir (away));
      cleanup (folder);
    }
  g_assert_true (tf_test_exists (canary));
  g_assert_no_errno (g_rmdir (canary));
  g_assert_no_errno (g_rmdir (path));
  tf_folder_unref (folder);
}

static void
test_moved_empty (void)
{
  TfFolder *folder = make ();
  const char *away = tf_test_path ("away");

  g_assert_no_errno (g_rename (tf_folder_get_path (folder), away));
  if (!system_tells_path (folder))
    g_assert_no_errno (g_rename (away, tf_folder_get_path (folder)));
  cleanup (folder);
  g_assert_false (tf_test_exists (away));
  tf_folder_unref (folder);
}

static void
test_other_working_folder (void)
{
  g_autofree char *before = g_get_current_dir ();
  TfFolder *folder = make ();

  fill (folder);
  g_assert_no_errno (g_chdir ("/"));
  cleanup (folder);
  g_assert_false (tf_test_exists (tf_folder_get_path (folder)));
  g_assert_no_errno (g_chdir (before));
  tf_folder_unref (folder);
}

static int
refuse_rmdir_cb (TfCall   call,
                 gpointer data)
{
  return call == TF_CALL_RMDIR ? EROFS : 0;
}

static void
test_again_after_error (void)
{
  TfFolder *folder = make ();
  g_autoptr (GError) error = NULL;

  tf_fault_install (refuse_rmdir_cb, NULL);
  g_assert_false (tf_folder_cleanup (folder, NULL, NULL, NULL, &error));
  tf_fault_install (NULL, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, tf_folder_get_path (folder)));
  g_assert_false (tf_folder_is_closed (folder));
  g_assert_cmpint (tf_folder_get_fd (folder), >=, 0);

  cleanup (folder);
  tf_folder_unref (folder);
}

typedef struct
{
  guint countdown;
  int status;
  gboolean hit;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (call == TF_CALL_GETRANDOM || fault->hit)
    return 0;
  if (fault->countdown > 0)
    {
      fault->countdown--;
      return 0;
    }
  fault->hit = TRUE;
  return fault->status;
}

/* Every call of creating, filling and deleting fails once. A creation that failed leaves
 * nothing. */
static void
test_every_call_fails (void)
{
  static const int statuses[] = { EACCES, EIO, EMFILE, ENOENT, ENOSPC, ENOTEMPTY, EEXIST, EINTR };
  const guint step = tf_test_step (1, 1, 1);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      Fault fault = { 0, statuses[i], TRUE };

      for (guint n = i * step / (guint) G_N_ELEMENTS (statuses); fault.hit; n += step)
        {
          const TfPlace place = { TF_OS_CWD, tf_test_dir (), NULL, NULL };
          g_autoptr (GError) error = NULL;
          TfFolder *folder;

          fault.countdown = n;
          fault.hit = FALSE;
          tf_fault_install (fault_cb, &fault);
          folder = tf_folder_new (&place, &error);
          if (folder == NULL)
            {
              tf_fault_install (NULL, NULL);
              g_assert_nonnull (error);
              g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
              continue;
            }
          fill (folder);
          if (!tf_folder_cleanup (folder, NULL, NULL, NULL, &error))
            g_assert_nonnull (error);
          tf_fault_install (NULL, NULL);
          cleanup (folder);
          tf_folder_unref (folder);
          g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
        }
    }
}

/* --- the descriptor ---------------------------------------------------------------------- */

static void
test_dup (void)
{
  TfFolder *folder = make ();
  g_autoptr (GError) error = NULL;
  int copy = tf_folder_dup_fd (folder, &error);

  g_assert_no_error (error);
  g_assert_cmpint (copy, >, 2);
  g_assert_cmpint (copy, !=, tf_folder_get_fd (folder));
  g_assert_cmpint (fcntl (copy, F_GETFD) & FD_CLOEXEC, !=, 0);
  close (copy);

  cleanup (folder);
  g_assert_cmpint (tf_folder_dup_fd (folder, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  tf_folder_unref (folder);
}

/* Who holds the descriptor keeps it open, but nobody else gets it any more. */
static void
test_hold (void)
{
  TfFolder *folder = make ();
  guint before = tf_test_count_fds ();
  int fd = tf_folder_hold_fd (folder);

  g_assert_cmpint (fd, ==, tf_folder_get_fd (folder));
  cleanup (folder);
  g_assert_cmpuint (tf_test_count_fds (), ==, before);
  g_assert_cmpint (fcntl (fd, F_GETFD), >=, 0);
  g_assert_cmpint (tf_folder_hold_fd (folder), ==, -1);
  tf_folder_release_fd (folder);
  g_assert_cmpuint (tf_test_count_fds (), ==, before - 1);
  tf_folder_unref (folder);
}

/* A folder that stays keeps its descriptor for those who still need it, and for nobody else. */
static void
test_left (void)
{
  TfFolder *folder = make ();
  TfFolder *other = tf_folder_ref (folder);
  const char *path = tf_folder_get_path (folder);
  int fd;

  tf_folder_set_auto_delete (folder, FALSE);
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  tf_folder_abandon (folder);
  g_assert_true (tf_folder_is_closed (folder));
  g_assert_true (tf_folder_has_name (folder));
  g_assert_cmpint (tf_folder_get_fd (folder), ==, -1);
  fd = tf_folder_hold_fd (other);
  g_assert_cmpint (fd, >=, 0);
  tf_folder_release_fd (other);

  g_assert_no_errno (g_rmdir (path));
  tf_folder_unref (folder);
  tf_folder_unref (other);
}

/* --- keeping ----------------------------------------------------------------------------- */

static void
test_keep (void)
{
  TfFolder *folder = make ();
  g_autofree char *path = g_strdup (tf_folder_get_path (folder));
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_chmod (path, 01755));
  g_assert_true (tf_folder_keep (folder, &error));
  g_assert_no_error (error);
  /* Windows has no other but these two bits. */
  g_assert_cmphex (tf_test_mode (path), ==, G_DIR_SEPARATOR == '/' ? 0755 : 0777);
  g_assert_cmpint (tf_folder_get_fd (folder), >=, 0);
  g_assert_true (tf_folder_keep (folder, &error));

  tf_folder_set_auto_delete (folder, FALSE);
  tf_folder_set_auto_delete (folder, TRUE);
  g_assert_cmphex (tf_test_mode (path), ==, G_DIR_SEPARATOR == '/' ? 0755 : 0777);
  tf_owner_discard_all ();
  cleanup (folder);
  g_assert_true (tf_folder_is_closed (folder));
  g_assert_true (tf_folder_has_name (folder));
  tf_folder_abandon (folder);
  tf_folder_unref (folder);
  g_assert_no_errno (g_rmdir (path));
}

static void
test_keep_after_cleanup (void)
{
  TfFolder *folder = make ();
  g_autoptr (GError) error = NULL;

  cleanup (folder);
  g_assert_false (tf_folder_keep (folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  tf_folder_unref (folder);
}

static void
test_mark_follows_auto_delete (void)
{
  TfFolder *folder = make ();
  const char *path = tf_folder_get_path (folder);

  tf_folder_set_auto_delete (folder, FALSE);
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  tf_owner_discard_all ();
  g_assert_true (tf_test_exists (path));
  tf_folder_set_auto_delete (folder, TRUE);
  g_assert_cmphex (tf_test_mode (path), ==, 01700);
  tf_owner_discard_all ();
  g_assert_false (tf_test_exists (path));
  g_assert_true (tf_folder_is_closed (folder));
  tf_folder_unref (folder);
}

/* --- who deletes ------------------------------------------------------------------------- */

static void
do_all_in_child (gpointer data)
{
  TfFolder *folder = data;
  g_autoptr (GError) error = NULL;
  int fd = tf_folder_get_fd (folder);

  tf_owner_discard_all ();
  g_assert_cmpint (tf_folder_get_fd (folder), ==, fd);
  g_assert_false (tf_folder_keep (folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  tf_folder_set_auto_delete (folder, FALSE);
  tf_folder_set_auto_delete (folder, TRUE);
  cleanup (folder);
  g_assert_true (tf_folder_is_closed (folder));
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  tf_folder_abandon (folder);
  tf_folder_unref (folder);
}

static void
test_child (void)
{
  TfFolder *folder = make ();

  fill (folder);
  g_assert_true (tf_test_in_child (do_all_in_child, folder));
  g_assert_cmpuint (tf_test_count_entries (tf_folder_get_path (folder)), ==, 1);
  g_assert_cmphex (tf_test_mode (tf_folder_get_path (folder)), ==, 01700);
  cleanup (folder);
  tf_folder_unref (folder);
}

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean inside;
  gboolean go_on;
} Gate;

static int
wait_at_gate_cb (TfCall   call,
                 gpointer data)
{
  Gate *gate = data;

  if (call != TF_CALL_RMDIR)
    return 0;
  g_mutex_lock (&gate->mutex);
  gate->inside = TRUE;
  g_cond_broadcast (&gate->cond);
  while (!gate->go_on)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
  return 0;
}

static gpointer
cleanup_cb (gpointer data)
{
  cleanup (data);
  return NULL;
}

/* Another thread of the parent held every lock there is at the fork. */
static void
test_child_of_busy_parent (void)
{
  TfFolder *folder = make ();
  Gate gate = { .inside = FALSE };
  GThread *thread;

  fill (folder);
  tf_fault_install (wait_at_gate_cb, &gate);
  thread = g_thread_new ("cleanup", cleanup_cb, folder);
  g_mutex_lock (&gate.mutex);
  while (!gate.inside)
    g_cond_wait (&gate.cond, &gate.mutex);
  g_mutex_unlock (&gate.mutex);

  g_assert_true (tf_test_in_child (do_all_in_child, folder));

  /* Nor does the exit of this process wait long for it. */
  g_assert_false (tf_folder_is_closed (folder));
  {
    gint64 before = g_get_monotonic_time ();

    tf_owner_discard_all ();
    g_assert_cmpint (g_get_monotonic_time () - before, <, 3 * G_USEC_PER_SEC);
  }

  g_mutex_lock (&gate.mutex);
  gate.go_on = TRUE;
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.mutex);
  g_thread_join (thread);
  tf_fault_install (NULL, NULL);
  g_assert_false (tf_folder_has_name (folder));
  tf_folder_unref (folder);
}

/* --- cancelling -------------------------------------------------------------------------- */

static void
test_cancelled (void)
{
  TfFolder *folder = make ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fill (folder);
  g_cancellable_cancel (cancellable);
  g_assert_false (tf_folder_cleanup (folder, cancellable, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (tf_test_count_entries (tf_folder_get_path (folder)), ==, 1);
  cleanup (folder);
  tf_folder_unref (folder);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/core/folder/new", test_new);
  tf_test_add ("/core/folder/umask", test_umask);
  tf_test_add ("/core/folder/umask-nobody", test_umask_nobody);
  tf_test_add ("/core/folder/bad-place", test_bad_place);
  tf_test_add ("/core/folder/lease", test_lease);
  tf_test_add ("/core/folder/calls", test_calls);
  tf_test_add ("/core/folder/full", test_full);
  tf_test_add ("/core/folder/gone", test_gone);
  tf_test_add ("/core/folder/foreign", test_foreign);
  tf_test_add ("/core/folder/moved", test_moved);
  tf_test_add ("/core/folder/moved-empty", test_moved_empty);
  tf_test_add ("/core/folder/other-working-folder", test_other_working_folder);
  tf_test_add ("/core/folder/again-after-error", test_again_after_error);
  tf_test_add ("/core/folder/every-call-fails", test_every_call_fails);
  tf_test_add ("/core/folder/dup", test_dup);
  tf_test_add ("/core/folder/hold", test_hold);
  tf_test_add ("/core/folder/left", test_left);
  tf_test_add ("/core/folder/keep", test_keep);
  tf_test_add ("/core/folder/keep-after-cleanup", test_keep_after_cleanup);
  tf_test_add ("/core/folder/mark-follows-auto-delete", test_mark_follows_auto_delete);
  tf_test_add ("/core/folder/child", test_child);
  tf_test_add ("/core/folder/child-of-busy-parent", test_child_of_busy_parent);
  tf_test_add ("/core/folder/cancelled", test_cancelled);

  return tf_test_run ();
}
