/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Moves a descriptor's number, and leaves copying to the caller, on any Unix; on the platform
 * floor. */

#include "platform/tf-posix-private.h"

#include <unistd.h>

TfStatus
tf_os_clone (int from,
             int to)
{
  return EOPNOTSUPP;
}

TfStatus
tf_os_copy_range (int     from,
                  int     to,
                  gint64  offset,
                  gsize   count,
                  gsize  *done)
{
  return EOPNOTSUPP;
}

TfStatus
tf_os_replace (int fd,
               int target)
{
  TfStatus status = TF_POSIX_TRY (TF_CALL_DUP, dup2 (fd, target));

  if (status != 0)
    return status;
  fcntl (target, F_SETFD, FD_CLOEXEC);
  tf_os_close (fd);
  return 0;
}
