/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfSpooledFile, on the floor of the API objects: reading and writing, and giving the file away. */

#include "config.h"

#include "tf-spooled-file-private.h"

#include "core/tf-handle-private.h"
#include "tf-temporary-file-private.h"

#include <glib/gi18n-lib.h>

/* Up to here a buffer as large as asked for is made without a look at what there is. */
#define EASY_SIZE (64 * 1024)

static inline TfChannel *
front_of (TfSpooledFile *self)
{
  return tf_spool_get_front (self->spool);
}

/* --- seekable ------------------------------------------------------------------------------ */

static goffset
seekable_tell (GSeekable *seekable)
{
  return tf_channel_tell (front_of (TF_SPOOLED_FILE (seekable)));
}

static gboolean
seekable_can_do (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
seekable_seek (GSeekable     *seekable,
               goffset        offset,
               GSeekType      type,
               GCancellable  *cancellable,
               GError       **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_channel_seek (front_of (TF_SPOOLED_FILE (seekable)), offset, type, error);
}

static gboolean
seekable_truncate (GSeekable     *seekable,
                   goffset        size,
                   GCancellable  *cancellable,
                   GError       **error)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (seekable);
  gboolean result;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  result = tf_channel_truncate (front_of (self), size, error);
  tf_spooled_file_announce (self);
  return result;
}

void
tf_spooled_file_seekable_init (GSeekableIface *iface)
{
  iface->tell = seekable_tell;
  iface->can_seek = seekable_can_do;
  iface->seek = seekable_seek;
  iface->can_truncate = seekable_can_do;
  iface->truncate_fn = seekable_truncate;
}

/* --- moving to a file ---------------------------------------------------------------------- */

gboolean
tf_spooled_file_roll (TfSpooledFile  *self,
                      GCancellable   *cancellable,
                      GError        **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_spool_rollover (self->spool, error);
}

/* The handle, which there is after this, a new reference; tells of the rollover. */
static TfHandle *
need_handle (TfSpooledFile  *self,
             GCancellable   *cancellable,
             GError        **error)
{
  TfHandle *handle;

  if (!tf_spooled_file_roll (self, cancellable, error))
    return NULL;
  tf_spooled_file_announce (self);
  handle = tf_spool_get_handle (self->spool);
  if (handle == NULL)
    tf_channel_refuse (TF_CHANNEL_CLOSED, error);
  return handle;
}

/* --- what there is ------------------------------------------------------------------------- */

/**
 * tf_spooled_file_get_size: (get-property size)
 * @self: a spooled file
 *
 * Gets how many bytes there are.
 *
 * Returns: the number of bytes, -1 when it is closed or cannot be said
 *
 * Since: 0.1
 */
goffset
tf_spooled_file_get_size (TfSpooledFile *self)
{
  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), -1);

  return tf_channel_get_size (front_of (self), NULL);
}

/**
 * tf_spooled_file_get_file:
 * @self: a spooled file
 *
 * Gets the file that the bytes moved to.
 *
 * It shares content and position with the spooled file, which owns it: closing the one closes the
 * other. It is anonymous, so it has no path until [method@SpooledFile.persist] gave it one.
 *
 * Returns: (transfer none) (nullable): the file, or `NULL` before the rollover and after
 *   [method@SpooledFile.steal_file]
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_spooled_file_get_file (TfSpooledFile *self)
{
  TfTemporaryFile *file = NULL;
  TfHandle *handle;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), NULL);

  tf_channel_lock ((TfChannel *) self->spool);
  handle = tf_spool_peek_handle (self->spool);
  if (handle != NULL && self->file == NULL)
    self->file = tf_temporary_file_new_for_handle (tf_handle_ref (handle));
  if (handle != NULL)
    file = self->file;
  tf_channel_unlock ((TfChannel *) self->spool);
  return file;
}

/**
 * tf_spooled_file_is_rolled_over: (get-property rolled-over)
 * @self: a spooled file
 *
 * Tells whether the bytes moved to a file.
 *
 * Returns: `TRUE` after the rollover, also when the spooled file is closed
 *
 * Since: 0.1
 */
gboolean
tf_spooled_file_is_rolled_over (TfSpooledFile *self)
{
  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), FALSE);

  return tf_spool_is_rolled_over (self->spool);
}

