/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor on Windows: what only Windows has, and what the other tests do with
 * forked children. */

#include "platform-helpers.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <aclapi.h>
#include <io.h>

#define WAIT (10 * G_TIME_SPAN_SECOND)
#define HIGHEST_HANDLE 4096   /* as a number; far more than this program has */

/* --- children ---------------------------------------------------------------------------- */

/* The end of what a child does: says that it is ready, and waits to be killed. */
static void
live (int *ready)
{
  g_atomic_int_set (ready, TRUE);
  g_usleep (60 * G_USEC_PER_SEC);
  g_assert_not_reached ();
}

/* Runs `func`, which ends with live(), in a child, and returns when that is ready. */
static int
start_living (void (*func) (gpointer data))
{
  int *ready = tf_test_shared_memory (sizeof *ready);
  int pid = tf_test_fork (func, ready);
  gint64 deadline = g_get_monotonic_time () + WAIT;

  while (!g_atomic_int_get (ready))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
  return pid;
}

static void
kill_child (int pid)
{
  int status;

  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmphex (status, ==, SIGKILL);
}

static void
be_without_stdio (gpointer data)
{
  const char *path = tf_test_path ("x");
  int fds[3];
  TfStat stat;

  for (int fd = 0; fd <= 2; fd++)
    close (fd);
  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fds[0], &stat));
  assert_ok (tf_os_dup (fds[0], &fds[1]));
  assert_ok (tf_os_reopen (fds[0], NULL, TF_OS_REOPEN_NONE, &fds[2]));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    g_assert_cmpint (fds[i], >, 2);
  for (int fd = 0; fd <= 2; fd++)
    g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
}

static void
live_with_folder (gpointer data)
{
  TfStat stat;
  int fd;

  assert_ok (tf_os_create_leased_folder (TF_OS_CWD, tf_test_path ("x"), &fd, &stat));
  live (data);
}

/* What the test is of is not denied. */
static void
live_with_anonymous (gpointer data)
{
  int fd;

  g_unsetenv ("TF_TEST_DENY");
  assert_ok (tf_os_create_anonymous (tf_test_path ("folder"), 0, &fd));
  live (data);
}

static void
without_stdio (void)
{
  g_assert_true (tf_test_in_child (be_without_stdio, NULL));
}

/* The lease of a folder is held by another process, and ends when that is killed. */
static void
lease_killed (void)
{
  const char *path = tf_test_path ("x");
  int child = start_living (live_with_folder);
  int fd, other;

  assert_ok (tf_os_open_folder_as_is (TF_OS_CWD, path, &fd));
  assert_condition (tf_os_take_lease (fd, TF_OS_LEASE_EXCLUSIVE), BUSY);
  assert_ok (tf_os_take_lease (fd, TF_OS_LEASE_SHARED));
  assert_ok (tf_os_close (fd));
  kill_child (child);

  assert_ok (tf_os_open_folder_as_is (TF_OS_CWD, path, &fd));
  assert_ok (tf_os_take_lease (fd, TF_OS_LEASE_EXCLUSIVE));
  assert_ok (tf_os_open_folder_as_is (TF_OS_CWD, path, &other));
  assert_condition (tf_os_take_lease (other, TF_OS_LEASE_EXCLUSIVE), BUSY);
  assert_condition (tf_os_take_lease (other, TF_OS_LEASE_SHARED), BUSY);
  assert_ok (tf_os_close (other));
  g_assert_cmphex (tf_test_mode (path), ==, TF_OS_OWNED_MODE);
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
  assert_ok (tf_os_close (fd));
}

