/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One temporary file that is open, on the core floor: opening, closing, what happens at the end. */

#include "config.h"

#include "core/tf-handle-struct-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define AUTOMATIC_CAPACITY (64 * 1024)

static void
discard_owned (TfOwned *owned,
               gint64   deadline)
{
  TfHandle *self = (TfHandle *) owned;
  gboolean inherited;

  if (!tf_lock_try_until (&self->channel.lock, deadline, &inherited))
    return;
  if (self->auto_delete)
    {
      g_autoptr (GError) error = NULL;

      if (!tf_handle_delete_locked (self, &error))
        g_debug ("%s", error->message);
    }
  tf_channel_unlock (&self->channel);
}

/* Closed, and nothing left to delete. */
static gboolean
is_over (TfHandle *self)
{
  return self->channel.state == TF_CHANNEL_CLOSED && self->fd == -1 &&
         (self->path == NULL || !self->auto_delete);
}

static void
finalize_owned (TfOwned *owned)
{
  TfHandle *self = (TfHandle *) owned;

  /* Nobody else has a reference, so no lock is needed to see this. */
  if (!is_over (self))
    tf_handle_abandon (self);
  tf_handle_close_fd (self, NULL);
  g_clear_pointer (&self->folder, tf_owned_unref);
  if (self->former_paths != NULL)
    g_slist_free_full (self->former_paths, g_free);
  g_free (self->path);
  tf_channel_clear (&self->channel);
  g_free (self);
}

const TfChannelClass tf_handle_class = {
  .owned = { discard_owned, finalize_owned },
  .read = tf_handle_buffer_read,
  .write = tf_handle_buffer_write,
  .seek = tf_handle_buffer_seek,
  .tell = tf_handle_buffer_tell,
  .truncate = tf_handle_buffer_truncate,
  .flush = tf_handle_buffer_flush,
  .get_size = tf_handle_buffer_get_size,
  .to_bytes = tf_handle_buffer_to_bytes,
  .inherit = tf_handle_buffer_inherit,
};

TfHandle *
tf_handle_new (void)
{
  TfHandle *self = g_new (TfHandle, 1);

  /* Not g_new0(): what calloc() gives never comes from malloc()'s quick lists. */
  memset (self, 0, sizeof *self);
  tf_channel_init (&self->channel, &tf_handle_class);
  self->fd = -1;
  self->auto_delete = TRUE;
  self->delete_on_close = TRUE;
  return self;
}

/* --- opening -------------------------------------------------------------------------------- */

static gboolean
check_options (const TfHandleOptions  *options,
               GError                **error)
{
  if ((options->permissions & ~0777u) != 0 || (options->permissions & 0600) != 0600)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("Could not create a temporary file with permissions %04o: "
                     "they must contain 0600 and no more than 0777"), options->permissions);
      return FALSE;
    }
  if (options->buffer_size < -1)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("Could not create a temporary file with a buffer of %d bytes"),
                   options->buffer_size);
      return FALSE;
    }
  return TRUE;
}

static void
take_options (TfHandle              *self,
              const TfHandleOptions *options)
{
  self->append = options->append;
  self->delete_on_close = options->delete_on_close;
  self->buffer_wanted = options->buffer_size > 0;
  self->capacity = options->buffer_size < 0 ? AUTOMATIC_CAPACITY : (gsize) options->buffer_size;
  self->forks = tf_os_forks ();
}

static void
take_name (TfHandle         *self,
           char             *path,
           const TfIdentity *id,
           TfFolder         *folder)
{
  self->path = path;
  self->id = *id;
  self->seen = TRUE;
  if (folder != NULL)
    {
      self->folder = tf_folder_ref (folder);
      self->name = strrchr (path, G_DIR_SEPARATOR) + 1;
    }
  if (self->auto_delete)
    tf_owned_register (&self->channel.owned);
}

/* Whoever audits is called meanwhile, so the lock is taken when the file is there: until then the
 * handle is NEW, and nobody else changes it. */
