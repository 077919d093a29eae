/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The header that programs include; it is all of the public API. */

#pragma once

#define TF_INSIDE
#include "tf-version.h"
#include "tf-version-macros.h"
#include "tf-enums.h"
#include "tf-location.h"
#include "tf-make.h"
#include "tf-temporary-file.h"
#include "tf-spooled-file.h"
#include "tf-temporary-directory.h"
#include "tf-audit.h"
#include "tf-cleanup.h"
#include "tf-remove-tree.h"
#include "tf-sweep.h"
#include "tf-newline-converter.h"
#include "tf-text.h"
#undef TF_INSIDE
