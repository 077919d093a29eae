/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An ext4 file system of a test's own, whatever TMPDIR is on: unlike one in memory it gives the
 * number of an inode that was freed to the next one that is made. */

#pragma once

#include "api-helpers.h"

#include <sched.h>
#include <sys/mount.h>

typedef struct
{
  void (*func) (gpointer data);
  gpointer data;
} OnImage;

static inline void
run_tool (const char *first,
          ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  va_list args;
  int status;

  va_start (args, first);
  for (const char *arg = first; arg != NULL; arg = va_arg (args, const char *))
    g_ptr_array_add (argv, (gpointer) arg);
  va_end (args);
  g_ptr_array_add (argv, NULL);

  g_spawn_sync (NULL, (char **) argv->pdata, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said,
                &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s: %s", first, error->message, said);
}

/* The mount ends with the last process of its namespace, and the loop device with the mount. */
static inline void
mount_image (gpointer data)
{
  const OnImage *self = data;

  g_assert_no_errno (unshare (CLONE_NEWNS));
  g_assert_no_errno (mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL));
  run_tool ("mount", "-o", "loop,nosuid,nodev", tf_test_path ("image"), tf_test_path ("disk"),
            NULL);
  g_assert_no_errno (chmod (tf_test_path ("disk"), 0777));
  self->func (self->data);
}

/* Runs `func` in a child that has the image mounted at tf_test_path ("disk"), 64 MiB large. */
static inline void
on_ext4_image (void   (*func) (gpointer data),
               gpointer data)
{
  OnImage self = { func, data };
  const char *image = tf_test_path ("image");
  int fd;

  if (geteuid () != 0)
    {
      g_test_skip ("needs a loop mount, which only root can make");
      return;
    }
  fd = open (image, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  g_assert_no_errno (fd);
  g_assert_no_errno (ftruncate (fd, 64 * 1024 * 1024));
  g_assert_no_errno (close (fd));
  run_tool ("mkfs.ext4", "-q", "-F", image, NULL);
  g_assert_no_errno (g_mkdir (tf_test_path ("disk"), 0755));

  g_assert_true (tf_test_in_child (mount_image, &self));
  g_assert_no_errno (g_rmdir (tf_test_path ("disk")));
  remove_file (image);
}
