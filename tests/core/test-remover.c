/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The recursive remover: everything in the tree goes, nothing outside is touched, and what cannot
 * be done is said. */

#include "core/tf-remover-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CANARY "do not touch"

/* A name that a message cannot show as it is; Windows has none. */
#ifdef G_OS_WIN32
#define NO_LETTER "é"
#else
#define NO_LETTER "\xff"
#endif

/* --- trees ------------------------------------------------------------------------------- */

static void
make_folder (const char *path)
{
  g_assert_no_errno (g_mkdir (path, 0700));
}

static void
make_file (const char *path)
{
  int fd = g_open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, CANARY, strlen (CANARY)), ==, strlen (CANARY));
  close (fd);
  /* Where the system's call that makes it knows no modes. */
  g_assert_no_errno (g_chmod (path, 0600));
}

static void
make_file_at (int         dir,
              const char *name)
{
  int fd = openat (dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static int
open_at (int         dir,
         const char *name)
{
  int fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

/* The folder tf_test_path ("tree"), new. */
static const char *
make_tree (void)
{
  const char *path = tf_test_path ("tree");

  make_folder (path);
  return path;
}

/* A chain of folders below `path`, a file in each. Takes no path longer than a name. */
static void
make_chain (const char *path,
            guint       depth)
{
  int fd = open_at (AT_FDCWD, path);

  for (guint i = 0; i < depth; i++)
    {
      int next;

      g_assert_no_errno (mkdirat (fd, "d", 0700));
      make_file_at (fd, "f");
      next = open_at (fd, "d");
      close (fd);
      fd = next;
    }
  close (fd);
}

/* --- removing ---------------------------------------------------------------------------- */

static gboolean
empty_with (const char         *path,
            GCancellable       *cancellable,
            TfTallyProgress   progress,
            gpointer            data,
            GError            **error)
{
  int fd = open_at (AT_FDCWD, path);
  gboolean result = tf_remover_empty (fd, path, cancellable, progress, data, error);

  close (fd);
  return result;
}

/* All goes, the folder too. */
static void
remove_whole (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (empty_with (path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_no_errno (g_rmdir (path));
}

static void
assert_canary (const char *path,
               guint       mode)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (contents, ==, CANARY);
  g_assert_cmphex (tf_test_mode (path), ==, mode);
}

static void
limit_descriptors (rlim_t n)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = n;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

/* --- shapes ------------------------------------------------------------------------------ */

static void
test_empty (void)
{
  remove_whole (make_tree ());
}

typedef struct
{
  guint calls;
  gint64 last;
  gint64 total;
} Figures;

static void
progress_cb (gint64   removed,
             gint64   total,
             gpointer data)
{
  Figures *figures = data;

  g_assert_cmpint (removed, >=, figures->last);
  g_assert_cmpint (figures->total, ==, -1);
  figures->calls++;
  figures->last = removed;
  figures->total = total;
}

static void
test_wide (void)
{
  const guint n_folders = tf_test_scale (20, 50, 50);
  const guint n_files = tf_test_scale (500, 2000, 2000);
  const char *path = make_tree ();
  g_autoptr (GError) error = NULL;
  Figures figures = { 0, 0, -1 };
  int root = open_at (AT_FDCWD, path);

  for (guint i = 0; i < n_files; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "%u", i);
      make_file_at (root, name);
    }
  for (guint i = 0; i < n_folders; i++)
    {
      char name[16];
      int fd;

      g_snprintf (name, sizeof name, "d%u", i);
      g_assert_no_errno (mkdirat (root, name, 0700));
      fd = open_at (root, name);
      for (guint j = 0; j < 10; j++)
        {
          g_snprintf (name, sizeof name, "%u", j);
          make_file_at (fd, name);
        }
      close (fd);
    }
  close (root);

  g_assert_true (empty_with (path, NULL, progress_cb, &figures, &error));
  g_assert_no_error (error);
  g_assert_cmpint (figures.last, ==, n_files + n_folders * 11);
  g_assert_cmpint (figures.total, ==, figures.last);
  g_assert_cmpuint (figures.calls, >=, figures.last / 64);
  g_assert_no_errno (g_rmdir (path));
}

static gpointer
remove_cb (gpointer data)
{
  remove_whole (data);
  return NULL;
}

/* With 24 descriptors and 256 KiB of stack. */
static void
remove_frugally (gpointer data)
{
  GThread *thread;
  const struct rlimit stack = { 256 * 1024, 256 * 1024 };

  limit_descriptors (24);
  /* New threads get a stack of this size. */
  g_assert_no_errno (setrlimit (RLIMIT_STACK, &stack));
  thread = g_thread_new ("frugal", remove_cb, data);
  g_thread_join (thread);
}

static void
test_deep (void)
{
  const char *path = make_tree ();

  make_chain (path, tf_test_scale (1000, 3000, 20000));
  g_assert_true (tf_test_in_child (remove_frugally, (gpointer) path));
}

/* Many folders where the stack ends. */
static void
test_bushy (void)
{
  g_autoptr (GString) path = g_string_new (make_tree ());
  gsize length = path->len;

  for (guint i = 0; i < 10; i++)
    {
      g_string_append (path, "/d");
      make_folder (path->str);
    }
  for (guint i = 0; i < 80; i++)
    {
      g_autofree char *branch = g_strdup_printf ("%s/b%u", path->str, i);

      make_folder (branch);
      make_chain (branch, i % 2 == 0 ? 30 : 1);
    }
  g_string_truncate (path, length);
  g_assert_true (tf_test_in_child (remove_frugally, path->str));
}

/* The descriptors of the program, the root's, and a few for the work. */
static void
remove_with_few (gpointer data)
{
  int fd = open_at (AT_FDCWD, data);
  g_autoptr (GError) error = NULL;

  limit_descriptors (fd + 1 + 4);
  tf_remover_empty (fd, data, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  close (fd);
  g_assert_no_errno (g_rmdir (data));
}

static void
test_few_descriptors (void)
{
  const char *path = make_tree ();

  make_chain (path, 100);
  g_assert_true (tf_test_in_child (remove_with_few, (gpointer) path));
}

typedef struct
{
  guint calls[TF_N_CALLS];
  guint most_fds;
} Count;

static int
count_cb (TfCall   call,
          gpointer data)
{
  Count *count = data;

  if (call != TF_CALL_LIST_KIND)
    count->calls[call]++;
  if (call == TF_CALL_CLOSE)
    count->most_fds = MAX (count->most_fds, tf_test_count_fds ());
  return 0;
}

static guint
sum_calls (const Count *count)
{
  guint sum = 0;

  for (guint i = 0; i < TF_N_CALLS; i++)
    sum += count->calls[i];
  return sum;
}

/* Whether one call tells that a folder is no mount. */
static gboolean
has_cheap_look (const char *path)
{
  Count count = { 0 };
  TfStat stat;
  int fd = open_at (AT_FDCWD, path);

  tf_fault_install (count_cb, &count);
  g_assert_cmpint (tf_os_stat_folder (fd, &stat), ==, 0);
  tf_fault_install (NULL, NULL);
  close (fd);
  return sum_calls (&count) == 1;
}

/* A file costs one call, a folder six, and one level in eleven two more for being moved. */
static void
test_calls (void)
{
  const guint depth = 480, n_files = 500;
  const char *path = make_tree ();
  guint before = tf_test_count_fds ();
  Count count = { 0 };
  int fd;

  if (!has_cheap_look (path) || !tf_test_kinds_are_listed ())
    {
      g_test_message ("this system needs several calls to tell a mount, or a folder from a file");
      remove_whole (path);
      return;
    }

  make_chain (path, depth);
  tf_fault_install (count_cb, &count);
  remove_whole (path);
  tf_fault_install (NULL, NULL);
  g_assert_cmpuint (count.calls[TF_CALL_UNLINK], ==, depth);
  g_assert_cmpuint (count.calls[TF_CALL_STAT], ==, 0);
  g_assert_cmpuint (sum_calls (&count), <=, depth * 7 + depth / 11 * 2 + 12);
  g_assert_cmpuint (count.most_fds, <=, before + 12);

  fd = open_at (AT_FDCWD, make_tree ());
  for (guint i = 0; i < n_files; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "%u", i);
      make_file_at (fd, name);
    }
  close (fd);
  memset (&count, 0, sizeof count);
  tf_fault_install (count_cb, &count);
  remove_whole (path);
  tf_fault_install (NULL, NULL);
  g_assert_cmpuint (sum_calls (&count), <=, n_files + 10);
}

/* --- strange things ---------------------------------------------------------------------- */

static void
test_links (void)
{
  const char *path = make_tree ();
  const char *outside = tf_test_path ("outside");
  const char *canary = tf_test_path ("outside/canary");

  make_folder (outside);
  make_file (canary);
  g_assert_no_errno (g_chmod (canary, 0640));
  make_folder (tf_test_path ("tree/d"));
  g_assert_no_errno (symlink (canary, tf_test_path ("tree/file")));
  g_assert_no_errno (symlink (outside, tf_test_path ("tree/d/folder")));
  g_assert_no_errno (symlink ("nowhere", tf_test_path ("tree/d/dangling")));
  g_assert_no_errno (symlink ("..", tf_test_path ("tree/d/up")));
  g_assert_no_errno (symlink ("loop", tf_test_path ("tree/loop")));
  g_assert_no_errno (symlink ("/", tf_test_path ("tree/all")));
  g_assert_no_errno (link (canary, tf_test_path ("tree/d/hard")));

  remove_whole (path);
  assert_canary (canary, 0640);
  g_assert_cmpuint (tf_test_count_entries (outside), ==, 1);
  g_assert_no_errno (g_unlink (canary));
  g_assert_no_errno (g_rmdir (outside));
}

static void
test_specials (void)
{
  const char *path = make_tree ();
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const char *where = tf_test_path ("tree/s");
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (strlen (where), <, sizeof address.sun_path);
  strcpy (address.sun_path, where);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (mkfifo (tf_test_path ("tree/fifo"), 0600));
  make_folder (tf_test_path ("tree/d"));
  g_assert_no_errno (mkfifo (tf_test_path ("tree/d/fifo"), 0));

  remove_whole (path);
  close (fd);
}

static void
test_names (void)
{
  static const char *const names[] = {
#ifdef G_OS_WIN32
    "-rf", "--", ".hidden", "~", "é", "%41", "'", "$x", "~1",
#else
    "a\nb", "-rf", "--", " ", "\xff\xfe", "\x1b[31m", "...", ".hidden", "*", "~", "c:\\d", "é",
#endif
  };
  const char *path = make_tree ();
  char longest[256];

  memset (longest, 'x', 255);
  longest[255] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = g_build_filename (path, names[i], NULL);
      g_autofree char *file = g_build_filename (folder, names[i], NULL);

      make_folder (folder);
      make_file (file);
    }
  {
    g_autofree char *folder = g_build_filename (path, longest, NULL);
    g_autofree char *file = g_build_filename (folder, longest, NULL);

    make_folder (folder);
    make_file (file);
  }

  remove_whole (path);
}

/* --- permissions ------------------------------------------------------------------------- */

/* Folders without permissions at each level of a chain that is longer than the stack. */
static void
lock_chain_and_remove (gpointer data)
{
  static const guint modes[] = { 0000, 0500, 0300, 0600, 0444 };
  const char *path = tf_test_path ("tree");
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  make_folder (path);
  g_ptr_array_add (folders, g_strdup (path));
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *folder = g_build_filename (folders->pdata[i], "d", NULL);
      g_autofree char *file = g_build_filename (folder, "f", NULL);

      make_folder (folder);
      make_file (file);
      g_ptr_array_add (folders, g_steal_pointer (&folder));
    }
  for (guint i = 40; i > 0; i--)
    {
      guint mode = modes[i % G_N_ELEMENTS (modes)];

      g_assert_no_errno (g_chmod (folders->pdata[i], mode));
    }

  remove_whole (path);
}

static void
test_permissions (void)
{
  g_assert_true (tf_test_as_nobody (lock_chain_and_remove, NULL));
}

/* The root itself lost the permissions it had when it was opened. */
static void
remove_locked_root (gpointer data)
{
  const char *path = make_tree ();
  g_autoptr (GError) error = NULL;
  int fd;

  make_file (tf_test_path ("tree/f"));
  fd = open_at (AT_FDCWD, path);
  g_assert_no_errno (g_chmod (path, 0));
  tf_remover_empty (fd, path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  close (fd);
  g_assert_no_errno (g_rmdir (path));
}

static void
test_locked_root (void)
{
  g_assert_true (tf_test_as_nobody (remove_locked_root, NULL));
}

static int
refuse_unlink_cb (TfCall   call,
                  gpointer data)
{
  guint *refusals = data;

  if (call != TF_CALL_UNLINK || *refusals == 0)
    return 0;
  (*refusals)--;
  return EPERM;
}

/* What cannot go is named once and counted once; the rest goes; a second try finishes. */
static void
test_refused (void)
{
  const char *path = make_tree ();
  g_autofree char *more = NULL;
  g_autoptr (GError) error = NULL;
  guint refusals = 3;
  guint most = 3;
  guint left;

  make_folder (tf_test_path ("tree/d"));
  make_folder (tf_test_path ("tree/d/e"));
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/d/e/" NO_LETTER "%u", path, i);

      make_file (file);
    }
  make_folder (tf_test_path ("tree/other"));
  /* What may be a folder is unlinked first; whether also `other` comes before the files, the file
   * system says. */
  if (!tf_test_kinds_are_listed ())
    {
      refusals += 3;
      most++;
    }

  tf_fault_install (refuse_unlink_cb, &refusals);
  g_assert_false (empty_with (path, NULL, NULL, NULL, &error));
  tf_fault_install (NULL, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (tf_test_mentions (error->message, "tree/d/e/"));
  left = tf_test_count_entries (tf_test_path ("tree/d/e"));
  g_assert_cmpuint (left, >=, 3);
  g_assert_cmpuint (left, <=, most);
  more = g_strdup_printf ("(and %u more)", left - 1);
  g_assert_nonnull (strstr (error->message, more));
  g_assert_cmpuint (tf_test_count_entries (path), ==, 1);

  remove_whole (path);
}

static void
fail_on_foreign (gpointer data)
{
  const char *path = tf_test_path ("tree");
  g_autoptr (GError) error = NULL;

  g_assert_false (empty_with (path, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (tf_test_mentions (error->message, "tree/foreign"));
  g_assert_null (strstr (error->message, "more"));
  g_assert_cmpuint (tf_test_count_entries (path), ==, 1);
}

/* A folder of somebody else's: it goes when it is empty, stays when it is not, and all else
 * goes. */
static void
test_foreign (void)
{
  const char *path = make_tree ();

  if (geteuid () != 0)
    {
      g_test_skip ("needs two users");
      remove_whole (path);
      return;
    }
  g_assert_no_errno (chown (path, 65534, 65534));
  make_file (tf_test_path ("tree/file"));
  make_folder (tf_test_path ("tree/empty"));
  make_folder (tf_test_path ("tree/foreign"));
  make_file (tf_test_path ("tree/foreign/file"));

  g_assert_true (tf_test_as_nobody (fail_on_foreign, NULL));
  remove_whole (path);
}

/* --- mounts ------------------------------------------------------------------------------ */

static void
assert_not_entered (const char *path,
                    const char *mounted)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (empty_with (path, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, mounted));
  g_assert_null (strstr (error->message, "more"));
  g_assert_cmpuint (tf_test_count_entries (path), ==, 1);
}

static gboolean
is_known_mount (const char *path)
{
  int fd = open_at (AT_FDCWD, path);
  TfStat stat;

  g_assert_cmpint (tf_os_stat_folder (fd, &stat), ==, 0);
  close (fd);
  return stat.mount_root;
}

/* A part of the same file system, mounted in the tree: only the mount itself tells, and does so in
 * every back end on Linux. */
static void
meet_bind_mount (const char *path,
                 const char *place,
                 const char *outside,
                 const char *canary)
{
  g_assert_no_errno (mount (outside, place, NULL, MS_BIND, NULL));
  g_assert_true (is_known_mount (place));
  assert_not_entered (path, "tree/d/mounted");
  assert_canary (canary, 0600);
  g_assert_no_errno (umount2 (place, MNT_DETACH));
}

/* In a mount namespace of our own. */
static void
meet_mounts (gpointer data)
{
  const char *path = tf_test_path ("disk/tree");
  const char *place = tf_test_path ("disk/tree/d/mounted");
  const char *outside = tf_test_path ("disk/outside");
  const char *canary = tf_test_path ("disk/outside/canary");

  make_folder (path);
  make_folder (tf_test_path ("disk/tree/d"));
  make_folder (place);
  make_folder (outside);
  make_file (canary);
  make_file (tf_test_path ("disk/tree/d/file"));

  meet_bind_mount (path, place, outside, canary);

  if (!tf_test_exists (tf_test_path ("disk/tree/d/file")))
    make_file (tf_test_path ("disk/tree/d/file"));
  g_assert_no_errno (mount ("tf-test", place, "tmpfs", 0, NULL));
  make_file (tf_test_path ("disk/tree/d/mounted/file"));
  assert_not_entered (path, "tree/d/mounted");
  g_assert_true (tf_test_exists (tf_test_path ("disk/tree/d/mounted/file")));
  g_assert_no_errno (umount2 (place, MNT_DETACH));

  make_file (tf_test_path ("disk/tree/d/file"));
  g_assert_no_errno (mount (canary, tf_test_path ("disk/tree/d/file"), NULL, MS_BIND, NULL));
  assert_not_entered (path, "tree/d/file");
  assert_canary (canary, 0600);
  g_assert_no_errno (umount2 (tf_test_path ("disk/tree/d/file"), MNT_DETACH));

  remove_whole (path);
}

/* A mount below the end of the stack: what it is in may be moved to the root, with it. */
static void
meet_deep_mount (gpointer data)
{
  const char *path = tf_test_path ("disk/tree");
  g_autoptr (GString) place = g_string_new (path);
  g_autofree char *mounted = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;
  int fd;

  make_folder (path);
  for (guint i = 0; i < 12; i++)
    {
      g_string_append (place, "/d");
      make_folder (place->str);
    }
  g_assert_no_errno (mount ("tf-test", place->str, "tmpfs", 0, NULL));
  fd = open_at (AT_FDCWD, place->str);
  make_file_at (fd, "canary");
  g_assert_false (empty_with (path, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_no_errno (fstatat (fd, "canary", &st, AT_SYMLINK_NOFOLLOW));
  mounted = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_assert_no_errno (umount2 (mounted, MNT_DETACH));
  close (fd);
  remove_whole (path);
}

static void
test_mounts (void)
{
  gsize size = 4 * 1024 * 1024;

  g_assert_true (tf_test_on_small_disk (size, meet_mounts, NULL));
  g_assert_true (tf_test_on_small_disk (size, meet_deep_mount, NULL));
}

/* --- cancelling -------------------------------------------------------------------------- */

static void
cancel_cb (gint64   removed,
           gint64   total,
           gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_cancel (void)
{
  const char *path = make_tree ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint calls = 0;

  make_chain (path, tf_test_scale (150, 300, 300));
  while (TRUE)
    {
      g_autoptr (GError) error = NULL;

      g_cancellable_reset (cancellable);
      calls++;
      if (empty_with (path, cancellable, cancel_cb, cancellable, &error))
        break;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (calls, <, 100);
    }
  g_assert_cmpuint (calls, >, 3);
  g_assert_no_errno (g_rmdir (path));
}

static void
test_cancelled_before (void)
{
  const char *path = make_tree ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  make_file (tf_test_path ("tree/file"));
  g_cancellable_cancel (cancellable);
  g_assert_false (empty_with (path, cancellable, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (tf_test_exists (tf_test_path ("tree/file")));
  remove_whole (path);
}

/* --- failing calls ----------------------------------------------------------------------- */

typedef struct
{
  guint countdown;
  gboolean for_ever;
  int status;
  gboolean hit;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (call == TF_CALL_CLOSE || call == TF_CALL_GETRANDOM)
    return 0;
  if (fault->countdown > 0)
    {
      fault->countdown--;
      return 0;
    }
  if (fault->hit && !fault->for_ever)
    return 0;
  fault->hit = TRUE;
  return fault->status;
}

/* Calls fail with every error, once and from then on: an honest answer, and the next try finishes.
 * A quick run takes a sample of the calls, another one for each error. */
static void
test_every_call_fails (void)
{
  static const int statuses[] = { EACCES, EBUSY, EIO, EMFILE, ENOENT, ENOMEM, ENOTDIR, ENOTEMPTY };
  const guint step = tf_test_step (11, 7, 1);
  guint before = tf_test_count_fds ();

  for (guint i = 0; i < G_N_ELEMENTS (statuses) * 2; i++)
    {
      Fault fault = { 0, i % 2 != 0, statuses[i / 2], FALSE };
      guint n = i * step / (guint) (G_N_ELEMENTS (statuses) * 2);

      do
        {
          const char *path = make_tree ();
          g_autoptr (GError) error = NULL;

          make_chain (path, 13);
          fault.countdown = n;
          fault.hit = FALSE;
          tf_fault_install (fault_cb, &fault);
          if (empty_with (path, NULL, NULL, NULL, &error))
            g_assert_no_error (error);
          else
            g_assert_nonnull (error);
          tf_fault_install (NULL, NULL);
          g_assert_cmpuint (tf_test_count_fds (), ==, before);
          remove_whole (path);
          n += step;
        }
      while (fault.hit && n < 1000);
      g_assert_false (fault.hit);
    }
}

static int
refuse_rename_cb (TfCall   call,
                  gpointer data)
{
  return call == TF_CALL_RENAME || call == TF_CALL_RENAMEAT2 ? EXDEV : 0;
}

static int
refuse_rename_or_fail_cb (TfCall   call,
                          gpointer data)
{
  int status = refuse_rename_cb (call, NULL);

  return status != 0 ? status : fault_cb (call, data);
}

/* As on an overlay: nothing can be moved, and all goes, with few descriptors. */
static void
remove_without_moving (gpointer data)
{
  tf_fault_install (refuse_rename_cb, NULL);
  remove_frugally (data);
  tf_fault_install (NULL, NULL);
}

static void
test_rename_refused (void)
{
  g_autoptr (GString) path = g_string_new (make_tree ());
  gsize length = path->len;

  make_chain (path->str, 200);
  for (guint i = 0; i < 14; i++)
    {
      g_autofree char *branch = g_strdup_printf ("%s/d/b%u", path->str, i);

      g_string_append (path, "/d");
      make_folder (branch);
      make_chain (branch, i);
    }
  g_string_truncate (path, length);
  g_assert_true (tf_test_in_child (remove_without_moving, path->str));
}

/* What cannot go is named, and the next try finishes. */
static void
test_rename_and_unlink_refused (void)
{
  const char *path = make_tree ();
  g_autoptr (GError) error = NULL;
  const guint step = tf_test_step (3, 3, 3);
  Fault fault = { 0, TRUE, EIO, FALSE };

  for (guint n = 0; !fault.hit || error != NULL; n++)
    {
      make_chain (path, 20);
      g_clear_error (&error);
      fault.countdown = n * step;
      fault.hit = FALSE;
      tf_fault_install (refuse_rename_or_fail_cb, &fault);
      if (empty_with (path, NULL, NULL, NULL, &error))
        g_assert_no_error (error);
      else
        g_assert_nonnull (error);
      tf_fault_install (NULL, NULL);
      remove_whole (path);
      make_folder (path);
      if (!fault.hit)
        break;
    }
  remove_whole (path);
}

typedef struct
{
  guint unlinks;   /* refused from now on */
  guint refused;
} Refusal;

static int
refuse_rename_and_unlinks_cb (TfCall   call,
                              gpointer data)
{
  Refusal *refusal = data;

  if (call != TF_CALL_UNLINK || refusal->unlinks == 0)
    return refuse_rename_cb (call, NULL);
  refusal->unlinks--;
  refusal->refused++;
  return EPERM;
}

/* Below the end of the stack too, what stays keeps nothing but the folders it is in. */
static void
test_rename_refused_and_stays (void)
{
  g_autoptr (GString) path = g_string_new (make_tree ());
  g_autofree char *tree = g_strdup (path->str);
  g_autoptr (GError) error = NULL;
  Refusal refusal = { 40, 0 };

  for (guint i = 0; i < 14; i++)
    {
      g_string_append (path, "/d");
      make_folder (path->str);
    }
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *branch = g_strdup_printf ("%s/b%u", path->str, i);

      make_folder (branch);
      make_chain (branch, 3);
    }
  tf_fault_install (refuse_rename_and_unlinks_cb, &refusal);
  g_assert_false (empty_with (tree, NULL, NULL, NULL, &error));
  tf_fault_install (NULL, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_true (tf_test_mentions (error->message, "tree/d/d/d/d/d/d/d/d/d/d/d/d/d/d/b"));
  g_assert_nonnull (strstr (error->message, " more)"));
  /* No more of the branches than were refused. */
  g_assert_cmpuint (tf_test_count_entries (path->str), >, 0);
  g_assert_cmpuint (tf_test_count_entries (path->str), <=, 40);
  remove_whole (tree);
}

/* --- others at work ---------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  int stop;
} Filler;

/* The same names again and again, so that it never gets far ahead of a slow remover. */
static gpointer
fill_cb (gpointer data)
{
  Filler *filler = data;
  int root = open_at (AT_FDCWD, filler->path);

  for (guint i = 0; !g_atomic_int_get (&filler->stop); i++)
    {
      char name[32];
      int fd;

      g_snprintf (name, sizeof name, "d%u", i % 200);
      mkdirat (root, name, 0700);
      g_snprintf (name, sizeof name, "d%u/f", i % 200);
      fd = openat (root, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
      if (fd >= 0)
        close (fd);
    }
  close (root);
  return NULL;
}

static void
test_filled (void)
{
  Filler filler = { make_tree (), FALSE };
  GThread *thread = g_thread_new ("filler", fill_cb, &filler);

  for (guint i = 0; i < tf_test_scale (3, 20, 20); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!empty_with (filler.path, NULL, NULL, NULL, &error))
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
    }
  g_atomic_int_set (&filler.stop, TRUE);
  g_thread_join (thread);
  remove_whole (filler.path);
}

/* But for NTFS of Windows 10, what is deleted there keeps its name until its last handle is closed:
 * that of another remover can be in the way for a moment. */
static gboolean
is_hindered (const GError *error)
{
#ifdef G_OS_WIN32
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
#else
  return FALSE;
#endif
}

/* Not NULL when something was in the way. */
static gpointer
remove_too_cb (gpointer data)
{
  g_autoptr (GError) error = NULL;

  empty_with (data, NULL, NULL, NULL, &error);
  if (is_hindered (error))
    return data;
  g_assert_no_error (error);
  return NULL;
}

/* Two at the same tree: what the other removed is no error. */
static void
test_two_removers (void)
{
  const char *path = make_tree ();
  gboolean hindered;
  GThread *thread;

  make_chain (path, tf_test_scale (100, 400, 400));
  thread = g_thread_new ("remover", remove_too_cb, (gpointer) path);
  hindered = remove_too_cb ((gpointer) path) != NULL;
  hindered = g_thread_join (thread) != NULL || hindered;
  if (hindered)
    remove_whole (path);
  else
    g_assert_no_errno (g_rmdir (path));
}

typedef struct
{
  TfCall call;
  guint countdown;
  const char *from;
  const char *to;
  const char *link;   /* what `from` becomes a link to, or NULL */
  gboolean done;
} Attack;

/* Moves something away, right before a call, and may plant a link in its place. */
static int
attack_cb (TfCall   call,
           gpointer data)
{
  Attack *attack = data;

  if (attack->done || call != attack->call || attack->countdown-- > 0)
    return 0;
  attack->done = TRUE;
  if (rename (attack->from, attack->to) == 0 && attack->link != NULL)
    g_assert_no_errno (symlink (attack->link, attack->from));
  return 0;
}

/* A folder becomes a link to the outside at every moment there is. */
static void
test_exchanged_for_link (void)
{
  static const TfCall calls[] = {
    TF_CALL_OPEN, TF_CALL_STATX, TF_CALL_LIST, TF_CALL_UNLINK, TF_CALL_RMDIR, TF_CALL_CLOSE,
    TF_CALL_RENAME,
  };
  const char *canary = tf_test_path ("outside/canary");

  make_folder (tf_test_path ("outside"));
  make_file (canary);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      for (guint n = 0; n < 12; n += tf_test_scale (3, 2, 1))
        {
          Attack attack = { calls[i], n, tf_test_path ("tree/d/d"), tf_test_path ("away"),
                            tf_test_path ("outside"), FALSE };
          g_autoptr (GError) error = NULL;
          const char *path = make_tree ();

          make_chain (path, 14);
          tf_fault_install (attack_cb, &attack);
          empty_with (path, NULL, NULL, NULL, &error);
          tf_fault_install (NULL, NULL);
          g_assert_no_error (error);
          assert_canary (canary, 0600);
          remove_whole (path);
          if (tf_test_exists (attack.to))
            remove_whole (attack.to);
        }
    }
  g_assert_no_errno (g_unlink (canary));
  g_assert_no_errno (g_rmdir (tf_test_path ("outside")));
}

/* A folder is moved out of the tree while we are in it: its new parent is not ours to empty. */
static void
test_moved_out (void)
{
  const char *canary = tf_test_path ("outside/canary");

  for (guint n = 0; n < 40; n++)
    {
      Attack attack = { TF_CALL_LIST, n, tf_test_path ("tree/d/d"), tf_test_path ("outside/d"),
                        NULL, FALSE };
      g_autoptr (GError) error = NULL;
      const char *path = make_tree ();

      make_folder (tf_test_path ("outside"));
      make_file (canary);
      make_chain (path, 5);
      tf_fault_install (attack_cb, &attack);
      empty_with (path, NULL, NULL, NULL, &error);
      tf_fault_install (NULL, NULL);
#ifdef G_OS_WIN32
      /* wine 8 tells the volume of what is open by the path it had, and then none: it stays. */
      if (error != NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
#else
      g_assert_no_error (error);
#endif
      assert_canary (canary, 0600);
      remove_whole (path);
      remove_whole (tf_test_path ("outside"));
    }
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/core/remover/empty", test_empty);
  tf_test_add ("/core/remover/wide", test_wide);
  tf_test_add ("/core/remover/deep", test_deep);
  tf_test_add ("/core/remover/bushy", test_bushy);
  tf_test_add ("/core/remover/few-descriptors", test_few_descriptors);
  tf_test_add ("/core/remover/calls", test_calls);
  tf_test_add ("/core/remover/links", test_links);
  tf_test_add ("/core/remover/specials", test_specials);
  tf_test_add ("/core/remover/names", test_names);
  tf_test_add ("/core/remover/permissions", test_permissions);
  tf_test_add ("/core/remover/locked-root", test_locked_root);
  tf_test_add ("/core/remover/refused", test_refused);
  tf_test_add ("/core/remover/foreign", test_foreign);
  tf_test_add ("/core/remover/mounts", test_mounts);
  tf_test_add ("/core/remover/cancel", test_cancel);
  tf_test_add ("/core/remover/cancelled-before", test_cancelled_before);
  tf_test_add ("/core/remover/every-call-fails", test_every_call_fails);
  tf_test_add ("/core/remover/rename-refused", test_rename_refused);
  tf_test_add ("/core/remover/rename-refused-and-stays", test_rename_refused_and_stays);
  tf_test_add ("/core/remover/rename-and-unlink-refused", test_rename_and_unlink_refused);
  tf_test_add ("/core/remover/filled", test_filled);
  tf_test_add ("/core/remover/two-removers", test_two_removers);
  tf_test_add ("/core/remover/exchanged-for-link", test_exchanged_for_link);
  tf_test_add ("/core/remover/moved-out", test_moved_out);

  return tf_test_run ();
}
