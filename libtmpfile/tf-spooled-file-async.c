/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfSpooledFile, on the floor of the API objects: publishing, and what happens in a worker thread.
 *
 * An operation has two tasks: an inner one that the worker does, and the caller's. The inner one
 * comes back in the caller's main context, tells there what changed, then answers the caller's. */

#include "config.h"

#include "tf-spooled-file-private.h"

#include "core/tf-handle-private.h"
#include "streams/tf-worker-private.h"
#include "tf-temporary-file-private.h"

/* --- publishing ---------------------------------------------------------------------------- */

static gboolean
publish (TfSpooledFile   *self,
         const char      *path,
         TfPersistFlags   flags,
         GCancellable    *cancellable,
         GError         **error)
{
  TfPublishFlags how = flags & TF_PERSIST_REPLACE ? TF_PUBLISH_REPLACE : TF_PUBLISH_NONE;
  TfHandle *handle;
  gboolean result;

  if (!tf_spooled_file_roll (self, cancellable, error))
    return FALSE;
  handle = tf_spool_get_handle (self->spool);
  if (handle == NULL)
    return tf_channel_refuse (TF_CHANNEL_CLOSED, error);
  result = tf_handle_persist (handle, path, how, cancellable, error);
  tf_handle_unref (handle);
  return result;
}

/* The file has another name now. */
static void
announce_name (TfSpooledFile *self)
{
  g_autoptr (TfTemporaryFile) file = NULL;

  tf_channel_lock ((TfChannel *) self->spool);
  g_set_object (&file, self->file);
  tf_channel_unlock ((TfChannel *) self->spool);
  if (file != NULL)
    tf_temporary_file_notify_published (file);
}

/* --- operations ---------------------------------------------------------------------------- */

typedef struct
{
  GTask *task;            /* the caller's */
  char *path;             /* what the file is to be called; NULL: only the rollover */
  TfPersistFlags flags;
} Operation;

static void
operation_free (gpointer data)
{
  Operation *operation = data;

  g_clear_object (&operation->task);
  g_free (operation->path);
  g_free (operation);
}

/* In the worker. */
static void
operate (GTask        *inner,
         gpointer      source,
         gpointer      task_data,
         GCancellable *cancellable)
{
  TfSpooledFile *self = source;
  Operation *operation = task_data;
  GError *error = NULL;

  if (operation->path == NULL)
    tf_spooled_file_roll (self, cancellable, &error);
  else
    publish (self, operation->path, operation->flags, cancellable, &error);
  tf_channel_end ((TfChannel *) self->spool);
  tf_worker_return_boolean (inner, error);
}

/* In the caller's main context. */
static void
operated_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (source);
  Operation *operation = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  tf_spooled_file_announce (self);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (operation->task, error);
      return;
    }
  if (operation->path != NULL)
    announce_name (self);
  g_task_return_boolean (operation->task, TRUE);
}

/* Takes `task` and `path`, which is NULL for only the rollover. */
static void
begin_operation (TfSpooledFile  *self,
                 GTask          *task,
                 char           *path,
                 TfPersistFlags  flags)
{
  g_autoptr (GTask) inner = g_task_new (self, g_task_get_cancellable (task), operated_cb, NULL);
  Operation *operation = g_new0 (Operation, 1);
  GError *error = NULL;

  operation->task = task;
  operation->path = path;
  operation->flags = flags;
  g_task_set_source_tag (inner, begin_operation);
  g_task_set_priority (inner, g_task_get_priority (task));
  g_task_set_check_cancellable (inner, FALSE);
  g_task_set_task_data (inner, operation, operation_free);

  if (tf_channel_begin ((TfChannel *) self->spool, &error))
    tf_worker_run (inner, operate);
  else
    g_task_return_error (inner, error);
}

