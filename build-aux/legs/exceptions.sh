# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a leg cannot run, as tests/exceptions/LEG.txt says with a reason. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

# leave_out LEG BUILD [--no-suite SUITE]...: sets `tests`, the names of the others, and prints the
# list. Single tests on it are skipped by the programs, which TF_TEST_EXCEPTIONS tells of it.
leave_out () {
  local list=$top/tests/exceptions/$1.txt folder=$2 what reason name
  shift 2
  mapfile -t tests < <(tests_of "$folder" "$@")
  while IFS=: read -r what reason; do
    case $what in
      '' | '#'*) continue ;;
      /*) ;;
      *)
        for name in "${!tests[@]}"; do
          # shellcheck disable=SC2053
          [[ ${tests[name]} != $what ]] || unset "tests[name]"
        done ;;
    esac
    printf '    %s:%s\n' "$what" "$reason"
  done <"$list"
}
