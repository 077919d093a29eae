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
 * changes nothing. What denies access to its owner nobody uses; what cannot be looked at for
 * another reason counts as lived in. */
gboolean tf_tenants_live_in (int fd);
/* Whether the folder that is open as `fd`, with that stat, is one of ours and leased. When it is
 * not, `fd` has the exclusive lease of a folder of ours from then on. */
gboolean tf_tenants_hold    (int fd, const TfStat *stat);

G_END_DECLS
