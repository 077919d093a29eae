# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The legs of the test `promises`: where the programs run, as whom, and what they are denied.

A place is made by a few lines of shell in a mount namespace of its own, with which it ends. In them
$scratch is an empty folder of the leg's own, and TMPDIR where the programs shall work, at first
$scratch/here, which is there."""

import dataclasses
from pathlib import Path

HERE = Path(__file__).resolve().parent
CALLED_BY_TESTS = {'copy_file_range', 'flock', 'link'}   # by those of the suites, themselves


@dataclasses.dataclass(frozen=True)
class Leg:
    name: str
    what: str                   # for docs/platforms.md
    place: str = ''             # shell
    denied: str = ''            # as deny.c has it
    lacks: str = 'none'         # as promises.h has it
    user: str = ''
    umask: str = '022'
    namespace: tuple = ('--mount', '--propagation', 'private')
    guest: bool = False         # runs in the older kernel


NO_PLACE = ()
TMPFS = 'mount -t tmpfs -o mode=1777 none "$TMPDIR"\n'
NO_PROC = 'mount -t tmpfs none /proc\n'
IMAGE = '''
truncate -s {size} "$scratch/image"
{make} "$scratch/image" >/dev/null
mount -o loop,nosuid,nodev{options} "$scratch/image" "$TMPDIR"
'''
DISK = IMAGE + '''
mkdir -m 1777 "$TMPDIR/disk"
TMPDIR=$TMPDIR/disk
'''
VFAT = TMPFS + '''
scratch=$TMPDIR
TMPDIR=$scratch/here
mkdir "$TMPDIR"
''' + IMAGE.replace('{size}', '16M').replace('{make}', 'mkfs.vfat')
# What is exported is known by the mount of the namespace. Its options are numbers there: 2 for any
# port, 1024 for whole file systems, 8192 for the root of all exports, 4 for a root that is nobody.
NFS = r'''
rpc=/proc/net/rpc
never=2147483646
printf '%s\n' "local /mnt/export $never {flags} 65534 65534 0" >$rpc/nfsd.export/channel
printf '%s\n' "local 1 \x00000000 $never /mnt/export" >$rpc/nfsd.fh/channel
mount -i -t nfs4 -o vers=4.2,soft,addr=127.0.0.1,clientaddr=127.0.0.1 127.0.0.1:/ "$TMPDIR"
TMPDIR=$TMPDIR/here
'''
# Upper and work folder want a file system that has what they need, and one for both.
OVERLAY = TMPFS + '''
mkdir -p "$TMPDIR/lower/given/tree" "$TMPDIR/upper" "$TMPDIR/work" "$TMPDIR/merged"
chmod 1777 "$TMPDIR/lower"
mkdir -m 0700 "$TMPDIR/lower/given/tree/locked" "$TMPDIR/lower/given/tree/deep"
mkdir -m 1777 "$TMPDIR/lower/below"
for i in 1 2 3; do echo x >"$TMPDIR/lower/given/tree/deep/$i"; done
ln -s ../old "$TMPDIR/lower/given/tree/link"
printf 'of the lower layer' >"$TMPDIR/lower/given/old"
mount -t overlay -o "lowerdir=$TMPDIR/lower,upperdir=$TMPDIR/upper,workdir=$TMPDIR/work" \\
  none "$TMPDIR/merged"
'''
# For wine, which has no call to make them.
LINKS = '''
export TF_PROMISES_GIVEN="Z:$scratch/given"
mkdir -p "$scratch/given/tree/below" "$scratch/given/outside"
echo alive >"$scratch/given/outside/canary"
ln -s ../outside "$scratch/given/tree/link"
ln -s ../outside/canary "$scratch/given/tree/file-link"
'''

PLACES = [
    Leg('here', 'where the tests run', namespace=NO_PLACE),
    Leg('tmpfs', 'tmpfs', TMPFS),
    Leg('ext4', 'ext4', DISK.format(size='32M', make='mkfs.ext4 -q -F', options='')),
    Leg('xfs', 'XFS', DISK.format(size='320M', make='mkfs.xfs -q', options='')),
    Leg('btrfs', 'Btrfs', DISK.format(size='128M', make='mkfs.btrfs -q', options='')),
    Leg('overlay-upper', 'overlayfs, in a folder of the upper layer',
        OVERLAY + 'mkdir -m 1777 "$TMPDIR/merged/above"\nTMPDIR=$TMPDIR/merged/above\n'),
    Leg('overlay-lower', 'overlayfs, in a folder of the lower layer, with things of that layer',
        OVERLAY + 'export TF_PROMISES_GIVEN="$TMPDIR/merged/given"\n'
        'TMPDIR=$TMPDIR/merged/below\n'),
    Leg('fuse', 'a file system in user space (bindfs)',
        'mkdir -m 1777 "$scratch/behind"\nbindfs "$scratch/behind" "$TMPDIR"\n',
        lacks='atomic-rename'),
    Leg('vfat', 'vfat, mounted for its owner only (`fmask=0177,dmask=0077`)',
        VFAT.format(options=',fmask=0177,dmask=0077'), lacks='links,modes', guest=True),
    Leg('vfat-executable', 'vfat, mounted with `umask=077`',
        VFAT.format(options=',umask=077'), lacks='links,modes', guest=True),
    Leg('vfat-of-user', 'vfat, mounted for another user (`uid=1000`), as root',
        VFAT.format(options=',fmask=0177,dmask=0077,uid=1000'), lacks='links,modes', guest=True),
    Leg('vfat-shared', 'vfat, mounted for everyone (`umask=022`)',
        VFAT.format(options=',umask=022'), lacks='links,modes', guest=True),
    Leg('old-kernel', 'Linux 6.1, tmpfs', TMPFS, guest=True),
    Leg('old-kernel-nobody', 'Linux 6.1, as a user without rights, umask 0777',
        TMPFS, user='nobody', umask='0777', lacks='mounts', guest=True),
    Leg('nfs', 'NFS 4.2, root on both sides', NFS.format(flags=9218),
        lacks='atomic-rename,denial', guest=True),
    Leg('nfs-nobody', 'NFS 4.2, as a user without rights, umask 0777', NFS.format(flags=9218),
        lacks='atomic-rename,mounts', user='nobody', umask='0777', guest=True),
    Leg('nfs-squash', 'NFS 4.2, to whose server root is nobody', NFS.format(flags=9222),
        lacks='atomic-rename', guest=True),
    Leg('no-proc', 'without `/proc`', NO_PROC),
    Leg('no-proc-nobody', 'the same as a user without rights',
        NO_PROC, user='nobody', lacks='mounts'),
    Leg('user-namespace', 'root of a user namespace',
        namespace=('--user', '--map-root-user', '--mount', '--propagation', 'private')),
    Leg('unmapped-user', 'a user namespace without a user', namespace=('--user',),
        lacks='mounts'),
    Leg('nobody', 'a user without rights', namespace=NO_PLACE, user='nobody', lacks='mounts'),
    Leg('umask-0777', 'the same, under a umask that takes everything', namespace=NO_PLACE,
        user='nobody', umask='0777', lacks='mounts'),
    Leg('full-disk', 'a file system without a free block',
        'mount -t tmpfs -o mode=1777,size=64k none "$TMPDIR"\n'
        'dd if=/dev/zero of="$TMPDIR/full" 2>/dev/null || true\n', lacks='space'),
    Leg('file-size-0', 'where no file may grow (`RLIMIT_FSIZE`)', 'ulimit -f 0\n',
        namespace=('--mount',), lacks='space'),
]

# Other builds than the usual one; each has one place, and is run where it is built.
SYSTEMS = [
    Leg('posix', 'the back end for other Unix systems, on Linux', namespace=NO_PLACE),
    Leg('i386', '32 bits', namespace=NO_PLACE),
    Leg('s390x', 'big-endian, under qemu', namespace=NO_PLACE),
    Leg('trixie', 'Debian 13, with GLib 2.84', namespace=NO_PLACE),
    Leg('windows', 'Windows, as wine 8 has it', LINKS, lacks='links,modes,mounts',
        namespace=NO_PLACE),
]


def read_denials(path=HERE / 'denials.txt'):
    """Pairs of call and error, in order."""
    lines = [line.split(None, 2) for line in path.read_text(encoding='utf-8').splitlines()
             if line and not line.startswith('#')]
    return [(call, error) for call, error, _reason in lines]


def first_of(pairs, left_out):
    """The first error of each call."""
    return {call: error for call, error in reversed(pairs) if call not in left_out}


def at_once(errors):
    """As deny.c has it."""
    return ','.join(f'{call}={error}' for call, error in sorted(errors.items()))


def denials():
    """A leg for each denial, and legs for all of them at once."""
    pairs = read_denials()
    for call, error in pairs:
        yield Leg(f'{call}={error}', 'this call is denied', denied=f'{call}={error}',
                  namespace=NO_PLACE)
    everything = at_once(first_of(pairs, {'at_empty_path'}))   # links are denied as a whole
    yield Leg('all-denied', 'all calls of `denials.txt` denied at once', denied=everything,
              namespace=NO_PLACE)
    yield Leg('all-denied-nobody', 'the same as a user without rights, umask 0777',
              denied=everything, namespace=NO_PLACE, user='nobody', umask='0777', lacks='mounts')
    yield Leg('all-denied-no-proc', 'all calls denied, without `/proc`', NO_PROC,
              denied=everything)
    yield Leg('all-denied-no-proc-nobody', 'the same as a user without rights, umask 0777', NO_PROC,
              denied=everything, user='nobody', umask='0777', lacks='mounts')


def of_suites():
    """Legs for the tests of the suites: all calls at once, and call by call."""
    errors = first_of(read_denials(), CALLED_BY_TESTS)
    yield Leg('denied', 'all at once', denied=at_once(errors), namespace=NO_PLACE)
    for call, error in sorted(errors.items()):
        yield Leg(f'{call}={error}', 'this call', denied=f'{call}={error}', namespace=NO_PLACE)


LEGS = PLACES + list(denials())
ALL = LEGS + SYSTEMS
