/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A spool, on the core floor: bytes in memory until their number would exceed a bound, then an
 * anonymous file. The bound is checked before each write, and a rollover that fails leaves memory,
 * cursor and size as they were.
 *
 * Read, written and sought as the channel that it begins with. In memory, each process has its own
 * bytes after a fork. Where the fork caught another thread just moving the memory, the child's
 * copy of it cannot be had, and the spool is closed there. */

#pragma once

#include "core/tf-channel-private.h"
#include "core/tf-handle-private.h"

G_BEGIN_DECLS

typedef struct _TfSpool TfSpool;

/* What a spool begins with. */
typedef struct
{
  TfChannel channel;
  TfChannel *front;   /* atomic: the file's, or our own when there is none yet or we are closed */
} TfSpoolHead;

/* Where the file is made, when it comes to that. Strings are copied; folder NULL: the temporary
 * folder at that moment. */
typedef struct
{
  const char *folder;
  const char *prefix;
  const char *suffix;
  int buffer_size;   /* bytes; -1 automatic, 0 none */
  gboolean remote;   /* `folder` is the URI of one that is not local */
  gboolean session;  /* without a folder: in the one of this process */
} TfSpoolPlace;

#define TF_SPOOL_PLACE_INIT { NULL, NULL, NULL, -1, FALSE, FALSE }

/* The bytes have just moved to a file: because it was asked for (tf_spool_rollover(),
 * tf_spool_steal_handle()) or by a write or truncation. Called once at most, never after the spool
 * was closed, in the thread of that call, with the lock held. It must not call the spool. */
typedef void (*TfSpoolRolled) (gboolean asked, gpointer data);

/* `max_size` in bytes, 0 without limit. State OPEN. */
TfSpool   *tf_spool_new            (guint64 max_size);
#define    tf_spool_ref(s)         ((TfSpool *) tf_owned_ref (s))
#define    tf_spool_unref(s)       tf_owned_unref (s)

/* Before anybody else knows the spool. */
void       tf_spool_set_rolled     (TfSpool *self, TfSpoolRolled rolled, gpointer data);
/* Of no effect after the rollover. */
void       tf_spool_set_place      (TfSpool *self, const TfSpoolPlace *place);
guint64    tf_spool_get_max_size   (TfSpool *self);
/* Looked at before the next write. */
void       tf_spool_set_max_size   (TfSpool *self, guint64 max_size);

/* Where to read and write with one lock less: the spool itself, or its file once there is one.
 * Valid as long as the spool lives. */
static inline TfChannel *
tf_spool_get_front (TfSpool *self)
{
  return g_atomic_pointer_get (&((TfSpoolHead *) self)->front);
}

/* Moves to a file now; harmless twice. A folder that is not local is G_IO_ERROR_NOT_SUPPORTED, a
 * prefix or suffix with a separator G_IO_ERROR_INVALID_FILENAME. */
gboolean   tf_spool_rollover       (TfSpool *self, GError **error);
/* Stays TRUE when the spool is closed. */
gboolean   tf_spool_is_rolled_over (TfSpool *self);
/* The file, or NULL while all is in memory and when it was stolen. A new reference. */
TfHandle  *tf_spool_get_handle     (TfSpool *self);
/* The same, borrowed, with the channel's lock held. */
TfHandle  *tf_spool_peek_handle    (TfSpool *self);
/* Rolls over, hands the file over and closes the spool. */
TfHandle  *tf_spool_steal_handle   (TfSpool *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing is written; memory is freed, the file closed. Harmless twice. */
gboolean   tf_spool_close          (TfSpool *self, GError **error);

G_END_DECLS
