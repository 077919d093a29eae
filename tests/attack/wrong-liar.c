/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: hurts nobody, but says that all is removed without having looked. */

#include "targets.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
remove_at (int         dir,
           const char *name)
{
  int fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *list = fd < 0 ? NULL : fdopendir (fd);
  struct dirent *entry;

  while (list != NULL && (entry = readdir (list)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      remove_at (fd, entry->d_name);
  unlinkat (dir, name, list != NULL ? AT_REMOVEDIR : 0);
  if (list != NULL)
    closedir (list);
}

gboolean
wrong_remove_lying (AttackShared *shared)
{
  remove_at (AT_FDCWD, shared->tree);
  return TRUE;
}
