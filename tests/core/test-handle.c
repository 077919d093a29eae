/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The handle, from inside: every system call of every operation failing once, with every plausible
 * errno. Nothing crashes, nothing is left, bytes that were accepted are not lost. */

#include "core/tf-handle-private.h"
#include "platform/tf-fault-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const int plausible[] = {
  EACCES, EBUSY, EDQUOT, EEXIST, EINVAL, EIO, EMFILE, ENFILE, ENOENT, ENOMEM, ENOSPC, ENOSYS,
  EOPNOTSUPP, EPERM, EROFS, EXDEV,
};

/* --- the fault ------------------------------------------------------------------------------ */

typedef struct
{
  guint countdown;     /* the call that fails, from 1; 0: none */
  int status;
  guint calls;
  TfCall hit;
} Fault;

static int
fault_cb (TfCall   call,
          gpointer data)
{
  Fault *fault = data;

  /* A close that fails has closed all the same, which the hook cannot imitate. */
  if (call == TF_CALL_CLOSE)
    return 0;
  fault->calls++;
  if (fault->calls != fault->countdown)
    return 0;
  fault->hit = call;
  return fault->status;
}

/* --- the operations ------------------------------------------------------------------------- */

typedef struct
{
  TfHandle *handle;
  gboolean anonymous;
} State;

typedef gboolean (*Operation) (State *state, GError **error);

static const char text[] = "what was written";

static gboolean
open_it (State   *state,
         GError **error)
{
  TfPlace place = { TF_OS_CWD, tf_test_dir (), NULL, NULL };
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;

  options.anonymous = state->anonymous;
  return tf_handle_open (state->handle, &place, NULL, &options, error);
}

static gboolean
write_it (State   *state,
          GError **error)
{
  return tf_channel_write ((TfChannel *) state->handle, text, sizeof text, error) == sizeof text;
}

static gboolean
flush_it (State   *state,
          GError **error)
{
  return tf_channel_flush ((TfChannel *) state->handle, error);
}

static gboolean
read_it (State   *state,
         GError **error)
{
  char found[sizeof text];

  if (!tf_channel_seek ((TfChannel *) state->handle, 0, G_SEEK_SET, error))
    return FALSE;
  return tf_channel_read ((TfChannel *) state->handle, found, sizeof found, error) >= 0;
}

static gboolean
see_it (State   *state,
        GError **error)
{
  return tf_handle_get_fd (state->handle, error) != -1;
}

static gboolean
delete_it (State   *state,
           GError **error)
{
  return tf_handle_delete (state->handle, error);
}

static gboolean
persist_it (State   *state,
            GError **error)
{
  return tf_handle_persist (state->handle, tf_test_path ("published"), TF_PUBLISH_NONE, NULL,
                            error);
}

static gboolean
persist_over (State   *state,
              GError **error)
{
  return tf_handle_persist (state->handle, tf_test_path ("old"), TF_PUBLISH_REPLACE, NULL, error);
}

static gboolean
close_it (State   *state,
          GError **error)
{
  return tf_handle_close (state->handle, error);
}

static gboolean
steal_it (State   *state,
          GError **error)
{
  int fd = tf_handle_steal_fd (state->handle, error);

  return fd != -1 && close (fd) == 0;
}

static gboolean
take_bytes (State   *state,
            GError **error)
{
  g_autoptr (GBytes) bytes = tf_handle_steal_bytes (state->handle, error);

  return bytes != NULL;
}

static const Operation programs[][8] = {
  { open_it, write_it, flush_it, read_it, close_it },
  { open_it, write_it, see_it, read_it, delete_it, close_it },
  { open_it, write_it, persist_it, read_it, close_it },
  { open_it, write_it, persist_over, read_it, close_it },
  { open_it, write_it, steal_it },
  { open_it, write_it, take_bytes },
};

/* --- running them --------------------------------------------------------------------------- */

/* What is published is all there, or not there; what was there before is old or new. */
static void
check_published (const char *name,
                 const char *before)
{
  g_autofree char *content = NULL;
  gsize length;

  if (!g_file_get_contents (tf_test_path (name), &content, &length, NULL))
    {
      g_assert_null (before);
      return;
    }
  if (before != NULL && g_strcmp0 (content, before) == 0)
    return;
  g_assert_cmpmem (content, length, text, sizeof text);
}

