/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The GTypes of the enumerations and flags. */

#include "tf-enums.h"

G_DEFINE_ENUM_TYPE (TfLocation, tf_location,
                    G_DEFINE_ENUM_VALUE (TF_LOCATION_DEFAULT, "default"),
                    G_DEFINE_ENUM_VALUE (TF_LOCATION_SESSION, "session"))

G_DEFINE_ENUM_TYPE (TfNewline, tf_newline,
                    G_DEFINE_ENUM_VALUE (TF_NEWLINE_UNIVERSAL, "universal"),
                    G_DEFINE_ENUM_VALUE (TF_NEWLINE_KEEP, "keep"),
                    G_DEFINE_ENUM_VALUE (TF_NEWLINE_LF, "lf"),
                    G_DEFINE_ENUM_VALUE (TF_NEWLINE_CR, "cr"),
                    G_DEFINE_ENUM_VALUE (TF_NEWLINE_CRLF, "crlf"))

G_DEFINE_FLAGS_TYPE (TfPersistFlags, tf_persist_flags,
                     G_DEFINE_ENUM_VALUE (TF_PERSIST_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (TF_PERSIST_REPLACE, "replace"))

G_DEFINE_FLAGS_TYPE (TfRemoveFlags, tf_remove_flags,
                     G_DEFINE_ENUM_VALUE (TF_REMOVE_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (TF_REMOVE_CONTENTS_ONLY, "contents-only"),
                     G_DEFINE_ENUM_VALUE (TF_REMOVE_PARALLEL, "parallel"))

G_DEFINE_FLAGS_TYPE (TfReopenFlags, tf_reopen_flags,
                     G_DEFINE_ENUM_VALUE (TF_REOPEN_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (TF_REOPEN_READ_ONLY, "read-only"),
                     G_DEFINE_ENUM_VALUE (TF_REOPEN_APPEND, "append"))

G_DEFINE_ENUM_TYPE (TfTextErrors, tf_text_errors,
                    G_DEFINE_ENUM_VALUE (TF_TEXT_ERRORS_STRICT, "strict"),
                    G_DEFINE_ENUM_VALUE (TF_TEXT_ERRORS_IGNORE, "ignore"),
                    G_DEFINE_ENUM_VALUE (TF_TEXT_ERRORS_REPLACE, "replace"),
                    G_DEFINE_ENUM_VALUE (TF_TEXT_ERRORS_BACKSLASH_REPLACE, "backslash-replace"))
