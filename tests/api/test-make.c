/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The plain functions: files, folders and other things that the caller deletes. */

#define TF_DISABLE_DEPRECATION_WARNINGS

#include "api-helpers.h"

#include <sys/socket.h>
#include <sys/un.h>

static gboolean
is_random (const char *text)
{
  for (guint i = 0; i < 8; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '_')
      return FALSE;
  return TRUE;
}

/* In the test's folder, and of the form that is promised. */
static void
assert_name (const char *path,
             const char *prefix,
             const char *suffix)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);

  g_assert_cmpstr (dir, ==, tf_test_dir ());
  g_assert_cmpuint (strlen (name), ==, strlen (prefix) + 8 + strlen (suffix));
  g_assert_true (g_str_has_prefix (name, prefix));
  g_assert_true (g_str_has_suffix (name, suffix));
  g_assert_true (is_random (name + strlen (prefix)));
}

static void
assert_descriptor (int   fd,
                   guint links)
{
  struct stat st;

  g_assert_cmpint (fd, >=, 3);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
  g_assert_cmpint (fcntl (fd, F_GETFL) & O_ACCMODE, ==, O_RDWR);
  g_assert_no_errno (fstat (fd, &st));
  g_assert_true (S_ISREG (st.st_mode));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (st.st_uid, ==, geteuid ());
  g_assert_cmpuint (st.st_nlink, ==, links);
}

