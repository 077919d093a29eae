/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Does one kind of work a number of times, to be counted from outside: count-work NAME ITERATIONS.
 * What a process does once is done before, and is the same for every number of iterations.
 *
 * What the work needs and is not to be counted, such as trees to remove, is made by a process that
 * nobody counts: count-work --prepare NAME ITERATIONS, in the same temporary folder. */

#include <libtmpfile.h>

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 200
#define TREE_WARM_UP 2
#define BLOCK 65536   /* bytes an iteration reads or writes */

typedef void (*Work) (gpointer subject);

typedef struct
{
  const char *name;
  gpointer (*begin) (void);      /* nullable */
  Work work;                     /* one iteration */
  guint warm_up;
  void (*prepare) (const char *path);   /* nullable; makes the tree of one iteration */
} Entry;

static void
check (gboolean  done,
       GError   *error)
{
  if (!done)
    g_error ("%s", error != NULL ? error->message : "fewer bytes than expected");
}

/* --- W1, W2, W3: made and gone ----------------------------------------------------------- */

static void
anonymous (gpointer subject)
{
  GError *error = NULL;
  TfTemporaryFile *file = tf_temporary_file_new (NULL, NULL, &error);

  check (file != NULL, error);
  check (g_io_stream_close (G_IO_STREAM (file), NULL, &error), error);
  g_object_unref (file);
}

static void
named (gpointer subject)
{
  GError *error = NULL;
  TfTemporaryFile *file = tf_temporary_file_new_named (NULL, NULL, NULL, NULL, &error);

  check (file != NULL, error);
  check (g_io_stream_close (G_IO_STREAM (file), NULL, &error), error);
  g_object_unref (file);
}

static gpointer
begin_directory (void)
{
  GError *error = NULL;
  TfTemporaryDirectory *dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);

  check (dir != NULL, error);
  return dir;
}

static void
create_file (gpointer subject)
{
  GError *error = NULL;
  TfTemporaryFile *file = tf_temporary_directory_create_file (subject, NULL, NULL, NULL, &error);

  check (file != NULL, error);
  check (g_io_stream_close (G_IO_STREAM (file), NULL, &error), error);
  g_object_unref (file);
}

static gpointer
begin_session (void)
{
  GError *error = NULL;
  GFile *session = tf_get_location (TF_LOCATION_SESSION, 0, &error);

  check (session != NULL, error);
  return session;
}

static void
session_file (gpointer subject)
{
  GError *error = NULL;
  TfTemporaryFile *file = tf_temporary_file_new_named (subject, NULL, NULL, NULL, &error);

  check (file != NULL, error);
  check (g_io_stream_close (G_IO_STREAM (file), NULL, &error), error);
  g_object_unref (file);
}

static void
directory (gpointer subject)
{
  GError *error = NULL;
  TfTemporaryDirectory *dir = begin_directory ();

  check (tf_temporary_directory_cleanup (dir, NULL, &error), error);
  g_object_unref (dir);
}

/* --- W5: spools -------------------------------------------------------------------------- */

static gpointer
begin_spool (void)
{
  return tf_spooled_file_new (0);
}

static gpointer
begin_small_spool (void)
{
  return tf_spooled_file_new (BLOCK);
}

static void
spool_write (gpointer subject)
{
  GError *error = NULL;
  char bytes[16] = { 0 };

  for (guint i = 0; i < BLOCK / sizeof bytes; i++)
    check (tf_spooled_file_write (subject, bytes, sizeof bytes, NULL, &error) == sizeof bytes,
           error);
}

static void
stream_write_by (gpointer subject,
                 gsize    size)
{
  GOutputStream *out = g_io_stream_get_output_stream (subject);
  GError *error = NULL;
  char bytes[64] = { 0 };

  for (guint i = 0; i < BLOCK / size; i++)
    check (g_output_stream_write (out, bytes, size, NULL, &error) == (gssize) size, error);
}

static void
spool_stream_write (gpointer subject)
{
  stream_write_by (subject, 16);
}

/* --- W6: files --------------------------------------------------------------------------- */

static gpointer
begin_file (void)
{
  GError *error = NULL;
  TfTemporaryFile *file = tf_temporary_file_new (NULL, NULL, &error);

  check (file != NULL, error);
  return file;
}

static void
file_write (gpointer subject)
{
  GError *error = NULL;
  char bytes[64] = { 0 };

  for (guint i = 0; i < BLOCK / sizeof bytes; i++)
    check (tf_temporary_file_write (subject, bytes, sizeof bytes, NULL, &error) == sizeof bytes,
           error);
}

static void
file_stream_write (gpointer subject)
{
  stream_write_by (subject, 64);
}

static void
file_write_block (gpointer subject)
{
  static char bytes[BLOCK];
  GError *error = NULL;

  check (tf_temporary_file_write (subject, bytes, BLOCK, NULL, &error) == BLOCK, error);
}

