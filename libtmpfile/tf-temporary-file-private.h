/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The inside of a TfTemporaryFile, on the API floor: for the files that together are the class, by
 * verb: tf-temporary-file.c has its properties, -init.c makes the file, -stream.c is a stream pair,
 * -io.c reads, writes and gives the descriptor away, -name.c deletes, keeps and publishes, -async.c
 * does the same in a thread. */

#pragma once

#include "core/tf-handle-private.h"
#include "tf-temporary-file.h"

G_BEGIN_DECLS

typedef enum
{
  TF_INIT_NOT_YET,
  TF_INIT_UNDER_WAY,
  TF_INIT_DONE,
} TfInitState;

struct _TfTemporaryFile
{
  GFileIOStream parent_instance;

  TfHandle *handle;          /* from the first moment; NEW until the object is initialized */
  int initialized;           /* atomic: a TfInitState */
  int named;                 /* atomic: the last that was told of the property `file` */

  /* What to make; plain until the object is initialized, fixed from then on. */
  GFile *directory;          /* nullable */
  TfLocation location;       /* without a directory */
  char *prefix;              /* nullable */
  char *suffix;              /* nullable */
  TfHandleOptions options;

  /* Made on demand, set once by whoever comes first. */
  GInputStream *input;
  GOutputStream *output;

  /* The file of the handle's path as it was, and those of former paths, which live as long as the
   * object; under a lock of tf-temporary-file-name.c. */
  GFile *file;
  GSList *former_files;
};

/* Makes a named file in a folder of ours, whose descriptor `place` has. */
TfTemporaryFile *tf_temporary_file_new_in_folder   (TfFolder       *folder,
                                                    const TfPlace  *place,
                                                    GError        **error);
/* TF_IS_TEMPORARY_FILE() for what is called for every few bytes. */
extern gpointer tf_temporary_file_class;

#define IS_TEMPORARY_FILE(object) \
  (((object) != NULL && ((GTypeInstance *) (object))->g_class == tf_temporary_file_class) || \
   TF_IS_TEMPORARY_FILE (object))

/* Takes the reference to an open handle. */
TfTemporaryFile *tf_temporary_file_new_for_handle  (TfHandle *handle);

/* Tell those who watch the properties, outside all locks: the name went, if it did; auto-delete is
 * another; the file was published. */
void             tf_temporary_file_notify_deleted   (TfTemporaryFile *self);
void             tf_temporary_file_notify_auto_delete (TfTemporaryFile *self);
void             tf_temporary_file_notify_published (TfTemporaryFile *self);

/* The functions of its interfaces GInitable and GAsyncInitable. */
gboolean         tf_temporary_file_initable_init   (GInitable            *initable,
                                                    GCancellable         *cancellable,
                                                    GError              **error);
void             tf_temporary_file_init_async      (GAsyncInitable       *initable,
                                                    int                   io_priority,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean         tf_temporary_file_init_finish     (GAsyncInitable       *initable,
                                                    GAsyncResult         *result,
                                                    GError              **error);

/* The class's functions that make it a stream pair. */
void             tf_temporary_file_class_init_stream (TfTemporaryFileClass *klass);

/* The destination's path; refuses what is not local and unknown flags. */
char            *tf_temporary_file_check_destination (GFile           *destination,
                                                      TfPersistFlags   flags,
                                                      GError         **error);

G_END_DECLS
