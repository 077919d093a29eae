/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing what a path names with all in it, on the core floor.
 *
 * The path is judged twice: its words, before anything is opened, since a path that was normalised
 * says something else; and what it names, by device and inode, since one folder has many paths. The
 * folder above it is opened once, and from then on everything happens by descriptor. */

#include "config.h"

#include "core/tf-tree-private.h"

#include "core/tf-remover-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_PASSES 8   /* over a folder that others fill */

typedef struct
{
  const char *path;    /* as given */
  char *name;          /* its last component */
  int dir;             /* the folder above */
  gboolean closed;     /* a separator stands behind the name */
  TfTreeFlags flags;
  TfStat found;        /* what the name was when it was judged */
  TfTally tally;
} Tree;

/* --- judging ----------------------------------------------------------------------------- */

/* Where the last component begins and how long it is; 0 for the root and the empty path. */
static gsize
find_name (const char  *path,
           const char **name)
{
  gsize end = strlen (path);
  gsize start;

  while (end > 0 && G_IS_DIR_SEPARATOR (path[end - 1]))
    end--;
  start = end;
  while (start > 0 && !G_IS_DIR_SEPARATOR (path[start - 1]))
    start--;
  *name = path + start;
  return end - start;
}

gboolean
tf_tree_judge (const char  *path,
               GError     **error)
{
  const char *name;
  gsize length = find_name (path, &name);

  if (length == 0 || (length == 1 && name[0] == '.') ||
      (length == 2 && name[0] == '.' && name[1] == '.'))
    return tf_error_set_code (error, G_IO_ERROR_INVALID_ARGUMENT,
                              _("Could not remove “%s”: a path that is empty, the root, or ends in "
                                "dots is refused"),
                              path);
  return TRUE;
}

/* Whether `id` is the folder `path` or one above it, by the names of those: for where the way up
 * cannot be walked. */
static gboolean
is_above_by_name (const TfIdentity *id,
                  const char       *path)
{
  g_autofree char *above = g_strdup (path);
  TfIdentity found;
  gsize length;

  for (length = strlen (above); length > 0; length--)
    {
      if (above[length] != '\0' && !G_IS_DIR_SEPARATOR (above[length]))
        continue;
      above[length] = '\0';
      if (tf_os_identify_at (TF_OS_CWD, above, &found) == 0 && tf_identity_equal (&found, id))
        return TRUE;
    }
  return FALSE;
}

/* The same, walking up. *arrived is set when the walk came to the root. */
static gboolean
is_above (const TfIdentity *id,
          const char       *path,
          gboolean         *arrived)
{
  TfStat here = { 0 };
  TfIdentity below;
  gboolean found = FALSE;
  int fd, up;

  *arrived = FALSE;
  if (tf_os_look_into (TF_OS_CWD, path, &fd) != 0)
    return FALSE;
  do
    {
      below = here.id;
      if (tf_os_stat (fd, &here) != 0)
        break;
      found = tf_identity_equal (&here.id, id);
      *arrived = tf_identity_equal (&here.id, &below);
      if (found || *arrived || tf_os_look_into (fd, "..", &up) != 0)
        break;
      tf_os_close (fd);
      fd = up;
    }
  while (TRUE);
  tf_os_close (fd);
  return found;
}

/* The working folder, the home folder, and whatever they are in. */
static gboolean
is_needed (const TfIdentity *id)
{
  g_autofree char *working = g_get_current_dir ();
  const char *home = g_get_home_dir ();
  gboolean arrived;

  if (is_above (id, ".", &arrived) || (!arrived && is_above_by_name (id, working)))
    return TRUE;
  if (home == NULL || !g_path_is_absolute (home))
    return FALSE;
  /* The home folder may be a link, which is needed as well. */
  return is_above (id, home, &arrived) || is_above_by_name (id, home);
}

static gboolean
refuse_needed (Tree    *self,
               GError **error)
{
  return tf_error_set_code (error, G_IO_ERROR_INVALID_ARGUMENT,
                            _("Could not remove “%s”: it is or contains the working folder or the "
                              "home folder"),
                            self->path);
}

/* --- removing ---------------------------------------------------------------------------- */

static void
fail (Tree     *self,
      TfStatus  status)
{
  GError *error = NULL;

  if (!tf_tally_fail (&self->tally))
    return;
  tf_error_set (&error, status, _("Could not remove “%s”: %s"), self->path);
  tf_tally_explain (&self->tally, error);
}

static void
fail_lost (Tree *self)
{
  GError *error = NULL;

  if (!tf_tally_fail (&self->tally))
    return;
  tf_error_set_code (&error, G_IO_ERROR_NOT_FOUND,
                     _("Could not remove “%s”: it was moved away, and what is left is an empty "
                       "folder elsewhere"),
                     self->path);
  tf_tally_explain (&self->tally, error);
}

static gboolean
is_filled (TfStatus status)
{
  TfCondition condition = tf_os_condition (status);

  return condition == TF_CONDITION_NOT_EMPTY || condition == TF_CONDITION_EXISTS;
}

