/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Asynchronous calls cancelled at any moment, and objects dropped while calls run: the answer is
 * honest, a second call finishes, nothing is left. The random seed is printed, --seed takes it. */

#include "api-helpers.h"

#define N_FOLDERS 4
#define N_FILES 6
#define MIN_WAIT 20       /* microseconds */
#define MAX_WAIT 1000000

/* One asynchronous call and what interrupts it from another thread. */
typedef struct
{
  GCancellable *cancellable;
  gulong wait;                /* microseconds before the interruption */
  GAsyncResult *result;
  guint destroyed;
  goffset seen;
} Race;

static gpointer
cancel_cb (gpointer data)
{
  Race *race = data;

  g_usleep (race->wait);
  g_cancellable_cancel (race->cancellable);
  return NULL;
}

static GThread *
race_begin (Race *race,
            guint longest)
{
  *race = (Race) { g_cancellable_new (), (gulong) g_test_rand_int_range (0, (int) longest + 1) };
  /* Now and then before it begins, in this very thread. */
  if (longest == 0 || g_test_rand_int_range (0, 8) == 0)
    g_cancellable_cancel (race->cancellable);
  return g_thread_new ("cancel", cancel_cb, race);
}

static void
race_end (Race    *race,
          GThread *thread)
{
  tf_test_wait_result (&race->result);
  g_thread_join (thread);
}

static void
race_clear (Race *race)
{
  g_clear_object (&race->result);
  g_clear_object (&race->cancellable);
}

static guint
rounds (void)
{
  return tf_test_scale (20, 200, 5000);
}

/* --- cleaning up ------------------------------------------------------------------------- */

static TfTemporaryDirectory *
new_full_dir (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *folder = g_build_filename (tf_temporary_directory_get_path (dir), name,
                                                  NULL);

      g_assert_no_errno (g_mkdir (folder, 0700));
      for (guint j = 0; j < N_FILES; j++)
        {
          g_autofree char *file = g_strdup_printf ("%s/%u", folder, j);

          make_file (file, "", 0600);
        }
    }
  return dir;
}

static void
progress_cb (goffset  removed,
             goffset  total,
             gpointer data)
{
  Race *race = data;

  g_assert_cmpuint (race->destroyed, ==, 0);
  g_assert_cmpint (removed, >=, race->seen);
  race->seen = removed;
}

static void
destroy_cb (gpointer data)
{
  Race *race = data;

  g_assert_null (race->result);
  race->destroyed++;
}

/* Whether it was cancelled. */
static gboolean
clean_up_cancelled (TfTemporaryDirectory *dir,
                    gboolean              listens,
                    guint                 longest)
{
  g_autoptr (GError) error = NULL;
  gboolean cancelled;
  GThread *thread;
  Race race;

  thread = race_begin (&race, longest);
  tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT,
                                        listens ? race.cancellable : NULL, progress_cb, &race,
                                        destroy_cb, tf_test_store_cb, &race.result);
  race_end (&race, thread);
  g_assert_cmpuint (race.destroyed, ==, 1);
  cancelled = !tf_temporary_directory_cleanup_finish (dir, race.result, &error);
  if (cancelled)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    g_assert_no_error (error);
  race_clear (&race);
  return cancelled;
}

typedef enum
{
  AGAIN,
  AGAIN_ASYNC,
  AGAIN_BY_DROP,
  AGAIN_BY_CLEANUP_ALL,
  N_AGAIN,
} Again;

static void
clean_up_again (TfTemporaryDirectory *dir,
                Again                 how)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (how == AGAIN_BY_CLEANUP_ALL)
    tf_cleanup_all ();
  else if (how == AGAIN)
    g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  else if (how == AGAIN_ASYNC)
    {
      tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                                            tf_test_store_cb, &result);
      tf_test_wait_result (&result);
      g_assert_true (tf_temporary_directory_cleanup_finish (dir, result, &error));
    }
  g_assert_no_error (error);
}

/* What is left after a cancellation is a folder as good as before. */
static void
test_cleanup (void)
{
  gint64 begun = g_get_monotonic_time ();
  guint n_cancelled = 0;
  guint n_finished = 0;
  guint longest = 200;

  for (guint i = 0; tf_test_go_on (i, rounds (), begun); i++)
    {
      TfTemporaryDirectory *dir = new_full_dir ();
      /* The first two rounds are the two ends, whatever chance does with the others. */
      gboolean cancelled = clean_up_cancelled (dir, i != 1, i == 0 ? 0 : longest);

      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, cancelled ? 1 : 0);
      if (cancelled)
        {
          g_assert_cmphex (tf_test_mode (tf_temporary_directory_get_path (dir)), ==, 01700);
          clean_up_again (dir, i % N_AGAIN);
        }
      g_object_unref (dir);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
      /* So that both ends are met, however fast the machine. */
      n_cancelled += cancelled;
      n_finished += !cancelled;
      longest = cancelled ? MIN (longest * 2, MAX_WAIT) : MAX (longest / 2, MIN_WAIT);
    }
  g_test_message ("%u cancelled, %u finished", n_cancelled, n_finished);
  g_assert_cmpuint (n_cancelled, >, 0);
  g_assert_cmpuint (n_finished, >, 0);
}

/* --- creating ---------------------------------------------------------------------------- */

