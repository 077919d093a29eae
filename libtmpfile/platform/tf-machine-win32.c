/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What Windows gives a process: random bytes, its environment, one life; on its platform floor. */

#include "platform/tf-win32-private.h"

#include <bcrypt.h>

/* There is no fork, so every process has one number. */
static guint number = 1;
guint *tf_os_generation_number = &number;

/* Exit handlers call into the library for as long as the process lives. In a program that has it
 * linked in, this says what is so anyway. */
__attribute__ ((constructor)) static void
stay (void)
{
  HMODULE ignored;

  GetModuleHandleExW (GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                      (LPCWSTR) &number, &ignored);
}

void
tf_os_random (gpointer buffer,
              gsize    count)
{
  guint8 *next = buffer;

  while (count > 0)
    {
      ULONG part = (ULONG) MIN (count, G_MAXINT32);

      if (!BCRYPT_SUCCESS (BCryptGenRandom (NULL, next, part, BCRYPT_USE_SYSTEM_PREFERRED_RNG)))
        g_error ("This system has no source of random numbers");
      next += part;
      count -= part;
    }
}

guint
tf_os_renew_generation (void)
{
  return number;
}

guint
tf_os_forks (void)
{
  return 0;
}

const char *
tf_os_line_end (void)
{
  return "\r\n";
}

/* --- the end ------------------------------------------------------------------------------- */

static void (*exit_func) (void);

static int
exit_cb (void)
{
  exit_func ();
  return 0;
}

/* What atexit() is told in a library is called when the system unloads it, and by then the other
 * threads were ended, wherever they were and whatever they held:
 * https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-exitprocess
 * So exit() itself is told, by the name that it has in the C library: in the universal one, or in
 * the old one. Both may be there, and one of them is the program's. A program that has another,
 * within itself, ends as by _exit(). */
void
tf_os_at_exit (void (*func) (void))
{
  static const struct
  {
    const wchar_t *library;
    const char *name;
  } ways[] = {
    { L"ucrtbase.dll", "_crt_atexit" },
    { L"msvcrt.dll", "_onexit" },
  };

  exit_func = func;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      HMODULE library = GetModuleHandleW (ways[i].library);
      FARPROC found = library != NULL ? GetProcAddress (library, ways[i].name) : NULL;

      /* The one returns whether it worked, the other its argument. */
      if (found != NULL)
        ((gintptr (__cdecl *) (int (__cdecl *) (void))) (gpointer) found) (exit_cb);
    }
}

/* --- folders for temporary files ----------------------------------------------------------- */

static char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && value[0] != '\0' ? g_strdup (value) : NULL;
}

/* What CPython makes of "~". */
static char *
get_home (void)
{
  g_autofree char *profile = get_variable ("USERPROFILE");
  g_autofree char *drive = get_variable ("HOMEDRIVE");
  g_autofree char *path = get_variable ("HOMEPATH");

  if (profile != NULL)
    return g_steal_pointer (&profile);
  return path != NULL ? g_strconcat (drive != NULL ? drive : "", path, NULL) : NULL;
}

/* Takes `base` (nullable). */
static void
add (GPtrArray  *candidates,
     char       *base,
     const char *rest)
{
  if (base != NULL)
    g_ptr_array_add (candidates, g_strconcat (base, rest, NULL));
  g_free (base);
}

/* A path on the drive of the working folder, with that drive. */
static char *
make_absolute (const wchar_t *path)
{
  wchar_t full[MAX_PATH + 1];
  DWORD length = GetFullPathNameW (path, G_N_ELEMENTS (full), full, NULL);

  if (length == 0 || length >= G_N_ELEMENTS (full))
    return NULL;
  return tf_win32_from_wide (full, length);
}

/* Two separators begin the name of a server. */
char *
tf_os_anchor (const char *path)
{
  g_autofree char *root = NULL;

  if (!G_IS_DIR_SEPARATOR (path[0]) || G_IS_DIR_SEPARATOR (path[1]) ||
      (root = make_absolute (L"\\")) == NULL)
    return g_strdup (path);
  return g_strconcat (root, path + 1, NULL);
}

char **
tf_os_temp_candidates (void)
{
  GPtrArray *candidates = g_ptr_array_new ();

  add (candidates, get_variable ("TMPDIR"), "");
  add (candidates, get_variable ("TEMP"), "");
  add (candidates, get_variable ("TMP"), "");
  add (candidates, get_home (), "\\AppData\\Local\\Temp");
  add (candidates, get_variable ("SYSTEMROOT"), "\\Temp");
  add (candidates, g_strdup ("c:\\temp"), "");
  add (candidates, g_strdup ("c:\\tmp"), "");
  add (candidates, make_absolute (L"\\temp"), "");
  add (candidates, make_absolute (L"\\tmp"), "");
  g_ptr_array_add (candidates, NULL);
  return (char **) g_ptr_array_free (candidates, FALSE);
}
