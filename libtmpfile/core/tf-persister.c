/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Publishing a file, on the core floor: at every instant the destination is the old file or the
 * new.
 *
 * Three ways, the first that works. A file with a name is renamed. A file that never had one is
 * linked, over an existing file by a link next to it and a rename. Where the kernel can do neither
 * (another file system, a file that was unlinked) a copy is made next to the destination,
 * renamed, and the handle's descriptor becomes the copy's. */

#include "config.h"

#include "core/tf-handle-struct-private.h"

#include "core/tf-copier-private.h"
#include "core/tf-name-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

#define MAX_COPIES 8   /* tried, when sweeps take one after the other */

typedef struct
{
  TfHandle *handle;
  const char *destination;    /* absolute */
  char *folder;               /* of the destination */
  gboolean replace;
  gboolean exists;            /* a moment ago something was there */
  gboolean itself;            /* namely this very file, by another of its names */
  gboolean refused;           /* the kernel cannot link this file there */
  int guard;                  /* a descriptor with a lease on the intermediate, or -1 */
  guint mode;                 /* that the published file has */
  guint old_mode;             /* to go back to when it fails */
  GCancellable *cancellable;
} Publication;

/* What one way comes to. */
typedef enum
{
  PUBLISHED,
  FAILED,          /* the error is set */
  TRY_COPY,
} Outcome;

static gboolean
say (Publication  *publication,
     TfStatus      status,
     GError      **error)
{
  return tf_error_set (error, status, _("Could not publish “%s”: %s"), publication->destination);
}

/* The caller knows the destination, and nothing of an intermediate. */
static void
name_destination (Publication *publication,
                  GError      *error)
{
  char *message = g_strdup_printf (_("Could not publish “%s”: %s"), publication->destination,
                                   error->message);

  g_free (error->message);
  error->message = message;
}

/* --- before --------------------------------------------------------------------------------- */

/* Whether the destination is the handle's own name, however it is spelled. */
static gboolean
is_same_name (Publication *publication)
{
  const char *path = publication->handle->path;
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  g_autofree char *other = NULL;
  TfIdentity ours, theirs;

  if (path == NULL)
    return FALSE;
  name = g_path_get_basename (path);
  other = g_path_get_basename (publication->destination);
  if (g_strcmp0 (name, other) != 0)
    return FALSE;

  /* The dot sees the folder itself, where its path ends in a link. */
  g_free (name);
  g_free (other);
  folder = g_path_get_dirname (path);
  name = g_build_filename (folder, ".", NULL);
  other = g_build_filename (publication->folder, ".", NULL);
  return tf_os_identify_at (TF_OS_CWD, name, &ours) == 0 &&
         tf_os_identify_at (TF_OS_CWD, other, &theirs) == 0 &&
         tf_identity_equal (&ours, &theirs);
}

