/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor: the process, the machine, the meaning of errors. */

#include "platform-helpers.h"

#include "platform/tf-error-private.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int
wait_for (pid_t pid)
{
  int status;

  g_assert_cmpint (pid, >, 0);
  while (waitpid (pid, &status, 0) == -1)
    g_assert_cmpint (errno, ==, EINTR);
  return status;
}

/* The numbers of a process and all above it. */
typedef struct
{
  guint numbers[6];
  guint n;
} Line;

static void
check_new_generation (gpointer data)
{
  Line line = *(Line *) data;
  guint here = tf_os_generation ();

  g_assert_cmpuint (here, !=, 0);
  g_assert_cmpuint (tf_os_generation (), ==, here);
  for (guint i = 0; i < line.n; i++)
    g_assert_cmpuint (line.numbers[i], !=, here);
  line.numbers[line.n++] = here;
  if (line.n < G_N_ELEMENTS (line.numbers))
    g_assert_true (tf_test_in_child (check_new_generation, &line));
}

static void
generation (void)
{
  guint here = tf_os_generation ();
  guint forks = tf_os_forks ();
  Line line = { { here }, 1 };

  g_assert_cmpuint (here, !=, 0);
  g_assert_true (tf_test_in_child (check_new_generation, &line));
  g_assert_true (tf_test_in_child (check_new_generation, &line));
  g_assert_cmpuint (tf_os_generation (), ==, here);
  g_assert_cmpuint (tf_os_forks (), ==, forks + 2);
}

#ifndef TF_TEST_POSIX
/* fork() without its handlers. */
static pid_t
clone_raw (void)
{
#if defined (__s390x__) || defined (__s390__)
  return (pid_t) syscall (SYS_clone, 0, SIGCHLD, 0, 0, 0);
#else
  return (pid_t) syscall (SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
}

/* Another program ends the child: memory that only its parent's threads knew is no leak. */
G_GNUC_NORETURN static void
end_raw (gboolean passed)
{
  execl (passed ? "/bin/true" : "/bin/false", "end", NULL);
  _exit (2);
}

static void
generation_raw_clone (void)
{
  guint here = tf_os_generation ();
  pid_t pid = clone_raw ();

  if (pid == 0)
    {
      guint child = tf_os_generation ();
      pid_t grandchild = clone_raw ();

      if (grandchild == 0)
        end_raw (tf_os_generation () != child && tf_os_generation () != here);
      end_raw (child != 0 && child != here && wait_for (grandchild) == 0);
    }
  g_assert_cmpint (wait_for (pid), ==, 0);
  g_assert_cmpuint (tf_os_generation (), ==, here);
}
#endif

static gpointer
generation_thread (gpointer data)
{
  return GUINT_TO_POINTER (tf_os_generation ());
}

static void
generation_threads (void)
{
  GThread *threads[8];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("generation", generation_thread, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, tf_os_generation ());
}

static void
fill_random (guint8 *buffer,
             gsize   count)
{
  guint counts[256] = { 0 };

  tf_os_random (buffer, count);
  for (gsize i = 0; i < count; i++)
    counts[buffer[i]]++;
  /* Each value about count / 256 times. */
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_assert_cmpuint (counts[i], >, count / 256 / 2);
      g_assert_cmpuint (counts[i], <, count / 256 * 2);
    }
}

static void
random_bytes (void)
{
  const gsize count = 256 * 256;
  g_autofree guint8 *a = g_malloc (count);
  g_autofree guint8 *b = g_malloc (count);

  fill_random (a, count);
  fill_random (b, count);
  g_assert_cmpint (memcmp (a, b, count), !=, 0);
  tf_os_random (a, 0);
}

static void
check_random_without_descriptors (gpointer data)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 0;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  random_bytes ();
}

static void
random_without_descriptors (void)
{
  g_assert_true (tf_test_in_child (check_random_without_descriptors, NULL));
}

static void
check_umask (gpointer data)
{
  guint expected = GPOINTER_TO_UINT (data);
  guint mask = 01234567;

  umask ((mode_t) expected);
  assert_ok (tf_os_umask (tf_test_dir (), &mask));
  g_assert_cmphex (mask, ==, expected);
  g_assert_cmphex (umask (0), ==, expected);
}

