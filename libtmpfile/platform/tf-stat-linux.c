/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What statx tells on Linux: mounts from folders, bind mounts of the same device included, and when
 * a file was made; on the platform floor. */

#include "platform/tf-linux-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x00002000
#endif

static struct timespec
timespec_of (const struct statx_timestamp *time)
{
  return (struct timespec) { .tv_sec = (time_t) time->tv_sec, .tv_nsec = (long) time->tv_nsec };
}

static void
fill_stat (TfStat             *stat,
           const struct statx *from)
{
  struct stat st = { 0 };

  st.st_dev = makedev (from->stx_dev_major, from->stx_dev_minor);
  st.st_ino = from->stx_ino;
  st.st_mode = from->stx_mode;
  st.st_nlink = from->stx_nlink;
  st.st_uid = from->stx_uid;
  st.st_gid = from->stx_gid;
  st.st_size = (off_t) from->stx_size;
  st.st_atim = timespec_of (&from->stx_atime);
  st.st_mtim = timespec_of (&from->stx_mtime);
  st.st_ctim = timespec_of (&from->stx_ctime);
  tf_posix_fill_stat (stat, &st);
}

/* The number of the mount by /proc, since Linux 3.15. */
static TfStatus
mount_id_by_proc (int  fd,
                  int *id)
{
  char path[TF_LINUX_PROC_PATH];
  char text[1024];
  const char *line;
  gint64 length;
  TfStatus status;
  int info;

  status = tf_linux_proc_path (path, "fdinfo", fd);
  if (status == 0)
    status = tf_posix_open (TF_CALL_PROC, TF_OS_CWD, path, O_RDONLY | O_NOCTTY, 0, &info);
  if (status != 0)
    return status;
  length = TF_POSIX_CALL (TF_CALL_PROC, read (info, text, sizeof text - 1));
  close (info);

  text[MAX (length, 0)] = '\0';
  line = strstr (text, "mnt_id:");
  if (line == NULL)
    return EOPNOTSUPP;
  *id = (int) strtol (line + strlen ("mnt_id:"), NULL, 10);
  return 0;
}

/* The same by a call that is made for something else, and that not every file system serves. */
static TfStatus
mount_id_by_handle (int  fd,
                    int *id)
{
  struct file_handle handle = { .handle_bytes = 0 };

  if (name_to_handle_at (fd, "", &handle, id, AT_EMPTY_PATH) == -1 && errno != EOVERFLOW)
    return errno;
  return 0;
}

static gboolean
is_other_mount (int a,
                int b)
{
  gboolean other;
  int id_a, id_b;

  if (tf_posix_compare_mounts (a, b, &other) == 0)
    return other;
  if (mount_id_by_proc (a, &id_a) == 0 && mount_id_by_proc (b, &id_b) == 0)
    return id_a != id_b;
  if (mount_id_by_handle (a, &id_a) == 0 && mount_id_by_handle (b, &id_b) == 0)
    return id_a != id_b;
  return FALSE;
}

gboolean
tf_linux_is_mount (int dir,
                   int fd)
{
  struct statx stx;
  TfStatus status = TF_POSIX_TRY (TF_CALL_STATX,
                                  statx (fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, 0, &stx));

  if (status == 0 && (stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
    return (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return dir != TF_OS_CWD && is_other_mount (dir, fd);
}

/* For kernels before 5.8, by a look at the folder above. */
static TfStatus
compare_with_parent (int     fd,
                     TfStat *stat)
{
  TfStatus status;
  TfStat above;
  int parent;

  status = tf_posix_open_parent (fd, stat, &parent);
  if (status != 0)
    return status;
  status = tf_os_stat (parent, &above);
  if (status == 0)
    {
      /* Only the root of all is its own parent. */
      stat->mount_root = stat->id.device != above.id.device
                         || tf_identity_equal (&stat->id, &above.id)
                         || is_other_mount (fd, parent);
    }
  tf_os_close (parent);
  return status;
}

TfStatus
tf_os_stat_folder (int     fd,
                   TfStat *stat)
{
  struct statx stx;
  TfStat folder;
  TfStatus status;

  status = TF_POSIX_TRY (TF_CALL_STATX,
                         statx (fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &stx));
  if (status == 0)
    {
      fill_stat (&folder, &stx);
      if ((stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
        {
          folder.mount_root = (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
          *stat = folder;
          return 0;
        }
    }
  else if (status == ENOSYS || status == EPERM || status == EACCES || status == EINVAL)
    status = tf_os_stat (fd, &folder);
  if (status == 0)
    status = compare_with_parent (fd, &folder);
  if (status == 0)
    *stat = folder;
  return status;
}

TfStatus
tf_os_birth (int     fd,
             gint64 *birth)
{
  struct statx from;
  TfStatus status = TF_POSIX_TRY (TF_CALL_STATX,
                                  statx (fd, "", AT_EMPTY_PATH, STATX_BTIME, &from));

  *birth = 0;
  if (status == 0 && (from.stx_mask & STATX_BTIME) != 0)
    *birth = (gint64) from.stx_btime.tv_sec * 1000000000 + from.stx_btime.tv_nsec;
  return 0;
}
