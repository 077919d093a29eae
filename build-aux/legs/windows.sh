# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg windows: compiled with MinGW, run with wine, which is not Windows. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_windows () {
  local folder=_build/windows glib inside left
  install_for windows || return 0
  if ! step 'windows: GLib' build-aux/windows-glib; then
    fail 'GLib of the leg windows'
    return 0
  fi
  glib=$(build-aux/windows-glib | tail -n 1)
  built_for "$folder" <"$glib/windows.ini"
  build windows "$folder" --cross-file "$folder.ini" "${plain_options[@]}" || return 0
  step 'windows: what is left out' sed -n '/^[^#]/s/^/    /p' tests/exceptions/windows.txt
  if ! step 'windows: wine' start_wine "$glib/wine"; then
    fail 'wine of the leg windows'
    return 0
  fi
  inside=(env "TMPDIR=$WINEPREFIX")
  TF_TEST_QUICK=1 \
    step 'windows: the tests in C' run_tests windows "$(memory)" "$folder" \
    --timeout-multiplier 4 "${other_suites[@]}" ||
    true
  TMPDIR=$WINEPREFIX "$(wine_program wineserver)" -k || true
  left=$(find "$WINEPREFIX"/drive_c/users/*/Temp -mindepth 1 -name '*tf-*' || true)
  if [ -n "$left" ]; then
    printf 'The tests left behind:\n%s\n' "$left"
    fail 'leftovers of the leg windows'
  fi
}

# start_wine FOLDER: a wine of our own, without a screen. Its server stays, and with it the services,
# which the first program starts: they would hold the pipe that a test writes to. They are found by a
# file in TMPDIR. A program that crashes starts no debugger, which would hold it too.
start_wine () {
  local TMPDIR=$1
  mkdir -p "$1"
  export TMPDIR
  export WINEPREFIX=$1 WINEARCH=win64 WINEDEBUG=-all
  export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe,explorer.exe,winedbg.exe='
  unset DISPLAY WAYLAND_DISPLAY
  "$(wine_program wineserver)" -p </dev/null >/dev/null 2>&1
  timeout 120 "$(wine_program wine)" wineboot -i </dev/null >/dev/null 2>&1
}

# Debian has neither wine64 nor its server in the PATH.
wine_program () {
  command -v "${1}64" || echo "/usr/lib/wine/${1}64"
}
