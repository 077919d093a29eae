/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes a GError of a status, on the platform floor. */

#include "platform/tf-error-private.h"

/* The sentences are constants that the callers translate: their places are in the contract. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

gboolean
tf_error_set (GError     **error,
              TfStatus     status,
              const char  *format,
              const char  *path)
{
  g_autofree char *shown = NULL;
  g_autofree char *reason = NULL;

  if (error == NULL)
    return FALSE;

  shown = g_filename_display_name (path);
  reason = tf_os_describe (status);
  g_set_error (error, G_IO_ERROR, tf_os_io_error (status), format, shown, reason);
  return FALSE;
}

gboolean
tf_error_set_code (GError       **error,
                   GIOErrorEnum   code,
                   const char    *format,
                   const char    *path)
{
  g_autofree char *shown = NULL;

  if (error == NULL)
    return FALSE;

  shown = g_filename_display_name (path);
  g_set_error (error, G_IO_ERROR, code, format, shown);
  return FALSE;
}
