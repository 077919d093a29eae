/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The attack tool has to catch removers that are wrong; otherwise its silence about the library
 * means nothing. */

#include "attack.h"
#include "targets.h"
#include "tf-test.h"

typedef struct
{
  AttackTarget target;
  AttackExpect expect;
} Wrong;

static const Wrong wrong[] =
{
  { { "nftw", NULL, wrong_remove_by_nftw, 0 }, ATTACK_EXPECT_HURT },
  { { "lstat-then-path", NULL, wrong_remove_by_lstat, 0 }, ATTACK_EXPECT_HURT },
  { { "openat-without-nofollow", NULL, wrong_remove_following, 0 }, ATTACK_EXPECT_HURT },
  { { "unverified-dotdot", NULL, wrong_remove_by_dotdot, 0 }, ATTACK_EXPECT_HURT },
  { { "chmod-by-path", NULL, wrong_remove_with_chmod, ATTACK_LOCKED }, ATTACK_EXPECT_HURT },
  { { "chdir", NULL, wrong_remove_by_chdir, 0 }, ATTACK_EXPECT_HURT },
  { { "liar", NULL, wrong_remove_lying, 0 }, ATTACK_EXPECT_LIE },
};

static const AttackLeg as_user = { "as an ordinary user", FALSE, 0, FALSE };

static void
test_is_caught (gconstpointer data)
{
  const Wrong *self = data;
  AttackTally tally;

  if (!attack_series (&self->target, &as_user, self->expect, 1, &tally))
    return;
  if (tally.caught == NULL)
    g_test_fail_printf ("%u attacks, and it was not caught", tally.runs);
  else
    g_test_message ("caught after %u runs; %s", tally.runs, tally.caught);
  attack_tally_clear (&tally);
}

int
main (int    argc,
      char **argv)
{
  attack_prefer_memory ();
  tf_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *name = g_strconcat ("/attack/wrong/", wrong[i].target.name, NULL);

      tf_test_add_data (name, wrong + i, test_is_caught);
    }
  return tf_test_run ();
}
