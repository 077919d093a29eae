/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfTemporaryFile against a plain array of bytes with a cursor: whatever is done to the one is done
 * to the other, by the object's methods, its streams, and its descriptor once it was given away,
 * and after each step both must agree. The seed is printed; TF_TEST_SEED=number repeats a run. */

#include "api-helpers.h"

#include <stdlib.h>

#define MAX_SIZE (1 << 20)         /* of the file; beyond it, it is shortened */
#define MAX_CHUNK (200 * 1024)

typedef struct
{
  const char *name;
  gboolean named;
  gboolean append;
  int buffer_size;
  gboolean seen_half_way;   /* by get_fd */
} Variant;

static const Variant variants[] = {
  { "unseen", FALSE, FALSE, -1, FALSE },
  { "seen-by-name", TRUE, FALSE, -1, FALSE },
  { "seen-half-way", FALSE, FALSE, -1, TRUE },
  { "append", FALSE, TRUE, -1, FALSE },
  { "append-named", TRUE, TRUE, -1, FALSE },
  { "append-seen-half-way", FALSE, TRUE, -1, TRUE },
  { "no-buffer", FALSE, FALSE, 0, FALSE },
  { "tiny-buffer", FALSE, FALSE, 7, FALSE },
  { "own-buffer", FALSE, FALSE, 5000, FALSE },
  { "own-buffer-named", TRUE, FALSE, 5000, FALSE },
  { "own-buffer-seen-half-way", FALSE, FALSE, 5000, TRUE },
  { "own-buffer-append-named", TRUE, TRUE, 5000, FALSE },
};

typedef struct
{
  const Variant *variant;
  GRand *rand;
  guint seed;
  guint step;
  const char *what;       /* the operation under way */
  TfTemporaryFile *file;
  GInputStream *in;
  GOutputStream *out;
  int fd;                 /* -1 until it was given away */
  guchar *model;          /* MAX_SIZE + MAX_CHUNK */
  gint64 size;
  gint64 cursor;
  guchar *scratch;        /* MAX_CHUNK */
} Run;

