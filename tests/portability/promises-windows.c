/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promises that are looked after otherwise on Windows: 1, 3, 6 to 13. There the system itself
 * keeps others from a name as long as the file is open, and a child is this program, run anew. */

#include "promises.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

#define OPTION "--child"
#define N_NAMES 64
#define DEPTH 40
#define WIDTH 40
#define RECORD 4096
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

/* --- the place --------------------------------------------------------------------------- */

static void
publish_for_ever (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "record", NULL);
  g_autoptr (GFile) destination = g_file_new_for_path (path);
  char record[RECORD];

  for (guint i = 0; ; i++)
    {
      g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      memset (record, 'a' + i % 26, sizeof record);
      g_assert_cmpint (tf_temporary_file_write (file, record, sizeof record, NULL, NULL), ==,
                       sizeof record);
      tf_temporary_file_persist (file, destination, TF_PERSIST_REPLACE, NULL, &error);
      /* Somebody may be just reading it. */
      g_assert_true (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
    }
}

static void
run_child (const char *what,
           const char *folder)
{
  g_autofree char *ready = g_build_filename (folder, "ready", NULL);

  g_assert_true (tf_set_temp_dir (folder, NULL));
  if (strcmp (what, "publish") == 0)
    publish_for_ever (folder);
  if (strcmp (what, "anonymous") == 0)
    g_assert_cmpint (tf_open_anonymous (NULL, NULL), >, 2);
  else if (strcmp (what, "living-empty") == 0)
    things.dir = make_folder_or_refuse ();
  else
    make_things ();
  if (strcmp (what, "exit") == 0)
    exit (7);
  if (strcmp (what, "cleanup") == 0)
    {
      tf_cleanup_all ();
      TerminateProcess (GetCurrentProcess (), 9);
    }
  if (strcmp (what, "living") == 0)
    g_clear_object (&things.file);
  g_assert_no_errno (g_mkdir (ready, 0700));
  Sleep (INFINITE);
}

void
place_prepare (int    argc,
               char **argv)
{
  if (argc == 4 && strcmp (argv[1], OPTION) == 0)
    run_child (argv[2], argv[3]);
}

void
place_enter (void)
{
}

void
place_leave (void)
{
}

const char *
promise_folder (void)
{
  return "a folder";
}

void
place_folder (const char *path,
              guint       mode)
{
  g_assert_no_errno (g_mkdir (path, (int) mode));
}

