/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: looks whether it is a link, and then opens and deletes by the same path. */

#include "targets.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int
remove_path (const char *path)
{
  struct stat stat;
  struct dirent *entry;
  DIR *dir;

  if (lstat (path, &stat) < 0)
    return -1;
  if (!S_ISDIR (stat.st_mode))
    return unlink (path);

  dir = opendir (path);
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      g_autofree char *below = g_strconcat (path, "/", entry->d_name, NULL);

      if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
        remove_path (below);
    }
  if (dir != NULL)
    closedir (dir);
  return rmdir (path);
}

gboolean
wrong_remove_by_lstat (AttackShared *shared)
{
  if (remove_path (shared->tree) == 0)
    return TRUE;
  return target_failed (shared, "%s", g_strerror (errno));
}
