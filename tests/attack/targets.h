/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What removes a tree: the library's ways, and removers that are wrong on purpose. */

#pragma once

#include "attack.h"

extern const AttackTarget target_remove_tree;
extern const AttackTarget target_remove_parallel;
extern const AttackTarget target_clean_up;
extern const AttackTarget target_sweep;

gboolean wrong_remove_by_nftw    (AttackShared *shared);
gboolean wrong_remove_by_lstat   (AttackShared *shared);
gboolean wrong_remove_following  (AttackShared *shared);
gboolean wrong_remove_by_dotdot  (AttackShared *shared);
gboolean wrong_remove_with_chmod (AttackShared *shared);
gboolean wrong_remove_by_chdir   (AttackShared *shared);
gboolean wrong_remove_lying      (AttackShared *shared);

/* Sets the message and returns FALSE. */
gboolean target_failed           (AttackShared *shared,
                                  const char   *format,
                                  ...) G_GNUC_PRINTF (2, 3);
/* Whether a folder, or with AT_FDCWD the working folder, stands below the arena: a wrong remover
 * must not go on elsewhere. */
gboolean target_is_in_arena      (AttackShared *shared,
                                  int           fd);