/**
 * tf_spooled_file_rollover:
 * @self: a spooled file
 * @cancellable: (nullable): a cancellable, looked at before the work begins
 * @error: return location for an error
 *
 * Moves the bytes to an anonymous temporary file now.
 *
 * It is harmless to call it again. When it fails, bytes, size and position are as before, and it
 * can be tried again. The errors are those of creating a file in [property@SpooledFile:directory]
 * and of writing to it, `G_IO_ERROR_NOT_SUPPORTED` if that folder is not local,
 * `G_IO_ERROR_INVALID_FILENAME` if prefix or suffix contain a separator, and `G_IO_ERROR_CLOSED`.
 *
 * Returns: `TRUE` when the bytes are in a file
 *
 * Since: 0.1
 */
gboolean
tf_spooled_file_rollover (TfSpooledFile  *self,
                          GCancellable   *cancellable,
                          GError        **error)
{
  gboolean result;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), FALSE);

  result = tf_spooled_file_roll (self, cancellable, error);
  tf_spooled_file_announce (self);
  return result;
}

/**
 * tf_spooled_file_get_fd:
 * @self: a spooled file
 *
 * Rolls over and gets the descriptor.
 *
 * It belongs to the spooled file and is closed with it. From now on its offset is the position. Why
 * it failed, [method@SpooledFile.rollover] tells.
 *
 * Returns: the descriptor, -1 when it is closed or the rollover failed
 *
 * Since: 0.1
 */
int
tf_spooled_file_get_fd (TfSpooledFile *self)
{
  TfHandle *handle;
  int fd;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), -1);

  handle = need_handle (self, NULL, NULL);
  if (handle == NULL)
    return -1;
  fd = tf_handle_get_fd (handle, NULL);
  tf_handle_unref (handle);
  return fd;
}

/**
 * tf_spooled_file_dup_fd:
 * @self: a spooled file
 * @error: return location for an error
 *
 * Rolls over and duplicates the descriptor.
 *
 * The duplicate shares the position with the spooled file, and new programs do not inherit it. The
 * caller closes it.
 *
 * Returns: a new descriptor, -1 on error
 *
 * Since: 0.1
 */
int
tf_spooled_file_dup_fd (TfSpooledFile  *self,
                        GError        **error)
{
  TfHandle *handle;
  int fd;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), -1);

  handle = need_handle (self, NULL, error);
  if (handle == NULL)
    return -1;
  fd = tf_handle_dup_fd (handle, error);
  tf_handle_unref (handle);
  return fd;
}

/* --- reading and writing ------------------------------------------------------------------- */

/**
 * tf_spooled_file_read:
 * @self: a spooled file
 * @buffer: (out caller-allocates) (array length=count) (element-type guint8):
 *   where the bytes go
 * @count: how many bytes there is room for
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads at the position, which moves on.
 *
 * It gives fewer bytes than asked for only at the end. Without a stream in between it is the
 * quickest way for small pieces.
 *
 * Returns: how many bytes were read, 0 at the end, -1 on error
 *
 * Since: 0.1
 */
gssize
tf_spooled_file_read (TfSpooledFile  *self,
                      void           *buffer,
                      gsize           count,
                      GCancellable   *cancellable,
                      GError        **error)
{
  g_return_val_if_fail (IS_SPOOLED_FILE (self), -1);
  g_return_val_if_fail (buffer != NULL || count == 0, -1);

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_read (front_of (self), buffer, count, error);
}

/**
 * tf_spooled_file_write:
 * @self: a spooled file
 * @buffer: (array length=count) (element-type guint8): the bytes
 * @count: how many
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes at the position, which moves on.
 *
 * Rolls over first if there would be more than [property@SpooledFile:max-size] bytes. If that
 * fails, none of the bytes are taken and nothing is changed. Without a stream in between it is the
 * quickest way for small pieces.
 *
 * Returns: how many bytes were written, which is fewer than @count only if the system took no more
 *   of them; -1 on error
 *
 * Since: 0.1
 */
gssize
tf_spooled_file_write (TfSpooledFile  *self,
                       const void     *buffer,
                       gsize           count,
                       GCancellable   *cancellable,
                       GError        **error)
{
  gssize result;

  g_return_val_if_fail (IS_SPOOLED_FILE (self), -1);
  g_return_val_if_fail (buffer != NULL || count == 0, -1);

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  result = tf_channel_write (front_of (self), buffer, count, error);
  tf_spooled_file_announce (self);
  return result;
}

