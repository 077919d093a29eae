/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Leases, and where they can be relied on, on the platform floor of Windows.
 *
 * The lease on a file is a lock of LockFileEx() behind all that can be in a file, for a lock here
 * keeps others from the bytes. A folder cannot be locked. Its lease is how it is open: the shared
 * one as if files were to be made in it (FILE_ADD_FILE), which is not needed for that; the
 * exclusive one without sharing this. The kernel lets both be open together in no process, and
 * ends them with the process, however that ends. Who only lists the folder takes no part, and a
 * program that moves something into it in the very moment is taken for an owner: then it is swept
 * another time. */

#include "platform/tf-win32-private.h"

#include <fcntl.h>

#define LOCK_OFFSET_LOW 0xfffffffeu
#define LOCK_OFFSET_HIGH 0x7fffffffu

static TfStatus
lock_file (HANDLE    handle,
           TfOsLease lease)
{
  OVERLAPPED place = { .Offset = LOCK_OFFSET_LOW, .OffsetHigh = LOCK_OFFSET_HIGH };
  DWORD flags = LOCKFILE_FAIL_IMMEDIATELY;
  TfStatus status;

  if (lease == TF_OS_LEASE_EXCLUSIVE)
    flags |= LOCKFILE_EXCLUSIVE_LOCK;
  status = TF_WIN32_TRY_BOOL (TF_CALL_LOCK, LockFileEx (handle, flags, 0, 1, 0, &place));
  return status == ERROR_IO_PENDING ? ERROR_LOCK_VIOLATION : status;
}

/* The descriptor names another handle of the folder afterwards. */
static TfStatus
lease_folder (int       fd,
              HANDLE    handle,
              TfOsLease lease)
{
  TfWin32Open how = { TF_CALL_LOCK, TF_WIN32_LEASE, TF_WIN32_SHARE_ALL, FILE_DIRECTORY_FILE };
  TfStatus status;
  HANDLE leased;
  int opened;

  if (lease == TF_OS_LEASE_EXCLUSIVE)
    how.share &= ~(ULONG) FILE_SHARE_WRITE;
  status = tf_win32_open_again (handle, &how, &leased);
  if (status == 0)
    status = tf_win32_take_handle (leased, O_RDONLY, &opened);
  if (status != 0)
    return status;

  status = tf_os_replace (opened, fd);
  if (status != 0)
    tf_os_close (opened);
  return status;
}

TfStatus
tf_os_take_lease (int       fd,
                  TfOsLease lease)
{
  HANDLE handle = tf_win32_handle (fd);
  FILE_ATTRIBUTE_TAG_INFO info;
  TfStatus status;

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  status = tf_win32_attributes (handle, &info);
  if (status != 0)
    return status;
  if ((info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
    return lease_folder (fd, handle, lease);
  return lock_file (handle, lease);
}

gboolean
tf_os_is_local (int    fd,
                char **name)
{
  HANDLE handle = tf_win32_handle (fd);
  FILE_FS_DEVICE_INFORMATION device;
  wchar_t found[MAX_PATH + 1];
  IO_STATUS_BLOCK io;

  if (handle != NULL && TF_FAULT (TF_CALL_STAT) == 0 &&
      NT_SUCCESS (NtQueryVolumeInformationFile (handle, &io, &device, sizeof device,
                                                FileFsDeviceInformation)) &&
      (device.Characteristics & FILE_REMOTE_DEVICE) == 0)
    return TRUE;

  if (handle != NULL && GetVolumeInformationByHandleW (handle, NULL, 0, NULL, NULL, NULL, found,
                                                       G_N_ELEMENTS (found)))
    *name = tf_win32_from_wide (found, wcslen (found));
  else
    *name = g_strdup ("?");
  return FALSE;
}
