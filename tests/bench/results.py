# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the benchmark found: tables for the eye, ratios against limits, TAP for Meson."""

import fnmatch
import statistics
import sys
from pathlib import Path

CLOCKS = ('CPU', 'wall')


class Results:
    """The rounds of one work on one file system.

    A round has the seconds each peer took by each clock, {peer: {'CPU': ..., 'wall': ...}}, without
    what its process costs apart from the work.
    """

    def __init__(self, peers, units):
        self.peers = peers
        self.units = units       # files, folders or pieces a peer does in a round
        self.rounds = []
        self.unable = {}         # peer: why

    def able(self):
        return [peer for peer in self.peers if peer not in self.unable]

    def each(self, peer, clock, of_all=statistics.median):
        """Microseconds for one unit, in the round that `of_all` picks."""
        return of_all(one[peer][clock] for one in self.rounds) / self.units * 1e6

    def ratios(self, peer, other, clock):
        """Pair by pair, so that what disturbs a whole round cancels out."""
        return [one[peer][clock] / one[other][clock] for one in self.rounds]


def spread(ratios):
    return f'{statistics.median(ratios):8.3f} {min(ratios):5.2f} ..{max(ratios):5.2f}'


def table(results, unit):
    """Lines: a peer each, by both clocks: microseconds, least and median, and the ratio to the
    first peer with its smallest and largest in any round."""
    head = '  '.join(f'{clock + " us":>8} {"least":>8}  {"of":>8} {"min .. max":>12}'
                     for clock in CLOCKS)
    yield f'  {"a " + unit:9}  {head}'
    for peer in results.peers:
        if peer in results.unable:
            yield f'  {peer:9}  cannot: {results.unable[peer]}'
            continue
        cells = (f'{results.each(peer, clock):8.3f} {results.each(peer, clock, min):8.3f}  '
                 f'{spread(results.ratios(peer, results.peers[0], clock))}' for clock in CLOCKS)
        yield f'  {peer:9}  {"  ".join(cells)}'


def judge(results, limits, place):
    """(holds, sentence) for each limit that there is on this file system."""
    for limit in limits:
        peer, other, clock = limit['peer'], limit['against'], limit['clock']
        most = limit[place]
        ratios = results.ratios(peer, other, clock)
        ratio = statistics.median(ratios)
        holds = ratio <= most
        yield holds, (f'{peer} takes {ratio:.3f} of the {clock} time of {other}, '
                      f'{most:.2f} at most: {"ok" if holds else "ABOVE"}')


def judge_grossly(results, limits, most):
    """The same, where a few rounds on a busy machine must do: the best of them against one
    generous limit."""
    for limit in limits:
        peer, other, clock = limit['peer'], limit['against'], limit['clock']
        if other != results.peers[0]:
            continue
        ratios = results.ratios(peer, other, clock)
        holds = min(ratios) <= most
        yield holds, (f'{peer} takes {spread(ratios).strip()} of the {clock} time of {other}, '
                      f'{most:.2f} at most in the best round: {"ok" if holds else "ABOVE"}')


class Report:
    """TAP: a line for each thing that holds or does not, everything else as a comment."""

    def __init__(self, skips):
        self.count = 0
        self.failed = 0
        self.skips = skips

    def say(self, line=''):
        print(f'# {line}'.rstrip(), flush=True)

    def check(self, holds, name):
        self.count += 1
        self.failed += not holds
        print(f'{"ok" if holds else "not ok"} {self.count} - {name}', flush=True)

    def missing(self, name, why):
        """A failure, unless the list of skips knows why."""
        if self.is_excused(name, why):
            self.count += 1
            print(f'ok {self.count} - {name} # SKIP {why}', flush=True)
        else:
            self.check(False, f'{name}: {why}')

    def is_excused(self, name, why):
        for line in Path(self.skips).read_text(encoding='utf-8').splitlines():
            what, _, reason = line.partition(':')
            if not line.startswith('#') and reason.strip() and (
                    what.strip() in why or fnmatch.fnmatchcase(name, what.strip())):
                return True
        return False

    def finish(self):
        print(f'1..{self.count}')
        sys.exit(1 if self.failed else 0)
