/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams that give and take little at a time, and fail every other time if asked to; converters
 * called with buffers of any size. */

#pragma once

#include "api-helpers.h"

typedef struct
{
  GInputStream parent_instance;

  const char *bytes;      /* the test's */
  gsize left;
  gsize chunk;
  gboolean flaky;
  gboolean failed;
} SlowInput;

typedef struct
{
  GInputStreamClass parent_class;
} SlowInputClass;

GType slow_input_get_type (void);
G_DEFINE_TYPE (SlowInput, slow_input, G_TYPE_INPUT_STREAM)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SlowInput, g_object_unref)

static gssize
slow_input_read (GInputStream  *stream,
                 void          *buffer,
                 gsize          count,
                 GCancellable  *cancellable,
                 GError       **error)
{
  SlowInput *self = (SlowInput *) stream;
  gsize n = MIN (MIN (count, self->left), self->chunk);

  self->failed = self->flaky && !self->failed;
  if (self->failed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Could not read: too slow");
      return -1;
    }
  memcpy (buffer, self->bytes, n);
  self->bytes += n;
  self->left -= n;
  return (gssize) n;
}

static void
slow_input_class_init (SlowInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = slow_input_read;
}

static void
slow_input_init (SlowInput *self)
{
}

static inline SlowInput *
slow_input_new (const char *bytes,
                gsize       size,
                gsize       chunk)
{
  SlowInput *self = g_object_new (slow_input_get_type (), NULL);

  self->bytes = bytes;
  self->left = size;
  self->chunk = chunk;
  return self;
}

typedef struct
{
  GOutputStream parent_instance;

  GByteArray *bytes;
  gsize chunk;
  gboolean flaky;
  gboolean failed;
} SlowOutput;

typedef struct
{
  GOutputStreamClass parent_class;
} SlowOutputClass;

GType slow_output_get_type (void);
G_DEFINE_TYPE (SlowOutput, slow_output, G_TYPE_OUTPUT_STREAM)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SlowOutput, g_object_unref)

static gssize
slow_output_write (GOutputStream  *stream,
                   const void     *buffer,
                   gsize           count,
                   GCancellable   *cancellable,
                   GError        **error)
{
  SlowOutput *self = (SlowOutput *) stream;
  gsize n = MIN (count, self->chunk);

  self->failed = self->flaky && !self->failed;
  if (self->failed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Could not write: full");
      return -1;
    }
  g_byte_array_append (self->bytes, buffer, (guint) n);
  return (gssize) n;
}

static void
slow_output_finalize (GObject *object)
{
  g_byte_array_unref (((SlowOutput *) object)->bytes);
  G_OBJECT_CLASS (slow_output_parent_class)->finalize (object);
}

static void
slow_output_class_init (SlowOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = slow_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = slow_output_write;
}

static void
slow_output_init (SlowOutput *self)
{
  self->bytes = g_byte_array_new ();
}

static inline SlowOutput *
slow_output_new (gsize chunk)
{
  SlowOutput *self = g_object_new (slow_output_get_type (), NULL);

  self->chunk = chunk;
  return self;
}

/* One call of a converter with all of `in` from `*done`, to `out`. */
static inline GConverterResult
convert_piece (GConverter      *converter,
               const char      *in,
               gsize            size,
               GByteArray      *out,
               gsize            room,
               GConverterFlags  flags,
               gsize           *n_read,
               GError         **error)
{
  /* On the heap, of just that size, so that Valgrind sees what is beyond. */
  g_autofree char *bytes = g_memdup2 (in, size);
  g_autofree char *buffer = g_malloc (room);
  gsize n_written;
  GConverterResult result;

  result = g_converter_convert (converter, size > 0 ? bytes : "", size, buffer, room, flags, n_read,
                                &n_written, error);
  if (result == G_CONVERTER_ERROR)
    {
      *n_read = 0;
      return result;
    }
  g_assert_cmpuint (*n_read, <=, size);
  g_assert_cmpuint (n_written, <=, room);
  g_byte_array_append (out, (guchar *) buffer, (guint) n_written);
  return result;
}

/* Converts `size` bytes, given and taken in pieces. TRUE when it came to the end, FALSE with an
 * error. */
static inline gboolean
convert_all (GConverter  *converter,
             const char  *in,
             gsize        size,
             gsize        piece,
             gsize        room,
             GByteArray  *out,
             GError     **error)
{
  gsize offered = 0;
  gsize done = 0;

  /* No conversion takes more calls; one that does not end is found. */
  for (guint calls = 0; calls < 10000; calls++)
    {
      g_autoptr (GError) failure = NULL;
      gsize n_read;
      gsize now = MIN (MAX (offered, piece), size - done);
      gboolean at_end = done + now == size;
      GConverterResult result;

      result = convert_piece (converter, in + done, now, out, room,
                              at_end ? G_CONVERTER_INPUT_AT_END : 0, &n_read, &failure);
      done += n_read;
      offered = 0;
      if (result == G_CONVERTER_FINISHED)
        return TRUE;
      if (result == G_CONVERTER_CONVERTED)
        continue;
      g_assert_cmpint (result, ==, G_CONVERTER_ERROR);
      g_assert_nonnull (failure);
      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        {
          g_assert_false (at_end);
          offered = now + 1;
          continue;
        }
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_assert_not_reached ();
}

static inline void
assert_array (GByteArray *array,
              const char *bytes,
              gsize       size)
{
  g_assert_cmpmem (array->data, array->len, bytes, size);
}
