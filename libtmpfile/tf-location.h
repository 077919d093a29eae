/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where temporary files go, and how their names begin. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-enums.h"

G_BEGIN_DECLS

TF_AVAILABLE_IN_0_1
const char *tf_get_temp_dir    (GError     **error);
TF_AVAILABLE_IN_0_1
gboolean    tf_set_temp_dir    (const char  *path,
                                GError     **error);
TF_AVAILABLE_IN_0_1
const char *tf_get_temp_prefix (void);
TF_AVAILABLE_IN_0_1
gboolean    tf_set_temp_prefix (const char  *prefix,
                                GError     **error);
TF_AVAILABLE_IN_0_1
GFile      *tf_get_location    (TfLocation   location,
                                guint64      size_hint,
                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
