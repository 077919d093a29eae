/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What is not ours under our name is left alone. Every sequence of things that somebody else may do
 * to the object, to its name and to the folders above it is tried with every kind of object and
 * every end; the world around it is compared before and after. */

#include "disk-image.h"
#include "identity-subject.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

typedef struct
{
  const char *name;
  gboolean (*run) (Subject *subject, GError **error);
  gboolean tells;
} End;

/* --- ends -------------------------------------------------------------------------------- */

static gboolean
end_close (Subject  *self,
           GError  **error)
{
  if (self->kind == FOLDER)
    return tf_temporary_directory_cleanup (TF_TEMPORARY_DIRECTORY (self->object), NULL, error);
  if (!g_io_stream_close (G_IO_STREAM (self->object), NULL, error))
    return FALSE;
  return self->kind != STAYING ||
         tf_temporary_file_delete (TF_TEMPORARY_FILE (self->object), NULL, error);
}

static gboolean
end_dispose (Subject  *self,
             GError  **error)
{
  g_object_run_dispose (self->object);
  return TRUE;
}

static gboolean
end_finalize (Subject  *self,
              GError  **error)
{
  g_clear_object (&self->object);
  return TRUE;
}

static gboolean
end_cleanup_all (Subject  *self,
                 GError  **error)
{
  tf_cleanup_all ();
  return TRUE;
}

/* A change of mind that comes too late. */
static gboolean
end_too_late (Subject  *self,
              GError  **error)
{
  g_autoptr (GError) refused = NULL;

  tf_temporary_file_set_auto_delete (TF_TEMPORARY_FILE (self->object), TRUE);
  g_assert_false (tf_temporary_file_delete (TF_TEMPORARY_FILE (self->object), NULL, &refused));
  assert_io_error (refused, G_IO_ERROR_NOT_SUPPORTED);
  tf_cleanup_all ();
  g_object_run_dispose (self->object);
  return TRUE;
}

static const End ends[] = {
  { "close", end_close, TRUE },
  { "dispose", end_dispose, FALSE },
  { "finalize", end_finalize, FALSE },
  { "cleanup-all", end_cleanup_all, FALSE },
};

static const End too_late = { "too-late", end_too_late, FALSE };

/* --- looking ----------------------------------------------------------------------------- */

static void
fail (const Subject  *self,
      const Sequence *sequence,
      const char     *end,
      const char     *what)
{
  g_autofree char *text = sequence_describe (sequence);

  g_error ("%s, %s after “%s”: %s", kind_names[self->kind], end, text, what);
}

static void
check_world (const Subject  *self,
             const Sequence *sequence,
             const char     *end,
             const Picture  *before,
             Fate            fate)
{
  Picture after = picture_take (self->world);
  g_autofree char *difference = picture_compare (before, &after);

  if (difference != NULL)
    fail (self, sequence, end, difference);
  if (fate == GONE && after.n_ours > 0)
    fail (self, sequence, end, "ours is left");
  if (fate == LEFT && after.n_ours != before->n_ours)
    fail (self, sequence, end, "ours is gone from where it was moved to");
  picture_clear (&after);
}

static void
check_words (const Subject    *self,
             const Sequence   *sequence,
             const End        *end,
             const Prediction *prediction,
             gboolean          success,
             const GError     *error)
{
  Picture now = picture_take (self->world);

  if (prediction->fate != LOOSE && success != prediction->success)
    fail (self, sequence, end->name, success ? "success is a lie" : error->message);
  if (success && now.n_ours > 0)
    fail (self, sequence, end->name, "success, and ours is left");
  if (!success && (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
                   strstr (error->message, self->world->path) == NULL))
    fail (self, sequence, end->name, error->message);
  picture_clear (&now);
}

/* Whatever is left of the library's, and once more: no stranger is touched. */
static void
drop (Subject        *self,
      const Sequence *sequence)
{
  Picture before;

  self->world->ours[1] = self->folder_inode;
  before = picture_take (self->world);
  g_clear_object (&self->object);
  g_clear_object (&self->folder);
  check_world (self, sequence, "the last reference", &before, LOOSE);
  picture_clear (&before);
}

/* --- the cases --------------------------------------------------------------------------- */

typedef struct
{
  Kind kind;
  const End *end;
  gboolean ended_before;   /* the object was closed before the strangers came */
} Cell;

