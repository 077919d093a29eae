# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Every header is clean: guarded, marked, documented, and compiles alone.

Usage: headers.py SOURCE_ROOT BUILD_ROOT
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

GUARD = ('#if !defined (TF_INSIDE) && !defined (TF_COMPILATION)\n'
         '#error "Only <libtmpfile.h> can be included directly."\n'
         '#endif\n')
MARK = re.compile(r'^(TF_AVAILABLE_IN_\d+_\d+|TF_DEPRECATED_IN_\d+_\d+(_FOR \(\w+\))?)$')


def declarations(text):
    """The line before each exported declaration, its line number, and the function's name."""
    lines = tap.without_comments(text).split('\n')
    for number, line in enumerate(lines):
        name = re.match(r'(?:[A-Za-z_][\w ]*[ *]+)(tf_\w+)\s*(?:\(|$)', line)
        if name and not line.startswith(('typedef', '#', 'static')):
            yield lines[number - 1].strip(), number + 1, name.group(1)
        if re.match(r'G_DECLARE_\w+ \(', line):
            yield lines[number - 1].strip(), number + 1, line.split('(')[1].split(',')[1].strip()


def check_text(path, umbrella):
    text = tap.read(path)
    found = []
    if '\n#pragma once\n' not in text:
        found.append(f'{path.name}: no #pragma once')
    if not path.name.endswith('-private.h'):
        if GUARD not in text:
            found.append(f'{path.name}: no guard against being included directly')
        if f'#include "{path.name}"'.replace('.in"', '"') not in umbrella:
            found.append(f'{path.name}: not in libtmpfile.h')
        if text.count('G_BEGIN_DECLS') != text.count('G_END_DECLS'):
            found.append(f'{path.name}: G_BEGIN_DECLS and G_END_DECLS do not match')
        for before, line, name in declarations(text):
            if not MARK.match(before):
                found.append(f'{path.name}:{line}: {name} is not marked TF_AVAILABLE_IN_*')
    return found


def check_texts(root):
    library = Path(root, 'libtmpfile')
    umbrella = tap.read(library / 'libtmpfile.h')
    found = []
    for path in tap.files(library, ['*.h', '*.h.in']):
        if path.name != 'libtmpfile.h':
            found += check_text(path, umbrella)
    return found


def check_docs(root):
    """Every public function has a doc comment that says since when it is there."""
    blocks = {}
    for path in tap.files(Path(root, 'libtmpfile'), ['*.c', '*.h', '*.h.in']):
        for match in re.finditer(r'/\*\*\n \* (\w+):[^\n]*\n(.*?)\*/', tap.read(path), re.S):
            blocks[match.group(1)] = match.group(2)
    found = []
    for name in sorted(tap.public_functions(root)):
        if name.endswith('_get_type'):
            continue
        if name not in blocks:
            found.append(f'{name}: no doc comment')
        elif not re.search(r'^ \* Since: \d+\.\d+$', blocks[name], re.M):
            found.append(f'{name}: its doc comment does not say Since')
    return found


def compile_command(build_root):
    """How the build compiles a file of the library, without the file."""
    commands = json.loads(tap.read(Path(build_root, 'compile_commands.json')))
    entry = next(c for c in commands if c['file'].endswith('libtmpfile/tf-enums.c'))
    words = shlex.split(entry['command'])
    kept, skip = [], False
    for word in words:
        if skip or word in ('-c', '-MD', '-MMD', '-MP') or word == entry['file']:
            skip = False
        elif word in ('-o', '-MF', '-MQ', '-MT'):
            skip = True
        else:
            kept.append(word)
    return kept + ['-fsyntax-only'], entry['directory']


def compile_text(command, folder, text):
    with tempfile.TemporaryDirectory(prefix='tf-check-') as scratch:
        source = Path(scratch, 'alone.c')
        source.write_text(text, encoding='utf-8')
        return subprocess.run(command + [str(source)], cwd=folder, capture_output=True, text=True)


