/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The inside of TfSpooledFile: for the files that together are the object, by verb:
 * tf-spooled-file.c is the object with its properties and interfaces, tf-spooled-file-io.c reads,
 * writes and gives the file away, tf-spooled-file-async.c does things in worker threads. */

#pragma once

#include "core/tf-spool-private.h"
#include "tf-spooled-file.h"

G_BEGIN_DECLS

struct _TfSpooledFile
{
  GIOStream parent_instance;

  TfSpool *spool;
  TfTemporaryFile *file;    /* of the spool's handle, made when asked for; under the spool's lock */
  GInputStream *input;      /* atomic; made when asked for, as the next */
  GOutputStream *output;

  /* A rollover by a stream's write is told in the main context where the object was made. */
  GMainContext *context;    /* nullable: the default one */
  GSource *announcement;    /* set once, under the spool's lock; destroyed at the end */
  int unannounced;          /* atomic: rolled over, and nobody was told yet */

  /* As given; the spool has its own copies. */
  GFile *directory;
  TfLocation location;
  char *prefix;
  char *suffix;
  int buffer_size;

  GMemoryMonitor *monitor;  /* NULL unless roll-on-low-memory */
  gulong monitor_handler;
};

/* TF_IS_SPOOLED_FILE() for what is called for every few bytes. */
extern gpointer tf_spooled_file_class;

#define IS_SPOOLED_FILE(object) \
  (((object) != NULL && ((GTypeInstance *) (object))->g_class == tf_spooled_file_class) || \
   TF_IS_SPOOLED_FILE (object))

/* To be called after whatever may have rolled over, without a lock, in the thread to tell it in. */
void tf_spooled_file_announce_now (TfSpooledFile *self);

static inline void
tf_spooled_file_announce (TfSpooledFile *self)
{
  if (G_UNLIKELY (g_atomic_int_get (&self->unannounced)))
    tf_spooled_file_announce_now (self);
}

/* Under the spool's lock, in any thread: it has just rolled over. */
void tf_spooled_file_rolled_cb    (gboolean asked, gpointer data);

/* tf-spooled-file-io.c */
void     tf_spooled_file_seekable_init (GSeekableIface *iface);
/* Moves to a file. The caller announces it. */
gboolean tf_spooled_file_roll          (TfSpooledFile *self, GCancellable *cancellable,
                                        GError **error);

/* tf-spooled-file-async.c */
void     tf_spooled_file_watch_memory  (TfSpooledFile *self, gboolean watch);
void     tf_spooled_file_close_async   (GIOStream *stream, int io_priority,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean tf_spooled_file_close_finish  (GIOStream *stream, GAsyncResult *result, GError **error);

G_END_DECLS
