/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which folder temporary files go to, on the core floor. */

#include "config.h"

#include "core/tf-temp-dir-private.h"

#include "core/tf-lock-private.h"
#include "core/tf-opener-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

static TfLock search_lock = TF_LOCK_INIT;
static const char *temp_dir;   /* atomic; interned; NULL: not searched yet */

#ifdef TF_TEST_HOOKS
static GStrv test_candidates;

void
tf_temp_dir_set_candidates (const char * const *folders)
{
  g_strfreev (test_candidates);
  test_candidates = g_strdupv ((GStrv) folders);
}
#endif

/* Really writes: an unwritable, read-only or full folder shows in no other way. */
static gboolean
is_usable (const char  *folder,
           GError     **error)
{
  TfPlace place = { TF_OS_CWD, folder, "", NULL };
  g_autofree char *path = NULL;
  TfStatus written, closed;
  gboolean removed;
  gsize done = 0;
  TfStat stat;
  int fd;

  fd = tf_opener_create_quietly (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, error);
  if (fd == -1)
    return FALSE;
  written = tf_os_write (fd, "blat", 4, &done);
  removed = tf_opener_remove_fresh (path, &stat.id) == 0;
  closed = tf_os_close (fd);
  return written == 0 && done == 4 && removed && closed == 0;
}

/* No descriptor left says nothing of the folder: the search ends, and nothing is kept. */
static gboolean
consider (const char  *folder,
          GError     **fatal)
{
  g_autoptr (GError) error = NULL;

  if (is_usable (folder, &error))
    return TRUE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
    g_propagate_error (fatal, g_steal_pointer (&error));
  return FALSE;
}

/* The working folder, NULL when it was deleted; GLib says "/" then. */
static char *
get_working_folder (void)
{
  g_autofree char *path = g_get_current_dir ();
  TfStat here, there;

  if (tf_os_stat_at (TF_OS_CWD, ".", &here) != 0 ||
      tf_os_stat_at (TF_OS_CWD, path, &there) != 0)
    return NULL;
  /* A working folder reached through a link is the link in $PWD. */
  if (there.kind != TF_KIND_LINK && !tf_identity_equal (&here.id, &there.id))
    return NULL;
  return g_steal_pointer (&path);
}

static char *
make_absolute (const char *path)
{
  g_autofree char *anchored = NULL;
  g_autofree char *working = NULL;

  if (g_path_is_absolute (path))
    {
      anchored = tf_os_anchor (path);
      return g_canonicalize_filename (anchored, "/");
    }
  working = get_working_folder ();
  return working != NULL ? g_canonicalize_filename (path, working) : NULL;
}

/* The system's candidates, then the working folder; all absolute. */
static GStrv
list_candidates (void)
{
  g_auto (GStrv) candidates = tf_os_temp_candidates ();
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  g_autofree char *working = get_working_folder ();

  for (guint i = 0; candidates[i] != NULL; i++)
    {
      g_autofree char *path = make_absolute (candidates[i]);

      if (path != NULL)
        g_strv_builder_add (list, path);
    }
  if (working != NULL)
    g_strv_builder_add (list, working);
  return g_strv_builder_end (list);
}

#ifdef TF_TEST_HOOKS
char **
tf_temp_dir_list_candidates (void)
{
  return test_candidates != NULL ? g_strdupv (test_candidates) : list_candidates ();
}

#define list_candidates tf_temp_dir_list_candidates
#endif

static const char *
search (GError **error)
{
  g_auto (GStrv) list = list_candidates ();
  g_autofree char *tried = NULL;

  for (guint i = 0; list[i] != NULL; i++)
    {
      GError *fatal = NULL;

      if (consider (list[i], &fatal))
        return g_intern_string (list[i]);
      if (fatal != NULL)
        {
          g_propagate_error (error, fatal);
          return NULL;
        }
    }

  tried = g_strjoinv (", ", list);
  tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                     _("Could not find a usable folder for temporary files in “%s”"), tried);
  return NULL;
}

const char *
tf_temp_dir_get (GError **error)
{
  const char *path = g_atomic_pointer_get (&temp_dir);

  if (path != NULL)
    return path;

  tf_lock_acquire (&search_lock);
  path = g_atomic_pointer_get (&temp_dir);
  if (path == NULL)
    {
      path = search (error);
      /* Somebody may have set another meanwhile. */
      if (path != NULL && !g_atomic_pointer_compare_and_exchange (&temp_dir, NULL, path))
        path = g_atomic_pointer_get (&temp_dir);
    }
  tf_lock_release (&search_lock);

  return path;
}

static gboolean
refuse_empty (GError **error)
{
  return tf_error_set_code (error, G_IO_ERROR_INVALID_ARGUMENT,
                            _("Could not use “%s” as a folder: the path is empty"), "");
}

static gboolean
refuse_relative (GError     **error,
                 const char  *path)
{
  return tf_error_set_code (error, G_IO_ERROR_NOT_FOUND,
                            _("Could not find “%s”: there is no working folder any more"), path);
}

gboolean
tf_temp_dir_set (const char  *path,
                 GError     **error)
{
  g_autofree char *absolute = NULL;

  if (path == NULL)
    {
      g_atomic_pointer_set (&temp_dir, NULL);
      return TRUE;
    }
  if (path[0] == '\0')
    return refuse_empty (error);
  absolute = make_absolute (path);
  if (absolute == NULL)
    return refuse_relative (error, path);

  g_atomic_pointer_set (&temp_dir, g_intern_string (absolute));
  return TRUE;
}

/* The path is not normalised: what `link/..` means is for the file system to say. */
char *
tf_temp_dir_resolve (const char  *dir,
                     GError     **error)
{
  g_autofree char *working = NULL;

  if (dir == NULL)
    return g_strdup (tf_temp_dir_get (error));
  if (dir[0] == '\0')
    {
      refuse_empty (error);
      return NULL;
    }
  if (g_path_is_absolute (dir))
    return tf_os_anchor (dir);

  working = get_working_folder ();
  if (working == NULL)
    {
      refuse_relative (error, dir);
      return NULL;
    }
  return g_build_filename (working, dir, NULL);
}
