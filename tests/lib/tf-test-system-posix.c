/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the fixture asks of Unix: see the header. */

#include "tf-test-system.h"

#include <glib/gstdio.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *
tf_test_system_begin (void)
{
  const char *parent = getenv ("TMPDIR");
  char *path = NULL;
  char *made = NULL;

  if (parent == NULL || parent[0] != '/')
    parent = "/tmp";
  if (asprintf (&path, "%s/tf-test-XXXXXX", parent) < 0 || mkdtemp (path) == NULL
      || (made = realpath (path, NULL)) == NULL
      /* The user nobody has to pass through to the folders of the tests. */
      || chmod (made, 0711) < 0)
    {
      perror (path);
      exit (1);
    }
  free (path);
  setenv ("TMPDIR", made, 1);
  unsetenv ("TEMP");
  unsetenv ("TMP");
  setenv ("GIO_USE_VOLUME_MONITOR", "unix", 1);
  umask (022);
  /* From malloc(), as what g_free() frees. */
  return made;
}

void
tf_test_system_set_dir (const char *path)
{
  g_assert_no_errno (setenv ("TMPDIR", path, TRUE));
}

TfTestSetTempDir
tf_test_system_find_set_temp_dir (void)
{
  return NULL;
}

static void
remember_fd (GHashTable *fds,
             int         fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *target = g_file_read_link (link, NULL);

  g_hash_table_insert (fds, GINT_TO_POINTER (fd),
                       target != NULL ? g_steal_pointer (&target) : g_strdup ("?"));
}

GHashTable *
tf_test_system_list_fds (void)
{
  GHashTable *fds = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  DIR *dir = opendir ("/proc/self/fd");
  struct dirent *entry;

  if (dir == NULL)
    {
      for (int fd = 0; fd < 4096; fd++)
        if (fcntl (fd, F_GETFD) >= 0)
          remember_fd (fds, fd);
      return fds;
    }
  while ((entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' && atoi (entry->d_name) != dirfd (dir))
      remember_fd (fds, atoi (entry->d_name));
  closedir (dir);
  return fds;
}

static int
remove_cb (const char        *path,
           const struct stat *st,
           int                flag,
           struct FTW        *ftw)
{
  return remove (path);
}

static int
remove_below_cb (const char        *path,
                 const struct stat *st,
                 int                flag,
                 struct FTW        *ftw)
{
  return ftw->level > 0 ? remove (path) : 0;
}

guint
tf_test_shown_mode (guint mode)
{
  return mode;
}

gboolean
tf_test_is_hidden (const char *name)
{
  return FALSE;
}

/* Here a child is forked. */
const char *
tf_test_system_child_dir (void)
{
  return NULL;
}

void
tf_test_system_run_child (void)
{
  g_assert_not_reached ();
}

goffset
tf_test_system_disk_usage (int fd)
{
  struct stat st;

  g_assert_no_errno (fstat (fd, &st));
  return st.st_blocks * G_GINT64_CONSTANT (512);
}

guint
tf_test_system_mode (const char *path)
{
  struct stat st;

  if (lstat (path, &st) < 0)
    g_error ("%s: %s", path, g_strerror (errno));
  return st.st_mode & 07777;
}

int
tf_test_system_remove (const char *path,
                       gboolean    itself)
{
  return nftw (path, itself ? remove_cb : remove_below_cb, 16, FTW_DEPTH | FTW_PHYS);
}
