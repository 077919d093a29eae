/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a worker asks the audit hooks, on the streams floor: in the thread that iterates the main
 * context of whoever began the operation, for some languages take calls from no other. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* In a worker: calls `func` with what belongs to the task. Meanwhile what is created is asked about
 * in the task's main context, with its priority; the worker waits for the answer, or until the
 * task's cancellable is cancelled. `muted`: nobody is asked, since a hook began it. */
void tf_audit_relay_run (GTask           *task,
                         GTaskThreadFunc  func,
                         gboolean         muted);

G_END_DECLS
