/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The class TfNewlineConverter: other line ends. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include "tf-enums.h"

G_BEGIN_DECLS

#define TF_TYPE_NEWLINE_CONVERTER (tf_newline_converter_get_type ())

TF_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (TfNewlineConverter, tf_newline_converter, TF, NEWLINE_CONVERTER, GObject)

TF_AVAILABLE_IN_0_1
TfNewlineConverter *tf_newline_converter_new (TfNewline from,
                                              TfNewline to) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