static void
make_one_of_each (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  g_autofree char *folder = NULL;
  int fd;

  if (data != NULL)
    umask (GPOINTER_TO_UINT (data) - 1);
  fd = tf_mkstemp (NULL, "p-", ".s", &file, &error);
  g_assert_no_error (error);
  assert_descriptor (fd, 1);
  assert_name (file, "p-", ".s");
  g_assert_cmpuint (tf_test_mode (file), ==, 0600);
  g_assert_no_errno (close (fd));
  remove_file (file);

  folder = tf_mkdtemp (NULL, "p-", ".s", &error);
  g_assert_no_error (error);
  assert_name (folder, "p-", ".s");
  g_assert_cmpuint (tf_test_mode (folder), ==, 0700);
  g_assert_no_errno (g_rmdir (folder));

  fd = tf_open_anonymous (NULL, &error);
  g_assert_no_error (error);
  assert_descriptor (fd, TF_TEST_ANONYMOUS_LINKS);
  g_assert_no_errno (close (fd));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_each (void)
{
  make_one_of_each (NULL);
}

static void
test_umask (void)
{
  static const guint masks[] = { 0777, 0000, 0277, 0022 };

  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    {
      g_assert_true (tf_test_in_child (make_one_of_each, GUINT_TO_POINTER (masks[i] + 1)));
      g_assert_true (tf_test_as_nobody (make_one_of_each, GUINT_TO_POINTER (masks[i] + 1)));
    }
}

static void
test_nobody (void)
{
  g_assert_true (tf_test_as_nobody (make_one_of_each, NULL));
}

static void
close_standard (gpointer data)
{
  for (int fd = 0; fd < 3; fd++)
    close (fd);
  make_one_of_each (NULL);
  for (int fd = 0; fd < 3; fd++)
    g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
}

static void
test_standard_closed (void)
{
  g_assert_true (tf_test_in_child (close_standard, NULL));
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  int fd = tf_mkstemp (NULL, NULL, NULL, &file, &error);

  g_assert_no_error (error);
  assert_name (file, "tmp", "");
  close (fd);
  remove_file (file);
  folder = tf_mkdtemp (NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_name (folder, "tmp", "");
  g_assert_no_errno (g_rmdir (folder));
  name = tf_mktemp (NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_name (name, "tmp", "");
  g_assert_false (tf_test_exists (name));
}

/* The empty string is not the default: it is nothing. */
static void
test_empty_affixes (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = tf_mktemp (NULL, "", "", &error);

  g_assert_no_error (error);
  assert_name (name, "", "");
}

static void
test_names_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint counts[128] = { 0 };
  guint n = tf_test_scale (500, 5000, 50000);

  for (guint i = 0; i < n; i++)
    {
      char *name = tf_mktemp (NULL, "", "", NULL);
      const char *random = name + strlen (tf_test_dir ()) + 1;

      for (guint j = 0; j < 8; j++)
        counts[random[j] & 127]++;
      g_assert_true (g_hash_table_add (seen, name));
    }
  /* Each of the 37 comes up, none twice as often as the average: no bias to speak of. */
  for (const char *c = "abcdefghijklmnopqrstuvwxyz0123456789_"; *c != '\0'; c++)
    {
      g_assert_cmpuint (counts[(guchar) *c], >, 0);
      g_assert_cmpuint (counts[(guchar) *c], <, 2 * n * 8 / 37);
    }
}

static void
in_other_folder (gpointer data)
{
  g_autofree char *there = g_build_filename (tf_test_dir (), "sub", NULL);
  g_autofree char *slashed = g_strconcat (there, "/", NULL);
  const char *dirs[] = { there, slashed, "sub" };

  g_assert_no_errno (chdir (tf_test_dir ()));
  for (guint i = 0; i < G_N_ELEMENTS (dirs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = NULL;
      g_autofree char *parent = NULL;
      int fd = tf_mkstemp (dirs[i], NULL, NULL, &path, &error);

      g_assert_no_error (error);
      g_assert_true (g_path_is_absolute (path));
      parent = g_path_get_dirname (path);
      g_assert_cmpstr (parent, ==, there);
      close (fd);
      remove_file (path);
      fd = tf_open_anonymous (dirs[i], &error);
      g_assert_no_error (error);
      close (fd);
    }
}

static void
test_folder (void)
{
  g_assert_no_errno (g_mkdir (tf_test_path ("sub"), 0700));
  g_assert_true (tf_test_in_child (in_other_folder, NULL));
  g_assert_no_errno (g_rmdir (tf_test_path ("sub")));
}

/* The path is not asked for: the descriptor alone, and the caller finds the name. */
static void
test_no_path (void)
{
  g_autoptr (GError) error = NULL;
  int fd = tf_mkstemp (NULL, "lone-", NULL, NULL, &error);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  path = g_file_read_link (link, NULL);
  assert_name (path, "lone-", "");
  close (fd);
  remove_file (path);
}

/* --- tf_make() --------------------------------------------------------------------------- */

typedef struct
{
  guint calls;
  guint refuse;        /* that many times */
  int code;            /* with this GIOErrorEnum, or -1: without an error */
  char *last;
} Script;

static gboolean
scripted_cb (GFile    *file,
             gpointer  user_data,
             GError  **error)
{
  Script *script = user_data;
  g_autofree char *path = g_file_get_path (file);

  script->calls++;
  g_assert_cmpstr (path, !=, script->last);
  g_free (script->last);
  script->last = g_strdup (path);
  g_assert_false (tf_test_exists (path));
  if (script->calls > script->refuse)
    return TRUE;
  if (script->code >= 0)
    g_set_error (error, G_IO_ERROR, script->code, "%s is refused", path);
  return FALSE;
}

static void
test_make_retries (void)
{
  static const int codes[] = { G_IO_ERROR_EXISTS, G_IO_ERROR_ADDRESS_IN_USE };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;
      Script script = { 0, 5, codes[i], NULL };
      g_autofree char *path = tf_make (scripted_cb, &script, NULL, "m-", ".y", &error);

      g_assert_no_error (error);
      g_assert_cmpuint (script.calls, ==, 6);
      g_assert_cmpstr (path, ==, script.last);
      assert_name (path, "m-", ".y");
      g_free (script.last);
    }
}

static void
test_make_gives_up (void)
{
  g_autoptr (GError) error = NULL;
  Script script = { 0, G_MAXUINT, G_IO_ERROR_EXISTS, NULL };

  g_assert_null (tf_make (scripted_cb, &script, NULL, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_EXISTS);
  g_assert_cmpuint (script.calls, >=, 10);
  g_assert_cmpuint (script.calls, <=, 100000);
  g_free (script.last);
}

static void
test_make_fails (void)
{
  g_autoptr (GError) error = NULL;
  Script other = { 0, 1, G_IO_ERROR_NO_SPACE, NULL };
  Script silent = { 0, 1, -1, NULL };

  g_assert_null (tf_make (scripted_cb, &other, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_true (g_str_has_suffix (error->message, "is refused"));
  g_assert_cmpuint (other.calls, ==, 1);
  g_clear_error (&error);
  g_assert_null (tf_make (scripted_cb, &silent, NULL, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_FAILED);
  g_assert_cmpuint (silent.calls, ==, 1);
  /* Nobody has to want the error. */
  silent.calls = 0;
  g_assert_null (tf_make (scripted_cb, &silent, NULL, NULL, NULL, NULL));
  g_free (other.last);
  g_free (silent.last);
}

typedef struct
{
  guint calls;
  int taken;     /* a socket that occupies the first name */
  int made;
  char *path;    /* of the first */
} Sockets;

static int
bind_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path),
                    <, sizeof address.sun_path);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  g_assert_no_errno (close (fd));
  return -1;
}

static gboolean
socket_cb (GFile    *file,
           gpointer  user_data,
           GError  **error)
{
  Sockets *sockets = user_data;
  g_autofree char *path = g_file_get_path (file);

  if (sockets->calls++ == 0)
    {
      sockets->path = g_strdup (path);
      sockets->taken = bind_socket (path);
      g_assert_cmpint (sockets->taken, >=, 0);
    }
  sockets->made = bind_socket (path);
  if (sockets->made >= 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (EADDRINUSE), "taken");
  return FALSE;
}

static void
test_make_socket (void)
{
  g_autoptr (GError) error = NULL;
  Sockets sockets = { 0, -1, -1, NULL };
  g_autofree char *path = tf_make (socket_cb, &sockets, NULL, "s-", NULL, &error);
  struct stat st;

  g_assert_no_error (error);
  g_assert_cmpuint (sockets.calls, ==, 2);
  g_assert_cmpstr (path, !=, sockets.path);
  g_assert_no_errno (lstat (path, &st));
  g_assert_true (S_ISSOCK (st.st_mode));
  close (sockets.taken);
  close (sockets.made);
  remove_file (path);
  remove_file (sockets.path);
  g_free (sockets.path);
}

static gboolean
fifo_cb (GFile    *file,
         gpointer  user_data,
         GError  **error)
{
  char **first = user_data;
  g_autofree char *path = g_file_get_path (file);
  int saved;

  if (*first == NULL)
    {
      *first = g_strdup (path);
      g_assert_no_errno (mkfifo (path, 0600));
    }
  if (mkfifo (path, 0600) == 0)
    return TRUE;
  saved = errno;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved), g_strerror (saved));
  return FALSE;
}

static void
test_make_fifo (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *path = tf_make (fifo_cb, &first, NULL, NULL, ".fifo", &error);
  struct stat st;

  g_assert_no_error (error);
  g_assert_cmpstr (path, !=, first);
  g_assert_no_errno (lstat (path, &st));
  g_assert_true (S_ISFIFO (st.st_mode));
  remove_file (path);
  remove_file (first);
}

/* --- what cannot be ---------------------------------------------------------------------- */

static gboolean
never_cb (GFile    *file,
          gpointer  user_data,
          GError  **error)
{
  g_assert_not_reached ();
}

static void
assert_refused (const char *dir,
                const char *prefix,
                const char *suffix,
                int         code)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;

  g_assert_cmpint (tf_mkstemp (dir, prefix, suffix, &path, &error), ==, -1);
  assert_io_error (error, code);
  g_assert_null (path);
  g_assert_null (tf_mkdtemp (dir, prefix, suffix, &error));
  assert_io_error (error, code);
}

