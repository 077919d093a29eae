/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the tests of the platform floor share: short assertions, files to begin with, and what this
 * run was denied by TF_TEST_DENY. */

#pragma once

#include "platform/tf-fault-private.h"
#include "platform/tf-platform-private.h"
#include "tf-test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define assert_ok(status) g_assert_cmpint ((status), ==, 0)
#define assert_condition(status, condition) \
  g_assert_cmpint (tf_os_condition (status), ==, TF_CONDITION_##condition)

/* Whether the back end under test is the one for any Unix. */
#ifdef TF_TEST_POSIX
#define IS_POSIX TRUE
#else
#define IS_POSIX FALSE
#endif

/* Whether there are symbolic links, fifos and owners with numbers, and modes as they were set. */
#ifdef G_OS_WIN32
#define IS_UNIX FALSE
#else
#define IS_UNIX TRUE
#endif

/* A write by a descriptor that only reads. */
#define assert_not_writable(status)                                                    \
  g_assert_cmpint (tf_os_io_error (status), ==,                                        \
                   IS_UNIX ? G_IO_ERROR_CLOSED : G_IO_ERROR_PERMISSION_DENIED)

static inline gboolean
is_denied (const char *what)
{
  const char *list = g_getenv ("TF_TEST_DENY");
  g_auto (GStrv) words = g_strsplit (list != NULL ? list : "", ",", -1);

  return g_strv_contains ((const char *const *) words, what);
}

/* A file of 4 bytes in the test's folder, by the C library. */
static inline int
plant_file (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, "old\n", 4), ==, 4);
  return fd;
}

static inline void
assert_contents (const char *path,
                 const char *expected)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (contents, ==, expected);
}

static inline gboolean
is_cloexec (int fd)
{
  return (fcntl (fd, F_GETFD) & FD_CLOEXEC) != 0;
}

/* A file without a name where the system makes one here, else one whose name was taken away. */
static inline int
make_nameless (void)
{
  TfStat stat;
  int fd;

  if (tf_os_create_anonymous (tf_test_dir (), TF_OS_CREATE_NONE, &fd) == 0)
    return fd;
  assert_ok (tf_os_create_file (TF_OS_CWD, tf_test_path ("nameless"), 0600, TF_OS_CREATE_NONE, &fd,
                                &stat));
  assert_ok (tf_os_unlink (TF_OS_CWD, tf_test_path ("nameless")));
  return fd;
}
