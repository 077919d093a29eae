/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A temporary directory that goes with all in it. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-temporary-file.h"

G_BEGIN_DECLS

#define TF_TYPE_TEMPORARY_DIRECTORY (tf_temporary_directory_get_type ())

TF_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (TfTemporaryDirectory, tf_temporary_directory, TF, TEMPORARY_DIRECTORY,
                      GObject)

TF_AVAILABLE_IN_0_1
TfTemporaryDirectory *tf_temporary_directory_new            (GFile                *directory,
                                                             const char           *prefix,
                                                             const char           *suffix,
                                                             GCancellable         *cancellable,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
void                  tf_temporary_directory_create_async   (int                   io_priority,
                                                             GFile                *directory,
                                                             const char           *prefix,
                                                             const char           *suffix,
                                                             GCancellable         *cancellable,
                                                             GAsyncReadyCallback   callback,
                                                             gpointer              user_data);
TF_AVAILABLE_IN_0_1
TfTemporaryDirectory *tf_temporary_directory_create_finish  (GAsyncResult         *result,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
GFile                *tf_temporary_directory_get_file       (TfTemporaryDirectory *self);
TF_AVAILABLE_IN_0_1
const char           *tf_temporary_directory_get_path       (TfTemporaryDirectory *self);
TF_AVAILABLE_IN_0_1
gboolean              tf_temporary_directory_get_auto_delete (TfTemporaryDirectory *self);
TF_AVAILABLE_IN_0_1
void                  tf_temporary_directory_set_auto_delete (TfTemporaryDirectory *self,
                                                             gboolean              auto_delete);
TF_AVAILABLE_IN_0_1
gboolean              tf_temporary_directory_get_ignore_cleanup_errors
                                                            (TfTemporaryDirectory *self);
TF_AVAILABLE_IN_0_1
void                  tf_temporary_directory_set_ignore_cleanup_errors
                                                            (TfTemporaryDirectory *self,
                                                             gboolean              ignore);

TF_AVAILABLE_IN_0_1
int                   tf_temporary_directory_get_fd         (TfTemporaryDirectory *self);
TF_AVAILABLE_IN_0_1
int                   tf_temporary_directory_dup_fd         (TfTemporaryDirectory *self,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
GFile                *tf_temporary_directory_get_child      (TfTemporaryDirectory *self,
                                                             const char           *name,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
TfTemporaryFile      *tf_temporary_directory_create_file    (TfTemporaryDirectory *self,
                                                             const char           *prefix,
                                                             const char           *suffix,
                                                             GCancellable         *cancellable,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
GFile                *tf_temporary_directory_keep           (TfTemporaryDirectory *self,
                                                             GError              **error);
TF_AVAILABLE_IN_0_1
gboolean              tf_temporary_directory_cleanup        (TfTemporaryDirectory *self,
                                                             GCancellable         *cancellable,
                                                             GError              **error);
TF_AVAILABLE_IN_0_1
void                  tf_temporary_directory_cleanup_async  (TfTemporaryDirectory *self,
                                                             int                   io_priority,
                                                             GCancellable         *cancellable,
                                                             GFileProgressCallback progress,
                                                             gpointer              progress_data,
                                                             GDestroyNotify        progress_destroy,
                                                             GAsyncReadyCallback   callback,
                                                             gpointer              user_data);
TF_AVAILABLE_IN_0_1
gboolean              tf_temporary_directory_cleanup_finish (TfTemporaryDirectory *self,
                                                             GAsyncResult         *result,
                                                             GError              **error);

G_END_DECLS
