/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One cursor over bytes, on the core floor: lock and state around what handles and spools do. */

#include "config.h"

#include "core/tf-channel-private.h"

#include <glib/gi18n-lib.h>

static inline const TfChannelClass *
class_of (TfChannel *self)
{
  return (const TfChannelClass *) self->owned.klass;
}

void
tf_channel_init (TfChannel            *self,
                 const TfChannelClass *klass)
{
  tf_owned_init (&self->owned, &klass->owned);
  tf_lock_init (&self->lock);
  self->state = TF_CHANNEL_NEW;
  self->pending = FALSE;
}

void
tf_channel_clear (TfChannel *self)
{
  tf_lock_clear (&self->lock);
}

void
tf_channel_inherit (TfChannel *self)
{
  /* The thread that had begun something is in another process. */
  g_atomic_int_set (&self->pending, FALSE);
  class_of (self)->inherit (self);
}

gboolean
tf_channel_refuse (TfChannelState   state,
                   GError         **error)
{
  if (state == TF_CHANNEL_NEW)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                         _("The object was not initialized"));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _("The file is already closed"));
  return FALSE;
}

TfChannelState
tf_channel_get_state (TfChannel *self)
{
  TfChannelState state;

  tf_channel_lock (self);
  state = self->state;
  tf_channel_unlock (self);
  return state;
}

gssize
tf_channel_refuse_count (TfChannel  *self,
                         GError    **error)
{
  tf_channel_unlock (self);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _("Could not handle so many bytes at once"));
  return -1;
}

gboolean
tf_channel_seek (TfChannel  *self,
                 gint64      offset,
                 GSeekType   whence,
                 GError    **error)
{
  gboolean result;

  if (!tf_channel_enter (self, error))
    return FALSE;
  result = class_of (self)->seek (self, offset, whence, error);
  tf_channel_unlock (self);
  return result;
}

gssize
tf_channel_skip (TfChannel  *self,
                 gsize       count,
                 GError    **error)
{
  gint64 size, rest;
  gssize skipped = -1;

  if (!tf_channel_enter (self, error))
    return -1;
  size = class_of (self)->get_size (self, error);
  if (size >= 0)
    {
      rest = MAX (size - class_of (self)->tell (self), 0);
      skipped = (gssize) MIN (count, (guint64) rest);
      if (!class_of (self)->seek (self, skipped, G_SEEK_CUR, error))
        skipped = -1;
    }
  tf_channel_unlock (self);
  return skipped;
}

gint64
tf_channel_tell (TfChannel *self)
{
  gint64 result;

  if (!tf_channel_enter (self, NULL))
    return 0;
  result = class_of (self)->tell (self);
  tf_channel_unlock (self);
  return result;
}

gboolean
tf_channel_truncate (TfChannel  *self,
                     gint64      size,
                     GError    **error)
{
  gboolean result;

  if (size < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not truncate to a negative size"));
      return FALSE;
    }
  if (!tf_channel_enter (self, error))
    return FALSE;
  result = class_of (self)->truncate (self, size, error);
  tf_channel_unlock (self);
  return result;
}

gboolean
tf_channel_flush (TfChannel  *self,
                  GError    **error)
{
  gboolean result;

  if (!tf_channel_enter (self, error))
    return FALSE;
  result = class_of (self)->flush (self, error);
  tf_channel_unlock (self);
  return result;
}

gint64
tf_channel_get_size (TfChannel  *self,
                     GError    **error)
{
  gint64 result;

  if (!tf_channel_enter (self, error))
    return -1;
  result = class_of (self)->get_size (self, error);
  tf_channel_unlock (self);
  return result;
}

GBytes *
tf_channel_to_bytes (TfChannel  *self,
                     GError    **error)
{
  GBytes *result;

  if (!tf_channel_enter (self, error))
    return NULL;
  result = class_of (self)->to_bytes (self, error);
  tf_channel_unlock (self);
  return result;
}

gboolean
tf_channel_begin (TfChannel  *self,
                  GError    **error)
{
  /* In a forked child, what was under way is under way elsewhere. Otherwise the lock is not asked
   * for: who holds it may take long. */
  if (tf_lock_is_special (&self->lock))
    {
      tf_channel_lock (self);
      tf_channel_unlock (self);
    }

  if (g_atomic_int_compare_and_exchange (&self->pending, FALSE, TRUE))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                       _("Another operation on the file is under way"));
  return FALSE;
}

void
tf_channel_end (TfChannel *self)
{
  g_atomic_int_set (&self->pending, FALSE);
}
