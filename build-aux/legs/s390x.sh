# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The leg s390x: big-endian, by a cross compiler and qemu, which translates the programs' system
# calls. To be sourced.

# Variables are those of who sources it.
# shellcheck shell=bash disable=SC2034,SC2154

leg_s390x () {
  local folder=_build/s390x root seen inside tests
  need_system s390x bookworm extract s390x libc6-dev libgcc-12-dev libglib2.0-dev || return 0
  show_root "$root"
  emulate_s390x "$root"
  s390x_machine "$root" | built_for "$folder"
  build s390x "$folder" --cross-file "$folder.ini" "${plain_options[@]}" || return 0
  step 's390x: what is left out' leave_out s390x "$folder" "${other_suites[@]}"
  TF_TEST_QUICK=1 TF_TEST_EXCEPTIONS=$top/tests/exceptions/s390x.txt \
    step 's390x: the tests in C' run_tests s390x "$(memory)" "$folder" --timeout-multiplier 5 \
    "${tests[@]}" || true
}

# Has the kernel run the programs by qemu, and nowhere else.
emulate_s390x () {
  local root=$1 magic mask zero='\x00\x00\x00\x00\x00\x00\x00\x00'
  magic='\x7fELF\x02\x02\x01\x00'$zero'\x00\x02\x00\x16'
  mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff'
  inside=(
    env "QEMU_LD_PREFIX=$seen"
    python3 "$top/build-aux/legs/emulate.py" "$magic:$mask" /usr/bin/qemu-s390x-static
    "$root" "$seen"
  )
}

s390x_machine () {
  local root=$1 triple=s390x-linux-gnu
  cat <<INI
[binaries]
c = ['ccache', '$triple-gcc']
ar = '$triple-gcc-ar'
nm = '$triple-gcc-nm'
strip = '$triple-strip'
pkgconfig = 'pkg-config'
[host_machine]
system = 'linux'
cpu_family = 's390x'
cpu = 's390x'
endian = 'big'
[built-in options]
c_args = ['--sysroot=$root']
c_link_args = ['--sysroot=$root', '-B$root/usr/lib/$triple']
[properties]
needs_exe_wrapper = false
sys_root = '$root'
pkg_config_libdir = ['$root/usr/lib/$triple/pkgconfig', '$root/usr/share/pkgconfig']
INI
}
