/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Sweeps run in a loop, without regard to age, beside eight creators and deleters in processes and
 * threads: no living object is hurt. Each creator looks at each step whether its folder is the one
 * it made, and whether what is in it is what it wrote. TF_TEST_SEED=number repeats what they do,
 * but not when. */

#include "sweep-helpers.h"

#define PROCESSES 4
#define THREADS_EACH 2

/* In memory that all processes share; atomic. */
typedef struct
{
  int stop;
  int steps;
  int swept;
  int sweeps;
  int orphans;
} Shared;

typedef struct
{
  Shared *shared;
  guint number;
  GRand *rand;
  GFile *destination;
} Creator;

static Shared *shared;
static guint32 seed;

static guint
pick (Creator *self,
      guint    below)
{
  return (guint) g_rand_int_range (self->rand, 0, (gint32) below);
}

/* So that a sweep comes at every moment, also while nothing happens. */
static void
pause_a_little (Creator *self)
{
  if (pick (self, 3) == 0)
    g_usleep (pick (self, 700));
  g_atomic_int_inc (&self->shared->steps);
}

/* --- folders ----------------------------------------------------------------------------- */

typedef struct
{
  TfTemporaryDirectory *dir;
  TfTemporaryFile *own;     /* NULL: none */
  char *plain;              /* a file made by hand; NULL: none */
  char *text;
  struct stat st;
} Living;

/* The folder has its name, and all that was put in is there. */
static void
assert_lives (Creator      *creator,
              const Living *self)
{
  struct stat named, opened;

  pause_a_little (creator);
  g_assert_no_errno (lstat (tf_temporary_directory_get_path (self->dir), &named));
  g_assert_no_errno (fstat (tf_temporary_directory_get_fd (self->dir), &opened));
  g_assert_cmpuint (named.st_ino, ==, self->st.st_ino);
  g_assert_cmpuint (opened.st_ino, ==, self->st.st_ino);
  g_assert_cmpuint (opened.st_nlink, >=, 1);
  if (self->plain != NULL)
    assert_file (self->plain, self->text);
  if (self->own != NULL)
    assert_file (tf_temporary_file_get_path (self->own), self->text);
}

static Living
bring_to_life (Creator *creator,
               GFile   *where)
{
  g_autoptr (GError) error = NULL;
  Living self = { tf_temporary_directory_new (where, NULL, NULL, NULL, &error) };

  g_assert_no_error (error);
  g_assert_no_errno (fstat (tf_temporary_directory_get_fd (self.dir), &self.st));
  self.text = g_strdup_printf ("%u of %u", g_rand_int (creator->rand), creator->number);
  return self;
}

static void
fill (Creator *creator,
      Living  *self)
{
  g_autoptr (GError) error = NULL;

  self->plain = g_build_filename (tf_temporary_directory_get_path (self->dir), "plain", NULL);
  make_file (self->plain, self->text, 0600);
  assert_lives (creator, self);
  self->own = tf_temporary_directory_create_file (self->dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put (self->own, self->text);
  assert_lives (creator, self);
}

static void
end_life (Creator *creator,
          Living  *self)
{
  g_autoptr (GError) error = NULL;

  if (pick (creator, 2) == 0)
    {
      g_assert_true (tf_temporary_directory_cleanup (self->dir, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (tf_temporary_directory_get_fd (self->dir), ==, -1);
    }
  g_clear_object (&self->own);
  g_clear_object (&self->dir);
  g_free (self->plain);
  g_free (self->text);
}

/* An empty folder would be taken in place, a full one would first be moved aside. */
static void
live_in_folder (Creator *creator)
{
  Living self = bring_to_life (creator, NULL);

  assert_lives (creator, &self);
  if (pick (creator, 3) > 0)
    fill (creator, &self);
  for (guint i = pick (creator, 4); i > 0; i--)
    assert_lives (creator, &self);
  end_life (creator, &self);
}

/* A folder in a folder is safe twice. */
static void
live_in_session (Creator *creator)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) session = tf_get_location (TF_LOCATION_SESSION, 0, &error);
  g_autoptr (TfTemporaryFile) file = NULL;
  Living self;

  g_assert_no_error (error);
  self = bring_to_life (creator, session);
  file = new_with ("anonymous", FALSE, "location", TF_LOCATION_SESSION);
  put (file, self.text);
  fill (creator, &self);
  assert_file (tf_temporary_file_get_path (file), self.text);
  end_life (creator, &self);
  close_ok (file);
}

/* What is kept is not taken when its lease has ended; then it is the test's to remove. */
static void
keep_folder (Creator *creator)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) kept = NULL;
  Living self = bring_to_life (creator, NULL);

  fill (creator, &self);
  kept = tf_temporary_directory_keep (self.dir, &error);
  g_assert_no_error (error);
  assert_lives (creator, &self);
  close_ok (self.own);
  g_clear_object (&self.own);
  g_clear_object (&self.dir);
  g_usleep (pick (creator, 2000));
  assert_file (self.plain, self.text);
  remove_file (self.plain);
  g_assert_no_errno (g_rmdir (g_file_peek_path (kept)));
  g_free (self.plain);
  g_free (self.text);
}

/* Its mark comes and goes while it is held. */
static void
change_mind (Creator *creator)
{
  Living self = bring_to_life (creator, NULL);

  fill (creator, &self);
  for (guint i = pick (creator, 6); i > 0; i--)
    {
      tf_temporary_directory_set_auto_delete (self.dir, i % 2 == 0);
      assert_lives (creator, &self);
    }
  tf_temporary_directory_set_auto_delete (self.dir, TRUE);
  end_life (creator, &self);
}

/* --- files that are published -------------------------------------------------------------- */

