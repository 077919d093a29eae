/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Plain functions: they create, the caller deletes. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-enums.h"

G_BEGIN_DECLS

/**
 * TfMakeFunc:
 * @file: the file to be made; there was nothing of that name a moment ago
 * @user_data: (closure): what was given to [func@make]
 * @error: return location for an error
 *
 * Makes something of a name that [func@make] found.
 *
 * `G_IO_ERROR_EXISTS` and `G_IO_ERROR_ADDRESS_IN_USE` ask for another name; every other error ends
 * the search. `FALSE` without an error counts as `G_IO_ERROR_FAILED`. The permissions of what is
 * made are the function's own affair.
 *
 * Returns: `TRUE` when it was made
 *
 * Since: 0.1
 */
typedef gboolean (*TfMakeFunc) (GFile     *file,
                                gpointer   user_data,
                                GError   **error);

TF_AVAILABLE_IN_0_1
int   tf_mkstemp        (const char  *dir,
                         const char  *prefix,
                         const char  *suffix,
                         char       **path,
                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
char *tf_mkdtemp        (const char  *dir,
                         const char  *prefix,
                         const char  *suffix,
                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
TF_DEPRECATED_IN_0_1_FOR (tf_mkstemp)
char *tf_mktemp         (const char  *dir,
                         const char  *prefix,
                         const char  *suffix,
                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
int   tf_open_anonymous (const char  *dir,
                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
char *tf_make           (TfMakeFunc   func,
                         gpointer     user_data,
                         const char  *dir,
                         const char  *prefix,
                         const char  *suffix,
                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
