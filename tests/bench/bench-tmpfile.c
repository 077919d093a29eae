/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The library's own runner in the benchmark, through the public functions.
 *
 * bench-tmpfile directory ITERATIONS: a temporary directory made, cleaned up, and dropped
 * bench-tmpfile remove TREE...: tf_remove_tree()
 * bench-tmpfile parallel TREE...: the same with two threads */

#include <libtmpfile.h>

#include <stdlib.h>
#include <string.h>

static void
check (gboolean  done,
       GError   *error)
{
  if (done)
    return;
  g_printerr ("bench-tmpfile: %s\n", error->message);
  exit (1);
}

static void
make_directories (guint iterations)
{
  for (guint i = 0; i < iterations; i++)
    {
      GError *error = NULL;
      TfTemporaryDirectory *dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);

      check (dir != NULL, error);
      check (tf_temporary_directory_cleanup (dir, NULL, &error), error);
      g_object_unref (dir);
    }
}

static void
remove_trees (char          **paths,
              TfRemoveFlags   flags)
{
  for (; *paths != NULL; paths++)
    {
      GError *error = NULL;

      check (tf_remove_tree (*paths, flags, NULL, NULL, NULL, &error), error);
    }
}

int
main (int    argc,
      char **argv)
{
  const char *work = argc >= 3 ? argv[1] : "";

  if (strcmp (work, "directory") == 0)
    make_directories ((guint) atoi (argv[2]));
  else if (strcmp (work, "remove") == 0)
    remove_trees (argv + 2, TF_REMOVE_NONE);
  else if (strcmp (work, "parallel") == 0)
    remove_trees (argv + 2, TF_REMOVE_PARALLEL);
  else
    {
      g_printerr ("usage: bench-tmpfile directory ITERATIONS, or "
                  "bench-tmpfile remove|parallel TREE...\n");
      return 2;
    }
  return 0;
}
