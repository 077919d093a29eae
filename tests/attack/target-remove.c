/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The library as what is attacked. */

#include "targets.h"

#include <glib/gstdio.h>
#include <libtmpfile.h>

#include <fcntl.h>
#include <sys/stat.h>

#define ORPHAN_PREFIX "orphan-"
#define ORPHAN_MODE 01700        /* with the mark */

gboolean
target_failed (AttackShared *shared,
               const char   *format,
               ...)
{
  va_list args;

  va_start (args, format);
  g_vsnprintf (shared->message, sizeof shared->message, format, args);
  va_end (args);
  return FALSE;
}

gboolean
target_is_in_arena (AttackShared *shared,
                    int           fd)
{
  g_autofree char *link = fd == AT_FDCWD ? g_strdup ("/proc/self/cwd")
                                         : g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  g_autofree char *arena = g_strconcat (shared->arena, "/", NULL);

  return path != NULL && g_str_has_prefix (path, arena);
}

static gboolean
remove_with (AttackShared  *shared,
             TfRemoveFlags  flags)
{
  g_autoptr (GError) error = NULL;

  if (tf_remove_tree (shared->tree, flags, NULL, NULL, NULL, &error))
    return TRUE;
  return target_failed (shared, "%s", error->message);
}

static gboolean
remove_tree (AttackShared *shared)
{
  return remove_with (shared, TF_REMOVE_NONE);
}

static gboolean
remove_parallel (AttackShared *shared)
{
  return remove_with (shared, TF_REMOVE_PARALLEL);
}

const AttackTarget target_remove_tree =
{
  "tf_remove_tree()", NULL, remove_tree, ATTACK_LOCKED | ATTACK_AGAIN
};

const AttackTarget target_remove_parallel =
{
  "TF_REMOVE_PARALLEL", NULL, remove_parallel, ATTACK_LOCKED | ATTACK_AGAIN
};

/* --- a temporary folder ------------------------------------------------------------------ */

static TfTemporaryDirectory *directory;

static void
make_directory (AttackShared *shared)
{
  g_autoptr (GFile) arena = g_file_new_for_path (shared->arena);
  g_autoptr (GError) error = NULL;

  directory = tf_temporary_directory_new (arena, NULL, NULL, NULL, &error);
  if (directory == NULL)
    g_error ("%s", error->message);
  g_strlcpy (shared->tree, tf_temporary_directory_get_path (directory),
             sizeof shared->tree);
  attack_tree_fill (shared, shared->tree);
}

static gboolean
clean_up (AttackShared *shared)
{
  g_autoptr (GError) error = NULL;

  if (tf_temporary_directory_cleanup (directory, NULL, &error))
    return TRUE;
  return target_failed (shared, "%s", error->message);
}

const AttackTarget target_clean_up =
{
  "tf_temporary_directory_cleanup()", make_directory, clean_up, ATTACK_LOCKED
};

/* --- a sweep ----------------------------------------------------------------------------- */

/* As a killed process leaves it. */
static void
make_orphan (AttackShared *shared)
{
  g_snprintf (shared->tree, sizeof shared->tree, "%s/" ORPHAN_PREFIX "abcdefgh", shared->arena);
  g_assert_no_errno (g_mkdir (shared->tree, 0700));
  g_assert_no_errno (g_chmod (shared->tree, ORPHAN_MODE));
  attack_tree_fill (shared, shared->tree);
}

static gboolean
sweep (AttackShared *shared)
{
  g_autoptr (GFile) arena = g_file_new_for_path (shared->arena);
  g_autoptr (GError) error = NULL;
  int swept = tf_sweep_orphans (arena, ORPHAN_PREFIX, 0, NULL, &error);

  if (swept > 0)
    return TRUE;
  return target_failed (shared, "%s", error != NULL ? error->message : "nothing was swept");
}

const AttackTarget target_sweep =
{
  "tf_sweep_orphans()", make_orphan, sweep, ATTACK_LOCKED | ATTACK_ASIDE
};
