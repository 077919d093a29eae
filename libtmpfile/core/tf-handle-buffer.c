/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reading and writing of a handle, on the core floor: one cursor, one buffer.
 *
 * Invariants: DIRTY means that the cursor is at the end of the buffered bytes. EMPTY and seen means
 * that the descriptor's offset is the cursor and `cursor` is not looked at. AHEAD means that the
 * cursor is in the buffered bytes or at their end. In every other state than the second
 * `cursor` is the truth and the descriptor's offset means nothing. */

#include "config.h"

#include "core/tf-handle-struct-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static inline TfHandle *
handle_of (TfChannel *channel)
{
  return (TfHandle *) channel;
}

/* Whether to use one; it is made at first need. */
static gboolean
has_buffer (TfHandle *self)
{
  if (self->capacity == 0 || (self->seen && !self->buffer_wanted))
    return FALSE;
  /* However large a buffer was asked for, without the memory for it there is none. */
  if (self->buffer == NULL)
    self->buffer = g_try_malloc (self->capacity);
  return self->buffer != NULL;
}

/* --- settling ------------------------------------------------------------------------------ */

static gboolean
write_out (TfHandle  *self,
           GError   **error)
{
  gsize written = 0;
  TfStatus status = 0;

  while (written < self->length && status == 0)
    {
      gsize done = 0;

      status = tf_os_pwrite (self->fd, self->buffer + written, self->length - written,
                             self->start + (gint64) written, &done);
      if (status == 0)
        written += done;
    }

  /* What the system took is in the file; the rest stays dirty. */
  self->length -= written;
  self->start += (gint64) written;
  if (self->length > 0)
    memmove (self->buffer, self->buffer + written, self->length);
  return status == 0 || tf_error_set (error, status, _("Could not write to “%s”: %s"),
                                      tf_handle_describe (self));
}

static gboolean
hand_over_cursor (TfHandle  *self,
                  GError   **error)
{
  gint64 position;
  TfStatus status;

  if (!self->seen)
    return TRUE;
  status = tf_os_seek (self->fd, self->cursor, G_SEEK_SET, &position);
  return status == 0 || tf_error_set (error, status, _("Could not seek in “%s”: %s"),
                                      tf_handle_describe (self));
}

gboolean
tf_handle_settle (TfHandle  *self,
                  GError   **error)
{
  if (self->state == TF_BUFFER_EMPTY)
    return TRUE;
  if (self->state == TF_BUFFER_DIRTY && !write_out (self, error))
    return FALSE;
  if (!hand_over_cursor (self, error))
    return FALSE;
  self->state = TF_BUFFER_EMPTY;
  self->length = 0;
  return TRUE;
}

void
tf_handle_drop_buffer (TfHandle *self)
{
  g_clear_pointer (&self->buffer, g_free);
  self->state = TF_BUFFER_EMPTY;
  self->length = 0;
}

/* A strange umask narrows an anonymous file; a named one was put right when it was made. */
static gboolean
widen_mode (TfHandle  *self,
            GError   **error)
{
  TfStat stat;
  TfStatus status;

  if (self->path != NULL)
    return TRUE;
  status = tf_os_stat (self->fd, &stat);
  if (status == 0 && (stat.mode & 0600) != 0600)
    status = tf_os_set_mode (self->fd, 0600);
  return status == 0 || tf_error_set (error, status,
                                      _("Could not change the permissions of “%s”: %s"),
                                      tf_handle_describe (self));
}

gboolean
tf_handle_become_seen (TfHandle  *self,
                       GError   **error)
{
  gint64 position;
  TfStatus status;

  if (self->seen)
    return TRUE;
  if (!tf_handle_settle (self, error) || !widen_mode (self, error))
    return FALSE;
  status = tf_os_seek (self->fd, self->cursor, G_SEEK_SET, &position);
  if (status != 0)
    return tf_error_set (error, status, _("Could not seek in “%s”: %s"), tf_handle_describe (self));

  self->seen = TRUE;
  if (!self->buffer_wanted)
    tf_handle_drop_buffer (self);
  return TRUE;
}

