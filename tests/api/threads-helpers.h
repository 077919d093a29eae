/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the tests of threads and of forks share: kinds of files, records that must not be torn,
 * threads. */

#pragma once

#include "api-helpers.h"

#define RECORD 64
#define THREADS 4

typedef struct
{
  const char *name;
  gboolean anonymous;
  gboolean append;
  int buffer_size;
  gboolean seen;
} Kind;

static const Kind kinds[] = {
  { "unseen", TRUE, FALSE, -1, FALSE },
  { "unseen-append", TRUE, TRUE, -1, FALSE },
  { "named", FALSE, FALSE, -1, TRUE },
  { "named-append", FALSE, TRUE, -1, TRUE },
  { "seen-by-get-fd", TRUE, FALSE, -1, TRUE },
  { "own-buffer", FALSE, FALSE, 100, TRUE },
  { "no-buffer", TRUE, FALSE, 0, FALSE },
};

typedef struct
{
  TfTemporaryFile *file;
  guint number;
  guint n;
  int *stop;         /* atomic */
} Worker;

static inline void
fill_record (char  *record,
             guint  thread,
             guint  sequence)
{
  memset (record, 'a' + (int) thread, RECORD);
  g_snprintf (record, 24, "<%u:%u>", thread, sequence);
  record[strlen (record)] = ' ';
  record[RECORD - 1] = '\n';
}

static inline TfTemporaryFile *
new_of_kind (const Kind *kind)
{
  TfTemporaryFile *file = new_with ("anonymous", kind->anonymous, "append", kind->append,
                                    "buffer-size", kind->buffer_size);

  if (kind->seen)
    g_assert_cmpint (tf_temporary_file_get_fd (file), >=, 3);
  return file;
}

static inline void
run_threads (TfTemporaryFile *file,
             GThreadFunc      func,
             guint            n,
             int             *stop)
{
  Worker workers[THREADS];
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      workers[i] = (Worker) { file, i, n, stop };
      threads[i] = g_thread_new ("worker", func, &workers[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
}

static inline gpointer
create_and_delete (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < worker->n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TfTemporaryFile) named = new_named ();
      g_autoptr (TfTemporaryFile) anonymous = new_anonymous ();
      g_autoptr (TfTemporaryDirectory) dir = tf_temporary_directory_new (NULL, NULL, NULL, NULL,
                                                                         &error);

      g_assert_no_error (error);
      put (named, "storm");
      put (anonymous, "storm");
      if (i % 2 == 0)
        close_ok (named);
      if (i % 3 == 0)
        g_assert_true (tf_temporary_directory_cleanup (dir, NULL, &error));
      g_assert_no_error (error);
    }
  return NULL;
}

static inline void
add_kinds (const char *path,
           void      (*func) (gconstpointer))
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%s", path, kinds[i].name);

      tf_test_add_data (name, &kinds[i], func);
    }
}
