# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Small manners: no tabs, no white space at the end of a line, no long lines, no unfinished marks,
no path of one machine.

Usage: manners.py SOURCE_ROOT
"""

import re
import sys
from pathlib import Path

import tap

TEXTS = ['*.build', '*.c', '*.h', '*.h.in', '*.in', '*.js', '*.map', '*.md', '*.metadata', '*.po',
         '*.py', '*.rs', '*.supp', '*.symbols', '*.toml', '*.txt', '*.vala', 'build-aux/*', '.ci/*',
         'LINGUAS', 'NEWS']
NARROW = {'.build', '.c', '.h', '.in', '.js', '.py', '.rs', '.vala'}
WIDTH = 100          # columns

# Written in pieces, so that this file passes its own check.
UNFINISHED = re.compile(r'\b(' + 'TO' 'DO|FIX' 'ME|XX' 'X|HA' 'CK' + r')\b')
MACHINE = re.compile(r'(?<![\w.$}/])/(' + r'wo' r'rk\b|ro' r'ot\b|ho' r'me/[a-z]' + ')')
# An attribute behind an aligned declaration may stand out on the right.
ATTRIBUTE = re.compile(r'\s+G_GNUC_\w+( \([^()]*\))?;$')


def check_line(line, path, checkout):
    if '\t' in line:
        yield 'a tab'
    if line != line.rstrip():
        yield 'white space at the end'
    if path.suffix in NARROW and len(ATTRIBUTE.sub('', line)) > WIDTH:
        yield f'{len(line)} columns, more than {WIDTH}'
    if UNFINISHED.search(line):
        yield f'an unfinished mark, {UNFINISHED.search(line).group(0)}'
    if MACHINE.search(line) or checkout in line:
        yield 'a path of one machine'


def check(root, checkout):
    found = []
    for path in tap.files(root, TEXTS):
        text = path.read_bytes().decode('utf-8')
        where = path.relative_to(root)
        if '\r' in text:
            found.append(f'{where}: carriage returns')
        if text and not text.endswith('\n'):
            found.append(f'{where}: no line end at the end')
        if text.endswith('\n\n'):
            found.append(f'{where}: an empty line at the end')
        for number, line in enumerate(text.split('\n'), 1):
            for fault in check_line(line, path, checkout):
                found.append(f'{where}:{number}: {fault}')
    return found


def main():
    report = tap.Report()
    plants = [
        ('a tab', 'int\tx;\n', 'a tab'),
        ('white space', 'int x; \n', 'white space at the end'),
        ('a long line', 'int ' + 'x' * 100 + ';\n', '105 columns'),
        ('an unfinished mark', '/* TO' + 'DO: more */\n', 'an unfinished mark'),
        ('a path of a machine', '"/ho' + 'me/someone/x"\n', 'a path of one machine'),
        ('the checkout itself', '"/some/checkout/libtmpfile"\n', 'a path of one machine'),
        ('a carriage return', 'int x;\r\n', 'carriage returns'),
        ('an unfinished line', 'int x;', 'no line end'),
    ]
    for name, text, expected in plants:
        with tap.planted({'libtmpfile/tf-a.c': text}) as root:
            report.catches(name, check(root, '/some/checkout'), expected)
    good = 'char *a = "tf-XX' + 'XXXX";\nint ' + 'x' * 95 + ';\nint b (' + 'y' * 80 + \
        ') G_GNUC_WARN_UNUSED_RESULT;\n'
    with tap.planted({'libtmpfile/tf-a.c': good}) as root:
        report.check('self-test: a good tree is good', check(root, '/some/checkout'))
    root = str(Path(sys.argv[1]).resolve())
    report.check('the tree has manners', check(root, root + '/'))
    report.finish()


if __name__ == '__main__':
    main()
