/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The worker threads, and progress on its way out of them. */

#include "streams/tf-worker-private.h"
#include "tf-test.h"

#include <string.h>
#include <unistd.h>

/* --- tasks ------------------------------------------------------------------------------- */

static GThread *main_thread;

static void
return_true_cb (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  g_assert_true (g_thread_self () != main_thread);
  g_assert_true (source == g_task_get_source_object (task));
  g_assert_true (data == g_task_get_task_data (task));
  g_assert_true (cancellable == g_task_get_cancellable (task));
  tf_worker_return_boolean (task, NULL);
}

static void
run_and_wait (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GTask *task = g_task_new (NULL, NULL, tf_test_store_cb, &result);

  tf_worker_run (task, return_true_cb);
  g_object_unref (task);
  tf_test_wait_result (&result);
  g_assert_true (g_task_propagate_boolean (G_TASK (result), &error));
  g_assert_no_error (error);
}

static void
test_run (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (source, cancellable, tf_test_store_cb, &result);

  g_task_set_task_data (task, g_strdup ("data"), g_free);
  tf_worker_run (task, return_true_cb);
  tf_test_wait_result (&result);
  g_assert_true (g_task_propagate_boolean (task, NULL));
}

static void
never_cb (GTask        *task,
          gpointer      source,
          gpointer      data,
          GCancellable *cancellable)
{
  g_assert_not_reached ();
}

static void
test_cancelled_before (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, tf_test_store_cb, &result);

  g_cancellable_cancel (cancellable);
  tf_worker_run (task, never_cb);
  tf_test_wait_result (&result);
  g_assert_false (g_task_propagate_boolean (task, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A task that asked not to be looked at runs, and says itself what a cancellation means. */
static void
test_cancelled_but_runs (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, tf_test_store_cb, &result);

  g_task_set_check_cancellable (task, FALSE);
  g_cancellable_cancel (cancellable);
  tf_worker_run (task, return_true_cb);
  tf_test_wait_result (&result);
  g_assert_true (g_task_propagate_boolean (task, NULL));
}

/* --- many -------------------------------------------------------------------------------- */

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean open;
  guint inside;
  guint most;
  guint done;
  guint urgent;      /* of the four with a letter, how many have begun */
  GString *order;
} Crowd;

static Crowd crowd;

static void
crowd_cb (GTask        *task,
          gpointer      source,
          gpointer      data,
          GCancellable *cancellable)
{
  g_mutex_lock (&crowd.mutex);
  crowd.inside++;
  crowd.most = MAX (crowd.most, crowd.inside);
  g_string_append_c (crowd.order, GPOINTER_TO_INT (data));
  g_cond_broadcast (&crowd.cond);
  if (g_ascii_isalpha (GPOINTER_TO_INT (data)))
    crowd.urgent++;
  while (!crowd.open)
    g_cond_wait (&crowd.cond, &crowd.mutex);
  /* Were these let in before the urgent ones, they would take all places and stay. */
  while (GPOINTER_TO_INT (data) == '.' && crowd.urgent < 4)
    g_cond_wait (&crowd.cond, &crowd.mutex);
  crowd.inside--;
  crowd.done++;
  g_mutex_unlock (&crowd.mutex);
  tf_worker_return_boolean (task, NULL);
}

static void
count_ready_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  guint *ready = data;

  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  (*ready)++;
}

static void
run_in_crowd (int    priority,
              char   mark,
              guint *ready)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, count_ready_cb, ready);

  g_task_set_priority (task, priority);
  g_task_set_task_data (task, GINT_TO_POINTER (mark), NULL);
  tf_worker_run (task, crowd_cb);
}

static void
wait_inside (guint n)
{
  g_mutex_lock (&crowd.mutex);
  while (crowd.inside < n)
    g_cond_wait (&crowd.cond, &crowd.mutex);
  g_mutex_unlock (&crowd.mutex);
}

