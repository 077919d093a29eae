/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One cursor over bytes, on the core floor: what streams and objects read and write through.
 *
 * A TfChannel is the head of a TfHandle (an open file) and of a TfSpool (memory, then a
 * handle). It owns what both need: the lock, held across each operation so that every call is
 * atomic from any thread; the state, so that every operation before opening and after closing is
 * answered the same way; the flag of the one asynchronous operation.
 *
 * The functions of the class are called with the lock held and the state OPEN. */

#pragma once

#include "core/tf-owner-private.h"

G_BEGIN_DECLS

typedef enum
{
  TF_CHANNEL_NEW,      /* operations: G_IO_ERROR_NOT_INITIALIZED */
  TF_CHANNEL_OPEN,
  TF_CHANNEL_CLOSED,   /* operations: G_IO_ERROR_CLOSED */
} TfChannelState;

typedef struct _TfChannel TfChannel;

typedef struct
{
  TfOwnedClass owned;
  gssize   (*read)     (TfChannel *self, gpointer buffer, gsize count, GError **error);
  gssize   (*write)    (TfChannel *self, gconstpointer buffer, gsize count, GError **error);
  gboolean (*seek)     (TfChannel *self, gint64 offset, GSeekType whence, GError **error);
  gint64   (*tell)     (TfChannel *self);
  gboolean (*truncate) (TfChannel *self, gint64 size, GError **error);
  gboolean (*flush)    (TfChannel *self, GError **error);
  gint64   (*get_size) (TfChannel *self, GError **error);             /* bytes, -1 on error */
  GBytes  *(*to_bytes) (TfChannel *self, GError **error);             /* a copy of all */
  /* What another thread was doing at a fork is undone: called first in a forked child. */
  void     (*inherit)  (TfChannel *self);
} TfChannelClass;

struct _TfChannel
{
  TfOwned owned;
  TfLock lock;
  TfChannelState state;   /* under the lock */
  int pending;            /* atomic: an asynchronous operation is under way */
};

void     tf_channel_init     (TfChannel *self, const TfChannelClass *klass);
void     tf_channel_clear    (TfChannel *self);

/* Sets the error of too large a count, and unlocks; -1. */
gssize   tf_channel_refuse_count (TfChannel *self, GError **error);
/* What a fork left is put right; in the lock. */
void     tf_channel_inherit  (TfChannel *self);
/* Sets the error that goes with a state other than OPEN; FALSE. */
gboolean tf_channel_refuse   (TfChannelState state, GError **error);
TfChannelState tf_channel_get_state (TfChannel *self);

/* Lock, putting right what a fork left. */
static inline void
tf_channel_lock (TfChannel *self)
{
  if (G_UNLIKELY (tf_lock_acquire (&self->lock)))
    tf_channel_inherit (self);
}

static inline void
tf_channel_unlock (TfChannel *self)
{
  tf_lock_release (&self->lock);
}

/* Lock and check the state; FALSE with the error set and not locked unless OPEN. */
static inline gboolean
tf_channel_enter (TfChannel  *self,
                  GError    **error)
{
  TfChannelState state;

  tf_channel_lock (self);
  state = self->state;
  if (G_LIKELY (state == TF_CHANNEL_OPEN))
    return TRUE;
  tf_channel_unlock (self);
  return tf_channel_refuse (state, error);
}

/* All of these: one atomic step, any thread. `count` above G_MAXSSIZE is
 * G_IO_ERROR_INVALID_ARGUMENT. read gives fewer bytes than asked for only at the end; write writes
 * all or fails with nothing written, or, when the system took a part, returns that part. */
static inline gssize tf_channel_read  (TfChannel *self, gpointer buffer, gsize count,
                                       GError **error);
static inline gssize tf_channel_write (TfChannel *self, gconstpointer buffer, gsize count,
                                       GError **error);
gboolean tf_channel_seek     (TfChannel *self, gint64 offset, GSeekType whence, GError **error);
/* Moves the cursor on, to the end at most; how far, -1 on error. */
gssize   tf_channel_skip     (TfChannel *self, gsize count, GError **error);
gint64   tf_channel_tell     (TfChannel *self);                        /* 0 unless open */
gboolean tf_channel_truncate (TfChannel *self, gint64 size, GError **error);
gboolean tf_channel_flush    (TfChannel *self, GError **error);
gint64   tf_channel_get_size (TfChannel *self, GError **error);
GBytes  *tf_channel_to_bytes (TfChannel *self, GError **error);

static inline gssize
tf_channel_read (TfChannel  *self,
                 gpointer    buffer,
                 gsize       count,
                 GError    **error)
{
  gssize result;

  if (!tf_channel_enter (self, error))
    return -1;
  if (G_UNLIKELY ((gssize) count < 0))
    return tf_channel_refuse_count (self, error);
  result = ((const TfChannelClass *) self->owned.klass)->read (self, buffer, count, error);
  tf_channel_unlock (self);
  return result;
}

static inline gssize
tf_channel_write (TfChannel      *self,
                  gconstpointer   buffer,
                  gsize           count,
                  GError        **error)
{
  gssize result;

  if (!tf_channel_enter (self, error))
    return -1;
  if (G_UNLIKELY ((gssize) count < 0))
    return tf_channel_refuse_count (self, error);
  result = ((const TfChannelClass *) self->owned.klass)->write (self, buffer, count, error);
  tf_channel_unlock (self);
  return result;
}

/* One asynchronous operation at a time: FALSE with G_IO_ERROR_PENDING when one is under way. */
gboolean tf_channel_begin    (TfChannel *self, GError **error);
void     tf_channel_end      (TfChannel *self);

G_END_DECLS
