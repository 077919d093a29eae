/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor: creating. */

#include "platform-helpers.h"

#include <glib/gstdio.h>
#include <sys/file.h>

static void
create_file_in (int         dir,
                const char *name,
                const char *path,
                guint       mode)
{
  TfStat stat, again;
  int fd;

  assert_ok (tf_os_create_file (dir, name, mode, TF_OS_CREATE_NONE, &fd, &stat));
  g_assert_cmpint (fd, >, 2);
  g_assert_true (is_cloexec (fd));
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_ACCMODE, ==, O_RDWR);
  g_assert_cmphex (tf_test_mode (path), ==, tf_test_shown_mode (mode));

  g_assert_cmpint (stat.kind, ==, TF_KIND_FILE);
  g_assert_cmphex (stat.mode, ==, tf_test_shown_mode (mode));
  g_assert_cmpuint (stat.links, ==, 1);
  g_assert_cmpuint (stat.size, ==, 0);
  g_assert_true (!IS_UNIX || stat.uid == geteuid ());
  g_assert_true (stat.mine);
  g_assert_false (stat.mount_root);
  assert_ok (tf_os_stat_at (dir, name, &again));
  g_assert_true (tf_identity_equal (&stat.id, &again.id));

  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (dir, name));
}

static void
file (void)
{
  int dir = open (tf_test_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const char *path = tf_test_path ("x");

  create_file_in (TF_OS_CWD, path, path, 0600);
  create_file_in (dir, "x", path, 0600);
  create_file_in (dir, "x", path, 0644);
  create_file_in (dir, "x", path, 0400);
  assert_ok (tf_os_close (dir));
}

static void
file_append (void)
{
  const char *path = tf_test_path ("x");
  TfStat stat;
  gsize done;
  int fd;

  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0600, TF_OS_CREATE_APPEND, &fd, &stat));
  assert_ok (tf_os_write (fd, "abc", 3, &done));
  assert_ok (tf_os_seek (fd, 0, G_SEEK_SET, &(gint64) { 0 }));
  assert_ok (tf_os_write (fd, "def", 3, &done));
  assert_contents (path, "abcdef");
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
anonymous (void)
{
  int truth = open (tf_test_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  gboolean works = (truth != -1 || !IS_UNIX) && !IS_POSIX && !is_denied ("o_tmpfile");
  TfStatus status;
  int fd = -1;

  if (truth != -1)
    close (truth);
  status = tf_os_create_anonymous (tf_test_dir (), TF_OS_CREATE_NONE, &fd);
  if (!works)
    {
      assert_condition (status, NOT_SUPPORTED);
      g_assert_cmpint (fd, ==, -1);
      return;
    }

  assert_ok (status);
  g_assert_cmpint (fd, >, 2);
  g_assert_true (is_cloexec (fd));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  assert_ok (tf_os_close (fd));

  assert_ok (tf_os_create_anonymous (tf_test_dir (), TF_OS_CREATE_APPEND, &fd));
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_APPEND, ==, O_APPEND);
  assert_ok (tf_os_close (fd));

  /* The caller's other way will say what is wrong with the folder. */
  assert_condition (tf_os_create_anonymous (tf_test_path ("nowhere"), 0, &fd), NOT_SUPPORTED);
}

