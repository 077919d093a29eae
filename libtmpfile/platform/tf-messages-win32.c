/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the translations are, on the platform floor of Windows: below the folder that the library
 * was installed to, wherever somebody put it. */

#include "config.h"

#include "platform/tf-win32-private.h"

#include <libintl.h>

/* There is no call that every program makes first. */
__attribute__ ((constructor)) static void
bind_messages (void)
{
  static const char anchor;
  g_autofree char *root = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *local = NULL;
  HMODULE module = NULL;

  if (!GetModuleHandleExW (GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                             GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                           (LPCWSTR) &anchor, &module))
    return;
  root = g_win32_get_package_installation_directory_of_module (module);
  folder = g_build_filename (root, "share", "locale", NULL);
  /* The catalogues are opened by the C library. */
  local = g_win32_locale_filename_from_utf8 (folder);
  if (local != NULL)
    bindtextdomain (GETTEXT_PACKAGE, local);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
