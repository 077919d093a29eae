/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The audit hooks: what is asked about and what is not, what a refusal leaves, and that no lock is
 * held. */

#include "core/tf-audit-private.h"
#include "core/tf-name-private.h"
#include "core/tf-session-private.h"
#include "core/tf-spool-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PLANTED "planted_"
#define FREE "free_one"

static TfPlace
here (void)
{
  TfPlace place = { TF_OS_CWD, tf_test_dir (), "p-", "-s" };

  return place;
}

/* --- a hook that takes notes ------------------------------------------------------------- */

typedef struct
{
  GPtrArray *lines;     /* "event path" */
  guint refuse_from;    /* the number of the first call that is refused; 0: none */
  int code;             /* of the error it refuses with; -1: none */
  guint id;
} Notes;

static gboolean
note_cb (const char  *event,
         const char  *path,
         gpointer     data,
         GError     **error)
{
  Notes *notes = data;

  g_assert_true (g_path_is_absolute (path));
  g_ptr_array_add (notes->lines, g_strconcat (event, " ", path, NULL));
  if (notes->refuse_from == 0 || notes->lines->len < notes->refuse_from)
    return TRUE;
  if (notes->code >= 0)
    g_set_error_literal (error, G_IO_ERROR, notes->code, "mine");
  return FALSE;
}

static void
begin (Notes *notes)
{
  notes->lines = g_ptr_array_new_with_free_func (g_free);
  notes->refuse_from = 0;
  notes->code = -1;
  notes->id = tf_audit_add (note_cb, notes, NULL);
  g_assert_cmpuint (notes->id, >, 0);
}

static void
end (Notes *notes)
{
  g_assert_true (tf_audit_remove (notes->id));
  g_ptr_array_unref (notes->lines);
}

static void
assert_noted (Notes      *notes,
              guint       index,
              const char *event,
              const char *path)
{
  g_autofree char *line = g_strconcat (event, " ", path, NULL);

  g_assert_cmpuint (notes->lines->len, >, index);
  g_assert_cmpstr (notes->lines->pdata[index], ==, line);
}

static void
forget_notes (Notes *notes)
{
  g_ptr_array_set_size (notes->lines, 0);
}

/* --- the list ---------------------------------------------------------------------------- */

static void
count_cb (gpointer data)
{
  ++*(guint *) data;
}

static gboolean
letter_cb (const char  *event,
           const char  *path,
           gpointer     data,
           GError     **error)
{
  g_string_append (data, event);
  return TRUE;
}

static gboolean
no_cb (const char  *event,
       const char  *path,
       gpointer     data,
       GError     **error)
{
  return FALSE;
}

static void
test_order (void)
{
  g_autoptr (GString) calls = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint first, second, third;

  g_assert_null (tf_audit_hooks);
  g_assert_true (tf_audit_ask ("e", "/p", &error));
  first = tf_audit_add (letter_cb, calls, NULL);
  second = tf_audit_add (no_cb, NULL, NULL);
  third = tf_audit_add (letter_cb, calls, NULL);
  g_assert_cmpuint (first, <, second);
  g_assert_cmpuint (second, <, third);

  g_assert_false (tf_audit_ask ("a", "/some/path", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, "/some/path"));
  g_assert_cmpstr (calls->str, ==, "a");
  g_assert_false (tf_audit_ask ("b", "/some/path", NULL));
  g_assert_cmpstr (calls->str, ==, "ab");
  g_assert_true (tf_audit_remove (second));
  g_assert_true (tf_audit_ask ("c", "/p", NULL));
  g_assert_cmpstr (calls->str, ==, "abcc");
  g_assert_true (tf_audit_remove (first));
  g_assert_true (tf_audit_ask ("d", "/p", NULL));
  g_assert_true (tf_audit_remove (third));
  g_assert_cmpstr (calls->str, ==, "abccd");
  g_assert_null (tf_audit_hooks);
}

static void
test_remove (void)
{
  guint destroyed = 0;
  guint id = tf_audit_add (no_cb, &destroyed, count_cb);

  g_assert_false (tf_audit_remove (0));
  g_assert_false (tf_audit_remove (id + 1));
  g_assert_false (tf_audit_remove (G_MAXUINT));
  g_assert_cmpuint (destroyed, ==, 0);
  g_assert_true (tf_audit_remove (id));
  g_assert_cmpuint (destroyed, ==, 1);
  g_assert_false (tf_audit_remove (id));
  g_assert_cmpuint (destroyed, ==, 1);
}

