/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Names: their letters, their randomness, what a forked child gets, what is refused. */

#include "core/tf-name-private.h"
#include "tf-test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

static void
test_letters (void)
{
  guint seen[256] = { 0 };

  for (guint i = 0; i < 20000; i++)
    {
      char name[TF_NAME_RANDOM_LENGTH + 1] = { 0 };

      tf_name_randomize (name);
      g_assert_cmpuint (strspn (name, LETTERS), ==, TF_NAME_RANDOM_LENGTH);
      for (guint j = 0; j < TF_NAME_RANDOM_LENGTH; j++)
        seen[(guchar) name[j]]++;
    }
  /* 160,000 letters, 4,324 of each; ten standard deviations are 650. */
  for (const char *letter = LETTERS; *letter != '\0'; letter++)
    {
      g_assert_cmpuint (seen[(guchar) *letter], >, 3674);
      g_assert_cmpuint (seen[(guchar) *letter], <, 4974);
    }
}

static void
test_no_repeats (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 10000; i++)
    {
      char *name = g_malloc0 (TF_NAME_RANDOM_LENGTH + 1);

      tf_name_randomize (name);
      g_assert_true (g_hash_table_add (names, name));
      if (i % 1000 == 0)
        tf_name_discard_pool ();
    }
}

static void
test_fork (void)
{
  char ours[TF_NAME_RANDOM_LENGTH * 16], theirs[sizeof ours];
  int ends[2];
  int status;
  pid_t child;

  tf_name_randomize (ours);   /* there is a pool to inherit */
  g_assert_no_errno (pipe (ends));
  child = fork ();
  if (child == 0)
    {
      for (guint i = 0; i < 16; i++)
        tf_name_randomize (ours + i * TF_NAME_RANDOM_LENGTH);
      _exit (write (ends[1], ours, sizeof ours) == sizeof ours ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (read (ends[0], theirs, sizeof theirs), ==, sizeof theirs);
  for (guint i = 0; i < 16; i++)
    tf_name_randomize (ours + i * TF_NAME_RANDOM_LENGTH);

  for (guint i = 0; i < 16; i++)
    for (guint j = 0; j < 16; j++)
      g_assert_cmpint (memcmp (ours + i * TF_NAME_RANDOM_LENGTH, theirs + j * TF_NAME_RANDOM_LENGTH,
                               TF_NAME_RANDOM_LENGTH), !=, 0);
  close (ends[0]);
  close (ends[1]);
}

static void
test_affixes (void)
{
  const char *const good[] = { NULL, "", "a", "..", ".", "\xff", "a\nb", "-" };
  const char *const bad[] = { "/", "a/b", "../../x", "\\", "a\\b", "/etc" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (tf_name_check_affix (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tf_name_check_affix (bad[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
      g_assert_nonnull (strstr (error->message, bad[i]));
    }
}

static void
test_default_prefix (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (tf_name_get_default_prefix (), ==, "tmp");
  g_assert_true (tf_name_set_default_prefix ("mine-", &error));
  g_assert_cmpstr (tf_name_get_default_prefix (), ==, "mine-");
  g_assert_false (tf_name_set_default_prefix ("a/b", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_assert_cmpstr (tf_name_get_default_prefix (), ==, "mine-");
  g_clear_error (&error);
  g_assert_true (tf_name_set_default_prefix (NULL, &error));
  g_assert_cmpstr (tf_name_get_default_prefix (), ==, "tmp");
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/core/name/letters", test_letters);
  tf_test_add ("/core/name/no-repeats", test_no_repeats);
  tf_test_add ("/core/name/fork", test_fork);
  tf_test_add ("/core/name/affixes", test_affixes);
  tf_test_add ("/core/name/default-prefix", test_default_prefix);

  return tf_test_run ();
}
