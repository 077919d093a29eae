/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Removing what a path names with all in it, on the core floor.
 *
 * The path is judged twice: its text, before anything is opened, since a path that was normalised
 * says something else; and what it names, by device and inode, since one folder has many paths. The
 * folder above it is opened once, and from then on everything happens by descriptor. */

#include "config.h"

#include "core/tf-tree-private.h"

#include "core/tf-remover-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_REPEATS 64   /* of the same folder on the way up, through mounts of it in itself */

typedef struct
{
  const char *path;              /* as given */
  char *name;                    /* its last component */
  int dir;                       /* the folder above, or -1 */
  gboolean trailing_separator;   /* behind the name */
  TfTreeFlags flags;
  TfStat found;                  /* what the name was when it was judged */
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
                              _("Could not remove “%s”: the empty path, the root, and paths that "
                                "end in “.” or “..” as a name are refused"),
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

/* The same, walking up. *arrived is set when the walk came to the root. At the root of a mount `..`
 * is what the mount stands in, which may be the same folder once more. */
static gboolean
is_above (const TfIdentity *id,
          const char       *path,
          const TfIdentity *root,
          gboolean         *arrived)
{
  TfStat here = { 0 };
  TfIdentity below;
  gboolean found = FALSE;
  guint repeats = 0;
  int fd, up;

  *arrived = FALSE;
  if (tf_os_open_for_lookup (TF_OS_CWD, path, &fd) != 0)
    return FALSE;
  for (;;)
    {
      below = here.id;
      if (tf_os_stat (fd, &here) != 0)
        break;
      found = tf_identity_equal (&here.id, id);
      repeats = tf_identity_equal (&here.id, &below) ? repeats + 1 : 0;
      *arrived = repeats > 0 && tf_identity_equal (&here.id, root);
      if (found || *arrived || repeats > MAX_REPEATS ||
          tf_os_open_for_lookup (fd, "..", &up) != 0)
        break;
      tf_os_close (fd);
      fd = up;
    }
  tf_os_close (fd);
  return found;
}

/* The working folder, the home folder, and whatever they are in. */
static gboolean
is_needed (const TfIdentity *id)
{
  g_autofree char *working = g_get_current_dir ();
  const char *home = g_get_home_dir ();
  TfIdentity root = { 0 };
  gboolean arrived;

  /* Where it is not known, no walk arrives, and the names tell. */
  tf_os_identify_at (TF_OS_CWD, G_DIR_SEPARATOR_S, &root);
  if (is_above (id, ".", &root, &arrived) || (!arrived && is_above_by_name (id, working)))
    return TRUE;
  if (home == NULL || !g_path_is_absolute (home))
    return FALSE;
  /* The home folder may be a link, which is needed as well. */
  return is_above (id, home, &root, &arrived) || is_above_by_name (id, home);
}

/* Their own parents do not lead to a mount of what they are in, so they are also known when they
 * are met. */
static void
spare_needed (TfTally *tally)
{
  const char *home = g_get_home_dir ();
  g_autofree char *behind = home != NULL ? g_build_filename (home, ".", NULL) : NULL;
  TfIdentity id;

  if (tf_os_identify_at (TF_OS_CWD, ".", &id) == 0)
    tf_tally_spare (tally, &id);
  /* The dot sees the folder itself, where the home folder is a link. */
  if (behind != NULL && tf_os_identify_at (TF_OS_CWD, behind, &id) == 0)
    tf_tally_spare (tally, &id);
}

static gboolean
refuse_needed (Tree *self)
{
  tf_tally_fail_code (&self->tally, G_IO_ERROR_INVALID_ARGUMENT,
                      _("Could not remove “%s”: it is or contains the working folder or the home "
                        "folder"),
                      self->path);
  return FALSE;
}

/* Whether what is there may be removed. */
static gboolean
judge_found (Tree *self)
{
  TfStatus status = tf_os_stat_at (self->dir, self->name, &self->found);

  if (status != 0)
    {
      tf_tally_fail (&self->tally, status, self->path);
      return FALSE;
    }
  if (is_needed (&self->found.id))
    return refuse_needed (self);
  if (self->found.kind == TF_KIND_FOLDER ||
      (!self->trailing_separator && (self->flags & TF_TREE_CONTENTS_ONLY) == 0))
    return TRUE;
  tf_tally_fail_code (&self->tally, G_IO_ERROR_NOT_DIRECTORY,
                      _("Could not remove “%s”: it is no folder"), self->path);
  return FALSE;
}

/* --- removing ---------------------------------------------------------------------------- */

/* `fd` keeps the number of what was judged from being used again. */
static void
remove_folder (Tree             *self,
               int               fd,
               const TfIdentity *id)
{
  gboolean parallel = (self->flags & TF_TREE_PARALLEL) != 0;
  TfStat stat;

  if ((self->flags & TF_TREE_CONTENTS_ONLY) != 0)
    tf_remover_empty_into (fd, self->path, parallel, &self->tally);
  else if (tf_remover_remove_folder (fd, self->dir, self->name, id, self->path, parallel,
                                     &self->tally) == TF_REMOVER_LOST &&
           /* Somebody else removed it, or moved it. */
           tf_os_stat (fd, &stat) == 0 && stat.links > 0)
    tf_tally_fail_code (&self->tally, G_IO_ERROR_NOT_FOUND,
                        _("Could not remove “%s”: it was moved away, and what is left is an empty "
                          "folder elsewhere"),
                        self->path);
}

/* Opening a folder may have given its owner access; when the folder stays, that is taken back. */
static void
restore_mode (Tree *self,
              int   fd)
{
  if ((self->flags & TF_TREE_CONTENTS_ONLY) != 0 && (self->found.mode & 0700) != 0700)
    tf_os_set_mode (fd, self->found.mode);
}

/* What was opened is judged once more when it is not what was looked at. */
static void
remove_open_folder (Tree *self,
                    int   fd)
{
  TfStat stat;
  TfStatus status = tf_os_stat (fd, &stat);
  gboolean same = status == 0 && tf_identity_equal (&stat.id, &self->found.id);

  if (status != 0)
    tf_tally_fail (&self->tally, status, self->path);
  else if (!same && is_needed (&stat.id))
    refuse_needed (self);
  else
    remove_folder (self, fd, &stat.id);
  if (same)
    restore_mode (self, fd);
}

static void
remove_found (Tree *self)
{
  TfStatus status;
  int fd;

  if (self->found.kind != TF_KIND_FOLDER)
    {
      status = tf_os_unlink (self->dir, self->name);
      if (status == 0)
        tf_tally_add (&self->tally, 1, FALSE);
      else
        tf_tally_fail (&self->tally, status, self->path);
      return;
    }

  status = tf_os_open_folder (self->dir, self->name, &fd);
  if (status == 0)
    {
      remove_open_folder (self, fd);
      tf_os_close (fd);
    }
  /* One that cannot be opened can go when it is empty. */
  else if ((self->flags & TF_TREE_CONTENTS_ONLY) != 0 ||
           tf_os_rmdir (self->dir, self->name) != 0)
    tf_tally_fail (&self->tally, status, self->path);
}

/* --- all of it --------------------------------------------------------------------------- */

static gboolean
open_above (Tree *self)
{
  g_autofree char *above = NULL;
  const char *name;
  gsize length = find_name (self->path, &name);
  TfStatus status;

  self->trailing_separator = name[length] != '\0';
  self->name = g_strndup (name, length);
  above = name == self->path ? g_strdup (".") : g_strndup (self->path, name - self->path);
  status = tf_os_open_for_lookup (TF_OS_CWD, above, &self->dir);
  if (status != 0)
    tf_tally_fail (&self->tally, status, self->path);
  return status == 0;
}

gboolean
tf_tree_remove (const char         *path,
                TfTreeFlags         flags,
                GCancellable       *cancellable,
                TfTallyProgress     progress,
                gpointer            progress_data,
                GError            **error)
{
  Tree self = { .path = path, .flags = flags, .dir = -1 };

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !tf_tree_judge (path, error))
    return FALSE;

  tf_tally_init (&self.tally, cancellable, progress, progress_data);
  spare_needed (&self.tally);
  if (open_above (&self) && judge_found (&self))
    remove_found (&self);
  if (self.dir != -1)
    tf_os_close (self.dir);
  g_free (self.name);
  return tf_tally_finish (&self.tally, error);
}
