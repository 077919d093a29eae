/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where temporary files go, and how their names begin. */

#include "config.h"

#include "tf-location.h"

#include "core/tf-name-private.h"
#include "core/tf-session-private.h"
#include "core/tf-temp-dir-private.h"

#include <glib/gi18n-lib.h>

/**
 * tf_get_temp_dir:
 * @error: return location for an error
 *
 * Gets the folder for temporary files.
 *
 * It is the first that a file could really be written to, of `TMPDIR`, `TEMP` and `TMP` in the
 * environment (ignored in a set-uid program), `/tmp`, `/var/tmp`, `/usr/tmp` and the working
 * folder. The search is done once, unless [func@set_temp_dir] resets it. May block on disk; may be
 * called from any thread.
 *
 * Fails with `G_IO_ERROR_NOT_FOUND` when there is none.
 *
 * Returns: (transfer none) (type filename): an absolute path, valid for ever, or `NULL` on error
 *
 * Since: 0.1
 */
const char *
tf_get_temp_dir (GError **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return tf_temp_dir_get (error);
}

/**
 * tf_set_temp_dir:
 * @path: (nullable) (type filename): a folder, or `NULL` to search again at the next need
 * @error: return location for an error
 *
 * Sets the folder for temporary files, for the whole process.
 *
 * It is made absolute, but not tried. May be called from any thread.
 *
 * Fails with `G_IO_ERROR_INVALID_ARGUMENT` when @path is empty, with `G_IO_ERROR_NOT_FOUND` when it
 * is relative and there is no working folder any more.
 *
 * Returns: `TRUE` on success
 *
 * Since: 0.1
 */
gboolean
tf_set_temp_dir (const char  *path,
                 GError     **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tf_temp_dir_set (path, error);
}

/**
 * tf_get_temp_prefix:
 *
 * Gets how names begin where nothing else is asked for.
 *
 * It is `tmp` unless set. May be called from any thread.
 *
 * Returns: (transfer none) (type filename): the prefix, valid for ever
 *
 * Since: 0.1
 */
const char *
tf_get_temp_prefix (void)
{
  return tf_name_get_default_prefix ();
}

/**
 * tf_set_temp_prefix:
 * @prefix: (nullable) (type filename): how names begin from now on, or `NULL` for `tmp`
 * @error: return location for an error
 *
 * Sets how names begin where nothing else is asked for, for the whole process.
 *
 * May be called from any thread. Fails with `G_IO_ERROR_INVALID_FILENAME` when @prefix contains a
 * separator.
 *
 * Returns: `TRUE` on success
 *
 * Since: 0.1
 */
gboolean
tf_set_temp_prefix (const char  *prefix,
                    GError     **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return tf_name_set_default_prefix (prefix, error);
}

static GFile *
get_default (GError **error)
{
  const char *path = tf_temp_dir_get (error);

  return path != NULL ? g_file_new_for_path (path) : NULL;
}

static GFile *
get_session (GError **error)
{
  g_autofree char *path = tf_session_find_path (error);

  return path != NULL ? g_file_new_for_path (path) : NULL;
}

/**
 * tf_get_location:
 * @location: what the folder is for
 * @size_hint: how much is to be written, in bytes, or 0 when that is not known
 * @error: return location for an error
 *
 * Gets a folder to make temporary files in.
 *
 * May block on disk; may be called from any thread. Fails with `G_IO_ERROR_NOT_FOUND` when there is
 * none, with `G_IO_ERROR_INVALID_ARGUMENT` on an unknown location, and for `TF_LOCATION_SESSION`
 * also with what the system says when the folder cannot be made.
 *
 * Returns: (transfer full): a folder, or `NULL` on error
 *
 * Since: 0.1
 */
GFile *
tf_get_location (TfLocation   location,
                 guint64      size_hint,
                 GError     **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  switch (location)
    {
    case TF_LOCATION_DEFAULT:
      return get_default (error);
    case TF_LOCATION_SESSION:
      return get_session (error);
    default:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("Unknown location %d"),
                   (int) location);
      return NULL;
    }
}
