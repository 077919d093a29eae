/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which system call names what, and where that stands: the arguments come from the stopped
 * process, by PTRACE_GET_SYSCALL_INFO, so they look alike on every architecture. */

#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Newer than the C library may be. */
#ifndef SYS_fchmodat2
#ifdef __alpha__
#define SYS_fchmodat2 562
#else
#define SYS_fchmodat2 452
#endif
#endif

#define NONE (-1)

/* An object of a call: the numbers of the arguments that say in which folder, by what name (NONE:
 * the folder itself), and with what flags. A call that names two things has two rows. */
typedef struct
{
  long number;
  AttackKind kind;
  int dir;
  int name;
  int flags;
} Row;

static const Row rows[] =
{
  { SYS_openat, ATTACK_OPEN, 0, 1, NONE },
  { SYS_getdents64, ATTACK_LIST, 0, NONE, NONE },
  { SYS_statx, ATTACK_STAT, 0, 1, 2 },
  { SYS_unlinkat, ATTACK_UNLINK, 0, 1, 2 },
  { SYS_renameat2, ATTACK_RENAME_FROM, 0, 1, NONE },
  { SYS_renameat2, ATTACK_RENAME_TO, 2, 3, NONE },
  { SYS_fchmod, ATTACK_FCHMOD, 0, NONE, NONE },
  { SYS_fchmodat, ATTACK_CHMOD, 0, 1, NONE },
  { SYS_fchmodat2, ATTACK_CHMOD, 0, 1, 3 },
  { SYS_fchown, ATTACK_FCHOWN, 0, NONE, NONE },
  { SYS_fchownat, ATTACK_CHOWN, 0, 1, 4 },
  { SYS_mkdirat, ATTACK_MKDIR, 0, 1, NONE },
  { SYS_linkat, ATTACK_LINK, 0, 1, 4 },
  { SYS_readlinkat, ATTACK_READLINK, 0, 1, NONE },
  { SYS_faccessat, ATTACK_ACCESS, 0, 1, NONE },
  { SYS_chdir, ATTACK_CHDIR, NONE, 0, NONE },
  { SYS_fchdir, ATTACK_FCHDIR, 0, NONE, NONE },
#ifdef SYS_openat2
  { SYS_openat2, ATTACK_OPEN, 0, 1, NONE },
#endif
#ifdef SYS_faccessat2
  { SYS_faccessat2, ATTACK_ACCESS, 0, 1, 3 },
#endif
#ifdef SYS_renameat
  { SYS_renameat, ATTACK_RENAME_FROM, 0, 1, NONE },
  { SYS_renameat, ATTACK_RENAME_TO, 2, 3, NONE },
#endif
#ifdef SYS_newfstatat
  { SYS_newfstatat, ATTACK_STAT, 0, 1, 3 },
#endif
#ifdef SYS_fstatat64
  { SYS_fstatat64, ATTACK_STAT, 0, 1, 3 },
#endif
#ifdef SYS_fstat
  { SYS_fstat, ATTACK_FSTAT, 0, NONE, NONE },
#endif
#ifdef SYS_fstat64
  { SYS_fstat64, ATTACK_FSTAT, 0, NONE, NONE },
#endif
#ifdef SYS_open
  { SYS_open, ATTACK_OPEN, NONE, 0, NONE },
#endif
#ifdef SYS_getdents
  { SYS_getdents, ATTACK_LIST, 0, NONE, NONE },
#endif
#ifdef SYS_stat
  { SYS_stat, ATTACK_STAT, NONE, 0, NONE },
  { SYS_lstat, ATTACK_STAT, NONE, 0, NONE },
#endif
#ifdef SYS_stat64
  { SYS_stat64, ATTACK_STAT, NONE, 0, NONE },
  { SYS_lstat64, ATTACK_STAT, NONE, 0, NONE },
#endif
#ifdef SYS_unlink
  { SYS_unlink, ATTACK_UNLINK, NONE, 0, NONE },
#endif
#ifdef SYS_rmdir
  { SYS_rmdir, ATTACK_RMDIR, NONE, 0, NONE },
#endif
#ifdef SYS_rename
  { SYS_rename, ATTACK_RENAME_FROM, NONE, 0, NONE },
  { SYS_rename, ATTACK_RENAME_TO, NONE, 1, NONE },
#endif
#ifdef SYS_chmod
  { SYS_chmod, ATTACK_CHMOD, NONE, 0, NONE },
#endif
#ifdef SYS_chown
  { SYS_chown, ATTACK_CHOWN, NONE, 0, NONE },
  { SYS_lchown, ATTACK_CHOWN, NONE, 0, NONE },
#endif
#ifdef SYS_mkdir
  { SYS_mkdir, ATTACK_MKDIR, NONE, 0, NONE },
#endif
#ifdef SYS_link
  { SYS_link, ATTACK_LINK, NONE, 0, NONE },
#endif
#ifdef SYS_readlink
  { SYS_readlink, ATTACK_READLINK, NONE, 0, NONE },
#endif
#ifdef SYS_access
  { SYS_access, ATTACK_ACCESS, NONE, 0, NONE },
#endif
};

