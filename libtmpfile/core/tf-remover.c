/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Recursive removal by descriptor, on the core floor.
 *
 * A walk in depth with a stack of constant height. Each level of the stack is an open folder and
 * where the listing of it is; level 0 is the root, which is the caller's. A folder is emptied,
 * closed, and then removed from its parent by descriptor and name. Where the stack ends, a folder
 * that is not empty is renamed into the root and has its turn when the stack is down to the root
 * again. So descriptors, memory and the work for each entry are the same at any depth.
 *
 * The names in the root are numbered behind a stem that nobody could guess, so what was moved is a
 * range of numbers and needs no list. Whoever plants something under such a name only adds to what
 * is deleted.
 *
 * `..` is never looked up, so a folder that somebody moves out of the tree leads nowhere. A name
 * that is exchanged while we look leads to something else in the tree, or to what is_foreign()
 * refuses. */

#include "config.h"

#include "core/tf-remover-private.h"

#include "core/tf-name-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_LEVELS 12
#define MAX_PASSES 8         /* over one folder, while others fill it */
#define MAX_TURNS 4096       /* the same with those in which there was only what removers move */
#define MAX_NAMES 8          /* tried for one folder that is moved */
#define ENTRIES_A_REPORT 64  /* power of two */

#define STEM ".tf-"
#define STEM_LENGTH (sizeof STEM - 1 + TF_NAME_RANDOM_LENGTH + 1)

typedef struct
{
  int fd;
  TfOsList *list;        /* made at first need, used for one folder after the other */
  GString *name;         /* in the level below; empty for the root */
  guint passes;
  gboolean failed;       /* something in it stays, and was reported */
} Level;

typedef struct
{
  Level levels[MAX_LEVELS];
  Level *top;
  const char *path;      /* the root's, for messages */
  guint64 device;

  char stem[STEM_LENGTH + 1];
  guint64 moved;         /* numbers given to folders that were moved to the root */
  guint64 taken;         /* how many of them had their turn */

  GCancellable *cancellable;
  gboolean cancelled;
  TfRemoverProgress progress;
  gpointer progress_data;
  gint64 removed;
  gint64 seen;           /* entries of the root in this pass */
  gint64 filled;         /* those of them that no remover moved there */

  GError *error;         /* the first */
  guint failures;
} Remover;

/* --- accounts ---------------------------------------------------------------------------- */

/* The path of `name` in the folder on top, or of that folder. */
static char *
describe (Remover    *self,
          const char *name)
{
  GString *path = g_string_new (self->path);

  for (Level *level = self->levels + 1; level <= self->top; level++)
    {
      g_string_append_c (path, G_DIR_SEPARATOR);
      g_string_append (path, level->name->str);
    }
  if (name != NULL)
    {
      g_string_append_c (path, G_DIR_SEPARATOR);
      g_string_append (path, name);
    }
  return g_string_free (path, FALSE);
}

static void
look_up (Remover *self)
{
  if (g_cancellable_is_cancelled (self->cancellable))
    self->cancelled = TRUE;
}

/* `name` stays, or the folder on top when it is NULL. Status 0: something is mounted there. */
static void
fail (Remover    *self,
      const char *name,
      TfStatus    status)
{
  g_autofree char *path = NULL;

  look_up (self);
  self->top->failed = TRUE;
  self->failures++;
  if (self->error != NULL)
    return;

  path = describe (self, name);
  if (status != 0)
    tf_error_set (&self->error, status, _("Could not remove “%s”: %s"), path);
  else
    tf_error_set_code (&self->error, G_IO_ERROR_BUSY,
                       _("Could not remove “%s”: another file system is mounted there"), path);
}

static void
count_removed (Remover *self)
{
  if ((++self->removed & (ENTRIES_A_REPORT - 1)) != 0)
    return;
  look_up (self);
  if (self->progress != NULL)
    self->progress (self->removed, -1, self->progress_data);
}

