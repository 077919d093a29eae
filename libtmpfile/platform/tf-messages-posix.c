/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the translations are, on the platform floor of every Unix. */

#include "config.h"

#include <libintl.h>

/* There is no call that every program makes first. */
__attribute__ ((constructor)) static void
bind_messages (void)
{
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
