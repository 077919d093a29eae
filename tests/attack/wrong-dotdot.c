/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: by descriptor and without following links, but with one descriptor only: it goes up by
 * `..`, and believes that this is where it came from. */

#include "targets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_FOLDERS 100

/* Removes what is no folder. Returns the name of a folder, or NULL when there is none. */
static char *
remove_files (int fd)
{
  DIR *list = fdopendir (dup (fd));
  struct dirent *entry;
  char *folder = NULL;

  if (list == NULL)
    return NULL;
  rewinddir (list);
  while ((entry = readdir (list)) != NULL)
    {
      struct stat stat;

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0
          || fstatat (fd, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
        continue;
      if (!S_ISDIR (stat.st_mode))
        unlinkat (fd, entry->d_name, 0);
      else if (folder == NULL)
        folder = g_strdup (entry->d_name);
    }
  closedir (list);
  return folder;
}

/* Replaces `fd` by what it leads to. A folder that is moved to where it is less deep leads out of
 * all that belongs to the test, and there this has to stop. */
static gboolean
go (AttackShared *shared,
    int          *fd,
    const char   *name)
{
  int next = openat (*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (next < 0)
    return FALSE;
  close (*fd);
  *fd = next;
  return target_is_in_arena (shared, next);
}

/* As long as there is something, but not for ever. */
static gboolean
remove_in (AttackShared *shared,
           int          *fd,
           guint        *tries)
{
  gboolean went = TRUE;
  char *name;

  while (went && (name = remove_files (*fd)) != NULL)
    {
      went = *tries > 0 && go (shared, fd, name);
      *tries -= went ? 1 : 0;
      went = went && remove_in (shared, fd, tries) && go (shared, fd, "..");
      if (went)
        unlinkat (*fd, name, AT_REMOVEDIR);
      g_free (name);
    }
  return went;
}

gboolean
wrong_remove_by_dotdot (AttackShared *shared)
{
  guint tries = MAX_FOLDERS;
  int fd = open (shared->tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  gboolean removed = fd >= 0 && remove_in (shared, &fd, &tries) && rmdir (shared->tree) == 0;

  if (!removed)
    target_failed (shared, "%s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return removed;
}
