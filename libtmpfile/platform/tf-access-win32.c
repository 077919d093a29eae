/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who may do what with a file, on the platform floor of Windows.
 *
 * There are no modes, so they are made up: a file or folder that is private has the bits of its
 * owner only, another one also those of the others, and a file that is marked read-only none to
 * write. Private is what our user alone has access to, next to the system itself, its
 * administrators, and an owner in general, for whom nothing can be withheld. The mark of an owned
 * folder is the attribute SYSTEM: on disk, there for folders too, set in the call that makes the
 * folder, not handed on to what is made in it, and without consequence but that a shell looks for
 * an icon there. */

#include "platform/tf-win32-private.h"

#include <aclapi.h>

#define MAX_DESCRIPTOR 1024   /* usually enough */

TfStatus
tf_win32_get_user (TfWin32Security *self)
{
  DWORD size;

  if (GetTokenInformation (GetCurrentThreadEffectiveToken (), TokenUser, &self->token,
                           sizeof self->token, &size))
    return 0;
  return (TfStatus) GetLastError ();
}

/* Owner and the one entry are our user. "Protected" keeps out what the folder above would hand on;
 * a folder hands its entry on to all below. */
TfStatus
tf_win32_security_init (TfWin32Security *self,
                        gboolean         folder)
{
  DWORD inheritance = folder ? OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE : 0;
  SECURITY_DESCRIPTOR *descriptor = &self->descriptor;
  TfStatus status = tf_win32_get_user (self);
  PSID user = self->token.user.User.Sid;

  if (status != 0)
    return status;
  if (InitializeAcl (&self->dacl.acl, sizeof self->dacl, ACL_REVISION) &&
      AddAccessAllowedAceEx (&self->dacl.acl, ACL_REVISION, inheritance, FILE_ALL_ACCESS, user) &&
      InitializeSecurityDescriptor (descriptor, SECURITY_DESCRIPTOR_REVISION) &&
      SetSecurityDescriptorOwner (descriptor, user, FALSE) &&
      SetSecurityDescriptorDacl (descriptor, TRUE, &self->dacl.acl, FALSE) &&
      SetSecurityDescriptorControl (descriptor, SE_DACL_PROTECTED, SE_DACL_PROTECTED))
    return 0;
  return (TfStatus) GetLastError ();
}

/* --- judging ----------------------------------------------------------------------------- */

static gboolean
is_trusted (PSID sid,
            PSID user)
{
  return EqualSid (sid, user) ||
         IsWellKnownSid (sid, WinLocalSystemSid) ||
         IsWellKnownSid (sid, WinBuiltinAdministratorsSid) ||
         IsWellKnownSid (sid, WinCreatorOwnerSid) ||
         IsWellKnownSid (sid, WinCreatorOwnerRightsSid);
}

/* Whether an entry lets somebody in who is not to be trusted. What is not understood does. */
static gboolean
lets_others_in (const ACE_HEADER *entry,
                PSID              user)
{
  const ACCESS_ALLOWED_ACE *allowed = (gconstpointer) entry;

  switch (entry->AceType)
    {
    case ACCESS_DENIED_ACE_TYPE:
    case ACCESS_DENIED_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
      return FALSE;
    case ACCESS_ALLOWED_ACE_TYPE:
      return allowed->Mask != 0 && !is_trusted ((PSID) &allowed->SidStart, user);
    default:
      return TRUE;
    }
}

