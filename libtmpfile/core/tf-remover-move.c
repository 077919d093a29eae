/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the stack of a removal ends, on the core floor: folders are renamed into the root, and have
 * their turn when the stack is down to the root again.
 *
 * Their names are numbered behind a stem that nobody could guess, so what was moved is a range of
 * numbers and needs no list. Whoever plants something under such a name only adds to what is
 * deleted. */

#include "core/tf-remover-struct-private.h"

#include <string.h>

#define MAX_NAMES 8   /* tried for one folder that is moved */

void
tf_remover_choose_stem (TfRemover *self)
{
  char *at = self->stem;

  memcpy (at, TF_REMOVER_STEM, sizeof TF_REMOVER_STEM - 1);
  at += sizeof TF_REMOVER_STEM - 1;
  tf_name_randomize (at);
  at[TF_NAME_RANDOM_LENGTH] = '-';
  at[TF_NAME_RANDOM_LENGTH + 1] = '\0';
  self->moved = 0;
  self->taken = 0;
}

static void
compose_name (TfRemover *self,
              guint64    number,
              char       name[TF_REMOVER_MOVED_SIZE])
{
  g_snprintf (name, TF_REMOVER_MOVED_SIZE, "%s%" G_GUINT64_FORMAT "~", self->stem, number);
}

/* A folder can only get another parent when its owner may write to it. */
static gboolean
make_movable (TfRemoverLevel *level,
              const char     *name)
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
rename_to_root (TfRemover  *self,
                const char *name)
{
  char target[TF_REMOVER_MOVED_SIZE];
  TfStatus status = 0;

  for (guint i = 0; i < MAX_NAMES; i++)
    {
      TfCondition condition;

      compose_name (self, self->moved, target);
      status = tf_os_rename (self->top->fd, name, self->levels[0].fd, target,
                             TF_OS_RENAME_REPLACE);
      condition = tf_os_condition (status);
      if (condition == TF_CONDITION_OK)
        self->moved++;
      if (!tf_os_says_filled (status) && condition != TF_CONDITION_NOT_FOLDER)
        break;
      self->moved++;
    }
  return status;
}

gboolean
tf_remover_move_up (TfRemover  *self,
                    const char *name)
{
  TfStatus status = tf_os_rmdir (self->top->fd, name);
  TfCondition condition = tf_os_condition (status);

  if (condition == TF_CONDITION_NOT_FOLDER || condition == TF_CONDITION_IS_LINK)
    return FALSE;
  if (condition == TF_CONDITION_OK || condition == TF_CONDITION_NOT_FOUND)
    {
      tf_remover_settle (self, name, status);
      return TRUE;
    }

  if (tf_os_says_filled (status))
    status = rename_to_root (self, name);
  if (tf_os_condition (status) == TF_CONDITION_DENIED && make_movable (self->top, name))
    status = rename_to_root (self, name);
  /* An overlay does not move what is in its lower layers
   * (https://docs.kernel.org/filesystems/overlayfs.html), and what is in an immutable folder, or in
   * a sticky one of somebody else's, neither goes nor moves. What is in that may go. */
  if (status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    tf_remover_dive (self, name);
  return TRUE;
}

gboolean
tf_remover_is_moved (TfRemover  *self,
                     const char *name)
{
  return self->moved > 0 && strncmp (name, self->stem, TF_REMOVER_STEM_LENGTH) == 0;
}

void
tf_remover_take_moved (TfRemover *self,
                       char       name[TF_REMOVER_MOVED_SIZE])
{
  compose_name (self, self->taken++, name);
}
