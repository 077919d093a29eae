/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes the trees that the benchmark removes, in a process of its own so that nobody's time has
 * them in it. The files are empty: what a file's content costs to free is the same for every
 * remover, and would hide what they differ by.
 *
 * bench-trees FOLDERS FILES PATH...: trees of FOLDERS folders of FILES files each; with no folders
 *   the files are in PATH itself
 * bench-trees chain DEPTH PATH...: trees of DEPTH folders, one in the other, PATH among them */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
check (int         result,
       const char *what)
{
  if (result < 0)
    {
      fprintf (stderr, "bench-trees: %s: %s\n", what, strerror (errno));
      exit (1);
    }
  return result;
}

/* The new folder, open. */
static int
make_folder (int         parent,
             const char *name)
{
  check (mkdirat (parent, name, 0700), name);
  return check (openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), name);
}

static void
make_files (int      folder,
            unsigned files)
{
  char name[32];

  for (unsigned i = 0; i < files; i++)
    {
      snprintf (name, sizeof name, "file-%05u.txt", i);
      close (check (openat (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), name));
    }
}

static void
make_tree (const char *path,
           unsigned    folders,
           unsigned    files)
{
  int root = make_folder (AT_FDCWD, path);
  char name[32];

  if (folders == 0)
    make_files (root, files);
  for (unsigned i = 0; i < folders; i++)
    {
      int folder;

      snprintf (name, sizeof name, "folder-%05u", i);
      folder = make_folder (root, name);
      make_files (folder, files);
      close (folder);
    }
  close (root);
}

static void
make_chain (const char *path,
            unsigned    depth)
{
  int folder = make_folder (AT_FDCWD, path);

  for (unsigned i = 1; i < depth; i++)
    {
      int below = make_folder (folder, "folder");

      close (folder);
      folder = below;
    }
  close (folder);
}

int
main (int    argc,
      char **argv)
{
  if (argc < 4)
    {
      fputs ("usage: bench-trees FOLDERS FILES PATH..., or bench-trees chain DEPTH PATH...\n",
             stderr);
      return 2;
    }
  for (int i = 3; i < argc; i++)
    if (strcmp (argv[1], "chain") == 0)
      make_chain (argv[i], (unsigned) atoi (argv[2]));
    else
      make_tree (argv[i], (unsigned) atoi (argv[1]), (unsigned) atoi (argv[2]));
  return 0;
}
