/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes files with a name, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

/* Brings the file to exactly `mode`. A file system without modes may claim success and do
 * nothing, so the result is looked at; what would let others in is an error. */
static TfStatus
settle_mode (int     fd,
             guint   mode,
             TfStat *stat)
{
  TfStatus status;

  if (stat->mode == mode)
    return 0;

  status = tf_os_set_mode (fd, mode);
  if (status == 0)
    status = tf_os_stat (fd, stat);
  if (status == 0 && ((stat->mode & 07077 & ~mode) != 0 || (mode & 0600 & ~stat->mode) != 0))
    status = ENOTSUP;
  return status;
}

TfStatus
tf_os_create_file (int              dir,
                   const char      *name,
                   guint            mode,
                   TfOsCreateFlags  flags,
                   int             *fd,
                   TfStat          *stat)
{
  int open_flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY;
  TfStatus status;
  TfStat made;
  int opened;

  if ((flags & TF_OS_CREATE_APPEND) != 0)
    open_flags |= O_APPEND;

  status = tf_posix_open (TF_CALL_OPEN, dir, name, open_flags, mode & 0600, &opened);
  if (status != 0)
    return status;

  status = tf_os_stat (opened, &made);
  if (status == 0)
    status = settle_mode (opened, mode, &made);
  if (status != 0)
    {
      tf_posix_discard (dir, name, opened, tf_os_unlink);
      return status;
    }

  *fd = opened;
  *stat = made;
  return 0;
}
