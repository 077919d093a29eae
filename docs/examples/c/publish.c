/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A document that is saved atomically: at every instant the old one is there, or the new one. */

#include <libtmpfile.h>
#include <string.h>

static gboolean
save (GFile       *document,
      const char  *text,
      GError     **error)
{
  g_autoptr (GFile) folder = g_file_get_parent (document);
  /* Made in the folder of the document, so that publishing is no copy. */
  g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (folder, NULL, error);

  return file != NULL
         && tf_temporary_file_write (file, text, strlen (text), NULL, error) >= 0
         && tf_temporary_file_persist (file, document, TF_PERSIST_REPLACE, NULL, error)
         && g_io_stream_close (G_IO_STREAM (file), NULL, error);
}

static gboolean
save_twice (GError **error)
{
  g_autofree char *content = NULL;
  g_autoptr (GFile) document = NULL;
  g_autoptr (TfTemporaryDirectory) directory
    = tf_temporary_directory_new (NULL, "app-", NULL, NULL, error);

  if (directory == NULL)
    return FALSE;
  document = tf_temporary_directory_get_child (directory, "document.txt", error);
  if (document == NULL)
    return FALSE;
  if (!save (document, "first\n", error) || !save (document, "second\n", error))
    return FALSE;
  if (!g_file_load_contents (document, NULL, &content, NULL, NULL, error))
    return FALSE;
  g_print ("%s", content);
  return tf_temporary_directory_cleanup (directory, NULL, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  if (!save_twice (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
