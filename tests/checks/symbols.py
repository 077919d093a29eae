# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the shared library exports is what the checked-in list says, and what the headers declare;
programs ask for it by a name that stays.

Usage: symbols.py SOURCE_ROOT NM READELF LIBRARY
"""

import re
import subprocess
import sys
from pathlib import Path

import tap

SONAME = 'libtmpfile-1.so.0'


def exported(nm, library):
    output = subprocess.run([nm, '-D', '--defined-only', library], check=True, capture_output=True,
                            text=True).stdout
    return {line.split()[-1].split('@')[0] for line in output.splitlines() if line.strip()}


def soname(readelf, library):
    output = subprocess.run([readelf, '-d', library], check=True, capture_output=True,
                            text=True).stdout
    return re.findall(r'SONAME.*\[(.*)\]', output)


def compare(actual, wanted, actual_name, wanted_name):
    return ([f'{name}: in {actual_name}, but not in {wanted_name}'
             for name in sorted(actual - wanted)]
            + [f'{name}: in {wanted_name}, but not in {actual_name}'
               for name in sorted(wanted - actual)])


def main():
    root, nm, readelf, library = sys.argv[1:5]
    list_file = Path(root, 'tests/checks/libtmpfile.symbols')
    lines = tap.read(list_file).split()
    listed = set(lines)
    symbols = exported(nm, library)
    report = tap.Report()

    extra = compare(symbols | {'tf_planted'}, symbols, 'the library', 'the list')
    report.catches('a symbol that is not on the list', extra, 'tf_planted: in the library')
    missing = compare(symbols - {'tf_mkstemp'}, symbols, 'the library', 'the list')
    report.catches('a symbol that is gone', missing, 'tf_mkstemp: in the list')

    report.check('the list is sorted, each symbol once',
                 [] if lines == sorted(listed) else [f'{list_file.name} is not'])
    report.check('the library exports what the list says',
                 compare(symbols, listed, 'the library', list_file.name))
    report.check('the library exports what the headers declare',
                 compare(symbols, tap.public_functions(root), 'the library', 'the headers'))
    names = soname(readelf, library)
    report.check(f'its name is {SONAME}', [] if names == [SONAME] else [f'it is {names}'])
    report.finish()


if __name__ == '__main__':
    main()