static void
test_separators (void)
{
  static const char *const bad[] = { "/", "a/b", "../x", "/etc/x", "a\\b", "\\", "x/" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      assert_refused (NULL, bad[i], NULL, G_IO_ERROR_INVALID_FILENAME);
      assert_refused (NULL, NULL, bad[i], G_IO_ERROR_INVALID_FILENAME);
      g_assert_null (tf_mktemp (NULL, bad[i], NULL, &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
      g_assert_null (tf_mktemp (NULL, NULL, bad[i], &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
      g_assert_null (tf_make (never_cb, NULL, NULL, bad[i], NULL, &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
      g_assert_null (tf_make (never_cb, NULL, NULL, NULL, bad[i], &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
      g_assert_false (tf_set_temp_prefix (bad[i], &error));
      assert_io_error (error, G_IO_ERROR_INVALID_FILENAME);
    }
  g_assert_cmpstr (tf_get_temp_prefix (), ==, "tmp");
}

static void
test_folders (void)
{
  g_autoptr (GError) error = NULL;

  make_file (tf_test_path ("plain"), "", 0600);
  assert_refused ("", NULL, NULL, G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (tf_test_path ("missing"), NULL, NULL, G_IO_ERROR_NOT_FOUND);
  assert_refused (tf_test_path ("plain"), NULL, NULL, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_cmpint (tf_open_anonymous ("", &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (tf_open_anonymous (tf_test_path ("missing"), &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_FOUND, tf_test_path ("missing"));
  g_assert_cmpint (tf_open_anonymous (tf_test_path ("plain"), &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_NOT_DIRECTORY, tf_test_path ("plain"));
  g_assert_null (tf_mktemp ("", NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_null (tf_make (never_cb, NULL, "", NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  remove_file (tf_test_path ("plain"));
}

static void
test_too_long (void)
{
  g_autofree char *name = g_strnfill (300, 'x');

  assert_refused (NULL, name, NULL, G_IO_ERROR_FILENAME_TOO_LONG);
  assert_refused (NULL, NULL, name, G_IO_ERROR_FILENAME_TOO_LONG);
}

static void
in_locked_folder (gpointer data)
{
  g_autoptr (GError) error = NULL;

  assert_refused (data, NULL, NULL, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (tf_open_anonymous (data, &error), ==, -1);
  assert_io_error_names (error, G_IO_ERROR_PERMISSION_DENIED, (char *) data);
}

static void
test_unwritable (void)
{
  const char *path = tf_test_path ("locked");

  g_assert_no_errno (g_mkdir (path, 0555));
  g_assert_true (tf_test_as_nobody (in_locked_folder, (gpointer) path));
  g_assert_no_errno (g_rmdir (path));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/make/each", test_each);
  tf_test_add ("/make/umask", test_umask);
  tf_test_add ("/make/as-nobody", test_nobody);
  tf_test_add ("/make/standard-descriptors-closed", test_standard_closed);
  tf_test_add ("/make/defaults", test_defaults);
  tf_test_add ("/make/empty-affixes", test_empty_affixes);
  tf_test_add ("/make/names-differ", test_names_differ);
  tf_test_add ("/make/folder", test_folder);
  tf_test_add ("/make/no-path", test_no_path);
  tf_test_add ("/make/func/retries", test_make_retries);
  tf_test_add ("/make/func/gives-up", test_make_gives_up);
  tf_test_add ("/make/func/fails", test_make_fails);
  tf_test_add ("/make/func/socket", test_make_socket);
  tf_test_add ("/make/func/fifo", test_make_fifo);
  tf_test_add ("/make/separators", test_separators);
  tf_test_add ("/make/folders", test_folders);
  tf_test_add ("/make/too-long", test_too_long);
  tf_test_add ("/make/unwritable", test_unwritable);
  return tf_test_run ();
}
