/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the checks of the promises share on Windows, where a child is a copy of this program: see
 * tf_test_fork(). */

#pragma once

#include "promises.h"

/* First thing in a child, which knows nothing of what its parent did. */
void  begin_child       (void);
/* Last thing in a child: tells that it is ready, and waits for its end. */
void  live_until_killed (void) G_GNUC_NORETURN;
/* Runs `func` in a child, and returns when that is ready. */
int   start_living      (void (*func) (gpointer data));
void  kill_child        (int pid);

/* For so many entries in the test's folder, those too that nobody is told of: the system takes away
 * what a process had a moment after its end. */
void  wait_for_count    (guint wanted);
