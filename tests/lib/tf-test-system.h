/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the fixture asks of the system, once for Unix and once for Windows. Belongs to tf-test.c. */

#pragma once

#include "tf-test.h"

G_BEGIN_DECLS

/* Makes the program's folder and says so to the environment; before any call of GLib's that asks
 * it. The absolute path, to be freed by g_free(); ends the program where it fails. */
char       *tf_test_system_begin      (void);
/* In a child that is a copy of the program: the folder of the parent's test, which the function
 * above gives then. NULL in all other processes. */
const char *tf_test_system_child_dir  (void);
/* Does there what the child is for, and ends it. */
void        tf_test_system_run_child  (void) G_GNUC_NORETURN;
/* At the end of a test, which has no children any more. */
void        tf_test_system_unshare    (void);
/* Sets the temporary folder of the process. */
void        tf_test_system_set_dir    (const char *path);
/* The library's function, where a weak symbol would not find it. */
typedef gboolean (*TfTestSetTempDir) (const char *path, GError **error);
TfTestSetTempDir tf_test_system_find_set_temp_dir (void);
/* Descriptors that are open: number to what it names. */
GHashTable *tf_test_system_list_fds   (void);
/* See tf_test_disk_usage(). */
goffset     tf_test_system_disk_usage (int fd);
/* Permission bits, 07777, not following a link. On Windows made up from the access list by the
 * rules of the library's back end, but not by its code. */
guint       tf_test_system_mode       (const char *path);
/* Removes what is below the folder, and the folder `itself`; 0 when all went well. */
int         tf_test_system_remove     (const char *path, gboolean itself);

G_END_DECLS
