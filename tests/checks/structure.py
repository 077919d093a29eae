# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""docs/structure.md knows every room of the house, and no room that is not there.

Usage: structure.py SOURCE_ROOT
"""

import re
import sys
from pathlib import Path

import tap


def rooms(root):
    """The names of the files of the library, a source and its header being one room."""
    found = set()
    for path in tap.files(Path(root, 'libtmpfile'), ['tf-*.c', 'tf-*.h', 'tf-*.h.in']):
        found.add(path.name.split('.')[0].removesuffix('-private'))
    return found


def check(root):
    named = set(re.findall(r'`(tf-[a-z0-9-]+)`', tap.read(Path(root, 'docs/structure.md'))))
    actual = rooms(root)
    return ([f'{name}: not in docs/structure.md' for name in sorted(actual - named)]
            + [f'{name}: in docs/structure.md, but not in libtmpfile/'
               for name in sorted(named - actual)])


def main():
    report = tap.Report()
    tree = {'libtmpfile/core/tf-a.c': '', 'libtmpfile/core/tf-a-private.h': '',
            'docs/structure.md': '| `tf-a` | does it |\n'}
    with tap.planted(tree) as root:
        report.check('self-test: a good page is good', check(root))
    with tap.planted({**tree, 'libtmpfile/tf-b.h': ''}) as root:
        report.catches('a new room', check(root), 'tf-b: not in docs/structure.md')
    with tap.planted({**tree, 'docs/structure.md': '`tf-a`, `tf-c`\n'}) as root:
        report.catches('a room that is gone', check(root), 'tf-c: in docs/structure.md')
    report.check('docs/structure.md knows every room', check(sys.argv[1]))
    report.finish()


if __name__ == '__main__':
    main()