static void
umask_read (void)
{
  static const guint masks[] = { 0, 022, 027, 077, 0777, 0123 };

  for (gsize i = 0; i < G_N_ELEMENTS (masks); i++)
    g_assert_true (tf_test_in_child (check_umask, GUINT_TO_POINTER (masks[i])));
}

static gpointer
last_thread (gpointer data)
{
  int fd, copy;

  /* Now the first thread is gone, and with it what /proc/self has. */
  g_assert_cmpint (pthread_join (*(pthread_t *) data, NULL), ==, 0);
  check_umask (GUINT_TO_POINTER (027));
  fd = make_nameless ();
  if (!IS_POSIX && !is_denied ("proc"))
    {
      assert_ok (tf_os_reopen (fd, NULL, TF_OS_REOPEN_NONE, &copy));
      assert_ok (tf_os_close (copy));
    }
  assert_ok (tf_os_close (fd));
  _exit (0);
}

static void
end_first_thread (gpointer data)
{
  static pthread_t first;
  pthread_t thread;

  first = pthread_self ();
  g_assert_cmpint (pthread_create (&thread, NULL, last_thread, &first), ==, 0);
  pthread_exit (NULL);
}

static void
first_thread_gone (void)
{
  g_assert_true (tf_test_in_child (end_first_thread, NULL));
}

static void
assert_candidates (const char *const *expected)
{
  g_auto (GStrv) found = tf_os_temp_candidates ();

  g_assert_cmpstrv (found, (char **) expected);
}

static void
check_candidates (gpointer data)
{
  const char *all[] = { "/c", "/a", "rel/b", "/tmp", "/var/tmp", "/usr/tmp", NULL };
  const char *one[] = { "rel/b", "/tmp", "/var/tmp", "/usr/tmp", NULL };
  const char *none[] = { "/tmp", "/var/tmp", "/usr/tmp", NULL };

  g_setenv ("TMP", "rel/b", TRUE);
  g_setenv ("TEMP", "/a", TRUE);
  g_setenv ("TMPDIR", "/c", TRUE);
  assert_candidates (all);
  g_setenv ("TMPDIR", "", TRUE);
  g_unsetenv ("TEMP");
  assert_candidates (one);
  g_unsetenv ("TMP");
  assert_candidates (none);
}

static void
candidates (void)
{
  g_assert_true (tf_test_in_child (check_candidates, NULL));
}

/* What the program does when it is run once more, as a set-uid one. */
#define ASK "--first-candidate"

static int
say_first_candidate (void)
{
  g_auto (GStrv) found = tf_os_temp_candidates ();

  return g_strcmp0 (found[0], "/tmp") == 0 && geteuid () != getuid () ? 0 : 1;
}

static void
candidates_set_uid (void)
{
  const char *program = tf_test_path ("program");
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  pid_t pid;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can make a program that runs as another user");
      return;
    }
  g_file_get_contents ("/proc/self/exe", &contents, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (program, contents, (gssize) length, &error);
  g_assert_no_error (error);
  g_assert_no_errno (chown (program, 65534, 65534));
  g_assert_no_errno (chmod (program, 04755));
  g_assert_no_errno (chmod (tf_test_dir (), 0711));

  pid = fork ();
  if (pid == 0)
    {
      g_setenv ("TMPDIR", "/c", TRUE);
      execl (program, program, ASK, NULL);
      _exit (2);
    }
  g_assert_cmpint (wait_for (pid), ==, 0);
  g_assert_no_errno (unlink (program));
}

