# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A room must be small enough to see at a glance: no file of the library above 600 lines, no
function above 60.

Usage: sizes.py SOURCE_ROOT
"""

import sys
from pathlib import Path

import tap

MAX_FILE = 600       # lines
MAX_FUNCTION = 60    # lines between the braces


def functions(text):
    """Name, first line and length of each function body; braces stand in the first column."""
    lines = tap.without_comments(text).split('\n')
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith('{'):
            before = next((l for l in reversed(lines[:number - 1]) if l.strip()), '')
            start = number if before.rstrip().endswith(')') else None
        elif line.startswith('}') and start is not None:
            yield heading(lines, start), start, number - start - 1
            start = None


def heading(lines, start):
    """The function's name: the word before the first parenthesis of the last declaration."""
    for line in reversed(lines[:start - 1]):
        if line[:1].isalpha() or line[:1] == '_':
            return line.split('(')[0].strip()
    return '?'


def check(root):
    found = []
    for path in tap.files(Path(root, 'libtmpfile'), ['*.c', '*.h', '*.h.in']):
        text = tap.read(path)
        where = path.relative_to(root)
        count = text.count('\n')
        if count > MAX_FILE:
            found.append(f'{where}: {count} lines, more than {MAX_FILE}')
        for name, line, length in functions(text):
            if length > MAX_FUNCTION:
                found.append(f'{where}:{line}: {name} has {length} lines, more than {MAX_FUNCTION}')
    return found


def function(name, length):
    head = f'static int\n{name} (int a,\n{" " * len(name)}  int b)\n'
    return head + '{\n' + '  a++;\n' * length + '}\n\n'


def main():
    report = tap.Report()
    table = 'static const int table[] =\n{\n' + '  1,\n' * 80 + '};\n'
    good = function('just_right', MAX_FUNCTION) + table
    with tap.planted({'libtmpfile/tf-a.c': good}) as root:
        report.check('self-test: a good tree is good', check(root))
    with tap.planted({'libtmpfile/core/tf-a.c': function('too_long', MAX_FUNCTION + 1)}) as root:
        report.catches('a long function', check(root), 'too_long has 61 lines')
    two = function('short', 3) + function('also_long', MAX_FUNCTION + 20) + function('last', 2)
    with tap.planted({'libtmpfile/core/tf-a.c': two}) as root:
        report.catches('a long function among others', check(root), 'also_long has 80 lines')
    with tap.planted({'libtmpfile/tf-a.h': '\n' * (MAX_FILE + 1)}) as root:
        report.catches('a long file', check(root), '601 lines')
    with tap.planted({'libtmpfile/tf-a.c': '\n' * MAX_FILE}) as root:
        report.check('self-test: a file of just 600 lines', check(root))
    report.check('no file and no function is too long', check(sys.argv[1]))
    report.finish()


if __name__ == '__main__':
    main()
