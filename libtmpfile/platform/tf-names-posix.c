/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Renames as any Unix can; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <stdio.h>

TfStatus
tf_os_rename (int             from_dir,
              const char     *from,
              int             to_dir,
              const char     *to,
              TfOsRenameMode  mode)
{
  if (mode == TF_OS_RENAME_NO_REPLACE)
    return tf_posix_move_by_link (from_dir, from, to_dir, to);
  return TF_POSIX_TRY (TF_CALL_RENAME,
                       renameat (tf_posix_dir (from_dir), from, tf_posix_dir (to_dir), to));
}
