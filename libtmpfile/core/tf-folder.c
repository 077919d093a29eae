/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One temporary folder that is ours, on the core floor: made, found again, deleted, kept. */

#include "config.h"

#include "core/tf-folder-private.h"

#include "core/tf-audit-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How often a folder is looked for and emptied while others move and fill it. */
#define MAX_PASSES 8

typedef enum
{
  FOLDER_OPEN,
  FOLDER_LEFT,   /* closed, and its name stays */
  FOLDER_GONE,   /* deleted */
} FolderState;

struct _TfFolder
{
  TfOwned owned;
  char *path;             /* absolute; where it was made */
  TfIdentity id;
  gboolean marked;        /* it was made with the mark, which says that a sweep may take it */

  TfLock work;            /* held for as long as cleaning up takes; before `lock` */

  TfLock lock;            /* held for moments; for what follows */
  int state;              /* a FolderState; atomic, changed under the lock */
  int auto_delete;        /* as `state` */
  int fd;                 /* -1 once it is closed; it holds the lease */
  int holds;              /* atomic: who needs `fd` for a moment */
  gboolean kept;
};

/* --- the descriptor ---------------------------------------------------------------------- */

/* With the lock held. It stays open for who holds it, the last of whom comes here again. */
static void
close_fd (TfFolder *self)
{
  if (self->fd == -1 || g_atomic_int_get (&self->holds) > 0)
    return;
  tf_os_close (self->fd);
  self->fd = -1;
}

/* In a forked child those who held the descriptor are gone; this thread held none. */
static void
lock_state (TfFolder *self)
{
  if (!tf_lock_acquire (&self->lock))
    return;
  g_atomic_int_set (&self->holds, 0);
  if (self->state == FOLDER_GONE)
    close_fd (self);
}

/* Files made in the folder still find their names through the descriptor of one that stays, so it
 * is closed at once only when nobody else has a reference. */
static void
set_state (TfFolder    *self,
           FolderState  state)
{
  tf_owned_forget (&self->owned);
  lock_state (self);
  if (self->state == FOLDER_OPEN)
    g_atomic_int_set (&self->state, state);
  if (state == FOLDER_GONE || g_atomic_int_get (&self->owned.ref_count) == 1)
    close_fd (self);
  tf_lock_release (&self->lock);
}

int
tf_folder_get_fd (TfFolder *self)
{
  int fd;

  lock_state (self);
  fd = self->state == FOLDER_OPEN ? self->fd : -1;
  tf_lock_release (&self->lock);
  return fd;
}

/* Without the lock, for files are made and deleted this way: who holds counts first and looks at
 * the state then, who closes sets the state first and looks at the count then, so one of them
 * notices. */
int
tf_folder_hold_fd (TfFolder *self)
{
  int fd = -1;

  if (G_UNLIKELY (tf_lock_is_special (&self->lock)))
    {
      lock_state (self);
      tf_lock_release (&self->lock);
    }

  g_atomic_int_inc (&self->holds);
  if (g_atomic_int_get (&self->state) != FOLDER_GONE)
    fd = g_atomic_int_get (&self->fd);
  if (fd == -1)
    tf_folder_release_fd (self);
  return fd;
}

void
tf_folder_release_fd (TfFolder *self)
{
  if (!g_atomic_int_dec_and_test (&self->holds) ||
      g_atomic_int_get (&self->state) != FOLDER_GONE)
    return;
  lock_state (self);
  close_fd (self);
  tf_lock_release (&self->lock);
}

static gboolean
refuse_closed (TfFolder  *self,
               GError   **error)
{
  return tf_error_set_code (error, G_IO_ERROR_CLOSED,
                            _("Could not use “%s”: the temporary folder is closed"), self->path);
}

int
tf_folder_dup_fd (TfFolder  *self,
                  GError   **error)
{
  TfStatus status;
  int fd = tf_folder_hold_fd (self);
  int copy = -1;

  if (fd == -1 || tf_folder_is_closed (self))
    {
      if (fd != -1)
        tf_folder_release_fd (self);
      refuse_closed (self, error);
      return -1;
    }

  status = tf_os_dup (fd, &copy);
  tf_folder_release_fd (self);
  if (status == 0)
    return copy;
  tf_error_set (error, status, _("Could not duplicate the descriptor of “%s”: %s"), self->path);
  return -1;
}

/* --- where it is now --------------------------------------------------------------------- */

typedef enum
{
  FOUND_NOWHERE,   /* it has no name any more */
  FOUND_HERE,
  FOUND_UNKNOWN,   /* not where it was made, and the system does not tell */
} Found;

