/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: changes its working folder, down by a name that it has looked at and up by `..`. */

#include "targets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
remove_here (AttackShared *shared,
             const char   *name)
{
  struct stat stat;
  struct dirent *entry;
  DIR *list;

  if (lstat (name, &stat) < 0)
    return -1;
  if (!S_ISDIR (stat.st_mode))
    return unlink (name);

  if (chdir (name) < 0)
    return -1;
  list = opendir (".");
  while (list != NULL && (entry = readdir (list)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      remove_here (shared, entry->d_name);
  if (list != NULL)
    closedir (list);
  if (chdir ("..") < 0)
    return -1;
  /* A folder that is moved to where it is less deep leads out of all that belongs to the test. */
  if (name[0] != '/' && !target_is_in_arena (shared, AT_FDCWD))
    _exit (1);
  return rmdir (name);
}

gboolean
wrong_remove_by_chdir (AttackShared *shared)
{
  if (remove_here (shared, shared->tree) == 0)
    return TRUE;
  return target_failed (shared, "%s", g_strerror (errno));
}
