/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A second thread for one removal, on the core floor. The first hands open folders to it, at most
 * one that is worked at and one that waits, and takes back what was not begun when it has nothing
 * else to do. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

typedef struct _TfPartner TfPartner;

/* A folder to be emptied and removed from `dir`. */
typedef struct
{
  int fd;        /* owned; -1: there is none */
  int dir;       /* borrowed: stays open until `level` waited for it */
  guint level;   /* below 32: whose it is */
  char *name;    /* in `dir`; owned, as is the next */
  char *path;    /* for messages */
} TfPartnerJob;

/* Does a job in the second thread; FALSE when something of it stays. */
typedef gboolean (*TfPartnerFunc) (const TfPartnerJob *job, gpointer data);

/* NULL where no thread is to be had: then the first does it alone. */
TfPartner *tf_partner_new       (TfPartnerFunc func, gpointer data) G_GNUC_WARN_UNUSED_RESULT;
/* When nothing is waited for any more. */
void       tf_partner_free      (TfPartner *self);

/* Whether tf_partner_offer() may be called now. For the first thread only, as are all here. */
gboolean   tf_partner_is_free   (TfPartner *self);
/* Hands over a folder, with what `job` owns. */
void       tf_partner_offer     (TfPartner *self, const TfPartnerJob *job);
/* TRUE: *job was handed over from `level` and not begun, and is the caller's again. FALSE, after
 * the other thread has done what it was at: all that `level` handed over is settled; *failed is set
 * when something of it stays. */
gboolean   tf_partner_take_back (TfPartner *self, guint level, TfPartnerJob *job,
                                 gboolean *failed) G_GNUC_WARN_UNUSED_RESULT;
void       tf_partner_job_clear (TfPartnerJob *job);

G_END_DECLS
