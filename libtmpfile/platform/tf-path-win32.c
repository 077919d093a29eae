/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Names between UTF-8 and UTF-16, and paths as the kernel takes them, on the platform floor of
 * Windows.
 *
 * A name on disk is any sequence of 16-bit units. Half a surrogate pair, which no UTF-8 can
 * express, becomes the three bytes that it would have if it were a character: what cannot be named
 * cannot be deleted. */

#include "platform/tf-win32-private.h"

#include <string.h>

#define MAX_PATH_LENGTH 32766   /* characters */
#define MAX_NAME_LENGTH 255     /* of every file system */

static gboolean
is_surrogate (gunichar c)
{
  return c >= 0xd800 && c <= 0xdfff;
}

/* The character at `text`, of `length` bytes; 0 where there is none. */
static gunichar
get_char (const char *text,
          guint      *length)
{
  const guint8 *at = (const guint8 *) text;
  gunichar c;

  if (at[0] == 0xed && at[1] >= 0xa0 && at[1] <= 0xbf && (at[2] & 0xc0) == 0x80)
    {
      *length = 3;
      return 0xd000 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    }
  c = g_utf8_get_char_validated (text, -1);
  if (c == (gunichar) -1 || c == (gunichar) -2)
    return 0;
  *length = (guint) (g_utf8_next_char (text) - text);
  return c;
}

wchar_t *
tf_win32_to_wide (const char *text,
                  gsize      *length)
{
  /* No character has more units than bytes. */
  wchar_t *wide = g_new (wchar_t, strlen (text) + 1);
  gsize n = 0;
  guint bytes;

  for (; *text != '\0'; text += bytes)
    {
      gunichar c = get_char (text, &bytes);

      if (c == 0)
        {
          g_free (wide);
          return NULL;
        }
      if (c > 0xffff)
        {
          wide[n++] = (wchar_t) (0xd7c0 + (c >> 10));
          wide[n++] = (wchar_t) (0xdc00 | (c & 0x3ff));
        }
      else
        wide[n++] = (wchar_t) c;
    }
  wide[n] = L'\0';
  *length = n;
  return wide;
}

char *
tf_win32_from_wide (const wchar_t *text,
                    gsize          length)
{
  GString *result = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      gunichar c = text[i];

      if (c >= 0xd800 && c <= 0xdbff && i + 1 < length && text[i + 1] >= 0xdc00 &&
          text[i + 1] <= 0xdfff)
        c = ((c - 0xd7c0) << 10) + (text[++i] & 0x3ffu);
      if (is_surrogate (c))
        {
          g_string_append_c (result, (char) 0xed);
          g_string_append_c (result, (char) (0x80 | (c >> 6 & 0x3f)));
          g_string_append_c (result, (char) (0x80 | (c & 0x3f)));
        }
      else
        g_string_append_unichar (result, c);
    }
  return g_string_free (result, FALSE);
}

/* --- paths -------------------------------------------------------------------------------- */

static gboolean
begins (const wchar_t *path,
        const wchar_t *prefix)
{
  return wcsncmp (path, prefix, wcslen (prefix)) == 0;
}

/* The absolute path, with backslashes and without dots; NULL with GetLastError(). */
static wchar_t *
make_full (const wchar_t *path)
{
  DWORD size = GetFullPathNameW (path, 0, NULL, NULL);
  wchar_t *full;
  DWORD length;

  if (size == 0)
    return NULL;
  full = g_new (wchar_t, size);
  length = GetFullPathNameW (path, size, full, NULL);
  if (length > 0 && length < size)
    return full;
  g_free (full);
  if (length >= size)
    SetLastError (ERROR_BAD_PATHNAME);
  return NULL;
}

/* A colon other than that of the drive would lead into another stream of the file. */
static gboolean
has_stream (const wchar_t *path)
{
  const wchar_t *colon = wcschr (path, L':');

  return colon != NULL && (colon != path + 1 || wcschr (colon + 1, L':') != NULL);
}