static const char * const kind_names[ATTACK_N_KINDS] =
{
  [ATTACK_OPEN] = "open",
  [ATTACK_LIST] = "list",
  [ATTACK_STAT] = "stat by name",
  [ATTACK_FSTAT] = "stat by descriptor",
  [ATTACK_UNLINK] = "unlink",
  [ATTACK_RMDIR] = "rmdir",
  [ATTACK_RENAME_FROM] = "rename, from",
  [ATTACK_RENAME_TO] = "rename, to",
  [ATTACK_CHMOD] = "chmod by name",
  [ATTACK_FCHMOD] = "chmod by descriptor",
  [ATTACK_CHOWN] = "chown by name",
  [ATTACK_FCHOWN] = "chown by descriptor",
  [ATTACK_MKDIR] = "mkdir",
  [ATTACK_LINK] = "link",
  [ATTACK_READLINK] = "readlink",
  [ATTACK_ACCESS] = "access",
  [ATTACK_CHDIR] = "chdir",
  [ATTACK_FCHDIR] = "chdir by descriptor",
};

const char *
attack_kind_name (AttackKind kind)
{
  return kind_names[kind];
}

gboolean
attack_object_is_new (const AttackObject *object)
{
  return object->kind == ATTACK_RENAME_TO || object->kind == ATTACK_MKDIR;
}

void
attack_object_clear (AttackObject *object)
{
  if (object->parent != -1)
    close (object->parent);
  object->parent = -1;
}

/* --- the stopped process ----------------------------------------------------------------- */

/* A string may end right before memory that cannot be read, so it is read page by page. */
static gboolean
read_string (pid_t    tid,
             guint64  address,
             char    *buffer,
             gsize    size)
{
  const gsize page = 4096;
  gsize filled = 0;

  while (filled < size - 1)
    {
      gsize part = MIN (page - (gsize) ((address + filled) % page), size - 1 - filled);
      struct iovec here = { buffer + filled, part };
      struct iovec there = { (gpointer) (gsize) (address + filled), part };
      ssize_t length = process_vm_readv (tid, &here, 1, &there, 1, 0);

      if (length <= 0)
        return FALSE;
      if (memchr (buffer + filled, '\0', (gsize) length) != NULL)
        return TRUE;
      filled += (gsize) length;
    }
  return FALSE;
}

/* The folder from which the process looks, as a descriptor of ours. */
static int
open_base (pid_t       tid,
           int         dir,
           const char *path)
{
  char where[64];

  if (path[0] == '/')
    return open ("/", O_PATH | O_CLOEXEC);
  if (dir == AT_FDCWD)
    g_snprintf (where, sizeof where, "/proc/%d/cwd", (int) tid);
  else
    g_snprintf (where, sizeof where, "/proc/%d/fd/%d", (int) tid, dir);
  return open (where, O_PATH | O_CLOEXEC);
}

/* --- where things stand ------------------------------------------------------------------ */

static gboolean
path_of (int    fd,
         char  *path,
         gsize  size)
{
  char link[64];
  ssize_t length;

  g_snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, path, size - 1);
  if (length <= 0 || path[0] != '/')
    return FALSE;
  path[length] = '\0';
  return TRUE;
}

static gboolean
is_below (const char *path,
          const char *arena,
          const char *name)
{
  g_autofree char *folder = g_strconcat (arena, "/", name, "/", NULL);

  return g_str_has_prefix (path, folder);
}

/* The tree, or what a sweep has renamed it to. */
static gboolean
is_in_tree (const AttackObject *object,
            AttackShared       *shared)
{
  g_autofree char *path = g_strconcat (object->folder, "/", object->name, "/", NULL);
  gsize length = strlen (shared->arena);

  return strncmp (path, shared->arena, length) == 0 && path[length] == '/'
         && path[length + 1] != '\0' && !is_below (path, shared->arena, "vault")
         && !is_below (path, shared->arena, "stash");
}

/* Fills in what follows from `parent` and `name`; closes the descriptor on failure. */
static gboolean
complete (AttackObject *object,
          AttackShared *shared)
{
  if (object->parent != -1 && path_of (object->parent, object->folder, sizeof object->folder)
      && is_in_tree (object, shared))
    {
      object->exists = fstatat (object->parent, object->name, &object->stat,
                                AT_SYMLINK_NOFOLLOW) == 0;
      return TRUE;
    }
  attack_object_clear (object);
  return FALSE;
}

