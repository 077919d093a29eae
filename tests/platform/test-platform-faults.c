/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor: each system call of each operation failing with each plausible
 * errno, once and for good. Whatever happens: an honest result, nothing left, no wider mode. */

#include "platform-helpers.h"

static const int plausible[] = {
  EACCES, EAGAIN, EBADF, EBUSY, EDQUOT, EEXIST, EINVAL, EIO, EISDIR, ELOOP, EMFILE, EMLINK, ENFILE,
  ENOENT, ENOLCK, ENOMEM, ENOSPC, ENOSYS, ENOTDIR, ENOTTY, EOPNOTSUPP, EPERM, EROFS, ESTALE,
  ETXTBSY,
  EXDEV,
};

typedef struct
{
  const char *name;
  TfStatus (*run) (int *fd);   /* works with the name "x" and no other; *fd stays -1 without one */
  guint mode;                  /* of "x" after a success, 0 where there is none */
} Operation;

/* The only name that operations use. */
static const char *
get_path (void)
{
  static char path[512];

  g_snprintf (path, sizeof path, "%s/x", tf_test_dir ());
  return path;
}

typedef struct
{
  int call;        /* the kind that fails for good, or -1 */
  int countdown;   /* or the call that fails once */
  int status;
  gboolean hit;
  TfCall hit_call;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (fault->call != -1 ? (int) call != fault->call : fault->countdown-- != 0)
    return 0;
  fault->hit = TRUE;
  fault->hit_call = call;
  return fault->status;
}

static TfStatus
run_create_file (int *fd)
{
  TfStat stat;

  return tf_os_create_file (TF_OS_CWD, get_path (), 0640, TF_OS_CREATE_NONE, fd, &stat);
}

static TfStatus
run_create_anonymous (int *fd)
{
  return tf_os_create_anonymous (tf_test_dir (), TF_OS_CREATE_NONE, fd);
}

static TfStatus
run_link_file (int *fd)
{
  TfStatus status = tf_os_create_anonymous (tf_test_dir (), TF_OS_CREATE_NONE, fd);

  if (status == 0)
    status = tf_os_link_file (*fd, TF_OS_CWD, get_path ());
  if (status != 0 && *fd != -1)
    close (g_steal_fd (fd));
  return status;
}

static TfStatus
run_create_leased_folder (int *fd)
{
  TfStat stat;

  return tf_os_create_leased_folder (TF_OS_CWD, get_path (), fd, &stat);
}

static TfStatus
run_create_folder (int *fd)
{
  return tf_os_create_folder (TF_OS_CWD, get_path ());
}

static TfStatus
run_open_folder (int *fd)
{
  return tf_os_open_folder (TF_OS_CWD, tf_test_dir (), fd);
}

