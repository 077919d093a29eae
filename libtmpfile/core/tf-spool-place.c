/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the file of a spool is made, on the core floor. */

#include "config.h"

#include "core/tf-spool-place-private.h"

#include "core/tf-name-private.h"
#include "core/tf-session-private.h"
#include "core/tf-temp-dir-private.h"
#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

void
tf_spool_place_copy (TfSpoolPlace       *copy,
                     const TfSpoolPlace *place)
{
  *copy = *place;
  copy->folder = g_strdup (place->folder);
  copy->prefix = g_strdup (place->prefix);
  copy->suffix = g_strdup (place->suffix);
}

void
tf_spool_place_clear (TfSpoolPlace *copy)
{
  g_free ((char *) copy->folder);
  g_free ((char *) copy->prefix);
  g_free ((char *) copy->suffix);
}

static gboolean
check (const TfSpoolPlace  *place,
       GError             **error)
{
  if (place->remote)
    return tf_error_set_code (error, G_IO_ERROR_NOT_SUPPORTED,
                              _("Could not create a temporary file in “%s”: it is not local"),
                              place->folder);
  return tf_name_check_affix (place->prefix, error) && tf_name_check_affix (place->suffix, error);
}

TfHandle *
tf_spool_place_open (const TfSpoolPlace  *place,
                     GError             **error)
{
  g_autofree char *folder = NULL;
  TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;
  TfPlace where = { TF_OS_CWD, NULL, place->prefix, place->suffix };
  TfHandle *handle;

  if (!check (place, error))
    return NULL;
  folder = place->session && place->folder == NULL ? tf_session_find_path (error)
                                                   : tf_temp_dir_resolve (place->folder, error);
  if (folder == NULL)
    return NULL;

  where.folder = folder;
  options.buffer_size = place->buffer_size;
  handle = tf_handle_new ();
  if (tf_handle_open (handle, &where, NULL, &options, error))
    return handle;
  tf_handle_unref (handle);
  return NULL;
}
