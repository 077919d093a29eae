/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wrong: nftw() deletes by path what it found by path. */

#include "targets.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>

static int
remove_cb (const char        *path,
           const struct stat *stat,
           int                flag,
           struct FTW        *ftw)
{
  return remove (path);
}

gboolean
wrong_remove_by_nftw (AttackShared *shared)
{
  if (nftw (shared->tree, remove_cb, 20, FTW_DEPTH | FTW_PHYS) == 0)
    return TRUE;
  return target_failed (shared, "%s", g_strerror (errno));
}
