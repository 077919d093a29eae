/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where asynchronous calls run, on the streams floor: a bounded pool of threads of our own, behind
 * one function. GTask's pool is shared with the whole program and has no knob. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs `func` in the pool, in the order of the task's priority, with the task's source object,
 * data and cancellable; `func` returns the task by one of the tf_worker_return functions. Works in
 * a forked child, which has a pool of its own. Takes no reference of the caller's. */
void tf_worker_run (GTask           *task,
                    GTaskThreadFunc  func);

/* In the worker, around a wait for the caller's main context: its thread is not counted meanwhile,
 * so that others get their turn, up to a bound. */
void tf_worker_begin_wait (void);
void tf_worker_end_wait   (void);

/* In the worker, last: return the task in its own main context, FALSE, -1 or NULL where there is an
 * error, which is taken, as is the object; and take the worker's reference to the task. */
void tf_worker_return_boolean (GTask *task, GError *error);
void tf_worker_return_int     (GTask *task, gssize number, GError *error);
void tf_worker_return_object  (GTask *task, gpointer object, GError *error);

/* A progress callback of the caller's, brought from the worker to the caller's main context. */
typedef struct _TfProgress TfProgress;

/* Takes the callback with its destroy notify; `progress` NULL is allowed, its destroy is called all
 * the same. To be made in the thread of the caller. */
TfProgress *tf_progress_new    (GFileProgressCallback progress, gpointer data,
                                GDestroyNotify destroy,
                                int io_priority);
/* In the worker: passes figures on, throttled. Has the form of a TfTallyProgress. */
void        tf_progress_update (gint64 current, gint64 total, gpointer progress);
/* In the worker, last: in the caller's main context reports the last figures, calls the destroy
 * notify once, then returns the task: TRUE when `error` is NULL, else the error, which it takes.
 * Frees the progress; takes the reference to the task. */
void        tf_progress_finish (TfProgress *progress, GTask *task, GError *error);

G_END_DECLS
