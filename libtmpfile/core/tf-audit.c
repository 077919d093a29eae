/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who is asked before something is created, on the core floor.
 *
 * The hooks are in the order of their ids. Whoever asks goes from id to id and holds a reference
 * to one hook at a time, so hooks may come and go meanwhile. Each change of the list is the store
 * of one pointer, so a fork finds it whole. */

#include "config.h"

#include "core/tf-audit-private.h"

#include "core/tf-lock-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

typedef struct _Hook Hook;

struct _Hook
{
  gpointer next;           /* a Hook; under the lock */
  guint id;
  int ref_count;           /* atomic: the list's, and one for each call */
  TfAuditHook func;
  gpointer data;
  GDestroyNotify destroy;  /* nullable */
};

gpointer tf_audit_hooks;

static TfLock hooks_lock = TF_LOCK_INIT;
static guint last_id;      /* under the lock */

/* A function of its own, so that the thread's memory is looked up once. */
static G_GNUC_NO_INLINE TfAuditManner *
get_manner (void)
{
  static _Thread_local TfAuditManner manner;

  return &manner;
}

TfAuditManner
tf_audit_set_manner (TfAuditManner manner)
{
  TfAuditManner *place = get_manner ();
  TfAuditManner old = *place;

  *place = manner;
  return old;
}

gboolean
tf_audit_is_muted (void)
{
  return get_manner ()->muted;
}

/* --- the list ---------------------------------------------------------------------------- */

static void
hook_unref (Hook *hook)
{
  if (!g_atomic_int_dec_and_test (&hook->ref_count))
    return;
  if (hook->destroy != NULL)
    hook->destroy (hook->data);
  g_free (hook);
}

/* With the lock held: where the first hook with an id above `id` is, or the end of the list. */
static gpointer *
find_after (guint id)
{
  gpointer *place = &tf_audit_hooks;

  while (*place != NULL && ((Hook *) *place)->id <= id)
    place = &((Hook *) *place)->next;
  return place;
}

guint
tf_audit_add (TfAuditHook     func,
              gpointer        data,
              GDestroyNotify  destroy)
{
  Hook *hook = g_new0 (Hook, 1);
  guint id;

  hook->ref_count = 1;
  hook->func = func;
  hook->data = data;
  hook->destroy = destroy;

  tf_lock_acquire (&hooks_lock);
  id = hook->id = ++last_id;
  g_atomic_pointer_set (find_after (id), hook);
  tf_lock_release (&hooks_lock);
  return id;
}

gboolean
tf_audit_remove (guint id)
{
  gpointer *place;
  Hook *hook;

  if (id == 0)
    return FALSE;
  tf_lock_acquire (&hooks_lock);
  place = find_after (id - 1);
  hook = *place;
  if (hook != NULL && hook->id == id)
    g_atomic_pointer_set (place, hook->next);
  else
    hook = NULL;
  tf_lock_release (&hooks_lock);

  if (hook == NULL)
    return FALSE;
  hook_unref (hook);
  return TRUE;
}

/* --- asking ------------------------------------------------------------------------------ */

/* A new reference to the first hook with an id above `id`, but not above `end`; or NULL. */
static Hook *
take_next (guint id,
           guint end)
{
  Hook *hook;

  tf_lock_acquire (&hooks_lock);
  hook = *find_after (id);
  if (hook != NULL && hook->id > end)
    hook = NULL;
  if (hook != NULL)
    g_atomic_int_inc (&hook->ref_count);
  tf_lock_release (&hooks_lock);
  return hook;
}

static guint
get_last_id (void)
{
  guint id;

  tf_lock_acquire (&hooks_lock);
  id = last_id;
  tf_lock_release (&hooks_lock);
  return id;
}

gboolean
tf_audit_refuse (const char  *path,
                 GError     **error)
{
  return tf_error_set_code (error, G_IO_ERROR_PERMISSION_DENIED,
                            _("Could not create “%s”: an audit hook refused it"), path);
}

static gboolean
call (Hook        *hook,
      const char  *event,
      const char  *path,
      GError     **error)
{
  TfAuditManner manner = tf_audit_set_manner ((TfAuditManner) { TRUE, NULL, NULL });
  g_autoptr (GError) reason = NULL;
  gboolean allowed = hook->func (event, path, hook->data, &reason);

  tf_audit_set_manner (manner);
  if (allowed)
    return TRUE;
  if (reason == NULL)
    return tf_audit_refuse (path, error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
tf_audit_ask_hooks (const char  *event,
                    const char  *path,
                    GError     **error)
{
  TfAuditManner manner = *get_manner ();
  gboolean allowed = TRUE;
  guint id = 0;
  guint end;
  Hook *hook;

  if (manner.muted)
    return TRUE;
  if (manner.relay != NULL)
    return manner.relay (event, path, manner.relay_data, error);

  /* A hook that is added by a hook is asked from the next time on. */
  end = get_last_id ();
  while (allowed && (hook = take_next (id, end)) != NULL)
    {
      id = hook->id;
      allowed = call (hook, event, path, error);
      hook_unref (hook);
    }
  return allowed;
}
