/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A removal as a whole, on the core floor: passes over the root until nothing is left in it, alone
 * or with a second thread, and the removal of the root itself. */

#include "config.h"

#include "core/tf-remover-struct-private.h"

#include <glib/gi18n-lib.h>

#define MAX_TURNS 4096   /* passes, with those in which there was only what removers move */

/* --- passes ------------------------------------------------------------------------------ */

/* Passes until one finds nothing. */
static void
empty_root (TfRemover *self)
{
  TfRemoverLevel *root = self->levels;
  guint passes = 0;

  for (guint turn = 0; turn < MAX_TURNS && passes < TF_REMOVER_PASSES; turn++)
    {
      TfStatus status = tf_os_list_begin (tf_remover_get_list (root), root->fd);

      if (status != 0)
        {
          tf_remover_fail (self, NULL, status);
          return;
        }
      tf_remover_choose_stem (self);
      self->seen = 0;
      self->filled = 0;
      tf_remover_walk (self);
      if (tf_tally_is_cancelled (self->tally) || root->failed || self->seen == 0)
        return;
      if (self->filled > 0)
        passes++;
    }

  root->failed = TRUE;
  tf_tally_fail_code (self->tally, G_IO_ERROR_NOT_EMPTY,
                      _("Could not remove “%s”: it is filled as fast as it is emptied"),
                      self->path);
}

static gboolean
open_root (TfRemover *self,
           int        fd)
{
  TfStatus status;

  self->top = self->levels;
  self->top->fd = fd;
  if (tf_remover_admit (self, NULL, fd, &status))
    return TRUE;
  if (status != 0)
    tf_remover_fail (self, NULL, status);
  return FALSE;
}

static void
dismiss_partner (TfRemover *self)
{
  gboolean failed;
  TfPartnerJob job;

  if (self->partner == NULL)
    return;
  for (guint level = 0; level < TF_REMOVER_LEVELS; level++)
    {
      while (tf_partner_take_back (self->partner, level, &job, &failed))
        tf_partner_job_clear (&job);
    }
  g_clear_pointer (&self->partner, tf_partner_free);
}

static void
release (TfRemover *self)
{
  dismiss_partner (self);
  for (; self->top > self->levels; self->top--)
    tf_os_close (self->top->fd);
  for (guint i = 0; i < TF_REMOVER_LEVELS; i++)
    {
      g_clear_pointer (&self->levels[i].list, tf_os_list_free);
      if (self->levels[i].name != NULL)
        g_string_free (self->levels[i].name, TRUE);
    }
  tf_tally_add (self->tally, self->removed & (TF_REMOVER_REPORT - 1), FALSE);
}

/* --- roles ------------------------------------------------------------------------------- */

typedef enum
{
  ROLE_ALONE,
  ROLE_FIRST,    /* of two threads */
  ROLE_SECOND,
} Role;

static gboolean remove_job_cb (const TfPartnerJob *job, gpointer data);

/* Two threads share the descriptors that one alone may have. */
static guint
highest_level (guint n_threads)
{
  return TF_REMOVER_LEVELS / n_threads / (1 + tf_os_list_descriptors ()) - 1;
}

/* FALSE when something stays. */
static gboolean
empty (int         root,
       const char *path,
       Role        role,
       TfTally    *tally)
{
  TfRemover self = { .path = path, .tally = tally, .reports = role != ROLE_SECOND };
  gboolean failed;

  if (role == ROLE_FIRST)
    self.partner = tf_partner_new (remove_job_cb, tally);
  if (self.partner == NULL && role == ROLE_FIRST)
    role = ROLE_ALONE;
  self.highest = self.levels + highest_level (role == ROLE_ALONE ? 1 : 2);

  if (open_root (&self, root))
    {
      tf_tally_look_up (tally);
      empty_root (&self);
    }
  failed = self.levels[0].failed;
  release (&self);
  /* Descriptors that suffice for one thread may not do so for two. */
  if (failed && role == ROLE_FIRST && tf_tally_forgive (tally, G_IO_ERROR_TOO_MANY_OPEN_FILES))
    return empty (root, path, ROLE_ALONE, tally);
  return !failed && !tf_tally_is_cancelled (tally);
}

static TfRemoverEnd
remove_folder (int               root,
               int               dir,
               const char       *name,
               const TfIdentity *id,
               const char       *path,
               Role              role,
               TfTally          *tally)
{
  TfStatus status = 0;

  for (guint pass = 0; pass < TF_REMOVER_PASSES; pass++)
    {
      TfIdentity now;

      if (!empty (root, path, role, tally))
        return TF_REMOVER_STAYS;
      status = tf_os_identify_at (dir, name, &now);
      if (status == 0 && !tf_identity_equal (&now, id))
        return TF_REMOVER_LOST;
      if (status == 0)
        status = tf_os_rmdir_same (dir, name, id);
      if (status == 0)
        return TF_REMOVER_GONE;
      if (tf_os_condition (status) == TF_CONDITION_NOT_FOUND)
        return TF_REMOVER_LOST;
      if (!tf_os_says_filled (status))
        break;
    }
  tf_tally_fail (tally, status, path);
  return TF_REMOVER_STAYS;
}

/* In the second thread. What is not under its name any more is not looked for: the first thread
 * finds what is there instead when it comes to remove the folder above. */
static gboolean
remove_job_cb (const TfPartnerJob *job,
               gpointer            data)
{
  TfTally *tally = data;
  TfRemoverEnd end = TF_REMOVER_STAYS;
  TfStat stat;
  TfStatus status = tf_os_stat (job->fd, &stat);

  if (status != 0)
    tf_tally_fail (tally, status, job->path);
  else
    end = remove_folder (job->fd, job->dir, job->name, &stat.id, job->path, ROLE_SECOND, tally);
  if (end == TF_REMOVER_GONE)
    tf_tally_add (tally, 1, FALSE);
  return end != TF_REMOVER_STAYS;
}

/* --- from outside ------------------------------------------------------------------------ */

gboolean
tf_remover_empty_into (int         root,
                       const char *path,
                       gboolean    parallel,
                       TfTally    *tally)
{
  return empty (root, path, parallel ? ROLE_FIRST : ROLE_ALONE, tally);
}

TfRemoverEnd
tf_remover_remove_folder (int               root,
                          int               dir,
                          const char       *name,
                          const TfIdentity *id,
                          const char       *path,
                          gboolean          parallel,
                          TfTally          *tally)
{
  return remove_folder (root, dir, name, id, path, parallel ? ROLE_FIRST : ROLE_ALONE, tally);
}

gboolean
tf_remover_empty (int                 root,
                  const char         *path,
                  GCancellable       *cancellable,
                  TfTallyProgress     progress,
                  gpointer            progress_data,
                  GError            **error)
{
  TfTally tally;

  tf_tally_init (&tally, cancellable, progress, progress_data);
  empty (root, path, ROLE_ALONE, &tally);
  return tf_tally_finish (&tally, error);
}