/* What became of an attempt to remove `name`. */
static void
settle (Remover    *self,
        const char *name,
        TfStatus    status)
{
  if (status == 0)
    count_removed (self);
  else if (tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    fail (self, name, status);
}

/* --- moving up --------------------------------------------------------------------------- */

static void
choose_stem (Remover *self)
{
  char *at = self->stem;

  memcpy (at, STEM, sizeof STEM - 1);
  at += sizeof STEM - 1;
  tf_name_randomize (at);
  at[TF_NAME_RANDOM_LENGTH] = '-';
  at[TF_NAME_RANDOM_LENGTH + 1] = '\0';
  self->moved = 0;
  self->taken = 0;
}

static void
compose_moved_name (Remover *self,
                    guint64  number,
                    char    *name,
                    gsize    size)
{
  g_snprintf (name, size, "%s%" G_GUINT64_FORMAT "~", self->stem, number);
}

/* A folder can only get another parent when its owner may write to it. */
static gboolean
make_movable (Level      *level,
              const char *name)
{
  TfStat stat;
  gboolean changed = FALSE;
  int fd;

  if (tf_os_open_folder (level->fd, name, &fd) != 0)
    return FALSE;
  /* A folder that could not even be opened was repaired in opening it. */
  if (tf_os_stat (fd, &stat) == 0 && stat.mine)
    changed = (stat.mode & 0700) == 0700 || tf_os_set_mode (fd, stat.mode | 0700) == 0;
  tf_os_close (fd);
  return changed;
}

/* Gives the folder `name` a name in the root. A name that is taken counts as moved all the same:
 * its turn comes. */
static TfStatus
rename_to_root (Remover    *self,
                const char *name)
{
  char target[STEM_LENGTH + 24];
  TfStatus status = 0;

  for (guint i = 0; i < MAX_NAMES; i++)
    {
      TfCondition condition;

      compose_moved_name (self, self->moved, target, sizeof target);
      status = tf_os_rename (self->top->fd, name, self->levels[0].fd, target,
                             TF_OS_RENAME_REPLACE);
      condition = tf_os_condition (status);
      if (condition == TF_CONDITION_OK)
        self->moved++;
      if (condition != TF_CONDITION_EXISTS && condition != TF_CONDITION_NOT_EMPTY &&
          condition != TF_CONDITION_NOT_FOLDER)
        break;
      self->moved++;
    }
  return status;
}

/* Removes the folder `name` where no level is left to enter it. FALSE when it is no folder. */
static gboolean
move_up (Remover    *self,
         const char *name)
{
  TfStatus status = tf_os_rmdir (self->top->fd, name);
  TfCondition condition = tf_os_condition (status);

  if (condition == TF_CONDITION_NOT_FOLDER || condition == TF_CONDITION_IS_LINK)
    return FALSE;
  if (condition != TF_CONDITION_NOT_EMPTY && condition != TF_CONDITION_EXISTS)
    {
      settle (self, name, status);
      return TRUE;
    }

  status = rename_to_root (self, name);
  if (tf_os_condition (status) == TF_CONDITION_DENIED && make_movable (self->top, name))
    status = rename_to_root (self, name);
  if (status != 0)
    settle (self, name, status);
  return TRUE;
}

/* --- going down and up ------------------------------------------------------------------- */

/* Something is mounted here, also when it is a part of the same file system. */
static gboolean
is_foreign (Remover      *self,
            const TfStat *stat)
{
  return stat->kind != TF_KIND_FOLDER || stat->id.device != self->device || stat->mount_root;
}

/* Without u+rwx nothing in it could be removed; by descriptor, so it is what was looked at. What
 * cannot be repaired shows in what follows. */
static void
repair (int           fd,
        const TfStat *stat)
{
  if (stat->mine && (stat->mode & 0700) != 0700)
    tf_os_set_mode (fd, stat->mode | 0700);
}

static TfOsList *
get_list (Level *level)
{
  if (level->list == NULL)
    level->list = tf_os_list_new ();
  return level->list;
}

/* Puts the open folder on the stack. */
static TfStatus
push (Remover    *self,
      const char *name,
      int         fd,
      guint       passes)
{
  Level *level = self->top + 1;
  TfStatus status = tf_os_list_start (get_list (level), fd);

  if (status != 0)
    return status;
  level->fd = fd;
  level->passes = passes;
  level->failed = FALSE;
  if (level->name == NULL)
    level->name = g_string_new (NULL);
  g_string_assign (level->name, name);
  self->top = level;
  return 0;
}

/* Goes into the folder that was opened, unless something is mounted there; takes `fd`. */
static TfStatus
go_down (Remover    *self,
         const char *name,
         int         fd,
         guint       passes)
{
  TfStat stat;
  TfStatus status = tf_os_stat_folder (fd, &stat);
  gboolean foreign = status == 0 && is_foreign (self, &stat);

  look_up (self);
  if (status == 0 && !foreign)
    {
      repair (fd, &stat);
      status = push (self, name, fd, passes);
      if (status == 0)
        return 0;
    }
  tf_os_close (fd);
  if (foreign)
    fail (self, name, 0);
  return status;
}

/* A folder that cannot be opened can go when it is empty. */
static void
remove_unopened (Remover    *self,
                 const char *name,
                 TfStatus    opened)
{
  TfCondition condition;

  if (tf_os_condition (opened) == TF_CONDITION_NOT_FOUND)
    return;
  condition = tf_os_condition (tf_os_rmdir (self->top->fd, name));
  if (condition == TF_CONDITION_OK)
    count_removed (self);
  else if (condition != TF_CONDITION_NOT_FOUND)
    fail (self, name, opened);
}

/* Where there are no descriptors left, a folder is moved to where more of them are free. */
static gboolean
is_too_deep (Remover  *self,
             TfStatus  status)
{
  return self->top != self->levels && tf_os_io_error (status) == G_IO_ERROR_TOO_MANY_OPEN_FILES;
}

/* Deals with `name`, a folder as far as we know. `unlinked` is what unlinking it gave, 0 when that
 * was not tried. */
static void
enter (Remover    *self,
       const char *name,
       guint       passes,
       TfStatus    unlinked)
{
  gboolean folder = TRUE;
  int fd = -1;

  if (self->top < self->levels + MAX_LEVELS - 1)
    {
      TfStatus status = tf_os_open_folder (self->top->fd, name, &fd);
      TfCondition condition = tf_os_condition (status);

      if (status == 0)
        status = go_down (self, name, fd, passes);
      if (status == 0)
        return;
      folder = condition != TF_CONDITION_NOT_FOLDER && condition != TF_CONDITION_IS_LINK;
      if (folder && !is_too_deep (self, status))
        {
          remove_unopened (self, name, status);
          return;
        }
    }

  if (folder && move_up (self, name))
    return;
  if (unlinked == 0)
    unlinked = tf_os_unlink (self->top->fd, name);
  settle (self, name, unlinked);
}

/* Removes the folder on top, which was emptied, from its parent. */
static void
leave (Remover *self)
{
  Level *level = self->top;
  TfStatus status;
  TfCondition condition;

  tf_os_close (level->fd);
  level->fd = -1;
  self->top--;
  if (level->failed)
    {
      self->top->failed = TRUE;
      return;
    }

  status = tf_os_rmdir (self->top->fd, level->name->str);
  condition = tf_os_condition (status);
  if (level->passes < MAX_PASSES &&
      (condition == TF_CONDITION_NOT_EMPTY || condition == TF_CONDITION_EXISTS ||
       condition == TF_CONDITION_NOT_FOLDER))
    {
      g_autofree char *name = g_strdup (level->name->str);

      enter (self, name, level->passes + 1, 0);
    }
  else
    settle (self, level->name->str, status);
}

/* --- the walk ---------------------------------------------------------------------------- */

static void
remove_entry (Remover    *self,
              const char *name,
              TfKind      kind)
{
  TfStatus status;

  if (kind == TF_KIND_FOLDER)
    {
      enter (self, name, 1, 0);
      return;
    }

  status = tf_os_unlink (self->top->fd, name);
  if (status == 0)
    count_removed (self);
  else if (tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    enter (self, name, 1, status);
}

/* What was moved to the root has a turn of its own. */
static gboolean
is_moved (Remover    *self,
          const char *name)
{
  return self->moved > 0 && strncmp (name, self->stem, STEM_LENGTH) == 0;
}

/* Another remover at the same tree moves folders to the root too, which is no filling. */
static void
note_seen (Remover    *self,
           const char *name)
{
  self->seen++;
  if (strncmp (name, STEM, sizeof STEM - 1) != 0)
    self->filled++;
}

static void
enter_moved (Remover *self)
{
  char name[STEM_LENGTH + 24];

  compose_moved_name (self, self->taken++, name, sizeof name);
  enter (self, name, 1, 0);
}

/* One listing of the root, and of all below. */
static void
walk (Remover *self)
{
  while (!self->cancelled)
    {
      gboolean at_root = self->top == self->levels;
      const char *name = NULL;
      TfKind kind = TF_KIND_UNKNOWN;
      guint64 inode = 0;
      TfStatus status;

      if (at_root && self->taken < self->moved)
        {
          enter_moved (self);
          continue;
        }

      status = tf_os_list_next (self->top->list, &name, &kind, &inode);
      if (status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
        fail (self, NULL, status);
      if (status == 0 && name != NULL)
        {
          if (at_root && is_moved (self, name))
            continue;
          if (at_root)
            note_seen (self, name);
          remove_entry (self, name, kind);
        }
      else if (at_root)
        return;
      else
        leave (self);
    }
}

/* Passes until one finds nothing. */
static void
empty_root (Remover *self)
{
  Level *root = self->levels;
  guint passes = 0;

  for (guint turn = 0; turn < MAX_TURNS && passes < MAX_PASSES; turn++)
    {
      TfStatus status = tf_os_list_begin (get_list (root), root->fd);

      if (status != 0)
        {
          fail (self, NULL, status);
          return;
        }
      choose_stem (self);
      self->seen = 0;
      self->filled = 0;
      walk (self);
      if (self->cancelled || root->failed || self->seen == 0)
        return;
      if (self->filled > 0)
        passes++;
    }

  tf_error_set_code (&self->error, G_IO_ERROR_NOT_EMPTY,
                     _("Could not remove “%s”: it is filled as fast as it is emptied"), self->path);
}

static gboolean
open_root (Remover *self,
           int      fd)
{
  TfStat stat;
  TfStatus status = tf_os_stat_folder (fd, &stat);

  self->top = self->levels;
  self->top->fd = fd;
  if (status != 0)
    {
      fail (self, NULL, status);
      return FALSE;
    }
  self->device = stat.id.device;
  repair (fd, &stat);
  return TRUE;
}

static void
release (Remover *self)
{
  for (; self->top > self->levels; self->top--)
    tf_os_close (self->top->fd);
  for (guint i = 0; i < MAX_LEVELS; i++)
    {
      g_clear_pointer (&self->levels[i].list, tf_os_list_free);
      if (self->levels[i].name != NULL)
        g_string_free (self->levels[i].name, TRUE);
    }
}

static void
mention_others (GError *error,
                guint   others)
{
  g_autofree char *message = g_steal_pointer (&error->message);

  error->message = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s (and %u more)",
                                                 "%s (and %u more)", others),
                                    message, others);
}

gboolean
tf_remover_empty (int                 root,
                  const char         *path,
                  GCancellable       *cancellable,
                  TfRemoverProgress   progress,
                  gpointer            progress_data,
                  GError            **error)
{
  Remover self = { 0 };

  self.path = path;
  self.cancellable = cancellable;
  self.progress = progress;
  self.progress_data = progress_data;
  if (open_root (&self, root))
    {
      look_up (&self);
      empty_root (&self);
    }
  release (&self);

  if (progress != NULL)
    progress (self.removed, self.error == NULL && !self.cancelled ? self.removed : -1,
              progress_data);
  if (self.cancelled)
    {
      g_clear_error (&self.error);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Operation was cancelled"));
      return FALSE;
    }
  if (self.error == NULL)
    return TRUE;
  if (self.failures > 1)
    mention_others (self.error, self.failures - 1);
  g_propagate_error (error, self.error);
  return FALSE;
}