/* `fd` keeps the number of what was judged from being used again. */
static void
remove_folder (Tree             *self,
               int               fd,
               const TfIdentity *id)
{
  gboolean parallel = (self->flags & TF_TREE_PARALLEL) != 0;
  TfStatus status = 0;

  for (guint pass = 0; pass < MAX_PASSES; pass++)
    {
      TfIdentity now;

      if (!tf_remover_empty_into (fd, self->path, parallel, &self->tally) ||
          (self->flags & TF_TREE_CONTENTS_ONLY) != 0)
        return;
      status = tf_os_identify_at (self->dir, self->name, &now);
      if (status == 0 && tf_identity_equal (&now, id))
        status = tf_os_rmdir (self->dir, self->name);
      else if (status == 0 || tf_os_condition (status) == TF_CONDITION_NOT_FOUND)
        {
          TfStat stat;

          /* Somebody else removed it, or moved it. */
          if (tf_os_stat (fd, &stat) == 0 && stat.links > 0)
            fail_lost (self);
          return;
        }
      if (status == 0 || !is_filled (status))
        break;
    }
  if (status != 0)
    fail (self, status);
}

/* A folder whose contents only are to go is given back as it was. */
static void
restore_mode (Tree *self,
              int   fd)
{
  if ((self->flags & TF_TREE_CONTENTS_ONLY) != 0 && (self->found.mode & 0700) != 0700)
    tf_os_set_mode (fd, self->found.mode);
}

/* A folder that cannot be opened can go when it is empty. */
static void
remove_unopened (Tree     *self,
                 TfStatus  opened)
{
  if ((self->flags & TF_TREE_CONTENTS_ONLY) != 0 || tf_os_rmdir (self->dir, self->name) != 0)
    fail (self, opened);
}

/* What was opened is judged once more when it is not what was looked at. */
static gboolean
open_and_remove (Tree    *self,
                 GError **error)
{
  TfStat stat;
  TfStatus status;
  int fd;

  status = tf_os_open_folder (self->dir, self->name, &fd);
  if (status != 0)
    {
      remove_unopened (self, status);
      return TRUE;
    }

  status = tf_os_stat (fd, &stat);
  if (status == 0 && !tf_identity_equal (&stat.id, &self->found.id) && is_needed (&stat.id))
    {
      tf_os_close (fd);
      return refuse_needed (self, error);
    }
  if (status == 0)
    remove_folder (self, fd, &stat.id);
  else
    fail (self, status);
  restore_mode (self, fd);
  tf_os_close (fd);
  return TRUE;
}

static void
remove_other (Tree *self)
{
  TfStatus status = tf_os_unlink (self->dir, self->name);

  if (status == 0)
    tf_tally_add (&self->tally, 1, FALSE);
  else
    fail (self, status);
}

/* Whether what was found may be removed. */
static gboolean
judge_found (Tree    *self,
             GError **error)
{
  TfStatus status = tf_os_stat_at (self->dir, self->name, &self->found);

  if (status != 0)
    return tf_error_set (error, status, _("Could not remove “%s”: %s"), self->path);
  if (is_needed (&self->found.id))
    return refuse_needed (self, error);
  if (self->found.kind != TF_KIND_FOLDER &&
      (self->closed || (self->flags & TF_TREE_CONTENTS_ONLY) != 0))
    return tf_error_set_code (error, G_IO_ERROR_NOT_DIRECTORY,
                              _("Could not remove “%s”: it is no folder"), self->path);
  return TRUE;
}

static gboolean
open_above (Tree    *self,
            GError **error)
{
  g_autofree char *above = NULL;
  const char *name;
  gsize length = find_name (self->path, &name);
  TfStatus status;

  self->closed = name[length] != '\0';
  self->name = g_strndup (name, length);
  above = name == self->path ? g_strdup (".") : g_strndup (self->path, name - self->path);
  status = tf_os_look_into (TF_OS_CWD, above, &self->dir);
  return status == 0 || tf_error_set (error, status, _("Could not remove “%s”: %s"), self->path);
}

gboolean
tf_tree_remove (const char         *path,
                TfTreeFlags         flags,
                GCancellable       *cancellable,
                TfRemoverProgress   progress,
                gpointer            progress_data,
                GError            **error)
{
  Tree self = { .path = path, .flags = flags, .dir = -1 };
  GError *refused = NULL;
  gboolean removed = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !tf_tree_judge (path, error))
    return FALSE;

  tf_tally_init (&self.tally, cancellable, progress, progress_data);
  if (open_above (&self, &refused) && judge_found (&self, &refused))
    {
      if (self.found.kind != TF_KIND_FOLDER)
        remove_other (&self);
      else
        open_and_remove (&self, &refused);
    }
  if (refused == NULL)
    removed = tf_tally_finish (&self.tally, error);
  else
    tf_tally_clear (&self.tally);
  if (self.dir != -1)
    tf_os_close (self.dir);
  g_free (self.name);
  if (refused != NULL)
    g_propagate_error (error, refused);
  return removed;
}
