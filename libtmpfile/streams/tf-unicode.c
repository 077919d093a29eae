/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One character of the Unicode encodings, in and out, on the streams floor. */

#include "config.h"

#include "streams/tf-unicode-private.h"

#include <string.h>

#define LAST 0x10ffff
#define IS_SURROGATE(c) ((c) >= 0xd800 && (c) <= 0xdfff)

/* --- UTF-8 ---------------------------------------------------------------------------------- */

/* How many bytes follow a first one, -1 when none begins with it, and the range of the second: it
 * alone rules out what is overlong, surrogates, and what is beyond the last character. */
static int
following (guchar  first,
           guchar *low,
           guchar *high)
{
  *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (first < 0x80)
    return 0;
  if (first < 0xc2 || first > 0xf4)
    return -1;
  return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

static TfUnicodeStatus
read_utf_8 (const guchar *bytes,
            gsize         size,
            gunichar     *c,
            gsize        *length)
{
  guchar low;
  guchar high;
  int more = following (bytes[0], &low, &high);

  *length = 1;
  if (more < 0)
    return TF_UNICODE_INVALID;
  *c = more == 0 ? bytes[0] : bytes[0] & (0x3f >> more);
  for (int i = 1; i <= more; i++)
    {
      if ((gsize) i == size)
        return TF_UNICODE_INCOMPLETE;
      if (bytes[i] < low || bytes[i] > high)
        return TF_UNICODE_INVALID;
      low = 0x80;
      high = 0xbf;
      *c = *c << 6 | (bytes[i] & 0x3f);
      *length = (gsize) i + 1;
    }
  return TF_UNICODE_VALID;
}

static gsize
write_utf_8 (gunichar c,
             guchar   bytes[TF_UNICODE_MAX])
{
  return (gsize) g_unichar_to_utf8 (c, (char *) bytes);
}

gsize
tf_unicode_valid (const guchar *bytes,
                  gsize         size)
{
  const guint64 not_ascii = G_GUINT64_CONSTANT (0x8080808080808080);
  gsize i = 0;
  gunichar c;
  gsize length;
  guint64 eight;

  while (i < size)
    {
      if (size - i >= sizeof eight)
        {
          memcpy (&eight, bytes + i, sizeof eight);
          if ((eight & not_ascii) == 0)
            {
              i += sizeof eight;
              continue;
            }
        }
      if (read_utf_8 (bytes + i, size - i, &c, &length) != TF_UNICODE_VALID)
        break;
      i += length;
    }
  return i;
}

/* --- UTF-16, UTF-32 ------------------------------------------------------------------------- */

static gunichar
get_16 (const guchar *bytes,
        gboolean      big)
{
  return big ? (gunichar) (bytes[0] << 8 | bytes[1]) : (gunichar) (bytes[1] << 8 | bytes[0]);
}

static gunichar
get_32 (const guchar *bytes,
        gboolean      big)
{
  gunichar first = get_16 (bytes, big);
  gunichar second = get_16 (bytes + 2, big);

  return big ? first << 16 | second : second << 16 | first;
}

static void
put_16 (guchar   *bytes,
        gunichar  value,
        gboolean  big)
{
  bytes[big ? 0 : 1] = (guchar) (value >> 8 & 0xff);
  bytes[big ? 1 : 0] = (guchar) (value & 0xff);
}

static TfUnicodeStatus
read_utf_16 (const guchar *bytes,
             gsize         size,
             gboolean      big,
             gunichar     *c,
             gsize        *length)
{
  gunichar low;

  *length = MIN (size, 2);
  if (size < 2)
    return TF_UNICODE_INCOMPLETE;
  *c = get_16 (bytes, big);
  if (!IS_SURROGATE (*c))
    return TF_UNICODE_VALID;
  if (*c >= 0xdc00)
    return TF_UNICODE_INVALID;
  if (size < 4)
    {
      *length = size;
      return TF_UNICODE_INCOMPLETE;
    }
  low = get_16 (bytes + 2, big);
  if (low < 0xdc00 || low > 0xdfff)
    return TF_UNICODE_INVALID;
  *c = 0x10000 + ((*c & 0x3ff) << 10 | (low & 0x3ff));
  *length = 4;
  return TF_UNICODE_VALID;
}

static gsize
write_utf_16 (gunichar  c,
              gboolean  big,
              guchar   *bytes)
{
  if (c < 0x10000)
    {
      put_16 (bytes, c, big);
      return 2;
    }
  put_16 (bytes, 0xd800 | (c - 0x10000) >> 10, big);
  put_16 (bytes + 2, 0xdc00 | (c & 0x3ff), big);
  return 4;
}

static TfUnicodeStatus
read_utf_32 (const guchar *bytes,
             gsize         size,
             gboolean      big,
             gunichar     *c,
             gsize        *length)
{
  *length = MIN (size, 4);
  if (size < 4)
    return TF_UNICODE_INCOMPLETE;
  *c = get_32 (bytes, big);
  return *c > LAST || IS_SURROGATE (*c) ? TF_UNICODE_INVALID : TF_UNICODE_VALID;
}

static gsize
write_utf_32 (gunichar  c,
              gboolean  big,
              guchar   *bytes)
{
  put_16 (bytes + (big ? 0 : 2), c >> 16, big);
  put_16 (bytes + (big ? 2 : 0), c & 0xffff, big);
  return 4;
}

/* --- each form ------------------------------------------------------------------------------ */

TfUnicodeStatus
tf_unicode_read (TfUnicodeForm  form,
                 const guchar  *bytes,
                 gsize          size,
                 gunichar      *c,
                 gsize         *length)
{
  g_assert (size > 0);

  switch (form)
    {
    case TF_UNICODE_UTF_8:
      return read_utf_8 (bytes, size, c, length);
    case TF_UNICODE_UTF_16LE:
    case TF_UNICODE_UTF_16BE:
      return read_utf_16 (bytes, size, form == TF_UNICODE_UTF_16BE, c, length);
    case TF_UNICODE_UTF_32LE:
    case TF_UNICODE_UTF_32BE:
    default:
      return read_utf_32 (bytes, size, form == TF_UNICODE_UTF_32BE, c, length);
    }
}

gsize
tf_unicode_write (TfUnicodeForm form,
                  gunichar      c,
                  guchar        bytes[TF_UNICODE_MAX])
{
  switch (form)
    {
    case TF_UNICODE_UTF_8:
      return write_utf_8 (c, bytes);
    case TF_UNICODE_UTF_16LE:
    case TF_UNICODE_UTF_16BE:
      return write_utf_16 (c, form == TF_UNICODE_UTF_16BE, bytes);
    case TF_UNICODE_UTF_32LE:
    case TF_UNICODE_UTF_32BE:
    default:
      return write_utf_32 (c, form == TF_UNICODE_UTF_32BE, bytes);
    }
}
