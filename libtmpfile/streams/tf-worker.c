/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The threads that asynchronous calls run in, on the streams floor.
 *
 * Not a GThreadPool: a shared one gets its threads from a thread that a forked child does not have,
 * and would wait for it for ever. Threads are made when there is work and none is idle, and end
 * when there was nothing to do for a while. */

#include "streams/tf-worker-private.h"

#include "core/tf-lock-private.h"

#define MAX_THREADS 4
#define PATIENCE (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  GTask *task;             /* owned */
  GTaskThreadFunc func;
} Job;

/* All under the lock. In a forked child threads and jobs are the parent's and forgotten. */
static struct
{
  TfLock lock;
  GCond wanted;
  GQueue jobs;             /* of Job, the most urgent first */
  guint n_threads;
  guint n_idle;
} pool = { TF_LOCK_INIT, };

static void
lock_pool (void)
{
  if (!tf_lock_acquire (&pool.lock))
    return;
  g_cond_init (&pool.wanted);
  g_queue_init (&pool.jobs);
  pool.n_threads = 0;
  pool.n_idle = 0;
}

static int
compare_urgency (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const Job *first = a;
  const Job *second = b;

  int one = g_task_get_priority (first->task);
  int other = g_task_get_priority (second->task);

  return (one > other) - (one < other);
}

/* The reference goes to whoever returns the task. */
static void
run_job (Job *job)
{
  GTask *task = job->task;
  GError *error = NULL;

  if (g_task_get_check_cancellable (task) &&
      g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    tf_worker_return_boolean (task, error);
  else
    job->func (task, g_task_get_source_object (task), g_task_get_task_data (task),
               g_task_get_cancellable (task));
  g_free (job);
}

/* With the lock held; NULL when the thread is to end. */
static Job *
wait_for_job (void)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (g_queue_is_empty (&pool.jobs))
    {
      gboolean woken;

      pool.n_idle++;
      woken = g_cond_wait_until (&pool.wanted, &pool.lock.mutex, deadline);
      pool.n_idle--;
      if (!woken && g_queue_is_empty (&pool.jobs))
        return NULL;
    }
  return g_queue_pop_head (&pool.jobs);
}

static gpointer
work_cb (gpointer data)
{
  Job *job;

  lock_pool ();
  while ((job = wait_for_job ()) != NULL)
    {
      tf_lock_release (&pool.lock);
      run_job (job);
      lock_pool ();
    }
  pool.n_threads--;
  tf_lock_release (&pool.lock);
  return NULL;
}

/* With the lock held. FALSE when there is no thread at all to do the work. */
static gboolean
provide_thread (void)
{
  GThread *thread;

  if (pool.n_idle >= g_queue_get_length (&pool.jobs) || pool.n_threads >= MAX_THREADS)
    {
      g_cond_signal (&pool.wanted);
      return TRUE;
    }

  thread = g_thread_try_new ("tf-worker", work_cb, NULL, NULL);
  if (thread == NULL)
    return pool.n_threads > 0;
  g_thread_unref (thread);
  pool.n_threads++;
  return TRUE;
}

void
tf_worker_run (GTask           *task,
               GTaskThreadFunc  func)
{
  Job *job = g_new0 (Job, 1);
  gboolean provided;

  job->task = g_object_ref (task);
  job->func = func;

  lock_pool ();
  g_queue_insert_sorted (&pool.jobs, job, compare_urgency, NULL);
  provided = provide_thread ();
  if (!provided)
    g_queue_remove (&pool.jobs, job);
  tf_lock_release (&pool.lock);

  /* A machine without threads left still gets its answer, only later than now. */
  if (!provided)
    run_job (job);
}
