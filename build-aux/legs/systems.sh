# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Folders with another Debian system in them: made once, found again in the cache. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

cache_home=${XDG_CACHE_HOME:-${HOME:?}/.cache}

# The repository that this machine has its Debian from, as apt knows it. The lists of apt may be
# missing, and with them what says whose a repository is; mmdebstrap asks for Debian's signature.
debian_mirror () {
  local codename
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(COMPONENT) $(REPO_URI)' \
    'Created-By: Packages' |
    awk -v codename="$codename" \
      '($1 == "Debian" || $1 ~ /ORIGIN/) && $2 == codename && $3 == "main" { print $4; exit }'
}

# system_folder NAME RELEASE VARIANT ARCHITECTURE PACKAGE...: prints the folder with that system; it
# is made where it is not in the cache. What was made long ago and is used no more goes.
system_folder () {
  local name=$1 cache key
  cache=$cache_home/libtmpfile-$name
  key=$({ printf '%s\n' "$@"; declare -f make_system relative_links; } | sha256sum | cut -c 1-12)
  if [ ! -d "$cache/$key" ]; then
    mkdir -p "$cache"
    make_system "$cache" "$key" "${@:2}" >&2 || return 1
  fi
  touch "$cache/$key"
  find "$cache" -mindepth 1 -maxdepth 1 ! -name "$key" -mtime +30 -exec rm -rf {} +
  printf '%s\n' "$cache/$key"
}

# make_system CACHE KEY RELEASE VARIANT ARCHITECTURE PACKAGE...: a run that ends half-way leaves a
# folder of another name; of two at once one wins.
make_system () {
  local cache=$1 key=$2 release=$3 variant=$4 architecture=$5 packages mirror work status=0
  shift 5
  packages=$(IFS=,; printf '%s' "$*")
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    echo "    apt does not say where this system's packages come from"
    return 1
  fi
  work=$(mktemp -d "$cache/work-XXXXXXXX")
  # Debian's folder is read by programs of other users too.
  chmod 755 "$work"
  mkdir "$work/root"
  if mmdebstrap --quiet --variant="$variant" --architectures="$architecture" \
       --include="$packages" --dpkgopt='path-exclude=/usr/share/doc/*' \
       --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
       --aptopt='Acquire::Retries "3"' \
       "$release" "$work/root.tar" "deb $mirror $release main" </dev/null >"$work/log" 2>&1 &&
     tar -C "$work/root" --no-same-owner -xf "$work/root.tar" --exclude='./dev/*' \
       >>"$work/log" 2>&1 &&
     relative_links "$work/root"
  then
    mv -T "$work/root" "$cache/$key" 2>/dev/null || [ -d "$cache/$key" ] || status=1
  else
    tail -n 20 "$work/log"
    echo "    the folder with $release could not be made"
    status=1
  fi
  rm -rf "$work"
  return "$status"
}

# A compiler or an emulator takes a folder for the root, but the system does not: an absolute link
# would lead out of it.
relative_links () {
  local link
  find "$1/usr" "$1/lib" -type l -lname '/*' -print0 2>/dev/null |
    while IFS= read -r -d '' link; do
      ln -sfnr "$1$(readlink "$link")" "$link"
    done
}

# need_system LEG RELEASE VARIANT ARCHITECTURE PACKAGE...: sets `root` to the folder, with what it
# takes to make it; without it the leg fails.
need_system () {
  install_for "$1" || return 1
  if ! step "$1: a folder with another system" find_root "$@"; then
    fail "system of the leg $1"
    return 1
  fi
}

find_root () {
  root=$(system_folder "$@")
}

# show_root FOLDER: makes such a folder be seen by the programs that `inside` starts, as $seen. Some
# tests of root's run programs as another user, who may not look into root's cache.
show_root () {
  if [ "$(id -u)" = 0 ]; then
    seen=/mnt
    # shellcheck disable=SC2016
    inside=(unshare --mount
            sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh "$1" "$seen")
  else
    seen=$1
    inside=()
  fi
}

# built_for FOLDER: writes what it reads, the machine that a build folder is for, into FOLDER.ini.
# Meson takes options from there only once, so what was built for another machine goes.
built_for () {
  local folder=$1 machine
  machine=$(cat)
  if [ "$machine" != "$(cat "$folder.ini" 2>/dev/null)" ]; then
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    printf '%s\n' "$machine" >"$folder.ini"
  fi
}