static void
anonymous_killed (void)
{
  const char *folder = tf_test_path ("folder");
  gint64 deadline = g_get_monotonic_time () + WAIT;
  int child;

  assert_ok (tf_os_create_folder (TF_OS_CWD, folder));
  child = start_living (live_with_anonymous);
  g_assert_cmpuint (tf_test_count_all (folder), ==, 1);
  kill_child (child);
  while (tf_test_count_all (folder) > 0 && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  g_assert_cmpuint (tf_test_count_all (folder), ==, 0);
  assert_ok (tf_os_rmdir (TF_OS_CWD, folder));
}

static void
lease_on_file (void)
{
  const char *path = tf_test_path ("x");
  int fds[3] = { plant_file (path) };
  gsize done;

  assert_ok (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &fds[1]));
  assert_ok (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &fds[2]));
  assert_ok (tf_os_take_lease (fds[1], TF_OS_LEASE_SHARED));
  assert_condition (tf_os_take_lease (fds[2], TF_OS_LEASE_EXCLUSIVE), BUSY);
  assert_ok (tf_os_take_lease (fds[2], TF_OS_LEASE_SHARED));
  assert_ok (tf_os_close (fds[1]));
  assert_ok (tf_os_close (fds[2]));
  assert_ok (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &fds[1]));
  assert_ok (tf_os_take_lease (fds[1], TF_OS_LEASE_EXCLUSIVE));
  /* It keeps nobody from the data. */
  assert_contents (path, "old\n");
  assert_ok (tf_os_pwrite (fds[0], "new\n", 4, 0, &done));
  assert_ok (tf_os_close (fds[1]));
  assert_ok (tf_os_close (fds[0]));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

/* --- access ------------------------------------------------------------------------------ */

/* All who are let in: our user, and under wine also the system. */
static void
assert_private (const char *path)
{
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  PSECURITY_DESCRIPTOR descriptor = NULL;
  PSID owner;
  PACL acl = NULL;

  g_assert_cmpuint (GetNamedSecurityInfoW (wide, SE_FILE_OBJECT,
                                           OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                           &owner, NULL, &acl, NULL, &descriptor), ==, 0);
  g_assert_nonnull (acl);
  g_assert_cmpuint (acl->AceCount, >, 0);
  for (DWORD i = 0; i < acl->AceCount; i++)
    {
      ACCESS_ALLOWED_ACE *entry;

      g_assert_true (GetAce (acl, i, (gpointer *) &entry));
      g_assert_true (entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE ||
                     EqualSid ((PSID) &entry->SidStart, owner) ||
                     IsWellKnownSid ((PSID) &entry->SidStart, WinLocalSystemSid));
    }
  LocalFree (descriptor);
}

static void
private (void)
{
  const char *folder = tf_test_path ("folder");
  const char *file = tf_test_path ("folder\\x");
  TfStat stat;
  int fd;

  assert_ok (tf_os_create_folder (TF_OS_CWD, folder));
  assert_private (folder);
  assert_ok (tf_os_create_file (TF_OS_CWD, file, 0600, 0, &fd, &stat));
  assert_private (file);
  assert_ok (tf_os_set_mode (fd, 0666));
  assert_ok (tf_os_set_mode (fd, 0600));
  assert_private (file);
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, file));
  assert_ok (tf_os_rmdir (TF_OS_CWD, folder));
}

/* A folder whose list lets nobody in, not even its owner. */
static void
repair (void)
{
  const char *path = tf_test_path ("x");
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  ACL nobody;
  int fd;

  assert_ok (tf_os_create_folder (TF_OS_CWD, path));
  g_assert_true (InitializeAcl (&nobody, sizeof nobody, ACL_REVISION));
  g_assert_cmpuint (SetNamedSecurityInfoW (wide, SE_FILE_OBJECT,
                                           DACL_SECURITY_INFORMATION |
                                             PROTECTED_DACL_SECURITY_INFORMATION,
                                           NULL, NULL, &nobody, NULL), ==, 0);
  assert_ok (tf_os_open_folder (TF_OS_CWD, path, &fd));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_rmdir (TF_OS_CWD, path));
}

static gboolean
is_inherited (int fd)
{
  DWORD flags = HANDLE_FLAG_INHERIT;

  g_assert_true (GetHandleInformation ((HANDLE) _get_osfhandle (fd), &flags));
  return (flags & HANDLE_FLAG_INHERIT) != 0;
}

