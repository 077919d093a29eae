/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The output stream of a pair, on the streams floor: a GSeekable view of a channel. */

#include "config.h"

#include "streams/tf-channel-streams-private.h"

#include "streams/tf-stream-task-private.h"

#include <glib/gi18n-lib.h>

#define TF_TYPE_CHANNEL_OUTPUT_STREAM (tf_channel_output_stream_get_type ())
G_DECLARE_FINAL_TYPE (TfChannelOutputStream, tf_channel_output_stream, TF, CHANNEL_OUTPUT_STREAM,
                      GOutputStream)

struct _TfChannelOutputStream
{
  GOutputStream parent_instance;

  TfChannel *channel;
  GWeakRef pair;        /* the GIOStream; kept alive by operations only */
};

static void seekable_iface_init (GSeekableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfChannelOutputStream, tf_channel_output_stream,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, seekable_iface_init))

/* --- seekable ------------------------------------------------------------------------------- */

static TfChannel *
channel_of (gpointer stream)
{
  return ((TfChannelOutputStream *) stream)->channel;
}

static goffset
seekable_tell (GSeekable *seekable)
{
  return tf_channel_tell (channel_of (seekable));
}

static gboolean
seekable_can_seek (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
seekable_seek (GSeekable     *seekable,
               goffset        offset,
               GSeekType      whence,
               GCancellable  *cancellable,
               GError       **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_channel_seek (channel_of (seekable), offset, whence, error);
}

static gboolean
seekable_can_truncate (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
seekable_truncate (GSeekable     *seekable,
                   goffset        size,
                   GCancellable  *cancellable,
                   GError       **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_channel_truncate (channel_of (seekable), size, error);
}

static void
seekable_iface_init (GSeekableIface *iface)
{
  iface->tell = seekable_tell;
  iface->can_seek = seekable_can_seek;
  iface->seek = seekable_seek;
  iface->can_truncate = seekable_can_truncate;
  iface->truncate_fn = seekable_truncate;
}

/* --- writing -------------------------------------------------------------------------------- */

static gssize
stream_write (GOutputStream  *stream,
              const void     *buffer,
              gsize           count,
              GCancellable   *cancellable,
              GError        **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_write (channel_of (stream), buffer, count, error);
}

static gboolean
stream_flush (GOutputStream  *stream,
              GCancellable   *cancellable,
              GError        **error)
{
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         tf_channel_flush (channel_of (stream), error);
}

typedef struct
{
  const void *buffer;      /* the caller's */
  gsize count;
} Request;

static gssize
do_write (TfChannel  *channel,
          gpointer    data,
          GError    **error)
{
  Request *request = data;

  return tf_channel_write (channel, request->buffer, request->count, error);
}

static gssize
do_flush (TfChannel  *channel,
          gpointer    data,
          GError    **error)
{
  return tf_channel_flush (channel, error) ? 1 : -1;
}

static void
run (GOutputStream       *stream,
     TfStreamFunc         func,
     Request             *request,
     int                  io_priority,
     GCancellable        *cancellable,
     GAsyncReadyCallback  callback,
     gpointer             user_data)
{
  TfChannelOutputStream *self = (TfChannelOutputStream *) stream;
  g_autoptr (GIOStream) pair = g_weak_ref_get (&self->pair);

  tf_stream_task_run (stream, pair, self->channel, func, request, g_free, io_priority,
                      cancellable, callback, user_data);
}

static void
stream_write_async (GOutputStream       *stream,
                    const void          *buffer,
                    gsize                count,
                    int                  io_priority,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  Request *request = g_new (Request, 1);

  request->buffer = buffer;
  request->count = count;
  run (stream, do_write, request, io_priority, cancellable, callback, user_data);
}

static gssize
stream_write_finish (GOutputStream  *stream,
                     GAsyncResult   *result,
                     GError        **error)
{
  return tf_stream_task_finish (stream, result, error);
}

static void
stream_flush_async (GOutputStream       *stream,
                    int                  io_priority,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  run (stream, do_flush, NULL, io_priority, cancellable, callback, user_data);
}

static gboolean
stream_flush_finish (GOutputStream  *stream,
                     GAsyncResult   *result,
                     GError        **error)
{
  return tf_stream_task_finish (stream, result, error) >= 0;
}

/* Closing the stream closes nothing but the stream, so there is nothing to do in a thread. */
static void
stream_close_async (GOutputStream       *stream,
                    int                  io_priority,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, stream_close_async);
  g_task_set_priority (task, io_priority);
  g_task_return_boolean (task, TRUE);
}

static gboolean
stream_close_finish (GOutputStream  *stream,
                     GAsyncResult   *result,
                     GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the object ----------------------------------------------------------------------------- */

static void
tf_channel_output_stream_finalize (GObject *object)
{
  TfChannelOutputStream *self = (TfChannelOutputStream *) object;

  g_weak_ref_clear (&self->pair);
  tf_owned_unref (self->channel);

  G_OBJECT_CLASS (tf_channel_output_stream_parent_class)->finalize (object);
}

static void
tf_channel_output_stream_class_init (TfChannelOutputStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  object_class->finalize = tf_channel_output_stream_finalize;
  stream_class->write_fn = stream_write;
  stream_class->flush = stream_flush;
  stream_class->write_async = stream_write_async;
  stream_class->write_finish = stream_write_finish;
  stream_class->flush_async = stream_flush_async;
  stream_class->flush_finish = stream_flush_finish;
  stream_class->close_async = stream_close_async;
  stream_class->close_finish = stream_close_finish;
}

static void
tf_channel_output_stream_init (TfChannelOutputStream *self)
{
}

GOutputStream *
tf_channel_output_stream_new (TfChannel *channel,
                              GIOStream *pair)
{
  TfChannelOutputStream *self = g_object_new (TF_TYPE_CHANNEL_OUTPUT_STREAM, NULL);

  self->channel = tf_owned_ref (channel);
  g_weak_ref_init (&self->pair, pair);
  return G_OUTPUT_STREAM (self);
}
