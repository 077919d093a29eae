/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The Unix calls that tests use, on Windows: see the header. */

#include "tf-test-windows.h"

#undef open
#undef rename

#include <errno.h>
#include <stdarg.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static int
fail (void)
{
  switch (GetLastError ())
    {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
      errno = ENOENT;
      break;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      errno = EEXIST;
      break;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
      errno = EACCES;
      break;
    default:
      errno = EIO;
    }
  return -1;
}

int
tf_test_missing (const char *name)
{
  g_error ("%s() was called on Windows: is the test to be on the list of exceptions?", name);
}

static HANDLE
handle_of (int fd)
{
  return (HANDLE) _get_osfhandle (fd);
}

/* The path of `name` in the open folder. */
static char *
path_at (int         dir,
         const char *name)
{
  const DWORD size = 32768;
  g_autofree wchar_t *path = g_new0 (wchar_t, size);
  g_autofree char *folder = NULL;

  if (dir == AT_FDCWD)
    return g_strdup (name);
  if (GetFinalPathNameByHandleW (handle_of (dir), path, size, 0) == 0)
    g_error ("openat(): no path of descriptor %d", dir);
  folder = g_utf16_to_utf8 (path, -1, NULL, NULL, NULL);
  return g_strconcat (folder, "\\", name, NULL);
}

static int
open_path (const char *path,
           int         flags)
{
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  DWORD access = (flags & O_ACCMODE) == O_RDONLY ? GENERIC_READ
                 : (flags & O_ACCMODE) == O_WRONLY ? GENERIC_WRITE : GENERIC_READ | GENERIC_WRITE;
  DWORD how = OPEN_EXISTING;
  HANDLE handle;

  if ((flags & O_TMPFILE) == O_TMPFILE)
    {
      errno = ENOTSUP;
      return -1;
    }
  if ((flags & O_CREAT) != 0)
    how = (flags & O_EXCL) != 0 ? CREATE_NEW : OPEN_ALWAYS;
  for (wchar_t *at = wide; *at != L'\0'; at++)
    {
      if (*at == L'/')
        *at = L'\\';
    }
  handle = CreateFileW (wide, access, SHARE_ALL, NULL, how, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  if (handle == INVALID_HANDLE_VALUE)
    return fail ();
  if ((flags & O_TRUNC) != 0)
    SetEndOfFile (handle);
  return _open_osfhandle ((intptr_t) handle,
                          (flags & (O_ACCMODE | O_APPEND | O_NOINHERIT)) | O_BINARY);
}

int
tf_test_open (const char *path,
              int         flags,
              ...)
{
  return open_path (path, flags);
}

int
tf_test_openat (int         dir,
                const char *name,
                int         flags,
                ...)
{
  g_autofree char *path = path_at (dir, name);

  return open_path (path, flags);
}

int
tf_test_mkdir (const char *path,
               int         mode)
{
  return g_mkdir (path, mode);
}

int
tf_test_mkdirat (int         dir,
                 const char *name,
                 int         mode)
{
  g_autofree char *path = path_at (dir, name);
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);

  return CreateDirectoryW (wide, NULL) ? 0 : fail ();
}

int
tf_test_unlinkat (int         dir,
                  const char *name,
                  int         flags)
{
  g_autofree char *path = path_at (dir, name);
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);

  return ((flags & AT_REMOVEDIR) != 0 ? RemoveDirectoryW (wide) : DeleteFileW (wide)) ? 0 : fail ();
}

/* What the handle may: the flags of open(). */
static int
get_flags (HANDLE handle)
{
  ACCESS_MASK granted = 0;
  IO_STATUS_BLOCK io;

  NtQueryInformationFile (handle, &io, &granted, sizeof granted, FileAccessInformation);
  if ((granted & FILE_APPEND_DATA) == 0)
    return O_RDONLY;
  return (granted & FILE_WRITE_DATA) == 0 ? O_RDWR | O_APPEND : O_RDWR;
}