static void
not_inherited (void)
{
  const char *path = tf_test_path ("x");
  const char *folder = tf_test_path ("folder");
  int fds[5];
  TfStat stat;

  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fds[0], &stat));
  assert_ok (tf_os_dup (fds[0], &fds[1]));
  assert_ok (tf_os_reopen (fds[0], path, 0, &fds[2]));
  fds[3] = make_nameless ();
  assert_ok (tf_os_replace (fds[2], fds[1]));
  assert_ok (tf_os_create_leased_folder (TF_OS_CWD, folder, &fds[2], &stat));
  assert_ok (tf_os_open_folder (TF_OS_CWD, folder, &fds[4]));
  assert_ok (tf_os_take_lease (fds[4], TF_OS_LEASE_SHARED));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_assert_false (is_inherited (fds[i]));
      assert_ok (tf_os_close (fds[i]));
    }
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  assert_ok (tf_os_rmdir (TF_OS_CWD, folder));
}

/* --- handles ----------------------------------------------------------------------------- */

/* The system's own count is 0 under wine 8. */
static guint
count_handles (void)
{
  guint n = 0;
  DWORD flags;

  for (guintptr value = 4; value < HIGHEST_HANDLE; value += 4)
    n += GetHandleInformation ((HANDLE) value, &flags) ? 1 : 0;
  return n;
}

typedef struct
{
  int countdown;
  int status;
  gboolean hit;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (fault->countdown-- != 0)
    return 0;
  fault->hit = TRUE;
  return fault->status;
}

static void
close_it (int fd)
{
  if (fd != -1)
    tf_os_close (fd);
}

/* With a file and a folder; whatever fails, what was opened is closed. */
static void
use_file (const char *path,
          const char *to)
{
  int fd = -1, again = -1, held = -1, named = -1;
  g_autofree char *found = NULL;
  TfStat stat;

  if (tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fd, &stat) != 0)
    return;
  tf_os_dup (fd, &held);
  close_it (g_steal_fd (&held));
  tf_os_reopen (fd, path, TF_OS_REOPEN_APPEND, &again);
  if (again != -1)
    {
      tf_os_truncate (again, 3);
      tf_os_sync (again);
    }
  tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &named);
  if (named != -1)
    tf_os_take_lease (named, TF_OS_LEASE_SHARED);
  tf_os_hold_file (TF_OS_CWD, path, &held);
  tf_os_set_mode (fd, 0400);
  tf_os_path_of (fd, &found);
  tf_os_rename (TF_OS_CWD, path, TF_OS_CWD, to, TF_OS_RENAME_REPLACE);
  close_it (named);
  close_it (held);
  close_it (again);
  close_it (fd);
  tf_os_unlink_same (TF_OS_CWD, to, &stat.id);
  tf_os_unlink_same (TF_OS_CWD, path, &stat.id);
}

static void
use_folder (const char *path,
            const char *to)
{
  int fd = -1, opened = -1, nameless = -1;
  TfOsList *list = tf_os_list_new ();
  const char *name = "";
  TfStat stat;
  TfKind kind;

  tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat);
  tf_os_open_folder (TF_OS_CWD, path, &opened);
  if (opened != -1)
    {
      tf_os_stat_folder (opened, &stat);
      tf_os_take_lease (opened, TF_OS_LEASE_EXCLUSIVE);
      tf_os_take_lease (opened, TF_OS_LEASE_SHARED);
      if (tf_os_list_begin (list, opened) == 0)
        while (name != NULL && tf_os_list_next (list, &name, &kind) == 0)
          ;
    }
  tf_os_create_anonymous (path, 0, &nameless);
  close_it (nameless);
  close_it (opened);
  close_it (fd);
  tf_os_list_free (list);
  tf_os_rename (TF_OS_CWD, path, TF_OS_CWD, to, TF_OS_RENAME_NO_REPLACE);
  tf_os_rmdir (TF_OS_CWD, to);
  tf_os_rmdir (TF_OS_CWD, path);
}

