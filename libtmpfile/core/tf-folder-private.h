/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One temporary folder that is ours, on the core floor: its descriptor (which holds the lease), its
 * path, and whether it goes. */

#pragma once

#include "core/tf-opener-private.h"
#include "core/tf-owner-private.h"
#include "core/tf-remover-private.h"

G_BEGIN_DECLS

typedef struct _TfFolder TfFolder;

/* Makes a leased and marked folder, registers it for deletion. NULL on error. */
TfFolder   *tf_folder_new        (const TfPlace *place, GError **error) G_GNUC_WARN_UNUSED_RESULT;
#define     tf_folder_ref(f)     ((TfFolder *) tf_owned_ref (f))
#define     tf_folder_unref(f)   tf_owned_unref (f)

/* Absolute; stays valid as long as the folder lives, also when it is gone from disk. */
const char *tf_folder_get_path   (TfFolder *self);
/* -1 once it is closed; borrowed. */
int         tf_folder_get_fd     (TfFolder *self);
int         tf_folder_dup_fd     (TfFolder *self, GError **error);
/* The descriptor, which stays open until tf_folder_release_fd() even when the folder is cleaned up
 * meanwhile; -1, and nothing to release, once it is closed. */
int         tf_folder_hold_fd    (TfFolder *self);
void        tf_folder_release_fd (TfFolder *self);
gboolean    tf_folder_is_closed  (TfFolder *self);
/* FALSE once this library has deleted it. */
gboolean    tf_folder_has_name   (TfFolder *self);
/* Whether it is where it was made. */
gboolean    tf_folder_is_there   (TfFolder *self);
/* Whether it has no name any more, whoever removed it. */
gboolean    tf_folder_is_gone    (TfFolder *self);

gboolean    tf_folder_get_auto_delete (TfFolder *self);
void        tf_folder_set_auto_delete (TfFolder *self, gboolean auto_delete);

/* Deletes the folder with all in it: rmdir first, the walk only when it is not empty. Identity is
 * compared first; what somebody else put under the name is left alone. Success when it is gone
 * already. Closes on success; can be called again after a failure. */
gboolean    tf_folder_cleanup    (TfFolder *self, GCancellable *cancellable,
                                  TfTallyProgress progress, gpointer progress_data,
                                  GError **error);
/* The folder stays for ever: takes the mark off. G_IO_ERROR_CLOSED when it is gone. */
gboolean    tf_folder_keep       (TfFolder *self, GError **error);
/* Called by dispose and finalize: cleans up if auto-delete says so, closes. Errors to g_debug(). */
void        tf_folder_abandon    (TfFolder *self);

G_END_DECLS
