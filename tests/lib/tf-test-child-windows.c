/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The fixture's children, which Windows does not have: a test that wants one belongs on the list
 * tests/exceptions/windows.txt. */

#include "tf-test.h"

void
tf_test_begin_child (void)
{
  g_error ("there are no forked children on Windows");
}

int
tf_test_fork (void   (*func) (gpointer data),
              gpointer data)
{
  g_error ("there is no fork() on Windows");
}

gboolean
tf_test_wait_child (int pid)
{
  g_error ("there is no waitpid() on Windows");
}

gboolean
tf_test_in_child (void   (*func) (gpointer data),
                  gpointer data)
{
  g_error ("there is no fork() on Windows");
}

gboolean
tf_test_as_nobody (void   (*func) (gpointer data),
                   gpointer data)
{
  g_error ("there is no setuid() on Windows");
}

gboolean
tf_test_on_small_disk (gsize    size,
                       void   (*func) (gpointer data),
                       gpointer data)
{
  g_error ("there is no mount() on Windows");
}
