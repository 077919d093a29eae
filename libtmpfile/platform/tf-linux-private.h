/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the files of the Linux back end share with each other, on the platform floor. */

#pragma once

#include "platform/tf-posix-private.h"

G_BEGIN_DECLS

#define TF_LINUX_PROC_PATH 64

/* Writes the path of what /proc has on a descriptor: `what` is "fd" or "fdinfo". By the thread,
 * because the process's own entry is empty once its first thread has ended. Does not look
 * whether it is there; fails only where tests take /proc away. */
TfStatus tf_linux_proc_path (char        path[TF_LINUX_PROC_PATH],
                             const char *what,
                             int         fd);

/* Whether something is mounted at the folder `fd`, which was found in `dir` (or TF_OS_CWD: then it
 * may not be known) and may be open only for looking. */
gboolean tf_linux_is_mount (int dir,
                            int fd);

G_END_DECLS