static void
link_anonymous (void)
{
  const char *path = tf_test_path ("x");
  int truth = open (tf_test_dir (), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  gboolean works;
  TfStatus status;
  int fd;

  if (truth != -1)
    close (truth);
  if (tf_os_create_anonymous (tf_test_dir (), TF_OS_CREATE_NONE, &fd) != 0)
    {
      g_assert_true (IS_POSIX || truth == -1 || is_denied ("o_tmpfile"));
      fd = make_nameless ();
      status = tf_os_link_file (fd, TF_OS_CWD, path);
      g_assert_cmpint (tf_os_condition (status), ==,
                       IS_POSIX || !IS_UNIX || is_denied ("proc") ? TF_CONDITION_NOT_SUPPORTED
                                                                  : TF_CONDITION_NOT_FOUND);
      assert_ok (tf_os_close (fd));
      return;
    }

  works = IS_UNIX && (!is_denied ("at_empty_path") || !is_denied ("proc"));
  status = tf_os_link_file (fd, TF_OS_CWD, path);
  if (works)
    {
      assert_ok (status);
      g_assert_cmphex (tf_test_mode (path), ==, 0600);
      assert_condition (tf_os_link_file (fd, TF_OS_CWD, path), EXISTS);
      status = tf_os_link_file (fd, TF_OS_CWD, tf_test_path ("none/x"));
      /* Without /proc the kernel's one word for both is taken for the more harmless. */
      g_assert_cmpint (tf_os_condition (status), ==,
                       is_denied ("proc") ? TF_CONDITION_NOT_SUPPORTED : TF_CONDITION_NOT_FOUND);
      assert_ok (tf_os_unlink (TF_OS_CWD, path));
    }
  else
    assert_condition (status, NOT_SUPPORTED);
  assert_ok (tf_os_close (fd));
}

static gboolean
is_leased (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean leased = flock (fd, LOCK_EX | LOCK_NB) == -1;

  if (leased)
    g_assert_cmpint (errno, ==, EWOULDBLOCK);
  close (fd);
  return leased;
}

static void
check_leased_folder (gpointer data)
{
  const char *path = tf_test_path ("x");
  TfStat stat;
  int fd;

  assert_ok (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat));
  g_assert_cmpint (fd, >, 2);
  g_assert_true (is_cloexec (fd));
  g_assert_cmphex (tf_test_mode (path), ==, 01700);
  g_assert_cmphex (stat.mode, ==, 01700);
  g_assert_cmpint (stat.kind, ==, TF_KIND_FOLDER);
  g_assert_true (stat.mine);
  g_assert_true (is_leased (path));
  assert_condition (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat), EXISTS);

  assert_ok (tf_os_close (fd));
  g_assert_false (is_leased (path));
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
}

static void
leased_folder (void)
{
  check_leased_folder (NULL);
}

static void
check_folder (gpointer data)
{
  const char *path = tf_test_path ("x");

  assert_ok (tf_os_create_folder (TF_OS_CWD, path));
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  assert_condition (tf_os_create_folder (TF_OS_CWD, path), EXISTS);
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
  assert_condition (tf_os_create_folder (TF_OS_CWD, tf_test_path ("none/x")), NOT_FOUND);
}

static void
folder (void)
{
  check_folder (NULL);
}

/* Whether folders without permissions can be given some, by another way than root's. */
static gboolean
can_repair (void)
{
  const char *path = tf_test_path ("probe");
  gboolean works;
  int fd;

  if (IS_POSIX || !is_denied ("proc"))
    return TRUE;
  /* Without /proc there is fchmodat2(), from Linux 6.6. */
  g_assert_no_errno (mkdir (path, 0700));
  fd = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  works = syscall (452, fd, "", 0700, AT_EMPTY_PATH) == 0;
  close (fd);
  g_assert_no_errno (rmdir (path));
  return works;
}

static void
check_umask (gpointer data)
{
  mode_t mask = (mode_t) GPOINTER_TO_UINT (data);
  const char *path = tf_test_path ("x");
  gboolean folders = can_repair ();
  TfStat stat;
  int fd;

  umask (mask);
  create_file_in (TF_OS_CWD, path, path, 0600);
  create_file_in (TF_OS_CWD, path, path, 0666);
  if (folders || (mask & 0700) == 0)
    {
      check_leased_folder (NULL);
      check_folder (NULL);
      return;
    }
  assert_condition (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat), DENIED);
  assert_condition (tf_os_create_folder (TF_OS_CWD, path), DENIED);
}

static void
under_umask (gconstpointer data)
{
  g_assert_true (tf_test_as_nobody (check_umask, (gpointer) data));
}

static void
under_umask_as_root (gconstpointer data)
{
  if (geteuid () == 0)
    {
      umask ((mode_t) GPOINTER_TO_UINT (data));
      check_leased_folder (NULL);
      check_folder (NULL);
      create_file_in (TF_OS_CWD, tf_test_path ("x"), tf_test_path ("x"), 0600);
      umask (022);
    }
  else
    g_assert_true (tf_test_in_child (check_umask, (gpointer) data));
}

