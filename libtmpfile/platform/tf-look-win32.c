/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a file is, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#include <string.h>

#define UNIX_EPOCH G_GINT64_CONSTANT (116444736000000000)   /* in units of 100 ns since 1601 */

/* What other systems put on a Windows disk (WSL): neither file nor folder. */
#define TAG_AF_UNIX 0x80000023u
#define TAG_LX_FIFO 0x80000024u
#define TAG_LX_CHR 0x80000025u
#define TAG_LX_BLK 0x80000026u

/* A reparse point that stands for something else is a link, whatever is behind it: a symbolic link,
 * a junction, a mounted volume. Others are files and folders with something done to them, such as
 * being compressed, or kept in a cloud. The tag 0 is reserved, and can be put on no disk:
 * https://learn.microsoft.com/windows/win32/fileio/reparse-point-tags
 * wine 8 lists a link of Unix to a folder with it. */
TfKind
tf_win32_kind (DWORD attributes,
               DWORD tag)
{
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
    {
      if (tag == IO_REPARSE_TAG_RESERVED_ZERO || IsReparseTagNameSurrogate (tag))
        return TF_KIND_LINK;
      if (tag == TAG_AF_UNIX || tag == TAG_LX_FIFO || tag == TAG_LX_CHR || tag == TAG_LX_BLK)
        return TF_KIND_SPECIAL;
    }
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
    return TF_KIND_FOLDER;
  return (attributes & FILE_ATTRIBUTE_DEVICE) != 0 ? TF_KIND_SPECIAL : TF_KIND_FILE;
}

TfStatus
tf_win32_attributes (HANDLE                   handle,
                     FILE_ATTRIBUTE_TAG_INFO *info)
{
  return TF_WIN32_TRY_BOOL (TF_CALL_STAT,
                            GetFileInformationByHandleEx (handle, FileAttributeTagInfo, info,
                                                          sizeof *info));
}

/* For file systems that have 64 bits. */
static TfStatus
identify_short (HANDLE      handle,
                TfIdentity *id)
{
  BY_HANDLE_FILE_INFORMATION info;

  if (!GetFileInformationByHandle (handle, &info))
    return (TfStatus) GetLastError ();
  id->device = info.dwVolumeSerialNumber;
  id->inode = (guint64) info.nFileIndexHigh << 32 | info.nFileIndexLow;
  id->inode_high = 0;
  return 0;
}

/* Where a server has no numbers for its files, each would be taken for each other. */
static gboolean
has_number (const TfIdentity *id)
{
  return (id->inode != 0 || id->inode_high != 0) &&
         (id->inode != G_MAXUINT64 || (id->inode_high != 0 && id->inode_high != G_MAXUINT64));
}

TfStatus
tf_win32_identify (HANDLE      handle,
                   TfIdentity *id)
{
  TfIdentity found = { 0 };
  FILE_ID_INFO info;
  TfStatus status;

  status = TF_WIN32_TRY_BOOL (TF_CALL_STAT,
                              GetFileInformationByHandleEx (handle, FileIdInfo, &info,
                                                            sizeof info));
  if (status == 0)
    {
      found.device = info.VolumeSerialNumber;
      memcpy (&found.inode, info.FileId.Identifier, sizeof found.inode);
      memcpy (&found.inode_high, info.FileId.Identifier + sizeof found.inode,
              sizeof found.inode_high);
    }
  else if (status == ERROR_INVALID_PARAMETER || status == ERROR_NOT_SUPPORTED ||
           status == ERROR_INVALID_FUNCTION)
    status = identify_short (handle, &found);
  if (status == 0 && !has_number (&found))
    status = ERROR_NOT_SUPPORTED;
  if (status == 0)
    *id = found;
  return status;
}

static gint64
microseconds (const LARGE_INTEGER *time)
{
  return (time->QuadPart - UNIX_EPOCH) / 10;
}