/* Four at a time, then the most urgent first, the older before the younger. */
static void
test_bounded_and_sorted (void)
{
  guint ready = 0;
  guint waiting;

  crowd = (Crowd) { .order = g_string_new (NULL) };
  for (guint i = 0; i < 4; i++)
    run_in_crowd (G_PRIORITY_DEFAULT, '-', &ready);
  wait_inside (4);
  run_in_crowd (G_PRIORITY_LOW, 'l', &ready);
  run_in_crowd (G_PRIORITY_DEFAULT, 'd', &ready);
  run_in_crowd (G_PRIORITY_HIGH, 'h', &ready);
  run_in_crowd (G_PRIORITY_DEFAULT, 'e', &ready);
  for (guint i = 0; i < 100; i++)
    run_in_crowd (G_PRIORITY_LOW + 1, '.', &ready);
  g_usleep (20000);
  g_mutex_lock (&crowd.mutex);
  g_assert_cmpuint (crowd.inside, ==, 4);
  waiting = (guint) crowd.order->len;
  crowd.open = TRUE;
  g_cond_broadcast (&crowd.cond);
  g_mutex_unlock (&crowd.mutex);
  g_assert_cmpuint (waiting, ==, 4);

  while (ready < 108)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (crowd.done, ==, 108);
  g_assert_cmpuint (crowd.most, ==, 4);
  for (const char *mark = "hdel"; *mark != '\0'; mark++)
    g_assert_nonnull (strchr (crowd.order->str, *mark));
  g_string_free (crowd.order, TRUE);
}

static void
test_many (void)
{
  guint ready = 0;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, count_ready_cb, &ready);

      tf_worker_run (task, return_true_cb);
    }
  while (ready < 2000)
    g_main_context_iteration (NULL, TRUE);
}

/* --- forking ----------------------------------------------------------------------------- */

static void
run_in_child (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GTask *task;

  alarm (30);
  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 10; i++)
    {
      task = g_task_new (NULL, NULL, tf_test_store_cb, &result);
      tf_worker_run (task, return_true_cb);
      g_object_unref (task);
      while (result == NULL)
        g_main_context_iteration (context, TRUE);
      g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
      g_clear_object (&result);
    }
  g_main_context_pop_thread_default (context);
}

static void
test_child (void)
{
  guint ready = 0;

  run_and_wait ();
  g_assert_true (tf_test_in_child (run_in_child, NULL));

  /* With all threads of the parent busy and more waiting. */
  crowd = (Crowd) { .order = g_string_new (NULL) };
  for (guint i = 0; i < 8; i++)
    run_in_crowd (G_PRIORITY_DEFAULT, '-', &ready);
  wait_inside (4);
  g_assert_true (tf_test_in_child (run_in_child, NULL));
  g_mutex_lock (&crowd.mutex);
  crowd.open = TRUE;
  g_cond_broadcast (&crowd.cond);
  g_mutex_unlock (&crowd.mutex);
  while (ready < 8)
    g_main_context_iteration (NULL, TRUE);
  g_string_free (crowd.order, TRUE);
  run_and_wait ();
}

/* --- progress ---------------------------------------------------------------------------- */

typedef struct
{
  guint calls;
  goffset last;
  goffset total;
  guint destroyed;
  gboolean fail;
  guint steps;
  guint pause;        /* microseconds */
  GThread *thread;       /* where the calls come; NULL: the main one */
} Watch;

static void
progress_cb (goffset  current,
             goffset  total,
             gpointer data)
{
  Watch *watch = data;

  g_assert_true (g_thread_self () == (watch->thread != NULL ? watch->thread : main_thread));
  g_assert_cmpuint (watch->destroyed, ==, 0);
  g_assert_cmpint (current, >, watch->last);
  watch->calls++;
  watch->last = current;
  watch->total = total;
}

static void
destroy_cb (gpointer data)
{
  Watch *watch = data;

  g_assert_true (g_thread_self () == (watch->thread != NULL ? watch->thread : main_thread));
  watch->destroyed++;
}

static void
work_cb (GTask        *task,
         gpointer      source,
         gpointer      data,
         GCancellable *cancellable)
{
  Watch *watch = g_object_get_data (source, "watch");

  for (guint i = 1; i <= watch->steps; i++)
    {
      tf_progress_update (i, i == watch->steps ? (gint64) i : -1, data);
      if (watch->pause > 0)
        g_usleep (watch->pause);
    }
  tf_progress_finish (data, task,
                      watch->fail ? g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "busy") : NULL);
}

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Watch *watch = g_object_get_data (source, "watch");

  g_assert_cmpuint (watch->destroyed, ==, 1);
  tf_test_store_cb (source, result, data);
}

