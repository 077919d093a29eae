/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Puts the entries of a folder into the order of their inode numbers, on the platform floor.
 *
 * A radix sort from the lowest digit up, over those digits only in which the numbers differ: the
 * work for each entry is the same however large the folder is, which a comparing sort's is not. */

#include "platform/tf-order-private.h"

#include <string.h>

#define DIGIT_BITS 11
#define N_DIGITS (1u << DIGIT_BITS)

gboolean
tf_order_begin (TfOrder *self,
                gsize    capacity)
{
  self->n = 0;
  self->falls = self->rises = FALSE;
  if (self->capacity >= capacity)
    return TRUE;

  tf_order_clear (self);
  self->entries = g_try_new (TfOrderEntry, capacity);
  self->spare = g_try_new (TfOrderEntry, capacity);
  if (self->entries == NULL || self->spare == NULL)
    {
      tf_order_clear (self);
      return FALSE;
    }
  self->capacity = capacity;
  return TRUE;
}

void
tf_order_clear (TfOrder *self)
{
  g_free (self->entries);
  g_free (self->spare);
  *self = (TfOrder) { NULL, };
}

/* The bits in which not all numbers are the same. */
static guint64
find_differences (const TfOrder *self)
{
  guint64 differences = 0;

  for (gsize i = 1; i < self->n; i++)
    differences |= self->entries[i].inode ^ self->entries[0].inode;
  return differences;
}

static inline guint
digit_of (const TfOrderEntry *entry,
          guint               shift)
{
  return (entry->inode >> shift) & (N_DIGITS - 1);
}

/* Into the spare places, which then change names with the others. */
static void
sort_by_digit (TfOrder *self,
               guint    shift)
{
  guint32 places[N_DIGITS];
  guint32 place = 0;
  TfOrderEntry *sorted = self->spare;

  memset (places, 0, sizeof places);
  for (gsize i = 0; i < self->n; i++)
    places[digit_of (&self->entries[i], shift)]++;
  for (guint digit = 0; digit < N_DIGITS; digit++)
    {
      guint32 count = places[digit];

      places[digit] = place;
      place += count;
    }
  for (gsize i = 0; i < self->n; i++)
    sorted[places[digit_of (&self->entries[i], shift)]++] = self->entries[i];

  self->spare = self->entries;
  self->entries = sorted;
}

void
tf_order_sort (TfOrder *self)
{
  guint64 differences;

  /* Numbers that only rise or only fall touch each block once. */
  if (!self->falls || !self->rises)
    return;
  differences = find_differences (self);
  for (guint shift = 0; shift < 64; shift += DIGIT_BITS)
    {
      if (((differences >> shift) & (N_DIGITS - 1)) != 0)
        sort_by_digit (self, shift);
    }
}
