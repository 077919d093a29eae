/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the files of the Windows back end share with each other, on the platform floor.
 *
 * Everything is opened with NtCreateFile(), which unlike CreateFileW() looks a name up in an open
 * folder, gives a folder just made with its handle, and knows no 260 characters and no meaning of
 * `..`, `NUL` or a dot at the end. Its answers are translated to the codes of GetLastError(). */

#pragma once

#define WIN32_LEAN_AND_MEAN
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00

#include "platform/tf-fault-private.h"
#include "platform/tf-platform-private.h"

#include <windows.h>
#include <winternl.h>

G_BEGIN_DECLS

/* MinGW 10 lacks these. */
#ifndef ERROR_DIRECTORY_NOT_SUPPORTED
#define ERROR_DIRECTORY_NOT_SUPPORTED 336
#endif
#ifndef ERROR_STOPPED_ON_SYMLINK
#define ERROR_STOPPED_ON_SYMLINK 681
#endif
#ifndef FILE_REMOTE_DEVICE
#define FILE_REMOTE_DEVICE 0x10
#endif
#ifndef ERROR_DISK_QUOTA_EXCEEDED
#define ERROR_DISK_QUOTA_EXCEEDED 1295
#endif

#define TF_WIN32_SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* To look at something: no access that others could be asked to share. */
#define TF_WIN32_LOOK (FILE_READ_ATTRIBUTES | READ_CONTROL)
/* A file to read and write. Without DELETE, so that those who do not share it, as GIO and the C
 * library, can open the file by its name. */
#define TF_WIN32_READ (FILE_READ_DATA | FILE_READ_EA | TF_WIN32_LOOK)
#define TF_WIN32_APPEND (TF_WIN32_READ | FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA)
#define TF_WIN32_WRITE (TF_WIN32_APPEND | FILE_WRITE_DATA)
/* A folder to list and to look names up in. */
#define TF_WIN32_LIST (FILE_LIST_DIRECTORY | FILE_TRAVERSE | TF_WIN32_LOOK)
/* The same with a lease: see tf-lease-win32.c. */
#define TF_WIN32_LEASE (TF_WIN32_LIST | FILE_ADD_FILE)

/* The status of a call that answers with an NTSTATUS, or that a test makes fail. */
#define TF_WIN32_TRY(kind, expression)                                        \
  (G_GNUC_EXTENSION ({                                                        \
    TfStatus fault_ = TF_FAULT (kind);                                        \
    fault_ != 0 ? fault_ : tf_win32_status (expression);                      \
  }))

/* The same for one that answers with a BOOL. */
#define TF_WIN32_TRY_BOOL(kind, expression)                                   \
  (G_GNUC_EXTENSION ({                                                        \
    TfStatus fault_ = TF_FAULT (kind);                                        \
    fault_ != 0 ? fault_ : (expression) ? 0 : (TfStatus) GetLastError ();     \
  }))

/* How to open something. No link is followed unless `follow` is set. */
typedef struct
{
  TfCall kind;                    /* what tests know it by */
  ACCESS_MASK access;
  ULONG share;
  ULONG options;                  /* FILE_DIRECTORY_FILE and the like */
  ULONG attributes;               /* of what is made */
  PSECURITY_DESCRIPTOR security;  /* nullable: as the folder hands it on */
  gboolean create;                /* it must not exist; otherwise it must */
  gboolean follow;
} TfWin32Open;

