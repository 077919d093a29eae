/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryDirectory in a worker thread, on the API floor: one hop for a whole operation. */

#include "config.h"

#include "tf-temporary-directory-private.h"

#include "streams/tf-worker-private.h"

#include <glib/gi18n-lib.h>

/* --- creating ---------------------------------------------------------------------------- */

static void
initialize_cb (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  GError *error = NULL;

  tf_temporary_directory_initialize (source, cancellable, &error);
  tf_worker_return_boolean (task, error);
}

static void
tf_temporary_directory_init_async (GAsyncInitable      *initable,
                                   int                  io_priority,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (initable, cancellable, callback, user_data);

  g_task_set_source_tag (task, tf_temporary_directory_init_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  tf_worker_run (task, initialize_cb);
}

static gboolean
tf_temporary_directory_init_finish (GAsyncInitable  *initable,
                                    GAsyncResult    *result,
                                    GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, initable), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
tf_temporary_directory_async_initable_init (GAsyncInitableIface *iface)
{
  iface->init_async = tf_temporary_directory_init_async;
  iface->init_finish = tf_temporary_directory_init_finish;
}

static void
create_cb (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  GError *error = NULL;

  tf_temporary_directory_initialize (data, cancellable, &error);
  tf_worker_return_object (task, g_object_ref (data), error);
}

/**
 * tf_temporary_directory_create_async:
 * @io_priority: the I/O priority of the request
 * @directory: (nullable): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called in the thread-default main context of the caller when it is done
 * @user_data: user data for @callback
 *
 * Creates a temporary directory in a worker thread.
 *
 * Call [func@TemporaryDirectory.create_finish] in @callback. The source object that it is given is
 * `NULL`.
 *
 * Since: 0.1
 */
void
tf_temporary_directory_create_async (int                  io_priority,
                                     GFile               *directory,
                                     const char          *prefix,
                                     const char          *suffix,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (directory == NULL || G_IS_FILE (directory));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tf_temporary_directory_create_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, tf_temporary_directory_prepare (directory, prefix, suffix),
                        g_object_unref);
  tf_worker_run (task, create_cb);
}

/**
 * tf_temporary_directory_create_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [func@TemporaryDirectory.create_async].
 *
 * Errors are those of [ctor@TemporaryDirectory.new].
 *
 * Returns: (transfer full): a temporary directory, `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryDirectory *
tf_temporary_directory_create_finish (GAsyncResult  *result,
                                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_temporary_directory_create_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- cleaning up ------------------------------------------------------------------------- */

static void
cleanup_cb (GTask        *task,
            gpointer      source,
            gpointer      data,
            GCancellable *cancellable)
{
  TfTemporaryDirectory *self = source;
  GError *error = NULL;

  tf_temporary_directory_clean (self, cancellable, tf_progress_update, data, &error);
  g_atomic_int_set (&self->cleaning, FALSE);
  tf_progress_finish (data, task, error);
}

/**
 * tf_temporary_directory_cleanup_async:
 * @self: a temporary directory
 * @io_priority: the I/O priority of the request
 * @cancellable: (nullable): a cancellable
 * @progress: (nullable) (scope notified) (closure progress_data) (destroy progress_destroy): called
 *   with the number of entries deleted so far, and the total or -1
 * @progress_data: (nullable): user data for @progress
 * @progress_destroy: (nullable): called once with @progress_data, before @callback
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: user data for @callback
 *
 * Deletes the folder with all in it, in a worker thread.
 *
 * This is [method@TemporaryDirectory.cleanup], and what is said there holds. @progress,
 * @progress_destroy and @callback are called in the thread-default main context of the caller.
 * @progress is called at most some twenty times a second; the total is -1 until all is deleted, and
 * a folder that was empty gives no call. @progress_destroy is called exactly once, also
 * when there was an error or @progress is `NULL`.
 *
 * While it runs, another asynchronous cleanup of the same object fails with `G_IO_ERROR_PENDING`,
 * and [method@TemporaryDirectory.cleanup] waits for it. Cancelled half-way, or when it failed, the
 * object is as open as before, and a second call finishes the work.
 *
 * Since: 0.1
 */
void
tf_temporary_directory_cleanup_async (TfTemporaryDirectory  *self,
                                      int                    io_priority,
                                      GCancellable          *cancellable,
                                      GFileProgressCallback  progress,
                                      gpointer               progress_data,
                                      GDestroyNotify         progress_destroy,
                                      GAsyncReadyCallback    callback,
                                      gpointer               user_data)
{
  g_autoptr (GTask) task = NULL;
  TfProgress *carrier;
  GError *error = NULL;

  g_return_if_fail (TF_IS_TEMPORARY_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tf_temporary_directory_cleanup_async);
  g_task_set_priority (task, io_priority);
  /* The worker would return a cancelled task itself, and nobody would call progress_destroy. */
  g_task_set_check_cancellable (task, FALSE);
  carrier = tf_progress_new (progress, progress_data, progress_destroy, io_priority);

  if (tf_temporary_directory_get_folder (self, &error) == NULL)
    {
      tf_progress_finish (carrier, g_steal_pointer (&task), error);
      return;
    }
  if (!g_atomic_int_compare_and_exchange (&self->cleaning, FALSE, TRUE))
    {
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           _("Could not clean up the temporary directory: that is under way"));
      tf_progress_finish (carrier, g_steal_pointer (&task), error);
      return;
    }
  g_task_set_task_data (task, carrier, NULL);
  tf_worker_run (task, cleanup_cb);
}

/**
 * tf_temporary_directory_cleanup_finish:
 * @self: a temporary directory
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@TemporaryDirectory.cleanup_async].
 *
 * Errors are those of [method@TemporaryDirectory.cleanup], and `G_IO_ERROR_PENDING`.
 *
 * Returns: `TRUE` when it is deleted
 *
 * Since: 0.1
 */
gboolean
tf_temporary_directory_cleanup_finish (TfTemporaryDirectory  *self,
                                       GAsyncResult          *result,
                                       GError               **error)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_temporary_directory_cleanup_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
