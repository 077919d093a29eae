/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Recursive removal by descriptor, on the core floor: iterative, with a constant number of
 * descriptors; never follows a link, never crosses a mount, never leaves the tree it opened. */

#pragma once

#include "core/tf-tally-private.h"

G_BEGIN_DECLS

/* Removes all that is in the folder `root` (a descriptor opened for listing, borrowed), not the
 * folder itself. What can go goes; then the GError has the first failure with its path (`path` is
 * the root's, for messages only) and how many there were. Cancelled half-way, a second call
 * finishes. Something mounted at the root itself is BUSY, and left alone. */
gboolean     tf_remover_empty         (int                 root,
                                       const char         *path,
                                       GCancellable       *cancellable,
                                       TfTallyProgress     progress,
                                       gpointer            progress_data,
                                       GError            **error);

/* The same on an account of the caller's, with a second thread if there is one to be had. FALSE
 * when something stays, or it was cancelled: the tally knows. */
gboolean     tf_remover_empty_into    (int                 root,
                                       const char         *path,
                                       gboolean            parallel,
                                       TfTally            *tally);

typedef enum
{
  TF_REMOVER_GONE,
  TF_REMOVER_STAYS,   /* the tally knows why */
  TF_REMOVER_LOST,    /* it was emptied, but is not under its name any more */
} TfRemoverEnd;

/* Empties the folder `root`, and removes it from `dir`, where it has that name and identity: a
 * bounded number of times while others fill it. The identity is compared right before. */
TfRemoverEnd tf_remover_remove_folder (int                 root,
                                       int                 dir,
                                       const char         *name,
                                       const TfIdentity   *id,
                                       const char         *path,
                                       gboolean            parallel,
                                       TfTally            *tally);

G_END_DECLS
