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
 * again, so that the work for each entry is the same at any depth.
 *
 * `..` is never looked up, so a folder that somebody moves out of the tree leads nowhere. A name
 * that is exchanged while we look leads to something else in the tree, or to what
 * tf_remover_admit() refuses.
 *
 * With a partner, folders that were just opened are handed to a second thread, which walks them
 * with a stack of its own. A level is not left before what it handed over is settled. */

#include "config.h"

#include "core/tf-remover-struct-private.h"

#include "core/tf-tenants-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

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

/* The path is found out for the first failure only. */
static void
fail_code (TfRemover    *self,
           const char   *name,
           GIOErrorEnum  code,
           const char   *format)
{
  g_autofree char *path = tf_tally_has_failed (self->tally) ? NULL : describe (self, name);

  self->top->failed = TRUE;
  tf_tally_fail_code (self->tally, code, format, path);
}

void
tf_remover_fail (TfRemover  *self,
                 const char *name,
                 TfStatus    status)
{
  g_autofree char *path = tf_tally_has_failed (self->tally) ? NULL : describe (self, name);

  self->top->failed = TRUE;
  tf_tally_fail (self->tally, status, path);
}

void
tf_remover_count (TfRemover *self)
{
  if ((++self->removed & (TF_REMOVER_REPORT - 1)) == 0)
    tf_tally_add (self->tally, TF_REMOVER_REPORT, self->reports);
}

void
tf_remover_settle (TfRemover  *self,
                   const char *name,
                   TfStatus    status)
{
  if (status == 0)
    tf_remover_count (self);
  else if (tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    tf_remover_fail (self, name, status);
}

/* --- going down and up ------------------------------------------------------------------- */

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
tf_remover_admit (TfRemover  *self,
                  const char *name,
                  int         fd,
                  TfStatus   *status)
{
  gboolean is_root = name == NULL;
  TfStat stat;

  *status = tf_os_stat_folder (fd, &stat);
  if (*status != 0)
    return FALSE;
  if (is_root)
    self->device = stat.id.device;
  /* Also when it is a part of the same file system. */
  if (stat.kind != TF_KIND_FOLDER || stat.id.device != self->device || stat.mount_root)
    {
      fail_code (self, name, G_IO_ERROR_BUSY,
                 _("Could not remove “%s”: another file system is mounted there"));
      return FALSE;
    }
  if (tf_tally_is_spared (self->tally, &stat.id))
    {
      fail_code (self, name, G_IO_ERROR_INVALID_ARGUMENT,
                 _("Could not remove “%s”: it is the working folder or the home folder"));
      return FALSE;
    }
  if (!is_root && self->tally->minds_leases && tf_tenants_hold (fd, &stat))
    {
      self->top->failed = TRUE;
      return FALSE;
    }
  repair (fd, &stat);
  return TRUE;
}

TfOsList *
tf_remover_get_list (TfRemoverLevel *level)
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
  TfStatus status = tf_os_list_start (tf_remover_get_list (level), fd);

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

/* Goes into the folder that was opened, if it may be entered; takes `fd`. Status 0: nothing is left
 * to do here. */
static TfStatus
go_down (TfRemover  *self,
         const char *name,
         int         fd,
         guint       passes)
{
  TfStatus status;
  gboolean admitted = tf_remover_admit (self, name, fd, &status);

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
    tf_remover_count (self);
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
      (tf_os_says_filled (status) || tf_os_condition (status) == TF_CONDITION_NOT_FOLDER))
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
    tf_remover_count (self);
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

void
tf_remover_walk (TfRemover *self)
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
