/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of the platform floor on Windows: names and paths, who else has a file open, and what
 * deleting needs. */

#include "platform/tf-win32-private.h"
#include "platform-helpers.h"

/* GIO opens a file by its name while we have it open, and keep the right to delete it. */
static void
open_by_gio (void)
{
  const char *path = tf_test_path ("x");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  TfStat stat;
  gsize done;
  int fd;

  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fd, &stat));
  assert_ok (tf_os_write (fd, "abc", 3, &done));
  stream = G_INPUT_STREAM (g_file_read (file, NULL, &error));
  g_assert_no_error (error);
  /* Who does not share the right keeps us from it, for as long as we try. */
  assert_condition (tf_os_unlink_same (TF_OS_CWD, path, &stat.id), BUSY);
  g_assert_true (g_input_stream_close (stream, NULL, NULL));
  assert_ok (tf_os_unlink_same (TF_OS_CWD, path, &stat.id));
  assert_ok (tf_os_close (fd));
}

static gpointer
close_later_cb (gpointer data)
{
  g_usleep (30000);
  CloseHandle (data);
  return NULL;
}

/* As a virus scanner does. */
static void
open_for_a_moment (void)
{
  const char *path = tf_test_path ("x");
  g_autofree wchar_t *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  const char *to = tf_test_path ("to");
  HANDLE handle;
  GThread *thread;

  for (guint i = 0; i < 2; i++)
    {
      close (plant_file (path));
      handle = CreateFileW (wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
      g_assert_true (handle != INVALID_HANDLE_VALUE);
      thread = g_thread_new ("scanner", close_later_cb, handle);
      if (i == 0)
        assert_ok (tf_os_unlink (TF_OS_CWD, path));
      else
        assert_ok (tf_os_rename (TF_OS_CWD, path, TF_OS_CWD, to, TF_OS_RENAME_NO_REPLACE));
      g_thread_join (thread);
    }
  assert_ok (tf_os_unlink (TF_OS_CWD, to));
}

static void
delete_same (void)
{
  const char *path = tf_test_path ("x");
  const char *folder = tf_test_path ("folder");
  int fd = plant_file (path);
  TfStat stat, other;

  assert_ok (tf_os_stat (fd, &stat));
  assert_ok (tf_os_unlink_same (TF_OS_CWD, path, &stat.id));
  /* The name is free at once, though the file is open. */
  close (plant_file (path));
  assert_condition (tf_os_unlink_same (TF_OS_CWD, path, &stat.id), NOT_FOUND);
  assert_contents (path, "old\n");
  assert_ok (tf_os_create_folder (TF_OS_CWD, folder));
  assert_ok (tf_os_stat_at (TF_OS_CWD, folder, &other));
  assert_condition (tf_os_rmdir_same (TF_OS_CWD, folder, &stat.id), NOT_FOUND);
  assert_ok (tf_os_rmdir_same (TF_OS_CWD, folder, &other.id));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

static void
read_only (void)
{
  const char *path = tf_test_path ("x");
  const char *folder = tf_test_path ("folder");
  g_autofree wchar_t *wide = g_utf8_to_utf16 (folder, -1, NULL, NULL, NULL);
  TfStat stat;
  int fd;

  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0400, 0, &fd, &stat));
  g_assert_cmphex (stat.mode, ==, 0400);
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  assert_ok (tf_os_create_folder (TF_OS_CWD, folder));
  g_assert_true (SetFileAttributesW (wide, FILE_ATTRIBUTE_READONLY));
  assert_ok (tf_os_rmdir (TF_OS_CWD, folder));
}

/* That a file is read-only holds for all its names. */
static void
read_only_link (void)
{
  const char *path = tf_test_path ("x");
  const char *other = tf_test_path ("other");
  TfStat stat;
  int fd;

  assert_ok (tf_os_create_file (TF_OS_CWD, path, 0400, 0, &fd, &stat));
  assert_ok (tf_os_close (fd));
  g_assert_no_errno (link (path, other));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  g_assert_false (tf_test_exists (path));
  g_assert_cmphex (tf_test_mode (other), ==, 0400);
  assert_ok (tf_os_unlink (TF_OS_CWD, other));
}

static int
no_number_cb (TfCall   call,
              gpointer data)
{
  return call == TF_CALL_STAT ? EINVAL : 0;
}

/* What was made goes, also where nothing can be found out about it. */
static void
made_in_vain (void)
{
  const char *path = tf_test_path ("x");
  TfStat stat;
  int fd = -1;

  tf_fault_install (no_number_cb, NULL);
  g_assert_cmpint (tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fd, &stat), !=, 0);
  g_assert_cmpint (tf_os_create_folder (TF_OS_CWD, path), !=, 0);
  g_assert_cmpint (tf_os_create_leased_folder (TF_OS_CWD, path, &fd, &stat), !=, 0);
  tf_fault_install (NULL, NULL);
  g_assert_cmpint (fd, ==, -1);
  g_assert_false (tf_test_exists (path));
}

