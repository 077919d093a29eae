/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The one retry loop that finds a free name, on the core floor. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* A name to be found. All strings are borrowed. */
typedef struct
{
  int dir;              /* descriptor of the folder, or TF_OS_CWD */
  const char *folder;   /* its absolute path: part of the result, looked up when dir is TF_OS_CWD */
  const char *prefix;   /* NULL: the default */
  const char *suffix;   /* NULL: none */
} TfPlace;

/* Tries one name: `name` is relative to place->dir, `path` the same absolute. */
typedef TfStatus (*TfOpenFunc) (int dir, const char *name, const char *path, gpointer data);

/* Calls `func` with ever new names until it is not TF_CONDITION_EXISTS, a bounded number of times.
 * Returns the absolute path of the name that worked. `format` is the sentence for tf_error_set(),
 * marked with N_() and translated when there is something to say.
 * Refuses bad prefixes and suffixes. */
char *tf_opener_try (const TfPlace  *place,
                     TfOpenFunc      func,
                     gpointer        data,
                     const char     *format,
                     GError        **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same, asking the audit hooks before each name, so without a lock; a refusal ends it. */
char *tf_opener_ask_and_try (const TfPlace  *place,
                             const char     *event,
                             TfOpenFunc      func,
                             gpointer        data,
                             const char     *format,
                             GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that follow ask the audit hooks first, but for what is only a step of something else. */

/* What is behind tf_mkstemp(): a file of exactly that mode. -1 on error. */
int   tf_opener_create_file      (const TfPlace   *place,
                                  guint            mode,
                                  TfOsCreateFlags  flags,
                                  char           **path,
                                  TfStat          *stat,
                                  GError         **error);
/* A step of something else: no hook is asked. */
int   tf_opener_create_quietly   (const TfPlace   *place,
                                  guint            mode,
                                  TfOsCreateFlags  flags,
                                  char           **path,
                                  TfStat          *stat,
                                  GError         **error);
/* A file without a name once this returns: the system's way, else create and unlink.
 * *linkable tells whether tf_os_link_file() can give it a name again. */
int   tf_opener_create_anonymous (const TfPlace   *place,
                                  TfOsCreateFlags  flags,
                                  gboolean        *linkable,
                                  GError         **error);
/* The same, ready to be given away: of mode 0600, whatever the umask. */
int   tf_opener_open_anonymous   (const TfPlace   *place,
                                  GError         **error);
char *tf_opener_create_folder    (const TfPlace   *place,
                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the name of a file away that was made a moment ago, unless it is somebody else's by now. */
TfStatus tf_opener_remove_fresh  (const char *path, const TfIdentity *made);
/* 0 when nothing has the name, a status of TF_CONDITION_EXISTS when something has. */
TfStatus tf_opener_check_free    (int dir, const char *name);

/* What the caller makes of a name: FALSE with G_IO_ERROR_EXISTS or G_IO_ERROR_ADDRESS_IN_USE asks
 * for another, FALSE without an error is G_IO_ERROR_FAILED. The audit hooks are asked as before a
 * file. */
typedef gboolean (*TfOpenerMakeFunc) (const char *path, gpointer data, GError **error);
char *tf_opener_make             (const TfPlace    *place,
                                  TfOpenerMakeFunc  func,
                                  gpointer          data,
                                  GError          **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
