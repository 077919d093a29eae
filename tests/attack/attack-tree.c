/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The tree that is removed, the canary that mirrors it, and whether that was touched. */

#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* More than the remover keeps open, so that some folders have to be moved. */
#define DEPTH 15
#define MOVED_DEPTH 12
#define N_WIDE 8
#define TEXT "nobody may touch this\n"

/* --- making it --------------------------------------------------------------------------- */

typedef struct
{
  int top;
  AttackShared *shared;
  gboolean noted;
} Filling;

static void
check (const Filling *self,
       const char    *path,
       int            result)
{
  AttackItem *item;
  struct stat stat;

  if (result < 0 || fstatat (self->top, path, &stat, AT_SYMLINK_NOFOLLOW) < 0)
    g_error ("making “%s”: %s", path, g_strerror (errno));
  if (!self->noted)
    return;
  g_assert_cmpuint (self->shared->n_items, <, ATTACK_MAX_ITEMS);
  item = self->shared->items + self->shared->n_items++;
  item->device = stat.st_dev;
  item->inode = stat.st_ino;
  g_assert_cmpuint (g_strlcpy (item->path, path, sizeof item->path), <, sizeof item->path);
}

static void
add_folder (const Filling *self,
            const char    *path)
{
  check (self, path, mkdirat (self->top, path, 0700));
}

static void
add_file (const Filling *self,
          const char    *path)
{
  int fd = openat (self->top, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0 || write (fd, TEXT, strlen (TEXT)) != (ssize_t) strlen (TEXT))
    g_error ("making “%s”: %s", path, g_strerror (errno));
  close (fd);
  check (self, path, 0);
}

static void
lock (const Filling *self,
      const char    *path)
{
  if (self->shared->locked && fchmodat (self->top, path, 0, 0) < 0)
    g_error ("locking “%s”: %s", path, g_strerror (errno));
}

/* A folder without permissions, with a folder in it. */
static void
add_locked (const Filling *self,
            const char    *path)
{
  g_autofree char *file = g_strconcat (path, "/f", NULL);
  g_autofree char *sub = g_strconcat (path, "/sub", NULL);
  g_autofree char *sub_file = g_strconcat (sub, "/f", NULL);

  add_folder (self, path);
  add_file (self, file);
  add_folder (self, sub);
  add_file (self, sub_file);
  lock (self, path);
}

static void
add_wide (const Filling *self)
{
  add_folder (self, "wide");
  for (guint i = 0; i < N_WIDE; i++)
    {
      g_autofree char *name = g_strdup_printf ("wide/%u", i);

      add_file (self, name);
    }
}

static void
add_chain (const Filling *self)
{
  g_autoptr (GString) path = g_string_new ("d");

  for (guint depth = 1; depth <= DEPTH; depth++)
    {
      add_folder (self, path->str);
      if (depth % 4 == 1)
        {
          g_autofree char *file = g_strconcat (path->str, "/f", NULL);

          add_file (self, file);
        }
      if (depth == MOVED_DEPTH - 1)
        {
          g_autofree char *locked = g_strconcat (path->str, "/locked", NULL);

          add_locked (self, locked);
        }
      g_string_append (path, "/d");
    }
}

static void
add_others (const Filling *self,
            const char    *canary)
{
  g_autofree char *canary_file = g_strconcat (canary, "/f", NULL);

  add_file (self, "f");
  check (self, "link", symlinkat (canary, self->top, "link"));
  check (self, "file-link", symlinkat (canary_file, self->top, "file-link"));
  check (self, "fifo", mkfifoat (self->top, "fifo", 0600));
  add_folder (self, "bare");
  lock (self, "bare");
}

void
attack_tree_fill (AttackShared *shared,
                  const char   *path)
{
  g_autofree char *canary = g_strconcat (shared->arena, "/vault/tree", NULL);
  Filling self = { open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), shared };

  if (self.top < 0)
    g_error ("%s: %s", path, g_strerror (errno));
  self.noted = strcmp (path, shared->tree) == 0;
  if (self.noted)
    shared->n_items = 0;
  check (&self, ".", 0);
  add_others (&self, canary);
  add_locked (&self, "locked");
  add_wide (&self);
  add_chain (&self);
  close (self.top);
}

char *
attack_tree_mirror (AttackShared      *shared,
                    const struct stat *stat)
{
  for (guint i = 1; stat != NULL && i < shared->n_items; i++)
    if (shared->items[i].inode == stat->st_ino && shared->items[i].device == stat->st_dev)
      return g_strconcat (shared->arena, "/vault/tree/", shared->items[i].path, NULL);
  return g_strconcat (shared->arena, "/vault/tree", NULL);
}

/* --- removing it ------------------------------------------------------------------------- */

