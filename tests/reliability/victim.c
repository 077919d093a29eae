/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program that works with this library until somebody kills it: folders, trees, files of the
 * session, spools, persists, in two threads, at random.
 *
 * Usage: victim FOLDER DESTINATION SEED
 *
 * FOLDER is its temporary folder. In DESTINATION it replaces the files old0 to old7, and makes
 * files new-*. What the sweep does not promise to remove it does not make: every named file is in a
 * leased folder. */

#include "records.h"

#include <libtmpfile.h>

#include <glib/gstdio.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 2
#define MAX_FOLDERS 4
#define DESTINATIONS 8

typedef struct
{
  GRand *rand;
  guint number;
  guint version;
  TfTemporaryDirectory *folders[MAX_FOLDERS];
} Worker;

/* Where there is no O_TMPFILE, a file without a name has one for a moment. */
#ifdef TF_TEST_POSIX
#define ANONYMOUS_LOCATION TF_LOCATION_SESSION
#else
#define ANONYMOUS_LOCATION TF_LOCATION_DEFAULT
#endif

static const char *destination;

static guint
pick (Worker *self,
      guint   below)
{
  return g_rand_int_range (self->rand, 0, (gint32) below);
}

static gpointer
made (gpointer   object,
      GError   **error)
{
  g_assert_no_error (*error);
  g_assert_nonnull (object);
  return object;
}

/* --- folders ----------------------------------------------------------------------------- */

static void
grow_tree (Worker     *self,
           const char *path,
           guint       depth)
{
  guint n = pick (self, 6);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (depth > 0 && pick (self, 2) == 0)
        {
          g_assert_no_errno (g_mkdir (below, 0700));
          grow_tree (self, below, depth - 1);
          if (pick (self, 4) == 0)
            g_assert_no_errno (chmod (below, 0));
        }
      else if (pick (self, 8) == 0)
        g_assert_no_errno (symlink ("/", below));
      else
        g_assert_true (g_file_set_contents (below, "bytes", 5, NULL));
    }
}

static TfTemporaryDirectory *
need_folder (Worker *self)
{
  GError *error = NULL;
  TfTemporaryDirectory **folder = &self->folders[pick (self, MAX_FOLDERS)];

  if (*folder == NULL)
    *folder = made (tf_temporary_directory_new (NULL, "victim-", NULL, NULL, &error), &error);
  return *folder;
}

static void
work_with_folder (Worker *self)
{
  TfTemporaryDirectory *folder = need_folder (self);
  g_autofree char *path = NULL;
  g_autofree char *name = g_strdup_printf ("tree%u", self->version++);

  path = g_build_filename (tf_temporary_directory_get_path (folder), name, NULL);
  g_assert_no_errno (g_mkdir (path, 0700));
  grow_tree (self, path, 4);
}

static void
work_off_folder (Worker *self)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory **folder = &self->folders[pick (self, MAX_FOLDERS)];

  if (*folder == NULL)
    return;
  if (pick (self, 2) == 0)
    g_assert_true (tf_temporary_directory_cleanup (*folder, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (folder);
}

/* --- files ------------------------------------------------------------------------------- */

static TfTemporaryFile *
new_file (gboolean   anonymous,
          TfLocation location)
{
  GError *error = NULL;

  return made (g_initable_new (TF_TYPE_TEMPORARY_FILE, NULL, &error, "anonymous", anonymous,
                               "location", location, NULL), &error);
}

static TfTemporaryFile *
new_session_file (void)
{
  return new_file (FALSE, TF_LOCATION_SESSION);
}

static void
write_records (TfTemporaryFile *file,
               guint            version)
{
  g_autoptr (GString) text = records_make (version);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_temporary_file_write (file, text->str, text->len, NULL, &error), ==,
                   text->len);
  g_assert_no_error (error);
}

static void
work_with_session (Worker *self)
{
  g_autoptr (TfTemporaryFile) file = new_session_file ();

  write_records (file, self->version++);
  if (pick (self, 2) == 0)
    g_assert_true (g_io_stream_close (G_IO_STREAM (file), NULL, NULL));
}

static void
work_with_spool (Worker *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (pick (self, 100000));
  g_autoptr (GString) text = records_make (self->version++);

  g_object_set (spool, "location",
                pick (self, 2) == 0 ? TF_LOCATION_SESSION : ANONYMOUS_LOCATION, NULL);
  g_assert_cmpint (tf_spooled_file_write (spool, text->str, text->len, NULL, &error), ==,
                   text->len);
  g_assert_no_error (error);
}

/* A file that will be linked, one that will be renamed, and one of which only a copy can be
 * published. */
static TfTemporaryFile *
new_source (Worker *self)
{
  GError *error = NULL;
  TfTemporaryFile *file;

  switch (pick (self, 4))
    {
    case 0:
      return new_file (TRUE, ANONYMOUS_LOCATION);
    case 1:
      return new_session_file ();
    case 2:
      return made (tf_temporary_directory_create_file (need_folder (self), NULL, NULL, NULL,
                                                       &error), &error);
    default:
      file = new_session_file ();
      g_assert_true (tf_temporary_file_delete (file, NULL, &error));
      g_assert_no_error (error);
      return file;
    }
}

static void
work_with_destination (Worker *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = new_source (self);
  gboolean replace = pick (self, 4) > 0;
  g_autofree char *name = replace
    ? g_strdup_printf ("old%u", pick (self, DESTINATIONS))
    : g_strdup_printf ("new-%u-%u", self->number, self->version);
  g_autofree char *path = g_build_filename (destination, name, NULL);
  g_autoptr (GFile) there = g_file_new_for_path (path);

  write_records (file, self->version++);
  g_assert_true (tf_temporary_file_persist (file, there,
                                            replace ? TF_PERSIST_REPLACE : TF_PERSIST_NONE,
                                            NULL, &error));
  g_assert_no_error (error);
}

/* --- all of it ---------------------------------------------------------------------------- */

static gpointer
work (gpointer data)
{
  static void (*const kinds[]) (Worker *self) = {
    work_with_folder, work_with_folder, work_off_folder, work_with_session, work_with_spool,
    work_with_destination, work_with_destination,
  };
  Worker *self = data;

  while (TRUE)
    kinds[pick (self, G_N_ELEMENTS (kinds))] (self);
  return NULL;
}

int
main (int    argc,
      char **argv)
{
  Worker workers[THREADS] = { { NULL } };
  guint32 seed;

  g_assert_cmpint (argc, ==, 4);
  /* It must not outlive the test, whatever becomes of that. */
  g_assert_no_errno (prctl (PR_SET_PDEATHSIG, SIGKILL));
  alarm (120);
  g_set_prgname ("session");
  /* The default folder is tried by writing a file there, which a kill may leave. */
  g_assert_true (tf_set_temp_dir (argv[1], NULL));
  destination = argv[2];
  seed = (guint32) g_ascii_strtoull (argv[3], NULL, 10);
  for (guint i = 0; i < THREADS; i++)
    {
      workers[i].number = i;
      workers[i].rand = g_rand_new_with_seed (seed * THREADS + i);
      workers[i].version = seed % 1000 * 1000000;
    }
  for (guint i = 1; i < THREADS; i++)
    g_thread_unref (g_thread_new ("worker", work, &workers[i]));
  work (&workers[0]);
  return 0;
}
