# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Every source says whose it is and under which licence.

Usage: licence.py SOURCE_ROOT
"""

import sys
from pathlib import Path

import tap

SOURCES = ['*.c', '*.h', '*.h.in', '*.py', '*.js', '*.rs', '*.vala', '*.po', 'build-aux/*',
           'build-aux/legs/*', '.ci/run']
LICENCE = 'SPDX-License-Identifier: LGPL-2.1-or-later'
COPYRIGHT = 'Copyright 2026 The libtmpfile authors'
LINES = 6


def check(root):
    found = []
    for path in tap.files(root, SOURCES):
        head = tap.read(path).split('\n')[:LINES]
        where = path.relative_to(root)
        if not any(line.lstrip('/*# ') == COPYRIGHT for line in head):
            found.append(f'{where}: no line "{COPYRIGHT}" at its head')
        if not any(line.lstrip('/*# ') == LICENCE for line in head):
            found.append(f'{where}: no line "{LICENCE}" at its head')
    copying = Path(root, 'COPYING')
    if not copying.is_file() or 'GNU LESSER GENERAL PUBLIC LICENSE' not in tap.read(copying):
        found.append('COPYING: not the LGPL')
    return found


def main():
    report = tap.Report()
    good = f'/* {COPYRIGHT}\n *\n * {LICENCE}\n */\n'
    tree = {'libtmpfile/tf-a.c': good, 'COPYING': ' GNU LESSER GENERAL PUBLIC LICENSE\n',
            'build-aux/check': f'#!/bin/sh\n# {COPYRIGHT}\n#\n# {LICENCE}\n'}
    with tap.planted(tree) as root:
        report.check('self-test: a good tree is good', check(root))
    with tap.planted({**tree, 'tests/core/x.c': 'int x;\n'}) as root:
        report.catches('a test without a head', check(root), 'tests/core/x.c: no line "SPDX')
    with tap.planted({**tree, 'docs/x.py': f'# {LICENCE}\n'}) as root:
        report.catches('a script without copyright', check(root), 'docs/x.py: no line "Copyright')
    with tap.planted({**tree, 'COPYING': ''}) as root:
        report.catches('an empty COPYING', check(root), 'COPYING: not the LGPL')
    report.check('every source has its head', check(sys.argv[1]))
    report.finish()


if __name__ == '__main__':
    main()
