/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing below the end of the stack without moving anything, on the core floor: slower, for where
 * the file system moves no folders.
 *
 * A dive goes from folder to folder and forgets the way behind it, but for the last step. What is
 * no folder is removed on the way; at the bottom an empty folder is removed from its parent, and
 * when the parent has no other folder, the next dive begins at the top again. So a folder costs as
 * many calls as it is deep, and neither descriptors nor memory grow with the depth. */

#include "core/tf-remover-struct-private.h"

typedef struct
{
  TfRemover *remover;
  TfOsList *list;
  GString *path;        /* of `child`, from the folder on top */
  gsize child;          /* where in the path the last component begins */
  int parent;           /* what `child` is in: the folder on top, or ours */
  guint refills;        /* of folders that others fill while they are removed */
  gboolean stopped;     /* something stays, and was reported */
} Dive;

static const char *
child_of (Dive *self)
{
  return self->path->str + self->child;
}

static void
stop (Dive     *self,
      TfStatus  status)
{
  self->stopped = TRUE;
  tf_remover_fail (self->remover, self->path->str, status);
}

static void
set_parent (Dive *self,
            int   fd)
{
  if (self->parent != self->remover->top->fd)
    tf_os_close (self->parent);
  self->parent = fd;
}

/* Removes the entry unless it is a folder, or may be one: then TRUE, and it is the next child. */
static gboolean
remove_unless_folder (Dive       *self,
                      int         dir,
                      const char *name,
                      TfKind      kind)
{
  TfStatus status;

  if (kind == TF_KIND_FOLDER)
    return TRUE;
  status = tf_os_unlink (dir, name);
  if (status == 0)
    tf_remover_count (self->remover);
  return status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND;
}

/* Removes entries of `dir` until there is a folder: TRUE, and its name is put behind `prefix` bytes
 * of the path. FALSE when all are gone, or it stopped. */
static gboolean
remove_up_to_folder (Dive  *self,
                     int    dir,
                     gsize  prefix)
{
  const char *name = NULL;
  TfKind kind;
  TfStatus status = tf_os_list_begin (self->list, dir);

  while (status == 0 && !tf_tally_is_cancelled (self->remover->tally))
    {
      status = tf_os_list_next (self->list, &name, &kind);
      if (status != 0 || name == NULL)
        break;
      if (remove_unless_folder (self, dir, name, kind))
        {
          g_string_truncate (self->path, prefix);
          g_string_append_c (self->path, G_DIR_SEPARATOR);
          g_string_append (self->path, name);
          self->child = prefix + 1;
          return TRUE;
        }
    }
  if (status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    stop (self, status);
  return FALSE;
}

/* Removes the child, which was found empty. FALSE when it was not removed. */
static gboolean
remove_child (Dive *self)
{
  TfStatus status = tf_os_rmdir (self->parent, child_of (self));
  TfCondition condition = tf_os_condition (status);

  if (condition == TF_CONDITION_NOT_FOLDER)
    status = tf_os_unlink (self->parent, child_of (self));
  condition = tf_os_condition (status);
  if (condition == TF_CONDITION_OK || condition == TF_CONDITION_NOT_FOUND)
    {
      tf_remover_settle (self->remover, self->path->str, status);
      return TRUE;
    }
  if (!tf_os_says_filled (status) || self->refills++ == TF_REMOVER_PASSES)
    stop (self, status);
  return FALSE;
}

/* Opens the child as the next parent, if it is a folder of the tree with one in it: TRUE, and that
 * one is the child. FALSE when the child is empty, or cannot be entered. */
static gboolean
go_down (Dive *self)
{
  TfStatus status;
  int fd;

  status = tf_os_open_folder (self->parent, child_of (self), &fd);
  if (status != 0)
    {
      TfStatus removed = tf_os_rmdir (self->parent, child_of (self));
      TfCondition condition = tf_os_condition (removed);

      /* Then it was empty, or is no folder, or gone. */
      if (condition != TF_CONDITION_OK && condition != TF_CONDITION_NOT_FOUND &&
          condition != TF_CONDITION_NOT_FOLDER)
        stop (self, status);
      return FALSE;
    }
  if (!tf_remover_admit (self->remover, self->path->str, fd, &status))
    {
      if (status != 0)
        stop (self, status);
      self->stopped = TRUE;
    }
  else if (remove_up_to_folder (self, fd, self->path->len))
    {
      set_parent (self, fd);
      return TRUE;
    }
  tf_os_close (fd);
  return FALSE;
}

/* Down to an empty folder, and to its siblings. TRUE when nothing is left of the first child. */
static gboolean
dive_once (Dive *self)
{
  while (!self->stopped && !tf_tally_is_cancelled (self->remover->tally))
    {
      if (go_down (self))
        continue;
      if (self->stopped || tf_tally_is_cancelled (self->remover->tally))
        return FALSE;
      if (!remove_child (self))
        continue;
      if (self->parent == self->remover->top->fd)
        return TRUE;
      if (!remove_up_to_folder (self, self->parent, self->child - 1))
        return FALSE;
    }
  return FALSE;
}

void
tf_remover_dive (TfRemover  *remover,
                 const char *name)
{
  Dive self = { .remover = remover, .list = tf_os_list_new (), .parent = remover->top->fd };
  gboolean done = FALSE;

  self.path = g_string_new (NULL);
  while (!done && !self.stopped && !tf_tally_is_cancelled (remover->tally))
    {
      g_string_assign (self.path, name);
      self.child = 0;
      tf_tally_look_up (remover->tally);
      done = dive_once (&self);
      set_parent (&self, remover->top->fd);
    }
  g_string_free (self.path, TRUE);
  tf_os_list_free (self.list);
}
