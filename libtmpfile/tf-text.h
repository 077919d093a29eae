/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Text in an encoding, and lines, on any stream. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-enums.h"

G_BEGIN_DECLS

TF_AVAILABLE_IN_0_1
GDataInputStream  *tf_text_input_stream_new  (GInputStream   *base,
                                              const char     *encoding,
                                              TfNewline       newline,
                                              TfTextErrors    errors,
                                              GError        **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_0_1
GDataOutputStream *tf_text_output_stream_new (GOutputStream  *base,
                                              const char     *encoding,
                                              TfNewline       newline,
                                              TfTextErrors    errors,
                                              GError        **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
