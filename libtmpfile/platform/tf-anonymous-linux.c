/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files without a name, and how they get one, on Linux; on the platform floor. */

#include "platform/tf-linux-private.h"

#include <unistd.h>

TfStatus
tf_os_create_anonymous (const char      *path,
                        TfOsCreateFlags  flags,
                        int             *fd)
{
  int open_flags = O_TMPFILE | O_RDWR;
  TfStatus status;

  if ((flags & TF_OS_CREATE_APPEND) != 0)
    open_flags |= O_APPEND;

  status = tf_posix_open (TF_CALL_OPEN_TMPFILE, TF_OS_CWD, path, open_flags, 0600, fd);
  switch (status)
    {
    case EISDIR:   /* a kernel that does not know the flag */
    case ENOENT:   /* a file system that makes nothing of it */
    case EINVAL:
    case ENOSYS:   /* a sandbox */
    case EPERM:
    case EACCES:   /* one that judges by names, of which this file has none */
      return EOPNOTSUPP;
    default:
      return status;
    }
}

/* The way of kernels before 6.10 for those without privileges. */
static TfStatus
link_by_proc (int         fd,
              int         dir,
              const char *name)
{
  char path[TF_LINUX_PROC_PATH];
  struct stat st;
  TfStatus status = tf_linux_proc_path (path, "fd", fd);

  if (status != 0)
    return EOPNOTSUPP;

  status = TF_POSIX_TRY (TF_CALL_LINK,
                         linkat (AT_FDCWD, path, tf_posix_dir (dir), name, AT_SYMLINK_FOLLOW));
  /* Is it the folder that is missing, or /proc? */
  if ((status == ENOENT || status == ENOTDIR) && lstat (path, &st) == -1)
    return EOPNOTSUPP;
  return status;
}

TfStatus
tf_os_link_file (int         fd,
                 int         dir,
                 const char *name)
{
  TfStatus status = TF_POSIX_TRY (TF_CALL_LINK_EMPTY_PATH,
                                  linkat (fd, "", tf_posix_dir (dir), name, AT_EMPTY_PATH));

  if (status == ENOENT || status == EINVAL || status == EPERM || status == ENOSYS ||
      status == EACCES)
    status = link_by_proc (fd, dir, name);
  /* A file system without links, or a sandbox: Android's answers EACCES
   * (https://github.com/termux/termux-app/issues/837). A folder that denies it denies the caller's
   * other way too. */
  if (status == EPERM || status == ENOSYS || status == EINVAL || status == EACCES)
    status = EOPNOTSUPP;
  return status;
}
