/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile made and published in a thread. */

#include "config.h"

#include "tf-temporary-file-private.h"

#include "streams/tf-worker-private.h"

/* --- making one ----------------------------------------------------------------------------- */

typedef struct
{
  GFile *directory;    /* nullable */
  gboolean named;
  char *prefix;        /* nullable */
  char *suffix;        /* nullable */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_clear_object (&wish->directory);
  g_free (wish->prefix);
  g_free (wish->suffix);
  g_free (wish);
}

static void
create_in_worker (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  Wish *wish = task_data;
  GError *error = NULL;
  TfTemporaryFile *file;

  if (wish->named)
    file = tf_temporary_file_new_named (wish->directory, wish->prefix, wish->suffix, cancellable,
                                        &error);
  else
    file = tf_temporary_file_new (wish->directory, cancellable, &error);

  tf_worker_return_object (task, file, error);
}

/* The task has no source object: the only form that Python's await, promises and vapigen all
 * take. */
static void
create (int                  io_priority,
        Wish                *wish,
        GCancellable        *cancellable,
        GAsyncReadyCallback  callback,
        gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, tf_temporary_file_create_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, wish, wish_free);
  tf_worker_run (task, create_in_worker);
}

/**
 * tf_temporary_file_create_async:
 * @io_priority: the priority of the request, for example `G_PRIORITY_DEFAULT`
 * @directory: (nullable): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Makes a temporary file without a name, in a thread.
 *
 * The asynchronous form of [ctor@TemporaryFile.new]; [func@TemporaryFile.create_finish] has the
 * result.
 *
 * Since: 0.1
 */
void
tf_temporary_file_create_async (int                  io_priority,
                                GFile               *directory,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  Wish *wish;

  g_return_if_fail (directory == NULL || G_IS_FILE (directory));

  wish = g_new0 (Wish, 1);
  g_set_object (&wish->directory, directory);
  create (io_priority, wish, cancellable, callback, user_data);
}

/**
 * tf_temporary_file_create_named_async:
 * @io_priority: the priority of the request, for example `G_PRIORITY_DEFAULT`
 * @directory: (nullable): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends, `NULL` for nothing
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Makes a temporary file with a name, in a thread.
 *
 * The asynchronous form of [ctor@TemporaryFile.new_named]; [func@TemporaryFile.create_finish] has
 * the result.
 *
 * Since: 0.1
 */
void
tf_temporary_file_create_named_async (int                  io_priority,
                                      GFile               *directory,
                                      const char          *prefix,
                                      const char          *suffix,
                                      GCancellable        *cancellable,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data)
{
  Wish *wish;

  g_return_if_fail (directory == NULL || G_IS_FILE (directory));

  wish = g_new0 (Wish, 1);
  g_set_object (&wish->directory, directory);
  wish->named = TRUE;
  wish->prefix = g_strdup (prefix);
  wish->suffix = g_strdup (suffix);
  create (io_priority, wish, cancellable, callback, user_data);
}

/**
 * tf_temporary_file_create_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [func@TemporaryFile.create_async] or [func@TemporaryFile.create_named_async].
 *
 * Returns: (transfer full): a new file, or `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_temporary_file_create_finish (GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_temporary_file_create_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tf_temporary_file_create_named_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [func@TemporaryFile.create_named_async].
 *
 * It is [func@TemporaryFile.create_finish] by the name that bindings look for.
 *
 * Returns: (transfer full): a new file, or `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_temporary_file_create_named_finish (GAsyncResult  *result,
                                       GError       **error)
{
  return tf_temporary_file_create_finish (result, error);
}

/* --- publishing ----------------------------------------------------------------------------- */

typedef struct
{
  char *path;
  TfPublishFlags flags;
} Destination;

static void
destination_free (gpointer data)
{
  Destination *destination = data;

  g_free (destination->path);
  g_free (destination);
}

static void
persist_in_worker (GTask        *task,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (source);
  Destination *destination = task_data;
  GError *error = NULL;

  tf_handle_persist (self->handle, destination->path, destination->flags, cancellable, &error);
  tf_channel_end ((TfChannel *) self->handle);
  tf_worker_return_boolean (task, error);
}

/**
 * tf_temporary_file_persist_async:
 * @self: a temporary file
 * @destination: the name it gets
 * @flags: how
 * @io_priority: the priority of the request, for example `G_PRIORITY_DEFAULT`
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Gives the file a permanent name, atomically, in a thread.
 *
 * The asynchronous form of [method@TemporaryFile.persist]; [method@TemporaryFile.persist_finish]
 * has the result.
 *
 * Since: 0.1
 */
void
tf_temporary_file_persist_async (TfTemporaryFile     *self,
                                 GFile               *destination,
                                 TfPersistFlags       flags,
                                 int                  io_priority,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *path = NULL;
  Destination *data;
  GError *error = NULL;

  g_return_if_fail (TF_IS_TEMPORARY_FILE (self));
  g_return_if_fail (G_IS_FILE (destination));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tf_temporary_file_persist_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);

  path = tf_temporary_file_check_destination (destination, flags, &error);
  if (path == NULL || !tf_channel_begin ((TfChannel *) self->handle, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  data = g_new0 (Destination, 1);
  data->path = g_steal_pointer (&path);
  data->flags = (flags & TF_PERSIST_REPLACE) != 0 ? TF_PUBLISH_REPLACE : TF_PUBLISH_NONE;
  g_task_set_task_data (task, data, destination_free);
  tf_worker_run (task, persist_in_worker);
}

/**
 * tf_temporary_file_persist_finish:
 * @self: a temporary file
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@TemporaryFile.persist_async].
 *
 * Returns: `TRUE` on success
 *
 * Since: 0.1
 */
gboolean
tf_temporary_file_persist_finish (TfTemporaryFile  *self,
                                  GAsyncResult     *result,
                                  GError          **error)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_temporary_file_persist_async), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  tf_temporary_file_notify_published (self);
  return TRUE;
}
