/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Enumerations and flags of the public API. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include <gio/gio.h>

#include "tf-version-macros.h"

G_BEGIN_DECLS

/**
 * TfLocation:
 * @TF_LOCATION_DEFAULT: the folder for temporary files: `TMPDIR`, `TEMP` or `TMP` from the
 *   environment (ignored when set-uid), then the system's own folders, then the working
 *   directory; each tried by really writing a file there
 * @TF_LOCATION_SESSION: a folder of this process's own in the default one, made on first use. Its
 *   name begins with that of the program, `g_get_prgname()` (at most 64 bytes of it), and a
 *   `-`; with [func@get_temp_prefix] and a `-` where that is not set, as in Python. It goes with
 *   all in it, also what was kept, at exit and by [func@cleanup_all], and what is left of it after
 *   a crash is found by [func@sweep_orphans]: the place for named files that must not stay behind.
 *   A forked child has one of its own
 *
 * Where temporary files are made.
 *
 * Since: 0.1
 */
typedef enum
{
  TF_LOCATION_DEFAULT,
  TF_LOCATION_SESSION,
} TfLocation;

/**
 * TfPersistFlags:
 * @TF_PERSIST_NONE: never over an existing file
 * @TF_PERSIST_REPLACE: an existing file is replaced, atomically
 *
 * How a temporary file becomes a permanent one.
 *
 * Since: 0.1
 */
typedef enum
{
  TF_PERSIST_NONE = 0,
  TF_PERSIST_REPLACE = 1 << 0,
} TfPersistFlags;

/**
 * TfReopenFlags:
 * @TF_REOPEN_NONE: for reading and writing
 * @TF_REOPEN_READ_ONLY: for reading only
 * @TF_REOPEN_APPEND: each write goes to the end
 *
 * How a temporary file is opened once more.
 *
 * Since: 0.1
 */
typedef enum
{
  TF_REOPEN_NONE = 0,
  TF_REOPEN_READ_ONLY = 1 << 0,
  TF_REOPEN_APPEND = 1 << 1,
} TfReopenFlags;

/**
 * TfRemoveFlags:
 * @TF_REMOVE_NONE: the folder with all in it, one entry after the other
 * @TF_REMOVE_CONTENTS_ONLY: what is in the folder; the folder itself stays
 * @TF_REMOVE_PARALLEL: two threads share the work, which takes less time on a disk and more of the
 *   processor
 *
 * How a tree is removed.
 *
 * Since: 0.1
 */
typedef enum
{
  TF_REMOVE_NONE = 0,
  TF_REMOVE_CONTENTS_ONLY = 1 << 0,
  TF_REMOVE_PARALLEL = 1 << 1,
} TfRemoveFlags;

/**
 * TfNewline:
 * @TF_NEWLINE_UNIVERSAL: reading, CR, LF and CRLF become LF; writing, LF becomes the line end of
 *   the system, which is LF on Unix and CRLF on Windows. As `newline=None` of Python's `open()`
 * @TF_NEWLINE_KEEP: all stay as they are, and each of CR, LF and CRLF ends a line. As `newline=''`
 * @TF_NEWLINE_LF: reading, all stay as they are, and LF ends a line; writing too
 * @TF_NEWLINE_CR: reading, all stay as they are, and CR ends a line; writing, LF becomes CR
 * @TF_NEWLINE_CRLF: reading, all stay as they are, and CRLF ends a line; writing, LF becomes CRLF
 *
 * How the lines of a text end.
 *
 * Since: 0.1
 */
typedef enum
{
  TF_NEWLINE_UNIVERSAL,
  TF_NEWLINE_KEEP,
  TF_NEWLINE_LF,
  TF_NEWLINE_CR,
  TF_NEWLINE_CRLF,
} TfNewline;

/**
 * TfTextErrors:
 * @TF_TEXT_ERRORS_STRICT: it is an error, `G_IO_ERROR_INVALID_DATA`
 * @TF_TEXT_ERRORS_IGNORE: it is left out
 * @TF_TEXT_ERRORS_REPLACE: reading, it becomes U+FFFD, the replacement character; writing, it
 *   becomes a question mark
 * @TF_TEXT_ERRORS_BACKSLASH_REPLACE: reading, each byte becomes `\xNN`; writing, a character
 *   becomes `\xNN`, `\uNNNN` or `\UNNNNNNNN`
 *
 * What is done with bytes that an encoding does not know, and characters that it lacks.
 *
 * Since: 0.1
 */
typedef enum
{
  TF_TEXT_ERRORS_STRICT,
  TF_TEXT_ERRORS_IGNORE,
  TF_TEXT_ERRORS_REPLACE,
  TF_TEXT_ERRORS_BACKSLASH_REPLACE,
} TfTextErrors;

#define TF_TYPE_LOCATION (tf_location_get_type ())
#define TF_TYPE_NEWLINE (tf_newline_get_type ())
#define TF_TYPE_PERSIST_FLAGS (tf_persist_flags_get_type ())
#define TF_TYPE_REMOVE_FLAGS (tf_remove_flags_get_type ())
#define TF_TYPE_REOPEN_FLAGS (tf_reopen_flags_get_type ())
#define TF_TYPE_TEXT_ERRORS (tf_text_errors_get_type ())

TF_AVAILABLE_IN_0_1
GType tf_location_get_type      (void);
TF_AVAILABLE_IN_0_1
GType tf_newline_get_type       (void);
TF_AVAILABLE_IN_0_1
GType tf_persist_flags_get_type (void);
TF_AVAILABLE_IN_0_1
GType tf_remove_flags_get_type  (void);
TF_AVAILABLE_IN_0_1
GType tf_reopen_flags_get_type  (void);
TF_AVAILABLE_IN_0_1
GType tf_text_errors_get_type   (void);

G_END_DECLS
