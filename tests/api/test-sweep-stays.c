/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a sweep leaves alone: all that lives, all that bears no mark, all that is not of the form,
 * of our user, or old enough. Every sweep here also has an orphan to take, which shows that it was
 * at work in that very folder. */

#include "sweep-helpers.h"

#define NOBODY 65534

/* Takes the decoy, and nothing else. */
static void
sweep_takes_only_an_orphan (const char *prefix,
                            guint       min_age)
{
  g_autofree char *name = g_strconcat (prefix != NULL ? prefix : "tmp", "orphan_1", NULL);
  guint before = count_below (tf_test_dir ());
  const char *orphan = make_folder (name, MARKED);

  g_assert_cmpint (sweep (prefix, min_age), ==, min_age == 0 ? 1 : 0);
  if (min_age > 0)
    g_assert_no_errno (g_rmdir (orphan));
  g_assert_false (tf_test_exists (orphan));
  g_assert_cmpuint (count_below (tf_test_dir ()), ==, before);
}

/* --- what lives -------------------------------------------------------------------------- */

static void
test_living_directory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL,
                                                                     &error);
  g_autoptr (TfTemporaryFile) file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL,
                                                                         &error);

  g_assert_no_error (error);
  put (file, "bytes");
  put_inside (tf_temporary_directory_get_path (dir), "plain");
  sweep_takes_only_an_orphan (NULL, 0);
  assert_file (tf_temporary_file_get_path (file), "bytes");
  g_assert_cmpuint (tf_test_mode (tf_temporary_directory_get_path (dir)), ==, MARKED);
  close_ok (file);
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_no_error (error);
}

