# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What is above platform/ calls nothing but the C language, GLib, and ourselves: a function that
only some systems have, or that means something else on Windows, would compile here.

Usage: calls.py SOURCE_ROOT NM ARCHIVE
"""

import re
import subprocess
import sys

import tap

# What the C language itself has.
LANGUAGE = {
    'abort', 'atexit', 'bsearch', 'memchr', 'memcmp', 'memcpy', 'memmove', 'memset', 'qsort',
    'strchr', 'strcmp', 'strcspn', 'strlen', 'strncmp', 'strpbrk', 'strrchr', 'strspn', 'strstr',
}
# What compilers, sanitizers and the measuring of coverage add.
COMPILER = re.compile(r'_GLOBAL_OFFSET_TABLE_|_?_stack_chk\w+|__tls_get_addr|__(mem|str)\w+_chk'
                      r'|__(asan|ubsan|lsan|gcov)_\w+')
OBJECT = re.compile(r'[\[/:]([^\[\]/:]+\.c)\.o(?:bj)?\]?:? ')
LIBRARY = re.compile(r'(core|streams|platform)_tf-')


def needed(listing):
    """Pairs of object and name, from what nm -A -P says of an archive."""
    for line in listing.splitlines():
        match = OBJECT.search(line)
        name, kind = line[match.end():].split()[:2] if match else ('', '')
        if kind == 'U':
            yield match.group(1), name


def check(listing):
    return [f'{file} calls {name}(), which is neither the language nor GLib'
            for file, name in needed(listing)
            if not file.startswith('platform_') and name not in LANGUAGE
            and not name.startswith(('tf_', 'g_')) and not COMPILER.fullmatch(name)]


def main():
    nm, archive = sys.argv[2:]
    listing = subprocess.run([nm, '-A', '-P', archive], check=True, stdout=subprocess.PIPE,
                             timeout=60, encoding='utf-8').stdout
    objects = {file for file, _ in needed(listing)}
    report = tap.Report()

    planted = '\nlib.a[lib.a.p/core_tf-x.c.o]: unlink U         \n'
    report.catches('a function of the system in core', check(listing + planted),
                   'core_tf-x.c calls unlink()')
    report.catches('another format of nm', check('lib.a:tf-x.c.obj: fork U\n'), 'calls fork()')

    for floor in ('core', 'streams', 'platform'):
        found = [file for file in objects if file.startswith(floor + '_tf-')]
        report.check(f'{floor} is in the archive', [] if len(found) > 4 else [str(found)])
    found = [file for file in objects if not LIBRARY.match(file)]
    report.check('the API objects are in the archive', [] if len(found) > 4 else [str(found)])
    report.check('nothing above platform/ calls the system', check(listing))
    report.finish()


if __name__ == '__main__':
    main()