static void
create_directory (Race *race)
{
  tf_temporary_directory_create_async (G_PRIORITY_DEFAULT, NULL, NULL, NULL, race->cancellable,
                                       tf_test_store_cb, &race->result);
}

static gpointer
create_directory_finish (GAsyncResult  *result,
                         GError       **error)
{
  return tf_temporary_directory_create_finish (result, error);
}

static void
create_named (Race *race)
{
  tf_temporary_file_create_named_async (G_PRIORITY_DEFAULT, NULL, NULL, NULL, race->cancellable,
                                        tf_test_store_cb, &race->result);
}

static void
create_anonymous (Race *race)
{
  tf_temporary_file_create_async (G_PRIORITY_DEFAULT, NULL, race->cancellable, tf_test_store_cb,
                                  &race->result);
}

static gpointer
create_file_finish (GAsyncResult  *result,
                    GError       **error)
{
  return tf_temporary_file_create_finish (result, error);
}

static const struct
{
  void (*create) (Race *race);
  gpointer (*finish) (GAsyncResult *result, GError **error);
  guint entries;
} kinds[] = {
  { create_directory, create_directory_finish, 1 },
  { create_named, create_file_finish, 1 },
  { create_anonymous, create_file_finish, 0 },
};

/* Made and handed over, or cancelled and nothing made: never both, never neither. */
static void
test_create (gconstpointer data)
{
  gint64 begun = g_get_monotonic_time ();
  guint kind = GPOINTER_TO_UINT (data);

  for (guint i = 0; tf_test_go_on (i, rounds (), begun); i++)
    {
      g_autoptr (GError) error = NULL;
      GObject *made;
      GThread *thread;
      Race race;

      thread = race_begin (&race, 150);
      kinds[kind].create (&race);
      race_end (&race, thread);
      made = kinds[kind].finish (race.result, &error);
      if (made == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_no_error (error);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==,
                        made != NULL ? kinds[kind].entries : 0);
      race_clear (&race);
      g_clear_object (&made);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
    }
}

static void
wait_until_empty (void)
{
  gint64 late = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (tf_test_count_entries (tf_test_dir ()) > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, late);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (100);
    }
}

/* Nobody asks for the result; what was made goes with it. */
static void
test_create_unfetched (gconstpointer data)
{
  gint64 begun = g_get_monotonic_time ();
  guint kind = GPOINTER_TO_UINT (data);

  for (guint i = 0; tf_test_go_on (i, rounds (), begun); i++)
    {
      GThread *thread;
      Race race;

      thread = race_begin (&race, 150);
      kinds[kind].create (&race);
      race_end (&race, thread);
      race_clear (&race);
      wait_until_empty ();
    }
}

/* --- dropped while a call runs ----------------------------------------------------------- */

/* The call holds the object; whether or not it is cancelled, all goes in the end. */
static void
test_drop (void)
{
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; tf_test_go_on (i, rounds (), begun); i++)
    {
      TfTemporaryDirectory *dir = new_full_dir ();
      GThread *thread;
      Race race;

      thread = race_begin (&race, 500);
      tf_temporary_directory_cleanup_async (dir, G_PRIORITY_DEFAULT, race.cancellable, NULL, NULL,
                                            NULL, tf_test_store_cb, &race.result);
      if (i % 2 == 0)
        g_object_run_dispose (G_OBJECT (dir));
      g_object_unref (dir);
      race_end (&race, thread);
      race_clear (&race);
      wait_until_empty ();
    }
}

static gpointer
unref_cb (gpointer object)
{
  g_usleep ((gulong) g_random_int_range (0, 300));
  g_object_unref (object);
  return NULL;
}

/* The last reference falls in a thread, or with the result in the main context: whoever it is
 * deletes. */
static void
test_drop_in_thread (void)
{
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; tf_test_go_on (i, rounds (), begun); i++)
    {
      TfTemporaryDirectory *dir = new_full_dir ();
      TfTemporaryFile *file = new_named ();
      g_autoptr (GAsyncResult) result = NULL;
      GThread *first;
      GThread *second;

      g_io_stream_close_async (G_IO_STREAM (file), G_PRIORITY_DEFAULT, NULL, tf_test_store_cb,
                               &result);
      first = g_thread_new ("unref", unref_cb, dir);
      second = g_thread_new ("unref", unref_cb, file);
      tf_test_wait_result (&result);
      g_clear_object (&result);
      g_thread_join (first);
      g_thread_join (second);
      wait_until_empty ();
    }
}

int
main (int   argc,
      char *argv[])
{
  static const char *const names[] = { "directory", "named", "anonymous" };

  tf_test_init (&argc, &argv);

  tf_test_add ("/cancel/cleanup", test_cleanup);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *create = g_strconcat ("/cancel/create/", names[i], NULL);
      g_autofree char *unfetched = g_strconcat ("/cancel/create-unfetched/", names[i], NULL);

      tf_test_add_data (create, GUINT_TO_POINTER (i), test_create);
      tf_test_add_data (unfetched, GUINT_TO_POINTER (i), test_create_unfetched);
    }
  tf_test_add ("/cancel/drop", test_drop);
  tf_test_add ("/cancel/drop-in-thread", test_drop_in_thread);
  return tf_test_run ();
}
