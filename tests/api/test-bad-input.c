/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whatever data and circumstances come to: a GError with verb, path and reason, nothing left
 * behind, no warning, no abort. NUL bytes cannot be passed from C; the tests of the languages do
 * that. */

#define TF_DISABLE_DEPRECATION_WARNINGS

#include "api-helpers.h"

/* --- every way to create ----------------------------------------------------------------- */

typedef struct
{
  const char *dir;        /* nullable; "sftp:" means a folder that is not local */
  const char *prefix;
  const char *suffix;
  GCancellable *cancellable;
} Input;

typedef gboolean (*Maker) (const Input *input, GError **error);

static GFile *
folder_of (const Input *input)
{
  if (input->dir == NULL)
    return NULL;
  if (strcmp (input->dir, "sftp:") == 0)
    return g_file_new_for_uri ("sftp://example.org/tmp");
  return g_file_new_for_path (input->dir);
}

static gboolean
drop (gpointer object)
{
  if (object == NULL)
    return FALSE;
  g_object_unref (object);
  return TRUE;
}

static gboolean
make_anonymous (const Input  *input,
                GError      **error)
{
  g_autoptr (GFile) dir = folder_of (input);

  return drop (g_initable_new (TF_TYPE_TEMPORARY_FILE, input->cancellable, error, "directory", dir,
                               "prefix", input->prefix, "suffix", input->suffix, NULL));
}

static gboolean
make_named (const Input  *input,
            GError      **error)
{
  g_autoptr (GFile) dir = folder_of (input);

  return drop (tf_temporary_file_new_named (dir, input->prefix, input->suffix, input->cancellable,
                                            error));
}

static gboolean
make_named_async (const Input  *input,
                  GError      **error)
{
  g_autoptr (GFile) dir = folder_of (input);
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_file_create_named_async (0, dir, input->prefix, input->suffix, input->cancellable,
                                        tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  return drop (tf_temporary_file_create_finish (result, error));
}

static gboolean
make_directory (const Input  *input,
                GError      **error)
{
  g_autoptr (GFile) dir = folder_of (input);

  return drop (tf_temporary_directory_new (dir, input->prefix, input->suffix, input->cancellable,
                                           error));
}

static gboolean
make_directory_async (const Input  *input,
                      GError      **error)
{
  g_autoptr (GFile) dir = folder_of (input);
  g_autoptr (GAsyncResult) result = NULL;

  tf_temporary_directory_create_async (0, dir, input->prefix, input->suffix, input->cancellable,
                                       tf_test_store_cb, &result);
  tf_test_wait_result (&result);
  return drop (tf_temporary_directory_create_finish (result, error));
}

static gboolean
make_in_directory (const Input  *input,
                   GError      **error)
{
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, NULL);

  return drop (tf_temporary_directory_create_file (dir, input->prefix, input->suffix,
                                                   input->cancellable, error));
}

static gboolean
make_spools_file (const Input  *input,
                  GError      **error)
{
  g_autoptr (GFile) dir = folder_of (input);
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (0);
  gboolean done;

  g_object_set (spool, "directory", dir, "prefix", input->prefix, "suffix", input->suffix, NULL);
  g_assert_cmpint (tf_spooled_file_write (spool, "text", 4, NULL, NULL), ==, 4);
  done = tf_spooled_file_rollover (spool, input->cancellable, error);
  g_assert_cmpint (tf_spooled_file_get_size (spool), ==, 4);
  return done;
}

static gboolean
make_mkstemp (const Input  *input,
              GError      **error)
{
  g_autofree char *path = NULL;
  int fd = tf_mkstemp (input->dir, input->prefix, input->suffix, &path, error);

  if (fd < 0)
    return FALSE;
  close (fd);
  remove_file (path);
  return TRUE;
}

static gboolean
make_mkdtemp (const Input  *input,
              GError      **error)
{
  g_autofree char *path = tf_mkdtemp (input->dir, input->prefix, input->suffix, error);

  if (path == NULL)
    return FALSE;
  g_assert_no_errno (g_rmdir (path));
  return TRUE;
}

