/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input stream of a pair, on the streams floor: a GSeekable view of a channel. */

#include "config.h"

#include "streams/tf-channel-streams-private.h"

#include "streams/tf-stream-task-private.h"

#include <glib/gi18n-lib.h>

#define TF_TYPE_CHANNEL_INPUT_STREAM (tf_channel_input_stream_get_type ())
G_DECLARE_FINAL_TYPE (TfChannelInputStream, tf_channel_input_stream, TF, CHANNEL_INPUT_STREAM,
                      GInputStream)

struct _TfChannelInputStream
{
  GInputStream parent_instance;

  TfChannel *channel;
  GWeakRef pair;        /* the GIOStream; kept alive by operations only */
};

static void seekable_iface_init (GSeekableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfChannelInputStream, tf_channel_input_stream,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, seekable_iface_init))

/* --- seekable ------------------------------------------------------------------------------- */

static TfChannel *
channel_of (gpointer stream)
{
  return ((TfChannelInputStream *) stream)->channel;
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
  return FALSE;
}

static gboolean
seekable_truncate (GSeekable     *seekable,
                   goffset        size,
                   GCancellable  *cancellable,
                   GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       _("Could not truncate: the stream is for reading"));
  return FALSE;
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

/* --- reading -------------------------------------------------------------------------------- */

static gssize
stream_read (GInputStream  *stream,
             void          *buffer,
             gsize          count,
             GCancellable  *cancellable,
             GError       **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_read (channel_of (stream), buffer, count, error);
}

/* GIO's own way is several seeks, and takes a cursor behind the end for a mistake of ours. */
static gssize
stream_skip (GInputStream  *stream,
             gsize          count,
             GCancellable  *cancellable,
             GError       **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  return tf_channel_skip (channel_of (stream), count, error);
}

typedef struct
{
  void *buffer;      /* the caller's; NULL to skip */
  gsize count;
} Request;

static gssize
do_read (TfChannel  *channel,
         gpointer    data,
         GError    **error)
{
  Request *request = data;

  if (request->buffer == NULL && request->count > 0)
    return tf_channel_skip (channel, request->count, error);
  return tf_channel_read (channel, request->buffer, request->count, error);
}

static void
stream_read_async (GInputStream        *stream,
                   void                *buffer,
                   gsize                count,
                   int                  io_priority,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  TfChannelInputStream *self = (TfChannelInputStream *) stream;
  g_autoptr (GIOStream) pair = g_weak_ref_get (&self->pair);
  Request *request = g_new (Request, 1);

  request->buffer = buffer;
  request->count = count;
  tf_stream_task_run (stream, pair, self->channel, do_read, request, g_free, io_priority,
                      cancellable, callback, user_data);
}

static void
stream_skip_async (GInputStream        *stream,
                   gsize                count,
                   int                  io_priority,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  stream_read_async (stream, NULL, count, io_priority, cancellable, callback, user_data);
}

static gssize
stream_read_finish (GInputStream  *stream,
                    GAsyncResult  *result,
                    GError       **error)
{
  return tf_stream_task_finish (stream, result, error);
}

/* Closing the stream closes nothing but the stream, so there is nothing to do in a thread. */
static void
stream_close_async (GInputStream        *stream,
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
stream_close_finish (GInputStream  *stream,
                     GAsyncResult  *result,
                     GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the object ----------------------------------------------------------------------------- */

static void
tf_channel_input_stream_finalize (GObject *object)
{
  TfChannelInputStream *self = (TfChannelInputStream *) object;

  g_weak_ref_clear (&self->pair);
  tf_owned_unref (self->channel);

  G_OBJECT_CLASS (tf_channel_input_stream_parent_class)->finalize (object);
}

static void
tf_channel_input_stream_class_init (TfChannelInputStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  object_class->finalize = tf_channel_input_stream_finalize;
  stream_class->read_fn = stream_read;
  stream_class->read_async = stream_read_async;
  stream_class->read_finish = stream_read_finish;
  stream_class->skip = stream_skip;
  stream_class->skip_async = stream_skip_async;
  stream_class->skip_finish = stream_read_finish;
  stream_class->close_async = stream_close_async;
  stream_class->close_finish = stream_close_finish;
}

static void
tf_channel_input_stream_init (TfChannelInputStream *self)
{
}

GInputStream *
tf_channel_input_stream_new (TfChannel *channel,
                             GIOStream *pair)
{
  TfChannelInputStream *self = g_object_new (TF_TYPE_CHANNEL_INPUT_STREAM, NULL);

  self->channel = tf_owned_ref (channel);
  g_weak_ref_init (&self->pair, pair);
  return G_INPUT_STREAM (self);
}
