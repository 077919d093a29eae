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

#include "core/tf-audit-private.h"
#include "core/tf-lock-private.h"
#include "streams/tf-audit-relay-private.h"

#define MAX_THREADS 4
#define MAX_WAITING 16   /* threads more that wait for an answer; what waits beyond them counts */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  GTask *task;             /* owned */
  GTaskThreadFunc func;
  gboolean muted;          /* an audit hook began it */
} Job;

/* All under the lock. In a forked child threads and jobs are the parent's and forgotten. */
static struct
{
  TfLock lock;
  GCond wanted;
  GQueue jobs;             /* of Job; those of audit hooks, then the most urgent first */
  guint n_threads;
  guint n_idle;
  guint n_waiting;         /* for a main context, that is for an audit hook */
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
  pool.n_waiting = 0;
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

  if (first->muted != second->muted)
    return first->muted ? -1 : 1;
  return (one > other) - (one < other);
}

/* The reference goes to whoever returns the task. In the thread of the caller there is nobody else
 * to ask for. */
static void
run_job (Job      *job,
         gboolean  in_worker)
{
  GTask *task = job->task;
  GError *error = NULL;

  if (g_task_get_check_cancellable (task) &&
      g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    tf_worker_return_boolean (task, error);
  else if (in_worker)
    tf_audit_relay_run (task, job->func, job->muted);
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
      run_job (job, TRUE);
      lock_pool ();
    }
  pool.n_threads--;
  tf_lock_release (&pool.lock);
  return NULL;
}

/* With the lock held. A hook that waits for what it began keeps others waiting for it, however many
 * they are, so there is always a thread for that. */
static guint
count_allowed_threads (void)
{
  const Job *job = g_queue_peek_head (&pool.jobs);

  return MAX_THREADS + (job->muted ? pool.n_waiting : MIN (pool.n_waiting, MAX_WAITING));
}

/* With the lock held, and work to do. FALSE when there is no thread at all to do it. */
static gboolean
provide_thread (void)
{
  GThread *thread;

  if (pool.n_idle >= g_queue_get_length (&pool.jobs) ||
      pool.n_threads >= count_allowed_threads ())
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
  job->muted = tf_audit_is_muted ();

  lock_pool ();
  g_queue_insert_sorted (&pool.jobs, job, compare_urgency, NULL);
  provided = provide_thread ();
  if (!provided)
    g_queue_remove (&pool.jobs, job);
  tf_lock_release (&pool.lock);

  /* A machine without threads left still gets its answer, only later than now. */
  if (!provided)
    run_job (job, FALSE);
}

void
tf_worker_begin_wait (void)
{
  lock_pool ();
  pool.n_waiting++;
  if (!g_queue_is_empty (&pool.jobs))
    provide_thread ();
  tf_lock_release (&pool.lock);
}

void
tf_worker_end_wait (void)
{
  lock_pool ();
  pool.n_waiting--;
  tf_lock_release (&pool.lock);
}
