/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the checks of the promises share: how a row of the table comes about, and the objects.
 *
 * A promise is kept unless a check calls one of the two functions that note something else. What is
 * neither kept, nor weaker, nor refused with an error fails an assertion. */

#pragma once

#include "api-helpers.h"

#include <signal.h>
#include <stdlib.h>

/* The promise holds in part: `what` is missing, as the documentation says. */
void     promise_weaker   (const char *what);
/* The library refused `what` with an error, which is cleared: one that the system's answer
 * explains and that names a path. Everything else is a failure. */
void     promise_refused  (const char *what, GError **error);

/* Whether the place lacks something, as the one who made it says: "atomic-rename", "denial",
 * "links", "modes", "mounts", "space". The checks assert that it really does, but for the first,
 * which only a race would show. */
gboolean place_lacks      (const char *what);
/* What was put there for the test: a tree and a file of a lower layer. NULL where nothing was. */
const char *place_given   (const char *name);
/* What a file of somebody else's can hold here. */
const char *place_text    (const char *text);

/* How a folder that was refused is called. */
const char *promise_folder (void);
/* chmod() where there are modes; elsewhere asserts that it does nothing. */
void     place_mode       (const char *path, guint mode);
/* A folder or file of somebody else's, with exactly that mode where there are modes. */
void     place_folder     (const char *path, guint mode);
void     place_file       (const char *path, const char *text);

/* A named file and a folder with a file in it, alive together. */
typedef struct
{
  TfTemporaryFile *file;       /* nullable, where the place refuses it */
  TfTemporaryDirectory *dir;   /* the same */
} Things;

extern Things things;   /* reachable at exit, so no leak */

void     make_things       (void);
void     drop_things       (void);
guint    count_things      (void);

/* NULL, and noted, where the library refuses. */
TfTemporaryFile      *make_file_or_refuse   (const char *first_property, ...) G_GNUC_NULL_TERMINATED;
TfTemporaryDirectory *make_folder_or_refuse (void);
/* Writes, and sees to it that it is written. FALSE, and noted, where the system refuses. */
gboolean              put_or_refuse         (TfTemporaryFile *file, const char *text);

/* What the system makes of the place: before all else, and around each promise. */
void     place_prepare    (int argc, char **argv);
void     place_enter      (void);
void     place_leave      (void);

/* Asserts that it is a name that the library made, between the prefix "p-" and the suffix ".s". */
void     assert_name       (const char *path);
/* The entries of the test's folder, without those that hide until they are closed. */
guint    count_left       (void);
/* Runs `func` in a child that ends as it likes, see tf_test_fork(); its status as waitpid() has
 * it. */
int      end_of_child     (void (*func) (gpointer data), gpointer data);

/* The promises, by their numbers in docs/platforms.md. */
void promise_private       (void);   /*  1 */
void promise_names         (void);   /*  2 */
void promise_anonymous     (void);   /*  3 */
void promise_cursor        (void);   /*  4 */
void promise_spool         (void);   /*  5 */
void promise_identity      (void);   /*  6 */
void promise_tree          (void);   /*  7 */
void promise_twice         (void);   /*  8 */
void promise_fork          (void);   /*  9 */
void promise_exit          (void);   /* 10 */
void promise_lease         (void);   /* 11 */
void promise_publish       (void);   /* 12 */
void promise_manners       (void);   /* 13 */
void promise_bad_input     (void);   /* 14 */
