# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg subproject: what a program of somebody else's sees, that of tests/consumer. The library is
# its Meson subproject, or is installed and found by pkg-config. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_subproject () {
  local library
  for library in shared static; do
    consume_subproject "$library"
    if step "subproject: a program with the installed library, $library" \
         consume_installed "$library"
    then
      pass
    else
      fail "installed library of the leg subproject, $library"
    fi
  done
}

# The tree is copied, as a subproject is: nothing may be found beside or above it.
consume_subproject () {
  local library=$1 folder=_build/consumer/$1 source=$top/_build/consumer/source
  rm -rf "$folder" "$source"
  mkdir -p "$folder" "$source/subprojects/libtmpfile"
  cp tests/consumer/* "$source"
  tar -c --exclude='./.git' --exclude='./_build*' --exclude='./build' . |
    tar -x -C "$source/subprojects/libtmpfile"
  if ! build "subproject, $library" "$folder" "-Ddefault_library=$library" \
         --force-fallback-for=libtmpfile-1
  then
    return 0
  fi
  step "subproject: a program with the library as subproject, $library" \
    run_tests subproject "$(memory)" "$folder" || true
}

# consume_installed LIBRARY: no more than the compiler and pkg-config, as in a Makefile.
consume_installed () {
  local library=$1 folder=$top/_build/installed/$1 options=() flags
  local prefix=$folder/prefix
  [ "$library" = shared ] || options=(--static)
  rm -rf "$prefix"
  configure "$folder/build" --werror --prefix "$prefix" --libdir lib \
    "-Ddefault_library=$library" -Dtests=false "${plain_options[@]}" || return 1
  compile "$folder/build" || return 1
  meson install -C "$folder/build" --quiet || return 1
  flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig \
            pkg-config "${options[@]}" --cflags --libs libtmpfile-1) || return 1
  # shellcheck disable=SC2086
  cc -Wall -Wextra -Werror -o "$folder/consumer" tests/consumer/main.c $flags || return 1
  if [ "$library" = shared ]; then
    LD_LIBRARY_PATH=$prefix/lib "$folder/consumer" && needs_library "$folder/consumer"
  else
    "$folder/consumer" && ! needs_library "$folder/consumer"
  fi
}

needs_library () {
  readelf -d "$1" | grep -q 'NEEDED.*libtmpfile-1\.so\.0'
}