static gboolean
is_at (TfFolder   *self,
       const char *path)
{
  TfStat stat;

  return tf_os_stat_at (TF_OS_CWD, path, &stat) == 0 && tf_identity_equal (&stat.id, &self->id);
}

/* Looks for the folder, first where it was made. *moved is set when it is somewhere else. */
static Found
find (TfFolder  *self,
      char     **moved)
{
  TfStat stat;

  if (is_at (self, self->path))
    return FOUND_HERE;
  if (tf_os_stat (self->fd, &stat) == 0 && stat.links == 0)
    return FOUND_NOWHERE;
  if (tf_os_path_of (self->fd, moved) != 0 || !is_at (self, *moved))
    return FOUND_UNKNOWN;
  return FOUND_HERE;
}

/* --- deleting ---------------------------------------------------------------------------- */

typedef struct
{
  GCancellable *cancellable;
  TfTallyProgress progress;
  gpointer progress_data;
} Removal;

static gboolean
empty (TfFolder       *self,
       const char     *path,
       const Removal  *removal,
       GError        **error)
{
  return tf_remover_empty (self->fd, path, removal->cancellable, removal->progress,
                           removal->progress_data, error);
}

static gboolean
leave_lost_folder (TfFolder       *self,
                   const Removal  *removal,
                   GError        **error)
{
  if (!empty (self, self->path, removal, error))
    return FALSE;
  return tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                            _("Could not remove “%s”: it was moved away, and what is left is an "
                              "empty folder elsewhere"),
                            self->path);
}

/* With `work` held. The comparison comes right before each rmdir. A folder that was not found may
 * be on its way just now, so the first time proves nothing. */
static gboolean
remove_all (TfFolder       *self,
            const Removal  *removal,
            GError        **error)
{
  gboolean missed = FALSE;
  gboolean emptied = FALSE;
  TfStatus status = 0;

  for (guint pass = 0; pass < MAX_PASSES; pass++)
    {
      g_autofree char *moved = NULL;
      Found found = find (self, &moved);
      const char *path = moved != NULL ? moved : self->path;
      TfCondition condition;

      if (found == FOUND_NOWHERE)
        return TRUE;
      if (found == FOUND_UNKNOWN && missed)
        return leave_lost_folder (self, removal, error);
      missed = found == FOUND_UNKNOWN;
      if (missed)
        continue;

      status = tf_os_rmdir_same (TF_OS_CWD, path, &self->id);
      condition = tf_os_condition (status);
      if (condition == TF_CONDITION_OK)
        return TRUE;
      if (tf_os_says_filled (status) ||
          (condition != TF_CONDITION_NOT_FOUND && !emptied))
        {
          if (!empty (self, path, removal, error))
            return FALSE;
          emptied = TRUE;
        }
      else if (condition != TF_CONDITION_NOT_FOUND)
        break;
    }

  return tf_error_set (error, status, _("Could not remove “%s”: %s"), self->path);
}

/* With `work` held. */
static gboolean
cleanup_locked (TfFolder       *self,
                const Removal  *removal,
                GError        **error)
{
  if (tf_folder_is_closed (self))
    return TRUE;
  if (self->kept || !tf_owned_is_ours (&self->owned))
    {
      set_state (self, FOLDER_LEFT);
      return TRUE;
    }
  if (!remove_all (self, removal, error))
    return FALSE;
  set_state (self, FOLDER_GONE);
  return TRUE;
}

gboolean
tf_folder_cleanup (TfFolder           *self,
                   GCancellable       *cancellable,
                   TfTallyProgress   progress,
                   gpointer            progress_data,
                   GError            **error)
{
  const Removal removal = { cancellable, progress, progress_data };
  gboolean result;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  tf_lock_acquire (&self->work);
  result = cleanup_locked (self, &removal, error);
  tf_lock_release (&self->work);
  return result;
}

static void
discard (TfOwned *owned,
         gint64   deadline)
{
  TfFolder *self = (TfFolder *) owned;
  const Removal removal = { NULL, };
  g_autoptr (GError) error = NULL;
  gboolean inherited;

  if (!tf_folder_get_auto_delete (self) || !tf_lock_try_until (&self->work, deadline, &inherited))
    return;
  if (!cleanup_locked (self, &removal, &error))
    g_debug ("%s", error->message);
  tf_lock_release (&self->work);
}

void
tf_folder_abandon (TfFolder *self)
{
  g_autoptr (GError) error = NULL;

  if (tf_folder_is_closed (self))
    return;
  if (!tf_folder_get_auto_delete (self))
    {
      tf_lock_acquire (&self->work);
      set_state (self, FOLDER_LEFT);
      tf_lock_release (&self->work);
    }
  else if (!tf_folder_cleanup (self, NULL, NULL, NULL, &error))
    g_debug ("%s", error->message);
}

