/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a TfTemporaryDirectory is used for, on the API floor: its descriptor, what is in it, its
 * end. */

#include "config.h"

#include "tf-temporary-directory-private.h"

#include "platform/tf-error-private.h"
#include "tf-temporary-file-private.h"

#include <glib/gi18n-lib.h>

/* The folder as long as it can be used; NULL with the error set. */
static TfFolder *
get_open_folder (TfTemporaryDirectory  *self,
                 GError               **error)
{
  TfFolder *folder = tf_temporary_directory_get_folder (self, error);

  if (folder == NULL || !tf_folder_is_closed (folder))
    return folder;
  tf_error_set_code (error, G_IO_ERROR_CLOSED,
                     _("Could not use “%s”: the temporary directory is closed"),
                     tf_folder_get_path (folder));
  return NULL;
}

/* --- using it ---------------------------------------------------------------------------- */

/**
 * tf_temporary_directory_get_fd:
 * @self: a temporary directory
 *
 * Gets the descriptor of the folder.
 *
 * It stays the object's, and is closed by the cleanup.
 *
 * Returns: the descriptor, -1 before the initialization and after the cleanup
 *
 * Since: 0.1
 */
int
tf_temporary_directory_get_fd (TfTemporaryDirectory *self)
{
  TfFolder *folder;

  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), -1);

  folder = g_atomic_pointer_get (&self->folder);
  return folder != NULL ? tf_folder_get_fd (folder) : -1;
}

/**
 * tf_temporary_directory_dup_fd:
 * @self: a temporary directory
 * @error: return location for an error
 *
 * Duplicates the descriptor of the folder.
 *
 * The duplicate is not inherited by new programs. As long as it is open the folder counts as in use
 * for programs that clean up temporary folders.
 *
 * Returns: a descriptor to be closed by the caller, -1 on error
 *
 * Since: 0.1
 */
int
tf_temporary_directory_dup_fd (TfTemporaryDirectory  *self,
                               GError               **error)
{
  TfFolder *folder;

  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), -1);

  folder = get_open_folder (self, error);
  return folder != NULL ? tf_folder_dup_fd (folder, error) : -1;
}

