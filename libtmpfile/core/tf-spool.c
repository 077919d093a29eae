/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Bytes in memory, then in a file, on the core floor.
 *
 * Invariants: `size` bytes of `data` are valid, and size <= capacity. `handle` is NULL as long as
 * the bytes are in memory, and is set once, when all of them are in its file; from then on it has
 * the cursor. `ready` is how far a write may go without a question: the memory is there, the bound
 * is not exceeded, and there is no gap to be filled; it is 0 once there is a file. */

#include "config.h"

#include "core/tf-spool-private.h"

#include "core/tf-spool-place-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MIN_CAPACITY 256

struct _TfSpool
{
  TfSpoolHead head;

  /* In memory. */
  guint8 *data;
  gsize capacity;       /* bytes */
  gsize size;           /* bytes */
  guint64 ready;        /* bytes */
  gint64 cursor;
  int moving;           /* atomic: `data` is changing; a forked child cannot use what it sees */

  /* In a file. */
  TfHandle *handle;     /* atomic; ours until the end, also when it was stolen */
  gboolean stolen;

  guint64 max_size;     /* bytes, 0 without limit */
  TfSpoolPlace place;   /* with strings of our own */
  TfSpoolRolled rolled;
  gpointer rolled_data;
};

static inline TfSpool *
spool_of (TfChannel *channel)
{
  return (TfSpool *) channel;
}

static inline TfChannel *
file_of (TfSpool *self)
{
  return (TfChannel *) self->handle;
}

/* --- memory -------------------------------------------------------------------------------- */

static void
update_ready (TfSpool *self)
{
  gboolean gap = self->cursor > (gint64) self->size;
  gboolean over = self->max_size > 0 && self->size > self->max_size;

  self->ready = self->handle != NULL || gap || over ? 0 : self->capacity;
  if (self->max_size > 0)
    self->ready = MIN (self->ready, self->max_size);
}

/* The doubled size first, else what is needed. */
static gboolean
reserve (TfSpool *self,
         guint64  needed)
{
  gsize wanted = MAX (self->capacity, MIN_CAPACITY);
  guint8 *data;

  if (needed <= self->capacity || needed > G_MAXSSIZE)
    return needed <= self->capacity;
  while (wanted < needed)
    wanted *= 2;
  wanted = MIN (wanted, self->max_size >= needed ? MIN (self->max_size, G_MAXSSIZE) : G_MAXSSIZE);

  g_atomic_int_set (&self->moving, TRUE);
  data = g_try_realloc (self->data, wanted);
  if (data == NULL)
    data = g_try_realloc (self->data, wanted = needed);
  if (data != NULL)
    {
      self->data = data;
      self->capacity = wanted;
    }
  g_atomic_int_set (&self->moving, FALSE);
  update_ready (self);
  return data != NULL;
}

static void
forget_memory (TfSpool *self)
{
  self->data = NULL;
  self->capacity = 0;
  self->size = 0;
  update_ready (self);
}

static void
free_memory (TfSpool *self)
{
  guint8 *data = self->data;

  g_atomic_int_set (&self->moving, TRUE);
  forget_memory (self);
  g_free (data);
  g_atomic_int_set (&self->moving, FALSE);
}

static void
refuse_memory (guint64   size,
               GError  **error)
{
  g_autofree char *amount = g_format_size (size);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               _("Could not get memory for %s of a temporary file"), amount);
}

/* Makes the bytes from the end to `size` zeros; the memory is there. */
static void
fill_gap (TfSpool *self,
          gsize    size)
{
  if (size > self->size)
    memset (self->data + self->size, 0, size - self->size);
}

/* --- the rollover -------------------------------------------------------------------------- */

/* The lock is released meanwhile, for whoever audits is called: others may have rolled over or
 * closed the spool when this returns. */
