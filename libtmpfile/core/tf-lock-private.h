/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A lock that a forked child does not hang on, on the core floor.
 *
 * In a child of fork() the thread that held a lock is gone. The first thread of the child that
 * wants an inherited lock makes it anew, and is told so, that it may put right what the lock
 * protects; every later one just locks. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

typedef struct
{
  GMutex mutex;
  guint generation;   /* atomic: the process whose lock this is; see tf-lock.c */
} TfLock;

#define TF_LOCK_INIT { { 0 }, 0 }

void     tf_lock_init        (TfLock *self);
void     tf_lock_clear       (TfLock *self);
/* The slow half of tf_lock_acquire(). */
gboolean tf_lock_inherit     (TfLock *self, guint generation);
/* TRUE when it could be had before `deadline`, in g_get_monotonic_time(); then *inherited is
 * what tf_lock_acquire() would have returned. */
gboolean tf_lock_try_until   (TfLock *self, gint64 deadline, gboolean *inherited);

/* Whether tf_lock_acquire() takes its slow way: nobody in this process has locked it since a fork,
 * or somebody waits in tf_lock_try_until(). */
static inline gboolean
tf_lock_is_special (TfLock *self)
{
  return g_atomic_int_get (&self->generation) != g_atomic_int_get (tf_os_generation_number);
}

/* Locks. TRUE when the state protected came from the parent of a fork and was not looked at in
 * this process before: what another thread was doing to it was never finished. */
static inline gboolean
tf_lock_acquire (TfLock *self)
{
  if (G_UNLIKELY (tf_lock_is_special (self)))
    return tf_lock_inherit (self, tf_os_generation ());
  g_mutex_lock (&self->mutex);
  return FALSE;
}

static inline void
tf_lock_release (TfLock *self)
{
  g_mutex_unlock (&self->mutex);
}

G_END_DECLS