/* The full path as the kernel has it. Devices are refused, and what Windows makes one of: `NUL`. */
static TfStatus
make_kernel_path (const wchar_t  *full,
                  wchar_t       **path)
{
  const wchar_t *head = L"\\??\\";
  const wchar_t *rest = full;

  if (begins (full, L"\\\\?\\") || begins (full, L"\\??\\"))
    rest = full + 4;
  else if (begins (full, L"\\\\.\\"))
    return ERROR_INVALID_NAME;
  else if (begins (full, L"\\\\"))
    {
      head = L"\\??\\UNC\\";
      rest = full + 2;
    }
  if (has_stream (rest))
    return ERROR_INVALID_NAME;

  *path = g_new (wchar_t, wcslen (head) + wcslen (rest) + 1);
  wcscpy (*path, head);
  wcscat (*path, rest);
  return 0;
}

/* Between two backslashes the kernel would look for a name without characters. */
static void
squeeze (wchar_t *path)
{
  wchar_t *end = path;

  for (const wchar_t *at = path; *at != L'\0'; at++)
    {
      if (*at != L'\\' || end == path || end[-1] != L'\\')
        *end++ = *at;
    }
  *end = L'\0';
}

/* A backslash at the end says "folder" here, and is part of a drive's name. */
static void
trim (wchar_t *path)
{
  gsize length = wcslen (path);

  while (length > 1 && path[length - 1] == L'\\' && path[length - 2] != L':')
    path[--length] = L'\0';
}

static TfStatus
init_path (TfWin32Name   *self,
           const wchar_t *wide)
{
  g_autofree wchar_t *full = NULL;
  TfStatus status;

  if (wide[0] == L'\0')
    return ERROR_PATH_NOT_FOUND;
  full = begins (wide, L"\\\\?\\") ? g_memdup2 (wide, (wcslen (wide) + 1) * sizeof *wide)
                                   : make_full (wide);
  if (full == NULL)
    return (TfStatus) GetLastError ();
  status = make_kernel_path (full, &self->text);
  if (status == 0)
    {
      squeeze (self->text);
      trim (self->text);
    }
  return status;
}

/* The kernel knows no `..`; what is above an open folder is found out by its path. */
static TfStatus
init_above (TfWin32Name *self,
            HANDLE       root)
{
  g_autofree wchar_t *path = tf_win32_final_path (root);
  wchar_t *last;

  if (path == NULL)
    return (TfStatus) GetLastError ();
  trim (path);
  last = wcsrchr (path, L'\\');
  /* The root of a drive is above itself. */
  if (last != NULL && last > path + 3)
    last[0] = L'\0';
  if (last != NULL && last[-1] == L':')
    wcscpy (last, L"\\");
  return make_kernel_path (path, &self->text);
}

static TfStatus
init_in (TfWin32Name *self,
         HANDLE       root,
         wchar_t     *wide)
{
  if (wcscmp (wide, L"..") == 0)
    return init_above (self, root);
  /* A stream, or a path: links would be followed on its way, and a server may list such names. */
  if (wcspbrk (wide, L":\\") != NULL)
    return ERROR_INVALID_NAME;
  if (wcscmp (wide, L".") == 0)
    wide[0] = L'\0';
  else if (wide[0] == L'\0')
    return ERROR_PATH_NOT_FOUND;
  self->root = root;
  self->text = g_memdup2 (wide, (wcslen (wide) + 1) * sizeof *wide);
  return 0;
}

/* What is a device in every folder, also with something behind a dot
 * (https://learn.microsoft.com/windows/win32/fileio/naming-a-file). */
static gboolean
is_device (const wchar_t *name)
{
  static const wchar_t *const devices[] = { L"AUX", L"CON", L"NUL", L"PRN", L"COM", L"LPT" };
  const gsize n_plain = 4;   /* the others have a number */
  gsize length = wcscspn (name, L".");

  while (length > 0 && name[length - 1] == L' ')
    length--;
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      if (_wcsnicmp (name, devices[i], 3) == 0 &&
          (i < n_plain ? length == 3
                       : length == 4 && wcschr (L"0123456789\u00b9\u00b2\u00b3", name[3]) != NULL))
        return TRUE;
    }
  return FALSE;
}

