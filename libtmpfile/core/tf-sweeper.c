/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Sweeping up what a killed process left, on the core floor.
 *
 * An owner holds a shared lease on its folder for as long as it lives; who gets the exclusive one
 * knows that there is no owner any more. Between the making of a folder and the lease an owner is
 * not protected, but looks afterwards whether the folder was taken (tf_os_create_leased_folder()).
 * That can only have been an empty one, which is removed in place, under the lease. A full one is
 * first moved aside, still marked and under the lease: it is gone from its place at once, and when
 * this process is killed too, the next sweep finds it. One in which somebody who lives has a folder
 * is left alone; deeper than tf_tenants_live_in() looks only that folder itself is.
 *
 * A thing is judged again by its descriptor once the lease is held, and its name is compared right
 * before it is removed or moved. */

#include "config.h"

#include "core/tf-sweeper-private.h"

#include "core/tf-name-private.h"
#include "core/tf-opener-private.h"
#include "core/tf-remover-private.h"
#include "core/tf-tenants-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ASIDE_SUFFIX "~"

typedef struct
{
  const char *directory;
  const char *prefix;
  int dir;
  guint64 device;
  gint64 newest;             /* microseconds since 1970: what changed later is too young */
  gboolean all;              /* however young */
  GCancellable *cancellable;
  gboolean cancelled;        /* before all was looked at */
  guint swept;
  GError *error;             /* the first */
} Sweeper;

/* --- what may be taken ------------------------------------------------------------------- */

static gboolean
begins_like (const char *name,
             const char *prefix)
{
  gsize length = strlen (prefix);

  return strncmp (name, prefix, length) == 0 && tf_name_is_random (name + length);
}

static gboolean
is_intermediate (const char *name)
{
  return begins_like (name, TF_NAME_INTERMEDIATE_PREFIX) &&
         strcmp (name + strlen (TF_NAME_INTERMEDIATE_PREFIX) + TF_NAME_RANDOM_LENGTH,
                 TF_NAME_INTERMEDIATE_SUFFIX) == 0;
}

static gboolean
is_due (Sweeper      *self,
        const TfStat *stat)
{
  return stat->mine && stat->id.device == self->device &&
         (self->all || MAX (stat->mtime, stat->ctime) <= self->newest);
}

/* Exactly our mode: others give the sticky bit to folders that they share. */
static gboolean
is_abandoned_folder (Sweeper      *self,
                     const TfStat *stat)
{
  return stat->kind == TF_KIND_FOLDER && stat->mode == TF_OS_OWNED_MODE && is_due (self, stat);
}

/* A published file that has another name already is not ours to touch. */
static gboolean
is_abandoned_file (Sweeper      *self,
                   const TfStat *stat)
{
  return stat->kind == TF_KIND_FILE && stat->links == 1 && is_due (self, stat);
}

static gboolean
is_still (Sweeper          *self,
          const char       *name,
          const TfIdentity *id)
{
  TfIdentity now;

  return tf_os_identify_at (self->dir, name, &now) == 0 && tf_identity_equal (&now, id);
}

/* --- accounts ---------------------------------------------------------------------------- */

static void
fail (Sweeper    *self,
      const char *name,
      TfStatus    status)
{
  g_autofree char *path = NULL;

  if (self->error != NULL)
    return;
  path = g_build_filename (self->directory, name, NULL);
  tf_error_set (&self->error, status, _("Could not remove “%s”: %s"), path);
}