static TfHandle *
open_file (TfSpool  *self,
           GError  **error)
{
  TfSpoolPlace place;
  TfHandle *handle;

  tf_spool_place_copy (&place, &self->place);
  tf_channel_unlock (&self->head.channel);
  handle = tf_spool_place_open (&place, error);
  tf_spool_place_clear (&place);
  tf_channel_lock (&self->head.channel);
  return handle;
}

/* Puts the memory into the file, so that a full disk shows now, and the cursor where ours is. */
static gboolean
copy_to (TfSpool    *self,
         TfChannel  *file,
         GError    **error)
{
  gsize written = 0;

  while (written < self->size)
    {
      gssize done = tf_channel_write (file, self->data + written, self->size - written, error);

      if (done < 0)
        return FALSE;
      written += (gsize) done;
    }
  return tf_channel_flush (file, error) && tf_channel_seek (file, self->cursor, G_SEEK_SET, error);
}

static void
take_file (TfSpool   *self,
           TfHandle  *handle,
           gboolean   asked)
{
  g_atomic_pointer_set (&self->handle, handle);
  g_atomic_pointer_set (&self->head.front, (TfChannel *) handle);
  free_memory (self);
  if (self->rolled != NULL)
    self->rolled (asked, self->rolled_data);
}

static gboolean
roll (TfSpool   *self,
      gboolean   asked,
      GError   **error)
{
  gboolean done;
  TfHandle *handle;

  if (self->handle != NULL)
    return TRUE;
  handle = open_file (self, error);
  if (handle == NULL)
    return FALSE;

  if (self->head.channel.state != TF_CHANNEL_OPEN)
    done = tf_channel_refuse (self->head.channel.state, error);
  else
    done = self->handle != NULL || copy_to (self, (TfChannel *) handle, error);
  if (done && self->handle == NULL)
    {
      take_file (self, handle, asked);
      return TRUE;
    }
  tf_handle_abandon (handle);
  tf_handle_unref (handle);
  return done;
}

/* Sees to it that `size` bytes have room: in memory if the bound allows it, else in a file. A bound
 * that there is no memory for is as good as reached. */
static gboolean
make_room (TfSpool  *self,
           guint64   size,
           GError  **error)
{
  if (size > G_MAXINT64)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not write: the file would be too large"));
      return FALSE;
    }
  if ((self->max_size == 0 || size <= self->max_size) && reserve (self, size))
    return TRUE;
  if (self->max_size == 0)
    {
      refuse_memory (size, error);
      return FALSE;
    }
  return roll (self, FALSE, error);
}

/* --- the channel's functions --------------------------------------------------------------- */

static gssize
spool_read (TfChannel  *channel,
            gpointer    buffer,
            gsize       count,
            GError    **error)
{
  TfSpool *self = spool_of (channel);

  if (self->handle != NULL)
    return tf_channel_read (file_of (self), buffer, count, error);
  if (count == 0 || self->cursor >= (gint64) self->size)
    return 0;
  count = MIN (count, self->size - (gsize) self->cursor);
  memcpy (buffer, self->data + self->cursor, count);
  self->cursor += (gint64) count;
  return (gssize) count;
}

static gssize
put (TfSpool       *self,
     gconstpointer  buffer,
     gsize          count)
{
  guint8 *to = self->data + self->cursor;

  self->cursor += (gint64) count;
  memcpy (to, buffer, count);
  if (self->cursor > (gint64) self->size)
    self->size = (gsize) self->cursor;
  return (gssize) count;
}

static G_GNUC_NO_INLINE gssize
write_slowly (TfSpool        *self,
              gconstpointer   buffer,
              gsize           count,
              GError        **error)
{
  guint64 end = (guint64) self->cursor + count;

  if (count == 0)
    return 0;
  if (self->handle == NULL && !make_room (self, MAX (end, self->size), error))
    return -1;
  if (self->handle != NULL)
    return tf_channel_write (file_of (self), buffer, count, error);
  fill_gap (self, (gsize) self->cursor);
  put (self, buffer, count);
  update_ready (self);
  return (gssize) count;
}

