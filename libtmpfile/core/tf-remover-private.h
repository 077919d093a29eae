/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Recursive removal by descriptor, on the core floor: iterative, with a constant number of
 * descriptors; never follows a link, never crosses a mount, never leaves the tree it opened. */

#pragma once

#include "core/tf-partner-private.h"
#include "core/tf-tally-private.h"

G_BEGIN_DECLS

/* Removes all that is in the folder `root` (a descriptor opened for listing, borrowed), not the
 * folder itself. What can go goes; then the GError has the first failure with its path (`path` is
 * the root's, for messages only) and how many there were. Cancelled half-way, a second call
 * finishes. Something mounted at the root itself is BUSY, and left alone. */
gboolean tf_remover_empty      (int                 root,
                                const char         *path,
                                GCancellable       *cancellable,
                                TfRemoverProgress   progress,
                                gpointer            progress_data,
                                GError            **error);

/* The same on an account of the caller's, with a second thread if there is one to be had. FALSE
 * when something stays, or it was cancelled: the tally knows. */
gboolean tf_remover_empty_into (int                 root,
                                const char         *path,
                                gboolean            parallel,
                                TfTally            *tally);

/* For the second thread: empties the folder of `job`, and removes it. FALSE when something stays.
 * */
gboolean tf_remover_remove_job (const TfPartnerJob *job,
                                TfTally            *tally);

G_END_DECLS