/* A security descriptor of our user's alone, and the memory for it. */
typedef struct
{
  SECURITY_DESCRIPTOR descriptor;
  union
  {
    ACL acl;
    guint8 bytes[sizeof (ACL) + sizeof (ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE];
  } dacl;
  union
  {
    TOKEN_USER user;
    guint8 bytes[sizeof (TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } token;
} TfWin32Security;

/* A name as the kernel takes it. */
typedef struct
{
  HANDLE root;               /* NULL: the name is a path from the kernel's own root */
  UNICODE_STRING name;
  wchar_t *text;             /* owned */
} TfWin32Name;

/* --- tf-status-win32.c ------------------------------------------------------------------- */

/* The code of GetLastError() for an NTSTATUS; 0 for success. */
TfStatus  tf_win32_status        (NTSTATUS status);
/* Whether the system, or this file system, has no such call. */
gboolean  tf_win32_is_missing    (NTSTATUS status);
/* After a call that failed since somebody has the file open, as a virus scanner has for a moment:
 * waits, and TRUE when the call is worth another try. *tries begins with 0. */
gboolean  tf_win32_wait          (TfStatus status, guint *tries);

/* --- tf-path-win32.c --------------------------------------------------------------------- */

/* UTF-16 of a name, which also gives back what tf_win32_from_wide() made of half a surrogate pair.
 * NULL where it is no UTF-8. *length is in characters. */
wchar_t  *tf_win32_to_wide       (const char *text, gsize *length);
char     *tf_win32_from_wide     (const wchar_t *text, gsize length);
TfStatus  tf_win32_name_init     (TfWin32Name *self, int dir, const char *name, gboolean create);
void      tf_win32_name_clear    (TfWin32Name *self);
/* The path of an open file as UTF-16, with a prefix; NULL with GetLastError(). */
wchar_t  *tf_win32_final_path    (HANDLE handle);

/* --- tf-open-win32.c --------------------------------------------------------------------- */

TfStatus  tf_win32_open          (int dir, const char *name, const TfWin32Open *how,
                                  HANDLE *handle);
/* Opens once more what is open, with other rights; FILE_READ_ATTRIBUTES must be among them. */
TfStatus  tf_win32_open_again    (HANDLE handle, const TfWin32Open *how, HANDLE *again);
/* The same for what was just made, also where the server has no numbers for its files. */
TfStatus  tf_win32_open_made     (HANDLE handle, const TfWin32Open *how, HANDLE *again);

/* --- tf-fd-win32.c ----------------------------------------------------------------------- */

/* The handle behind a descriptor, NULL when there is none. */
HANDLE    tf_win32_handle        (int fd);
/* A descriptor for the handle, which it takes also on failure; `flags` are O_RDWR or O_RDONLY. */
TfStatus  tf_win32_take_handle   (HANDLE handle, int flags, int *fd);
/* The same for what was just made, which is removed on failure. */
TfStatus  tf_win32_take_made     (HANDLE handle, int flags, int *fd);

/* --- tf-access-win32.c ------------------------------------------------------------------- */

/* The user in whose name this thread acts. */
TfStatus  tf_win32_get_user      (TfWin32Security *self);
/* Makes `self` what a private file or folder has. */
TfStatus  tf_win32_security_init (TfWin32Security *self, gboolean folder);
/* The permission bits of what is open with TF_WIN32_LOOK, and whether our user owns it. */
void      tf_win32_judge         (HANDLE handle, DWORD attributes, guint *mode, gboolean *mine);
TfStatus  tf_win32_set_attributes (HANDLE handle, DWORD attributes);
/* Has only our user let in to what is open with WRITE_DAC. */
TfStatus  tf_win32_make_private  (HANDLE handle, gboolean folder);
TfStatus  tf_win32_set_mode      (HANDLE handle, guint mode);

/* --- tf-look-win32.c --------------------------------------------------------------------- */

TfKind    tf_win32_kind          (DWORD attributes, DWORD tag);
TfStatus  tf_win32_attributes    (HANDLE handle, FILE_ATTRIBUTE_TAG_INFO *info);
TfStatus  tf_win32_identify      (HANDLE handle, TfIdentity *id);
TfStatus  tf_win32_stat          (HANDLE handle, TfStat *stat);

/* --- tf-names-win32.c -------------------------------------------------------------------- */

/* Has what is open with DELETE access removed, at once where the system can, otherwise when its
 * last handle is closed. */
TfStatus  tf_win32_dispose       (HANDLE handle);
/* Removes what was just made and closes the handle, which need not have DELETE access. */
void      tf_win32_discard       (HANDLE handle);
/* A name for a file that has to have one, which nobody could guess and no sweep takes; in `folder`,
 * nullable. */
char     *tf_win32_spare_name    (const char *folder);

G_END_DECLS
