/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What Windows says where Unix has a code of errno, on the platform floor of test builds. */

#include "platform/tf-win32-private.h"

#include <errno.h>

static const struct
{
  int code;
  int status;
} table[] = {
  { EACCES, ERROR_ACCESS_DENIED },
  { EAGAIN, ERROR_LOCK_VIOLATION },
  { EBADF, ERROR_INVALID_HANDLE },
  { EBUSY, ERROR_BUSY },
  { EEXIST, ERROR_ALREADY_EXISTS },
  { EINVAL, ERROR_INVALID_PARAMETER },
  { EIO, ERROR_IO_DEVICE },
  { EISDIR, ERROR_DIRECTORY_NOT_SUPPORTED },
  { ELOOP, ERROR_STOPPED_ON_SYMLINK },
  { EMFILE, ERROR_TOO_MANY_OPEN_FILES },
  { EMLINK, ERROR_TOO_MANY_LINKS },
  { ENAMETOOLONG, ERROR_FILENAME_EXCED_RANGE },
  { ENFILE, ERROR_TOO_MANY_OPEN_FILES },
  { ENOENT, ERROR_FILE_NOT_FOUND },
  { ENOLCK, ERROR_NO_SYSTEM_RESOURCES },
  { ENOMEM, ERROR_NOT_ENOUGH_MEMORY },
  { ENOSPC, ERROR_DISK_FULL },
  { ENOSYS, ERROR_NOT_SUPPORTED },
  { ENOTDIR, ERROR_DIRECTORY },
  { ENOTEMPTY, ERROR_DIR_NOT_EMPTY },
  { ENOTSUP, ERROR_NOT_SUPPORTED },
  { ENOTTY, ERROR_INVALID_FUNCTION },
  { EOPNOTSUPP, ERROR_NOT_SUPPORTED },
  { EPERM, ERROR_ACCESS_DENIED },
  { EROFS, ERROR_WRITE_PROTECT },
  { ETXTBSY, ERROR_SHARING_VIOLATION },
  { EWOULDBLOCK, ERROR_LOCK_VIOLATION },
  { EXDEV, ERROR_NOT_SAME_DEVICE },
};

int
tf_fault_status (int code)
{
  if (code == 0)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      if (table[i].code == code)
        return table[i].status;
    }
  return ERROR_GEN_FAILURE;
}