static gssize
spool_write (TfChannel      *channel,
             gconstpointer   buffer,
             gsize           count,
             GError        **error)
{
  TfSpool *self = spool_of (channel);

  if (G_LIKELY (count > 0 && (guint64) self->cursor + count <= self->ready))
    return put (self, buffer, count);
  return write_slowly (self, buffer, count, error);
}

static gboolean
spool_seek (TfChannel  *channel,
            gint64      offset,
            GSeekType   whence,
            GError    **error)
{
  TfSpool *self = spool_of (channel);
  gint64 base = whence == G_SEEK_CUR ? self->cursor
                : whence == G_SEEK_END ? (gint64) self->size : 0;

  if (self->handle != NULL)
    return tf_channel_seek (file_of (self), offset, whence, error);
  if ((whence != G_SEEK_SET && whence != G_SEEK_CUR && whence != G_SEEK_END) ||
      offset > G_MAXINT64 - base || base + offset < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not seek: there is no such position"));
      return FALSE;
    }
  self->cursor = base + offset;
  update_ready (self);
  return TRUE;
}

static gint64
spool_tell (TfChannel *channel)
{
  TfSpool *self = spool_of (channel);

  return self->handle != NULL ? tf_channel_tell (file_of (self)) : self->cursor;
}

static gboolean
spool_truncate (TfChannel  *channel,
                gint64      size,
                GError    **error)
{
  TfSpool *self = spool_of (channel);

  if (self->handle == NULL && !make_room (self, (guint64) size, error))
    return FALSE;
  if (self->handle != NULL)
    return tf_channel_truncate (file_of (self), size, error);
  fill_gap (self, (gsize) size);
  self->size = (gsize) size;
  update_ready (self);
  return TRUE;
}

static gboolean
spool_flush (TfChannel  *channel,
             GError    **error)
{
  TfSpool *self = spool_of (channel);

  return self->handle == NULL || tf_channel_flush (file_of (self), error);
}

static gint64
spool_get_size (TfChannel  *channel,
                GError    **error)
{
  TfSpool *self = spool_of (channel);

  return self->handle != NULL ? tf_channel_get_size (file_of (self), error) : (gint64) self->size;
}

static GBytes *
spool_to_bytes (TfChannel  *channel,
                GError    **error)
{
  TfSpool *self = spool_of (channel);
  guint8 *copy;

  if (self->handle != NULL)
    return tf_channel_to_bytes (file_of (self), error);
  if (self->size == 0)
    return g_bytes_new (NULL, 0);
  copy = g_try_malloc (self->size);
  if (copy == NULL)
    {
      refuse_memory (self->size, error);
      return NULL;
    }
  return g_bytes_new_take (memcpy (copy, self->data, self->size), self->size);
}

/* In a forked child: each store of the functions above leaves the numbers within the memory, so the
 * bytes are as good as the thread that is not here left them; only a move is never finished. */
static void
spool_inherit (TfChannel *channel)
{
  TfSpool *self = spool_of (channel);
  gboolean lost = self->handle == NULL && g_atomic_int_get (&self->moving);

  if (lost || self->stolen)
    channel->state = TF_CHANNEL_CLOSED;
  if (lost || self->handle != NULL)
    forget_memory (self);
  update_ready (self);
  g_atomic_int_set (&self->moving, FALSE);
  g_atomic_pointer_set (&self->head.front, channel->state == TF_CHANNEL_OPEN && self->handle != NULL
                                        ? file_of (self) : channel);
}

/* Memory needs no deletion, and the handle is in the register itself. */
static void
spool_discard (TfOwned *owned,
               gint64   deadline)
{
}

static void
spool_finalize (TfOwned *owned)
{
  TfSpool *self = (TfSpool *) owned;

  if (self->handle != NULL && !self->stolen)
    tf_handle_abandon (self->handle);
  g_clear_pointer (&self->handle, tf_owned_unref);
  if (!g_atomic_int_get (&self->moving))
    g_free (self->data);
  tf_spool_place_clear (&self->place);
  tf_channel_clear (&self->head.channel);
  g_free (self);
}

