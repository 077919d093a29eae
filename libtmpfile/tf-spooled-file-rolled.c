/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Telling that a TfSpooledFile has rolled over, on the API floor: at once where one of its own
 * functions did it, in the main context where it was made when a stream did. */

#include "config.h"

#include "tf-spooled-file-private.h"

void
tf_spooled_file_announce_now (TfSpooledFile *self)
{
  if (g_atomic_int_compare_and_exchange (&self->unannounced, TRUE, FALSE))
    g_object_notify (G_OBJECT (self), "rolled-over");
}

static gboolean
announce_cb (gpointer data)
{
  g_autoptr (TfSpooledFile) self = g_weak_ref_get (data);

  if (self != NULL)
    tf_spooled_file_announce (self);
  return G_SOURCE_REMOVE;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* Under the spool's lock, in any thread. Our own functions tell it as soon as they have let go of
 * the lock; for a stream, which does not know us, a source of our main context does. A forked child
 * has no business with the main contexts of its parent. */
void
tf_spooled_file_rolled_cb (gboolean asked,
                           gpointer data)
{
  TfSpooledFile *self = data;
  GWeakRef *weak;

  g_atomic_int_set (&self->unannounced, TRUE);
  if (asked || !tf_owned_is_ours ((TfOwned *) self->spool))
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  self->announcement = g_idle_source_new ();
  g_source_set_priority (self->announcement, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->announcement, "notify::rolled-over");
  g_source_set_callback (self->announcement, announce_cb, weak, weak_ref_free);
  g_source_attach (self->announcement, self->context);
}
