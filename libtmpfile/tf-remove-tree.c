/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing a folder with all in it, on the API floor. */

#include "config.h"

#include "tf-remove-tree.h"

#include "core/tf-temp-dir-private.h"
#include "core/tf-tree-private.h"
#include "platform/tf-error-private.h"
#include "streams/tf-worker-private.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  char *path;
  TfTreeFlags flags;
  TfProgress *progress;
} Request;

static gboolean
translate_flags (TfRemoveFlags   flags,
                 TfTreeFlags    *translated,
                 const char     *path,
                 GError        **error)
{
  *translated = TF_TREE_NONE;
  if ((flags & TF_REMOVE_CONTENTS_ONLY) != 0)
    *translated |= TF_TREE_CONTENTS_ONLY;
  if ((flags & TF_REMOVE_PARALLEL) != 0)
    *translated |= TF_TREE_PARALLEL;
  if ((flags & ~(TF_REMOVE_CONTENTS_ONLY | TF_REMOVE_PARALLEL)) == 0)
    return TRUE;
  return tf_error_set_code (error, G_IO_ERROR_INVALID_ARGUMENT,
                            _("Could not remove “%s”: unknown flags"), path);
}

/* NULL when it is not local. */
static const char *
get_local_path (GFile   *root,
                GError **error)
{
  g_autofree char *uri = NULL;

  if (g_file_is_native (root) && g_file_peek_path (root) != NULL)
    return g_file_peek_path (root);

  uri = g_file_get_uri (root);
  tf_error_set_code (error, G_IO_ERROR_NOT_SUPPORTED, _("Could not remove “%s”: it is not local"),
                     uri);
  return NULL;
}

/**
 * tf_remove_tree:
 * @path: (type filename): what to remove
 * @flags: how to do it
 * @cancellable: (nullable): a cancellable
 * @progress: (nullable) (scope call) (closure progress_data): called now and then with the number
 *   of entries removed so far, and the total or -1
 * @progress_data: (nullable): user data for @progress
 * @error: return location for an error
 *
 * Removes a folder with all in it.
 *
 * It works by descriptor from the folder that @path names, with a constant number of descriptors
 * and of memory at any depth. No link is followed, nothing that is mounted in the tree is entered,
 * and nothing outside of it is touched, also while others move and exchange what is in it. Folders
 * of the user's own that deny access are made accessible. When something cannot be removed all else
 * is, and the error names the first such thing and says how many there are.
 *
 * What is no folder is removed itself; of a link that is the link, never what it points to. With
 * `TF_REMOVE_CONTENTS_ONLY`, and with a separator at the end of @path, it is
 * `G_IO_ERROR_NOT_DIRECTORY`, and stays.
 *
 * The path is judged as it is, and refused with `G_IO_ERROR_INVALID_ARGUMENT` when it is empty, the
 * root, or has `.` or `..` as its last component; and when it names, in whatever way, the working
 * folder, the home folder, or one above them. What is not there, or was moved away meanwhile, is
 * `G_IO_ERROR_NOT_FOUND`, something mounted at @path or in it `G_IO_ERROR_BUSY`, a folder that
 * others fill as fast as it is emptied `G_IO_ERROR_NOT_EMPTY`; unknown @flags are
 * `G_IO_ERROR_INVALID_ARGUMENT`; other errors are the system's. After `G_IO_ERROR_CANCELLED` or
 * another error a second call finishes the work.
 *
 * This may block for long: [func@remove_tree_async] does it in a worker thread. May be called from
 * any thread; @progress is called in the same, every 64 entries or less often, and at the end; the
 * total is -1 until all is removed. The folder itself does not count as an entry.
 *
 * Returns: `TRUE` when it is removed
 *
 * Since: 0.1
 */
gboolean
tf_remove_tree (const char             *path,
                TfRemoveFlags           flags,
                GCancellable           *cancellable,
                GFileProgressCallback   progress,
                gpointer                progress_data,
                GError                **error)
{
  TfTreeFlags tree_flags;

  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return translate_flags (flags, &tree_flags, path, error) &&
         tf_tree_remove (path, tree_flags, cancellable, progress, progress_data, error);
}

/**
 * tf_remove_tree_file:
 * @root: what to remove
 * @flags: how to do it
 * @cancellable: (nullable): a cancellable
 * @progress: (nullable) (scope call) (closure progress_data): called now and then with the number
 *   of entries removed so far, and the total or -1
 * @progress_data: (nullable): user data for @progress
 * @error: return location for an error
 *
 * Removes a folder with all in it.
 *
 * This is [func@remove_tree] for a [iface@Gio.File], and what is said there holds. A
 * [iface@Gio.File] is normalised when it is made: one for `link/` is the link, one for `x/..` is
 * what `x` is in. One that is not local is `G_IO_ERROR_NOT_SUPPORTED`.
 *
 * Returns: `TRUE` when it is removed
 *
 * Since: 0.1
 */
