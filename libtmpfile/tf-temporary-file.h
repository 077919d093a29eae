/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A temporary file as a stream pair. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-enums.h"

G_BEGIN_DECLS

#define TF_TYPE_TEMPORARY_FILE (tf_temporary_file_get_type ())

TF_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (TfTemporaryFile, tf_temporary_file, TF, TEMPORARY_FILE, GFileIOStream)

TF_AVAILABLE_IN_0_1
TfTemporaryFile *tf_temporary_file_new                (GFile                *directory,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
TfTemporaryFile *tf_temporary_file_new_named          (GFile                *directory,
                                                       const char           *prefix,
                                                       const char           *suffix,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
void             tf_temporary_file_create_async       (int                   io_priority,
                                                       GFile                *directory,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TF_AVAILABLE_IN_0_1
void             tf_temporary_file_create_named_async (int                   io_priority,
                                                       GFile                *directory,
                                                       const char           *prefix,
                                                       const char           *suffix,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TF_AVAILABLE_IN_0_1
TfTemporaryFile *tf_temporary_file_create_finish      (GAsyncResult         *result,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
TfTemporaryFile *tf_temporary_file_create_named_finish
                                                      (GAsyncResult         *result,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
GFile           *tf_temporary_file_get_file           (TfTemporaryFile      *self);
TF_AVAILABLE_IN_0_1
const char      *tf_temporary_file_get_path           (TfTemporaryFile      *self);
TF_AVAILABLE_IN_0_1
goffset          tf_temporary_file_get_size           (TfTemporaryFile      *self);
TF_AVAILABLE_IN_0_1
gboolean         tf_temporary_file_get_auto_delete    (TfTemporaryFile      *self);
TF_AVAILABLE_IN_0_1
void             tf_temporary_file_set_auto_delete    (TfTemporaryFile      *self,
                                                       gboolean              auto_delete);

TF_AVAILABLE_IN_0_1
int              tf_temporary_file_get_fd             (TfTemporaryFile      *self);
TF_AVAILABLE_IN_0_1
int              tf_temporary_file_dup_fd             (TfTemporaryFile      *self,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
int              tf_temporary_file_steal_fd           (TfTemporaryFile      *self,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
GFileIOStream   *tf_temporary_file_reopen             (TfTemporaryFile      *self,
                                                       TfReopenFlags         flags,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
gssize           tf_temporary_file_read               (TfTemporaryFile      *self,
                                                       void                 *buffer,
                                                       gsize                 count,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TF_AVAILABLE_IN_0_1
gssize           tf_temporary_file_write              (TfTemporaryFile      *self,
                                                       const void           *buffer,
                                                       gsize                 count,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TF_AVAILABLE_IN_0_1
GBytes          *tf_temporary_file_read_bytes         (TfTemporaryFile      *self,
                                                       gsize                 count,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
gssize           tf_temporary_file_write_bytes        (TfTemporaryFile      *self,
                                                       GBytes               *bytes,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TF_AVAILABLE_IN_0_1
GBytes          *tf_temporary_file_to_bytes           (TfTemporaryFile      *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
GBytes          *tf_temporary_file_steal_bytes        (TfTemporaryFile      *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
gboolean         tf_temporary_file_delete             (TfTemporaryFile      *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TF_AVAILABLE_IN_0_1
GFile           *tf_temporary_file_keep               (TfTemporaryFile      *self,
                                                       GError              **error);
TF_AVAILABLE_IN_0_1
gboolean         tf_temporary_file_persist            (TfTemporaryFile      *self,
                                                       GFile                *destination,
                                                       TfPersistFlags        flags,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
TF_AVAILABLE_IN_0_1
void             tf_temporary_file_persist_async      (TfTemporaryFile      *self,
                                                       GFile                *destination,
                                                       TfPersistFlags        flags,
                                                       int                   io_priority,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
TF_AVAILABLE_IN_0_1
gboolean         tf_temporary_file_persist_finish     (TfTemporaryFile      *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);

G_END_DECLS
