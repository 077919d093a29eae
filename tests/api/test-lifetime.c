/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The table "What is left when": one row a case, one column an end. Each cell is tried in a child
 * process that says what it sees; the parent looks after the child has ended. */

#include "api-helpers.h"

#include <stdlib.h>

/* What a cell promises. */
typedef enum
{
  GONE,
  STAYS,
} Left;

typedef enum
{
  FD_CLOSED,
  FD_KEPT,      /* to guard the name's identity; nobody can read it through the object */
  FD_GOES_ON,   /* open for the caller */
} Descriptor;

/* The object of a row, and where its name is or was. */
typedef struct
{
  GObject *object;
  char *path;
  int stolen;   /* a descriptor of the caller's, or -1 */
} Subject;

typedef struct
{
  const char *name;
  Subject (*make) (void);
  Left after_close;
  Left after_dispose;
  Left at_exit;
  Descriptor descriptor;   /* after close */
} Row;

static Subject
subject_of_file (TfTemporaryFile *file)
{
  const char *path = tf_temporary_file_get_path (file);

  put (file, "bytes");
  return (Subject) { G_OBJECT (file), g_strdup (path != NULL ? path : tf_test_path ("none")), -1 };
}

static Subject
make_anonymous (void)
{
  return subject_of_file (new_anonymous ());
}

static Subject
make_named (void)
{
  return subject_of_file (new_named ());
}

static Subject
make_stays_on_close (void)
{
  return subject_of_file (new_with ("anonymous", FALSE, "delete-on-close", FALSE));
}

static Subject
make_no_auto_delete (void)
{
  return subject_of_file (new_with ("anonymous", FALSE, "auto-delete", FALSE));
}

static Subject
make_kept (void)
{
  TfTemporaryFile *file = new_named ();

  keep_ok (file);
  return subject_of_file (file);
}

static void
persist (TfTemporaryFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) there = test_file ("there");

  g_assert_true (tf_temporary_file_persist (file, there, TF_PERSIST_NONE, NULL, &error));
  g_assert_no_error (error);
}

static Subject
make_persisted (void)
{
  TfTemporaryFile *file = new_anonymous ();

  persist (file);
  return subject_of_file (file);
}

static Subject
make_persisted_named (void)
{
  TfTemporaryFile *file = new_named ();

  persist (file);
  return subject_of_file (file);
}

static Subject
steal (TfTemporaryFile *file)
{
  Subject subject = subject_of_file (file);
  g_autoptr (GError) error = NULL;

  subject.stolen = tf_temporary_file_steal_fd (file, &error);
  g_assert_no_error (error);
  return subject;
}

static Subject
make_stolen (void)
{
  return steal (new_named ());
}

static Subject
make_stolen_kept (void)
{
  TfTemporaryFile *file = new_named ();

  keep_ok (file);
  return steal (file);
}

static Subject
make_deleted (void)
{
  g_autoptr (GError) error = NULL;
  Subject subject = make_named ();

  g_assert_true (tf_temporary_file_delete (TF_TEMPORARY_FILE (subject.object), NULL, &error));
  g_assert_no_error (error);
  return subject;
}

/* The spool goes first, its file lives on. */
static Subject
make_spools_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (1);
  TfTemporaryFile *file;

  g_assert_cmpint (tf_spooled_file_write (spool, "spool", 5, NULL, &error), ==, 5);
  file = tf_spooled_file_steal_file (spool, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tf_spooled_file_write (spool, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  return subject_of_file (file);
}

static Subject
make_directory (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *dir = tf_temporary_directory_new (NULL, "d-", NULL, NULL, &error);
  g_autofree char *sub = NULL;
  g_autofree char *inside = NULL;

  g_assert_no_error (error);
  sub = g_build_filename (tf_temporary_directory_get_path (dir), "sub", NULL);
  inside = g_build_filename (sub, "file", NULL);
  g_assert_no_errno (g_mkdir (sub, 0700));
  make_file (inside, "inside", 0600);
  return (Subject) { G_OBJECT (dir), g_strdup (tf_temporary_directory_get_path (dir)), -1 };
}

static Subject
make_kept_directory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) kept = NULL;
  Subject subject = make_directory ();

  kept = tf_temporary_directory_keep (TF_TEMPORARY_DIRECTORY (subject.object), &error);
  g_assert_no_error (error);
  return subject;
}

