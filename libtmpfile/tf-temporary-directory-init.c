/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryDirectory initialized, on the API floor: the folder is made of what the properties
 * say. */

#include "config.h"

#include "tf-temporary-directory-private.h"

#include "core/tf-session-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

/* A file that is local has an absolute path. */
static char *
find_parent (TfTemporaryDirectory  *self,
             GError               **error)
{
  g_autofree char *uri = NULL;

  if (self->directory == NULL && self->location == TF_LOCATION_SESSION)
    return tf_session_find_path (error);
  if (self->directory == NULL)
    return g_strdup (tf_temp_dir_get (error));
  if (g_file_peek_path (self->directory) != NULL)
    return g_file_get_path (self->directory);

  uri = g_file_get_uri (self->directory);
  tf_error_set_code (error, G_IO_ERROR_NOT_SUPPORTED,
                     _("Could not create a temporary directory in “%s”: it is not local"), uri);
  return NULL;
}

static TfFolder *
make_folder (TfTemporaryDirectory  *self,
             GCancellable          *cancellable,
             GError               **error)
{
  TfPlace place = { TF_OS_CWD, NULL, self->prefix, self->suffix };
  g_autofree char *parent = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  parent = find_parent (self, error);
  place.folder = parent;
  return parent != NULL ? tf_folder_new (&place, error) : NULL;
}

gboolean
tf_temporary_directory_initialize (TfTemporaryDirectory  *self,
                                   GCancellable          *cancellable,
                                   GError               **error)
{
  TfFolder *folder;

  if (!g_atomic_int_compare_and_exchange (&self->initialized, TF_DIRECTORY_NOT_YET,
                                          TF_DIRECTORY_UNDER_WAY))
    {
      if (g_atomic_int_get (&self->initialized) == TF_DIRECTORY_DONE)
        return TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           _("Could not create the temporary directory: that is under way"));
      return FALSE;
    }

  folder = make_folder (self, cancellable, error);
  if (folder == NULL)
    {
      g_atomic_int_set (&self->initialized, TF_DIRECTORY_NOT_YET);
      return FALSE;
    }
  g_atomic_pointer_set (&self->folder, folder);
  if (!g_atomic_int_get (&self->auto_delete))
    tf_folder_set_auto_delete (folder, FALSE);
  g_atomic_int_set (&self->initialized, TF_DIRECTORY_DONE);
  return TRUE;
}

gboolean
tf_temporary_directory_initable_init (GInitable     *initable,
                                      GCancellable  *cancellable,
                                      GError       **error)
{
  return tf_temporary_directory_initialize (TF_TEMPORARY_DIRECTORY (initable), cancellable, error);
}

TfFolder *
tf_temporary_directory_get_folder (TfTemporaryDirectory  *self,
                                   GError               **error)
{
  TfFolder *folder = g_atomic_pointer_get (&self->folder);

  if (folder == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                         _("Could not use the temporary directory: it was not initialized"));
  return folder;
}
