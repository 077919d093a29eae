# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The two file systems the benchmark runs on: memory, and a fresh journalled ext4 of its own.

Both are mounted in a mount namespace that only this process and its children are in. The image of
the ext4 is a file in the memory file system, with the loop device set to let go of it. So all of it
is gone when the last process is, also when that was killed; what can remain then are empty
folders.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

INSIDE = 'TF_BENCH_INSIDE'

# What tests/skips.txt knows. With a namespace of our own, whatever fails is a failure.
MAY_NOT_MOUNT = 'may not mount'


class Unavailable(Exception):
    """Why a file system cannot be had here."""


def tool(name):
    """Administrators' tools are not on everybody's PATH."""
    path = shutil.which(name, path=os.environ.get('PATH', os.defpath) + ':/usr/sbin:/sbin')
    if path is None:
        raise Unavailable(f'{name} is missing')
    return path


def call(*command):
    done = subprocess.run([tool(command[0]), *command[1:]], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise Unavailable(f'{" ".join(map(str, command))}: {done.stderr.strip()}')
    return done.stdout.strip()


def enter_namespace():
    """Starts this program again in a mount namespace of its own, where that is allowed."""
    if INSIDE in os.environ:
        return
    command = ['unshare', '--mount', '--propagation', 'private']
    try:
        call(*command, 'true')
    except Unavailable:
        return
    os.environ[INSIDE] = '1'
    sys.stdout.flush()
    os.execv(tool('unshare'), [*command, sys.executable, *sys.argv])


class Places:
    """A context: `paths` has the folder on each file system, `missing` why there is none."""

    def __init__(self, image_mebibytes):
        self.paths = {}
        self.missing = {}
        self.image_mebibytes = image_mebibytes
        self.scratch = None
        self.mounted = []

    def __enter__(self):
        try:
            if INSIDE in os.environ:
                self.make_all()
            else:
                self.make_shared()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make_all(self):
        self.scratch = Path(tempfile.mkdtemp(prefix='tf-bench-'))
        try:
            memory = self.mount('memory', '--types', 'tmpfs', 'tf-bench')
            self.paths['tmpfs'] = self.folder_in(memory)
        except Unavailable as why:
            self.missing['tmpfs'] = self.missing['ext4'] = str(why)
            return
        try:
            self.make_image(memory / 'image')
            disk = self.mount('ext4', '--types', 'ext4', '--options', 'loop', memory / 'image')
            self.paths['ext4'] = self.folder_in(disk)
        except Unavailable as why:
            self.missing['ext4'] = str(why)

    def make_image(self, image):
        with open(image, 'wb') as file:
            file.truncate(self.image_mebibytes << 20)
        # Whole from the start: a kernel thread that still fills in tables would be measured too.
        call('mkfs.ext4', '-q', '-F', '-O', 'has_journal', '-i', '8192',
             '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)

    def make_shared(self):
        """Without a right to mount there is still the memory that all programs share."""
        self.missing['ext4'] = f'{MAY_NOT_MOUNT}: no mount namespace of our own'
        try:
            kind = call('stat', '--file-system', '--format', '%T', '/dev/shm')
        except Unavailable:
            kind = 'nothing'
        if kind != 'tmpfs' or not os.access('/dev/shm', os.W_OK):
            self.missing['tmpfs'] = f'{MAY_NOT_MOUNT}, and /dev/shm is no tmpfs for us'
            return
        self.scratch = Path(tempfile.mkdtemp(prefix='tf-bench-', dir='/dev/shm'))
        self.paths['tmpfs'] = self.folder_in(self.scratch)

    def mount(self, name, *what):
        point = self.scratch / name
        point.mkdir()
        call('mount', *what, point)
        self.mounted.append(point)
        return point

    @staticmethod
    def folder_in(parent):
        folder = parent / 'bench'
        folder.mkdir()
        return folder

    def __exit__(self, *_):
        for point in reversed(self.mounted):
            try:
                call('umount', point)
            except Unavailable:
                call('umount', '--lazy', point)
        self.mounted = []
        if self.scratch is not None:
            subprocess.run(['rm', '-rf', '--one-file-system', self.scratch], check=True)


def settle(name, path):
    """What was written before is on the disk, so that nobody's time has it in it."""
    if name != 'tmpfs':
        subprocess.run(['sync', '--file-system', path], check=True)
