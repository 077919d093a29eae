/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The inside of a TfTemporaryDirectory, on the API floor: for the files that together are
 * the class, by verb: tf-temporary-directory.c has its properties, -init.c makes it, -use.c uses it
 * and ends it, -async.c makes and ends it in a thread. */

#pragma once

#include "core/tf-folder-private.h"
#include "tf-temporary-directory.h"

G_BEGIN_DECLS

/* What `initialized` says. */
enum
{
  TF_DIRECTORY_NOT_YET,
  TF_DIRECTORY_UNDER_WAY,
  TF_DIRECTORY_DONE,
};

struct _TfTemporaryDirectory
{
  GObject parent_instance;

  /* What to make; fixed once the object is being initialized. */
  GFile *directory;          /* nullable */
  TfLocation location;       /* without a directory */
  char *prefix;              /* nullable */
  char *suffix;              /* nullable */

  int initialized;           /* atomic: one of the states above */
  int auto_delete;           /* atomic; handed to the folder */
  int ignore_cleanup_errors; /* atomic */
  int cleaning;              /* atomic: an asynchronous cleanup is under way */

  TfFolder *folder;          /* atomic; set once, by the initialization */
  GFile *file;               /* atomic; made at first need */
};

/* The folder, or NULL with G_IO_ERROR_NOT_INITIALIZED. Borrowed. */
TfFolder *tf_temporary_directory_get_folder           (TfTemporaryDirectory  *self,
                                                       GError               **error);
/* Makes the folder; harmless twice. */
gboolean  tf_temporary_directory_initialize           (TfTemporaryDirectory  *self,
                                                       GCancellable          *cancellable,
                                                       GError               **error);
/* A new object that is to make such a folder. */
TfTemporaryDirectory *tf_temporary_directory_prepare  (GFile                 *directory,
                                                       const char            *prefix,
                                                       const char            *suffix);
/* Cleans up, and forgives what is to be ignored. */
gboolean  tf_temporary_directory_clean                (TfTemporaryDirectory  *self,
                                                       GCancellable          *cancellable,
                                                       TfTallyProgress      progress,
                                                       gpointer               progress_data,
                                                       GError               **error);

gboolean  tf_temporary_directory_initable_init        (GInitable             *initable,
                                                       GCancellable          *cancellable,
                                                       GError               **error);
void      tf_temporary_directory_async_initable_init  (GAsyncInitableIface   *iface);

G_END_DECLS
