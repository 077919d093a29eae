# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg abi: what was compiled with the release before must run with this library. abidiff
# compares the two as their debugging information and public headers describe them. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_abi () {
  local tag tags=
  install_for abi || return 0
  rm -rf _build/abi
  if ! build_installed abi now "$top"; then
    return 0
  fi
  if step 'abi: a change that was planted is found' find_planted; then
    pass
  else
    fail 'a planted change of the leg abi'
  fi
  # Git may refuse somebody else's folder, and a shallow clone has no tags: that is not "none".
  if [ -e .git ] &&
     { ! tags=$(git tag) || [ "$(git rev-parse --is-shallow-repository)" != false ]; }
  then
    printf '\n    abi: git does not show the history here, so nothing is compared with a tag\n'
    return 0
  fi
  if ! tag=$(git describe --tags --abbrev=0 HEAD^ 2>/dev/null); then
    printf '\n    abi: no earlier tag to compare with%s\n' "${tags:+ among all there are}"
    return 0
  fi
  mkdir -p _build/abi/source/tag
  git archive "$tag" | tar -x -C _build/abi/source/tag
  build_installed abi tag "$top/_build/abi/source/tag" || return 0
  if step "abi: what $tag has is there" same_abi tag now; then
    pass
  else
    fail "what $tag has, in the leg abi"
  fi
}

# build_installed LEG NAME SOURCE: builds the library and installs it in _build/LEG/NAME/prefix.
build_installed () {
  local leg=$1 folder=_build/$1/$2 source=$3
  build "$leg, $2" "$folder" --prefix "$top/$folder/prefix" --libdir lib -Dtests=false \
    "${plain_options[@]}" || return 1
  meson install -C "$folder" --quiet
}

# Additions are no matter; types that the public headers do not show are not anybody's.
same_abi () {
  local before=_build/abi/$1/prefix after=_build/abi/$2/prefix
  abidiff --no-added-syms --drop-private-types \
    --headers-dir1 "$before/include" --headers-dir2 "$after/include" \
    "$before/lib/libtmpfile-1.so" "$after/lib/libtmpfile-1.so"
}

# Another type of a parameter, and another number of a flag; and nothing where nothing has changed.
find_planted () {
  local tree=_build/abi/source/planted found
  mkdir -p "$tree"
  tar -c --exclude='./.git' --exclude='./_build*' --exclude='./build' . | tar -x -C "$tree"
  sed -i '/tf_spooled_file_new /s/guint64  *max_size/double max_size/' \
    "$tree"/libtmpfile/tf-spooled-file.[ch]
  sed -i 's/^  TF_PERSIST_REPLACE = 1 << 0/  TF_PERSIST_REPLACE = 1 << 5/' \
    "$tree/libtmpfile/tf-enums.h"
  build_installed abi planted "$top/$tree" || return 1
  if found=$(same_abi now planted); then
    echo '    abidiff found nothing'
    return 1
  fi
  if ! grep -q "'function.* tf_spooled_file_new(" <<<"$found" ||
     ! grep -q "'.*TF_PERSIST_REPLACE' from value" <<<"$found"
  then
    printf '%s\n    abidiff did not find all of it\n' "$found"
    return 1
  fi
  same_abi now now
}
