# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The house has four floors and calls go down only: docs/structure.md.

Reads every #include and every conditional below libtmpfile/. Usage: layering.py SOURCE_ROOT
"""

import re
import sys
from pathlib import Path

import tap

FLOORS = {'platform': 0, 'core': 1, 'streams': 2, '': 3}
NAMES = {rank: name or 'the API objects' for name, rank in FLOORS.items()}

# Headers that Meson makes; all but config.h are public ones.
GENERATED = {'config.h': 0, 'tf-version.h': 3}

# What the floors above platform may use: the language's own headers that know no operating
# system, and the portable ones of GLib.
PORTABLE = {
    'ctype.h', 'float.h', 'inttypes.h', 'limits.h', 'math.h', 'stdarg.h', 'stdatomic.h',
    'stdbool.h', 'stddef.h', 'stdint.h', 'stdlib.h', 'string.h',
    'gio/gio.h', 'glib-object.h', 'glib.h', 'glib/gi18n-lib.h', 'gobject/gvaluecollector.h',
}

# The documented exceptions: a public header must know how a symbol is exported, and GIO itself
# offers its descriptor interface on Unix only.
HEADER_EXCEPTIONS = {
    ('tf-spooled-file.c', 'gio/gfiledescriptorbased.h'),
    ('tf-spooled-file-io.c', 'gio/gfiledescriptorbased.h'),
    ('tf-temporary-file.c', 'gio/gfiledescriptorbased.h'),
    ('tf-temporary-file-io.c', 'gio/gfiledescriptorbased.h'),
}
CONDITIONAL_EXCEPTIONS = {
    ('tf-spooled-file.c', 'G_OS_UNIX'),
    ('tf-spooled-file-io.c', 'G_OS_UNIX'),
    ('tf-temporary-file.c', 'G_OS_UNIX'),
    ('tf-temporary-file-io.c', 'G_OS_UNIX'),
    ('tf-version-macros.h', '_WIN32'),
}

OS_MACRO = re.compile(
    r'\b(G_OS_\w+|G_PLATFORM_\w+|_?_?WIN(?:32|64|NT)(?:__)?|_WIN\w*|__MINGW\w*|__CYGWIN__|_MSC_VER|'
    r'__APPLE__|__MACH__|TARGET_OS_\w+|_?_?linux(?:__)?|__gnu_linux__|__ANDROID__|_?_?unix(?:__)?|'
    r'__\w*BSD\w*__|__sun|__HAIKU__|__GLIBC\w*|_POSIX\w*|HAVE_\w+|[OFSEL]_[A-Z]{3,}|SYS_\w+|'
    r'__NR_\w+|AT_[A-Z_]+|STATX_\w+|RENAME_[A-Z]+|MFD_\w+)\b')

# The core knows no object of ours, no main loop, and prints nothing (DESIGN: the core floor).
CORE_WORDS = re.compile(
    r'\b(GFile|GTask|GSource|GMainContext|GMainLoop|G_DEFINE_\w*TYPE\w*|g_signal_\w+|g_object_new|'
    r'Tf(?:TemporaryFile|TemporaryDirectory|SpooledFile)|'
    r'g_print|g_printerr|g_message|g_warning|g_critical|g_info|printf|fprintf|puts)\b')
# GMemoryOutputStream is the spool's memory and nobody else's.
SPOOL_WORD = re.compile(r'\bGMemoryOutputStream\b|\bg_memory_output_stream_\w+')

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)
CONDITIONAL = re.compile(r'^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b((?:[^\n]*\\\n)*[^\n]*)', re.M)


def floor_of(path, library):
    parts = path.relative_to(library).parts
    return FLOORS.get(parts[0] if len(parts) > 1 else '')


def line_of(text, match):
    return text.count('\n', 0, match.start()) + 1


def resolve(name, path, library):
    """The floor of a quoted include and the file it means."""
    for base in (library, path.parent):
        target = base / name
        if target.is_file():
            return floor_of(target.resolve(), library.resolve()), target
    return GENERATED.get(name), None


def check_includes(path, text, library, floor):
    found = []
    public = path.parent == library and path.suffix == '.h' and not path.name.endswith('-private.h')
    for match in INCLUDE.finditer(text):
        quote, name = match.groups()
        where = f'{path.relative_to(library.parent)}:{line_of(text, match)}'
        if quote == '<':
            if floor > 0 and name not in PORTABLE and (path.name, name) not in HEADER_EXCEPTIONS:
                found.append(f'{where}: system header <{name}> above platform/')
            continue
        rank, _ = resolve(name, path, library)
        if rank is None:
            found.append(f'{where}: "{name}" is no header of the project')
        elif rank > floor:
            found.append(f'{where}: "{name}" points up, from {NAMES[floor]} to {NAMES[rank]}')
        if public and name.endswith('-private.h'):
            found.append(f'{where}: public header includes the private "{name}"')
        if public and name == 'config.h':
            found.append(f'{where}: public header includes "config.h"')
    return found


def check_conditionals(path, text, library):
    found = []
    for match in CONDITIONAL.finditer(text):
        for macro in OS_MACRO.findall(match.group(1)):
            if (path.name, macro) not in CONDITIONAL_EXCEPTIONS:
                found.append(f'{path.relative_to(library.parent)}:{line_of(text, match)}: '
                             f'conditional on the operating system ({macro}) above platform/')
    return found


def check_words(path, text, library, floor):
    found = []
    if floor > 1:
        return found
    for match in CORE_WORDS.finditer(re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)):
        found.append(f'{path.relative_to(library.parent)}:{line_of(text, match)}: '
                     f'{match.group(0)} does not belong on the floor {NAMES[floor]}')
    if not path.name.startswith('tf-spool'):
        for match in SPOOL_WORD.finditer(text):
            found.append(f'{path.relative_to(library.parent)}:{line_of(text, match)}: '
                         f'{match.group(0)} is for the spool only')
    return found


def check_names(path, library):
    if path.suffix == '.h' and path.parent != library and not path.name.endswith('-private.h'):
        return [f'{path.relative_to(library.parent)}: a header of a floor must end in -private.h']
    return []


def check(root):
    library = Path(root, 'libtmpfile')
    found = []
    for path in tap.files(library, ['*.c', '*.h', '*.h.in']):
        floor = floor_of(path, library)
        if floor is None:
            found.append(f'{path.relative_to(library.parent)}: on no floor of the house')
            continue
        text = tap.without_comments(tap.read(path))
        found += check_names(path, library)
        found += check_includes(path, text, library, floor)
        if floor > 0:
            found += check_conditionals(path, text, library)
        found += check_words(path, text, library, floor)
    return found


GOOD = {
    'libtmpfile/tf-a.h': '#include <gio/gio.h>\n#include "tf-version.h"\n',
    'libtmpfile/tf-a.c': '#include "config.h"\n#include "tf-a.h"\n#include "core/tf-b-private.h"\n',
    'libtmpfile/streams/tf-s-private.h': '#include "core/tf-b-private.h"\n',
    'libtmpfile/core/tf-b-private.h': '#include "platform/tf-p-private.h"\n#include <glib.h>\n',
    'libtmpfile/platform/tf-p-private.h': '#include <glib.h>\n',
    'libtmpfile/platform/tf-p-linux.c':
        '#include "platform/tf-p-private.h"\n#include <unistd.h>\n#ifdef O_TMPFILE\n#endif\n',
    'libtmpfile/tf-temporary-file.c':
        '#ifdef G_OS_UNIX\n#include <gio/gfiledescriptorbased.h>\n#endif\n',
    'libtmpfile/tf-version-macros.h': '#if defined (_WIN32) && !defined (TF_STATIC)\n#endif\n',
}

# What is planted, where, and what must be said about it.
PLANTS = [
    ('core includes streams', 'libtmpfile/core/tf-x.c', '#include "streams/tf-s-private.h"\n',
     'points up, from core to streams'),
    ('core includes the API', 'libtmpfile/core/tf-x.c', '#include "tf-a.h"\n',
     'points up, from core to the API objects'),
    ('core includes the API by a way round', 'libtmpfile/core/tf-x.c', '#include "../tf-a.h"\n',
     'points up, from core to the API objects'),
    ('platform includes core', 'libtmpfile/platform/tf-x-posix.c',
     '#  include "core/tf-b-private.h"\n', 'points up, from platform to core'),
    ('streams include the API', 'libtmpfile/streams/tf-x.c', '#include "tf-version.h"\n',
     'points up, from streams to the API objects'),
    ('unknown header', 'libtmpfile/core/tf-x.c', '#include "tf-nowhere-private.h"\n',
     'is no header of the project'),
    ('system header in core', 'libtmpfile/core/tf-x.c', '#include <unistd.h>\n',
     'system header <unistd.h> above platform/'),
    ('errno.h in streams', 'libtmpfile/streams/tf-x.c', '#include <errno.h>\n',
     'system header <errno.h> above platform/'),
    ('sys/stat.h in the API', 'libtmpfile/tf-x.c', '#include <sys/stat.h>\n',
     'system header <sys/stat.h> above platform/'),
    ('windows.h in the API', 'libtmpfile/tf-x.c', '#include <windows.h>\n',
     'system header <windows.h> above platform/'),
    ('descriptor interface in another object', 'libtmpfile/tf-x.c',
     '#include <gio/gfiledescriptorbased.h>\n', 'system header <gio/gfiledescriptorbased.h>'),
    ('ifdef in core', 'libtmpfile/core/tf-x.c', '#ifdef __linux__\n#endif\n', '(__linux__)'),
    ('if in streams', 'libtmpfile/streams/tf-x.c', '#if defined (G_OS_WIN32)\n#endif\n',
     '(G_OS_WIN32)'),
    ('conditional over two lines', 'libtmpfile/core/tf-x.c',
     '#if defined (TF_A) || \\\n  defined (_WIN32)\n#endif\n', '(_WIN32)'),
    ('elif in the API', 'libtmpfile/tf-x.c', '#if TF_A\n#elif defined (__APPLE__)\n#endif\n',
     '(__APPLE__)'),
    ('feature of a system in core', 'libtmpfile/core/tf-x.c', '#if HAVE_RENAMEAT2\n#endif\n',
     '(HAVE_RENAMEAT2)'),
    ('flag of a system in core', 'libtmpfile/core/tf-x.c', '#ifndef O_TMPFILE\n#endif\n',
     '(O_TMPFILE)'),
    ('ifdef of Unix in another object', 'libtmpfile/tf-x.c', '#ifdef G_OS_UNIX\n#endif\n',
     '(G_OS_UNIX)'),
    ('private header in a public one', 'libtmpfile/tf-x.h', '#include "core/tf-b-private.h"\n',
     'public header includes the private'),
    ('public header on a lower floor', 'libtmpfile/core/tf-x.h', '#include <glib.h>\n',
     'must end in -private.h'),
    ('a folder that is no floor', 'libtmpfile/util/tf-x.c', '#include <glib.h>\n',
     'on no floor of the house'),
    ('GFile in core', 'libtmpfile/core/tf-x.c', 'GFile *file;\n', 'GFile does not belong'),
    ('printing in core', 'libtmpfile/core/tf-x.c', 'void x (void) { g_warning ("x"); }\n',
     'g_warning does not belong'),
    ('object of ours on platform', 'libtmpfile/platform/tf-x.c', 'TfTemporaryFile *file;\n',
     'TfTemporaryFile does not belong'),
    ('memory stream outside the spool', 'libtmpfile/core/tf-x.c', 'GMemoryOutputStream *stream;\n',
     'is for the spool only'),
]


def main():
    report = tap.Report()
    with tap.planted(GOOD) as root:
        report.check('self-test: a good tree is good', check(root))
    with tap.planted({**GOOD, 'libtmpfile/core/tf-x.c': '/* #include <unistd.h> */\n'}) as root:
        report.check('self-test: comments are no code', check(root))
    for name, path, text, expected in PLANTS:
        with tap.planted({**GOOD, path: text}) as root:
            report.catches(name, check(root), expected)
    report.check('every include and conditional points down', check(sys.argv[1]))
    report.finish()


if __name__ == '__main__':
    main()
