/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Recursive removal by descriptor, on the core floor: iterative, with a constant number of
 * descriptors; never follows a link, never crosses a mount, never leaves the tree it opened. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* Entries removed so far, and the total or -1. In the thread of the removal, throttled by its
 * receiver, not here. */
typedef void (*TfRemoverProgress) (gint64 removed, gint64 total, gpointer data);

/* Removes all that is in the folder `root` (a descriptor opened for listing, borrowed), not the
 * folder itself. What can go goes; then the GError has the first failure with its path (`path` is
 * the root's, for messages only) and how many there were. Cancelled half-way, a second call
 * finishes. */
gboolean tf_remover_empty (int                 root,
                           const char         *path,
                           GCancellable       *cancellable,
                           TfRemoverProgress   progress,
                           gpointer            progress_data,
                           GError            **error);

G_END_DECLS