gboolean
attack_object_locate (int           fd,
                      AttackShared *shared,
                      AttackObject *object)
{
  char path[PATH_MAX];
  struct stat stat;
  char *slash;

  object->parent = -1;
  object->by_descriptor = TRUE;
  if (!path_of (fd, path, sizeof path) || fstat (fd, &stat) < 0
      || (slash = strrchr (path, '/')) == path)
    return FALSE;
  if (g_strlcpy (object->name, slash + 1, sizeof object->name) >= sizeof object->name)
    return FALSE;
  *slash = '\0';
  object->parent = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (!complete (object, shared))
    return FALSE;
  /* A folder that has no name any more has only the one it had. */
  if (object->exists && object->stat.st_ino == stat.st_ino && object->stat.st_dev == stat.st_dev)
    return TRUE;
  attack_object_clear (object);
  return FALSE;
}

static gboolean
locate_by_name (int           base,
                const char   *path,
                AttackShared *shared,
                AttackObject *object)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);

  if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
    {
      int fd = openat (base, path + strspn (path, "/"), O_PATH | O_CLOEXEC);
      gboolean found = fd != -1 && attack_object_locate (fd, shared, object);

      if (fd != -1)
        close (fd);
      return found;
    }

  if (g_strlcpy (object->name, name, sizeof object->name) >= sizeof object->name)
    return FALSE;
  object->by_descriptor = FALSE;
  object->parent = openat (base, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return complete (object, shared);
}

/* A path that is another way to say a descriptor. */
static gboolean
is_descriptor_path (const char *path,
                    int        *fd)
{
  return sscanf (path, "/proc/self/fd/%d", fd) == 1
         || sscanf (path, "/proc/thread-self/fd/%d", fd) == 1;
}

static AttackKind
by_descriptor (AttackKind kind)
{
  switch ((int) kind)
    {
    case ATTACK_STAT:
      return ATTACK_FSTAT;
    case ATTACK_CHMOD:
      return ATTACK_FCHMOD;
    case ATTACK_CHOWN:
      return ATTACK_FCHOWN;
    default:
      return kind;
    }
}

static gboolean
locate (pid_t         tid,
        int           dir,
        const char   *path,
        AttackShared *shared,
        AttackObject *object)
{
  int base = open_base (tid, dir, path);
  gboolean found;

  if (base == -1)
    return FALSE;
  if (path[0] == '\0')
    found = attack_object_locate (base, shared, object);
  else
    found = locate_by_name (base, path, shared, object);
  close (base);
  return found;
}

static int
get_flags (const struct __ptrace_syscall_info *info,
           const Row                          *row)
{
  return row->flags == NONE ? 0 : (int) info->entry.args[row->flags];
}

static AttackKind
kind_by_flags (const Row *row,
               int        flags)
{
  if (row->kind == ATTACK_UNLINK && (flags & AT_REMOVEDIR) != 0)
    return ATTACK_RMDIR;
  return (flags & AT_EMPTY_PATH) != 0 ? by_descriptor (row->kind) : row->kind;
}

static gboolean
read_row (pid_t                               tid,
          const struct __ptrace_syscall_info *info,
          const Row                          *row,
          AttackShared                       *shared,
          AttackObject                       *object)
{
  int dir = row->dir == NONE ? AT_FDCWD : (int) info->entry.args[row->dir];
  int flags = get_flags (info, row);
  char path[PATH_MAX] = "";

  if (row->name != NONE
      && !read_string (tid, info->entry.args[row->name], path, sizeof path))
    return FALSE;
  if (is_descriptor_path (path, &dir))
    path[0] = '\0';
  else if (row->name != NONE && path[0] == '\0' && (flags & AT_EMPTY_PATH) == 0)
    return FALSE;

  object->kind = path[0] == '\0' ? by_descriptor (row->kind) : kind_by_flags (row, flags);
  return locate (tid, dir, path, shared, object);
}

static const Row *
find_row (const struct __ptrace_syscall_info *info,
          guint                               slot)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].number == (long) info->entry.nr && slot-- == 0)
      return rows + i;
  return NULL;
}

AttackKind
attack_call_kind (const struct __ptrace_syscall_info *info,
                  guint                               slot)
{
  const Row *row = find_row (info, slot);

  return row == NULL ? ATTACK_N_KINDS : kind_by_flags (row, get_flags (info, row));
}

gboolean
attack_object_read (pid_t                               tid,
                    const struct __ptrace_syscall_info *info,
                    AttackShared                       *shared,
                    guint                               slot,
                    AttackObject                       *object)
{
  object->parent = -1;
  return read_row (tid, info, find_row (info, slot), shared, object);
}
