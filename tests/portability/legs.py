# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs the programs that look after the promises in every place of places.py, and compares what
they say with expected.txt. Then runs tests of the suites where system calls are denied: a few, or
all of them with TF_TEST_SLOW=1. Prints TAP.

Usage: legs.py --programs FOLDER [--suites FOLDER] [--python] --result FILE [LEG...]
       legs.py --programs FOLDER [--python] --result FILE --system LEG [--wrapper WINE]

FOLDER of --programs has `promises` and `deny`, that of --suites the folders api, core and
platform with the tests' programs; with --python there is a typelib. FILE gets a line
"LEG | PROMISE | ROW" for each row. With --system, or TF_PROMISES_SYSTEM in the environment, the
programs are those of another system, and run as they are."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import guest
import promise_table
from places import LEGS, SYSTEMS, of_suites

HERE = Path(__file__).resolve().parent
NEEDS_ROOT = 'needs root to make the place'
SLOW = os.environ.get('TF_TEST_SLOW') == '1'
TIMEOUT = 1200 if SLOW else 120   # seconds, for one program of the promises
SUITE_TIMEOUT = 600               # for one of the tests
ROW = re.compile(r'^# promise (\d+): (.*)$', re.M)
SHELL = '''
export scratch=$1 TMPDIR=$1/here
shift
mkdir -m 1777 "$TMPDIR"
{place}
export TMPDIR
exec "$@"
'''
# What takes little time and sees much of the system.
SAMPLE = ['api-delete', 'api-persist', 'api-temporary-directory', 'api-temporary-file',
          'core-handle', 'core-opener', 'platform-create', 'platform-files', 'platform-walk']
UNFIT = {
    'api-dlclose',        # wants the path of its library
    'api-large',          # publishes 5 GiB, which takes that much room where it means a copy
    'platform-process',   # makes set-uid programs, which a filter disables
}


class Failure(Exception):
    """A program that did not do what it should, with what it said."""


def environment(leg):
    lacks = leg.lacks
    if os.geteuid() != 0 and '--user' not in leg.namespace:
        lacks += ',mounts'
    env = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='', TF_PROMISES_LACKS=lacks,
               TF_PROMISES_USER=leg.user, TF_PROMISES_UMASK=leg.umask)
    env['PATH'] = '/usr/local/sbin:/usr/sbin:/sbin:' + env.get('PATH', '/usr/bin:/bin')
    return env


def run(leg, command, deny, timeout=TIMEOUT):
    """What a program says in the place of a leg; Failure when it does not end well."""
    scratch = tempfile.mkdtemp(prefix='tf-leg-')
    os.chmod(scratch, 0o711)
    if leg.denied:
        command = [deny, leg.denied, '--', *command]
    command = ['sh', '-eu', '-c', SHELL.format(place=leg.place), 'sh', scratch, *command]
    if leg.namespace:
        command = ['unshare', *leg.namespace, *command]
    try:
        done = subprocess.run(command, env=environment(leg), stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                              check=False, errors='replace')
    except subprocess.TimeoutExpired as error:
        raise Failure(f'{Path(command[-1]).name}: no end after {timeout} s') from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if done.returncode != 0:
        raise Failure(f'{Path(command[-1]).name}: status {done.returncode}\n{done.stdout[-3000:]}')
    return done.stdout


def has_python(leg, options):
    """One denial by itself is nothing to Python, which takes time."""
    return options.python and '=' not in leg.name


def rows_of(leg, options):
    """{promise: row} of a leg."""
    program = [str(options.programs / 'promises')]
    if options.wrapper:
        program = [options.wrapper, program[0] + '.exe']
    said = run(leg, program, str(options.programs / 'deny'))
    if has_python(leg, options):
        said += run(leg, ['/usr/bin/python3', str(HERE / 'promise15.py')],
                    str(options.programs / 'deny'))
    return {int(number): row for number, row in ROW.findall(said)}


