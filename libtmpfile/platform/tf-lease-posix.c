/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Leases, and where they can be relied on, on the platform floor of every Unix.
 *
 * A lease is a lock of flock(): the kernel ends it with the process, however that ends, and
 * systemd-tmpfiles respects it (https://systemd.io/TEMPORARY_DIRECTORIES/). POSIX locks would end
 * with any close() of the file in the process. */

#include "platform/tf-posix-private.h"

#include <sys/file.h>

#if defined (__linux__)
#include <sys/vfs.h>
#elif defined (__APPLE__) || defined (__FreeBSD__) || defined (__NetBSD__) || defined (__OpenBSD__)
#include <sys/param.h>
#include <sys/mount.h>
#endif

TfStatus
tf_os_take_lease (int       fd,
                  TfOsLease lease)
{
#ifdef LOCK_SH
  int operation = lease == TF_OS_LEASE_EXCLUSIVE ? LOCK_EX : LOCK_SH;

  return TF_POSIX_TRY (TF_CALL_LOCK, flock (fd, operation | LOCK_NB));
#else
  return ENOSYS;
#endif
}

#if defined (__linux__)

/* What statfs(2) calls the type; stated here, for <linux/magic.h> lacks some of them. */
typedef struct
{
  guint32 magic;
  const char *name;
  gboolean local;   /* all who can reach a file are on this machine, and see each other's locks */
} FileSystem;

static const FileSystem file_systems[] = {
  { 0x0000ef53, "ext4", TRUE },
  { 0x01021994, "tmpfs", TRUE },
  { 0x9123683e, "btrfs", TRUE },
  { 0x58465342, "xfs", TRUE },
  { 0x794c7630, "overlay", TRUE },
  { 0xf2f52010, "f2fs", TRUE },
  { 0x2fc12fc1, "zfs", TRUE },
  { 0xca451a4e, "bcachefs", TRUE },
  { 0x858458f6, "ramfs", TRUE },
  { 0x3153464a, "jfs", TRUE },
  { 0x52654973, "reiserfs", TRUE },
  { 0x00003434, "nilfs", TRUE },
  { 0x24051905, "ubifs", TRUE },
  { 0x15013346, "udf", TRUE },
  { 0x00004d44, "vfat", TRUE },
  { 0x2011bab0, "exfat", TRUE },
  { 0x7366746e, "ntfs3", TRUE },
  { 0x65735546, "fuse", FALSE },
  { 0x00006969, "nfs", FALSE },
  { 0xff534d42, "cifs", FALSE },
  { 0xfe534d42, "smb3", FALSE },
  { 0x0000517b, "smb", FALSE },
  { 0x01021997, "9p", FALSE },
  { 0x00c36400, "ceph", FALSE },
  { 0x5346414f, "afs", FALSE },
  { 0x0000564c, "ncp", FALSE },
  { 0x73757245, "coda", FALSE },
  { 0x01161970, "gfs2", FALSE },
  { 0x7461636f, "ocfs2", FALSE },
  { 0x786f4256, "vboxsf", FALSE },
  { 0x013111a8, "ibrix", FALSE },
  { 0x0bd00bd0, "lustre", FALSE },
  { 0x0000f15f, "ecryptfs", FALSE },
};

gboolean
tf_os_is_local (int    fd,
                char **name)
{
  struct statfs found;
  guint32 magic;

  if (TF_POSIX_CALL (TF_CALL_STAT, fstatfs (fd, &found)) == -1)
    {
      *name = g_strdup ("?");
      return FALSE;
    }
  magic = (guint32) found.f_type;
  for (gsize i = 0; i < G_N_ELEMENTS (file_systems); i++)
    {
      if (file_systems[i].magic != magic)
        continue;
      if (!file_systems[i].local)
        *name = g_strdup (file_systems[i].name);
      return file_systems[i].local;
    }
  *name = g_strdup_printf ("0x%x", magic);
  return FALSE;
}

#elif defined (MNT_LOCAL)

gboolean
tf_os_is_local (int    fd,
                char **name)
{
  struct statfs found;

  if (TF_POSIX_CALL (TF_CALL_STAT, fstatfs (fd, &found)) == -1)
    {
      *name = g_strdup ("?");
      return FALSE;
    }
  if ((found.f_flags & MNT_LOCAL) != 0)
    return TRUE;
  *name = g_strndup (found.f_fstypename, sizeof found.f_fstypename);
  return FALSE;
}

#else

gboolean
tf_os_is_local (int    fd,
                char **name)
{
  *name = g_strdup ("?");
  return FALSE;
}

#endif