typedef struct
{
  guint id;
  guint calls;
  guint destroyed;
  guint added;
} Changing;

static void
changing_destroyed_cb (gpointer data)
{
  ((Changing *) data)->destroyed++;
}

static gboolean
remove_itself_cb (const char  *event,
                  const char  *path,
                  gpointer     data,
                  GError     **error)
{
  Changing *changing = data;

  changing->calls++;
  g_assert_true (tf_audit_remove (changing->id));
  g_assert_cmpuint (changing->destroyed, ==, 0);
  return TRUE;
}

static gboolean
add_another_cb (const char  *event,
                const char  *path,
                gpointer     data,
                GError     **error)
{
  Changing *changing = data;

  if (changing->calls++ == 0)
    changing->added = tf_audit_add (no_cb, NULL, NULL);
  return TRUE;
}

static gboolean
remove_next_cb (const char  *event,
                const char  *path,
                gpointer     data,
                GError     **error)
{
  return tf_audit_remove (*(guint *) data);
}

static void
test_change_inside (void)
{
  Changing changing = { 0, };
  guint next, id;

  changing.id = tf_audit_add (remove_itself_cb, &changing, changing_destroyed_cb);
  g_assert_true (tf_audit_ask ("e", "/p", NULL));
  g_assert_true (tf_audit_ask ("e", "/p", NULL));
  g_assert_cmpuint (changing.calls, ==, 1);
  g_assert_cmpuint (changing.destroyed, ==, 1);

  /* One that is added is asked from the next time on. */
  changing.calls = 0;
  changing.id = tf_audit_add (add_another_cb, &changing, changing_destroyed_cb);
  g_assert_true (tf_audit_ask ("e", "/p", NULL));
  g_assert_false (tf_audit_ask ("e", "/p", NULL));
  g_assert_true (tf_audit_remove (changing.added));
  g_assert_true (tf_audit_remove (changing.id));
  g_assert_cmpuint (changing.destroyed, ==, 2);

  /* One that is removed before its turn is not asked. */
  id = tf_audit_add (remove_next_cb, &next, NULL);
  next = tf_audit_add (no_cb, NULL, NULL);
  g_assert_true (tf_audit_ask ("e", "/p", NULL));
  g_assert_true (tf_audit_remove (id));
}

/* --- what is asked about ----------------------------------------------------------------- */

static guint planted_for;

static void
next_name (char     *where,
           gpointer  data)
{
  memcpy (where, planted_for > 0 ? PLANTED : FREE, TF_NAME_RANDOM_LENGTH);
  if (planted_for > 0)
    planted_for--;
}

static void
plant_for (guint times)
{
  planted_for = times;
  tf_name_set_source (next_name, NULL);
}

static void
test_each_name (void)
{
  const TfPlace place = here ();
  const char *planted = tf_test_path ("p-" PLANTED "-s");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;
  Notes notes;
  TfStat stat;
  int fd;

  g_assert_true (g_file_set_contents (planted, "theirs", -1, NULL));
  begin (&notes);
  plant_for (2);
  fd = tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (notes.lines->len, ==, 3);
  assert_noted (&notes, 0, TF_AUDIT_FILE, planted);
  assert_noted (&notes, 1, TF_AUDIT_FILE, planted);
  assert_noted (&notes, 2, TF_AUDIT_FILE, path);
  g_assert_no_errno (close (fd));
  g_assert_no_errno (g_unlink (path));

  forget_notes (&notes);
  plant_for (1);
  folder = tf_opener_create_folder (&place, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes.lines->len, ==, 2);
  assert_noted (&notes, 0, TF_AUDIT_FOLDER, planted);
  assert_noted (&notes, 1, TF_AUDIT_FOLDER, folder);
  g_assert_no_errno (g_rmdir (folder));
  tf_name_set_source (NULL, NULL);
  end (&notes);
  g_assert_no_errno (g_unlink (planted));
}

static int
no_tmpfile (TfCall   call,
            gpointer data)
{
  return call == TF_CALL_OPEN_TMPFILE ? EOPNOTSUPP : 0;
}