/* A folder that hands its group on makes new folders set-group-id: not ours. */
static void
in_set_gid_folder (void)
{
  const char *path = tf_test_path ("parent");
  TfStat stat;
  int fd;

  g_assert_no_errno (mkdir (path, 0700));
  g_assert_no_errno (chmod (path, 02700));
  assert_ok (tf_os_create_leased_folder (TF_OS_CWD, tf_test_path ("parent/x"), &fd, &stat));
  g_assert_cmphex (tf_test_mode (tf_test_path ("parent/x")), ==, 01700);
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_create_folder (TF_OS_CWD, tf_test_path ("parent/y")));
  g_assert_cmphex (tf_test_mode (tf_test_path ("parent/y")), ==, 0700);

  assert_ok (tf_os_rmdir (TF_OS_CWD, tf_test_path ("parent/x")));
  assert_ok (tf_os_rmdir (TF_OS_CWD, tf_test_path ("parent/y")));
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
}

static void
check_low_fds (gpointer data)
{
  const char *path = tf_test_path ("x");
  TfStat stat;
  int fds[6];

  close (0);
  close (1);
  close (2);
  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0600, TF_OS_CREATE_NONE, &fds[0], &stat));
  fds[1] = make_nameless ();
  assert_ok (tf_os_reopen (fds[0], path, TF_OS_REOPEN_NONE, &fds[2]));
  assert_ok (tf_os_dup (fds[0], &fds[3]));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  assert_ok (tf_os_create_leased_folder (TF_OS_CWD, path, &fds[4], &stat));
  assert_ok (tf_os_open_folder (TF_OS_CWD, path, &fds[5]));
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_assert_cmpint (fds[i], >, 2);
      g_assert_true (is_cloexec (fds[i]));
    }
  for (int fd = 0; fd <= 2; fd++)
    g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
}

static void
without_stdio (void)
{
  g_assert_true (tf_test_in_child (check_low_fds, NULL));
}

static void
plant (const char *path,
       guint       what)
{
  switch (what)
    {
    case 0:
      close (plant_file (path));
      return;
    case 1:
      g_assert_no_errno (symlink (tf_test_path ("target"), path));
      return;
    case 2:
      g_assert_no_errno (symlink (tf_test_path ("nowhere"), path));
      return;
    case 3:
      g_assert_no_errno (mkdir (path, 0700));
      return;
    default:
      g_assert_no_errno (mkfifo (path, 0600));
      return;
    }
}

static void
planted (void)
{
  const char *path = tf_test_path ("x");
  const char *target = tf_test_path ("target");
  TfStat stat;
  int fd = -1;

  close (plant_file (target));
  for (guint what = 0; what < 5; what++)
    {
      if (!IS_UNIX && what != 0 && what != 3)
        continue;
      plant (path, what);
      assert_condition (tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fd, &stat), EXISTS);
      assert_condition (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat), EXISTS);
      assert_condition (tf_os_create_folder (TF_OS_CWD, path), EXISTS);
      g_assert_cmpint (fd, ==, -1);
      g_assert_true (tf_test_exists (path));
      g_assert_no_errno (remove (path));
    }
  g_assert_false (tf_test_exists (tf_test_path ("nowhere")));
  assert_contents (target, "old\n");
  g_assert_no_errno (unlink (target));
}

static int
take_away_cb (TfCall   call,
              gpointer data)
{
  /* What a sweeper does between the creation and the lease. */
  if (call == TF_CALL_LOCK)
    g_assert_no_errno (rmdir (data));
  return 0;
}

static int
lock_away_cb (TfCall   call,
              gpointer data)
{
  int *fd = data;

  if (call == TF_CALL_LOCK)
    {
      *fd = open (tf_test_path ("x"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      g_assert_no_errno (flock (*fd, LOCK_EX | LOCK_NB));
    }
  return 0;
}

static void
swept (void)
{
  const char *path = tf_test_path ("x");
  int sweeper = -1;
  TfStat stat;
  int fd = -1;

  tf_fault_install (take_away_cb, (gpointer) path);
  assert_condition (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat), EXISTS);
  tf_fault_install (lock_away_cb, &sweeper);
  assert_condition (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat), EXISTS);
  tf_fault_install (NULL, NULL);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (sweeper, >, 2);
  close (sweeper);
}

static int
no_lock_cb (TfCall   call,
            gpointer data)
{
  return call == TF_CALL_LOCK ? GPOINTER_TO_INT (data) : 0;
}