static TfTemporaryFile *
new_source (Creator *creator)
{
  TfTemporaryFile *file;

  switch (pick (creator, 3))
    {
    case 0:
      return new_anonymous ();
    case 1:
      return new_with ("anonymous", FALSE, "location", TF_LOCATION_SESSION);
    default:
      file = new_with ("anonymous", FALSE, "location", TF_LOCATION_SESSION);
      g_assert_true (tf_temporary_file_delete (file, NULL, NULL));
      return file;
    }
}

/* Over a file, and where nothing is: the intermediate is next to it, in a folder that is swept. */
static void
publish (Creator *creator)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_source (creator);
  g_autofree char *text = g_strdup_printf ("%u of %u", g_rand_int (creator->rand),
                                           creator->number);
  const char *path = g_file_peek_path (creator->destination);

  put (file, text);
  pause_a_little (creator);
  if (!tf_temporary_file_persist (file, creator->destination, TF_PERSIST_REPLACE, NULL, &error))
    g_error ("persist failed beside a sweep: %s", error->message);
  assert_file (path, text);
  if (pick (creator, 3) == 0)
    remove_file (path);
}

/* --- the processes ------------------------------------------------------------------------ */

static gpointer
create_and_delete (gpointer data)
{
  static void (*const kinds[]) (Creator *creator) = {
    live_in_folder, live_in_folder, live_in_folder, live_in_session, keep_folder, change_mind,
    publish, publish,
  };
  Creator *self = data;

  while (!g_atomic_int_get (&self->shared->stop))
    kinds[pick (self, G_N_ELEMENTS (kinds))] (self);
  return NULL;
}

static void
run_creators (gpointer data)
{
  guint first = GPOINTER_TO_UINT (data) * THREADS_EACH;
  Creator creators[THREADS_EACH];
  GThread *threads[THREADS_EACH];

  end_with_parent ();
  for (guint i = 0; i < THREADS_EACH; i++)
    {
      g_autofree char *name = g_strdup_printf ("published%u", first + i);

      creators[i] = (Creator) { shared, first + i, g_rand_new_with_seed (seed + first + i),
                                test_file (name) };
      threads[i] = g_thread_new ("creator", create_and_delete, &creators[i]);
    }
  for (guint i = 0; i < THREADS_EACH; i++)
    {
      g_thread_join (threads[i]);
      g_unlink (g_file_peek_path (creators[i].destination));
      g_object_unref (creators[i].destination);
      g_rand_free (creators[i].rand);
    }
  /* The session's folder goes at exit. */
  exit (0);
}

/* What there is to be swept: empty folders and full ones, as killed processes leave them. */
static void
make_orphans (gpointer data)
{
  end_with_parent ();
  for (guint i = 0; !g_atomic_int_get (&shared->stop); i++)
    {
      g_autofree char *name = g_strdup_printf ("tmp%08u", i);
      g_autofree char *path = g_build_filename (tf_test_dir (), name, NULL);
      g_autofree char *making = g_build_filename (tf_test_dir (), "making", NULL);

      g_assert_no_errno (g_mkdir (making, 0700));
      if (i % 2 == 0)
        make_tree (making, 2, 3);
      g_assert_no_errno (chmod (making, MARKED));
      g_assert_no_errno (rename (making, path));
      g_atomic_int_inc (&shared->orphans);
      g_usleep (1000);
    }
}

static void
sweep_in_a_loop (gpointer data)
{
  end_with_parent ();
  while (!g_atomic_int_get (&shared->stop))
    {
      g_atomic_int_add (&shared->swept, sweep (data, 0));
      g_atomic_int_inc (&shared->sweeps);
    }
}

/* A process that fails ends it for all at once. */
static gboolean
wait_for_end (int   *pids,
              guint  n,
              guint  seconds)
{
  gint64 deadline = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  gboolean good = TRUE;

  while (good && g_get_monotonic_time () < deadline)
    {
      siginfo_t info = { 0 };

      g_usleep (10000);
      g_assert_no_errno (waitid (P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT));
      good = info.si_pid == 0;
    }
  g_atomic_int_set (&shared->stop, TRUE);
  for (guint i = 0; i < n; i++)
    good = tf_test_wait_child (pids[i]) && good;
  return good;
}

static void
test_living (void)
{
  const char *given = g_getenv ("TF_TEST_SEED");
  guint seconds = tf_test_scale (2, 5, 60);
  int pids[PROCESSES + 4];
  guint n = 0;

  shared = tf_test_shared_memory (sizeof *shared);
  seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 10) : g_random_int ();
  g_test_message ("TF_TEST_SEED=%u", seed);
  for (guint i = 0; i < PROCESSES; i++)
    pids[n++] = tf_test_fork (run_creators, GUINT_TO_POINTER (i));
  pids[n++] = tf_test_fork (make_orphans, NULL);
  pids[n++] = tf_test_fork (sweep_in_a_loop, NULL);
  pids[n++] = tf_test_fork (sweep_in_a_loop, NULL);
  pids[n++] = tf_test_fork (sweep_in_a_loop, (gpointer) SESSION_PREFIX);
  g_assert_true (wait_for_end (pids, n, seconds));

  shared->swept += sweep (NULL, 0);
  g_test_message ("%u s: %d steps of living objects, none hurt; %d orphans, of which and of "
                  "folders not yet leased %d sweeps took %d",
                  seconds, shared->steps, shared->orphans, shared->sweeps, shared->swept);
  /* Also such as were taken before their maker had the lease, and made another. */
  g_assert_cmpint (shared->swept, >=, shared->orphans);
  g_assert_cmpint (shared->steps, >, 100);
  g_assert_cmpint (shared->sweeps, >, 10);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  g_set_prgname (SESSION);
  tf_test_add ("/reliability/living", test_living);
  return tf_test_run ();
}
