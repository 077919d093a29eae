/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One run: the remover in a process of its own, stopped at its system calls. What it does between
 * two stops with SIGSTOP, its marks, is what is looked at. */

#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_LIMIT 30              /* seconds for one run, which takes a few milliseconds */
#define DENIED 77                  /* the status of a process that may not be traced */
#define SYSCALL_STOP (SIGTRAP | 0x80)

/* --- in the process that is attacked ----------------------------------------------------- */

void
attack_prepare_tree (AttackShared *shared)
{
  g_snprintf (shared->tree, sizeof shared->tree, "%s/tree", shared->arena);
  if (mkdir (shared->tree, 0700) < 0)
    g_error ("%s: %s", shared->tree, g_strerror (errno));
  attack_tree_fill (shared, shared->tree);
}

static void
be_attacked (const AttackRun *run)
{
  const AttackTarget *target = run->target;
  gboolean removed;

  attack_become_user (run->leg);
  if (!run->again)
    (target->prepare != NULL ? target->prepare : attack_prepare_tree) (run->shared);
  attack_restrict (run->leg);
  run->shared->message[0] = '\0';

  if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) < 0)
    _exit (DENIED);
  raise (SIGSTOP);
  removed = target->remove (run->shared);
  raise (SIGSTOP);
  _exit (removed ? 0 : 1);
}

/* --- the time limit ---------------------------------------------------------------------- */

static volatile sig_atomic_t time_is_up;

static void
alarm_cb (int number)
{
  time_is_up = 1;
}

static void
set_time_limit (guint seconds)
{
  const struct sigaction action = { .sa_handler = alarm_cb };
  /* Again and again, for a signal that comes right before the wait wakes nobody. */
  const struct itimerval timer = { { seconds != 0, 0 }, { seconds, 0 } };

  time_is_up = 0;
  if (sigaction (SIGALRM, &action, NULL) < 0 || setitimer (ITIMER_REAL, &timer, NULL) < 0)
    g_error ("setting a time limit: %s", g_strerror (errno));
}

/* --- at a system call -------------------------------------------------------------------- */

/* The object is there to be replaced, or the call is about to make it. */
static gboolean
is_hittable (const AttackObject *object)
{
  return object->exists || attack_object_is_new (object);
}

/* Only the tool's first run looks at every object, to say which of them can be hit. */
static void
note (AttackRun          *run,
      AttackCall          call,
      gboolean            found,
      const AttackObject *object)
{
  AttackSeen seen = { call, object->kind, found && is_hittable (object), found };

  if (run->seen != NULL)
    g_array_append_val (run->seen, seen);
}

static void
meet (AttackRun    *run,
      pid_t         tid,
      AttackObject *object)
{
  run->attempted = TRUE;
  run->object = *object;
  run->struck = tid;
  if (run->strike.way != ATTACK_SWAP_AFTER)
    {
      attack_strike (&run->strike, object, run->shared);
      attack_object_clear (&run->object);
    }
}

static void
enter_call (AttackRun                          *run,
            pid_t                               tid,
            const struct __ptrace_syscall_info *info)
{
  AttackCall call;

  for (guint slot = 0; (call.kind = attack_call_kind (info, slot)) != ATTACK_N_KINDS
                       && run->struck == 0; slot++)
    {
      AttackObject object = { 0 };
      gboolean found, chosen;

      call.number = run->calls[call.kind]++;
      chosen = call.kind == run->call.kind && call.number == run->call.number;
      if (run->seen == NULL && !chosen)
        continue;
      found = attack_object_read (tid, info, run->shared, slot, &object);
      note (run, call, found, &object);
      if (found && chosen)
        meet (run, tid, &object);
      else if (found)
        attack_object_clear (&object);
    }
}

static void
strike_after (AttackRun *run)
{
  AttackObject *object = &run->object;

  object->exists = fstatat (object->parent, object->name, &object->stat, AT_SYMLINK_NOFOLLOW) == 0;
  attack_strike (&run->strike, object, run->shared);
  attack_object_clear (object);
}

static void
leave_call (AttackRun *run,
            pid_t      tid)
{
  if (run->struck != tid)
    return;
  if (run->strike.way == ATTACK_SWAP_AFTER && run->object.parent != -1)
    strike_after (run);
  else if (attack_way_is_undone (run->strike.way))
    attack_strike_undo (&run->strike);
  run->struck = -1;
}

static void
stop_at_call (AttackRun *run,
              pid_t      tid)
{
  struct __ptrace_syscall_info info = { 0 };

  if (ptrace (PTRACE_GET_SYSCALL_INFO, tid, (gpointer) sizeof info, &info) <= 0)
    {
      run->denied = errno != ESRCH;
      return;
    }
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
    enter_call (run, tid, &info);
  else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
    leave_call (run, tid);
}

/* --- the run ----------------------------------------------------------------------------- */

/* After the attack, and outside the marks, it may run. */
static gboolean
is_watched (const AttackRun *run)
{
  return run->markers == 1 && run->struck != -1
         && (run->seen != NULL || run->call.kind != ATTACK_N_KINDS);
}

static void
resume (AttackRun *run,
        pid_t      tid,
        int        number)
{
  gsize signal_number = (gsize) number;

  /* Killed meanwhile is all that can be wrong. */
  ptrace (is_watched (run) ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (gpointer) signal_number);
}

static void
reach_marker (AttackRun *run)
{
  const gsize options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE;

  if (run->markers++ == 0
      && ptrace (PTRACE_SETOPTIONS, run->pid, NULL, (gpointer) options) < 0)
    run->denied = TRUE;
}

static void
handle_stop (AttackRun *run,
             pid_t      tid,
             int        status)
{
  int number = WSTOPSIG (status);

  if (number == SYSCALL_STOP)
    stop_at_call (run, tid);
  else if (number == SIGSTOP && tid == run->pid)
    reach_marker (run);
  /* What a thread that begins or begets stops with is not for it. */
  if (number == SYSCALL_STOP || number == SIGSTOP || status >> 16 != 0)
    number = 0;
  resume (run, tid, number);
}

static void
follow (AttackRun *run)
{
  for (;;)
    {
      int status;
      pid_t tid = waitpid (-1, &status, __WALL);

      if (tid == -1 && errno != EINTR)
        g_error ("waiting: %s", g_strerror (errno));
      if (time_is_up || run->denied)
        {
          run->hung = run->hung || time_is_up;
          kill (run->pid, SIGKILL);
        }
      if (tid == -1)
        continue;
      if (WIFSTOPPED (status))
        handle_stop (run, tid, status);
      else if (tid == run->pid)
        {
          run->status = status;
          return;
        }
    }
}

void
attack_trace (AttackRun *run)
{
  run->object.parent = -1;
  run->strike.folder = run->strike.outside = -1;
  set_time_limit (TIME_LIMIT);
  run->pid = fork ();
  if (run->pid < 0)
    g_error ("fork: %s", g_strerror (errno));
  if (run->pid == 0)
    be_attacked (run);
  follow (run);
  set_time_limit (0);
  attack_object_clear (&run->object);
  if (WIFEXITED (run->status) && WEXITSTATUS (run->status) == DENIED)
    run->denied = TRUE;
}