static const char *worlds_folder;   /* where the worlds are made */
static guint n_cases;
static guint n_reused;              /* a stranger that got the inode number of our own */

static void
check_end (Subject        *self,
           const Sequence *sequence,
           const End      *end)
{
  g_autoptr (GError) error = NULL;
  Picture before;
  Prediction prediction;
  gboolean success;

  /* This one ends the folder, too. */
  if (end->run == end_cleanup_all)
    self->world->ours[1] = self->folder_inode;
  before = picture_take (self->world);
  prediction = predict (self, &before);
  success = end->run (self, &error);
  check_world (self, sequence, end->name, &before, prediction.fate);
  if (end->tells)
    check_words (self, sequence, end, &prediction, success, error);
  picture_clear (&before);
}

/* Closes, deletes, and lets the strangers have the name and the number of the inode. */
static void
end_before (Subject *self)
{
  g_autoptr (GError) error = NULL;
  gboolean closed = end_close (self, &error);

  g_assert_no_error (error);
  g_assert_true (closed);
  g_assert_false (tf_test_exists (self->world->path));
  self->world->ours[0] = 0;
}

/* Whether a stranger has the number of an inode of ours that is gone. */
static gboolean
is_reused (const Subject  *self,
           const Sequence *sequence,
           const Cell     *cell)
{
  gboolean gone = cell->ended_before ||
                  (self->kind == RELEASED && sequence->length > 0 &&
                   steps[sequence->step[0]].run == step_remove);

  return gone && inode_at (self->world->path) == self->inode;
}

/* FALSE: this sequence cannot be done. */
static gboolean
run_case (const Cell     *cell,
          const Sequence *sequence)
{
  World world;
  Subject subject = subject_make (cell->kind, &world, at (worlds_folder, "world"));
  gboolean possible;

  if (cell->ended_before)
    end_before (&subject);
  possible = sequence_run (sequence, &world);
  if (possible)
    {
      n_cases++;
      n_reused += is_reused (&subject, sequence, cell);
      check_end (&subject, sequence, cell->end);
      drop (&subject, sequence);
    }
  g_clear_object (&subject.object);
  g_clear_object (&subject.folder);
  g_assert_no_errno (chdir ("/"));
  wipe (world.root);
  return possible;
}

static guint
max_length (void)
{
  return tf_test_scale (1, 2, MAX_LENGTH);
}

static void
run_cell (gpointer data)
{
  Sequence sequence = { { 0 }, 0 };
  gboolean possible;

  n_cases = 0;
  do
    possible = run_case (data, &sequence);
  while (sequence_next (&sequence, max_length (), !possible));
  g_test_message ("%u cases; %u strangers with our inode number", n_cases, n_reused);
  g_assert_cmpuint (n_cases, >=, G_N_ELEMENTS (steps) / 2);
}

static void
test_cell (gconstpointer data)
{
  worlds_folder = tf_test_dir ();
  g_assert_true (tf_test_in_child (run_cell, (gpointer) data));
}

/* --- exit -------------------------------------------------------------------------------- */

#define BATCH 100

/* What a child that will exit tells its parent. */
typedef struct
{
  Kind kind;
  Sequence next;
  gboolean more;
  guint n;
  World worlds[BATCH];
  Sequence sequences[BATCH];
} Batch;

static Subject alive[BATCH];   /* reachable, so that what lives at exit is not a leak */

static void
fill_batch (Batch *self)
{
  self->n = 0;
  while (self->more && self->n < BATCH)
    {
      g_autofree char *name = g_strdup_printf ("world%u", self->n);
      World *world = &self->worlds[self->n];
      Subject *subject = &alive[self->n];
      gboolean possible;

      *subject = subject_make (self->kind, world, at (worlds_folder, name));
      possible = sequence_run (&self->next, world);
      self->sequences[self->n] = self->next;
      if (possible)
        {
          world->ours[1] = subject->folder_inode;
          self->n++;
        }
      else
        {
          g_clear_object (&subject->object);
          g_clear_object (&subject->folder);
          wipe (world->root);
        }
      self->more = sequence_next (&self->next, max_length (), !possible);
    }
}

/* Stops, that the parent may look, and exits. */
static void
make_batch_and_exit (gpointer data)
{
  fill_batch (data);
  fflush (NULL);
  raise (SIGSTOP);
  exit (0);
}

