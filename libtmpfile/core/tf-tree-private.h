/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing what a path names with all in it, on the core floor: for what somebody else made, so the
 * path is judged before anything is touched. */

#pragma once

#include "core/tf-tally-private.h"

G_BEGIN_DECLS

typedef enum
{
  TF_TREE_NONE          = 0,
  TF_TREE_CONTENTS_ONLY = 1 << 0,   /* the folder itself stays */
  TF_TREE_PARALLEL      = 1 << 1,   /* with a second thread */
} TfTreeFlags;

/* Looks at the text of the path only, as it is. The empty path, the root, and a path whose last
 * component is `.` or `..` are G_IO_ERROR_INVALID_ARGUMENT. */
gboolean tf_tree_judge  (const char *path, GError **error);

/* Judges the path, then removes. The working folder, the home folder and all above them are refused
 * too, whatever they are called; and they stay where they are met on other ways. What is no folder
 * is removed itself, but not with a separator behind its name, and not for its contents:
 * G_IO_ERROR_NOT_DIRECTORY. The rest as tf_remover_empty(); the progress counts what was in the
 * folder. May block for long. */
gboolean tf_tree_remove (const char *path, TfTreeFlags flags, GCancellable *cancellable,
                         TfTallyProgress progress, gpointer progress_data, GError **error);

G_END_DECLS