/* Whether `name` stays in the folder it is looked up in. */
static gboolean
is_inside (const char *name)
{
  if (*name == '\0' || g_path_is_absolute (name) || G_IS_DIR_SEPARATOR (*name))
    return FALSE;

  while (*name != '\0')
    {
      gsize length = 0;

      while (name[length] != '\0' && !G_IS_DIR_SEPARATOR (name[length]))
        length++;
      if ((length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.'))
        return FALSE;
      name += length;
      while (G_IS_DIR_SEPARATOR (*name))
        name++;
    }
  return TRUE;
}

/**
 * tf_temporary_directory_get_child:
 * @self: a temporary directory
 * @name: (type filename): a name, or a relative path
 * @error: return location for an error
 *
 * Gets a file in the folder, whether it exists or not.
 *
 * An empty or absolute @name, and one with a component `.` or `..`, is
 * `G_IO_ERROR_INVALID_FILENAME`. Links in the folder are not looked at.
 *
 * Returns: (transfer full): the file, `NULL` on error
 *
 * Since: 0.1
 */
GFile *
tf_temporary_directory_get_child (TfTemporaryDirectory  *self,
                                  const char            *name,
                                  GError               **error)
{
  TfFolder *folder;
  g_autofree char *path = NULL;

  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  folder = get_open_folder (self, error);
  if (folder == NULL)
    return NULL;
  if (!is_inside (name))
    {
      tf_error_set_code (error, G_IO_ERROR_INVALID_FILENAME,
                         _("Could not use “%s” in a temporary directory: it does not stay in it"),
                         name);
      return NULL;
    }
  path = g_build_filename (tf_folder_get_path (folder), name, NULL);
  return g_file_new_for_path (path);
}

static TfTemporaryFile *
open_file (TfFolder    *folder,
           const char  *prefix,
           const char  *suffix,
           GError     **error)
{
  TfPlace place = { -1, tf_folder_get_path (folder), prefix, suffix };
  TfTemporaryFile *file;

  place.dir = tf_folder_hold_fd (folder);
  if (place.dir == -1)
    {
      tf_error_set_code (error, G_IO_ERROR_CLOSED,
                         _("Could not use “%s”: the temporary directory is closed"), place.folder);
      return NULL;
    }
  file = tf_temporary_file_new_in_folder (folder, &place, error);
  tf_folder_release_fd (folder);
  return file;
}

/**
 * tf_temporary_directory_create_file:
 * @self: a temporary directory
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Creates a named temporary file in the folder.
 *
 * It is deleted when it is closed, or with the folder, whichever is first. It is made and deleted
 * by the folder's descriptor, so that works also after the folder was moved.
 *
 * Returns: (transfer full): a new temporary file, `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_temporary_directory_create_file (TfTemporaryDirectory  *self,
                                    const char            *prefix,
                                    const char            *suffix,
                                    GCancellable          *cancellable,
                                    GError               **error)
{
  TfFolder *folder;

  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  folder = get_open_folder (self, error);
  if (folder == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return open_file (folder, prefix, suffix, error);
}

/* --- the end ----------------------------------------------------------------------------- */

/**
 * tf_temporary_directory_keep:
 * @self: a temporary directory
 * @error: return location for an error
 *
 * Keeps the folder for ever: nothing of this library deletes it any more.
 *
 * The folder belongs to the user from now on. Its sticky bit is taken off; the other permissions
 * stay as they are. The object can be used as before, and a later
 * [method@TemporaryDirectory.cleanup] closes it without deleting anything. In
 * `TF_LOCATION_SESSION` it goes with the session's folder all the same. After a cleanup this is
 * `G_IO_ERROR_CLOSED`, in a forked child `G_IO_ERROR_PERMISSION_DENIED`.
 *
 * Returns: (transfer full): the folder, `NULL` on error
 *
 * Since: 0.1
 */
GFile *
tf_temporary_directory_keep (TfTemporaryDirectory  *self,
                             GError               **error)
{
  TfFolder *folder;

  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), NULL);

  folder = tf_temporary_directory_get_folder (self, error);
  if (folder == NULL || !tf_folder_keep (folder, error))
    return NULL;
  return g_object_ref (tf_temporary_directory_get_file (self));
}

gboolean
tf_temporary_directory_clean (TfTemporaryDirectory  *self,
                              GCancellable          *cancellable,
                              TfTallyProgress      progress,
                              gpointer               progress_data,
                              GError               **error)
{
  TfFolder *folder = tf_temporary_directory_get_folder (self, error);
  g_autoptr (GError) problem = NULL;

  if (folder == NULL)
    return FALSE;
  if (tf_folder_cleanup (folder, cancellable, progress, progress_data, &problem))
    return TRUE;
  if (tf_temporary_directory_get_ignore_cleanup_errors (self) &&
      !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_debug ("%s", problem->message);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/**
 * tf_temporary_directory_cleanup:
 * @self: a temporary directory
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Deletes the folder with all in it.
 *
 * It deletes also when [property@TemporaryDirectory:auto-delete] is `FALSE`, but not after
 * [method@TemporaryDirectory.keep]. In a forked child it deletes nothing and only closes.
 *
 * When something cannot be deleted, all else is, and the error names the first such thing and says
 * how many there are; unless [property@TemporaryDirectory:ignore-cleanup-errors] is set. Something
 * that is mounted in the folder is `G_IO_ERROR_BUSY`, and is not entered. After an error or a
 * cancellation the object is as open as before, and a second call finishes the work; when all is
 * deleted, further calls do nothing and succeed.
 *
 * This may take long; [method@TemporaryDirectory.cleanup_async] does it in a worker thread.
 *
 * Returns: `TRUE` when it is deleted
 *
 * Since: 0.1
 */
gboolean
tf_temporary_directory_cleanup (TfTemporaryDirectory  *self,
                                GCancellable          *cancellable,
                                GError               **error)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  return tf_temporary_directory_clean (self, cancellable, NULL, NULL, error);
}
