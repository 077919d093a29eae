/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the tests of other processes share: one of everything a process can hold, and how to see
 * that nobody has touched it. */

#pragma once

#include "api-helpers.h"

#include <sys/file.h>

#define LARGE 3000    /* bytes; more than a spool that rolls over at once keeps in memory */

/* What one process holds. */
typedef struct
{
  TfTemporaryFile *named;        /* with bytes in a buffer that was asked for */
  TfTemporaryFile *anonymous;    /* with bytes in memory */
  TfTemporaryFile *inside;       /* in `dir` */
  TfTemporaryFile *left;         /* closed, its name stays until the object ends */
  TfTemporaryDirectory *dir;     /* with content */
  TfSpooledFile *memory;
  TfSpooledFile *rolled;
} Household;

static inline void
spool_put (TfSpooledFile *spool,
           const char    *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (tf_spooled_file_write (spool, text, strlen (text), NULL, &error), ==,
                   strlen (text));
  g_assert_no_error (error);
}

static inline char *
in_dir (Household  *self,
        const char *name)
{
  return g_build_filename (tf_temporary_directory_get_path (self->dir), name, NULL);
}

static inline void
household_init (Household *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sub = NULL;
  g_autofree char *deep = NULL;
  char large[LARGE + 1];

  self->named = new_with ("anonymous", FALSE, "buffer-size", 4096);
  put (self->named, "written once");
  self->anonymous = new_anonymous ();
  put (self->anonymous, "written once");
  self->left = new_with ("anonymous", FALSE, "delete-on-close", FALSE);
  close_ok (self->left);

  self->dir = tf_temporary_directory_new (NULL, "d-", NULL, NULL, &error);
  g_assert_no_error (error);
  sub = in_dir (self, "sub");
  deep = in_dir (self, "sub/file");
  g_assert_no_errno (g_mkdir (sub, 0700));
  make_file (deep, "inside", 0600);
  self->inside = tf_temporary_directory_create_file (self->dir, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  put (self->inside, "inside");

  self->memory = tf_spooled_file_new (0);
  spool_put (self->memory, "in memory");
  self->rolled = tf_spooled_file_new (1);
  memset (large, 'r', LARGE);
  large[LARGE] = '\0';
  spool_put (self->rolled, large);
  g_assert_true (tf_spooled_file_is_rolled_over (self->rolled));
}

static inline void
household_drop (Household *self)
{
  g_clear_object (&self->inside);
  g_clear_object (&self->dir);
  g_clear_object (&self->left);
  g_clear_object (&self->named);
  g_clear_object (&self->anonymous);
  g_clear_object (&self->memory);
  g_clear_object (&self->rolled);
}

static inline void
household_dispose (Household *self)
{
  g_object_run_dispose (G_OBJECT (self->inside));
  g_object_run_dispose (G_OBJECT (self->dir));
  g_object_run_dispose (G_OBJECT (self->left));
  g_object_run_dispose (G_OBJECT (self->named));
  g_object_run_dispose (G_OBJECT (self->anonymous));
  g_object_run_dispose (G_OBJECT (self->memory));
  g_object_run_dispose (G_OBJECT (self->rolled));
}

static inline void
household_close (Household *self)
{
  g_autoptr (GError) error = NULL;

  close_ok (self->inside);
  close_ok (self->left);
  close_ok (self->named);
  close_ok (self->anonymous);
  close_ok (self->memory);
  close_ok (self->rolled);
  g_assert_true (tf_temporary_directory_cleanup (self->dir, NULL, &error));
  g_assert_no_error (error);
}

/* --- what the parent sees afterwards ----------------------------------------------------- */

static inline void
take_lease (gpointer data)
{
  int fd = open (data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, -1);
  g_assert_cmpint (errno, ==, EWOULDBLOCK);
  close (fd);
}

static inline void
assert_spool (TfSpooledFile *spool,
              const char    *text,
              gsize          size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tf_spooled_file_to_bytes (spool, NULL, &error);
  gconstpointer data;

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
  data = g_bytes_get_data (bytes, NULL);
  g_assert_cmpmem (data, strlen (text), text, strlen (text));
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (spool)), ==, size);
}

/* All is there, nothing is changed, and bytes in memory go out exactly once. */
static inline void
household_assert (Household *self)
{
  const char *dir = tf_temporary_directory_get_path (self->dir);
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = in_dir (self, "sub/file");

  g_assert_true (tf_test_in_child (take_lease, (gpointer) dir));
  g_assert_cmphex (tf_test_mode (dir), ==, 01700);
  g_assert_cmpuint (tf_test_count_entries (dir), ==, 2);
  assert_file (deep, "inside");
  assert_file (tf_temporary_file_get_path (self->inside), "inside");
  g_assert_true (tf_test_exists (tf_temporary_file_get_path (self->left)));

  assert_file (tf_temporary_file_get_path (self->named), "");
  put (self->named, ", by the parent");
  g_assert_true (g_output_stream_flush (g_io_stream_get_output_stream (G_IO_STREAM (self->named)),
                                        NULL, &error));
  g_assert_no_error (error);
  assert_file (tf_temporary_file_get_path (self->named), "written once, by the parent");

  put (self->anonymous, ", by the parent");
  assert_content (self->anonymous, "written once, by the parent");
  assert_spool (self->memory, "in memory", strlen ("in memory"));
  assert_spool (self->rolled, "rrrr", LARGE);
}

/* And then it all goes, by the hand of the parent. */
static inline void
household_end (Household *self)
{
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 3);
  household_drop (self);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}
