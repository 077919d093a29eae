/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes and opens folders, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

#define PRIVATE_MODE 0700u
#define OWNER_PROBE ".tf-owner~"

TfStatus
tf_os_open_folder_as_is (int         dir,
                         const char *name,
                         int        *fd)
{
  return tf_posix_open (TF_CALL_OPEN, dir, name,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0, fd);
}

static TfStatus
open_for_listing (int         dir,
                  const char *name,
                  guint       mode,
                  int        *fd)
{
  TfStatus status = tf_os_open_folder_as_is (dir, name, fd);

  return status == EACCES ? tf_posix_open_repaired (dir, name, mode, fd) : status;
}

/* A folder just made is there and a folder, unless somebody took or exchanged it: EEXIST. After
 * any failure it is removed; by name, but that takes an empty folder only. */
static TfStatus
open_just_made (int         dir,
                const char *name,
                guint       mode,
                int        *fd)
{
  TfStatus status = open_for_listing (dir, name, mode, fd);

  if (status != 0)
    tf_os_rmdir (dir, name);
  return status == ENOENT || status == ENOTDIR || status == ELOOP ? EEXIST : status;
}

static gboolean
is_private (const TfStat *stat)
{
  return (stat->mode & 0777) == PRIVATE_MODE;
}

/* Brings the folder to exactly `mode`; only its mark, the sticky bit, may be missing. */
static TfStatus
settle_mode (int     fd,
             guint   mode,
             TfStat *stat)
{
  TfStatus status;

  if (stat->mode == mode)
    return 0;

  status = tf_os_set_mode (fd, mode);
  if (status != 0 && (mode & TF_OS_MARK) != 0 && !is_private (stat))
    status = tf_os_set_mode (fd, PRIVATE_MODE);
  if (status != 0 && (mode & TF_OS_MARK) == 0)
    return status;

  status = tf_os_stat (fd, stat);
  if (status == 0 && !is_private (stat))
    status = ENOTSUP;
  return status;
}

/* Some file systems give all things one owner, or root's to nobody: vfat mounted with uid=, NFS
 * that squashes root. Then a folder just made is not the user's by its number; a file made inside,
 * which is ours beyond doubt, has the same. */
static gboolean
has_our_owner (int           fd,
               const TfStat *folder)
{
  TfStatus status;
  TfStat made;
  int probe;

  if (folder->mine)
    return TRUE;
  /* Where a folder may pass its owner on (suiddir), by this bit, it proves nothing. */
  if ((folder->mode & S_ISUID) != 0 ||
      tf_posix_open (TF_CALL_OPEN, fd, OWNER_PROBE,
                     O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY, 0600, &probe) != 0)
    return FALSE;

  status = tf_os_stat (probe, &made);
  tf_os_unlink (fd, OWNER_PROBE);
  tf_os_close (probe);
  return status == 0 && made.uid == folder->uid;
}

/* Looks at a folder just made, by `fd`. EEXIST when it was taken away, and with made->mine FALSE
 * when it is another's. */
static TfStatus
stat_just_made (int     fd,
                TfStat *made)
{
  TfStatus status = tf_os_stat (fd, made);

  if (status != 0)
    {
      made->mine = TRUE;
      return status == ENOENT || status == ESTALE ? EEXIST : status;
    }
  made->mine = has_our_owner (fd, made);
  return made->links == 0 || !made->mine ? EEXIST : 0;
}

static gboolean
is_ours_by_name (int         dir,
                 const char *name)
{
  TfStatus status;
  TfStat made;
  int fd;

  if (tf_os_open_folder_as_is (dir, name, &fd) != 0)
    return FALSE;
  status = stat_just_made (fd, &made);
  tf_os_close (fd);
  return status == 0;
}

/* Takes the lease and settles the mark; closes `fd` on failure, and removes the folder unless it
 * is not the one that was made. */
