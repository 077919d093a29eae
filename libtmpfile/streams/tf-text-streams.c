/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Data streams whose close ends the converters below them, on the streams floor. */

#include "config.h"

#include "streams/tf-text-streams-private.h"

#define TF_TYPE_TEXT_INPUT_STREAM (tf_text_input_stream_get_type ())
G_DECLARE_FINAL_TYPE (TfTextInputStream, tf_text_input_stream, TF, TEXT_INPUT_STREAM,
                      GDataInputStream)

struct _TfTextInputStream
{
  GDataInputStream parent_instance;

  GFilterInputStream *first;    /* the converter stream on the base; owned */
};

G_DEFINE_FINAL_TYPE (TfTextInputStream, tf_text_input_stream, G_TYPE_DATA_INPUT_STREAM)

#define TF_TYPE_TEXT_OUTPUT_STREAM (tf_text_output_stream_get_type ())
G_DECLARE_FINAL_TYPE (TfTextOutputStream, tf_text_output_stream, TF, TEXT_OUTPUT_STREAM,
                      GDataOutputStream)

struct _TfTextOutputStream
{
  GDataOutputStream parent_instance;
};

G_DEFINE_FINAL_TYPE (TfTextOutputStream, tf_text_output_stream, G_TYPE_DATA_OUTPUT_STREAM)

/* --- reading -------------------------------------------------------------------------------- */

static gboolean
close_input (GInputStream  *stream,
             GCancellable  *cancellable,
             GError       **error)
{
  TfTextInputStream *self = TF_TEXT_INPUT_STREAM (stream);
  GFilterInputStream *filter = G_FILTER_INPUT_STREAM (stream);

  g_filter_input_stream_set_close_base_stream (
    self->first, g_filter_input_stream_get_close_base_stream (filter));
  return g_input_stream_close (g_filter_input_stream_get_base_stream (filter), cancellable, error);
}

static void
tf_text_input_stream_finalize (GObject *object)
{
  g_clear_object (&TF_TEXT_INPUT_STREAM (object)->first);
  G_OBJECT_CLASS (tf_text_input_stream_parent_class)->finalize (object);
}

static void
tf_text_input_stream_class_init (TfTextInputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_text_input_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->close_fn = close_input;
}

static void
tf_text_input_stream_init (TfTextInputStream *self)
{
}

GDataInputStream *
tf_text_streams_new_input (GInputStream *base,
                           GConverter   *decoder,
                           GConverter   *newlines)
{
  g_autoptr (GInputStream) first = g_converter_input_stream_new (base, decoder);
  g_autoptr (GInputStream) last = newlines != NULL ? g_converter_input_stream_new (first, newlines)
                                                   : g_object_ref (first);
  TfTextInputStream *self = g_object_new (TF_TYPE_TEXT_INPUT_STREAM, "base-stream", last, NULL);

  self->first = G_FILTER_INPUT_STREAM (g_steal_pointer (&first));
  return G_DATA_INPUT_STREAM (self);
}

/* --- writing -------------------------------------------------------------------------------- */

static gboolean
close_output (GOutputStream  *stream,
              GCancellable   *cancellable,
              GError        **error)
{
  GFilterOutputStream *filter = G_FILTER_OUTPUT_STREAM (stream);
  GOutputStream *encoding = g_filter_output_stream_get_base_stream (filter);

  g_filter_output_stream_set_close_base_stream (
    G_FILTER_OUTPUT_STREAM (encoding), g_filter_output_stream_get_close_base_stream (filter));
  return g_output_stream_close (encoding, cancellable, error);
}

static void
tf_text_output_stream_class_init (TfTextOutputStreamClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->close_fn = close_output;
}

static void
tf_text_output_stream_init (TfTextOutputStream *self)
{
}

GDataOutputStream *
tf_text_streams_new_output (GOutputStream *base,
                            GConverter    *encoder)
{
  g_autoptr (GOutputStream) encoding = g_converter_output_stream_new (base, encoder);

  return G_DATA_OUTPUT_STREAM (g_object_new (TF_TYPE_TEXT_OUTPUT_STREAM, "base-stream", encoding,
                                             NULL));
}