gboolean
tf_handle_open (TfHandle               *self,
                const TfPlace          *place,
                TfFolder               *folder,
                const TfHandleOptions  *options,
                GError                **error)
{
  TfOsCreateFlags flags = options->append ? TF_OS_CREATE_APPEND : TF_OS_CREATE_NONE;
  gboolean linkable = FALSE;
  char *path = NULL;
  TfStat stat;
  int fd;

  if (!check_options (options, error))
    return FALSE;
  if (options->anonymous)
    fd = tf_opener_create_anonymous (place, flags, &linkable, error);
  else
    fd = tf_opener_create_file (place, options->permissions, flags, &path, &stat, error);
  if (fd == -1)
    return FALSE;

  tf_channel_lock (&self->channel);
  g_assert (self->channel.state == TF_CHANNEL_NEW);
  take_options (self, options);
  tf_owned_adopt (&self->channel.owned);
  self->fd = fd;
  self->linkable = linkable;
  if (path != NULL)
    take_name (self, path, &stat.id, folder);
  self->channel.state = TF_CHANNEL_OPEN;
  tf_channel_unlock (&self->channel);
  return TRUE;
}

TfHandle *
tf_handle_new_for_fd (int             fd,
                      TfOsReopenFlags flags)
{
  TfHandle *self = tf_handle_new ();

  self->fd = fd;
  self->append = (flags & TF_OS_REOPEN_APPEND) != 0;
  self->read_only = (flags & TF_OS_REOPEN_READ_ONLY) != 0;
  self->seen = TRUE;
  self->forks = tf_os_forks ();
  self->channel.state = TF_CHANNEL_OPEN;
  return self;
}

/* --- closing -------------------------------------------------------------------------------- */

gboolean
tf_handle_close_fd (TfHandle  *self,
                    GError   **error)
{
  TfStatus status;

  if (self->fd == -1)
    return TRUE;
  if (self->path != NULL)
    tf_os_birth (self->fd, &self->birth);
  status = tf_os_close (self->fd);
  self->fd = -1;
  return status == 0 || tf_error_set (error, status, _("Could not close “%s”: %s"),
                                      tf_handle_describe (self));
}

/* Where the next step puts its error: the first of several failures is the one reported. */
static GError **
unless_failed (gboolean   so_far,
               GError   **error)
{
  return so_far ? error : NULL;
}

/* The name that is still due to be deleted is guarded by the open descriptor: as long as it is open
 * nobody else's file can have the same identity. */
static gboolean
close_locked (TfHandle  *self,
              gboolean   delete_name,
              GError   **error)
{
  gboolean done = TRUE;
  gboolean ours = tf_owned_is_ours (&self->channel.owned);

  if (self->seen && self->channel.state == TF_CHANNEL_OPEN)
    done = tf_handle_settle (self, error);
  self->channel.state = TF_CHANNEL_CLOSED;
  tf_handle_drop_buffer (self);

  if (delete_name && self->auto_delete)
    done = tf_handle_delete_name (self, unless_failed (done, error)) && done;
  if (self->path == NULL || !self->auto_delete || !ours)
    done = tf_handle_close_fd (self, unless_failed (done, error)) && done;
  else
    done = tf_handle_hold (self, unless_failed (done, error)) && done;
  return done;
}

gboolean
tf_handle_close (TfHandle  *self,
                 GError   **error)
{
  gboolean done = TRUE;

  tf_channel_lock (&self->channel);
  if (self->channel.state == TF_CHANNEL_NEW)
    done = tf_channel_refuse (TF_CHANNEL_NEW, error);
  else if (self->channel.state == TF_CHANNEL_OPEN)
    done = close_locked (self, self->delete_on_close, error);
  tf_channel_unlock (&self->channel);

  return done;
}

void
tf_handle_abandon (TfHandle *self)
{
  g_autoptr (GError) error = NULL;

  tf_channel_lock (&self->channel);
  if (self->channel.state != TF_CHANNEL_NEW && !is_over (self) &&
      !close_locked (self, TRUE, &error))
    g_debug ("%s", error->message);
  tf_channel_unlock (&self->channel);
}
