/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Being asked before a temporary file or folder is made, on the API floor: hooks with a GFile. */

#include "config.h"

#include "tf-audit.h"

#include "core/tf-audit-private.h"

typedef struct
{
  TfAuditFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Hook;

static gboolean
call_hook (const char  *event,
           const char  *path,
           gpointer     data,
           GError     **error)
{
  Hook *hook = data;
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return hook->func (event, file, hook->user_data, error);
}

static void
hook_free (gpointer data)
{
  Hook *hook = data;

  if (hook->destroy != NULL)
    hook->destroy (hook->user_data);
  g_free (hook);
}

/**
 * tf_add_audit_hook:
 * @func: (scope notified) (closure user_data) (destroy destroy): asked before each creation
 * @user_data: data for @func
 * @destroy: (nullable): called once with @user_data, when the hook was removed and runs no more
 *
 * Adds a hook that is asked before each temporary file or folder is made, for the whole process.
 *
 * The events are those of CPython. `tempfile.mkstemp` comes before a file: [func@mkstemp],
 * [func@open_anonymous], [class@TemporaryFile], the rollover of a [class@SpooledFile],
 * [method@TemporaryDirectory.create_file], and, since something is made there too, [func@make].
 * `tempfile.mkdtemp` comes before a folder: [func@mkdtemp], [class@TemporaryDirectory], and the
 * folder of `TF_LOCATION_SESSION`. Each name that is tried is an event of its own. A file that
 * never has a name is announced with its folder; where the system makes one only by way of a name,
 * that name is announced as well.
 *
 * [func@mktemp] makes nothing. Not announced either, as in CPython, are the file by which the
 * search for the temporary folder tries whether one can write there, and what
 * [method@TemporaryFile.persist] makes for a moment next to the destination.
 *
 * Hooks are asked in the order in which they were added, until one refuses. A refusal leaves
 * nothing behind: no other name is tried, an object is as after any failed creation, and a spooled
 * file stays in memory as it was.
 *
 * A hook is called in the thread of whoever creates. An asynchronous call works in another thread,
 * which asks in the thread-default main context of the caller, with the priority of the call, and
 * waits for the answer; cancelling the call ends the wait with `G_IO_ERROR_CANCELLED`. So a context
 * that nobody iterates keeps it waiting; many such calls keep others waiting too.
 *
 * No lock is held while a hook runs. It may create files of any kind, use other objects or the one
 * concerned, and add and remove hooks. What its thread creates meanwhile, and what asynchronous
 * calls begun meanwhile create, is not announced, to any hook.
 *
 * In a forked child the hooks are still there. May be called from any thread.
 *
 * Returns: the id for [func@remove_audit_hook], greater than 0
 *
 * Since: 0.1
 */
guint
tf_add_audit_hook (TfAuditFunc    func,
                   gpointer       user_data,
                   GDestroyNotify destroy)
{
  Hook *hook;

  g_return_val_if_fail (func != NULL, 0);

  hook = g_new0 (Hook, 1);
  hook->func = func;
  hook->user_data = user_data;
  hook->destroy = destroy;
  return tf_audit_add (call_hook, hook, hook_free);
}

/**
 * tf_remove_audit_hook:
 * @id: what [func@add_audit_hook] returned
 *
 * Removes a hook.
 *
 * What is created from now on is not announced to it. A call that another thread has begun, or that
 * this is called from, goes on, and the hook's destroy function is called after it, in that thread.
 * An unknown id is harmless. May be called from any thread.
 *
 * Returns: `TRUE` when there was such a hook
 *
 * Since: 0.1
 */
gboolean
tf_remove_audit_hook (guint id)
{
  return tf_audit_remove (id);
}