TfStatus
tf_win32_stat (HANDLE  handle,
               TfStat *stat)
{
  FILE_ATTRIBUTE_TAG_INFO tag;
  FILE_STANDARD_INFO standard;
  FILE_BASIC_INFO basic;
  TfStat found = { 0 };
  TfStatus status = tf_win32_identify (handle, &found.id);

  if (status == 0)
    status = tf_win32_attributes (handle, &tag);
  if (status != 0)
    return status;
  if (!GetFileInformationByHandleEx (handle, FileStandardInfo, &standard, sizeof standard) ||
      !GetFileInformationByHandleEx (handle, FileBasicInfo, &basic, sizeof basic))
    return (TfStatus) GetLastError ();

  found.kind = tf_win32_kind (tag.FileAttributes, tag.ReparseTag);
  found.links = standard.DeletePending ? 0 : standard.NumberOfLinks;
  found.size = (guint64) standard.EndOfFile.QuadPart;
  found.atime = microseconds (&basic.LastAccessTime);
  found.mtime = microseconds (&basic.LastWriteTime);
  found.mtime_nanos = (guint) ((basic.LastWriteTime.QuadPart - UNIX_EPOCH) % 10000000 * 100);
  found.ctime = microseconds (&basic.ChangeTime);
  tf_win32_judge (handle, tag.FileAttributes, &found.mode, &found.mine);
  *stat = found;
  return 0;
}

TfStatus
tf_os_stat (int     fd,
            TfStat *stat)
{
  HANDLE handle = tf_win32_handle (fd);

  return handle != NULL ? tf_win32_stat (handle, stat) : ERROR_INVALID_HANDLE;
}

/* Whoever may list the folder may look at all in it, but not at the access lists. */
static TfStatus
open_to_look (int         dir,
              const char *name,
              gboolean    closely,
              HANDLE     *handle)
{
  TfWin32Open how = { TF_CALL_STAT, TF_WIN32_LOOK, TF_WIN32_SHARE_ALL };
  TfStatus status = ERROR_ACCESS_DENIED;

  if (closely)
    status = tf_win32_open (dir, name, &how, handle);
  how.access = FILE_READ_ATTRIBUTES;
  return status == ERROR_ACCESS_DENIED ? tf_win32_open (dir, name, &how, handle) : status;
}

TfStatus
tf_os_stat_at (int         dir,
               const char *name,
               TfStat     *stat)
{
  HANDLE handle;
  TfStatus status = open_to_look (dir, name, TRUE, &handle);

  if (status != 0)
    return status;
  status = tf_win32_stat (handle, stat);
  CloseHandle (handle);
  return status;
}

TfStatus
tf_os_identify_at (int         dir,
                   const char *name,
                   TfIdentity *id)
{
  HANDLE handle;
  TfStatus status = open_to_look (dir, name, FALSE, &handle);

  if (status != 0)
    return status;
  status = tf_win32_identify (handle, id);
  CloseHandle (handle);
  return status;
}

/* NTFS counts how often a number was given out and makes that part of it, and ReFS gives none out
 * twice. The time of creation would tell less: a file that takes the name of one just deleted gets
 * that one's ("tunneling"). */
TfStatus
tf_os_birth (int     fd,
             gint64 *birth)
{
  if (tf_win32_handle (fd) == NULL)
    return ERROR_INVALID_HANDLE;
  *birth = 0;
  return 0;
}

/* What is mounted in a folder is a link to its volume, so only a volume's own root is one. wine 8
 * says of a folder that has another name by now that it is the root, so that is compared. */
static gboolean
is_root (HANDLE            handle,
         const TfIdentity *id)
{
  g_autofree wchar_t *path = NULL;
  g_autofree char *shown = NULL;
  TfIdentity root;
  union
  {
    FILE_NAME_INFO info;
    guint8 bytes[sizeof (FILE_NAME_INFO) + 8 * sizeof (wchar_t)];
  } name;

  if (!GetFileInformationByHandleEx (handle, FileNameInfo, &name, sizeof name) ||
      name.info.FileNameLength != sizeof (wchar_t) || name.info.FileName[0] != L'\\')
    return FALSE;
  path = tf_win32_final_path (handle);
  if (path == NULL)
    return FALSE;
  shown = tf_win32_from_wide (path, wcslen (path));
  return tf_os_identify_at (TF_OS_CWD, shown, &root) == 0 && tf_identity_equal (&root, id);
}

TfStatus
tf_os_stat_folder (int     fd,
                   TfStat *stat)
{
  TfStatus status = tf_os_stat (fd, stat);

  if (status == 0)
    stat->mount_root = is_root (tf_win32_handle (fd), &stat->id);
  return status;
}
