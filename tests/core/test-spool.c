/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The spool: the bound, the rollover, and that nothing is lost when it fails. */

#include "tf-test.h"

#include "core/tf-spool-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-fault-private.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024 * 1024)

#define assert_io_error(error, code) \
  G_STMT_START \
    { \
      g_assert_error (error, G_IO_ERROR, code); \
      g_clear_error (&(error)); \
    } \
  G_STMT_END

/* An impossible size is to be refused by the allocator, not to end the program. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "allocator_may_return_null=1";
}

static TfChannel *
channel_of (TfSpool *spool)
{
  return (TfChannel *) spool;
}

static void
drop (TfSpool *spool)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_spool_close (spool, &error));
  g_assert_no_error (error);
  tf_spool_unref (spool);
}

static void
put (TfSpool       *spool,
     gconstpointer  bytes,
     gsize          count)
{
  g_autoptr (GError) error = NULL;
  gssize done = tf_channel_write (channel_of (spool), bytes, count, &error);

  g_assert_no_error (error);
  g_assert_cmpint (done, ==, count);
}

static void
put_text (TfSpool    *spool,
          const char *text)
{
  put (spool, text, strlen (text));
}

/* `count` bytes that differ from their neighbours, beginning with `seed`. */
static void
put_pattern (TfSpool *spool,
             gsize    count,
             guint    seed)
{
  g_autofree guint8 *bytes = g_malloc (count);

  for (gsize i = 0; i < count; i++)
    bytes[i] = (guint8) (seed + i % 251);
  put (spool, bytes, count);
}

static void
seek_to (TfSpool *spool,
         gint64   offset)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_channel_seek (channel_of (spool), offset, G_SEEK_SET, &error));
  g_assert_no_error (error);
}

static gint64
size_of (TfSpool *spool)
{
  g_autoptr (GError) error = NULL;
  gint64 size = tf_channel_get_size (channel_of (spool), &error);

  g_assert_no_error (error);
  return size;
}

static gint64
cursor_of (TfSpool *spool)
{
  return tf_channel_tell (channel_of (spool));
}

static void
assert_content (TfSpool       *spool,
                gconstpointer  bytes,
                gsize          count)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) copy = tf_channel_to_bytes (channel_of (spool), &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (copy, NULL), g_bytes_get_size (copy), bytes, count);
}

static void
assert_text (TfSpool    *spool,
             const char *text)
{
  assert_content (spool, text, strlen (text));
}

static void
assert_pattern (TfSpool *spool,
                gsize    count,
                guint    seed)
{
  g_autoptr (GBytes) copy = tf_channel_to_bytes (channel_of (spool), NULL);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (copy, &size);

  g_assert_cmpuint (size, ==, count);
  for (gsize i = 0; i < count; i++)
    if (bytes[i] != (guint8) (seed + i % 251))
      g_error ("byte %" G_GSIZE_FORMAT " is %u", i, bytes[i]);
}

/* --- in memory ----------------------------------------------------------------------------- */

static void
test_memory (void)
{
  TfSpool *spool = tf_spool_new (0);
  char buffer[16];

  g_assert_cmpint (size_of (spool), ==, 0);
  g_assert_cmpint (tf_channel_read (channel_of (spool), buffer, sizeof buffer, NULL), ==, 0);
  g_assert_cmpint (tf_channel_write (channel_of (spool), NULL, 0, NULL), ==, 0);
  put_text (spool, "hello world");
  g_assert_cmpint (cursor_of (spool), ==, 11);
  g_assert_cmpint (tf_channel_read (channel_of (spool), buffer, sizeof buffer, NULL), ==, 0);
  seek_to (spool, 6);
  g_assert_cmpint (tf_channel_read (channel_of (spool), buffer, 3, NULL), ==, 3);
  g_assert_cmpmem (buffer, 3, "wor", 3);
  g_assert_cmpint (tf_channel_read (channel_of (spool), buffer, sizeof buffer, NULL), ==, 2);
  g_assert_cmpmem (buffer, 2, "ld", 2);
  seek_to (spool, 0);
  put_text (spool, "HELLO");
  assert_text (spool, "HELLO world");
  g_assert_cmpint (cursor_of (spool), ==, 5);
  g_assert_true (tf_channel_flush (channel_of (spool), NULL));
  g_assert_false (tf_spool_is_rolled_over (spool));
  g_assert_null (tf_spool_get_handle (spool));
  drop (spool);
}

