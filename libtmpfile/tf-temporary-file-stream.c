/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile as a pair of streams: what GIOStream and GFileIOStream ask of it. */

#include "config.h"

#include "tf-temporary-file-private.h"

#include "streams/tf-channel-streams-private.h"
#include "streams/tf-stream-task-private.h"
#include "streams/tf-worker-private.h"

#include <glib/gi18n-lib.h>

static TfChannel *
channel_of (gpointer stream)
{
  return (TfChannel *) ((TfTemporaryFile *) stream)->handle;
}

/* --- the two streams ------------------------------------------------------------------------ */

/* Whoever comes first sets it; the other drops what it made. */
static gpointer
set_once (gpointer *where,
          gpointer  object)
{
  if (!g_atomic_pointer_compare_and_exchange (where, NULL, object))
    g_object_unref (object);
  return g_atomic_pointer_get (where);
}

static GInputStream *
io_get_input_stream (GIOStream *stream)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (stream);
  GInputStream *input = g_atomic_pointer_get (&self->input);

  if (input != NULL)
    return input;
  input = tf_channel_input_stream_new (channel_of (self), stream);
  return set_once ((gpointer *) &self->input, input);
}

static GOutputStream *
io_get_output_stream (GIOStream *stream)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (stream);
  GOutputStream *output = g_atomic_pointer_get (&self->output);

  if (output != NULL)
    return output;
  output = tf_channel_output_stream_new (channel_of (self), stream);
  return set_once ((gpointer *) &self->output, output);
}

/* --- closing -------------------------------------------------------------------------------- */

static gboolean
io_close (GIOStream     *stream,
          GCancellable  *cancellable,
          GError       **error)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (stream);
  gboolean done = tf_handle_close (self->handle, error);

  tf_temporary_file_notify_deleted (self);
  return done;
}

static void
close_in_worker (GTask        *task,
                 gpointer      stream,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (stream);
  GError *error = NULL;

  tf_handle_close (self->handle, &error);
  tf_worker_return_boolean (task, error);
}

static void
io_close_async (GIOStream           *stream,
                int                  io_priority,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, io_close_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  tf_worker_run (task, close_in_worker);
}

static gboolean
io_close_finish (GIOStream     *stream,
                 GAsyncResult  *result,
                 GError       **error)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (stream);

  tf_temporary_file_notify_deleted (self);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- seeking -------------------------------------------------------------------------------- */

static goffset
file_io_tell (GFileIOStream *stream)
{
  return tf_channel_tell (channel_of (stream));
}

static gboolean
file_io_can (GFileIOStream *stream)
{
  return TRUE;
}

static gboolean
file_io_seek (GFileIOStream  *stream,
              goffset         offset,
              GSeekType       whence,
              GCancellable   *cancellable,
              GError        **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_channel_seek (channel_of (stream), offset, whence, error);
}

static gboolean
file_io_truncate (GFileIOStream  *stream,
                  goffset         size,
                  GCancellable   *cancellable,
                  GError        **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_channel_truncate (channel_of (stream), size, error);
}

/* --- looking -------------------------------------------------------------------------------- */

/* As GIO makes it of a local file. */
static char *
make_etag (const TfStat *stat)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%u:%u", stat->mtime / G_USEC_PER_SEC,
                          stat->mtime_nanos / 1000, stat->mtime_nanos);
}

static void
set_time (GFileInfo  *info,
          const char *attribute,
          const char *microseconds,
          gint64      time)
{
  g_file_info_set_attribute_uint64 (info, attribute, (guint64) (time / G_USEC_PER_SEC));
  g_file_info_set_attribute_uint32 (info, microseconds, (guint32) (time % G_USEC_PER_SEC));
}