/* With more in it than all iterations read. */
static gpointer
begin_full_file (void)
{
  GError *error = NULL;
  gpointer file = begin_file ();

  for (guint i = 0; i < 512; i++)
    file_write_block (file);
  check (g_seekable_seek (G_SEEKABLE (file), 0, G_SEEK_SET, NULL, &error), error);
  return file;
}

static void
file_read (gpointer subject)
{
  GError *error = NULL;
  char bytes[64];

  for (guint i = 0; i < BLOCK / sizeof bytes; i++)
    check (tf_temporary_file_read (subject, bytes, sizeof bytes, NULL, &error) == sizeof bytes,
           error);
}

static void
file_stream_read (gpointer subject)
{
  GInputStream *in = g_io_stream_get_input_stream (subject);
  GError *error = NULL;
  char bytes[64];

  for (guint i = 0; i < BLOCK / sizeof bytes; i++)
    check (g_input_stream_read (in, bytes, sizeof bytes, NULL, &error) == sizeof bytes, error);
}

/* --- W4: trees --------------------------------------------------------------------------- */

#define TREE_FOLDERS 64
#define TREE_FILES 64        /* in each of them */
#define CHAIN_FOLDERS 1000   /* one in the other */

/* Of the iteration that has this number. */
static char *
compose_tree_path (guint number)
{
  return g_strdup_printf ("%s/tree-%u", g_get_tmp_dir (), number);
}

static void
make_folder (const char *path)
{
  if (g_mkdir (path, 0700) != 0)
    g_error ("%s: cannot be made", path);
}

static void
prepare_tree (const char *path)
{
  make_folder (path);
  for (guint i = 0; i < TREE_FOLDERS; i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/folder-%u", path, i);

      make_folder (folder);
      for (guint j = 0; j < TREE_FILES; j++)
        {
          g_autofree char *file = g_strdup_printf ("%s/file-%u", folder, j);
          GError *error = NULL;

          check (g_file_set_contents (file, "", 0, &error), error);
        }
    }
}

/* Longer than a path can be; so it is made from inside. */
static void
prepare_chain (const char *path)
{
  make_folder (path);
  if (g_chdir (path) != 0)
    g_error ("%s: cannot be entered", path);
  for (guint i = 1; i < CHAIN_FOLDERS; i++)
    {
      make_folder ("folder");
      if (g_chdir ("folder") != 0)
        g_error ("%s: folder %u cannot be entered", path, i);
    }
}

static void
remove_tree (gpointer subject)
{
  static guint number;
  g_autofree char *path = compose_tree_path (number++);
  GError *error = NULL;

  check (tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, &error), error);
}

static const Entry entries[] = {
  { "W1-anonymous", NULL, anonymous, WARM_UP },
  { "W2-named", NULL, named, WARM_UP },
  { "W2-create-file", begin_directory, create_file, WARM_UP },
  { "W2-session", begin_session, session_file, WARM_UP },
  { "W3-directory", NULL, directory, WARM_UP },
  { "W4-remove-tree", NULL, remove_tree, TREE_WARM_UP, prepare_tree },
  { "W4-remove-chain", NULL, remove_tree, TREE_WARM_UP, prepare_chain },
  { "W5-memory-write", begin_spool, spool_write, 8 },
  { "W5-memory-stream-write", begin_spool, spool_stream_write, 8 },
  { "W5-rolled-over-write", begin_small_spool, spool_write, 8 },
  { "W5-rolled-over-stream-write", begin_small_spool, spool_stream_write, 8 },
  { "W6-write", begin_file, file_write, 8 },
  { "W6-stream-write", begin_file, file_stream_write, 8 },
  { "W6-read", begin_full_file, file_read, 8 },
  { "W6-stream-read", begin_full_file, file_stream_read, 8 },
  { "W6-write-64-KiB", begin_file, file_write_block, 8 },
};

static void
run (const Entry *entry,
     guint        iterations)
{
  gpointer subject = entry->begin != NULL ? entry->begin () : NULL;

  for (guint i = 0; i < entry->warm_up + iterations; i++)
    entry->work (subject);
  g_clear_object (&subject);
}

static void
prepare (const Entry *entry,
         guint        iterations)
{
  for (guint i = 0; entry->prepare != NULL && i < entry->warm_up + iterations; i++)
    {
      g_autofree char *path = compose_tree_path (i);

      entry->prepare (path);
    }
}

int
main (int    argc,
      char **argv)
{
  gboolean prepares = argc == 4 && strcmp (argv[1], "--prepare") == 0;

  if (prepares)
    argv++;
  for (guint i = 0; (argc == 3 || prepares) && i < G_N_ELEMENTS (entries); i++)
    if (strcmp (entries[i].name, argv[1]) == 0)
      {
        (prepares ? prepare : run) (&entries[i], (guint) atoi (argv[2]));
        return 0;
      }
  g_printerr ("usage: count-work [--prepare] NAME ITERATIONS\n");
  return 2;
}
