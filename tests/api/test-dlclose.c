/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The library loaded by dlopen() as a plug-in would, and unloaded again, with things alive. This
 * program is not linked with it; TF_LIBRARY in the environment is its path. */

#include "tf-test.h"

#include <glib/gstdio.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE 60   /* seconds */
#define N_LOADS 5

typedef gpointer (*NewDirectoryFunc) (GFile *directory, const char *prefix, const char *suffix,
                                      GCancellable *cancellable, GError **error);
typedef gpointer (*NewFileFunc) (GFile *directory, const char *prefix, const char *suffix,
                                 GCancellable *cancellable, GError **error);
typedef const char *(*GetPathFunc) (gpointer self);
typedef void (*CleanupFunc) (gpointer self, int io_priority, GCancellable *cancellable,
                             GFileProgressCallback progress, gpointer progress_data,
                             GDestroyNotify progress_destroy, GAsyncReadyCallback callback,
                             gpointer user_data);

static gpointer things[2 * N_LOADS];   /* at exit, reachable */

static void *
load (void)
{
  void *library = dlopen (g_getenv ("TF_LIBRARY"), RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    g_error ("%s", dlerror ());
  return library;
}

static gpointer
find (void       *library,
      const char *name)
{
  gpointer symbol = dlsym (library, name);

  if (symbol == NULL)
    g_error ("%s", dlerror ());
  return symbol;
}

static gpointer
make_directory (void *library)
{
  NewDirectoryFunc make = (NewDirectoryFunc) find (library, "tf_temporary_directory_new");
  GetPathFunc get_path = (GetPathFunc) find (library, "tf_temporary_directory_get_path");
  g_autoptr (GError) error = NULL;
  gpointer dir = make (NULL, "d-", NULL, NULL, &error);
  g_autofree char *inside = NULL;

  g_assert_no_error (error);
  inside = g_build_filename (get_path (dir), "inside", NULL);
  g_assert_true (g_file_set_contents (inside, "content", -1, &error));
  g_assert_no_error (error);
  return dir;
}

static gpointer
make_file (void *library)
{
  NewFileFunc make = (NewFileFunc) find (library, "tf_temporary_file_new_named");
  g_autoptr (GError) error = NULL;
  gpointer file = make (NULL, "f-", NULL, NULL, &error);

  g_assert_no_error (error);
  return file;
}

static void
close_and_exit (gpointer data)
{
  void *library;

  alarm (PATIENCE);
  library = load ();
  things[0] = make_directory (library);
  things[1] = make_file (library);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 2);
  g_assert_cmpint (dlclose (library), ==, 0);
  exit (0);
}

/* Its exit handler is there to the end. */
static void
test_exit (void)
{
  g_assert_true (tf_test_in_child (close_and_exit, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
load_again_and_exit (gpointer data)
{
  alarm (PATIENCE);
  for (guint i = 0; i < N_LOADS; i++)
    {
      void *library = load ();

      things[2 * i] = make_directory (library);
      things[2 * i + 1] = make_file (library);
      g_assert_cmpint (dlclose (library), ==, 0);
    }
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 2 * N_LOADS);
  exit (0);
}

/* A plug-in that comes and goes: the types are registered once, the register goes on. */
static void
test_again (void)
{
  g_assert_true (tf_test_in_child (load_again_and_exit, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
drop_after_close (gpointer data)
{
  void *library;

  alarm (PATIENCE);
  library = load ();
  things[0] = make_directory (library);
  g_assert_cmpint (dlclose (library), ==, 0);
  g_object_unref (things[0]);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

/* Who still has an object may use it. */
static void
test_drop (void)
{
  g_assert_true (tf_test_in_child (drop_after_close, NULL));
}

static void
close_while_busy (gpointer data)
{
  CleanupFunc cleanup;
  void *library;

  alarm (PATIENCE);
  library = load ();
  cleanup = (CleanupFunc) find (library, "tf_temporary_directory_cleanup_async");
  for (guint i = 0; i < N_LOADS; i++)
    {
      things[i] = make_directory (library);
      cleanup (things[i], G_PRIORITY_DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL);
    }
  g_assert_cmpint (dlclose (library), ==, 0);
  exit (0);
}

/* Its threads run in it. */
static void
test_busy (void)
{
  for (guint i = 0; i < tf_test_scale (2, 20, 200); i++)
    {
      g_assert_true (tf_test_in_child (close_while_busy, NULL));
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
    }
}

static void
close_in_child (gpointer data)
{
  void *library = data;

  alarm (PATIENCE);
  g_assert_cmpint (dlclose (library), ==, 0);
  exit (0);
}

static void
fork_and_exit (gpointer data)
{
  void *library;

  alarm (PATIENCE);
  library = load ();
  things[0] = make_directory (library);
  g_assert_true (tf_test_in_child (close_in_child, library));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  g_assert_cmpint (dlclose (library), ==, 0);
  g_assert_true (tf_test_in_child (close_in_child, load ()));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  exit (0);
}

/* What watches for forks is there to the end too. */
static void
test_fork (void)
{
  g_assert_true (tf_test_in_child (fork_and_exit, NULL));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);
  g_assert_nonnull (g_getenv ("TF_LIBRARY"));

  tf_test_add ("/dlclose/exit", test_exit);
  tf_test_add ("/dlclose/again", test_again);
  tf_test_add ("/dlclose/drop", test_drop);
  tf_test_add ("/dlclose/busy", test_busy);
  tf_test_add ("/dlclose/fork", test_fork);
  return tf_test_run ();
}
