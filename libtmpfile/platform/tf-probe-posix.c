/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The ways of finding out that work on every Unix, by trying; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <stdio.h>
#include <unistd.h>

#define MAX_TRIES 100

TfStatus
tf_posix_reopen_by_path (int         fd,
                         const char *path,
                         int         flags,
                         int        *copy)
{
  TfStat stat, found;
  TfStatus status;
  int opened;

  if (path == NULL)
    return EOPNOTSUPP;
  status = tf_posix_open (TF_CALL_OPEN, TF_OS_CWD, path, flags | O_NOFOLLOW | O_NONBLOCK, 0,
                          &opened);
  if (status != 0)
    return status;

  status = tf_os_stat (fd, &stat);
  if (status == 0)
    status = tf_os_stat (opened, &found);
  if (status == 0 && !tf_identity_equal (&stat.id, &found.id))
    status = ENOENT;
  if (status != 0)
    {
      tf_os_close (opened);
      return status;
    }
  *copy = opened;
  return 0;
}

/* Makes a file as widely open as the system lets it be, and takes its name away. */
static TfStatus
create_open_file (const char *path,
                  int        *fd)
{
  TfStatus status = EEXIST;

  for (guint i = 0; i < MAX_TRIES && status == EEXIST; i++)
    {
      g_autofree char *name = NULL;
      guint32 random;

      tf_os_random (&random, sizeof random);
      name = g_strdup_printf ("%s/.tf-%08x~", path, random);
      status = tf_posix_open (TF_CALL_OPEN, TF_OS_CWD, name,
                              O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY, 0777, fd);
      /* Nobody looks after this name later, so a passing failure is tried again. */
      if (status == 0 && tf_os_unlink (TF_OS_CWD, name) != 0)
        tf_os_unlink (TF_OS_CWD, name);
    }
  return status;
}

TfStatus
tf_posix_umask_of_file (const char *path,
                        guint      *mask)
{
  struct stat st;
  TfStatus status;
  int fd;

  status = create_open_file (path, &fd);
  if (status != 0)
    return status;
  status = tf_posix_stat (fd, &st);
  tf_os_close (fd);
  if (status == 0)
    *mask = 0777 & ~st.st_mode;
  return status;
}

TfStatus
tf_posix_move_by_link (int         from_dir,
                       const char *from,
                       int         to_dir,
                       const char *to)
{
  TfStatus status;

  status = TF_POSIX_TRY (TF_CALL_LINK,
                         linkat (tf_posix_dir (from_dir), from, tf_posix_dir (to_dir), to, 0));
  /* A file system without links, a folder, a sandbox. */
  if (status == EPERM || status == ENOSYS || status == EMLINK)
    return EOPNOTSUPP;
  if (status != 0)
    return status;

  status = tf_os_unlink (from_dir, from);
  if (status != 0)
    tf_os_unlink (to_dir, to);
  return status;
}

/* Linux looks at the mounts first, parts of one file system included, and refuses these names then;
 * whatever a system looks at first, it must not rename them (rename(2)). So it is a look, to tests
 * too. */
static TfStatus
rename_dots (int a,
             int b)
{
  return TF_POSIX_TRY (TF_CALL_STAT, renameat (a, ".", b, "."));
}

TfStatus
tf_posix_compare_mounts (int       fd,
                         int       parent,
                         gboolean *other)
{
  TfStatus status = rename_dots (fd, parent);

  /* Who says so of one and the same folder says it of everything. */
  if (status == EXDEV && rename_dots (parent, parent) != EBUSY)
    return EOPNOTSUPP;
  if (status != EXDEV && status != EBUSY)
    return status != 0 ? status : EOPNOTSUPP;
  *other = status == EXDEV;
  return 0;
}

TfStatus
tf_posix_open_parent (int           fd,
                      const TfStat *folder,
                      int          *parent)
{
  int flags = TF_POSIX_O_LOOK | O_DIRECTORY | O_NOCTTY;
  TfStatus status = tf_posix_open (TF_CALL_OPEN, fd, "..", flags, 0, parent);

  if (status != EACCES || !folder->mine || (folder->mode & 0100) != 0)
    return status;

  if (tf_os_set_mode (fd, folder->mode | 0100) != 0)
    return status;
  status = tf_posix_open (TF_CALL_OPEN, fd, "..", flags, 0, parent);
  tf_os_set_mode (fd, folder->mode);
  return status;
}
