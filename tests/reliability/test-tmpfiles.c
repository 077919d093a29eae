/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The real systemd-tmpfiles cleans a folder in which our objects live, with a configuration of the
 * test's own: folders that are leased it leaves alone with all in them, and takes after a kill -9;
 * of single files it takes what its version takes. */

#include "sweep-helpers.h"

/* It looks at the locks of single files from this version. */
#define VERSION_WITH_FILE_LOCKS 254
/* What is older than a second is cleaned; times have a granularity of their own. */
#define TIME_TO_AGE (2500 * G_TIME_SPAN_MILLISECOND)

static char *
run (const char *first,
     ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  char *out = NULL;
  va_list args;
  int status;

  va_start (args, first);
  for (const char *arg = first; arg != NULL; arg = va_arg (args, const char *))
    g_ptr_array_add (argv, (gpointer) arg);
  va_end (args);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &said,
                &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s: %s", first, error->message, said);
  return out;
}

static guint
find_version (void)
{
  g_autofree char *said = run ("systemd-tmpfiles", "--version", NULL);
  guint version = 0;

  g_assert_cmpint (sscanf (said, "systemd %u", &version), ==, 1);
  g_test_message ("systemd-tmpfiles %u", version);
  return version;
}

/* The folder that is cleaned is the temporary folder meanwhile. */
static void
begin (void)
{
  const char *area = make_folder ("area", 0755);

  g_assert_true (tf_set_temp_dir (area, NULL));
}

/* Lets all that is there grow old, and cleans. A plain folder goes, which shows that it was
 * done. */
static void
clean (void)
{
  const char *area = tf_test_path ("area");
  const char *config = tf_test_path ("clean.conf");
  g_autofree char *line = g_strdup_printf ("e \"%s\" - - - 1s\n", area);
  g_autofree char *prefix = g_strconcat ("--prefix=", area, NULL);
  const char *decoy = make_folder ("area/decoy", 0700);

  put_inside (decoy, "inside");
  g_usleep (TIME_TO_AGE);
  make_file (config, line, 0600);
  g_free (run ("systemd-tmpfiles", "--clean", prefix, config, NULL));
  remove_file (config);
  g_assert_false (tf_test_exists (decoy));
}

static void
end (void)
{
  g_assert_true (tf_set_temp_dir (NULL, NULL));
  g_assert_no_errno (g_rmdir (tf_test_path ("area")));
}

static void
test_living (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = NULL;
  g_autoptr (TfTemporaryDirectory) empty = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autofree char *tree = NULL;

  begin ();
  dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  empty = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put (file, "bytes");
  tree = g_build_filename (tf_temporary_directory_get_path (dir), "tree", NULL);
  g_assert_no_errno (g_mkdir (tree, 0700));
  make_tree (tree, 3, 3);
  clean ();
  g_assert_true (tf_test_exists (tf_temporary_directory_get_path (empty)));
  g_assert_cmpuint (count_below (tree), ==, 12);
  assert_file (tf_temporary_file_get_path (file), "bytes");
  close_ok (file);
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_temporary_directory_cleanup (empty, NULL, &error));
  g_assert_no_error (error);
  end ();
}

static void
live_in_session (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = NULL;
  TfTemporaryFile *file;

  begin ();
  folder = tf_get_location (TF_LOCATION_SESSION, 0, &error);
  g_assert_no_error (error);
  file = new_with ("anonymous", FALSE, "location", TF_LOCATION_SESSION);
  put (file, "bytes");
  clean ();
  g_assert_true (tf_test_exists (g_file_peek_path (folder)));
  assert_file (tf_temporary_file_get_path (file), "bytes");
  if (data != NULL)
    raise (SIGKILL);
  g_object_unref (file);
  exit (0);
}

/* Whatever the version, for the files are in a folder that is leased; until the process is
 * killed. */
static void
test_session (void)
{
  g_assert_true (tf_test_in_child (live_in_session, NULL));
  end ();
  wait_killed (tf_test_fork (live_in_session, GINT_TO_POINTER (TRUE)));
  g_assert_cmpuint (count_below (tf_test_path ("area")), ==, 2);
  clean ();
  g_assert_cmpuint (count_below (tf_test_path ("area")), ==, 0);
  end ();
}

static void
fill_with_a_tree (TfTemporaryDirectory *dir)
{
  make_tree (tf_temporary_directory_get_path (dir), 3, 3);
}

static void
test_killed (void)
{
  g_autofree char *full = NULL;
  g_autofree char *empty = NULL;

  begin ();
  full = make_orphan (NULL, fill_with_a_tree);
  empty = make_orphan (NULL, NULL);
  g_assert_cmpuint (count_below (full), ==, 12);
  clean ();
  g_assert_false (tf_test_exists (full));
  g_assert_false (tf_test_exists (empty));
  end ();
}

/* A file alone is protected by no folder; a lock on it protects it from the newer versions. What is
 * taken from its owner is said at the latest when the owner deletes it. */
static void
test_single_files (void)
{
  g_autoptr (TfTemporaryFile) plain = NULL;
  g_autoptr (TfTemporaryFile) locked = NULL;
  gboolean respects_locks = find_version () >= VERSION_WITH_FILE_LOCKS;

  begin ();
  plain = new_named ();
  locked = new_named ();
  put (plain, "bytes");
  put (locked, "bytes");
  g_assert_no_errno (flock (tf_temporary_file_get_fd (locked), LOCK_SH));
  clean ();
  g_assert_false (tf_test_exists (tf_temporary_file_get_path (plain)));
  g_assert_cmpint (tf_test_exists (tf_temporary_file_get_path (locked)), ==, respects_locks);
  /* The bytes are there as long as the descriptor. */
  assert_content (plain, "bytes");
  assert_content (locked, "bytes");
  close_ok (plain);
  close_ok (locked);
  end ();
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/reliability/tmpfiles/living", test_living);
  tf_test_add ("/reliability/tmpfiles/session", test_session);
  tf_test_add ("/reliability/tmpfiles/killed", test_killed);
  tf_test_add ("/reliability/tmpfiles/single-files", test_single_files);
  return tf_test_run ();
}