static Subject
make_no_auto_delete_directory (void)
{
  Subject subject = make_directory ();

  tf_temporary_directory_set_auto_delete (TF_TEMPORARY_DIRECTORY (subject.object), FALSE);
  return subject;
}

/* A file that a folder made goes with it or before it. */
static Subject
make_directorys_file (void)
{
  g_autoptr (GError) error = NULL;
  static TfTemporaryDirectory *dir;   /* lives as long as the child */
  TfTemporaryFile *file;

  dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  file = tf_temporary_directory_create_file (dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return subject_of_file (file);
}

static const Row rows[] = {
  { "anonymous", make_anonymous, GONE, GONE, GONE, FD_CLOSED },
  { "named", make_named, GONE, GONE, GONE, FD_CLOSED },
  { "delete-on-close-false", make_stays_on_close, STAYS, GONE, GONE, FD_KEPT },
  { "auto-delete-false", make_no_auto_delete, STAYS, STAYS, STAYS, FD_CLOSED },
  { "kept", make_kept, STAYS, STAYS, STAYS, FD_CLOSED },
  { "persisted", make_persisted, STAYS, STAYS, STAYS, FD_CLOSED },
  { "persisted-named", make_persisted_named, STAYS, STAYS, STAYS, FD_CLOSED },
  { "descriptor-stolen", make_stolen, GONE, GONE, GONE, FD_GOES_ON },
  { "descriptor-stolen-kept-before", make_stolen_kept, STAYS, STAYS, STAYS, FD_GOES_ON },
  { "deleted", make_deleted, GONE, GONE, GONE, FD_CLOSED },
  { "spools-file-stolen", make_spools_file, GONE, GONE, GONE, FD_CLOSED },
  { "directorys-file", make_directorys_file, GONE, GONE, GONE, FD_CLOSED },
  { "directory", make_directory, GONE, GONE, GONE, FD_CLOSED },
  { "directory-kept", make_kept_directory, STAYS, STAYS, STAYS, FD_CLOSED },
  { "directory-auto-delete-false", make_no_auto_delete_directory, STAYS, STAYS, STAYS, FD_CLOSED },
};

/* --- the ends ---------------------------------------------------------------------------- */

static Subject subject;   /* reachable, so that what lives at exit is not a leak */

static void
assert_left (Left left)
{
  g_assert_cmpint (tf_test_exists (subject.path), ==, left == STAYS);
}

static void
make_subject (gpointer data)
{
  subject = ((const Row *) data)->make ();
}

/* What can still be asked of a closed object. */
static void
assert_closed (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryFile *file;

  if (!TF_IS_TEMPORARY_FILE (subject.object))
    return;
  file = TF_TEMPORARY_FILE (subject.object);
  g_assert_cmpint (tf_temporary_file_write (file, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_temporary_file_to_bytes (file, NULL, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_temporary_file_get_fd (file), ==, -1);
  if (tf_test_exists (subject.path))
    g_assert_cmpstr (tf_temporary_file_get_path (file), ==, subject.path);
  else
    g_assert_null (tf_temporary_file_get_path (file));
}

static void
close_subject (void)
{
  g_autoptr (GError) error = NULL;

  if (TF_IS_TEMPORARY_FILE (subject.object))
    g_io_stream_close (G_IO_STREAM (subject.object), NULL, &error);
  else if (tf_temporary_directory_get_auto_delete (TF_TEMPORARY_DIRECTORY (subject.object)))
    tf_temporary_directory_cleanup (TF_TEMPORARY_DIRECTORY (subject.object), NULL, &error);
  g_assert_no_error (error);
}

/* The number of descriptors that are open for a subject. */
static int
expected_fds (Descriptor descriptor)
{
  return descriptor == FD_CLOSED ? 0 : 1;
}

static void
end_by_close (gpointer data)
{
  const Row *row = data;
  guint before = tf_test_count_fds ();
  gboolean inside = row->make == make_directorys_file;

  make_subject (data);
  close_subject ();
  assert_left (row->after_close);
  assert_closed ();
  if (TF_IS_TEMPORARY_FILE (subject.object))
    g_assert_cmpuint (tf_test_count_fds () - before, ==,
                      expected_fds (row->descriptor) + (inside ? 1 : 0));
  if (row->descriptor == FD_GOES_ON)
    g_assert_cmpint (write (subject.stolen, "x", 1), ==, 1);
  /* Twice is harmless. */
  close_subject ();
  assert_left (row->after_close);
}

static void
end_by_dispose (gpointer data)
{
  make_subject (data);
  g_object_run_dispose (subject.object);
  assert_left (((const Row *) data)->after_dispose);
  assert_closed ();
  g_object_unref (subject.object);
  assert_left (((const Row *) data)->after_dispose);
}

static void
end_by_finalize (gpointer data)
{
  guint before = tf_test_count_fds ();
  gboolean inside = ((const Row *) data)->make == make_directorys_file;

  make_subject (data);
  g_object_unref (subject.object);
  assert_left (((const Row *) data)->after_dispose);
  if (subject.stolen >= 0)
    close (subject.stolen);
  g_assert_cmpuint (tf_test_count_fds (), ==, before + (inside ? 1 : 0));
}

/* Closed first: the name that a close left goes with the object. */
static void
end_by_close_and_finalize (gpointer data)
{
  make_subject (data);
  close_subject ();
  g_object_unref (subject.object);
  assert_left (((const Row *) data)->after_dispose);
}

static void
end_by_cleanup_all (gpointer data)
{
  make_subject (data);
  tf_cleanup_all ();
  assert_left (((const Row *) data)->at_exit);
  tf_cleanup_all ();
  assert_left (((const Row *) data)->at_exit);
  /* What it did is not done again, and hurts nobody. */
  g_object_unref (subject.object);
}

static void
end_by_close_and_cleanup_all (gpointer data)
{
  make_subject (data);
  close_subject ();
  tf_cleanup_all ();
  assert_left (((const Row *) data)->at_exit);
}

static void
end_by_exit (gpointer data)
{
  make_subject (data);
  exit (0);
}

static void
end_by_close_and_exit (gpointer data)
{
  make_subject (data);
  close_subject ();
  exit (0);
}

static const struct
{
  const char *name;
  void (*end) (gpointer);
} ends[] = {
  { "close", end_by_close },
  { "dispose", end_by_dispose },
  { "finalize", end_by_finalize },
  { "close-and-finalize", end_by_close_and_finalize },
  { "cleanup-all", end_by_cleanup_all },
  { "close-and-cleanup-all", end_by_close_and_cleanup_all },
  { "exit", end_by_exit },
  { "close-and-exit", end_by_close_and_exit },
};

/* --- the cells --------------------------------------------------------------------------- */

typedef struct
{
  const Row *row;
  void (*end) (gpointer);
} Cell;

static void
run_cell (gpointer data)
{
  const Cell *cell = data;

  cell->end ((gpointer) cell->row);
  /* By exit, that the objects alive are none's leak; by return what stays is the parent's to
   * see. */
  if (cell->end == end_by_close || cell->end == end_by_close_and_cleanup_all)
    g_object_unref (subject.object);
  exit (0);
}

/* The one thing that is left in the test's folder, which is a folder with a file in a folder, or a
 * file. */
static void
remove_kept (void)
{
  g_autoptr (GDir) dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *top = tf_test_path (g_dir_read_name (dir));
  g_autofree char *sub = g_build_filename (top, "sub", NULL);
  g_autofree char *inside = g_build_filename (sub, "file", NULL);

  if (!g_file_test (top, G_FILE_TEST_IS_DIR))
    {
      remove_file (top);
      return;
    }
  assert_file (inside, "inside");
  remove_file (inside);
  g_assert_no_errno (g_rmdir (sub));
  g_assert_no_errno (g_rmdir (top));
}

static void
test_cell (gconstpointer data)
{
  const Cell *cell = data;
  guint expected = cell->row->at_exit == STAYS ? 1 : 0;

  g_assert_true (tf_test_in_child (run_cell, (gpointer) cell));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, expected);
  if (expected == 1)
    remove_kept ();
}

int
main (int    argc,
      char **argv)
{
  static Cell cells[G_N_ELEMENTS (rows) * G_N_ELEMENTS (ends)];

  tf_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      guint row = i / G_N_ELEMENTS (ends);
      guint end = i % G_N_ELEMENTS (ends);
      g_autofree char *name = g_strdup_printf ("/lifetime/%s/%s", rows[row].name, ends[end].name);

      cells[i] = (Cell) { &rows[row], ends[end].end };
      tf_test_add_data (name, &cells[i], test_cell);
    }
  return tf_test_run ();
}
