/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where tests make system calls fail, on the platform floor. Only test builds (TF_TEST_HOOKS)
 * have it; elsewhere TF_FAULT() is the constant 0 and nothing of this is compiled in. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TF_CALL_OPEN,
  TF_CALL_OPEN_TMPFILE,
  TF_CALL_MKDIR,
  TF_CALL_READ,
  TF_CALL_WRITE,
  TF_CALL_SEEK,
  TF_CALL_TRUNCATE,
  TF_CALL_SYNC,
  TF_CALL_CLOSE,
  TF_CALL_DUP,
  TF_CALL_CHMOD,
  TF_CALL_STAT,
  TF_CALL_STATX,
  TF_CALL_UNLINK,
  TF_CALL_RMDIR,
  TF_CALL_LINK,
  TF_CALL_LINK_EMPTY_PATH,
  TF_CALL_RENAME,
  TF_CALL_RENAMEAT2,
  TF_CALL_CLONE,
  TF_CALL_COPY_RANGE,
  TF_CALL_LIST,
  TF_CALL_LIST_KIND,   /* no call: what a listing says of an entry's kind, or not */
  TF_CALL_LOCK,
  TF_CALL_GETRANDOM,
  TF_CALL_PROC,
  TF_N_CALLS,
} TfCall;

#ifdef TF_TEST_HOOKS

/* Returns 0 to let the call happen or the errno it fails with. Called in any thread. */
typedef int (*TfFaultFunc) (TfCall call, gpointer user_data);

void tf_fault_install (TfFaultFunc func, gpointer user_data);

/* The fall-backs forced by the environment, a list of o_tmpfile, renameat2, statx, getrandom,
 * at_empty_path, proc, d_type in TF_TEST_DENY, come first; then the function installed. */
int  tf_fault_check   (TfCall call);

/* The system's own code for one of errno. */
#ifdef G_OS_WIN32
int  tf_fault_status  (int code);
#else
#define tf_fault_status(code) (code)
#endif

#define TF_FAULT(call) tf_fault_check (call)

#else

#define TF_FAULT(call) 0

#endif

G_END_DECLS