/* In a forked child: bytes in memory are the parent's to write. They may be torn, and their memory
 * may be in the hands of a thread that is not here, so it is let go, not freed. */
void
tf_handle_buffer_inherit (TfChannel *channel)
{
  TfHandle *self = handle_of (channel);

  self->buffer = NULL;
  self->state = TF_BUFFER_EMPTY;
  self->length = 0;
}

/* --- where we are --------------------------------------------------------------------------- */

static gboolean
find_cursor (TfHandle  *self,
             gint64    *cursor,
             GError   **error)
{
  TfStatus status;

  *cursor = self->cursor;
  if (!self->seen || self->state != TF_BUFFER_EMPTY)
    return TRUE;
  status = tf_os_seek (self->fd, 0, G_SEEK_CUR, cursor);
  return status == 0 || tf_error_set (error, status, _("Could not seek in “%s”: %s"),
                                      tf_handle_describe (self));
}

gint64
tf_handle_buffer_tell (TfChannel *channel)
{
  gint64 cursor;

  return find_cursor (handle_of (channel), &cursor, NULL) ? cursor : 0;
}

gint64
tf_handle_buffer_get_size (TfChannel  *channel,
                           GError    **error)
{
  TfHandle *self = handle_of (channel);
  TfStat stat;
  TfStatus status = tf_os_stat (self->fd, &stat);
  gint64 size;

  if (status != 0)
    {
      tf_error_set (error, status, _("Could not look at “%s”: %s"), tf_handle_describe (self));
      return -1;
    }
  size = (gint64) stat.size;
  if (self->state != TF_BUFFER_DIRTY)
    return size;
  return self->append ? size + (gint64) self->length
                      : MAX (size, self->start + (gint64) self->length);
}

static gboolean
find_target (TfChannel  *channel,
             gint64      offset,
             GSeekType   whence,
             gint64     *target,
             GError    **error)
{
  gint64 base = 0;

  if (whence == G_SEEK_CUR && !find_cursor (handle_of (channel), &base, error))
    return FALSE;
  if (whence == G_SEEK_END && (base = tf_handle_buffer_get_size (channel, error)) < 0)
    return FALSE;
  if ((whence == G_SEEK_SET || whence == G_SEEK_CUR || whence == G_SEEK_END) &&
      offset <= G_MAXINT64 - base && base + offset >= 0)
    {
      *target = base + offset;
      return TRUE;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _("Could not seek: there is no such position"));
  return FALSE;
}

/* What was read ahead of an unseen file stays true, and is of use as long as the cursor is in
 * it. */
static gboolean
keeps_read_ahead (TfHandle *self,
                  gint64    target)
{
  return !self->seen && self->state == TF_BUFFER_AHEAD && target >= self->start &&
         target <= self->start + (gint64) self->length;
}

gboolean
tf_handle_buffer_seek (TfChannel  *channel,
                       gint64      offset,
                       GSeekType   whence,
                       GError    **error)
{
  TfHandle *self = handle_of (channel);
  gint64 before = self->cursor;
  gint64 target;

  if (!find_target (channel, offset, whence, &target, error))
    return FALSE;
  if (!keeps_read_ahead (self, target) && !tf_handle_settle (self, error))
    return FALSE;

  self->cursor = target;
  if (hand_over_cursor (self, error))
    return TRUE;
  self->cursor = before;
  return FALSE;
}

gboolean
tf_handle_buffer_truncate (TfChannel  *channel,
                           gint64      size,
                           GError    **error)
{
  TfHandle *self = handle_of (channel);
  TfStatus status;

  if (!tf_handle_settle (self, error))
    return FALSE;
  status = tf_os_truncate (self->fd, size);
  return status == 0 || tf_error_set (error, status, _("Could not truncate “%s”: %s"),
                                      tf_handle_describe (self));
}

