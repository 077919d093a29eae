# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How long each leg took on this machine, and for which ones there is time. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

time_limit=1080      # seconds, for the legs of --more

# run_leg LEG: and notes how long it took, where nothing failed. What is noted stays when it fails
# another time: a leg without a note would be left out by the next run, which would then pass.
run_leg () {
  local begun=$SECONDS before=$failed record
  "leg_$1"
  [ "$failed" = "$before" ] || return 0
  record=$(record_of "$1")
  mkdir -p "$(dirname "$record")"
  echo $((SECONDS - begun)) >"$record"
}

# Where that is noted. Its name changes with the scripts: a leg takes longer when the folder that it
# needs is to be made anew.
record_of () {
  local hash
  hash=$(sha256sum build-aux/windows-glib build-aux/legs/*.sh | sha256sum | cut -c 1-12)
  printf '%s/libtmpfile-check/%s-%s\n' "$cache_home" "$1" "$hash"
}

# why_not LEG: says why a leg of --more is not run, and fails if it is to be.
why_not () {
  local record left=$((time_limit - (SECONDS - start)))
  record=$(cat "$(record_of "$1")" 2>/dev/null) || record=
  if [ -z "$record" ]; then
    echo 'it never ran here as it is now, and what it needs may not be there'
  elif [ $((record * 5 / 4)) -gt "$left" ]; then
    echo "it took $record s, and $((left > 0 ? left : 0)) s are left"
  else
    return 1
  fi
}