/* A mark without a lease would be an invitation to sweep a folder in use. */
static void
without_lease (void)
{
  static const int refusals[] = { ENOLCK, EOPNOTSUPP, ENOSYS };
  const char *path = tf_test_path ("x");
  TfStat stat;
  int fd;

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      tf_fault_install (no_lock_cb, GINT_TO_POINTER (refusals[i]));
      assert_ok (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat));
      tf_fault_install (NULL, NULL);
      g_assert_cmphex (stat.mode, ==, 0700);
      g_assert_cmphex (tf_test_mode (path), ==, 0700);
      assert_ok (tf_os_close (fd));
      assert_ok (tf_os_rmdir (TF_OS_CWD, path));
    }
}

typedef struct
{
  TfCall call;
  int status;
} Refusal;

static int
refuse_cb (TfCall   call,
           gpointer data)
{
  const Refusal *refusal = data;
  gboolean linking = call == TF_CALL_LINK || call == TF_CALL_LINK_EMPTY_PATH;

  return call == refusal->call || (linking && refusal->call == TF_CALL_LINK) ? refusal->status : 0;
}

/* What kernels, file systems and sandboxes say of a way that there is not, and what is an error. */
static void
ways_refused (void)
{
  static const int refusals[] = { EACCES, EINVAL, ENOENT, ENOSYS, EOPNOTSUPP, EPERM };
  static const int errors[] = { EDQUOT, EIO, EMFILE, ENOSPC, EROFS };
  Refusal refusal;
  int fd = make_nameless ();
  int other = -1;

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      refusal = (Refusal) { TF_CALL_OPEN_TMPFILE, refusals[i] };
      tf_fault_install (refuse_cb, &refusal);
      assert_condition (tf_os_create_anonymous (tf_test_dir (), 0, &other), NOT_SUPPORTED);
      refusal.call = TF_CALL_LINK;
      if (refusals[i] != ENOENT)   /* the folder that is missing */
        assert_condition (tf_os_link_file (fd, TF_OS_CWD, tf_test_path ("x")), NOT_SUPPORTED);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (errors) && !IS_POSIX; i++)
    {
      refusal = (Refusal) { TF_CALL_OPEN_TMPFILE, errors[i] };
      if (!is_denied ("o_tmpfile"))
        g_assert_cmpint (tf_os_create_anonymous (tf_test_dir (), 0, &other), ==,
                         tf_fault_status (errors[i]));
      refusal.call = TF_CALL_LINK;
      /* Windows never tries it. */
      if (IS_UNIX && !is_denied ("at_empty_path"))
        g_assert_cmpint (tf_os_link_file (fd, TF_OS_CWD, tf_test_path ("x")), ==, errors[i]);
    }
  tf_fault_install (NULL, NULL);
  g_assert_cmpint (other, ==, -1);
  assert_ok (tf_os_close (fd));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/platform/create/file", file);
  tf_test_add ("/platform/create/file-append", file_append);
  tf_test_add ("/platform/create/anonymous", anonymous);
  tf_test_add ("/platform/create/link-anonymous", link_anonymous);
  tf_test_add ("/platform/create/leased-folder", leased_folder);
  tf_test_add ("/platform/create/folder", folder);
  tf_test_add_data ("/platform/create/umask-0777", GUINT_TO_POINTER (0777), under_umask);
  tf_test_add_data ("/platform/create/umask-0000", GUINT_TO_POINTER (0), under_umask);
  tf_test_add_data ("/platform/create/umask-0277", GUINT_TO_POINTER (0277), under_umask);
  tf_test_add_data ("/platform/create/umask-0777-as-root", GUINT_TO_POINTER (0777),
                    under_umask_as_root);
  tf_test_add_data ("/platform/create/umask-0000-as-root", GUINT_TO_POINTER (0),
                    under_umask_as_root);
  tf_test_add ("/platform/create/set-gid-folder", in_set_gid_folder);
  tf_test_add ("/platform/create/without-stdio", without_stdio);
  tf_test_add ("/platform/create/planted", planted);
  tf_test_add ("/platform/create/swept", swept);
  tf_test_add ("/platform/create/without-lease", without_lease);
  tf_test_add ("/platform/create/ways-refused", ways_refused);
  return tf_test_run ();
}
