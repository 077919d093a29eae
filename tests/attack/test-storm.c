/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random attacks on top of the exact ones: several processes exchange and move what is in a tree
 * while the library removes it.
 *
 * What they put into the tree are links to the canary, and folders that were in the tree before.
 * They never go through a link themselves, so whatever happens to the canary is the remover's. */

#include "attack.h"
#include "targets.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_STORMERS 3
#define N_SLOTS 4                /* things that a stormer holds outside of the tree */
#define N_COPIES 6               /* of the small tree, in the one that is removed */
#define MAX_STEPS 14             /* down the tree before something is done */
#define RARELY 200               /* one act of so many is at the tree's own name */
#define TIME_LIMIT 60            /* seconds for one removal */
#define CATCH_TIME 60            /* seconds to catch a wrong remover */
#define MANY 4000                /* system calls a stormer makes for things that are gone */

/* In memory that all processes share. */
typedef struct
{
  AttackShared base;
  gint ready;                    /* the tree is there */
  gint raging;                   /* how many stormers have it open */
  gint over;                     /* it was removed */
  guint exchanges;
  guint moves;
} Storm;

typedef struct
{
  const AttackTarget *target;
  const AttackLeg *leg;
  gboolean top;                  /* the tree itself may be exchanged too */
  gboolean wrong;                /* the remover, and the canary has to be hurt */
} Case;

static const AttackTarget by_lstat =
{
  "lstat-then-path", NULL, wrong_remove_by_lstat, 0
};
static const AttackLeg as_root = { "as root", TRUE, 0, FALSE };
static const AttackLeg with_few = { "as an ordinary user with 24 descriptors", FALSE, 24, FALSE };
static const AttackLeg unlimited = { "as an ordinary user", FALSE, 0, FALSE };

static const Case cases[] =
{
  { &target_remove_tree, &as_root, FALSE },
  { &target_remove_tree, &with_few, TRUE },
  { &target_remove_parallel, &as_root, TRUE },
  { &target_remove_parallel, &with_few, FALSE },
  { &target_clean_up, &as_root, TRUE },
  { &target_clean_up, &with_few, TRUE },
  { &target_sweep, &as_root, TRUE },
  { &target_sweep, &with_few, FALSE },
  { &by_lstat, &unlimited, FALSE, TRUE },
};

/* --- a stormer --------------------------------------------------------------------------- */

typedef struct
{
  Storm *storm;
  gboolean top;
  GRand *rand;
  int root;                      /* the tree, wherever it is moved to */
  int outside;                   /* its folder in the stash */
} Stormer;

