/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One asynchronous operation of a stream, on the streams floor. */

#include "streams/tf-stream-task-private.h"

#include "streams/tf-worker-private.h"

typedef struct
{
  TfChannel *channel;
  GIOStream *pair;      /* keeps it alive; nullable */
  TfStreamFunc func;
  gpointer data;
  GDestroyNotify data_free;
} Operation;

static void
operation_free (gpointer data)
{
  Operation *operation = data;

  if (operation->data_free != NULL)
    operation->data_free (operation->data);
  g_clear_object (&operation->pair);
  tf_owned_unref (operation->channel);
  g_free (operation);
}

static void
work (GTask        *task,
      gpointer      stream,
      gpointer      task_data,
      GCancellable *cancellable)
{
  Operation *operation = task_data;
  GError *error = NULL;
  gssize result = -1;

  if (!g_cancellable_set_error_if_cancelled (cancellable, &error))
    result = operation->func (operation->channel, operation->data, &error);

  tf_channel_end (operation->channel);
  tf_worker_return_int (task, result, error);
}

void
tf_stream_task_run (gpointer             stream,
                    GIOStream           *pair,
                    TfChannel           *channel,
                    TfStreamFunc         func,
                    gpointer             data,
                    GDestroyNotify       data_free,
                    int                  io_priority,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  Operation *operation = g_new0 (Operation, 1);
  GError *error = NULL;

  operation->channel = tf_owned_ref (channel);
  operation->pair = pair != NULL ? g_object_ref (pair) : NULL;
  operation->func = func;
  operation->data = data;
  operation->data_free = data_free;
  g_task_set_source_tag (task, tf_stream_task_run);
  g_task_set_priority (task, io_priority);
  /* Bytes that were read or written stay so when the cancellation comes too late. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, operation, operation_free);

  if (tf_channel_begin (channel, &error))
    tf_worker_run (task, work);
  else
    g_task_return_error (task, error);
}

gssize
tf_stream_task_finish (gpointer       stream,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
