/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How public symbols are marked: visible from outside, and since when. */

#pragma once

#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)
#error "Only <libtmpfile.h> can be included directly."
#endif

#include <glib.h>

#if defined (_WIN32) && !defined (TF_STATIC)
#ifdef TF_COMPILATION
#define _TF_EXTERN __declspec (dllexport) extern
#else
#define _TF_EXTERN __declspec (dllimport) extern
#endif
#else
#define _TF_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

#define TF_AVAILABLE_IN_0_1 _TF_EXTERN
#ifdef TF_DISABLE_DEPRECATION_WARNINGS
#define TF_DEPRECATED_IN_0_1_FOR(replacement) _TF_EXTERN
#else
#define TF_DEPRECATED_IN_0_1_FOR(replacement) G_DEPRECATED_FOR (replacement) _TF_EXTERN
#endif