def check_alone(root, build_root):
    library = Path(root, 'libtmpfile')
    command, folder = compile_command(build_root)
    # Those of Windows are compiled by its own build.
    headers = [path.relative_to(library) for path in tap.files(library, ['*.h'])
               if not path.name.endswith('-win32-private.h')]

    def alone(header):
        result = compile_text(command, folder,
                              f'#include "{header}"\n#include "{header}"\n'
                              'int tf_check (void);\n')
        return [f'{header}: {line}' for line in result.stderr.splitlines()
                if 'error:' in line or 'warning:' in line]

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for lines in pool.map(alone, headers) for line in lines]


def check_guards(root, build_root):
    """Outside the library only the umbrella can be included."""
    command, folder = compile_command(build_root)
    command = [word for word in command if word != '-DTF_COMPILATION']
    found = []
    result = compile_text(command, folder, '#include <libtmpfile.h>\nint x (void);\n')
    if result.returncode:
        found.append(f'<libtmpfile.h> does not compile: {result.stderr}')
    for path in tap.public_headers(root):
        result = compile_text(command, folder, f'#include <{path.name}>\nint x (void);\n')
        if result.returncode == 0:
            found.append(f'<{path.name}> can be included directly')
    return found


def self_test(report):
    head = f'/* x */\n\n#pragma once\n\n{GUARD}\nG_BEGIN_DECLS\n'
    umbrella = '#pragma once\n#include "tf-a.h"\n'
    plants = [
        ('no guard', head.replace(GUARD, ''), 'no guard'),
        ('no pragma', head.replace('#pragma once', ''), 'no #pragma once'),
        ('an unmarked function', head + 'gboolean tf_a (void);\n', 'tf_a is not marked'),
        ('an unmarked pointer function', head + 'const char  *tf_a (int x,\n   int y);\n',
         'tf_a is not marked'),
        ('an unmarked type', head + 'G_DECLARE_FINAL_TYPE (TfA, tf_a, TF, A, GObject)\n',
         'tf_a is not marked'),
    ]
    for name, text, expected in plants:
        with tap.planted({'libtmpfile/tf-a.h': text, 'libtmpfile/libtmpfile.h': umbrella}) as root:
            report.catches(name, check_texts(root), expected)
    with tap.planted({'libtmpfile/tf-b.h': head, 'libtmpfile/libtmpfile.h': umbrella}) as root:
        report.catches('a header missing in the umbrella', check_texts(root), 'not in libtmpfile.h')
    marked = head + 'TF_AVAILABLE_IN_0_1\nchar *tf_a (void);\n\nG_END_DECLS\n'
    good = {'libtmpfile/tf-a.h': marked, 'libtmpfile/libtmpfile.h': umbrella}
    with tap.planted(good) as root:
        report.check('self-test: a good header is good', check_texts(root))
        report.catches('no doc comment', check_docs(root), 'tf_a: no doc comment')
    comment = '/**\n * tf_a:\n *\n * Does it.\n */\n'
    with tap.planted({**good, 'libtmpfile/tf-a.c': comment}) as root:
        report.catches('no Since', check_docs(root), 'does not say Since')
    comment = '/**\n * tf_a:\n *\n * Does it.\n *\n * Since: 0.1\n */\n'
    with tap.planted({**good, 'libtmpfile/tf-a.c': comment}) as root:
        report.check('self-test: a good comment is good', check_docs(root))


def main():
    root, build_root = sys.argv[1:3]
    report = tap.Report()
    self_test(report)
    report.check('headers are guarded, complete and marked', check_texts(root))
    report.check('every public function is documented, with Since', check_docs(root))
    report.check('every header compiles alone, twice', check_alone(root, build_root))
    report.check('only the umbrella can be included', check_guards(root, build_root))
    report.finish()


if __name__ == '__main__':
    main()