gboolean
tf_handle_buffer_flush (TfChannel  *channel,
                        GError    **error)
{
  return tf_handle_settle (handle_of (channel), error);
}

/* --- writing -------------------------------------------------------------------------------- */

static gssize
write_directly (TfHandle       *self,
                const guint8   *bytes,
                gsize           count,
                GError        **error)
{
  gsize written = 0;
  TfStatus status = 0;

  while (written < count && status == 0)
    {
      gsize done = 0;

      status = self->seen ? tf_os_write (self->fd, bytes + written, count - written, &done)
                          : tf_os_pwrite (self->fd, bytes + written, count - written, self->cursor,
                                          &done);
      if (status == 0)
        {
          written += done;
          self->cursor += (gint64) done;
        }
    }
  if (written > 0 || status == 0)
    return (gssize) written;
  tf_error_set (error, status, _("Could not write to “%s”: %s"), tf_handle_describe (self));
  return -1;
}

/* Where the next write goes, with nothing in the buffer. */
static gboolean
prepare_to_write (TfHandle  *self,
                  gsize      count,
                  GError   **error)
{
  if (!tf_handle_settle (self, error))
    return FALSE;
  if (self->append)
    {
      gint64 end = tf_handle_buffer_get_size (&self->channel, error);

      if (end < 0)
        return FALSE;
      self->cursor = end;
    }
  else if (!find_cursor (self, &self->cursor, error))
    return FALSE;
  if (self->cursor <= G_MAXINT64 - (gint64) count)
    return TRUE;
  return tf_error_set_code (error, G_IO_ERROR_INVALID_ARGUMENT,
                            _("Could not write to “%s”: the file would be too large"),
                            tf_handle_describe (self));
}

/* Kept out of the quick way, so that it stays one. */
static G_GNUC_NO_INLINE gssize
write_slowly (TfHandle       *self,
              const guint8   *bytes,
              gsize           count,
              GError        **error)
{
  gboolean buffered = has_buffer (self);

  if (!buffered && self->seen)
    return write_directly (self, bytes, count, error);
  if (!prepare_to_write (self, count, error))
    return -1;
  /* The quick way adds to the cursor without a question. */
  if (!buffered || count >= self->capacity ||
      self->cursor > G_MAXINT64 - (gint64) self->capacity)
    return write_directly (self, bytes, count, error);

  memcpy (self->buffer, bytes, count);
  self->start = self->cursor;
  self->length = count;
  self->cursor += (gint64) count;
  self->state = TF_BUFFER_DIRTY;
  return (gssize) count;
}

gssize
tf_handle_buffer_write (TfChannel      *channel,
                        gconstpointer   buffer,
                        gsize           count,
                        GError        **error)
{
  TfHandle *self = handle_of (channel);

  /* Nothing at all wraps around, and goes the slow way. */
  if (self->state == TF_BUFFER_DIRTY && count - 1 < self->capacity - self->length)
    {
      memcpy (self->buffer + self->length, buffer, count);
      self->length += count;
      self->cursor += (gint64) count;
      return (gssize) count;
    }
  return count > 0 ? write_slowly (self, buffer, count, error) : 0;
}

/* --- reading -------------------------------------------------------------------------------- */

static gsize
take_read_ahead (TfHandle *self,
                 guint8   *bytes,
                 gsize     count)
{
  gsize offset = (gsize) (self->cursor - self->start);

  if (self->state != TF_BUFFER_AHEAD)
    return 0;
  count = MIN (count, self->length - offset);
  memcpy (bytes, self->buffer + offset, count);
  self->cursor += (gint64) count;
  return count;
}

/* Fills the buffer from the cursor on; *got 0 is the end of the file. */
static TfStatus
read_ahead (TfHandle *self,
            gsize    *got)
{
  TfStatus status = tf_os_pread (self->fd, self->buffer, self->capacity, self->cursor, got);

  if (status != 0 || *got == 0)
    return status;
  self->state = TF_BUFFER_AHEAD;
  self->start = self->cursor;
  self->length = *got;
  return 0;
}