#define check(run, condition, ...) \
  G_STMT_START \
    { \
      if (G_UNLIKELY (!(condition))) \
        fail_run (run, #condition, g_strdup_printf (__VA_ARGS__)); \
    } \
  G_STMT_END

static void G_GNUC_NORETURN
fail_run (Run        *run,
          const char *condition,
          char       *detail)
{
  g_error ("seed %u, %s, step %u, %s: %s does not hold: %s", run->seed, run->variant->name,
           run->step, run->what, condition, detail);
}

static guint
pick (Run  *run,
      guint n)
{
  return (guint) g_rand_int_range (run->rand, 0, (gint32) n);
}

/* Small ones often, large ones rarely, and the sizes about which buffers turn. */
static gsize
pick_count (Run *run)
{
  static const gsize special[] = { 0, 1, 4095, 4096, 4097, 5000, 65535, 65536, 65537, MAX_CHUNK };

  if (pick (run, 20) == 0)
    return special[pick (run, G_N_ELEMENTS (special))];
  return pick (run, 2u << pick (run, 17)) % MAX_CHUNK;
}

static void
agree (Run    *run,
       gint64  n,
       gint64  expected,
       GError *error)
{
  check (run, n == expected, "%" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT " (%s)", n,
         expected, error != NULL ? error->message : "no error");
}

static void
agree_bytes (Run          *run,
             const guchar *bytes,
             gint64        offset,
             gsize         count)
{
  if (memcmp (bytes, run->model + offset, count) == 0)
    return;
  for (gsize i = 0; i < count; i++)
    check (run, bytes[i] == run->model[offset + (gint64) i],
           "byte %" G_GINT64_FORMAT " is %u instead of %u", offset + (gint64) i, bytes[i],
           run->model[offset + (gint64) i]);
}

/* --- the model --------------------------------------------------------------------------- */

static void
model_truncate (Run    *run,
                gint64  size)
{
  if (size > run->size)
    memset (run->model + run->size, 0, (gsize) (size - run->size));
  run->size = size;
}

static void
model_write (Run          *run,
             const guchar *bytes,
             gsize         count)
{
  if (count == 0)
    return;
  if (run->variant->append)
    run->cursor = run->size;
  if (run->cursor > run->size)
    model_truncate (run, run->cursor);
  memcpy (run->model + run->cursor, bytes, count);
  run->cursor += (gint64) count;
  run->size = MAX (run->size, run->cursor);
}

static gsize
model_can_read (Run   *run,
                gsize  count)
{
  return run->cursor >= run->size ? 0 : (gsize) MIN ((gint64) count, run->size - run->cursor);
}

/* --- the operations ---------------------------------------------------------------------- */

static void
do_write (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize count = pick_count (run);
  gssize n = -1;
  gsize all = 0;

  run->what = "write";
  for (gsize i = 0, salt = pick (run, 256); i < count; i++)
    run->scratch[i] = (guchar) (salt + i * 7);
  switch (pick (run, 4))
    {
    case 0:
      n = tf_temporary_file_write (run->file, run->scratch, count, NULL, &error);
      break;
    case 1:
      n = g_output_stream_write (run->out, run->scratch, count, NULL, &error);
      break;
    case 2:
      bytes = g_bytes_new (run->scratch, count);
      n = tf_temporary_file_write_bytes (run->file, bytes, NULL, &error);
      break;
    default:
      if (g_output_stream_write_all (run->out, run->scratch, count, &all, NULL, &error))
        n = (gssize) all;
    }
  agree (run, n, (gint64) count, error);
  model_write (run, run->scratch, count);
}

static void
do_read (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize count = pick_count (run);
  gsize expected = model_can_read (run, count);
  const guchar *data = run->scratch;
  gssize n = -1;

  run->what = "read";
  switch (pick (run, 3))
    {
    case 0:
      n = tf_temporary_file_read (run->file, run->scratch, count, NULL, &error);
      break;
    case 1:
      n = g_input_stream_read (run->in, run->scratch, count, NULL, &error);
      break;
    default:
      bytes = tf_temporary_file_read_bytes (run->file, count, NULL, &error);
      check (run, bytes != NULL, "%s", error->message);
      data = g_bytes_get_data (bytes, NULL);
      n = (gssize) g_bytes_get_size (bytes);
    }
  agree (run, n, (gint64) expected, error);
  if (expected > 0)
    agree_bytes (run, data, run->cursor, expected);
  run->cursor += (gint64) expected;
}

static gpointer
pick_seekable (Run *run)
{
  gpointer seekables[] = { run->file, run->in, run->out };

  return seekables[pick (run, G_N_ELEMENTS (seekables))];
}

static void
do_seek (Run *run)
{
  static const GSeekType whences[] = { G_SEEK_SET, G_SEEK_CUR, G_SEEK_END };
  g_autoptr (GError) error = NULL;
  GSeekType whence = whences[pick (run, 3)];
  gint64 base = whence == G_SEEK_SET ? 0 : whence == G_SEEK_CUR ? run->cursor : run->size;
  gint64 target;
  gboolean done;

  run->what = "seek";
  /* Most go to somewhere in the file or a little behind, some to a place before its beginning. */
  target = pick (run, 30) == 0 ? -1 - (gint64) pick (run, 100)
                               : (gint64) pick (run, (guint) MIN (run->size + 100, MAX_SIZE));
  done = g_seekable_seek (pick_seekable (run), target - base, whence, NULL, &error);
  check (run, done == (target >= 0), "%s", error != NULL ? error->message : "no error");
  if (done)
    run->cursor = target;
  else
    check (run, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT), "%s",
           error->message);
}

static void
truncate_to (Run    *run,
             gint64  size)
{
  g_autoptr (GError) error = NULL;
  gpointer seekable = pick (run, 2) ? (gpointer) run->file : (gpointer) run->out;
  gboolean done = g_seekable_truncate (seekable, size, NULL, &error);

  run->what = "truncate";
  check (run, done, "%s", error->message);
  model_truncate (run, size);
}

static void
do_truncate (Run *run)
{
  truncate_to (run, (gint64) pick (run, (guint) MIN (run->size + run->size / 2 + 100, MAX_SIZE)));
}

static void
do_tell (Run *run)
{
  run->what = "tell";
  agree (run, g_seekable_tell (pick_seekable (run)), run->cursor, NULL);
}

static void
do_get_size (Run *run)
{
  run->what = "get_size";
  agree (run, tf_temporary_file_get_size (run->file), run->size, NULL);
}

static void
do_flush (Run *run)
{
  g_autoptr (GError) error = NULL;

  run->what = "flush";
  check (run, g_output_stream_flush (run->out, NULL, &error), "%s", error->message);
}

static void
do_query_info (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_io_stream_query_info (G_FILE_IO_STREAM (run->file),
                                                            "standard::size", NULL, &error);

  run->what = "query_info";
  check (run, info != NULL, "%s", error->message);
  agree (run, g_file_info_get_size (info), run->size, NULL);
}

static void
do_to_bytes (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  run->what = "to_bytes";
  /* Rarely, for it is all of the file. */
  if (pick (run, 10) != 0)
    return;
  bytes = tf_temporary_file_to_bytes (run->file, NULL, &error);
  check (run, bytes != NULL, "%s", error->message);
  agree (run, (gint64) g_bytes_get_size (bytes), run->size, NULL);
  if (run->size > 0)
    agree_bytes (run, g_bytes_get_data (bytes, NULL), 0, (gsize) run->size);
}

