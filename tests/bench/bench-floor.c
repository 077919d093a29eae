/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The floor of the benchmark: each work in plain system calls, with nothing around them. It makes
 * no promise, so nothing that keeps promises can be much cheaper; what is, found better calls.
 *
 * bench-floor same ITERATIONS: a folder made, leased, looked at and removed, as the library does
 * bench-floor bare ITERATIONS: a folder made and removed
 * bench-floor remove TREE...: a recursive removal that asks nothing about a file
 *
 * Folders are made in $TMPDIR. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LISTING 32768        /* bytes, as in the C library */
#define MAX_DEPTH 4096

/* What getdents64 fills in. */
typedef struct
{
  uint64_t inode;
  int64_t offset;
  unsigned short length;     /* bytes */
  unsigned char type;
  char name[];
} Entry;

/* One a level, kept from one folder to the next. */
static char *listings[MAX_DEPTH];

_Noreturn static void
die (const char *what)
{
  fprintf (stderr, "bench-floor: %s: %s\n", what, strerror (errno));
  exit (1);
}

static void
check (int         result,
       const char *what)
{
  if (result < 0)
    die (what);
}

/* --- folders ----------------------------------------------------------------------------- */

static void
compose_path (char     *path,
              size_t    size,
              unsigned  number)
{
  const char *folder = getenv ("TMPDIR");

  snprintf (path, size, "%s/tmp%08u", folder != NULL ? folder : "/tmp", number);
}

static void
bare_folder (const char *path)
{
  check (mkdirat (AT_FDCWD, path, 0700), path);
  check (unlinkat (AT_FDCWD, path, AT_REMOVEDIR), path);
}

static void
same_folder (const char *path)
{
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  struct stat by_fd, by_name;
  int fd;

  check (mkdirat (AT_FDCWD, path, 01700), path);
  fd = openat (AT_FDCWD, path, flags);
  check (fd, path);
  check (flock (fd, LOCK_SH | LOCK_NB), path);
  check (fstatat (fd, "", &by_fd, AT_EMPTY_PATH), path);
  check (fstatat (AT_FDCWD, path, &by_name, AT_SYMLINK_NOFOLLOW), path);
  if (by_fd.st_ino != by_name.st_ino || by_fd.st_dev != by_name.st_dev)
    die (path);
  check (unlinkat (AT_FDCWD, path, AT_REMOVEDIR), path);
  check (close (fd), path);
}

static void
make_folders (void     (*work) (const char *path),
              unsigned   iterations)
{
  char path[PATH_MAX];

  for (unsigned i = 0; i < iterations; i++)
    {
      compose_path (path, sizeof path, i);
      work (path);
    }
}

/* --- trees ------------------------------------------------------------------------------- */

static char *
get_listing (unsigned depth)
{
  if (depth >= MAX_DEPTH)
    {
      errno = ENAMETOOLONG;
      die ("too deep");
    }
  if (listings[depth] == NULL)
    listings[depth] = malloc (LISTING);
  if (listings[depth] == NULL)
    die ("malloc");
  return listings[depth];
}

static int
is_dot (const char *name)
{
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static void
remove_folder (int         parent,
               const char *name,
               unsigned    depth)
{
  char *listing = get_listing (depth);
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  long length;

  check (fd, name);
  while ((length = syscall (SYS_getdents64, fd, listing, LISTING)) > 0)
    for (char *at = listing; at < listing + length; at += ((Entry *) (void *) at)->length)
      {
        const Entry *entry = (const Entry *) (const void *) at;

        if (entry->type != DT_DIR)
          check (unlinkat (fd, entry->name, 0), entry->name);
        else if (!is_dot (entry->name))
          remove_folder (fd, entry->name, depth + 1);
      }
  check ((int) length, name);
  check (close (fd), name);
  check (unlinkat (parent, name, AT_REMOVEDIR), name);
}

int
main (int    argc,
      char **argv)
{
  const char *work = argc >= 3 ? argv[1] : "";

  if (strcmp (work, "bare") == 0)
    make_folders (bare_folder, (unsigned) atoi (argv[2]));
  else if (strcmp (work, "same") == 0)
    make_folders (same_folder, (unsigned) atoi (argv[2]));
  else if (strcmp (work, "remove") == 0)
    for (int i = 2; i < argc; i++)
      remove_folder (AT_FDCWD, argv[i], 0);
  else
    {
      fputs ("usage: bench-floor same|bare ITERATIONS, or bench-floor remove TREE...\n", stderr);
      return 2;
    }
  return 0;
}
