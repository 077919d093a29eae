/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the file of a spool is made, on the core floor. It knows no spool: the file is made from a
 * copy of the place, while the spool's lock is released. */

#pragma once

#include "core/tf-spool-private.h"

G_BEGIN_DECLS

/* A copy has strings of its own, which clear frees. `copy` may be uninitialised. */
void      tf_spool_place_copy  (TfSpoolPlace *copy, const TfSpoolPlace *place);
void      tf_spool_place_clear (TfSpoolPlace *copy);

/* Makes the file, which has no name. The audit hooks are asked, so no lock may be held. Errors are
 * those of tf_spool_rollover(). */
TfHandle *tf_spool_place_open  (const TfSpoolPlace *place,
                                GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
