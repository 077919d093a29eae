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

#define MAX_NAME 64   /* bytes of the program's name */

static struct
{
  TfLock lock;
  TfFolder *folder;
  const char *place;   /* the temporary folder it is in; interned */
} session = { TF_LOCK_INIT, NULL, NULL };

/* The program's name, which may be a path, as the beginning of a file's: without separators, and
 * nothing that hides it or that commands take for an option. */
static char *
make_prefix (void)
{
  const char *program = g_get_prgname ();
  g_autofree char *name = NULL;
  char *prefix;

  if (program == NULL || program[0] == '\0')
    return g_strconcat (tf_name_get_default_prefix (), "-", NULL);
  name = g_path_get_basename (program);
  prefix = g_strdup_printf ("%.*s-", MAX_NAME, name);
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

/* With the lock held. One that is gone needs nobody to remember it. */
static void
forget_unusable (const char *place,
                 gboolean    look)
{
  if (session.folder == NULL)
    return;
  if (tf_folder_is_closed (session.folder))
    tf_folder_unref (session.folder);
  else if (session.place == place && (!look || tf_folder_is_there (session.folder)))
    return;
  session.folder = NULL;
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
    session.folder = NULL;
  forget_unusable (place, look);
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