static gboolean
make_open_anonymous (const Input  *input,
                     GError      **error)
{
  int fd = tf_open_anonymous (input->dir, error);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

static gboolean
make_mktemp (const Input  *input,
             GError      **error)
{
  g_autofree char *path = tf_mktemp (input->dir, input->prefix, input->suffix, error);

  return path != NULL;
}

enum
{
  HAS_DIR = 1 << 0,
  HAS_AFFIXES = 1 << 1,
  HAS_CANCELLABLE = 1 << 2,
  TAKES_FILE = 1 << 3,      /* a GFile, where others take a path */
  TOUCHES_DISK = 1 << 4,
  MAKES_NAME = 1 << 5,      /* always, so that a name that is too long shows */
};

static const struct
{
  const char *name;
  Maker make;
  guint has;
} makers[] = {
  { "anonymous", make_anonymous,
    HAS_DIR | HAS_AFFIXES | HAS_CANCELLABLE | TAKES_FILE | TOUCHES_DISK },
  { "named", make_named,
    HAS_DIR | HAS_AFFIXES | HAS_CANCELLABLE | TAKES_FILE | TOUCHES_DISK | MAKES_NAME },
  { "named-async", make_named_async,
    HAS_DIR | HAS_AFFIXES | HAS_CANCELLABLE | TAKES_FILE | TOUCHES_DISK | MAKES_NAME },
  { "directory", make_directory,
    HAS_DIR | HAS_AFFIXES | HAS_CANCELLABLE | TAKES_FILE | TOUCHES_DISK | MAKES_NAME },
  { "directory-async", make_directory_async,
    HAS_DIR | HAS_AFFIXES | HAS_CANCELLABLE | TAKES_FILE | TOUCHES_DISK | MAKES_NAME },
  { "create-file", make_in_directory, HAS_AFFIXES | HAS_CANCELLABLE | TOUCHES_DISK | MAKES_NAME },
  { "spool", make_spools_file,
   HAS_DIR | HAS_AFFIXES | HAS_CANCELLABLE | TAKES_FILE | TOUCHES_DISK },
  { "mkstemp", make_mkstemp, HAS_DIR | HAS_AFFIXES | TOUCHES_DISK | MAKES_NAME },
  { "mkdtemp", make_mkdtemp, HAS_DIR | HAS_AFFIXES | TOUCHES_DISK | MAKES_NAME },
  { "open-anonymous", make_open_anonymous, HAS_DIR | TOUCHES_DISK },
  { "mktemp", make_mktemp, HAS_DIR | HAS_AFFIXES },
};

/* All that have what it takes answer the same. */
static void
assert_refused (Input input,
                guint needs,
                guint needs_not,
                int   code)
{
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autoptr (GError) error = NULL;

      if ((makers[i].has & needs) != needs || (makers[i].has & needs_not) != 0)
        continue;
      g_test_message ("%s", makers[i].name);
      g_assert_false (makers[i].make (&input, &error));
      if (input.dir != NULL && input.dir[0] == '/')
        g_assert_nonnull (strstr (error != NULL ? error->message : "", input.dir));
      assert_io_error (error, code);
      /* Without a place for the error, too. */
      g_assert_false (makers[i].make (&input, NULL));
    }
}

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autoptr (GError) error = NULL;
      Input input = { tf_test_dir (), "p", "s", NULL };

      g_assert_true (makers[i].make (&input, &error));
      g_assert_no_error (error);
    }
}

static void
test_affixes (void)
{
  static const char *const bad[] = {
    "/", "a/b", "/x", "x/", "../x", "..//", "\\", "a\\b", "..\\x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      assert_refused ((Input) { NULL, bad[i], NULL, NULL }, HAS_AFFIXES, 0,
                      G_IO_ERROR_INVALID_FILENAME);
      assert_refused ((Input) { NULL, NULL, bad[i], NULL }, HAS_AFFIXES, 0,
                      G_IO_ERROR_INVALID_FILENAME);
      assert_refused ((Input) { NULL, "good", bad[i], NULL }, HAS_AFFIXES, 0,
                      G_IO_ERROR_INVALID_FILENAME);
    }
}

