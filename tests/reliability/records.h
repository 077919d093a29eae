/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Contents that prove to be whole: every record of a file says which version it is of, and how many
 * there are. */

#pragma once

#include <glib.h>

#include <string.h>

#define RECORD_LENGTH 64

/* What version `version` of a file has, of 0 to 4,000 records. */
static inline GString *
records_make (guint version)
{
  guint n = version * 2654435761u % 4001;
  GString *text = g_string_sized_new (n * RECORD_LENGTH + 1);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%-20u %-20u %-20u \n", version, i, n);
  /* A version without a record is told by its end alone. */
  g_string_append_printf (text, "%-20u %-20u %-20u.\n", version, n, n);
  return text;
}

/* The version of which these bytes are all; -1: of none. */
static inline gint64
records_check (const char *bytes,
               gsize       length)
{
  g_autoptr (GString) whole = NULL;
  guint64 version;

  if (length < RECORD_LENGTH)
    return -1;
  version = g_ascii_strtoull (bytes, NULL, 10);
  if (version > G_MAXUINT)
    return -1;
  whole = records_make ((guint) version);
  return whole->len == length && memcmp (whole->str, bytes, length) == 0 ? (gint64) version : -1;
}
