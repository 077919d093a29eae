# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg clang: the other compiler, whose warnings are other ones. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_clang () {
  install_for clang || return 0
  CC='ccache clang-14' build clang _build/clang "${plain_options[@]}" || return 0
  TF_TEST_QUICK=1 \
    step 'clang: the tests in C' run_tests clang "$(memory)" _build/clang \
    "${other_suites[@]}" --no-suite portability || true
}
