/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The one retry loop that finds a free name, on the core floor. */

#include "config.h"

#include "core/tf-opener-private.h"

#include "core/tf-audit-private.h"
#include "core/tf-name-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* As many as GLib tries; with 37^8 names the second is already a sign of something else. */
#define MAX_NAMES 100
#define COLLISIONS_TO_DISTRUST 3

/* Composes folder/prefix????????suffix; *random points at the characters to be replaced, *name at
 * what follows the folder. */
static char *
compose (const TfPlace  *place,
         char          **name,
         char          **random)
{
  const char *prefix = place->prefix != NULL ? place->prefix : tf_name_get_default_prefix ();
  const char *suffix = place->suffix != NULL ? place->suffix : "";
  gsize folder_length = strlen (place->folder);
  gsize prefix_length = strlen (prefix);
  gsize suffix_length = strlen (suffix);
  char *path, *at;

  while (folder_length > 0 && G_IS_DIR_SEPARATOR (place->folder[folder_length - 1]))
    folder_length--;

  path = g_malloc (folder_length + 1 + prefix_length + TF_NAME_RANDOM_LENGTH + suffix_length + 1);
  memcpy (path, place->folder, folder_length);
  at = path + folder_length;
  *at++ = G_DIR_SEPARATOR;
  *name = at;
  memcpy (at, prefix, prefix_length);
  at += prefix_length;
  *random = at;
  at += TF_NAME_RANDOM_LENGTH;
  memcpy (at, suffix, suffix_length + 1);

  return path;
}

static gboolean
check_affixes (const TfPlace  *place,
               GError        **error)
{
  return tf_name_check_affix (place->prefix, error) && tf_name_check_affix (place->suffix, error);
}

char *
tf_opener_ask_and_try (const TfPlace  *place,
                       const char     *event,
                       TfOpenFunc      func,
                       gpointer        data,
                       const char     *format,
                       GError        **error)
{
  g_autofree char *path = NULL;
  char *name, *random;
  TfStatus status = 0;

  if (!check_affixes (place, error))
    return NULL;

  path = compose (place, &name, &random);
  for (guint i = 0; i < MAX_NAMES; i++)
    {
      if (i >= COLLISIONS_TO_DISTRUST)
        tf_name_discard_pool ();
      tf_name_randomize (random);
      if (event != NULL && !tf_audit_ask (event, path, error))
        return NULL;

      status = func (place->dir, place->dir == TF_OS_CWD ? path : name, path, data);
      if (status == 0)
        return g_steal_pointer (&path);
      if (tf_os_condition (status) != TF_CONDITION_EXISTS)
        break;
    }

  tf_error_set (error, status, _(format), path);
  return NULL;
}

char *
tf_opener_try (const TfPlace  *place,
               TfOpenFunc      func,
               gpointer        data,
               const char     *format,
               GError        **error)
{
  return tf_opener_ask_and_try (place, NULL, func, data, format, error);
}

typedef struct
{
  guint mode;
  TfOsCreateFlags flags;
  int fd;
  TfStat *stat;
} FileRequest;

static TfStatus
open_file (int         dir,
           const char *name,
           const char *path,
           gpointer    data)
{
  FileRequest *request = data;

  return tf_os_create_file (dir, name, request->mode, request->flags, &request->fd, request->stat);
}

int
tf_opener_create_file (const TfPlace    *place,
                       guint             mode,
                       TfOsCreateFlags   flags,
                       char            **path,
                       TfStat           *stat,
                       GError          **error)
{
  FileRequest request = { mode, flags, -1, stat };

  *path = tf_opener_ask_and_try (place, TF_AUDIT_FILE, open_file, &request,
                                 N_("Could not create “%s”: %s"), error);
  return *path != NULL ? request.fd : -1;
}

int
tf_opener_create_quietly (const TfPlace    *place,
                          guint             mode,
                          TfOsCreateFlags   flags,
                          char            **path,
                          TfStat           *stat,
                          GError          **error)
{
  FileRequest request = { mode, flags, -1, stat };

  *path = tf_opener_try (place, open_file, &request, N_("Could not create “%s”: %s"), error);
  return *path != NULL ? request.fd : -1;
}

/* The name is there for a moment, so a stranger might be under it by now. */
TfStatus
tf_opener_remove_fresh (const char       *path,
                        const TfIdentity *made)
{
  TfIdentity found;
  TfStatus status = tf_os_identify_at (TF_OS_CWD, path, &found);

  if (status == 0 && tf_identity_equal (&found, made))
    status = tf_os_unlink_same (TF_OS_CWD, path, made);
  return tf_os_condition (status) == TF_CONDITION_NOT_FOUND ? 0 : status;
}

