# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What each leg may say of each promise: the list expected.txt, and the table that
docs/platforms.md has of it.

A line of the list is "LEG | PROMISE | ROW": LEG is a pattern as of the shell, ROW what the row of
the promise says. Of a leg that keeps all promises there is a line "LEG | all | kept"; what a leg
with other lines does not mention is kept too.

Run as a program it prints the table for the document, or with a file that legs.py wrote, what that
says, a line for each leg."""

import fnmatch
import sys
from pathlib import Path

PROMISES = range(1, 16)


def read(path):
    """{pattern: {promise: row}}, in order."""
    table = {}
    for line in Path(path).read_text(encoding='utf-8').splitlines():
        if not line or line.startswith('#'):
            continue
        pattern, promise, row = (part.strip() for part in line.split(' | '))
        rows = table.setdefault(pattern, {})
        if promise != 'all':
            if int(promise) in rows or int(promise) not in PROMISES:
                raise ValueError(f'{path}: {line}')
            rows[int(promise)] = row
        elif row != 'kept':
            raise ValueError(f'{path}: {line}')
    return table


def expected(table, leg):
    """{promise: row} of a leg, or None where no pattern or more than one fits."""
    found = [rows for pattern, rows in table.items() if fnmatch.fnmatchcase(leg, pattern)]
    if len(found) != 1:
        return None
    return {promise: found[0].get(promise, 'kept') for promise in PROMISES}


def results(path):
    """{leg: {promise: row}} of a file that legs.py wrote."""
    seen = {}
    for line in Path(path).read_text(encoding='utf-8').splitlines():
        name, promise, row = line.split(' | ')
        seen.setdefault(name, {})[int(promise)] = row
    return seen


def sentences(seen):
    """A line for each leg; those that keep everything together."""
    keep = [name for name, rows in seen.items() if set(rows.values()) == {'kept'}]
    if keep:
        yield 'all promises are kept: ' + ', '.join(keep)
    for name, rows in seen.items():
        if name not in keep:
            yield f'{name}: all but ' + '; '.join(
                f'{promise} {row}' for promise, row in sorted(rows.items()) if row != 'kept')


def findings(rows, kind):
    """What is weaker, or refused; a finding that several promises share stands once, with all of
    their numbers."""
    promises = {}
    for promise, row in sorted(rows.items()):
        for finding in row.split('; '):
            if finding.startswith(f'{kind}: '):
                promises.setdefault(finding.removeprefix(f'{kind}: '), []).append(promise)
    shared = {}
    for finding, numbers in promises.items():
        shared.setdefault(', '.join(map(str, numbers)), []).append(finding)
    return '<br>'.join(f'**{numbers}** ' + '; '.join(texts) for numbers, texts in shared.items())


def describe(pattern, legs):
    """What the legs of a pattern are: in words, or the errors with which a call is denied."""
    if '=' not in pattern:
        return ', '.join(leg.what for leg in legs if leg.name == pattern)
    return 'denied with ' + ', '.join(leg.name.partition('=')[2] for leg in legs
                                      if fnmatch.fnmatchcase(leg.name, pattern))


def document(table, legs):
    """The lines of the table in docs/platforms.md: legs that say the same stand in one row."""
    verdicts = {}
    for pattern, rows in table.items():
        verdict = findings(rows, 'weaker'), findings(rows, 'refused')
        verdicts.setdefault(verdict, []).append(f'`{pattern}`: {describe(pattern, legs)}')
    lines = ['| Leg | Weaker | Refused, with an error |', '| --- | --- | --- |']
    for verdict, patterns in verdicts.items():
        cells = ['<br>'.join(patterns), *(text or 'nothing' for text in verdict)]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return lines


def main():
    if len(sys.argv) > 1:
        print('\n'.join(sentences(results(sys.argv[1]))))
        return
    from places import ALL

    print('\n'.join(document(read(Path(__file__).with_name('expected.txt')), ALL)))


if __name__ == '__main__':
    main()
