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
 * many calls as it is deep, and three descriptors suffice at any depth. */

#include "core/tf-remover-struct-private.h"

#define MAX_STAYING 1000   /* things that cannot be removed, before a dive ends because of them */

typedef struct
{
  TfRemover *remover;
  TfOsList *list;
  GString *path;        /* of `child`, from the folder on top */
  gsize child;          /* where in the path the last component begins */
  int parent;           /* what `child` is in: the folder on top, or ours */
  guint refills;        /* of folders that others fill while they are removed */
  GHashTable *staying;  /* paths of what cannot be removed, with the folders that it is in */
  gboolean stopped;
} Dive;

/* What became of a folder that was looked into. */
typedef enum
{
  DIVE_EMPTY,    /* nothing is left in it */
  DIVE_DEEPER,   /* there is a folder in it, which is the child now */
  DIVE_STAYS,    /* only what stays is left in it */
} DiveEnd;

static const char *
child_of (Dive *self)
{
  return self->path->str + self->child;
}

/* The child, or the folder that the path names, is not looked at again. */
static void
leave_alone (Dive *self)
{
  g_hash_table_add (self->staying, g_strdup (self->path->str));
  if (g_hash_table_size (self->staying) >= MAX_STAYING)
    self->stopped = TRUE;
}

static void
fail (Dive     *self,
      TfStatus  status)
{
  tf_remover_fail (self->remover, self->path->str, status);
  leave_alone (self);
}

static gboolean
is_over (Dive *self)
{
  return self->stopped || tf_tally_is_cancelled (self->remover->tally);
}

static void
set_parent (Dive *self,
            int   fd)
{
  if (self->parent != self->remover->top->fd)
    tf_os_close (self->parent);
  self->parent = fd;
}

static void
set_child (Dive       *self,
           gsize       prefix,
           const char *name)
{
  g_string_truncate (self->path, prefix);
  g_string_append_c (self->path, G_DIR_SEPARATOR);
  g_string_append (self->path, name);
  self->child = prefix + 1;
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

/* Removes entries of `dir`, whose path is the first `prefix` bytes of ours, until there is a
 * folder. Otherwise the path is that of `dir` again. */
static DiveEnd
remove_up_to_folder (Dive  *self,
                     int    dir,
                     gsize  prefix)
{
  DiveEnd end = DIVE_EMPTY;
  const char *name = NULL;
  TfKind kind;
  TfStatus status = tf_os_list_begin (self->list, dir);

  while (status == 0 && !is_over (self))
    {
      status = tf_os_list_next (self->list, &name, &kind);
      if (status != 0 || name == NULL)
        break;
      set_child (self, prefix, name);
      if (g_hash_table_contains (self->staying, self->path->str))
        end = DIVE_STAYS;
      else if (remove_unless_folder (self, dir, name, kind))
        return DIVE_DEEPER;
    }
  g_string_truncate (self->path, prefix);
  if (status == 0 || tf_os_condition (status) == TF_CONDITION_NOT_FOUND)
    return end;
  tf_remover_fail (self->remover, self->path->str, status);
  return DIVE_STAYS;
}

/* Removes the child, which was found empty. FALSE when it was filled again. */
static gboolean
remove_child (Dive *self)
{
  TfStatus status = tf_os_rmdir (self->parent, child_of (self));

  if (tf_os_condition (status) == TF_CONDITION_NOT_FOLDER)
    status = tf_os_unlink (self->parent, child_of (self));
  if (status == 0)
    tf_remover_count (self->remover);
  else if (tf_os_says_filled (status) && self->refills++ < TF_REMOVER_PASSES)
    return FALSE;
  else if (tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    fail (self, status);
  return TRUE;
}

/* A child that cannot be opened may be empty, or no folder, or gone. */
static DiveEnd
judge_unopened (Dive     *self,
                TfStatus  opened)
{
  TfCondition condition = tf_os_condition (opened);

  if (condition == TF_CONDITION_NOT_FOUND || condition == TF_CONDITION_NOT_FOLDER ||
      condition == TF_CONDITION_IS_LINK)
    return DIVE_EMPTY;
  if (tf_os_rmdir (self->parent, child_of (self)) != 0)
    {
      fail (self, opened);
      return DIVE_STAYS;
    }
  tf_remover_count (self->remover);
  return DIVE_EMPTY;
}

/* Looks into the child, which is the parent of the next one if there is a folder in it. */
static DiveEnd
go_down (Dive *self)
{
  gsize child = self->child;
  gsize length = self->path->len;
  DiveEnd end = DIVE_STAYS;
  TfStatus status;
  int fd;

  status = tf_os_open_folder (self->parent, child_of (self), &fd);
  if (status != 0)
    return judge_unopened (self, status);

  if (tf_remover_admit (self->remover, self->path->str, fd, &status))
    end = remove_up_to_folder (self, fd, length);
  else if (status != 0)
    tf_remover_fail (self->remover, self->path->str, status);
  if (end == DIVE_DEEPER)
    {
      set_parent (self, fd);
      return end;
    }
  self->child = child;
  if (end == DIVE_STAYS)
    leave_alone (self);
  tf_os_close (fd);
  return end;
}

/* Down to an empty folder, and to its siblings. TRUE when the first child is gone, or stays. */
static gboolean
dive_once (Dive *self)
{
  while (!is_over (self))
    {
      DiveEnd end = go_down (self);

      if (end == DIVE_DEEPER)
        continue;
      if (is_over (self))
        break;
      if (end == DIVE_EMPTY && !remove_child (self))
        continue;
      if (self->parent == self->remover->top->fd)
        return TRUE;
      if (remove_up_to_folder (self, self->parent, self->child - 1) != DIVE_DEEPER)
        break;
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
  self.staying = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while (!done && !is_over (&self))
    {
      g_string_assign (self.path, name);
      self.child = 0;
      tf_tally_look_up (remover->tally);
      done = dive_once (&self);
      set_parent (&self, remover->top->fd);
    }
  g_hash_table_unref (self.staying);
  g_string_free (self.path, TRUE);
  tf_os_list_free (self.list);
}