/* Much longer than MAX_PATH, and as the system itself writes such a path. */
static void
long_path (void)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = g_strdup (tf_test_dir ());
  g_autofree char *file = NULL;
  g_autofree char *to = NULL;
  g_autofree char *shown = NULL;
  TfStat stat, same;
  int fd;

  for (guint i = 0; i < 12; i++)
    {
      char *longer = g_strconcat (path, "/", "a-folder-whose-name-has-fifty-characters-and-no-mor",
                                  NULL);

      g_free (path);
      path = longer;
      assert_ok (tf_os_create_folder (TF_OS_CWD, path));
      g_ptr_array_add (paths, g_strdup (path));
    }
  file = g_build_filename (path, "file", NULL);
  to = g_build_filename (path, "to", NULL);
  g_assert_cmpuint (strlen (file), >, 600);
  assert_ok (tf_os_create_file (TF_OS_CWD, file, 0600, 0, &fd, &stat));
  assert_ok (tf_os_rename (TF_OS_CWD, file, TF_OS_CWD, to, TF_OS_RENAME_REPLACE));
  assert_ok (tf_os_stat_at (TF_OS_CWD, to, &stat));
  shown = g_strconcat ("\\\\?\\", path, "\\\\to", NULL);
  assert_ok (tf_os_stat_at (TF_OS_CWD, shown, &same));
  g_assert_true (tf_identity_equal (&stat.id, &same.id));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_unlink_same (TF_OS_CWD, to, &stat.id));
  while (paths->len > 0)
    {
      assert_ok (tf_os_rmdir (TF_OS_CWD, paths->pdata[paths->len - 1]));
      g_ptr_array_set_size (paths, (int) paths->len - 1);
    }
}

/* A stream of a file, a device, and names that others could not open. */
static void
strange_names (void)
{
  static const char *const names[] = {
    "x:y", "x::$DATA", "x.", "x ", "x\xff", "", "NUL", "nul.x", "Con .x", "com1", "LPT\u00b2.x.y",
  };
  static const char *const paths[] = {
    "\\\\.\\NUL", "\\\\server\\share\\x:y", "\\\\?\\UNC\\server\\share\\x:y",
  };
  int dir, fd = -1;
  TfStat stat;

  assert_ok (tf_os_open_folder (TF_OS_CWD, tf_test_dir (), &dir));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat (tf_test_dir (), "\\", names[i], NULL);
      GIOErrorEnum expected = names[i][0] != '\0' ? G_IO_ERROR_INVALID_FILENAME
                                                  : G_IO_ERROR_NOT_FOUND;
      TfStatus status = tf_os_create_file (dir, names[i], 0600, 0, &fd, &stat);

      g_assert_cmpint (tf_os_io_error (status), ==, expected);
      status = tf_os_create_file (TF_OS_CWD, path, 0600, 0, &fd, &stat);
      g_assert_cmpint (status, !=, 0);
      g_assert_cmpint (fd, ==, -1);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpint (tf_os_io_error (tf_os_create_file (TF_OS_CWD, paths[i], 0600, 0, &fd, &stat)),
                     ==, G_IO_ERROR_INVALID_FILENAME);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  assert_ok (tf_os_close (dir));
}

/* What leads elsewhere is a link, which nobody enters or follows, be it a file or a folder; what
 * only has something done to it is not. */
