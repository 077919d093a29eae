/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What an errno means, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

TfCondition
tf_os_condition (TfStatus status)
{
  switch (status)
    {
    case 0:
      return TF_CONDITION_OK;
    case EEXIST:
      return TF_CONDITION_EXISTS;
    case ENOENT:
    case ESTALE:
      return TF_CONDITION_NOT_FOUND;
    case ENOTEMPTY:
      return TF_CONDITION_NOT_EMPTY;
    case ENOTDIR:
      return TF_CONDITION_NOT_FOLDER;
    case ELOOP:
      return TF_CONDITION_IS_LINK;
    case EACCES:
    case EPERM:
      return TF_CONDITION_DENIED;
    case ENOSPC:
    case EDQUOT:
      return TF_CONDITION_NO_SPACE;
    case ENOSYS:
    case EOPNOTSUPP:
#if ENOTSUP != EOPNOTSUPP
    case ENOTSUP:
#endif
      return TF_CONDITION_NOT_SUPPORTED;
    case EXDEV:
      return TF_CONDITION_CROSS_DEVICE;
    case EBUSY:
    case EWOULDBLOCK:
      return TF_CONDITION_BUSY;
    default:
      return TF_CONDITION_OTHER;
    }
}

TfStatus
tf_os_status (TfCondition condition)
{
  if (condition == TF_CONDITION_EXISTS)
    return EEXIST;
  return condition == TF_CONDITION_NOT_FOUND ? ENOENT : EOPNOTSUPP;
}

/* GLib's table, and the codes it does not know or cannot place for files. */
GIOErrorEnum
tf_os_io_error (TfStatus status)
{
  switch (status)
    {
    case EBADF:
      return G_IO_ERROR_CLOSED;
    case EDQUOT:
    case ENOSPC:
      return G_IO_ERROR_NO_SPACE;
    case EMFILE:
    case ENFILE:
      return G_IO_ERROR_TOO_MANY_OPEN_FILES;
    case EAGAIN:
      return G_IO_ERROR_BUSY;
    case ENOSYS:
    case EXDEV:
      return G_IO_ERROR_NOT_SUPPORTED;
    case ENOTDIR:
      return G_IO_ERROR_NOT_DIRECTORY;
    case EROFS:
      return G_IO_ERROR_READ_ONLY;
    case ESTALE:
      return G_IO_ERROR_NOT_FOUND;
    default:
      return g_io_error_from_errno (status);
    }
}

char *
tf_os_describe (TfStatus status)
{
  return g_strdup (g_strerror (status));
}
