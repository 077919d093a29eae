/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A progress callback on its way from the worker to the caller's main context, on the streams
 * floor.
 *
 * The callback, its data and its destroy notify are only ever touched in the main context of the
 * caller. The worker leaves figures here and, now and then, a source that takes them along. The
 * last source is the one that returns the task: sources of one priority are dispatched in the order
 * they were attached in, so nothing follows it. */

#include "streams/tf-worker-private.h"

#define INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

struct _TfProgress
{
  GFileProgressCallback progress;
  gpointer data;
  GDestroyNotify destroy;
  GMainContext *context;
  int io_priority;

  /* What the worker alone looks at. */
  gint64 last_time;        /* of the last source attached, monotonic */

  GMutex lock;             /* for what follows */
  gint64 current;
  gint64 total;
  gboolean fresh;          /* the figures were not reported yet */
  gboolean on_the_way;     /* a source is attached that will report them */

  /* How the task ends, for the last source. */
  GTask *task;
  GError *error;
};

TfProgress *
tf_progress_new (GFileProgressCallback progress,
                 gpointer              data,
                 GDestroyNotify        destroy,
                 int                   io_priority)
{
  TfProgress *self = g_new0 (TfProgress, 1);

  self->progress = progress;
  self->data = data;
  self->destroy = destroy;
  self->context = g_main_context_ref_thread_default ();
  self->io_priority = io_priority;
  g_mutex_init (&self->lock);

  return self;
}

static void
report (TfProgress *self)
{
  gint64 current, total;
  gboolean fresh;

  g_mutex_lock (&self->lock);
  current = self->current;
  total = self->total;
  fresh = self->fresh;
  self->fresh = FALSE;
  self->on_the_way = FALSE;
  g_mutex_unlock (&self->lock);

  if (fresh && self->progress != NULL)
    self->progress (current, total, self->data);
}

static gboolean
report_cb (gpointer data)
{
  report (data);
  return G_SOURCE_REMOVE;
}

static void
attach (TfProgress  *self,
        GSourceFunc  func)
{
  /* It may be gone, and `self` with it, before the source is let go here. */
  g_autoptr (GMainContext) context = g_main_context_ref (self->context);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, self->io_priority);
  g_source_set_callback (source, func, self, NULL);
  g_source_set_static_name (source, "[tf] progress");
  g_source_attach (source, context);
}

void
tf_progress_update (gint64   current,
                    gint64   total,
                    gpointer progress)
{
  TfProgress *self = progress;
  gint64 now;
  gboolean due;

  if (self->progress == NULL)
    return;
  now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  self->current = current;
  self->total = total;
  self->fresh = TRUE;
  due = !self->on_the_way && now - self->last_time >= INTERVAL;
  if (due)
    self->on_the_way = TRUE;
  g_mutex_unlock (&self->lock);

  if (due)
    {
      self->last_time = now;
      attach (self, report_cb);
    }
}

/* The last source of all; nothing else points at `self` any more. */
static gboolean
finish_cb (gpointer data)
{
  TfProgress *self = data;
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  g_autoptr (GError) error = g_steal_pointer (&self->error);

  report (self);
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self);

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

void
tf_progress_finish (TfProgress *progress,
                    GTask      *task,
                    GError     *error)
{
  progress->task = task;
  progress->error = error;
  attach (progress, finish_cb);
}
