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
typedef void (*TfRemoverProgress) (gint64 removed, gint64 total, gpointer data);

typedef struct
{
  GCancellable *cancellable;    /* nullable; borrowed, as is what follows */
  TfRemoverProgress progress;   /* nullable */
  gpointer progress_data;

  int cancelled;                /* atomic: seen to be cancelled */
  GMutex lock;                  /* for what follows */
  gint64 removed;
  guint failures;
  GError *error;                /* the first one */
} TfTally;

void     tf_tally_init         (TfTally *self, GCancellable *cancellable,
                                TfRemoverProgress progress, gpointer progress_data);
/* The last report, then FALSE with the error when it was cancelled or something failed. Ends the
 * account. */
gboolean tf_tally_finish       (TfTally *self, GError **error);

/* Ends the account without a word. */
void     tf_tally_clear        (TfTally *self);

/* Looks at the cancellable; tf_tally_is_cancelled() knows it from then on. */
void     tf_tally_look_up      (TfTally *self);
/* Counts entries that are gone; `report` in the thread that called for the removal. */
void     tf_tally_add          (TfTally *self, guint removed, gboolean report);
/* Counts a failure. TRUE for the very first one: then the caller hands over with tf_tally_explain()
 * what it was, for which it must find out the path. */
gboolean tf_tally_fail         (TfTally *self);
void     tf_tally_explain      (TfTally *self, GError *error);

static inline gboolean
tf_tally_is_cancelled (TfTally *self)
{
  return g_atomic_int_get (&self->cancelled);
}

G_END_DECLS