/* A handle that no descriptor stands for would be lost. */
static void
handles_closed (void)
{
  static const int statuses[] = { EACCES, ENOENT, EEXIST, EIO, EMFILE, ENOSYS };
  static void (*const uses[]) (const char *, const char *) = { use_file, use_folder };
  const char *path = tf_test_path ("x");
  const char *to = tf_test_path ("y");
  const gsize n_statuses = tf_test_scale (2, G_N_ELEMENTS (statuses), G_N_ELEMENTS (statuses));
  guint before;

  use_file (path, to);
  use_folder (path, to);
  before = count_handles ();
  g_assert_cmpuint (before, >, 0);
  for (gsize i = 0; i < n_statuses * G_N_ELEMENTS (uses); i++)
    {
      Fault fault = { .hit = TRUE };

      for (int n = 0; fault.hit; n++)
        {
          fault = (Fault) { n, statuses[i / G_N_ELEMENTS (uses)], FALSE };
          tf_fault_install (fault_cb, &fault);
          uses[i % G_N_ELEMENTS (uses)] (path, to);
          tf_fault_install (NULL, NULL);
          tf_test_empty (tf_test_dir ());
        }
      g_assert_cmpuint (count_handles (), ==, before);
    }
}

/* --- data -------------------------------------------------------------------------------- */

static void
pointer_stays (void)
{
  const gint64 beyond = G_GINT64_CONSTANT (5) << 30;
  char buffer[4];
  gint64 position;
  gsize done;
  int fd = make_nameless ();

  assert_ok (tf_os_write (fd, "0123456789", 10, &done));
  assert_ok (tf_os_seek (fd, 3, G_SEEK_SET, &position));
  assert_ok (tf_os_pread (fd, buffer, 4, 6, &done));
  g_assert_cmpmem (buffer, done, "6789", 4);
  assert_ok (tf_os_pread (fd, buffer, 4, beyond, &done));
  g_assert_cmpuint (done, ==, 0);
  assert_ok (tf_os_pwrite (fd, "x", 1, beyond, &done));
  assert_ok (tf_os_seek (fd, 0, G_SEEK_CUR, &position));
  g_assert_cmpint (position, ==, 3);
  assert_ok (tf_os_seek (fd, 0, G_SEEK_END, &position));
  g_assert_cmpint (position, ==, beyond + 1);
  /* GIO cuts such sizes to 32 bits here. */
  assert_ok (tf_os_truncate (fd, beyond * 2));
  assert_ok (tf_os_seek (fd, 0, G_SEEK_END, &position));
  g_assert_cmpint (position, ==, beyond * 2);
  assert_ok (tf_os_close (fd));
}

static void
append (void)
{
  const char *path = tf_test_path ("x");
  TfStat stat;
  gsize done;
  int fd;

  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0600, TF_OS_CREATE_APPEND, &fd, &stat));
  assert_ok (tf_os_write (fd, "abcdef", 6, &done));
  assert_ok (tf_os_pwrite (fd, "g", 1, 0, &done));
  assert_contents (path, "abcdefg");
  assert_ok (tf_os_truncate (fd, 2));
  assert_ok (tf_os_write (fd, "x", 1, &done));
  assert_contents (path, "abx");
  assert_ok (tf_os_sync (fd));
  assert_ok (tf_os_close (fd));

  assert_ok (tf_os_open_file (TF_OS_CWD, path, TF_OS_REOPEN_READ_ONLY, &fd));
  g_assert_cmpint (tf_os_truncate (fd, 0), !=, 0);
  assert_contents (path, "abx");
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

/* --- the process ------------------------------------------------------------------------- */

static void
candidates (void)
{
  g_auto (GStrv) list = NULL;
  g_autofree char *local = NULL;
  g_autofree char *expected = NULL;

  g_setenv ("TMPDIR", "c:/one", TRUE);
  g_setenv ("TEMP", "", TRUE);
  g_setenv ("TMP", "c:\\zwei\xc3\xa4", TRUE);
  g_setenv ("USERPROFILE", "c:\\me", TRUE);
  g_setenv ("SYSTEMROOT", "c:\\windows", TRUE);
  list = tf_os_temp_candidates ();
  g_unsetenv ("TMP");
  g_assert_cmpuint (g_strv_length (list), ==, 8);
  local = g_strndup (list[6], 2);
  expected = g_strdup_printf ("c:/one,c:\\zwei\xc3\xa4,c:\\me\\AppData\\Local\\Temp,"
                              "c:\\windows\\Temp,c:\\temp,c:\\tmp,%s\\temp,%s\\tmp", local, local);
  g_assert_cmpstr (g_strjoinv (",", list), ==, expected);
}

