# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg i386: 32 bits, where off_t has 32 of itself. This machine's kernel and compiler know it;
# the libraries come from a folder with Debian's. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_i386 () {
  local folder=_build/i386 root seen inside
  need_system i386 bookworm extract i386 libc6-dev libgcc-12-dev libglib2.0-dev || return 0
  show_root "$root"
  i386_machine "$root" "$seen" | built_for "$folder"
  build i386 "$folder" --cross-file "$folder.ini" "${plain_options[@]}" || return 0
  GCONV_PATH=$seen/usr/lib/i386-linux-gnu/gconv TF_TEST_QUICK=1 \
    step 'i386: the tests in C' run_tests i386 "$(memory)" "$folder" "${other_suites[@]}" || true
}

# The programs name the folder's loader and libraries, so they can be run as they are, also by each
# other. DT_RPATH is asked for libraries' libraries too, DT_RUNPATH is not.
i386_machine () {
  local root=$1 seen=$2
  cat <<INI
[binaries]
c = ['ccache', 'gcc', '-m32']
ar = 'gcc-ar'
nm = 'gcc-nm'
strip = 'strip'
pkgconfig = 'pkg-config'
[host_machine]
system = 'linux'
cpu_family = 'x86'
cpu = 'i686'
endian = 'little'
[built-in options]
c_args = ['--sysroot=$root']
c_link_args = [
  '--sysroot=$root',
  '-B$root/usr/lib/i386-linux-gnu',
  '-Wl,--disable-new-dtags',
  '-Wl,-rpath,$seen/usr/lib/i386-linux-gnu:$seen/lib/i386-linux-gnu',
  '-Wl,--dynamic-linker=$seen/lib/ld-linux.so.2']
[properties]
needs_exe_wrapper = false
sys_root = '$root'
pkg_config_libdir = ['$root/usr/lib/i386-linux-gnu/pkgconfig', '$root/usr/share/pkgconfig']
INI
}
