/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The class TfNewlineConverter, on the API floor. */

#include "config.h"

#include "tf-newline-converter.h"

#include "platform/tf-platform-private.h"
#include "streams/tf-convert-private.h"

#include <string.h>

/**
 * TfNewlineConverter:
 *
 * Gives the lines of a text other ends, as a [iface@Gio.Converter].
 *
 * The text is in UTF-8, or in any encoding in which CR and LF are bytes of their own, such as ASCII
 * and Latin-1. It works with [class@Gio.ConverterInputStream] and
 * [class@Gio.ConverterOutputStream], or by itself, in pieces of any size: a CR at the end of one
 * and an LF at the beginning of the next are one CRLF. It needs no room but one byte.
 *
 * [func@text_input_stream_new] has one where that is asked for.
 *
 * Since: 0.1
 */

struct _TfNewlineConverter
{
  GObject parent_instance;

  TfNewline from;
  TfNewline to;
  const char *end;        /* what a line ends with; NULL when nothing is to be done */
  const char *owed;       /* the rest of an end that found no room; never NULL */
  gboolean after_cr;      /* from universal: the end is written, and an LF now is part of it.
                           * From CRLF: a CR is held */
};

enum
{
  PROP_0,
  PROP_FROM_NEWLINE,
  PROP_TO_NEWLINE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void converter_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfNewlineConverter, tf_newline_converter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_iface_init))

/* --- converting ----------------------------------------------------------------------------- */

/* What is left of input and output during one call. */
typedef struct
{
  const char *in;
  gsize in_left;
  char *out;
  gsize out_left;
} Span;

static void
put (Span       *span,
     const char *bytes,
     gsize       size)
{
  memcpy (span->out, bytes, size);
  span->out += size;
  span->out_left -= size;
}

static void
take (Span  *span,
      gsize  size)
{
  span->in += size;
  span->in_left -= size;
}

static void
pay (TfNewlineConverter *self,
     Span               *span)
{
  while (*self->owed != '\0' && span->out_left > 0)
    put (span, self->owed++, 1);
}

/* The bytes before the next one that may end a line. */
static gsize
get_plain (TfNewlineConverter *self,
           const char         *bytes,
           gsize               size)
{
  const char *lf = NULL;
  const char *cr = NULL;

  if (self->end == NULL)
    return size;
  if (self->from == TF_NEWLINE_LF || self->from == TF_NEWLINE_UNIVERSAL)
    lf = memchr (bytes, '\n', size);
  if (lf != NULL)
    size = (gsize) (lf - bytes);
  if (self->from != TF_NEWLINE_LF)
    cr = memchr (bytes, '\r', size);
  return cr != NULL ? (gsize) (cr - bytes) : size;
}

/* The byte behind a CR. It stays in the input, unless both are one end. */
static void
go_on_after_cr (TfNewlineConverter *self,
                Span               *span)
{
  gboolean is_lf = *span->in == '\n';

  self->after_cr = FALSE;
  if (is_lf)
    take (span, 1);
  if (self->from == TF_NEWLINE_CRLF)
    self->owed = is_lf ? self->end : "\r";
}

/* With input, room, and nothing owed. */
static void
step (TfNewlineConverter *self,
      Span               *span)
{
  gsize size;
  gboolean is_cr;

  if (self->after_cr)
    {
      go_on_after_cr (self, span);
      return;
    }
  size = get_plain (self, span->in, MIN (span->in_left, span->out_left));
  if (size > 0)
    {
      put (span, span->in, size);
      take (span, size);
      return;
    }
  is_cr = *span->in == '\r';
  take (span, 1);
  if (is_cr && self->from == TF_NEWLINE_CRLF)
    self->after_cr = TRUE;
  else
    {
      self->after_cr = is_cr && self->from == TF_NEWLINE_UNIVERSAL;
      self->owed = self->end;
    }
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
  TfNewlineConverter *self = TF_NEWLINE_CONVERTER (converter);
  Span span = { inbuf, inbuf_size, outbuf, outbuf_size };

  pay (self, &span);
  while (span.in_left > 0 && span.out_left > 0)
    {
      step (self, &span);
      pay (self, &span);
    }
  if (span.in_left == 0 && *self->owed == '\0' && self->after_cr &&
      (flags & G_CONVERTER_INPUT_AT_END) != 0)
    {
      self->after_cr = FALSE;
      if (self->from == TF_NEWLINE_CRLF)
        self->owed = "\r";
      pay (self, &span);
    }

  *bytes_read = inbuf_size - span.in_left;
  *bytes_written = outbuf_size - span.out_left;
  return tf_convert_conclude (span.in_left == 0 && *self->owed == '\0', flags, *bytes_read,
                              *bytes_written, error);
}

