# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The benchmark: how long a piece of work takes us, and how long the others.

What is measured. A peer is a program that does one work in a process of its own: the floor in plain
C, Rust's crates, CPython, rm, and ours. The CPU time (user and system) is what the kernel accounts
to that process when it is waited for; the wall time is taken around it. Each run does the work many
times, and before it, in the same round, the same program runs once over nothing (no iteration, or
one empty folder); the median of these over all rounds is what its start costs, and is subtracted.
So an interpreter's start is no part of the figures, and no peer needs runs of minutes to hide it.
Only the Python modules are compared within one process, which takes both in turns.

How noise is met. The peers take turns, A B C D, and each round begins with another one. A ratio is
made of two runs of the same round, so what slows a whole round down cancels out; the median of the
rounds' ratios is the result, shown with the smallest and the largest. A first round is thrown away.
CPU times are judged, wall times are shown: on a shared machine only the former can be compared.

Trees are made by another program before each run, and synced where there is a disk. They are gone
afterwards, or the peer has failed. `--sample` does little of everything to show that all of it
works, and judges only grossly.
"""

import argparse
import dataclasses
import json
import os
import platform
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import places
import results

# For those that hold one open for each level of the chain.
DESCRIPTORS = 4096


class Failure(Exception):
    """A peer that does not do its work."""


@dataclasses.dataclass
class Work:
    """What each peer does in a round, `units` times."""
    name: str
    says: str
    unit: str
    units: int
    peers: dict                  # name: the command's head
    shape: list = None           # of the trees to remove, for bench-trees; None: there are none
    trees: int = 0
    may_fail: dict = dataclasses.field(default_factory=dict)   # peer: words of its error
    inside: list = None          # a command that does all the rounds of all peers by itself


def directory_work(options, iterations):
    peers = {
        'floor': [options.floor, 'same'],
        'bare': [options.floor, 'bare'],
        'tmpfile': [options.tmpfile, 'directory'],
        'rust': [options.rust, 'directory'],
        'python': [sys.executable, '-I', options.python_peer, 'directory'],
    }
    return Work('W3-directory', 'a temporary folder made and removed; the floor with the calls '
                'that the promises ask for, bare without', 'folder', iterations, peers)


def module_works(options):
    """The modules tempfile and tmpfile in the same Python: the works that bench_module.py has."""
    if not options.module_python:
        return []
    says = {
        'anonymous': 'TemporaryFile', 'named': 'NamedTemporaryFile', 'mkstemp': 'mkstemp',
        'mkdtemp': 'mkdtemp', 'directory': 'TemporaryDirectory',
        'spooled': 'SpooledTemporaryFile',
        'write': '64 bytes to a TemporaryFile', 'write-text': 'the same as text',
        'write-named': '64 bytes to a NamedTemporaryFile',
        'write-memory': '64 bytes to a SpooledTemporaryFile in memory',
        'write-memory-text': 'the same as text',
        'write-rolled': '64 bytes to a SpooledTemporaryFile on disk',
    }
    few = 400 if options.sample else 4000
    works = []
    for work, what in says.items():
        times = few * 20 if 'write' in work else few
        command = [options.module_python, options.module_peer, work, str(times),
                   str(options.rounds)]
        works.append(Work('Py-' + work, f'Python: {what}', 'piece' if 'write' in work else 'file',
                          times, {'tempfile': None, 'tmpfile': None}, inside=command))
    return works


def tree_work(options, name, says, unit, each, shape, trees, may_fail=None):
    peers = {
        'floor': [options.floor, 'remove'],
        'tmpfile': [options.tmpfile, 'remove'],
        'parallel': [options.tmpfile, 'parallel'],
        'rm': [shutil.which('rm'), '-rf', '--'],
        'rust': [options.rust, 'remove'],
        'python': [sys.executable, '-I', options.python_peer, 'remove'],
    }
    if options.module_python:
        peers['module'] = [options.module_python, options.module_peer, 'remove']
    return Work(name, says, unit, each * trees, peers, [str(number) for number in shape], trees,
                may_fail or {})


def all_works(options):
    folders, large, trees, chains = (20, 2000, 1, 1) if options.sample else (200, 10000, 2, 10)
    # CPython before 3.14 goes down by calling itself.
    no_depth = {'python': 'RecursionError'}
    return [
        directory_work(options, 1000 if options.sample else 10000),
        tree_work(options, 'W4-wide', f'{folders} folders of 100 files, removed', 'file',
                  folders * 100, (folders, 100), 1),
        tree_work(options, 'W4-large', f'a folder of {large:,} files, removed', 'file',
                  large, (0, large), trees),
        tree_work(options, 'W4-chain', 'a chain of 1,000 folders, removed', 'folder',
                  1000, ('chain', 1000), chains, no_depth),
    ] + module_works(options)


# --- one run -------------------------------------------------------------------------------------

def environment(place):
    # A plain one: what helps other tests to find errors costs time.
    env = {'PATH': os.environ.get('PATH', os.defpath), 'TMPDIR': str(place), 'LC_ALL': 'C.UTF-8',
           'GIO_USE_VFS': 'local'}
    for name in ('GI_TYPELIB_PATH', 'LD_LIBRARY_PATH', 'PYTHONPATH', 'PYTHONDONTWRITEBYTECODE'):
        if name in os.environ:
            env[name] = os.environ[name]
    return env


def run(command, place):
    """Runs it to its end: the seconds it took, {clock: seconds}. Failure when it fails."""
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=environment(place), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors)
        try:
            _, status, usage = os.wait4(process.pid, 0)
            end = time.perf_counter()
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode('utf-8', 'replace').strip().splitlines() or ['nothing']
            raise Failure(f'{Path(command[0]).name} ended with '
                          f'{process.returncode}: {said[-1]}')
    return {'CPU': usage.ru_utime + usage.ru_stime, 'wall': end - begin}


def make_trees(options, place, shape, paths):
    run([options.trees, *shape, *paths], place)


def start(options, work, peer, place):
    """What the peer's process costs without the work."""
    if work.shape is None:
        return run([*work.peers[peer], '0'], place)
    empty = str(place / 'empty')
    os.mkdir(empty)
    return run([*work.peers[peer], empty], place)


