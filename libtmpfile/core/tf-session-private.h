/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The folder of this process's own, on the core floor: leased, named after the program, made on
 * first use, removed at exit. */

#pragma once

#include "core/tf-folder-private.h"

G_BEGIN_DECLS

/* The folder, with a reference for the caller; NULL on error. There is one for each process and
 * temporary folder; a new one when it was cleaned up. No system call when there is one. */
TfFolder *tf_session_get  (GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same after a look whether the folder is still there: others may have removed it. */
TfFolder *tf_session_find (GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The path of tf_session_find(). */
char     *tf_session_find_path (GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
