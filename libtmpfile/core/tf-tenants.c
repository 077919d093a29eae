/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whether somebody who lives has a folder of ours in another folder, on the core floor. */

#include "core/tf-tenants-private.h"

#define MAX_DEPTH 8   /* a descriptor and a listing each */

static gboolean live_in (int fd, guint depth);

gboolean
tf_tenants_hold (int           fd,
                 const TfStat *stat)
{
  return stat->mode == TF_OS_OWNED_MODE && stat->mine &&
         tf_os_condition (tf_os_take_lease (fd, TF_OS_LEASE_EXCLUSIVE)) == TF_CONDITION_BUSY;
}

/* Whether there is nothing behind the name that somebody could use. */
static gboolean
is_out_of_use (TfStatus opened)
{
  switch (tf_os_condition (opened))
    {
    case TF_CONDITION_NOT_FOUND:
    case TF_CONDITION_NOT_FOLDER:
    case TF_CONDITION_IS_LINK:
    case TF_CONDITION_DENIED:
      return TRUE;
    case TF_CONDITION_OK:
    case TF_CONDITION_EXISTS:
    case TF_CONDITION_NOT_EMPTY:
    case TF_CONDITION_NO_SPACE:
    case TF_CONDITION_NOT_SUPPORTED:
    case TF_CONDITION_CROSS_DEVICE:
    case TF_CONDITION_BUSY:
    case TF_CONDITION_OTHER:
    default:
      return FALSE;
    }
}

/* The lease is let go at once; an owner that comes in that moment takes another name. */
static gboolean
live_below (int         dir,
            const char *name,
            guint       depth)
{
  TfStatus status;
  gboolean found;
  TfStat stat;
  int fd;

  status = tf_os_open_folder_as_is (dir, name, &fd);
  if (status != 0)
    return !is_out_of_use (status);

  found = tf_os_stat_folder (fd, &stat) != 0;
  if (!found && !stat.mount_root)
    found = tf_tenants_hold (fd, &stat) || (depth < MAX_DEPTH && live_in (fd, depth));
  tf_os_close (fd);
  return found;
}

static gboolean
live_in (int   fd,
         guint depth)
{
  TfOsList *list = tf_os_list_new ();
  TfStatus status = tf_os_list_begin (list, fd);
  gboolean found = FALSE;
  const char *name = NULL;
  TfKind kind;

  while (status == 0 && !found)
    {
      status = tf_os_list_next (list, &name, &kind);
      if (status != 0 || name == NULL)
        break;
      if (kind == TF_KIND_FOLDER || kind == TF_KIND_UNKNOWN)
        found = live_below (fd, name, depth + 1);
    }
  tf_os_list_free (list);
  return found || (status != 0 && tf_os_condition (status) != TF_CONDITION_NOT_FOUND);
}

gboolean
tf_tenants_live_in (int fd)
{
  return live_in (fd, 0);
}