static void
watch_work (Watch                 *watch,
            GFileProgressCallback  progress,
            GDestroyNotify         destroy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GTask) task = g_task_new (source, NULL, finished_cb, &result);
  g_autoptr (GError) error = NULL;

  g_object_set_data (source, "watch", watch);
  g_task_set_task_data (task, tf_progress_new (progress, watch, destroy, G_PRIORITY_DEFAULT), NULL);
  tf_worker_run (task, work_cb);
  tf_test_wait_result (&result);
  if (g_task_propagate_boolean (task, &error))
    g_assert_false (watch->fail);
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpuint (watch->destroyed, ==, 1);
}

/* However many updates there are, few come through, and the last one always. */
static void
test_progress (void)
{
  Watch watch = { .steps = 100000 };

  watch_work (&watch, progress_cb, destroy_cb);
  g_assert_cmpuint (watch.calls, >=, 1);
  g_assert_cmpuint (watch.calls, <, 1000);
  g_assert_cmpint (watch.last, ==, 100000);
  g_assert_cmpint (watch.total, ==, 100000);
}

/* Some come through while the work goes on. */
static void
test_progress_meanwhile (void)
{
  Watch watch = { .steps = 300, .pause = 1000 };

  watch_work (&watch, progress_cb, destroy_cb);
  g_assert_cmpuint (watch.calls, >=, 2);
  g_assert_cmpint (watch.last, ==, 300);
}

static void
test_progress_failing (void)
{
  Watch watch = { .steps = 10, .fail = TRUE };

  watch_work (&watch, progress_cb, destroy_cb);
  g_assert_cmpint (watch.last, ==, 10);
}

static void
test_progress_none (void)
{
  Watch watch = { .steps = 10 };

  watch_work (&watch, NULL, destroy_cb);
  g_assert_cmpuint (watch.calls, ==, 0);

  watch = (Watch) { .steps = 0 };
  watch_work (&watch, progress_cb, destroy_cb);
  g_assert_cmpuint (watch.calls, ==, 0);
}

/* --- contexts that do not live long ------------------------------------------------------ */

static void
run_in_context (GMainContext *context,
                Watch        *watch)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = NULL;

  if (watch == NULL)
    {
      task = g_task_new (NULL, NULL, tf_test_store_cb, &result);
    }
  else
    {
      g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);

      task = g_task_new (source, NULL, finished_cb, &result);
      g_object_set_data (source, "watch", watch);
      g_task_set_task_data (task, tf_progress_new (progress_cb, watch, destroy_cb, 0), NULL);
    }
  tf_worker_run (task, watch != NULL ? work_cb : return_true_cb);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
}

static gpointer
short_lived_thread (gpointer data)
{
  guint rounds = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      Watch watch = { .steps = 1, .thread = g_thread_self () };

      g_main_context_push_thread_default (context);
      run_in_context (context, i % 2 == 0 ? &watch : NULL);
      g_main_context_pop_thread_default (context);
    }
  return NULL;
}

/* A context that goes with its result may go while the worker is still sending it. */
static void
test_short_lived (void)
{
  guint rounds = tf_test_scale (200, 5000, 50000);
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("short-lived", short_lived_thread, GUINT_TO_POINTER (rounds));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int    argc,
      char **argv)
{
  main_thread = g_thread_self ();
  tf_test_init (&argc, &argv);

  tf_test_add ("/core/worker/run", test_run);
  tf_test_add ("/core/worker/cancelled-before", test_cancelled_before);
  tf_test_add ("/core/worker/cancelled-but-runs", test_cancelled_but_runs);
  tf_test_add ("/core/worker/bounded-and-sorted", test_bounded_and_sorted);
  tf_test_add ("/core/worker/many", test_many);
  tf_test_add ("/core/worker/child", test_child);
  tf_test_add ("/core/worker/progress", test_progress);
  tf_test_add ("/core/worker/progress-meanwhile", test_progress_meanwhile);
  tf_test_add ("/core/worker/progress-failing", test_progress_failing);
  tf_test_add ("/core/worker/progress-none", test_progress_none);
  tf_test_add ("/core/worker/short-lived-context", test_short_lived);

  return tf_test_run ();
}
