# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg windows: compiled with MinGW, run with wine, which is not Windows. To be sourced.

leg_windows () {
  local folder=_build/windows glib
  install_for windows || return 0
  if ! step 'windows: GLib' build-aux/windows-glib; then
    fail 'GLib of the leg windows'
    return 0
  fi
  glib=$(build-aux/windows-glib | tail -n 1)
  build windows "$folder" --cross-file "$glib/windows.ini" "${plain_options[@]}" || return 0
  printf '\nNot run on Windows, and why:\n'
  grep -v '^#' tests/exceptions/windows.txt
  with_wine "$glib" step 'windows: the tests in C' run_tests windows "$(memory)" "$folder" \
    "${other_suites[@]}" || true
}

# with_wine FOLDER COMMAND...: in a wine of our own without a screen. A program that crashes must not
# start others that hold the pipe of this one.
with_wine () {
  local status=0 server
  server=$(command -v wineserver64 || echo /usr/lib/wine/wineserver64)
  export WINEPREFIX=$1/wine WINEARCH=win64 WINEDEBUG=-all
  # Meson knows where GLib's are; theirs are in the compiler's folder.
  export WINEPATH="Z:$1/bin;Z:/usr/x86_64-w64-mingw32/lib"
  export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe,explorer.exe,winedbg.exe='
  shift
  (
    unset DISPLAY WAYLAND_DISPLAY
    [ -e "$WINEPREFIX/system.reg" ] || timeout 120 wine64 wineboot -i </dev/null >/dev/null 2>&1
  ) || status=$?
  [ "$status" = 0 ] && "$@" || status=$?
  "$server" -k || true
  return "$status"
}
