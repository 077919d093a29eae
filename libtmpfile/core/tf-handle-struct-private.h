/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The inside of a handle, on the core floor: for the files that together are the handle, by verb:
 * tf-handle.c opens and closes, tf-handle-buffer.c reads and writes, tf-handle-name.c deletes and
 * keeps, tf-handle-fd.c gives the descriptor away, tf-persister.c publishes. */

#pragma once

#include "core/tf-handle-private.h"

G_BEGIN_DECLS

typedef enum
{
  TF_BUFFER_EMPTY,   /* no bytes; of a seen file, the descriptor's offset is the cursor */
  TF_BUFFER_DIRTY,   /* bytes to be written; the cursor is at their end */
  TF_BUFFER_AHEAD,   /* bytes that were read; the cursor is in them or at their end */
} TfBufferState;

/* All under the channel's lock, but what is set at opening and never changed. */
struct _TfHandle
{
  TfChannel channel;

  int fd;                      /* -1 once closed */
  gboolean held;               /* closed: `fd` only holds the identity of a name that stayed */
  gboolean append;
  gboolean read_only;
  gboolean linkable;           /* it never had a name, and can be given one */
  gboolean seen;
  guint forks;                 /* tf_os_forks() at opening */

  /* The cursor and the buffer. `capacity` 0: no buffer. A seen file has one only when the caller
   * asked for it (`buffer_wanted`). */
  gint64 cursor;
  TfBufferState state;
  gboolean buffer_wanted;
  guint8 *buffer;              /* made at first need */
  gsize capacity;              /* bytes */
  gsize length;                /* bytes in the buffer */
  gint64 start;                /* where in the file they belong */

  /* The name. `path` is absolute, NULL without one; `name` is what follows the folder and is looked
   * up there by descriptor when the folder is ours. */
  char *path;
  const char *name;
  TfFolder *folder;
  TfIdentity id;
  gint64 birth;                /* see tf_os_birth(): it guards the identity once `fd` is closed */
  gboolean auto_delete;
  gboolean delete_on_close;
  gboolean permanent;          /* kept or published: auto-delete is over */
  gboolean path_lent;          /* somebody outside has `path`, so it lives as long as the handle */
  GSList *former_paths;
};

/* Sets what the class does. */
extern const TfChannelClass tf_handle_class;

/* tf-handle-buffer.c: the channel's functions, and: */
gssize   tf_handle_buffer_read     (TfChannel *channel, gpointer buffer, gsize count,
                                    GError **error);
gssize   tf_handle_buffer_write    (TfChannel *channel, gconstpointer buffer, gsize count,
                                    GError **error);
gboolean tf_handle_buffer_seek     (TfChannel *channel, gint64 offset, GSeekType whence,
                                    GError **error);
gint64   tf_handle_buffer_tell     (TfChannel *channel);
gboolean tf_handle_buffer_truncate (TfChannel *channel, gint64 size, GError **error);
gboolean tf_handle_buffer_flush    (TfChannel *channel, GError **error);
gint64   tf_handle_buffer_get_size (TfChannel *channel, GError **error);
GBytes  *tf_handle_buffer_to_bytes (TfChannel *channel, GError **error);
void     tf_handle_buffer_inherit  (TfChannel *channel);
/* Writes what is dirty, drops what was read ahead; of a seen file the descriptor's offset is the
 * cursor then. FALSE leaves bytes, cursor and size as they were. */
gboolean tf_handle_settle          (TfHandle *self, GError **error);
/* The file is about to be reachable for others. FALSE leaves it unseen. */
gboolean tf_handle_become_seen     (TfHandle *self, GError **error);
void     tf_handle_drop_buffer     (TfHandle *self);

/* tf-handle-name.c; under the lock. */
gboolean tf_handle_delete_name     (TfHandle *self, GError **error);
/* The handle has no name any more, or another: nothing is deleted on disk. Takes `path`
 * (nullable). */
void     tf_handle_set_name        (TfHandle *self, char *path);
gboolean tf_handle_delete_locked   (TfHandle *self, GError **error);

/* Where to look the name up: by descriptor in a folder of ours, else by its path. FALSE when the
 * folder of ours is gone, and the name with it; then there is nothing to end. */
typedef struct
{
  int dir;
  const char *name;
} TfLookup;

gboolean tf_handle_begin_lookup    (TfHandle *self, TfLookup *where);
void     tf_handle_end_lookup      (TfHandle *self);
/* Is the thing there what we made? Says why not. */
gboolean tf_handle_check_name      (TfHandle *self, const TfLookup *where, GError **error);
gboolean tf_handle_refuse_missing  (TfHandle *self, GError **error);
/* The name goes with the folder of ours that it was in. */
void     tf_handle_notice_folder   (TfHandle *self);

/* What an error calls the file. */
const char *tf_handle_describe     (TfHandle *self);

/* Closes the descriptor. */
gboolean tf_handle_close_fd        (TfHandle *self, GError **error);
/* The name stays, and only its identity is still needed: exchanges the descriptor for one that has
 * no lock and keeps nobody from running the file (ETXTBSY in execve(2)). */
gboolean tf_handle_hold            (TfHandle *self, GError **error);
/* Whether the descriptor of a closed handle, whose name stayed, is one to read and write again. */
gboolean tf_handle_open_again      (TfHandle *self, GError **error);

G_END_DECLS
