/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: by descriptor, but the folder is opened without O_NOFOLLOW. */

#include "targets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
remove_at (int         dir,
           const char *name)
{
  struct stat stat;
  struct dirent *entry;
  DIR *list;
  int fd;

  if (fstatat (dir, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
    return -1;
  if (!S_ISDIR (stat.st_mode))
    return unlinkat (dir, name, 0);

  fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  list = fd < 0 ? NULL : fdopendir (fd);
  while (list != NULL && (entry = readdir (list)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      remove_at (fd, entry->d_name);
  if (list != NULL)
    closedir (list);
  return unlinkat (dir, name, AT_REMOVEDIR);
}

gboolean
wrong_remove_following (AttackShared *shared)
{
  if (remove_at (AT_FDCWD, shared->tree) == 0)
    return TRUE;
  return target_failed (shared, "%s", g_strerror (errno));
}
