/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes system calls fail where a test wants it, on the platform floor of test builds. */

#include "platform/tf-fault-private.h"

#include <errno.h>
#include <string.h>

typedef struct
{
  const char *name;
  TfCall call;
  int status;
} Denial;

/* What TF_TEST_DENY can take away, and how the system says so where it is missing. */
static const Denial denials[] = {
  { "at_empty_path", TF_CALL_LINK_EMPTY_PATH, ENOENT },
  { "d_type", TF_CALL_LIST_KIND, ENOTSUP },
  { "getrandom", TF_CALL_GETRANDOM, ENOSYS },
  { "o_tmpfile", TF_CALL_OPEN_TMPFILE, EOPNOTSUPP },
  { "proc", TF_CALL_PROC, ENOENT },
  { "renameat2", TF_CALL_RENAMEAT2, ENOSYS },
  { "statx", TF_CALL_STATX, ENOSYS },
};

/* Written once, before `initialized` is. */
static int denied[TF_N_CALLS];

static GMutex mutex;
static TfFaultFunc fault_func;   /* under the mutex, and so is its data */
static gpointer fault_data;
static int installed;            /* atomic: there is a function at all */

static void
deny (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (denials); i++)
    {
      if (strcmp (name, denials[i].name) == 0)
        {
          denied[denials[i].call] = denials[i].status;
          return;
        }
    }
  g_error ("TF_TEST_DENY: unknown word “%s”", name);
}

static void
read_environment (void)
{
  static gsize initialized;

  if (g_once_init_enter (&initialized))
    {
      const char *list = g_getenv ("TF_TEST_DENY");
      g_auto (GStrv) words = g_strsplit_set (list != NULL ? list : "", ", ", -1);

      for (gsize i = 0; words[i] != NULL; i++)
        {
          if (words[i][0] != '\0')
            deny (words[i]);
        }
      g_once_init_leave (&initialized, 1);
    }
}

void
tf_fault_install (TfFaultFunc  func,
                  gpointer     user_data)
{
  g_mutex_lock (&mutex);
  fault_func = func;
  fault_data = user_data;
  g_atomic_int_set (&installed, func != NULL);
  g_mutex_unlock (&mutex);
}

static int
check (TfCall call)
{
  TfFaultFunc func;
  gpointer data;

  read_environment ();
  if (denied[call] != 0)
    return denied[call];
  if (!g_atomic_int_get (&installed))
    return 0;

  g_mutex_lock (&mutex);
  func = fault_func;
  data = fault_data;
  g_mutex_unlock (&mutex);
  return func != NULL ? func (call, data) : 0;
}

int
tf_fault_check (TfCall call)
{
  return tf_fault_status (check (call));
}
