/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The sweeper against living owners, at every moment there is: a sweep runs inside of each system
 * call of an owner, and an owner at work inside of each of a sweep. What is swept after a kill is
 * tested in tests/api. */

#include "core/tf-folder-private.h"
#include "core/tf-handle-private.h"
#include "core/tf-remover-private.h"
#include "core/tf-session-private.h"
#include "core/tf-sweeper-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "s-"

static guint
sweep (guint min_age)
{
  g_autoptr (GError) error = NULL;
  guint swept = 99;

  tf_sweeper_sweep (tf_test_dir (), PREFIX, min_age, NULL, &swept, &error);
  g_assert_no_error (error);
  return swept;
}

static TfFolder *
make_folder (void)
{
  const TfPlace place = { TF_OS_CWD, tf_test_dir (), PREFIX, NULL };
  g_autoptr (GError) error = NULL;
  TfFolder *folder = tf_folder_new (&place, &error);

  g_assert_no_error (error);
  return folder;
}

static void
write_text (const char *path,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* --- at every call ----------------------------------------------------------------------- */

/* Runs `func` inside of the call whose turn it is, and not inside of its own calls. */
typedef struct
{
  int countdown;
  void (*func) (gpointer data);
  gpointer data;
  gboolean busy;
  gboolean hit;
} Moment;

static int
moment_cb (TfCall   call,
           gpointer data)
{
  Moment *moment = data;

  if (moment->busy || moment->countdown-- != 0)
    return 0;
  moment->busy = moment->hit = TRUE;
  moment->func (moment->data);
  moment->busy = FALSE;
  return 0;
}

/* Lets `act` happen again and again, with `func` in the middle of its first, second, ... call. */
static void
at_every_call (void   (*act) (gpointer data),
               gpointer act_data,
               void   (*func) (gpointer data),
               gpointer func_data)
{
  Moment moment = { 0, func, func_data, FALSE, TRUE };

  for (int n = 0; moment.hit; n++)
    {
      g_assert_cmpint (n, <, 1000);
      moment.countdown = n;
      moment.hit = FALSE;
      tf_fault_install (moment_cb, &moment);
      act (act_data);
      tf_fault_install (NULL, NULL);
    }
}

static void
sweep_cb (gpointer data)
{
  sweep (0);
}

/* --- the owner is never hurt ------------------------------------------------------------- */

static void
assert_alive (TfFolder *folder)
{
  g_autofree char *file = g_build_filename (tf_folder_get_path (folder), "file", NULL);

  g_assert_true (tf_folder_is_there (folder));
  g_assert_cmphex (tf_test_mode (tf_folder_get_path (folder)), ==, 01700);
  write_text (file, "mine");
  g_assert_cmpuint (sweep (0), ==, 0);
  g_assert_true (tf_test_exists (file));
}

/* A folder that was swept before it was leased is another one, under another name. */
static void
live_folder (gpointer data)
{
  TfFolder *folder = make_folder ();
  g_autoptr (GError) error = NULL;

  assert_alive (folder);
  g_assert_true (tf_folder_cleanup (folder, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  tf_folder_unref (folder);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_folder (void)
{
  at_every_call (live_folder, NULL, sweep_cb, NULL);
}

static void
keep_folder (gpointer data)
{
  TfFolder *folder = make_folder ();
  g_autofree char *path = g_strdup (tf_folder_get_path (folder));
  g_autofree char *file = g_build_filename (path, "file", NULL);
  g_autoptr (GError) error = NULL;

  write_text (file, "kept");
  g_assert_true (tf_folder_keep (folder, &error));
  g_assert_no_error (error);
  tf_folder_abandon (folder);
  tf_folder_unref (folder);
  g_assert_cmpuint (sweep (0), ==, 0);
  g_assert_true (tf_test_exists (file));
  g_assert_no_errno (g_unlink (file));
  g_assert_no_errno (g_rmdir (path));
}

static void
test_keep (void)
{
  at_every_call (keep_folder, NULL, sweep_cb, NULL);
}

static TfHandle *
open_file (gboolean anonymous)
{
  const TfPlace place = { TF_OS_CWD, tf_test_dir (), NULL, NULL };
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  TfHandle *handle = tf_handle_new ();

  options.anonymous = anonymous;
  tf_handle_open (handle, &place, NULL, &options, &error);
  g_assert_no_error (error);
  return handle;
}

/* Publishing over a file makes an intermediate, and succeeds beside a sweep. */
static void
publish (gpointer data)
{
  const char *destination = tf_test_path ("document");
  TfHandle *handle = open_file (GPOINTER_TO_INT (data));
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  write_text (destination, "old");
  g_assert_cmpint (tf_channel_write ((TfChannel *) handle, "new", 3, &error), ==, 3);
  tf_handle_persist (handle, destination, TF_PUBLISH_REPLACE, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (destination, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "new");
  tf_handle_abandon (handle);
  tf_handle_unref (handle);
  g_assert_cmpuint (sweep (0), ==, 0);
  g_assert_no_errno (g_unlink (destination));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_publish (void)
{
  at_every_call (publish, GINT_TO_POINTER (TRUE), sweep_cb, NULL);
}

/* The same where only a copy will do. */
static int
refuse_links_cb (TfCall   call,
                 gpointer data)
{
  if (call == TF_CALL_LINK || call == TF_CALL_LINK_EMPTY_PATH)
    return EXDEV;
  return moment_cb (call, data);
}

static void
test_publish_copy (void)
{
  Moment moment = { 0, sweep_cb, NULL, FALSE, TRUE };

  for (int n = 0; moment.hit; n++)
    {
      g_assert_cmpint (n, <, 1000);
      moment.countdown = n;
      moment.hit = FALSE;
      tf_fault_install (refuse_links_cb, &moment);
      publish (GINT_TO_POINTER (TRUE));
      tf_fault_install (NULL, NULL);
    }
}

/* --- an owner at work while a sweep is ----------------------------------------------------- */

typedef struct
{
  TfFolder *folder;   /* made in the middle of the sweep */
} Newcomer;

static void
arrive_cb (gpointer data)
{
  Newcomer *newcomer = data;

  if (newcomer->folder == NULL)
    newcomer->folder = make_folder ();
}

/* What a killed process left: marked, full, and without a lease. */
static void
plant_orphan (guint number)
{
  g_autofree char *path = g_strdup_printf ("%s/" PREFIX "abcdefg%u", tf_test_dir (), number);
  g_autofree char *below = g_build_filename (path, "below", NULL);

  g_assert_no_errno (g_mkdir (path, 0700));
  if (number % 2 == 0)
    g_assert_no_errno (g_mkdir (below, 0700));
  g_assert_no_errno (g_chmod (path, 01700));
}

static void
sweep_orphans (gpointer data)
{
  Newcomer *newcomer = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 4; i++)
    plant_orphan (i);
  g_assert_cmpuint (sweep (0), ==, 4);
  if (newcomer->folder == NULL)
    return;
  assert_alive (newcomer->folder);
  g_assert_true (tf_folder_cleanup (newcomer->folder, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_clear_pointer (&newcomer->folder, tf_owned_unref);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_newcomer (void)
{
  Newcomer newcomer = { NULL };

  at_every_call (sweep_orphans, &newcomer, arrive_cb, &newcomer);
}

typedef struct
{
  TfFolder *folder;
  gboolean sweeping;
} Owner;

static void
keep (TfFolder *folder)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_folder_keep (folder, &error));
  g_assert_no_error (error);
  tf_folder_abandon (folder);
}

static void
keep_cb (gpointer data)
{
  Owner *owner = data;

  if (owner->sweeping)
    keep (owner->folder);
}

static void
sweep_what_is_kept (gpointer data)
{
  Owner *owner = data;
  g_autofree char *path = NULL;
  g_autofree char *file = NULL;

  owner->folder = make_folder ();
  path = g_strdup (tf_folder_get_path (owner->folder));
  file = g_build_filename (path, "file", NULL);
  write_text (file, "mine");
  owner->sweeping = TRUE;
  g_assert_cmpuint (sweep (0), ==, 0);
  owner->sweeping = FALSE;
  g_assert_true (tf_test_exists (file));
  if (!tf_folder_is_closed (owner->folder))
    keep (owner->folder);
  tf_folder_unref (owner->folder);
  g_assert_no_errno (g_unlink (file));
  g_assert_no_errno (g_rmdir (path));
}

/* An owner keeps its folder and ends, while a sweep has found the folder already. */
static void
test_kept_meanwhile (void)
{
  Owner owner = { NULL, FALSE };

  at_every_call (sweep_what_is_kept, &owner, keep_cb, &owner);
}

/* A second sweep in the middle of the first: together they remove each once. */
static void
sweep_too_cb (gpointer data)
{
  guint *together = data;

  *together += sweep (0);
}

static void
sweep_together (gpointer data)
{
  guint *together = data;

  *together = 0;
  for (guint i = 0; i < 4; i++)
    plant_orphan (i);
  *together += sweep (0);
  *together += sweep (0);
  g_assert_cmpuint (*together, ==, 4);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_two_sweeps (void)
{
  guint together = 0;

  at_every_call (sweep_together, &together, sweep_too_cb, &together);
}

/* Somebody exchanges the orphan for a folder of his own, in any call of the sweep. */
static void
exchange_cb (gpointer data)
{
  const char *orphan = tf_test_path (PREFIX "abcdefg0");
  const char *away = tf_test_path ("away");
  g_autofree char *canary = g_build_filename (orphan, "canary", NULL);

  if (g_rename (orphan, away) != 0)
    return;
  g_assert_no_errno (g_mkdir (orphan, 0700));
  write_text (canary, "canary");
}

static void
sweep_exchanged (gpointer data)
{
  const char *orphan = tf_test_path (PREFIX "abcdefg0");
  const char *away = tf_test_path ("away");
  g_autofree char *canary = g_build_filename (orphan, "canary", NULL);

  plant_orphan (0);
  sweep (0);
  if (tf_test_exists (orphan))
    {
      g_assert_true (tf_test_exists (canary));
      g_assert_no_errno (g_unlink (canary));
      g_assert_no_errno (g_rmdir (orphan));
    }
  if (tf_test_exists (away))
    {
      g_autofree char *below = g_build_filename (away, "below", NULL);

      g_rmdir (below);
      g_assert_no_errno (g_rmdir (away));
    }
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_exchanged (void)
{
  at_every_call (sweep_exchanged, NULL, exchange_cb, NULL);
}

/* A folder of ours, `depth` levels below an orphan. */
static TfFolder *
make_tenant (guint depth)
{
  g_autoptr (GString) path = g_string_new (tf_test_path (PREFIX "abcdefg0"));
  TfPlace place = { TF_OS_CWD, NULL, "tmp", NULL };
  g_autoptr (GError) error = NULL;
  TfFolder *folder;

  plant_orphan (0);
  write_text (tf_test_path (PREFIX "abcdefg0/file"), "orphan's");
  for (guint i = 0; i < depth; i++)
    {
      g_string_append (path, "/d");
      g_assert_no_errno (g_mkdir (path->str, 0700));
    }
  place.folder = path->str;
  folder = tf_folder_new (&place, &error);
  g_assert_no_error (error);
  return folder;
}

/* Somebody who lives has a folder in one whose owner is gone: it stays, and the orphan goes once he
 * is gone too. Far down it may have another path. */
static void
test_tenant (void)
{
  for (guint depth = 0; depth < 16; depth += 7)
    {
      TfFolder *folder = make_tenant (depth);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (sweep (0), ==, 0);
      if (depth <= 7)
        assert_alive (folder);
      g_assert_false (tf_folder_is_gone (folder));
      tf_folder_cleanup (folder, NULL, NULL, NULL, &error);
      if (depth <= 7)
        g_assert_no_error (error);
      tf_folder_unref (folder);
      g_assert_cmpuint (sweep (0), ==, 1);
      g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
    }
}

/* --- failing calls ----------------------------------------------------------------------- */

typedef struct
{
  int countdown;
  int status;
  gboolean hit;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  if (call == TF_CALL_CLOSE || call == TF_CALL_GETRANDOM || call == TF_CALL_LIST_KIND ||
      fault->countdown-- != 0)
    return 0;
  fault->hit = TRUE;
  return fault->status;
}

/* An honest answer, no descriptor left, and the next sweep finishes. */
static void
test_every_call_fails (void)
{
  static const int statuses[] = { EACCES, EIO, EMFILE, ENOENT, ENOLCK, EWOULDBLOCK };
  const int step = (int) tf_test_step (3, 1, 1);
  guint before = tf_test_count_fds ();

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      Fault fault = { 0, statuses[i], TRUE };

      for (int n = (int) i % step; fault.hit; n += step)
        {
          g_autoptr (GError) error = NULL;
          guint swept = 0;

          plant_orphan (0);
          plant_orphan (1);
          write_text (tf_test_path (".tf-abcdefgh~"), "");
          fault = (Fault) { n, statuses[i], FALSE };
          tf_fault_install (fault_cb, &fault);
          if (tf_sweeper_sweep (tf_test_dir (), PREFIX, 0, NULL, &swept, &error))
            g_assert_no_error (error);
          else
            g_assert_nonnull (error);
          tf_fault_install (NULL, NULL);
          g_assert_cmpuint (tf_test_count_fds (), ==, before);
          sweep (0);
          g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
        }
    }
}

/* --- the folder of this process ------------------------------------------------------------ */

static TfFolder *
get_session (void)
{
  g_autoptr (GError) error = NULL;
  TfFolder *folder = tf_session_find (&error);

  g_assert_no_error (error);
  return folder;
}

static void
assert_own_session (gpointer data)
{
  TfFolder *folder = get_session ();

  g_assert_cmpstr (tf_folder_get_path (folder), !=, data);
  g_assert_true (tf_test_exists (data));
  tf_owner_discard_all ();
  g_assert_false (tf_test_exists (tf_folder_get_path (folder)));
  g_assert_true (tf_test_exists (data));
  tf_folder_unref (folder);
}

static void
test_session (void)
{
  g_autoptr (GError) error = NULL;
  TfFolder *folder, *again;
  g_autofree char *path = NULL;

  g_assert_true (tf_temp_dir_set (tf_test_dir (), &error));
  g_set_prgname ("/x/../-a\\program with a name that is longer than anybody should give to one");
  folder = get_session ();
  again = get_session ();
  g_assert_true (folder == again);
  tf_folder_unref (again);
  path = g_path_get_basename (tf_folder_get_path (folder));
  g_assert_true (g_str_has_prefix (path, "_a_program with a name that is longer"));
  g_assert_cmpuint (strlen (path), ==, 64 + 1 + 8);

  g_assert_true (tf_test_in_child (assert_own_session, (gpointer) tf_folder_get_path (folder)));

  /* Somebody removed it: there is another. */
  g_assert_no_errno (g_rmdir (tf_folder_get_path (folder)));
  again = get_session ();
  g_assert_cmpstr (tf_folder_get_path (again), !=, tf_folder_get_path (folder));
  tf_folder_unref (folder);

  /* It was cleaned up: likewise. */
  tf_owner_discard_all ();
  g_assert_false (tf_test_exists (tf_folder_get_path (again)));
  folder = get_session ();
  g_assert_true (tf_test_exists (tf_folder_get_path (folder)));
  tf_owner_discard_all ();
  tf_folder_unref (folder);
  tf_folder_unref (again);
  g_assert_true (tf_temp_dir_set (NULL, &error));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/core/sweeper/folder", test_folder);
  tf_test_add ("/core/sweeper/keep", test_keep);
  tf_test_add ("/core/sweeper/publish", test_publish);
  tf_test_add ("/core/sweeper/publish-copy", test_publish_copy);
  tf_test_add ("/core/sweeper/newcomer", test_newcomer);
  tf_test_add ("/core/sweeper/kept-meanwhile", test_kept_meanwhile);
  tf_test_add ("/core/sweeper/two-sweeps", test_two_sweeps);
  tf_test_add ("/core/sweeper/exchanged", test_exchanged);
  tf_test_add ("/core/sweeper/tenant", test_tenant);
  tf_test_add ("/core/sweeper/every-call-fails", test_every_call_fails);
  tf_test_add ("/core/session", test_session);

  return tf_test_run ();
}