/* What was taken away meanwhile is nobody's loss. */
static void
settle (Sweeper    *self,
        const char *name,
        TfStatus    status)
{
  if (status == 0)
    self->swept++;
  else if (tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    fail (self, name, status);
}

/* --- leases ------------------------------------------------------------------------------ */

/* TRUE when the exclusive lease is had: nobody owns what is open as `fd`. */
static gboolean
take_lease (Sweeper    *self,
            const char *name,
            int         fd)
{
  TfStatus status = tf_os_take_lease (fd, TF_OS_LEASE_EXCLUSIVE);

  if (status != 0 && tf_os_condition (status) != TF_CONDITION_BUSY)
    fail (self, name, status);
  return status == 0;
}

/* --- a folder ---------------------------------------------------------------------------- */

typedef struct
{
  Sweeper *sweeper;
  const char *name;
  const TfIdentity *id;
  char *aside;           /* the name it has now; owned */
} Move;

static TfStatus
move_cb (int         dir,
         const char *name,
         const char *path,
         gpointer    data)
{
  Move *move = data;
  TfStatus status;

  if (!is_still (move->sweeper, move->name, move->id))
    return tf_os_status (TF_CONDITION_NOT_FOUND);
  status = tf_os_rename (dir, move->name, dir, name, TF_OS_RENAME_NO_REPLACE);
  if (status != 0)
    return status;
  if (is_still (move->sweeper, name, move->id))
    {
      move->aside = g_strdup (name);
      return 0;
    }
  /* Somebody exchanged it in that very moment: what was moved goes back. */
  tf_os_rename (dir, name, dir, move->name, TF_OS_RENAME_NO_REPLACE);
  return tf_os_status (TF_CONDITION_NOT_FOUND);
}

/* NULL where it cannot be moved: then it is removed where it is. */
static char *
move_aside (Sweeper          *self,
            const char       *name,
            const TfIdentity *id)
{
  const TfPlace place = { self->dir, self->directory, self->prefix, ASIDE_SUFFIX };
  Move move = { self, name, id, NULL };

  g_free (tf_opener_try (&place, move_cb, &move, N_("Could not create “%s”: %s"), NULL));
  return move.aside;
}

/* Removes the folder with all in it, under the lease. Who exchanged it meanwhile has it now. */
static void
remove_full (Sweeper          *self,
             const char       *name,
             int               fd,
             const TfIdentity *id)
{
  g_autofree char *path = g_build_filename (self->directory, name, NULL);
  TfRemoverEnd end;
  TfTally tally;

  tf_tally_init (&tally, self->cancellable, NULL, NULL);
  tally.minds_leases = TRUE;
  end = tf_remover_remove_folder (fd, self->dir, name, id, path, FALSE, &tally);
  tf_tally_finish (&tally, self->error == NULL ? &self->error : NULL);
  if (end == TF_REMOVER_GONE)
    self->swept++;
}

/* Some systems look up in a folder by the path that it was opened by. So what was moved is opened
 * once more; the lease goes on by the first descriptor. */
static gboolean
open_moved (Sweeper          *self,
            const char       *name,
            const TfIdentity *id,
            int              *fd)
{
  TfStat stat;

  if (tf_os_open_folder_as_is (self->dir, name, fd) != 0)
    return FALSE;
  if (tf_os_stat_folder (*fd, &stat) == 0 && tf_identity_equal (&stat.id, id))
    return TRUE;
  tf_os_close (*fd);
  return FALSE;
}

/* Called with the exclusive lease. */
static void
sweep_open_folder (Sweeper    *self,
                   const char *name,
                   int         fd)
{
  g_autofree char *aside = NULL;
  TfStatus status;
  TfStat stat;
  int moved;

  /* Its owner may have kept it, and then ended. */
  if (tf_os_stat_folder (fd, &stat) != 0 || stat.mount_root || stat.links == 0 ||
      !is_abandoned_folder (self, &stat) || !is_still (self, name, &stat.id))
    return;

  status = tf_os_rmdir_same (self->dir, name, &stat.id);
  if (!tf_os_says_filled (status))
    {
      settle (self, name, status);
      return;
    }

  if (tf_tenants_live_in (fd))
    return;
  aside = move_aside (self, name, &stat.id);
  if (aside == NULL || !open_moved (self, aside, &stat.id, &moved))
    {
      remove_full (self, aside != NULL ? aside : name, fd, &stat.id);
      return;
    }
  remove_full (self, aside, moved, &stat.id);
  tf_os_close (moved);
}

/* What denies access may belong to somebody who lives: nothing tells. Other reasons are told. */
static void
settle_unopened (Sweeper    *self,
                 const char *name,
                 TfStatus    opened)
{
  if (tf_os_condition (opened) != TF_CONDITION_DENIED)
    settle (self, name, opened);
}

static void
sweep_folder (Sweeper    *self,
              const char *name)
{
  TfStatus status;
  TfStat stat;
  int fd;

  if (tf_os_stat_at (self->dir, name, &stat) != 0 || !is_abandoned_folder (self, &stat))
    return;
  status = tf_os_open_folder_as_is (self->dir, name, &fd);
  if (status != 0)
    {
      settle_unopened (self, name, status);
      return;
    }
  if (take_lease (self, name, fd))
    sweep_open_folder (self, name, fd);
  tf_os_close (fd);
}

/* --- what was to be published ------------------------------------------------------------ */

static void
sweep_file (Sweeper    *self,
            const char *name)
{
  TfStatus status;
  TfStat stat;
  int fd;

  if (tf_os_stat_at (self->dir, name, &stat) != 0 || !is_abandoned_file (self, &stat))
    return;
  status = tf_os_open_file (self->dir, name, TF_OS_REOPEN_READ_ONLY, &fd);
  if (status != 0)
    {
      settle_unopened (self, name, status);
      return;
    }
  if (take_lease (self, name, fd) && tf_os_stat (fd, &stat) == 0 &&
      is_abandoned_file (self, &stat) && is_still (self, name, &stat.id))
    settle (self, name, tf_os_unlink_same (self->dir, name, &stat.id));
  tf_os_close (fd);
}

/* --- all of it --------------------------------------------------------------------------- */

/* The names that may be meant: first all of them, since what is moved aside would be listed too. */
static GPtrArray *
list_names (Sweeper *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  TfOsList *list = tf_os_list_new ();
  TfStatus status = tf_os_list_begin (list, self->dir);
  const char *name = NULL;
  TfKind kind;

  do
    {
      if (status == 0)
        status = tf_os_list_next (list, &name, &kind);
      if (status == 0 && name != NULL &&
          (begins_like (name, self->prefix) || is_intermediate (name)))
        g_ptr_array_add (names, g_strdup (name));
    }
  while (status == 0 && name != NULL);

  if (status != 0)
    tf_error_set (&self->error, status, _("Could not sweep “%s”: %s"), self->directory);
  tf_os_list_free (list);
  return names;
}

static void
sweep (Sweeper *self)
{
  g_autoptr (GPtrArray) names = list_names (self);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];

      if (g_cancellable_is_cancelled (self->cancellable))
        {
          self->cancelled = TRUE;
          return;
        }
      if (begins_like (name, self->prefix))
        sweep_folder (self, name);
      if (is_intermediate (name))
        sweep_file (self, name);
    }
}

