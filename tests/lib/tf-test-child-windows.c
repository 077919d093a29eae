/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The fixture's children, on Windows: a fresh copy of the program that adds no tests and calls the
 * one function. It finds function and data by where they are in the program. */

#include "tf-test-system.h"
#include "tf-test-windows.h"

#include <errno.h>
#include <string.h>
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* "FUNCTION KIND DATA PROGRAM SECTION FOLDER". The numbers are hexadecimal. The function's is from
 * the beginning of the program, and the data's too where its kind is `s`; where that is `n` it is a
 * number, or shared. The next is where the program begins, and the last the handle of the memory
 * that is shared, 0 for none. */
#define VARIABLE "TF_TEST_CHILD"
#define MAX_NUMBER 0x10000

/* Where nothing is in a fresh process. What is shared is at the same place in all of them. */
#define SHARED ((Shared *) GSIZE_TO_POINTER (G_GUINT64_CONSTANT (0x20000000000)))
#define SHARED_SIZE (1 << 20)

/* The exit code of a process that was ended as by a signal: this, and the signal. */
#define BY_SIGNAL 0x10000

typedef struct
{
  void (*func) (gpointer data);
  gpointer data;
  char *dir;
} Order;

typedef struct
{
  gsize used;   /* of the bytes, by all processes */
  guint8 bytes[];
} Shared;

static Order *order;     /* NULL in the parent */
static HANDLE section;   /* NULL as long as nothing is shared */

/* --- what they share --------------------------------------------------------------------- */

static void
map_section (void)
{
  if (MapViewOfFileEx (section, FILE_MAP_ALL_ACCESS, 0, 0, 0, SHARED) != SHARED)
    g_error ("memory cannot be shared: error %lu", GetLastError ());
}

gpointer
tf_test_shared_memory (gsize size)
{
  SECURITY_ATTRIBUTES inherited = { .nLength = sizeof inherited, .bInheritHandle = TRUE };
  gsize rounded = (size + 15) & ~(gsize) 15;
  gsize begin;

  if (section == NULL)
    {
      section = CreateFileMappingW (INVALID_HANDLE_VALUE, &inherited, PAGE_READWRITE, 0,
                                    SHARED_SIZE, NULL);
      map_section ();
    }
  begin = (gsize) g_atomic_pointer_add (&SHARED->used, (gssize) rounded);
  g_assert_cmpuint (begin + rounded, <=, SHARED_SIZE - sizeof (Shared));
  return SHARED->bytes + begin;
}

void
tf_test_system_unshare (void)
{
  if (section == NULL)
    return;
  UnmapViewOfFile (SHARED);
  CloseHandle (section);
  section = NULL;
}

/* --- what they are to do ----------------------------------------------------------------- */

/* Where something is in the program; FALSE when it is not static. */
static gboolean
find_offset (gconstpointer  address,
             gsize         *offset)
{
  MEMORY_BASIC_INFORMATION info;
  HMODULE program = GetModuleHandleW (NULL);

  if (VirtualQuery (address, &info, sizeof info) == 0 || info.AllocationBase != program)
    return FALSE;
  *offset = (gsize) ((const char *) address - (const char *) program);
  return TRUE;
}

static gboolean
is_shared (gconstpointer address)
{
  return section != NULL && (const guint8 *) address >= SHARED->bytes &&
         (const guint8 *) address < (const guint8 *) SHARED + SHARED_SIZE;
}

static char *
write_order (void   (*func) (gpointer data),
             gpointer data)
{
  gboolean is_static = (gsize) data >= MAX_NUMBER && !is_shared (data);
  gsize data_offset = (gsize) data;
  gsize func_offset;

  if (!find_offset ((gconstpointer) func, &func_offset) ||
      (is_static && !find_offset (data, &data_offset)))
    g_error ("on Windows a child is given what is static or shared, or a number");
  return g_strdup_printf ("%" G_GSIZE_MODIFIER "x %c %" G_GSIZE_MODIFIER "x %" G_GSIZE_MODIFIER
                          "x %" G_GSIZE_MODIFIER "x %s", func_offset, is_static ? 's' : 'n',
                          data_offset, (gsize) GetModuleHandleW (NULL), (gsize) section,
                          tf_test_dir ());
}

static gsize
read_number (const char *text)
{
  return (gsize) g_ascii_strtoull (text, NULL, 16);
}

/* What is shared may point to what is static. */
static void
inherit_section (const char *program_text,
                 const char *section_text)
{
  section = (HANDLE) GSIZE_TO_POINTER (read_number (section_text));
  if (section == NULL)
    return;
  if (read_number (program_text) != (gsize) GetModuleHandleW (NULL))
    g_error ("the copy of the program is not where the program was");
  map_section ();
}

