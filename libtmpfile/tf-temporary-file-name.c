/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The name of a TfTemporaryFile: told, deleted, kept, published. */

#include "config.h"

#include "tf-temporary-file-private.h"

#include <glib/gi18n-lib.h>

/* Held for a moment only, so one is enough for all objects. */
static TfLock file_lock = TF_LOCK_INIT;

/**
 * tf_temporary_file_get_file: (get-property file)
 * @self: a temporary file
 *
 * Gets the file by its name.
 *
 * After [method@TemporaryFile.persist] it is the destination.
 *
 * Returns: (transfer none) (nullable): the file, `NULL` when it has no name; valid as long as @self
 *   lives
 *
 * Since: 0.1
 */
GFile *
tf_temporary_file_get_file (TfTemporaryFile *self)
{
  const char *path;
  GFile *file;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  path = tf_handle_get_path (self->handle);
  if (path == NULL)
    return NULL;

  tf_lock_acquire (&file_lock);
  if (self->file != NULL && g_strcmp0 (g_file_peek_path (self->file), path) != 0)
    self->former_files = g_slist_prepend (self->former_files, g_steal_pointer (&self->file));
  if (self->file == NULL)
    self->file = g_file_new_for_path (path);
  file = self->file;
  tf_lock_release (&file_lock);

  return file;
}

/**
 * tf_temporary_file_get_path:
 * @self: a temporary file
 *
 * Gets the absolute path of the file.
 *
 * After [method@TemporaryFile.persist] it is that of the destination.
 *
 * Returns: (transfer none) (nullable) (type filename): the path, `NULL` when it has no name; valid
 *   as long as @self lives
 *
 * Since: 0.1
 */
const char *
tf_temporary_file_get_path (TfTemporaryFile *self)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  return tf_handle_get_path (self->handle);
}

/**
 * tf_temporary_file_get_auto_delete: (get-property auto-delete)
 * @self: a temporary file
 *
 * Tells whether the name is deleted at the end.
 *
 * Returns: `TRUE` when it is
 *
 * Since: 0.1
 */
gboolean
tf_temporary_file_get_auto_delete (TfTemporaryFile *self)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), FALSE);

  return tf_handle_get_auto_delete (self->handle);
}

/**
 * tf_temporary_file_set_auto_delete: (set-property auto-delete)
 * @self: a temporary file
 * @auto_delete: whether to delete the name at the end
 *
 * Sets whether the name is deleted at the end.
 *
 * Without effect once the file is kept or published, or closed with its name left in place.
 *
 * Since: 0.1
 */
void
tf_temporary_file_set_auto_delete (TfTemporaryFile *self,
                                   gboolean         auto_delete)
{
  g_return_if_fail (TF_IS_TEMPORARY_FILE (self));

  if (tf_handle_get_auto_delete (self->handle) == !!auto_delete)
    return;
  tf_handle_set_auto_delete (self->handle, !!auto_delete);
  if (tf_handle_get_auto_delete (self->handle) == !!auto_delete)
    tf_temporary_file_notify_auto_delete (self);
}

/**
 * tf_temporary_file_delete:
 * @self: a temporary file
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Deletes the name now; the file goes on without one.
 *
 * Works after closing too, and can be tried again when it failed. Without a name there is nothing
 * to do.
 *
 * When something else is under the name, it is left alone and the error is `G_IO_ERROR_NOT_FOUND`.
 * What was kept or published is the user's: `G_IO_ERROR_NOT_SUPPORTED`. In a forked child it is the
 * parent's: `G_IO_ERROR_PERMISSION_DENIED`.
 *
 * Returns: `TRUE` when the file has no name any more
 *
 * Since: 0.1
 */
gboolean
tf_temporary_file_delete (TfTemporaryFile  *self,
                          GCancellable     *cancellable,
                          GError          **error)
{
  gboolean done;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  done = tf_handle_delete (self->handle, error);
  tf_temporary_file_notify_deleted (self);
  return done;
}

/**
 * tf_temporary_file_keep:
 * @self: a temporary file
 * @error: return location for an error
 *
 * Keeps the file where it is, for ever.
 *
 * Works after closing too as long as the name is there. In `TF_LOCATION_SESSION`, and in a
 * [class@TemporaryDirectory], it goes with the folder all the same: publish it elsewhere with
 * [method@TemporaryFile.persist].
 *
 * Fails with `G_IO_ERROR_NOT_SUPPORTED` when the file has no name; [method@TemporaryFile.persist]
 * gives it one. Fails with `G_IO_ERROR_PERMISSION_DENIED` in a forked child: the name is its
 * parent's.
 *
 * Returns: (transfer full): the file, which is the caller's now, or `NULL` on error
 *
 * Since: 0.1
 */
GFile *
tf_temporary_file_keep (TfTemporaryFile  *self,
                        GError          **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  path = tf_handle_keep (self->handle, error);
  if (path == NULL)
    return NULL;
  tf_temporary_file_notify_auto_delete (self);
  return g_file_new_for_path (path);
}

char *
tf_temporary_file_check_destination (GFile           *destination,
                                     TfPersistFlags   flags,
                                     GError         **error)
{
  g_autofree char *path = NULL;
  g_autofree char *uri = NULL;

  if (((guint) flags & ~(guint) TF_PERSIST_REPLACE) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not publish the temporary file: unknown flags"));
      return NULL;
    }
  path = g_file_get_path (destination);
  if (path != NULL)
    return g_steal_pointer (&path);

  uri = g_file_get_uri (destination);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _("Could not publish “%s”: it is not local"), uri);
  return NULL;
}

/**
 * tf_temporary_file_persist:
 * @self: a temporary file
 * @destination: the name it gets
 * @flags: how
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Gives the file a permanent name, atomically.
 *
 * At every instant, also if the program is killed meanwhile, the destination is what was there
 * before or all of the file. The file's permissions become those the umask leaves, or those of the
 * file replaced, never with set-id bits. A destination that is a link is replaced itself.
 *
 * The object goes on, on the same file; [method@TemporaryFile.get_file] is the destination from
 * then on, and the name stays whatever happens to the object. On another file system, and where the
 * system cannot give an anonymous file a name, the data are copied next to the destination first;
 * descriptors that were duplicated before keep the old data then.
 *
 * Fails with `G_IO_ERROR_EXISTS` when something is there and it is not to be replaced, with
 * `G_IO_ERROR_IS_DIRECTORY` over a folder, with `G_IO_ERROR_INVALID_ARGUMENT` on unknown flags,
 * with `G_IO_ERROR_NOT_SUPPORTED` when the destination is not local. The object is as before then.
 *
 * Returns: `TRUE` on success
 *
 * Since: 0.1
 */
gboolean
tf_temporary_file_persist (TfTemporaryFile  *self,
                           GFile            *destination,
                           TfPersistFlags    flags,
                           GCancellable     *cancellable,
                           GError          **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (destination), FALSE);

  path = tf_temporary_file_check_destination (destination, flags, error);
  if (path == NULL)
    return FALSE;
  if (!tf_handle_persist (self->handle, path,
                          (flags & TF_PERSIST_REPLACE) != 0 ? TF_PUBLISH_REPLACE : TF_PUBLISH_NONE,
                          cancellable, error))
    return FALSE;
  tf_temporary_file_notify_published (self);
  return TRUE;
}
