/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which of its promises the library keeps in the place where this runs: one row for each, through
 * the public interface only. What each row may say is in expected.txt; legs.py makes the places and
 * compares.
 *
 * In the environment: TF_PROMISES_LACKS (a list), TF_PROMISES_GIVEN (a folder with things that were
 * put there, as of a lower layer), and what promises-unix.c has. */

#include "promises.h"

#include <glib/gstdio.h>

#include <sys/wait.h>

#define PATIENCE 5000   /* milliseconds */

typedef struct
{
  guint number;
  const char *name;
  void (*func) (void);
} Promise;

static const Promise promises[] = {
  { 1, "private", promise_private },
  { 2, "names", promise_names },
  { 3, "anonymous", promise_anonymous },
  { 4, "cursor", promise_cursor },
  { 5, "spool", promise_spool },
  { 6, "identity", promise_identity },
  { 7, "tree", promise_tree },
  { 8, "twice", promise_twice },
  { 9, "fork", promise_fork },
  { 10, "exit", promise_exit },
  { 11, "lease", promise_lease },
  { 12, "publish", promise_publish },
  { 13, "manners", promise_manners },
  { 14, "bad-input", promise_bad_input },
};

Things things;
static GPtrArray *findings;

/* --- the rows ---------------------------------------------------------------------------- */

static void
note (char *finding)
{
  for (guint i = 0; i < findings->len; i++)
    {
      if (strcmp (findings->pdata[i], finding) == 0)
        {
          g_free (finding);
          return;
        }
    }
  g_ptr_array_add (findings, finding);
}

void
promise_weaker (const char *what)
{
  note (g_strconcat ("weaker: ", what, NULL));
}

/* The codes that a kernel, a sandbox or a file system can be behind. */
static gboolean
is_refusal (const GError *error)
{
  static const int codes[] = {
    G_IO_ERROR_FAILED,   /* EFBIG has no code of its own */
    G_IO_ERROR_NOT_SUPPORTED,
    G_IO_ERROR_NO_SPACE,
    G_IO_ERROR_PERMISSION_DENIED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_IO_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

void
promise_refused (const char  *what,
                 GError     **error)
{
  const char *reason;

  g_assert_nonnull (*error);
  if (!is_refusal (*error)
      || (strchr ((*error)->message, '/') == NULL
          /* What has no path is called so. */
          && strstr ((*error)->message, "temporary file") == NULL))
    g_error ("%s: not what a system refuses: %s", what, (*error)->message);
  reason = strrchr ((*error)->message, ':');
  note (g_strdup_printf ("refused: %s (%s)", what,
                         reason != NULL ? reason + 2 : (*error)->message));
  g_clear_error (error);
}

/* The file system hides what was deleted while it was open, and takes it away a moment after it was
 * closed. */
static void
settle_hidden (void)
{
  for (guint i = 0; i < PATIENCE && count_left () < tf_test_count_entries (tf_test_dir ()); i++)
    g_usleep (1000);
}

static void
run_promise (gconstpointer data)
{
  const Promise *promise = data;
  g_autofree char *row = NULL;

  findings = g_ptr_array_new_with_free_func (g_free);
  /* Not where the library would rather go: its search tries to write first. */
  g_assert_true (tf_set_temp_dir (tf_test_dir (), NULL));
  place_enter ();
  promise->func ();
  place_leave ();
  settle_hidden ();
  g_ptr_array_add (findings, NULL);
  row = findings->len > 1 ? g_strjoinv ("; ", (char **) findings->pdata) : g_strdup ("kept");
  g_test_message ("promise %u: %s", promise->number, row);
  g_clear_pointer (&findings, g_ptr_array_unref);
}

/* --- the place --------------------------------------------------------------------------- */

gboolean
place_lacks (const char *what)
{
  g_auto (GStrv) list = g_strsplit (g_getenv ("TF_PROMISES_LACKS") ?: "", ",", -1);

  return g_strv_contains ((const char *const *) list, what);
}

const char *
place_given (const char *name)
{
  static char *path;
  const char *given = g_getenv ("TF_PROMISES_GIVEN");

  g_free (path);
  path = given != NULL ? g_build_filename (given, name, NULL) : NULL;
  return path;
}

const char *
place_text (const char *text)
{
  return place_lacks ("space") ? "" : text;
}

/* --- objects ----------------------------------------------------------------------------- */

TfTemporaryFile *
make_file_or_refuse (const char *first_property,
                     ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;
  GObject *made;

  va_start (args, first_property);
  made = g_initable_new_valist (TF_TYPE_TEMPORARY_FILE, first_property, args, NULL, &error);
  va_end (args);
  if (made == NULL)
    promise_refused ("a file", &error);
  return (TfTemporaryFile *) made;
}

TfTemporaryDirectory *
make_folder_or_refuse (void)
{
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *made = tf_temporary_directory_new (NULL, "p-", NULL, NULL, &error);

  if (made == NULL)
    promise_refused (promise_folder (), &error);
  return made;
}

gboolean
put_or_refuse (TfTemporaryFile *file,
               const char      *text)
{
  g_autoptr (GError) error = NULL;
  gssize length = (gssize) strlen (text);
  goffset before = g_seekable_tell (G_SEEKABLE (file));
  goffset size = tf_temporary_file_get_size (file);
  gssize done = tf_temporary_file_write (file, text, strlen (text), NULL, &error);

  if (done == length && g_output_stream_flush (
                          g_io_stream_get_output_stream (G_IO_STREAM (file)), NULL, &error))
    {
      g_assert_cmpint (tf_temporary_file_get_size (file), ==, size + length);
      return TRUE;
    }
  g_assert_true (place_lacks ("space"));
  /* What was not written is either refused or still there. */
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, before + MAX (done, 0));
  promise_refused ("writing", &error);
  return FALSE;
}

void
make_things (void)
{
  things.file = make_file_or_refuse ("anonymous", FALSE, NULL);
  things.dir = make_folder_or_refuse ();
  if (things.dir != NULL)
    {
      g_autofree char *inside = g_build_filename (tf_temporary_directory_get_path (things.dir),
                                                  "inside", NULL);

      place_file (inside, "text");
    }
}

void
drop_things (void)
{
  g_clear_object (&things.file);
  g_clear_object (&things.dir);
}

guint
count_things (void)
{
  return (things.file != NULL) + (things.dir != NULL);
}

/* --- what is seen of them ---------------------------------------------------------------- */

void
assert_name (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  g_assert_true (g_str_has_prefix (name, "p-") && g_str_has_suffix (name, ".s"));
  g_assert_cmpuint (strlen (name), ==, strlen ("p-????????.s"));
  for (guint i = 2; i < 10; i++)
    g_assert_true (g_ascii_islower (name[i]) || g_ascii_isdigit (name[i]) || name[i] == '_');
}

static gboolean
is_left (const char *name)
{
  return !g_str_has_prefix (name, ".nfs") && !g_str_has_prefix (name, ".fuse_hidden")
         && !tf_test_is_hidden (name);
}

guint
count_left (void)
{
  GDir *dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += is_left (name);
  g_dir_close (dir);
  return n;
}

int
end_of_child (void   (*func) (gpointer data),
              gpointer data)
{
  int pid = tf_test_fork (func, data);
  int status;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

/* --- all of it --------------------------------------------------------------------------- */

int
main (int    argc,
      char **argv)
{
  place_prepare (argc, argv);
  tf_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    {
      g_autofree char *name = g_strdup_printf ("/promises/%02u-%s", promises[i].number,
                                               promises[i].name);

      tf_test_add_data (name, &promises[i], run_promise);
    }
  return tf_test_run ();
}
