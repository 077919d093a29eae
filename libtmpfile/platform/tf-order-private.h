/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Puts the entries of a folder into the order of their inode numbers, on the platform floor.
 *
 * Many file systems list a folder in the order of a hash of the names, and touching the inodes in
 * that order reads and writes the same blocks of the inode table again and again. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 inode;
  guint32 offset;   /* where the entry is */
} TfOrderEntry;

typedef struct
{
  TfOrderEntry *entries;
  TfOrderEntry *spare;    /* as many */
  gsize capacity;
  gsize n;
  gboolean falls;         /* the numbers were seen to fall */
  gboolean rises;
} TfOrder;

/* Forgets the entries; FALSE when there is no memory for `capacity` of them. */
gboolean tf_order_begin (TfOrder *self, gsize capacity);
void     tf_order_sort  (TfOrder *self);
void     tf_order_clear (TfOrder *self);

static inline void
tf_order_add (TfOrder *self,
              guint64  inode,
              gsize    offset)
{
  TfOrderEntry *entry = &self->entries[self->n];

  if (self->n > 0)
    {
      self->falls |= inode < entry[-1].inode;
      self->rises |= inode > entry[-1].inode;
    }
  entry->inode = inode;
  entry->offset = (guint32) offset;
  self->n++;
}

G_END_DECLS
