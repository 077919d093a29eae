/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Names of temporary files, on the core floor. */

#include "config.h"

#include "core/tf-name-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_PREFIX "tmp"

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

#define N_LETTERS (sizeof alphabet - 1)
#define FRACTION_BITS 58
#define FRACTION_MASK ((G_GUINT64_CONSTANT (1) << FRACTION_BITS) - 1)

/* Random numbers of one thread in one process: a system call fills it for many names, and a forked
 * child never hands out what its parent would. */
typedef struct
{
  guint generation;
  guint left;
  guint64 numbers[32];
} Pool;

static const char *default_prefix;   /* atomic; NULL is DEFAULT_PREFIX */

#ifdef TF_TEST_HOOKS
static TfNameSource test_source;
static gpointer test_source_data;

void
tf_name_set_source (TfNameSource source,
                    gpointer     user_data)
{
  test_source = source;
  test_source_data = user_data;
}
#endif

const char *
tf_name_get_default_prefix (void)
{
  const char *prefix = g_atomic_pointer_get (&default_prefix);

  return prefix != NULL ? prefix : DEFAULT_PREFIX;
}

gboolean
tf_name_set_default_prefix (const char  *prefix,
                            GError     **error)
{
  if (!tf_name_check_affix (prefix, error))
    return FALSE;
  g_atomic_pointer_set (&default_prefix, g_intern_string (prefix));
  return TRUE;
}

/* Both separators on every system: a name that is harmless here must be so elsewhere, and no
 * prefix may lead out of the folder (https://github.com/python/cpython/issues/79459). */
gboolean
tf_name_check_affix (const char  *affix,
                     GError     **error)
{
  if (affix == NULL || strpbrk (affix, "/\\") == NULL)
    return TRUE;
  return tf_error_set_code (error, G_IO_ERROR_INVALID_FILENAME,
                            _("Could not use “%s” in a file name: it contains a separator"), affix);
}

/* A function of its own, so that the thread's memory is looked up once. */
static G_GNUC_NO_INLINE Pool *
get_pool (void)
{
  static _Thread_local Pool pool;

  return &pool;
}

static guint64
take_number (void)
{
  Pool *pool = get_pool ();
  guint generation = tf_os_generation ();

  if (pool->left == 0 || pool->generation != generation)
    {
      tf_os_random (pool->numbers, sizeof pool->numbers);
      pool->left = G_N_ELEMENTS (pool->numbers);
      pool->generation = generation;
    }
  return pool->numbers[--pool->left];
}

void
tf_name_randomize (char *where)
{
  guint64 number;

#ifdef TF_TEST_HOOKS
  if (test_source != NULL)
    {
      test_source (where, test_source_data);
      return;
    }
#endif

  /* The number is a fraction of FRACTION_BITS bits, so many more than the 42 of a name that no
   * letter is likelier than another by more than one part in fifty thousand; its product with the
   * number of letters has the letter before the point, and what is left for the others behind it.
   * */
  number = take_number () >> (64 - FRACTION_BITS);
  for (guint i = 0; i < TF_NAME_RANDOM_LENGTH; i++)
    {
      number *= N_LETTERS;
      where[i] = alphabet[number >> FRACTION_BITS];
      number &= FRACTION_MASK;
    }
}

gboolean
tf_name_is_random (const char *name)
{
  return strspn (name, alphabet) >= TF_NAME_RANDOM_LENGTH;
}

void
tf_name_discard_pool (void)
{
  get_pool ()->left = 0;
}
