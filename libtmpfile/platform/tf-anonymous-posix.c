/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Files without a name, where the system has none to offer; on the platform floor. */

#include "platform/tf-posix-private.h"

TfStatus
tf_os_create_anonymous (const char      *path,
                        TfOsCreateFlags  flags,
                        int             *fd)
{
  return EOPNOTSUPP;
}

TfStatus
tf_os_link_file (int         fd,
                 int         dir,
                 const char *name)
{
  return EOPNOTSUPP;
}