def do(options, work, peer, name, place):
    """The work itself; afterwards nothing of it is left."""
    if work.shape is None:
        places.settle(name, place)
        took = run([*work.peers[peer], str(work.units)], place)
    else:
        paths = [str(place / f'tree-{number}') for number in range(work.trees)]
        make_trees(options, place, work.shape, paths)
        places.settle(name, place)
        took = run([*work.peers[peer], *paths], place)
    left = os.listdir(place)
    if left:
        raise Failure(f'{peer} left behind: {" ".join(sorted(left)[:4])}')
    return took


def attempt(options, work, peer, name, place):
    """(start, took) of one turn; None when the peer cannot do this, which `may_fail` must know."""
    try:
        return start(options, work, peer, place), do(options, work, peer, name, place), None
    except Failure as failure:
        if peer in work.may_fail and work.may_fail[peer] in str(failure):
            return None, None, str(failure)
        raise
    finally:
        for left in os.listdir(place):
            run(['rm', '-rf', '--', str(place / left)], place)


# --- the rounds ----------------------------------------------------------------------------------

def measure(options, work, name, place):
    """All rounds of a work on the file system `name`, whose folder is `place`."""
    if work.inside:
        return measure_inside(work, place)
    peers = [peer for peer, command in work.peers.items() if command[0]]
    found = results.Results(peers, work.units)
    starts, rounds = [], []
    for number in range(-options.warm_up, options.rounds):
        turn = number % len(peers)
        starts.append({})
        rounds.append({})
        for peer in peers[turn:] + peers[:turn]:
            if peer in found.unable:
                continue
            begun, took, why = attempt(options, work, peer, name, place)
            if why is not None:
                found.unable[peer] = why
                continue
            starts[-1][peer], rounds[-1][peer] = begun, took
    found.rounds = net(found.able(), starts[options.warm_up:], rounds[options.warm_up:])
    return found