/* Goes on after a failure, as a program would that tries again. */
static gboolean
run_program (const Operation *program,
             gboolean         anonymous)
{
  State state = { tf_handle_new (), anonymous };
  gboolean all = TRUE;

  g_assert_true (g_file_set_contents (tf_test_path ("old"), "before", -1, NULL));
  for (guint i = 0; i < 8 && program[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done = program[i] (&state, &error);

      if (!done)
        {
          g_assert_nonnull (error);
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          all = FALSE;
          if (i <= 1)   /* nothing written, so nothing to publish */
            break;
        }
    }
  tf_handle_unref (state.handle);
  return all;
}

static void
check_nothing_left (void)
{
  check_published ("old", "before");
  check_published ("published", NULL);
  g_unlink (tf_test_path ("published"));
  g_assert_no_errno (g_unlink (tf_test_path ("old")));
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

/* A system that says the name is gone when it is not cannot be seen through. */
static void
forgive_leftover (void)
{
  g_autoptr (GDir) folder = g_dir_open (tf_test_dir (), 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "tmp"))
      g_assert_no_errno (g_unlink (tf_test_path (name)));
}

static void
run_with_faults (const Operation *program,
                 gboolean         anonymous)
{
  const guint step = tf_test_step (1, 1, 1);
  Fault counting = { 0 };

  tf_fault_install (fault_cb, &counting);
  g_assert_true (run_program (program, anonymous));
  tf_fault_install (NULL, NULL);
  check_nothing_left ();

  for (guint call = 1; call <= counting.calls; call++)
    for (guint i = call % step; i < G_N_ELEMENTS (plausible); i += step)
      {
        Fault fault = { call, plausible[i], 0 };
        guint fds = tf_test_count_fds ();

        tf_fault_install (fault_cb, &fault);
        run_program (program, anonymous);
        tf_fault_install (NULL, NULL);
        g_test_message ("call %u, kind %d: %s", call, fault.hit, g_strerror (fault.status));
        if ((fault.hit == TF_CALL_UNLINK || fault.hit == TF_CALL_STAT) && fault.status == ENOENT)
          forgive_leftover ();
        check_nothing_left ();
        g_assert_cmpuint (tf_test_count_fds (), ==, fds);
      }
}

static void
test_faults (gconstpointer data)
{
  gboolean anonymous = GPOINTER_TO_INT (data);

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    run_with_faults (programs[i], anonymous);
}

/* --- a flush that fails --------------------------------------------------------------------- */

static int
refuse_writes (TfCall   call,
               gpointer data)
{
  return call == TF_CALL_WRITE ? ENOSPC : 0;
}

static void
test_flush_keeps (void)
{
  State state = { tf_handle_new (), TRUE };
  TfChannel *channel = (TfChannel *) state.handle;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (open_it (&state, &error));
  g_assert_true (write_it (&state, &error));
  tf_fault_install (refuse_writes, NULL);
  g_assert_false (flush_it (&state, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_cmpint (tf_channel_tell (channel), ==, sizeof text);
  g_assert_cmpint (tf_channel_get_size (channel, &error), ==, sizeof text);
  g_assert_cmpint (tf_handle_get_fd (state.handle, NULL), ==, -1);
  g_assert_false (tf_channel_seek (channel, 0, G_SEEK_SET, NULL));
  g_assert_cmpint (tf_channel_tell (channel), ==, sizeof text);
  tf_fault_install (NULL, NULL);

  bytes = tf_channel_to_bytes (channel, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, sizeof text);
  tf_handle_unref (state.handle);
}

static int
count_writes (TfCall   call,
              gpointer data)
{
  if (call == TF_CALL_WRITE)
    (*(guint *) data)++;
  return 0;
}

static void
test_close_writes_nothing (void)
{
  State state = { tf_handle_new (), TRUE };
  guint writes = 0;

  g_assert_true (open_it (&state, NULL));
  g_assert_true (write_it (&state, NULL));
  tf_fault_install (count_writes, &writes);
  g_assert_true (tf_handle_close (state.handle, NULL));
  tf_fault_install (NULL, NULL);
  g_assert_cmpuint (writes, ==, 0);
  tf_handle_unref (state.handle);
}

/* --- publishing where only a copy will do ----------------------------------------------------- */

static int
refuse_names (TfCall   call,
              gpointer data)
{
  switch ((int) call)
    {
    case TF_CALL_LINK:
    case TF_CALL_LINK_EMPTY_PATH:
      return EXDEV;
    case TF_CALL_CLONE:
      return EOPNOTSUPP;
    case TF_CALL_COPY_RANGE:
      return *(gboolean *) data ? EXDEV : 0;
    default:
      return 0;
    }
}

static void
copy_to (TfHandle   *handle,
         const char *name,
         gboolean    by_hand)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  gsize length;

  tf_fault_install (refuse_names, &by_hand);
  g_assert_true (tf_handle_persist (handle, tf_test_path (name), TF_PUBLISH_REPLACE, NULL, &error));
  tf_fault_install (NULL, NULL);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (tf_test_path (name), &content, &length, NULL));
  g_assert_cmpmem (content, length, text, sizeof text);
}

static void
test_copy (gconstpointer data)
{
  gboolean by_hand = GPOINTER_TO_INT (data);
  State state = { tf_handle_new (), TRUE };
  g_autoptr (GError) error = NULL;
  int before, after;

  g_assert_true (open_it (&state, &error));
  g_assert_true (write_it (&state, &error));
  before = tf_handle_get_fd (state.handle, &error);
  copy_to (state.handle, "published", by_hand);
  after = tf_handle_get_fd (state.handle, &error);
  g_assert_cmpint (before, ==, after);
  g_assert_cmpstr (tf_handle_get_path (state.handle), ==, tf_test_path ("published"));

  /* The object goes on, on the file that was published, where it was. */
  g_assert_cmpint (tf_channel_tell ((TfChannel *) state.handle), ==, sizeof text);
  g_assert_cmpint (tf_channel_write ((TfChannel *) state.handle, "!", 1, &error), ==, 1);
  tf_handle_unref (state.handle);
  {
    g_autofree char *content = NULL;
    gsize length;

    g_assert_true (g_file_get_contents (tf_test_path ("published"), &content, &length, NULL));
    g_assert_cmpuint (length, ==, sizeof text + 1);
    g_assert_cmpint (content[sizeof text], ==, '!');
  }
  g_assert_no_errno (g_unlink (tf_test_path ("published")));
}

static int
refuse_renames (TfCall   call,
                gpointer data)
{
  return call == TF_CALL_RENAME || call == TF_CALL_RENAMEAT2 ? EPERM : 0;
}

/* A file that was linked and unlinked again cannot be linked any more (open(2), O_TMPFILE), so
 * after a rename that failed only a copy will do. */
static void
test_publish_after_failure (void)
{
  State state = { tf_handle_new (), TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (tf_test_path ("old"), "before", -1, NULL));
  g_assert_true (open_it (&state, &error));
  g_assert_true (write_it (&state, &error));
  tf_fault_install (refuse_renames, NULL);
  g_assert_false (persist_over (&state, &error));
  tf_fault_install (NULL, NULL);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_true (persist_it (&state, &error));
  g_assert_no_error (error);
  tf_handle_unref (state.handle);
  check_nothing_left ();
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add_data ("/core/handle/faults/anonymous", GINT_TO_POINTER (TRUE), test_faults);
  tf_test_add_data ("/core/handle/faults/named", GINT_TO_POINTER (FALSE), test_faults);
  tf_test_add ("/core/handle/flush-keeps", test_flush_keeps);
  tf_test_add ("/core/handle/close-writes-nothing", test_close_writes_nothing);
  tf_test_add_data ("/core/persister/copy-in-kernel", GINT_TO_POINTER (FALSE), test_copy);
  tf_test_add ("/core/persister/after-failure", test_publish_after_failure);
  tf_test_add_data ("/core/persister/copy-by-hand", GINT_TO_POINTER (TRUE), test_copy);

  return tf_test_run ();
}
