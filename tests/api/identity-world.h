/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A small world around one object of the library's, the steps in which somebody else changes it,
 * and a picture of all that is in it. For the tests of identity. */

#pragma once

#include "api-helpers.h"

#include <ftw.h>

/* W/outer/parent/OBJECT; beside it W/keep with what links lead to and where a wrong relative path
 * ends. Of plain data, so that it can stand in memory shared with a child. */
typedef struct
{
  char root[512];
  char path[640];      /* where the object was made */
  ino_t ours[2];       /* the object, and the temporary folder that it is in; 0: none */
} World;

/* --- small things ------------------------------------------------------------------------ */

static inline int
wipe_cb (const char        *path,
         const struct stat *st,
         int                flag,
         struct FTW        *ftw)
{
  return remove (path);
}

static inline void
wipe (const char *path)
{
  nftw (path, wipe_cb, 16, FTW_DEPTH | FTW_PHYS);
  g_assert_false (tf_test_exists (path));
}

static inline const char *
at (const char *folder,
    const char *name)
{
  static char paths[8][1024];
  static guint next;
  char *path = paths[next++ % G_N_ELEMENTS (paths)];

  g_assert_cmpint (g_snprintf (path, sizeof paths[0], "%s/%s", folder, name), <, sizeof paths[0]);
  return path;
}

static inline const char *
with_suffix (const char *path,
             const char *suffix)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *other = g_strconcat (name, suffix, NULL);

  return at (folder, other);
}

static inline ino_t
inode_at (const char *path)
{
  struct stat st;

  return lstat (path, &st) == 0 ? st.st_ino : 0;
}

static inline void
world_make (World      *world,
            const char *root)
{
  memset (world, 0, sizeof *world);
  g_strlcpy (world->root, root, sizeof world->root);
  g_assert_no_errno (g_mkdir (root, 0755));
  g_assert_no_errno (g_mkdir (at (root, "outer"), 0755));
  g_assert_no_errno (g_mkdir (at (root, "outer/parent"), 0755));
  g_assert_no_errno (g_mkdir (at (root, "keep"), 0750));
  make_file (at (root, "keep/inside"), "canary", 0640);
  g_assert_no_errno (chdir (at (root, "outer")));
}

/* --- steps ------------------------------------------------------------------------------- */

/* Each returns FALSE when it cannot be done in the world as it is. */
typedef gboolean (*Step) (const World *world);

static inline gboolean
step_remove (const World *world)
{
  if (!tf_test_exists (world->path))
    return FALSE;
  wipe (world->path);
  return TRUE;
}

static inline gboolean
step_file (const World *world)
{
  int fd = open (world->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0604);
  gboolean made = fd >= 0 && write (fd, "stranger", 8) == 8;

  if (fd >= 0)
    close (fd);
  return made;
}

static inline gboolean
step_folder (const World *world)
{
  if (g_mkdir (world->path, 0705) < 0)
    return FALSE;
  make_file (at (world->path, "inside"), "stranger's", 0640);
  return TRUE;
}

/* rmdir() would take this one. */
static inline gboolean
step_empty_folder (const World *world)
{
  return g_mkdir (world->path, 0705) == 0;
}

static inline gboolean
step_link (const World *world)
{
  return symlink (at (world->root, "keep"), world->path) == 0;
}

static inline gboolean
step_file_link (const World *world)
{
  return symlink (at (world->root, "keep/inside"), world->path) == 0;
}

static inline gboolean
step_dangling_link (const World *world)
{
  return symlink (at (world->root, "nowhere"), world->path) == 0;
}

static inline gboolean
step_fifo (const World *world)
{
  return mkfifo (world->path, 0602) == 0;
}

static inline gboolean
step_away (const World *world)
{
  const char *away = with_suffix (world->path, ".away");

  return !tf_test_exists (away) && rename (world->path, away) == 0;
}

static inline gboolean
step_back (const World *world)
{
  return rename (with_suffix (world->path, ".away"), world->path) == 0;
}

/* To where the object's relative path means a file of somebody else's. */
static inline gboolean
step_chdir (const World *world)
{
  g_autofree char *name = g_path_get_basename (world->path);
  const char *parent = at (world->root, "keep/parent");

  if (g_mkdir (parent, 0755) < 0)
    return FALSE;
  make_file (at (parent, name), "elsewhere", 0640);
  return chdir (at (world->root, "keep")) == 0;
}

static inline const char *
folder_of (const World *world)
{
  g_autofree char *parent = g_path_get_dirname (world->path);

  return with_suffix (parent, "");
}

static inline gboolean
step_parent_away (const World *world)
{
  const char *parent = folder_of (world);
  const char *away = with_suffix (parent, ".away");

  return !tf_test_exists (away) && rename (parent, away) == 0;
}

static inline gboolean
step_parent_back (const World *world)
{
  const char *parent = folder_of (world);

  return rename (with_suffix (parent, ".away"), parent) == 0;
}

static inline gboolean
step_parent_replaced (const World *world)
{
  return step_parent_away (world) && g_mkdir (folder_of (world), 0700) == 0;
}

