/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The Unix calls that tests use, on Windows: see the header. */

#include "tf-test-windows.h"

#include "tf-test-system.h"

#undef open
#undef rename

#include <errno.h>
#include <stdarg.h>
#include <time.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <winternl.h>

#include <aclapi.h>
#include <psapi.h>

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

/* Opens or makes `name` in the open folder, or the path; -1 with errno. */
static HANDLE
open_at (int         dir,
         const char *path,
         ACCESS_MASK access,
         ULONG       disposition,
         ULONG       options)
{
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  g_autofree wchar_t *absolute = NULL;
  OBJECT_ATTRIBUTES attributes;
  UNICODE_STRING name = { 0 };
  IO_STATUS_BLOCK io;
  NTSTATUS status;
  HANDLE handle;

  for (wchar_t *at = wide; *at != L'\0'; at++)
    {
      if (*at == L'/')
        *at = L'\\';
    }
  if (dir == AT_FDCWD)
    {
      DWORD size = GetFullPathNameW (wide, 0, NULL, NULL) + 5;

      absolute = g_new (wchar_t, size);
      wcscpy (absolute, L"\\??\\");
      GetFullPathNameW (wide, size - 4, absolute + 4, NULL);
    }
  name.Buffer = absolute != NULL ? absolute : wide;
  name.Length = name.MaximumLength = (USHORT) (wcslen (name.Buffer) * sizeof (wchar_t));
  InitializeObjectAttributes (&attributes, &name, OBJ_CASE_INSENSITIVE,
                              dir != AT_FDCWD ? handle_of (dir) : NULL, NULL);
  status = NtCreateFile (&handle, access | SYNCHRONIZE, &attributes, &io, NULL,
                         FILE_ATTRIBUTE_NORMAL, SHARE_ALL, disposition,
                         options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
  if (NT_SUCCESS (status))
    return handle;
  SetLastError (RtlNtStatusToDosError (status));
  fail ();
  return INVALID_HANDLE_VALUE;
}

int
tf_test_openat (int         dir,
                const char *name,
                int         flags,
                ...)
{
  ACCESS_MASK access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
  ULONG disposition = FILE_OPEN;
  HANDLE handle;

  if ((flags & O_TMPFILE) == O_TMPFILE)
    {
      errno = ENOTSUP;
      return -1;
    }
  if ((flags & O_ACCMODE) == O_RDONLY)
    access = FILE_GENERIC_READ;
  else if ((flags & O_ACCMODE) == O_WRONLY)
    access = FILE_GENERIC_WRITE;
  if ((flags & O_CREAT) != 0)
    disposition = (flags & O_EXCL) != 0 ? FILE_CREATE : FILE_OPEN_IF;
  handle = open_at (dir, name, access, disposition,
                    (flags & O_DIRECTORY) != 0 ? FILE_DIRECTORY_FILE : 0);
  if (handle == INVALID_HANDLE_VALUE)
    return -1;
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
  return tf_test_openat (AT_FDCWD, path, flags);
}

int
tf_test_mkdir (const char *path,
               int         mode)
{
  return tf_test_mkdirat (AT_FDCWD, path, mode);
}

int
tf_test_mkdirat (int         dir,
                 const char *name,
                 int         mode)
{
  HANDLE handle = open_at (dir, name, FILE_LIST_DIRECTORY, FILE_CREATE, FILE_DIRECTORY_FILE);

  return handle != INVALID_HANDLE_VALUE && CloseHandle (handle) ? 0 : -1;
}

int
tf_test_unlinkat (int         dir,
                  const char *name,
                  int         flags)
{
  FILE_DISPOSITION_INFO info = { .DeleteFile = TRUE };
  HANDLE handle = open_at (dir, name, DELETE, FILE_OPEN,
                           (flags & AT_REMOVEDIR) != 0 ? FILE_DIRECTORY_FILE
                                                       : FILE_NON_DIRECTORY_FILE);
  gboolean done;

  if (handle == INVALID_HANDLE_VALUE)
    return -1;
  done = SetFileInformationByHandle (handle, FileDispositionInfo, &info, sizeof info);
  if (!done)
    fail ();
  CloseHandle (handle);
  return done ? 0 : -1;
}

/* --- modes ------------------------------------------------------------------------------- */

static void
make_private (wchar_t  *path,
              gboolean  folder)
{
  union
  {
    TOKEN_USER user;
    guint8 bytes[sizeof (TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } token;
  union
  {
    ACL acl;
    guint8 bytes[256];
  } list;
  SECURITY_DESCRIPTOR descriptor;
  HANDLE handle;
  DWORD size;

  g_assert_true (OpenProcessToken (GetCurrentProcess (), TOKEN_QUERY, &handle));
  g_assert_true (GetTokenInformation (handle, TokenUser, &token, sizeof token, &size));
  CloseHandle (handle);
  g_assert_true (InitializeAcl (&list.acl, sizeof list, ACL_REVISION));
  g_assert_true (AddAccessAllowedAceEx (&list.acl, ACL_REVISION,
                                        folder ? OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE : 0,
                                        FILE_ALL_ACCESS, token.user.User.Sid));
  g_assert_true (InitializeSecurityDescriptor (&descriptor, SECURITY_DESCRIPTOR_REVISION));
  g_assert_true (SetSecurityDescriptorDacl (&descriptor, TRUE, &list.acl, FALSE));
  g_assert_true (SetFileSecurityW (path,
                                   DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
                                   &descriptor));
}

static void
make_inherit (wchar_t *path)
{
  ACL none;

  g_assert_true (InitializeAcl (&none, sizeof none, ACL_REVISION));
  g_assert_cmpuint (SetNamedSecurityInfoW (path, SE_FILE_OBJECT,
                                           DACL_SECURITY_INFORMATION |
                                             UNPROTECTED_DACL_SECURITY_INFORMATION,
                                           NULL, NULL, &none, NULL), ==, 0);
}

/* By the rules of the library: a file or folder is its owner's alone or what the folder above makes
 * of it, a folder with the mark has an attribute. */
int
tf_test_chmod (const char *path,
               int         mode)
{
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  DWORD attributes = GetFileAttributesW (wide);
  gboolean folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;

  if (attributes == INVALID_FILE_ATTRIBUTES)
    return fail ();
  if ((mode & 0077) == 0)
    make_private (wide, folder);
  else
    make_inherit (wide);
  if (folder)
    attributes = (mode & 01000) != 0 ? attributes | FILE_ATTRIBUTE_SYSTEM
                                     : attributes & ~(DWORD) FILE_ATTRIBUTE_SYSTEM;
  else
    attributes = (mode & 0200) == 0 ? attributes | FILE_ATTRIBUTE_READONLY
                                    : attributes & ~(DWORD) FILE_ATTRIBUTE_READONLY;
  return SetFileAttributesW (wide, attributes) ? 0 : fail ();
}

/* The path of what is open; NULL when it has none. */
static char *
path_of (int fd)
{
  const DWORD size = 32768;
  g_autofree wchar_t *path = g_new0 (wchar_t, size);

  if (GetFinalPathNameByHandleW (handle_of (fd), path, size, 0) == 0)
    return NULL;
  return g_utf16_to_utf8 (path, -1, NULL, NULL, NULL);
}

int
tf_test_fchmod (int fd,
                int mode)
{
  g_autofree char *path = path_of (fd);

  return path != NULL ? tf_test_chmod (path, mode) : fail ();
}

/* With the mode that is made up, and the number of links. */
int
tf_test_fstat (int          fd,
               struct stat *st)
{
  g_autofree char *path = path_of (fd);
  BY_HANDLE_FILE_INFORMATION info;

  if (_fstat64 (fd, st) != 0 || !GetFileInformationByHandle (handle_of (fd), &info))
    return -1;
  st->st_nlink = (short) info.nNumberOfLinks;
  st->st_uid = (short) geteuid ();
  if (path != NULL && tf_test_exists (path))
    st->st_mode = (unsigned short) ((st->st_mode & ~07777) | tf_test_system_mode (path));
  return 0;
}

/* --- descriptors ------------------------------------------------------------------------- */

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

  if (!GetFileInformationByHandle (handle_of (fd), &info))
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

/* The C library would write the zeros. */
int
tf_test_ftruncate (int    fd,
                   gint64 size)
{
  FILE_END_OF_FILE_INFO info = { .EndOfFile.QuadPart = size };

  return SetFileInformationByHandle (handle_of (fd), FileEndOfFileInfo, &info, sizeof info)
           ? 0
           : fail ();
}

int
tf_test_utimens (const char            *path,
                 const struct timespec  times[2])
{
  /* In 100 ns since 1601. */
  gint64 ticks = (times[1].tv_sec + G_GINT64_CONSTANT (11644473600)) * 10000000;
  FILETIME modified = { (DWORD) ticks, (DWORD) (ticks >> 32) };
  HANDLE handle = open_at (AT_FDCWD, path, FILE_WRITE_ATTRIBUTES, FILE_OPEN, 0);
  gboolean done;

  if (handle == INVALID_HANDLE_VALUE)
    return -1;
  done = SetFileTime (handle, NULL, NULL, &modified);
  if (!done)
    fail ();
  CloseHandle (handle);
  return done ? 0 : -1;
}

int
tf_test_getrusage (struct rusage *usage)
{
  PROCESS_MEMORY_COUNTERS counters;

  if (!K32GetProcessMemoryInfo (GetCurrentProcess (), &counters, sizeof counters))
    return fail ();
  usage->ru_maxrss = (long) (counters.PeakWorkingSetSize / 1024);
  return 0;
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

/* --- libraries --------------------------------------------------------------------------- */

gpointer
tf_test_dlopen (const char *path,
                int         flags)
{
  g_autofree char *plain = g_strdelimit (g_strdup (path), "/", '\\');
  g_autofree wchar_t *wide = g_utf8_to_utf16 (plain, -1, NULL, NULL, NULL);

  return LoadLibraryW (wide);
}

gpointer
tf_test_dlsym (gpointer    library,
               const char *name)
{
  return (gpointer) GetProcAddress (library, name);
}

int
tf_test_dlclose (gpointer library)
{
  return FreeLibrary (library) ? 0 : fail ();
}

const char *
tf_test_dlerror (void)
{
  static char text[32];

  g_snprintf (text, sizeof text, "error %lu", GetLastError ());
  return text;
}