static void
finalize (TfOwned *owned)
{
  TfFolder *self = (TfFolder *) owned;

  lock_state (self);
  close_fd (self);
  tf_lock_release (&self->lock);
  tf_lock_clear (&self->lock);
  tf_lock_clear (&self->work);
  g_free (self->path);
  g_free (self);
}

/* --- keeping ----------------------------------------------------------------------------- */

/* What is to stay bears no mark, so that no sweep takes it once the lease has ended. */
static TfStatus
set_mark (TfFolder *self,
          gboolean  mark)
{
  TfStat stat;
  TfStatus status;

  if (!self->marked)
    return 0;
  status = tf_os_stat (self->fd, &stat);
  if (status != 0)
    return status;
  return tf_os_set_mode (self->fd, (stat.mode & 0777) | (mark ? TF_OS_MARK : 0));
}

/* With both locks held. */
static gboolean
keep_locked (TfFolder  *self,
             GError   **error)
{
  TfStatus status = 0;

  if (self->kept)
    return TRUE;
  if (self->state == FOLDER_GONE)
    return refuse_closed (self, error);
  if (!tf_owned_is_ours (&self->owned))
    return tf_error_set_code (error, G_IO_ERROR_PERMISSION_DENIED,
                              _("Could not keep “%s”: it belongs to the process that made it"),
                              self->path);
  if (self->state == FOLDER_OPEN)
    status = set_mark (self, FALSE);
  if (status != 0)
    return tf_error_set (error, status, _("Could not keep “%s”: %s"), self->path);

  self->kept = TRUE;
  return TRUE;
}

gboolean
tf_folder_keep (TfFolder  *self,
                GError   **error)
{
  gboolean result;

  tf_lock_acquire (&self->work);
  lock_state (self);
  result = keep_locked (self, error);
  tf_lock_release (&self->lock);
  if (result)
    tf_owned_forget (&self->owned);
  tf_lock_release (&self->work);
  return result;
}

/* --- making ------------------------------------------------------------------------------ */

static TfStatus
create_cb (int         dir,
           const char *name,
           const char *path,
           gpointer    data)
{
  TfFolder *self = data;
  TfStat stat;
  TfStatus status = tf_os_create_leased_folder (dir, name, &self->fd, &stat);

  if (status == 0)
    {
      self->id = stat.id;
      self->marked = (stat.mode & TF_OS_MARK) != 0;
    }
  return status;
}

TfFolder *
tf_folder_new (const TfPlace  *place,
               GError        **error)
{
  static const TfOwnedClass klass = { discard, finalize };
  TfFolder *self = g_new (TfFolder, 1);

  memset (self, 0, sizeof *self);
  tf_owned_init (&self->owned, &klass);
  tf_lock_init (&self->work);
  tf_lock_init (&self->lock);
  self->fd = -1;
  self->auto_delete = TRUE;
  self->path = tf_opener_ask_and_try (place, TF_AUDIT_FOLDER, create_cb, self,
                                      N_("Could not create the folder “%s”: %s"), error);
  if (self->path == NULL)
    {
      tf_folder_unref (self);
      return NULL;
    }
  tf_owned_adopt (&self->owned);
  tf_owned_register (&self->owned);

  return self;
}

/* --- what it is -------------------------------------------------------------------------- */

const char *
tf_folder_get_path (TfFolder *self)
{
  return self->path;
}

gboolean
tf_folder_is_closed (TfFolder *self)
{
  return g_atomic_int_get (&self->state) != FOLDER_OPEN;
}

gboolean
tf_folder_has_name (TfFolder *self)
{
  return g_atomic_int_get (&self->state) != FOLDER_GONE;
}

gboolean
tf_folder_is_there (TfFolder *self)
{
  return is_at (self, self->path);
}

gboolean
tf_folder_is_gone (TfFolder *self)
{
  int fd = tf_folder_hold_fd (self);
  gboolean gone = fd == -1;
  TfStat stat;

  if (fd != -1)
    {
      gone = tf_os_stat (fd, &stat) == 0 && stat.links == 0;
      tf_folder_release_fd (self);
    }
  return gone;
}

gboolean
tf_folder_get_auto_delete (TfFolder *self)
{
  return g_atomic_int_get (&self->auto_delete);
}

void
tf_folder_set_auto_delete (TfFolder *self,
                           gboolean  auto_delete)
{
  lock_state (self);
  if (self->auto_delete != auto_delete)
    {
      g_atomic_int_set (&self->auto_delete, auto_delete);
      if (self->state == FOLDER_OPEN && !self->kept && tf_owned_is_ours (&self->owned))
        set_mark (self, auto_delete);
    }
  tf_lock_release (&self->lock);
}
