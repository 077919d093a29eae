/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes files, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#include <fcntl.h>

#define MAX_NAMES 100

/* A file system without access lists claims success and lets everybody in. The attribute that makes
 * a file read-only does not survive everywhere to be made with a list. */
static TfStatus
check_made (HANDLE  handle,
            guint   mode,
            TfStat *stat)
{
  TfStatus status = tf_win32_stat (handle, stat);

  if (status == 0 && (stat->mode & 0200) != (mode & 0200))
    {
      status = tf_win32_set_mode (handle, mode);
      if (status == 0)
        status = tf_win32_stat (handle, stat);
    }
  if (status == 0 && (mode & 0077) == 0 && (stat->mode & 0077) != 0)
    return ERROR_NOT_SUPPORTED;
  return status;
}

/* The list of who may use it is in the call that makes it, so it is never wider; others than
 * private files have the list that any new file in that folder has. */
TfStatus
tf_os_create_file (int              dir,
                   const char      *name,
                   guint            mode,
                   TfOsCreateFlags  flags,
                   int             *fd,
                   TfStat          *stat)
{
  gboolean append = (flags & TF_OS_CREATE_APPEND) != 0;
  TfWin32Open how = { TF_CALL_OPEN, append ? TF_WIN32_APPEND : TF_WIN32_WRITE, TF_WIN32_SHARE_ALL,
                      FILE_NON_DIRECTORY_FILE, FILE_ATTRIBUTE_NORMAL };
  TfWin32Security security;
  TfStatus status;
  HANDLE handle;
  TfStat made;

  status = tf_win32_security_init (&security, FALSE);
  if (status != 0)
    return status;
  if ((mode & 0077) == 0)
    how.security = &security.descriptor;
  if ((mode & 0200) == 0)
    how.attributes = FILE_ATTRIBUTE_READONLY;
  how.create = TRUE;
  status = tf_win32_open (dir, name, &how, &handle);
  if (status != 0)
    return status;

  status = check_made (handle, mode, &made);
  if (status != 0)
    {
      tf_win32_discard (handle);
      return status;
    }
  status = tf_win32_take_made (handle, O_RDWR, fd);
  if (status == 0)
    *stat = made;
  return status;
}

static TfStatus
create_deleted (const char      *path,
                TfOsCreateFlags  flags,
                HANDLE          *handle)
{
  gboolean append = (flags & TF_OS_CREATE_APPEND) != 0;
  TfWin32Open how = { TF_CALL_OPEN_TMPFILE, (append ? TF_WIN32_APPEND : TF_WIN32_WRITE) | DELETE,
                      TF_WIN32_SHARE_ALL, FILE_NON_DIRECTORY_FILE | FILE_DELETE_ON_CLOSE,
                      FILE_ATTRIBUTE_TEMPORARY };
  TfWin32Security security;
  TfStatus status = tf_win32_security_init (&security, FALSE);

  if (status != 0)
    return status;
  how.security = &security.descriptor;
  how.create = TRUE;
  status = ERROR_ALREADY_EXISTS;
  for (guint i = 0; i < MAX_NAMES && tf_os_condition (status) == TF_CONDITION_EXISTS; i++)
    {
      g_autofree char *name = tf_win32_spare_name (path);

      status = tf_win32_open (TF_OS_CWD, name, &how, handle);
    }
  return status;
}

/* Not this way, but perhaps by a file that has a name and is deleted, which otherwise says why. */
static gboolean
means_other_way (TfStatus status)
{
  TfCondition condition = tf_os_condition (status);

  return condition == TF_CONDITION_NOT_FOUND || condition == TF_CONDITION_DENIED ||
         condition == TF_CONDITION_NOT_SUPPORTED || status == ERROR_INVALID_PARAMETER;
}

/* Windows has no file without a name. This one has one that nobody is told, only our user can open,
 * and that ends with the last descriptor, however the process ends. It is kept in memory as long as
 * there is room. */
TfStatus
tf_os_create_anonymous (const char      *path,
                        TfOsCreateFlags  flags,
                        int             *fd)
{
  TfStatus status;
  HANDLE handle;
  TfStat stat;

  status = create_deleted (path, flags, &handle);
  if (means_other_way (status))
    return ERROR_NOT_SUPPORTED;
  if (status != 0)
    return status;

  status = check_made (handle, 0600, &stat);
  if (status == 0)
    return tf_win32_take_handle (handle, O_RDWR, fd);
  CloseHandle (handle);
  return status;
}

/* The file could be given a second name, but its handle would keep others from opening it, for it
 * has the right to delete, and no documentation says that its end spares the second name. So the
 * caller copies. */
TfStatus
tf_os_link_file (int         fd,
                 int         dir,
                 const char *name)
{
  return ERROR_NOT_SUPPORTED;
}
