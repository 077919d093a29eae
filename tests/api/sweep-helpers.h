/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the tests of the sweep share: orphans, real ones and made by hand, and the sweep itself. */

#pragma once

#include "api-helpers.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* What marks a folder as owned. */
#define MARKED 01700

/* The program's name, and so how that of its session's folder begins. */
#define SESSION "tf-session"
#define SESSION_PREFIX SESSION "-"

/* --- processes that are killed ----------------------------------------------------------- */

static inline void
wait_killed (int pid)
{
  int status;

  while (waitpid (pid, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

/* For a child that runs beside the test: it must not outlive that, whatever becomes of it. */
static inline void
end_with_parent (void)
{
  g_assert_no_errno (prctl (PR_SET_PDEATHSIG, SIGKILL));
}

/* In memory that is shared. */
typedef struct
{
  const char *prefix;
  const char *temp_prefix;   /* for where there is no prefix; NULL: as it is */
  void (*fill) (TfTemporaryDirectory *dir);
  char path[4096];
} Orphan;

static inline void
leave_orphan (gpointer data)
{
  Orphan *self = data;
  g_autoptr (GError) error = NULL;
  TfTemporaryDirectory *dir;

  if (self->temp_prefix != NULL)
    g_assert_true (tf_set_temp_prefix (self->temp_prefix, NULL));
  dir = tf_temporary_directory_new (NULL, self->prefix, NULL, NULL, &error);
  g_assert_no_error (error);
  if (self->fill != NULL)
    self->fill (dir);
  g_strlcpy (self->path, tf_temporary_directory_get_path (dir), sizeof self->path);
  raise (SIGKILL);
}

/* A folder whose owner was killed; where it is. */
static inline char *
make_orphan_of (const char *prefix,
                const char *temp_prefix,
                void      (*fill) (TfTemporaryDirectory *dir))
{
  Orphan *self = tf_test_shared_memory (sizeof *self);

  *self = (Orphan) { .prefix = prefix, .temp_prefix = temp_prefix, .fill = fill };
  wait_killed (tf_test_fork (leave_orphan, self));
  g_assert_true (tf_test_exists (self->path));
  g_assert_cmpuint (tf_test_mode (self->path), ==, MARKED);
  return g_strdup (self->path);
}

static inline char *
make_orphan (const char *prefix,
             void      (*fill) (TfTemporaryDirectory *dir))
{
  return make_orphan_of (prefix, NULL, fill);
}

/* --- folders as a killed process leaves them ---------------------------------------------- */

/* chmod() and not the mode of mkdir(), for the umask. */
static inline const char *
make_folder (const char *name,
             guint       mode)
{
  const char *path = tf_test_path (name);

  g_assert_no_errno (g_mkdir (path, 0700));
  g_assert_no_errno (chmod (path, mode));
  return path;
}

static inline void
put_inside (const char *folder,
            const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  make_file (path, "inside", 0600);
}

/* `n_folders` of `n_files` each, in a folder that is there. */
static inline void
make_tree (const char *path,
           guint       n_folders,
           guint       n_files)
{
  for (guint i = 0; i < n_folders; i++)
    {
      g_autofree char *name = g_strdup_printf ("folder%u", i);
      g_autofree char *folder = g_build_filename (path, name, NULL);

      g_assert_no_errno (g_mkdir (folder, 0700));
      for (guint j = 0; j < n_files; j++)
        {
          g_autofree char *file = g_strdup_printf ("%u", j);

          put_inside (folder, file);
        }
    }
}

/* Everything below a folder, itself not counted. */
static inline guint
count_below (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  if (dir == NULL)
    return 0;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      n += 1 + (g_file_test (below, G_FILE_TEST_IS_SYMLINK) ? 0 : count_below (below));
    }
  g_dir_close (dir);
  return n;
}

static inline void
wipe_below (const char *path)
{
  const char *name;
  GDir *dir;

  g_assert_no_errno (chmod (path, 0700));
  dir = g_dir_open (path, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (!g_file_test (below, G_FILE_TEST_IS_SYMLINK) && g_file_test (below, G_FILE_TEST_IS_DIR))
        wipe_below (below);
      g_assert_no_errno (remove (below));
    }
  g_dir_close (dir);
}

/* --- the sweep --------------------------------------------------------------------------- */

/* In the test's folder, which is the temporary folder meanwhile. */
static inline int
sweep (const char *prefix,
       guint       min_age)
{
  g_autoptr (GError) error = NULL;
  int n = tf_sweep_orphans (NULL, prefix, min_age, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n, >=, 0);
  return n;
}