/* What was done stays done when a cancellation comes too late, so the task does not look at it. */
static GTask *
make_task (gpointer             self,
           int                  io_priority,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data,
           gpointer             tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

/* --- closing ------------------------------------------------------------------------------- */

static void
close_in_worker (GTask        *task,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  TfSpooledFile *self = source;
  GError *error = NULL;

  tf_spool_close (self->spool, &error);
  tf_worker_return_boolean (task, error);
}

/* It does not ask for the one place of an asynchronous operation: GIOStream counts a stream as
 * closed even when closing fails. It waits for the operation instead, as close does. */
void
tf_spooled_file_close_async (GIOStream           *stream,
                             int                  io_priority,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = make_task (stream, io_priority, cancellable, callback, user_data,
                                      tf_spooled_file_close_async);

  tf_worker_run (task, close_in_worker);
}

gboolean
tf_spooled_file_close_finish (GIOStream     *stream,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- when memory is short ------------------------------------------------------------------ */

static void
relieve (GTask        *task,
         gpointer      source,
         gpointer      task_data,
         GCancellable *cancellable)
{
  GError *error = NULL;

  tf_spooled_file_roll (source, cancellable, &error);
  tf_worker_return_boolean (task, error);
}

static void
relieved_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  tf_spooled_file_announce (TF_SPOOLED_FILE (source));
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_debug ("%s", error->message);
}

/* Nobody asked for this one, so it takes nobody's place. */
static void
low_memory_cb (GMemoryMonitor             *monitor,
               GMemoryMonitorWarningLevel  level,
               gpointer                    data)
{
  g_autoptr (TfSpooledFile) self = g_weak_ref_get (data);
  g_autoptr (GTask) task = NULL;

  if (self == NULL || tf_spool_is_rolled_over (self->spool))
    return;
  task = make_task (self, G_PRIORITY_DEFAULT, NULL, relieved_cb, NULL, low_memory_cb);
  tf_worker_run (task, relieve);
}

static void
weak_ref_free (gpointer  data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

void
tf_spooled_file_watch_memory (TfSpooledFile *self,
                              gboolean       watch)
{
  GWeakRef *weak;

  if (watch == (self->monitor != NULL))
    return;
  if (!watch)
    {
      g_signal_handler_disconnect (self->monitor, self->monitor_handler);
      g_clear_object (&self->monitor);
      return;
    }
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  self->monitor = g_memory_monitor_dup_default ();
  self->monitor_handler = g_signal_connect_data (self->monitor, "low-memory-warning",
                                                 G_CALLBACK (low_memory_cb), weak,
                                                 weak_ref_free, 0);
}

/* --- public functions ---------------------------------------------------------------------- */

/**
 * tf_spooled_file_rollover_async:
 * @self: a spooled file
 * @io_priority: the I/O priority of the request
 * @cancellable: (nullable): a cancellable, looked at before the work begins
 * @callback: (nullable) (scope async) (closure user_data): a function to call when it is done
 * @user_data: data for @callback
 *
 * Moves the bytes to an anonymous temporary file, in a worker thread.
 *
 * See [method@SpooledFile.rollover]. While it or another asynchronous call is under way, it
 * fails with `G_IO_ERROR_PENDING`.
 *
 * Since: 0.1
 */
void
tf_spooled_file_rollover_async (TfSpooledFile       *self,
                                int                  io_priority,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (TF_IS_SPOOLED_FILE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin_operation (self,
                   make_task (self, io_priority, cancellable, callback, user_data,
                              tf_spooled_file_rollover_async),
                   NULL, TF_PERSIST_NONE);
}

/**
 * tf_spooled_file_rollover_finish:
 * @self: a spooled file
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes what [method@SpooledFile.rollover_async] began.
 *
 * Returns: `TRUE` when the bytes are in a file
 *
 * Since: 0.1
 */
gboolean
tf_spooled_file_rollover_finish (TfSpooledFile  *self,
                                 GAsyncResult   *result,
                                 GError        **error)
{
  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_spooled_file_rollover_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tf_spooled_file_persist:
 * @self: a spooled file
 * @destination: the file to become
 * @flags: how
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Rolls over and gives the file a name for ever.
 *
 * As [method@TemporaryFile.persist], with its errors and those of [method@SpooledFile.rollover].
 * The spooled file goes on with the published file. When it fails, there is nothing at the
 * destination that was not there before, and the spooled file can be used as before, though it may
 * have rolled over.
 *
 * Returns: `TRUE` when the destination has the content
 *
 * Since: 0.1
 */
gboolean
tf_spooled_file_persist (TfSpooledFile   *self,
                         GFile           *destination,
                         TfPersistFlags   flags,
                         GCancellable    *cancellable,
                         GError         **error)
{
  g_autofree char *path = NULL;
  gboolean result;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (destination), FALSE);

  path = tf_temporary_file_check_destination (destination, flags, error);
  if (path == NULL)
    return FALSE;
  result = publish (self, path, flags, cancellable, error);
  tf_spooled_file_announce (self);
  if (result)
    announce_name (self);
  return result;
}

/**
 * tf_spooled_file_persist_async:
 * @self: a spooled file
 * @destination: the file to become
 * @flags: how
 * @io_priority: the I/O priority of the request
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): a function to call when it is done
 * @user_data: data for @callback
 *
 * Rolls over and gives the file a name for ever, in a worker thread.
 *
 * See [method@SpooledFile.persist]. While it or another asynchronous call is under way, it
 * fails with `G_IO_ERROR_PENDING`.
 *
 * Since: 0.1
 */
void
tf_spooled_file_persist_async (TfSpooledFile       *self,
                               GFile               *destination,
                               TfPersistFlags       flags,
                               int                  io_priority,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;

  g_return_if_fail (TF_IS_SPOOLED_FILE (self));
  g_return_if_fail (G_IS_FILE (destination));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = make_task (self, io_priority, cancellable, callback, user_data,
                    tf_spooled_file_persist_async);
  path = tf_temporary_file_check_destination (destination, flags, &error);
  if (path == NULL)
    g_task_return_error (task, error);
  else
    begin_operation (self, g_steal_pointer (&task), g_steal_pointer (&path), flags);
}

/**
 * tf_spooled_file_persist_finish:
 * @self: a spooled file
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes what [method@SpooledFile.persist_async] began.
 *
 * Returns: `TRUE` when the destination has the content
 *
 * Since: 0.1
 */
gboolean
tf_spooled_file_persist_finish (TfSpooledFile  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_spooled_file_persist_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
