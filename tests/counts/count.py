# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Counts what a piece of work costs, and compares it with limits.json.

Each work is run with N and with 2 N iterations; the difference is what N iterations cost, without
what a process does once. System calls are counted by strace for each iteration, user instructions
by callgrind for each operation, of which an iteration may do many. Instructions are compared only
where the limits hold: with the GLib, the compiler and the architecture the file names; elsewhere
they are printed. A tool that is missing or denied is a failure.

What a work needs, such as the trees it removes, another process makes before, which is not counted.
An iteration that removes a tree has a limit made of its parts: "calls" has how many there are of
each, and how many system calls each may cost. Before a tree is touched it is compared with the
working folder, the home folder and each folder above them; both are the root here, so that the
count does not depend on where the tests run.

Usage: count.py system-calls|instructions PROGRAM LIMITS GLIB COMPILER ARCHITECTURE
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Calls of the C library for memory, and of the pool of random names: once in many iterations.
CALLS_NOW_AND_THEN = 0.1


class Failure(Exception):
    """What a line "not ok" says."""


def run(command, temp, left_allowed=False):
    # A plain environment: what helps other tests to find errors costs instructions.
    env = {'PATH': os.environ['PATH'], 'TMPDIR': str(temp), 'LD_BIND_NOW': '1', 'LC_ALL': 'C',
           'GIO_USE_VFS': 'local', 'HOME': '/'}
    for name in ('LD_LIBRARY_PATH',):
        if name in os.environ:
            env[name] = os.environ[name]
    try:
        done = subprocess.run(command, env=env, cwd='/', capture_output=True, text=True,
                              timeout=120, check=False)
    except FileNotFoundError as error:
        raise Failure(f'{command[0]} is missing') from error
    except subprocess.TimeoutExpired as error:
        raise Failure(f'{command[0]} took more than 120 seconds') from error
    if done.returncode != 0:
        raise Failure(f'{" ".join(command)} ended with {done.returncode}: {done.stderr.strip()}')
    left = os.listdir(temp)
    if left and not left_allowed:
        raise Failure(f'left behind: {" ".join(left)}')


def clear(folder):
    """What a failed work leaves may be too deep for shutil.rmtree()."""
    for left in os.listdir(folder):
        subprocess.run(['rm', '-rf', '--', str(Path(folder, left))], check=True)


def prepare(program, name, iterations, temp):
    run([program, '--prepare', name, str(iterations)], temp, left_allowed=True)


def count_calls(program, name, iterations, folder, temp):
    """Calls by name."""
    log = Path(folder, 'strace')
    prepare(program, name, iterations, temp)
    run(['strace', '-f', '-c', '-o', str(log), program, name, str(iterations)], temp)
    calls = collections.Counter()
    for line in log.read_text(encoding='utf-8').splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != 'total':
            calls[fields[-1]] += int(fields[3])
    if not calls:
        raise Failure('strace counted nothing')
    return calls


def count_instructions(program, name, iterations, folder, temp):
    log = Path(folder, 'callgrind')
    prepare(program, name, iterations, temp)
    run(['valgrind', '--quiet', '--tool=callgrind', f'--callgrind-out-file={log}', program, name,
         str(iterations)], temp)
    for line in log.read_text(encoding='utf-8').splitlines():
        if line.startswith(('summary:', 'totals:')):
            return int(line.split()[1])
    raise Failure('callgrind counted nothing')


def calls_limit(limits):
    """System calls an iteration may make, and how that number comes about."""
    if 'system calls' in limits:
        return limits['system calls'], ''
    parts = limits['calls']
    return (sum(part['number'] * part['each'] for part in parts.values()),
            ': ' + ', '.join(f'{part["number"]} {what} of {part["each"]}'
                             for what, part in parts.items()))


def check_calls(program, name, limits, holds, folder, temp):
    n = limits['iterations']
    calls = count_calls(program, name, 2 * n, folder, temp)
    calls.subtract(count_calls(program, name, n, folder, temp))
    total = sum(calls.values()) / n
    limit, reason = calls_limit(limits)
    detail = ', '.join(f'{call} {count / n:g}' for call, count in sorted(calls.items()) if count)
    result = f'{total:.3f} system calls, {limit} at most{reason} ({detail})'
    if total > limit + CALLS_NOW_AND_THEN:
        raise Failure(result)
    return result


def check_instructions(program, name, limits, holds, folder, temp):
    n = limits['iterations']
    many = count_instructions(program, name, 2 * n, folder, temp)
    few = count_instructions(program, name, n, folder, temp)
    each = (many - few) / n / limits['operations']
    limit = limits['instructions']
    if limit is None:
        return f'{each:.1f} instructions, no limit'
    result = f'{each:.1f} instructions, {limit} at most'
    if not holds:
        return result + ' elsewhere, not compared here'
    if each > limit:
        raise Failure(result)
    return result


def limits_hold(expected, glib, compiler, architecture):
    return (glib.split('.')[:2] == expected['glib'].split('.')
            and compiler.split('.')[0] == expected['compiler']
            and architecture == expected['architecture'])


def main():
    what, program, limits_path, glib, compiler, architecture = sys.argv[1:]
    program = os.path.abspath(program)
    limits = json.loads(Path(limits_path).read_text(encoding='utf-8'))
    check = {'system-calls': check_calls, 'instructions': check_instructions}[what]
    holds = limits_hold(limits['instructions hold for'], glib, compiler, architecture)
    failed = False

    print(f'1..{len(limits["works"])}')
    print(f'# GLib {glib}, {compiler}, {architecture}')
    for number, (name, work) in enumerate(limits['works'].items(), start=1):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as temp:
            try:
                print(f'ok {number} {name}: {check(program, name, work, holds, folder, temp)}')
            except Failure as failure:
                failed = True
                print(f'not ok {number} {name}: {failure}')
            finally:
                clear(temp)
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
