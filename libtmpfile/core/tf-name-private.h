/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Names of temporary files, on the core floor: prefix + 8 of [a-z0-9_] + suffix, from the system's
 * random source by a pool of each thread's own. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

#define TF_NAME_RANDOM_LENGTH 8

/* What publishing makes next to the destination: recognisable, so that a sweep finds what a kill -9
 * leaves. */
#define TF_NAME_INTERMEDIATE_PREFIX ".tf-"
#define TF_NAME_INTERMEDIATE_SUFFIX "~"

/* The prefix of names where none is given: "tmp" unless set; interned. */
const char *tf_name_get_default_prefix (void);
/* NULL goes back to "tmp". G_IO_ERROR_INVALID_FILENAME. */
gboolean    tf_name_set_default_prefix (const char *prefix, GError **error);

/* Refuses a prefix or suffix (nullable) with a separator, G_IO_ERROR_INVALID_FILENAME. */
gboolean    tf_name_check_affix (const char *affix, GError **error);

/* Writes TF_NAME_RANDOM_LENGTH random characters to `where`, without a NUL. */
void        tf_name_randomize   (char *where);
/* Whether `name` begins with characters that could be such. */
gboolean    tf_name_is_random   (const char *name);
/* Throws the calling thread's pool away: after collisions nobody could have foreseen. */
void        tf_name_discard_pool (void);

#ifdef TF_TEST_HOOKS
/* Lets a test say the next characters. NULL ends it. */
typedef void (*TfNameSource) (char *where, gpointer user_data);
void        tf_name_set_source  (TfNameSource source, gpointer user_data);
#endif

G_END_DECLS
