/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes a GError of a status, on the platform floor: verb, path, reason. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* Sets `error` from a failed status and returns FALSE. `format` is the translated sentence with
 * two places, for the path and for the system's reason: _("Could not create “%s”: %s").
 * The path is shown as valid UTF-8. Does not look at errno. */
gboolean tf_error_set      (GError     **error,
                            TfStatus     status,
                            const char  *format,
                            const char  *path);

/* The same for an error that has no status: `format` has one place, for the path. */
gboolean tf_error_set_code (GError      **error,
                            GIOErrorEnum  code,
                            const char   *format,
                            const char   *path);

G_END_DECLS