static void
do_skip (Run *run)
{
  g_autoptr (GError) error = NULL;
  gsize count = pick_count (run);
  gsize expected = model_can_read (run, count);

  run->what = "skip";
  /* What GIO's own skip() does behind the end is not ours to say. */
  if (run->cursor > run->size)
    return;
  agree (run, g_input_stream_skip (run->in, count, NULL, &error), (gint64) expected, error);
  run->cursor += (gint64) expected;
}

/* By the descriptor, as another program would; what is buffered is flushed first. */
static void
do_by_fd (Run *run)
{
  gsize count = pick_count (run);

  run->what = "by descriptor";
  if (run->fd == -1)
    return;
  do_flush (run);
  agree (run, lseek (run->fd, 0, SEEK_CUR), run->cursor, NULL);
  switch (pick (run, 3))
    {
    case 0:
      agree (run, read (run->fd, run->scratch, count), (gint64) model_can_read (run, count), NULL);
      agree_bytes (run, run->scratch, run->cursor, model_can_read (run, count));
      run->cursor += (gint64) model_can_read (run, count);
      break;
    case 1:
      /* To append nothing moves the cursor on some systems. */
      count = MAX (count, 1);
      memset (run->scratch, (int) run->step, count);
      agree (run, write (run->fd, run->scratch, count), (gint64) count, NULL);
      model_write (run, run->scratch, count);
      break;
    default:
      run->cursor = (gint64) pick (run, (guint) run->size + 1);
      agree (run, lseek (run->fd, run->cursor, SEEK_SET), run->cursor, NULL);
    }
}

typedef void (*Operation) (Run *run);

static Operation
pick_operation (Run *run)
{
  static const Operation often[] = { do_write, do_read, do_write, do_read, do_seek };
  static const Operation seldom[] = {
    do_seek, do_truncate, do_tell, do_get_size, do_flush, do_query_info, do_to_bytes, do_skip,
    do_by_fd, do_by_fd,
  };

  return pick (run, 3) != 0 ? often[pick (run, G_N_ELEMENTS (often))]
                            : seldom[pick (run, G_N_ELEMENTS (seldom))];
}

/* --- a run ------------------------------------------------------------------------------- */

static guint
choose_seed (void)
{
  const char *given = g_getenv ("TF_TEST_SEED");

  return given != NULL ? (guint) strtoul (given, NULL, 10) : g_random_int ();
}

static void
begin (Run           *run,
       const Variant *variant)
{
  run->variant = variant;
  run->seed = choose_seed ();
  g_test_message ("TF_TEST_SEED=%u", run->seed);
  run->rand = g_rand_new_with_seed (run->seed);
  run->model = g_malloc (MAX_SIZE + 2 * MAX_CHUNK);
  run->scratch = g_malloc (MAX_CHUNK);
  run->file = new_with ("anonymous", !variant->named, "append", variant->append,
                        "buffer-size", variant->buffer_size);
  run->in = g_io_stream_get_input_stream (G_IO_STREAM (run->file));
  run->out = g_io_stream_get_output_stream (G_IO_STREAM (run->file));
  run->fd = -1;
  if (variant->named)
    run->fd = tf_temporary_file_get_fd (run->file);
}

static void
end (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) all = NULL;

  run->what = "steal_bytes";
  all = tf_temporary_file_steal_bytes (run->file, NULL, &error);
  check (run, all != NULL, "%s", error->message);
  agree (run, (gint64) g_bytes_get_size (all), run->size, NULL);
  if (run->size > 0)
    agree_bytes (run, g_bytes_get_data (all, NULL), 0, (gsize) run->size);
  g_object_unref (run->file);
  g_rand_free (run->rand);
  g_free (run->model);
  g_free (run->scratch);
}

static void
test_variant (gconstpointer data)
{
  guint n = tf_test_scale (3000, 100000, 500000);
  Run run = { 0 };

  begin (&run, data);
  for (run.step = 0; run.step < n; run.step++)
    {
      if (run.variant->seen_half_way && run.step == n / 2)
        {
          run.what = "get_fd";
          run.fd = tf_temporary_file_get_fd (run.file);
          check (&run, run.fd >= 3, "%d", run.fd);
          agree (&run, lseek (run.fd, 0, SEEK_CUR), run.cursor, NULL);
        }
      pick_operation (&run) (&run);
      if (run.size > MAX_SIZE)
        truncate_to (&run, (gint64) pick (&run, MAX_CHUNK));
      if (run.cursor > MAX_SIZE)
        {
          run.cursor = run.size;
          seek_to (run.file, run.size, G_SEEK_SET);
        }
    }
  end (&run);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *name = g_strdup_printf ("/model/%s", variants[i].name);

      tf_test_add_data (name, &variants[i], test_variant);
    }
  return tf_test_run ();
}