static void
test_too_long (void)
{
  g_autofree char *name = g_strnfill (300, 'n');
  g_autofree char *path = g_strdup_printf ("%s/%s", tf_test_dir (), name);

  assert_refused ((Input) { NULL, name, NULL, NULL }, MAKES_NAME, 0,
                  G_IO_ERROR_FILENAME_TOO_LONG);
  assert_refused ((Input) { NULL, NULL, name, NULL }, MAKES_NAME, 0,
                  G_IO_ERROR_FILENAME_TOO_LONG);
  assert_refused ((Input) { path, NULL, NULL, NULL }, HAS_DIR | TOUCHES_DISK, 0,
                  G_IO_ERROR_FILENAME_TOO_LONG);
}

static void
test_folders (void)
{
  const char *file = tf_test_path ("file");

  make_file (file, "", 0600);
  assert_refused ((Input) { tf_test_path ("missing"), NULL, NULL, NULL }, HAS_DIR | TOUCHES_DISK, 0,
                  G_IO_ERROR_NOT_FOUND);
  assert_refused ((Input) { file, NULL, NULL, NULL }, HAS_DIR | TOUCHES_DISK, 0,
                  G_IO_ERROR_NOT_DIRECTORY);
  assert_refused ((Input) { "", NULL, NULL, NULL }, HAS_DIR, TAKES_FILE,
                  G_IO_ERROR_INVALID_ARGUMENT);
  /* GIO makes of an empty path a file that is nowhere. */
  assert_refused ((Input) { "", NULL, NULL, NULL }, TAKES_FILE, 0, G_IO_ERROR_NOT_SUPPORTED);
  assert_refused ((Input) { "sftp:", NULL, NULL, NULL }, TAKES_FILE, 0, G_IO_ERROR_NOT_SUPPORTED);
  remove_file (file);
}

static void
refuse_locked (gpointer data)
{
  assert_refused ((Input) { data, NULL, NULL, NULL }, HAS_DIR | TOUCHES_DISK, 0,
                  G_IO_ERROR_PERMISSION_DENIED);
}

static void
test_unwritable (void)
{
  const char *locked = tf_test_path ("locked");

  g_assert_no_errno (g_mkdir (locked, 0555));
  g_assert_true (tf_test_as_nobody (refuse_locked, (gpointer) locked));
  g_assert_no_errno (g_rmdir (locked));
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  assert_refused ((Input) { NULL, NULL, NULL, cancellable }, HAS_CANCELLABLE, 0,
                  G_IO_ERROR_CANCELLED);
}

static void
test_properties (void)
{
  static const guint permissions[] = { 0, 0400, 0200, 0177, 01600, 04600, 07777, 0100600,
                                      G_MAXUINT };

  for (guint i = 0; i < G_N_ELEMENTS (permissions); i++)
    for (guint anonymous = 0; anonymous < 2; anonymous++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_null (g_initable_new (TF_TYPE_TEMPORARY_FILE, NULL, &error, "anonymous", anonymous,
                                       "permissions", permissions[i], NULL));
        assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
      }
}

/* --- numbers and names ------------------------------------------------------------------- */

static void
test_counts (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (100);
  g_autoptr (GError) error = NULL;
  char byte = 'x';

  g_assert_cmpint (tf_temporary_file_write (file, &byte, G_MAXSIZE, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_temporary_file_read (file, &byte, G_MAXSIZE, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_spooled_file_write (spool, &byte, G_MAXSIZE, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_spooled_file_read (spool, &byte, G_MAXSIZE, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_temporary_file_get_size (file), ==, 0);
}

static void
test_children (void)
{
  static const char *const bad[] = { "..", "../x", "a/../b", "a/..", "/abs", "/", "" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL,
                                                                     &error);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (tf_temporary_directory_get_child (dir, bad[i], &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
    }
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/bad-input/good", test_good);
  tf_test_add ("/bad-input/affixes", test_affixes);
  tf_test_add ("/bad-input/too-long", test_too_long);
  tf_test_add ("/bad-input/folders", test_folders);
  tf_test_add ("/bad-input/unwritable", test_unwritable);
  tf_test_add ("/bad-input/cancelled", test_cancelled);
  tf_test_add ("/bad-input/properties", test_properties);
  tf_test_add ("/bad-input/counts", test_counts);
  tf_test_add ("/bad-input/children", test_children);
  return tf_test_run ();
}