/* A caller may ask for far more than there is. */
static gboolean
limit_count (TfSpooledFile  *self,
             gsize          *count,
             GError        **error)
{
  TfChannel *front = front_of (self);
  gint64 size;

  if (*count <= EASY_SIZE)
    return TRUE;
  size = tf_channel_get_size (front, error);
  if (size < 0)
    return FALSE;
  *count = MIN (*count, (gsize) CLAMP (size - tf_channel_tell (front), EASY_SIZE, G_MAXSSIZE));
  return TRUE;
}

/**
 * tf_spooled_file_read_bytes:
 * @self: a spooled file
 * @count: how many bytes at most
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads at the position, which moves on.
 *
 * There are fewer bytes than asked for only at the end.
 *
 * Returns: (transfer full): the bytes, none at the end; `NULL` on error
 *
 * Since: 0.1
 */
GBytes *
tf_spooled_file_read_bytes (TfSpooledFile  *self,
                            gsize           count,
                            GCancellable   *cancellable,
                            GError        **error)
{
  g_autofree guint8 *buffer = NULL;
  gssize done;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), NULL);

  if (!limit_count (self, &count, error))
    return NULL;
  buffer = g_try_malloc (MAX (count, 1));
  if (buffer == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _("Could not read: there is not enough memory"));
      return NULL;
    }
  done = tf_spooled_file_read (self, buffer, count, cancellable, error);
  if (done < 0)
    return NULL;
  if (done == 0)
    return g_bytes_new (NULL, 0);
  if ((gsize) done < count)
    buffer = g_realloc (buffer, (gsize) done);
  return g_bytes_new_take (g_steal_pointer (&buffer), (gsize) done);
}

/**
 * tf_spooled_file_write_bytes:
 * @self: a spooled file
 * @bytes: the bytes
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes at the position, which moves on.
 *
 * As [method@SpooledFile.write].
 *
 * Returns: how many bytes were written, which is fewer than there are only if the system took no
 *   more of them; -1 on error
 *
 * Since: 0.1
 */
gssize
tf_spooled_file_write_bytes (TfSpooledFile  *self,
                             GBytes         *bytes,
                             GCancellable   *cancellable,
                             GError        **error)
{
  gconstpointer data;
  gsize count;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), -1);
  g_return_val_if_fail (bytes != NULL, -1);

  data = g_bytes_get_data (bytes, &count);
  return tf_spooled_file_write (self, data, count, cancellable, error);
}

/**
 * tf_spooled_file_to_bytes:
 * @self: a spooled file
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Copies all that is in it.
 *
 * The position stays where it is. What is written later does not change the copy.
 *
 * Returns: (transfer full): all bytes from the beginning; `NULL` on error
 *
 * Since: 0.1
 */
GBytes *
tf_spooled_file_to_bytes (TfSpooledFile  *self,
                          GCancellable   *cancellable,
                          GError        **error)
{
  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return tf_channel_to_bytes (front_of (self), error);
}

/* --- giving the file away ------------------------------------------------------------------ */

/**
 * tf_spooled_file_steal_file:
 * @self: a spooled file
 * @cancellable: (nullable): a cancellable, looked at before the work begins
 * @error: return location for an error
 *
 * Rolls over, hands the file over, and closes the spooled file.
 *
 * The file is as it was: content, position, and, unless [method@SpooledFile.persist] gave it one,
 * without a name. It now goes its own way, and all further calls of the spooled file and its
 * streams answer `G_IO_ERROR_CLOSED`. When it fails, the spooled file goes on.
 *
 * Returns: (transfer full): the file; `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_spooled_file_steal_file (TfSpooledFile  *self,
                            GCancellable   *cancellable,
                            GError        **error)
{
  TfTemporaryFile *file;
  TfHandle *handle;

  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), NULL);

  if (!tf_spooled_file_roll (self, cancellable, error))
    return NULL;
  tf_spooled_file_announce (self);
  handle = tf_spool_steal_handle (self->spool, error);
  if (handle == NULL)
    return NULL;

  tf_channel_lock ((TfChannel *) self->spool);
  file = g_steal_pointer (&self->file);
  tf_channel_unlock ((TfChannel *) self->spool);
  if (file != NULL)
    tf_handle_unref (handle);
  else
    file = tf_temporary_file_new_for_handle (handle);
  g_io_stream_close (G_IO_STREAM (self), NULL, NULL);
  return file;
}