static void
live_in_session (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = tf_get_location (TF_LOCATION_SESSION, 0, &error);
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autoptr (TfTemporaryDirectory) dir = NULL;

  g_assert_no_error (error);
  file = new_with ("anonymous", FALSE, "location", TF_LOCATION_SESSION);
  dir = g_initable_new (TF_TYPE_TEMPORARY_DIRECTORY, NULL, &error, "location",
                        TF_LOCATION_SESSION, NULL);
  g_assert_no_error (error);
  put (file, "bytes");
  sweep_takes_only_an_orphan (SESSION_PREFIX, 0);
  g_assert_true (tf_test_exists (tf_temporary_directory_get_path (dir)));
  assert_file (tf_temporary_file_get_path (file), "bytes");
  /* The folders in the session's folder are living, too. */
  g_assert_cmpint (tf_sweep_orphans (folder, NULL, 0, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_clear_object (&dir);
  g_clear_object (&file);
  exit (0);
}

/* In a child, at whose exit the session's folder goes. */
static void
test_living_session (void)
{
  g_assert_true (tf_test_in_child (live_in_session, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

/* --- leases that outlive their maker ------------------------------------------------------ */

/* Ends when the other side of the pipe does. */
typedef struct
{
  TfTemporaryDirectory *dir;
  int gate[2];
  void (*hold) (gpointer data);
  int *holder;   /* in memory that is shared */
} Heirs;

static void
wait_at_gate (const Heirs *self)
{
  char byte;

  close (self->gate[1]);
  g_assert_cmpint (read (self->gate[0], &byte, 1), ==, 0);
}

static void
hold_by_fork (gpointer data)
{
  wait_at_gate (data);
}

/* Nothing of the parent but a duplicate that it was handed. */
static void
hold_by_duplicate (gpointer data)
{
  Heirs *self = data;
  int copy = tf_temporary_directory_dup_fd (self->dir, NULL);

  g_assert_cmpint (copy, >=, 0);
  g_assert_no_errno (close (tf_temporary_directory_get_fd (self->dir)));
  wait_at_gate (self);
}

/* A program that knows nothing of this library. */
static void
hold_by_program (gpointer data)
{
  Heirs *self = data;
  int copy = tf_temporary_directory_dup_fd (self->dir, NULL);

  g_assert_no_errno (fcntl (copy, F_SETFD, 0));
  g_assert_no_errno (dup2 (self->gate[0], STDIN_FILENO));
  close (self->gate[1]);
  execlp ("cat", "cat", NULL);
  _exit (127);
}

static void
make_heir_and_die (gpointer data)
{
  Heirs *self = data;
  g_autoptr (GError) error = NULL;

  self->dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put_inside (tf_temporary_directory_get_path (self->dir), "inside");
  *self->holder = tf_test_fork (self->hold, self);
  raise (SIGKILL);
}

/* Until the kernel has closed what the other process had open. */
static void
wait_for_orphan (void)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (sweep (NULL, 0) != 1)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_heir (gconstpointer data)
{
  Heirs heirs = { NULL };

  heirs.hold = data;
  heirs.holder = tf_test_shared_memory (sizeof *heirs.holder);
  g_assert_no_errno (pipe2 (heirs.gate, O_CLOEXEC));
  wait_killed (tf_test_fork (make_heir_and_die, &heirs));
  for (guint i = 0; i < 20; i++)
    {
      sweep_takes_only_an_orphan (NULL, 0);
      g_usleep (2000);
    }
  g_assert_no_errno (kill (*heirs.holder, 0));
  g_assert_no_errno (close (heirs.gate[1]));
  g_assert_no_errno (close (heirs.gate[0]));
  wait_for_orphan ();
}

/* --- what its owner wants to stay -------------------------------------------------------- */

static TfTemporaryDirectory *
new_folder (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  put_inside (tf_temporary_directory_get_path (dir), "inside");
  return dir;
}

static void
leave_kept_folder (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) kept = tf_temporary_directory_keep (new_folder (), &error);

  g_assert_no_error (error);
  g_assert_nonnull (kept);
  raise (SIGKILL);
}

static void
leave_folder_without_auto_delete (gpointer data)
{
  tf_temporary_directory_set_auto_delete (new_folder (), FALSE);
  raise (SIGKILL);
}

static void
leave_plain_folder (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = tf_mkdtemp (NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  put_inside (path, "inside");
  raise (SIGKILL);
}

/* With enough letters for the form, were it not for the mark. */
static void
leave_folder_of_c_library (gpointer data)
{
  char *path = g_strconcat (tf_test_dir (), "/tmpabXXXXXX", NULL);

  g_assert_nonnull (mkdtemp (path));
  put_inside (path, "inside");
  raise (SIGKILL);
}

static void
leave_plain_file (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = tf_mkstemp (NULL, NULL, NULL, &path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, "inside", 6), ==, 6);
  raise (SIGKILL);
}

static void
leave_named_files (gpointer data)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryFile *kept = tf_temporary_file_new_named (NULL, NULL, NULL, NULL, &error);
  TfTemporaryFile *stolen = tf_temporary_file_new_named (NULL, NULL, NULL, NULL, &error);
  TfTemporaryFile *living = tf_temporary_file_new_named (NULL, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  keep_ok (kept);
  put (living, "bytes");
  g_assert_cmpint (tf_temporary_file_steal_fd (stolen, &error), >=, 0);
  raise (SIGKILL);
}

/* Under a name that looks like one of ours. */
static void
leave_persisted_file (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) there = test_file ("tmpabcdefgh");
  TfTemporaryFile *file = new_anonymous ();

  put (file, "bytes");
  g_assert_true (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
  raise (SIGKILL);
}

static void
run_python (gpointer data)
{
  execlp ("python3", "python3", "-c",
          "import os, signal, tempfile\n"
          "made = [tempfile.mkdtemp(), tempfile.mkstemp(), tempfile.TemporaryDirectory(),\n"
          "        tempfile.NamedTemporaryFile()]\n"
          "open(os.path.join(made[0], 'inside'), 'w').close()\n"
          "os.kill(os.getpid(), signal.SIGKILL)\n", NULL);
  _exit (127);
}

static const struct
{
  const char *name;
  void (*leave) (gpointer data);
  guint n;   /* things that it leaves */
} keepers[] = {
  { "kept-folder", leave_kept_folder, 2 },
  { "folder-without-auto-delete", leave_folder_without_auto_delete, 2 },
  { "mkdtemp", leave_plain_folder, 2 },
  { "mkdtemp-of-c-library", leave_folder_of_c_library, 2 },
  { "mkstemp", leave_plain_file, 1 },
  { "persisted", leave_persisted_file, 1 },
  { "python", run_python, 5 },
};

static void
test_keeper (gconstpointer data)
{
  guint number = GPOINTER_TO_UINT (data);

  wait_killed (tf_test_fork (keepers[number].leave, NULL));
  g_assert_cmpuint (count_below (tf_test_dir ()), ==, keepers[number].n);
  sweep_takes_only_an_orphan (NULL, 0);
  wipe_below (tf_test_dir ());
}

/* Of three files the one whose descriptor was stolen is deleted by the library itself. A file that
 * is not in a leased folder is not swept: nothing tells it from a plain one. */
static void
test_keeper_files (void)
{
  wait_killed (tf_test_fork (leave_named_files, NULL));
  g_assert_cmpuint (count_below (tf_test_dir ()), ==, 2);
  sweep_takes_only_an_orphan (NULL, 0);
  wipe_below (tf_test_dir ());
}

/* --- what is not of the form -------------------------------------------------------------- */

static void
test_names (void)
{
  static const char *const names[] = {
    "tmp", "tmpa", "tmpabcdefg", "tmpabcdefgH", "tmpabc-efgh", "tmpabcdefg~", "tmp.abcdefgh",
    ".tmpabcdefgh", "xmpabcdefgh", "tm_abcdefgh", "abcdefgh", "something-else",
    "tmpabcdef\303\244h",
#ifdef G_OS_UNIX
    /* To Windows the first two are the same as another one, and the others are no names. */
    "tmpABCDEFGH", "Tmpabcdefgh", "tmpabcdefg.", "tmpabcd\nfgh",
#endif
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    put_inside (make_folder (names[i], MARKED), "inside");
  sweep_takes_only_an_orphan (NULL, 0);
  wipe_below (tf_test_dir ());
}

/* The mark is the whole mode, exactly as a TfTemporaryDirectory is made: anybody may make a folder
 * sticky, say one of CPython's that is to serve as a /tmp. */
static void
test_modes (void)
{
  static const guint modes[] = { 0, 0700, 0755, 0777, 02700, 04700, 06755,
                                 01777, 01755, 01750,
#ifdef G_OS_UNIX
                                 /* Windows has no set-group-id bit. */
                                 03700,
#endif
  };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *name = g_strdup_printf ("tmpabcdef%02u", i);

      make_folder (name, modes[i]);
    }
  sweep_takes_only_an_orphan (NULL, 0);
  wipe_below (tf_test_dir ());
}

static void
test_kinds (void)
{
  const char *target = make_folder ("target", MARKED);

  put_inside (target, "inside");
  make_file (tf_test_path ("tmpabcdefg1"), "a file with the mark", 01600);
  g_assert_no_errno (mkfifo (tf_test_path ("tmpabcdefg2"), 0600));
  g_assert_no_errno (chmod (tf_test_path ("tmpabcdefg2"), 01700));
  g_assert_no_errno (symlink (target, tf_test_path ("tmpabcdefg3")));
  g_assert_no_errno (symlink ("nowhere", tf_test_path ("tmpabcdefg4")));
  sweep_takes_only_an_orphan (NULL, 0);
  g_assert_cmpuint (tf_test_count_entries (target), ==, 1);
  wipe_below (tf_test_dir ());
}

/* Somebody else's, as seen by an ordinary user and by root. */
static void
test_users (void)
{
  if (geteuid () != 0)
    {
      g_test_skip ("needs two users");
      return;
    }
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("tmpabcdefg%u", i);
      const char *path = make_folder (name, 0700);

      if (i % 2 == 0)
        put_inside (path, "inside");
      g_assert_no_errno (chown (path, i < 2 ? NOBODY : 1, i < 2 ? NOBODY : 1));
      g_assert_no_errno (chmod (path, MARKED));
    }
  sweep_takes_only_an_orphan (NULL, 0);
  wipe_below (tf_test_dir ());
}

static void
sweep_as_nobody (gpointer data)
{
  sweep_takes_only_an_orphan (NULL, 0);
}

static void
test_root_s (void)
{
  if (geteuid () != 0)
    {
      g_test_skip ("needs two users");
      return;
    }
  make_folder ("tmpabcdefg1", MARKED);
  put_inside (make_folder ("tmpabcdefg2", MARKED), "inside");
  g_assert_true (tf_test_as_nobody (sweep_as_nobody, NULL));
  wipe_below (tf_test_dir ());
}

/* --- what is not old enough ---------------------------------------------------------------- */

static void
set_time (const char *path,
          time_t      seconds)
{
  struct timespec times[2] = { { seconds, 0 }, { seconds, 0 } };

  g_assert_no_errno (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW));
}

/* A time of modification can be set to the past by anybody, that of the last change cannot. */
static void
test_young (void)
{
  make_folder ("tmpabcdefg1", MARKED);
  set_time (make_folder ("tmpabcdefg2", MARKED), 1000000);
  set_time (make_folder ("tmpabcdefg3", MARKED), time (NULL) + 100000);
  sweep_takes_only_an_orphan (NULL, 3600);
  sweep_takes_only_an_orphan (NULL, G_MAXUINT);
  wipe_below (tf_test_dir ());
}

/* A time to come is no age; but 0 seconds ask for none. */
static void
test_future (void)
{
  set_time (make_folder ("tmpabcdefgh", MARKED), time (NULL) + 100000);
  sweep_takes_only_an_orphan (NULL, 1);
  g_assert_cmpint (sweep (NULL, 0), ==, 1);
}

/* --- leftovers of persist ----------------------------------------------------------------- */

static const char *
make_leftover (const char *name,
               guint       mode)
{
  make_file (tf_test_path (name), "half", mode);
  return tf_test_path (name);
}

/* Of any mode: it has the final one for the moment before the rename. */
static void
test_leftovers (void)
{
  make_leftover (".tf-abcdefgh~", 0600);
  make_leftover (".tf-ab_01289~", 0644);
  set_time (make_leftover (".tf-________~", 0400), time (NULL) - 100000);
  sweep_takes_only_an_orphan ("app-", 3600);
  g_assert_cmpint (sweep ("app-", 0), ==, 3);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_leftovers_that_stay (void)
{
  static const char *const names[] = {
    ".tf-abcdefg~", ".tf-abcdefghi~", ".tf-abcdefgh", ".tf-abcdefgh~~", ".tf-ABCDEFGH~",
    "tf-abcdefgh~", ".tf-abcd-fgh~", ".tfabcdefghi~", ".tf-~", ".tf-abcdefgh~.txt",
  };
  int locked = open (make_leftover (".tf-abcdefg1~", 0600), O_RDWR | O_CLOEXEC);
  int shared = open (make_leftover (".tf-abcdefg2~", 0600), O_RDWR | O_CLOEXEC);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    make_leftover (names[i], 0600);
  g_assert_no_errno (flock (locked, LOCK_EX));
  g_assert_no_errno (flock (shared, LOCK_SH));
  make_leftover (".tf-abcdefg3~", 0600);
  g_assert_no_errno (link (tf_test_path (".tf-abcdefg3~"), tf_test_path ("second-name")));
  put_inside (make_folder (".tf-abcdefg4~", MARKED), "inside");
#ifdef G_OS_UNIX
  g_assert_no_errno (symlink ("second-name", tf_test_path (".tf-abcdefg5~")));
  g_assert_no_errno (mkfifo (tf_test_path (".tf-abcdefg6~"), 0600));
#endif
  if (geteuid () == 0)
    g_assert_no_errno (chown (make_leftover (".tf-abcdefg8~", 0600), NOBODY, NOBODY));
  sweep_takes_only_an_orphan (NULL, 0);
  g_assert_no_errno (close (locked));
  g_assert_no_errno (close (shared));
  g_assert_cmpint (sweep (NULL, 0), ==, 2);
  wipe_below (tf_test_dir ());
}

/* --- all of it ---------------------------------------------------------------------------- */

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  g_set_prgname (SESSION);
  tf_test_add ("/sweep/living/directory", test_living_directory);
  tf_test_add ("/sweep/living/session", test_living_session);
  tf_test_add_data ("/sweep/heir/fork", hold_by_fork, test_heir);
  tf_test_add_data ("/sweep/heir/duplicate", hold_by_duplicate, test_heir);
  tf_test_add_data ("/sweep/heir/program", hold_by_program, test_heir);
  for (guint i = 0; i < G_N_ELEMENTS (keepers); i++)
    {
      g_autofree char *name = g_strdup_printf ("/sweep/keeps/%s", keepers[i].name);

      tf_test_add_data (name, GUINT_TO_POINTER (i), test_keeper);
    }
  tf_test_add ("/sweep/keeps/files", test_keeper_files);
  tf_test_add ("/sweep/form/names", test_names);
  tf_test_add ("/sweep/form/modes", test_modes);
  tf_test_add ("/sweep/form/kinds", test_kinds);
  tf_test_add ("/sweep/form/users", test_users);
  tf_test_add ("/sweep/form/root-s", test_root_s);
  tf_test_add ("/sweep/age/young", test_young);
  tf_test_add ("/sweep/age/future", test_future);
  tf_test_add ("/sweep/leftovers/go", test_leftovers);
  tf_test_add ("/sweep/leftovers/stay", test_leftovers_that_stay);
  return tf_test_run ();
}
