/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removes and renames, on the platform floor of Windows.
 *
 * All of it is done to a handle: what was opened is looked at, and what was looked at is removed,
 * so there is no moment in which something else could come under the name. */

#include "platform/tf-win32-private.h"

#include <string.h>

/* Later than MinGW 10 knows for NtSetInformationFile(), by their numbers. */
#define CLASS_DISPOSITION_EX ((FILE_INFORMATION_CLASS) 64)   /* FileDispositionInformationEx */
#define CLASS_RENAME_EX ((FILE_INFORMATION_CLASS) 65)        /* FileRenameInformationEx */

#define DISPOSITION_DELETE 0x1
#define DISPOSITION_POSIX_SEMANTICS 0x2
#define DISPOSITION_IGNORE_READONLY 0x10
#define RENAME_REPLACE_IF_EXISTS 0x1
#define RENAME_POSIX_SEMANTICS 0x2
#define RENAME_IGNORE_READONLY 0x40

static const TfWin32Open to_remove = { TF_CALL_UNLINK, DELETE | FILE_READ_ATTRIBUTES,
                                       TF_WIN32_SHARE_ALL };

/* --- removing ---------------------------------------------------------------------------- */

static NTSTATUS
set_information (HANDLE                  handle,
                 gpointer                info,
                 gsize                   size,
                 FILE_INFORMATION_CLASS  klass)
{
  IO_STATUS_BLOCK io;

  return NtSetInformationFile (handle, &io, info, (ULONG) size, klass);
}

static TfStatus
set_disposition (HANDLE handle)
{
  FILE_DISPOSITION_INFO info = { .DeleteFile = TRUE };

  return tf_win32_status (set_information (handle, &info, sizeof info,
                                           FileDispositionInformation));
}

/* What cannot be told may have some. */
static gboolean
has_other_names (HANDLE handle)
{
  FILE_STANDARD_INFO info;

  return !GetFileInformationByHandleEx (handle, FileStandardInfo, &info, sizeof info) ||
         info.NumberOfLinks > 1;
}

/* What is read-only cannot be removed, so it ceases to be. That is the file's, not the name's: it
 * comes back where the file has other names, and where it stays. */
static TfStatus
dispose_read_only (HANDLE handle)
{
  const TfWin32Open how = { TF_CALL_CHMOD, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES,
                            TF_WIN32_SHARE_ALL };
  FILE_ATTRIBUTE_TAG_INFO now;
  TfStatus status;
  gboolean back;
  HANDLE again;

  if (tf_win32_attributes (handle, &now) != 0 ||
      (now.FileAttributes & FILE_ATTRIBUTE_READONLY) == 0 ||
      tf_win32_open_again (handle, &how, &again) != 0)
    return ERROR_ACCESS_DENIED;
  back = has_other_names (handle);
  status = tf_win32_set_attributes (again, now.FileAttributes & ~(DWORD) FILE_ATTRIBUTE_READONLY);
  if (status == 0)
    {
      status = set_disposition (handle);
      if (status != 0 || back)
        tf_win32_set_attributes (again, now.FileAttributes);
    }
  CloseHandle (again);
  return status;
}

/* The way of all Windows: the name stays until the last handle of the file is closed. */
static TfStatus
dispose_later (HANDLE handle)
{
  TfStatus status = set_disposition (handle);

  return status == ERROR_ACCESS_DENIED ? dispose_read_only (handle) : status;
}

/* The way of Windows 10 on NTFS: the name is gone at once. ERROR_NOT_SUPPORTED elsewhere. */
static TfStatus
dispose_now (HANDLE handle)
{
  ULONG flags = DISPOSITION_DELETE | DISPOSITION_POSIX_SEMANTICS | DISPOSITION_IGNORE_READONLY;
  NTSTATUS status = set_information (handle, &flags, sizeof flags, CLASS_DISPOSITION_EX);

  return tf_win32_is_missing (status) ? ERROR_NOT_SUPPORTED : tf_win32_status (status);
}

TfStatus
tf_win32_dispose (HANDLE handle)
{
  TfStatus status = dispose_now (handle);

  return status == ERROR_NOT_SUPPORTED ? dispose_later (handle) : status;
}

void
tf_win32_discard (HANDLE handle)
{
  HANDLE again;

  if (tf_win32_open_made (handle, &to_remove, &again) == 0)
    {
      tf_win32_dispose (again);
      CloseHandle (again);
    }
  CloseHandle (handle);
}

/* Opens what is to be removed. Folders are for tf_os_rmdir(), all else, also a link to a folder,
 * for tf_os_unlink(). */
static TfStatus
open_to_remove (TfCall      kind,
                int         dir,
                const char *name,
                gboolean    folder,
                HANDLE     *handle)
{
  TfWin32Open how = to_remove;
  FILE_ATTRIBUTE_TAG_INFO info;
  TfStatus status;
  TfKind found;

  how.kind = kind;
  status = tf_win32_open (dir, name, &how, handle);
  if (status != 0)
    return status;
  status = tf_win32_attributes (*handle, &info);
  if (status == 0)
    {
      found = tf_win32_kind (info.FileAttributes, info.ReparseTag);
      if (folder != (found == TF_KIND_FOLDER))
        status = folder ? ERROR_DIRECTORY : ERROR_DIRECTORY_NOT_SUPPORTED;
    }
  if (status != 0)
    CloseHandle (*handle);
  return status;
}

