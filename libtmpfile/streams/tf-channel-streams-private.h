/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The two streams of a pair, on the streams floor: GSeekable views of one channel, made on demand.
 *
 * A stream holds the channel, so it never dangles, and its pair only weakly: when the pair is
 * dropped it closes the channel, and the stream answers G_IO_ERROR_CLOSED. An asynchronous
 * operation keeps the pair alive until it is done. Closing a stream closes nothing but itself. */

#pragma once

#include "core/tf-channel-private.h"

G_BEGIN_DECLS

/* `pair` is the GIOStream. (transfer full) */
GInputStream  *tf_channel_input_stream_new  (TfChannel *channel, GIOStream *pair);
GOutputStream *tf_channel_output_stream_new (TfChannel *channel, GIOStream *pair);

G_END_DECLS
