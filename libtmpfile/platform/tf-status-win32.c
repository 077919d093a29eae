/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the codes of Windows mean, on its platform floor. */

#include "platform/tf-win32-private.h"

#include <ntstatus.h>

/* How often a call is tried that meets a file in use: after 1, 2, 4 ... milliseconds. */
#define MAX_TRIES 8
#define MAX_TRIES_DENIED 5

TfStatus
tf_win32_status (NTSTATUS status)
{
  if (NT_SUCCESS (status))
    return 0;

  switch (status)
    {
    /* Its name is as good as gone, and cannot be used yet. The function below would call it denied,
     * as what really is denied: https://github.com/llvm/llvm-project/issues/89137 */
    case STATUS_DELETE_PENDING:
      return ERROR_DELETE_PENDING;
    case STATUS_FILE_IS_A_DIRECTORY:
      return ERROR_DIRECTORY_NOT_SUPPORTED;
    case STATUS_STOPPED_ON_SYMLINK:
      return ERROR_STOPPED_ON_SYMLINK;
    default:
      return (TfStatus) RtlNtStatusToDosError (status);
    }
}

gboolean
tf_win32_is_missing (NTSTATUS status)
{
  switch (status)
    {
    case STATUS_INVALID_DEVICE_REQUEST:
    case STATUS_INVALID_INFO_CLASS:
    case STATUS_INVALID_PARAMETER:
    case STATUS_NOT_IMPLEMENTED:
    case STATUS_NOT_SUPPORTED:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
tf_win32_wait (TfStatus  status,
               guint    *tries)
{
  guint limit = 0;

  /* "Denied" is also what a file is that is about to go. */
  if (status == ERROR_SHARING_VIOLATION || status == ERROR_LOCK_VIOLATION)
    limit = MAX_TRIES;
  else if (status == ERROR_ACCESS_DENIED)
    limit = MAX_TRIES_DENIED;
  if (*tries >= limit)
    return FALSE;
  Sleep (1u << (*tries)++);
  return TRUE;
}

TfCondition
tf_os_condition (TfStatus status)
{
  switch (status)
    {
    case 0:
      return TF_CONDITION_OK;
    case ERROR_ALREADY_EXISTS:
    case ERROR_FILE_EXISTS:
      return TF_CONDITION_EXISTS;
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_DELETE_PENDING:
    case ERROR_FILE_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_PATH_NOT_FOUND:
      return TF_CONDITION_NOT_FOUND;
    case ERROR_DIR_NOT_EMPTY:
      return TF_CONDITION_NOT_EMPTY;
    case ERROR_DIRECTORY:
      return TF_CONDITION_NOT_FOLDER;
    case ERROR_STOPPED_ON_SYMLINK:
      return TF_CONDITION_IS_LINK;
    case ERROR_ACCESS_DENIED:
    case ERROR_INVALID_OWNER:
    case ERROR_NETWORK_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
      return TF_CONDITION_DENIED;
    case ERROR_DISK_FULL:
    case ERROR_DISK_QUOTA_EXCEEDED:
    case ERROR_HANDLE_DISK_FULL:
      return TF_CONDITION_NO_SPACE;
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_FUNCTION:
    case ERROR_NOT_SUPPORTED:
      return TF_CONDITION_NOT_SUPPORTED;
    case ERROR_NOT_SAME_DEVICE:
      return TF_CONDITION_CROSS_DEVICE;
    case ERROR_BUSY:
    case ERROR_LOCK_VIOLATION:
    case ERROR_SHARING_VIOLATION:
    case ERROR_USER_MAPPED_FILE:
      return TF_CONDITION_BUSY;
    default:
      return TF_CONDITION_OTHER;
    }
}

TfStatus
tf_os_status (TfCondition condition)
{
  if (condition == TF_CONDITION_EXISTS)
    return ERROR_ALREADY_EXISTS;
  return condition == TF_CONDITION_NOT_FOUND ? ERROR_FILE_NOT_FOUND : ERROR_NOT_SUPPORTED;
}

/* What has no condition of its own. */
static GIOErrorEnum
other_io_error (TfStatus status)
{
  switch (status)
    {
    case ERROR_DIRECTORY_NOT_SUPPORTED:
      return G_IO_ERROR_IS_DIRECTORY;
    case ERROR_FILENAME_EXCED_RANGE:
      return G_IO_ERROR_FILENAME_TOO_LONG;
    case ERROR_INVALID_HANDLE:
      return G_IO_ERROR_CLOSED;
    case ERROR_INVALID_PARAMETER:
    case ERROR_NEGATIVE_SEEK:
      return G_IO_ERROR_INVALID_ARGUMENT;
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_NAME:
    case ERROR_NO_UNICODE_TRANSLATION:
      return G_IO_ERROR_INVALID_FILENAME;
    case ERROR_TOO_MANY_LINKS:
      return G_IO_ERROR_TOO_MANY_LINKS;
    case ERROR_TOO_MANY_OPEN_FILES:
      return G_IO_ERROR_TOO_MANY_OPEN_FILES;
    case ERROR_WRITE_PROTECT:
      return G_IO_ERROR_READ_ONLY;
    default:
      return G_IO_ERROR_FAILED;
    }
}

GIOErrorEnum
tf_os_io_error (TfStatus status)
{
  switch (tf_os_condition (status))
    {
    case TF_CONDITION_EXISTS:
      return G_IO_ERROR_EXISTS;
    case TF_CONDITION_NOT_FOUND:
      return G_IO_ERROR_NOT_FOUND;
    case TF_CONDITION_NOT_EMPTY:
      return G_IO_ERROR_NOT_EMPTY;
    case TF_CONDITION_NOT_FOLDER:
      return G_IO_ERROR_NOT_DIRECTORY;
    case TF_CONDITION_IS_LINK:
      return G_IO_ERROR_TOO_MANY_LINKS;
    case TF_CONDITION_DENIED:
      return G_IO_ERROR_PERMISSION_DENIED;
    case TF_CONDITION_NO_SPACE:
      return G_IO_ERROR_NO_SPACE;
    case TF_CONDITION_NOT_SUPPORTED:
    case TF_CONDITION_CROSS_DEVICE:
      return G_IO_ERROR_NOT_SUPPORTED;
    case TF_CONDITION_BUSY:
      return G_IO_ERROR_BUSY;
    case TF_CONDITION_OK:
    case TF_CONDITION_OTHER:
    default:
      return other_io_error (status);
    }
}

char *
tf_os_describe (TfStatus status)
{
  char *text = g_win32_error_message (status);

  if (text != NULL && g_strchomp (text)[0] != '\0')
    return text;
  g_free (text);
  return g_strdup_printf ("error %d of Windows", status);
}
