/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Opens a folder that denies it to its owner, on any Unix; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <unistd.h>

TfStatus
tf_posix_open_repaired (int         dir,
                        const char *name,
                        guint       mode,
                        int        *fd)
{
  TfStatus status;
  TfStat above, before, after;
  int opened;

  status = tf_os_stat_at (dir, name, &before);
  if (status != 0)
    return status;
  if (before.kind != TF_KIND_FOLDER || before.uid != geteuid ())
    return EACCES;

  /* What is mounted there is somebody else's, and is left as it is. */
  if (dir != TF_OS_CWD && tf_os_stat (dir, &above) == 0 && above.id.device != before.id.device)
    return EBUSY;

  /* Without a descriptor, but never through a link: by name at worst another folder of ours. */
  status = TF_POSIX_TRY (TF_CALL_CHMOD,
                         fchmodat (tf_posix_dir (dir), name, mode, AT_SYMLINK_NOFOLLOW));
  if (status != 0)
    return EACCES;

  status = tf_posix_open (TF_CALL_OPEN, dir, name,
                          O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0, &opened);
  if (status != 0)
    return status;
  status = tf_os_stat (opened, &after);
  if (status == 0 && !tf_identity_equal (&before.id, &after.id))
    status = EACCES;
  if (status != 0)
    {
      tf_os_close (opened);
      return status;
    }
  *fd = opened;
  return 0;
}
