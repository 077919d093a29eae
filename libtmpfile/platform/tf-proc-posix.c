/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What other systems tell by /proc, as far as any Unix can; on the platform floor. */

#include "platform/tf-posix-private.h"

TfStatus
tf_os_path_of (int    fd,
               char **path)
{
  return EOPNOTSUPP;
}

TfStatus
tf_os_reopen (int               fd,
              const char       *path,
              TfOsReopenFlags   flags,
              int              *copy)
{
  int open_flags = O_NOCTTY | ((flags & TF_OS_REOPEN_READ_ONLY) != 0 ? O_RDONLY : O_RDWR);

  if ((flags & TF_OS_REOPEN_APPEND) != 0)
    open_flags |= O_APPEND;
  return tf_posix_reopen_by_path (fd, path, open_flags, copy);
}

TfStatus
tf_os_umask (const char *path,
             guint      *mask)
{
  return tf_posix_umask_of_file (path, mask);
}
