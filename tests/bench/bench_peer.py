# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""CPython's runner in the benchmark.

Usage: bench_peer.py directory ITERATIONS    tempfile.TemporaryDirectory, made and cleaned up
       bench_peer.py remove TREE...          shutil.rmtree
"""

import shutil
import sys
import tempfile


def main():
    work, *arguments = sys.argv[1:]
    if work == 'directory':
        for _ in range(int(arguments[0])):
            tempfile.TemporaryDirectory().cleanup()
    elif work == 'remove':
        for path in arguments:
            shutil.rmtree(path)
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main()
