/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The fixture of every C test: see the header. It belongs to no floor and calls nothing of the
 * library but, where the program has it, the function that forgets the temporary folder. */

#include "tf-test-system.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define SETTLE_TIME (5 * G_TIME_SPAN_SECOND)
#define ENOUGH (2 * G_TIME_SPAN_SECOND)
#define WINE_STEP 10

/* The public function, and the core's own for tests of the private floors. Weak: a program has
 * the one, the other, or neither. */
gboolean tf_set_temp_dir (const char *path, GError **error) __attribute__ ((weak));
gboolean tf_temp_dir_set (const char *path, GError **error) __attribute__ ((weak));

typedef struct
{
  void (*func) (void);
  void (*data_func) (gconstpointer);
  gconstpointer data;
  char *exception;   /* why this system cannot run it */
} Test;

static char *program_dir;
static char *test_dir;
static guint n_tests;
static GPtrArray *test_paths;
static GMutex test_paths_lock;
static char *expected;   /* a pattern for a critical that a test provokes */

/* Whatever a test expects is swallowed; all else goes the usual way, where it is fatal. */
static GLogWriterOutput
writer_cb (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         user_data)
{
  for (gsize i = 0; expected != NULL && i < n_fields; i++)
    {
      if (strcmp (fields[i].key, "MESSAGE") != 0
          || !(level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
          || !g_pattern_match_simple (expected, fields[i].value))
        continue;
      g_clear_pointer (&expected, g_free);
      return G_LOG_WRITER_HANDLED;
    }
  return g_log_writer_default (level, fields, n_fields, user_data);
}

void
tf_test_expect_critical (const char *pattern)
{
  g_assert_null (expected);
  expected = g_strdup (pattern);
}

void
tf_test_assert_expected (void)
{
  if (expected != NULL)
    g_error ("nobody said “%s”", expected);
}

static void
forget_temp_dir (void)
{
  TfTestSetTempDir found = tf_test_system_find_set_temp_dir ();

  if (found != NULL)
    g_assert_true (found (NULL, NULL));
  else if (tf_set_temp_dir != NULL)
    g_assert_true (tf_set_temp_dir (NULL, NULL));
  else if (tf_temp_dir_set != NULL)
    g_assert_true (tf_temp_dir_set (NULL, NULL));
}

void
tf_test_init (int    *argc,
              char ***argv)
{
  program_dir = tf_test_system_begin ();
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_test_init (argc, argv, NULL);
  g_log_set_writer_func (writer_cb, NULL, NULL);
  /* These open descriptors once and for all: the wake-ups of GLib's main and worker contexts. */
  g_main_context_iteration (NULL, FALSE);
  g_object_unref (g_task_new (NULL, NULL, NULL, NULL));
#ifdef __SANITIZE_ADDRESS__
  /* Its thread allocates when it begins, and the allocator of GCC 12's AddressSanitizer may stay
   * locked in a child that is forked meanwhile. */
  g_usleep (G_USEC_PER_SEC / 10);
#endif
  g_assert_cmpstr (g_get_tmp_dir (), ==, program_dir);
}

/* --- files and descriptors --------------------------------------------------------------- */

static guint
count_names (const char *path,
             gboolean    with_hidden)
{
  g_autoptr (GError) error = NULL;
  GDir *dir = g_dir_open (path, 0, &error);
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    n += !with_hidden && tf_test_is_hidden (name) ? 0 : 1;
  g_dir_close (dir);
  return n;
}

guint
tf_test_count_entries (const char *path)
{
  return count_names (path, FALSE);
}

guint
tf_test_count_all (const char *path)
{
  return count_names (path, TRUE);
}

goffset
tf_test_disk_usage (int fd)
{
  return tf_test_system_disk_usage (fd);
}

guint
tf_test_mode (const char *path)
{
  return tf_test_system_mode (path);
}

gboolean
tf_test_exists (const char *path)
{
  GStatBuf st;

  if (g_lstat (path, &st) == 0)
    return TRUE;
  g_assert_cmpint (errno, ==, ENOENT);
  return FALSE;
}

gboolean
tf_test_mentions (const char *message,
                  const char *path)
{
  g_autofree char *flat = g_strdelimit (g_strdup (message), G_DIR_SEPARATOR_S, '/');
  g_autofree char *flat_path = g_strdelimit (g_strdup (path), G_DIR_SEPARATOR_S, '/');

  return strstr (flat, flat_path) != NULL;
}

guint
tf_test_count_fds (void)
{
  g_autoptr (GHashTable) fds = tf_test_system_list_fds ();

  return g_hash_table_size (fds);
}

static gboolean
same_fds (GHashTable *before,
          GString    *difference)
{
  g_autoptr (GHashTable) now = tf_test_system_list_fds ();
  GHashTableIter iter;
  gpointer fd;
  gpointer target;

  g_string_truncate (difference, 0);
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &fd, &target))
    if (g_strcmp0 (target, g_hash_table_lookup (before, fd)) != 0)
      g_string_append_printf (difference, " +%d (%s)", GPOINTER_TO_INT (fd), (char *) target);
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &fd, &target))
    if (!g_hash_table_contains (now, fd))
      g_string_append_printf (difference, " -%d (%s)", GPOINTER_TO_INT (fd), (char *) target);
  return difference->len == 0;
}

