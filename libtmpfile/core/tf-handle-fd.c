/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The descriptor of a handle, on the core floor: given away, copied, opened once more, or held for
 * the identity of a name that stays; and all the bytes behind it. */

#include "config.h"

#include "core/tf-handle-struct-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

int
tf_handle_get_fd (TfHandle  *self,
                  GError   **error)
{
  int fd = -1;

  if (!tf_channel_enter (&self->channel, error))
    return -1;
  if (tf_handle_become_seen (self, error))
    fd = self->fd;
  tf_channel_unlock (&self->channel);
  return fd;
}

/* In the lock. */
static int
dup_seen (TfHandle  *self,
          GError   **error)
{
  TfStatus status;
  int copy;

  if (!tf_handle_become_seen (self, error))
    return -1;
  status = tf_os_dup (self->fd, &copy);
  if (status == 0)
    return copy;
  tf_error_set (error, status, _("Could not duplicate the descriptor of “%s”: %s"),
                tf_handle_describe (self));
  return -1;
}

int
tf_handle_dup_fd (TfHandle  *self,
                  GError   **error)
{
  int copy;

  if (!tf_channel_enter (&self->channel, error))
    return -1;
  copy = dup_seen (self, error);
  tf_channel_unlock (&self->channel);
  return copy;
}

int
tf_handle_steal_fd (TfHandle  *self,
                    GError   **error)
{
  int fd = -1;

  if (!tf_channel_enter (&self->channel, error))
    return -1;
  if (tf_handle_become_seen (self, error) && tf_handle_settle (self, error) &&
      (!self->auto_delete || tf_handle_delete_name (self, error)))
    {
      if (self->path != NULL)
        tf_os_birth (self->fd, &self->birth);
      fd = g_steal_fd (&self->fd);
      self->channel.state = TF_CHANNEL_CLOSED;
      tf_handle_drop_buffer (self);
    }
  tf_channel_unlock (&self->channel);
  return fd;
}

/* --- once more ------------------------------------------------------------------------------ */

static gboolean
is_what_we_closed (TfHandle *self,
                   int       fd)
{
  gint64 birth = 0;
  TfStat stat;

  return tf_os_stat (fd, &stat) == 0 && tf_identity_equal (&stat.id, &self->id) &&
         tf_os_birth (fd, &birth) == 0 && birth == self->birth;
}

/* The descriptor was closed and only the name is left, which must still be the file's. */
static int
open_by_name (TfHandle         *self,
              TfOsReopenFlags   flags,
              GError          **error)
{
  int copy;
  TfStatus status = tf_os_open_file (TF_OS_CWD, self->path, flags, &copy);

  if (status != 0)
    {
      tf_error_set (error, status, _("Could not open “%s” once more: %s"), self->path);
      return -1;
    }
  if (is_what_we_closed (self, copy))
    return copy;

  tf_os_close (copy);
  tf_handle_refuse_missing (self, error);
  return -1;
}

static int
open_copy (TfHandle         *self,
           TfOsReopenFlags   flags,
           GError          **error)
{
  TfStatus status;
  int copy;

  if (self->fd == -1)
    return open_by_name (self, flags, error);

  status = tf_os_reopen (self->fd, self->path, flags, &copy);
  if (status == 0)
    return copy;
  tf_error_set (error, status, _("Could not open “%s” once more: %s"), tf_handle_describe (self));
  return -1;
}

gboolean
tf_handle_hold (TfHandle  *self,
                GError   **error)
{
  TfStatus status;
  TfLookup where;
  int held = -1;
  int last = -1;
  TfStat stat;

  if (self->held || !tf_handle_begin_lookup (self, &where))
    return TRUE;
  status = tf_os_hold_file (where.dir, where.name, &held);
  tf_handle_end_lookup (self);
  if (status != 0)
    return TRUE;

  if (tf_os_stat (held, &stat) != 0 || !tf_identity_equal (&stat.id, &self->id))
    {
      /* It was moved away. */
      tf_os_close (held);
      return TRUE;
    }
  /* The number stays, for whoever was told it. A close of its own tells what some file systems find
   * out only then (close(2)). */
  status = tf_os_dup (self->fd, &last);
  if (status == 0)
    status = tf_os_replace (held, self->fd);
  if (status != 0)
    tf_os_close (held);
  else
    self->held = TRUE;
  return last == -1 || (status = tf_os_close (last)) == 0 ||
         tf_error_set (error, status, _("Could not close “%s”: %s"), self->path);
}

