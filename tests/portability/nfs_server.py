# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A server of NFS 4.2 inside the guest, for the guest itself: the kernel's, and by hand the little
that it wants from programs, so that none has to be installed. What is exported is an ext4 at
/mnt/export; the legs say with which options."""

import fcntl
import os
import socket
import struct
import subprocess
import threading
from pathlib import Path

EXPORT = Path('/mnt/export')
CLIENTS = Path('/mnt/clients')   # who is one, for after a restart
NEVER = 2147483646           # seconds since 1970
RPCBIND_PORT = 111
NFS_PORT = 2049
SIOCSIFFLAGS = 0x8914
IFF_UP_RUNNING = 0x41


def write(path, text):
    """In one call, as these files want it."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def answer(connection):
    """Says yes to every call: the kernel registers its services."""
    with connection, connection.makefile('rb') as calls:
        while len(head := calls.read(4)) == 4:
            call = calls.read(struct.unpack('>I', head)[0] & 0x7fffffff)
            reply = call[:4] + struct.pack('>6I', 1, 0, 0, 0, 0, 1)
            connection.sendall(struct.pack('>I', 0x80000000 | len(reply)) + reply)


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', port))
    listener.listen(16)
    return listener


def accept(listener):
    while True:
        connection, _address = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def start():
    """Nothing is exported yet: the legs do that."""
    EXPORT.mkdir()
    image = EXPORT.with_suffix('.image')
    for command in (['truncate', '-s', '64M', image], ['mkfs.ext4', '-q', '-F', image],
                    ['mount', '-o', 'loop', image, EXPORT],
                    ['mount', '-t', 'nfsd', 'none', '/proc/fs/nfsd']):
        subprocess.run(command, check=True)
    here = EXPORT / 'here'
    here.mkdir()
    here.chmod(0o1777)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sh', b'lo', IFF_UP_RUNNING))
    threading.Thread(target=accept, args=(listen(RPCBIND_PORT),), daemon=True).start()

    # Nobody had a lock before this start.
    write('/proc/sys/fs/nfs/nlm_grace_period', '1')
    write('/proc/fs/nfsd/nfsv4gracetime', '10')
    CLIENTS.mkdir()
    write('/proc/fs/nfsd/nfsv4recoverydir', f'{CLIENTS}\n')
    write('/proc/net/rpc/auth.unix.ip/channel', f'nfsd 127.0.0.1 {NEVER} local\n')
    with listen(NFS_PORT) as listener:
        write('/proc/fs/nfsd/portlist', str(listener.fileno()))
    write('/proc/fs/nfsd/threads', '4')
    write('/proc/fs/nfsd/v4_end_grace', 'Y')
