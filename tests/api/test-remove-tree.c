/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* tf_remove_tree() and its forms as a program calls them: paths and files, flags, progress, and the
 * worker thread. What is refused and how a tree is walked is tested in tests/core. */

#include <libtmpfile.h>

#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with `n` folders of `n` files each: n * (n + 1) entries. */
static const char *
make_tree (guint n)
{
  const char *path = tf_test_path ("tree");

  g_assert_no_errno (g_mkdir (path, 0700));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/%u", path, i);

      g_assert_no_errno (g_mkdir (folder, 0700));
      for (guint j = 0; j < n; j++)
        {
          g_autofree char *file = g_strdup_printf ("%s/%u", folder, j);

          g_assert_true (g_file_set_contents (file, "x", 1, NULL));
        }
    }
  return path;
}

/* --- in the calling thread ----------------------------------------------------------------- */

typedef struct
{
  GThread *thread;
  guint calls;
  goffset last;
  goffset total;
  gboolean destroyed;
  gboolean done;
} Figures;

static void
progress_cb (goffset  removed,
             goffset  total,
             gpointer data)
{
  Figures *figures = data;

  g_assert_true (g_thread_self () == figures->thread);
  g_assert_false (figures->destroyed);
  g_assert_cmpint (removed, >=, figures->last);
  figures->calls++;
  figures->last = removed;
  figures->total = total;
}

static void
test_path (void)
{
  static const TfRemoveFlags flags[] = { TF_REMOVE_NONE, TF_REMOVE_PARALLEL };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      const char *path = make_tree (20);
      Figures figures = { g_thread_self (), };
      g_autoptr (GError) error = NULL;

      g_assert_true (tf_remove_tree (path, flags[i], NULL, progress_cb, &figures, &error));
      g_assert_no_error (error);
      g_assert_false (tf_test_exists (path));
      g_assert_cmpint (figures.last, ==, 420);
      g_assert_cmpint (figures.total, ==, 420);
      g_assert_cmpuint (figures.calls, >, 1);
    }
}

static void
test_contents_only (void)
{
  const char *path = make_tree (3);
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_remove_tree (path, TF_REMOVE_CONTENTS_ONLY | TF_REMOVE_PARALLEL, NULL, NULL,
                                 NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_count_entries (path), ==, 0);
  g_assert_no_errno (g_rmdir (path));
}