gboolean
tf_handle_open_again (TfHandle  *self,
                      GError   **error)
{
  TfStatus status;
  int fd;

  if (self->fd != -1 && !self->held)
    return TRUE;
  fd = open_copy (self, TF_OS_REOPEN_NONE, error);
  if (fd == -1)
    return FALSE;
  if (!self->held)
    {
      self->fd = fd;
      return TRUE;
    }
  status = tf_os_replace (fd, self->fd);
  if (status == 0)
    {
      self->held = FALSE;
      return TRUE;
    }
  tf_os_close (fd);
  return tf_error_set (error, status, _("Could not open “%s” once more: %s"), self->path);
}

static int
reopen_locked (TfHandle         *self,
               TfOsReopenFlags   flags,
               GError          **error)
{
  if (self->channel.state == TF_CHANNEL_OPEN &&
      (!tf_handle_become_seen (self, error) || !tf_handle_settle (self, error)))
    return -1;
  return open_copy (self, flags, error);
}

int
tf_handle_reopen (TfHandle         *self,
                  TfOsReopenFlags   flags,
                  GError          **error)
{
  int copy = -1;

  tf_channel_lock (&self->channel);
  if (self->channel.state == TF_CHANNEL_NEW ||
      (self->channel.state == TF_CHANNEL_CLOSED && self->path == NULL))
    tf_channel_refuse (self->channel.state, error);
  else
    copy = reopen_locked (self, flags, error);
  tf_channel_unlock (&self->channel);
  return copy;
}

/* --- looking and taking ----------------------------------------------------------------------- */

gboolean
tf_handle_stat (TfHandle  *self,
                TfStat    *stat,
                GError   **error)
{
  TfStatus status;
  gboolean done;

  if (!tf_channel_enter (&self->channel, error))
    return FALSE;
  done = tf_handle_settle (self, error);
  if (done)
    {
      status = tf_os_stat (self->fd, stat);
      if (status != 0)
        done = tf_error_set (error, status, _("Could not look at “%s”: %s"),
                             tf_handle_describe (self));
    }
  tf_channel_unlock (&self->channel);
  return done;
}

gboolean
tf_handle_stat_name (TfHandle *self,
                     TfStat   *stat)
{
  gboolean ours;

  tf_channel_lock (&self->channel);
  ours = self->path != NULL && tf_os_stat_at (TF_OS_CWD, self->path, stat) == 0 &&
         tf_identity_equal (&stat->id, &self->id);
  tf_channel_unlock (&self->channel);
  return ours;
}

/* A map changes, and a shortened file kills who reads the map, when somebody else has the file
 * open: through a name, a descriptor that was given away, or a fork. */
static gboolean
is_private (TfHandle *self)
{
  return !self->seen && self->forks == tf_os_forks () && tf_owned_is_ours (&self->channel.owned);
}

static GBytes *
map_bytes (TfHandle *self)
{
  g_autoptr (GMappedFile) map = g_mapped_file_new_from_fd (self->fd, FALSE, NULL);

  return map != NULL ? g_mapped_file_get_bytes (map) : NULL;
}

static GBytes *
take_bytes (TfHandle  *self,
            GError   **error)
{
  GBytes *bytes = NULL;

  if (!tf_handle_settle (self, error))
    return NULL;
  if (is_private (self))
    bytes = map_bytes (self);
  return bytes != NULL ? bytes : tf_handle_buffer_to_bytes (&self->channel, error);
}

GBytes *
tf_handle_steal_bytes (TfHandle  *self,
                       GError   **error)
{
  GBytes *bytes;

  if (!tf_channel_enter (&self->channel, error))
    return NULL;
  bytes = take_bytes (self, error);
  if (bytes != NULL && self->auto_delete && !tf_handle_delete_name (self, error))
    g_clear_pointer (&bytes, g_bytes_unref);
  if (bytes != NULL)
    {
      self->channel.state = TF_CHANNEL_CLOSED;
      tf_handle_drop_buffer (self);
      tf_handle_close_fd (self, NULL);
    }
  tf_channel_unlock (&self->channel);
  return bytes;
}
