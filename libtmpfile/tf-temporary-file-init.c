/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile initialized: the file is made of what the properties say. */

#include "config.h"

#include "tf-temporary-file-private.h"

#include "core/tf-session-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-error-private.h"
#include "streams/tf-worker-private.h"

#include <glib/gi18n-lib.h>

static const char *
find_folder (TfTemporaryFile  *self,
             GError          **error)
{
  g_autofree char *uri = NULL;
  const char *path;

  if (self->directory == NULL)
    return tf_temp_dir_get (error);
  /* A GFile's path is always absolute. */
  path = g_file_peek_path (self->directory);
  if (path != NULL)
    return path;

  uri = g_file_get_uri (self->directory);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _("Could not create a temporary file in “%s”: it is not local"), uri);
  return NULL;
}

/* By the descriptor of this process's folder; a named file goes with it. */
static gboolean
try_session (TfTemporaryFile  *self,
             TfFolder         *folder,
             GError          **error)
{
  TfPlace place = { -1, tf_folder_get_path (folder), self->prefix, self->suffix };
  gboolean opened;

  place.dir = tf_folder_hold_fd (folder);
  if (place.dir == -1)
    return tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                              _("Could not find “%s”: it was cleaned up"), place.folder);
  opened = tf_handle_open (self->handle, &place, self->options.anonymous ? NULL : folder,
                           &self->options, error);
  tf_folder_release_fd (folder);
  return opened;
}

/* Others may have removed the folder: then there is another. */
static gboolean
open_in_session (TfTemporaryFile  *self,
                 GError          **error)
{
  TfFolder *folder = tf_session_get (error);
  g_autoptr (GError) problem = NULL;
  gboolean opened, gone;

  if (folder == NULL)
    return FALSE;
  opened = try_session (self, folder, &problem);
  /* An audit hook may refuse with the same error. */
  gone = g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
         !tf_folder_is_there (folder);
  tf_folder_unref (folder);
  if (!opened && !gone)
    g_propagate_error (error, g_steal_pointer (&problem));
  if (!gone)
    return opened;

  folder = tf_session_find (error);
  if (folder == NULL)
    return FALSE;
  opened = try_session (self, folder, error);
  tf_folder_unref (folder);
  return opened;
}

static gboolean
open_handle (TfTemporaryFile  *self,
             GCancellable     *cancellable,
             GError          **error)
{
  TfPlace place = { TF_OS_CWD, NULL, self->prefix, self->suffix };

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (self->directory == NULL && self->location == TF_LOCATION_SESSION)
    return open_in_session (self, error);
  place.folder = find_folder (self, error);
  if (place.folder == NULL)
    return FALSE;

  return tf_handle_open (self->handle, &place, NULL, &self->options, error);
}

TfTemporaryFile *
tf_temporary_file_new_in_folder (TfFolder       *folder,
                                 const TfPlace  *place,
                                 GError        **error)
{
  g_autoptr (TfTemporaryFile) self = g_object_new (TF_TYPE_TEMPORARY_FILE, NULL);

  self->options.anonymous = FALSE;
  if (!tf_handle_open (self->handle, place, folder, &self->options, error))
    return NULL;
  self->initialized = TF_INIT_DONE;
  self->named = TRUE;
  return g_steal_pointer (&self);
}

gboolean
tf_temporary_file_initable_init (GInitable     *initable,
                                 GCancellable  *cancellable,
                                 GError       **error)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (initable);
  gboolean opened;

  if (!g_atomic_int_compare_and_exchange (&self->initialized, TF_INIT_NOT_YET, TF_INIT_UNDER_WAY))
    {
      if (g_atomic_int_get (&self->initialized) == TF_INIT_DONE)
        return TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           _("The object is being initialized by another thread"));
      return FALSE;
    }

  opened = open_handle (self, cancellable, error);
  self->named = opened && !self->options.anonymous;
  g_atomic_int_set (&self->initialized, opened ? TF_INIT_DONE : TF_INIT_NOT_YET);
  return opened;
}

static void
init_in_worker (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GError *error = NULL;

  tf_temporary_file_initable_init (source, cancellable, &error);
  tf_worker_return_boolean (task, error);
}

void
tf_temporary_file_init_async (GAsyncInitable      *initable,
                              int                  io_priority,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (initable, cancellable, callback, user_data);

  g_task_set_source_tag (task, tf_temporary_file_init_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  tf_worker_run (task, init_in_worker);
}

gboolean
tf_temporary_file_init_finish (GAsyncInitable  *initable,
                               GAsyncResult    *result,
                               GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, initable), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
