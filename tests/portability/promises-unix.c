/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The place where the promises are looked after, on Unix.
 *
 * In the environment: TF_PROMISES_USER=nobody, TF_PROMISES_UMASK (octal). */

#include "promises.h"

#include <grp.h>
#include <sys/prctl.h>

#define NOBODY 65534

static mode_t mask = 022;

/* --- who, and how -------------------------------------------------------------------------- */

static void
take_user (void)
{
  const char *user = getenv ("TF_PROMISES_USER");

  if (user == NULL || user[0] == '\0')
    return;
  if (strcmp (user, "nobody") != 0
      || setgroups (0, NULL) < 0 || setresgid (NOBODY, NOBODY, NOBODY) < 0
      || setresuid (NOBODY, NOBODY, NOBODY) < 0
      /* Otherwise what /proc has of it would be root's. */
      || prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
    {
      perror (user);
      exit (1);
    }
}

void
place_prepare (int    argc,
               char **argv)
{
  take_user ();
  /* A limit of the size of files is an error then, not a signal. */
  signal (SIGXFSZ, SIG_IGN);
  if (g_getenv ("TF_PROMISES_UMASK") != NULL)
    mask = (mode_t) g_ascii_strtoull (g_getenv ("TF_PROMISES_UMASK"), NULL, 8);
}

void
place_enter (void)
{
  umask (mask);
}

void
place_leave (void)
{
  umask (022);
}

/* --- what is somebody else's ----------------------------------------------------------------- */

void
place_mode (const char *path,
            guint       mode)
{
  guint before = tf_test_mode (path);

  /* Some file systems say yes, and do nothing. */
  if (chmod (path, mode) < 0)
    g_assert_true (place_lacks ("modes"));
  g_assert_cmpuint (tf_test_mode (path), ==, place_lacks ("modes") ? before : mode);
}

void
place_folder (const char *path,
              guint       mode)
{
  g_assert_no_errno (g_mkdir (path, 0700));
  place_mode (path, mode);
}

void
place_file (const char *path,
            const char *text)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  g_assert_no_errno (fd);
  if (tf_test_mode (path) != 0600)
    place_mode (path, 0600);
  if (place_lacks ("space"))
    g_assert_cmpint (write (fd, "x", 1), ==, -1);
  else
    g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
  g_assert_no_errno (close (fd));
}

/* Not every umask leaves a folder that can be opened. */
const char *
promise_folder (void)
{
  mode_t old = umask (0777);

  umask (old);
  return (old & 0700) != 0 ? "a folder under the umask 0777" : "a folder";
}
