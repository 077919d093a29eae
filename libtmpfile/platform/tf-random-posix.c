/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random bytes without a system call for them, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

#include <string.h>
#include <time.h>
#include <unistd.h>
#if __has_include (<sys/auxv.h>)
#include <sys/auxv.h>
#endif

static gboolean
read_device (guint8 *buffer,
             gsize   count)
{
  int fd;

  do
    fd = open ("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  while (fd == -1 && errno == EINTR);
  if (fd == -1)
    return FALSE;

  while (count > 0)
    {
      gssize done = read (fd, buffer, count);

      if (done > 0)
        {
          buffer += done;
          count -= (gsize) done;
        }
      else if (done == 0 || errno != EINTR)
        break;
    }
  close (fd);
  return count == 0;
}

/* The 16 random bytes that the kernel gave the program when it began, NULL where it gives none. */
static const guint8 *
get_secret (void)
{
#if defined (AT_RANDOM) && defined (__linux__)
  return (const guint8 *) getauxval (AT_RANDOM);
#else
  return NULL;
#endif
}

/* Stretches the secret, for when no descriptor is left to open the device with: what nobody can
 * guess, together with what never comes twice. */
static gboolean
stretch_secret (guint8 *buffer,
                gsize   count)
{
  static int calls;
  const guint8 *secret = get_secret ();

  if (secret == NULL)
    return FALSE;

  while (count > 0)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      gint64 salt[] = {
        g_atomic_int_add (&calls, 1),
        tf_os_generation (),
        getpid (),
        g_get_real_time (),
      };
      guint8 digest[32];
      gsize length = sizeof digest;

      g_checksum_update (sum, secret, 16);
      g_checksum_update (sum, (const guchar *) salt, sizeof salt);
      g_checksum_get_digest (sum, digest, &length);
      length = MIN (length, count);
      memcpy (buffer, digest, length);
      buffer += length;
      count -= length;
    }
  return TRUE;
}

void
tf_posix_random_device (gpointer buffer,
                        gsize    count)
{
  if (!read_device (buffer, count) && !stretch_secret (buffer, count))
    g_error ("This system has no source of random numbers");
}
