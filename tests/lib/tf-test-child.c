/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The fixture's children: processes that end without the parent, as somebody else, or with a file
 * system of their own. See the header. */

#include "tf-test-system.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#if __has_include (<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_CLO_CHANGE(option)
#endif

#define NOBODY 65534
#define DENIED 77   /* the status of a child that may not mount */

static gboolean in_child;

/* --- their end --------------------------------------------------------------------------- */

/* LeakSanitizer asks this at the end of a program. A forked child drops what another thread of its
 * parent may have been working on, and a set-uid program may not be looked into. */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return in_child || getauxval (AT_SECURE) != 0;
}

void
tf_test_begin_child (void)
{
  in_child = TRUE;
  /* It has memory of threads and functions that it does not have. */
  VALGRIND_CLO_CHANGE ("--leak-check=no");
}

/* --- what they share --------------------------------------------------------------------- */

#define MAX_SHARED 16

static struct
{
  gpointer memory;
  gsize size;
} shared[MAX_SHARED];

gpointer
tf_test_shared_memory (gsize size)
{
  gpointer memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  guint i = 0;

  g_assert_true (memory != MAP_FAILED);
  while (shared[i].memory != NULL)
    g_assert_cmpuint (++i, <, MAX_SHARED);
  shared[i].memory = memory;
  shared[i].size = size;
  return memory;
}

void
tf_test_system_unshare (void)
{
  for (guint i = 0; i < MAX_SHARED && shared[i].memory != NULL; i++)
    {
      g_assert_no_errno (munmap (shared[i].memory, shared[i].size));
      shared[i].memory = NULL;
    }
}

/* --- their life -------------------------------------------------------------------------- */

static int
fork_child (void   (*prepare) (gpointer data),
            gpointer prepare_data,
            void   (*func) (gpointer data),
            gpointer data)
{
  pid_t pid;

  fflush (NULL);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid != 0)
    return pid;

  tf_test_begin_child ();
  if (prepare != NULL)
    prepare (prepare_data);
  func (data);
  fflush (NULL);
  _exit (0);
}

static int
wait_child (int pid)
{
  int status;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  if (WIFSIGNALED (status))
    g_test_message ("the child was ended by signal %d", WTERMSIG (status));
  return status;
}

int
tf_test_fork (void   (*func) (gpointer data),
              gpointer data)
{
  return fork_child (NULL, NULL, func, data);
}

gboolean
tf_test_wait_child (int pid)
{
  return wait_child (pid) == 0;
}

gboolean
tf_test_in_child (void   (*func) (gpointer data),
                  gpointer data)
{
  return tf_test_wait_child (tf_test_fork (func, data));
}

static void
become_nobody (gpointer data)
{
  if (setgroups (0, NULL) < 0 || setresgid (NOBODY, NOBODY, NOBODY) < 0
      || setresuid (NOBODY, NOBODY, NOBODY) < 0
      /* Otherwise /proc/self would be root's. */
      || prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
    g_error ("becoming nobody: %s", g_strerror (errno));
}

gboolean
tf_test_as_nobody (void   (*func) (gpointer data),
                   gpointer data)
{
  int status;

  if (geteuid () != 0)
    return tf_test_in_child (func, data);
  g_assert_no_errno (chown (tf_test_dir (), NOBODY, NOBODY));
  status = wait_child (fork_child (become_nobody, NULL, func, data));
  g_assert_no_errno (chown (tf_test_dir (), 0, 0));
  return status == 0;
}

static void
write_proc (const char *path,
            const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write (fd, text, strlen (text)) != (ssize_t) strlen (text))
    _exit (DENIED);
  close (fd);
}

/* A user namespace lets an ordinary user mount in it. */
static void
enter_namespace (void)
{
  g_autofree char *uids = g_strdup_printf ("%u %u 1", geteuid (), geteuid ());
  g_autofree char *gids = g_strdup_printf ("%u %u 1", getegid (), getegid ());
  gboolean root = geteuid () == 0;

  if (unshare (CLONE_NEWNS | (root ? 0 : CLONE_NEWUSER)) < 0)
    _exit (DENIED);
  if (root)
    return;
  write_proc ("/proc/self/setgroups", "deny");
  write_proc ("/proc/self/uid_map", uids);
  write_proc ("/proc/self/gid_map", gids);
}

static void
mount_disk (gpointer data)
{
  g_autofree char *options = g_strdup_printf ("size=%" G_GSIZE_FORMAT ",mode=0777",
                                              *(gsize *) data);

  enter_namespace ();
  if (mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0
      || mount ("tf-test", tf_test_path ("disk"), "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
    _exit (DENIED);
}

gboolean
tf_test_on_small_disk (gsize    size,
                       void   (*func) (gpointer data),
                       gpointer data)
{
  const char *disk = tf_test_path ("disk");
  int status;

  g_assert_no_errno (g_mkdir (disk, 0755));
  status = wait_child (fork_child (mount_disk, &size, func, data));
  g_assert_no_errno (g_rmdir (disk));
  if (!WIFEXITED (status) || WEXITSTATUS (status) != DENIED)
    return status == 0;
  if (!tf_test_skip_is_listed ("mount"))
    {
      g_test_message ("this machine denies a mount in a namespace of one's own, and tests/skips.txt"
                      " "
                      "does not list it");
      return FALSE;
    }
  g_test_skip ("mounting in a namespace of one's own is denied");
  return TRUE;
}
