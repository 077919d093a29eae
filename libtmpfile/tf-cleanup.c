/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What exit does, sooner. */

#include "tf-cleanup.h"

#include "core/tf-owner-private.h"

/**
 * tf_cleanup_all:
 *
 * Deletes what would be deleted at exit: the names of temporary files, and temporary directories.
 *
 * For programs that end by a signal. A library installs no signal handler; the program does, and
 * calls this from its main loop, before it quits:
 *
 * ```c
 * static gboolean
 * terminated_cb (gpointer loop)
 * {
 *   tf_cleanup_all ();
 *   g_main_loop_quit (loop);
 *   return G_SOURCE_REMOVE;
 * }
 *
 * g_unix_signal_add (SIGTERM, terminated_cb, loop);
 * ```
 *
 * Files that are open go on without a name. What a forked child inherited is its parent's, and is
 * left alone. An object that another thread is busy with is waited for, one second at most in all.
 *
 * May be called from any thread and any number of times; not from a signal handler.
 *
 * Since: 0.1
 */
void
tf_cleanup_all (void)
{
  tf_owner_discard_all ();
}
