/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a result gets from a worker to the caller's main context, on the streams floor.
 *
 * The worker's reference to the task travels with the result. Were it dropped in the worker
 * instead, it could be the last one, after the caller's callback: and what the task kept alive, a
 * file that is closed by dropping it, would end at a moment nobody knows. */

#include "streams/tf-worker-private.h"

typedef struct
{
  GTask *task;
  GType type;          /* of the result: G_TYPE_BOOLEAN, G_TYPE_INT64 or G_TYPE_OBJECT */
  gint64 number;
  GObject *object;
  GError *error;       /* NULL for success */
} Result;

static void
result_free (gpointer data)
{
  Result *result = data;

  g_clear_object (&result->object);
  g_clear_error (&result->error);
  g_object_unref (result->task);
  g_free (result);
}

static gboolean
return_cb (gpointer data)
{
  Result *result = data;

  if (result->error != NULL)
    g_task_return_error (result->task, g_steal_pointer (&result->error));
  else if (result->type == G_TYPE_OBJECT)
    g_task_return_pointer (result->task, g_steal_pointer (&result->object), g_object_unref);
  else if (result->type == G_TYPE_INT64)
    g_task_return_int (result->task, (gssize) result->number);
  else
    g_task_return_boolean (result->task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
send (GTask   *task,
      GType    type,
      gint64   number,
      GObject *object,
      GError  *error)
{
  /* The source may be dispatched, and the task and its context be gone, before it is let go here,
   * for which GLib needs the context. */
  g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (task));
  g_autoptr (GSource) source = g_idle_source_new ();
  Result *result = g_new0 (Result, 1);

  result->task = task;
  result->type = type;
  result->number = number;
  result->object = object;
  result->error = error;
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, return_cb, result, result_free);
  g_source_set_static_name (source, "[tf] result");
  g_source_attach (source, context);
}

void
tf_worker_return_boolean (GTask  *task,
                          GError *error)
{
  send (task, G_TYPE_BOOLEAN, TRUE, NULL, error);
}

void
tf_worker_return_int (GTask  *task,
                      gssize  number,
                      GError *error)
{
  send (task, G_TYPE_INT64, number, NULL, error);
}

void
tf_worker_return_object (GTask    *task,
                         gpointer  object,
                         GError   *error)
{
  send (task, G_TYPE_OBJECT, 0, object, error);
}
