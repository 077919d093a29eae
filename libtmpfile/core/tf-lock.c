/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A lock that a forked child does not hang on, on the core floor: the slow half. */

#include "core/tf-lock-private.h"

/* `generation` is that of the process that last made the mutex anew, with this bit while a thread
 * of that process is at it. A mark of another process is stale, as is its mutex. 0 is a lock in
 * static memory that was never taken. */
#define MAKING (1u << 31)

/* With this bit a thread looks now and then whether it can have the mutex. A mutex is not fair: who
 * takes it again at once would keep that thread out for ever. The bit makes tf_lock_acquire() take
 * the slow way, where it waits for longer than between two looks. */
#define WANTED (1u << 30)
#define LOOK_INTERVAL 1000   /* microseconds */

void
tf_lock_init (TfLock *self)
{
  g_mutex_init (&self->mutex);
  g_atomic_int_set (&self->generation, tf_os_generation ());
}

void
tf_lock_clear (TfLock *self)
{
  if ((guint) g_atomic_int_get (&self->generation) == tf_os_generation ())
    g_mutex_clear (&self->mutex);
}

/* TRUE: this thread made the mutex anew and holds it. FALSE: it is this process's. */
static gboolean
take_over (TfLock *self,
           guint   generation)
{
  while (TRUE)
    {
      guint seen = g_atomic_int_get (&self->generation);

      if (seen == generation)
        return FALSE;
      if (seen == (generation | WANTED))
        {
          g_usleep (2 * LOOK_INTERVAL);
          return FALSE;
        }
      if (seen != (generation | MAKING) &&
          g_atomic_int_compare_and_exchange (&self->generation, seen, generation | MAKING))
        {
          g_mutex_init (&self->mutex);
          g_mutex_lock (&self->mutex);
          g_atomic_int_set (&self->generation, generation);
          return TRUE;
        }
      g_thread_yield ();
    }
}

gboolean
tf_lock_inherit (TfLock *self,
                 guint   generation)
{
  if (take_over (self, generation))
    return TRUE;
  g_mutex_lock (&self->mutex);
  return FALSE;
}

gboolean
tf_lock_try_until (TfLock   *self,
                   gint64    deadline,
                   gboolean *inherited)
{
  guint generation = tf_os_generation ();
  gboolean locked;

  *inherited = take_over (self, generation);
  if (*inherited || g_mutex_trylock (&self->mutex))
    return TRUE;

  g_atomic_int_compare_and_exchange (&self->generation, generation, generation | WANTED);
  while (!(locked = g_mutex_trylock (&self->mutex)) && g_get_monotonic_time () < deadline)
    g_usleep (LOOK_INTERVAL);
  g_atomic_int_compare_and_exchange (&self->generation, generation | WANTED, generation);
  return locked;
}
