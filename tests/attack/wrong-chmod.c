/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: by descriptor and without following links, but a locked folder is unlocked by its path
 * before it is opened, and that follows a link (CVE-2023-6597 of CPython). */

#include "targets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
remove_at (int         dir,
           const char *name,
           const char *path)
{
  struct stat stat;
  struct dirent *entry;
  DIR *list;
  int fd;

  if (fstatat (dir, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
    return -1;
  if (!S_ISDIR (stat.st_mode))
    return unlinkat (dir, name, 0);

  if ((stat.st_mode & 0700) != 0700 && chmod (path, 0700) < 0)
    return -1;
  fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  list = fd < 0 ? NULL : fdopendir (fd);
  while (list != NULL && (entry = readdir (list)) != NULL)
    {
      g_autofree char *below = g_strconcat (path, "/", entry->d_name, NULL);

      if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
        remove_at (fd, entry->d_name, below);
    }
  if (list != NULL)
    closedir (list);
  return unlinkat (dir, name, AT_REMOVEDIR);
}

gboolean
wrong_remove_with_chmod (AttackShared *shared)
{
  if (remove_at (AT_FDCWD, shared->tree, shared->tree) == 0)
    return TRUE;
  return target_failed (shared, "%s", g_strerror (errno));
}
