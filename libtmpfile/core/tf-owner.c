/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who deletes, on the core floor: the register, and what happens at exit. */

#include "core/tf-owner-private.h"

/* The register is in parts, so that threads that make and delete at once seldom meet. */
#define N_PARTS 16
#define PATIENCE G_USEC_PER_SEC

typedef struct
{
  TfLock lock;
  TfOwned *first;
} Part;

static Part parts[N_PARTS];

/* Monotonic; until when the exit of this process waits for what is busy, 0 before it. */
static gint64 exit_deadline;

static Part *
part_of (TfOwned *owned)
{
  return &parts[(GPOINTER_TO_SIZE (owned) >> 7) % N_PARTS];
}

/* In a forked child the parent's entries are no business of ours, and the list may be torn. */
static void
lock_part (Part *part)
{
  if (tf_lock_acquire (&part->lock))
    part->first = NULL;
}

static void discard_until (gint64 deadline);

static void
discard_at_exit (void)
{
  exit_deadline = g_get_monotonic_time () + PATIENCE;
  discard_until (exit_deadline);
}

static void
install_exit_handler (void)
{
  static gsize installed;

  if (g_once_init_enter (&installed))
    {
      tf_os_at_exit (discard_at_exit);
      g_once_init_leave (&installed, 1);
    }
}

void
tf_owned_init (TfOwned            *self,
               const TfOwnedClass *klass)
{
  self->klass = klass;
  self->ref_count = 1;
  self->generation = tf_os_generation ();
  self->next = NULL;
  self->prev = NULL;
  self->listed = FALSE;
}

gpointer
tf_owned_ref (gpointer object)
{
  TfOwned *self = object;

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
tf_owned_unref (gpointer object)
{
  TfOwned *self = object;

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  tf_owned_forget (self);
  self->klass->finalize (self);
}

void
tf_owned_register (TfOwned *self)
{
  Part *part = part_of (self);

  if (!tf_owned_is_ours (self))
    return;

  install_exit_handler ();
  lock_part (part);
  if (!self->listed)
    {
      self->listed = TRUE;
      self->prev = NULL;
      self->next = part->first;
      if (part->first != NULL)
        part->first->prev = self;
      part->first = self;
    }
  tf_lock_release (&part->lock);
}

void
tf_owned_forget (TfOwned *self)
{
  Part *part = part_of (self);

  /* Who calls is the only one to change `listed` of this object. */
  if (!self->listed || !tf_owned_is_ours (self))
    return;

  lock_part (part);
  if (self->listed)
    {
      self->listed = FALSE;
      if (self->prev != NULL)
        self->prev->next = self->next;
      else
        part->first = self->next;
      if (self->next != NULL)
        self->next->prev = self->prev;
    }
  tf_lock_release (&part->lock);
}

/* An entry whose last reference is just being dropped is not ours to take: its finalizer
 * deletes. */
static gboolean
ref_if_alive (TfOwned *self)
{
  int count = g_atomic_int_get (&self->ref_count);

  while (count > 0)
    {
      if (g_atomic_int_compare_and_exchange (&self->ref_count, count, count + 1))
        return TRUE;
      count = g_atomic_int_get (&self->ref_count);
    }
  return FALSE;
}

/* The entries of a part, each with a reference; NULL-terminated. Not a container of GLib's: some of
 * them take locks that a forked child would wait for for ever. */
static TfOwned **
collect (Part *part)
{
  TfOwned **entries;
  gsize n = 0;

  lock_part (part);
  for (TfOwned *owned = part->first; owned != NULL; owned = owned->next)
    n++;
  entries = g_new (TfOwned *, n + 1);
  n = 0;
  for (TfOwned *owned = part->first; owned != NULL; owned = owned->next)
    {
      if (ref_if_alive (owned))
        entries[n++] = owned;
    }
  entries[n] = NULL;
  tf_lock_release (&part->lock);

  return entries;
}

static void
discard_until (gint64 deadline)
{
  for (guint i = 0; i < N_PARTS; i++)
    {
      g_autofree TfOwned **entries = collect (&parts[i]);

      for (TfOwned **owned = entries; *owned != NULL; owned++)
        {
          (*owned)->klass->discard (*owned, deadline);
          tf_owned_unref (*owned);
        }
    }
}

void
tf_owner_discard_all (void)
{
  discard_until (g_get_monotonic_time () + PATIENCE);
}

/* Once more when the library itself ends, for what other exit handlers made after ours ran. What
 * was busy then is not waited for again. */
__attribute__ ((destructor)) static void
discard_the_last (void)
{
  discard_until (exit_deadline);
}
