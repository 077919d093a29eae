/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who is asked before something is created, on the core floor: a list of hooks for the process.
 *
 * No lock is held while a hook runs, and what its thread creates meanwhile is not asked about. A
 * hook that was removed while it ran lives until it returns. In a forked child the hooks stay. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TF_AUDIT_FILE   "tempfile.mkstemp"
#define TF_AUDIT_FOLDER "tempfile.mkdtemp"

/* FALSE refuses. `path` is absolute. */
typedef gboolean (*TfAuditHook) (const char *event, const char *path, gpointer data,
                                 GError **error);

/* An id > 0. `destroy` (nullable) is called once: when the hook was removed and runs no more. */
guint    tf_audit_add    (TfAuditHook func, gpointer data, GDestroyNotify destroy);
/* FALSE when there is no such hook. */
gboolean tf_audit_remove (guint id);

/* How the calling thread asks. */
typedef struct
{
  gboolean muted;      /* not at all */
  TfAuditHook relay;   /* this instead of the hooks themselves; NULL: them */
  gpointer relay_data;
} TfAuditManner;

/* Sets it for the calling thread, and returns what it was. A thread begins with all zeros. */
TfAuditManner tf_audit_set_manner (TfAuditManner manner);
gboolean      tf_audit_is_muted   (void);

/* Sets the error of a refusal that has none; FALSE. */
gboolean      tf_audit_refuse     (const char *path, GError **error);

extern gpointer tf_audit_hooks;   /* atomic; NULL: there is none */

/* The slow half of tf_audit_ask(). */
gboolean tf_audit_ask_hooks (const char *event, const char *path, GError **error);

/* To be called without a lock, before each attempt to create something. FALSE when it is refused:
 * with the error of the hook, or G_IO_ERROR_PERMISSION_DENIED. */
static inline gboolean
tf_audit_ask (const char  *event,
              const char  *path,
              GError     **error)
{
  return G_LIKELY (g_atomic_pointer_get (&tf_audit_hooks) == NULL) ||
         tf_audit_ask_hooks (event, path, error);
}

G_END_DECLS
