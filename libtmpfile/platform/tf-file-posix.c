/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Descriptors and the names of single files, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

#include <unistd.h>

/* No system takes more in one call, some fail above it. */
#define MAX_TRANSFER ((gsize) 0x7ffff000)

/* The numbers 0 to 2 are for what the program calls its standard streams: a file that got one
 * because it was free moves up. */
static TfStatus
move_above_stdio (int *fd)
{
  int low = *fd;
  int saved_errno;

  if (low > 2)
    return 0;

  *fd = (int) TF_POSIX_CALL (TF_CALL_DUP, fcntl (low, F_DUPFD_CLOEXEC, 3));
  saved_errno = errno;
  close (low);
  return *fd == -1 ? saved_errno : 0;
}

TfStatus
tf_posix_open (TfCall      kind,
               int         dir,
               const char *name,
               int         flags,
               guint       mode,
               int        *fd)
{
  TfStatus status;
  int opened;

  opened = (int) TF_POSIX_CALL (kind, openat (tf_posix_dir (dir), name, flags | O_CLOEXEC, mode));
  if (opened == -1)
    {
      status = errno;
      /* FreeBSD and NetBSD have words of their own for a link that is not followed. */
      if ((flags & O_NOFOLLOW) != 0 && status == EMLINK)
        return ELOOP;
#ifdef EFTYPE
      if ((flags & O_NOFOLLOW) != 0 && status == EFTYPE)
        return ELOOP;
#endif
      return status;
    }

  status = move_above_stdio (&opened);
  if (status != 0)
    {
      if ((flags & O_EXCL) != 0)
        tf_os_unlink (dir, name);
      return status;
    }
  *fd = opened;
  return 0;
}

TfStatus
tf_os_read (int       fd,
            gpointer  buffer,
            gsize     count,
            gsize    *done)
{
  gint64 result = TF_POSIX_CALL (TF_CALL_READ, read (fd, buffer, MIN (count, MAX_TRANSFER)));

  if (result == -1)
    return errno;
  *done = (gsize) result;
  return 0;
}

TfStatus
tf_os_write (int            fd,
             gconstpointer  buffer,
             gsize          count,
             gsize         *done)
{
  gint64 result = TF_POSIX_CALL (TF_CALL_WRITE, write (fd, buffer, MIN (count, MAX_TRANSFER)));

  if (result == -1)
    return errno;
  *done = (gsize) result;
  return 0;
}

TfStatus
tf_os_pread (int       fd,
             gpointer  buffer,
             gsize     count,
             gint64    offset,
             gsize    *done)
{
  gint64 result = TF_POSIX_CALL (TF_CALL_READ,
                                 pread (fd, buffer, MIN (count, MAX_TRANSFER), offset));

  if (result == -1)
    return errno;
  *done = (gsize) result;
  return 0;
}

TfStatus
tf_os_pwrite (int            fd,
              gconstpointer  buffer,
              gsize          count,
              gint64         offset,
              gsize         *done)
{
  gint64 result = TF_POSIX_CALL (TF_CALL_WRITE,
                                 pwrite (fd, buffer, MIN (count, MAX_TRANSFER), offset));

  if (result == -1)
    return errno;
  *done = (gsize) result;
  return 0;
}

TfStatus
tf_os_seek (int        fd,
            gint64     offset,
            GSeekType  whence,
            gint64    *position)
{
  int base = whence == G_SEEK_SET ? SEEK_SET : whence == G_SEEK_CUR ? SEEK_CUR : SEEK_END;
  gint64 result = TF_POSIX_CALL (TF_CALL_SEEK, lseek (fd, offset, base));

  if (result == -1)
    return errno;
  *position = result;
  return 0;
}

TfStatus
tf_os_truncate (int    fd,
                gint64 size)
{
  return TF_POSIX_TRY (TF_CALL_TRUNCATE, ftruncate (fd, size));
}

TfStatus
tf_os_sync (int fd)
{
#ifdef F_FULLFSYNC
  /* There fsync() leaves the data in the disk's cache. */
  if (TF_POSIX_CALL (TF_CALL_SYNC, fcntl (fd, F_FULLFSYNC)) != -1)
    return 0;
  if (errno != ENOTSUP && errno != EINVAL)
    return errno;
#endif
  return TF_POSIX_TRY (TF_CALL_SYNC, fsync (fd));
}

TfStatus
tf_os_close (int fd)
{
  int fault = TF_FAULT (TF_CALL_CLOSE);

  if (close (fd) == -1 && fault == 0)
    fault = errno;
  /* The descriptor is gone all the same, and a second try could hit another thread's file. */
  return fault == EINTR || fault == EINPROGRESS ? 0 : fault;
}

TfStatus
tf_os_dup (int  fd,
           int *copy)
{
  int result = (int) TF_POSIX_CALL (TF_CALL_DUP, fcntl (fd, F_DUPFD_CLOEXEC, 3));

  if (result == -1)
    return errno;
  *copy = result;
  return 0;
}

TfStatus
tf_os_set_mode (int   fd,
                guint mode)
{
  return TF_POSIX_TRY (TF_CALL_CHMOD, fchmod (fd, mode));
}

TfStatus
tf_os_unlink (int         dir,
              const char *name)
{
  return TF_POSIX_TRY (TF_CALL_UNLINK, unlinkat (tf_posix_dir (dir), name, 0));
}

TfStatus
tf_os_rmdir (int         dir,
             const char *name)
{
  TfStatus status = TF_POSIX_TRY (TF_CALL_RMDIR,
                                  unlinkat (tf_posix_dir (dir), name, AT_REMOVEDIR));

  /* POSIX leaves the choice. */
  return status == EEXIST ? ENOTEMPTY : status;
}

/* The system removes names, so there is nothing that could be compared once more. */
TfStatus
tf_os_unlink_same (int               dir,
                   const char       *name,
                   const TfIdentity *id)
{
  return tf_os_unlink (dir, name);
}

TfStatus
tf_os_rmdir_same (int               dir,
                  const char       *name,
                  const TfIdentity *id)
{
  return tf_os_rmdir (dir, name);
}

void
tf_posix_discard (int          dir,
                  const char  *name,
                  int          fd,
                  TfStatus   (*remove) (int dir, const char *name))
{
  TfStat made, there;

  if (tf_os_stat (fd, &made) != 0
      || tf_os_stat_at (dir, name, &there) != 0
      || tf_identity_equal (&made.id, &there.id))
    remove (dir, name);
  tf_os_close (fd);
}

TfStatus
tf_os_open_file (int              dir,
                 const char      *name,
                 TfOsReopenFlags  flags,
                 int             *fd)
{
  int open_flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  TfStat stat;
  TfStatus status;
  int opened;

  open_flags |= (flags & TF_OS_REOPEN_READ_ONLY) != 0 ? O_RDONLY : O_RDWR;
  if ((flags & TF_OS_REOPEN_APPEND) != 0)
    open_flags |= O_APPEND;
  status = tf_posix_open (TF_CALL_OPEN, dir, name, open_flags, 0, &opened);
  if (status != 0)
    return status;

  status = tf_os_stat (opened, &stat);
  if (status == 0 && stat.kind == TF_KIND_FILE)
    {
      *fd = opened;
      return 0;
    }
  tf_os_close (opened);
  return status != 0 ? status : EOPNOTSUPP;
}

TfStatus
tf_os_hold_file (int         dir,
                 const char *name,
                 int        *fd)
{
#if defined (O_PATH)
  int flags = O_PATH | O_NOFOLLOW;
#else
  int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
#endif

  return tf_posix_open (TF_CALL_OPEN, dir, name, flags, 0, fd);
}
