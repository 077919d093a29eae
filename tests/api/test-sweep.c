/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a sweep takes: all that a killed process left, once, whoever else sweeps, and also when a
 * sweep was killed itself. What it leaves alone is in test-sweep-stays.c. */

#include "sweep-helpers.h"

/* --- orphans ----------------------------------------------------------------------------- */

static void
fill_with_a_file (TfTemporaryDirectory *dir)
{
  put_inside (tf_temporary_directory_get_path (dir), "inside");
}

static void
fill_with_files_of_its_own (TfTemporaryDirectory *dir)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GError) error = NULL;
      TfTemporaryFile *file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error);

      g_assert_no_error (error);
      put (file, "bytes");
    }
}

static void
fill_with_a_tree (TfTemporaryDirectory *dir)
{
  make_tree (tf_temporary_directory_get_path (dir), 20, 20);
}

/* Deeper than a path may be long. */
static void
fill_deeply (TfTemporaryDirectory *dir)
{
  int fd = tf_temporary_directory_dup_fd (dir, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      int next;

      g_assert_no_errno (mkdirat (fd, "deeper-and-deeper", 0700));
      next = openat (fd, "deeper-and-deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      g_assert_no_errno (next);
      close (fd);
      fd = next;
    }
  close (fd);
}

static void
fill_with_locked_folders (TfTemporaryDirectory *dir)
{
  const char *path = tf_temporary_directory_get_path (dir);
  g_autofree char *outer = g_build_filename (path, "outer", NULL);
  g_autofree char *inner = g_build_filename (outer, "inner", NULL);

  g_assert_no_errno (g_mkdir (outer, 0700));
  g_assert_no_errno (g_mkdir (inner, 0700));
  put_inside (inner, "inside");
  g_assert_no_errno (chmod (inner, 0));
  g_assert_no_errno (chmod (outer, 0));
}

static void
fill_with_links (TfTemporaryDirectory *dir)
{
  const char *path = tf_temporary_directory_get_path (dir);
  g_autofree char *link = g_build_filename (path, "link", NULL);
  g_autofree char *hard = g_build_filename (path, "hard", NULL);

  g_assert_no_errno (symlink (tf_test_path ("canary"), link));
  g_assert_no_errno (linkat (AT_FDCWD, tf_test_path ("canary/inside"), AT_FDCWD, hard, 0));
}

static const struct
{
  const char *name;
  void (*fill) (TfTemporaryDirectory *dir);
} fillings[] = {
  { "empty", NULL },
  { "file", fill_with_a_file },
  { "files-of-its-own", fill_with_files_of_its_own },
  { "tree", fill_with_a_tree },
  { "deep", fill_deeply },
  { "locked-folders", fill_with_locked_folders },
  { "links", fill_with_links },
};

static void
sweep_filling (gpointer data)
{
  guint number = GPOINTER_TO_UINT (data);
  const char *canary = make_folder ("canary", 0750);
  guint mode = tf_test_mode (canary);
  g_autofree char *inside = g_build_filename (canary, "inside", NULL);
  g_autofree char *path = NULL;

  put_inside (canary, "inside");
  path = make_orphan (NULL, fillings[number].fill);
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
  g_assert_false (tf_test_exists (path));
  g_assert_cmpint (sweep (NULL, 0), ==, 0);
  assert_file (inside, "inside");
  g_assert_cmpuint (tf_test_mode (canary), ==, mode);
  remove_file (inside);
  g_assert_no_errno (g_rmdir (canary));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

/* As the user nobody, too, to whom a folder of mode 0 is closed. */
static void
test_orphan (gconstpointer data)
{
  sweep_filling ((gpointer) data);
  g_assert_true (tf_test_as_nobody (sweep_filling, (gpointer) data));
}

static void
test_count (void)
{
  for (guint i = 0; i < 7; i++)
    g_free (make_orphan (i % 2 == 0 ? "app-" : "tmp", i % 3 == 0 ? fill_with_a_tree : NULL));
  g_assert_cmpint (sweep ("app-", 0), ==, 4);
  g_assert_cmpint (sweep ("app-", 0), ==, 0);
  g_assert_cmpint (sweep ("tmp", 0), ==, 3);
}

/* What is behind the eight letters may be anything. */
static void
test_suffix (void)
{
  make_folder ("tmpabcdefgh.suffix", MARKED);
  make_folder ("tmpab_01289~", MARKED);
  make_folder ("tmp________", MARKED);
  put_inside (tf_test_path ("tmpabcdefgh.suffix"), "inside");
  g_assert_cmpint (sweep (NULL, 0), ==, 3);
}

static void
test_temp_prefix (void)
{
  g_autofree char *path = NULL;

  g_assert_true (tf_set_temp_prefix ("mine-", NULL));
  path = make_orphan_of (NULL, "mine-", NULL);
  g_assert_cmpint (sweep ("tmp", 0), ==, 0);
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
  g_assert_true (tf_set_temp_prefix (NULL, NULL));
}

static void
test_directory (void)
{
  g_autoptr (GError) error = NULL;
  const char *folder = make_folder ("elsewhere", 0755);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  make_folder ("elsewhere/tmpabcdefgh", MARKED);
  make_folder ("tmpabcdefgh", MARKED);
  g_assert_cmpint (tf_sweep_orphans (file, NULL, 0, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_count_entries (folder), ==, 0);
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
  g_assert_no_errno (g_rmdir (folder));
}

/* The folder to be swept may be given as a link, as /tmp is on some systems. */
static void
test_directory_link (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) link = test_file ("link");

  make_folder ("real", 0755);
  make_folder ("real/tmpabcdefgh", MARKED);
  g_assert_no_errno (symlink ("real", tf_test_path ("link")));
  g_assert_cmpint (tf_sweep_orphans (link, NULL, 0, NULL, &error), ==, 1);
  g_assert_no_error (error);
  remove_file (tf_test_path ("link"));
  g_assert_no_errno (g_rmdir (tf_test_path ("real")));
}

static void
test_age (void)
{
  g_autofree char *old = make_orphan (NULL, fill_with_a_file);
  g_autofree char *young = NULL;

  g_assert_cmpint (sweep (NULL, 3600), ==, 0);
  g_usleep (3 * G_USEC_PER_SEC);
  young = make_orphan (NULL, NULL);
  g_assert_cmpint (sweep (NULL, 2), ==, 1);
  g_assert_false (tf_test_exists (old));
  g_assert_true (tf_test_exists (young));
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
}

/* --- the session's folder ---------------------------------------------------------------- */

static void
leave_session (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = tf_get_location (TF_LOCATION_SESSION, 0, &error);
  TfTemporaryFile *file;

  g_assert_no_error (error);
  file = new_with ("anonymous", FALSE, "location", TF_LOCATION_SESSION);
  put (file, "bytes");
  g_strlcpy (data, g_file_peek_path (folder), 4096);
  g_assert_true (g_str_has_prefix (tf_temporary_file_get_path (file), data));
  raise (SIGKILL);
}

static void
test_session (void)
{
  char *path = tf_test_shared_memory (4096);
  g_autofree char *name = NULL;

  wait_killed (tf_test_fork (leave_session, path));
  name = g_path_get_basename (path);
  g_assert_true (g_str_has_prefix (name, SESSION_PREFIX));
  g_assert_cmpuint (strlen (name), ==, strlen (SESSION_PREFIX) + 8);
  g_assert_cmpuint (tf_test_mode (path), ==, MARKED);
  g_assert_cmpint (sweep (SESSION_PREFIX, 0), ==, 1);
  g_assert_false (tf_test_exists (path));
}

/* --- several at once --------------------------------------------------------------------- */

#define SWEEPERS 4

static void
make_many (guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("tmpabcd%04u", i);
      const char *path = make_folder (name, MARKED);

      if (i % 3 == 0)
        make_tree (path, 3, 5);
    }
}

static void
sweep_into (gpointer data)
{
  *(int *) data = sweep (NULL, 0);
}

static gpointer
sweep_in_thread (gpointer data)
{
  sweep_into (data);
  return NULL;
}

/* Each orphan is counted by one of them. */
static void
test_at_once_processes (void)
{
  int *counts = tf_test_shared_memory (SWEEPERS * sizeof *counts);
  guint n = tf_test_scale (30, 300, 1000);
  int pids[SWEEPERS];
  int sum = 0;

  make_many (n);
  for (guint i = 0; i < SWEEPERS; i++)
    pids[i] = tf_test_fork (sweep_into, &counts[i]);
  for (guint i = 0; i < SWEEPERS; i++)
    {
      g_assert_true (tf_test_wait_child (pids[i]));
      sum += counts[i];
    }
  g_assert_cmpint (sum, ==, n);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_at_once_threads (void)
{
  int counts[SWEEPERS];
  GThread *threads[SWEEPERS];
  guint n = tf_test_scale (30, 300, 1000);
  int sum = 0;

  make_many (n);
  for (guint i = 0; i < SWEEPERS; i++)
    threads[i] = g_thread_new ("sweeper", sweep_in_thread, &counts[i]);
  for (guint i = 0; i < SWEEPERS; i++)
    {
      g_thread_join (threads[i]);
      sum += counts[i];
    }
  g_assert_cmpint (sum, ==, n);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

/* --- interrupted ------------------------------------------------------------------------- */

#define TREE_FOLDERS 10
#define TREE_FILES tf_test_scale (15, 50, 50)
#define TREE_ENTRIES (TREE_FOLDERS * (TREE_FILES + 1))

/* How much of the tree is left after `interrupt` has been at a sweep; the next sweep takes it. */
static guint
interrupt_sweep (void   (*interrupt) (guint delay),
                 guint    delay)
{
  guint left;

  make_tree (make_folder ("tmpabcdefgh", MARKED), TREE_FOLDERS, TREE_FILES);
  interrupt (delay);
  left = count_below (tf_test_dir ());
  g_assert_cmpint (sweep (NULL, 0), ==, left == 0 ? 0 : 1);
  g_assert_cmpuint (count_below (tf_test_dir ()), ==, 0);
  return left;
}

/* Until it was interrupted in the middle often enough; what delay that takes, the machine says. */
static void
interrupt_often (void (*interrupt) (guint delay))
{
  guint wanted = tf_test_scale (1, 3, 30);
  guint delay = 100;   /* us */
  guint hits = 0;

  for (guint i = 0; hits < wanted; i++)
    {
      guint left = interrupt_sweep (interrupt, delay);

      /* The tree itself counts, too. */
      hits += left > 1 && left < TREE_ENTRIES;
      if (left > TREE_ENTRIES)
        delay += delay / 2 + g_test_rand_int_range (0, 100);
      else
        delay = left == 0 ? delay * 2 / 3 + 1 : (guint) g_test_rand_int_range (50, 2 * (int) delay);
      g_assert_cmpuint (i, <, 1000);
    }
}

/* Without the search for the temporary folder, which has a file there for a moment. */
static void
sweep_only (gpointer data)
{
  g_assert_true (tf_set_temp_dir (tf_test_dir (), NULL));
  sweep (NULL, 0);
}

static void
kill_sweep (guint delay)
{
  int pid = tf_test_fork (sweep_only, NULL);
  int status;

  g_usleep (delay);
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (status == 0 || WIFSIGNALED (status));
}

static void
test_killed (void)
{
  interrupt_often (kill_sweep);
}

typedef struct
{
  GCancellable *cancellable;
  guint delay;
} Cancellation;

static gpointer
cancel_later (gpointer data)
{
  Cancellation *self = data;

  g_usleep (self->delay);
  g_cancellable_cancel (self->cancellable);
  return NULL;
}

static void
cancel_sweep (guint delay)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Cancellation cancellation = { cancellable, delay };
  GThread *thread = g_thread_new ("canceller", cancel_later, &cancellation);
  int n = tf_sweep_orphans (NULL, NULL, 0, cancellable, &error);

  g_thread_join (thread);
  if (n == -1)
    assert_io_error (error, G_IO_ERROR_CANCELLED);
  else
    g_assert_cmpint (n, ==, 1);
  g_assert_cmpint (n == -1, ==, tf_test_count_entries (tf_test_dir ()) > 0);
}

static void
test_cancelled_half_way (void)
{
  interrupt_often (cancel_sweep);
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  make_folder ("tmpabcdefgh", MARKED);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tf_sweep_orphans (NULL, NULL, 0, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_true (tf_test_exists (tf_test_path ("tmpabcdefgh")));
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
}

/* --- asynchronously ---------------------------------------------------------------------- */

static int
sweep_async (GFile         *directory,
             const char    *prefix,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tf_sweep_orphans_async (directory, prefix, 0, G_PRIORITY_DEFAULT, cancellable, tf_test_store_cb,
                          &result);
  tf_test_wait_result (&result);
  return tf_sweep_orphans_finish (result, error);
}

static void
test_async (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) missing = test_file ("missing");

  make_many (10);
  g_assert_cmpint (sweep_async (NULL, NULL, NULL, &error), ==, 10);
  g_assert_no_error (error);
  g_assert_cmpint (sweep_async (NULL, "a/b", NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
  g_assert_cmpint (sweep_async (missing, NULL, NULL, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_test_path ("missing"));
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (sweep_async (NULL, NULL, cancellable, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  /* The result may be asked for by nobody. */
  make_many (1);
  tf_sweep_orphans_async (NULL, NULL, 0, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  while (tf_test_count_entries (tf_test_dir ()) > 0)
    g_usleep (1000);
}

/* --- refused ----------------------------------------------------------------------------- */

static void
test_refused (void)
{
  static const char *const prefixes[] = { "a/b", "/", "a\\b", "../tmp" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) missing = test_file ("missing");
  g_autoptr (GFile) file = test_file ("file");
  g_autoptr (GFile) remote = g_file_new_for_uri ("http://example.org/tmp");

  make_folder ("tmpabcdefgh", MARKED);
  make_file (tf_test_path ("file"), "", 0600);
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_assert_cmpint (tf_sweep_orphans (NULL, prefixes[i], 0, NULL, &error), ==, -1);
      assert_io_error_names (error, G_IO_ERROR_INVALID_FILENAME, prefixes[i]);
    }
  g_assert_cmpint (tf_sweep_orphans (missing, NULL, 0, NULL, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_test_path ("missing"));
  g_assert_cmpint (tf_sweep_orphans (file, NULL, 0, NULL, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_DIRECTORY, tf_test_path ("file"));
  g_assert_cmpint (tf_sweep_orphans (remote, NULL, 0, NULL, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, "http://example.org/tmp");
  remove_file (tf_test_path ("file"));
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
}

static void
sweep_what_resists (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_sweep_orphans (NULL, NULL, 0, NULL, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_PERMISSION_DENIED, tf_test_dir ());
}

static char *
only_entry (void)
{
  g_autoptr (GDir) dir = g_dir_open (tf_test_dir (), 0, NULL);

  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  return g_strdup (g_dir_read_name (dir));
}

/* An orphan that cannot be removed does not stop the others; what was tried is said. */
static void
test_resists (void)
{
  uid_t nobody = 65534;
  const char *path = make_folder ("tmpabcdefgh", MARKED);
  g_autofree char *name = NULL;
  g_autofree char *foreign = g_build_filename (path, "foreign", NULL);

  if (geteuid () != 0)
    {
      g_assert_no_errno (g_rmdir (path));
      g_test_skip ("needs two users");
      return;
    }
  g_assert_no_errno (g_mkdir (foreign, 0700));
  put_inside (foreign, "inside");
  put_inside (path, "goes");
  g_assert_no_errno (chown (path, nobody, nobody));
  g_assert_no_errno (chmod (path, MARKED));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *other = g_strdup_printf ("tmpzbcdefg%u", i);

      g_assert_no_errno (chown (make_folder (other, MARKED), nobody, nobody));
      g_assert_no_errno (chmod (tf_test_path (other), MARKED));
    }
  g_assert_true (tf_test_as_nobody (sweep_what_resists, NULL));
  /* That one, the foreign folder and what is in it. */
  g_assert_cmpuint (count_below (tf_test_dir ()), ==, 3);
  /* Root can, once it is root's. */
  name = only_entry ();
  g_assert_no_errno (chown (tf_test_path (name), 0, 0));
  g_assert_no_errno (chmod (tf_test_path (name), MARKED));
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  g_set_prgname (SESSION);
  for (guint i = 0; i < G_N_ELEMENTS (fillings); i++)
    {
      g_autofree char *name = g_strdup_printf ("/sweep/orphan/%s", fillings[i].name);

      tf_test_add_data (name, GUINT_TO_POINTER (i), test_orphan);
    }
  tf_test_add ("/sweep/count", test_count);
  tf_test_add ("/sweep/suffix", test_suffix);
  tf_test_add ("/sweep/temp-prefix", test_temp_prefix);
  tf_test_add ("/sweep/directory", test_directory);
  tf_test_add ("/sweep/directory-link", test_directory_link);
  tf_test_add ("/sweep/age", test_age);
  tf_test_add ("/sweep/session", test_session);
  tf_test_add ("/sweep/at-once/processes", test_at_once_processes);
  tf_test_add ("/sweep/at-once/threads", test_at_once_threads);
  tf_test_add ("/sweep/killed", test_killed);
  tf_test_add ("/sweep/cancelled/half-way", test_cancelled_half_way);
  tf_test_add ("/sweep/cancelled/before", test_cancelled_before);
  tf_test_add ("/sweep/async", test_async);
  tf_test_add ("/sweep/refused", test_refused);
  tf_test_add ("/sweep/resists", test_resists);
  return tf_test_run ();
}