/* By a link to where a stranger's file has the name. */
static inline gboolean
step_parent_link (const World *world)
{
  const char *decoy = at (world->root, "keep/decoy");
  g_autofree char *name = g_path_get_basename (world->path);

  if (!step_parent_away (world) || g_mkdir (decoy, 0755) < 0)
    return FALSE;
  make_file (at (decoy, name), "decoy", 0640);
  return symlink (decoy, folder_of (world)) == 0;
}

static inline gboolean
step_tree_away (const World *world)
{
  return rename (at (world->root, "outer"), at (world->root, "outer.away")) == 0;
}

static inline gboolean
step_tree_back (const World *world)
{
  return rename (at (world->root, "outer.away"), at (world->root, "outer")) == 0;
}

static const struct
{
  const char *name;
  Step run;
} steps[] = {
  { "remove", step_remove },
  { "file", step_file },
  { "folder", step_folder },
  { "empty-folder", step_empty_folder },
  { "link", step_link },
  { "file-link", step_file_link },
  { "dangling-link", step_dangling_link },
  { "fifo", step_fifo },
  { "away", step_away },
  { "back", step_back },
  { "chdir", step_chdir },
  { "parent-away", step_parent_away },
  { "parent-back", step_parent_back },
  { "parent-replaced", step_parent_replaced },
  { "parent-link", step_parent_link },
  { "tree-away", step_tree_away },
  { "tree-back", step_tree_back },
};

/* --- sequences --------------------------------------------------------------------------- */

#define MAX_LENGTH 3

/* One after the other in the order of a dictionary: a prefix comes before what it begins. */
typedef struct
{
  guint step[MAX_LENGTH];
  guint length;
} Sequence;

/* FALSE: that was the last. With `skip` nothing that begins with this sequence follows. */
static inline gboolean
sequence_next (Sequence *self,
               guint     max_length,
               gboolean  skip)
{
  if (!skip && self->length < max_length)
    {
      self->step[self->length++] = 0;
      return TRUE;
    }
  while (self->length > 0 && self->step[self->length - 1] == G_N_ELEMENTS (steps) - 1)
    self->length--;
  if (self->length == 0)
    return FALSE;
  self->step[self->length - 1]++;
  return TRUE;
}

static inline gboolean
sequence_run (const Sequence *self,
              const World    *world)
{
  for (guint i = 0; i < self->length; i++)
    if (!steps[self->step[i]].run (world))
      return FALSE;
  return TRUE;
}

static inline char *
sequence_describe (const Sequence *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->length; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", steps[self->step[i]].name);
  return g_string_free (text, FALSE);
}

/* --- pictures ---------------------------------------------------------------------------- */

/* What is in a world, by path: kind, mode, inode, content. */
typedef struct
{
  GHashTable *strangers;   /* path to description */
  guint n_ours;            /* entries that are the library's, or in a folder of the library's */
  char *ours;              /* where the object itself is; NULL: nowhere */
} Picture;

static inline gboolean
is_ours (const World       *world,
         const struct stat *st)
{
  return st->st_ino == world->ours[0] || st->st_ino == world->ours[1];
}

static inline char *
describe (const char        *path,
          const struct stat *st)
{
  g_autofree char *content = NULL;

  if (S_ISREG (st->st_mode))
    g_file_get_contents (path, &content, NULL, NULL);
  else if (S_ISLNK (st->st_mode))
    content = g_file_read_link (path, NULL);
  return g_strdup_printf ("%o %" G_GUINT64_FORMAT " %s", st->st_mode, (guint64) st->st_ino,
                          content != NULL ? content : "");
}

static inline void
picture_add (Picture     *self,
             const World *world,
             const char  *folder,
             gboolean     inside)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat st;
      gboolean ours;

      g_assert_no_errno (lstat (path, &st));
      ours = inside || is_ours (world, &st);
      self->n_ours += ours;
      if (st.st_ino == world->ours[0])
        {
          g_free (self->ours);
          self->ours = g_strdup (path);
        }
      if (S_ISDIR (st.st_mode))
        picture_add (self, world, path, ours);
      if (!ours)
        g_hash_table_insert (self->strangers, g_strdup (path), describe (path, &st));
    }
  g_dir_close (dir);
}

static inline Picture
picture_take (const World *world)
{
  Picture picture = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };

  picture_add (&picture, world, world->root, FALSE);
  return picture;
}

/* What differs between two pictures but for what is ours; NULL: nothing. */
static inline char *
picture_compare (const Picture *before,
                 const Picture *after)
{
  GHashTableIter iter;
  gpointer path, text;

  g_hash_table_iter_init (&iter, before->strangers);
  while (g_hash_table_iter_next (&iter, &path, &text))
    {
      const char *now = g_hash_table_lookup (after->strangers, path);

      if (g_strcmp0 (text, now) != 0)
        return g_strdup_printf ("“%s” was “%s”, is “%s”", (char *) path, (char *) text,
                                now != NULL ? now : "gone");
    }
  if (g_hash_table_size (before->strangers) != g_hash_table_size (after->strangers))
    return g_strdup ("something new is there");
  return NULL;
}

static inline void
picture_clear (Picture *self)
{
  g_clear_pointer (&self->strangers, g_hash_table_unref);
  g_clear_pointer (&self->ours, g_free);
}
