/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile read and written without its streams, and what it gives away: descriptors,
 * bytes. */

#include "config.h"

#include "tf-temporary-file-private.h"

#include <glib/gi18n-lib.h>

static TfChannel *
channel_of (TfTemporaryFile *self)
{
  return (TfChannel *) self->handle;
}

/**
 * tf_temporary_file_read:
 * @self: a temporary file
 * @buffer: (out caller-allocates) (array length=count) (element-type guint8):
 *   where to read to
 * @count: how many bytes to read
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads from the cursor on, which moves.
 *
 * The quick way for small pieces. For other languages there is [method@TemporaryFile.read_bytes].
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, `G_IO_ERROR_CANCELLED` when @cancellable
 * is, otherwise with what the system says. May be called from any thread.
 *
 * Returns: how many bytes were read, fewer than @count only at the end of the file, or -1 on error
 *
 * Since: 0.1
 */
gssize
tf_temporary_file_read (TfTemporaryFile  *self,
                        void             *buffer,
                        gsize             count,
                        GCancellable     *cancellable,
                        GError          **error)
{
  g_return_val_if_fail (IS_TEMPORARY_FILE (self), -1);
  g_return_val_if_fail (buffer != NULL || count == 0, -1);

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_read (channel_of (self), buffer, count, error);
}

/**
 * tf_temporary_file_write:
 * @self: a temporary file
 * @buffer: (array length=count) (element-type guint8): what to write
 * @count: how many bytes to write
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes at the cursor, which moves.
 *
 * The quick way for small pieces. All is written, or nothing and there is an error; only when
 * the system took a part before it failed, that part is returned.
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, `G_IO_ERROR_CANCELLED` when @cancellable
 * is, `G_IO_ERROR_NO_SPACE` when the disk is full,
 * otherwise with what the system says. May be called from any thread.
 *
 * Returns: how many bytes were written, or -1 on error
 *
 * Since: 0.1
 */
gssize
tf_temporary_file_write (TfTemporaryFile  *self,
                         const void       *buffer,
                         gsize             count,
                         GCancellable     *cancellable,
                         GError          **error)
{
  g_return_val_if_fail (IS_TEMPORARY_FILE (self), -1);
  g_return_val_if_fail (buffer != NULL || count == 0, -1);

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_write (channel_of (self), buffer, count, error);
}

/* More than the rest of the file is never asked of the allocator. */
static gsize
limit_to_rest (TfChannel *channel,
               gsize      count)
{
  const gsize harmless = 64 * 1024;
  gint64 size, rest;

  if (count <= harmless || (size = tf_channel_get_size (channel, NULL)) < 0)
    return count;
  rest = MAX (size - tf_channel_tell (channel), 0);
  return (guint64) rest < count ? MAX ((gsize) rest, harmless) : count;
}

/**
 * tf_temporary_file_read_bytes:
 * @self: a temporary file
 * @count: how many bytes to read
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads from the cursor on, which moves, into a new `GBytes`.
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, `G_IO_ERROR_CANCELLED` when @cancellable
 * is, otherwise with what the system says. May be called from any thread.
 *
 * Returns: (transfer full): the bytes, fewer than @count only at the end of the file, or `NULL` on
 *   error
 *
 * Since: 0.1
 */
GBytes *
tf_temporary_file_read_bytes (TfTemporaryFile  *self,
                              gsize             count,
                              GCancellable     *cancellable,
                              GError          **error)
{
  g_autofree guint8 *buffer = NULL;
  gssize done;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  count = limit_to_rest (channel_of (self), count);
  buffer = g_try_malloc (MAX (count, 1));
  if (buffer == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _("Could not read: there is not enough memory"));
      return NULL;
    }

  done = tf_channel_read (channel_of (self), buffer, count, error);
  if (done < 0)
    return NULL;
  return g_bytes_new_take (g_realloc (g_steal_pointer (&buffer), MAX ((gsize) done, 1)),
                           (gsize) done);
}

/**
 * tf_temporary_file_write_bytes:
 * @self: a temporary file
 * @bytes: what to write
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes at the cursor, which moves.
 *
 * As [method@TemporaryFile.write].
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, `G_IO_ERROR_CANCELLED` when @cancellable
 * is, `G_IO_ERROR_NO_SPACE` when the disk is full,
 * otherwise with what the system says. May be called from any thread.
 *
 * Returns: how many bytes were written, or -1 on error
 *
 * Since: 0.1
 */
gssize
tf_temporary_file_write_bytes (TfTemporaryFile  *self,
                               GBytes           *bytes,
                               GCancellable     *cancellable,
                               GError          **error)
{
  gconstpointer data;
  gsize size;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), -1);
  g_return_val_if_fail (bytes != NULL, -1);

  data = g_bytes_get_data (bytes, &size);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_write (channel_of (self), data, size, error);
}

/**
 * tf_temporary_file_to_bytes:
 * @self: a temporary file
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Copies all of the file into memory.
 *
 * The cursor stays where it is.
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, `G_IO_ERROR_CANCELLED` when @cancellable
 * is, otherwise with what the system says. May be called from any thread.
 *
 * Returns: (transfer full): all bytes of the file, or `NULL` on error
 *
 * Since: 0.1
 */
