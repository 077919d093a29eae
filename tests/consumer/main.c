/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the program of somebody else does: a file that is written, read and gone. */

#include <libtmpfile.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, &error);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_no_error (error);
  tf_temporary_file_write (file, "some text", 9, NULL, &error);
  g_assert_no_error (error);
  bytes = tf_temporary_file_to_bytes (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "some text", 9);
  return 0;
}
