# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The modules tempfile and tmpfile in the benchmark, in one process: to start Python with
introspection takes longer than what is measured.

Usage: bench_module.py WORK TIMES ROUNDS   a line of JSON: for each round and module, which take
                                           turns, the seconds of each clock
       bench_module.py remove TREE...      removes trees with Tf.remove_tree()
"""

import gc
import json
import os
import sys
import tempfile
import time

import tmpfile

PIECE = b'x' * 64
# So many go into one file, for its own cost is not what is measured.
PIECES_PER_FILE = 1000


def make_and_write(module, times, name, *arguments):
    piece = PIECE if 'b' in arguments[-1] else PIECE.decode()
    for _ in range(times // PIECES_PER_FILE):
        with getattr(module, name)(*arguments) as file:
            write = file.write
            for _ in range(PIECES_PER_FILE):
                write(piece)


def mkstemp(module):
    fd, path = module.mkstemp()
    os.close(fd)
    os.unlink(path)


# What bench.py calls each work, without "Py-".
MAKING = {
    'anonymous': lambda module: module.TemporaryFile().close(),
    'named': lambda module: module.NamedTemporaryFile().close(),
    'mkstemp': mkstemp,
    'mkdtemp': lambda module: os.rmdir(module.mkdtemp()),
    'directory': lambda module: module.TemporaryDirectory().cleanup(),
    'spooled': lambda module: module.SpooledTemporaryFile(1 << 20).close(),
}

# A class, and its arguments, of which the mode is the last.
WRITING = {
    'write': ('TemporaryFile', 'w+b'),
    'write-text': ('TemporaryFile', 'w+'),
    'write-named': ('NamedTemporaryFile', 'w+b'),
    'write-memory': ('SpooledTemporaryFile', 1 << 20, 'w+b'),
    'write-memory-text': ('SpooledTemporaryFile', 1 << 20, 'w+'),
    'write-rolled': ('SpooledTemporaryFile', 1, 'w+b'),
}


def do(module, work, times):
    if work in WRITING:
        make_and_write(module, times, *WRITING[work])
        return
    make = MAKING[work]
    for _ in range(times):
        make(module)


def measure(module, work, times):
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    do(module, work, times)
    return {'CPU': time.process_time() - cpu, 'wall': time.perf_counter() - wall}


def main():
    work, *arguments = sys.argv[1:]
    if work == 'remove':
        from gi.repository import Tf
        for tree in arguments:
            Tf.remove_tree(tree)
        return
    times, rounds = map(int, arguments)
    modules = [tempfile, tmpfile]
    found = []
    # The first round is thrown away.
    for _ in range(rounds + 1):
        found.append({module.__name__: measure(module, work, times) for module in modules})
        modules.reverse()
    print(json.dumps(found[1:]))


if __name__ == '__main__':
    main()
