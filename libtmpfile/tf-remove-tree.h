/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing a folder with all in it. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-enums.h"

G_BEGIN_DECLS

TF_AVAILABLE_IN_0_1
gboolean tf_remove_tree             (const char             *path,
                                     TfRemoveFlags           flags,
                                     GCancellable           *cancellable,
                                     GFileProgressCallback   progress,
                                     gpointer                progress_data,
                                     GError                **error);
TF_AVAILABLE_IN_0_1
void     tf_remove_tree_async       (const char             *path,
                                     TfRemoveFlags           flags,
                                     int                     io_priority,
                                     GCancellable           *cancellable,
                                     GFileProgressCallback   progress,
                                     gpointer                progress_data,
                                     GDestroyNotify          progress_destroy,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data);
TF_AVAILABLE_IN_0_1
gboolean tf_remove_tree_finish      (GAsyncResult           *result,
                                     GError                **error);

TF_AVAILABLE_IN_0_1
gboolean tf_remove_tree_file        (GFile                  *root,
                                     TfRemoveFlags           flags,
                                     GCancellable           *cancellable,
                                     GFileProgressCallback   progress,
                                     gpointer                progress_data,
                                     GError                **error);
TF_AVAILABLE_IN_0_1
void     tf_remove_tree_file_async  (GFile                  *root,
                                     TfRemoveFlags           flags,
                                     int                     io_priority,
                                     GCancellable           *cancellable,
                                     GFileProgressCallback   progress,
                                     gpointer                progress_data,
                                     GDestroyNotify          progress_destroy,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data);
TF_AVAILABLE_IN_0_1
gboolean tf_remove_tree_file_finish (GAsyncResult           *result,
                                     GError                **error);

G_END_DECLS