/* A random entry of the folder. */
static gboolean
choose_entry (Stormer *self,
              int      dir,
              char     name[NAME_MAX + 1])
{
  int fd = openat (dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *list = fd < 0 ? NULL : fdopendir (fd);
  struct dirent *entry;
  gint32 n = 0;

  while (list != NULL && (entry = readdir (list)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0
        && g_rand_int_range (self->rand, 0, ++n) == 0)
      g_strlcpy (name, entry->d_name, NAME_MAX + 1);
  if (list != NULL)
    closedir (list);
  else if (fd >= 0)
    close (fd);
  return n > 0;
}

/* A random folder of the tree and the name of something in it. */
static int
choose (Stormer *self,
        char     name[NAME_MAX + 1])
{
  gint32 steps = g_rand_int_range (self->rand, 0, MAX_STEPS);
  const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int dir;

  if (self->top && g_rand_int_range (self->rand, 0, RARELY) == 0)
    {
      g_strlcpy (name, strrchr (self->storm->base.tree, '/') + 1, NAME_MAX + 1);
      return open (self->storm->base.arena, flags);
    }
  dir = openat (self->root, ".", flags);
  while (dir >= 0 && choose_entry (self, dir, name))
    {
      int below = steps-- > 0 ? openat (dir, name, flags) : -1;

      if (below < 0)
        return dir;
      close (dir);
      dir = below;
    }
  if (dir >= 0)
    close (dir);
  return -1;
}

static gboolean
move (int         from_dir,
      const char *from,
      int         to_dir,
      const char *to,
      guint       flags)
{
  return syscall (SYS_renameat2, from_dir, from, to_dir, to, flags) == 0;
}

/* Exchanges, or takes out and puts back somewhere else. */
static gboolean
act (Stormer *self)
{
  char name[NAME_MAX + 1];
  char slot[16];
  int dir = choose (self, name);

  if (dir < 0)
    return FALSE;
  g_snprintf (slot, sizeof slot, "%d", g_rand_int_range (self->rand, 0, N_SLOTS));
  if (g_rand_boolean (self->rand))
    {
      if (move (dir, name, self->outside, slot, RENAME_EXCHANGE))
        g_atomic_int_inc (&self->storm->exchanges);
    }
  else if (move (dir, name, self->outside, "out", RENAME_NOREPLACE)
           || move (self->outside, "out", dir, "in", RENAME_NOREPLACE))
    g_atomic_int_inc (&self->storm->moves);
  close (dir);
  return TRUE;
}

static void
fill_slots (Stormer *self)
{
  static const char * const targets[] = { "", "/d", "/d/d/d", "/wide", "/locked", "/f" };

  for (guint i = 0; i < N_SLOTS; i++)
    {
      guint which = g_rand_int_range (self->rand, 0, G_N_ELEMENTS (targets));
      g_autofree char *target = g_strconcat (self->storm->base.arena, "/vault/tree",
                                             targets[which], NULL);
      g_autofree char *name = g_strdup_printf ("%u", i);

      if (symlinkat (target, self->outside, name) < 0)
        g_error ("link to the canary: %s", g_strerror (errno));
    }
}

/* As whoever runs the tests, so as root also where the remover is not. */
static void
rage (Storm   *storm,
      guint    number,
      guint32  seed,
      gboolean top)
{
  g_autofree char *path = g_strdup_printf ("%s/stash/%u", storm->base.arena, number);
  Stormer self = { storm, top, g_rand_new_with_seed (seed), -1, -1 };
  guint misses = 0;

  if (mkdir (path, 0755) < 0)
    g_error ("%s: %s", path, g_strerror (errno));
  self.outside = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  fill_slots (&self);
  while (!g_atomic_int_get (&storm->ready))
    g_usleep (1000);
  self.root = open (storm->base.tree, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  g_atomic_int_inc (&storm->raging);
  while (!g_atomic_int_get (&storm->over) && misses < MANY)
    misses = act (&self) ? 0 : misses + 1;
  g_rand_free (self.rand);
  _exit (0);
}

/* --- what is removed --------------------------------------------------------------------- */

static void
make_vault (gpointer data)
{
  AttackShared *shared = data;
  g_autofree char *vault = g_strconcat (shared->arena, "/vault", NULL);
  g_autofree char *canary = g_strconcat (vault, "/tree", NULL);

  g_assert_no_errno (g_mkdir (vault, 0755));
  g_assert_no_errno (g_mkdir (canary, 0755));
  attack_tree_fill (shared, canary);
}

static void
make_arena (gpointer data)
{
  AttackShared *shared = data;
  g_autofree char *stash = g_strconcat (shared->arena, "/stash", NULL);

  g_assert_no_errno (g_mkdir (shared->arena, 0755));
  g_assert_no_errno (g_mkdir (stash, 0755));
  make_vault (data);
}

static void
add_copies (AttackShared *shared)
{
  for (guint i = 0; i < N_COPIES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", shared->tree, i);

      g_assert_no_errno (g_mkdir (path, 0700));
      attack_tree_fill (shared, path);
    }
}

/* The remover's process. */
static void
remove_in_storm (const Case *self,
                 Storm      *storm,
                 gboolean    again)
{
  AttackShared *shared = &storm->base;

  attack_become_user (self->leg);
  if (!again)
    {
      (self->target->prepare != NULL ? self->target->prepare : attack_prepare_tree) (shared);
      add_copies (shared);
    }
  attack_restrict (self->leg);
  shared->message[0] = '\0';
  alarm (TIME_LIMIT);
  g_atomic_int_set (&storm->ready, TRUE);
  while (!again && g_atomic_int_get (&storm->raging) < N_STORMERS)
    g_usleep (100);
  _exit (self->target->remove (shared) ? 0 : 1);
}

static int
wait_for (pid_t pid)
{
  int status;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

static int
run_remover (const Case *self,
             Storm      *storm,
             gboolean    again)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    remove_in_storm (self, storm, again);
  return wait_for (pid);
}

/* --- rounds ------------------------------------------------------------------------------ */

/* The status of the remover. */
static int
run_storm (const Case *self,
           Storm      *storm,
           guint32     seed)
{
  pid_t pids[N_STORMERS];
  int status;

  storm->ready = storm->over = FALSE;
  storm->raging = 0;
  for (guint i = 0; i < N_STORMERS; i++)
    {
      pids[i] = fork ();
      g_assert_cmpint (pids[i], >=, 0);
      if (pids[i] == 0)
        rage (storm, i, seed + i, self->top);
    }
  status = run_remover (self, storm, FALSE);
  g_atomic_int_set (&storm->ready, TRUE);
  g_atomic_int_set (&storm->over, TRUE);
  for (guint i = 0; i < N_STORMERS; i++)
    if (wait_for (pids[i]) != 0)
      g_test_fail_printf ("a stormer failed");
  return status;
}

static void
judge (const Case *self,
       Storm      *storm,
       int         status)
{
  struct stat stat;
  gboolean there = lstat (storm->base.tree, &stat) == 0;
  gboolean same = there && stat.st_ino == storm->base.items[0].inode && S_ISDIR (stat.st_mode);

  if (!WIFEXITED (status) || WEXITSTATUS (status) > 1)
    g_test_fail_printf ("the remover did not end as it should: status %d", status);
  else if (WEXITSTATUS (status) == 0 && (same || (there && !self->top)))
    g_test_fail_printf ("it said that all is removed, and something is left");
  else if (WEXITSTATUS (status) == 1 && storm->base.message[0] == '\0')
    g_test_fail_printf ("it gave no reason");
  /* The calm after the storm. */
  else if (there && (self->target->features & ATTACK_AGAIN) != 0
           && (run_remover (self, storm, TRUE) != 0 || lstat (storm->base.tree, &stat) == 0))
    g_test_fail_printf ("a second removal did not finish it: %s", storm->base.message);
}

static gint64
end_of_storm (const Case *self)
{
  guint seconds = tf_test_scale (2, 5, 60);
  gint64 now = g_get_monotonic_time ();

  /* The whole time is shared by the cases; what is wrong is caught long before. */
  return self->wrong ? now + CATCH_TIME * G_TIME_SPAN_SECOND
                     : now + seconds * G_TIME_SPAN_SECOND / (gint64) G_N_ELEMENTS (cases);
}

/* One storm, and what must hold after it. Whether the canary was hurt. */
static gboolean
run_round (const Case *self,
           Storm      *storm,
           GHashTable *canary,
           guint32     seed,
           guint      *refusals)
{
  g_autofree char *vault = g_strconcat (storm->base.arena, "/vault", NULL);
  g_autofree char *difference = NULL;
  g_autoptr (GHashTable) now = NULL;
  int status = run_storm (self, storm, seed);

  *refusals += status == 0 ? 0 : 1;
  if (!self->wrong)
    judge (self, storm, status);
  now = attack_look (vault);
  difference = attack_compare (canary, now, NULL);
  if (difference != NULL && !self->wrong)
    g_test_fail_printf ("THE CANARY WAS TOUCHED: %s", difference);
  attack_scrap_arena (&storm->base);
  return difference != NULL;
}

static void
rage_for_a_while (const Case *self,
                  Storm      *storm,
                  GHashTable *canary)
{
  gint64 end = end_of_storm (self);
  gboolean hurt = FALSE;
  guint rounds = 0, refusals = 0;

  do
    hurt = run_round (self, storm, canary, attack_seed () + rounds++ * N_STORMERS, &refusals);
  while (!hurt && !g_test_failed () && g_get_monotonic_time () < end);

  g_test_message ("%u rounds, %u exchanges, %u moves; in %u rounds the remover said that something "
                  "is left", rounds, storm->exchanges, storm->moves, refusals);
  if (self->wrong && !hurt)
    g_test_fail_printf ("the wrong remover was not caught");
  if (!self->wrong && (storm->exchanges == 0 || storm->moves == 0))
    g_test_fail_printf ("there was no storm");
}

static void
test_storm (gconstpointer data)
{
  const Case *self = data;
  g_autofree char *vault = NULL;
  g_autoptr (GHashTable) canary = NULL;
  Storm *storm;

  if (self->leg->root && geteuid () != 0)
    {
      g_test_skip ("only root can be attacked as root");
      return;
    }
  attack_seed ();
  storm = mmap (NULL, sizeof *storm, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (storm != MAP_FAILED);
  g_strlcpy (storm->base.arena, tf_test_path ("arena"), sizeof storm->base.arena);
  storm->base.locked = (self->target->features & ATTACK_LOCKED) != 0;
  g_object_unref (g_file_new_for_path (storm->base.arena));
  g_assert_no_errno (g_chmod (tf_test_dir (), 0777));
  attack_as_user (self->leg, make_arena, &storm->base);
  vault = g_strconcat (storm->base.arena, "/vault", NULL);
  canary = attack_look (vault);

  rage_for_a_while (self, storm, canary);
  attack_scrap (storm->base.arena);
  g_assert_no_errno (g_chmod (tf_test_dir (), 0700));
  munmap (storm, sizeof *storm);
}

int
main (int    argc,
      char **argv)
{
  attack_prefer_memory ();
  tf_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/attack/storm/%s/%s", cases[i].target->name,
                                               cases[i].leg->name);

      tf_test_add_data (g_strdelimit (name, " ", '-'), cases + i, test_storm);
    }
  return tf_test_run ();
}
