/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The fixture of every C test: a temporary folder of the test's own, and the assertion that neither
 * a file nor a descriptor is left. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How many names an anonymous file has: on Windows one that nobody is told. */
#ifdef G_OS_UNIX
#define TF_TEST_ANONYMOUS_LINKS 0
#else
#define TF_TEST_ANONYMOUS_LINKS 1
#endif

/* First thing in main(), before any other GLib call: makes the program's folder, sets TMPDIR to
 * it, clears TEMP and TMP, calls g_test_init(). Warnings and criticals are fatal. */
void        tf_test_init     (int *argc, char ***argv);
/* g_test_run(), then removes the program's folder; fails when something is in it. */
int         tf_test_run      (void);
/* Adds a test that runs in a fresh folder, TMPDIR of the process meanwhile. Afterwards the folder
 * must be empty, and the open descriptors must be those of before. What is on the list of what this
 * system cannot run (TF_TEST_EXCEPTIONS names it, one of tests/exceptions/) is skipped. */
void        tf_test_add      (const char *name, void (*func) (void));
void        tf_test_add_data (const char *name, gconstpointer data, void (*func) (gconstpointer));
/* The running test's folder, absolute. */
const char *tf_test_dir      (void);
/* tf_test_dir(), a separator, and name; freed with the test. */
const char *tf_test_path     (const char *name);

/* Whether the name is one of an anonymous file, which other systems make without. */
gboolean    tf_test_is_hidden     (const char *name);
/* The number of entries in a folder, without such files. */
guint       tf_test_count_entries (const char *path);
/* The same with them. */
guint       tf_test_count_all     (const char *path);
/* Removes what is in a folder, where something was to be left. */
void        tf_test_empty         (const char *path);
/* The number of open descriptors. */
guint       tf_test_count_fds     (void);
/* How much of a file is on the disk, in bytes. */
goffset     tf_test_disk_usage    (int fd);
/* Permission bits of a file, 07777, not following a link. */
guint       tf_test_mode          (const char *path);
/* What a file says of itself that was given the mode; another one where modes are made up. */
guint       tf_test_shown_mode    (guint mode);
gboolean    tf_test_exists        (const char *path);   /* lstat: a dangling link exists */

/* Whether the message has the part of a path, with whatever separators. */
gboolean    tf_test_mentions      (const char *message, const char *path);

/* Runs `func` in a forked child and waits; TRUE when the child ended with _exit (0). A child that
 * returns from `func` ends with _exit (0), without exit handlers. Asserts abort the child.
 * On Windows the child is a fresh copy of the program, which sees what main() did before
 * tf_test_run(), but nothing of the test; there `data` has to be static, a number, or shared. */
gboolean    tf_test_in_child      (void (*func) (gpointer data), gpointer data);
/* Its two halves: a child that runs beside the test, and the wait for it. */
int         tf_test_fork          (void (*func) (gpointer data), gpointer data);
gboolean    tf_test_wait_child    (int pid);
/* Memory that the test shares with its children, of zeros. It lasts as long as the test. */
gpointer    tf_test_shared_memory (gsize size);
/* In a child that somebody else forked, before it ends by exit(): what it has is no leak. */
void        tf_test_begin_child   (void);
/* As tf_test_in_child(), as the user nobody (65534) when the test runs as root. */
gboolean    tf_test_as_nobody     (void (*func) (gpointer data), gpointer data);
/* As tf_test_in_child(), with a file system of its own of `size` bytes (tmpfs) mounted at
 * tf_test_path ("disk") in a mount namespace of the child's. A machine that denies this fails the
 * test, unless the skip is on the list tests/skips.txt. */
gboolean    tf_test_on_small_disk (gsize size, void (*func) (gpointer data), gpointer data);

/* A critical or warning of the library's that the test provokes (g_critical(), not a failed
 * g_return_if_fail(): that is g_test_expect_message()'s). The second asserts that it came. */
void        tf_test_expect_critical (const char *pattern);
void        tf_test_assert_expected (void);
/* How often to do something: as TF_TEST_QUICK=1 or TF_TEST_SLOW=1 in the environment say. */
guint       tf_test_scale           (guint quick, guint normal, guint slow);
/* The same for a sample, of which one in so many is tried: fewer in a quick run under wine, where
 * each call goes through a server. */
guint       tf_test_step            (guint quick, guint normal, guint slow);
/* Whether a listing says what is a folder; FALSE where TF_TEST_DENY takes that away. */
gboolean    tf_test_kinds_are_listed (void);
/* For loops: whether to go on after `done` of `rounds`. Some disks are slow at times, so but for
 * TF_TEST_SLOW=1 it ends some seconds after `begun` (monotonic), not before a tenth is done. */
gboolean    tf_test_go_on           (guint done, guint rounds, gint64 begun);
/* Whether a line "what: reason" is in tests/skips.txt. */
gboolean    tf_test_skip_is_listed  (const char *what);

/* Iterates the default main context until *flag. */
void        tf_test_wait          (gboolean *flag);
/* A GAsyncReadyCallback that stores a reference to the result in *(GAsyncResult **) data. */
void        tf_test_store_cb      (GObject *source, GAsyncResult *result, gpointer data);
/* Iterates until a result is stored. */
void        tf_test_wait_result   (GAsyncResult **result);

G_END_DECLS