/* A worker may drop its last reference a moment after the result was delivered. */
static gboolean
settle_fds (GHashTable *before,
            GString    *difference)
{
  gint64 deadline = g_get_monotonic_time () + SETTLE_TIME;

  while (!same_fds (before, difference))
    {
      if (g_get_monotonic_time () > deadline)
        return FALSE;
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  return TRUE;
}

static gboolean
folder_is_empty (const char *path,
                 GString    *difference)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_string_truncate (difference, 0);
  if (dir == NULL)
    {
      g_string_append (difference, " the folder itself is gone");
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    g_string_append_printf (difference, " “%s”", name);
  g_dir_close (dir);
  return difference->len == 0;
}

void
tf_test_empty (const char *path)
{
  g_assert_no_errno (tf_test_system_remove (path, FALSE));
}

/* --- running ----------------------------------------------------------------------------- */

static void
begin_test (void)
{
  test_dir = g_strdup_printf ("%s" G_DIR_SEPARATOR_S "t%u", program_dir, ++n_tests);
  if (g_mkdir (test_dir, 0700) < 0)
    g_error ("%s: %s", test_dir, g_strerror (errno));
  test_paths = g_ptr_array_new_with_free_func (g_free);
  tf_test_system_set_dir (test_dir);
  forget_temp_dir ();
}

static void
end_test (void)
{
  tf_test_assert_expected ();
  tf_test_system_set_dir (program_dir);
  forget_temp_dir ();
  tf_test_system_remove (test_dir, TRUE);
  tf_test_system_unshare ();
  g_clear_pointer (&test_paths, g_ptr_array_unref);
  g_clear_pointer (&test_dir, g_free);
}

static void
run_cb (gconstpointer data)
{
  const Test *test = data;
  g_autoptr (GString) difference = g_string_new (NULL);
  g_autoptr (GHashTable) before = NULL;

  if (test->exception != NULL)
    {
      g_test_skip (test->exception);
      return;
    }
  begin_test ();
  before = tf_test_system_list_fds ();
  if (test->func != NULL)
    test->func ();
  else
    test->data_func (test->data);
  if (!settle_fds (before, difference))
    g_test_fail_printf ("descriptors differ:%s", difference->str);
  if (!folder_is_empty (test_dir, difference))
    g_test_fail_printf ("the test left something:%s", difference->str);
  end_test ();
}

static void
free_cb (gpointer data)
{
  Test *test = data;

  g_free (test->exception);
  g_free (test);
}

/* Lines of the list are "what: reason"; here the path of a test counts, in which stars are. */
static char *
find_exception (const char *name)
{
  const char *path = g_getenv ("TF_TEST_EXCEPTIONS");
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (path == NULL)
    return NULL;
  if (!g_file_get_contents (path, &contents, NULL, NULL))
    g_error ("%s cannot be read", path);
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *colon = strstr (lines[i], ": ");

      if (lines[i][0] != '/' || colon == NULL)
        continue;
      *colon = '\0';
      if (g_pattern_match_simple (lines[i], name))
        return g_strdup (g_strchomp (colon + 2));
    }
  return NULL;
}

