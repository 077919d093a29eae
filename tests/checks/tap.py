# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the checks share: reading the tree, and telling Meson what was found (TAP)."""

import contextlib
import os
import re
import sys
import tempfile
from pathlib import Path

SKIPPED_FOLDERS = {'.git', '__pycache__', 'subprojects'}


class Report:
    """Collects checks; each is one line of TAP."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, violations):
        """`violations` is a list of sentences; the check passes when it is empty."""
        self.count += 1
        if violations:
            self.failed += 1
        print(f"{'not ok' if violations else 'ok'} {self.count} - {name}")
        for violation in violations:
            print(f'# {violation}')

    def catches(self, name, violations, expected):
        """A self-test: passes when one of `violations` contains `expected`."""
        found = any(expected in violation for violation in violations)
        self.check(f'self-test: {name}',
                   [] if found else [f'nothing said "{expected}"; found: {violations}'])

    def finish(self):
        print(f'1..{self.count}')
        sys.exit(1 if self.failed else 0)


def files(root, patterns):
    """All files of the tree below `root` that match, sorted; build folders are left out."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders
                            if name not in SKIPPED_FOLDERS
                            and not name.startswith('_build')
                            and not Path(folder, name, 'meson-private').is_dir()
                            and not Path(folder, name, 'meson-logs').is_dir())
        for name in sorted(names):
            path = Path(folder, name)
            if any(path.match(pattern) for pattern in patterns):
                found.append(path)
    return found


def read(path):
    return Path(path).read_text(encoding='utf-8')


def without_comments(text):
    """C without comments; the lines keep their numbers, strings stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        piece = match.group(0)
        return re.sub(r'[^\n]', ' ', piece) if piece.startswith('/') else piece

    return pattern.sub(blank, text)


def public_headers(root):
    """The public headers that stand in the source tree, the umbrella not among them."""
    return [path for path in sorted(Path(root, 'libtmpfile').glob('*.h'))
            if not path.name.endswith('-private.h') and path.name != 'libtmpfile.h']


def public_functions(root):
    """Names of all functions that the public headers export."""
    names = set()
    for path in public_headers(root):
        text = without_comments(read(path))
        for match in re.finditer(r'TF_(?:AVAILABLE|DEPRECATED)_IN_[^\n]*\n'
                                 r'([^;]*?);?\n(?=\n|TF_|G_END)', text):
            declaration = match.group(1)
            macro = re.search(r'G_DECLARE_(?:FINAL|DERIVABLE)_TYPE \(\w+, (\w+),|'
                              r'G_DECLARE_INTERFACE \(\w+, (\w+),', declaration)
            if macro:
                names.add((macro.group(1) or macro.group(2)) + '_get_type')
                continue
            name = re.search(r'\b(tf_\w+)\s*\(', declaration)
            if name:
                names.add(name.group(1))
    return names


@contextlib.contextmanager
def planted(tree):
    """A tree in a folder of its own: {'libtmpfile/core/a.c': 'text', ...}."""
    with tempfile.TemporaryDirectory(prefix='tf-check-') as folder:
        for name, text in tree.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode('utf-8'))
        yield Path(folder)
