/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The folder of this process's own, on the core floor.
 *
 * A reference is kept here for as long as the process lives, also to a folder that was replaced by
 * another because the temporary folder was set anew: files may be in it, and the register removes
 * it at exit. In a forked child the folder is the parent's, so the child forgets it. */

#include "config.h"

#include "core/tf-session-private.h"

#include "core/tf-name-private.h"
#include "core/tf-temp-dir-private.h"

#include <string.h>

#define MAX_NAME 64   /* bytes of the program's name, whole characters */

static struct
{
  TfLock lock;
  TfFolder *folder;
  const char *place;   /* the temporary folder it is in; interned */
  TfFolder **former;   /* that were replaced; no container of GLib's, which may lock over a fork */
  guint n_former;
} session = { TF_LOCK_INIT, NULL, NULL, NULL, 0 };

/* The program's name, which may be a path, as the beginning of a file's: without separators, and
 * nothing that hides it or that commands take for an option. */
static char *
make_prefix (void)
{
  const char *program = g_get_prgname ();
  g_autofree char *name = NULL;
  char *prefix, *end;

  if (program == NULL || program[0] == '\0')
    return g_strconcat (tf_name_get_default_prefix (), "-", NULL);
  name = g_path_get_basename (program);
  if (strlen (name) > MAX_NAME)
    {
      end = g_utf8_find_prev_char (name, name + MAX_NAME + 1);
      name[end != NULL ? end - name : MAX_NAME] = '\0';
    }
  prefix = g_strconcat (name, "-", NULL);
  g_strdelimit (prefix, "/\\", '_');
  if (prefix[0] == '.' || prefix[0] == '-')
    prefix[0] = '_';
  return prefix;
}

/* With the lock held. */
static TfFolder *
make_folder (const char  *place,
             GError     **error)
{
  g_autofree char *prefix = make_prefix ();
  const TfPlace where = { TF_OS_CWD, place, prefix, NULL };

  session.folder = tf_folder_new (&where, error);
  session.place = session.folder != NULL ? place : NULL;
  return session.folder;
}

/* With the lock held. */
static void
drop_closed_ones (void)
{
  guint kept = 0;

  for (guint i = 0; i < session.n_former; i++)
    {
      if (tf_folder_is_closed (session.former[i]))
        tf_folder_unref (session.former[i]);
      else
        session.former[kept++] = session.former[i];
    }
  session.n_former = kept;
}

/* With the lock held. */
static void
retire_unusable (const char *place,
                 gboolean    look)
{
  if (session.folder == NULL ||
      (!tf_folder_is_closed (session.folder) && session.place == place &&
       (!look || tf_folder_is_there (session.folder))))
    return;
  session.former = g_renew (TfFolder *, session.former, session.n_former + 1);
  session.former[session.n_former++] = g_steal_pointer (&session.folder);
  drop_closed_ones ();
}

/* With the lock held. In a forked child they are the parent's. */
static void
forget_inherited (void)
{
  session.folder = NULL;
  session.former = NULL;
  session.n_former = 0;
}

static TfFolder *
get (gboolean   look,
     GError   **error)
{
  const char *place = tf_temp_dir_get (error);
  TfFolder *folder;

  if (place == NULL)
    return NULL;
  if (tf_lock_acquire (&session.lock))
    forget_inherited ();
  retire_unusable (place, look);
  folder = session.folder != NULL ? session.folder : make_folder (place, error);
  if (folder != NULL)
    tf_folder_ref (folder);
  tf_lock_release (&session.lock);
  return folder;
}

TfFolder *
tf_session_get (GError **error)
{
  return get (FALSE, error);
}

TfFolder *
tf_session_find (GError **error)
{
  return get (TRUE, error);
}

char *
tf_session_find_path (GError **error)
{
  TfFolder *folder = tf_session_find (error);
  char *path = NULL;

  if (folder != NULL)
    {
      path = g_strdup (tf_folder_get_path (folder));
      tf_folder_unref (folder);
    }
  return path;
}
