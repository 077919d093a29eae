/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Does one kind of work a number of times, to be counted from outside: count-work NAME ITERATIONS.
 * What a process does once is done before, and is the same for every number of iterations. */

#include <libtmpfile.h>

#include <stdlib.h>
#include <string.h>

#define WARM_UP 200
#define BLOCK 65536   /* bytes an iteration reads or writes */

typedef void (*Work) (gpointer subject);

typedef struct
{
  const char *name;
  gpointer (*begin) (void);      /* nullable */
  Work work;                     /* one iteration */
  guint warm_up;
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

static const Entry entries[] = {
  { "W1-anonymous", NULL, anonymous, WARM_UP },
  { "W2-named", NULL, named, WARM_UP },
  { "W2-create-file", begin_directory, create_file, WARM_UP },
  { "W3-directory", NULL, directory, WARM_UP },
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

int
main (int    argc,
      char **argv)
{
  for (guint i = 0; argc == 3 && i < G_N_ELEMENTS (entries); i++)
    if (strcmp (entries[i].name, argv[1]) == 0)
      {
        run (&entries[i], (guint) atoi (argv[2]));
        return 0;
      }
  g_printerr ("usage: count-work NAME ITERATIONS\n");
  return 2;
}