static void
test_file (void)
{
  g_autoptr (GFile) tree = g_file_new_for_path (make_tree (3));
  g_autoptr (GFile) remote = g_file_new_for_uri ("sftp://example.org/tree");
  g_autoptr (GFile) here = g_file_new_for_path (".");
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_remove_tree_file (remote, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "sftp://example.org/tree"));
  g_clear_error (&error);

  g_assert_false (tf_remove_tree_file (here, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_true (tf_remove_tree_file (tree, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_remove_tree_file (tree, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* A GFile for `link/` is the link. */
static void
test_file_of_link (void)
{
  const char *tree = make_tree (1);
  g_autofree char *behind = g_strconcat (tf_test_path ("link"), "/", NULL);
  g_autoptr (GFile) link = g_file_new_for_path (behind);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (symlink ("tree", tf_test_path ("link")));
  g_assert_false (tf_remove_tree (behind, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_clear_error (&error);
  g_assert_true (tf_remove_tree_file (link, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (tf_test_path ("link")));
  g_assert_cmpuint (tf_test_count_entries (tree), ==, 1);
  g_assert_true (tf_remove_tree (tree, TF_REMOVE_NONE, NULL, NULL, NULL, &error));
}

static void
test_bad_input (void)
{
  const char *path = make_tree (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_remove_tree (path, 1 << 7, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (tf_remove_tree ("", TF_REMOVE_NONE, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (tf_remove_tree (path, TF_REMOVE_NONE, cancellable, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (tf_test_exists (path));
  /* Without anything that may be left out. */
  g_assert_true (tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, NULL));
  g_assert_false (tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, NULL));
}

/* --- in a worker thread -------------------------------------------------------------------- */

static void
destroy_cb (gpointer data)
{
  Figures *figures = data;

  g_assert_false (figures->destroyed);
  g_assert_false (figures->done);
  figures->destroyed = TRUE;
}

static void
finish (GAsyncResult **result,
        gboolean     (*func) (GAsyncResult *result, GError **error),
        GError       **error)
{
  tf_test_wait_result (result);
  if (func (*result, error))
    g_assert_no_error (*error);
  else
    g_assert_nonnull (*error);
  g_clear_object (result);
}

static void
test_async (void)
{
  static const TfRemoveFlags flags[] = { TF_REMOVE_NONE, TF_REMOVE_PARALLEL };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      const char *path = make_tree (20);
      Figures figures = { g_thread_self (), };
      GAsyncResult *result = NULL;
      g_autoptr (GError) error = NULL;

      tf_remove_tree_async (path, flags[i], G_PRIORITY_DEFAULT, NULL, progress_cb, &figures,
                            destroy_cb, tf_test_store_cb, &result);
      g_assert_null (result);
      finish (&result, tf_remove_tree_finish, &error);
      g_assert_no_error (error);
      g_assert_true (figures.destroyed);
      g_assert_cmpint (figures.last, ==, 420);
      g_assert_cmpint (figures.total, ==, 420);
      g_assert_false (tf_test_exists (path));
    }
}

/* A relative path means what it means at the time of the call. */
static void
test_async_relative (void)
{
  const char *path = make_tree (3);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_chdir (tf_test_dir ()));
  tf_remove_tree_async ("tree", TF_REMOVE_NONE, G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL,
                        tf_test_store_cb, &result);
  g_assert_no_errno (g_chdir ("/"));
  finish (&result, tf_remove_tree_finish, &error);
  g_assert_no_error (error);
  g_assert_false (tf_test_exists (path));
}

static void
test_async_file (void)
{
  g_autoptr (GFile) tree = g_file_new_for_path (make_tree (3));
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;

  tf_remove_tree_file_async (tree, TF_REMOVE_NONE, G_PRIORITY_LOW, NULL, NULL, NULL, NULL,
                             tf_test_store_cb, &result);
  finish (&result, tf_remove_tree_file_finish, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_query_exists (tree, NULL));
}

/* Errors come in the callback, after the destroy notify. */
static void
test_async_fails (void)
{
  static const char *const paths[] = { "", ".", "x/..", "/", "/nonexistent/folder" };
  g_autoptr (GFile) remote = g_file_new_for_uri ("sftp://example.org/tree");
  GAsyncResult *result = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      Figures figures = { g_thread_self (), };
      g_autoptr (GError) error = NULL;

      tf_remove_tree_async (paths[i], TF_REMOVE_NONE, G_PRIORITY_DEFAULT, NULL, NULL, &figures,
                            destroy_cb, tf_test_store_cb, &result);
      g_assert_false (figures.destroyed);
      finish (&result, tf_remove_tree_finish, &error);
      if (i < 4)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      g_assert_true (figures.destroyed);
    }
  {
    Figures figures = { g_thread_self (), };
    g_autoptr (GError) error = NULL;

    tf_remove_tree_file_async (remote, TF_REMOVE_NONE, G_PRIORITY_DEFAULT, NULL, progress_cb,
                               &figures, destroy_cb, tf_test_store_cb, &result);
    finish (&result, tf_remove_tree_file_finish, &error);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
    g_assert_true (figures.destroyed);
  }
}

static void
cancel_cb (goffset  removed,
           goffset  total,
           gpointer data)
{
  g_cancellable_cancel (data);
}

/* Cancelled before, at once, or half-way: a second call finishes. */
static void
test_async_cancelled (void)
{
  for (guint i = 0; i < 3; i++)
    {
      const char *path = make_tree (30);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GAsyncResult *result = NULL;
      g_autoptr (GError) error = NULL;

      if (i == 0)
        g_cancellable_cancel (cancellable);
      tf_remove_tree_async (path, TF_REMOVE_NONE, G_PRIORITY_DEFAULT, cancellable,
                            i == 2 ? cancel_cb : NULL, cancellable, NULL, tf_test_store_cb,
                            &result);
      if (i == 1)
        g_cancellable_cancel (cancellable);
      finish (&result, tf_remove_tree_finish, &error);
      if (i == 0)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      if (error != NULL)
        g_assert_true (tf_remove_tree (path, TF_REMOVE_NONE, NULL, NULL, NULL, NULL));
      g_assert_false (tf_test_exists (path));
    }
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/api/remove-tree/path", test_path);
  tf_test_add ("/api/remove-tree/contents-only", test_contents_only);
  tf_test_add ("/api/remove-tree/file", test_file);
  tf_test_add ("/api/remove-tree/file-of-link", test_file_of_link);
  tf_test_add ("/api/remove-tree/bad-input", test_bad_input);
  tf_test_add ("/api/remove-tree/async", test_async);
  tf_test_add ("/api/remove-tree/async-relative", test_async_relative);
  tf_test_add ("/api/remove-tree/async-file", test_async_file);
  tf_test_add ("/api/remove-tree/async-fails", test_async_fails);
  tf_test_add ("/api/remove-tree/async-cancelled", test_async_cancelled);

  return tf_test_run ();
}
