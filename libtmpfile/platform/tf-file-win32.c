/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads and writes, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#include <winioctl.h>

/* Bytes of one call. They have to be less than 4 GiB; git chose this, since more failed on network
 * drives of Windows XP:
 * https://github.com/git/git/commit/c8b296450e5148c576697ea4709072b7855aacd5 */
#define MAX_TRANSFER (31u << 20)
#define LARGE_HOLE (1 << 20)       /* bytes that are worth making a file sparse */

static OVERLAPPED
at_offset (gint64 offset)
{
  OVERLAPPED place = { 0 };

  place.Offset = (DWORD) offset;
  place.OffsetHigh = (DWORD) (offset >> 32);
  return place;
}

static TfStatus
read_at (int         fd,
         gpointer    buffer,
         gsize       count,
         OVERLAPPED *place,
         gsize      *done)
{
  HANDLE handle = tf_win32_handle (fd);
  DWORD result = 0;
  TfStatus status;

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  status = TF_WIN32_TRY_BOOL (TF_CALL_READ, ReadFile (handle, buffer,
                                                      (DWORD) MIN (count, MAX_TRANSFER), &result,
                                                      place));
  if (status != 0 && status != ERROR_HANDLE_EOF && status != ERROR_BROKEN_PIPE)
    return status;
  *done = status == 0 ? result : 0;
  return 0;
}

static TfStatus
write_at (int            fd,
          gconstpointer  buffer,
          gsize          count,
          OVERLAPPED    *place,
          gsize         *done)
{
  HANDLE handle = tf_win32_handle (fd);
  DWORD result = 0;
  TfStatus status;

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  /* Nothing that is appended would move the pointer to the end. */
  if (count == 0)
    {
      *done = 0;
      return 0;
    }
  status = TF_WIN32_TRY_BOOL (TF_CALL_WRITE, WriteFile (handle, buffer,
                                                        (DWORD) MIN (count, MAX_TRANSFER), &result,
                                                        place));
  if (status == 0)
    *done = result;
  return status;
}

TfStatus
tf_os_read (int       fd,
            gpointer  buffer,
            gsize     count,
            gsize    *done)
{
  return read_at (fd, buffer, count, NULL, done);
}

TfStatus
tf_os_write (int            fd,
             gconstpointer  buffer,
             gsize          count,
             gsize         *done)
{
  return write_at (fd, buffer, count, NULL, done);
}

/* --- at an offset ------------------------------------------------------------------------ */

static TfStatus
move_pointer (HANDLE  handle,
              gint64  offset,
              DWORD   whence,
              gint64 *position)
{
  LARGE_INTEGER distance = { .QuadPart = offset };
  LARGE_INTEGER result;

  if (!SetFilePointerEx (handle, distance, &result, whence))
    return (TfStatus) GetLastError ();
  *position = result.QuadPart;
  return 0;
}

static gboolean
get_size (HANDLE  handle,
          gint64 *size)
{
  LARGE_INTEGER result;

  if (!GetFileSizeEx (handle, &result))
    return FALSE;
  *size = result.QuadPart;
  return TRUE;
}

/* Before a write far behind the end: otherwise the system would write zeros up to there. Not every
 * file system can. */
static void
expect_hole (HANDLE handle,
             gint64 end)
{
  DWORD ignored;
  gint64 size;

  if (end >= LARGE_HOLE && get_size (handle, &size) && end - size >= LARGE_HOLE)
    DeviceIoControl (handle, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &ignored, NULL);
}

/* Here a read at an offset moves the pointer all the same, so it is put back. Who calls has a lock
 * of its own for the descriptor; another process that shares the pointer, as a child does that was
 * given the descriptor, may see it away for a moment. */
static TfStatus
leave_pointer (int     fd,
               gint64  offset,
               HANDLE *handle,
               gint64 *before)
{
  if (offset < 0)
    return ERROR_NEGATIVE_SEEK;
  *handle = tf_win32_handle (fd);
  return *handle != NULL ? move_pointer (*handle, 0, FILE_CURRENT, before) : ERROR_INVALID_HANDLE;
}

