/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The account of one removal, on the core floor. */

#include "config.h"

#include "core/tf-tally-private.h"

#include <glib/gi18n-lib.h>

void
tf_tally_init (TfTally           *self,
               GCancellable      *cancellable,
               TfRemoverProgress  progress,
               gpointer           progress_data)
{
  *self = (TfTally) {
    .cancellable = cancellable,
    .progress = progress,
    .progress_data = progress_data,
  };
  g_mutex_init (&self->lock);
}

void
tf_tally_clear (TfTally *self)
{
  g_mutex_clear (&self->lock);
  g_clear_error (&self->error);
}

void
tf_tally_look_up (TfTally *self)
{
  if (g_cancellable_is_cancelled (self->cancellable))
    g_atomic_int_set (&self->cancelled, TRUE);
}

void
tf_tally_add (TfTally  *self,
              guint     removed,
              gboolean  report)
{
  gint64 so_far;

  g_mutex_lock (&self->lock);
  self->removed += removed;
  so_far = self->removed;
  g_mutex_unlock (&self->lock);

  tf_tally_look_up (self);
  if (report && self->progress != NULL)
    self->progress (so_far, -1, self->progress_data);
}

gboolean
tf_tally_fail (TfTally *self)
{
  gboolean first;

  tf_tally_look_up (self);
  g_mutex_lock (&self->lock);
  first = self->failures++ == 0;
  g_mutex_unlock (&self->lock);
  return first;
}

void
tf_tally_explain (TfTally *self,
                  GError  *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
}

static void
mention_others (GError *error,
                guint   others)
{
  g_autofree char *message = g_steal_pointer (&error->message);

  error->message = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s (and %u more)",
                                                 "%s (and %u more)", others),
                                    message, others);
}

gboolean
tf_tally_finish (TfTally  *self,
                 GError  **error)
{
  g_autoptr (GError) problem = g_steal_pointer (&self->error);
  gboolean cancelled = tf_tally_is_cancelled (self);
  gboolean done = problem == NULL && !cancelled;

  if (self->progress != NULL)
    self->progress (self->removed, done ? self->removed : -1, self->progress_data);
  tf_tally_clear (self);

  if (cancelled)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Operation was cancelled"));
  else if (problem != NULL)
    {
      if (self->failures > 1)
        mention_others (problem, self->failures - 1);
      g_propagate_error (error, g_steal_pointer (&problem));
    }
  return done;
}
