/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every public way to create something, each as a function that creates and cleans up after itself.
 * The asynchronous ones iterate the thread-default main context. */

#pragma once

#include "api-helpers.h"

typedef struct
{
  const char *name;
  const char *event;                 /* the first that comes */
  gboolean (*make) (GError **error);
  gboolean cleans_all;               /* what is there, in the end: the session's folder is */
} Maker;

/* --- at once ----------------------------------------------------------------------------- */

static gboolean
make_mkstemp (GError **error)
{
  g_autofree char *path = NULL;
  int fd = tf_mkstemp (NULL, NULL, NULL, &path, error);

  if (fd == -1)
    return FALSE;
  g_assert_no_errno (close (fd));
  remove_file (path);
  return TRUE;
}

static gboolean
make_mkdtemp (GError **error)
{
  g_autofree char *path = tf_mkdtemp (NULL, NULL, NULL, error);

  if (path != NULL)
    g_assert_no_errno (g_rmdir (path));
  return path != NULL;
}

static gboolean
make_open_anonymous (GError **error)
{
  int fd = tf_open_anonymous (NULL, error);

  if (fd != -1)
    g_assert_no_errno (close (fd));
  return fd != -1;
}

static gboolean
create_cb (GFile    *file,
           gpointer  user_data,
           GError  **error)
{
  g_autoptr (GFileOutputStream) stream = g_file_create (file, G_FILE_CREATE_NONE, NULL, error);

  return stream != NULL;
}

static gboolean
make_make (GError **error)
{
  g_autofree char *path = tf_make (create_cb, NULL, NULL, NULL, NULL, error);

  if (path != NULL)
    remove_file (path);
  return path != NULL;
}

static gboolean
finish_file (TfTemporaryFile *file)
{
  gboolean made = file != NULL;

  g_clear_object (&file);
  return made;
}

static gboolean
make_anonymous (GError **error)
{
  return finish_file (tf_temporary_file_new (NULL, NULL, error));
}

static gboolean
make_named (GError **error)
{
  return finish_file (tf_temporary_file_new_named (NULL, NULL, NULL, NULL, error));
}

static gboolean
make_in_session (GError **error)
{
  TfTemporaryFile *file = g_initable_new (TF_TYPE_TEMPORARY_FILE, NULL, error, "anonymous", FALSE,
                                          "location", TF_LOCATION_SESSION, NULL);
  gboolean made = finish_file (file);

  tf_cleanup_all ();
  return made;
}

/* A refused object is as after any failed creation, and can be tried again. */
static gboolean
make_initable (GError **error)
{
  g_autoptr (TfTemporaryFile) file = g_object_new (TF_TYPE_TEMPORARY_FILE, "anonymous", FALSE,
                                                   NULL);
  gboolean made = g_initable_init (G_INITABLE (file), NULL, error);

  if (!made)
    {
      g_assert_null (tf_temporary_file_get_path (file));
      g_assert_cmpint (tf_temporary_file_write (file, "x", 1, NULL, NULL), ==, -1);
    }
  return made;
}

static gboolean
make_directory (GError **error)
{
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, error);

  return dir != NULL;
}

static gboolean
make_in_directory (GError **error)
{
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, error);

  return dir != NULL &&
         finish_file (tf_temporary_directory_create_file (dir, NULL, NULL, NULL, error));
}

/* --- spools ------------------------------------------------------------------------------ */

static TfSpooledFile *
new_spool (void)
{
  TfSpooledFile *spool = tf_spooled_file_new (5);

  g_assert_cmpint (tf_spooled_file_write (spool, "abcd", 4, NULL, NULL), ==, 4);
  return spool;
}

static void
assert_spool (TfSpooledFile *spool,
              const char    *text)
{
  g_autoptr (GBytes) bytes = tf_spooled_file_to_bytes (spool, NULL, NULL);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

/* A refused rollover leaves all as it was. Takes the spool. */
static gboolean
finish_spool (TfSpooledFile *spool,
              gboolean       made)
{
  g_assert_cmpint (tf_spooled_file_is_rolled_over (spool), ==, made);
  if (!made)
    {
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (spool)), ==, 4);
      assert_spool (spool, "abcd");
    }
  close_ok (spool);
  g_object_unref (spool);
  return made;
}