static void
conditions (void)
{
  static const struct
  {
    int status;
    TfCondition condition;
    GIOErrorEnum code;
  } table[] = {
    { EEXIST, TF_CONDITION_EXISTS, G_IO_ERROR_EXISTS },
    { ENOENT, TF_CONDITION_NOT_FOUND, G_IO_ERROR_NOT_FOUND },
    { ESTALE, TF_CONDITION_NOT_FOUND, G_IO_ERROR_NOT_FOUND },
    { ENOTEMPTY, TF_CONDITION_NOT_EMPTY, G_IO_ERROR_NOT_EMPTY },
    { ENOTDIR, TF_CONDITION_NOT_FOLDER, G_IO_ERROR_NOT_DIRECTORY },
    { EISDIR, TF_CONDITION_OTHER, G_IO_ERROR_IS_DIRECTORY },
    { ELOOP, TF_CONDITION_IS_LINK, G_IO_ERROR_TOO_MANY_LINKS },
    { EACCES, TF_CONDITION_DENIED, G_IO_ERROR_PERMISSION_DENIED },
    { EPERM, TF_CONDITION_DENIED, G_IO_ERROR_PERMISSION_DENIED },
    { EROFS, TF_CONDITION_OTHER, G_IO_ERROR_READ_ONLY },
    { ENOSPC, TF_CONDITION_NO_SPACE, G_IO_ERROR_NO_SPACE },
    { EDQUOT, TF_CONDITION_NO_SPACE, G_IO_ERROR_NO_SPACE },
    { ENOSYS, TF_CONDITION_NOT_SUPPORTED, G_IO_ERROR_NOT_SUPPORTED },
    { EOPNOTSUPP, TF_CONDITION_NOT_SUPPORTED, G_IO_ERROR_NOT_SUPPORTED },
    { EXDEV, TF_CONDITION_CROSS_DEVICE, G_IO_ERROR_NOT_SUPPORTED },
    { EWOULDBLOCK, TF_CONDITION_BUSY, G_IO_ERROR_BUSY },
    { EBUSY, TF_CONDITION_BUSY, G_IO_ERROR_BUSY },
    { EMFILE, TF_CONDITION_OTHER, G_IO_ERROR_TOO_MANY_OPEN_FILES },
    { ENFILE, TF_CONDITION_OTHER, G_IO_ERROR_TOO_MANY_OPEN_FILES },
    { ENAMETOOLONG, TF_CONDITION_OTHER, G_IO_ERROR_FILENAME_TOO_LONG },
    { EBADF, TF_CONDITION_OTHER, G_IO_ERROR_CLOSED },
    { EINVAL, TF_CONDITION_OTHER, G_IO_ERROR_INVALID_ARGUMENT },
    { EIO, TF_CONDITION_OTHER, G_IO_ERROR_FAILED },
  };

  g_assert_cmpint (tf_os_condition (0), ==, TF_CONDITION_OK);
  assert_condition (tf_os_status (TF_CONDITION_EXISTS), EXISTS);
  assert_condition (tf_os_status (TF_CONDITION_NOT_FOUND), NOT_FOUND);
  assert_condition (tf_os_status (TF_CONDITION_NOT_SUPPORTED), NOT_SUPPORTED);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *words = tf_os_describe (table[i].status);

      g_assert_cmpint (tf_os_condition (table[i].status), ==, table[i].condition);
      g_assert_cmpint (tf_os_io_error (table[i].status), ==, table[i].code);
      g_assert_cmpstr (words, ==, g_strerror (table[i].status));
    }
}

static void
errors (void)
{
  TfStatus missing = tf_os_status (TF_CONDITION_NOT_FOUND);
  g_autofree char *words = tf_os_describe (missing);
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_error_set (NULL, missing, "Could not open “%s”: %s", "/x"));
  g_assert_false (tf_error_set_code (NULL, G_IO_ERROR_CLOSED, "“%s” is closed", "/x"));

  g_assert_false (tf_error_set (&error, missing, "Could not open “%s”: %s", "/x/%s\n"));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_prefix (error->message, "Could not open “/x/%s\n”: "));
  g_assert_true (g_str_has_suffix (error->message, words));
  g_clear_error (&error);

  g_assert_false (tf_error_set_code (&error, G_IO_ERROR_CLOSED, "“%s” is closed", "/\xff"));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, " is closed"));
}

int
main (int    argc,
      char **argv)
{
  if (argc == 2 && strcmp (argv[1], ASK) == 0)
    return say_first_candidate ();

  tf_test_init (&argc, &argv);
  tf_test_add ("/platform/process/generation", generation);
#ifndef TF_TEST_POSIX
  tf_test_add ("/platform/process/generation-raw-clone", generation_raw_clone);
#endif
  tf_test_add ("/platform/process/generation-threads", generation_threads);
  tf_test_add ("/platform/process/random", random_bytes);
  tf_test_add ("/platform/process/random-without-descriptors", random_without_descriptors);
  tf_test_add ("/platform/process/umask", umask_read);
  tf_test_add ("/platform/process/first-thread-gone", first_thread_gone);
  tf_test_add ("/platform/process/candidates", candidates);
  tf_test_add ("/platform/process/candidates-set-uid", candidates_set_uid);
  tf_test_add ("/platform/process/conditions", conditions);
  tf_test_add ("/platform/process/errors", errors);
  return tf_test_run ();
}