static TfStatus
own_folder (int         dir,
            const char *name,
            int         fd,
            TfStat     *made)
{
  TfStatus lease = tf_os_take_lease (fd, TF_OS_LEASE_SHARED);
  TfStatus status = stat_just_made (fd, made);

  if (!made->mine)
    {
      tf_os_close (fd);
      return EEXIST;
    }
  /* A sweeper has it. */
  if (status == 0 && lease == EWOULDBLOCK)
    status = EEXIST;
  /* A mark without a lease would have the folder swept while it is in use. */
  if (status == 0)
    status = settle_mode (fd, lease == 0 ? TF_OS_OWNED_MODE : PRIVATE_MODE, made);
  if (status != 0)
    tf_posix_discard (dir, name, fd, tf_os_rmdir);
  return status;
}

TfStatus
tf_os_create_leased_folder (int         dir,
                            const char *name,
                            int        *fd,
                            TfStat     *stat)
{
  TfStatus status;
  TfStat made;
  int opened;

  status = TF_POSIX_TRY (TF_CALL_MKDIR, mkdirat (tf_posix_dir (dir), name, TF_OS_OWNED_MODE));
  if (status != 0)
    return status;

  status = open_just_made (dir, name, TF_OS_OWNED_MODE, &opened);
  if (status == 0)
    status = own_folder (dir, name, opened, &made);
  if (status != 0)
    return status;

  *fd = opened;
  *stat = made;
  return 0;
}

/* Brings a plain folder to its mode where the umask or a file system made it another. */
static TfStatus
repair_plain_folder (int         dir,
                     const char *name)
{
  TfStatus status;
  TfStat made;
  int fd;

  status = open_just_made (dir, name, PRIVATE_MODE, &fd);
  if (status != 0)
    return status;

  status = stat_just_made (fd, &made);
  if (status == 0)
    status = settle_mode (fd, PRIVATE_MODE, &made);
  if (status != 0 && made.mine)
    tf_posix_discard (dir, name, fd, tf_os_rmdir);
  else
    tf_os_close (fd);
  return status;
}

/* Under a strange umask nothing can tell whether it is ours; otherwise it is not, and stays. */
static TfStatus
refuse_owner (int           dir,
              const char   *name,
              const TfStat *made)
{
  if ((made->mode & PRIVATE_MODE) == PRIVATE_MODE)
    return EEXIST;
  tf_os_rmdir (dir, name);
  return EACCES;
}

TfStatus
tf_os_create_folder (int         dir,
                     const char *name)
{
  TfStatus status;
  TfStat made;

  status = TF_POSIX_TRY (TF_CALL_MKDIR, mkdirat (tf_posix_dir (dir), name, PRIVATE_MODE));
  if (status != 0)
    return status;

  status = tf_os_stat_at (dir, name, &made);
  if (status != 0)
    {
      tf_os_rmdir (dir, name);
      return status == ENOENT ? EEXIST : status;
    }
  if (made.kind != TF_KIND_FOLDER)
    return EEXIST;
  if (!made.mine && !is_ours_by_name (dir, name))
    return refuse_owner (dir, name, &made);
  return made.mode == PRIVATE_MODE ? 0 : repair_plain_folder (dir, name);
}

TfStatus
tf_os_open_folder (int         dir,
                   const char *name,
                   int        *fd)
{
  TfStatus status = open_for_listing (dir, name, PRIVATE_MODE, fd);
  TfStat found;

  /* Asked for a folder, Linux calls a link no folder instead of a link. */
  if (status == ENOTDIR && tf_os_stat_at (dir, name, &found) == 0 && found.kind == TF_KIND_LINK)
    return ELOOP;
  return status;
}

TfStatus
tf_os_open_for_lookup (int         dir,
                       const char *name,
                       int        *fd)
{
  return tf_posix_open (TF_CALL_OPEN, dir, name, TF_POSIX_O_LOOK | O_DIRECTORY | O_NOCTTY, 0, fd);
}