static TfStatus
check_same (HANDLE            handle,
            const TfIdentity *id)
{
  TfIdentity found;
  TfStatus status = tf_win32_identify (handle, &found);

  if (status == 0 && !tf_identity_equal (&found, id))
    return ERROR_FILE_NOT_FOUND;
  return status;
}

/* `id`: what it has to be, NULL for whatever it is. */
static TfStatus
remove_name (TfCall            kind,
             int               dir,
             const char       *name,
             gboolean          folder,
             const TfIdentity *id)
{
  HANDLE handle;
  TfStatus status = open_to_remove (kind, dir, name, folder, &handle);

  if (status != 0)
    return status;
  if (id != NULL)
    status = check_same (handle, id);
  if (status == 0)
    status = tf_win32_dispose (handle);
  CloseHandle (handle);
  return status;
}

TfStatus
tf_os_unlink (int         dir,
              const char *name)
{
  return remove_name (TF_CALL_UNLINK, dir, name, FALSE, NULL);
}

TfStatus
tf_os_rmdir (int         dir,
             const char *name)
{
  return remove_name (TF_CALL_RMDIR, dir, name, TRUE, NULL);
}

TfStatus
tf_os_rmdir_same (int               dir,
                  const char       *name,
                  const TfIdentity *id)
{
  return remove_name (TF_CALL_RMDIR, dir, name, TRUE, id);
}

/* --- renaming ---------------------------------------------------------------------------- */

static FILE_RENAME_INFO *
make_rename_info (const TfWin32Name *to,
                  gsize             *size)
{
  FILE_RENAME_INFO *info;

  *size = sizeof *info + to->name.Length;
  info = g_malloc0 (*size);
  info->RootDirectory = to->root;
  info->FileNameLength = to->name.Length;
  memcpy (info->FileName, to->name.Buffer, to->name.Length);
  return info;
}

/* Over an existing file first in the way of Windows 10, where it may be open. */
static TfStatus
rename_once (HANDLE            handle,
             FILE_RENAME_INFO *info,
             gsize             size,
             gboolean          replace)
{
  TfStatus fault = TF_FAULT (TF_CALL_RENAME);
  NTSTATUS status;

  if (fault != 0)
    return fault;
  if (replace)
    {
      info->Flags = RENAME_REPLACE_IF_EXISTS | RENAME_POSIX_SEMANTICS | RENAME_IGNORE_READONLY;
      status = set_information (handle, info, size, CLASS_RENAME_EX);
      if (!tf_win32_is_missing (status))
        return tf_win32_status (status);
    }
  info->Flags = 0;
  info->ReplaceIfExists = replace;
  return tf_win32_status (set_information (handle, info, size, FileRenameInformation));
}

static TfStatus
rename_handle (HANDLE       handle,
               int          dir,
               const char  *name,
               gboolean     replace)
{
  g_autofree FILE_RENAME_INFO *info = NULL;
  guint tries = 0;
  TfWin32Name to;
  TfStatus status = tf_win32_name_init (&to, dir, name, TRUE);
  gsize size;

  if (status != 0)
    return status;
  info = make_rename_info (&to, &size);
  do
    status = rename_once (handle, info, size, replace);
  while (tf_win32_wait (status, &tries));
  tf_win32_name_clear (&to);
  return status;
}

TfStatus
tf_os_rename (int             from_dir,
              const char     *from,
              int             to_dir,
              const char     *to,
              TfOsRenameMode  mode)
{
  TfWin32Open how = to_remove;
  TfStatus status;
  HANDLE handle;

  how.kind = TF_CALL_RENAME;
  status = tf_win32_open (from_dir, from, &how, &handle);
  if (status != 0)
    return status;
  status = rename_handle (handle, to_dir, to, mode == TF_OS_RENAME_REPLACE);
  CloseHandle (handle);
  return status;
}

char *
tf_win32_spare_name (const char *folder)
{
  guint64 random;

  tf_os_random (&random, sizeof random);
  return g_strdup_printf ("%s%s.tf-%016" G_GINT64_MODIFIER "x~", folder != NULL ? folder : "",
                          folder != NULL ? "\\" : "", random);
}

/* Where a name stays as long as somebody has the file open, it is made another one first: whoever
 * deletes a file may use its name again. */
static TfStatus
dispose_aside (HANDLE      handle,
               int         dir,
               const char *name)
{
  g_autofree char *folder = dir == TF_OS_CWD ? g_path_get_dirname (name) : NULL;
  g_autofree char *spare = tf_win32_spare_name (folder);
  gboolean renamed = rename_handle (handle, dir, spare, FALSE) == 0;
  TfStatus status = dispose_later (handle);

  if (status != 0 && renamed)
    rename_handle (handle, dir, name, FALSE);
  return status;
}

TfStatus
tf_os_unlink_same (int               dir,
                   const char       *name,
                   const TfIdentity *id)
{
  HANDLE handle;
  TfStatus status = open_to_remove (TF_CALL_UNLINK, dir, name, FALSE, &handle);

  if (status != 0)
    return status;
  status = check_same (handle, id);
  if (status == 0)
    status = dispose_now (handle);
  if (status == ERROR_NOT_SUPPORTED)
    status = dispose_aside (handle, dir, name);
  CloseHandle (handle);
  return status;
}
