/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Copying one file's bytes into another, on the core floor. */

#include "config.h"

#include "core/tf-copier-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

/* Between two looks at the cancellable. */
#define IN_KERNEL (16 * 1024 * 1024)
#define BY_HAND (256 * 1024)

static gboolean
is_refusal (TfStatus status)
{
  TfCondition condition = tf_os_condition (status);

  return condition == TF_CONDITION_NOT_SUPPORTED || condition == TF_CONDITION_CROSS_DEVICE;
}

static TfStatus
write_all (int           to,
           const guint8 *bytes,
           gsize         count,
           gint64        offset)
{
  gsize written = 0;
  TfStatus status = 0;

  while (written < count && status == 0)
    {
      gsize done = 0;

      status = tf_os_pwrite (to, bytes + written, count - written, offset + (gint64) written,
                             &done);
      if (status == 0)
        written += done;
    }
  return status;
}

/* One step; *done 0 is the end. */
static TfStatus
step_by_hand (int     from,
              int     to,
              gint64  offset,
              guint8 *bytes,
              gsize  *done)
{
  TfStatus status = tf_os_pread (from, bytes, BY_HAND, offset, done);

  return status == 0 ? write_all (to, bytes, *done, offset) : status;
}

gboolean
tf_copier_copy (int            from,
                int            to,
                const char    *name,
                GCancellable  *cancellable,
                GError       **error)
{
  g_autofree guint8 *bytes = NULL;
  gint64 offset = 0;
  TfStatus status = tf_os_clone (from, to);
  gsize done = 1;

  if (status == 0)
    return TRUE;
  if (!is_refusal (status))
    return tf_error_set (error, status, _("Could not copy “%s”: %s"), name);

  status = 0;
  while (done > 0 && status == 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      done = 0;
      if (bytes == NULL)
        {
          status = tf_os_copy_range (from, to, offset, IN_KERNEL, &done);
          /* Some file systems say 0 for what they cannot do (copy_file_range(2), BUGS). */
          if (is_refusal (status) || (status == 0 && done == 0))
            bytes = g_malloc (BY_HAND);
        }
      if (bytes != NULL && done == 0)
        status = step_by_hand (from, to, offset, bytes, &done);
      offset += (gint64) done;
    }
  return status == 0 || tf_error_set (error, status, _("Could not copy “%s”: %s"), name);
}