static void
scrap_at (int         dir,
          const char *name)
{
  int fd;
  DIR *list;
  struct dirent *entry;

  if (unlinkat (dir, name, 0) == 0 || errno == ENOENT || unlinkat (dir, name, AT_REMOVEDIR) == 0)
    return;
  fchmodat (dir, name, 0700, 0);
  fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  list = fd < 0 ? NULL : fdopendir (fd);
  if (list == NULL)
    g_error ("clearing away “%s”: %s", name, g_strerror (errno));
  while ((entry = readdir (list)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      scrap_at (fd, entry->d_name);
  closedir (list);
  if (unlinkat (dir, name, AT_REMOVEDIR) < 0)
    g_error ("clearing away “%s”: %s", name, g_strerror (errno));
}

void
attack_scrap (const char *path)
{
  scrap_at (AT_FDCWD, path);
}

static void
scrap_in (const char *folder,
          const char *but,
          const char *and_but)
{
  DIR *list = opendir (folder);
  struct dirent *entry;

  if (list == NULL)
    g_error ("%s: %s", folder, g_strerror (errno));
  while ((entry = readdir (list)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0
        && g_strcmp0 (entry->d_name, but) != 0 && g_strcmp0 (entry->d_name, and_but) != 0)
      scrap_at (dirfd (list), entry->d_name);
  closedir (list);
}

void
attack_scrap_arena (AttackShared *shared)
{
  g_autofree char *stash = g_strconcat (shared->arena, "/stash", NULL);

  scrap_in (shared->arena, "vault", "stash");
  scrap_in (stash, NULL, NULL);
}

/* --- looking at it ----------------------------------------------------------------------- */

typedef struct
{
  char *lasting;
  char *fleeting;                /* of a folder: what changes when something is put into it */
} Look;

static void
free_look (gpointer data)
{
  Look *look = data;

  g_free (look->lasting);
  g_free (look->fleeting);
  g_free (look);
}

/* What is in a file, or where a link points. */
static char *
read_content (int                dir,
              const char        *name,
              const struct stat *stat)
{
  char buffer[PATH_MAX] = "";
  ssize_t length = 0;
  int fd;

  if (S_ISLNK (stat->st_mode))
    length = readlinkat (dir, name, buffer, sizeof buffer - 1);
  else if (S_ISREG (stat->st_mode))
    {
      fd = openat (dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
      length = read (fd, buffer, sizeof buffer - 1);
      close (fd);
    }
  return g_strndup (buffer, (gsize) MAX (length, 0));
}

static Look *
look_at (int                dir,
         const char        *name,
         const struct stat *stat)
{
  g_autofree char *content = read_content (dir, name, stat);
  Look *look = g_new (Look, 1);

  look->lasting = g_strdup_printf ("inode %" G_GUINT64_FORMAT " mode %o owner %u:%u content “%s”",
                                   (guint64) stat->st_ino, (guint) stat->st_mode,
                                   (guint) stat->st_uid, (guint) stat->st_gid, content);
  /* With the time of the last change of status nothing can be done and undone unseen. */
  look->fleeting = g_strdup_printf ("links %u size %" G_GINT64_FORMAT " written %" G_GINT64_FORMAT
                                    ".%09ld changed %" G_GINT64_FORMAT ".%09ld",
                                    (guint) stat->st_nlink, (gint64) stat->st_size,
                                    (gint64) stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec,
                                    (gint64) stat->st_ctim.tv_sec, stat->st_ctim.tv_nsec);
  return look;
}

static void
look_in (GHashTable *looks,
         int         dir,
         const char *name,
         const char *path)
{
  struct stat stat;
  DIR *list;
  struct dirent *entry;
  int fd;

  if (fstatat (dir, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
    return;
  g_hash_table_insert (looks, g_strdup (path), look_at (dir, name, &stat));
  if (!S_ISDIR (stat.st_mode) || strcmp (name, ATTACK_GUEST) == 0)
    return;

  /* An ordinary user cannot look into a locked folder, but its own times tell. */
  fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  list = fd < 0 ? NULL : fdopendir (fd);
  while (list != NULL && (entry = readdir (list)) != NULL)
    {
      g_autofree char *below = g_strconcat (path, "/", entry->d_name, NULL);

      if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
        look_in (looks, fd, entry->d_name, below);
    }
  if (list != NULL)
    closedir (list);
}

GHashTable *
attack_look (const char *folder)
{
  GHashTable *looks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_look);

  look_in (looks, AT_FDCWD, folder, folder);
  return looks;
}

static char *
describe (const char *path,
          const Look *was,
          const Look *is)
{
  return g_strdup_printf ("“%s” was %s %s and is %s %s", path, was->lasting, was->fleeting,
                          is != NULL ? is->lasting : "gone", is != NULL ? is->fleeting : "");
}

char *
attack_compare (GHashTable *before,
                GHashTable *after,
                const char *host)
{
  g_autofree char *guest = host != NULL ? g_strconcat (host, "/" ATTACK_GUEST, NULL) : NULL;
  GHashTableIter iter;
  gpointer path, was, is;

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &path, &was))
    {
      const Look *look = g_hash_table_lookup (after, path);

      if (look == NULL || strcmp (look->lasting, ((Look *) was)->lasting) != 0
          || (g_strcmp0 (path, host) != 0
              && strcmp (look->fleeting, ((Look *) was)->fleeting) != 0))
        return describe (path, was, look);
    }
  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, &path, &is))
    if (!g_hash_table_contains (before, path) && g_strcmp0 (path, guest) != 0)
      return g_strdup_printf ("“%s” is new: %s", (char *) path, ((Look *) is)->lasting);
  return NULL;
}
