/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Copies in the kernel, and moves a descriptor's number, on Linux; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

/* All the ways in which a file system, kernel or sandbox says that it will not do the work. */
static TfStatus
refusal (TfStatus status)
{
  switch (status)
    {
    case EBADF:     /* copy_file_range() of a file opened to append */
    case EINVAL:
    case ENOSYS:
    case ENOTTY:
    case EPERM:
    case ETXTBSY:
      return EOPNOTSUPP;
    default:
      return status;
    }
}

TfStatus
tf_os_clone (int from,
             int to)
{
  return refusal (TF_POSIX_TRY (TF_CALL_CLONE, ioctl (to, FICLONE, from)));
}

TfStatus
tf_os_copy_range (int     from,
                  int     to,
                  gint64  offset,
                  gsize   count,
                  gsize  *done)
{
  gint64 result;

  do
    {
      off64_t in = offset, out = offset;
      int fault = TF_FAULT (TF_CALL_COPY_RANGE);

      result = fault != 0 ? (errno = fault, -1) : copy_file_range (from, &in, to, &out, count, 0);
    }
  while (result == -1 && errno == EINTR);
  if (result == -1)
    return refusal (errno);
  *done = (gsize) result;
  return 0;
}

TfStatus
tf_os_replace (int fd,
               int target)
{
  TfStatus status;

  /* EBUSY: another thread is just opening a file under that number. */
  do
    status = TF_POSIX_TRY (TF_CALL_DUP, dup3 (fd, target, O_CLOEXEC));
  while (status == EBUSY);
  if (status == 0)
    tf_os_close (fd);
  return status;
}
