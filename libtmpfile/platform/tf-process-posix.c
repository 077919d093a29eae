/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which process this is, and what its environment says, on the platform floor of every Unix. */

#include "platform/tf-posix-private.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* The number of this process. Where the kernel has memory that it wipes in a new process, the
 * number is kept there, so that it is 0 even after a clone() that ran no handler of fork's.
 *
 * Numbers are dealt in ascending order along a line of descent: `dealt` is copied to a child and
 * is never less than the number of the process, so a child's is never that of an ancestor. */
static guint plain_number;
guint *tf_os_generation_number = &plain_number;
static guint dealt;

static guint forking;   /* the number of the process that is about to fork */
static guint forks;

/* Threads may race for it: each deals a number, the first one counts. */
static guint
renew (guint expected)
{
  guint next;

  do
    next = (guint) g_atomic_int_add (&dealt, 1) + 1;
  while (next == 0);
  g_atomic_int_compare_and_exchange (tf_os_generation_number, expected, next);
  return (guint) g_atomic_int_get (tf_os_generation_number);
}

guint
tf_os_renew_generation (void)
{
  return renew (0);
}

guint
tf_os_forks (void)
{
  return (guint) g_atomic_int_get (&forks);
}

static void
before_fork_cb (void)
{
  g_atomic_int_set (&forking, tf_os_generation ());
  g_atomic_int_inc (&forks);
}

/* Not every kernel that accepts the wiping does it. */
static void
after_fork_in_child_cb (void)
{
  guint parent = (guint) g_atomic_int_get (&forking);

  if (tf_os_generation () == parent)
    renew (parent);
}

__attribute__ ((constructor)) static void
watch_forks (void)
{
  guint *wiped = tf_posix_wiped_number ();

  if (wiped != NULL)
    {
      *wiped = plain_number;
      tf_os_generation_number = wiped;
    }
  tf_os_generation ();
  if (pthread_atfork (before_fork_cb, NULL, after_fork_in_child_cb) != 0)
    g_error ("Could not watch for forks: out of memory");
}

void
tf_os_at_exit (void (*func) (void))
{
  atexit (func);
}

char **
tf_os_temp_candidates (void)
{
  static const char *const variables[] = { "TMPDIR", "TEMP", "TMP" };
  static const char *const folders[] = { "/tmp", "/var/tmp", "/usr/tmp" };
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *value = tf_posix_getenv (variables[i]);

      if (value != NULL && value[0] != '\0')
        g_ptr_array_add (candidates, g_strdup (value));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    g_ptr_array_add (candidates, g_strdup (folders[i]));
  g_ptr_array_add (candidates, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&candidates), FALSE);
}

char *
tf_os_anchor (const char *path)
{
  return g_strdup (path);
}

const char *
tf_os_line_end (void)
{
  return "\n";
}