/* Other programs could not open a device, nor what ends in a dot or a blank. */
static gboolean
may_create (const wchar_t *wide,
            gsize          length)
{
  const wchar_t *last = wcsrchr (wide, L'\\');

  return length > 0 && wide[length - 1] != L'.' && wide[length - 1] != L' ' &&
         !is_device (last != NULL ? last + 1 : wide);
}

/* The kernel would only say that the name is not valid. */
static gboolean
is_too_long (const wchar_t *path)
{
  const wchar_t *begin = path;

  for (const wchar_t *at = path; *at != L'\0'; at++)
    {
      if (*at == L'\\')
        begin = at + 1;
      else if (at - begin >= MAX_NAME_LENGTH)
        return TRUE;
    }
  return wcslen (path) > MAX_PATH_LENGTH;
}

TfStatus
tf_win32_name_init (TfWin32Name *self,
                    int          dir,
                    const char  *name,
                    gboolean     create)
{
  g_autofree wchar_t *wide = NULL;
  HANDLE root = NULL;
  TfStatus status;
  gsize length;

  *self = (TfWin32Name) { 0 };
  if (dir != TF_OS_CWD && (root = tf_win32_handle (dir)) == NULL)
    return ERROR_INVALID_HANDLE;
  wide = tf_win32_to_wide (name, &length);
  if (wide == NULL)
    return ERROR_NO_UNICODE_TRANSLATION;
  for (gsize i = 0; i < length; i++)
    {
      if (wide[i] == L'/')
        wide[i] = L'\\';
    }
  if (create && !may_create (wide, length))
    return length == 0 ? ERROR_PATH_NOT_FOUND : ERROR_INVALID_NAME;

  status = root == NULL ? init_path (self, wide) : init_in (self, root, wide);
  if (status == 0 && is_too_long (self->text))
    {
      tf_win32_name_clear (self);
      status = ERROR_FILENAME_EXCED_RANGE;
    }
  if (status == 0)
    {
      self->name.Buffer = self->text;
      self->name.Length = (USHORT) (wcslen (self->text) * sizeof *self->text);
      self->name.MaximumLength = self->name.Length;
    }
  return status;
}

void
tf_win32_name_clear (TfWin32Name *self)
{
  g_clear_pointer (&self->text, g_free);
}

wchar_t *
tf_win32_final_path (HANDLE handle)
{
  DWORD size = 512;
  wchar_t *path = NULL;

  for (;;)
    {
      DWORD length;

      path = g_renew (wchar_t, path, size);
      length = GetFinalPathNameByHandleW (handle, path, size,
                                          FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
      if (length > 0 && length < size)
        return path;
      if (length == 0)
        break;
      size = length + 1;
    }
  g_free (path);
  return NULL;
}

/* The path without the prefix that the system puts before it. */
static char *
show_path (const wchar_t *path)
{
  g_autofree char *rest = NULL;

  if (begins (path, L"\\\\?\\UNC\\"))
    {
      rest = tf_win32_from_wide (path + 8, wcslen (path + 8));
      return g_strconcat ("\\\\", rest, NULL);
    }
  if (begins (path, L"\\\\?\\"))
    path += 4;
  return tf_win32_from_wide (path, wcslen (path));
}

TfStatus
tf_os_path_of (int    fd,
               char **path)
{
  g_autofree wchar_t *found = NULL;
  g_autofree char *shown = NULL;
  HANDLE handle = tf_win32_handle (fd);
  TfIdentity there;
  TfStatus status;
  TfStat stat;

  status = tf_os_stat (fd, &stat);
  if (status == 0)
    status = TF_FAULT (TF_CALL_PROC) != 0 ? ERROR_NOT_SUPPORTED : 0;
  if (status != 0)
    return status;
  if (stat.links == 0)
    return ERROR_FILE_NOT_FOUND;

  found = tf_win32_final_path (handle);
  if (found == NULL)
    return GetLastError () == ERROR_FILE_NOT_FOUND ? ERROR_FILE_NOT_FOUND : ERROR_NOT_SUPPORTED;
  shown = show_path (found);
  status = tf_os_identify_at (TF_OS_CWD, shown, &there);
  if (status != 0)
    return status;
  if (!tf_identity_equal (&stat.id, &there))
    return ERROR_FILE_NOT_FOUND;
  *path = g_steal_pointer (&shown);
  return 0;
}
