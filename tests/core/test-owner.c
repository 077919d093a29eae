/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The register and the lock: who deletes, and that a forked child does neither that nor hang. */

#include "core/tf-owner-private.h"
#include "tf-test.h"

#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  TfOwned owned;
  guint discarded;
  guint *finalized;
} Thing;

static void
discard_thing (TfOwned *owned,
               gint64   deadline)
{
  ((Thing *) owned)->discarded++;
}

static void
finalize_thing (TfOwned *owned)
{
  Thing *thing = (Thing *) owned;

  (*thing->finalized)++;
  g_free (thing);
}

static const TfOwnedClass thing_class = { discard_thing, finalize_thing };

static Thing *
thing_new (guint *finalized)
{
  Thing *thing = g_new0 (Thing, 1);

  thing->finalized = finalized;
  tf_owned_init (&thing->owned, &thing_class);
  return thing;
}

static void
test_register (void)
{
  guint finalized = 0;
  Thing *first = thing_new (&finalized);
  Thing *second = thing_new (&finalized);

  tf_owned_register (&first->owned);
  tf_owned_register (&first->owned);
  tf_owned_register (&second->owned);
  tf_owner_discard_all ();
  g_assert_cmpuint (first->discarded, ==, 1);
  g_assert_cmpuint (second->discarded, ==, 1);

  tf_owned_forget (&first->owned);
  tf_owned_forget (&first->owned);
  tf_owner_discard_all ();
  g_assert_cmpuint (first->discarded, ==, 1);
  g_assert_cmpuint (second->discarded, ==, 2);

  tf_owned_unref (first);
  tf_owned_unref (second);
  g_assert_cmpuint (finalized, ==, 2);
  tf_owner_discard_all ();
}

static void
check_in_child (gpointer data)
{
  Thing *inherited = data;
  guint finalized = 0;
  Thing *own = thing_new (&finalized);

  g_assert_false (tf_owned_is_ours (&inherited->owned));
  g_assert_true (tf_owned_is_ours (&own->owned));
  tf_owned_register (&own->owned);
  tf_owner_discard_all ();
  g_assert_cmpuint (inherited->discarded, ==, 0);
  g_assert_cmpuint (own->discarded, ==, 1);
  tf_owned_unref (own);
  tf_owned_unref (inherited);
  g_assert_cmpuint (finalized, ==, 1);
}

static void
test_fork (void)
{
  guint finalized = 0;
  Thing *thing = thing_new (&finalized);

  tf_owned_register (&thing->owned);
  g_assert_true (tf_test_in_child (check_in_child, thing));
  tf_owner_discard_all ();
  g_assert_cmpuint (thing->discarded, ==, 1);
  tf_owned_unref (thing);
}

static void
take_inherited (gpointer data)
{
  TfLock *lock = data;
  gboolean inherited = FALSE;

  g_assert_true (tf_lock_try_until (lock, g_get_monotonic_time (), &inherited));
  g_assert_true (inherited);
  tf_lock_release (lock);
  g_assert_false (tf_lock_acquire (lock));
  tf_lock_release (lock);
}

static void
acquire_inherited (gpointer data)
{
  g_assert_true (tf_lock_acquire (data));
  tf_lock_release (data);
}

/* The parent holds it at the fork, so the child's copy is locked for ever. */
static void
test_lock_over_fork (void)
{
  TfLock lock;

  tf_lock_init (&lock);
  g_assert_false (tf_lock_acquire (&lock));
  g_assert_true (tf_test_in_child (take_inherited, &lock));
  g_assert_true (tf_test_in_child (acquire_inherited, &lock));
  tf_lock_release (&lock);
  tf_lock_clear (&lock);
}

static gpointer
hold_for_a_while (gpointer data)
{
  tf_lock_acquire (data);
  g_usleep (200 * 1000);
  tf_lock_release (data);
  return NULL;
}

static void
test_lock_patience (void)
{
  gboolean inherited;
  TfLock lock;
  GThread *thread;

  tf_lock_init (&lock);
  thread = g_thread_new ("holder", hold_for_a_while, &lock);
  g_usleep (50 * 1000);
  g_assert_false (tf_lock_try_until (&lock, g_get_monotonic_time () + 10 * 1000, &inherited));
  g_assert_true (tf_lock_try_until (&lock, g_get_monotonic_time () + 10 * G_USEC_PER_SEC,
                                    &inherited));
  g_assert_false (inherited);
  tf_lock_release (&lock);
  g_thread_join (thread);
  tf_lock_clear (&lock);
}

static gpointer
register_and_drop (gpointer data)
{
  guint finalized = 0;

  for (guint i = 0; i < 20000; i++)
    {
      Thing *thing = thing_new (&finalized);

      tf_owned_register (&thing->owned);
      tf_owned_unref (thing);
    }
  return NULL;
}

/* What is dropped while the register is gone through is never touched after it is freed. */
static void
test_storm (void)
{
  GThread *threads[2];

  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("maker", register_and_drop, NULL);
  for (guint i = 0; i < 200; i++)
    tf_owner_discard_all ();
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/core/owner/register", test_register);
  tf_test_add ("/core/owner/fork", test_fork);
  tf_test_add ("/core/owner/storm", test_storm);
  tf_test_add ("/core/lock/over-fork", test_lock_over_fork);
  tf_test_add ("/core/lock/patience", test_lock_patience);

  return tf_test_run ();
}