void
place_file (const char *path,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static HANDLE
start_child (const char *what)
{
  g_autofree char *line = g_strdup_printf ("promises " OPTION " %s \"%s\"", what, tf_test_dir ());
  g_autofree wchar_t *wide = g_utf8_to_utf16 (line, -1, NULL, NULL, NULL);
  STARTUPINFOW startup = { .cb = sizeof startup };
  PROCESS_INFORMATION process;
  wchar_t program[MAX_PATH + 1];

  g_assert_cmpuint (GetModuleFileNameW (NULL, program, G_N_ELEMENTS (program)), >, 0);
  g_assert_true (CreateProcessW (program, wide, NULL, NULL, TRUE, 0, NULL, NULL, &startup,
                                 &process));
  CloseHandle (process.hThread);
  return process.hProcess;
}

static HANDLE
start_ready_child (const char *what)
{
  HANDLE child = start_child (what);
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (g_rmdir (tf_test_path ("ready")) != 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (1000);
    }
  return child;
}

static DWORD
end_of (HANDLE child)
{
  DWORD status = 1;

  g_assert_cmpuint (WaitForSingleObject (child, 30000), ==, WAIT_OBJECT_0);
  g_assert_true (GetExitCodeProcess (child, &status));
  CloseHandle (child);
  return status;
}

static void
kill_child (HANDLE child)
{
  g_assert_true (TerminateProcess (child, 9));
  g_assert_cmpuint (end_of (child), ==, 9);
}

/* All entries of the test's folder, those too that nobody is told of. */
static guint
count_all (void)
{
  GDir *dir = g_dir_open (tf_test_dir (), 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

/* The system takes away what a process had a moment after its end. */
static void
wait_for_count (guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (count_all () != wanted && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  g_assert_cmpuint (count_all (), ==, wanted);
}

/* --- 1: access, handles, names ----------------------------------------------------------- */

static void
check_descriptor (int fd)
{
  DWORD flags = HANDLE_FLAG_INHERIT;

  g_assert_cmpint (fd, >, 2);
  g_assert_true (GetHandleInformation ((HANDLE) _get_osfhandle (fd), &flags));
  g_assert_cmpuint (flags & HANDLE_FLAG_INHERIT, ==, 0);
}

static void
check_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autofree char *path = tf_mkdtemp (NULL, "p-", ".s", &error);

  g_assert_no_error (error);
  g_assert_cmphex (tf_test_mode (tf_temporary_directory_get_path (dir)), ==, 01700);
  check_descriptor (tf_temporary_directory_get_fd (dir));
  assert_name (path);
  g_assert_cmphex (tf_test_mode (path), ==, 0700);
  g_assert_no_errno (g_rmdir (path));
}

void
promise_private (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (TfTemporaryFile) named = make_file_or_refuse ("anonymous", FALSE, "prefix", "p-",
                                                          "suffix", ".s", NULL);
  g_autoptr (TfTemporaryFile) anonymous = make_file_or_refuse (NULL, NULL);
  g_autoptr (GError) error = NULL;

  assert_name (tf_temporary_file_get_path (named));
  g_assert_cmphex (tf_test_mode (tf_temporary_file_get_path (named)), ==, 0600);
  check_descriptor (tf_temporary_file_get_fd (named));
  check_descriptor (tf_temporary_file_get_fd (anonymous));
  check_folder ();
  for (guint i = 0; i < N_NAMES; i++)
    {
      char *path;
      int fd = tf_mkstemp (NULL, "p-", ".s", &path, &error);

      g_assert_no_error (error);
      check_descriptor (fd);
      assert_name (path);
      g_assert_cmphex (tf_test_mode (path), ==, 0600);
      close (fd);
      remove_file (path);
      g_assert_true (g_hash_table_add (seen, path));
    }
}

/* --- 3: no name --------------------------------------------------------------------------- */

void
promise_anonymous (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse (NULL, NULL);
  HANDLE child;

  g_assert_null (tf_temporary_file_get_path (file));
  g_assert_cmpuint (count_left (), ==, 0);
  if (count_all () == 1)
    promise_weaker ("it has a hidden name until it is closed");
  g_clear_object (&file);
  wait_for_count (0);
  child = start_ready_child ("anonymous");
  kill_child (child);
  wait_for_count (0);
}

/* --- 6: only what it made ---------------------------------------------------------------- */

/* Somebody puts a file under the name; TRUE where the system lets him. */
static gboolean
take_name (const char *path)
{
  const char *foreign = tf_test_path ("foreign");

  place_file (foreign, "of somebody else");
  if (g_rename (foreign, path) == 0)
    return TRUE;
  remove_file (foreign);
  return FALSE;
}

static void
check_foreign (gboolean delete_on_close)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", FALSE, "delete-on-close",
                                                         delete_on_close, NULL);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autoptr (GError) error = NULL;
  gboolean taken;

  if (!delete_on_close)
    close_ok (file);
  taken = take_name (path);
  if (delete_on_close)
    g_assert_cmpint (g_io_stream_close (G_IO_STREAM (file), NULL, &error), ==, !taken);
  else
    g_assert_cmpint (tf_temporary_file_delete (file, NULL, &error), ==, !taken);
  g_clear_object (&file);
  tf_cleanup_all ();
  g_assert_cmpint (tf_test_exists (path), ==, taken);
  if (taken)
    {
      assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, path);
      assert_file (path, "of somebody else");
      remove_file (path);
    }
}

/* Windows tells where a folder is now; wine 8 tells the name by which it was opened. */
static void
check_folder_moved (void)
{
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;
  const char *moved = tf_test_path ("moved");

  g_assert_no_errno (g_rename (tf_temporary_directory_get_path (dir), moved));
  if (!tf_temporary_directory_cleanup (dir, NULL, &error))
    assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_temporary_directory_get_path (dir));
  if (tf_test_exists (moved))
    {
      promise_weaker ("a folder that was renamed is left");
      g_assert_no_errno (g_rmdir (moved));
    }
}

void
promise_identity (void)
{
  g_autofree char *folder = g_get_current_dir ();
  g_autoptr (TfTemporaryFile) file = NULL;
  g_autofree char *path = NULL;

  check_foreign (TRUE);
  check_foreign (FALSE);
  check_folder_moved ();
  g_assert_no_errno (g_chdir (tf_test_dir ()));
  file = make_file_or_refuse ("anonymous", FALSE, NULL);
  g_assert_no_errno (g_chdir (folder));
  path = g_strdup (tf_temporary_file_get_path (file));
  close_ok (file);
  g_assert_false (tf_test_exists (path));
}

/* --- 7: a tree --------------------------------------------------------------------------- */

/* Deep, wide, and with a file that may not be written. */
static void
grow (const char *root)
{
  g_autoptr (GString) path = g_string_new (root);

  place_folder (root, 0700);
  for (guint i = 0; i < WIDTH; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/%u", root, i);

      place_file (file, "x");
      if (i == 0)
        g_assert_no_errno (g_chmod (file, 0400));
    }
  for (guint i = 0; i < DEPTH; i++)
    {
      g_string_append (path, "/d");
      place_folder (path->str, 0700);
    }
  g_string_append (path, "/file");
  place_file (path->str, "x");
}

