# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the user can read is translated: POTFILES.in lists exactly the files with messages, and
every language listed has all of them.

Usage: potfiles.py SOURCE_ROOT XGETTEXT MSGCMP
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

MARKS = re.compile(r'(?<![A-Za-z0-9_])(?:_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dpgettext2?)\s*\(')
MESSAGE = re.compile(r'(?<![A-Za-z0-9_])_\s*\(((?:\s*"(?:\\.|[^"\\\n])*")+)\s*[^\s)"]')
KEYWORDS = ['_', 'N_', 'C_:1c,2', 'NC_:1c,2', 'ngettext:1,2', 'g_dngettext:2,3']


def words(path):
    return [line for line in tap.read(path).splitlines() if line and not line.startswith('#')]


def check_files(root):
    root = Path(root)
    listed = words(root / 'po/POTFILES.in')
    found = []
    if listed != sorted(set(listed)):
        found.append('po/POTFILES.in is not sorted, or names a file twice')
    used = set()
    for path in tap.files(root / 'libtmpfile', ['*.c', '*.h', '*.h.in']):
        text = re.sub(r'#\s*define.*', '', tap.without_comments(tap.read(path)))
        if MARKS.search(text):
            used.add(str(path.relative_to(root)))
    found += [f'{name} has messages, but is not in po/POTFILES.in'
              for name in sorted(used - set(listed))]
    found += [f'{name} is in po/POTFILES.in, but has no messages'
              for name in sorted(set(listed) - used)]
    return found


def check_calls(root):
    """What gettext would read wrongly, or look up in the program's own domain."""
    root = Path(root)
    found = []
    for path in tap.files(root / 'libtmpfile', ['*.c', '*.h', '*.h.in']):
        text = tap.without_comments(tap.read(path))
        where = path.relative_to(root)
        for match in MESSAGE.finditer(text):
            found.append(f'{where}: a message that is not one string: {match.group(1).strip()}')
        for match in re.finditer(r'(?<![A-Za-z0-9_])(?:ngettext|gettext)\s*\(', text):
            found.append(f'{where}: {match.group(0)}) asks the program, not the library')
    return found


def check_languages(root, xgettext, msgcmp):
    found = []
    catalogues = {path.stem for path in Path(root, 'po').glob('*.po')}
    languages = set(words(Path(root, 'po/LINGUAS')))
    found += [f'po/{name}.po is not in po/LINGUAS' for name in sorted(catalogues - languages)]
    found += [f'{name} is in po/LINGUAS without a po/{name}.po'
              for name in sorted(languages - catalogues)]
    with tempfile.TemporaryDirectory(prefix='tf-check-') as folder:
        template = Path(folder, 'messages.pot')
        subprocess.run([xgettext, '--from-code=UTF-8', '--output', str(template),
                        *[f'--keyword={word}' for word in KEYWORDS],
                        *words(Path(root, 'po/POTFILES.in'))], cwd=root, check=True)
        for name in sorted(catalogues & languages):
            result = subprocess.run([msgcmp, f'po/{name}.po', str(template)], cwd=root,
                                    capture_output=True, text=True)
            if result.returncode or result.stderr:
                found += result.stderr.splitlines() or [f'po/{name}.po: not complete']
    return found


def main():
    root, xgettext, msgcmp = sys.argv[1:4]
    report = tap.Report()
    source = '#include <glib/gi18n-lib.h>\nconst char *a (void) { return _("Hello"); }\n'
    tree = {
        'libtmpfile/core/tf-a.c': source,
        'libtmpfile/tf-b.c': '/* _("no") */ int x_ (void); int y_ (int);\n',
        'po/POTFILES.in': '# files\nlibtmpfile/core/tf-a.c\n',
        'po/LINGUAS': 'de\n',
        'po/de.po': 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                    'msgid "Hello"\nmsgstr "Hallo"\n',
    }
    with tap.planted(tree) as planted:
        report.check('self-test: a good tree is good',
                     check_files(planted) + check_calls(planted) +
                     check_languages(planted, xgettext, msgcmp))
    with tap.planted({**tree, 'po/POTFILES.in': ''}) as planted:
        report.catches('a file that is not listed', check_files(planted), 'not in po/POTFILES.in')
    with tap.planted({**tree, 'libtmpfile/core/tf-a.c': 'int x;\n'}) as planted:
        report.catches('a file without messages', check_files(planted), 'has no messages')
    with tap.planted({**tree, 'po/LINGUAS': ''}) as planted:
        report.catches('a language that is not listed',
                       check_languages(planted, xgettext, msgcmp), 'not in po/LINGUAS')
    more = source + 'const char *b (void) { return _("Bye"); }\n'
    with tap.planted({**tree, 'libtmpfile/core/tf-a.c': more}) as planted:
        report.catches('a message that is not translated',
                       check_languages(planted, xgettext, msgcmp),
                       'used but not defined')
    number = 'const char *b (void) { return _("Size: %" G_GSIZE_FORMAT); }\n'
    with tap.planted({**tree, 'libtmpfile/core/tf-a.c': number}) as planted:
        report.catches('a macro in a message', check_calls(planted), 'not one string')
    plural = 'const char *b (int n) { return ngettext ("one", "%d", n); }\n'
    with tap.planted({**tree, 'libtmpfile/core/tf-a.c': plural}) as planted:
        report.catches('the domain of the program', check_calls(planted), 'asks the program')
    report.check('messages are strings, and looked up in our domain', check_calls(root))
    report.check('POTFILES.in lists exactly the files with messages', check_files(root))
    report.check('every language has every message', check_languages(root, xgettext, msgcmp))
    report.finish()


if __name__ == '__main__':
    main()
