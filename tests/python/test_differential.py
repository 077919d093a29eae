# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Random programs, side by side with CPython's tempfile and tmpfile: the same happens, but for what
tf_wanted.py lists."""

import os
import pathlib
import random
import resource
import shutil
import sys
import tempfile
import time
import types
import warnings

import hypothesis
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

import tmpfile
from tf_differential import Difference, Program
from tf_testing import Case, in_child, main, scale
from tf_wanted import WANTED

SLOW = os.environ.get('TF_TEST_SLOW') == '1'
# The bounded sample is the same each time, so that it judges what was changed. What is new in ten
# thousand random programs is looked for with TF_TEST_SLOW=1.
SEED = int(os.environ.get('TF_TEST_SEED') or
           (random.SystemRandom().randrange(1 << 32) if SLOW else 4))
SECONDS = 15     # of all programs, but for TF_TEST_SLOW=1


# --- arguments ---

def options(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


def seldom(usual, *others):
    """One that is drawn more often than the others together."""
    return st.sampled_from([usual] * (len(others) + 1) + list(others))


BINARY_MODES = 'w+b', 'r+b', 'a+b', 'x+b', 'rb', 'wb', 'ab', 'xb'
TEXT_MODES = 'w+', 'r+', 'a+', 'x+', 'w+t', 'r', 'w', 'a', 'x'
BAD_MODES = 'z', 'rw', '', 'b', 'wtb', 'w++'
AFFIXES = (None, '', 'x', 'ab-', '.c', 'ü', b'y', b'', pathlib.PurePath('p'), 3, 'a/b', '../up',
           'sub/', 'back\\slash', 'nul\0', 'udc\udc80', 'l' * 250)
FOLDERS = (None, 'str', 'bytes', 'path', 'bytes path', 'relative', 'missing', 'plain', '')
ERRORS = (None, 'strict', 'ignore', 'replace', 'surrogateescape', 'xmlcharrefreplace',
          'backslashreplace', 'namereplace')
PLACE = {
    'prefix': seldom('pre-', *AFFIXES),
    'suffix': seldom('.suf', *AFFIXES),
    'dir': seldom('str', *FOLDERS),
}
GOOD_PLACE = {
    'prefix': st.sampled_from(['pre-', None]),
    'dir': st.sampled_from(['str', 'path', None]),
}
TEXT = {
    'encoding': st.sampled_from(['utf-8', 'utf-16', 'latin-1', 'ascii', 'shift_jis']),
    'newline': st.sampled_from([None, '', '\n', '\r', '\r\n']),
    'errors': st.sampled_from(ERRORS),
    'buffering': st.sampled_from([-1, 1, 16, 4096]),
}
MAX_SIZE = st.sampled_from([0, 1, 5, 10, 10, 30, 100])


def file_options(kind, text):
    required = {'mode': seldom(*(TEXT_MODES if text else BINARY_MODES))}
    optional = dict(GOOD_PLACE)
    if text:
        required['encoding'] = TEXT['encoding']
        optional.update(TEXT)
        del optional['encoding']
    else:
        optional['buffering'] = st.sampled_from([-1, 0, 1, 16, 4096])
    if kind == 'spool':
        required['max_size'] = MAX_SIZE
        optional['dir'] = seldom('str', 'path', None, 'missing', 'plain', 'relative')
    if kind == 'named':
        optional['delete'] = st.booleans()
    return options(required, **optional)


def any_options(kind):
    """Arguments that are right and wrong."""
    more = {}
    if kind in ('file', 'named', 'spool'):
        more = {
            'mode': st.sampled_from(BINARY_MODES + TEXT_MODES + BAD_MODES),
            'buffering': st.sampled_from([-1, 0, 1, 2, 16, -5]),
            'encoding': st.sampled_from([None, 'utf-8', 'unknown']),
            'newline': st.sampled_from([None, '', '\n', 'x']),
            'errors': st.sampled_from([None, 'strict', 'unknown']),
        }
    if kind == 'mkstemp':
        more = {'text': st.booleans()}
    if kind == 'directory':
        more = {'ignore_cleanup_errors': st.booleans()}
    return options({}, **PLACE, **more)


# --- steps ---
# No lambda: Hypothesis reads the source of each at each draw, to say it.

WORDS = ('', 'a', 'one\n', 'two\r\n', 'three\rfour\n', 'no end', 'ü', '日本\n', '\U0001f600',
         '\udc80', 'x' * 40, 'l' * 11 + '\n', '\n', '\r', '\0')
PIECES = tuple(word.encode('utf-8', 'surrogateescape') for word in WORDS) + (
    b'\xff\xfe', bytes(range(256)), bytearray(b'array'), memoryview(b'view'))
# What read1(None) does depends on the class of io, and the reference has but one.
COUNTS_OF_READ1 = (), (0,), (1,), (3,), (7,), (100,), (-1,), ('x',)
COUNTS = st.sampled_from(COUNTS_OF_READ1 + ((None,),))
SIZES = st.sampled_from([0, 1, 3, 20])
OFFSETS = st.sampled_from([0, 0, 0, 1, 4, 12, 40, 150])


def one(name, *arguments):
    return st.tuples(st.just(name), *arguments)


def several(name, tuples):
    def put_first(found):
        return name, *found

    return tuples.map(put_first)


def plain_steps(text):
    words = st.sampled_from(WORDS * 2 + PIECES[:3] if text else PIECES * 2 + WORDS[1:3])
    seeks = st.one_of(st.tuples(OFFSETS, st.just(0)), st.sampled_from([(0, 2), (0, 1), (0,)]),
                      st.sampled_from([(-2, 1), (3, 1), (-1, 2), (5, 2), (-1, 0), (0, 9), ('x',)]))
    return [
        one('write', words), one('write', words), one('write', words),
        one('writelines', st.lists(words, max_size=3)),
        several('read', COUNTS), several('read1', st.sampled_from(COUNTS_OF_READ1)),
        several('readline', COUNTS),
        several('readlines', COUNTS), one('readinto', SIZES), one('readinto1', SIZES),
        one('next', st.integers(1, 3), st.booleans()),
        several('seek', seeks), several('seek', seeks), one('mark'), one('return'), one('tell'),
        several('truncate', st.sampled_from([(), (None,), (0,), (2,), (8,), (25,), (60,), (200,),
                                             (-1,), ('x',)])),
        one('flush'), one('fileno'),
    ]


def seldom_steps(kind, text):
    found = [one('close'), one('enter'), one('exit'), one('detach'),
             one('detached', st.sampled_from(['read', 'list', 'tell', 'flush', 'readline'])),
             st.just(('fork', ('read', 2), ('close',))),
             st.just(('fork', ('seek', 0, 0), ('readline',), ('flush',)))]
    if kind != 'spool':
        # What a child does to its memory is nobody's, and what of it moves to the disk.
        found.append(several('fork', st.lists(st.one_of(*plain_steps(text)), max_size=2)))
    if kind == 'named':
        found += [one('reopen', st.just('rb')), one('reopen', st.just('r+b'), st.just(b'Z')),
                  one('unlink'), one('rename'), one('replace'), one('exists'), one('fspath')]
    if kind == 'spool':
        found.append(one('rollover'))
    return found


def steps(kind, text):
    usual = st.one_of(*plain_steps(text))
    special = st.one_of(*seldom_steps(kind, text))
    return st.lists(st.one_of(usual, usual, usual, usual, usual, special), min_size=1, max_size=14)


NAMES = 'f', 'g', 'd/', 'd/e/', 'd/f', 'd/e/f', 'l@', 'd/l@'


def directory_steps():
    names = st.lists(st.sampled_from(NAMES), max_size=4)
    return st.lists(st.one_of(
        several_names(names), several_names(names), one('list'), one('fspath'), one('exists'),
        one('chmod', st.just('d'), st.sampled_from([0, 0o500, 0o700])), one('cleanup'),
        one('enter'), one('exit'), one('unlink'), one('rename'), one('replace'),
        st.just(('fork', ('list',))), st.just(('fork', ('cleanup',))), st.just(('fork', ('exit',))),
    ), min_size=1, max_size=8)


def several_names(names):
    def put_first(found):
        return 'populate', ('d/', *found)

    return names.map(put_first)


# --- programs ---

def end(kind):
    return {'directory': [('cleanup',)], 'named': [('close',)]}.get(kind, [])


def file_programs(kind, text):
    def build(drawn):
        return Program(kind, drawn[0], drawn[1] + end(kind), drawn[2])

    return st.tuples(file_options(kind, text), steps(kind, text), st.booleans()).map(build)


def making_programs(kind):
    def build(options):
        return Program(kind, options, end(kind))

    return any_options(kind).map(build)


def build_directory(steps):
    return Program('directory', {'dir': 'str'}, steps + end('directory'))


def build_failing_spool(steps):
    return Program('spool', {'max_size': 5, 'dir': 'missing'}, steps)


def programs():
    files = [file_programs(kind, text) for kind in ('file', 'named') + ('spool',) * 6
             for text in (False, True)]
    making = st.one_of(*map(making_programs, ('file', 'named', 'spool', 'directory', 'mkstemp',
                                              'mkdtemp', 'mktemp')))
    folders = directory_steps().map(build_directory)
    return st.one_of(*files, making, making, folders)


def settings(count, **more):
    return hypothesis.settings(
        max_examples=count, deadline=None, database=None, print_blob=False,
        report_multiple_bugs=False, suppress_health_check=list(hypothesis.HealthCheck), **more)


# --- what is wanted ---

UTF8 = {'mode': 'w+', 'encoding': 'utf-8'}
EXAMPLES = {
    'absolute': ('directory', {'dir': 'relative'}, [('cleanup',)]),
    'affix-of-what-has-no-name': ('file', {'prefix': 3}, []),
    'child-deletes': ('directory', {}, [('fork', ('cleanup',))]),
    'closed-spool-opens': ('spool', {}, [('close',), ('rollover',)]),
    'codec': ('spool', {**UTF8, 'encoding': 'utf-16'}, [('write', 'ab'), ('rollover',)]),
    'exit-fails': ('named', {}, [('detach',), ('exit',)]),
    'foreign': ('named', {}, [('replace',), ('close',)]),
    'gone': ('named', {}, [('unlink',), ('close',)]),
    'iterator-in-memory': ('spool', {}, [
        ('write', b'a\nb\n'), ('seek', 0), ('next', 1, True), ('rollover',), ('seek', 0),
        ('next', 1, False)]),
    'long-name-of-what-has-no-name': ('file', {'prefix': 'l' * 250, 'dir': ''}, []),
    'mark': ('directory', {}, [('cleanup',)]),
    'mode-attribute': ('spool', {'mode': 'a+b'}, [('rollover',)]),
    'move-fails': ('spool', {'max_size': 1, 'dir': 'missing'}, [('write', b'abc')]),
    'newlines': ('spool', UTF8, [
        ('write', 'a\r\nb\n'), ('seek', 0), ('read',), ('rollover',)]),
    'next-then-tell': ('spool', UTF8, [
        ('write', 'a\nb\n'), ('seek', 0), ('next', 1, True), ('tell',)]),
    'nothing-written': ('spool', {'max_size': 5}, [('seek', 10), ('write', b'')]),
    'one-way-mode': ('spool', {'mode': 'rb'}, [
        ('write', b'ab'), ('rollover',), ('seek', 0), ('read',)]),
    'order-mark': ('spool', {**UTF8, 'encoding': 'utf-16'}, [('write', '\udc80')]),
    'path-like': ('named', {}, [('fspath',)]),
    'read-ahead': ('spool', UTF8, [
        ('write', 'abc'), ('seek', 0), ('read', 1), ('rollover',), ('write', 'X'), ('seek', 0),
        ('read',)]),
    'relative-spool': ('spool', {'dir': 'relative'}, [('rollover',)]),
    'separator': ('mkstemp', {'prefix': '../x', 'dir': 'str'}, []),
    'spool-arguments': ('spool', {'mode': 'z'}, []),
    'stale-attributes': ('named', UTF8, [('write', 'a\n'), ('seek', 0), ('readline',)]),
    'truncate-larger': ('spool', {'max_size': 5}, [
        ('write', b'a'), ('truncate', 3), ('seek', 0), ('read',)]),
    'truncate-smaller': ('spool', {}, [('write', b'abcdef'), ('truncate', 2)]),
    'two-mistakes': ('named', {'errors': 'strict', 'dir': 'missing'}, []),
    'writelines-fails': ('spool', {'max_size': 1}, [('writelines', [b'one\n', 'a'])]),
}
# What once differed without a reason.
FOUND = [
    ('spool', {'mode': 'w+', 'encoding': 'ascii', 'max_size': 100}, [
        ('write', 'abcdef'), ('seek', 0), ('read', 1), ('write', 'ü'), ('write', 'X'), ('seek', 0),
        ('read',)]),
    ('spool', {**UTF8, 'max_size': 100}, [
        ('write', 'a\nb\n'), ('rollover',), ('seek', 0), ('detach',), ('detached', 'seek', 0),
        ('detached', 'writelines', [b'c\n']), ('detached', 'seek', 0), ('detached', 'list')]),
    ('spool', {**UTF8, 'max_size': 2}, [
        ('detach',), ('detached', 'write', b'abc'), ('detached', 'tell')]),
    ('spool', {**UTF8, 'max_size': 1}, [
        ('write', 'a'), ('seek', 0), ('write', 'one\n'), ('read',)]),
    ('spool', {'max_size': 5}, [('close',), ('writelines', [])]),
    ('spool', UTF8, [('write', 'one\n'), ('seek', 0), ('read', 1), ('return',)]),
    ('named', {}, [('write', b'abc'), ('flush',), ('detach',), ('close',), ('detached', 'seek', 0),
                   ('detached', 'read')]),
]
APART = ['lossy-move', 'sparse-seek', 'written-twice']


# --- planted bugs ---

class Planted(types.ModuleType):
    """tmpfile, but for what is set here."""

    def __getattr__(self, name):
        return getattr(tmpfile, name)

    def __setattr__(self, name, value):
        if name == 'tempdir':
            tmpfile.tempdir = value
        else:
            super().__setattr__(name, value)


KEPT = []


class LosesByte(tmpfile.SpooledTemporaryFile):
    def rollover(self):
        before = self._rolled
        super().rollover()
        if not before:
            fd = self._file.fileno()
            os.ftruncate(fd, max(os.fstat(fd).st_size - 1, 0))


class RollsLate(tmpfile.SpooledTemporaryFile):
    def write(self, s):
        done = self._file.write(s)
        if self._max_size and self.tell() > self._max_size:
            self.rollover()
        return done


def forget_name(*args, **options):
    return tmpfile.NamedTemporaryFile(*args, **{**options, 'delete': False})


def keep_descriptor(*args, **options):
    file = tmpfile.TemporaryFile(*args, **options)
    KEPT.append(os.fdopen(os.dup(file.fileno())))
    return file


def lose_error(*args, **options):
    try:
        return tmpfile.mkstemp(*args, **options)
    except FileNotFoundError as error:
        raise OSError(*error.args) from None


def planted_bugs():
    """Modules that are wrong, by name, each with the programs that should show it."""
    bugs = {
        'loses a byte': ('SpooledTemporaryFile', LosesByte, file_programs('spool', False)),
        # This shows only where a move fails.
        'rolls late': ('SpooledTemporaryFile', RollsLate, steps('spool', False).map(
            build_failing_spool)),
        'forgets the name': ('NamedTemporaryFile', forget_name, making_programs('named')),
        'keeps a descriptor': ('TemporaryFile', keep_descriptor, file_programs('file', True)),
        'raises another error': ('mkstemp', lose_error, making_programs('mkstemp')),
    }
    for name, (what, planted, strategy) in bugs.items():
        module = Planted(name)
        setattr(module, what, planted)
        bugs[name] = module, strategy
    return bugs


class Differential(Case):
    def setUp(self):
        before = tempfile.tempdir
        self.addCleanup(setattr, tempfile, 'tempdir', before)
        home = tempfile.mkdtemp(prefix='tf-hypothesis-', dir='/tmp')
        self.addCleanup(shutil.rmtree, home)
        set_hypothesis_home_dir(home)
        # In memory, where it is fast.
        memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else '/tmp'
        self.root = tempfile.mkdtemp(prefix='tf-differential-', dir=memory)
        self.addCleanup(shutil.rmtree, self.root)
        catcher = warnings.catch_warnings()
        catcher.__enter__()
        self.addCleanup(catcher.__exit__, None, None, None)
        warnings.simplefilter('ignore')
        # What __del__() says of a file that is detached, or was refused; CPython's too.
        self.addCleanup(setattr, sys, 'unraisablehook', sys.unraisablehook)
        sys.unraisablehook = self.say_unraisable
        super().setUp()
        self.addCleanup(setattr, tmpfile, 'tempdir', None)

    def say_unraisable(self, unraisable):
        words = str(unraisable.exc_value)
        if 'has been detached' not in words and "has no attribute '_file'" not in words:
            sys.__unraisablehook__(unraisable)

    def search(self, ours, count, phases, strategy=None):
        """Runs random programs. Returns how many, and how often each row was met."""
        begun = time.monotonic()
        ran, failed, met = [], [], {}

        @hypothesis.seed(SEED)
        @settings(count, phases=phases)
        @hypothesis.given(programs() if strategy is None else strategy)
        def run(program):
            late = time.monotonic() > begun + SECONDS and not SLOW
            if late and not failed and len(ran) > count // 10:
                return
            failed.append(1)
            program.run(ours, self.root)
            failed.pop()
            ran.append(1)
            for name in set(program.met):
                met[name] = met.get(name, 0) + 1

        run()
        return len(ran), met

    # Before the search, as it is quick.
    def test_each_row(self):
        """The smallest program that meets a row, watched and not."""
        self.assertEqual(sorted(list(EXAMPLES) + APART), sorted(row.name for row in WANTED))
        for name, (kind, options, steps) in EXAMPLES.items():
            for watch in (True, False):
                with self.subTest(row=name, watch=watch):
                    program = Program(kind, options, steps, watch)
                    program.run(tmpfile, self.root)
                    self.assertIn(name, program.met)

    def test_found_before(self):
        for kind, options, steps in FOUND:
            for watch in (True, False):
                with self.subTest(kind=kind, options=options, steps=steps, watch=watch):
                    program = Program(kind, options, steps, watch)
                    program.run(tmpfile, self.root)
                    self.assertEqual(set(program.met) - {'stale-attributes'}, set())

    def run_limited(self, function, *limits):
        """A function in a child that has limits: kinds of resource, each with its two numbers."""
        def limited():
            for kind, limit in limits:
                resource.setrlimit(kind, limit)
            function()

        self.assertEqual(in_child(limited), 0)

    def test_lossy_move(self):
        def move(module, buffering):
            with module.SpooledTemporaryFile(4000, buffering=buffering, dir=self.root) as file:
                file.write(b'a' * 3000)
                try:
                    file.write(b'b' * 3000)
                    failed = False
                except OSError:
                    failed = True
                resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
                file.seek(0)
                return failed, file.read()

        def check(module, buffering, failed, size):
            found = move(module, buffering)
            assert (found[0], len(found[1])) == (failed, size), (found[0], len(found[1]))

        limit = resource.RLIMIT_FSIZE, (1000, 6000)
        for arguments in ((tempfile, -1, True, 1000), (tempfile, 0, False, 1000),
                          (tmpfile, -1, True, 3000), (tmpfile, 0, True, 3000)):
            with self.subTest(arguments=arguments):
                self.run_limited(lambda: check(*arguments), limit)

    def test_sparse_seek(self):
        far = 1 << 32

        def write(module):
            with module.SpooledTemporaryFile(1000, dir=self.root) as file:
                file.seek(far)
                file.write(b'x')
                file.flush()
                assert os.fstat(file.fileno()).st_size == far + 1
                assert os.fstat(file.fileno()).st_blocks * 512 <= 1 << 21

        def fail(module):
            try:
                write(module)
            except MemoryError:
                return
            raise AssertionError('memory was enough')

        with open('/proc/self/statm') as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        limit = resource.RLIMIT_AS, (used + (1 << 30),) * 2
        self.run_limited(lambda: write(tmpfile), limit)
        self.run_limited(lambda: fail(tempfile), limit)

    def test_truncate_to_the_cursor(self):
        """What it does depends neither on memory nor on text."""
        for options in ({}, UTF8):
            for max_size, rolled in ((10, False), (4, True)):
                program = Program('spool', {**options, 'max_size': max_size}, [
                    ('seek', 5), ('truncate',), ('seek', 0), ('read',)])
                with self.subTest(program=program):
                    program.run(tmpfile, self.root)
                    self.assertEqual(program.met, ['truncate-larger'])
                    with tmpfile.SpooledTemporaryFile(max_size, dir=self.root, **options) as file:
                        file.seek(5)
                        self.assertEqual(file.truncate(), 5)
                        self.assertEqual((file._rolled, file.tell()), (rolled, 5))
                        file.seek(0)
                        self.assertEqual(len(file.read()), 5)

    def test_written_twice(self):
        for module, expected in ((tempfile, b'aa'), (tmpfile, b'a')):
            with self.subTest(module=module), module.TemporaryFile(dir=self.root) as file:
                file.write(b'a')
                self.assertEqual(in_child(file.close), 0)
                file.flush()
                file.seek(0)
                self.assertEqual(file.read(), expected)

    def test_planted_bugs(self):
        """What the search is for is found."""
        for name, (planted, strategy) in planted_bugs().items():
            with self.subTest(bug=name):
                with self.assertRaises(Difference):
                    self.search(planted, 500, [hypothesis.Phase.generate], strategy)
                KEPT.clear()

    def test_random_programs(self):
        print('# seed %d' % SEED)
        count = scale(150, 800, 10000)
        ran, met = self.search(tmpfile, count,
                               (hypothesis.Phase.generate, hypothesis.Phase.shrink))
        print('# %d programs, differences met: %s' % (ran, met))
        self.assertGreaterEqual(ran, count // 10)


if __name__ == '__main__':
    main()
