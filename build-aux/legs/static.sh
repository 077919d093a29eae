# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg static: the library as an archive, in the tests and, installed, in the program of
# tests/consumer. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_static () {
  local folder=_build/static
  build static "$folder" -Ddefault_library=static "${plain_options[@]}" || return 0
  TF_TEST_QUICK=1 \
    step 'static: the tests in C' run_tests static "$(memory)" "$folder" "${other_suites[@]}" \
    --no-suite portability || true
  if step 'static: a program that links the installed archive' consume_installed static; then
    pass
  else
    fail 'consumer of the leg static'
  fi
}
