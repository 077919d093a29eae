# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Counts what `meson test` ran last, subtests included, suite by suite.

A test that was skipped counts as failed unless a list has it with a reason: SKIPS, tests/skips.txt,
by its name or by words that it says, EXCEPTIONS, of the leg in tests/exceptions/, by its name only.

Usage: count-tests.py BUILD_FOLDER SKIPS [EXCEPTIONS]...
                                              the last line: passed failed skipped
       count-tests.py --names BUILD_FOLDER [--programs] [--no-suite SUITE]...
                                              the names of all tests, or of those that are programs
                                              built here, without those of the suites given
"""

import argparse
import collections
import fnmatch
import json
import re
import sys
from pathlib import Path

LINE = re.compile(r'^(not )?ok\b *\d* *(?:- )?(.*?)(?:\s+#\s*(SKIP|TO' r'DO)\b\s*(.*))?$', re.I)


def planned(build):
    """What Meson knows of each test, by its name."""
    tests = json.loads(Path(build, 'meson-info/intro-tests.json').read_text(encoding='utf-8'))
    for test in tests:
        test['suites'] = [suite.split(':')[-1] for suite in test['suite']] or ['none']
    return {test['name']: test for test in tests}


def results(build):
    # With a wrapper the name of the log has the wrapper's in it; old logs are removed before.
    for path in Path(build, 'meson-logs').glob('testlog*.json'):
        for line in path.read_text(encoding='utf-8').splitlines():
            yield json.loads(line)


def subtests(output):
    """(name, result, reason) of each line of TAP."""
    for line in output.splitlines():
        match = LINE.match(line)
        if match:
            broken, name, directive, reason = match.groups()
            if directive and directive.upper() == 'SKIP':
                yield name, 'SKIP', reason
            else:
                yield name, 'FAIL' if broken and not directive else 'OK', ''


def outcomes(test, result):
    """All (name, result, reason) of one test."""
    whole = result['result']
    label = test['name']
    found = []
    if test.get('protocol') == 'tap':
        found = [(f'{label}:{name}', value, reason)
                 for name, value, reason in subtests(result.get('stdout') or '')]
    bad = whole not in ('OK', 'SKIP', 'EXPECTEDFAIL')
    if not found or bad and not any(value == 'FAIL' for _, value, _ in found):
        found.append((label, 'FAIL' if bad else 'SKIP' if whole == 'SKIP' else 'OK',
                      whole if bad else ''))
    return found


def read_skips(paths):
    """(what, reason, whether it may be words), of the lists that are there."""
    skips = []
    for i, path in enumerate(map(Path, paths)):
        lines = path.read_text(encoding='utf-8').splitlines() if path.is_file() else []
        for line in lines:
            if line.strip() and not line.startswith('#'):
                what, _, reason = line.partition(':')
                skips.append((what.strip(), reason.strip(), i == 0))
    return skips


def excuse(name, said, skips):
    """The reason on the list for a test of this name, which said this when it was skipped."""
    path = name.partition(':')[2]
    for what, reason, words in skips:
        if reason and (fnmatch.fnmatchcase(name, what) or fnmatch.fnmatchcase(path, what)
                       or words and what in said):
            return reason
    return None


def find_test(plan, title):
    """Meson writes "project:suite+suite / name", or the name alone where there is no suite."""
    suites, _, name = title.rpartition(' / ')
    test = dict(plan.get(name, {'name': name}))
    test['suites'] = suites.split(':')[-1].split('+') if suites else ['none']
    return test


def count(build, skips):
    plan = planned(build)
    suites = collections.defaultdict(collections.Counter)
    total = collections.Counter()
    notes = []
    for result in results(build):
        test = find_test(plan, result['name'])
        for name, value, reason in outcomes(test, result):
            if value == 'SKIP':
                allowed = excuse(name, reason, skips)
                if allowed:
                    notes.append(f'skipped: {name}: {allowed}')
                else:
                    notes.append(f'FAILED, for it was skipped and is on no list: {name} {reason}')
                    value = 'FAIL'
            elif value == 'FAIL':
                notes.append(f'FAILED: {name} {reason}')
            suites[test['suites'][0]][value] += 1
            total[value] += 1
    return suites, total, notes


def report(build, skips_paths):
    suites, total, notes = count(build, read_skips(skips_paths))
    for name in sorted(suites):
        suite = suites[name]
        print(f'    {name:12} {suite["OK"]:5} passed, {suite["FAIL"]} failed, '
              f'{suite["SKIP"]} skipped')
    for note in notes:
        print(f'    {note}')
    if not total:
        print('    no test was run')
        total['FAIL'] = 1
    print(total['OK'], total['FAIL'], total['SKIP'])


def print_names(build, programs, left_out):
    build = str(Path(build).resolve())
    for name, test in sorted(planned(build).items()):
        if programs and not test['cmd'][0].startswith(build + '/'):
            continue
        if not set(left_out) & set(test['suites']):
            print(name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('skips', nargs='*')
    parser.add_argument('--names', action='store_true')
    parser.add_argument('--programs', action='store_true')
    parser.add_argument('--no-suite', action='append', default=[])
    options = parser.parse_args()
    if options.names:
        print_names(options.build, options.programs, options.no_suite)
    else:
        report(options.build, options.skips)


if __name__ == '__main__':
    main()