class Report:
    """Lines of TAP, each with its explanation."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def line(self, name, complaints, skip=None):
        self.count += 1
        self.failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} - {name}"
              + (f' # SKIP {skip}' if skip else ''))
        for complaint in complaints:
            for line in complaint.splitlines():
                print(f'# {line}')
        sys.stdout.flush()

    def finish(self):
        print(f'1..{self.count}')
        return 1 if self.failed else 0


def check_denial(leg, options):
    """Whether the launcher makes the kernel say what the leg is about."""
    call, _, error = leg.name.partition('=')
    if not error:
        return []
    deny = str(options.programs / 'deny')
    said = set(run(leg, [deny, '--probe', call], deny).split())
    return [] if said == {error} else [f'{call} was to be denied with {error}, not {said}']


def compare(leg, rows, table, options):
    """Sentences on what differs from the list."""
    wanted = promise_table.expected(table, leg.name)
    if wanted is None:
        return [f'expected.txt: not exactly one pattern fits {leg.name}']
    return [f'promise {promise}: {rows.get(promise, "no row")!r}, but the list has {row!r}'
            for promise, row in wanted.items()
            if rows.get(promise) != row and (promise != 15 or has_python(leg, options))]


def needs_root(leg):
    return os.geteuid() != 0 and '--user' not in leg.namespace and \
        bool(leg.guest or leg.user or leg.namespace)


def collect(legs, options):
    """Pairs of leg and its rows, or the Failure."""
    legs = [leg for leg in legs if not needs_root(leg)]
    inside = [leg for leg in legs if leg.guest]
    other = guest.Guest(inside, options) if inside and not options.guest else None
    for leg in legs:
        if leg.guest != options.guest:
            continue
        try:
            yield leg, rows_of(leg, options)
        except Failure as failure:
            yield leg, failure
    if other is not None:
        yield from other.results(Failure)


def run_promises(legs, options, report):
    table = promise_table.read(HERE / 'expected.txt')
    seen = {}
    for leg, result in collect(legs, options):
        seen[leg.name] = {0: 'failed'} if isinstance(result, Failure) else result
        report.line(leg.name, [str(result)] if isinstance(result, Failure)
                    else check_denial(leg, options) + compare(leg, result, table, options))
    for leg in legs:
        if leg.name not in seen and needs_root(leg):
            report.line(leg.name, [], NEEDS_ROOT)
        elif leg.name not in seen:
            report.line(leg.name, ['nobody ran it'])
    if not legs:
        report.line('there is something to run', ['no leg has this name'])
    with options.result.open('w', encoding='utf-8') as file:
        for name, rows in seen.items():
            for promise, row in sorted(rows.items()):
                print(f'{name} | {promise} | {row}', file=file)
    for line in promise_table.sentences(seen):
        print(f'# {line}')


def programs_of(suites):
    """The tests' programs by name."""
    found = {path.name: path for folder in ('api', 'core', 'platform')
             for path in sorted((suites / folder).glob(folder + '-*'))
             if path.is_file() and os.access(path, os.X_OK)}
    return {name: path for name, path in found.items() if name not in UNFIT}


def run_suites(options, report):
    """The tests of the floors where the kernel denies something for real."""
    programs = programs_of(options.suites)
    legs = list(of_suites())
    os.environ['TF_TEST_QUICK'] = '1'
    if not SLOW:
        legs = legs[:1]
        report.line('the sample is there', [name for name in SAMPLE if name not in programs])
        programs = {name: path for name, path in programs.items() if name in SAMPLE}
    for leg in legs:
        for name, path in programs.items():
            complaints = []
            try:
                run(leg, [str(path)], str(options.programs / 'deny'), SUITE_TIMEOUT)
            except Failure as failure:
                complaints.append(str(failure))
            report.line(f'{leg.name}: {name}', complaints)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--programs', type=Path, required=True)
    parser.add_argument('--suites', type=Path)
    parser.add_argument('--result', type=Path, required=True)
    parser.add_argument('--python', action='store_true')
    parser.add_argument('--guest', action='store_true')
    parser.add_argument('--system', default=os.environ.get('TF_PROMISES_SYSTEM'))
    parser.add_argument('--wrapper', help='runs the programs')
    parser.add_argument('legs', nargs='*')
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    legs = [leg for leg in LEGS if not options.legs or leg.name in options.legs]
    if options.system:
        legs = [leg for leg in SYSTEMS if leg.name == options.system]
    report = Report()
    if options.guest:
        guest.serve(lambda: collect(legs, options), options)
        return
    run_promises(legs, options, report)
    if options.suites and not options.system:
        run_suites(options, report)
    sys.exit(report.finish())


if __name__ == '__main__':
    main()
