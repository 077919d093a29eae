/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Audit hooks: every creation is announced, in the right thread, and can be refused; what a hook
 * may do while it runs. The random seed is printed, --seed takes it. */

#include "audit-makers.h"

typedef struct
{
  GThread *thread;      /* where it has to be called */
  guint calls;
  char *first;          /* the first event */
  gboolean refuse;
  int code;             /* of the error it refuses with; -1: none */
  guint destroyed;
} Hook;

static gboolean
hook_cb (const char  *event,
         GFile       *file,
         gpointer     user_data,
         GError     **error)
{
  Hook *hook = user_data;

  g_assert_true (g_thread_self () == hook->thread);
  g_assert_cmpuint (hook->destroyed, ==, 0);
  g_assert_true (g_str_has_prefix (g_file_peek_path (file), tf_test_dir ()));
  if (hook->calls++ == 0)
    hook->first = g_strdup (event);
  if (hook->refuse && hook->code >= 0)
    g_set_error_literal (error, G_IO_ERROR, hook->code, "mine");
  return !hook->refuse;
}

static void
destroyed_cb (gpointer data)
{
  ((Hook *) data)->destroyed++;
}

static guint
add_hook (Hook *hook)
{
  guint id;

  hook->thread = g_thread_self ();
  hook->calls = 0;
  hook->destroyed = 0;
  hook->first = NULL;
  id = tf_add_audit_hook (hook_cb, hook, destroyed_cb);
  g_assert_cmpuint (id, >, 0);
  return id;
}

static void
remove_hook (Hook  *hook,
             guint  id)
{
  g_assert_true (tf_remove_audit_hook (id));
  g_assert_cmpuint (hook->destroyed, ==, 1);
  g_assert_false (tf_remove_audit_hook (id));
  g_assert_cmpuint (hook->destroyed, ==, 1);
  g_clear_pointer (&hook->first, g_free);
}

/* --- all makers -------------------------------------------------------------------------- */

static void
assert_nothing_left (void)
{
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
}

