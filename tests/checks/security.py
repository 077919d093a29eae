# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Every promise of docs/security.md names a test, and every test it names is there.

A statement is an item of a list below "What is promised" or "The window of one call". It names
tests as `folder/test-file.c` `/name`; further names belong to the file named last. A name that ends
in a slash stands for all that begin so.

Usage: security.py SOURCE_ROOT
"""

import re
import sys
from pathlib import Path

import tap

PAGE = 'docs/security.md'
SECTIONS = ('What is promised', 'The window of one call')
REFERENCE = re.compile(r'`([a-z-]+/test-[a-z-]+\.c|test_[a-z_]+\.py)`|`(/[a-z0-9/-]+)`')


def sections(text):
    """Title and text of each section of the second level."""
    parts = re.split(r'^## (.*)$', text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def items(text):
    """The items of lists, a line each."""
    for item in re.findall(r'^- .*(?:\n  .*)*', text, flags=re.M):
        yield ' '.join(item.split())


def references(text):
    """Pairs of file and name; the name is None where a file stands alone, the file where a name."""
    file = None
    named = True
    for match in REFERENCE.finditer(text):
        if match.group(1):
            if not named:
                yield file, None
            file, named = match.group(1), False
        elif file is not None:
            named = True
            yield file, match.group(2)
    if not named:
        yield file, None


def check_reference(root, file, name):
    if name is None:
        return f'{file}: no test is named'
    path = Path(root, 'tests', file)
    if not path.is_file():
        return f'{file}: there is no such file'
    text = tap.read(path)
    # Names with variants are put together in the test: their beginning must be there.
    wanted = f'"{name}"' if not name.endswith('/') else f'"{name}'
    if wanted not in text:
        return f'{file}: there is no test {name}'
    return None


def check(root):
    found = []
    text = tap.read(Path(root, PAGE))
    parts = sections(text)
    for title in SECTIONS:
        if title not in parts:
            found.append(f'{PAGE}: there is no section “{title}”')
            continue
        for item in items(parts[title]):
            if not list(references(item)):
                found.append(f'{PAGE}: no test is named: {item[:60]}…')
    for part in parts.values():
        for file, name in references(part):
            problem = check_reference(root, file, name)
            if problem is not None:
                found.append(f'{PAGE}: {problem}')
    return found


def page(promise):
    return f'# Security\n\n## What is promised\n\n{promise}\n\n## The window of one call\n\n' \
        '- It is\n  small. (`a/test-a.c` `/a/one`, `/a/many/`)\n'


def main():
    report = tap.Report()
    test = 'int main (void)\n{\n  add ("/a/one");\n  add ("/a/many/x");\n}\n'
    tree = {'tests/a/test-a.c': test, PAGE: page('- It holds. (`a/test-a.c` `/a/one`)')}
    with tap.planted(tree) as root:
        report.check('self-test: a good page is good', check(root))
    for what, promise, words in (
            ('a promise without a test', '- It holds.', 'no test is named: - It holds.'),
            ('a test that is not there', '- It holds. (`a/test-a.c` `/a/two`)', 'no test /a/two'),
            ('a file that is not there', '- It holds. (`a/test-b.c` `/a/one`)', 'no such file'),
            ('a file without a test', '- It holds. (`a/test-a.c`)', 'test-a.c: no test is named'),
            ('tests that are not there', '- It. (`a/test-a.c` `/b/many/`)', 'no test /b/many/')):
        with tap.planted({**tree, PAGE: page(promise)}) as root:
            report.catches(what, check(root), words)
    with tap.planted({**tree, PAGE: '# Security\n'}) as root:
        report.catches('a page without promises', check(root), 'no section')
    report.check('every promise names tests that are there', check(sys.argv[1]))
    report.finish()


if __name__ == '__main__':
    main()