static gboolean
make_rollover (GError **error)
{
  TfSpooledFile *spool = new_spool ();

  return finish_spool (spool, tf_spooled_file_rollover (spool, NULL, error));
}

static gboolean
make_write (GError **error)
{
  TfSpooledFile *spool = new_spool ();

  return finish_spool (spool, tf_spooled_file_write (spool, "ef", 2, NULL, error) == 2);
}

static gboolean
make_stream_write (GError **error)
{
  TfSpooledFile *spool = new_spool ();
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (spool));

  return finish_spool (spool, g_output_stream_write (output, "ef", 2, NULL, error) == 2);
}

static gboolean
make_truncate (GError **error)
{
  TfSpooledFile *spool = new_spool ();

  return finish_spool (spool, g_seekable_truncate (G_SEEKABLE (spool), 9, NULL, error));
}

static gboolean
make_dup_fd (GError **error)
{
  TfSpooledFile *spool = new_spool ();
  int fd = tf_spooled_file_dup_fd (spool, error);

  if (fd != -1)
    g_assert_no_errno (close (fd));
  return finish_spool (spool, fd != -1);
}

static gboolean
make_spool_in_session (GError **error)
{
  TfSpooledFile *spool = new_spool ();
  gboolean made;

  g_object_set (spool, "location", TF_LOCATION_SESSION, NULL);
  made = finish_spool (spool, tf_spooled_file_rollover (spool, NULL, error));
  tf_cleanup_all ();
  return made;
}

static gboolean
make_steal_file (GError **error)
{
  TfSpooledFile *spool = new_spool ();
  TfTemporaryFile *file = tf_spooled_file_steal_file (spool, NULL, error);

  if (file == NULL)
    return finish_spool (spool, FALSE);
  g_object_unref (spool);
  return finish_file (file);
}

static gboolean
make_persist (GError **error)
{
  g_autoptr (GFile) target = test_file ("target");
  TfSpooledFile *spool = new_spool ();
  gboolean made = tf_spooled_file_persist (spool, target, TF_PERSIST_NONE, NULL, error);

  if (made)
    remove_file (g_file_peek_path (target));
  return finish_spool (spool, made);
}

/* --- later ------------------------------------------------------------------------------- */

static inline GAsyncResult *
wait_here (GAsyncResult **result)
{
  GMainContext *context = g_main_context_ref_thread_default ();

  while (*result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_unref (context);
  return *result;
}

static gboolean
make_create_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_file_create_async (0, NULL, NULL, tf_test_store_cb, &result);
  return finish_file (tf_temporary_file_create_finish (wait_here (&result), error));
}

static gboolean
make_create_named_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_file_create_named_async (0, NULL, NULL, NULL, NULL, tf_test_store_cb, &result);
  return finish_file (tf_temporary_file_create_named_finish (wait_here (&result), error));
}

static gboolean
init_later (GType    type,
            GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GObject) object = g_object_new (type, "location", TF_LOCATION_SESSION, NULL);
  gboolean made;

  g_async_initable_init_async (G_ASYNC_INITABLE (object), 0, NULL, tf_test_store_cb, &result);
  made = g_async_initable_init_finish (G_ASYNC_INITABLE (object), wait_here (&result), error);
  g_clear_object (&result);
  g_clear_object (&object);
  tf_cleanup_all ();
  return made;
}

static gboolean
make_file_init_async (GError **error)
{
  return init_later (TF_TYPE_TEMPORARY_FILE, error);
}

static gboolean
make_directory_init_async (GError **error)
{
  return init_later (TF_TYPE_TEMPORARY_DIRECTORY, error);
}

