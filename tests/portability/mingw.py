# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Compiles what is above platform/ for Windows, with MinGW and a back end that supports nothing:
shows that no piece of Unix leaked upward. It needs GLib's headers, not GLib for Windows.

Usage: mingw.py SOURCE_ROOT BUILD_ROOT COMPILER PKG_CONFIG
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'checks'))

import tap                    # noqa: E402
import windows_glibconfig     # noqa: E402

FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter',
         '-Wno-missing-field-initializers', '-Wmissing-prototypes', '-Wstrict-prototypes',
         '-Wpointer-arith', '-D_GNU_SOURCE', '-DTF_COMPILATION', '-DTF_STATIC',
         '-DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74',
         '-DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74']
FLOORS = {'core': 'core', 'streams': 'streams', 'the API objects': '.'}

# What the C language itself has; everything else a file needs must be GLib's or ours.
LANGUAGE = {
    'abort', 'atexit', 'bsearch', 'memchr', 'memcmp', 'memcpy', 'memmove', 'memset', 'qsort',
    'strchr', 'strcmp', 'strcspn', 'strlen', 'strncmp', 'strpbrk', 'strrchr', 'strspn', 'strstr',
}
COMPILER_OWN = re.compile(r'^(_?___?chkstk_ms|\.refptr\..*|__emutls_\w+|__stack_chk_\w+)$')
DECLARATION = re.compile(r'\b(tf_(?:os|error)_\w+)\s*\([^;{]*\)[^;{]*;')


class Leg:
    def __init__(self, source, build, compiler, folder):
        self.source = Path(source)
        self.compiler = compiler
        self.nm = shutil.which(re.sub(r'gcc(-\d+)?$', 'nm', compiler)) or 'nm'
        self.folder = Path(folder)
        self.compiled = {}
        self.includes = [self.folder / 'include', self.source / 'libtmpfile', Path(build),
                         Path(build, 'libtmpfile')]

    def prepare(self, flags):
        """Collects GLib's headers; the one that knows the machine is made anew."""
        include = self.folder / 'include'
        include.mkdir()
        # Translation is a matter of linking, which is not done here.
        (include / 'libintl.h').write_text('#pragma once\n', encoding='utf-8')
        for folder in [Path(flag[2:]) for flag in flags if flag.startswith('-I')]:
            config = folder / 'glibconfig.h'
            if config.is_file():
                (include / 'glibconfig.h').write_text(
                    windows_glibconfig.convert(tap.read(config)), encoding='utf-8')
            elif (folder / 'glib.h').is_file():
                self.includes.append(folder)

    def compile(self, path):
        """The object and what the compiler had to say; each file once."""
        if path not in self.compiled:
            self.compiled[path] = self.compile_now(path)
        return self.compiled[path]

    def compile_now(self, path):
        target = self.folder / (re.sub(r'\W', '_', str(path)) + '.o')
        command = [self.compiler, *FLAGS, *(f'-I{folder}' for folder in self.includes),
                   '-c', str(path), '-o', str(target)]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, timeout=120, check=False,
                                encoding='utf-8', errors='replace')
        return target, result.stdout.splitlines() if result.returncode != 0 else []

    def symbols(self, target):
        """The names an object needs, and those it has."""
        listing = subprocess.run([self.nm, '-P', str(target)], stdout=subprocess.PIPE, timeout=60,
                                 check=True, encoding='utf-8').stdout
        rows = [line.split() for line in listing.splitlines()]
        needed = {re.sub(r'^__imp_', '', row[0]) for row in rows if row[1] == 'U'}
        return needed, {row[0] for row in rows if row[1] in 'TDBR'}

    def check(self, path):
        """What is wrong with a file above platform/."""
        target, messages = self.compile(path)
        if messages:
            return messages
        needed, _ = self.symbols(target)
        return [f'{Path(path).name} calls {name}(), which is neither the language nor GLib'
                for name in sorted(needed)
                if not name.startswith(('tf_', 'g_')) and name not in LANGUAGE
                and not COMPILER_OWN.match(name)]


def check_stub(leg, objects):
    """The stub has all that the contract names and all that the floors above need."""
    stub, messages = leg.compile(HERE / 'tf-platform-stub.c')
    error, more = leg.compile(leg.source / 'libtmpfile/platform/tf-error.c')
    if messages + more:
        return messages + more
    had = leg.symbols(stub)[1] | leg.symbols(error)[1]
    contract = ''.join(tap.without_comments(tap.read(leg.source / 'libtmpfile/platform' / name))
                       for name in ['tf-platform-private.h', 'tf-error-private.h'])
    # Inline functions are the header's own.
    contract = re.sub(r'static inline [^;{]*', '', contract)
    named = set(DECLARATION.findall(re.sub(r'(?s)\{.*?\n\}', ';', contract)))
    needed = set().union(*(leg.symbols(target)[0] for target in objects))
    needed = {name for name in needed if name.startswith(('tf_os_', 'tf_error_'))}
    found = [] if len(named) > 40 else [f'only {len(named)} functions found in the contract']
    return found + [f'{name} is not in the stub' for name in sorted((named | needed) - had)]


PLANTS = [
    ('a header of Unix', '#include <sys/mman.h>\n', 'sys/mman.h'),
    ('a function of Unix', 'int tf_x (void);\nint tf_x (void) { return fork (); }\n', 'fork'),
    ('a function that both have',
     '#include <unistd.h>\nint tf_x (void);\nint tf_x (void) { return unlink ("x"); }\n',
     'calls unlink()'),
    ('a size in the format of Unix',
     '#include <glib.h>\nvoid tf_x (gsize n);\nvoid tf_x (gsize n) { g_debug ("%lu", n); }\n',
     'format'),
    ('a pointer in a long',
     'long tf_x (void *p);\nlong tf_x (void *p) { return (long) p; }\n', 'different size'),
]


def run(report, leg):
    for number, (name, text, expected) in enumerate(PLANTS):
        path = leg.folder / f'tf-planted-{number}.c'
        path.write_text(text, encoding='utf-8')
        report.catches(name, leg.check(path), expected)
    objects = []
    for floor, folder in FLOORS.items():
        paths = sorted(Path(leg.source, 'libtmpfile', folder).glob('*.c'))
        report.check(f'{floor} has files', [] if paths else ['none'])
        for path in paths:
            report.check(f'{floor}: {path.name} compiles for Windows', leg.check(path))
            target, messages = leg.compile(path)
            objects += [] if messages else [target]
    report.check('the stub has the whole contract', check_stub(leg, objects))


def main():
    source, build, compiler, pkg_config = sys.argv[1:]
    if shutil.which(compiler) is None:
        print(f'Bail out! There is no {compiler}: install gcc-mingw-w64-x86-64')
        sys.exit(1)
    flags = subprocess.run([pkg_config, '--cflags-only-I', 'gio-2.0'], stdout=subprocess.PIPE,
                           timeout=60, check=True, encoding='utf-8').stdout.split()
    report = tap.Report()
    with tempfile.TemporaryDirectory() as folder:
        leg = Leg(source, build, compiler, folder)
        leg.prepare(flags)
        run(report, leg)
    report.finish()


if __name__ == '__main__':
    main()
