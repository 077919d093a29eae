/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What GConverters have in common, on the streams floor. */

#include "config.h"

#include "streams/tf-convert-private.h"

#include <glib/gi18n-lib.h>

GConverterResult
tf_convert_conclude (gboolean          done,
                     GConverterFlags   flags,
                     gsize             bytes_read,
                     gsize             bytes_written,
                     GError          **error)
{
  if (done && (flags & G_CONVERTER_INPUT_AT_END) != 0)
    return G_CONVERTER_FINISHED;
  if (done && (flags & G_CONVERTER_FLUSH) != 0)
    return G_CONVERTER_FLUSHED;
  if (bytes_read > 0 || bytes_written > 0)
    return G_CONVERTER_CONVERTED;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                       _("Could not convert the text: there is no more of it"));
  return G_CONVERTER_ERROR;
}
