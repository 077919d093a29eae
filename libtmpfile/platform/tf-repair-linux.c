/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Opens a folder that denies it to its owner, on Linux; on the platform floor. */

#include "platform/tf-linux-private.h"

#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the C library may be. */
#ifndef SYS_fchmodat2
#ifdef __alpha__
#define SYS_fchmodat2 562
#else
#define SYS_fchmodat2 452
#endif
#endif

/* fchmod() refuses a descriptor without permissions; Linux 6.6 has a call that takes it, before
 * that there is only /proc. */
static TfStatus
set_mode_bare (int   fd,
               guint mode)
{
  char path[TF_LINUX_PROC_PATH];
  TfStatus status = TF_POSIX_TRY (TF_CALL_CHMOD,
                                  syscall (SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH));

  if (status != ENOSYS && status != EPERM && status != EINVAL && status != EOPNOTSUPP)
    return status;

  status = tf_linux_proc_path (path, "fd", fd);
  if (status == 0)
    status = TF_POSIX_TRY (TF_CALL_CHMOD, chmod (path, mode));
  return status;
}

TfStatus
tf_posix_open_repaired (int         dir,
                        const char *name,
                        guint       mode,
                        int        *fd)
{
  TfStatus status;
  TfStat stat;
  int bare;

  status = tf_posix_open (TF_CALL_OPEN, dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, &bare);
  if (status != 0)
    return status;

  status = tf_os_stat (bare, &stat);
  /* What is mounted there is somebody else's, and is left as it is. */
  if (status == 0 && tf_linux_is_mount (dir, bare))
    status = EBUSY;
  if (status == 0 && (stat.uid != geteuid () || set_mode_bare (bare, mode) != 0))
    status = EACCES;
  if (status == 0)
    status = tf_posix_open (TF_CALL_OPEN, bare, ".", O_RDONLY | O_DIRECTORY | O_NOCTTY, 0, fd);
  tf_os_close (bare);
  return status;
}