gboolean
tf_remove_tree_file (GFile                  *root,
                     TfRemoveFlags           flags,
                     GCancellable           *cancellable,
                     GFileProgressCallback   progress,
                     gpointer                progress_data,
                     GError                **error)
{
  const char *path;

  g_return_val_if_fail (G_IS_FILE (root), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  path = get_local_path (root, error);
  return path != NULL &&
         tf_remove_tree (path, flags, cancellable, progress, progress_data, error);
}

/* --- in a worker thread ------------------------------------------------------------------ */

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->path);
  g_free (request);
}

static void
remove_cb (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  Request *request = data;
  GError *error = NULL;

  tf_tree_remove (request->path, request->flags, cancellable, tf_progress_update,
                  request->progress, &error);
  tf_progress_finish (request->progress, task, error);
}

/* The working folder may be another one when the worker comes to it. */
static gboolean
prepare (Request        *request,
         const char     *path,
         TfRemoveFlags   flags,
         GError        **error)
{
  if (path == NULL || !translate_flags (flags, &request->flags, path, error) ||
      !tf_tree_judge (path, error))
    return FALSE;
  request->path = tf_temp_dir_resolve (path, error);
  return request->path != NULL;
}

/* `path` is NULL when `error` says why, which is taken. */
static void
start (GTask                 *task,
       const char            *path,
       GError                *error,
       TfRemoveFlags          flags,
       GFileProgressCallback  progress,
       gpointer               progress_data,
       GDestroyNotify         progress_destroy)
{
  Request *request = g_new0 (Request, 1);

  /* The worker would return a cancelled task itself, and nobody would call progress_destroy. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, request, request_free);
  request->progress = tf_progress_new (progress, progress_data, progress_destroy,
                                       g_task_get_priority (task));

  if (prepare (request, path, flags, &error))
    tf_worker_run (task, remove_cb);
  else
    tf_progress_finish (request->progress, g_object_ref (task), error);
}

/**
 * tf_remove_tree_async:
 * @path: (type filename): what to remove
 * @flags: how to do it
 * @io_priority: the I/O priority of the request
 * @cancellable: (nullable): a cancellable
 * @progress: (nullable) (scope notified) (closure progress_data) (destroy progress_destroy): called
 *   with the number of entries removed so far, and the total or -1
 * @progress_data: (nullable): user data for @progress
 * @progress_destroy: (nullable): called once with @progress_data, before @callback
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: user data for @callback
 *
 * Removes a folder with all in it, in a worker thread.
 *
 * This is [func@remove_tree], and what is said there holds. A relative @path is made absolute in
 * this call. @progress, @progress_destroy and @callback are called in the thread-default main
 * context of the caller, @progress at most some twenty times a second, @progress_destroy exactly
 * once, also when there was an error or @progress is `NULL`. Call [func@remove_tree_finish] in
 * @callback; the source object that it is given is `NULL`.
 *
 * Since: 0.1
 */
void
tf_remove_tree_async (const char            *path,
                      TfRemoveFlags          flags,
                      int                    io_priority,
                      GCancellable          *cancellable,
                      GFileProgressCallback  progress,
                      gpointer               progress_data,
                      GDestroyNotify         progress_destroy,
                      GAsyncReadyCallback    callback,
                      gpointer               user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (path != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tf_remove_tree_async);
  g_task_set_priority (task, io_priority);
  start (task, path, NULL, flags, progress, progress_data, progress_destroy);
}

/**
 * tf_remove_tree_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [func@remove_tree_async].
 *
 * Errors are those of [func@remove_tree].
 *
 * Returns: `TRUE` when it is removed
 *
 * Since: 0.1
 */
gboolean
tf_remove_tree_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_remove_tree_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tf_remove_tree_file_async:
 * @root: what to remove
 * @flags: how to do it
 * @io_priority: the I/O priority of the request
 * @cancellable: (nullable): a cancellable
 * @progress: (nullable) (scope notified) (closure progress_data) (destroy progress_destroy): called
 *   with the number of entries removed so far, and the total or -1
 * @progress_data: (nullable): user data for @progress
 * @progress_destroy: (nullable): called once with @progress_data, before @callback
 * @callback: (nullable) (scope async) (closure user_data): called when it is done
 * @user_data: user data for @callback
 *
 * Removes a folder with all in it, in a worker thread.
 *
 * This is [func@remove_tree_file], called as [func@remove_tree_async]. Call
 * [func@remove_tree_file_finish] in @callback.
 *
 * Since: 0.1
 */
void
tf_remove_tree_file_async (GFile                 *root,
                           TfRemoveFlags          flags,
                           int                    io_priority,
                           GCancellable          *cancellable,
                           GFileProgressCallback  progress,
                           gpointer               progress_data,
                           GDestroyNotify         progress_destroy,
                           GAsyncReadyCallback    callback,
                           gpointer               user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  const char *path;

  g_return_if_fail (G_IS_FILE (root));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, tf_remove_tree_file_async);
  g_task_set_priority (task, io_priority);
  path = get_local_path (root, &error);
  start (task, path, error, flags, progress, progress_data, progress_destroy);
}

/**
 * tf_remove_tree_file_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [func@remove_tree_file_async].
 *
 * Errors are those of [func@remove_tree_file].
 *
 * Returns: `TRUE` when it is removed
 *
 * Since: 0.1
 */
gboolean
tf_remove_tree_file_finish (GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tf_remove_tree_file_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
