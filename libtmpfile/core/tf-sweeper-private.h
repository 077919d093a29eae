/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Sweeping up what a killed process left, on the core floor: only what bears the mark of this
 * library, is our user's, and nobody holds a lease on. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* Removes from the folder `directory` (absolute) what is at least `min_age` seconds old: marked
 * folders whose name is `prefix` (NULL: the default) with the random part and anything behind it,
 * and what was to be published when its process was killed. *swept is how many; what else can go
 * goes when something cannot, and the error is the first. G_IO_ERROR_NOT_SUPPORTED on a file system
 * that is not known to be local, G_IO_ERROR_INVALID_FILENAME with a separator in the prefix; *swept
 * is set on success only. */
gboolean tf_sweeper_sweep (const char *directory, const char *prefix, guint min_age,
                           GCancellable *cancellable, guint *swept, GError **error);

G_END_DECLS
