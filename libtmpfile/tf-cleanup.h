/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What exit does, sooner. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-version-macros.h"

G_BEGIN_DECLS

TF_AVAILABLE_IN_0_1
void tf_cleanup_all (void);

G_END_DECLS
