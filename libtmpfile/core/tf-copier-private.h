/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Copying one file's bytes into another, on the core floor: by sharing them, in the kernel, by
 * hand, the first that works. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* Fills the empty file `to` with all of `from`; both descriptors keep their positions. `name` is
 * for messages. */
gboolean tf_copier_copy (int            from,
                         int            to,
                         const char    *name,
                         GCancellable  *cancellable,
                         GError       **error);

G_END_DECLS
