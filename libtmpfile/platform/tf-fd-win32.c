/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Descriptors of the C library for what is open, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>

#define FIRST_FD 3

HANDLE
tf_win32_handle (int fd)
{
  intptr_t handle = fd >= 0 ? _get_osfhandle (fd) : -1;

  /* -2 is a standard stream that a program without a console does not have. */
  return handle == -1 || handle == -2 ? NULL : (HANDLE) handle;
}

static TfStatus
status_of_errno (int code)
{
  switch (code)
    {
    case EBADF:
      return ERROR_INVALID_HANDLE;
    case EMFILE:
      return ERROR_TOO_MANY_OPEN_FILES;
    case ENOMEM:
      return ERROR_NOT_ENOUGH_MEMORY;
    case ENOSPC:
      return ERROR_DISK_FULL;
    default:
      return _doserrno != 0 ? (TfStatus) _doserrno : ERROR_GEN_FAILURE;
    }
}

static HANDLE
duplicate (HANDLE handle)
{
  HANDLE copy;

  return DuplicateHandle (GetCurrentProcess (), handle, GetCurrentProcess (), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS)
           ? copy
           : NULL;
}

/* The numbers 0 to 2 are for what the program calls its standard streams. Where one of them is free
 * it is taken by a copy until a higher one was had. */
static TfStatus
open_fd (HANDLE  handle,
         int     flags,
         int    *fd)
{
  HANDLE copy = duplicate (handle);
  TfStatus status = 0;

  if (copy == NULL)
    return (TfStatus) GetLastError ();
  *fd = _open_osfhandle ((intptr_t) copy, flags | O_BINARY | O_NOINHERIT);
  if (*fd == -1)
    {
      status = status_of_errno (errno);
      CloseHandle (copy);
    }
  else if (*fd < FIRST_FD)
    {
      int low = *fd;

      status = open_fd (handle, flags, fd);
      _close (low);
    }
  return status;
}

TfStatus
tf_win32_take_handle (HANDLE  handle,
                      int     flags,
                      int    *fd)
{
  TfStatus status = 0;
  int opened = _open_osfhandle ((intptr_t) handle, flags | O_BINARY | O_NOINHERIT);
  int copy = -1;

  if (opened >= FIRST_FD)
    {
      *fd = opened;
      return 0;
    }
  if (opened == -1)
    {
      status = status_of_errno (errno);
      CloseHandle (handle);
      return status;
    }
  status = open_fd (handle, flags, &copy);
  _close (opened);
  if (status == 0)
    *fd = copy;
  return status;
}

/* A copy of the handle stays until there is a descriptor. */
TfStatus
tf_win32_take_made (HANDLE  handle,
                    int     flags,
                    int    *fd)
{
  HANDLE copy = duplicate (handle);
  TfStatus status;

  if (copy == NULL)
    {
      status = (TfStatus) GetLastError ();
      tf_win32_discard (handle);
      return status;
    }
  status = tf_win32_take_handle (handle, flags, fd);
  if (status != 0)
    tf_win32_discard (copy);
  else
    CloseHandle (copy);
  return status;
}

/* --- opening ----------------------------------------------------------------------------- */

static ACCESS_MASK
access_for (TfOsReopenFlags flags)
{
  if ((flags & TF_OS_REOPEN_READ_ONLY) != 0)
    return TF_WIN32_READ;
  return (flags & TF_OS_REOPEN_APPEND) != 0 ? TF_WIN32_APPEND : TF_WIN32_WRITE;
}

/* Without O_APPEND, for which the C library would seek to the end before each write: the kernel
 * does that by itself where there is no other right to write. */
static int
flags_for (TfOsReopenFlags flags)
{
  return (flags & TF_OS_REOPEN_READ_ONLY) != 0 ? O_RDONLY : O_RDWR;
}

TfStatus
tf_os_reopen (int              fd,
              const char      *path,
              TfOsReopenFlags  flags,
              int             *copy)
{
  const TfWin32Open how = { TF_CALL_OPEN, access_for (flags), TF_WIN32_SHARE_ALL,
                            FILE_NON_DIRECTORY_FILE };
  HANDLE handle = tf_win32_handle (fd);
  TfStatus status;
  HANDLE again;

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  status = tf_win32_open_again (handle, &how, &again);
  return status == 0 ? tf_win32_take_handle (again, flags_for (flags), copy) : status;
}

TfStatus
tf_os_open_file (int              dir,
                 const char      *name,
                 TfOsReopenFlags  flags,
                 int             *fd)
{
  const TfWin32Open how = { TF_CALL_OPEN, access_for (flags), TF_WIN32_SHARE_ALL,
                            FILE_NON_DIRECTORY_FILE };
  TfStatus status;
  HANDLE handle;
  TfStat stat;

  status = tf_win32_open (dir, name, &how, &handle);
  if (status == ERROR_DIRECTORY_NOT_SUPPORTED)
    return ERROR_NOT_SUPPORTED;
  if (status != 0)
    return status;

  status = tf_win32_stat (handle, &stat);
  if (status == 0 && stat.kind == TF_KIND_LINK)
    status = ERROR_STOPPED_ON_SYMLINK;
  else if (status == 0 && stat.kind != TF_KIND_FILE)
    status = ERROR_NOT_SUPPORTED;
  if (status == 0)
    return tf_win32_take_handle (handle, flags_for (flags), fd);
  CloseHandle (handle);
  return status;
}

/* It keeps nobody from anything, and the number of the file from being used again. */
TfStatus
tf_os_hold_file (int         dir,
                 const char *name,
                 int        *fd)
{
  const TfWin32Open how = { TF_CALL_OPEN, TF_WIN32_LOOK, TF_WIN32_SHARE_ALL };
  HANDLE handle;
  TfStatus status = tf_win32_open (dir, name, &how, &handle);

  return status == 0 ? tf_win32_take_handle (handle, O_RDONLY, fd) : status;
}

/* --- copying and closing ----------------------------------------------------------------- */

TfStatus
tf_os_close (int fd)
{
  TfStatus status = TF_FAULT (TF_CALL_CLOSE);

  if (tf_win32_handle (fd) == NULL)
    return ERROR_INVALID_HANDLE;
  if (_close (fd) == -1 && status == 0)
    status = status_of_errno (errno);
  return status;
}

/* _dup() would have a program that is started meanwhile inherit the copy. */
TfStatus
tf_os_dup (int  fd,
           int *copy)
{
  HANDLE handle = tf_win32_handle (fd);
  TfStatus status = TF_FAULT (TF_CALL_DUP);

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  handle = status == 0 ? duplicate (handle) : NULL;
  if (status == 0 && handle == NULL)
    status = (TfStatus) GetLastError ();
  return status == 0 ? tf_win32_take_handle (handle, 0, copy) : status;
}

/* There is only _dup2() to give a descriptor another number, and what it makes can be inherited
 * until the next line: by a program that another thread starts in that very moment, and that
 * inherits all it can. */
TfStatus
tf_os_replace (int fd,
               int target)
{
  TfStatus status = TF_FAULT (TF_CALL_DUP);

  if (tf_win32_handle (fd) == NULL)
    return ERROR_INVALID_HANDLE;
  if (status == 0 && _dup2 (fd, target) == -1)
    status = status_of_errno (errno);
  if (status != 0)
    return status;
  SetHandleInformation (tf_win32_handle (target), HANDLE_FLAG_INHERIT, 0);
  tf_os_close (fd);
  return 0;
}