static void
run_batch (Batch *batch)
{
  int pid = tf_test_fork (make_batch_and_exit, batch);
  Picture before[BATCH];
  Prediction predictions[BATCH];
  Subject subject = { NULL, batch->kind };
  int status;

  g_assert_cmpint (waitpid (pid, &status, WUNTRACED), ==, pid);
  g_assert_true (WIFSTOPPED (status));
  for (guint i = 0; i < batch->n; i++)
    {
      subject.world = &batch->worlds[i];
      before[i] = picture_take (subject.world);
      predictions[i] = predict (&subject, &before[i]);
    }
  g_assert_no_errno (kill (pid, SIGCONT));
  g_assert_true (tf_test_wait_child (pid));
  for (guint i = 0; i < batch->n; i++)
    {
      subject.world = &batch->worlds[i];
      check_world (&subject, &batch->sequences[i], "exit", &before[i], predictions[i].fate);
      picture_clear (&before[i]);
      wipe (subject.world->root);
    }
}

static void
run_exit (gpointer data)
{
  Batch *batch = mmap (NULL, sizeof *batch, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0);

  g_assert_true (batch != MAP_FAILED);
  batch->kind = ((const Cell *) data)->kind;
  batch->more = TRUE;
  while (batch->more)
    run_batch (batch);
  g_assert_no_errno (munmap (batch, sizeof *batch));
}

static void
test_exit (gconstpointer data)
{
  worlds_folder = tf_test_dir ();
  run_exit ((gpointer) data);
}

/* --- where the numbers of inodes are used again ------------------------------------------- */

static guint
count_reuse (void)
{
  const char *path = at (worlds_folder, "reuse");
  guint n = 0;

  for (guint i = 0; i < 50; i++)
    {
      ino_t inode;

      make_file (path, "", 0600);
      inode = inode_at (path);
      remove_file (path);
      make_file (path, "", 0600);
      n += inode == inode_at (path);
      remove_file (path);
    }
  return n;
}

static Cell cells[G_N_ELEMENTS (kind_names)][2 * G_N_ELEMENTS (ends)];

static void
run_all_on_image (gpointer data)
{
  Kind kind = GPOINTER_TO_UINT (data);
  guint reuse;

  worlds_folder = tf_test_path ("disk");
  reuse = count_reuse ();
  g_test_message ("%u of 50 inode numbers were used again at once", reuse);
  g_assert_cmpuint (reuse, >, 25);
  n_reused = 0;
  for (guint i = 0; i < G_N_ELEMENTS (cells[kind]); i++)
    if (cells[kind][i].end != NULL)
      run_cell (&cells[kind][i]);
  run_exit (&cells[kind][0]);
  /* That takes a step that removes and one that makes. */
  if (max_length () > 1)
    g_assert_cmpuint (n_reused, >, 0);
}

static void
test_ext4 (gconstpointer data)
{
  on_ext4_image (run_all_on_image, (gpointer) data);
}

/* --- all of it --------------------------------------------------------------------------- */

static void
add_cell (Kind        kind,
          guint       number,
          const End  *end,
          gboolean    ended_before)
{
  Cell *cell = &cells[kind][number];
  g_autofree char *name = g_strdup_printf ("/identity/%s/%s%s", kind_names[kind],
                                           ended_before ? "closed-before-" : "", end->name);

  *cell = (Cell) { kind, end, ended_before };
  tf_test_add_data (name, cell, test_cell);
}

static void
add_kind (Kind kind)
{
  g_autofree char *exit_name = g_strdup_printf ("/identity/%s/exit", kind_names[kind]);
  g_autofree char *ext4_name = g_strdup_printf ("/identity/%s/ext4", kind_names[kind]);

  if (kind == RELEASED)
    add_cell (kind, 0, &too_late, FALSE);
  for (guint i = kind == RELEASED ? 1 : 0; i < G_N_ELEMENTS (ends); i++)
    add_cell (kind, i, &ends[i], FALSE);
  for (guint i = 1; kind != RELEASED && i < G_N_ELEMENTS (ends); i++)
    add_cell (kind, G_N_ELEMENTS (ends) + i, &ends[i], TRUE);
  tf_test_add_data (exit_name, &cells[kind][0], test_exit);
  tf_test_add_data (ext4_name, GUINT_TO_POINTER (kind), test_ext4);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  for (guint kind = 0; kind < G_N_ELEMENTS (kind_names); kind++)
    add_kind (kind);
  return tf_test_run ();
}