/* A file without a list is everybody's. */
static gboolean
is_private (PACL acl,
            PSID user)
{
  if (acl == NULL)
    return FALSE;
  for (DWORD i = 0; i < acl->AceCount; i++)
    {
      gpointer entry;

      if (!GetAce (acl, i, &entry) || lets_others_in (entry, user))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_descriptor (HANDLE    handle,
                 gpointer *descriptor,
                 DWORD     size)
{
  const SECURITY_INFORMATION what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
  DWORD needed = 0;

  if (GetKernelObjectSecurity (handle, what, *descriptor, size, &needed))
    return TRUE;
  if (GetLastError () != ERROR_INSUFFICIENT_BUFFER)
    return FALSE;
  *descriptor = g_malloc (needed);
  return GetKernelObjectSecurity (handle, what, *descriptor, needed, &needed);
}

/* What cannot be read counts as open to all, and as somebody else's. */
void
tf_win32_judge (HANDLE    handle,
                DWORD     attributes,
                guint    *mode,
                gboolean *mine)
{
  gboolean folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  union
  {
    SECURITY_DESCRIPTOR_RELATIVE align;
    guint8 bytes[MAX_DESCRIPTOR];
  } buffer;
  gpointer descriptor = &buffer;
  gboolean private = FALSE;
  TfWin32Security user;
  BOOL present, defaulted;
  PSID owner = NULL;
  PACL acl = NULL;

  *mine = FALSE;
  if (tf_win32_get_user (&user) == 0 && read_descriptor (handle, &descriptor, sizeof buffer) &&
      GetSecurityDescriptorOwner (descriptor, &owner, &defaulted) &&
      GetSecurityDescriptorDacl (descriptor, &present, &acl, &defaulted))
    {
      *mine = owner != NULL && EqualSid (owner, user.token.user.User.Sid);
      private = present && is_private (acl, user.token.user.User.Sid);
    }
  if (descriptor != &buffer)
    g_free (descriptor);

  *mode = folder ? 0777 : 0666;
  if (!folder && (attributes & FILE_ATTRIBUTE_READONLY) != 0)
    *mode &= ~0222u;
  if (private)
    *mode &= ~0077u;
  if (folder && (attributes & FILE_ATTRIBUTE_SYSTEM) != 0)
    *mode |= TF_OS_MARK;
}

/* --- changing ---------------------------------------------------------------------------- */

TfStatus
tf_win32_set_attributes (HANDLE handle,
                         DWORD  attributes)
{
  FILE_BASIC_INFO info = { .FileAttributes = attributes != 0 ? attributes : FILE_ATTRIBUTE_NORMAL };

  return TF_WIN32_TRY_BOOL (TF_CALL_CHMOD, SetFileInformationByHandle (handle, FileBasicInfo,
                                                                       &info, sizeof info));
}

/* The attributes that go with `mode`. */
static DWORD
attributes_for (DWORD now,
                guint mode)
{
  gboolean folder = (now & FILE_ATTRIBUTE_DIRECTORY) != 0;
  DWORD bit = folder ? FILE_ATTRIBUTE_SYSTEM : FILE_ATTRIBUTE_READONLY;
  gboolean on = folder ? (mode & TF_OS_MARK) != 0 : (mode & 0200) == 0;

  return on ? now | bit : now & ~bit;
}

TfStatus
tf_win32_make_private (HANDLE   handle,
                       gboolean folder)
{
  TfWin32Security security;
  TfStatus status = tf_win32_security_init (&security, folder);

  if (status != 0)
    return status;
  return TF_WIN32_TRY_BOOL (TF_CALL_CHMOD,
                            SetKernelObjectSecurity (handle,
                                                     DACL_SECURITY_INFORMATION |
                                                       PROTECTED_DACL_SECURITY_INFORMATION,
                                                     &security.descriptor));
}

/* What any new file here would have: what the folder above hands on. */
static TfStatus
make_inherit (HANDLE handle)
{
  TfStatus status = TF_FAULT (TF_CALL_CHMOD);
  ACL none;

  if (status != 0)
    return status;
  if (!InitializeAcl (&none, sizeof none, ACL_REVISION))
    return (TfStatus) GetLastError ();
  return (TfStatus) SetSecurityInfo (handle, SE_FILE_OBJECT,
                                     DACL_SECURITY_INFORMATION |
                                       UNPROTECTED_DACL_SECURITY_INFORMATION,
                                     NULL, NULL, &none, NULL);
}

static TfStatus
change_mode (HANDLE handle,
             DWORD  attributes,
             guint  now,
             guint  mode)
{
  const TfWin32Open how = { TF_CALL_CHMOD, TF_WIN32_LOOK | FILE_WRITE_ATTRIBUTES | WRITE_DAC,
                            TF_WIN32_SHARE_ALL };
  gboolean folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  gboolean private = (mode & 0077) == 0;
  DWORD wanted = attributes_for (attributes, mode);
  TfStatus status;
  HANDLE again;

  if (private == ((now & 0077) == 0) && wanted == attributes)
    return 0;
  status = tf_win32_open_again (handle, &how, &again);
  if (status != 0)
    return status;
  if (private != ((now & 0077) == 0))
    status = private ? tf_win32_make_private (again, folder) : make_inherit (again);
  if (status == 0 && wanted != attributes)
    status = tf_win32_set_attributes (again, wanted);
  CloseHandle (again);
  return status;
}

TfStatus
tf_win32_set_mode (HANDLE handle,
                   guint  mode)
{
  FILE_ATTRIBUTE_TAG_INFO info;
  TfStatus status = TF_FAULT (TF_CALL_CHMOD);
  gboolean mine;
  guint now;

  if (status == 0)
    status = tf_win32_attributes (handle, &info);
  if (status != 0)
    return status;
  tf_win32_judge (handle, info.FileAttributes, &now, &mine);
  return change_mode (handle, info.FileAttributes, now, mode);
}

TfStatus
tf_os_set_mode (int   fd,
                guint mode)
{
  HANDLE handle = tf_win32_handle (fd);

  return handle != NULL ? tf_win32_set_mode (handle, mode) : ERROR_INVALID_HANDLE;
}

TfStatus
tf_os_umask (const char *path,
             guint      *mask)
{
  *mask = 0;
  return 0;
}
