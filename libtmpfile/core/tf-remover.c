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
 * `..` is never looked up, so a folder that somebody moves out of the tree leads nowhere. A name
 * that is exchanged while we look leads to something else in the tree, or to what is_foreign()
 * refuses.
 *
 * With a partner, folders that were just opened are handed to a second thread, which walks them
 * with a stack of its own. A level is not left before what it handed over is settled. */

#include "config.h"

#include "core/tf-remover-struct-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_TURNS 4096       /* passes, with those in which there was only what removers move */
#define ENTRIES_A_REPORT 64  /* power of two */

/* --- accounts ---------------------------------------------------------------------------- */

/* The path of `name` in the folder on top, or of that folder. */
static char *
describe (TfRemover  *self,
          const char *name)
{
  GString *path = g_string_new (self->path);

  for (TfRemoverLevel *level = self->levels + 1; level <= self->top; level++)
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

void
tf_remover_fail (TfRemover  *self,
                 const char *name,
                 TfStatus    status)
{
  g_autofree char *path = NULL;
  GError *error = NULL;

  self->top->failed = TRUE;
  if (!tf_tally_fail (self->tally))
    return;

  path = describe (self, name);
  if (status != 0)
    tf_error_set (&error, status, _("Could not remove “%s”: %s"), path);
  else
    tf_error_set_code (&error, G_IO_ERROR_BUSY,
                       _("Could not remove “%s”: another file system is mounted there"), path);
  tf_tally_explain (self->tally, error);
}

static void
count_removed (TfRemover *self)
{
  if ((++self->removed & (ENTRIES_A_REPORT - 1)) == 0)
    tf_tally_add (self->tally, ENTRIES_A_REPORT, self->reports);
}

void
tf_remover_settle (TfRemover  *self,
                   const char *name,
                   TfStatus    status)
{
  if (status == 0)
    count_removed (self);
  else if (tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    tf_remover_fail (self, name, status);
}

/* --- going down and up ------------------------------------------------------------------- */

/* Something is mounted here, also when it is a part of the same file system. */
static gboolean
is_foreign (TfRemover    *self,
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

gboolean
tf_remover_admit (TfRemover *self,
                  int        fd,
                  TfStatus  *status)
{
  TfStat stat;

  *status = tf_os_stat_folder (fd, &stat);
  if (*status != 0 || is_foreign (self, &stat))
    return FALSE;
  repair (fd, &stat);
  return TRUE;
}

static TfOsList *
get_list (TfRemoverLevel *level)
{
  if (level->list == NULL)
    level->list = tf_os_list_new ();
  return level->list;
}

/* Puts the open folder on the stack. */
static TfStatus
push (TfRemover  *self,
      const char *name,
      int         fd,
      guint       passes)
{
  TfRemoverLevel *level = self->top + 1;
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

/* Whether the second thread takes the folder that was opened; then `fd` is its. */
static gboolean
hand_over (TfRemover  *self,
           const char *name,
           int         fd)
{
  TfPartnerJob job = { fd, self->top->fd, (guint) (self->top - self->levels), NULL, NULL };

  if (self->partner == NULL || !tf_partner_is_free (self->partner))
    return FALSE;
  job.name = g_strdup (name);
  job.path = describe (self, name);
  tf_partner_offer (self->partner, &job);
  return TRUE;
}

/* Goes into the folder that was opened, unless something is mounted there; takes `fd`. */
static TfStatus
go_down (TfRemover  *self,
         const char *name,
         int         fd,
         guint       passes)
{
  TfStatus status;
  gboolean admitted = tf_remover_admit (self, fd, &status);

  tf_tally_look_up (self->tally);
  if (admitted)
    {
      if (hand_over (self, name, fd))
        return 0;
      status = push (self, name, fd, passes);
      if (status == 0)
        return 0;
    }
  tf_os_close (fd);
  if (status == 0)
    tf_remover_fail (self, name, 0);
  return status;
}

/* A folder that cannot be opened can go when it is empty. */
static void
remove_unopened (TfRemover  *self,
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
    tf_remover_fail (self, name, opened);
}

/* Where there are no descriptors left, a folder is moved to where more of them are free. */
static gboolean
is_too_deep (TfRemover *self,
             TfStatus   status)
{
  return self->top != self->levels && tf_os_io_error (status) == G_IO_ERROR_TOO_MANY_OPEN_FILES;
}

static gboolean
says_folder (TfStatus unlinked)
{
  return unlinked != 0 && tf_os_io_error (unlinked) == G_IO_ERROR_IS_DIRECTORY;
}

/* Deals with `name`, a folder as far as we know. `unlinked` is what unlinking it gave, 0 when that
 * was not tried. */
static void
enter (TfRemover  *self,
       const char *name,
       guint       passes,
       TfStatus    unlinked)
{
  gboolean folder = TRUE;
  int fd = -1;

  if (self->top < self->highest)
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

  if (folder && tf_remover_move_up (self, name))
    return;
  if (unlinked == 0 || says_folder (unlinked))
    unlinked = tf_os_unlink (self->top->fd, name);
  /* Somebody exchanged it between our looks at it. */
  if (says_folder (unlinked) && passes < TF_REMOVER_PASSES)
    enter (self, name, passes + 1, unlinked);
  else
    tf_remover_settle (self, name, unlinked);
}

/* Whether a folder that was emptied is worth another look, since something is in it again. */
static gboolean
is_filled (TfStatus status)
{
  TfCondition condition = tf_os_condition (status);

  return condition == TF_CONDITION_NOT_EMPTY || condition == TF_CONDITION_EXISTS;
}

/* Removes the folder on top, which was emptied, from its parent. */
static void
leave (TfRemover *self)
{
  TfRemoverLevel *level = self->top;
  TfStatus status;

  tf_os_close (level->fd);
  level->fd = -1;
  self->top--;
  if (level->failed)
    {
      self->top->failed = TRUE;
      return;
    }

  status = tf_os_rmdir (self->top->fd, level->name->str);
  if (level->passes < TF_REMOVER_PASSES &&
      (is_filled (status) || tf_os_condition (status) == TF_CONDITION_NOT_FOLDER))
    {
      g_autofree char *name = g_strdup (level->name->str);

      enter (self, name, level->passes + 1, 0);
    }
  else
    tf_remover_settle (self, level->name->str, status);
}

/* --- the second thread ------------------------------------------------------------------- */

/* Waits for what the folder on top handed over. TRUE when some of it came back, and is on top now.
 * */
static gboolean
resume (TfRemover *self)
{
  guint level = (guint) (self->top - self->levels);
  TfPartnerJob job;
  TfStatus status;

  if (self->partner == NULL ||
      !tf_partner_take_back (self->partner, level, &job, &self->top->failed))
    return FALSE;

  status = push (self, job.name, job.fd, 1);
  if (status == 0)
    job.fd = -1;
  else
    tf_remover_fail (self, job.name, status);
  tf_partner_job_clear (&job);
  return TRUE;
}

static void
part (TfRemover *self)
{
  gboolean failed;
  TfPartnerJob job;

  if (self->partner == NULL)
    return;
  for (guint level = 0; level < TF_REMOVER_LEVELS; level++)
    {
      while (tf_partner_take_back (self->partner, level, &job, &failed))
        tf_partner_job_clear (&job);
    }
  g_clear_pointer (&self->partner, tf_partner_free);
}

/* --- the walk ---------------------------------------------------------------------------- */

static void
remove_entry (TfRemover  *self,
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

/* Another remover at the same tree moves folders to the root too, which is no filling. */
static void
note_seen (TfRemover  *self,
           const char *name)
{
  self->seen++;
  if (strncmp (name, TF_REMOVER_STEM, sizeof TF_REMOVER_STEM - 1) != 0)
    self->filled++;
}

static void
enter_moved (TfRemover *self)
{
  char name[TF_REMOVER_MOVED_SIZE];

  tf_remover_take_moved (self, name);
  enter (self, name, 1, 0);
}

/* One listing of the root, and of all below. */
static void
walk (TfRemover *self)
{
  while (!tf_tally_is_cancelled (self->tally))
    {
      gboolean at_root = self->top == self->levels;
      const char *name = NULL;
      TfKind kind = TF_KIND_UNKNOWN;
      TfStatus status;

      if (at_root && self->taken < self->moved)
        {
          enter_moved (self);
          continue;
        }

      status = tf_os_list_next (self->top->list, &name, &kind);
      if (status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
        tf_remover_fail (self, NULL, status);
      if (status == 0 && name != NULL)
        {
          if (at_root && tf_remover_is_moved (self, name))
            continue;
          if (at_root)
            note_seen (self, name);
          remove_entry (self, name, kind);
        }
      else if (resume (self))
        continue;
      else if (at_root)
        return;
      else
        leave (self);
    }
}

static void
give_up (TfRemover *self)
{
  GError *error = NULL;

  if (!tf_tally_fail (self->tally))
    return;
  tf_error_set_code (&error, G_IO_ERROR_NOT_EMPTY,
                     _("Could not remove “%s”: it is filled as fast as it is emptied"), self->path);
  tf_tally_explain (self->tally, error);
}

/* Passes until one finds nothing. */
static void
empty_root (TfRemover *self)
{
  TfRemoverLevel *root = self->levels;
  guint passes = 0;

  for (guint turn = 0; turn < MAX_TURNS && passes < TF_REMOVER_PASSES; turn++)
    {
      TfStatus status = tf_os_list_begin (get_list (root), root->fd);

      if (status != 0)
        {
          tf_remover_fail (self, NULL, status);
          return;
        }
      tf_remover_choose_stem (self);
      self->seen = 0;
      self->filled = 0;
      walk (self);
      if (tf_tally_is_cancelled (self->tally) || root->failed || self->seen == 0)
        return;
      if (self->filled > 0)
        passes++;
    }

  root->failed = TRUE;
  give_up (self);
}

static gboolean
open_root (TfRemover *self,
           int        fd)
{
  TfStat stat;
  TfStatus status = tf_os_stat_folder (fd, &stat);

  self->top = self->levels;
  self->top->fd = fd;
  if (status != 0 || stat.mount_root)
    {
      tf_remover_fail (self, NULL, status);
      return FALSE;
    }
  self->device = stat.id.device;
  repair (fd, &stat);
  return TRUE;
}

static void
release (TfRemover *self)
{
  part (self);
  for (; self->top > self->levels; self->top--)
    tf_os_close (self->top->fd);
  for (guint i = 0; i < TF_REMOVER_LEVELS; i++)
    {
      g_clear_pointer (&self->levels[i].list, tf_os_list_free);
      if (self->levels[i].name != NULL)
        g_string_free (self->levels[i].name, TRUE);
    }
  tf_tally_add (self->tally, self->removed & (ENTRIES_A_REPORT - 1), FALSE);
}

/* FALSE when something stays. */
static gboolean
run (TfRemover *self,
     int        root)
{
  gboolean failed;

  if (open_root (self, root))
    {
      tf_tally_look_up (self->tally);
      empty_root (self);
    }
  failed = self->levels[0].failed;
  release (self);
  return !failed && !tf_tally_is_cancelled (self->tally);
}

/* The highest level for one of `n_threads` that share the descriptors. */
static guint
highest_level (guint n_threads)
{
  return TF_REMOVER_LEVELS / n_threads / (1 + tf_os_list_needs ()) - 1;
}

/* --- from outside ------------------------------------------------------------------------ */

gboolean
tf_remover_empty_into (int         root,
                       const char *path,
                       gboolean    parallel,
                       TfTally    *tally)
{
  TfRemover self = { .path = path, .tally = tally, .reports = TRUE };

  self.partner = parallel ? tf_partner_new (tally) : NULL;
  self.highest = self.levels + highest_level (parallel ? 2 : 1);
  return run (&self, root);
}

gboolean
tf_remover_empty (int                 root,
                  const char         *path,
                  GCancellable       *cancellable,
                  TfRemoverProgress   progress,
                  gpointer            progress_data,
                  GError            **error)
{
  TfTally tally;

  tf_tally_init (&tally, cancellable, progress, progress_data);
  tf_remover_empty_into (root, path, FALSE, &tally);
  return tf_tally_finish (&tally, error);
}

/* What is filled again, or exchanged for something that is no folder, is tried a bounded number of
 * times. */
gboolean
tf_remover_remove_job (const TfPartnerJob *job,
                       TfTally            *tally)
{
  TfStatus status = 0;
  GError *error = NULL;

  for (guint pass = 0; pass < TF_REMOVER_PASSES; pass++)
    {
      TfRemover self = { .path = job->path, .tally = tally };

      self.highest = self.levels + highest_level (2);
      if (!run (&self, job->fd))
        return FALSE;
      status = tf_os_rmdir (job->dir, job->name);
      if (tf_os_condition (status) == TF_CONDITION_NOT_FOLDER)
        status = tf_os_unlink (job->dir, job->name);
      if (status == 0)
        tf_tally_add (tally, 1, FALSE);
      if (status == 0 || tf_os_condition (status) == TF_CONDITION_NOT_FOUND)
        return TRUE;
      if (!is_filled (status))
        break;
    }

  if (tf_tally_fail (tally))
    {
      tf_error_set (&error, status, _("Could not remove “%s”: %s"), job->path);
      tf_tally_explain (tally, error);
    }
  return FALSE;
}
