/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The account of one removal, on the core floor. */

#include "config.h"

#include "core/tf-tally-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

void
tf_tally_init (TfTally           *self,
               GCancellable      *cancellable,
               TfTallyProgress  progress,
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
tf_tally_spare (TfTally          *self,
                const TfIdentity *id)
{
  g_assert (self->n_spared < TF_TALLY_MAX_SPARED);
  self->spared[self->n_spared++] = *id;
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

/* Takes `error`, which is NULL unless it is the first. */
static void
note_failure (TfTally *self,
              GError  *error)
{
  tf_tally_look_up (self);
  g_mutex_lock (&self->lock);
  self->failures++;
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
}

void
tf_tally_fail (TfTally    *self,
               TfStatus    status,
               const char *path)
{
  GError *error = NULL;

  if (path != NULL)
    tf_error_set (&error, status, _("Could not remove “%s”: %s"), path);
  note_failure (self, error);
}

void
tf_tally_fail_code (TfTally      *self,
                    GIOErrorEnum  code,
                    const char   *format,
                    const char   *path)
{
  GError *error = NULL;

  if (path != NULL)
    tf_error_set_code (&error, code, format, path);
  note_failure (self, error);
}

gboolean
tf_tally_has_failed (TfTally *self)
{
  gboolean failed;

  g_mutex_lock (&self->lock);
  failed = self->error != NULL;
  g_mutex_unlock (&self->lock);
  return failed;
}

gboolean
tf_tally_forgive (TfTally      *self,
                  GIOErrorEnum  code)
{
  gboolean forgiven;

  g_mutex_lock (&self->lock);
  forgiven = g_error_matches (self->error, G_IO_ERROR, (int) code);
  if (forgiven)
    {
      g_clear_error (&self->error);
      self->failures = 0;
    }
  g_mutex_unlock (&self->lock);
  return forgiven;
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

/* Nothing is reported where nothing happened. */
gboolean
tf_tally_finish (TfTally  *self,
                 GError  **error)
{
  g_autoptr (GError) problem = g_steal_pointer (&self->error);
  gboolean done;

  if (tf_tally_is_cancelled (self))
    {
      g_clear_error (&problem);
      g_set_error_literal (&problem, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                           _("Operation was cancelled"));
    }
  else if (problem != NULL && self->failures > 1)
    mention_others (problem, self->failures - 1);
  done = problem == NULL;

  if (self->progress != NULL && (done || self->removed > 0))
    self->progress (self->removed, done ? self->removed : -1, self->progress_data);
  g_mutex_clear (&self->lock);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&problem));
  return done;
}
