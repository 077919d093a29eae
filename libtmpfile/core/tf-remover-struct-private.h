/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The inside of a walk that removes, on the core floor: for the files that together are the
 * remover, by verb: tf-remover-root.c is the removal as a whole, tf-remover.c goes down and up,
 * tf-remover-move.c moves folders to the root where the stack ends, tf-remover-dive.c does without
 * where they cannot be moved. */

#pragma once

#include "core/tf-name-private.h"
#include "core/tf-partner-private.h"
#include "core/tf-remover-private.h"

G_BEGIN_DECLS

#define TF_REMOVER_LEVELS 12       /* of one thread that needs one descriptor for each */
#define TF_REMOVER_PASSES 8        /* over one folder, while others fill it */

#define TF_REMOVER_REPORT 64       /* entries in a portion; a power of two */

#define TF_REMOVER_STEM ".tf-"
#define TF_REMOVER_STEM_LENGTH (sizeof TF_REMOVER_STEM - 1 + TF_NAME_RANDOM_LENGTH + 1)
/* With the number and what is behind it. */
#define TF_REMOVER_MOVED_SIZE (TF_REMOVER_STEM_LENGTH + 24)

typedef struct
{
  int fd;
  TfOsList *list;        /* made at first need, used for one folder after the other */
  GString *name;         /* in the level below; empty for the root */
  guint passes;
  gboolean failed;       /* something in it stays, and was reported */
} TfRemoverLevel;

typedef struct
{
  TfRemoverLevel levels[TF_REMOVER_LEVELS];
  TfRemoverLevel *top;
  TfRemoverLevel *highest;   /* that may be used */
  const char *path;          /* the root's, for messages */
  guint64 device;

  char stem[TF_REMOVER_STEM_LENGTH + 1];
  guint64 moved;         /* numbers given to folders that were moved to the root */
  guint64 taken;         /* how many of them had their turn */

  TfTally *tally;
  TfPartner *partner;    /* nullable: who takes folders off this walk; owned */
  gboolean reports;      /* this is the thread that called for the removal */
  guint removed;         /* entries; the tally hears of them in portions */
  gint64 seen;           /* entries of the root in this pass */
  gint64 filled;         /* those of them that no remover moved there */
} TfRemover;

/* One listing of the root, and of all below. */
void      tf_remover_walk        (TfRemover *self);
TfOsList *tf_remover_get_list    (TfRemoverLevel *level);

/* `name` of the folder on top (or a path from there) stays, or that folder when it is NULL. */
void     tf_remover_fail         (TfRemover *self, const char *name, TfStatus status);
/* An entry is gone. */
void     tf_remover_count        (TfRemover *self);
/* What became of an attempt to remove `name`. */
void     tf_remover_settle       (TfRemover *self, const char *name, TfStatus status);
/* Whether the folder that was opened may be entered: then it is made accessible. Not a mount, nor
 * one that is to be spared, which is said, and *status is 0; otherwise *status is why. `name` is
 * NULL for the root. */
gboolean tf_remover_admit        (TfRemover *self, const char *name, int fd, TfStatus *status);

/* A stem that nobody could guess, for the pass that begins. */
void     tf_remover_choose_stem  (TfRemover *self);
/* Whether `name` is one that this pass moved to the root, which has a turn of its own. */
gboolean tf_remover_is_moved     (TfRemover *self, const char *name);
/* The name of the next folder that was moved. */
void     tf_remover_take_moved   (TfRemover *self, char name[TF_REMOVER_MOVED_SIZE]);
/* Removes the folder `name` of the folder on top where no level is left to enter it: at once when
 * it is empty, else it is moved to the root, or removed by diving. FALSE when it is no folder. */
gboolean tf_remover_move_up      (TfRemover *self, const char *name);

/* Removes the folder `name` of the folder on top with all in it, with three descriptors at any
 * depth. */
void     tf_remover_dive         (TfRemover *self, const char *name);

G_END_DECLS
