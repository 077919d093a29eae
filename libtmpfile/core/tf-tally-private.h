/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The account of one removal, on the core floor: how much is gone, what failed first, whether
 * somebody wants it to stop. Shared by the threads that work at the removal. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* Entries removed so far, and the total or -1. In the thread that called for the removal; throttled
 * by its receiver, not here. */
typedef void (*TfTallyProgress) (gint64 removed, gint64 total, gpointer data);

#define TF_TALLY_MAX_SPARED 2

typedef struct
{
  GCancellable *cancellable;    /* nullable; borrowed, as is what follows */
  TfTallyProgress progress;   /* nullable */
  gpointer progress_data;

  int cancelled;                /* atomic: seen to be cancelled */
  GMutex lock;                  /* for what follows */
  gint64 removed;
  guint failures;
  GError *error;                /* the first one */

  TfIdentity spared[TF_TALLY_MAX_SPARED];   /* fixed once the work has begun */
  guint n_spared;
  gboolean minds_leases;        /* folders of ours that somebody has leased stay, without a word */
} TfTally;

void     tf_tally_init         (TfTally *self, GCancellable *cancellable,
                                TfTallyProgress progress, gpointer progress_data);
/* A folder that is to stay wherever it is found. */
void     tf_tally_spare        (TfTally *self, const TfIdentity *id);
/* The last report, then FALSE with the error when it was cancelled or something failed. Ends the
 * account. */
gboolean tf_tally_finish       (TfTally *self, GError **error);

/* Looks at the cancellable; tf_tally_is_cancelled() knows it from then on. */
void     tf_tally_look_up      (TfTally *self);
/* Counts entries that are gone, and looks up; `report` in the thread that called for the removal.
 * */
void     tf_tally_add          (TfTally *self, guint removed, gboolean report);
/* Counts a failure, and looks up; the first one is the error that tf_tally_finish() gives. `path`
 * may be NULL when there was one already. */
void     tf_tally_fail         (TfTally *self, TfStatus status, const char *path);
void     tf_tally_fail_code    (TfTally *self, GIOErrorEnum code, const char *format,
                                const char *path);
gboolean tf_tally_has_failed   (TfTally *self);
/* Forgets all failures when the first was this one, before everything is tried once more. */
gboolean tf_tally_forgive      (TfTally *self, GIOErrorEnum code);

static inline gboolean
tf_tally_is_spared (const TfTally    *self,
                    const TfIdentity *id)
{
  for (guint i = 0; i < self->n_spared; i++)
    {
      if (tf_identity_equal (&self->spared[i], id))
        return TRUE;
    }
  return FALSE;
}

static inline gboolean
tf_tally_is_cancelled (TfTally *self)
{
  return g_atomic_int_get (&self->cancelled);
}

G_END_DECLS