static void
create_anonymous (void)
{
  const TfPlace place = here ();
  g_autoptr (GError) error = NULL;
  gboolean linkable;
  int fd = tf_opener_create_anonymous (&place, TF_OS_CREATE_NONE, &linkable, &error);

  g_assert_no_error (error);
  g_assert_no_errno (close (fd));
}

/* Where the kernel makes it without a name, the folder; else that, then the name. */
static void
test_anonymous (void)
{
  const char *named = tf_test_path ("p-" FREE "-s");
  Notes notes;

  begin (&notes);
  plant_for (0);
  create_anonymous ();
  assert_noted (&notes, 0, TF_AUDIT_FILE, tf_test_dir ());
  if (notes.lines->len > 1)
    assert_noted (&notes, 1, TF_AUDIT_FILE, named);
  g_assert_cmpuint (notes.lines->len, <=, 2);

  forget_notes (&notes);
  tf_fault_install (no_tmpfile, NULL);
  create_anonymous ();
  g_assert_cmpuint (notes.lines->len, ==, 2);
  assert_noted (&notes, 0, TF_AUDIT_FILE, tf_test_dir ());
  assert_noted (&notes, 1, TF_AUDIT_FILE, named);
  tf_fault_install (NULL, NULL);
  tf_name_set_source (NULL, NULL);
  end (&notes);
}

static TfHandle *
open_handle (gboolean   anonymous,
             GError   **error)
{
  const TfPlace place = here ();
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;
  TfHandle *handle = tf_handle_new ();

  options.anonymous = anonymous;
  if (tf_handle_open (handle, &place, NULL, &options, error))
    return handle;
  g_assert_false (tf_handle_close (handle, NULL));
  tf_handle_unref (handle);
  return NULL;
}

static void
test_objects (void)
{
  const TfPlace place = here ();
  g_autoptr (GError) error = NULL;
  TfHandle *handle;
  TfFolder *folder;
  Notes notes;

  begin (&notes);
  handle = open_handle (FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes.lines->len, ==, 1);
  assert_noted (&notes, 0, TF_AUDIT_FILE, tf_handle_get_path (handle));
  tf_handle_unref (handle);

  forget_notes (&notes);
  handle = open_handle (TRUE, &error);
  g_assert_no_error (error);
  assert_noted (&notes, 0, TF_AUDIT_FILE, tf_test_dir ());
  tf_handle_unref (handle);

  forget_notes (&notes);
  folder = tf_folder_new (&place, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes.lines->len, ==, 1);
  assert_noted (&notes, 0, TF_AUDIT_FOLDER, tf_folder_get_path (folder));
  tf_folder_abandon (folder);
  tf_folder_unref (folder);

  /* The session's folder once, however often it is asked for. */
  forget_notes (&notes);
  g_assert_true (tf_temp_dir_set (tf_test_dir (), &error));
  folder = tf_session_get (&error);
  g_assert_no_error (error);
  tf_folder_unref (tf_session_get (&error));
  g_assert_cmpuint (notes.lines->len, ==, 1);
  assert_noted (&notes, 0, TF_AUDIT_FOLDER, tf_folder_get_path (folder));
  tf_folder_abandon (folder);
  tf_folder_unref (folder);
  end (&notes);
  g_assert_true (tf_temp_dir_set (NULL, &error));
}

static gboolean
make_cb (const char  *path,
         gpointer     data,
         GError     **error)
{
  guint *calls = data;

  if (++*calls == 1)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "taken");
      return FALSE;
    }
  return g_mkdir (path, 0700) == 0;
}

