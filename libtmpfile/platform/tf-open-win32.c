/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Opens things, and descriptors of the C library for them, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>

#define FIRST_FD 3

NTSTATUS NTAPI NtQueryAttributesFile (OBJECT_ATTRIBUTES      *attributes,
                                      FILE_BASIC_INFORMATION *info);

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

static gboolean
is_wine (void)
{
  static gsize known;   /* 1: no, 2: yes */

  if (g_once_init_enter (&known))
    {
      HMODULE kernel = GetModuleHandleW (L"ntdll.dll");

      g_once_init_leave (&known, GetProcAddress (kernel, "wine_get_version") != NULL ? 2 : 1);
    }
  return known == 2;
}

/* wine 8 follows a link of Unix whatever it is told, and to delete the link is to delete what it
 * leads to; its folders for documents are such links. What was opened says where it is. */
static gboolean
is_followed_by_wine (const TfWin32Name *name,
                     OBJECT_ATTRIBUTES *attributes,
                     HANDLE             opened)
{
  g_autofree wchar_t *found = NULL;
  g_autofree wchar_t *folder = NULL;
  FILE_BASIC_INFORMATION info;
  gsize length;

  if (!is_wine () || name->name.Length == 0)
    return FALSE;
  if (name->root == NULL)
    return NT_SUCCESS (NtQueryAttributesFile (attributes, &info)) &&
           (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  found = tf_win32_final_path (opened);
  folder = tf_win32_final_path (name->root);
  if (found == NULL || folder == NULL)
    return FALSE;
  length = wcslen (folder);
  return _wcsnicmp (found, folder, length) != 0 || found[length] != L'\\' ||
         _wcsicmp (found + length + 1, name->text) != 0;
}

/* Only reads, writes and listings are waited for. For the rest the right to wait is not asked: who
 * owns a file, or may delete all in its folder, has no right to that where the file's own list
 * denies everything, and could neither repair nor delete it. DeleteFile() does without, too. */
static gboolean
is_waited_for (ACCESS_MASK access)
{
  return (access & (FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
}

static TfStatus
open_name (TfWin32Name       *name,
           const TfWin32Open *how,
           HANDLE            *handle)
{
  OBJECT_ATTRIBUTES attributes;
  IO_STATUS_BLOCK io;
  ACCESS_MASK access = how->access;
  ULONG options = how->options;
  TfStatus status;
  HANDLE opened;

  if (is_waited_for (access))
    {
      access |= SYNCHRONIZE;
      options |= FILE_SYNCHRONOUS_IO_NONALERT;
    }
  if (!how->follow)
    options |= FILE_OPEN_REPARSE_POINT;
  InitializeObjectAttributes (&attributes, &name->name, OBJ_CASE_INSENSITIVE, name->root,
                              how->security);
  status = TF_WIN32_TRY (how->kind,
                         NtCreateFile (&opened, access, &attributes, &io, NULL,
                                       how->attributes, how->share,
                                       how->create ? FILE_CREATE : FILE_OPEN, options, NULL, 0));
  if (status != 0)
    return status;
  if (!how->follow && !how->create && is_followed_by_wine (name, &attributes, opened))
    {
      CloseHandle (opened);
      return ERROR_STOPPED_ON_SYMLINK;
    }
  *handle = opened;
  return 0;
}

/* Why there is no way to the name: the kernel does not tell a missing folder from one that is a
 * file. Shortens the name. */
static TfStatus
explain_no_path (TfWin32Name *name)
{
  const TfWin32Open how = { TF_CALL_STAT, FILE_READ_ATTRIBUTES, TF_WIN32_SHARE_ALL,
                            .follow = TRUE };
  TfStatus status = ERROR_PATH_NOT_FOUND;
  FILE_ATTRIBUTE_TAG_INFO info;
  HANDLE handle;

  while (status == ERROR_PATH_NOT_FOUND || status == ERROR_FILE_NOT_FOUND)
    {
      gsize length = name->name.Length / sizeof (wchar_t);

      while (length > 0 && name->text[length - 1] != L'\\')
        length--;
      if (length <= 1)
        return ERROR_PATH_NOT_FOUND;
      name->name.Length = (USHORT) ((length - 1) * sizeof (wchar_t));
      status = open_name (name, &how, &handle);
    }
  if (status != 0)
    return ERROR_PATH_NOT_FOUND;
  status = tf_win32_attributes (handle, &info);
  CloseHandle (handle);
  return status == 0 && (info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0
           ? ERROR_DIRECTORY
           : ERROR_PATH_NOT_FOUND;
}

TfStatus
tf_win32_open (int                dir,
               const char        *name,
               const TfWin32Open *how,
               HANDLE            *handle)
{
  TfWin32Name where;
  TfStatus status = tf_win32_name_init (&where, dir, name, how->create);
  guint tries = 0;

  if (status != 0)
    return status;
  do
    status = open_name (&where, how, handle);
  while (!how->create && status == ERROR_SHARING_VIOLATION && tf_win32_wait (status, &tries));
  if (status == ERROR_PATH_NOT_FOUND)
    status = explain_no_path (&where);
  tf_win32_name_clear (&where);

  /* Somebody's file that is about to go has the name still, and FAT looks at the kind of what is
   * there first. */
  if (how->create &&
      (status == ERROR_DELETE_PENDING || status == ERROR_DIRECTORY_NOT_SUPPORTED))
    return ERROR_ALREADY_EXISTS;
  return status;
}

/* Windows opens the file behind the handle, wine what has its name by now: so it is compared. */
static TfStatus
open_itself (HANDLE             handle,
             const TfWin32Open *how,
             gboolean           compared,
             HANDLE            *again)
{
  TfWin32Name itself = { .root = handle, .text = NULL };
  wchar_t empty = L'\0';
  TfIdentity wanted, found;
  TfStatus status;
  HANDLE opened;

  itself.name.Buffer = &empty;
  status = open_name (&itself, how, &opened);
  if (status != 0)
    return status;
  status = tf_win32_identify (handle, &wanted);
  if (status == 0)
    status = tf_win32_identify (opened, &found);
  if (status == 0 && !tf_identity_equal (&wanted, &found))
    status = ERROR_FILE_NOT_FOUND;
  else if (!compared)
    status = 0;
  if (status == 0)
    *again = opened;
  else
    CloseHandle (opened);
  return status;
}

TfStatus
tf_win32_open_again (HANDLE             handle,
                     const TfWin32Open *how,
                     HANDLE            *again)
{
  return open_itself (handle, how, TRUE, again);
}

TfStatus
tf_win32_open_made (HANDLE             handle,
                    const TfWin32Open *how,
                    HANDLE            *again)
{
  return open_itself (handle, how, FALSE, again);
}

/* --- descriptors ------------------------------------------------------------------------- */

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