static void
check_announced (const Maker *maker)
{
  g_autoptr (GError) error = NULL;
  Hook hook = { .refuse = FALSE };
  guint id = add_hook (&hook);

  maker->make (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (hook.first, ==, maker->event);
  remove_hook (&hook, id);
  assert_nothing_left ();

  hook.calls = 0;
  g_assert_true (maker->make (&error));
  g_assert_cmpuint (hook.calls, ==, 0);
}

static void
check_refused (const Maker *maker,
               int          code)
{
  g_autoptr (GError) error = NULL;
  Hook hook = { .refuse = TRUE, .code = code };
  guint id = add_hook (&hook);

  g_assert_false (maker->make (&error));
  g_assert_error (error, G_IO_ERROR, (code >= 0 ? code : G_IO_ERROR_PERMISSION_DENIED));
  if (code >= 0)
    g_assert_cmpstr (error->message, ==, "mine");
  else
    g_assert_nonnull (strstr (error->message, tf_test_dir ()));
  g_assert_cmpuint (hook.calls, ==, 1);
  remove_hook (&hook, id);
  assert_nothing_left ();
}

static void
check_maker (const Maker *maker)
{
  check_announced (maker);
  check_refused (maker, -1);
  check_refused (maker, G_IO_ERROR_BUSY);
  /* What would otherwise mean another name, another folder, another way. */
  check_refused (maker, G_IO_ERROR_EXISTS);
  check_refused (maker, G_IO_ERROR_NOT_FOUND);
  check_refused (maker, G_IO_ERROR_NOT_SUPPORTED);
}

static void
test_maker (gconstpointer data)
{
  check_maker (data);
}

/* The same in a thread with a main context of its own. */
static gpointer
thread_of_maker (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  check_maker (data);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_maker_in_thread (gconstpointer data)
{
  g_thread_join (g_thread_new ("maker", thread_of_maker, (gpointer) data));
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
test_mktemp (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  Hook hook = { .refuse = TRUE };
  guint id = add_hook (&hook);

  path = tf_mktemp (NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hook.calls, ==, 0);
  remove_hook (&hook, id);
}
G_GNUC_END_IGNORE_DEPRECATIONS

static void
test_persist_is_quiet (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) target = test_file ("target");
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  Hook hook = { .refuse = TRUE };
  guint id = add_hook (&hook);

  make_file (g_file_peek_path (target), "old", 0600);
  put (file, "new");
  g_assert_true (tf_temporary_file_persist (file, target, TF_PERSIST_REPLACE, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (hook.calls, ==, 0);
  remove_hook (&hook, id);
  remove_file (g_file_peek_path (target));
}

/* In the session's folder, which is there: the folder is not made anew for a refusal. */
static void
test_session (void)
{
  g_autoptr (GError) error = NULL;
  Hook hook = { .refuse = TRUE, .code = G_IO_ERROR_NOT_FOUND };
  TfTemporaryFile *first = new_with ("location", TF_LOCATION_SESSION, "anonymous", FALSE);
  TfTemporaryFile *second;
  guint id = add_hook (&hook);

  second = g_initable_new (TF_TYPE_TEMPORARY_FILE, NULL, &error, "location", TF_LOCATION_SESSION,
                           "anonymous", FALSE, NULL);
  g_assert_null (second);
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (hook.calls, ==, 1);
  remove_hook (&hook, id);
  g_object_unref (first);
  tf_cleanup_all ();
}

/* --- what a hook does -------------------------------------------------------------------- */

static gboolean
busy_cb (const char  *event,
         GFile       *file,
         gpointer     user_data,
         GError     **error)
{
  gboolean *inside = user_data;

  g_assert_false (*inside);
  *inside = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    g_assert_true (makers[i].cleans_all || makers[i].make (error));
  *inside = FALSE;
  return TRUE;
}

/* Of every kind, in the midst of every kind, synchronous or not, and none of it announced. */
static void
test_creates_inside (void)
{
  g_autoptr (GError) error = NULL;
  gboolean inside = FALSE;
  guint id = tf_add_audit_hook (busy_cb, &inside, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_assert_true (makers[i].make (&error));
      g_assert_no_error (error);
    }
  g_assert_true (tf_remove_audit_hook (id));
}

typedef struct
{
  TfTemporaryDirectory *dir;
  TfTemporaryFile *file;     /* being initialized */
  TfSpooledFile *spool;      /* rolling over */
  guint calls;
} Objects;

static gboolean
use_objects_cb (const char  *event,
                GFile       *file,
                gpointer     user_data,
                GError     **error)
{
  Objects *objects = user_data;

  objects->calls++;
  if (objects->file != NULL)
    {
      g_assert_null (tf_temporary_file_get_path (objects->file));
      g_assert_cmpint (tf_temporary_file_get_fd (objects->file), ==, -1);
      g_assert_false (tf_temporary_file_delete (objects->file, NULL, NULL));
      g_assert_false (g_initable_init (G_INITABLE (objects->file), NULL, error));
      assert_io_error (*error, G_IO_ERROR_PENDING);
    }
  if (objects->spool != NULL)
    {
      g_assert_cmpint (tf_spooled_file_get_size (objects->spool), >=, 4);
      g_assert_cmpuint (tf_spooled_file_get_max_size (objects->spool), ==, 5);
      g_assert_null (tf_spooled_file_get_file (objects->spool));
    }
  if (objects->dir != NULL)
    {
      g_autoptr (GFile) child = tf_temporary_directory_get_child (objects->dir, "x", error);

      g_assert_nonnull (child);
      g_assert_true (tf_temporary_directory_cleanup (objects->dir, NULL, error));
    }
  return TRUE;
}

/* Would hang if a lock of the object's were held. */
static void
test_uses_object (void)
{
  g_autoptr (GError) error = NULL;
  Objects objects = { NULL, };
  guint id = tf_add_audit_hook (use_objects_cb, &objects, NULL);

  objects.file = g_object_new (TF_TYPE_TEMPORARY_FILE, "anonymous", FALSE, NULL);
  g_assert_true (g_initable_init (G_INITABLE (objects.file), NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&objects.file);

  objects.spool = new_spool ();
  g_assert_cmpint (tf_spooled_file_write (objects.spool, "ef", 2, NULL, &error), ==, 2);
  g_assert_no_error (error);
  assert_spool (objects.spool, "abcdef");
  g_clear_object (&objects.spool);
  g_assert_cmpuint (objects.calls, >=, 2);
  g_assert_true (tf_remove_audit_hook (id));

  /* The folder that a file is made in goes while the hook is asked. */
  objects.dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error);
  id = tf_add_audit_hook (use_objects_cb, &objects, NULL);
  g_assert_null (tf_temporary_directory_create_file (objects.dir, NULL, NULL, NULL, &error));
  assert_io_error (error, G_IO_ERROR_NOT_FOUND);
  g_assert_true (tf_remove_audit_hook (id));
  g_clear_object (&objects.dir);
}

/* --- asynchronous calls ------------------------------------------------------------------ */

typedef struct
{
  TfSpooledFile *spool;
  GThread *thread;
  guint calls;
} Waiting;

static gboolean
waiting_cb (const char  *event,
            GFile       *file,
            gpointer     user_data,
            GError     **error)
{
  Waiting *waiting = user_data;

  g_assert_true (g_thread_self () == waiting->thread);
  waiting->calls++;
  return TRUE;
}

/* While a worker waits for an answer, the object can be used from the thread that has to give it:
 * read, written, closed. */
static void
test_use_while_waiting (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Waiting waiting = { new_spool (), g_thread_self (), 0 };
  guint id = tf_add_audit_hook (waiting_cb, &waiting, NULL);
  char byte;

  tf_spooled_file_rollover_async (waiting.spool, 0, NULL, tf_test_store_cb, &result);
  g_usleep (20 * 1000);
  seek_to (waiting.spool, 0, G_SEEK_SET);
  g_assert_cmpint (tf_spooled_file_read (waiting.spool, &byte, 1, NULL, &error), ==, 1);
  g_assert_cmpint (tf_spooled_file_write (waiting.spool, "X", 1, NULL, &error), ==, 1);
  g_assert_false (tf_spooled_file_is_rolled_over (waiting.spool));
  g_assert_cmpuint (waiting.calls, ==, 0);
  g_assert_true (tf_spooled_file_rollover_finish (waiting.spool, wait_here (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (waiting.calls, >=, 1);
  assert_spool (waiting.spool, "aXcd");
  g_clear_object (&waiting.spool);
  g_clear_object (&result);

  waiting.spool = new_spool ();
  tf_spooled_file_rollover_async (waiting.spool, 0, NULL, tf_test_store_cb, &result);
  g_usleep (20 * 1000);
  close_ok (waiting.spool);
  g_assert_false (tf_spooled_file_rollover_finish (waiting.spool, wait_here (&result), &error));
  assert_io_error (error, G_IO_ERROR_CLOSED);
  g_clear_object (&waiting.spool);
  g_assert_true (tf_remove_audit_hook (id));
}

/* A file that is initialized by a worker answers at once that it is not. */
static void
test_call_while_waiting (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TfTemporaryFile) file = g_object_new (TF_TYPE_TEMPORARY_FILE, NULL);
  Waiting waiting = { NULL, g_thread_self (), 0 };
  guint id = tf_add_audit_hook (waiting_cb, &waiting, NULL);

  g_async_initable_init_async (G_ASYNC_INITABLE (file), 0, NULL, tf_test_store_cb, &result);
  g_usleep (20 * 1000);
  g_assert_cmpint (tf_temporary_file_write (file, "x", 1, NULL, &error), ==, -1);
  assert_io_error (error, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_true (g_async_initable_init_finish (G_ASYNC_INITABLE (file), wait_here (&result),
                                               &error));
  g_assert_cmpuint (waiting.calls, >=, 1);
  put (file, "x");
  g_assert_true (tf_remove_audit_hook (id));
}

static gboolean
cancel_inside_cb (const char  *event,
                  GFile       *file,
                  gpointer     user_data,
                  GError     **error)
{
  g_cancellable_cancel (user_data);
  return TRUE;
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Hook hook = { .refuse = FALSE };
  guint id = add_hook (&hook);

  /* While it waits for its turn: the hook is not asked any more. */
  tf_temporary_file_create_named_async (0, NULL, NULL, NULL, cancellable, tf_test_store_cb,
                                        &result);
  g_usleep (20 * 1000);
  g_cancellable_cancel (cancellable);
  g_usleep (20 * 1000);
  g_assert_null (tf_temporary_file_create_finish (wait_here (&result), &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (hook.calls, ==, 0);
  remove_hook (&hook, id);
  g_clear_object (&result);
  assert_nothing_left ();

  /* While the hook runs. */
  g_cancellable_reset (cancellable);
  id = tf_add_audit_hook (cancel_inside_cb, cancellable, NULL);
  tf_temporary_file_create_named_async (0, NULL, NULL, NULL, cancellable, tf_test_store_cb,
                                        &result);
  g_assert_null (tf_temporary_file_create_finish (wait_here (&result), &error));
  assert_io_error (error, G_IO_ERROR_CANCELLED);
  g_assert_true (tf_remove_audit_hook (id));
  assert_nothing_left ();
}

static gpointer
cancel_thread (gpointer data)
{
  g_usleep (1 + GPOINTER_TO_UINT (g_object_get_data (data, "wait")));
  g_cancellable_cancel (data);
  return NULL;
}

/* At any moment, from another thread: either a file or the error. */
static void
test_cancel_storm (void)
{
  guint rounds = tf_test_scale (50, 500, 5000);
  Hook hook = { .refuse = FALSE };
  guint id = add_hook (&hook);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (TfTemporaryFile) file = NULL;
      GThread *thread;

      g_object_set_data (G_OBJECT (cancellable), "wait",
                         GINT_TO_POINTER (g_test_rand_int_range (0, 300)));
      thread = g_thread_new ("cancel", cancel_thread, cancellable);
      tf_temporary_file_create_named_async (0, NULL, NULL, NULL, cancellable, tf_test_store_cb,
                                            &result);
      file = tf_temporary_file_create_finish (wait_here (&result), &error);
      g_thread_join (thread);
      if (file == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_object (&file);
      assert_nothing_left ();
    }
  remove_hook (&hook, id);
}

/* The priority of the call is that of the question. */
static gboolean
set_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
after_cb (const char  *event,
          GFile       *file,
          gpointer     user_data,
          GError     **error)
{
  g_assert_true (*(gboolean *) user_data);
  return TRUE;
}

static void
test_priority (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TfTemporaryFile) file = NULL;
  gboolean set = FALSE;
  guint id = tf_add_audit_hook (after_cb, &set, NULL);

  tf_temporary_file_create_async (G_PRIORITY_LOW, NULL, NULL, tf_test_store_cb, &result);
  g_usleep (20 * 1000);
  g_idle_add (set_cb, &set);
  file = tf_temporary_file_create_finish (wait_here (&result), &error);
  g_assert_no_error (error);
  g_assert_true (tf_remove_audit_hook (id));
}

/* Calls that wait for an answer do not keep out what a hook itself waits for, however many they
 * are, nor those of another context. */
#define N_WAITING 40

static gboolean
nest_cb (const char  *event,
         GFile       *file,
         gpointer     user_data,
         GError     **error)
{
  guint *calls = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  gboolean made;

  ++*calls;
  g_main_context_push_thread_default (context);
  made = make_create_named_async (error);
  g_main_context_pop_thread_default (context);
  return made;
}

static void
test_many_waiting (void)
{
  GAsyncResult *results[N_WAITING] = { NULL, };
  guint calls = 0;
  guint id = tf_add_audit_hook (nest_cb, &calls, NULL);

  for (guint i = 0; i < N_WAITING; i++)
    tf_temporary_file_create_named_async (0, NULL, NULL, NULL, NULL, tf_test_store_cb,
                                          &results[i]);
  g_usleep (50 * 1000);
  for (guint i = 0; i < N_WAITING; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) file = tf_temporary_file_create_finish (wait_here (&results[i]),
                                                                          &error);

      g_assert_no_error (error);
      g_assert_true (TF_IS_TEMPORARY_FILE (file));
      g_object_unref (results[i]);
    }
  g_assert_cmpuint (calls, ==, N_WAITING);
  g_assert_true (tf_remove_audit_hook (id));
}

static gboolean
true_cb (const char  *event,
         GFile       *file,
         gpointer     user_data,
         GError     **error)
{
  return TRUE;
}

static gpointer
other_context (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (context);
  g_assert_true (make_create_named_async (&error));
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_other_context (void)
{
  GAsyncResult *results[6] = { NULL, };
  guint id = tf_add_audit_hook (true_cb, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    tf_temporary_file_create_async (0, NULL, NULL, tf_test_store_cb, &results[i]);
  g_usleep (20 * 1000);
  g_thread_join (g_thread_new ("other", other_context, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_object_unref (tf_temporary_file_create_finish (wait_here (&results[i]), NULL));
      g_object_unref (results[i]);
    }
  g_assert_true (tf_remove_audit_hook (id));
}

/* A call that was under way before a hook ran is announced also when that hook iterates. */
static gboolean
iterating_cb (const char  *event,
              GFile       *file,
              gpointer     user_data,
              GError     **error)
{
  guint *calls = user_data;

  if (++*calls == 1)
    while (*calls == 1)
      g_main_context_iteration (NULL, TRUE);
  return TRUE;
}

static void
test_iterates (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  guint calls = 0;
  guint id = tf_add_audit_hook (iterating_cb, &calls, NULL);

  tf_temporary_file_create_named_async (0, NULL, NULL, NULL, NULL, tf_test_store_cb, &result);
  g_usleep (20 * 1000);
  g_assert_true (make_mkdtemp (&error));
  g_assert_cmpuint (calls, ==, 2);
  g_object_unref (tf_temporary_file_create_finish (wait_here (&result), &error));
  g_assert_no_error (error);
  g_assert_true (tf_remove_audit_hook (id));
}

/* --- threads, forks ---------------------------------------------------------------------- */

typedef struct
{
  int running;       /* atomic */
  int go_on;         /* atomic */
  int destroyed;     /* atomic */
} Slow;

static gboolean
slow_cb (const char  *event,
         GFile       *file,
         gpointer     user_data,
         GError     **error)
{
  Slow *slow = user_data;

  g_atomic_int_set (&slow->running, TRUE);
  while (!g_atomic_int_get (&slow->go_on))
    g_thread_yield ();
  g_assert_false (g_atomic_int_get (&slow->destroyed));
  return TRUE;
}

static void
slow_destroyed_cb (gpointer data)
{
  g_atomic_int_inc (&((Slow *) data)->destroyed);
}

static gpointer
mkstemp_thread (gpointer data)
{
  g_assert_true (make_mkstemp (NULL));
  return NULL;
}

static void
test_removed_while_running (void)
{
  Slow slow = { FALSE, };
  guint id = tf_add_audit_hook (slow_cb, &slow, slow_destroyed_cb);
  GThread *thread = g_thread_new ("create", mkstemp_thread, NULL);

  while (!g_atomic_int_get (&slow.running))
    g_thread_yield ();
  g_assert_true (tf_remove_audit_hook (id));
  g_assert_false (tf_remove_audit_hook (id));
  g_assert_false (g_atomic_int_get (&slow.destroyed));
  g_atomic_int_set (&slow.go_on, TRUE);
  g_thread_join (thread);
  g_assert_cmpint (g_atomic_int_get (&slow.destroyed), ==, 1);
}

static int changing;   /* atomic: threads that add and remove */

static gpointer
change_thread (gpointer data)
{
  guint rounds = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < rounds; i++)
    {
      Slow slow = { .go_on = TRUE };
      guint id = tf_add_audit_hook (slow_cb, &slow, slow_destroyed_cb);

      g_thread_yield ();
      g_assert_true (tf_remove_audit_hook (id));
      /* Another thread may be in it. */
      while (!g_atomic_int_get (&slow.destroyed))
        g_thread_yield ();
    }
  g_atomic_int_add (&changing, -1);
  return NULL;
}

static gpointer
all_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  do
    for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
      {
        g_autoptr (GError) error = NULL;

        /* They use one name, or clean up what the others have. */
        if (makers[i].make == make_persist || makers[i].make == make_persist_async ||
            makers[i].cleans_all)
          continue;
        g_assert_true (makers[i].make (&error));
        g_assert_no_error (error);
      }
  while (g_atomic_int_get (&changing) > 0);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_threads (void)
{
  guint rounds = tf_test_scale (50, 500, 5000);
  GThread *threads[5];

  g_atomic_int_set (&changing, 3);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("audit", i < 3 ? change_thread : all_thread,
                               GUINT_TO_POINTER (rounds));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_nothing_left ();
}

static void
in_child (gpointer data)
{
  Hook *hook = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (make_named (&error));
  assert_io_error (error, G_IO_ERROR_BUSY);
  g_assert_cmpuint (hook->calls, ==, 1);
  g_assert_false (make_mkdtemp (&error));
  assert_io_error (error, G_IO_ERROR_BUSY);
  g_assert_cmpuint (hook->calls, ==, 2);
}

static void
test_fork (void)
{
  Hook hook = { .refuse = TRUE, .code = G_IO_ERROR_BUSY };
  guint id = add_hook (&hook);

  g_assert_true (tf_test_in_child (in_child, &hook));
  g_assert_cmpuint (hook.calls, ==, 0);
  remove_hook (&hook, id);
}

/* A question of the parent's is nobody's in the child. */
static void
iterate_in_child (gpointer data)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (((Hook *) data)->calls, ==, 0);
}

static void
test_fork_while_waiting (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Hook hook = { .refuse = FALSE };
  guint id = add_hook (&hook);

  tf_temporary_file_create_named_async (0, NULL, NULL, NULL, NULL, tf_test_store_cb, &result);
  g_usleep (20 * 1000);
  g_assert_true (tf_test_in_child (iterate_in_child, &hook));
  g_object_unref (tf_temporary_file_create_finish (wait_here (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (hook.calls, ==, 1);
  remove_hook (&hook, id);
}

static void
test_ids (void)
{
  guint first = tf_add_audit_hook (true_cb, NULL, NULL);
  guint second = tf_add_audit_hook (true_cb, NULL, NULL);

  g_assert_cmpuint (first, >, 0);
  g_assert_cmpuint (second, !=, first);
  g_assert_false (tf_remove_audit_hook (0));
  g_assert_false (tf_remove_audit_hook (G_MAXUINT));
  g_assert_true (tf_remove_audit_hook (first));
  g_assert_false (tf_remove_audit_hook (first));
  g_assert_true (tf_remove_audit_hook (second));
}

int
main (int    argc,
      char **argv)
{
  tf_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autofree char *name = g_strconcat ("/audit/", makers[i].name, NULL);
      g_autofree char *in_thread = g_strconcat ("/audit/in-thread/", makers[i].name, NULL);

      tf_test_add_data (name, &makers[i], test_maker);
      tf_test_add_data (in_thread, &makers[i], test_maker_in_thread);
    }
  tf_test_add ("/audit/mktemp-is-quiet", test_mktemp);
  tf_test_add ("/audit/persist-is-quiet", test_persist_is_quiet);
  tf_test_add ("/audit/session-there", test_session);
  tf_test_add ("/audit/ids", test_ids);
  tf_test_add ("/audit/inside/creates", test_creates_inside);
  tf_test_add ("/audit/inside/uses-object", test_uses_object);
  tf_test_add ("/audit/inside/iterates", test_iterates);
  tf_test_add ("/audit/waiting/use", test_use_while_waiting);
  tf_test_add ("/audit/waiting/call", test_call_while_waiting);
  tf_test_add ("/audit/waiting/cancel", test_cancel);
  tf_test_add ("/audit/waiting/cancel-storm", test_cancel_storm);
  tf_test_add ("/audit/waiting/priority", test_priority);
  tf_test_add ("/audit/waiting/many", test_many_waiting);
  tf_test_add ("/audit/waiting/other-context", test_other_context);
  tf_test_add ("/audit/waiting/fork", test_fork_while_waiting);
  tf_test_add ("/audit/threads/removed-while-running", test_removed_while_running);
  tf_test_add ("/audit/threads/storm", test_threads);
  tf_test_add ("/audit/fork", test_fork);
  return tf_test_run ();
}
