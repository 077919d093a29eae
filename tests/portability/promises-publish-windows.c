/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promise on publishing, 12, on Windows, where whoever reads a file may keep it from being
 * replaced. */

#include "promises-windows.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

#define RECORD 4096
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

/* --- 12: publishing ---------------------------------------------------------------------- */

static void
identify (HANDLE                      handle,
          BY_HANDLE_FILE_INFORMATION *info)
{
  g_assert_true (GetFileInformationByHandle (handle, info));
}

static gboolean
is_same (BY_HANDLE_FILE_INFORMATION *before,
         const char                 *path)
{
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  HANDLE handle = CreateFileW (wide, FILE_READ_ATTRIBUTES,
                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, 0, NULL);
  BY_HANDLE_FILE_INFORMATION after;

  identify (handle, &after);
  CloseHandle (handle);
  return after.nFileIndexLow == before->nFileIndexLow
         && after.nFileIndexHigh == before->nFileIndexHigh;
}

static void
check_publish (gboolean anonymous,
               gboolean over)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", anonymous, NULL);
  const char *path = tf_test_path ("published");
  g_autoptr (GFile) destination = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  BY_HANDLE_FILE_INFORMATION before;

  g_assert_true (put_or_refuse (file, "new"));
  identify ((HANDLE) _get_osfhandle (tf_temporary_file_get_fd (file)), &before);
  if (over)
    {
      place_file (path, "old");
      g_assert_false (tf_temporary_file_persist (file, destination, TF_PERSIST_NONE, NULL, &error));
      assert_io_error_names (error, G_IO_ERROR_EXISTS, path);
      assert_file (path, "old");
    }
  tf_temporary_file_persist (file, destination, over ? TF_PERSIST_REPLACE : TF_PERSIST_NONE, NULL,
                             &error);
  g_assert_no_error (error);
  if (!is_same (&before, path))
    promise_weaker (anonymous ? "a file without a name is published as a copy"
                              : "a file is published as a copy");
  close_ok (file);
  g_clear_object (&file);
  tf_cleanup_all ();
  assert_file (path, "new");
  remove_file (path);
}

static void
publish_for_ever (gpointer data)
{
  g_autoptr (GFile) destination = g_file_new_for_path (tf_test_path ("record"));
  char record[RECORD];

  begin_child ();
  for (guint i = 0; ; i++)
    {
      g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      memset (record, 'a' + i % 26, sizeof record);
      g_assert_cmpint (tf_temporary_file_write (file, record, sizeof record, NULL, NULL), ==,
                       sizeof record);
      tf_temporary_file_persist (file, destination, TF_PERSIST_REPLACE, NULL, &error);
      /* Somebody may be just reading it, for which Windows has two codes. */
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY)
          && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        g_assert_no_error (error);
    }
}

/* Whole, and of one kind. */
static char
read_record (void)
{
  g_autofree char *contents = NULL;
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  gsize length;

  while (!g_file_get_contents (tf_test_path ("record"), &contents, &length, NULL))
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  g_assert_cmpuint (length, ==, RECORD);
  for (gsize i = 1; i < length; i++)
    g_assert_cmpint (contents[i], ==, contents[0]);
  return contents[0];
}

static void
check_instants (void)
{
  g_autofree char *text = g_strnfill (RECORD, 'A');
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();
  int pid;

  place_file (tf_test_path ("record"), text);
  pid = tf_test_fork (publish_for_ever, NULL);
  /* Whoever reads it keeps it from being replaced. */
  while (read_record () == 'A')
    {
      g_assert_cmpint (g_get_monotonic_time (), <, begun + PATIENCE);
      g_usleep (5000);
    }
  for (guint i = 0; i < tf_test_scale (100, 100, 1000); i++)
    {
      read_record ();
      g_usleep (1000);
    }
  kill_child (pid);
  read_record ();
  remove_file (tf_test_path ("record"));
  /* What the kill left of publishing. */
  tf_sweep_orphans (NULL, "p-", 0, NULL, &error);
  g_assert_no_error (error);
  wait_for_count (0);
}

void
promise_publish (void)
{
  for (guint i = 0; i < 4; i++)
    check_publish ((i & 1) != 0, (i & 2) != 0);
  check_instants ();
}