static void
test_make (void)
{
  const TfPlace place = here ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  guint calls = 0;
  Notes notes;

  begin (&notes);
  path = tf_opener_make (&place, make_cb, &calls, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes.lines->len, ==, 2);
  assert_noted (&notes, 1, TF_AUDIT_FILE, path);
  g_assert_no_errno (g_rmdir (path));

  /* Refused at the second name, with what else would ask for a third. */
  forget_notes (&notes);
  calls = 0;
  notes.refuse_from = 2;
  notes.code = G_IO_ERROR_EXISTS;
  g_assert_null (tf_opener_make (&place, make_cb, &calls, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==, "mine");
  g_assert_cmpuint (calls, ==, 1);
  g_assert_cmpuint (notes.lines->len, ==, 2);
  end (&notes);
}

static void
test_quiet (void)
{
  const char *target = tf_test_path ("target");
  g_autoptr (GError) error = NULL;
  TfHandle *handle;
  Notes notes;

  begin (&notes);
  /* The search, which writes a file. */
  g_assert_true (tf_temp_dir_set (NULL, &error));
  g_assert_cmpstr (tf_temp_dir_get (&error), ==, tf_test_dir ());
  g_assert_cmpuint (notes.lines->len, ==, 0);

  /* Publishing over an existing file, which makes another name. */
  g_assert_true (g_file_set_contents (target, "old", -1, NULL));
  handle = open_handle (TRUE, &error);
  g_assert_no_error (error);
  forget_notes (&notes);
  g_assert_true (tf_handle_persist (handle, target, TF_PUBLISH_REPLACE, NULL, &error));
  g_assert_cmpuint (notes.lines->len, ==, 0);
  tf_handle_unref (handle);
  end (&notes);
  g_assert_no_errno (g_unlink (target));
}

/* --- refusing ---------------------------------------------------------------------------- */

static void
assert_refused (GError **error,
                int      code)
{
  g_assert_error (*error, G_IO_ERROR, code);
  g_clear_error (error);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
test_refusal (void)
{
  const TfPlace place = here ();
  /* Without one of its own; one that otherwise asks for another name; any other. */
  static const int codes[] = { -1, G_IO_ERROR_EXISTS, G_IO_ERROR_BUSY };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      int expected = codes[i] >= 0 ? codes[i] : G_IO_ERROR_PERMISSION_DENIED;
      g_autoptr (GError) error = NULL;
      guint n = 0;
      char *path;
      Notes notes;
      TfStat stat;

      begin (&notes);
      notes.refuse_from = 1;
      notes.code = codes[i];
      g_assert_cmpint (tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat,
                                              &error), ==, -1);
      g_assert_null (path);
      assert_refused (&error, expected);
      g_assert_null (tf_opener_create_folder (&place, &error));
      assert_refused (&error, expected);
      g_assert_cmpint (tf_opener_open_anonymous (&place, &error), ==, -1);
      assert_refused (&error, expected);
      g_assert_null (open_handle (FALSE, &error));
      assert_refused (&error, expected);
      g_assert_null (open_handle (TRUE, &error));
      assert_refused (&error, expected);
      g_assert_null (tf_folder_new (&place, &error));
      assert_refused (&error, expected);
      g_assert_null (tf_opener_make (&place, make_cb, &n, &error));
      assert_refused (&error, expected);
      g_assert_cmpuint (n, ==, 0);
      g_assert_cmpuint (notes.lines->len, ==, 7);
      end (&notes);
    }
}

