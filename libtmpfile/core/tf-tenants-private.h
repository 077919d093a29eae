/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whether somebody who lives has a folder of ours in the folder of somebody who does not, on the
 * core floor: a helper program, say, whose temporary folder was in that of the program that started
 * it. */

#pragma once

#include "platform/tf-platform-private.h"

G_BEGIN_DECLS

/* Looks through the folder `fd` (borrowed; its listing position is used), a few levels deep, and
 * changes nothing. What cannot be opened as it is nobody uses. */
gboolean tf_tenants_live_in (int fd);

G_END_DECLS
