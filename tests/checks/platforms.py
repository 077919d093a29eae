# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The table of promises in docs/platforms.md says what the test `promises` expects, and each of its
legs is expected to do something. The tables of what is not run say what tests/exceptions/ has.

Usage: platforms.py SOURCE_ROOT
"""

import sys
from pathlib import Path

import tap

PORTABILITY = Path(__file__).resolve().parent.parent / 'portability'
sys.path.insert(0, str(PORTABILITY))
import exception_table   # noqa: E402
import places            # noqa: E402
import promise_table     # noqa: E402

PAGE = 'docs/platforms.md'
LIST = 'tests/portability/expected.txt'
EXCEPTIONS = 'tests/exceptions'


def check_table(root, wanted, source):
    """The page has a table with that head, and in it these rows and no others."""
    lines = tap.read(Path(root, PAGE)).splitlines()
    start = lines.index(wanted[0]) if wanted[0] in lines else len(lines)
    found = lines[start:]
    found = found[:found.index('')] if '' in found else found
    return ([f'{PAGE}: this row is missing: {line}' for line in wanted if line not in found]
            + [f'{PAGE}: {source} has no such row: {line}' for line in found if line not in wanted])


def check_legs(table, legs):
    unmatched = [f'{LIST}: not exactly one pattern fits the leg {leg.name}' for leg in legs
                 if promise_table.expected(table, leg.name) is None]
    return unmatched + [f'{LIST}: no leg fits {pattern}' for pattern in table
                        if not any(promise_table.expected({pattern: {}}, leg.name) for leg in legs)]


def check(root, legs):
    table = promise_table.read(Path(root, LIST))
    violations = check_table(root, promise_table.document(table, legs), LIST)
    for leg, wanted in exception_table.document(root).items():
        violations += check_table(root, wanted, f'{EXCEPTIONS}/{leg}.txt')
    return violations + check_legs(table, legs)


def main():
    report = tap.Report()
    legs = [places.Leg('here', 'a place'), places.Leg('near', 'like it'),
            places.Leg('call=EPERM', ''), places.Leg('call=ENOSYS', '')]
    rows = '# What\ncall=* | all | kept\n' + ''.join(
        f'{leg} | 3 | weaker: less; refused: more (No)\n{leg} | 4 | weaker: less\n'
        for leg in ('here', 'near'))
    head = '# Page\n\n| Leg | Weaker | Refused, with an error |\n| --- | --- | --- |\n'
    here = '| `here`: a place<br>`near`: like it | **3, 4** less | **3** more (No) |\n'
    call = '| `call=*`: denied with EPERM, ENOSYS | nothing | nothing |\n'
    left_out = ('# What\n/a/b: no | way\nname: another reason\n/c: no | way\n/d: no | way\n')
    other = ('\n| Why | Not run by the leg `leg` |\n| --- | --- |\n'
             '| no \\| way | `/a/b`, `/c`, `/d` |\n| another reason | `name` |\n')
    tree = {LIST: rows, PAGE: head + here + call + other + '\nText.\n',
            f'{EXCEPTIONS}/leg.txt': left_out}
    with tap.planted(tree) as root:
        report.check('self-test: a good page is good', check(root, legs))
    for what, change, words in (
            ('a row that is missing', {PAGE: head + here + other},
             'this row is missing: | `call=*`'),
            ('a row too many', {PAGE: head + here + call + call.replace('call', 'other') + other},
             'no such row: | `other=*`'),
            ('a test left out in silence', {f'{EXCEPTIONS}/leg.txt': left_out + '/e: no | way\n'},
             'this row is missing: | no \\| way | `/a/b`, `/c`, `/d`, `/e`'),
            ('a leg whose table is missing', {f'{EXCEPTIONS}/more.txt': '/x: why\n'},
             'this row is missing: | Why | Not run by the leg `more`'),
            ('another verdict', {PAGE: head + here.replace('less', 'as much') + call + other},
             'this row is missing: | `here`'),
            ('a leg without a line', {LIST: rows.replace('call=*', 'call=EPERM')},
             'not exactly one pattern fits the leg call=ENOSYS'),
            ('a line without a leg', {LIST: rows + 'there | all | kept\n'}, 'no leg fits there')):
        with tap.planted({**tree, **change}) as root:
            report.catches(what, check(root, legs), words)
    report.check('the page says what is expected', check(sys.argv[1], places.ALL))
    report.finish()


if __name__ == '__main__':
    main()
