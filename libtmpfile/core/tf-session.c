/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The folder of this process's own, on the core floor.
 *
 * There is one for each temporary folder that the process has had, since files may be in it when
 * another is set. A reference is kept here until the folder is cleaned up, and the register removes
 * it at exit. In a forked child the folders are the parent's, so the child forgets them. */

#include "config.h"

#include "core/tf-session-private.h"

#include "core/tf-name-private.h"
#include "core/tf-temp-dir-private.h"

#include <string.h>

#define MAX_NAME 64   /* bytes of the program's name, whole characters */

typedef struct
{
  TfFolder *folder;
  const char *place;   /* the temporary folder it is in; interned */
} Session;

/* Usually one. No container of GLib's, which may lock over a fork. */
static struct
{
  TfLock lock;
  Session *items;
  guint n;
} sessions = { TF_LOCK_INIT, NULL, 0 };

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

/* With the lock held, as the two that follow. Only what is gone from disk needs no reference. */
static void
drop_gone_ones (void)
{
  guint kept = 0;

  for (guint i = 0; i < sessions.n; i++)
    {
      Session *session = &sessions.items[i];

      if (tf_folder_is_closed (session->folder) || tf_folder_is_gone (session->folder))
        {
          tf_folder_abandon (session->folder);
          tf_folder_unref (session->folder);
        }
      else
        sessions.items[kept++] = *session;
    }
  sessions.n = kept;
}

static TfFolder *
find_usable (const char *place,
             gboolean    look)
{
  for (guint i = 0; i < sessions.n; i++)
    {
      Session *session = &sessions.items[i];

      if (session->place == place && !tf_folder_is_closed (session->folder) &&
          (!look || tf_folder_is_there (session->folder)))
        return session->folder;
    }
  return NULL;
}

/* In a forked child they are the parent's. */
static void
lock_sessions (void)
{
  if (!tf_lock_acquire (&sessions.lock))
    return;
  sessions.items = NULL;
  sessions.n = 0;
}

/* Without the lock, for whoever audits is called. Another thread may do the same meanwhile: then
 * the one that comes second takes the folder of the first, and its own goes. */
static TfFolder *
make_folder (const char  *place,
             GError     **error)
{
  g_autofree char *prefix = make_prefix ();
  const TfPlace where = { TF_OS_CWD, place, prefix, NULL };
  TfFolder *made = tf_folder_new (&where, error);
  TfFolder *folder;

  if (made == NULL)
    return NULL;
  lock_sessions ();
  folder = find_usable (place, TRUE);
  if (folder == NULL)
    {
      drop_gone_ones ();
      sessions.items = g_renew (Session, sessions.items, sessions.n + 1);
      sessions.items[sessions.n++] = (Session) { made, place };
      folder = made;
    }
  tf_folder_ref (folder);
  tf_lock_release (&sessions.lock);
  if (folder != made)
    {
      tf_folder_abandon (made);
      tf_folder_unref (made);
    }
  return folder;
}

static TfFolder *
get (gboolean   look,
     GError   **error)
{
  const char *place = tf_temp_dir_get (error);
  TfFolder *folder;

  if (place == NULL)
    return NULL;
  lock_sessions ();
  folder = find_usable (place, look);
  if (folder != NULL)
    tf_folder_ref (folder);
  tf_lock_release (&sessions.lock);
  return folder != NULL ? folder : make_folder (place, error);
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