def measure_inside(work, place):
    """The same of a work whose command does the rounds by itself."""
    found = results.Results(list(work.peers), work.units)
    output = subprocess.run(work.inside, env=environment(place), stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, check=False)
    if output.returncode != 0:
        said = output.stderr.strip().splitlines() or ['nothing']
        raise Failure(f'{work.inside[1]} ended with {output.returncode}: {said[-1]}')
    found.rounds = json.loads(output.stdout)
    left = os.listdir(place)
    if left:
        raise Failure(f'left behind: {" ".join(sorted(left)[:4])}')
    return found


def net(peers, starts, rounds):
    """The rounds without what starting costs."""
    cost = {peer: {clock: statistics.median(one[peer][clock] for one in starts)
                   for clock in results.CLOCKS} for peer in peers}
    return [{peer: {clock: max(one[peer][clock] - cost[peer][clock], 1e-6)
                    for clock in results.CLOCKS} for peer in peers} for one in rounds]


def show(options, report, work, name, place, limits):
    try:
        found = measure(options, work, name, place)
    except Failure as failure:
        report.check(False, f'{work.name} on {name}: {failure}')
        return
    report.say()
    report.say(f'{work.name} on {name}: {work.says}; {options.rounds} rounds of '
               f'{work.units:,} {work.unit}s')
    for line in results.table(found, work.unit):
        report.say(line)
    report.check(True, f'{work.name} on {name}: {len(found.able())} peers did it, nothing is left')

    here = [limit for limit in limits['works'][work.name]
            if {limit['peer'], limit['against']} <= set(found.able())]
    judged = (results.judge_grossly(found, here, limits['gross']) if options.sample
              else results.judge(found, here, name))
    for holds, sentence in judged:
        report.check(holds, f'{work.name} on {name}: {sentence}')


# --- the whole -----------------------------------------------------------------------------------

def parse():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--floor', required=True, help='bench-floor')
    parser.add_argument('--tmpfile', required=True, help='bench-tmpfile')
    parser.add_argument('--trees', required=True, help='bench-trees')
    parser.add_argument('--rust', default='', help='bench-rust, where it could be built')
    parser.add_argument('--module-python', default='', help='a Python that has gi')
    parser.add_argument('--module-peer', default=str(here / 'bench_module.py'))
    parser.add_argument('--python-peer', default=str(here / 'bench_peer.py'))
    parser.add_argument('--limits', default=str(here / 'limits.json'))
    parser.add_argument('--skips', default=str(here.parent / 'skips.txt'))
    parser.add_argument('--build', default='unknown', help='how the library was built')
    parser.add_argument('--sample', action='store_true', help='little of everything')
    parser.add_argument('--rounds', type=int, help='instead of those of the limits')
    parser.add_argument('--works', default='', help='only those whose name has this in it')
    options = parser.parse_args()
    for name in ('floor', 'tmpfile', 'trees', 'rust'):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    return options


def stop(number, _):
    # By the way of an exception, so that everything is taken down.
    sys.exit(128 + number)


def head(options, report):
    load = ', '.join(f'{value:.1f}' for value in os.getloadavg())
    report.say(f'Linux {platform.release()}, {os.cpu_count()} processors, load {load}; '
               f'CPython {platform.python_version()}; built with {options.build}')
    report.say('A column "of" is the median of the rounds\' ratios to the first peer; "min .. max" '
               'are the smallest and the largest.')


def main():
    options = parse()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    places.enter_namespace()

    limits = json.loads(Path(options.limits).read_text(encoding='utf-8'))
    options.rounds = options.rounds or limits['rounds']['sample' if options.sample else 'full']
    options.warm_up = 0 if options.sample else 1
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))

    report = results.Report(options.skips)
    head(options, report)
    if not options.rust:
        report.missing('rust', 'rustc or the crates of librust-tempfile-dev are missing')
    with places.Places(256 if options.sample else 2048) as those:
        for name in ('tmpfs', 'ext4'):
            if name in those.missing:
                report.missing(name, those.missing[name])
                continue
            for work in all_works(options):
                if options.works in work.name:
                    show(options, report, work, name, those.paths[name], limits)
    report.finish()


if __name__ == '__main__':
    main()
