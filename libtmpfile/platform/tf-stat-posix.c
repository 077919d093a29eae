/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tells mounts from folders by what any Unix tells, and not when a file was made; on the platform
 * floor. */

#include "platform/tf-posix-private.h"

TfStatus
tf_os_stat_folder (int     fd,
                   TfStat *stat)
{
  TfStat folder, above;
  TfStatus status;
  gboolean other;
  int parent;

  status = tf_os_stat (fd, &folder);
  if (status != 0)
    return status;
  status = tf_posix_open_parent (fd, &folder, &parent);
  if (status != 0)
    return status;
  status = tf_os_stat (parent, &above);
  if (status == 0)
    {
      /* Only the root of all is its own parent. */
      folder.mount_root = folder.id.device != above.id.device
                          || tf_identity_equal (&folder.id, &above.id)
                          || (tf_posix_compare_mounts (fd, parent, &other) == 0 && other);
    }
  tf_os_close (parent);
  if (status != 0)
    return status;

  *stat = folder;
  return 0;
}

TfStatus
tf_os_birth (int     fd,
             gint64 *birth)
{
  *birth = 0;
  return 0;
}
