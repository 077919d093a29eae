/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One character of the Unicode encodings, in and out, on the streams floor. What is invalid has the
 * length that Unicode recommends (the maximal subpart), which iconv does not tell. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TF_UNICODE_UTF_8,
  TF_UNICODE_UTF_16LE,
  TF_UNICODE_UTF_16BE,
  TF_UNICODE_UTF_32LE,
  TF_UNICODE_UTF_32BE,
} TfUnicodeForm;

typedef enum
{
  TF_UNICODE_VALID,
  TF_UNICODE_INVALID,
  TF_UNICODE_INCOMPLETE,    /* a character begins here, and goes on behind the last byte */
} TfUnicodeStatus;

/* No character takes more bytes in any form. */
#define TF_UNICODE_MAX 4

/* Looks at the first of `size` bytes, at least one. `length` becomes how many belong to the
 * character, or to what is invalid and to be replaced as one; `c` is set when it is valid. */
TfUnicodeStatus tf_unicode_read  (TfUnicodeForm  form,
                                  const guchar  *bytes,
                                  gsize          size,
                                  gunichar      *c,
                                  gsize         *length);

/* Writes a valid character, and returns for how many bytes. */
gsize           tf_unicode_write (TfUnicodeForm  form,
                                  gunichar       c,
                                  guchar         bytes[TF_UNICODE_MAX]);

/* How many of `size` bytes are whole, valid UTF-8, from the first one on. */
gsize           tf_unicode_valid (const guchar  *bytes,
                                  gsize          size);

G_END_DECLS
