/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The name of a handle, on the core floor: looking whether it is still ours, deleting, keeping. */

#include "config.h"

#include "core/tf-handle-struct-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
tf_handle_begin_lookup (TfHandle  *self,
                        TfLookup  *where)
{
  where->dir = TF_OS_CWD;
  where->name = self->path;
  if (self->folder == NULL)
    return TRUE;
  where->dir = tf_folder_hold_fd (self->folder);
  where->name = self->name;
  return where->dir != -1;
}

void
tf_handle_end_lookup (TfHandle *self)
{
  if (self->folder != NULL)
    tf_folder_release_fd (self->folder);
}

void
tf_handle_notice_folder (TfHandle *self)
{
  if (self->folder != NULL && !tf_folder_has_name (self->folder))
    tf_handle_set_name (self, NULL);
}

const char *
tf_handle_describe (TfHandle *self)
{
  return self->path != NULL ? self->path : _("temporary file");
}

void
tf_handle_set_name (TfHandle *self,
                    char     *path)
{
  tf_owned_forget (&self->channel.owned);
  if (self->path_lent && self->path != NULL)
    self->former_paths = g_slist_prepend (self->former_paths, self->path);
  else
    g_free (self->path);
  self->path = path;
  self->path_lent = FALSE;
  self->name = NULL;
  g_clear_pointer (&self->folder, tf_owned_unref);
}

/* --- is it still ours? ---------------------------------------------------------------------- */

typedef enum
{
  NAME_OURS,      /* what we made is under the name */
  NAME_MISSING,   /* nothing is there */
  NAME_FOREIGN,   /* somebody else's */
  NAME_UNKNOWN,   /* could not look */
} NameState;

static NameState
look (const TfLookup      *where,
      const TfIdentity *id,
      TfStatus         *status)
{
  TfIdentity found;

  *status = tf_os_identify_at (where->dir, where->name, &found);
  if (*status == 0)
    return tf_identity_equal (&found, id) ? NAME_OURS : NAME_FOREIGN;
  if (tf_os_condition (*status) == TF_CONDITION_NOT_FOUND ||
      tf_os_condition (*status) == TF_CONDITION_NOT_FOLDER)
    return NAME_MISSING;
  return NAME_UNKNOWN;
}

/* Our file has no name at all any more: somebody deleted it, which is what we want. */
static gboolean
is_deleted (TfHandle *self)
{
  TfStat stat;

  return self->fd != -1 && tf_os_stat (self->fd, &stat) == 0 && stat.links == 0;
}

gboolean
tf_handle_check_name (TfHandle        *self,
                      const TfLookup  *where,
                      GError         **error)
{
  TfStatus status;
  NameState state = look (where, &self->id, &status);

  if (state == NAME_OURS)
    return TRUE;
  if (state == NAME_UNKNOWN)
    return tf_error_set (error, status, _("Could not look at “%s”: %s"), self->path);
  return tf_handle_refuse_missing (self, error);
}

gboolean
tf_handle_refuse_missing (TfHandle  *self,
                          GError   **error)
{
  return tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                            _("Could not find “%s”: somebody moved, deleted or replaced it"),
                            self->path);
}

/* A name that is the parent's: nothing is done to it here. */
static gboolean
refuse_inherited (TfHandle  *self,
                  GError   **error)
{
  return tf_error_set_code (error, G_IO_ERROR_PERMISSION_DENIED,
                            _("Could not change “%s”: it belongs to the parent process"),
                            self->path);
}

/* --- deleting ------------------------------------------------------------------------------- */

/* Where the file went when the folder above it was renamed: the same name elsewhere, and no such
 * folder at the old place. A file that somebody moved on purpose is not followed: it may have been
 * published that way. */
static char *
follow_folder (TfHandle *self)
{
  g_autofree char *now = NULL;
  g_autofree char *old_folder = g_path_get_dirname (self->path);
  g_autofree char *old_name = g_path_get_basename (self->path);
  g_autofree char *new_name = NULL;
  TfStat stat;

  if (self->folder != NULL || self->fd == -1 || tf_os_path_of (self->fd, &now) != 0)
    return NULL;
  new_name = g_path_get_basename (now);
  if (strcmp (old_name, new_name) != 0)
    return NULL;
  if (tf_os_condition (tf_os_stat_at (TF_OS_CWD, old_folder, &stat)) != TF_CONDITION_NOT_FOUND)
    return NULL;
  return g_steal_pointer (&now);
}

/* The name was removed, or not. */
static gboolean
conclude (TfHandle    *self,
          TfStatus     status,
          const char  *path,
          GError     **error)
{
  if (status == 0 || tf_os_condition (status) == TF_CONDITION_NOT_FOUND)
    {
      tf_handle_set_name (self, NULL);
      return TRUE;
    }
  return tf_error_set (error, status, _("Could not delete “%s”: %s"), path);
}

/* Nothing of ours is under the name. When the file is gone, so is the name; the caller is told only
 * when something else is there. A file that is somewhere else may come back, so the name stays
 * ours. */