/* At the second of two questions, and after a name that was taken. */
static void
test_late_refusal (void)
{
  const TfPlace place = here ();
  const char *planted = tf_test_path ("p-" PLANTED "-s");
  g_autoptr (GError) error = NULL;
  Notes notes;
  TfStat stat;
  char *path;

  begin (&notes);
  notes.refuse_from = 2;
  tf_fault_install (no_tmpfile, NULL);
  g_assert_cmpint (tf_opener_open_anonymous (&place, &error), ==, -1);
  tf_fault_install (NULL, NULL);
  assert_refused (&error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpuint (notes.lines->len, ==, 2);

  forget_notes (&notes);
  g_assert_true (g_file_set_contents (planted, "theirs", -1, NULL));
  plant_for (1);
  g_assert_cmpint (tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, &error),
                   ==, -1);
  tf_name_set_source (NULL, NULL);
  g_assert_no_errno (g_unlink (planted));
  assert_refused (&error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpuint (notes.lines->len, ==, 2);
  end (&notes);
}

/* The same handle, when nobody refuses any more. */
static void
test_again (void)
{
  const TfPlace place = here ();
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;
  TfHandle *handle = tf_handle_new ();
  g_autoptr (GError) error = NULL;
  Notes notes;

  options.anonymous = FALSE;
  begin (&notes);
  notes.refuse_from = 1;
  g_assert_false (tf_handle_open (handle, &place, NULL, &options, &error));
  assert_refused (&error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_null (tf_handle_get_path (handle));
  end (&notes);
  g_assert_true (tf_handle_open (handle, &place, NULL, &options, &error));
  g_assert_no_error (error);
  tf_handle_unref (handle);
}

/* --- the spool --------------------------------------------------------------------------- */

typedef enum
{
  JUST_LOOK,
  REFUSE,
  WRITE,
  ROLL,
  CLOSE,
  STEAL,
} Deed;

typedef struct
{
  TfSpool *spool;
  Deed deed;
  guint calls;
  TfHandle *stolen;
} Meddling;

/* Would hang if the spool's lock were held. At the first question; where the file is made by way of
 * a name there is another. */
static gboolean
meddle_cb (const char  *event,
           const char  *path,
           gpointer     data,
           GError     **error)
{
  Meddling *meddling = data;
  TfChannel *channel = (TfChannel *) meddling->spool;

  if (meddling->calls++ > 0)
    return TRUE;
  g_assert_cmpint (tf_channel_get_size (channel, NULL), ==, 4);
  g_assert_false (tf_spool_is_rolled_over (meddling->spool));
  if (meddling->deed == WRITE)
    {
      g_assert_true (tf_channel_seek (channel, 0, G_SEEK_SET, NULL));
      g_assert_cmpint (tf_channel_write (channel, "AB", 2, NULL), ==, 2);
    }
  else if (meddling->deed == ROLL)
    g_assert_true (tf_spool_rollover (meddling->spool, NULL));
  else if (meddling->deed == CLOSE)
    g_assert_true (tf_spool_close (meddling->spool, NULL));
  else if (meddling->deed == STEAL)
    meddling->stolen = tf_spool_steal_handle (meddling->spool, NULL);
  return meddling->deed != REFUSE;
}

static void
assert_content (TfSpool    *spool,
                const char *text)
{
  g_autoptr (GBytes) bytes = tf_channel_to_bytes ((TfChannel *) spool, NULL);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

/* Writes two bytes more than there is room for, while the hook does its deed. */
static gssize
write_meddled (Meddling  *meddling,
               Deed       deed,
               GError   **error)
{
  TfSpoolPlace place = TF_SPOOL_PLACE_INIT;
  guint id = tf_audit_add (meddle_cb, meddling, NULL);
  gssize done;

  meddling->spool = tf_spool_new (5);
  meddling->deed = deed;
  meddling->calls = 0;
  meddling->stolen = NULL;
  place.folder = tf_test_dir ();
  tf_spool_set_place (meddling->spool, &place);
  g_assert_cmpint (tf_channel_write ((TfChannel *) meddling->spool, "abcd", 4, NULL), ==, 4);
  done = tf_channel_write ((TfChannel *) meddling->spool, "ef", 2, error);
  g_assert_cmpuint (meddling->calls, >=, 1);
  g_assert_true (tf_audit_remove (id));
  return done;
}

static void
test_spool (void)
{
  g_autoptr (GError) error = NULL;
  Meddling meddling;

  g_assert_cmpint (write_meddled (&meddling, JUST_LOOK, &error), ==, 2);
  g_assert_no_error (error);
  g_assert_true (tf_spool_is_rolled_over (meddling.spool));
  assert_content (meddling.spool, "abcdef");
  tf_spool_unref (meddling.spool);

  g_assert_cmpint (write_meddled (&meddling, REFUSE, &error), ==, -1);
  assert_refused (&error, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_false (tf_spool_is_rolled_over (meddling.spool));
  g_assert_cmpint (tf_channel_tell ((TfChannel *) meddling.spool), ==, 4);
  assert_content (meddling.spool, "abcd");
  g_assert_cmpint (tf_channel_write ((TfChannel *) meddling.spool, "ef", 2, &error), ==, 2);
  assert_content (meddling.spool, "abcdef");
  tf_spool_unref (meddling.spool);
}

/* What others may do with the spool while the hook is asked. */
static void
test_spool_meddled (void)
{
  g_autoptr (GError) error = NULL;
  Meddling meddling;

  g_assert_cmpint (write_meddled (&meddling, WRITE, &error), ==, 2);
  g_assert_no_error (error);
  assert_content (meddling.spool, "ABef");
  tf_spool_unref (meddling.spool);

  g_assert_cmpint (write_meddled (&meddling, ROLL, &error), ==, 2);
  g_assert_no_error (error);
  assert_content (meddling.spool, "abcdef");
  tf_spool_unref (meddling.spool);

  g_assert_cmpint (write_meddled (&meddling, CLOSE, &error), ==, -1);
  assert_refused (&error, G_IO_ERROR_CLOSED);
  tf_spool_unref (meddling.spool);

  g_assert_cmpint (write_meddled (&meddling, STEAL, &error), ==, -1);
  assert_refused (&error, G_IO_ERROR_CLOSED);
  g_assert_nonnull (meddling.stolen);
  g_assert_cmpint (tf_channel_get_size ((TfChannel *) meddling.stolen, NULL), ==, 4);
  tf_handle_unref (meddling.stolen);
  tf_spool_unref (meddling.spool);
}

/* --- threads ----------------------------------------------------------------------------- */

static gboolean
nest_cb (const char  *event,
         const char  *path,
         gpointer     data,
         GError     **error)
{
  guint *calls = data;
  TfHandle *handle;

  ++*calls;
  g_assert_true (tf_audit_is_muted ());
  handle = open_handle (FALSE, NULL);
  g_assert_nonnull (handle);
  tf_handle_unref (handle);
  return TRUE;
}

static void
test_muted (void)
{
  guint calls = 0;
  guint id = tf_audit_add (nest_cb, &calls, NULL);

  g_assert_false (tf_audit_is_muted ());
  tf_handle_unref (open_handle (TRUE, NULL));
  g_assert_false (tf_audit_is_muted ());
  g_assert_cmpuint (calls, >=, 1);
  g_assert_true (tf_audit_remove (id));
}

static gboolean
relay_cb (const char  *event,
          const char  *path,
          gpointer     data,
          GError     **error)
{
  ++*(guint *) data;
  return FALSE;
}

static void
test_manner (void)
{
  g_autoptr (GError) error = NULL;
  guint calls = 0;
  TfAuditManner old = tf_audit_set_manner ((TfAuditManner) { FALSE, relay_cb, &calls });
  Notes notes;

  /* Without a hook nothing is relayed. */
  g_assert_true (tf_audit_ask ("e", "/p", &error));
  begin (&notes);
  g_assert_false (tf_audit_ask ("e", "/p", NULL));
  g_assert_cmpuint (calls, ==, 1);
  g_assert_cmpuint (notes.lines->len, ==, 0);
  tf_audit_set_manner ((TfAuditManner) { TRUE, relay_cb, &calls });
  g_assert_true (tf_audit_ask ("e", "/p", &error));
  g_assert_cmpuint (calls, ==, 1);
  tf_audit_set_manner (old);
  g_assert_true (tf_audit_ask ("e", "/p", &error));
  g_assert_cmpuint (notes.lines->len, ==, 1);
  end (&notes);
}

typedef struct
{
  int alive;       /* atomic: FALSE once it was destroyed */
  int calls;       /* atomic */
} Guarded;

static int destroyed;   /* atomic */

static gboolean
guarded_cb (const char  *event,
            const char  *path,
            gpointer     data,
            GError     **error)
{
  Guarded *guarded = data;

  g_assert_true (g_atomic_int_get (&guarded->alive));
  g_atomic_int_inc (&guarded->calls);
  g_thread_yield ();
  g_assert_true (g_atomic_int_get (&guarded->alive));
  return TRUE;
}

static void
guarded_destroyed_cb (gpointer data)
{
  Guarded *guarded = data;

  g_assert_true (g_atomic_int_compare_and_exchange (&guarded->alive, TRUE, FALSE));
  g_atomic_int_inc (&destroyed);
  g_free (guarded);
}

static int changing_threads;   /* atomic */

static gpointer
change_thread (gpointer data)
{
  guint rounds = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < rounds; i++)
    {
      guint ids[4];

      for (guint j = 0; j < G_N_ELEMENTS (ids); j++)
        {
          Guarded *guarded = g_new0 (Guarded, 1);

          guarded->alive = TRUE;
          ids[j] = tf_audit_add (guarded_cb, guarded, guarded_destroyed_cb);
        }
      g_assert_true (tf_audit_ask ("e", "/p", NULL));
      for (guint j = G_N_ELEMENTS (ids); j > 0; j--)
        g_assert_true (tf_audit_remove (ids[(j + i) % G_N_ELEMENTS (ids)]));
    }
  g_atomic_int_add (&changing_threads, -1);
  return NULL;
}

static gpointer
create_thread (gpointer data)
{
  while (g_atomic_int_get (&changing_threads) > 0)
    {
      g_autoptr (GError) error = NULL;
      TfHandle *handle = open_handle (FALSE, &error);

      g_assert_no_error (error);
      tf_handle_unref (handle);
    }
  return NULL;
}

static void
test_threads (void)
{
  guint rounds = tf_test_scale (100, 500, 5000);
  GThread *threads[6];

  g_atomic_int_set (&destroyed, 0);
  g_atomic_int_set (&changing_threads, 3);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("audit", i < 3 ? change_thread : create_thread,
                               GUINT_TO_POINTER (rounds));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (g_atomic_int_get (&destroyed), ==, 3 * rounds * 4);
  g_assert_null (tf_audit_hooks);
}

/* Two threads that need the session's folder at once get the same. */
static gboolean
slow_cb (const char  *event,
         const char  *path,
         gpointer     data,
         GError     **error)
{
  g_usleep (20 * 1000);
  return TRUE;
}

static gpointer
session_thread (gpointer data)
{
  return tf_session_get (NULL);
}

static void
test_session_race (void)
{
  guint id = tf_audit_add (slow_cb, NULL, NULL);
  GThread *threads[4];
  TfFolder *folder = NULL;

  g_assert_true (tf_temp_dir_set (tf_test_dir (), NULL));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("session", session_thread, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      TfFolder *other = g_thread_join (threads[i]);

      g_assert_nonnull (other);
      g_assert_true (folder == NULL || folder == other);
      if (folder != NULL)
        tf_folder_unref (folder);
      folder = other;
    }
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 1);
  tf_folder_abandon (folder);
  tf_folder_unref (folder);
  g_assert_true (tf_audit_remove (id));
  g_assert_true (tf_temp_dir_set (NULL, NULL));
}

/* --- forks ------------------------------------------------------------------------------- */

static void
in_child (gpointer data)
{
  Notes *notes = data;
  TfHandle *handle = open_handle (FALSE, NULL);

  g_assert_nonnull (handle);
  g_assert_cmpuint (notes->lines->len, ==, 1);
  assert_noted (notes, 0, TF_AUDIT_FILE, tf_handle_get_path (handle));
  tf_handle_unref (handle);
  end (notes);
  tf_handle_unref (open_handle (FALSE, NULL));
  g_assert_null (tf_audit_hooks);
}

static void
test_fork (void)
{
  Notes notes;

  begin (&notes);
  g_assert_true (tf_test_in_child (in_child, &notes));
  g_assert_cmpuint (notes.lines->len, ==, 0);
  end (&notes);
}

/* An object of the parent's that the child opens is the child's. */
static void
open_in_child (gpointer data)
{
  const TfPlace place = here ();
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;

  options.anonymous = FALSE;
  g_assert_true (tf_handle_open (data, &place, NULL, &options, NULL));
  tf_handle_abandon (data);
}

static void
test_fork_before_open (void)
{
  TfHandle *handle = tf_handle_new ();

  g_assert_true (tf_test_in_child (open_in_child, handle));
  tf_handle_unref (handle);
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  tf_test_add ("/core/audit/order", test_order);
  tf_test_add ("/core/audit/remove", test_remove);
  tf_test_add ("/core/audit/change-inside", test_change_inside);
  tf_test_add ("/core/audit/each-name", test_each_name);
  tf_test_add ("/core/audit/anonymous", test_anonymous);
  tf_test_add ("/core/audit/objects", test_objects);
  tf_test_add ("/core/audit/make", test_make);
  tf_test_add ("/core/audit/quiet", test_quiet);
  tf_test_add ("/core/audit/refusal", test_refusal);
  tf_test_add ("/core/audit/late-refusal", test_late_refusal);
  tf_test_add ("/core/audit/again", test_again);
  tf_test_add ("/core/audit/spool", test_spool);
  tf_test_add ("/core/audit/spool-meddled", test_spool_meddled);
  tf_test_add ("/core/audit/muted", test_muted);
  tf_test_add ("/core/audit/manner", test_manner);
  tf_test_add ("/core/audit/threads", test_threads);
  tf_test_add ("/core/audit/session-race", test_session_race);
  tf_test_add ("/core/audit/fork", test_fork);
  tf_test_add ("/core/audit/fork-before-open", test_fork_before_open);
  return tf_test_run ();
}
