/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who a remover runs as, and with what it has to make do. */

#include "attack.h"

#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

void
attack_become_user (const AttackLeg *leg)
{
  if (leg->root || geteuid () != 0)
    return;
  if (setgroups (0, NULL) < 0 || setresgid (NOBODY, NOBODY, NOBODY) < 0
      || setresuid (NOBODY, NOBODY, NOBODY) < 0
      /* Otherwise /proc/self would be root's. */
      || prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
    g_error ("becoming nobody: %s", g_strerror (errno));
}

/* As overlays do with folders of their lower layers. */
static void
deny_renames (void)
{
#define RENAME_IS(name) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
                        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV)
  struct sock_filter code[] =
  {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
#ifdef SYS_rename
    RENAME_IS (rename),
#endif
#ifdef SYS_renameat
    RENAME_IS (renameat),
#endif
    RENAME_IS (renameat2),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { G_N_ELEMENTS (code), code };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
    g_error ("denying renames: %s", g_strerror (errno));
}

void
attack_restrict (const AttackLeg *leg)
{
  const struct rlimit limit = { leg->descriptors, leg->descriptors };

  if (leg->descriptors != 0 && setrlimit (RLIMIT_NOFILE, &limit) < 0)
    g_error ("limiting descriptors: %s", g_strerror (errno));
  if (leg->unmovable)
    deny_renames ();
}

void
attack_as_user (const AttackLeg *leg,
                void           (*func) (gpointer data),
                gpointer         data)
{
  pid_t pid = fork ();
  int status;

  if (pid == 0)
    {
      attack_become_user (leg);
      func (data);
      _exit (0);
    }
  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_cmpint (status, ==, 0);
}
