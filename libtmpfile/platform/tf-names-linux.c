/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Renames with renameat2(), on Linux; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif

TfStatus
tf_os_rename (int             from_dir,
              const char     *from,
              int             to_dir,
              const char     *to,
              TfOsRenameMode  mode)
{
  TfStatus status;
  int a = tf_posix_dir (from_dir);
  int b = tf_posix_dir (to_dir);

  if (mode == TF_OS_RENAME_REPLACE)
    return TF_POSIX_TRY (TF_CALL_RENAME, renameat (a, from, b, to));

  status = TF_POSIX_TRY (TF_CALL_RENAMEAT2,
                         syscall (SYS_renameat2, a, from, b, to, RENAME_NOREPLACE));
  /* EINVAL of a file system that cannot, ENOSYS and EPERM of a kernel or sandbox. */
  if (status == EINVAL || status == ENOSYS || status == EPERM || status == EOPNOTSUPP)
    {
      TfStatus moved = tf_posix_move_by_link (from_dir, from, to_dir, to);

      /* Then it was no sandbox that said no. */
      return status == EPERM && moved == EOPNOTSUPP ? EPERM : moved;
    }
  return status;
}
