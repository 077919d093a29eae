/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A series of runs: every attack at every call, or at some of them chosen by the seed; and what
 * must hold after each. */

#include "attack.h"

#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_REPORTS 5

typedef struct
{
  const AttackTarget *target;
  const AttackLeg *leg;
  AttackShared *shared;
  char *vault;
  char *stash;
  GHashTable *canary;            /* as it has to be, or NULL when it has to be made */
  AttackTally *tally;
  AttackExpect expect;
  guint reports;
} Series;

guint32
attack_seed (void)
{
  static guint32 seed;
  static gboolean chosen;
  const char *given = g_getenv ("TF_TEST_SEED");

  if (!chosen)
    {
      seed = given != NULL ? (guint32) strtoul (given, NULL, 0) : g_random_int ();
      chosen = TRUE;
      g_test_message ("TF_TEST_SEED=%u", seed);
    }
  return seed;
}

void
attack_prefer_memory (void)
{
  struct statfs stat;
  const char *given = g_getenv ("TMPDIR");

  if (g_getenv ("TF_TEST_ON_DISK") == NULL
      && (given == NULL || statfs (given, &stat) < 0 || stat.f_type != TMPFS_MAGIC)
      && statfs ("/dev/shm", &stat) == 0 && stat.f_type == TMPFS_MAGIC
      && access ("/dev/shm", W_OK | X_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
}

/* --- the place --------------------------------------------------------------------------- */

static void
make_vault (gpointer data)
{
  Series *self = data;
  g_autofree char *canary = g_strconcat (self->vault, "/tree", NULL);

  g_assert_no_errno (g_mkdir (self->vault, 0755));
  g_assert_no_errno (g_mkdir (canary, 0755));
  attack_tree_fill (self->shared, canary);
}

static void
ensure_canary (Series *self)
{
  if (self->canary != NULL)
    return;
  attack_as_user (self->leg, make_vault, self);
  self->canary = attack_look (self->vault);
}

static void
drop_canary (Series *self)
{
  attack_scrap (self->vault);
  g_clear_pointer (&self->canary, g_hash_table_unref);
}

static void
make_arena (gpointer data)
{
  Series *self = data;

  g_assert_no_errno (g_mkdir (self->shared->arena, 0755));
  g_assert_no_errno (g_mkdir (self->stash, 0755));
}

static void
begin (Series             *self,
       const AttackTarget *target,
       const AttackLeg    *leg)
{
  self->target = target;
  self->leg = leg;
  self->shared = mmap (NULL, sizeof *self->shared, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (self->shared != MAP_FAILED);
  g_snprintf (self->shared->arena, sizeof self->shared->arena, "%s", tf_test_path ("arena"));
  self->shared->locked = (target->features & ATTACK_LOCKED) != 0;
  /* GIO says what it loads at its first use, which is then not each child's. */
  g_object_unref (g_file_new_for_path (self->shared->arena));
  self->vault = g_strconcat (self->shared->arena, "/vault", NULL);
  self->stash = g_strconcat (self->shared->arena, "/stash", NULL);
  g_assert_no_errno (g_chmod (tf_test_dir (), 0777));
  attack_as_user (leg, make_arena, self);
}

static void
end (Series *self)
{
  if (self->canary != NULL)
    drop_canary (self);
  attack_scrap (self->shared->arena);
  g_assert_no_errno (g_chmod (tf_test_dir (), 0700));
  munmap (self->shared, sizeof *self->shared);
  g_free (self->vault);
  g_free (self->stash);
}

/* --- judging a run ----------------------------------------------------------------------- */

static char *
describe_run (const AttackRun *run)
{
  if (!run->attempted)
    return g_strdup ("without an attack");
  return g_strdup_printf ("%s no. %u, of “%s/%s”: %s",
                          attack_kind_name (run->object.kind), run->call.number + 1,
                          run->object.folder, run->object.name,
                          attack_way_name (run->strike.way));
}

static void
report (Series          *self,
        const AttackRun *run,
        const char      *what)
{
  g_autofree char *attack = describe_run (run);

  if (self->expect == ATTACK_EXPECT_LIE && self->tally->caught == NULL)
    self->tally->caught = g_strdup_printf ("%s: %s", attack, what);
  if (self->expect == ATTACK_EXPECT_LIE || self->reports++ >= MAX_REPORTS)
    return;
  g_test_message ("%s, %s; %s; the remover said: “%s”", self->target->name, self->leg->name, attack,
                  self->shared->message);
  g_test_fail_printf ("%s", what);
}

static gboolean
did_refuse (const AttackRun *run)
{
  return WIFEXITED (run->status) && WEXITSTATUS (run->status) == 1;
}

/* What the attack put there may be there. */
static gboolean
is_of_attack (const AttackRun   *run,
              const struct stat *stat)
{
  return run->strike.done && stat->st_ino == run->strike.inode
         && stat->st_dev == run->strike.device;
}

static void
judge_result (Series          *self,
              const AttackRun *run)
{
  struct stat stat;
  gboolean there = lstat (self->shared->tree, &stat) == 0;

  if (run->hung)
    report (self, run, "it did not end");
  else if (!WIFEXITED (run->status) || WEXITSTATUS (run->status) > 1)
    report (self, run, "it crashed");
  else if (!did_refuse (run) && there && !is_of_attack (run, &stat))
    report (self, run, "it said that all is removed, and something is left");
  else if (did_refuse (run) && self->shared->message[0] == '\0')
    report (self, run, "it gave no reason");
  else if (did_refuse (run) && !run->attempted)
    report (self, run, "it could not remove what nobody touched");
}

/* Nothing may be left beside the tree, but what the attack put there. */
static gboolean
may_be_left (Series          *self,
             const AttackRun *run,
             const char      *path)
{
  struct stat stat;

  if (strcmp (path, self->shared->tree) == 0)
    return TRUE;
  if ((self->target->features & ATTACK_ASIDE) != 0 && did_refuse (run)
      && g_str_has_suffix (path, "~"))
    return TRUE;
  return lstat (path, &stat) == 0 && is_of_attack (run, &stat);
}

static void
judge_place (Series          *self,
             const AttackRun *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (self->shared->arena, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->shared->arena, name, NULL);

      if (strcmp (name, "vault") == 0 || strcmp (name, "stash") == 0)
        continue;
      if (!may_be_left (self, run, path))
        {
          g_autofree char *what = g_strdup_printf ("“%s” is left beside the tree", name);

          report (self, run, what);
        }
    }
  attack_scrap_arena (self->shared);
}

/* FALSE when the canary was hurt. */
static gboolean
judge_canary (Series          *self,
              const AttackRun *run)
{
  g_autoptr (GHashTable) now = attack_look (self->vault);
  g_autofree char *difference = attack_compare (self->canary, now, run->strike.host);

  if (difference != NULL && self->expect == ATTACK_EXPECT_HURT)
    {
      g_autofree char *attack = describe_run (run);

      self->tally->caught = g_strdup_printf ("%s: %s", attack, difference);
    }
  else if (difference != NULL)
    {
      g_autofree char *what = g_strdup_printf ("THE CANARY WAS TOUCHED: %s", difference);

      g_assert_cmpint (self->expect, ==, ATTACK_EXPECT_NOTHING);
      report (self, run, what);
    }
  if (difference != NULL || run->strike.host != NULL)
    drop_canary (self);
  return difference == NULL;
}

/* A removal that gave up has to be finished by the next, when nobody disturbs it. */
static void
finish (Series    *self,
        AttackRun *first)
{
  AttackRun run = { 0 };
  struct stat stat;

  if (!did_refuse (first) || (self->target->features & ATTACK_AGAIN) == 0
      || lstat (self->shared->tree, &stat) < 0)
    return;
  run.target = self->target;
  run.leg = self->leg;
  run.shared = self->shared;
  run.again = TRUE;
  run.call.kind = ATTACK_N_KINDS;
  attack_trace (&run);
  attack_strike_clear (&run.strike);
  if (run.hung || run.status != 0 || lstat (self->shared->tree, &stat) == 0)
    report (self, first, "a second removal, which nobody disturbed, did not finish it");
}

/* --- the runs ---------------------------------------------------------------------------- */

/* FALSE when this machine denies it. Who hurts the canary is not asked for the truth as well. */
static gboolean
run_once (Series    *self,
          AttackRun *run)
{
  ensure_canary (self);
  run->target = self->target;
  run->leg = self->leg;
  run->shared = self->shared;
  self->shared->tree[0] = '\0';
  attack_trace (run);
  if (run->denied)
    {
      judge_place (self, run);
      attack_strike_clear (&run->strike);
      return FALSE;
    }
  self->tally->runs++;
  if (self->expect != ATTACK_EXPECT_HURT || !run->attempted)
    judge_result (self, run);
  if (judge_canary (self, run) && self->expect == ATTACK_EXPECT_NOTHING)
    finish (self, run);
  judge_place (self, run);

  if (run->attempted)
    {
      self->tally->attempted[run->object.kind]++;
      self->tally->done[run->object.kind] += run->strike.done ? 1 : 0;
      self->tally->done_so[run->strike.way] += run->strike.done ? 1 : 0;
      self->tally->refused[run->strike.way] += run->strike.done && did_refuse (run) ? 1 : 0;
    }
  attack_strike_clear (&run->strike);
  return TRUE;
}

/* The first run counts. */
static GArray *
count (Series *self)
{
  GArray *seen = g_array_new (FALSE, FALSE, sizeof (AttackSeen));
  AttackRun run = { .call.kind = ATTACK_N_KINDS, .seen = seen };

  if (run_once (self, &run))
    return seen;
  g_array_unref (seen);
  return NULL;
}

static void
skip_denied (void)
{
  if (tf_test_skip_is_listed ("ptrace"))
    g_test_skip ("ptrace is denied");
  else
    g_test_fail_printf ("ptrace is denied here, and tests/skips.txt does not list it");
}

/* A random permutation, so that the first of a kind are not always the same. */
static guint *
shuffle (guint  n,
         GRand *rand)
{
  guint *order = g_new (guint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      guint j = i == 0 ? 0 : (guint) g_rand_int_range (rand, 0, (gint32) i + 1);

      order[i] = order[j];
      order[j] = i;
    }
  return order;
}

/* Every n-th attack in a random order, but each kind of call is hit in each way at least once. */
static gboolean
is_chosen (const AttackSeen *seen,
           AttackWay         way,
           guint             number,
           guint             every,
           gboolean          had[ATTACK_N_KINDS][ATTACK_N_WAYS])
{
  gboolean first = seen->hittable && !had[seen->kind][way];

  if (!seen->hittable && (!seen->in_tree || way != ATTACK_SWAP_AFTER))
    return FALSE;
  if (first)
    had[seen->kind][way] = TRUE;
  return first || number % every == 0;
}

static void
run_all (Series *self,
         GArray *seen,
         guint   every)
{
  gboolean had[ATTACK_N_KINDS][ATTACK_N_WAYS] = { 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (attack_seed ());
  g_autofree guint *order = shuffle (seen->len * ATTACK_N_WAYS, rand);

  for (guint i = 0; i < seen->len * ATTACK_N_WAYS; i++)
    {
      AttackWay way = order[i] % ATTACK_N_WAYS;
      const AttackSeen *one = &g_array_index (seen, AttackSeen, order[i] / ATTACK_N_WAYS);
      AttackRun run = { .call = one->call, .strike.way = way };

      if (!is_chosen (one, way, i, every, had))
        continue;
      run_once (self, &run);
      if (self->tally->caught != NULL || self->reports > MAX_REPORTS)
        return;
    }
}

gboolean
attack_series (const AttackTarget *target,
               const AttackLeg    *leg,
               AttackExpect        expect,
               guint               every,
               AttackTally        *tally)
{
  Series self = { 0 };
  GArray *seen;

  memset (tally, 0, sizeof *tally);
  if (leg->root && geteuid () != 0)
    {
      g_test_skip ("only root can be attacked as root");
      return FALSE;
    }
  self.tally = tally;
  self.expect = expect;
  attack_seed ();
  begin (&self, target, leg);
  seen = count (&self);
  if (seen != NULL)
    {
      g_assert_cmpuint (seen->len, >, 0);
      run_all (&self, seen, every);
      g_array_unref (seen);
    }
  else
    skip_denied ();
  end (&self);
  return seen != NULL;
}

void
attack_tally_print (const AttackTally *tally)
{
  g_test_message ("%u runs", tally->runs);
  for (guint kind = 0; kind < ATTACK_N_KINDS; kind++)
    if (tally->attempted[kind] > 0)
      g_test_message ("%-20s %5u done of %5u attempted", attack_kind_name (kind),
                      tally->done[kind], tally->attempted[kind]);
  for (guint way = 0; way < ATTACK_N_WAYS; way++)
    g_test_message ("%-52s %5u done, something left and said so after %u", attack_way_name (way),
                    tally->done_so[way], tally->refused[way]);
}

void
attack_tally_clear (AttackTally *tally)
{
  g_clear_pointer (&tally->caught, g_free);
}
