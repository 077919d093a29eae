/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What Linux tells by /proc, and the other ways where it is missing; on the platform floor. */

#include "platform/tf-linux-private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TfStatus
tf_linux_proc_path (char        path[TF_LINUX_PROC_PATH],
                    const char *what,
                    int         fd)
{
  g_snprintf (path, TF_LINUX_PROC_PATH, "/proc/thread-self/%s/%d", what, fd);
  return TF_FAULT (TF_CALL_PROC);
}

TfStatus
tf_os_path_of (int    fd,
               char **path)
{
  char link[TF_LINUX_PROC_PATH];
  char found[PATH_MAX + 1];
  gint64 length;
  TfStat stat, there;
  TfStatus status;

  status = tf_os_stat (fd, &stat);
  if (status != 0)
    return status;
  if (tf_linux_proc_path (link, "fd", fd) != 0)
    return EOPNOTSUPP;
  length = TF_POSIX_CALL (TF_CALL_PROC, readlink (link, found, PATH_MAX));
  /* A path too long to be told fails here too. */
  if (length == -1)
    return EOPNOTSUPP;
  found[length] = '\0';

  if (stat.links == 0)
    return ENOENT;
  if (found[0] != '/')
    return EOPNOTSUPP;
  /* The kernel adds a word to a name that is gone, which could be part of another. */
  status = tf_os_stat_at (TF_OS_CWD, found, &there);
  if (status != 0)
    return status;
  if (!tf_identity_equal (&stat.id, &there.id))
    return ENOENT;

  *path = g_strdup (found);
  return 0;
}

TfStatus
tf_os_reopen (int               fd,
              const char       *path,
              TfOsReopenFlags   flags,
              int              *copy)
{
  int open_flags = O_NOCTTY | ((flags & TF_OS_REOPEN_READ_ONLY) != 0 ? O_RDONLY : O_RDWR);
  char link[TF_LINUX_PROC_PATH];
  TfStatus status;

  if ((flags & TF_OS_REOPEN_APPEND) != 0)
    open_flags |= O_APPEND;

  status = tf_linux_proc_path (link, "fd", fd);
  if (status == 0)
    status = tf_posix_open (TF_CALL_OPEN, TF_OS_CWD, link, open_flags, 0, copy);
  if (status == ENOENT || status == ENOTDIR)
    status = tf_posix_reopen_by_path (fd, path, open_flags, copy);
  return status;
}

/* Reads the line that Linux has had since 4.7. */
static TfStatus
umask_of_status (const char *path,
                 guint      *mask)
{
  char text[4096];
  const char *line;
  gint64 length;
  TfStatus status;
  int fd;

  status = tf_posix_open (TF_CALL_PROC, TF_OS_CWD, path, O_RDONLY | O_NOCTTY, 0, &fd);
  if (status != 0)
    return status;
  length = TF_POSIX_CALL (TF_CALL_PROC, read (fd, text, sizeof text - 1));
  close (fd);
  if (length <= 0)
    return EOPNOTSUPP;

  text[length] = '\0';
  line = strstr (text, "\nUmask:");
  if (line == NULL)
    return EOPNOTSUPP;
  *mask = (guint) strtoul (line + strlen ("\nUmask:"), NULL, 8) & 0777;
  return 0;
}

TfStatus
tf_os_umask (const char *path,
             guint      *mask)
{
  struct stat st;
  TfStatus status;
  int fd;

  /* The process's own file loses the line when its first thread has ended. */
  if (umask_of_status ("/proc/thread-self/status", mask) == 0
      || umask_of_status ("/proc/self/status", mask) == 0)
    return 0;

  status = tf_posix_open (TF_CALL_OPEN_TMPFILE, TF_OS_CWD, path, O_TMPFILE | O_RDWR, 0777, &fd);
  if (status != 0)
    return tf_posix_umask_of_file (path, mask);

  status = tf_posix_stat (fd, &st);
  tf_os_close (fd);
  if (status == 0)
    *mask = 0777 & ~st.st_mode;
  return status;
}