static gboolean
give_up_name (TfHandle   *self,
              NameState   state,
              GError    **error)
{
  g_autofree char *path = g_strdup (self->path);
  g_autofree char *now = follow_folder (self);
  TfLookup where = { TF_OS_CWD, now };
  TfStatus status;

  if (now != NULL && look (&where, &self->id, &status) == NAME_OURS)
    return conclude (self, tf_os_unlink_same (TF_OS_CWD, now, &self->id), now, error);

  if (is_deleted (self))
    {
      tf_handle_set_name (self, NULL);
      if (state == NAME_MISSING)
        return TRUE;
    }
  if (state == NAME_FOREIGN)
    return tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                              _("Could not delete “%s”: something else is under the name"),
                              path);
  return tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                            _("Could not delete “%s”: somebody moved it away"), path);
}

gboolean
tf_handle_delete_name (TfHandle  *self,
                       GError   **error)
{
  NameState state = NAME_MISSING;
  TfStatus status = 0;
  TfLookup where;

  if (self->path == NULL || !tf_owned_is_ours (&self->channel.owned))
    return TRUE;

  if (!tf_handle_begin_lookup (self, &where))
    {
      /* The folder was cleaned up, with all in it. */
      tf_handle_set_name (self, NULL);
      return TRUE;
    }
  state = look (&where, &self->id, &status);
  if (state == NAME_OURS)
    status = tf_os_unlink_same (where.dir, where.name, &self->id);
  tf_handle_end_lookup (self);
  if (state == NAME_OURS)
    return conclude (self, status, self->path, error);
  if (state == NAME_UNKNOWN)
    return tf_error_set (error, status, _("Could not delete “%s”: %s"), self->path);
  return give_up_name (self, state, error);
}

/* What was kept or published is the user's; and once the descriptor is closed nothing guards the
 * identity of the name. */
static gboolean
may_delete (TfHandle  *self,
            GError   **error)
{
  if (self->channel.state == TF_CHANNEL_NEW)
    return tf_channel_refuse (TF_CHANNEL_NEW, error);
  if (self->path == NULL)
    return TRUE;
  if (!tf_owned_is_ours (&self->channel.owned))
    return refuse_inherited (self, error);
  if (!self->permanent && self->fd != -1)
    return TRUE;
  return tf_error_set_code (error, G_IO_ERROR_NOT_SUPPORTED,
                            _("Could not delete “%s”: it was kept"), self->path);
}

gboolean
tf_handle_delete_locked (TfHandle  *self,
                         GError   **error)
{
  gboolean result = tf_handle_delete_name (self, error);

  if (self->channel.state == TF_CHANNEL_CLOSED && self->path == NULL)
    tf_handle_close_fd (self, NULL);
  return result;
}

gboolean
tf_handle_delete (TfHandle  *self,
                  GError   **error)
{
  gboolean result;

  tf_channel_lock (&self->channel);
  result = may_delete (self, error) && tf_handle_delete_locked (self, error);
  tf_channel_unlock (&self->channel);
  return result;
}

/* --- keeping -------------------------------------------------------------------------------- */

static gboolean
may_keep (TfHandle  *self,
          GError   **error)
{
  if (self->path != NULL)
    return tf_owned_is_ours (&self->channel.owned) || refuse_inherited (self, error);
  if (self->channel.state != TF_CHANNEL_OPEN)
    return tf_channel_refuse (self->channel.state, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       _("Could not keep the temporary file: it has no name"));
  return FALSE;
}

char *
tf_handle_keep (TfHandle  *self,
                GError   **error)
{
  char *path = NULL;

  tf_channel_lock (&self->channel);
  if (may_keep (self, error))
    {
      path = g_strdup (self->path);
      self->auto_delete = FALSE;
      self->permanent = TRUE;
      tf_owned_forget (&self->channel.owned);
      if (self->channel.state == TF_CHANNEL_CLOSED)
        tf_handle_close_fd (self, NULL);
    }
  tf_channel_unlock (&self->channel);
  return path;
}

gboolean
tf_handle_get_auto_delete (TfHandle *self)
{
  gboolean auto_delete;

  tf_channel_lock (&self->channel);
  auto_delete = self->auto_delete;
  tf_channel_unlock (&self->channel);
  return auto_delete;
}

/* Once the descriptor is closed nothing guards the identity of the name, so it is never deleted;
 * and what was kept or published is the user's. */
void
tf_handle_set_auto_delete (TfHandle *self,
                           gboolean  auto_delete)
{
  tf_channel_lock (&self->channel);
  if (!self->permanent && (self->channel.state != TF_CHANNEL_CLOSED || self->fd != -1))
    {
      self->auto_delete = auto_delete;
      if (auto_delete && self->path != NULL)
        tf_owned_register (&self->channel.owned);
      else
        tf_owned_forget (&self->channel.owned);
      if (!auto_delete && self->channel.state == TF_CHANNEL_CLOSED)
        tf_handle_close_fd (self, NULL);
    }
  tf_channel_unlock (&self->channel);
}

const char *
tf_handle_get_path (TfHandle *self)
{
  const char *path;

  tf_channel_lock (&self->channel);
  tf_handle_notice_folder (self);
  path = self->path;
  self->path_lent = path != NULL;
  tf_channel_unlock (&self->channel);
  return path;
}
