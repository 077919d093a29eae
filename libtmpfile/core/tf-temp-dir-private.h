/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which folder temporary files go to, on the core floor: CPython's search, each candidate tried
 * by really writing a file there, the answer kept. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Interned and absolute; NULL with G_IO_ERROR_NOT_FOUND naming all that was tried. */
const char *tf_temp_dir_get (GError **error);
/* Made absolute, not tried; NULL: search again at the next need. */
gboolean    tf_temp_dir_set (const char *path, GError **error);

/* Resolves what a caller gave as folder: NULL is the temporary folder, a relative path is made
 * absolute by the working folder, an empty one is G_IO_ERROR_INVALID_ARGUMENT. */
char       *tf_temp_dir_resolve (const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#ifdef TF_TEST_HOOKS
/* What the search tries, in this order. */
char      **tf_temp_dir_list_candidates (void) G_GNUC_WARN_UNUSED_RESULT;
/* Lets a test say it. NULL ends that. */
void        tf_temp_dir_set_candidates  (const char * const *folders);
#endif

G_END_DECLS
