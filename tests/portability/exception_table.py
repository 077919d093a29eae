# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the legs of build-aux/check cannot run, and why: the lists in tests/exceptions/, and the
tables that docs/platforms.md has of them.

Run as a program it prints the tables for the document."""

from pathlib import Path


def read(path):
    """{reason: [test]}, in order."""
    reasons = {}
    for line in Path(path).read_text(encoding='utf-8').splitlines():
        if not line or line.startswith('#'):
            continue
        what, _, reason = line.partition(': ')
        if not reason:
            raise ValueError(f'{path}: no reason: {line}')
        reasons.setdefault(reason, []).append(what)
    return reasons


def cell(text):
    return text.replace('|', r'\|')


def document(root):
    """{leg: lines of its table}."""
    tables = {}
    for path in sorted(Path(root, 'tests/exceptions').glob('*.txt')):
        lines = ['| Why | Not run by the leg `' + path.stem + '` |', '| --- | --- |']
        for reason, tests in read(path).items():
            names = ', '.join(f'`{test}`' for test in tests)
            lines.append(f'| {cell(reason)} | {cell(names)} |')
        tables[path.stem] = lines
    return tables


if __name__ == '__main__':
    for table in document(Path(__file__).resolve().parent.parent.parent).values():
        print('\n'.join(table) + '\n')
