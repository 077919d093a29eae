/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Plain functions: they create, the caller deletes. */

#include "config.h"

#define TF_DISABLE_DEPRECATION_WARNINGS
#include "tf-make.h"

#include "core/tf-opener-private.h"
#include "core/tf-temp-dir-private.h"

#include <glib/gi18n-lib.h>

/**
 * tf_mkstemp:
 * @dir: (nullable) (type filename): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends, `NULL` for nothing
 * @path: (out) (optional) (transfer full) (type filename): its absolute path
 * @error: return location for an error
 *
 * Creates a file with a name nobody could foresee, for this user only, and opens it.
 *
 * The caller deletes it, and closes the descriptor, which is not inherited by new programs. Its
 * permissions are `0600`, whatever the umask.
 *
 * Fails with `G_IO_ERROR_INVALID_FILENAME` when prefix or suffix contain a separator, with
 * `G_IO_ERROR_INVALID_ARGUMENT` when @dir is empty, otherwise with what the system says. Blocks on
 * disk; may be called from any thread.
 *
 * Returns: a descriptor open for reading and writing, or -1 on error
 *
 * Since: 0.1
 */
int
tf_mkstemp (const char  *dir,
            const char  *prefix,
            const char  *suffix,
            char       **path,
            GError     **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *made = NULL;
  TfPlace place = { TF_OS_CWD, NULL, prefix, suffix };
  TfStat stat;
  int fd;

  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (path != NULL)
    *path = NULL;
  folder = tf_temp_dir_resolve (dir, error);
  if (folder == NULL)
    return -1;
  place.folder = folder;
  fd = tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &made, &stat, error);
  if (fd != -1 && path != NULL)
    *path = g_steal_pointer (&made);
  return fd;
}

/**
 * tf_mkdtemp:
 * @dir: (nullable) (type filename): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends, `NULL` for nothing
 * @error: return location for an error
 *
 * Creates a folder with a name nobody could foresee, for this user only.
 *
 * The caller deletes it with all in it. Its permissions are `0700`, whatever the umask.
 *
 * Fails as [func@mkstemp]. Blocks on disk; may be called from any thread.
 *
 * Returns: (transfer full) (type filename): the absolute path of the folder, or `NULL` on error
 *
 * Since: 0.1
 */
char *
tf_mkdtemp (const char  *dir,
            const char  *prefix,
            const char  *suffix,
            GError     **error)
{
  g_autofree char *folder = NULL;
  TfPlace place = { TF_OS_CWD, NULL, prefix, suffix };

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  folder = tf_temp_dir_resolve (dir, error);
  if (folder == NULL)
    return NULL;
  place.folder = folder;
  return tf_opener_create_folder (&place, error);
}

static TfStatus
look (int         dir,
      const char *name,
      const char *path,
      gpointer    data)
{
  return tf_opener_check_free (dir, name);
}

/**
 * tf_mktemp:
 * @dir: (nullable) (type filename): the folder of the name, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends, `NULL` for nothing
 * @error: return location for an error
 *
 * Finds a name that is free, and creates nothing.
 *
 * Somebody else may take the name before the caller does, and wait there with a link. It is here
 * for programs that come from elsewhere; [func@mkstemp] and [func@make] have no such gap.
 *
 * Fails as [func@mkstemp]. Blocks on disk; may be called from any thread.
 *
 * Returns: (transfer full) (type filename): an absolute path, or `NULL` on error
 *
 * Since: 0.1
 *
 * Deprecated: 0.1: Use [func@mkstemp] or [func@make]
 */
char *
tf_mktemp (const char  *dir,
           const char  *prefix,
           const char  *suffix,
           GError     **error)
{
  g_autofree char *folder = NULL;
  TfPlace place = { TF_OS_CWD, NULL, prefix, suffix };

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  folder = tf_temp_dir_resolve (dir, error);
  if (folder == NULL)
    return NULL;
  place.folder = folder;
  return tf_opener_try (&place, look, NULL, N_("Could not find a free name “%s”: %s"), error);
}

/**
 * tf_open_anonymous:
 * @dir: (nullable) (type filename): the folder whose file system it is on, `NULL` for
 *   [func@get_temp_dir]
 * @error: return location for an error
 *
 * Opens a file that has no name.
 *
 * It is gone when the descriptor and all its duplicates are closed. The caller closes the
 * descriptor, which is not inherited by new programs.
 *
 * Fails as [func@mkstemp]. Blocks on disk; may be called from any thread.
 *
 * Returns: a descriptor open for reading and writing, or -1 on error
 *
 * Since: 0.1
 */
int
tf_open_anonymous (const char  *dir,
                   GError     **error)
{
  g_autofree char *folder = NULL;
  TfPlace place = { TF_OS_CWD, NULL, NULL, NULL };

  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  folder = tf_temp_dir_resolve (dir, error);
  if (folder == NULL)
    return -1;
  place.folder = folder;
  return tf_opener_open_anonymous (&place, error);
}

/* --- whatever the caller makes -------------------------------------------------------------- */

typedef struct
{
  TfMakeFunc func;
  gpointer user_data;
} Maker;

static gboolean
call_maker (const char  *path,
            gpointer     data,
            GError     **error)
{
  Maker *maker = data;
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return maker->func (file, maker->user_data, error);
}

/**
 * tf_make:
 * @func: (scope call) (closure user_data): makes something of a name
 * @user_data: data for @func
 * @dir: (nullable) (type filename): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends, `NULL` for nothing
 * @error: return location for an error
 *
 * Makes a socket, a fifo or a link with a name nobody could foresee.
 *
 * @func is called with ever new names until it succeeds or fails for another reason than that the
 * name is taken. The caller deletes what was made.
 *
 * Fails as [func@mkstemp], with the error of @func, or with `G_IO_ERROR_FAILED` when it gave none.
 * Blocks on disk; may be called from any thread, and calls @func in the same.
 *
 * Returns: (transfer full) (type filename): the absolute path of what was made, or `NULL` on error
 *
 * Since: 0.1
 */
char *
tf_make (TfMakeFunc   func,
         gpointer     user_data,
         const char  *dir,
         const char  *prefix,
         const char  *suffix,
         GError     **error)
{
  g_autofree char *folder = NULL;
  TfPlace place = { TF_OS_CWD, NULL, prefix, suffix };
  Maker maker = { func, user_data };

  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  folder = tf_temp_dir_resolve (dir, error);
  if (folder == NULL)
    return NULL;
  place.folder = folder;
  return tf_opener_make (&place, call_maker, &maker, error);
}