static const TfChannelClass spool_class = {
  .owned = { spool_discard, spool_finalize },
  .read = spool_read,
  .write = spool_write,
  .seek = spool_seek,
  .tell = spool_tell,
  .truncate = spool_truncate,
  .flush = spool_flush,
  .get_size = spool_get_size,
  .to_bytes = spool_to_bytes,
  .inherit = spool_inherit,
};

TfSpool *
tf_spool_new (guint64 max_size)
{
  TfSpool *self = g_new0 (TfSpool, 1);

  tf_channel_init (&self->head.channel, &spool_class);
  self->head.channel.state = TF_CHANNEL_OPEN;
  self->head.front = &self->head.channel;
  self->max_size = max_size;
  self->place = (TfSpoolPlace) TF_SPOOL_PLACE_INIT;
  return self;
}

void
tf_spool_set_rolled (TfSpool       *self,
                     TfSpoolRolled  rolled,
                     gpointer       data)
{
  self->rolled = rolled;
  self->rolled_data = data;
}

void
tf_spool_set_place (TfSpool            *self,
                    const TfSpoolPlace *place)
{
  tf_channel_lock (&self->head.channel);
  tf_spool_place_clear (&self->place);
  tf_spool_place_copy (&self->place, place);
  tf_channel_unlock (&self->head.channel);
}

guint64
tf_spool_get_max_size (TfSpool *self)
{
  guint64 max_size;

  tf_channel_lock (&self->head.channel);
  max_size = self->max_size;
  tf_channel_unlock (&self->head.channel);
  return max_size;
}

void
tf_spool_set_max_size (TfSpool *self,
                       guint64  max_size)
{
  tf_channel_lock (&self->head.channel);
  self->max_size = max_size;
  update_ready (self);
  tf_channel_unlock (&self->head.channel);
}

gboolean
tf_spool_rollover (TfSpool  *self,
                   GError  **error)
{
  gboolean result = tf_channel_enter (&self->head.channel, error);

  if (!result)
    return FALSE;
  result = roll (self, TRUE, error);
  tf_channel_unlock (&self->head.channel);
  return result;
}

gboolean
tf_spool_is_rolled_over (TfSpool *self)
{
  return g_atomic_pointer_get (&self->handle) != NULL;
}

TfHandle *
tf_spool_peek_handle (TfSpool *self)
{
  return self->stolen ? NULL : self->handle;
}

TfHandle *
tf_spool_get_handle (TfSpool *self)
{
  TfHandle *handle;

  tf_channel_lock (&self->head.channel);
  handle = tf_spool_peek_handle (self);
  if (handle != NULL)
    tf_handle_ref (handle);
  tf_channel_unlock (&self->head.channel);
  return handle;
}

/* With the lock held. */
static void
become_closed (TfSpool *self)
{
  self->head.channel.state = TF_CHANNEL_CLOSED;
  g_atomic_pointer_set (&self->head.front, &self->head.channel);
  free_memory (self);
}

TfHandle *
tf_spool_steal_handle (TfSpool  *self,
                       GError  **error)
{
  TfHandle *handle = NULL;

  if (!tf_channel_enter (&self->head.channel, error))
    return NULL;
  if (roll (self, TRUE, error))
    {
      handle = tf_handle_ref (self->handle);
      self->stolen = TRUE;
      become_closed (self);
    }
  tf_channel_unlock (&self->head.channel);
  return handle;
}

gboolean
tf_spool_close (TfSpool  *self,
                GError  **error)
{
  gboolean result = TRUE;

  tf_channel_lock (&self->head.channel);
  if (self->head.channel.state == TF_CHANNEL_OPEN)
    {
      become_closed (self);
      result = self->handle == NULL || tf_handle_close (self->handle, error);
    }
  tf_channel_unlock (&self->head.channel);
  return result;
}