static void
check_tree (const char *path)
{
  g_autoptr (GError) error = NULL;

  tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

/* With a link out of it, which this program cannot make everywhere. Windows removes the link; that
 * of Unix below wine is left, for wine 8 would delete what it leads to. */
static void
check_given (void)
{
  g_autofree char *canary = g_strdup (place_given ("outside/canary"));
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_test_exists (place_given ("tree/link/canary")));
  if (!tf_remove_tree (place_given ("tree"), TF_REMOVE_NONE, NULL, NULL, NULL, &error))
    {
      g_assert_true (tf_test_mentions (error->message, "link"));
      promise_weaker ("a link is left, with an error");
      g_assert_false (tf_test_exists (place_given ("tree/below")));
    }
  g_assert_true (tf_test_exists (canary));
}

void
promise_tree (void)
{
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;
  g_autofree char *inside = g_build_filename (tf_temporary_directory_get_path (dir), "tree", NULL);

  grow (tf_test_path ("tree"));
  check_tree (tf_test_path ("tree"));
  check_given ();
  grow (inside);
  tf_temporary_directory_cleanup (dir, NULL, &error);
  g_assert_no_error (error);
}

/* --- 8: twice, and again after a failure ------------------------------------------------- */

static void
check_failure (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", FALSE, NULL);
  g_autofree char *path = g_strdup (tf_temporary_file_get_path (file));
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  /* Without sharing the right to delete. */
  HANDLE other = CreateFileW (wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);

  if (other == INVALID_HANDLE_VALUE)
    g_error ("%s: error %lu", path, GetLastError ());
  g_assert_false (g_io_stream_close (G_IO_STREAM (file), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_BUSY, path);
  g_assert_true (tf_test_exists (path));
  CloseHandle (other);
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

void
promise_twice (void)
{
  g_autoptr (TfTemporaryFile) file = make_file_or_refuse ("anonymous", FALSE, NULL);
  g_autoptr (TfTemporaryDirectory) dir = make_folder_or_refuse ();
  g_autoptr (GError) error = NULL;

  close_ok (file);
  close_ok (file);
  g_assert_true (tf_temporary_file_delete (file, NULL, &error));
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
  g_object_run_dispose (G_OBJECT (file));
  g_object_run_dispose (G_OBJECT (dir));
  tf_cleanup_all ();
  check_failure ();
}

/* --- 9 to 11: children, exit, the lease -------------------------------------------------- */

/* No process forks here; a child is another program. */
void
promise_fork (void)
{
  make_things ();
  g_assert_cmpuint (end_of (start_child ("exit")), ==, 7);
  wait_for_count (2);
  drop_things ();
}

void
promise_exit (void)
{
  g_assert_cmpuint (end_of (start_child ("exit")), ==, 7);
  wait_for_count (0);
  g_assert_cmpuint (end_of (start_child ("cleanup")), ==, 9);
  wait_for_count (0);
}

static int
sweep (void)
{
  g_autoptr (GError) error = NULL;
  int n = tf_sweep_orphans (NULL, "p-", 0, NULL, &error);

  g_assert_no_error (error);
  return n;
}

void
promise_lease (void)
{
  for (guint full = 0; full < 2; full++)
    {
      HANDLE child = start_ready_child (full ? "living" : "living-empty");

      g_assert_cmpint (sweep (), ==, 0);
      g_assert_cmpuint (count_all (), ==, 1);
      kill_child (child);
      g_assert_cmpint (sweep (), ==, 1);
      g_assert_cmpuint (count_all (), ==, 0);
    }
}

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
  gint64 begun = g_get_monotonic_time ();
  HANDLE child;

  place_file (tf_test_path ("record"), text);
  child = start_child ("publish");
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
  kill_child (child);
  read_record ();
  remove_file (tf_test_path ("record"));
  /* What the kill left of publishing. */
  sweep ();
  wait_for_count (0);
}

void
promise_publish (void)
{
  for (guint i = 0; i < 4; i++)
    check_publish ((i & 1) != 0, (i & 2) != 0);
  check_instants ();
}

/* --- 13: manners ------------------------------------------------------------------------- */

static gpointer
drop_in_thread (gpointer data)
{
  drop_things ();
  wait_for_count (0);
  return NULL;
}

/* What the library says meanwhile: nothing. */
void
promise_manners (void)
{
  int kept = dup (2), ends[2];
  DWORD said = 1;

  g_assert_no_errno (_pipe (ends, 4096, O_BINARY | O_NOINHERIT));
  g_assert_no_errno (dup2 (ends[1], 2));
  make_things ();
  drop_things ();
  g_assert_cmpuint (count_all (), ==, 0);
  make_things ();
  g_object_run_dispose (G_OBJECT (things.file));
  g_object_run_dispose (G_OBJECT (things.dir));
  g_assert_cmpuint (count_all (), ==, 0);
  drop_things ();
  make_things ();
  g_thread_join (g_thread_new ("drop", drop_in_thread, NULL));
  g_assert_no_errno (dup2 (kept, 2));
  g_assert_true (PeekNamedPipe ((HANDLE) _get_osfhandle (ends[0]), NULL, 0, NULL, &said, NULL));
  g_assert_cmpuint (said, ==, 0);
  close (kept);
  close (ends[0]);
  close (ends[1]);
}
