/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Data streams whose close ends the converters below them, on the streams floor. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* GIO's data streams, when they are told not to close the stream below, leave a converter stream
 * there open: it ends the text, and closes the base after all, when it is finalized, and nobody
 * hears of an error. These streams close their converters always, and the base as their property
 * close-base-stream says. Both take references of `base` and the converters, and are owned by the
 * caller. */
GDataInputStream  *tf_text_streams_new_input  (GInputStream  *base,
                                               GConverter    *decoder,
                                               GConverter    *newlines);   /* nullable */
GDataOutputStream *tf_text_streams_new_output (GOutputStream *base,
                                               GConverter    *encoder);

G_END_DECLS
