# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg windows: compiled with MinGW, run with wine, which is not Windows. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_windows () {
  local folder=_build/windows glib inside tests left
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
  mapfile -t tests < <(tests_of "$folder" "${other_suites[@]}")
  # Each file that is opened asks the one server of wine: what the core does without something takes
  # its time in --all only.
  if [ "$all" = 0 ]; then
    mapfile -t tests < <(printf '%s\n' "${tests[@]}" | grep -v -e '^[a-z]*-no-')
  fi
  TF_TEST_QUICK=1 \
    step 'windows: the tests in C' run_tests windows "$(memory)" "$folder" \
    --timeout-multiplier 4 "${tests[@]}" || true
  TMPDIR=$WINEPREFIX "$(wine_program wineserver)" -k || true
  left=$(wine_litter)
  exec 8>&-
  if [ -n "$left" ]; then
    printf 'The tests left behind:\n%s\n' "$left"
    fail 'leftovers of the leg windows'
  fi
}

# start_wine FOLDER: a wine of our own, without a screen. Its server is found by a file in TMPDIR. A
# program that crashes does not start others that hold the pipe of this one. One run has it at a
# time, and the lock 8 until it closes that: the end of one would be that of the other's programs.
start_wine () {
  local TMPDIR=$1
  export TMPDIR
  export WINEPREFIX=$1 WINEARCH=win64 WINEDEBUG=-all
  export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe,explorer.exe,winedbg.exe='
  unset DISPLAY WAYLAND_DISPLAY
  mkdir -p "$1"
  exec 8>"$1.lock"
  flock 8
  serve_wine </dev/null >/dev/null 2>&1 8>&-
}

# What a run that was interrupted left goes first: a server, files, or a folder made by half. The
# new server stays, or each program would start one, and goes when nothing has run for minutes. With
# the first program it starts some of its own, which hold that one's output until they end.
serve_wine () {
  "$(wine_program wineserver)" -k || true
  if [ ! -e "$WINEPREFIX/made" ]; then
    find "$WINEPREFIX" -mindepth 1 -delete
    timeout 120 "$(wine_program wine)" wineboot -i || return 1
    # The server that did this goes when nobody needs it.
    timeout 60 "$(wine_program wineserver)" -w || return 1
    touch "$WINEPREFIX/made"
  fi
  wine_litter | xargs -r -d '\n' rm -rf || return 1
  "$(wine_program wineserver)" -p300 || return 1
  timeout 60 "$(wine_program wine)" cmd /c exit 0
}

# Below the folder for temporary files of Windows, and of what runs the programs.
wine_litter () {
  find "$WINEPREFIX" -mindepth 1 -maxdepth 1 -name 'tf-*'
  find "$WINEPREFIX"/drive_c/users/*/Temp -mindepth 1 -maxdepth 1 -name '*tf-*' || true
}

# Debian has neither wine64 nor its server in the PATH.
wine_program () {
  command -v "${1}64" || echo "/usr/lib/wine/${1}64"
}
