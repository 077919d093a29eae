/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What any Unix gives a process: random bytes, its environment; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <stdlib.h>
#include <unistd.h>

/* What getentropy() gives in one call. */
#define MAX_ENTROPY 256

void
tf_os_random (gpointer buffer,
              gsize    count)
{
  guint8 *next = buffer;

  while (count > 0)
    {
      gsize part = MIN (count, MAX_ENTROPY);

      if (TF_POSIX_CALL (TF_CALL_GETRANDOM, getentropy (next, part)) == -1)
        {
          tf_posix_random_device (next, count);
          return;
        }
      next += part;
      count -= part;
    }
}

const char *
tf_posix_getenv (const char *name)
{
  if (getuid () != geteuid () || getgid () != getegid ())
    return NULL;
  return getenv (name);
}

guint *
tf_posix_wiped_number (void)
{
  return NULL;
}