TfStatus
tf_os_pread (int       fd,
             gpointer  buffer,
             gsize     count,
             gint64    offset,
             gsize    *done)
{
  OVERLAPPED place = at_offset (offset);
  gint64 before = 0;
  HANDLE handle;
  TfStatus status = leave_pointer (fd, offset, &handle, &before);

  if (status != 0)
    return status;
  status = read_at (fd, buffer, count, &place, done);
  move_pointer (handle, before, FILE_BEGIN, &before);
  return status;
}

TfStatus
tf_os_pwrite (int            fd,
              gconstpointer  buffer,
              gsize          count,
              gint64         offset,
              gsize         *done)
{
  OVERLAPPED place = at_offset (offset);
  gint64 before = 0;
  HANDLE handle;
  TfStatus status = leave_pointer (fd, offset, &handle, &before);

  if (status != 0)
    return status;
  expect_hole (handle, offset);
  status = write_at (fd, buffer, count, &place, done);
  move_pointer (handle, before, FILE_BEGIN, &before);
  return status;
}

TfStatus
tf_os_seek (int        fd,
            gint64     offset,
            GSeekType  whence,
            gint64    *position)
{
  DWORD base = whence == G_SEEK_SET ? FILE_BEGIN : whence == G_SEEK_CUR ? FILE_CURRENT : FILE_END;
  HANDLE handle = tf_win32_handle (fd);
  TfStatus status = TF_FAULT (TF_CALL_SEEK);

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  if (status == 0)
    status = move_pointer (handle, offset, base, position);
  if (status == 0)
    expect_hole (handle, *position);
  return status;
}

/* --- the size, and the disk -------------------------------------------------------------- */

/* A file opened to append may not write elsewhere, nor end elsewhere, and one opened to read may
 * not be written to the disk: for such calls it is opened once more. Only what may append. */
static TfStatus
open_writable (HANDLE      handle,
               ACCESS_MASK needed,
               HANDLE     *again)
{
  TfWin32Open how = { TF_CALL_OPEN, FILE_WRITE_DATA | FILE_READ_ATTRIBUTES, TF_WIN32_SHARE_ALL };
  ACCESS_MASK granted = 0;
  IO_STATUS_BLOCK io;
  TfStatus status;

  status = tf_win32_status (NtQueryInformationFile (handle, &io, &granted, sizeof granted,
                                                    FileAccessInformation));
  if (status != 0)
    return status;
  if ((granted & needed) == 0)
    return ERROR_ACCESS_DENIED;
  return tf_win32_open_again (handle, &how, again);
}

static TfStatus
set_end (HANDLE handle,
         gint64 size)
{
  FILE_END_OF_FILE_INFO info = { .EndOfFile.QuadPart = size };

  return TF_WIN32_TRY_BOOL (TF_CALL_TRUNCATE,
                            SetFileInformationByHandle (handle, FileEndOfFileInfo, &info,
                                                        sizeof info));
}

TfStatus
tf_os_truncate (int    fd,
                gint64 size)
{
  HANDLE handle = tf_win32_handle (fd);
  TfStatus status;
  HANDLE again;

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  if (size < 0)
    return ERROR_INVALID_PARAMETER;
  expect_hole (handle, size);
  status = set_end (handle, size);
  if (status != ERROR_ACCESS_DENIED || open_writable (handle, FILE_APPEND_DATA, &again) != 0)
    return status;
  status = set_end (again, size);
  CloseHandle (again);
  return status;
}

TfStatus
tf_os_sync (int fd)
{
  HANDLE handle = tf_win32_handle (fd);
  TfStatus status;
  HANDLE again;

  if (handle == NULL)
    return ERROR_INVALID_HANDLE;
  status = TF_WIN32_TRY_BOOL (TF_CALL_SYNC, FlushFileBuffers (handle));
  if (status != ERROR_ACCESS_DENIED || open_writable (handle, FILE_READ_DATA, &again) != 0)
    return status;
  status = TF_WIN32_TRY_BOOL (TF_CALL_SYNC, FlushFileBuffers (again));
  CloseHandle (again);
  return status;
}

/* --- copying ----------------------------------------------------------------------------- */

TfStatus
tf_os_clone (int from,
             int to)
{
  return ERROR_NOT_SUPPORTED;
}

TfStatus
tf_os_copy_range (int     from,
                  int     to,
                  gint64  offset,
                  gsize   count,
                  gsize  *done)
{
  return ERROR_NOT_SUPPORTED;
}
