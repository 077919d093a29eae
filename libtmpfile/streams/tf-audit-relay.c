/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a worker asks the audit hooks, on the streams floor.
 *
 * The question is shared by the worker, which may stop waiting at any time, and a source of the
 * main context, which may be dispatched late or never. */

#include "streams/tf-audit-relay-private.h"

#include "core/tf-audit-private.h"
#include "platform/tf-platform-private.h"
#include "streams/tf-worker-private.h"

typedef struct
{
  int ref_count;          /* atomic */
  guint generation;       /* the process that asks */
  char *event;
  char *path;

  GMutex lock;            /* for what follows */
  GCond changed;
  gboolean answered;
  gboolean cancelled;     /* the worker waits no longer */
  gboolean allowed;
  GError *error;
} Question;

static Question *
question_new (const char *event,
              const char *path)
{
  Question *question = g_new0 (Question, 1);

  question->ref_count = 2;
  question->generation = tf_os_generation ();
  question->event = g_strdup (event);
  question->path = g_strdup (path);
  g_mutex_init (&question->lock);
  g_cond_init (&question->changed);
  return question;
}

static void
question_unref (Question *question)
{
  if (!g_atomic_int_dec_and_test (&question->ref_count))
    return;
  g_clear_error (&question->error);
  g_mutex_clear (&question->lock);
  g_cond_clear (&question->changed);
  g_free (question->event);
  g_free (question->path);
  g_free (question);
}

/* Takes `error`. */
static void
answer (Question *question,
        gboolean  allowed,
        GError   *error)
{
  g_mutex_lock (&question->lock);
  if (!question->answered && !question->cancelled)
    {
      question->answered = TRUE;
      question->allowed = allowed;
      question->error = g_steal_pointer (&error);
      g_cond_signal (&question->changed);
    }
  g_mutex_unlock (&question->lock);
  g_clear_error (&error);
}

static gboolean
is_wanted (Question *question)
{
  gboolean cancelled;

  g_mutex_lock (&question->lock);
  cancelled = question->cancelled;
  g_mutex_unlock (&question->lock);
  return !cancelled;
}

/* --- in the main context ----------------------------------------------------------------- */

/* A hook may iterate the context: then this is in the midst of its call, but no part of what it
 * does, so the hooks are asked all the same. In a forked child the worker that asked is not here,
 * and it may have held the lock. */
static gboolean
ask_cb (gpointer data)
{
  Question *question = data;
  TfAuditManner manner;
  GError *error = NULL;
  gboolean allowed;

  if (question->generation != tf_os_generation () || !is_wanted (question))
    return G_SOURCE_REMOVE;
  manner = tf_audit_set_manner ((TfAuditManner) { FALSE, NULL, NULL });
  allowed = tf_audit_ask (question->event, question->path, &error);
  tf_audit_set_manner (manner);
  answer (question, allowed, error);
  return G_SOURCE_REMOVE;
}

/* The source goes. If somebody destroyed it before it was dispatched, nobody can be asked any more,
 * which is a refusal. */
static void
forget_cb (gpointer data)
{
  Question *question = data;

  if (question->generation == tf_os_generation ())
    answer (question, FALSE, NULL);   /* of no effect after ask_cb()'s */
  question_unref (question);
}

/* --- in the worker ----------------------------------------------------------------------- */

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  Question *question = data;

  g_mutex_lock (&question->lock);
  question->cancelled = TRUE;
  g_cond_signal (&question->changed);
  g_mutex_unlock (&question->lock);
}

/* FALSE when it was cancelled before there was an answer. */
static gboolean
wait_for_answer (Question *question)
{
  gboolean answered;

  g_mutex_lock (&question->lock);
  while (!question->answered && !question->cancelled)
    g_cond_wait (&question->changed, &question->lock);
  answered = question->answered;
  g_mutex_unlock (&question->lock);
  return answered;
}

static gboolean
take_answer (Question  *question,
             GError   **error)
{
  gboolean allowed;

  g_mutex_lock (&question->lock);
  allowed = question->allowed;
  if (question->error != NULL)
    g_propagate_error (error, g_steal_pointer (&question->error));
  else if (!allowed)
    tf_audit_refuse (question->path, error);
  g_mutex_unlock (&question->lock);
  return allowed;
}

static gboolean
relay (const char  *event,
       const char  *path,
       gpointer     data,
       GError     **error)
{
  GTask *task = data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Question *question = question_new (event, path);
  g_autoptr (GSource) source = g_idle_source_new ();
  gboolean allowed = FALSE;
  gulong handler = 0;

  /* Before anybody is asked, so that a hook that cancels has cancelled. */
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), question, NULL);
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_static_name (source, "[tf] audit");
  g_source_set_callback (source, ask_cb, question, forget_cb);
  g_source_attach (source, g_task_get_context (task));

  tf_worker_begin_wait ();
  if (wait_for_answer (question))
    allowed = take_answer (question, error);
  else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    /* It was reset since. */
    tf_audit_refuse (path, error);
  tf_worker_end_wait ();

  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  g_source_destroy (source);
  question_unref (question);
  return allowed;
}

void
tf_audit_relay_run (GTask           *task,
                    GTaskThreadFunc  func,
                    gboolean         muted)
{
  TfAuditManner manner = tf_audit_set_manner ((TfAuditManner) { muted, relay, task });

  func (task, g_task_get_source_object (task), g_task_get_task_data (task),
        g_task_get_cancellable (task));
  tf_audit_set_manner (manner);
}