GBytes *
tf_temporary_file_to_bytes (TfTemporaryFile  *self,
                            GCancellable     *cancellable,
                            GError          **error)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return tf_channel_to_bytes (channel_of (self), error);
}

/**
 * tf_temporary_file_steal_bytes:
 * @self: a temporary file
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Takes all of the file and closes it.
 *
 * The bytes are mapped, not copied, where nobody else can change the file: an anonymous one whose
 * descriptor was never given away, in a process that did not fork since.
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, `G_IO_ERROR_CANCELLED` when @cancellable
 * is, otherwise with what the system says. May be called from any thread.
 *
 * Returns: (transfer full): all bytes of the file, or `NULL` on error
 *
 * Since: 0.1
 */
GBytes *
tf_temporary_file_steal_bytes (TfTemporaryFile  *self,
                               GCancellable     *cancellable,
                               GError          **error)
{
  GBytes *bytes;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  bytes = tf_handle_steal_bytes (self->handle, error);
  if (bytes != NULL)
    g_io_stream_close (G_IO_STREAM (self), NULL, NULL);
  return bytes;
}

/* --- descriptors ---------------------------------------------------------------------------- */

/**
 * tf_temporary_file_get_fd:
 * @self: a temporary file
 *
 * Gets the descriptor of the file, which stays the object's.
 *
 * What is buffered is written first, and from now on the descriptor's offset is the cursor.
 *
 * Returns: the descriptor, or -1 when the file is closed or could not be flushed;
 *   [method@TemporaryFile.dup_fd] says why
 *
 * Since: 0.1
 */
int
tf_temporary_file_get_fd (TfTemporaryFile *self)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), -1);

  return tf_handle_get_fd (self->handle, NULL);
}

/**
 * tf_temporary_file_dup_fd:
 * @self: a temporary file
 * @error: return location for an error
 *
 * Duplicates the descriptor of the file.
 *
 * The duplicate is the caller's, who closes it; it is not inherited by new programs, and it shares
 * the cursor.
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, otherwise with what the system says. May
 * be called from any thread.
 *
 * Returns: a new descriptor, or -1 on error
 *
 * Since: 0.1
 */
int
tf_temporary_file_dup_fd (TfTemporaryFile  *self,
                          GError          **error)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), -1);

  return tf_handle_dup_fd (self->handle, error);
}

/**
 * tf_temporary_file_steal_fd:
 * @self: a temporary file
 * @error: return location for an error
 *
 * Takes the descriptor away from the object, which is closed.
 *
 * What is buffered is written first. The name goes or stays as [property@TemporaryFile:auto-delete]
 * says. On error the object still has its descriptor.
 *
 * Fails with `G_IO_ERROR_CLOSED` once the file is closed, otherwise with what the system says. May
 * be called from any thread.
 *
 * Returns: the descriptor, which is the caller's now, or -1 on error
 *
 * Since: 0.1
 */
int
tf_temporary_file_steal_fd (TfTemporaryFile  *self,
                            GError          **error)
{
  int fd;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), -1);

  fd = tf_handle_steal_fd (self->handle, error);
  tf_temporary_file_notify_deleted (self);
  if (fd != -1)
    g_io_stream_close (G_IO_STREAM (self), NULL, NULL);
  return fd;
}

/**
 * tf_temporary_file_reopen:
 * @self: a temporary file
 * @flags: how to open it
 * @error: return location for an error
 *
 * Opens the file once more, with a cursor of its own.
 *
 * What is buffered is written first. The new stream owns no name: it can be closed before or after
 * the object. Works without a name too where the system can do it by descriptor.
 *
 * Fails with `G_IO_ERROR_INVALID_ARGUMENT` on unknown flags, with `G_IO_ERROR_NOT_FOUND` when
 * something else is under the name.
 *
 * Returns: (transfer full): a new stream pair, or `NULL` on error
 *
 * Since: 0.1
 */
GFileIOStream *
tf_temporary_file_reopen (TfTemporaryFile  *self,
                          TfReopenFlags     flags,
                          GError          **error)
{
  const guint known = TF_REOPEN_READ_ONLY | TF_REOPEN_APPEND;
  TfOsReopenFlags os_flags = TF_OS_REOPEN_NONE;
  int fd;

  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), NULL);

  if (((guint) flags & ~known) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _("Could not open the file once more: unknown flags"));
      return NULL;
    }
  if ((flags & TF_REOPEN_READ_ONLY) != 0)
    os_flags |= TF_OS_REOPEN_READ_ONLY;
  if ((flags & TF_REOPEN_APPEND) != 0)
    os_flags |= TF_OS_REOPEN_APPEND;

  fd = tf_handle_reopen (self->handle, os_flags, error);
  if (fd == -1)
    return NULL;
  return G_FILE_IO_STREAM (tf_temporary_file_new_for_handle (
    tf_handle_new_for_fd (fd, os_flags)));
}
