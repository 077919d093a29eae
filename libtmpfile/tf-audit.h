/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Being asked before a temporary file or folder is made. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-version-macros.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TfAuditFunc:
 * @event: `tempfile.mkstemp` for a file, `tempfile.mkdtemp` for a folder
 * @file: what is to be made; for a file that never has a name, the folder
 * @user_data: (closure): what was given to [func@add_audit_hook]
 * @error: return location for an error
 *
 * Says whether a temporary file or folder may be made.
 *
 * It is called before each attempt, so once for each name that is tried, and it cannot tell from
 * the call whether the attempt will succeed. `FALSE` refuses: the creation fails at once with the
 * error set here, or with `G_IO_ERROR_PERMISSION_DENIED` when none is set. See
 * [func@add_audit_hook] for the thread it is called in, and for what it may do.
 *
 * Returns: `TRUE` to let it be made
 *
 * Since: 0.1
 */
typedef gboolean (*TfAuditFunc) (const char  *event,
                                 GFile       *file,
                                 gpointer     user_data,
                                 GError     **error);

TF_AVAILABLE_IN_0_1
guint    tf_add_audit_hook    (TfAuditFunc     func,
                               gpointer        user_data,
                               GDestroyNotify  destroy);
TF_AVAILABLE_IN_0_1
gboolean tf_remove_audit_hook (guint           id);

G_END_DECLS
