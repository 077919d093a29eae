/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An encoding by its name, on the streams floor. */

#include "config.h"

#include "streams/tf-charset-name-private.h"

#include "platform/tf-error-private.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define UTF_16 TF_UNICODE_UTF_16LE
#define UTF_32 TF_UNICODE_UTF_32LE
#else
#define UTF_16 TF_UNICODE_UTF_16BE
#define UTF_32 TF_UNICODE_UTF_32BE
#endif

/* Names without what is no letter and no digit. */
static const struct
{
  const char *plain;
  TfUnicodeForm form;
  TfCharsetMark mark;
} unicode[] =
{
  { "utf8", TF_UNICODE_UTF_8, TF_CHARSET_MARK_NONE },
  { "u8", TF_UNICODE_UTF_8, TF_CHARSET_MARK_NONE },
  { "utf", TF_UNICODE_UTF_8, TF_CHARSET_MARK_NONE },
  { "cp65001", TF_UNICODE_UTF_8, TF_CHARSET_MARK_NONE },
  { "utf8sig", TF_UNICODE_UTF_8, TF_CHARSET_MARK_OPTIONAL },
  { "utf16", UTF_16, TF_CHARSET_MARK_REQUIRED },
  { "u16", UTF_16, TF_CHARSET_MARK_REQUIRED },
  { "utf16le", TF_UNICODE_UTF_16LE, TF_CHARSET_MARK_NONE },
  { "utf16be", TF_UNICODE_UTF_16BE, TF_CHARSET_MARK_NONE },
  { "utf32", UTF_32, TF_CHARSET_MARK_REQUIRED },
  { "u32", UTF_32, TF_CHARSET_MARK_REQUIRED },
  { "utf32le", TF_UNICODE_UTF_32LE, TF_CHARSET_MARK_NONE },
  { "utf32be", TF_UNICODE_UTF_32BE, TF_CHARSET_MARK_NONE },
};

/* Python's names that iconv does not know, and no rule below finds. */
static const struct
{
  const char *plain;
  const char *name;
} others[] =
{
  { "646", "ASCII" },
  { "8859", "ISO-8859-1" },
  { "iso8859", "ISO-8859-1" },
  { "korean", "EUC-KR" },
  { "l9", "ISO-8859-15" },
  { "latin", "ISO-8859-1" },
  { "latin1", "ISO-8859-1" },
  { "maclatin2", "MAC-CENTRALEUROPE" },
  { "macroman", "MACINTOSH" },
  { "ms949", "CP949" },
  { "ms950", "CP950" },
  { "mskanji", "CP932" },
  { "shiftjis", "SHIFT_JIS" },
  { "sjis", "SHIFT_JIS" },
  { "u7", "UTF-7" },
  { "ujis", "EUC-JP" },
};

/* To iconv the empty name is the locale's encoding, and what is behind a slash says how to treat
 * what cannot be converted; that is up to the caller's policy alone. */
static gboolean
is_name (const char *name)
{
  return name[0] != '\0' && strchr (name, '/') == NULL && g_str_is_ascii (name);
}

static char *
to_plain (const char *name)
{
  char *plain = g_ascii_strdown (name, -1);
  char *end = plain;

  for (const char *from = plain; *from != '\0'; from++)
    if (g_ascii_isalnum (*from))
      *end++ = *from;
  *end = '\0';
  return plain;
}

gboolean
tf_charset_find_unicode (const char    *name,
                         TfUnicodeForm *form,
                         TfCharsetMark *mark)
{
  g_autofree char *plain = to_plain (name);

  for (gsize i = 0; i < G_N_ELEMENTS (unicode); i++)
    if (strcmp (plain, unicode[i].plain) == 0 && is_name (name))
      {
        *form = unicode[i].form;
        *mark = unicode[i].mark;
        return TRUE;
      }
  return FALSE;
}

/* The name that iconv may know it by; NULL when there is none but its own. */
static char *
translate (const char *name)
{
  g_autofree char *plain = to_plain (name);
  g_autofree char *dashed = g_strdelimit (g_strdup (name), "_", '-');

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (strcmp (plain, others[i].plain) == 0)
      return g_strdup (others[i].name);
  if (plain[0] != '\0' && strspn (plain, "0123456789") == strlen (plain))
    return g_strconcat ("CP", plain, NULL);
  if (g_ascii_strncasecmp (dashed, "iso2022-", 8) == 0)
    return g_strconcat ("ISO-2022-", dashed + 8, NULL);
  return strcmp (dashed, name) != 0 ? g_steal_pointer (&dashed) : NULL;
}

static GConverter *
open_as (const char  *name,
         gboolean     encode,
         GError     **error)
{
  const char *to = encode ? name : "UTF-8";
  const char *from = encode ? "UTF-8" : name;
  g_autoptr (GError) reason = NULL;
  g_autofree char *nothing = NULL;
  GCharsetConverter *converter;

  /* GLib's converter closes in the end what it could not open, which is (GIConv) -1. The iconv that
   * GLib brings along for Windows reads what that points at, and crashes; others look first. See
   * g_charset_converter_finalize() and win_iconv.c, as of GLib 2.74. */
  nothing = g_convert ("", 0, to, from, NULL, NULL, &reason);
  if (nothing == NULL)
    {
      gboolean unknown = g_error_matches (reason, G_CONVERT_ERROR, G_CONVERT_ERROR_NO_CONVERSION);

      g_set_error_literal (error, G_IO_ERROR,
                           unknown ? G_IO_ERROR_NOT_SUPPORTED : G_IO_ERROR_FAILED,
                           reason->message);
      return NULL;
    }
  converter = g_charset_converter_new (to, from, error);
  return converter != NULL ? G_CONVERTER (converter) : NULL;
}

GConverter *
tf_charset_open (const char  *name,
                 gboolean     encode,
                 GError     **error)
{
  g_autofree char *translated = NULL;
  g_autoptr (GError) reason = NULL;
  GConverter *converter = NULL;

  if (is_name (name))
    {
      converter = open_as (name, encode, &reason);
      translated = converter == NULL ? translate (name) : NULL;
      if (translated != NULL)
        {
          g_clear_error (&reason);
          converter = open_as (translated, encode, &reason);
        }
    }
  if (converter != NULL)
    return converter;
  if (reason != NULL && !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    g_set_error (error, reason->domain, reason->code, _("Could not use the encoding “%s”: %s"),
                 name, reason->message);
  else
    tf_error_set_code (error, G_IO_ERROR_NOT_SUPPORTED,
                       _("Could not use the encoding “%s”: it is not known"), name);
  return NULL;
}
