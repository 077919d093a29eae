/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A file in memory that moves to disk when it grows. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-temporary-file.h"

G_BEGIN_DECLS

#define TF_TYPE_SPOOLED_FILE (tf_spooled_file_get_type ())

TF_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (TfSpooledFile, tf_spooled_file, TF, SPOOLED_FILE, GIOStream)

TF_AVAILABLE_IN_0_1
TfSpooledFile   *tf_spooled_file_new             (guint64               max_size) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
guint64          tf_spooled_file_get_max_size    (TfSpooledFile        *self);
TF_AVAILABLE_IN_0_1
void             tf_spooled_file_set_max_size    (TfSpooledFile        *self,
                                                  guint64               max_size);
TF_AVAILABLE_IN_0_1
goffset          tf_spooled_file_get_size        (TfSpooledFile        *self);
TF_AVAILABLE_IN_0_1
TfTemporaryFile *tf_spooled_file_get_file        (TfSpooledFile        *self);
TF_AVAILABLE_IN_0_1
gboolean         tf_spooled_file_is_rolled_over  (TfSpooledFile        *self);

TF_AVAILABLE_IN_0_1
gboolean         tf_spooled_file_rollover        (TfSpooledFile        *self,
                                                  GCancellable         *cancellable,
                                                  GError              **error);
TF_AVAILABLE_IN_0_1
void             tf_spooled_file_rollover_async  (TfSpooledFile        *self,
                                                  int                   io_priority,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
TF_AVAILABLE_IN_0_1
gboolean         tf_spooled_file_rollover_finish (TfSpooledFile        *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

TF_AVAILABLE_IN_0_1
int              tf_spooled_file_get_fd          (TfSpooledFile        *self);
TF_AVAILABLE_IN_0_1
int              tf_spooled_file_dup_fd          (TfSpooledFile        *self,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
gssize           tf_spooled_file_read            (TfSpooledFile        *self,
                                                  void                 *buffer,
                                                  gsize                 count,
                                                  GCancellable         *cancellable,
                                                  GError              **error);
TF_AVAILABLE_IN_0_1
gssize           tf_spooled_file_write           (TfSpooledFile        *self,
                                                  const void           *buffer,
                                                  gsize                 count,
                                                  GCancellable         *cancellable,
                                                  GError              **error);
TF_AVAILABLE_IN_0_1
GBytes          *tf_spooled_file_read_bytes      (TfSpooledFile        *self,
                                                  gsize                 count,
                                                  GCancellable         *cancellable,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
gssize           tf_spooled_file_write_bytes     (TfSpooledFile        *self,
                                                  GBytes               *bytes,
                                                  GCancellable         *cancellable,
                                                  GError              **error);
TF_AVAILABLE_IN_0_1
GBytes          *tf_spooled_file_to_bytes        (TfSpooledFile        *self,
                                                  GCancellable         *cancellable,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_0_1
TfTemporaryFile *tf_spooled_file_steal_file      (TfSpooledFile        *self,
                                                  GCancellable         *cancellable,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
gboolean         tf_spooled_file_persist         (TfSpooledFile        *self,
                                                  GFile                *destination,
                                                  TfPersistFlags        flags,
                                                  GCancellable         *cancellable,
                                                  GError              **error);
TF_AVAILABLE_IN_0_1
void             tf_spooled_file_persist_async   (TfSpooledFile        *self,
                                                  GFile                *destination,
                                                  TfPersistFlags        flags,
                                                  int                   io_priority,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
TF_AVAILABLE_IN_0_1
gboolean         tf_spooled_file_persist_finish  (TfSpooledFile        *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

G_END_DECLS