static TfStatus
run_stat_folder (int *fd)
{
  TfStat stat;
  int folder = open (tf_test_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  TfStatus status = tf_os_stat_folder (folder, &stat);

  close (folder);
  return status;
}

static TfStatus
run_umask (int *fd)
{
  guint mask;

  return tf_os_umask (tf_test_dir (), &mask);
}

static TfStatus
run_list (int *fd)
{
  TfOsList *list = tf_os_list_new ();
  int folder = open (tf_test_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  TfStatus status = tf_os_list_begin (list, folder);
  const char *name = "";
  TfKind kind;

  while (status == 0 && name != NULL)
    status = tf_os_list_next (list, &name, &kind);
  tf_os_list_free (list);
  close (folder);
  return status;
}

static const Operation operations[] = {
  { "create-file", run_create_file, 0640 },
  { "create-anonymous", run_create_anonymous, 0 },
  { "link-file", run_link_file, 0600 },
  { "create-leased-folder", run_create_leased_folder, 0700 },
  { "create-folder", run_create_folder, 0700 },
  { "open-folder", run_open_folder, 0 },
  { "stat-folder", run_stat_folder, 0 },
  { "umask", run_umask, 0 },
  { "list", run_list, 0 },
};

/* The number the next descriptor gets: another one when one is left open. */
static int
next_fd (void)
{
  int fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

  g_assert_cmpint (fd, >=, 3);
  close (fd);
  return fd;
}

/* What a probe of the back end's own, of a random name, may leave when nothing can be deleted. */
static void
remove_leftovers (void)
{
  GDir *dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_no_errno (unlink (tf_test_path (name)));
  g_dir_close (dir);
}

/* Runs the operation once and looks at what came of it. */
static void
try_fault (const Operation *operation,
           Fault           *fault)
{
  const char *path = get_path ();
  int next = next_fd ();
  TfStatus status;
  int fd = -1;

  tf_fault_install (fault_cb, fault);
  status = operation->run (&fd);
  tf_fault_install (NULL, NULL);

  if (status == 0)
    {
      if (fd != -1)
        close (fd);
      if (operation->mode != 0)
        {
          g_assert_cmphex (tf_test_mode (path) & 0777, ==, tf_test_shown_mode (operation->mode));
          g_assert_no_errno (remove (path));
        }
    }
  else
    g_assert_cmpint (fd, ==, -1);
  /* A name that could not be deleted stays. */
  if (tf_test_exists (path))
    {
      g_assert_true (fault->hit);
      g_assert_true (fault->hit_call == TF_CALL_UNLINK || fault->hit_call == TF_CALL_RMDIR);
      g_assert_no_errno (remove (path));
    }
  if (fault->hit && fault->hit_call == TF_CALL_UNLINK)
    remove_leftovers ();
  else
    g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  g_assert_cmpint (next_fd (), ==, next);
}

/* A quick run takes a sample of the errors, not the same for each operation. */
static void
check_operation (gpointer data)
{
  const Operation *operation = data;
  const gsize step = tf_test_step (1, 1, 1);

  for (gsize i = strlen (operation->name) % step; i < G_N_ELEMENTS (plausible); i += step)
    {
      Fault fault = { .call = -1, .hit = TRUE };

      for (int n = 0; fault.hit; n++)
        {
          g_assert_cmpint (n, <, 100);
          fault = (Fault) { .call = -1, .countdown = n, .status = plausible[i] };
          try_fault (operation, &fault);
        }
      for (int call = 0; call < TF_N_CALLS; call++)
        {
          fault = (Fault) { .call = call, .status = plausible[i] };
          try_fault (operation, &fault);
        }
    }
}

static void
every_errno (gconstpointer data)
{
  check_operation ((gpointer) data);
}

static void
check_strange_umask (gpointer data)
{
  umask (0777);
  check_operation (data);
}

/* Here modes need repair, as an ordinary user by other calls than as root. */
static void
every_errno_strange_umask (gconstpointer data)
{
  const Operation *operation = data;
  Operation other = *operation;

  g_assert_true (tf_test_in_child (check_strange_umask, &other));
  g_assert_true (tf_test_as_nobody (check_strange_umask, &other));
}

static int
interrupt_cb (TfCall   call,
              gpointer data)
{
  int *calls = data;

  return ++*calls % 2 != 0 ? EINTR : 0;
}

/* Every call is interrupted once. */
static void
interrupted (void)
{
  const char *path = tf_test_path ("x");
  int calls = 0;
  TfStat stat;
  gsize done;
  int fd;

  tf_fault_install (interrupt_cb, &calls);
  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0640, TF_OS_CREATE_NONE, &fd, &stat));
  assert_ok (tf_os_write (fd, "x", 1, &done));
  assert_ok (tf_os_pwrite (fd, "x", 1, 1, &done));
  assert_ok (tf_os_sync (fd));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  assert_ok (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
  tf_fault_install (NULL, NULL);
  g_assert_cmpint (calls, >, 20);
}

static void
close_fails (void)
{
  guint fds = tf_test_count_fds ();
  Fault fault = { .call = TF_CALL_CLOSE, .status = EIO };
  int fd = make_nameless ();

  tf_fault_install (fault_cb, &fault);
  g_assert_cmpint (tf_os_close (fd), ==, tf_fault_status (EIO));
  tf_fault_install (NULL, NULL);
  g_assert_cmpuint (tf_test_count_fds (), ==, fds);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *plain = g_strconcat ("/platform/faults/", operations[i].name, NULL);
      g_autofree char *strange = g_strconcat (plain, "-umask-0777", NULL);

      tf_test_add_data (plain, &operations[i], every_errno);
      if (operations[i].run != run_link_file)
        tf_test_add_data (strange, &operations[i], every_errno_strange_umask);
    }
  tf_test_add ("/platform/faults/interrupted", interrupted);
  tf_test_add ("/platform/faults/close", close_fails);
  return tf_test_run ();
}
