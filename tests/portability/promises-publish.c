/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The promise on publishing: 12. */

#include "promises.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#define RECORD 4096
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

static TfTemporaryFile *
new_of_kind (gboolean anonymous)
{
  return make_file_or_refuse ("anonymous", anonymous, NULL);
}

/* The mode that a published file has here. */
static void
check_mode (const char *path,
            guint       wanted)
{
  guint mode = tf_test_mode (path);

  if (mode == wanted)
    return;
  g_assert_true (place_lacks ("modes"));
  promise_weaker ("the mode of what is published is the mount's");
}

static gboolean
persist (TfTemporaryFile *file,
         const char      *path,
         TfPersistFlags   flags)
{
  g_autoptr (GFile) destination = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  struct stat before, after;
  goffset cursor = g_seekable_tell (G_SEEKABLE (file));

  g_assert_no_errno (fstat (tf_temporary_file_get_fd (file), &before));
  if (tf_temporary_file_persist (file, destination, flags, NULL, &error))
    {
      g_assert_no_errno (lstat (path, &after));
      if (after.st_ino != before.st_ino)
        promise_weaker ("a file without a name is published as a copy");
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, cursor);
      return TRUE;
    }
  promise_refused (flags == TF_PERSIST_NONE ? "publishing where nothing must be replaced"
                                            : "publishing over a file", &error);
  /* The object goes on. */
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (file)), ==, cursor);
  assert_content (file, place_text ("new"));
  return FALSE;
}

/* --- one of each ------------------------------------------------------------------------- */

static void
check_new_name (gboolean anonymous)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (anonymous);
  const char *path = tf_test_path ("published");
  mode_t mask = umask (022);

  umask (mask);
  if (file == NULL || !put_or_refuse (file, place_text ("new")))
    return;
  if (!persist (file, path, TF_PERSIST_NONE))
    {
      g_assert_false (tf_test_exists (path));
      return;
    }
  check_mode (path, 0666 & ~mask);
  close_ok (file);
  g_clear_object (&file);
  tf_cleanup_all ();
  place_mode (path, 0600);
  assert_file (path, place_text ("new"));
  remove_file (path);
}

static void
check_over_file (gboolean anonymous)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (anonymous);
  g_autoptr (GError) error = NULL;
  const char *path = tf_test_path ("old");
  g_autoptr (GFile) destination = g_file_new_for_path (path);

  if (file == NULL || !put_or_refuse (file, place_text ("new")))
    return;
  place_file (path, "old");
  place_mode (path, 0640);
  g_assert_false (tf_temporary_file_persist (file, destination, TF_PERSIST_NONE, NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_EXISTS, path);
  assert_file (path, place_text ("old"));
  if (persist (file, path, TF_PERSIST_REPLACE))
    {
      assert_file (path, place_text ("new"));
      check_mode (path, 0640);
    }
  else
    assert_file (path, place_text ("old"));
  g_assert_no_errno (remove (path));
}

static void
check_given (void)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (TRUE);
  g_autofree char *path = g_strdup (place_given ("old"));

  if (path == NULL || file == NULL)
    return;
  assert_file (path, "of the lower layer");
  g_assert_true (put_or_refuse (file, "new"));
  if (persist (file, path, TF_PERSIST_REPLACE))
    assert_file (path, "new");
}

/* --- at every instant -------------------------------------------------------------------- */

static void
publish_for_ever (gpointer data)
{
  g_autoptr (GFile) destination = g_file_new_for_path (tf_test_path ("record"));
  char record[RECORD];

  g_assert_no_errno (prctl (PR_SET_PDEATHSIG, SIGKILL));
  for (guint i = 0; ; i++)
    {
      g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, NULL);

      memset (record, 'a' + i % 26, sizeof record);
      g_assert_cmpint (tf_temporary_file_write (file, record, sizeof record, NULL, NULL), ==,
                       sizeof record);
      g_assert_true (tf_temporary_file_persist (file, destination, TF_PERSIST_REPLACE, NULL, NULL));
    }
}

/* Whole, and of one kind. libfuse moves a file that somebody has open out of the way before it
 * renames another over it, and NFS knows nothing of who has it open. */
static char
read_record (void)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  gsize length;

  while (!g_file_get_contents (tf_test_path ("record"), &contents, &length, &error)
         && place_lacks ("atomic-rename") && g_get_monotonic_time () < deadline)
    g_clear_error (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, RECORD);
  for (gsize i = 1; i < length; i++)
    g_assert_cmpint (contents[i], ==, contents[0]);
  return contents[0];
}

static void
watch_and_kill (gint64 duration)
{
  int pid = tf_test_fork (publish_for_ever, NULL);
  gint64 begun = g_get_monotonic_time ();
  char first = read_record ();
  gboolean changed = FALSE;
  int status;

  while (g_get_monotonic_time () < begun + duration || !changed)
    {
      changed |= read_record () != first;
      g_assert_cmpint (g_get_monotonic_time (), <, begun + PATIENCE);
      g_assert_cmpint (waitpid (pid, &status, WNOHANG), ==, 0);
    }
  g_assert_no_errno (kill (pid, SIGKILL));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmphex (status, ==, SIGKILL);
  read_record ();
}

/* An intermediate as a kill leaves it: whoever is killed can be anywhere, so it is made by hand. */
static void
check_leftover (void)
{
  g_autoptr (GError) error = NULL;
  const char *leftover = tf_test_path (".tf-abcdefgh~");
  int n;

  place_file (leftover, "half of it");
  n = tf_sweep_orphans (NULL, "p-", 0, NULL, &error);
  if (n >= 1)
    {
      g_assert_false (tf_test_exists (leftover));
      return;
    }
  promise_weaker (error != NULL ? "what a kill left of publishing is not swept, with an error"
                                : "what a kill left of publishing is not swept");
  remove_file (leftover);
}

/* Where a file without a name has one for a moment a kill can leave it, and nobody sweeps it. */
static void
remove_strays (gboolean nameless)
{
  GDir *dir = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      /* The last two go when the file is closed. */
      if (strcmp (name, "record") == 0 || g_str_has_prefix (name, ".fuse_hidden")
          || g_str_has_prefix (name, ".nfs"))
        continue;
      g_assert_true (!nameless || g_str_has_prefix (name, ".tf-"));
      remove_file (tf_test_path (name));
    }
  g_dir_close (dir);
}

static void
check_instants (void)
{
  g_autoptr (TfTemporaryFile) file = new_of_kind (TRUE);
  g_autofree char *first = g_strnfill (RECORD, 'A');

  if (file == NULL || place_lacks ("space"))
    return;
  place_file (tf_test_path ("record"), first);
  if (place_lacks ("atomic-rename"))
    promise_weaker ("a file that is replaced while it is read can be gone for a moment");
  for (guint i = 0; i < tf_test_scale (2, 4, 60); i++)
    watch_and_kill (g_random_int_range (1000, 20 * 1000));
  remove_strays ((fcntl (tf_temporary_file_get_fd (file), F_GETFL) & O_TMPFILE) == O_TMPFILE);
  remove_file (tf_test_path ("record"));
}

void
promise_publish (void)
{
  for (gboolean anonymous = FALSE; anonymous <= TRUE; anonymous++)
    {
      check_new_name (anonymous);
      check_over_file (anonymous);
    }
  check_given ();
  check_leftover ();
  check_instants ();
}