static int
create_and_unlink (const TfPlace    *place,
                   TfOsCreateFlags   flags,
                   GError          **error)
{
  g_autofree char *path = NULL;
  TfPlace by_path = *place;
  TfStatus status;
  TfStat stat;
  int fd;

  by_path.dir = TF_OS_CWD;
  fd = tf_opener_create_file (&by_path, 0600, flags, &path, &stat, error);
  if (fd == -1)
    return -1;

  status = tf_opener_remove_fresh (path, &stat.id);
  if (status != 0)
    {
      /* Nobody will look after the file from here on, so what was a passing failure is tried
       * again. */
      tf_opener_remove_fresh (path, &stat.id);
      tf_os_close (fd);
      tf_error_set (error, status, _("Could not delete “%s”: %s"), path);
      return -1;
    }
  return fd;
}

int
tf_opener_create_anonymous (const TfPlace    *place,
                            TfOsCreateFlags   flags,
                            gboolean         *linkable,
                            GError          **error)
{
  TfStatus status;
  int fd;

  if (!check_affixes (place, error) || !tf_audit_ask (TF_AUDIT_FILE, place->folder, error))
    return -1;

  status = tf_os_create_anonymous (place->folder, flags, &fd);
  *linkable = status == 0;
  if (status == 0)
    return fd;
  if (tf_os_condition (status) == TF_CONDITION_NOT_SUPPORTED)
    return create_and_unlink (place, flags, error);

  tf_error_set (error, status, _("Could not create a temporary file in “%s”: %s"), place->folder);
  return -1;
}

static TfStatus
open_folder (int         dir,
             const char *name,
             const char *path,
             gpointer    data)
{
  return tf_os_create_folder (dir, name);
}

char *
tf_opener_create_folder (const TfPlace  *place,
                         GError        **error)
{
  return tf_opener_ask_and_try (place, TF_AUDIT_FOLDER, open_folder, NULL,
                                N_("Could not create the folder “%s”: %s"), error);
}

int
tf_opener_open_anonymous (const TfPlace  *place,
                          GError        **error)
{
  gboolean linkable;
  TfStatus status;
  TfStat stat;
  int fd = tf_opener_create_anonymous (place, TF_OS_CREATE_NONE, &linkable, error);

  if (fd == -1)
    return -1;
  status = tf_os_stat (fd, &stat);
  if (status == 0 && stat.mode != 0600)
    status = tf_os_set_mode (fd, 0600);
  if (status == 0)
    return fd;

  tf_os_close (fd);
  tf_error_set (error, status, _("Could not create a temporary file in “%s”: %s"), place->folder);
  return -1;
}

TfStatus
tf_opener_check_free (int         dir,
                      const char *name)
{
  TfStat stat;
  TfStatus status = tf_os_stat_at (dir, name, &stat);

  if (status == 0)
    return tf_os_status (TF_CONDITION_EXISTS);
  return tf_os_condition (status) == TF_CONDITION_NOT_FOUND ? 0 : status;
}

/* --- whatever the caller makes --------------------------------------------------------------- */

typedef struct
{
  TfOpenerMakeFunc func;
  gpointer data;
  GError *error;     /* why the last name did not work; NULL when there was no reason given */
} MakeRequest;

static TfStatus
make_it (int         dir,
         const char *name,
         const char *path,
         gpointer    data)
{
  MakeRequest *request = data;

  g_clear_error (&request->error);
  /* Whatever the error of a refusal is, it ends the search. */
  if (!tf_audit_ask (TF_AUDIT_FILE, path, &request->error))
    return tf_os_status (TF_CONDITION_NOT_SUPPORTED);
  if (request->func (path, request->data, &request->error))
    return 0;
  if (g_error_matches (request->error, G_IO_ERROR, G_IO_ERROR_EXISTS) ||
      g_error_matches (request->error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return tf_os_status (TF_CONDITION_EXISTS);
  return tf_os_status (TF_CONDITION_NOT_SUPPORTED);
}

char *
tf_opener_make (const TfPlace     *place,
                TfOpenerMakeFunc   func,
                gpointer           data,
                GError           **error)
{
  MakeRequest request = { func, data, NULL };
  g_autoptr (GError) search_error = NULL;
  char *path;
  gboolean called;

  path = tf_opener_try (place, make_it, &request, N_("Could not create “%s”: %s"), &search_error);
  called = search_error == NULL ||
           !g_error_matches (search_error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  if (path != NULL)
    g_clear_error (&request.error);
  else if (request.error != NULL)
    g_propagate_error (error, request.error);
  else if (called)
    tf_error_set_code (error, G_IO_ERROR_FAILED,
                       _("Could not create something in “%s”: no reason was given"), place->folder);
  else
    g_propagate_error (error, g_steal_pointer (&search_error));
  return path;
}
