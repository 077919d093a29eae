# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs a command where the kernel starts programs of another processor by an emulator, and where a
folder with such a system is seen at another place. Nothing outside of the command's own namespaces
changes, and no rights are needed: a user namespace has its own formats of programs (Linux 6.7).

Usage: emulate.py FORMAT EMULATOR FOLDER PLACE COMMAND [ARGUMENT]...

FORMAT is "MAGIC:MASK" as binfmt_misc has it.
"""

import ctypes
import os
import sys

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_BIND = 0x1000

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    arguments = [a.encode() if isinstance(a, str) else a for a in arguments]
    if getattr(libc, function)(*arguments) != 0:
        code = ctypes.get_errno()
        sys.exit(f'emulate.py: {function} {arguments}: {os.strerror(code)}')


def mount(source, target, kind, flags):
    call('mount', source, target, kind, ctypes.c_ulong(flags), None)


def write(path, text):
    with open(path, 'w', encoding='ascii') as stream:
        stream.write(text)


def map_users(pid):
    """Root keeps all users, anybody else is alone with himself."""
    if os.getuid() == 0:
        write(f'/proc/{pid}/uid_map', '0 0 4294967295')
        write(f'/proc/{pid}/gid_map', '0 0 4294967295')
    else:
        write(f'/proc/{pid}/uid_map', f'{os.getuid()} {os.getuid()} 1')
        write(f'/proc/{pid}/setgroups', 'deny')
        write(f'/proc/{pid}/gid_map', f'{os.getgid()} {os.getgid()} 1')


def enter_namespaces():
    """The maps are written from outside, by a child that was forked before."""
    pid = os.getpid()
    ready_out, ready_in = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready_in)
        os.read(ready_out, 1)
        map_users(pid)
        os._exit(0)
    os.close(ready_out)
    call('unshare', CLONE_NEWUSER | CLONE_NEWNS)
    os.close(ready_in)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit('emulate.py: users cannot be mapped')


def main():
    program, emulator, folder, place = sys.argv[1:5]
    enter_namespaces()
    if folder != place:
        mount(folder, place, None, MS_BIND)
    mount('none', '/proc/sys/fs/binfmt_misc', 'binfmt_misc', 0)
    # C: a set-uid program is one. F: the emulator is opened now.
    write('/proc/sys/fs/binfmt_misc/register', f':emulated:M::{program}:{emulator}:CF')
    os.execvp(sys.argv[5], sys.argv[5:])


if __name__ == '__main__':
    main()
