/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The order of a listing: by inode number, each entry once. */

#include "platform/tf-order-private.h"
#include "tf-test.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY 5000

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const TfOrderEntry *one = a;
  const TfOrderEntry *other = b;

  if (one->inode != other->inode)
    return one->inode < other->inode ? -1 : 1;
  return (one->offset > other->offset) - (one->offset < other->offset);
}

/* Against the C library's sort. Equal numbers stay in the order they came in. */
static void
check_order (TfOrder       *order,
             const guint64 *inodes,
             gsize          n)
{
  g_autofree TfOrderEntry *expected = g_new0 (TfOrderEntry, n + 1);

  g_assert_true (tf_order_begin (order, CAPACITY));
  for (gsize i = 0; i < n; i++)
    {
      tf_order_add (order, inodes[i], i * 24);
      expected[i].inode = inodes[i];
      expected[i].offset = (guint32) i * 24;
    }
  if (order->falls && order->rises)
    qsort (expected, n, sizeof *expected, compare);
  tf_order_sort (order);
  g_assert_cmpuint (order->n, ==, n);
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (order->entries[i].inode, ==, expected[i].inode);
      g_assert_cmpuint (order->entries[i].offset, ==, expected[i].offset);
    }
}

static void
test_random (void)
{
  g_autofree guint64 *inodes = g_new (guint64, CAPACITY);
  TfOrder order = { NULL, };

  for (guint round = 0; round < tf_test_scale (20, 100, 1000); round++)
    {
      gsize n = (gsize) g_test_rand_int_range (0, CAPACITY);
      guint bits = (guint) g_test_rand_int_range (1, 64);

      for (gsize i = 0; i < n; i++)
        {
          guint64 number = ((guint64) (guint32) g_test_rand_int () << 32)
                           | (guint32) g_test_rand_int ();

          inodes[i] = number >> (64 - bits);
        }
      check_order (&order, inodes, n);
    }
  tf_order_clear (&order);
}

/* Numbers that only rise or fall are left as they are. */
static void
test_monotonous (void)
{
  static const guint64 rising[] = { 1, 2, 2, 3, G_MAXUINT64 };
  static const guint64 falling[] = { G_MAXUINT64, 7, 7, 1, 0 };
  static const guint64 mixed[] = { 5, G_MAXUINT64, 0, 5, 1 };
  TfOrder order = { NULL, };

  check_order (&order, rising, G_N_ELEMENTS (rising));
  check_order (&order, falling, G_N_ELEMENTS (falling));
  check_order (&order, mixed, G_N_ELEMENTS (mixed));
  check_order (&order, mixed, 1);
  check_order (&order, mixed, 0);
  tf_order_clear (&order);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/platform/order/random", test_random);
  tf_test_add ("/platform/order/monotonous", test_monotonous);

  return tf_test_run ();
}