/* The mode is that of the file replaced, without set-id bits, else what any new file would have. */
static gboolean
find_mode (Publication  *publication,
           GError      **error)
{
  TfStat found;
  guint mask = 0;
  TfStatus status = tf_os_stat_at (TF_OS_CWD, publication->destination, &found);

  publication->exists = status == 0;
  publication->itself = status == 0 && found.links > 1 &&
                        tf_identity_equal (&found.id, &publication->handle->id) &&
                        !is_same_name (publication);
  if (status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
    return say (publication, status, error);
  if (publication->exists && !publication->replace)
    return tf_error_set_code (error, G_IO_ERROR_EXISTS,
                              _("Could not publish “%s”: something is there already"),
                              publication->destination);
  if (publication->exists && found.kind == TF_KIND_FOLDER)
    return tf_error_set_code (error, G_IO_ERROR_IS_DIRECTORY,
                              _("Could not publish “%s”: a folder is there"),
                              publication->destination);
  if (publication->exists && found.kind == TF_KIND_FILE)
    {
      publication->mode = found.mode & 0777;
      return TRUE;
    }

  status = tf_os_umask (publication->folder, &mask);
  if (status != 0)
    return say (publication, status, error);
  publication->mode = 0666 & ~mask;
  return TRUE;
}

static gboolean
note_old_mode (Publication  *publication,
               GError      **error)
{
  TfStat stat;
  TfStatus status = tf_os_stat (publication->handle->fd, &stat);

  if (status != 0)
    return say (publication, status, error);
  publication->old_mode = stat.mode;
  publication->handle->id = stat.id;
  return TRUE;
}

/* --- the ways ------------------------------------------------------------------------------- */

static void
restore_mode (Publication *publication)
{
  tf_os_set_mode (publication->handle->fd, publication->old_mode);
}

/* Neither a link nor a rename can be done here, a copy can. */
static gboolean
wants_copy (TfStatus status)
{
  TfCondition condition = tf_os_condition (status);

  return condition == TF_CONDITION_CROSS_DEVICE || condition == TF_CONDITION_NOT_SUPPORTED;
}

static Outcome
conclude (Publication  *publication,
          TfStatus      status,
          GError      **error)
{
  if (status == 0)
    return PUBLISHED;
  restore_mode (publication);
  if (wants_copy (status))
    return TRY_COPY;
  say (publication, status, error);
  return FAILED;
}

static Outcome
rename_name (Publication  *publication,
             GError      **error)
{
  TfHandle *handle = publication->handle;
  TfStatus status = tf_os_set_mode (handle->fd, publication->mode);
  gboolean ours = FALSE;
  TfLookup where;

  if (status != 0)
    return conclude (publication, status, error);
  if (!tf_handle_begin_lookup (handle, &where))
    {
      tf_handle_refuse_missing (handle, error);
      restore_mode (publication);
      return FAILED;
    }

  /* Nothing stands between the look and the rename. */
  ours = tf_handle_check_name (handle, &where, error);
  /* To rename one name of a file to another does nothing (rename(2)). */
  if (ours && publication->itself)
    status = tf_os_unlink_same (where.dir, where.name, &handle->id);
  else if (ours)
    status = tf_os_rename (where.dir, where.name, TF_OS_CWD, publication->destination,
                           publication->replace ? TF_OS_RENAME_REPLACE : TF_OS_RENAME_NO_REPLACE);
  tf_handle_end_lookup (handle);
  if (ours)
    return conclude (publication, status, error);
  restore_mode (publication);
  return FAILED;
}

/* An intermediate that somebody works at has a lease, so that no sweep takes it, until after the
 * rename: then there is nothing left to be swept. On a descriptor of its own, since a lease ends by
 * a close() only, and the caller may have locked the file by the handle's. FALSE when a sweep has
 * the file, though it is still there. */
static gboolean
take_guard (Publication *publication,
            int          fd,
            const char  *path)
{
  TfStatus status;

  if (publication->guard != -1 ||
      tf_os_reopen (fd, path, TF_OS_REOPEN_READ_ONLY, &publication->guard) != 0)
    return TRUE;
  status = tf_os_take_lease (publication->guard, TF_OS_LEASE_SHARED);
  return status == 0 || tf_os_condition (status) != TF_CONDITION_BUSY;
}

static void
drop_guard (Publication *publication)
{
  if (publication->guard != -1)
    tf_os_close (publication->guard);
  publication->guard = -1;
}

/* Whether a sweep was faster than the guard. */
static gboolean
is_swept (int fd)
{
  TfStat stat;

  return tf_os_stat (fd, &stat) == 0 && stat.links == 0;
}

static TfStatus
link_intermediate (int         dir,
                   const char *name,
                   const char *path,
                   gpointer    data)
{
  Publication *publication = data;
  TfStatus status = tf_os_link_file (publication->handle->fd, dir, name);

  /* Where it could not be had by the descriptor alone. */
  if (status == 0)
    take_guard (publication, publication->handle->fd, path);
  publication->refused = wants_copy (status);
  return status;
}

/* A name next to the destination that is private until the moment of the rename. With the guard. */
static Outcome
link_and_rename_guarded (Publication  *publication,
                         GError      **error)
{
  TfPlace place = { TF_OS_CWD, publication->folder, TF_NAME_INTERMEDIATE_PREFIX,
                    TF_NAME_INTERMEDIATE_SUFFIX };
  g_autoptr (GError) link_error = NULL;
  g_autofree char *intermediate = NULL;
  TfStatus status;

  intermediate = tf_opener_try (&place, link_intermediate, publication,
                                N_("Could not create “%s”: %s"), &link_error);
  if (intermediate == NULL && publication->refused)
    return TRY_COPY;
  if (intermediate == NULL)
    {
      name_destination (publication, link_error);
      g_propagate_error (error, g_steal_pointer (&link_error));
      return FAILED;
    }

  status = tf_os_set_mode (publication->handle->fd, publication->mode);
  if (status == 0)
    status = tf_os_rename (TF_OS_CWD, intermediate, TF_OS_CWD, publication->destination,
                           TF_OS_RENAME_REPLACE);
  if (status != 0)
    {
      /* Once it had a name and has none any more, the file cannot be linked again. */
      publication->handle->linkable = FALSE;
      tf_opener_remove_fresh (intermediate, &publication->handle->id);
      /* A sweep took it before it was guarded: a copy can still be published. */
      if (is_swept (publication->handle->fd) &&
          tf_os_condition (status) == TF_CONDITION_NOT_FOUND)
        status = tf_os_status (TF_CONDITION_NOT_SUPPORTED);
    }
  return conclude (publication, status, error);
}

static Outcome
link_and_rename (Publication  *publication,
                 GError      **error)
{
  Outcome outcome;

  take_guard (publication, publication->handle->fd, NULL);
  outcome = link_and_rename_guarded (publication, error);
  drop_guard (publication);
  return outcome;
}

static Outcome
link_directly (Publication  *publication,
               GError      **error)
{
  TfStatus status = tf_os_set_mode (publication->handle->fd, publication->mode);

  if (status == 0)
    status = tf_os_link_file (publication->handle->fd, TF_OS_CWD, publication->destination);
  if (tf_os_condition (status) == TF_CONDITION_EXISTS && publication->replace)
    {
      restore_mode (publication);
      return link_and_rename (publication, error);
    }
  return conclude (publication, status, error);
}

/* --- the copy ------------------------------------------------------------------------------- */

/* The copy's descriptor as the handle wants it: the same position, appending or only reading where
 * it did. All that can fail is done before the copy is published. */
static gboolean
prepare_descriptor (Publication  *publication,
                    int          *copy,
                    const char   *intermediate,
                    GError      **error)
{
  TfHandle *handle = publication->handle;
  gint64 position, ignored;
  TfStatus status = tf_os_seek (handle->fd, 0, G_SEEK_CUR, &position);

  if (status == 0 && (handle->append || handle->read_only))
    {
      TfOsReopenFlags flags = (handle->append ? TF_OS_REOPEN_APPEND : TF_OS_REOPEN_NONE) |
                              (handle->read_only ? TF_OS_REOPEN_READ_ONLY : TF_OS_REOPEN_NONE);
      int reopened;

      status = tf_os_reopen (*copy, intermediate, flags, &reopened);
      if (status == 0)
        {
          tf_os_close (*copy);
          *copy = reopened;
        }
    }
  if (status == 0)
    status = tf_os_seek (*copy, position, G_SEEK_SET, &ignored);
  return status == 0 || say (publication, status, error);
}

static gboolean
publish_copy (Publication  *publication,
              int          *copy,
              const char   *intermediate,
              GError      **error)
{
  TfStatus status;

  if (!tf_copier_copy (publication->handle->fd, *copy, tf_handle_describe (publication->handle),
                       publication->cancellable, error) ||
      !prepare_descriptor (publication, copy, intermediate, error))
    return FALSE;
  status = tf_os_set_mode (*copy, publication->mode);
  if (status == 0)
    status = tf_os_rename (TF_OS_CWD, intermediate, TF_OS_CWD, publication->destination,
                           publication->replace ? TF_OS_RENAME_REPLACE : TF_OS_RENAME_NO_REPLACE);
  return status == 0 || say (publication, status, error);
}

/* The old name goes while the old descriptor still guards it; then the handle's own number means
 * the copy. Duplicates keep the old data. */
static void
move_to_copy (Publication  *publication,
              int           copy,
              const TfStat *stat)
{
  TfHandle *handle = publication->handle;
  g_autoptr (GError) error = NULL;

  if (!tf_handle_delete_name (handle, &error))
    g_debug ("%s", error->message);
  handle->id = stat->id;
  if (tf_os_replace (copy, handle->fd) == 0)
    return;
  /* The file counts more than its number. */
  tf_os_close (handle->fd);
  handle->fd = copy;
}

/* A new file next to the destination, with the guard; -1 on error. */
static int
create_copy (Publication  *publication,
             char        **intermediate,
             TfStat       *stat,
             GError      **error)
{
  TfPlace place = { TF_OS_CWD, publication->folder, TF_NAME_INTERMEDIATE_PREFIX,
                    TF_NAME_INTERMEDIATE_SUFFIX };
  g_autoptr (GError) create_error = NULL;
  int copy;

  for (guint i = 0; i < MAX_COPIES; i++)
    {
      copy = tf_opener_create_quietly (&place, 0600, TF_OS_CREATE_NONE, intermediate, stat,
                                       &create_error);
      if (copy == -1)
        {
          name_destination (publication, create_error);
          g_propagate_error (error, g_steal_pointer (&create_error));
          return -1;
        }
      if (take_guard (publication, copy, *intermediate) && !is_swept (copy))
        return copy;
      tf_opener_remove_fresh (*intermediate, &stat->id);
      drop_guard (publication);
      tf_os_close (copy);
      g_clear_pointer (intermediate, g_free);
    }
  say (publication, tf_os_status (TF_CONDITION_NOT_FOUND), error);
  return -1;
}

static Outcome
copy_and_rename (Publication  *publication,
                 GError      **error)
{
  g_autofree char *intermediate = NULL;
  gboolean published;
  TfStat stat;
  int copy;

  copy = create_copy (publication, &intermediate, &stat, error);
  if (copy == -1)
    return FAILED;
  published = publish_copy (publication, &copy, intermediate, error);
  if (!published)
    tf_opener_remove_fresh (intermediate, &stat.id);
  drop_guard (publication);
  if (!published)
    {
      tf_os_close (copy);
      return FAILED;
    }
  move_to_copy (publication, copy, &stat);
  return PUBLISHED;
}

/* --- all of it ------------------------------------------------------------------------------ */

static Outcome
publish (Publication  *publication,
         GError      **error)
{
  TfHandle *handle = publication->handle;
  Outcome outcome = TRY_COPY;

  if (handle->path != NULL)
    outcome = rename_name (publication, error);
  else if (handle->linkable && publication->exists)
    outcome = link_and_rename (publication, error);
  else if (handle->linkable)
    outcome = link_directly (publication, error);
  if (outcome == TRY_COPY)
    outcome = copy_and_rename (publication, error);
  return outcome;
}

/* The descriptor may have been closed while the name stayed. */
static gboolean
need_descriptor (TfHandle  *self,
                 GError   **error)
{
  if (self->channel.state == TF_CHANNEL_OPEN)
    return tf_handle_become_seen (self, error) && tf_handle_settle (self, error);
  return tf_handle_open_again (self, error);
}

static gboolean
persist_locked (TfHandle        *self,
                const char      *destination,
                TfPublishFlags   flags,
                GCancellable    *cancellable,
                GError         **error)
{
  g_autofree char *folder = g_path_get_dirname (destination);
  Publication publication = {
    .handle = self,
    .destination = destination,
    .folder = folder,
    .replace = (flags & TF_PUBLISH_REPLACE) != 0,
    .guard = -1,
    .cancellable = cancellable,
  };

  if (!need_descriptor (self, error) ||
      !note_old_mode (&publication, error) ||
      !find_mode (&publication, error) ||
      publish (&publication, error) != PUBLISHED)
    return FALSE;

  tf_handle_set_name (self, g_strdup (destination));
  self->linkable = FALSE;
  self->auto_delete = FALSE;
  self->permanent = TRUE;
  return TRUE;
}

static gboolean
may_persist (TfHandle  *self,
             GError   **error)
{
  TfChannelState state = self->channel.state;

  if (state == TF_CHANNEL_NEW || (state == TF_CHANNEL_CLOSED && self->path == NULL))
    return tf_channel_refuse (state, error);
  if (self->path != NULL && !tf_owned_is_ours (&self->channel.owned))
    return tf_error_set_code (error, G_IO_ERROR_PERMISSION_DENIED,
                              _("Could not publish “%s”: it belongs to the parent process"),
                              self->path);
  return TRUE;
}

gboolean
tf_handle_persist (TfHandle        *self,
                   const char      *destination,
                   TfPublishFlags   flags,
                   GCancellable    *cancellable,
                   GError         **error)
{
  gboolean done;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  tf_channel_lock (&self->channel);
  tf_handle_notice_folder (self);
  done = may_persist (self, error) &&
         persist_locked (self, destination, flags, cancellable, error);
  if (self->channel.state == TF_CHANNEL_CLOSED && (done || !self->auto_delete))
    tf_handle_close_fd (self, NULL);
  tf_channel_unlock (&self->channel);
  return done;
}