const char *
tf_test_system_child_dir (void)
{
  char *program = (char *) GetModuleHandleW (NULL);
  const char *text = g_getenv (VARIABLE);
  g_auto (GStrv) words = NULL;

  if (order != NULL || text == NULL)
    return order != NULL ? order->dir : NULL;
  words = g_strsplit (text, " ", 6);
  g_assert_cmpuint (g_strv_length (words), ==, 6);
  order = g_new0 (Order, 1);
  order->func = (void (*) (gpointer)) (program + read_number (words[0]));
  order->data = words[1][0] == 's' ? program + read_number (words[2])
                                   : GSIZE_TO_POINTER (read_number (words[2]));
  inherit_section (words[3], words[4]);
  order->dir = g_strdup (words[5]);
  g_unsetenv (VARIABLE);
  return order->dir;
}

void
tf_test_system_run_child (void)
{
  order->func (order->data);
  fflush (NULL);
  /* _exit() would run the handlers of the libraries. */
  TerminateProcess (GetCurrentProcess (), 0);
  g_assert_not_reached ();
}

/* --- its life ---------------------------------------------------------------------------- */

void
tf_test_begin_child (void)
{
  g_error ("nobody else makes children on Windows");
}

/* The number is a handle, which has 32 bits in any process. */
int
tf_test_fork (void   (*func) (gpointer data),
              gpointer data)
{
  g_autofree char *text = write_order (func, data);
  g_autofree wchar_t *line = g_memdup2 (GetCommandLineW (),
                                        (wcslen (GetCommandLineW ()) + 1) * sizeof (wchar_t));
  STARTUPINFOW startup = { .cb = sizeof startup };
  PROCESS_INFORMATION process;
  wchar_t program[MAX_PATH + 1];

  fflush (NULL);
  g_assert_cmpuint (GetModuleFileNameW (NULL, program, G_N_ELEMENTS (program)), <,
                    G_N_ELEMENTS (program));
  g_assert_true (g_setenv (VARIABLE, text, TRUE));
  if (!CreateProcessW (program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
    g_error ("a copy of the program cannot be started: error %lu", GetLastError ());
  g_unsetenv (VARIABLE);
  CloseHandle (process.hThread);
  return (int) (gintptr) process.hProcess;
}

int
tf_test_waitpid (int  pid,
                 int *status,
                 int  options)
{
  HANDLE process = (HANDLE) (gintptr) pid;
  DWORD code;

  if (WaitForSingleObject (process, (options & WNOHANG) != 0 ? 0 : INFINITE) == WAIT_TIMEOUT)
    return 0;
  if (!GetExitCodeProcess (process, &code) || !CloseHandle (process))
    {
      errno = ECHILD;
      return -1;
    }
  /* As Unix has it: the signal, or the exit code in the second byte. */
  if (code >= BY_SIGNAL)
    *status = code < 2 * BY_SIGNAL ? (int) (code - BY_SIGNAL) : SIGSEGV;
  else
    *status = (int) (code & 0xff) << 8;
  return pid;
}

static int
end_process (HANDLE process,
             int    signal)
{
  return TerminateProcess (process, BY_SIGNAL + (UINT) signal) ? 0 : -1;
}

int
tf_test_kill (int pid,
              int signal)
{
  return end_process ((HANDLE) (gintptr) pid, signal);
}

int
tf_test_raise (int signal)
{
  return end_process (GetCurrentProcess (), signal);
}

static gpointer
alarm_cb (gpointer data)
{
  g_usleep (GPOINTER_TO_UINT (data) * G_USEC_PER_SEC);
  tf_test_raise (SIGALRM);
  return NULL;
}

void
tf_test_alarm (unsigned int seconds)
{
  g_thread_unref (g_thread_new ("alarm", alarm_cb, GUINT_TO_POINTER (seconds)));
}

gboolean
tf_test_wait_child (int pid)
{
  int status;

  g_assert_cmpint (tf_test_waitpid (pid, &status, 0), ==, pid);
  if (WIFSIGNALED (status))
    g_test_message ("the child was ended by signal %d", WTERMSIG (status));
  return status == 0;
}

gboolean
tf_test_in_child (void   (*func) (gpointer data),
                  gpointer data)
{
  return tf_test_wait_child (tf_test_fork (func, data));
}

/* --- what Windows does not have ---------------------------------------------------------- */

/* Who is not root does it as himself, as on Unix. */
gboolean
tf_test_as_nobody (void   (*func) (gpointer data),
                   gpointer data)
{
  return tf_test_in_child (func, data);
}

gboolean
tf_test_on_small_disk (gsize    size,
                       void   (*func) (gpointer data),
                       gpointer data)
{
  g_error ("there is no mount() on Windows");
}
