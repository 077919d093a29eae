/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The attacks themselves. The process that is attacked is stopped meanwhile; its other threads may
 * run, so a thing and what is put in its place are exchanged in one step where that can be. */

#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char * const way_names[ATTACK_N_WAYS] =
{
  [ATTACK_SWAP] = "swapped for a link",
  [ATTACK_SWAP_UNDO] = "swapped for a link during the call",
  [ATTACK_SWAP_AFTER] = "swapped for a link after the call",
  [ATTACK_PARENT_LINK] = "parent swapped for a link",
  [ATTACK_PARENT_LINK_UNDO] = "parent swapped for a link during the call",
  [ATTACK_PARENT_DECOY] = "parent swapped for a folder of links",
  [ATTACK_PARENT_DECOY_UNDO] = "parent swapped for a folder of links during the call",
  [ATTACK_MOVE_OUT] = "folder moved out",
  [ATTACK_MOVE_OUT_UNDO] = "folder moved out during the call",
};

const char *
attack_way_name (AttackWay way)
{
  return way_names[way];
}

gboolean
attack_way_is_undone (AttackWay way)
{
  return way == ATTACK_SWAP_UNDO || way == ATTACK_PARENT_LINK_UNDO
         || way == ATTACK_PARENT_DECOY_UNDO || way == ATTACK_MOVE_OUT_UNDO;
}

static int
rename_with (int         from_dir,
             const char *from,
             int         to_dir,
             const char *to,
             guint       flags)
{
  return (int) syscall (SYS_renameat2, from_dir, from, to_dir, to, flags);
}

/* Not every file system exchanges. */
static int
exchange (int         a_dir,
          const char *a,
          int         b_dir,
          const char *b)
{
  if (rename_with (a_dir, a, b_dir, b, RENAME_EXCHANGE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  if (renameat (b_dir, b, b_dir, "between") < 0)
    return -1;
  if (renameat (a_dir, a, b_dir, b) < 0)
    {
      renameat (b_dir, "between", b_dir, b);
      return -1;
    }
  return renameat (b_dir, "between", a_dir, a);
}

static int
open_stash (AttackShared *shared)
{
  g_autofree char *path = g_strconcat (shared->arena, "/stash", NULL);

  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Brings what stands ready in the slot to the name of the object. */
static void
put (AttackStrike       *strike,
     const AttackObject *object)
{
  struct stat stat;

  if (object->exists)
    strike->done = exchange (object->parent, object->name, strike->outside, ATTACK_SLOT) == 0;
  else
    {
      strike->planted = TRUE;
      strike->done = rename_with (strike->outside, ATTACK_SLOT, object->parent, object->name,
                                  RENAME_NOREPLACE) == 0;
    }
  if (!strike->done || fstatat (object->parent, object->name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
    return;
  strike->device = stat.st_dev;
  strike->inode = stat.st_ino;
}

static void
put_link (AttackStrike       *strike,
          const AttackObject *object,
          AttackShared       *shared)
{
  g_autofree char *target = attack_tree_mirror (shared, object->exists ? &object->stat : NULL);

  if (symlinkat (target, strike->outside, ATTACK_SLOT) == 0)
    put (strike, object);
}

/* A folder with the names of the one it replaces, which are all links into the mirror. */
static void
make_decoy (AttackStrike *strike,
            const char   *mirror,
            uid_t         uid,
            gid_t         gid)
{
  DIR *dir = opendir (mirror);
  struct dirent *entry;
  int decoy;

  if (mkdirat (strike->outside, ATTACK_SLOT, 0700) < 0)
    g_error ("making a decoy: %s", g_strerror (errno));
  decoy = openat (strike->outside, ATTACK_SLOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      g_autofree char *target = g_strconcat (mirror, "/", entry->d_name, NULL);

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      if (symlinkat (target, decoy, entry->d_name) < 0)
        g_error ("filling a decoy: %s", g_strerror (errno));
    }
  if (fchown (decoy, uid, gid) < 0)
    g_error ("giving a decoy away: %s", g_strerror (errno));
  close (decoy);
  if (dir != NULL)
    closedir (dir);
}

static void
put_decoy (AttackStrike       *strike,
           const AttackObject *folder,
           AttackShared       *shared)
{
  g_autofree char *mirror = attack_tree_mirror (shared, &folder->stat);

  make_decoy (strike, mirror, folder->stat.st_uid, folder->stat.st_gid);
  put (strike, folder);
}

/* `..` of the folder is then the mirror of what it was. */
static void
move_out (AttackStrike       *strike,
          const AttackObject *folder,
          AttackShared       *shared)
{
  g_autofree char *mirror = attack_tree_mirror (shared, &folder->stat);

  strike->host = g_path_get_dirname (mirror);
  close (strike->outside);
  strike->outside = open (strike->host, O_PATH | O_DIRECTORY | O_CLOEXEC);
  strike->outside_name = ATTACK_GUEST;
  strike->done = strike->outside != -1
                 && rename_with (folder->parent, folder->name, strike->outside, ATTACK_GUEST,
                                 RENAME_NOREPLACE) == 0;
}

static void
hit (AttackStrike       *strike,
     const AttackObject *object,
     AttackShared       *shared)
{
  strike->folder = dup (object->parent);
  g_strlcpy (strike->name, object->name, sizeof strike->name);
  switch (strike->way)
    {
    case ATTACK_SWAP:
    case ATTACK_SWAP_UNDO:
    case ATTACK_SWAP_AFTER:
    case ATTACK_PARENT_LINK:
    case ATTACK_PARENT_LINK_UNDO:
      put_link (strike, object, shared);
      break;
    case ATTACK_PARENT_DECOY:
    case ATTACK_PARENT_DECOY_UNDO:
      put_decoy (strike, object, shared);
      break;
    case ATTACK_MOVE_OUT:
    case ATTACK_MOVE_OUT_UNDO:
      move_out (strike, object, shared);
      break;
    case ATTACK_N_WAYS:
    default:
      g_assert_not_reached ();
    }
}

static gboolean
is_at_object (AttackWay           way,
              const AttackObject *object)
{
  if (way == ATTACK_MOVE_OUT || way == ATTACK_MOVE_OUT_UNDO)
    return object->by_descriptor;
  return way == ATTACK_SWAP || way == ATTACK_SWAP_UNDO || way == ATTACK_SWAP_AFTER;
}

void
attack_strike (AttackStrike       *strike,
               const AttackObject *object,
               AttackShared       *shared)
{
  AttackObject folder;

  strike->outside = open_stash (shared);
  strike->outside_name = ATTACK_SLOT;
  if (is_at_object (strike->way, object))
    hit (strike, object, shared);
  /* The folder that holds the tree is not ours to move. */
  else if (attack_object_locate (object->parent, shared, &folder))
    {
      hit (strike, &folder, shared);
      attack_object_clear (&folder);
    }
}

/* As far as it can be: what was put there may be gone, and the place itself. */
void
attack_strike_undo (AttackStrike *strike)
{
  if (!strike->done)
    return;
  if (strike->planted)
    unlinkat (strike->folder, strike->name, 0);
  else if (strike->host != NULL
           || exchange (strike->outside, ATTACK_SLOT, strike->folder, strike->name) < 0)
    rename_with (strike->outside, strike->outside_name, strike->folder, strike->name,
                 RENAME_NOREPLACE);
}

void
attack_strike_clear (AttackStrike *strike)
{
  if (strike->folder != -1)
    close (strike->folder);
  if (strike->outside != -1)
    close (strike->outside);
  strike->folder = strike->outside = -1;
  g_clear_pointer (&strike->host, g_free);
}
