# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg trixie: the next Debian, with a newer GLib, Meson, GCC, Python and GJS, in a folder. The
# tree is read-only there, and what is written goes where it goes otherwise. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

trixie_packages=(
  bindfs binutils ccache e2fsprogs fuse3 gcc gettext gjs gobject-introspection
  libc6-dev libgirepository1.0-dev libglib2.0-dev meson mount ninja-build pkg-config python3
  python3-gi python3-hypothesis strace systemd util-linux valac
)

leg_trixie () {
  local folder=_build/trixie root inside tests
  need_system trixie trixie apt "$(dpkg --print-architecture)" "${trixie_packages[@]}" || return 0
  printf '%s\n' "$root" | built_for "$folder"
  mkdir -p "$folder" "$(ccache_folder)"
  enter_system "$root" "$folder"
  build trixie "$folder" -Dintrospection=enabled -Dvapi=enabled -Ddocs=disabled || return 0
  step 'trixie: what is left out' leave_out trixie "$folder" \
    --no-suite bench --no-suite checks --no-suite counts
  TF_TEST_QUICK=1 TF_PROMISES_SYSTEM=trixie \
    step 'trixie: the tests in C and in other languages' run_tests trixie "$(memory)" "$folder" \
    "${tests[@]}" || true
}

ccache_folder () {
  ccache --get-config cache_dir 2>/dev/null || echo "$cache_home/ccache"
}

# enter_system ROOT BUILD: sets `inside`. Root changes its root, so that set-uid programs and mounts
# are what they are; anybody else has bubblewrap do it.
enter_system () {
  local root=$1 build=$top/$2 place cache
  place=$(memory)
  cache=$(ccache_folder)
  local settings=(env -C "$top" CCACHE_DIR="$cache" HOME=/tmp)
  if [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2016
    inside=(unshare --mount sh -euc '
      root=$1 top=$2
      shift 2
      mount --bind "$root" "$root"
      for folder in /dev /proc /sys; do mount --rbind "$folder" "$root$folder"; done
      for folder in /tmp /var/tmp; do mount -t tmpfs none "$root$folder"; done
      mkdir -p "$root$top"
      mount --bind "$top" "$root$top"
      mount -o remount,bind,ro "$root$top"
      while [ "$1" != -- ]; do
        mkdir -p "$root$1"
        mount --bind "$1" "$root$1"
        shift
      done
      shift
      mount -o remount,bind,ro "$root"
      exec chroot "$root" "$@"' sh "$root" "$top" "$build" "$place" "$cache" -- "${settings[@]}")
  else
    inside=(bwrap --ro-bind "$root" / --dev-bind /dev /dev --proc /proc --ro-bind /sys /sys
            --tmpfs /tmp --tmpfs /var/tmp --ro-bind "$top" "$top" --bind "$build" "$build"
            --bind "$place" "$place" --bind "$cache" "$cache" "${settings[@]}")
  fi
}
