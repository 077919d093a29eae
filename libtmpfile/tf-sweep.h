/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Sweeping up what a killed program left. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tf-version-macros.h"

G_BEGIN_DECLS

TF_AVAILABLE_IN_0_1
int  tf_sweep_orphans        (GFile                *directory,
                              const char           *prefix,
                              guint                 min_age,
                              GCancellable         *cancellable,
                              GError              **error);
TF_AVAILABLE_IN_0_1
void tf_sweep_orphans_async  (GFile                *directory,
                              const char           *prefix,
                              guint                 min_age,
                              int                   io_priority,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
TF_AVAILABLE_IN_0_1
int  tf_sweep_orphans_finish (GAsyncResult         *result,
                              GError              **error);

G_END_DECLS
