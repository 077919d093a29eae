/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program is killed at random moments; then a sweep: nothing of it is left, and what it was
 * publishing is the old content or the new, whole. TF_TEST_SEED=number repeats a run; the moments
 * are the machine's. */

#include "records.h"
#include "sweep-helpers.h"

#define DESTINATIONS 8
#define MAX_DELAY 120000   /* us */

/* What all the kills together come to. */
typedef struct
{
  guint kills;
  guint folders;         /* swept */
  guint intermediates;   /* leftovers of persist, swept */
  guint published;       /* files that were whole */
  guint replaced;        /* of them, such that had another version before the kill */
} Tally;

typedef struct
{
  const char *temp;
  const char *destination;
  gint64 versions[DESTINATIONS];   /* of the destinations, as they were found last */
} Place;

static guint32
choose_seed (void)
{
  const char *given = g_getenv ("TF_TEST_SEED");
  guint32 seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 10) : g_random_int ();

  g_test_message ("TF_TEST_SEED=%u", seed);
  return seed;
}

/* --- the victim -------------------------------------------------------------------------- */

static GPid
start_victim (const Place *place,
              guint32      seed)
{
  g_autofree char *number = g_strdup_printf ("%u", seed);
  const char *argv[] = { g_getenv ("TF_TEST_VICTIM"), place->temp, place->destination, number,
                         NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_assert_nonnull (argv[0]);
  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* It has begun when something is there; how long that takes is the machine's affair. */
static void
wait_for_work (const Place *place,
               GPid         pid)
{
  gint64 deadline = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (tf_test_count_entries (place->temp) == 0)
    {
      g_assert_cmpint (waitpid (pid, NULL, WNOHANG), ==, 0);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (200);
    }
}

static void
kill_victim (const Place *place,
             guint32      seed,
             guint        delay)
{
  GPid pid = start_victim (place, seed);

  wait_for_work (place, pid);
  g_usleep (delay);
  /* It may have failed before, which the status tells. */
  kill (pid, SIGKILL);
  wait_killed (pid);
}

/* --- looking ----------------------------------------------------------------------------- */

static int
sweep_place (const char *path,
             const char *prefix)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  int n = tf_sweep_orphans (folder, prefix, 0, NULL, &error);

  g_assert_no_error (error);
  return n;
}

static void
sweep_all (const Place *place,
           Tally       *tally)
{
  tally->folders += sweep_place (place->temp, "victim-");
  tally->folders += sweep_place (place->temp, "session-");
  tally->intermediates += sweep_place (place->destination, NULL);
  g_assert_cmpuint (tf_test_count_entries (place->temp), ==, 0);
}

static gint64
version_of (const char *path)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gint64 version;
  gsize length;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  version = records_check (bytes, length);
  if (version < 0)
    g_error ("“%s” is neither the old content nor the new: %" G_GSIZE_FORMAT " bytes, “%.*s”",
             path, length, (int) MIN (length, RECORD_LENGTH), bytes);
  return version;
}

/* The destinations are there, each whole; of others there are only whole ones. */
static void
check_destinations (Place *place,
                    Tally *tally)
{
  g_autoptr (GDir) dir = g_dir_open (place->destination, 0, NULL);
  const char *name;
  guint old = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->destination, name, NULL);
      gint64 version = version_of (path);

      tally->published++;
      if (g_str_has_prefix (name, "old"))
        {
          guint number = (guint) (name[3] - '0');

          g_assert_cmpuint (number, <, DESTINATIONS);
          tally->replaced += version != place->versions[number];
          place->versions[number] = version;
          old++;
        }
      else
        {
          g_assert_true (g_str_has_prefix (name, "new-"));
          remove_file (path);
        }
    }
  g_assert_cmpuint (old, ==, DESTINATIONS);
}

/* --- the test ---------------------------------------------------------------------------- */

static void
make_destinations (Place *place)
{
  for (guint i = 0; i < DESTINATIONS; i++)
    {
      g_autofree char *name = g_strdup_printf ("old%u", i);
      g_autofree char *path = g_build_filename (place->destination, name, NULL);
      g_autoptr (GString) text = records_make (0);

      make_file (path, text->str, 0644);
    }
}

static void
remove_destinations (Place *place)
{
  for (guint i = 0; i < DESTINATIONS; i++)
    {
      g_autofree char *name = g_strdup_printf ("old%u", i);
      g_autofree char *path = g_build_filename (place->destination, name, NULL);

      remove_file (path);
    }
}

static void
report (const Tally *tally)
{
  g_test_message ("%u kills: %u folders and %u intermediates swept, nothing left; %u files "
                  "published, %u destinations replaced, none torn",
                  tally->kills, tally->folders, tally->intermediates, tally->published,
                  tally->replaced);
}

static void
kill_often (Place *place)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (choose_seed ());
  Tally tally = { 0 };

  make_destinations (place);
  while (tally.kills < tf_test_scale (5, 30, 200))
    {
      kill_victim (place, g_rand_int (rand), (guint) g_rand_int_range (rand, 0, MAX_DELAY));
      tally.kills++;
      sweep_all (place, &tally);
      check_destinations (place, &tally);
    }
  remove_destinations (place);
  report (&tally);
  /* It was killed at work, not before and not after. */
  g_assert_cmpuint (tally.folders, >=, tally.kills / 2);
  g_assert_cmpuint (tally.replaced, >=, tally.kills / 2);
}

static void
test_kill (void)
{
  Place place = { make_folder ("temp", 0755), make_folder ("destination", 0755) };

  kill_often (&place);
  g_assert_no_errno (g_rmdir (place.temp));
  g_assert_no_errno (g_rmdir (place.destination));
}

static void
kill_across_disks (gpointer data)
{
  Place place = { data, tf_test_path ("disk") };

  kill_often (&place);
}

/* All that is published is a copy then. */
static void
test_kill_two_disks (void)
{
  const char *temp = make_folder ("temp", 0755);

  g_assert_true (tf_test_on_small_disk (256 << 20, kill_across_disks, (gpointer) temp));
  g_assert_no_errno (g_rmdir (temp));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/reliability/kill/one-disk", test_kill);
  tf_test_add ("/reliability/kill/two-disks", test_kill_two_disks);
  return tf_test_run ();
}
