/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What several tests of the public interface say often. */

#pragma once

#include "tf-test.h"

#include <libtmpfile.h>

#ifdef G_OS_UNIX
#include <gio/gfiledescriptorbased.h>
#define assert_descriptor_based(object, expected) \
  g_assert_cmpint (G_IS_FILE_DESCRIPTOR_BASED (object), ==, (expected))
#define assert_based_on(object, fd)                                                            \
  g_assert_cmpint (g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (object)), ==, (fd))
#else
/* GIO has the interface on Unix only. */
#define assert_descriptor_based(object, expected) g_assert_nonnull (object)
#define assert_based_on(object, fd) g_assert_nonnull (object)
#endif
#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Asserts the error and clears it. */
#define assert_io_error(error, code) \
  G_STMT_START \
    { \
      g_assert_error (error, G_IO_ERROR, code); \
      g_assert_cmpuint (strlen ((error)->message), >, 0); \
      g_assert_true (g_utf8_validate ((error)->message, -1, NULL)); \
      g_clear_error (&(error)); \
    } \
  G_STMT_END

/* The same, and that the message names the path. */
#define assert_io_error_names(error, code, path) \
  G_STMT_START \
    { \
      g_assert_error (error, G_IO_ERROR, code); \
      g_assert_true (tf_test_mentions ((error)->message, path)); \
      g_clear_error (&(error)); \
    } \
  G_STMT_END

static inline TfTemporaryFile *
new_anonymous (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryFile *file = tf_temporary_file_new (NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_TEMPORARY_FILE (file));
  return file;
}

static inline TfTemporaryFile *
new_named (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryFile *file = tf_temporary_file_new_named (NULL, "t-", ".x", NULL, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_TEMPORARY_FILE (file));
  return file;
}

#define new_with(...) \
  ((TfTemporaryFile *) assert_made (g_initable_new (TF_TYPE_TEMPORARY_FILE, NULL, NULL, \
                                                    __VA_ARGS__, NULL)))

static inline gpointer
assert_made (gpointer object)
{
  g_assert_nonnull (object);
  return object;
}

static inline void
put (TfTemporaryFile *file,
     const char      *text)
{
  g_autoptr (GError) error = NULL;
  gssize n = tf_temporary_file_write (file, text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, strlen (text));
}

/* Writes `count` bytes of a pattern that begins with `seed`. */
static inline void
put_pattern (TfTemporaryFile *file,
             gsize            count,
             guchar           seed)
{
  g_autofree guchar *bytes = g_malloc (count);
  g_autoptr (GError) error = NULL;
  gssize n;

  for (gsize i = 0; i < count; i++)
    bytes[i] = (guchar) (seed + i % 251);
  n = tf_temporary_file_write (file, bytes, count, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, count);
}

static inline void
assert_pattern (GBytes *bytes,
                gsize   count,
                guchar  seed)
{
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (size, ==, count);
  for (gsize i = 0; i < count; i++)
    if (data[i] != (guchar) (seed + i % 251))
      g_error ("byte %" G_GSIZE_FORMAT " is %u", i, data[i]);
}

static inline void
assert_bytes (GBytes     *bytes,
              const char *text)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   text, strlen (text));
}

/* All bytes of the file, by the object. */
static inline void
assert_content (TfTemporaryFile *file,
                const char      *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tf_temporary_file_to_bytes (file, NULL, &error);

  g_assert_no_error (error);
  assert_bytes (bytes, text);
}

/* All bytes of the file, by its name. */
static inline void
assert_file (const char *path,
             const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (contents, length, text, strlen (text));
}

static inline void
seek_to (gpointer  seekable,
         goffset   offset,
         GSeekType whence)
{
  g_autoptr (GError) error = NULL;

  g_seekable_seek (G_SEEKABLE (seekable), offset, whence, NULL, &error);
  g_assert_no_error (error);
}

static inline void
close_ok (gpointer stream)
{
  g_autoptr (GError) error = NULL;

  g_io_stream_close (G_IO_STREAM (stream), NULL, &error);
  g_assert_no_error (error);
}

/* Makes a file of somebody else's. */
static inline void
make_file (const char *path,
           const char *text,
           guint       mode)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
  g_assert_no_errno (fchmod (fd, mode));
  g_assert_no_errno (close (fd));
}

static inline GFile *
test_file (const char *name)
{
  return g_file_new_for_path (tf_test_path (name));
}

static inline void
keep_ok (TfTemporaryFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) kept = tf_temporary_file_keep (file, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_file_peek_path (kept), ==, tf_temporary_file_get_path (file));
}

static inline void
remove_file (const char *path)
{
  g_assert_no_errno (g_unlink (path));
}