static void
reset (GConverter *converter)
{
  TfNewlineConverter *self = TF_NEWLINE_CONVERTER (converter);

  self->owed = "";
  self->after_cr = FALSE;
}

static void
converter_iface_init (GConverterIface *iface)
{
  iface->convert = convert;
  iface->reset = reset;
}

/* --- the object ----------------------------------------------------------------------------- */

static const char *
get_end (TfNewline newline)
{
  switch (newline)
    {
    case TF_NEWLINE_LF:
      return "\n";
    case TF_NEWLINE_CR:
      return "\r";
    case TF_NEWLINE_CRLF:
      return "\r\n";
    case TF_NEWLINE_UNIVERSAL:
      return tf_os_line_end ();
    case TF_NEWLINE_KEEP:
    default:
      return NULL;
    }
}

static void
tf_newline_converter_constructed (GObject *object)
{
  TfNewlineConverter *self = TF_NEWLINE_CONVERTER (object);

  G_OBJECT_CLASS (tf_newline_converter_parent_class)->constructed (object);
  if (self->from != TF_NEWLINE_KEEP)
    self->end = get_end (self->to);
}

static void
tf_newline_converter_get_property (GObject    *object,
                                   guint       id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  TfNewlineConverter *self = TF_NEWLINE_CONVERTER (object);

  switch (id)
    {
    case PROP_FROM_NEWLINE:
      g_value_set_enum (value, self->from);
      break;
    case PROP_TO_NEWLINE:
      g_value_set_enum (value, self->to);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
tf_newline_converter_set_property (GObject      *object,
                                   guint         id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  TfNewlineConverter *self = TF_NEWLINE_CONVERTER (object);

  switch (id)
    {
    case PROP_FROM_NEWLINE:
      self->from = (TfNewline) g_value_get_enum (value);
      break;
    case PROP_TO_NEWLINE:
      self->to = (TfNewline) g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
tf_newline_converter_class_init (TfNewlineConverterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = tf_newline_converter_constructed;
  object_class->get_property = tf_newline_converter_get_property;
  object_class->set_property = tf_newline_converter_set_property;

  /**
   * TfNewlineConverter:from-newline:
   *
   * What ends a line in the input; what does not stays as it is.
   *
   * `TF_NEWLINE_UNIVERSAL` is each of CR, LF and CRLF, `TF_NEWLINE_KEEP` nothing.
   *
   * Since: 0.1
   */
  props[PROP_FROM_NEWLINE] =
    g_param_spec_enum ("from-newline", NULL, NULL, TF_TYPE_NEWLINE, TF_NEWLINE_UNIVERSAL, flags);

  /**
   * TfNewlineConverter:to-newline:
   *
   * What ends a line in the output.
   *
   * `TF_NEWLINE_UNIVERSAL` is the line end of the system, `TF_NEWLINE_KEEP` what it was.
   *
   * Since: 0.1
   */
  props[PROP_TO_NEWLINE] =
    g_param_spec_enum ("to-newline", NULL, NULL, TF_TYPE_NEWLINE, TF_NEWLINE_LF, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tf_newline_converter_init (TfNewlineConverter *self)
{
  self->owed = "";
}

/**
 * tf_newline_converter_new:
 * @from: what ends a line in the input; `TF_NEWLINE_UNIVERSAL` is each of CR, LF and CRLF
 * @to: what ends a line in the output; `TF_NEWLINE_UNIVERSAL` is the line end of the system
 *
 * Makes a converter of line ends.
 *
 * Text from anywhere is read with `TF_NEWLINE_UNIVERSAL` and `TF_NEWLINE_LF`, text for Windows is
 * written with `TF_NEWLINE_LF` and `TF_NEWLINE_CRLF`. What is not @from stays as it is: from
 * `TF_NEWLINE_CRLF`, a single CR or LF does. With `TF_NEWLINE_KEEP` for one of them everything
 * does.
 *
 * May be called from any thread; the converter is for one thread at a time.
 *
 * Returns: (transfer full): a new converter
 *
 * Since: 0.1
 */
TfNewlineConverter *
tf_newline_converter_new (TfNewline from,
                          TfNewline to)
{
  return g_object_new (TF_TYPE_NEWLINE_CONVERTER, "from-newline", from, "to-newline", to, NULL);
}