static void
conditions (void)
{
  static const struct
  {
    TfStatus status;
    TfCondition condition;
    GIOErrorEnum code;
  } table[] = {
    { ERROR_FILE_EXISTS, TF_CONDITION_EXISTS, G_IO_ERROR_EXISTS },
    { ERROR_ALREADY_EXISTS, TF_CONDITION_EXISTS, G_IO_ERROR_EXISTS },
    { ERROR_FILE_NOT_FOUND, TF_CONDITION_NOT_FOUND, G_IO_ERROR_NOT_FOUND },
    { ERROR_PATH_NOT_FOUND, TF_CONDITION_NOT_FOUND, G_IO_ERROR_NOT_FOUND },
    { ERROR_DIR_NOT_EMPTY, TF_CONDITION_NOT_EMPTY, G_IO_ERROR_NOT_EMPTY },
    { ERROR_DIRECTORY, TF_CONDITION_NOT_FOLDER, G_IO_ERROR_NOT_DIRECTORY },
    { ERROR_ACCESS_DENIED, TF_CONDITION_DENIED, G_IO_ERROR_PERMISSION_DENIED },
    { ERROR_NETWORK_ACCESS_DENIED, TF_CONDITION_DENIED, G_IO_ERROR_PERMISSION_DENIED },
    { ERROR_DISK_FULL, TF_CONDITION_NO_SPACE, G_IO_ERROR_NO_SPACE },
    { ERROR_NOT_SUPPORTED, TF_CONDITION_NOT_SUPPORTED, G_IO_ERROR_NOT_SUPPORTED },
    { ERROR_NOT_SAME_DEVICE, TF_CONDITION_CROSS_DEVICE, G_IO_ERROR_NOT_SUPPORTED },
    { ERROR_SHARING_VIOLATION, TF_CONDITION_BUSY, G_IO_ERROR_BUSY },
    { ERROR_LOCK_VIOLATION, TF_CONDITION_BUSY, G_IO_ERROR_BUSY },
    { ERROR_USER_MAPPED_FILE, TF_CONDITION_BUSY, G_IO_ERROR_BUSY },
    { ERROR_WRITE_PROTECT, TF_CONDITION_OTHER, G_IO_ERROR_READ_ONLY },
    { ERROR_TOO_MANY_OPEN_FILES, TF_CONDITION_OTHER, G_IO_ERROR_TOO_MANY_OPEN_FILES },
    { ERROR_FILENAME_EXCED_RANGE, TF_CONDITION_OTHER, G_IO_ERROR_FILENAME_TOO_LONG },
    { ERROR_INVALID_HANDLE, TF_CONDITION_OTHER, G_IO_ERROR_CLOSED },
    { ERROR_INVALID_NAME, TF_CONDITION_OTHER, G_IO_ERROR_INVALID_FILENAME },
    { ERROR_INVALID_PARAMETER, TF_CONDITION_OTHER, G_IO_ERROR_INVALID_ARGUMENT },
    { ERROR_GEN_FAILURE, TF_CONDITION_OTHER, G_IO_ERROR_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *words = tf_os_describe (table[i].status);

      g_assert_cmpint (tf_os_condition (table[i].status), ==, table[i].condition);
      g_assert_cmpint (tf_os_io_error (table[i].status), ==, table[i].code);
      g_assert_true (g_utf8_validate (words, -1, NULL));
      g_assert_cmpuint (strlen (words), >, 0);
    }
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/platform/windows/without-stdio", without_stdio);
  tf_test_add ("/platform/windows/lease-killed", lease_killed);
  tf_test_add ("/platform/windows/lease-on-file", lease_on_file);
  tf_test_add ("/platform/windows/anonymous-killed", anonymous_killed);
  tf_test_add ("/platform/windows/private", private);
  tf_test_add ("/platform/windows/repair", repair);
  tf_test_add ("/platform/windows/not-inherited", not_inherited);
  tf_test_add ("/platform/windows/handles-closed", handles_closed);
  tf_test_add ("/platform/windows/pointer-stays", pointer_stays);
  tf_test_add ("/platform/windows/append", append);
  tf_test_add ("/platform/windows/candidates", candidates);
  tf_test_add ("/platform/windows/conditions", conditions);
  return tf_test_run ();
}
