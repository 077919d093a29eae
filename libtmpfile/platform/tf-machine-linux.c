/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What Linux gives a process: random bytes, its environment, wiped memory; on the platform
 * floor. */

#include "platform/tf-posix-private.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

void
tf_os_random (gpointer buffer,
              gsize    count)
{
  guint8 *next = buffer;

  while (count > 0)
    {
      gint64 done = TF_POSIX_CALL (TF_CALL_GETRANDOM, getrandom (next, count, 0));

      /* ENOSYS of an old kernel, EPERM of a sandbox: there is nothing else it could say. */
      if (done <= 0)
        {
          tf_posix_random_device (next, count);
          return;
        }
      next += done;
      count -= (gsize) done;
    }
}

const char *
tf_posix_getenv (const char *name)
{
  return secure_getenv (name);
}

guint *
tf_posix_wiped_number (void)
{
  gsize size = (gsize) sysconf (_SC_PAGESIZE);
  gpointer page = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (page == MAP_FAILED)
    return NULL;
  if (madvise (page, size, MADV_WIPEONFORK) == 0)
    return page;
  munmap (page, size);
  return NULL;
}
