/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Opens things, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

NTSTATUS NTAPI NtQueryAttributesFile (OBJECT_ATTRIBUTES      *attributes,
                                      FILE_BASIC_INFORMATION *info);

/* --- links under wine -------------------------------------------------------------------- */

/* How programs tell: https://www.winehq.org/pipermail/wine-devel/2008-September/069387.html */
static gboolean
is_wine (void)
{
  static gsize known;   /* 1: no, 2: yes */

  if (g_once_init_enter (&known))
    {
      HMODULE kernel = GetModuleHandleW (L"ntdll.dll");

      g_once_init_leave (&known, GetProcAddress (kernel, "wine_get_version") != NULL ? 2 : 1);
    }
  return known == 2;
}

/* wine 8 follows a link of Unix whatever it is told, and to delete the link is to delete what it
 * leads to; its folders for documents are such links. What was opened says where it is. */
static gboolean
is_followed_by_wine (const TfWin32Name *name,
                     OBJECT_ATTRIBUTES *attributes,
                     HANDLE             opened)
{
  g_autofree wchar_t *found = NULL;
  g_autofree wchar_t *folder = NULL;
  FILE_BASIC_INFORMATION info;
  gsize length;

  if (!is_wine () || name->name.Length == 0)
    return FALSE;
  if (name->root == NULL)
    return NT_SUCCESS (NtQueryAttributesFile (attributes, &info)) &&
           (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  found = tf_win32_final_path (opened);
  folder = tf_win32_final_path (name->root);
  if (found == NULL || folder == NULL)
    return FALSE;
  length = wcslen (folder);
  return _wcsnicmp (found, folder, length) != 0 || found[length] != L'\\' ||
         _wcsicmp (found + length + 1, name->text) != 0;
}

/* --- opening ----------------------------------------------------------------------------- */

/* Only reads, writes and listings are waited for. For the rest the right to wait is not asked: who
 * owns a file, or may delete all in its folder, has no right to that where the file's own list
 * denies everything, and could neither repair nor delete it. DeleteFile() does without, too. */
static gboolean
is_waited_for (ACCESS_MASK access)
{
  return (access & (FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
}

static TfStatus
open_name (TfWin32Name       *name,
           const TfWin32Open *how,
           HANDLE            *handle)
{
  OBJECT_ATTRIBUTES attributes;
  IO_STATUS_BLOCK io;
  ACCESS_MASK access = how->access;
  ULONG options = how->options;
  TfStatus status;
  HANDLE opened;

  if (is_waited_for (access))
    {
      access |= SYNCHRONIZE;
      options |= FILE_SYNCHRONOUS_IO_NONALERT;
    }
  if (!how->follow)
    options |= FILE_OPEN_REPARSE_POINT;
  InitializeObjectAttributes (&attributes, &name->name, OBJ_CASE_INSENSITIVE, name->root,
                              how->security);
  status = TF_WIN32_TRY (how->kind,
                         NtCreateFile (&opened, access, &attributes, &io, NULL,
                                       how->attributes, how->share,
                                       how->create ? FILE_CREATE : FILE_OPEN, options, NULL, 0));
  if (status != 0)
    return status;
  if (!how->follow && !how->create && is_followed_by_wine (name, &attributes, opened))
    {
      CloseHandle (opened);
      return ERROR_STOPPED_ON_SYMLINK;
    }
  *handle = opened;
  return 0;
}

/* Why there is no way to the name: the kernel does not tell a missing folder from one that is a
 * file. Shortens the name. */
static TfStatus
explain_no_path (TfWin32Name *name)
{
  const TfWin32Open how = { TF_CALL_STAT, FILE_READ_ATTRIBUTES, TF_WIN32_SHARE_ALL,
                            .follow = TRUE };
  TfStatus status = ERROR_PATH_NOT_FOUND;
  FILE_ATTRIBUTE_TAG_INFO info;
  HANDLE handle;

  while (status == ERROR_PATH_NOT_FOUND || status == ERROR_FILE_NOT_FOUND)
    {
      gsize length = name->name.Length / sizeof (wchar_t);

      while (length > 0 && name->text[length - 1] != L'\\')
        length--;
      if (length <= 1)
        return ERROR_PATH_NOT_FOUND;
      name->name.Length = (USHORT) ((length - 1) * sizeof (wchar_t));
      status = open_name (name, &how, &handle);
    }
  if (status != 0)
    return ERROR_PATH_NOT_FOUND;
  status = tf_win32_attributes (handle, &info);
  CloseHandle (handle);
  return status == 0 && (info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0
           ? ERROR_DIRECTORY
           : ERROR_PATH_NOT_FOUND;
}

TfStatus
tf_win32_open (int                dir,
               const char        *name,
               const TfWin32Open *how,
               HANDLE            *handle)
{
  TfWin32Name where;
  TfStatus status = tf_win32_name_init (&where, dir, name, how->create);
  guint tries = 0;

  if (status != 0)
    return status;
  do
    status = open_name (&where, how, handle);
  while (!how->create && status == ERROR_SHARING_VIOLATION && tf_win32_wait (status, &tries));
  if (status == ERROR_PATH_NOT_FOUND)
    status = explain_no_path (&where);
  tf_win32_name_clear (&where);

  /* Somebody's file that is about to go has the name still, and FAT looks at the kind of what is
   * there first. */
  if (how->create &&
      (status == ERROR_DELETE_PENDING || status == ERROR_DIRECTORY_NOT_SUPPORTED))
    return ERROR_ALREADY_EXISTS;
  return status;
}

/* Windows opens the file behind the handle, wine 8 what has its name by now: so it is compared. */
static TfStatus
open_itself (HANDLE             handle,
             const TfWin32Open *how,
             gboolean           compared,
             HANDLE            *again)
{
  TfWin32Name itself = { .root = handle, .text = NULL };
  wchar_t empty = L'\0';
  TfIdentity wanted, found;
  TfStatus status;
  HANDLE opened;

  itself.name.Buffer = &empty;
  status = open_name (&itself, how, &opened);
  if (status != 0)
    return status;
  status = tf_win32_identify (handle, &wanted);
  if (status == 0)
    status = tf_win32_identify (opened, &found);
  if (status == 0 && !tf_identity_equal (&wanted, &found))
    status = ERROR_FILE_NOT_FOUND;
  else if (!compared)
    status = 0;
  if (status == 0)
    *again = opened;
  else
    CloseHandle (opened);
  return status;
}

TfStatus
tf_win32_open_again (HANDLE             handle,
                     const TfWin32Open *how,
                     HANDLE            *again)
{
  return open_itself (handle, how, TRUE, again);
}

TfStatus
tf_win32_open_made (HANDLE             handle,
                    const TfWin32Open *how,
                    HANDLE            *again)
{
  return open_itself (handle, how, FALSE, again);
}