static GFileInfo *
describe (const TfStat *stat,
          const char   *attributes)
{
  GFileAttributeMatcher *matcher = g_file_attribute_matcher_new (attributes);
  g_autoptr (GFileInfo) info = g_file_info_new ();
  g_autofree char *etag = make_etag (stat);

  g_file_info_set_attribute_mask (info, matcher);
  g_file_attribute_matcher_unref (matcher);
  g_file_info_set_file_type (info, G_FILE_TYPE_REGULAR);
  g_file_info_set_size (info, (goffset) stat->size);
  g_file_info_set_attribute_string (info, G_FILE_ATTRIBUTE_ETAG_VALUE, etag);
  g_file_info_set_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_MODE, 0100000 | stat->mode);
  g_file_info_set_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_UID, stat->uid);
  g_file_info_set_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_GID, stat->gid);
  g_file_info_set_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_NLINK, stat->links);
  g_file_info_set_attribute_uint32 (info, G_FILE_ATTRIBUTE_UNIX_DEVICE, (guint32) stat->id.device);
  g_file_info_set_attribute_uint64 (info, G_FILE_ATTRIBUTE_UNIX_INODE, stat->id.inode);
  set_time (info, G_FILE_ATTRIBUTE_TIME_MODIFIED, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC, stat->mtime);
  set_time (info, G_FILE_ATTRIBUTE_TIME_ACCESS, G_FILE_ATTRIBUTE_TIME_ACCESS_USEC, stat->atime);
  set_time (info, G_FILE_ATTRIBUTE_TIME_CHANGED, G_FILE_ATTRIBUTE_TIME_CHANGED_USEC, stat->ctime);
  g_file_info_unset_attribute_mask (info);
  return g_steal_pointer (&info);
}

static GFileInfo *
file_io_query_info (GFileIOStream  *stream,
                    const char     *attributes,
                    GCancellable   *cancellable,
                    GError        **error)
{
  TfStat stat;

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !tf_handle_stat (TF_TEMPORARY_FILE (stream)->handle, &stat, error))
    return NULL;
  return describe (&stat, attributes);
}

static void
query_info_in_worker (GTask        *task,
                      gpointer      stream,
                      gpointer      task_data,
                      GCancellable *cancellable)
{
  GError *error = NULL;
  GFileInfo *info = file_io_query_info (stream, task_data, cancellable, &error);

  tf_channel_end (channel_of (stream));
  tf_worker_return_object (task, info, error);
}

static void
file_io_query_info_async (GFileIOStream       *stream,
                          const char          *attributes,
                          int                  io_priority,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, file_io_query_info_async);
  g_task_set_priority (task, io_priority);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_strdup (attributes), g_free);
  if (tf_channel_begin (channel_of (stream), &error))
    tf_worker_run (task, query_info_in_worker);
  else
    g_task_return_error (task, error);
}

static GFileInfo *
file_io_query_info_finish (GFileIOStream  *stream,
                           GAsyncResult   *result,
                           GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* GIO asks for it once the stream is closed. A name that is deleted has none. */
static char *
file_io_get_etag (GFileIOStream *stream)
{
  TfStat stat;

  if (!tf_handle_stat_name (TF_TEMPORARY_FILE (stream)->handle, &stat))
    return NULL;
  return make_etag (&stat);
}

void
tf_temporary_file_class_init_stream (TfTemporaryFileClass *klass)
{
  GIOStreamClass *io_class = G_IO_STREAM_CLASS (klass);
  GFileIOStreamClass *file_io_class = G_FILE_IO_STREAM_CLASS (klass);

  io_class->get_input_stream = io_get_input_stream;
  io_class->get_output_stream = io_get_output_stream;
  io_class->close_fn = io_close;
  io_class->close_async = io_close_async;
  io_class->close_finish = io_close_finish;

  file_io_class->tell = file_io_tell;
  file_io_class->can_seek = file_io_can;
  file_io_class->seek = file_io_seek;
  file_io_class->can_truncate = file_io_can;
  file_io_class->truncate_fn = file_io_truncate;
  file_io_class->query_info = file_io_query_info;
  file_io_class->query_info_async = file_io_query_info_async;
  file_io_class->query_info_finish = file_io_query_info_finish;
  file_io_class->get_etag = file_io_get_etag;
}