static gboolean
make_directory_create_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TfTemporaryDirectory) dir = NULL;

  tf_temporary_directory_create_async (0, NULL, NULL, NULL, NULL, tf_test_store_cb, &result);
  dir = tf_temporary_directory_create_finish (wait_here (&result), error);
  return dir != NULL;
}

static gboolean
make_rollover_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  TfSpooledFile *spool = new_spool ();

  tf_spooled_file_rollover_async (spool, 0, NULL, tf_test_store_cb, &result);
  return finish_spool (spool, tf_spooled_file_rollover_finish (spool, wait_here (&result), error));
}

static gboolean
make_persist_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GFile) target = test_file ("target");
  TfSpooledFile *spool = new_spool ();
  gboolean made;

  tf_spooled_file_persist_async (spool, target, TF_PERSIST_NONE, 0, NULL, tf_test_store_cb,
                                 &result);
  made = tf_spooled_file_persist_finish (spool, wait_here (&result), error);
  if (made)
    remove_file (g_file_peek_path (target));
  return finish_spool (spool, made);
}

static gboolean
make_write_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  TfSpooledFile *spool = new_spool ();
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (spool));

  g_output_stream_write_async (output, "ef", 2, 0, NULL, tf_test_store_cb, &result);
  return finish_spool (spool, g_output_stream_write_finish (output, wait_here (&result),
                                                            error) == 2);
}

static gboolean
make_splice_async (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data ("efgh", 4, NULL);
  TfSpooledFile *spool = new_spool ();
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (spool));

  g_output_stream_splice_async (output, input, G_OUTPUT_STREAM_SPLICE_NONE, 0, NULL,
                                tf_test_store_cb, &result);
  return finish_spool (spool, g_output_stream_splice_finish (output, wait_here (&result),
                                                             error) == 4);
}

#define FILE_EVENT "tempfile.mkstemp"
#define FOLDER_EVENT "tempfile.mkdtemp"

static const Maker makers[] = {
  { "mkstemp", FILE_EVENT, make_mkstemp, FALSE },
  { "mkdtemp", FOLDER_EVENT, make_mkdtemp, FALSE },
  { "open-anonymous", FILE_EVENT, make_open_anonymous, FALSE },
  { "make", FILE_EVENT, make_make, FALSE },
  { "anonymous", FILE_EVENT, make_anonymous, FALSE },
  { "named", FILE_EVENT, make_named, FALSE },
  { "initable", FILE_EVENT, make_initable, FALSE },
  { "session", FOLDER_EVENT, make_in_session, TRUE },
  { "directory", FOLDER_EVENT, make_directory, FALSE },
  { "create-file", FOLDER_EVENT, make_in_directory, FALSE },
  { "rollover", FILE_EVENT, make_rollover, FALSE },
  { "write", FILE_EVENT, make_write, FALSE },
  { "stream-write", FILE_EVENT, make_stream_write, FALSE },
  { "truncate", FILE_EVENT, make_truncate, FALSE },
  { "dup-fd", FILE_EVENT, make_dup_fd, FALSE },
  { "spool-session", FOLDER_EVENT, make_spool_in_session, TRUE },
  { "steal-file", FILE_EVENT, make_steal_file, FALSE },
  { "persist", FILE_EVENT, make_persist, FALSE },
  { "create-async", FILE_EVENT, make_create_async, FALSE },
  { "create-named-async", FILE_EVENT, make_create_named_async, FALSE },
  { "file-init-async", FOLDER_EVENT, make_file_init_async, TRUE },
  { "directory-init-async", FOLDER_EVENT, make_directory_init_async, TRUE },
  { "directory-create-async", FOLDER_EVENT, make_directory_create_async, FALSE },
  { "rollover-async", FILE_EVENT, make_rollover_async, FALSE },
  { "persist-async", FILE_EVENT, make_persist_async, FALSE },
  { "write-async", FILE_EVENT, make_write_async, FALSE },
  { "splice-async", FILE_EVENT, make_splice_async, FALSE },
};