static gboolean
refuse_not_local (Sweeper    *self,
                  const char *file_system)
{
  g_autofree char *shown = g_filename_display_name (self->directory);

  g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               _("Could not sweep “%s”: the file system “%s” is not known to be local"),
               shown, file_system);
  return FALSE;
}

/* Links on the way to the folder are followed, as they are when something is made there. */
static gboolean
open_directory (Sweeper *self)
{
  g_autofree char *file_system = NULL;
  TfStat stat;
  int place;
  TfStatus status = tf_os_open_for_lookup (TF_OS_CWD, self->directory, &place);

  if (status == 0)
    {
      status = tf_os_open_folder_as_is (place, ".", &self->dir);
      tf_os_close (place);
    }
  if (status == 0)
    status = tf_os_stat (self->dir, &stat);
  if (status != 0)
    return tf_error_set (&self->error, status, _("Could not sweep “%s”: %s"), self->directory);

  self->device = stat.id.device;
  return tf_os_is_local (self->dir, &file_system) || refuse_not_local (self, file_system);
}

gboolean
tf_sweeper_sweep (const char    *directory,
                  const char    *prefix,
                  guint          min_age,
                  GCancellable  *cancellable,
                  guint         *swept,
                  GError       **error)
{
  Sweeper self = {
    .directory = directory,
    .prefix = prefix != NULL ? prefix : tf_name_get_default_prefix (),
    .dir = -1,
    .newest = g_get_real_time () - (gint64) min_age * G_USEC_PER_SEC,
    .all = min_age == 0,
    .cancellable = cancellable,
  };

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !tf_name_check_affix (prefix, error))
    return FALSE;
  if (open_directory (&self))
    sweep (&self);
  if (self.dir != -1)
    tf_os_close (self.dir);

  /* One that comes when all is done changes nothing. */
  if (self.cancelled)
    {
      g_clear_error (&self.error);
      g_set_error_literal (&self.error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                           _("Operation was cancelled"));
    }
  if (self.error == NULL)
    {
      *swept = self.swept;
      return TRUE;
    }
  g_propagate_error (error, self.error);
  return FALSE;
}
