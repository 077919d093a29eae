/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who deletes: the register of all that this process made and has to delete, on the core floor.
 *
 * A TfOwned is the head of a handle or folder: its reference count, the process that made it,
 * its place in the register. Only that process deletes (a forked child has an empty register
 * and finds tf_owned_is_ours() FALSE), at the latest at exit(). */

#pragma once

#include "core/tf-lock-private.h"

G_BEGIN_DECLS

typedef struct _TfOwned TfOwned;

typedef struct
{
  /* Deletes what is due at exit. Waits for a busy object until `deadline`, then leaves it. Called
   * without the register's lock, with a reference held; may be called more than once. */
  void (*discard)  (TfOwned *self, gint64 deadline);
  /* The last reference is gone: releases all and frees. It is not in the register any more. */
  void (*finalize) (TfOwned *self);
} TfOwnedClass;

struct _TfOwned
{
  const TfOwnedClass *klass;
  int ref_count;      /* atomic */
  guint generation;   /* the process that made it */
  TfOwned *next;      /* the register's, under its lock */
  TfOwned *prev;
  gboolean listed;
};

void     tf_owned_init     (TfOwned *self, const TfOwnedClass *klass);
gpointer tf_owned_ref      (gpointer self);
void     tf_owned_unref    (gpointer self);
/* Puts it into the register, or takes it out; both are harmless twice, and in a child. */
void     tf_owned_register (TfOwned *self);
void     tf_owned_forget   (TfOwned *self);

static inline gboolean
tf_owned_is_ours (const TfOwned *self)
{
  return self->generation == tf_os_generation ();
}

/* What is made for it now is this process's, also when a parent had made the object. */
static inline void
tf_owned_adopt (TfOwned *self)
{
  self->generation = tf_os_generation ();
}

/* What exit does: discards all in the register. Waits a second at most in all. Thread-safe. */
void     tf_owner_discard_all (void);

G_END_DECLS