static TfStatus
read_directly (TfHandle *self,
               guint8   *bytes,
               gsize     count,
               gsize    *got)
{
  TfStatus status = self->seen && self->state == TF_BUFFER_EMPTY
                      ? tf_os_read (self->fd, bytes, count, got)
                      : tf_os_pread (self->fd, bytes, count, self->cursor, got);

  if (status == 0)
    self->cursor += (gint64) *got;
  return status;
}

static gssize
read_slowly (TfHandle  *self,
             guint8    *bytes,
             gsize      count,
             GError   **error)
{
  gboolean buffered = has_buffer (self);
  gsize total = 0;
  TfStatus status = 0;

  /* No file is that long, but the system takes it for a mistake. */
  if ((buffered || !self->seen) &&
      self->cursor > G_MAXINT64 - (gint64) MAX (count, self->capacity))
    return 0;
  while (total < count && status == 0)
    {
      gsize got = 0;

      if (buffered && count - total < self->capacity)
        {
          status = read_ahead (self, &got);
          if (status == 0)
            total += take_read_ahead (self, bytes + total, count - total);
        }
      else
        {
          if (!tf_handle_settle (self, total > 0 ? NULL : error))
            return total > 0 ? (gssize) total : -1;
          status = read_directly (self, bytes + total, count - total, &got);
          if (status == 0)
            total += got;
        }
      if (got == 0)
        break;
    }
  if (total > 0 || status == 0)
    return (gssize) total;
  tf_error_set (error, status, _("Could not read from “%s”: %s"), tf_handle_describe (self));
  return -1;
}

/* What is left of the buffer first, then the rest. */
static G_GNUC_NO_INLINE gssize
read_more (TfHandle  *self,
           guint8    *bytes,
           gsize      count,
           GError   **error)
{
  gsize taken = take_read_ahead (self, bytes, count);
  gssize more;

  if (self->state == TF_BUFFER_DIRTY && !tf_handle_settle (self, error))
    return -1;
  if (has_buffer (self) && !find_cursor (self, &self->cursor, error))
    return taken > 0 ? (gssize) taken : -1;

  more = read_slowly (self, bytes + taken, count - taken, taken > 0 ? NULL : error);
  if (more < 0)
    return taken > 0 ? (gssize) taken : -1;
  return (gssize) taken + more;
}

gssize
tf_handle_buffer_read (TfChannel  *channel,
                       gpointer    buffer,
                       gsize       count,
                       GError    **error)
{
  TfHandle *self = handle_of (channel);
  gsize offset = (gsize) (self->cursor - self->start);

  if (self->state == TF_BUFFER_AHEAD && count - 1 < self->length - offset)
    {
      memcpy (buffer, self->buffer + offset, count);
      self->cursor += (gint64) count;
      return (gssize) count;
    }
  return count > 0 ? read_more (self, buffer, count, error) : 0;
}

GBytes *
tf_handle_buffer_to_bytes (TfChannel  *channel,
                           GError    **error)
{
  TfHandle *self = handle_of (channel);
  g_autofree guint8 *bytes = NULL;
  gsize size, total = 0;
  gint64 end;

  if (!tf_handle_settle (self, error) ||
      (end = tf_handle_buffer_get_size (channel, error)) < 0)
    return NULL;
  size = (gsize) end;
  if ((gint64) size != end || (bytes = g_try_malloc (MAX (size, 1))) == NULL)
    {
      tf_error_set_code (error, G_IO_ERROR_FAILED,
                         _("Could not read “%s”: it does not fit into memory"),
                         tf_handle_describe (self));
      return NULL;
    }

  while (total < size)
    {
      gsize got = 0;
      TfStatus status = tf_os_pread (self->fd, bytes + total, size - total, (gint64) total, &got);

      if (status != 0)
        {
          tf_error_set (error, status, _("Could not read from “%s”: %s"),
                        tf_handle_describe (self));
          return NULL;
        }
      if (got == 0)
        break;
      total += got;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), total);
}
