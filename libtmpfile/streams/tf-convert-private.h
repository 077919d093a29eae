/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What GConverters have in common, on the streams floor. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a call of convert() comes to that has not failed: `done` when neither input nor what is
 * still to be written is left. Sets G_IO_ERROR_PARTIAL_INPUT when nothing could be done. */
GConverterResult tf_convert_conclude (gboolean         done,
                                      GConverterFlags  flags,
                                      gsize            bytes_read,
                                      gsize            bytes_written,
                                      GError         **error);

G_END_DECLS
