/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A GConverter between an encoding and UTF-8, on the streams floor: what reading and writing have
 * in common. Each works in steps, and what finds no room in the output waits in a queue, so that
 * any size of buffers will do. */

#include "config.h"

#include "streams/tf-charset-private.h"

#include "streams/tf-charset-struct-private.h"
#include "streams/tf-convert-private.h"

#include <string.h>

static void converter_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfCharsetConverter, tf_charset_converter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_iface_init))

/* --- for the steps -------------------------------------------------------------------------- */

void
tf_charset_advance (TfCharsetConverter *self,
                    TfCharsetSpan      *span,
                    gsize               n_read,
                    gsize               n_written)
{
  span->in += n_read;
  span->in_left -= n_read;
  self->offset += n_read;
  span->out += n_written;
  span->out_left -= n_written;
}

void
tf_charset_enqueue (TfCharsetConverter *self,
                    gconstpointer       bytes,
                    gsize               size)
{
  g_assert (size <= sizeof self->queue - self->queue_end);
  memcpy (self->queue + self->queue_end, bytes, size);
  self->queue_end += size;
}

GConverterResult
tf_charset_inner (TfCharsetConverter  *self,
                  const guchar        *bytes,
                  gsize                size,
                  GConverterFlags      flags,
                  gsize               *n_read,
                  GError             **error)
{
  gsize n_written;
  GConverterResult result;

  result = g_converter_convert (self->inner, bytes, size, self->queue + self->queue_end,
                                sizeof self->queue - self->queue_end, flags, n_read, &n_written,
                                error);
  if (result != G_CONVERTER_ERROR)
    self->queue_end += n_written;
  return result;
}

gboolean
tf_charset_set_error (TfCharsetConverter  *self,
                      const char          *format,
                      guint64              offset,
                      GError             **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, offset);

  /* The sentences are constants that the callers translate. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, format, self->encoding, number);
#pragma GCC diagnostic pop
  return FALSE;
}

/* --- the interface -------------------------------------------------------------------------- */

static gboolean
is_queue_empty (TfCharsetConverter *self)
{
  return self->queue_begin == self->queue_end;
}

static void
drain (TfCharsetConverter *self,
       TfCharsetSpan      *span)
{
  gsize size = MIN (self->queue_end - self->queue_begin, span->out_left);

  memcpy (span->out, self->queue + self->queue_begin, size);
  tf_charset_advance (self, span, 0, size);
  self->queue_begin += size;
  if (is_queue_empty (self))
    self->queue_begin = self->queue_end = 0;
}

/* Steps until there is no input, no room, or an error. */
static gboolean
take_all (TfCharsetConverter  *self,
          TfCharsetSpan       *span,
          gsize                room,
          GError             **error)
{
  drain (self, span);
  /* The last bytes of the output are filled one character at a time; that is not worth it when
   * there is something to return. */
  while (is_queue_empty (self) && span->in_left > 0 &&
         (span->out_left >= TF_CHARSET_ROOM || span->out_left == room))
    {
      if (!(self->encode ? tf_charset_encode (self, span, error)
                         : tf_charset_decode (self, span, error)))
        return FALSE;
      drain (self, span);
    }
  return TRUE;
}

static gboolean
end (TfCharsetConverter  *self,
     TfCharsetSpan       *span,
     GConverterFlags      flags,
     GError             **error)
{
  gboolean ok = TRUE;

  if (span->in_left > 0 || !is_queue_empty (self))
    return TRUE;
  if (self->encode)
    ok = (flags & (G_CONVERTER_INPUT_AT_END | G_CONVERTER_FLUSH)) == 0 ||
         tf_charset_end_encode (self, span->at_end, error);
  else
    ok = !span->at_end || tf_charset_end_decode (self, error);
  drain (self, span);
  return ok;
}

static GConverterResult
convert (GConverter       *converter,
         const void       *inbuf,
         gsize             inbuf_size,
         void             *outbuf,
         gsize             outbuf_size,
         GConverterFlags   flags,
         gsize            *bytes_read,
         gsize            *bytes_written,
         GError          **error)
{
  TfCharsetConverter *self = TF_CHARSET_CONVERTER (converter);
  TfCharsetSpan span = { inbuf, inbuf_size, outbuf, outbuf_size,
                         (flags & G_CONVERTER_INPUT_AT_END) != 0 };
  g_autoptr (GError) failure = NULL;

  if (take_all (self, &span, outbuf_size, &failure))
    end (self, &span, flags, &failure);

  *bytes_read = inbuf_size - span.in_left;
  *bytes_written = outbuf_size - span.out_left;
  /* An error comes back with the next call: it has changed nothing. */
  if (failure != NULL && (*bytes_read > 0 || *bytes_written > 0))
    return G_CONVERTER_CONVERTED;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return G_CONVERTER_ERROR;
    }
  return tf_convert_conclude (span.in_left == 0 && is_queue_empty (self), flags, *bytes_read,
                              *bytes_written, error);
}

static void
reset (GConverter *converter)
{
  TfCharsetConverter *self = TF_CHARSET_CONVERTER (converter);

  self->mark_due = self->inner == NULL && self->mark != TF_CHARSET_MARK_NONE && self->with_mark;
  self->dirty = FALSE;
  self->offset = 0;
  self->n_partial = 0;
  self->queue_begin = self->queue_end = 0;
  if (self->inner != NULL)
    g_converter_reset (self->inner);
}

static void
converter_iface_init (GConverterIface *iface)
{
  iface->convert = convert;
  iface->reset = reset;
}

/* --- the object ----------------------------------------------------------------------------- */

static void
tf_charset_converter_finalize (GObject *object)
{
  TfCharsetConverter *self = TF_CHARSET_CONVERTER (object);

  g_clear_object (&self->inner);
  g_free (self->encoding);
  G_OBJECT_CLASS (tf_charset_converter_parent_class)->finalize (object);
}

static void
tf_charset_converter_class_init (TfCharsetConverterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_charset_converter_finalize;
}

static void
tf_charset_converter_init (TfCharsetConverter *self)
{
}

static TfCharsetConverter *
new_converter (const char       *encoding,
               gboolean          encode,
               TfCharsetErrors   errors,
               GError          **error)
{
  g_autoptr (TfCharsetConverter) self = g_object_new (TF_TYPE_CHARSET_CONVERTER, NULL);

  self->encode = encode;
  self->errors = errors;
  self->encoding = g_strdup (encoding);
  self->with_mark = TRUE;
  if (!tf_charset_find_unicode (encoding, &self->form, &self->mark))
    {
      self->inner = tf_charset_open (encoding, encode, error);
      if (self->inner == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

GConverter *
tf_charset_decoder_new (const char       *encoding,
                        TfCharsetErrors   errors,
                        GError          **error)
{
  TfCharsetConverter *self = new_converter (encoding, FALSE, errors, error);

  if (self == NULL)
    return NULL;
  reset (G_CONVERTER (self));
  return G_CONVERTER (self);
}

GConverter *
tf_charset_encoder_new (const char       *encoding,
                        TfCharsetErrors   errors,
                        const char       *line_end,
                        gboolean          with_mark,
                        GError          **error)
{
  TfCharsetConverter *self = new_converter (encoding, TRUE, errors, error);

  if (self == NULL)
    return NULL;
  self->line_end = g_strcmp0 (line_end, "\n") != 0 ? line_end : NULL;
  self->with_mark = with_mark;
  reset (G_CONVERTER (self));
  return G_CONVERTER (self);
}