static void
test_gaps (void)
{
  TfSpool *spool = tf_spool_new (0);
  char buffer[4];

  put_text (spool, "abcdef");
  g_assert_true (tf_channel_truncate (channel_of (spool), 2, NULL));
  g_assert_cmpint (cursor_of (spool), ==, 6);
  g_assert_cmpint (tf_channel_read (channel_of (spool), buffer, sizeof buffer, NULL), ==, 0);
  assert_text (spool, "ab");
  /* What was cut off does not come back. */
  put_text (spool, "x");
  assert_content (spool, "ab\0\0\0\0x", 7);
  g_assert_true (tf_channel_truncate (channel_of (spool), 1, NULL));
  g_assert_true (tf_channel_truncate (channel_of (spool), 4, NULL));
  assert_content (spool, "a\0\0\0", 4);
  seek_to (spool, 8);
  g_assert_cmpint (size_of (spool), ==, 4);
  g_assert_cmpint (tf_channel_write (channel_of (spool), "", 0, NULL), ==, 0);
  g_assert_cmpint (size_of (spool), ==, 4);
  drop (spool);
}

static void
test_bad_positions (void)
{
  TfSpool *spool = tf_spool_new (0);
  TfChannel *channel = channel_of (spool);
  g_autoptr (GError) error = NULL;

  put_text (spool, "abc");
  g_assert_false (tf_channel_seek (channel, -1, G_SEEK_SET, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (tf_channel_seek (channel, -4, G_SEEK_CUR, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (tf_channel_seek (channel, G_MAXINT64, G_SEEK_END, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (tf_channel_seek (channel, 0, (GSeekType) 7, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (tf_channel_truncate (channel, -1, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (cursor_of (spool), ==, 3);
  g_assert_true (tf_channel_seek (channel, -3, G_SEEK_END, &error));
  g_assert_cmpint (cursor_of (spool), ==, 0);

  seek_to (spool, G_MAXINT64 - 1);
  g_assert_cmpint (tf_channel_write (channel, "ab", 2, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (cursor_of (spool), ==, G_MAXINT64 - 1);
  assert_text (spool, "abc");
  drop (spool);
}

/* Without a bound there is no file to go to. */
static void
test_no_memory (void)
{
  TfSpool *spool = tf_spool_new (0);
  g_autoptr (GError) error = NULL;

  put_text (spool, "abc");
  seek_to (spool, G_MAXINT64 - 1);
  g_assert_cmpint (tf_channel_write (channel_of (spool), "x", 1, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  g_assert_false (tf_channel_truncate (channel_of (spool), G_MAXINT64, &error));
  assert_io_error (error, G_IO_ERROR_NO_SPACE);
  assert_text (spool, "abc");
  g_assert_false (tf_spool_is_rolled_over (spool));
  drop (spool);
}

/* A bound beyond the memory that can be had is as good as reached. */
static void
test_bound_beyond_memory (void)
{
  TfSpoolPlace place = TF_SPOOL_PLACE_INIT;
  TfSpool *spool = tf_spool_new (G_MAXUINT64);
  char buffer[3];

  place.buffer_size = 0;
  tf_spool_set_place (spool, &place);
  put_text (spool, "abc");
  seek_to (spool, G_MAXINT64 / 2);
  /* The file system may refuse so large a file, or have it. */
  tf_channel_write (channel_of (spool), "x", 1, NULL);
  g_assert_true (tf_spool_is_rolled_over (spool));
  seek_to (spool, 0);
  g_assert_cmpint (tf_channel_read (channel_of (spool), buffer, 3, NULL), ==, 3);
  g_assert_cmpmem (buffer, 3, "abc", 3);
  drop (spool);
}

/* --- the bound ----------------------------------------------------------------------------- */

static void
test_bound (void)
{
  static const char text[] = "0123456789";

  for (guint first = 0; first <= 9; first++)
    {
      TfSpool *spool = tf_spool_new (8);

      put (spool, text, first);
      g_assert_cmpint (tf_spool_is_rolled_over (spool), ==, first > 8);
      put (spool, text + first, 8 - MIN (first, 8));
      g_assert_cmpint (tf_spool_is_rolled_over (spool), ==, first > 8);
      /* Over what is there already is no growth. */
      seek_to (spool, 0);
      put_text (spool, "0");
      g_assert_cmpint (tf_spool_is_rolled_over (spool), ==, first > 8);
      seek_to (spool, MAX (first, 8));
      put (spool, text + MAX (first, 8), 1);
      g_assert_true (tf_spool_is_rolled_over (spool));
      assert_content (spool, text, MAX (first, 8) + 1);
      drop (spool);
    }
}

static void
test_bound_truncate (void)
{
  TfSpool *spool = tf_spool_new (8);

  put_text (spool, "abc");
  g_assert_true (tf_channel_truncate (channel_of (spool), 8, NULL));
  g_assert_false (tf_spool_is_rolled_over (spool));
  g_assert_true (tf_channel_truncate (channel_of (spool), 9, NULL));
  g_assert_true (tf_spool_is_rolled_over (spool));
  assert_content (spool, "abc\0\0\0\0\0\0", 9);
  g_assert_cmpint (cursor_of (spool), ==, 3);
  drop (spool);
}

static void
test_bound_sparse (void)
{
  TfSpool *spool = tf_spool_new (1024);
  const gint64 far = G_GINT64_CONSTANT (800) * MIB;
  TfHandle *handle;
  TfStat stat;

  put_text (spool, "abc");
  seek_to (spool, 1023);
  put_text (spool, "x");
  g_assert_false (tf_spool_is_rolled_over (spool));
  seek_to (spool, far);
  g_assert_false (tf_spool_is_rolled_over (spool));
  g_assert_cmpint (size_of (spool), ==, 1024);
  put_text (spool, "y");
  g_assert_true (tf_spool_is_rolled_over (spool));
  g_assert_cmpint (size_of (spool), ==, far + 1);
  g_assert_cmpint (cursor_of (spool), ==, far + 1);

  handle = tf_spool_get_handle (spool);
  g_assert_true (tf_handle_stat (handle, &stat, NULL));
  g_assert_cmpint (stat.size, ==, far + 1);
  tf_handle_unref (handle);
  drop (spool);
}

static void
test_bound_changed (void)
{
  TfSpool *spool = tf_spool_new (0);

  g_assert_cmpuint (tf_spool_get_max_size (spool), ==, 0);
  put_pattern (spool, 5000, 1);
  tf_spool_set_max_size (spool, 5000);
  g_assert_cmpuint (tf_spool_get_max_size (spool), ==, 5000);
  seek_to (spool, 10);
  put_pattern (spool, 20, 11);
  g_assert_false (tf_spool_is_rolled_over (spool));
  tf_spool_set_max_size (spool, 4999);
  g_assert_cmpint (tf_channel_write (channel_of (spool), "", 0, NULL), ==, 0);
  g_assert_false (tf_spool_is_rolled_over (spool));
  /* Even a write that adds nothing: there is more in memory than there may be. */
  put_pattern (spool, 20, 31);
  g_assert_true (tf_spool_is_rolled_over (spool));
  assert_pattern (spool, 5000, 1);
  tf_spool_set_max_size (spool, 0);
  g_assert_true (tf_spool_is_rolled_over (spool));
  put_pattern (spool, 20, 51);
  assert_pattern (spool, 5000, 1);
  drop (spool);
}

/* --- the rollover -------------------------------------------------------------------------- */

static void
test_rollover (void)
{
  static const gint64 cursors[] = { 0, 1, 70000, 100000, 100001, 200000 };

  for (guint i = 0; i < G_N_ELEMENTS (cursors); i++)
    for (int buffer_size = -1; buffer_size <= 1; buffer_size++)
      {
        TfSpoolPlace place = TF_SPOOL_PLACE_INIT;
        TfSpool *spool = tf_spool_new (0);
        g_autoptr (GError) error = NULL;

        place.buffer_size = buffer_size * 1000;
        if (buffer_size < 0)
          place.buffer_size = -1;
        tf_spool_set_place (spool, &place);
        put_pattern (spool, 100000, 7);
        seek_to (spool, cursors[i]);
        g_assert_true (tf_spool_rollover (spool, &error));
        g_assert_no_error (error);
        g_assert_true (tf_spool_rollover (spool, &error));
        g_assert_true (tf_spool_is_rolled_over (spool));
        g_assert_cmpint (cursor_of (spool), ==, cursors[i]);
        g_assert_cmpint (size_of (spool), ==, 100000);
        assert_pattern (spool, 100000, 7);
        g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
        drop (spool);
      }
}

static void
test_rollover_empty (void)
{
  TfSpool *spool = tf_spool_new (0);

  g_assert_true (tf_spool_rollover (spool, NULL));
  g_assert_cmpint (size_of (spool), ==, 0);
  put_text (spool, "abc");
  assert_text (spool, "abc");
  drop (spool);
}

static void
count_cb (gboolean asked,
          gpointer data)
{
  guint *counts = data;

  counts[asked]++;
}

static void
test_rolled (void)
{
  for (guint how = 0; how < 4; how++)
    {
      TfSpool *spool = tf_spool_new (4);
      guint counts[2] = { 0, 0 };

      tf_spool_set_rolled (spool, count_cb, counts);
      put_text (spool, "abcd");
      g_assert_cmpuint (counts[0] + counts[1], ==, 0);
      if (how == 0)
        put_text (spool, "e");
      else if (how == 1)
        g_assert_true (tf_channel_truncate (channel_of (spool), 5, NULL));
      else if (how == 2)
        g_assert_true (tf_spool_rollover (spool, NULL));
      else
        tf_handle_unref (tf_spool_steal_handle (spool, NULL));
      tf_spool_rollover (spool, NULL);
      g_assert_cmpuint (counts[0], ==, how < 2 ? 1 : 0);
      g_assert_cmpuint (counts[1], ==, how < 2 ? 0 : 1);
      drop (spool);
    }
}

static void
assert_place_fails (const TfSpoolPlace *place,
                    int                 code)
{
  TfSpool *spool = tf_spool_new (4);
  TfSpoolPlace good = TF_SPOOL_PLACE_INIT;
  g_autoptr (GError) error = NULL;

  tf_spool_set_place (spool, place);
  put_text (spool, "abcd");
  g_assert_false (tf_spool_rollover (spool, &error));
  assert_io_error (error, code);
  g_assert_cmpint (tf_channel_write (channel_of (spool), "e", 1, &error), ==, -1);
  assert_io_error (error, code);
  g_assert_false (tf_channel_truncate (channel_of (spool), 5, &error));
  assert_io_error (error, code);
  g_assert_null (tf_spool_steal_handle (spool, &error));
  assert_io_error (error, code);
  g_assert_false (tf_spool_is_rolled_over (spool));
  assert_text (spool, "abcd");
  g_assert_cmpint (cursor_of (spool), ==, 4);

  tf_spool_set_place (spool, &good);
  put_text (spool, "e");
  g_assert_true (tf_spool_is_rolled_over (spool));
  assert_text (spool, "abcde");
  drop (spool);
}

static void
test_bad_places (void)
{
  TfSpoolPlace place = TF_SPOOL_PLACE_INIT;

  place.folder = tf_test_path ("missing");
  assert_place_fails (&place, G_IO_ERROR_NOT_FOUND);
  place.folder = "sftp://example.org/tmp";
  place.remote = TRUE;
  assert_place_fails (&place, G_IO_ERROR_NOT_SUPPORTED);
  place.folder = NULL;
  place.remote = FALSE;
  place.prefix = "../x";
  assert_place_fails (&place, G_IO_ERROR_INVALID_FILENAME);
  place.prefix = NULL;
  place.suffix = "/x";
  assert_place_fails (&place, G_IO_ERROR_INVALID_FILENAME);
  place.suffix = NULL;
  place.buffer_size = -7;
  assert_place_fails (&place, G_IO_ERROR_INVALID_ARGUMENT);
}

/* The temporary folder is the one at the moment of the rollover. */
static void
test_late_folder (void)
{
  TfSpool *spool = tf_spool_new (0);
  g_autoptr (GError) error = NULL;

  put_text (spool, "abc");
  g_assert_true (tf_temp_dir_set (tf_test_path ("missing"), NULL));
  g_assert_false (tf_spool_rollover (spool, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_assert_true (tf_temp_dir_set (NULL, NULL));
  g_assert_true (tf_spool_rollover (spool, &error));
  g_assert_no_error (error);
  assert_text (spool, "abc");
  drop (spool);
}

/* --- every call of a rollover fails once ---------------------------------------------------- */

typedef struct
{
  int wait;            /* calls to let happen first */
  int error;           /* 0: only count */
  gboolean for_ever;
  TfCall failed;       /* what was made to fail, TF_N_CALLS for nothing */
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (fault->wait-- > 0)
    return 0;
  if (fault->wait < -1 && !fault->for_ever)
    return 0;
  if (fault->error != 0)
    fault->failed = call;
  return fault->error;
}

/* Only where the deletion itself was made to fail something may be left. */
static void
remove_leftovers (const Fault *fault)
{
  g_autoptr (GDir) dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (!fault->for_ever)
        g_assert_cmpint (fault->failed, ==, TF_CALL_UNLINK);
      g_assert_no_errno (g_unlink (tf_test_path (name)));
    }
}

/* FALSE when there was no call left to fail. */
static gboolean
roll_with_fault (gsize    count,
                 Fault   *fault,
                 gboolean by_write)
{
  TfSpool *spool = tf_spool_new (count);
  guint fds = tf_test_count_fds ();
  g_autoptr (GError) error = NULL;
  gboolean done;

  put_pattern (spool, count, 3);
  seek_to (spool, (gint64) count / 2);
  if (by_write)
    seek_to (spool, (gint64) count);

  fault->failed = TF_N_CALLS;
  tf_fault_install (fault_cb, fault);
  if (by_write)
    done = tf_channel_write (channel_of (spool), "", 1, &error) == 1;
  else
    done = tf_spool_rollover (spool, &error);
  tf_fault_install (NULL, NULL);

  g_assert_cmpint (done, ==, error == NULL);
  if (!tf_spool_is_rolled_over (spool))
    {
      g_assert_false (done);
      g_assert_cmpint (size_of (spool), ==, count);
      g_assert_cmpint (cursor_of (spool), ==, by_write ? count : count / 2);
      g_assert_cmpuint (tf_test_count_fds (), ==, fds);
      assert_pattern (spool, count, 3);
      g_assert_true (tf_spool_rollover (spool, NULL));
    }
  g_assert_cmpint (cursor_of (spool), ==, by_write ? count + (done ? 1 : 0) : count / 2);
  if (by_write && done)
    g_assert_true (tf_channel_truncate (channel_of (spool), (gint64) count, NULL));
  assert_pattern (spool, count, 3);
  drop (spool);
  remove_leftovers (fault);
  return fault->failed != TF_N_CALLS;
}

static void
test_faults (gconstpointer data)
{
  static const int errors[] = { EIO, ENOSPC, EMFILE, EACCES, EOPNOTSUPP };
  static const gsize counts[] = { 10, 64 * 1024, 200000 };
  gboolean for_ever = GPOINTER_TO_INT (data);
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    for (guint j = 0; j < G_N_ELEMENTS (counts); j++)
      for (guint by_write = 0; by_write < 2; by_write++)
        for (int wait = 0; wait < 100; wait++, n++)
          {
            Fault fault = { wait, errors[i], for_ever, TF_N_CALLS };

            if (!roll_with_fault (counts[j], &fault, by_write))
              break;
          }
  g_test_message ("%u faults", n);
  g_assert_cmpuint (n, >=, 2 * G_N_ELEMENTS (errors) * G_N_ELEMENTS (counts));
}

/* --- closing and stealing ------------------------------------------------------------------- */

static void
assert_closed (TfSpool *spool)
{
  TfChannel *channel = channel_of (spool);
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_true (tf_spool_get_front (spool) == channel);
  g_assert_cmpint (tf_channel_read (channel, &byte, 1, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_channel_write (channel, "x", 1, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_channel_seek (channel, 0, G_SEEK_SET, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_channel_truncate (channel, 0, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_channel_flush (channel, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_channel_get_size (channel, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_channel_to_bytes (channel, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_false (tf_spool_rollover (spool, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_null (tf_spool_steal_handle (spool, &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_assert_cmpint (tf_channel_tell (channel), ==, 0);
  g_assert_true (tf_spool_close (spool, &error));
  g_assert_no_error (error);
}

static void
test_close (void)
{
  TfSpool *memory = tf_spool_new (0);
  TfSpool *file = tf_spool_new (2);
  TfHandle *handle;

  put_text (memory, "abc");
  g_assert_true (tf_spool_close (memory, NULL));
  assert_closed (memory);
  g_assert_false (tf_spool_is_rolled_over (memory));
  tf_spool_unref (memory);

  put_text (file, "abc");
  handle = tf_spool_get_handle (file);
  g_assert_true (tf_spool_get_front (file) == (TfChannel *) handle);
  g_assert_true (tf_spool_close (file, NULL));
  assert_closed (file);
  g_assert_true (tf_spool_is_rolled_over (file));
  g_assert_cmpint (tf_channel_get_state ((TfChannel *) handle), ==, TF_CHANNEL_CLOSED);
  tf_handle_unref (handle);
  tf_spool_unref (file);
}

/* The last reference closes too. */
static void
test_abandoned (void)
{
  TfSpool *spool = tf_spool_new (2);
  TfHandle *handle;

  put_text (spool, "abc");
  handle = tf_spool_get_handle (spool);
  tf_spool_unref (spool);
  g_assert_cmpint (tf_channel_get_state ((TfChannel *) handle), ==, TF_CHANNEL_CLOSED);
  tf_handle_unref (handle);

  spool = tf_spool_new (0);
  put_text (spool, "abc");
  tf_spool_unref (spool);
}

static void
test_steal (void)
{
  for (guint rolled = 0; rolled < 2; rolled++)
    {
      TfSpool *spool = tf_spool_new (0);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = NULL;
      TfHandle *handle;

      put_text (spool, "abc");
      seek_to (spool, 1);
      if (rolled)
        g_assert_true (tf_spool_rollover (spool, NULL));
      handle = tf_spool_steal_handle (spool, &error);
      g_assert_no_error (error);
      assert_closed (spool);
      g_assert_null (tf_spool_get_handle (spool));
      tf_spool_unref (spool);

      g_assert_cmpint (tf_channel_tell ((TfChannel *) handle), ==, 1);
      bytes = tf_channel_to_bytes ((TfChannel *) handle, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
      g_assert_true (tf_handle_close (handle, &error));
      tf_handle_unref (handle);
    }
}

/* --- threads and forks ---------------------------------------------------------------------- */

#define RECORD 100
#define RECORDS 2000

typedef struct
{
  TfSpool *spool;
  char letter;
} Writer;

static gpointer
write_records_cb (gpointer data)
{
  Writer *writer = data;
  char record[RECORD];

  memset (record, writer->letter, RECORD);
  for (guint i = 0; i < RECORDS; i++)
    put (writer->spool, record, RECORD);
  return NULL;
}

static void
test_threads (void)
{
  TfSpool *spool = tf_spool_new (RECORD * RECORDS + 1);
  Writer writers[] = { { spool, 'a' }, { spool, 'b' } };
  GThread *threads[2];
  g_autoptr (GBytes) bytes = NULL;
  const char *all;
  guint n[2] = { 0, 0 };

  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("writer", write_records_cb, &writers[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  g_assert_true (tf_spool_is_rolled_over (spool));

  bytes = tf_channel_to_bytes (channel_of (spool), NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 2 * RECORD * RECORDS);
  all = g_bytes_get_data (bytes, NULL);
  for (const char *at = all; at < all + 2 * RECORD * RECORDS; at += RECORD)
    {
      g_assert_true (*at == 'a' || *at == 'b');
      n[*at - 'a']++;
      for (guint i = 1; i < RECORD; i++)
        g_assert_cmpint (at[i], ==, *at);
    }
  g_assert_cmpuint (n[0], ==, RECORDS);
  g_assert_cmpuint (n[1], ==, RECORDS);
  drop (spool);
}

static void
change_in_child (gpointer data)
{
  TfSpool *spool = data;

  assert_text (spool, "parent");
  put_text (spool, " child");
  assert_text (spool, "parent child");
  g_assert_true (tf_spool_rollover (spool, NULL));
  assert_text (spool, "parent child");
  drop (spool);
}

static void
read_in_child (gpointer data)
{
  g_autoptr (GBytes) bytes = tf_channel_to_bytes (channel_of (data), NULL);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "parent!", 7);
  drop (data);
}

/* Memory is each process's own; the file goes on in the parent whatever the child does. */
static void
test_fork (void)
{
  TfSpool *spool = tf_spool_new (0);

  put_text (spool, "parent");
  g_assert_true (tf_test_in_child (change_in_child, spool));
  assert_text (spool, "parent");
  put_text (spool, "!");
  g_assert_true (tf_spool_rollover (spool, NULL));
  g_assert_true (tf_test_in_child (read_in_child, spool));
  assert_text (spool, "parent!");
  seek_to (spool, 7);
  put_text (spool, "?");
  assert_text (spool, "parent!?");
  drop (spool);
}

#define FORK_CHUNK 4096

/* The allocator of GCC 12's AddressSanitizer may stay locked in a child that was forked while a
 * thread allocated, so there the thread writes where memory is already. */
#ifdef __SANITIZE_ADDRESS__
#define GROW FALSE
#else
#define GROW TRUE
#endif

typedef struct
{
  TfSpool *spool;
  int stop;          /* atomic */
  int started;       /* atomic */
} Busy;

/* Moving much memory with each write takes memcheck minutes. */
static gsize
fork_size (void)
{
  return g_getenv ("TF_TEST_VALGRIND") != NULL ? MIB : 8 * MIB;
}

static gpointer
write_on_cb (gpointer data)
{
  Busy *busy = data;
  guint8 chunk[FORK_CHUNK];
  goffset size = (goffset) fork_size ();

  memset (chunk, 'x', sizeof chunk);
  while (!g_atomic_int_get (&busy->stop))
    {
      /* As little room as can be: the memory moves with each write. */
      if (GROW)
        tf_spool_set_max_size (busy->spool, (guint64) cursor_of (busy->spool) + sizeof chunk);
      put (busy->spool, chunk, sizeof chunk);
      g_atomic_int_set (&busy->started, TRUE);
      if (cursor_of (busy->spool) >= size && GROW)
        break;
      if (cursor_of (busy->spool) >= size)
        seek_to (busy->spool, 0);
    }
  return NULL;
}

/* Whatever the thread was at: no crash, no hang, and either the bytes or an answer. */
static void
use_in_child (gpointer data)
{
  TfSpool *spool = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *all;
  gsize size;

  alarm (30);
  bytes = tf_channel_to_bytes (channel_of (spool), &error);
  if (bytes == NULL)
    {
      assert_io_error (error, G_IO_ERROR_CLOSED);
      assert_closed (spool);
      tf_spool_unref (spool);
      return;
    }
  all = g_bytes_get_data (bytes, &size);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpuint (all[i], ==, 'x');
  seek_to (spool, (gint64) size);
  put_text (spool, "child");
  g_assert_true (tf_spool_rollover (spool, &error));
  g_assert_no_error (error);
  g_assert_cmpint (size_of (spool), ==, size + 5);
  drop (spool);
}

static void
test_fork_while_writing (void)
{
  guint rounds = tf_test_scale (5, 40, 400);

  for (guint i = 0; i < rounds; i++)
    {
      Busy busy = { tf_spool_new (0), FALSE };
      g_autofree guint8 *all = g_malloc (fork_size ());
      GThread *thread;

      memset (all, 'x', fork_size ());
      if (!GROW)
        put (busy.spool, all, fork_size ());
      seek_to (busy.spool, 0);
      thread = g_thread_new ("writer", write_on_cb, &busy);
      /* A thread that is only beginning allocates too. */
      while (!g_atomic_int_get (&busy.started))
        g_usleep (100);
      g_usleep (g_test_rand_int_range (0, 3000));
      g_assert_true (tf_test_in_child (use_in_child, busy.spool));
      g_atomic_int_set (&busy.stop, TRUE);
      g_thread_join (thread);
      drop (busy.spool);
    }
}

/* --- against a model ------------------------------------------------------------------------ */

#define MODEL_LIMIT 300000

typedef struct
{
  GRand *rand;
  TfSpool *spool;
  GByteArray *bytes;    /* what must be in it */
  gint64 cursor;
  guint64 max_size;
  gboolean rolled;
} Model;

static void
model_begin (Model *model)
{
  static const int buffer_sizes[] = { -1, -1, 0, 1, 100, 70000 };
  TfSpoolPlace place = TF_SPOOL_PLACE_INIT;

  place.buffer_size = buffer_sizes[g_rand_int_range (model->rand, 0, G_N_ELEMENTS (buffer_sizes))];
  model->max_size = 0;
  if (g_rand_boolean (model->rand))
    model->max_size = (guint64) g_rand_int_range (model->rand, 1, MODEL_LIMIT);
  model->spool = tf_spool_new (model->max_size);
  tf_spool_set_place (model->spool, &place);
  model->bytes = g_byte_array_new ();
  model->cursor = 0;
  model->rolled = FALSE;
}

static void
model_end (Model *model)
{
  drop (model->spool);
  g_byte_array_unref (model->bytes);
}

/* Sizes of all orders of magnitude, 0 among them. */
static gsize
model_count (Model *model)
{
  static const int limits[] = { 1, 2, 20, 300, 5000, 90000 };
  int limit = limits[g_rand_int_range (model->rand, 0, G_N_ELEMENTS (limits))];

  return (gsize) g_rand_int_range (model->rand, 0, limit);
}

static void
model_grow (Model *model,
            gsize  size)
{
  gsize before = model->bytes->len;

  if (model->max_size > 0 && MAX (size, before) > model->max_size)
    model->rolled = TRUE;
  if (size <= before)
    return;
  g_byte_array_set_size (model->bytes, (guint) size);
  memset (model->bytes->data + before, 0, size - before);
}

static void
model_write (Model *model)
{
  gsize count = model_count (model);
  g_autofree guint8 *bytes = g_malloc (count + 1);

  if (model->cursor + (gint64) count > MODEL_LIMIT)
    return;
  for (gsize i = 0; i < count; i++)
    bytes[i] = (guint8) g_rand_int (model->rand);
  put (model->spool, bytes, count);
  if (count == 0)
    return;
  model_grow (model, (gsize) model->cursor + count);
  memcpy (model->bytes->data + model->cursor, bytes, count);
  model->cursor += (gint64) count;
}

static void
model_read (Model *model)
{
  gsize count = model_count (model);
  g_autofree guint8 *bytes = g_malloc (count + 1);
  gsize there = (gsize) MAX (0, (gint64) model->bytes->len - model->cursor);
  gssize done = tf_channel_read (channel_of (model->spool), bytes, count, NULL);

  g_assert_cmpint (done, ==, MIN (count, there));
  if (done > 0)
    g_assert_cmpmem (bytes, done, model->bytes->data + model->cursor, done);
  model->cursor += done;
}

static void
model_seek (Model *model)
{
  static const GSeekType types[] = { G_SEEK_SET, G_SEEK_CUR, G_SEEK_END };
  GSeekType type = types[g_rand_int_range (model->rand, 0, 3)];
  gint64 base = type == G_SEEK_SET ? 0 : type == G_SEEK_CUR ? model->cursor : model->bytes->len;
  gint64 offset = g_rand_int_range (model->rand, -20000, 50000);
  gboolean good = base + offset >= 0;

  if (g_rand_int_range (model->rand, 0, 3) == 0)
    {
      offset = 0;
      good = TRUE;
    }
  g_assert_cmpint (tf_channel_seek (channel_of (model->spool), offset, type, NULL), ==, good);
  if (good)
    model->cursor = base + offset;
}

static void
model_truncate (Model *model)
{
  gsize size = model_count (model);

  if (g_rand_boolean (model->rand))
    size += model->bytes->len;
  if (size > MODEL_LIMIT)
    return;
  g_assert_true (tf_channel_truncate (channel_of (model->spool), (gint64) size, NULL));
  if (size > model->bytes->len)
    model_grow (model, size);
  if (model->max_size > 0 && size > model->max_size)
    model->rolled = TRUE;
  g_byte_array_set_size (model->bytes, (guint) size);
}

static void
model_other (Model *model)
{
  switch (g_rand_int_range (model->rand, 0, 40))
    {
    case 0:
      g_assert_true (tf_spool_rollover (model->spool, NULL));
      model->rolled = TRUE;
      break;
    case 1:
      model->max_size = model_count (model);
      tf_spool_set_max_size (model->spool, model->max_size);
      break;
    case 2:
    case 3:
      assert_content (model->spool, model->bytes->data, model->bytes->len);
      break;
    case 4:
      g_assert_true (tf_channel_flush (channel_of (model->spool), NULL));
      break;
    default:
      model_write (model);
    }
}

static void
model_step (Model *model)
{
  switch (g_rand_int_range (model->rand, 0, 8))
    {
    case 0:
    case 1:
    case 2:
      model_write (model);
      break;
    case 3:
    case 4:
      model_read (model);
      break;
    case 5:
      model_seek (model);
      break;
    case 6:
      if (g_rand_int_range (model->rand, 0, 4) == 0)
        model_truncate (model);
      break;
    default:
      model_other (model);
    }
  g_assert_cmpint (tf_spool_is_rolled_over (model->spool), ==, model->rolled);
  g_assert_cmpint (cursor_of (model->spool), ==, model->cursor);
  g_assert_cmpint (size_of (model->spool), ==, model->bytes->len);
}

static void
test_model (void)
{
  const char *given = g_getenv ("TF_TEST_SEED");
  guint32 seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 0) : g_random_int ();
  guint steps = tf_test_scale (5000, 50000, 500000);
  Model model = { g_rand_new_with_seed (seed), };
  guint rolled = 0;
  guint spools = 0;

  g_test_message ("TF_TEST_SEED=%u", seed);
  while (steps > 0)
    {
      guint length = (guint) g_rand_int_range (model.rand, 1, 400);

      length = MIN (length, steps);
      model_begin (&model);
      for (guint i = 0; i < length; i++)
        model_step (&model);
      assert_content (model.spool, model.bytes->data, model.bytes->len);
      rolled += model.rolled ? 1 : 0;
      spools++;
      model_end (&model);
      steps -= length;
    }
  g_test_message ("%u spools, %u rolled over", spools, rolled);
  g_rand_free (model.rand);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/core/spool/memory", test_memory);
  tf_test_add ("/core/spool/gaps", test_gaps);
  tf_test_add ("/core/spool/bad-positions", test_bad_positions);
  tf_test_add ("/core/spool/no-memory", test_no_memory);
  tf_test_add ("/core/spool/bound-beyond-memory", test_bound_beyond_memory);
  tf_test_add ("/core/spool/bound", test_bound);
  tf_test_add ("/core/spool/bound-truncate", test_bound_truncate);
  tf_test_add ("/core/spool/bound-sparse", test_bound_sparse);
  tf_test_add ("/core/spool/bound-changed", test_bound_changed);
  tf_test_add ("/core/spool/rollover", test_rollover);
  tf_test_add ("/core/spool/rollover-empty", test_rollover_empty);
  tf_test_add ("/core/spool/rolled", test_rolled);
  tf_test_add ("/core/spool/bad-places", test_bad_places);
  tf_test_add ("/core/spool/late-folder", test_late_folder);
  tf_test_add_data ("/core/spool/fault", GINT_TO_POINTER (FALSE), test_faults);
  tf_test_add_data ("/core/spool/faults", GINT_TO_POINTER (TRUE), test_faults);
  tf_test_add ("/core/spool/close", test_close);
  tf_test_add ("/core/spool/abandoned", test_abandoned);
  tf_test_add ("/core/spool/steal", test_steal);
  tf_test_add ("/core/spool/threads", test_threads);
  tf_test_add ("/core/spool/fork", test_fork);
  tf_test_add ("/core/spool/fork-while-writing", test_fork_while_writing);
  tf_test_add ("/core/spool/model", test_model);
  return tf_test_run ();
}
