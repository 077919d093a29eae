/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A second thread for one removal, on the core floor.
 *
 * There are two places, for the folder worked at and for the one that waits, so that the thread has
 * something to do while the first is busy in a folder of its own. The first fills the waiting place
 * and empties it again when nobody took what is in it; the thread moves it over. */

#include "core/tf-partner-private.h"

struct _TfPartner
{
  TfPartnerFunc func;
  gpointer data;
  GThread *thread;

  GMutex lock;           /* for what follows */
  GCond changed;
  TfPartnerJob waiting;
  TfPartnerJob current;
  guint failed;          /* a bit for each level whose folders were not all removed */
  gboolean ended;
};

static const TfPartnerJob nothing = { -1, -1, 0, NULL, NULL };

void
tf_partner_job_clear (TfPartnerJob *job)
{
  if (job->fd != -1)
    tf_os_close (job->fd);
  g_free (job->name);
  g_free (job->path);
  *job = nothing;
}

/* With the lock held, but for the work itself. */
static void
do_current (TfPartner *self)
{
  gboolean removed;

  self->current = self->waiting;
  self->waiting = nothing;
  g_mutex_unlock (&self->lock);
  removed = self->func (&self->current, self->data);
  g_mutex_lock (&self->lock);

  if (!removed)
    self->failed |= 1u << self->current.level;
  tf_partner_job_clear (&self->current);
  g_cond_broadcast (&self->changed);
}

static gpointer
work_cb (gpointer data)
{
  TfPartner *self = data;

  g_mutex_lock (&self->lock);
  while (!self->ended)
    {
      if (self->waiting.fd != -1)
        do_current (self);
      else
        g_cond_wait (&self->changed, &self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

TfPartner *
tf_partner_new (TfPartnerFunc func,
                gpointer      data)
{
  TfPartner *self = g_new0 (TfPartner, 1);

  self->func = func;
  self->data = data;
  self->waiting = nothing;
  self->current = nothing;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_try_new ("tf-remover", work_cb, self, NULL);
  if (self->thread == NULL)
    g_clear_pointer (&self, tf_partner_free);
  return self;
}

void
tf_partner_free (TfPartner *self)
{
  g_mutex_lock (&self->lock);
  g_assert (self->waiting.fd == -1 && self->current.fd == -1);
  self->ended = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
tf_partner_is_free (TfPartner *self)
{
  gboolean is_free;

  g_mutex_lock (&self->lock);
  is_free = self->waiting.fd == -1;
  g_mutex_unlock (&self->lock);
  return is_free;
}

void
tf_partner_offer (TfPartner          *self,
                  const TfPartnerJob *job)
{
  g_mutex_lock (&self->lock);
  g_assert (self->waiting.fd == -1);
  self->waiting = *job;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_from (const TfPartnerJob *job,
         guint               level)
{
  return job->fd != -1 && job->level == level;
}

gboolean
tf_partner_take_back (TfPartner    *self,
                      guint         level,
                      TfPartnerJob *job,
                      gboolean     *failed)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = is_from (&self->waiting, level);
  if (taken)
    {
      *job = self->waiting;
      self->waiting = nothing;
    }
  while (!taken && is_from (&self->current, level))
    g_cond_wait (&self->changed, &self->lock);
  if ((self->failed & 1u << level) != 0)
    {
      self->failed &= ~(1u << level);
      *failed = TRUE;
    }
  g_mutex_unlock (&self->lock);
  return taken;
}
