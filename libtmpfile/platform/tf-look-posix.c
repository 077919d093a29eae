/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a file is, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

#include <unistd.h>

#ifdef __APPLE__
#define st_atim st_atimespec
#define st_ctim st_ctimespec
#define st_mtim st_mtimespec
#endif

/* Whether `uid` is the effective user, without a system call in the usual case: the answer is kept
 * for the process, and asked for anew when it says no. A program that changes its user on the
 * way may so take files of its former self for its own, never those of a third. */
static gboolean
is_mine (uid_t uid)
{
  static int known_uid;
  static guint known_generation;
  guint generation = tf_os_generation ();
  uid_t now;

  if ((guint) g_atomic_int_get (&known_generation) == generation
      && (uid_t) g_atomic_int_get (&known_uid) == uid)
    return TRUE;

  now = geteuid ();
  g_atomic_int_set (&known_uid, (int) now);
  g_atomic_int_set (&known_generation, generation);
  return now == uid;
}

static TfKind
kind_of_mode (mode_t mode)
{
  switch (mode & S_IFMT)
    {
    case S_IFREG:
      return TF_KIND_FILE;
    case S_IFDIR:
      return TF_KIND_FOLDER;
    case S_IFLNK:
      return TF_KIND_LINK;
    default:
      return TF_KIND_SPECIAL;
    }
}

static gint64
microseconds (const struct timespec *time)
{
  return (gint64) time->tv_sec * G_USEC_PER_SEC + time->tv_nsec / 1000;
}

static void
fill_identity (TfIdentity        *id,
               const struct stat *from)
{
  id->device = (guint64) from->st_dev;
  id->inode = (guint64) from->st_ino;
  id->inode_high = 0;
}

void
tf_posix_fill_stat (TfStat            *stat,
                    const struct stat *from)
{
  fill_identity (&stat->id, from);
  stat->kind = kind_of_mode (from->st_mode);
  stat->mode = from->st_mode & 07777;
  stat->uid = from->st_uid;
  stat->gid = from->st_gid;
  stat->links = (guint) from->st_nlink;
  stat->size = (guint64) from->st_size;
  stat->atime = microseconds (&from->st_atim);
  stat->mtime = microseconds (&from->st_mtim);
  stat->mtime_nanos = (guint) from->st_mtim.tv_nsec;
  stat->ctime = microseconds (&from->st_ctim);
  stat->mine = is_mine (from->st_uid);
  stat->mount_root = FALSE;
}

TfStatus
tf_posix_stat (int          fd,
               struct stat *stat)
{
  return TF_POSIX_TRY (TF_CALL_STAT, fstat (fd, stat));
}

TfStatus
tf_os_stat (int     fd,
            TfStat *stat)
{
  struct stat st;
  TfStatus status = tf_posix_stat (fd, &st);

  if (status == 0)
    tf_posix_fill_stat (stat, &st);
  return status;
}

TfStatus
tf_os_identify_at (int         dir,
                   const char *name,
                   TfIdentity *id)
{
  struct stat st;
  TfStatus status = TF_POSIX_TRY (TF_CALL_STAT,
                                  fstatat (tf_posix_dir (dir), name, &st, AT_SYMLINK_NOFOLLOW));

  if (status == 0)
    fill_identity (id, &st);
  return status;
}

TfStatus
tf_os_stat_at (int         dir,
               const char *name,
               TfStat     *stat)
{
  struct stat st;
  TfStatus status = TF_POSIX_TRY (TF_CALL_STAT,
                                  fstatat (tf_posix_dir (dir), name, &st, AT_SYMLINK_NOFOLLOW));

  if (status == 0)
    tf_posix_fill_stat (stat, &st);
  return status;
}