int
tf_test_fcntl (int fd,
               int what,
               ...)
{
  HANDLE handle = handle_of (fd);
  HANDLE copy;
  DWORD flags;

  if (handle == INVALID_HANDLE_VALUE || !GetHandleInformation (handle, &flags))
    {
      errno = EBADF;
      return -1;
    }
  switch (what)
    {
    case F_GETFD:
      return (flags & HANDLE_FLAG_INHERIT) == 0 ? FD_CLOEXEC : 0;
    case F_GETFL:
      return get_flags (handle);
    case F_DUPFD_CLOEXEC:
      if (!DuplicateHandle (GetCurrentProcess (), handle, GetCurrentProcess (), &copy, 0, FALSE,
                            DUPLICATE_SAME_ACCESS))
        return fail ();
      return _open_osfhandle ((intptr_t) copy, O_BINARY | O_NOINHERIT);
    default:
      g_error ("fcntl(): %d is not there on Windows", what);
    }
}

int
tf_test_link (const char *from,
              const char *to)
{
  g_autofree wchar_t *wide_from = g_utf8_to_utf16 (from, -1, NULL, NULL, NULL);
  g_autofree wchar_t *wide_to = g_utf8_to_utf16 (to, -1, NULL, NULL, NULL);

  return CreateHardLinkW (wide_to, wide_from, NULL) ? 0 : fail ();
}

int
tf_test_rename (const char *from,
                const char *to)
{
  return g_rename (from, to);
}

static int
lock_folder (int fd,
             int operation)
{
  DWORD share = SHARE_ALL;
  HANDLE leased;
  int opened;

  if ((operation & LOCK_EX) != 0)
    share &= ~(DWORD) FILE_SHARE_WRITE;
  leased = ReOpenFile (handle_of (fd), FILE_LIST_DIRECTORY | FILE_ADD_FILE, share,
                       FILE_FLAG_BACKUP_SEMANTICS);
  if (leased == INVALID_HANDLE_VALUE)
    {
      errno = GetLastError () == ERROR_SHARING_VIOLATION ? EWOULDBLOCK : EIO;
      return -1;
    }
  opened = _open_osfhandle ((intptr_t) leased, O_BINARY);
  _dup2 (opened, fd);
  _close (opened);
  return 0;
}

int
tf_test_flock (int fd,
               int operation)
{
  OVERLAPPED place = { .Offset = 0xfffffffe, .OffsetHigh = 0x7fffffff };
  DWORD flags = LOCKFILE_FAIL_IMMEDIATELY;
  BY_HANDLE_FILE_INFORMATION info;

  if (!GetFileInformationByHandle (handle_of (fd), &info) || (operation & LOCK_NB) == 0)
    return fail ();
  if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
    return lock_folder (fd, operation);
  if ((operation & LOCK_EX) != 0)
    flags |= LOCKFILE_EXCLUSIVE_LOCK;
  if (LockFileEx (handle_of (fd), flags, 0, 1, 0, &place))
    return 0;
  errno = EWOULDBLOCK;
  return -1;
}

int
tf_test_setenv (const char *name,
                const char *value,
                int         overwrite)
{
  return g_setenv (name, value, overwrite) ? 0 : -1;
}

int
tf_test_unsetenv (const char *name)
{
  g_unsetenv (name);
  return 0;
}

gssize
tf_test_pread (int    fd,
               void  *buffer,
               gsize  count,
               gint64 offset)
{
  gint64 before = _lseeki64 (fd, 0, SEEK_CUR);
  gssize done;

  if (_lseeki64 (fd, offset, SEEK_SET) == -1)
    return -1;
  done = _read (fd, buffer, (unsigned) count);
  _lseeki64 (fd, before, SEEK_SET);
  return done;
}

gssize
tf_test_pwrite (int         fd,
                const void *buffer,
                gsize       count,
                gint64      offset)
{
  gint64 before = _lseeki64 (fd, 0, SEEK_CUR);
  gssize done;

  if (_lseeki64 (fd, offset, SEEK_SET) == -1)
    return -1;
  done = _write (fd, buffer, (unsigned) count);
  _lseeki64 (fd, before, SEEK_SET);
  return done;
}
