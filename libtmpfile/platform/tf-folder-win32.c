/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes and opens folders, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#include <fcntl.h>

static TfStatus
make_folder (int           dir,
             const char   *name,
             ACCESS_MASK   access,
             ULONG         attributes,
             HANDLE       *handle,
             TfStat       *stat)
{
  TfWin32Open how = { TF_CALL_MKDIR, access, TF_WIN32_SHARE_ALL, FILE_DIRECTORY_FILE, attributes };
  TfWin32Security security;
  TfStatus status = tf_win32_security_init (&security, TRUE);

  if (status != 0)
    return status;
  how.security = &security.descriptor;
  how.create = TRUE;
  status = tf_win32_open (dir, name, &how, handle);
  if (status != 0)
    return status;

  status = tf_win32_stat (*handle, stat);
  /* A file system without access lists claims success and lets everybody in. */
  if (status == 0 && (stat->mode & 0077) != 0)
    status = ERROR_NOT_SUPPORTED;
  if (status != 0)
    tf_win32_discard (*handle);
  return status;
}

/* A mark without a lease would have the folder swept while it is in use. */
static TfStatus
drop_mark (HANDLE  handle,
           TfStat *stat)
{
  TfStatus status = tf_win32_set_mode (handle, 0700);

  return status == 0 ? tf_win32_stat (handle, stat) : status;
}

/* The folder, its handle, mark, lease and access list come to be in one call, so that there is
 * nothing in between for a sweeper. */
TfStatus
tf_os_create_leased_folder (int         dir,
                            const char *name,
                            int        *fd,
                            TfStat     *stat)
{
  TfStatus status, lease;
  HANDLE handle;
  TfStat made;

  status = make_folder (dir, name, TF_WIN32_LEASE, FILE_ATTRIBUTE_SYSTEM, &handle, &made);
  if (status != 0)
    return status;
  lease = TF_FAULT (TF_CALL_LOCK);
  if (tf_os_condition (lease) == TF_CONDITION_BUSY)
    status = ERROR_ALREADY_EXISTS;
  else if (lease != 0)
    status = drop_mark (handle, &made);
  if (status != 0)
    {
      tf_win32_discard (handle);
      return status;
    }

  status = tf_win32_take_made (handle, O_RDONLY, fd);
  if (status == 0)
    *stat = made;
  return status;
}

TfStatus
tf_os_create_folder (int         dir,
                     const char *name)
{
  HANDLE handle;
  TfStat made;
  TfStatus status = make_folder (dir, name, TF_WIN32_LOOK, FILE_ATTRIBUTE_NORMAL, &handle, &made);

  if (status == 0)
    CloseHandle (handle);
  return status;
}

/* --- opening ----------------------------------------------------------------------------- */

/* What was opened without following links, if it is a folder. */
static TfStatus
take_folder (HANDLE  handle,
             int    *fd)
{
  FILE_ATTRIBUTE_TAG_INFO info;
  TfStatus status = tf_win32_attributes (handle, &info);
  TfKind kind = status == 0 ? tf_win32_kind (info.FileAttributes, info.ReparseTag)
                            : TF_KIND_UNKNOWN;

  if (status == 0 && kind == TF_KIND_LINK)
    status = ERROR_STOPPED_ON_SYMLINK;
  else if (status == 0 && kind != TF_KIND_FOLDER)
    status = ERROR_DIRECTORY;
  if (status == 0)
    return tf_win32_take_handle (handle, O_RDONLY, fd);
  CloseHandle (handle);
  return status;
}

/* A link to a file is no folder for the kernel, and a link for us. */
static TfStatus
explain_no_folder (int         dir,
                   const char *name)
{
  TfStat stat;

  if (tf_os_stat_at (dir, name, &stat) == 0 && stat.kind == TF_KIND_LINK)
    return ERROR_STOPPED_ON_SYMLINK;
  return ERROR_DIRECTORY;
}

TfStatus
tf_os_open_folder_as_is (int         dir,
                         const char *name,
                         int        *fd)
{
  const TfWin32Open how = { TF_CALL_OPEN, TF_WIN32_LIST, TF_WIN32_SHARE_ALL, FILE_DIRECTORY_FILE };
  HANDLE handle;
  TfStatus status = tf_win32_open (dir, name, &how, &handle);

  if (status == ERROR_DIRECTORY)
    return explain_no_folder (dir, name);
  return status == 0 ? take_folder (handle, fd) : status;
}

/* The owner may change the access list even where the list denies everything. */
static TfStatus
open_repaired (int         dir,
               const char *name,
               int        *fd)
{
  const TfWin32Open how = { TF_CALL_OPEN, TF_WIN32_LOOK | WRITE_DAC, TF_WIN32_SHARE_ALL,
                            FILE_DIRECTORY_FILE };
  const TfWin32Open then = { TF_CALL_OPEN, TF_WIN32_LIST, TF_WIN32_SHARE_ALL,
                             FILE_DIRECTORY_FILE };
  HANDLE handle, again;
  TfStatus status;
  TfStat stat;

  if (tf_win32_open (dir, name, &how, &handle) != 0)
    return ERROR_ACCESS_DENIED;
  status = tf_win32_stat (handle, &stat);
  if (status == 0 && (stat.kind != TF_KIND_FOLDER || !stat.mine))
    status = ERROR_ACCESS_DENIED;
  if (status == 0)
    status = tf_win32_make_private (handle, TRUE);
  if (status == 0)
    status = tf_win32_open_again (handle, &then, &again);
  CloseHandle (handle);
  return status == 0 ? take_folder (again, fd) : status;
}

TfStatus
tf_os_open_folder (int         dir,
                   const char *name,
                   int        *fd)
{
  TfStatus status = tf_os_open_folder_as_is (dir, name, fd);

  return status == ERROR_ACCESS_DENIED ? open_repaired (dir, name, fd) : status;
}

TfStatus
tf_os_open_for_lookup (int         dir,
                       const char *name,
                       int        *fd)
{
  const TfWin32Open how = { TF_CALL_OPEN, FILE_TRAVERSE | FILE_READ_ATTRIBUTES, TF_WIN32_SHARE_ALL,
                            FILE_DIRECTORY_FILE, .follow = TRUE };
  HANDLE handle;
  TfStatus status = tf_win32_open (dir, name, &how, &handle);

  return status == 0 ? tf_win32_take_handle (handle, O_RDONLY, fd) : status;
}
