/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Sweeping up what a killed program left, on the API floor. */

#include "config.h"

#include "tf-sweep.h"

#include "core/tf-sweeper-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-error-private.h"
#include "streams/tf-worker-private.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GFile *directory;   /* nullable; owned, as is the next */
  char *prefix;       /* nullable */
  guint min_age;      /* seconds */
} Request;

/* NULL on error. */
static const char *
get_path (GFile   *directory,
          GError **error)
{
  g_autofree char *uri = NULL;

  if (directory == NULL)
    return tf_temp_dir_get (error);
  if (g_file_is_native (directory) && g_file_peek_path (directory) != NULL)
    return g_file_peek_path (directory);

  uri = g_file_get_uri (directory);
  tf_error_set_code (error, G_IO_ERROR_NOT_SUPPORTED, _("Could not sweep “%s”: it is not local"),
                     uri);
  return NULL;
}

/**
 * tf_sweep_orphans:
 * @directory: (nullable): the folder to sweep, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the names begin, `NULL` for [func@get_temp_prefix]
 * @min_age: for how long nothing must have changed, in seconds
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Removes what programs that were killed left in a folder.
 *
 * A program that ends in an orderly way leaves nothing; one that is killed leaves its temporary
 * directories. They are recognised by a mark (the sticky bit) that only this library gives, and
 * only to what its owner wants removed; and by a lease (a lock of the kernel's) that ended with the
 * owner. Removed are, if they belong to the effective user and nobody holds a lease on them:
 *
 * - the folders of [class@TemporaryDirectory], and of `TF_LOCATION_SESSION`, whose name is @prefix,
 *   the random part, and anything behind it, with all in them;
 * - files that were about to be published by [method@TemporaryFile.persist].
 *
 * Nothing else ever is: not a folder whose permissions were changed, not what was kept, nor what
 * [func@mkdtemp] or others made, nor single named files. The folders of `TF_LOCATION_SESSION` begin
 * with the program's name and a `-`. A good moment is the start of a program. A folder in use is
 * left alone whatever its age, so @min_age may be 0.
 *
 * A folder in which somebody who lives has a temporary directory of his own stays too. What cannot
 * be removed is left, the rest is removed, and the error is the first. On a file system that is not
 * known to be local, where others may use what seems to be left, this is
 * `G_IO_ERROR_NOT_SUPPORTED`, as it is when @directory is not local. A separator in @prefix is
 * `G_IO_ERROR_INVALID_FILENAME`, a folder that is not there `G_IO_ERROR_NOT_FOUND`.
 *
 * May block for long; may be called from any thread, and by many programs at once.
 *
 * Returns: how many folders and files were removed, -1 on error
 *
 * Since: 0.1
 */
int
tf_sweep_orphans (GFile         *directory,
                  const char    *prefix,
                  guint          min_age,
                  GCancellable  *cancellable,
                  GError       **error)
{
  const char *path;
  guint swept;

  g_return_val_if_fail (directory == NULL || G_IS_FILE (directory), -1);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  path = get_path (directory, error);
  if (path == NULL || !tf_sweeper_sweep (path, prefix, min_age, cancellable, &swept, error))
    return -1;
  return (int) swept;
}

/* --- in a worker thread ------------------------------------------------------------------ */

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_object (&request->directory);
  g_free (request->prefix);
  g_free (request);
}

static void
sweep_cb (GTask        *task,
          gpointer      source,
          gpointer      data,
          GCancellable *cancellable)
{
  Request *request = data;
  GError *error = NULL;
  int swept = tf_sweep_orphans (request->directory, request->prefix, request->min_age, cancellable,
                                &error);

  tf_worker_return_int (task, swept, error);
}

/**
 * tf_sweep_orphans_async:
 * @directory: (nullable): the folder to sweep, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the names begin, `NULL` for [func@get_temp_prefix]
 * @min_age: for how long nothing must have changed, in seconds
 * @io_priority: the I/O priority of the request
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: user data for @callback
 *
 * Removes what programs that were killed left in a folder, in a worker thread.
 *
 * This is [func@sweep_orphans], and what is said there holds. @callback is called in the
 * thread-default main context of the caller; call [func@sweep_orphans_finish] in it. The source
 * object that it is given is `NULL`.
 *
 * Since: 0.1
 */
void
tf_sweep_orphans_async (GFile               *directory,
                        const char          *prefix,
                        guint                min_age,
                        int                  io_priority,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Request *request;

  g_return_if_fail (directory == NULL || G_IS_FILE (directory));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  request = g_new0 (Request, 1);
  request->directory = directory != NULL ? g_object_ref (directory) : NULL;
  request->prefix = g_strdup (prefix);
  request->min_age = min_age;
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tf_sweep_orphans_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, request, request_free);
  tf_worker_run (task, sweep_cb);
}

/**
 * tf_sweep_orphans_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [func@sweep_orphans_async].
 *
 * Errors are those of [func@sweep_orphans].
 *
 * Returns: how many folders and files were removed, -1 on error
 *
 * Since: 0.1
 */
int
tf_sweep_orphans_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), -1);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_sweep_orphans_async), -1);

  return (int) g_task_propagate_int (G_TASK (result), error);
}
