# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the commands of this folder share: saying what is done and how long it took. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What is built, and what runs a command in another system where the build is for that: see legs/.
source=$top
inside=()

# step TEXT COMMAND...: runs the command, and says before and after what happens.
step () {
  local text=$1 start=$SECONDS status=0
  shift
  printf '\n==> %s\n' "$text"
  "$@" || status=$?
  if [ "$status" = 0 ]; then
    printf '    done in %d s\n' $((SECONDS - start))
  else
    printf '    FAILED after %d s\n' $((SECONDS - start))
  fi
  return "$status"
}

# configure FOLDER OPTION...: sets the build folder up, or brings it up to date.
configure () {
  local folder=$1 action=()
  shift
  if [ -f "$folder/build.ninja" ]; then
    action=(--reconfigure)
  else
    # What a configuration that failed left behind cannot be brought up to date.
    rm -rf "$folder"
  fi
  mkdir -p "$folder"
  local log=$folder/configure.log
  if ! "${inside[@]}" meson setup "${action[@]}" "$@" "$folder" "$source" \
         </dev/null >"$log" 2>&1
  then
    tail -n 30 "$log"
    printf '    configuring failed; all of it is in %s\n' "${log#"$top"/}"
    return 1
  fi
  no_warnings "$log"
}

# compile FOLDER [TARGET...]: builds, by default all; a warning of any tool is a failure.
compile () {
  local folder=$1
  shift
  if ! "${inside[@]}" ninja -C "$folder" "$@" </dev/null >"$folder/compile.log" 2>&1; then
    grep -E -A 6 'FAILED|error:|[Ww]arning:|WARNING' "$folder/compile.log" | head -n 60 ||
      tail -n 30 "$folder/compile.log"
    printf '    building failed; all of it is in %s\n' "${folder#"$top"/}/compile.log"
    return 1
  fi
  no_warnings "$folder/compile.log"
}

no_warnings () {
  if grep -E '(^|[^[:alnum:]_-])([Ww]arning|WARNING): ' "$1"; then
    printf '    warnings are failures; all of them are in %s\n' "${1#"$top"/}"
    return 1
  fi
}
