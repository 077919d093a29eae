/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One asynchronous operation of a stream, on the streams floor: the channel's one place for it is
 * taken, and its pair is kept alive, from the call until the caller's callback may run. */

#pragma once

#include "core/tf-channel-private.h"

G_BEGIN_DECLS

/* What a worker does; `data` is the operation's own. TRUE or a size for success, -1 or FALSE with
 * the error set. */
typedef gssize (*TfStreamFunc) (TfChannel *channel, gpointer data, GError **error);

/* Runs `func` in the worker pool. Takes `data`. The task's result is a gssize. */
void   tf_stream_task_run    (gpointer             stream,
                              GIOStream           *pair,
                              TfChannel           *channel,
                              TfStreamFunc         func,
                              gpointer             data,
                              GDestroyNotify       data_free,
                              int                  io_priority,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data);
gssize tf_stream_task_finish (gpointer             stream,
                              GAsyncResult        *result,
                              GError             **error);

G_END_DECLS