static void
add (const char    *name,
     Test          *test)
{
  if (tf_test_system_child_dir () != NULL)
    {
      free_cb (test);
      return;
    }
  test->exception = find_exception (name);
  g_test_add_data_func_full (name, test, run_cb, free_cb);
}

void
tf_test_add (const char *name,
             void      (*func) (void))
{
  Test *test = g_new0 (Test, 1);

  test->func = func;
  add (name, test);
}

void
tf_test_add_data (const char    *name,
                  gconstpointer  data,
                  void         (*func) (gconstpointer))
{
  Test *test = g_new0 (Test, 1);

  test->data_func = func;
  test->data = data;
  add (name, test);
}

int
tf_test_run (void)
{
  g_autoptr (GString) difference = NULL;
  int status;

  if (tf_test_system_child_dir () != NULL)
    {
      test_dir = program_dir;
      test_paths = g_ptr_array_new_with_free_func (g_free);
      tf_test_system_run_child ();
    }
  status = g_test_run ();
  difference = g_string_new (NULL);
  if (!folder_is_empty (program_dir, difference))
    {
      g_printerr ("left in the program's folder:%s\n", difference->str);
      status = 1;
    }
  tf_test_system_remove (program_dir, TRUE);
  g_clear_pointer (&program_dir, g_free);
  return status;
}

const char *
tf_test_dir (void)
{
  g_assert_nonnull (test_dir);
  return test_dir;
}

const char *
tf_test_path (const char *name)
{
  char *path = g_strconcat (tf_test_dir (), G_DIR_SEPARATOR_S, name, NULL);

  g_strdelimit (path, "/", G_DIR_SEPARATOR);

  g_mutex_lock (&test_paths_lock);
  g_ptr_array_add (test_paths, path);
  g_mutex_unlock (&test_paths_lock);
  return path;
}

guint
tf_test_scale (guint quick,
               guint normal,
               guint slow)
{
  if (g_strcmp0 (g_getenv ("TF_TEST_QUICK"), "1") == 0)
    return quick;
  return g_strcmp0 (g_getenv ("TF_TEST_SLOW"), "1") == 0 ? slow : normal;
}

guint
tf_test_step (guint quick,
              guint normal,
              guint slow)
{
  guint step = tf_test_scale (quick, normal, slow);

#ifdef G_OS_WIN32
  if (g_strcmp0 (g_getenv ("TF_TEST_QUICK"), "1") == 0)
    step *= WINE_STEP;
#endif
  return step;
}

gboolean
tf_test_kinds_are_listed (void)
{
  const char *denied = g_getenv ("TF_TEST_DENY");

  return denied == NULL || strstr (denied, "d_type") == NULL;
}

gboolean
tf_test_go_on (guint  done,
               guint  rounds,
               gint64 begun)
{
  if (done >= rounds)
    return FALSE;
  return done <= rounds / 10 || g_get_monotonic_time () < begun + ENOUGH ||
         g_strcmp0 (g_getenv ("TF_TEST_SLOW"), "1") == 0;
}

gboolean
tf_test_skip_is_listed (const char *what)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR") ?: ".", "skips.txt", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &contents, NULL, NULL))
    return FALSE;
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], what) && lines[i][strlen (what)] == ':')
      return TRUE;
  return FALSE;
}

/* --- waiting ----------------------------------------------------------------------------- */

void
tf_test_wait (gboolean *flag)
{
  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
}

void
tf_test_store_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      data)
{
  GAsyncResult **place = data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

void
tf_test_wait_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}