static void
kinds (void)
{
  static const struct
  {
    DWORD attributes;
    DWORD tag;
    TfKind kind;
  } table[] = {
    { FILE_ATTRIBUTE_NORMAL, 0, TF_KIND_FILE },
    { FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_SYSTEM, 0, TF_KIND_FOLDER },
    { FILE_ATTRIBUTE_DIRECTORY, IO_REPARSE_TAG_MOUNT_POINT, TF_KIND_FOLDER },   /* a mere EA size */
    { FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT, IO_REPARSE_TAG_MOUNT_POINT,
      TF_KIND_LINK },
    { FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT, IO_REPARSE_TAG_SYMLINK,
      TF_KIND_LINK },
    { FILE_ATTRIBUTE_REPARSE_POINT, IO_REPARSE_TAG_SYMLINK, TF_KIND_LINK },
    { FILE_ATTRIBUTE_REPARSE_POINT, 0xa000001d, TF_KIND_LINK },                 /* WSL's link */
    { FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT, 0xa0000019, TF_KIND_LINK },
    { FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT, 0x9000601a, TF_KIND_FOLDER },
    { FILE_ATTRIBUTE_REPARSE_POINT, 0x9000601a, TF_KIND_FILE },                 /* in a cloud */
    { FILE_ATTRIBUTE_REPARSE_POINT, 0x80000013, TF_KIND_FILE },                 /* deduplicated */
    { FILE_ATTRIBUTE_REPARSE_POINT, 0x80000023, TF_KIND_SPECIAL },              /* a socket */
    { FILE_ATTRIBUTE_DEVICE, 0, TF_KIND_SPECIAL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (tf_win32_kind (table[i].attributes, table[i].tag), ==, table[i].kind);
}

/* What is looked up in a folder is in that folder. */
static void
only_names (void)
{
  static const char *const names[] = { "a/x", "a\\x", "..\\x", "a/..", "/x", "\\x" };
  const char *folder = tf_test_path ("a");
  const char *path = tf_test_path ("a\\x");
  int dir, fd = -1;

  assert_ok (tf_os_create_folder (TF_OS_CWD, folder));
  close (plant_file (path));
  assert_ok (tf_os_open_folder (TF_OS_CWD, tf_test_dir (), &dir));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpint (tf_os_io_error (tf_os_unlink (dir, names[i])), ==,
                       G_IO_ERROR_INVALID_FILENAME);
      g_assert_cmpint (tf_os_io_error (tf_os_open_folder (dir, names[i], &fd)), ==,
                       G_IO_ERROR_INVALID_FILENAME);
    }
  g_assert_cmpint (fd, ==, -1);
  assert_contents (path, "old\n");
  assert_ok (tf_os_close (dir));
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
  assert_ok (tf_os_rmdir (TF_OS_CWD, folder));
}

/* The folder above an open folder, up to the root of the drive. */
static void
walk_up (void)
{
  TfStat here, above, expected;
  int fd, up;

  assert_ok (tf_os_open_for_lookup (TF_OS_CWD, tf_test_dir (), &fd));
  assert_ok (tf_os_open_for_lookup (fd, "..", &up));
  g_assert_true (g_str_has_prefix (tf_test_dir (), g_get_tmp_dir ()));
  assert_ok (tf_os_stat (up, &above));
  assert_ok (tf_os_stat_at (TF_OS_CWD, g_get_tmp_dir (), &expected));
  g_assert_true (tf_identity_equal (&above.id, &expected.id));
  for (guint i = 0; i < 100; i++)
    {
      assert_ok (tf_os_close (fd));
      fd = up;
      assert_ok (tf_os_stat (fd, &here));
      assert_ok (tf_os_open_for_lookup (fd, "..", &up));
      assert_ok (tf_os_stat (up, &above));
      if (tf_identity_equal (&here.id, &above.id))
        break;
    }
  g_assert_true (tf_identity_equal (&here.id, &above.id));
  assert_ok (tf_os_close (fd));
  assert_ok (tf_os_close (up));
}

/* GLib calls a path absolute that has no drive. */
static void
anchor (void)
{
  static const char *const whole[] = { "c:\\x", "\\\\server\\share\\x", "\\\\?\\c:\\x", "x" };
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *path = NULL;
  g_autofree char *other = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (whole); i++)
    {
      g_autofree char *same = tf_os_anchor (whole[i]);

      g_assert_cmpstr (same, ==, whole[i]);
    }
  g_assert_no_errno (g_chdir ("c:\\windows"));
  path = tf_os_anchor ("\\x");
  other = tf_os_anchor ("/x/y");
  g_assert_no_errno (g_chdir (before));
  g_assert_cmpint (g_ascii_tolower (path[0]), ==, 'c');
  g_assert_cmpstr (path + 1, ==, ":\\x");
  g_assert_cmpstr (other + 1, ==, ":\\x/y");
}

/* What is only looked at is opened without the right to wait for it, which no owner has by himself:
 * on Windows, not under wine, a folder that denies everything could not be repaired otherwise. */
static void
rights_of_looking (void)
{
  const char *path = tf_test_path ("x");
  ACCESS_MASK granted = MAXIMUM_ALLOWED;
  IO_STATUS_BLOCK io;
  int fds[2];

  fds[0] = plant_file (path);
  assert_ok (tf_os_hold_file (TF_OS_CWD, path, &fds[1]));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_assert_true (NT_SUCCESS (NtQueryInformationFile ((HANDLE) _get_osfhandle (fds[i]), &io,
                                                         &granted, sizeof granted,
                                                         (FILE_INFORMATION_CLASS) 8)));
      g_assert_cmphex (granted & SYNCHRONIZE, ==, i == 0 ? SYNCHRONIZE : 0);
      assert_ok (tf_os_close (fds[i]));
    }
  assert_ok (tf_os_unlink (TF_OS_CWD, path));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/platform/windows/open-by-gio", open_by_gio);
  tf_test_add ("/platform/windows/open-for-a-moment", open_for_a_moment);
  tf_test_add ("/platform/windows/delete-same", delete_same);
  tf_test_add ("/platform/windows/read-only", read_only);
  tf_test_add ("/platform/windows/read-only-link", read_only_link);
  tf_test_add ("/platform/windows/made-in-vain", made_in_vain);
  tf_test_add ("/platform/windows/long-path", long_path);
  tf_test_add ("/platform/windows/strange-names", strange_names);
  tf_test_add ("/platform/windows/kinds", kinds);
  tf_test_add ("/platform/windows/only-names", only_names);
  tf_test_add ("/platform/windows/walk-up", walk_up);
  tf_test_add ("/platform/windows/anchor", anchor);
  tf_test_add ("/platform/windows/rights-of-looking", rights_of_looking);
  return tf_test_run ();
}
