/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the fixture asks of Windows: see the header. */

#include "tf-test-system.h"

#include <glib/gstdio.h>

#include <io.h>
#include <string.h>
#include <windows.h>

#include <aclapi.h>

/* As many descriptors as the C library has. */
#define MAX_FDS 2048
#define MAX_TRIES 100

static char *
make_dir (void)
{
  g_autofree char *path = NULL;
  wchar_t wide[MAX_PATH + 1];
  char *template;

  if (GetTempPathW (G_N_ELEMENTS (wide), wide) == 0)
    exit (1);
  path = g_utf16_to_utf8 (wide, -1, NULL, NULL, NULL);
  template = g_strconcat (path, "tf-test-XXXXXX", NULL);
  if (g_mkdtemp (template) == NULL)
    {
      perror (template);
      exit (1);
    }
  return template;
}

char *
tf_test_system_begin (void)
{
  const char *inherited = tf_test_system_child_dir ();
  char *path = inherited != NULL ? g_strdup (inherited) : make_dir ();

  g_setenv ("TMPDIR", path, TRUE);
  /* GLib's word for it, which is asked for once. */
  g_setenv ("TEMP", path, TRUE);
  g_get_tmp_dir ();
  g_unsetenv ("TEMP");
  g_unsetenv ("TMP");
  return path;
}

void
tf_test_system_set_dir (const char *path)
{
  g_assert_true (g_setenv ("TMPDIR", path, TRUE));
}

TfTestSetTempDir
tf_test_system_find_set_temp_dir (void)
{
  HMODULE library = GetModuleHandleW (L"libtmpfile-1-0.dll");

  return library != NULL ? (TfTestSetTempDir) (gpointer) GetProcAddress (library, "tf_set_temp_dir")
                         : NULL;
}

/* Where the file behind a handle is, NULL when it is no file. */
static char *
describe (HANDLE handle)
{
  wchar_t path[1024] = L"";

  if (GetFileType (handle) != FILE_TYPE_DISK)
    return NULL;
  if (GetFinalPathNameByHandleW (handle, path, G_N_ELEMENTS (path), 0) == 0)
    return g_strdup ("?");
  return g_utf16_to_utf8 (path, -1, NULL, NULL, NULL);
}

GHashTable *
tf_test_system_list_fds (void)
{
  GHashTable *fds = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  for (int fd = 0; fd < MAX_FDS; fd++)
    {
      intptr_t handle = _get_osfhandle (fd);
      char *target;

      if (handle == -1 || handle == -2)
        continue;
      target = describe ((HANDLE) handle);
      g_hash_table_insert (fds, GINT_TO_POINTER (fd),
                           target != NULL ? target : g_strdup ("no file"));
    }
  return fds;
}

goffset
tf_test_system_disk_usage (int fd)
{
  FILE_STANDARD_INFO info;

  g_assert_true (GetFileInformationByHandleEx ((HANDLE) _get_osfhandle (fd), FileStandardInfo,
                                               &info, sizeof info));
  return info.AllocationSize.QuadPart;
}

/* --- modes -------------------------------------------------------------------------------- */

/* Whether an entry lets in who is neither our user nor the system itself. */
static gboolean
is_open_to_others (const ACCESS_ALLOWED_ACE *entry,
                   PSID                      user)
{
  PSID sid = (PSID) &entry->SidStart;

  return entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && !EqualSid (sid, user) &&
         !IsWellKnownSid (sid, WinLocalSystemSid) &&
         !IsWellKnownSid (sid, WinBuiltinAdministratorsSid);
}

static gboolean
is_private (wchar_t *path)
{
  union
  {
    TOKEN_USER user;
    guint8 bytes[sizeof (TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } token;
  PSECURITY_DESCRIPTOR descriptor = NULL;
  gboolean private = TRUE;
  HANDLE handle;
  PACL acl = NULL;
  DWORD size;

  g_assert_true (OpenProcessToken (GetCurrentProcess (), TOKEN_QUERY, &handle));
  g_assert_true (GetTokenInformation (handle, TokenUser, &token, sizeof token, &size));
  CloseHandle (handle);
  g_assert_cmpuint (GetNamedSecurityInfoW (path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                           NULL, &acl, NULL, &descriptor), ==, 0);
  for (DWORD i = 0; acl != NULL && i < acl->AceCount; i++)
    {
      gpointer entry;

      g_assert_true (GetAce (acl, i, &entry));
      if (is_open_to_others (entry, token.user.User.Sid))
        private = FALSE;
    }
  LocalFree (descriptor);
  return acl != NULL && private;
}

guint
tf_test_shown_mode (guint mode)
{
  if ((mode & 0077) == 0)
    return mode;
  return (mode & 0200) != 0 ? 0666 : 0444;
}

/* `.tf-`, 16 digits, and a tilde. */
gboolean
tf_test_is_hidden (const char *name)
{
  return strlen (name) == 21 && g_str_has_prefix (name, ".tf-") && name[20] == '~' &&
         strspn (name + 4, "0123456789abcdef") == 16;
}

guint
tf_test_system_mode (const char *path)
{
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  DWORD attributes = GetFileAttributesW (wide);
  guint mode = 0666;

  if (attributes == INVALID_FILE_ATTRIBUTES)
    g_error ("%s: error %lu", path, GetLastError ());
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
    mode = (attributes & FILE_ATTRIBUTE_SYSTEM) != 0 ? 01777 : 0777;
  else if ((attributes & FILE_ATTRIBUTE_READONLY) != 0)
    mode = 0444;
  return is_private (wide) ? mode & 07700 : mode;
}

/* --- removing ---------------------------------------------------------------------------- */

/* A virus scanner may be at it, or a name may be about to go. */
static int
remove_entry (const char *path)
{
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_chmod (path, 0700);
      if (g_remove (path) == 0)
        return 0;
      g_usleep (1000);
    }
  return -1;
}

static int
remove_below (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;
  int result = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && remove_below (child) != 0)
        result = -1;
      if (remove_entry (child) != 0)
        result = -1;
    }
  if (dir != NULL)
    g_dir_close (dir);
  return result;
}

int
tf_test_system_remove (const char *path,
                       gboolean    itself)
{
  int result = remove_below (path);

  if (itself && remove_entry (path) != 0)
    result = -1;
  return result;
}
