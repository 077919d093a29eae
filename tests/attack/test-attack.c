/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The library under every attack: as root, as an ordinary user whose tree has folders without
 * permissions, and with 24 descriptors. */

#include "attack.h"
#include "targets.h"
#include "tf-test.h"

#include <string.h>

#define KIND(name) (1u << ATTACK_##name)

typedef struct
{
  const AttackTarget *target;
  const AttackLeg *leg;
} Case;

static const AttackLeg as_root = { "as root", TRUE, 0, FALSE };
static const AttackLeg as_user = { "as an ordinary user", FALSE, 0, FALSE };
static const AttackLeg with_few = { "with 24 descriptors", FALSE, 24, FALSE };
static const AttackLeg unmovable = { "where nothing can be moved", FALSE, 0, TRUE };

/* The kinds of calls that every removal of the tree makes, as it has folders to be repaired and is
 * deeper than the remover's stack. All of them have to be hit. */
static const guint expected_kinds = KIND (OPEN) | KIND (LIST) | KIND (STAT) | KIND (FSTAT)
                                    | KIND (UNLINK) | KIND (RMDIR) | KIND (RENAME_FROM)
                                    | KIND (RENAME_TO) | KIND (FCHMOD);

/* And those that some make: the portable back end changes a mode by name, never through a link, and
 * tries a link where a rename would replace something. */
#ifdef TF_TEST_POSIX
static const guint other_kinds = KIND (CHMOD) | KIND (LINK);
#else
static const guint other_kinds = 0;
#endif

static const Case cases[] =
{
  { &target_remove_tree, &as_root },
  { &target_remove_tree, &as_user },
  { &target_remove_tree, &with_few },
  { &target_remove_tree, &unmovable },
  { &target_remove_parallel, &as_root },
  { &target_remove_parallel, &as_user },
  { &target_remove_parallel, &with_few },
  { &target_clean_up, &as_root },
  { &target_clean_up, &as_user },
  { &target_clean_up, &with_few },
  { &target_sweep, &as_root },
  { &target_sweep, &as_user },
  { &target_sweep, &with_few },
  { &target_sweep, &unmovable },
};

static void
test_attacks (gconstpointer data)
{
  const Case *self = data;
  const guint every = tf_test_scale (400, 12, 1);
  AttackTally tally;

  if (!attack_series (self->target, self->leg, ATTACK_EXPECT_NOTHING, every, &tally))
    return;
  attack_tally_print (&tally);
  for (guint kind = 0; kind < ATTACK_N_KINDS; kind++)
    {
      gboolean expected = (expected_kinds & (1u << kind)) != 0;

      if (tally.done[kind] == 0 && (expected || tally.attempted[kind] > 0))
        g_test_fail_printf ("no call of this kind was hit: %s", attack_kind_name (kind));
      if (tally.attempted[kind] > 0 && ((expected_kinds | other_kinds) & (1u << kind)) == 0)
        g_test_fail_printf ("the list of kinds lacks: %s", attack_kind_name (kind));
    }
  attack_tally_clear (&tally);
}

int
main (int    argc,
      char **argv)
{
  attack_prefer_memory ();
  tf_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/attack/%s/%s", cases[i].target->name,
                                               cases[i].leg->name);

      tf_test_add_data (g_strdelimit (name, " ", '-'), cases + i, test_attacks);
    }
  return tf_test_run ();
}
