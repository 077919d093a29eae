/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One temporary file that is open, on the core floor: its descriptor, its buffer, its name, and
 * whether the name goes.
 *
 * Unseen: nobody else can reach the file, so the cursor is ours and one buffer is either dirty or
 * read-ahead. Seen, from the first moment it has a name or its descriptor was given away:
 * the descriptor's offset is the cursor. A file never becomes unseen again. */

#pragma once

#include "core/tf-channel-private.h"
#include "core/tf-folder-private.h"
#include "core/tf-opener-private.h"

G_BEGIN_DECLS

typedef struct _TfHandle TfHandle;

typedef struct
{
  gboolean anonymous;
  guint permissions;         /* of a named file */
  gboolean append;
  gboolean delete_on_close;
  int buffer_size;           /* bytes; -1 automatic, 0 none */
} TfHandleOptions;

#define TF_HANDLE_OPTIONS_INIT { TRUE, 0600, FALSE, TRUE, -1 }

/* A handle in the state NEW. */
TfHandle   *tf_handle_new        (void);
#define     tf_handle_ref(h)     ((TfHandle *) tf_owned_ref (h))
#define     tf_handle_unref(h)   tf_owned_unref (h)

/* Creates the file. `folder` (nullable) is the owned folder whose descriptor `place` names; the
 * handle keeps a reference. Once only. */
gboolean    tf_handle_open       (TfHandle *self, const TfPlace *place, TfFolder *folder,
                                  const TfHandleOptions *options, GError **error);
/* Makes an open handle of a descriptor that has no name of ours; takes `fd`, which was opened
 * with `flags`. It is seen. */
TfHandle   *tf_handle_new_for_fd (int fd, TfOsReopenFlags flags);

/* --- closing and deleting; see "What is left when" in docs/overview.md --- */

/* Flushes what must be (an unseen file: nothing), deletes the name if it is due, closes the
 * descriptor unless it must guard the name's identity. Ends the handle even when it fails;
 * a name that could not be deleted stays registered. Harmless twice. */
gboolean    tf_handle_close      (TfHandle *self, GError **error);
/* Called by dispose and finalize: closes, and deletes what close() leaves by delete-on-close.
 * Errors go to g_debug(). */
void        tf_handle_abandon    (TfHandle *self);
/* Deletes the name now; the file goes on without. Works after close too; not on what was kept. */
gboolean    tf_handle_delete     (TfHandle *self, GError **error);
/* The name stays for ever; it is returned. G_IO_ERROR_NOT_SUPPORTED without a name. */
char       *tf_handle_keep       (TfHandle *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean    tf_handle_get_auto_delete (TfHandle *self);
void        tf_handle_set_auto_delete (TfHandle *self, gboolean auto_delete);

/* NULL without a name; valid as long as the handle lives. */
const char *tf_handle_get_path   (TfHandle *self);

/* --- the descriptor; each of these makes the file seen --- */

/* -1 when it is closed or the flush failed. */
int         tf_handle_get_fd     (TfHandle *self, GError **error);
int         tf_handle_dup_fd     (TfHandle *self, GError **error);
/* Flushes, deletes the name if auto-delete says so, closes the handle. */
int         tf_handle_steal_fd   (TfHandle *self, GError **error);
/* Works after close as long as the name stays. */
int         tf_handle_reopen     (TfHandle *self, TfOsReopenFlags flags, GError **error);

gboolean    tf_handle_stat       (TfHandle *self, TfStat *stat, GError **error);   /* flushes */
/* What is under the name, when it still is what we made; after close too. */
gboolean    tf_handle_stat_name  (TfHandle *self, TfStat *stat);
/* All bytes, mapped where nobody else can change them, else copied. Closes the handle. */
GBytes     *tf_handle_steal_bytes (TfHandle *self, GError **error);

/* --- publishing; core/tf-persister.c --- */

typedef enum
{
  TF_PUBLISH_NONE    = 0,
  TF_PUBLISH_REPLACE = 1 << 0,
} TfPublishFlags;

/* Gives the file the name `destination` (absolute), atomically, with the umask's mode or that of
 * the file replaced. The handle is as before when it fails. Works after close while the name
 * stays. */
gboolean    tf_handle_persist    (TfHandle *self, const char *destination, TfPublishFlags flags,
                                  GCancellable *cancellable, GError **error);

G_END_DECLS
