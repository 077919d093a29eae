# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Bad arguments of tmpfile, and unusual ones. Where CPython's tempfile raises, the exception here
is of that class, and where it does not, the test says which one it is; nothing is left behind."""

import errno
import os
import pathlib
import tempfile
import warnings
from unittest import mock

import tmpfile
from tf_testing import Tf, as_nobody, main, run_script
from tmpfile_testing import (
    FILES, MAKERS, MAKING, MAKING_NAMED, NAMED, Path, TmpfileCase, dispose, outcome, path_of, spool,
)

LONG = 'x' * 300

# A mount of its own, for which an ordinary user is root of a namespace of its own.
FULL = '''
    import ctypes, errno, tempfile, tmpfile
    from tmpfile_testing import FILES, MAKERS, MAKING, outcome

    NEWNS, NEWUSER, REC, PRIVATE = 1 << 17, 1 << 28, 1 << 14, 1 << 18
    libc = ctypes.CDLL(None, use_errno=True)
    folder, uid = sys.argv[1], os.getuid()
    assert libc.unshare(NEWNS | (NEWUSER if uid else 0)) == 0, os.strerror(ctypes.get_errno())
    if uid:
        with open('/proc/self/uid_map', 'w') as f:
            f.write('0 %d 1' % uid)
    assert libc.mount(b'none', b'/', None, REC | PRIVATE, None) == 0
    assert libc.mount(b'none', folder.encode(), b'tmpfs', 0, b'size=4k,nr_inodes=2') == 0

    def say(*errors):
        assert {error.errno for error in errors if error} == {errno.ENOSPC}, errors
        print('ok')

    for name in FILES:
        for module in (tempfile, tmpfile):
            f = getattr(module, name)(dir=folder)
            say(*[outcome(call)[1] for call in (lambda: f.write(bytes(1 << 16)), f.fileno, f.flush,
                                                lambda: f.write(bytes(5000)), f.close)])
            del f
            assert os.listdir(folder) == [], name
    os.close(os.open(folder + '/one', os.O_CREAT))
    for name in MAKING:
        for module in (tempfile, tmpfile):
            say(outcome(lambda: MAKERS[name](module, dir=folder))[1])
    assert os.listdir(folder) == ['one']
    '''


class Arguments(TmpfileCase):
    def compare(self, call):
        """Both modules have to return, or to raise the same class. Returns what tmpfile said."""
        outcomes = []
        for module in (tempfile, tmpfile):
            # CPython's SpooledTemporaryFile has a __del__() that needs a whole object.
            with warnings.catch_warnings(), mock.patch('sys.unraisablehook'):
                warnings.simplefilter('ignore')
                result, error = outcome(lambda: call(module))
                if error is None:
                    dispose(result)
            self.assertEqual(self.names(), self.before, (module, error))
            outcomes.append((result, error))
        (theirs, their_error), (ours, our_error) = outcomes
        if their_error is None:
            self.assertIsNone(our_error)
            self.assertIs(type(path_of(ours)), type(path_of(theirs)))
        else:
            self.assertIsInstance(our_error, type(their_error))
            self.assertTrue(str(our_error))
        return our_error

    def each(self, names=tuple(MAKERS), **options):
        """Compares all makers of `names` with these options; returns what tmpfile raised."""
        errors = []
        for name in names:
            with self.subTest(name=name, **options):
                errors.append((name, self.compare(lambda m: MAKERS[name](m, **options))))
        self.assertEqual(len(errors), len(names))
        return errors

    def refused(self, kinds, names=tuple(MAKERS), **options):
        """The makers raise an exception that is all of these classes, CPython's or not."""
        for name in names:
            with self.subTest(name=name, **options):
                result, error = outcome(lambda: MAKERS[name](tmpfile, **options))
                for kind in kinds:
                    self.assertIsInstance(error, kind)
                self.assertTrue(str(error))
                self.assertEqual(self.names(), self.before)

    def setUp(self):
        super().setUp()
        self.before = []

    def keep(self, name, make):
        """Has something of this name beside what is made, to the end of the test."""
        make(self.path(name))
        self.before = self.names()
        return self.path(name)


class Types(Arguments):
    def test_str_and_bytes(self):
        values = {'str': 'a', 'bytes': b'a'}
        for prefix in (None, *values.values()):
            for suffix in (None, *values.values()):
                for dir in (None, self.dir, self.dir.encode(), Path(self.dir),
                            Path(self.dir.encode()), pathlib.Path(self.dir)):
                    for name, error in self.each(prefix=prefix, suffix=suffix, dir=dir):
                        kinds = {type(os.fspath(value)) for value in (prefix, suffix, dir)
                                 if value is not None}
                        if name not in ('mktemp', 'TemporaryFile', 'SpooledTemporaryFile'):
                            self.assertEqual(error is not None, len(kinds) == 2, error)

    def test_type_of_the_path(self):
        for name in MAKING_NAMED:
            for options in ({'suffix': b''}, {'prefix': b'a'}, {'dir': self.dir.encode()},
                            {'dir': Path(self.dir.encode())}):
                result = MAKERS[name](tmpfile, **options)
                self.assertIsInstance(path_of(result), bytes)
                dispose(result)

    def test_other_types(self):
        for value in (5, 1.5, [], object(), bytearray(b'a'), memoryview(b'a')):
            for what in ('prefix', 'suffix', 'dir'):
                # CPython does not look at what names are made of where it makes no name.
                self.refused([TypeError], **{what: value})
                # A number is a descriptor to open().
                self.each([name for name in NAMED if name != 'NamedTemporaryFile' or value != 5],
                          **{what: value})

    def test_path_like_affixes(self):
        """Only `dir` may be path-like."""
        for what in ('prefix', 'suffix'):
            self.refused([TypeError], **{what: pathlib.Path('a')})

    def test_broken_path_like(self):
        class Broken:
            def __fspath__(self):
                raise ZeroDivisionError('on purpose')

        for path in (Path(5), Path(None), Broken()):
            self.each(dir=path)

    def test_subclasses_of_str_and_bytes(self):
        class Text(str):
            pass

        class Raw(bytes):
            pass

        for options in ({'prefix': Text('a'), 'dir': Text(self.dir)},
                        {'suffix': Raw(b'a'), 'dir': Raw(self.dir.encode())}):
            for _, error in self.each(MAKING_NAMED, **options):
                self.assertIsNone(error)

    def test_positions(self):
        """The order of arguments is CPython's."""
        for call in (lambda m: m.mkstemp('.s', 'p', self.dir, True),
                     lambda m: m.mkdtemp('.s', 'p', self.dir),
                     lambda m: m.mktemp('.s', 'p', self.dir),
                     lambda m: m.TemporaryDirectory('.s', 'p', self.dir, True),
                     lambda m: m.TemporaryFile('w+', 1, 'ascii', '\r', '.s', 'p', self.dir),
                     lambda m: m.NamedTemporaryFile('w+', 1, 'ascii', '', '.s', 'p', self.dir),
                     lambda m: m.SpooledTemporaryFile(5, 'w+', 1, 'ascii', '', '.s', 'p',
                                                      self.dir)):
            self.assertIsNone(self.compare(call))
        for name in MAKERS:
            self.assertIsInstance(self.compare(lambda m: MAKERS[name](m, unknown=1)), TypeError)


class Affixes(Arguments):
    def test_separators(self):
        """Nothing is made outside of the folder, nor in a folder in it that is there."""
        self.keep('sub', os.mkdir)
        for value in ('/', 'a/b', '../x', 'sub/x', self.dir + '/x', 'a\\b', b'../x', b'sub/x'):
            for what in ('prefix', 'suffix'):
                names = MAKERS if isinstance(value, str) else MAKING
                self.refused([FileNotFoundError, ValueError], names, **{what: value})
        self.assertEqual(os.listdir(self.path('sub')), [])
        os.rmdir(self.path('sub'))

    def test_separator_where_there_is_no_folder(self):
        for _, error in self.each(MAKING_NAMED, prefix='missing/x'):
            self.assertIsInstance(error, FileNotFoundError)

    def test_nul(self):
        for value in ('\0', 'a\0b', b'a\0b'):
            for what in ('prefix', 'suffix'):
                names = MAKERS if isinstance(value, str) else MAKING
                self.refused([ValueError], names, **{what: value})
                self.each(MAKING_NAMED, **{what: value})

    def test_too_long(self):
        for what in ('prefix', 'suffix'):
            for name, error in self.each(MAKING_NAMED, **{what: LONG}):
                self.assertIsInstance(error, OSError)
                self.assertEqual(error.errno, errno.ENAMETOOLONG)

    def test_as_long_as_can_be(self):
        for length in (246, 247, 248):
            for _, error in self.each(MAKING_NAMED, prefix='x' * length, suffix=''):
                self.assertEqual(error is None, length <= 247)
            # Two bytes each.
            for _, error in self.each(MAKING_NAMED, suffix='\xe9' * (length // 2), prefix=''):
                self.assertEqual(error is None, length <= 247)

    def test_not_utf8(self):
        for value in ('\udcff', b'\xff\xfe', '\xe9', '\n', ' ', '\x7f', '-', '.', '..', '~', '*'):
            for what in ('prefix', 'suffix'):
                names = MAKING_NAMED if isinstance(value, bytes) else NAMED
                for _, error in self.each(names, **{what: value}):
                    self.assertIsNone(error)

    def test_surrogates(self):
        """Those that stand for no byte."""
        for what in ('prefix', 'suffix', 'dir'):
            for _, error in self.each(MAKING_NAMED, **{what: 'a\ud800'}):
                self.assertIsInstance(error, UnicodeEncodeError)

    def test_empty(self):
        for value in ('', b''):
            for name, error in self.each(MAKING_NAMED, prefix=value, suffix=value):
                self.assertIsNone(error)

    def test_mktemp_takes_text_only(self):
        for options in ({'suffix': None}, {'prefix': None}, {'prefix': b'a'}, {'suffix': b'a'},
                        {'suffix': 5}):
            for _, error in self.each(('mktemp',), **options):
                self.assertIsInstance(error, TypeError)


class Folders(Arguments):
    def test_missing(self):
        for dir in (self.path('missing'), self.path('missing').encode(),
                    pathlib.Path(self.path('missing')), self.path('a/../missing')):
            for _, error in self.each(MAKING, dir=dir):
                self.assertIsInstance(error, FileNotFoundError)
                self.assertIn('missing', str(error))

    def test_a_file(self):
        path = self.keep('file', lambda path: open(path, 'w').close())
        for dir in (path, path + '/', path + '/x'):
            for _, error in self.each(MAKING, dir=dir):
                self.assertIsInstance(error, NotADirectoryError)
        os.unlink(path)

    def test_dangling_link_and_loop(self):
        link = self.keep('link', lambda path: os.symlink('nowhere', path))
        loop = self.keep('loop', lambda path: os.symlink('loop', path))
        for dir in (link, loop):
            for _, error in self.each(MAKING, dir=dir):
                self.assertIsInstance(error, OSError)
        os.unlink(link)
        os.unlink(loop)

    def test_nul(self):
        for dir in ('a\0b', b'a\0b', self.dir + '\0'):
            for _, error in self.each(MAKING, dir=dir):
                self.assertIsInstance(error, ValueError)

    def test_too_long(self):
        for dir in (LONG, self.dir + '/x' * 3000):
            for _, error in self.each(MAKING, dir=dir):
                self.assertIsInstance(error, OSError)

    def test_relative(self):
        here = os.getcwd()
        os.chdir(self.dir)
        self.before = ['sub']
        os.mkdir('sub')
        try:
            for dir in ('', '.', 'sub', './sub/..', b'', b'sub', pathlib.Path('sub')):
                for _, error in self.each(MAKING, dir=dir):
                    self.assertIsNone(error)
        finally:
            os.rmdir('sub')
            os.chdir(here)

    def test_strange(self):
        for name in ('\udcff', ' ', '\n', '-', '$HOME', '%s'):
            path = self.keep(name, os.mkdir)
            for dir in (path, os.fsencode(path)):
                for _, error in self.each(MAKING, dir=dir):
                    self.assertIsNone(error)
            self.assertEqual(os.listdir(path), [])
            os.rmdir(path)

    def test_read_only(self):
        folder = self.keep('closed', lambda path: os.mkdir(path, 0o555))
        os.chmod(self.dir, 0o755)

        def refused():
            for _, error in self.each(MAKING, dir=folder):
                assert isinstance(error, PermissionError), error
                assert folder in str(error), error

        self.assertEqual(as_nobody(refused), 0)
        os.rmdir(folder)

    def test_full(self):
        """A file system with room for one more file, and for one page of data."""
        folder = self.keep('full', os.mkdir)
        found = run_script(FULL, folder)
        self.assertEqual(found, 'ok\n' * 2 * (len(FILES) + len(MAKING)))
        os.rmdir(folder)


class Tempdir(Arguments):
    def test_values(self):
        os.mkdir(self.path('sub'))
        self.before = ['sub']
        here = os.getcwd()
        os.chdir(self.dir)
        try:
            for value in (self.path('sub'), self.path('sub').encode(), 'sub', b'sub', '.', '', b'',
                          None):
                tempfile.tempdir = tmpfile.tempdir = value
                for _, error in self.each():
                    self.assertIsNone(error)
                self.assertEqual(tmpfile.gettempdir(), tempfile.gettempdir())
                self.assertEqual(tmpfile.gettempdirb(), tempfile.gettempdirb())
                if value is not None:
                    self.assertEqual(tmpfile.tempdir, value)
                self.assertEqual(Tf.get_temp_dir(), os.path.abspath(os.fsdecode(value or b'.')))
        finally:
            os.chdir(here)
        os.rmdir(self.path('sub'))

    def test_missing(self):
        tempfile.tempdir = tmpfile.tempdir = self.path('missing')
        for _, error in self.each(MAKING):
            self.assertIsInstance(error, FileNotFoundError)

    def test_wrong_types(self):
        """Refused when they are set; the value is then as it was."""
        tmpfile.tempdir = self.dir
        for value in (pathlib.Path(self.dir), Path(self.dir), 5, [], bytearray(b'/tmp'), object()):
            with self.assertRaises(TypeError):
                tmpfile.tempdir = value
            self.assertEqual(tmpfile.tempdir, self.dir)
            self.assertEqual(tmpfile.gettempdir(), self.dir)

    def test_nul(self):
        tmpfile.tempdir = self.dir
        for value in ('a\0b', b'a\0b'):
            with self.assertRaises(ValueError):
                tmpfile.tempdir = value
            self.assertEqual(tmpfile.gettempdir(), self.dir)


class Open(Arguments):
    """What open() is given."""

    def each_file(self, **options):
        return self.each(FILES, **options)

    def test_modes(self):
        for mode in ('w', 'w+', 'r', 'r+', 'a', 'a+', 'x', 'x+', 'wt', '+w', 'b+w', 'rb', 'xb',
                     'ab+'):
            for name, error in self.each(FILES[:2], mode=mode):
                self.assertIsNone(error)
            # Of this only text or binary counts; CPython fails when it rolls over.
            with spool(tmpfile, mode=mode) as f:
                f.write(b'x' if 'b' in mode else 'x')
                f.seek(0)
                self.assertEqual(len(f.read()), 1)

    def test_no_modes(self):
        for mode in ('', 'b', '+', 'q', 'U', 'rU', 'rw', 'wb+x', 'bt', 'w+bt', 'ww', 'w++', ' w',
                     'w\0', '\u20ac'):
            for name, error in self.each_file(mode=mode):
                self.assertIsInstance(error, ValueError)
        for mode in (None, 5, b'w', ['w'], object()):
            for name, error in self.each_file(mode=mode):
                self.assertIsInstance(error, TypeError)

    def test_bad_modes_of_a_spool_at_once(self):
        for options in ({'mode': 'q'}, {'mode': 'rw'}, {'encoding': 'utf-8'}, {'newline': ''},
                        {'errors': 'strict'}, {'mode': 'w', 'buffering': 0},
                        {'mode': 'w', 'newline': 'x'}):
            self.assertRaises(ValueError, tmpfile.SpooledTemporaryFile, **options)
        for mode in (None, 5, b'w'):
            self.assertRaises(TypeError, tmpfile.SpooledTemporaryFile, mode=mode)

    def test_text_arguments_in_binary_mode(self):
        for options in ({'encoding': 'utf-8'}, {'errors': 'strict'}, {'newline': '\n'}):
            for name, error in self.each_file(mode='w+b', **options):
                self.assertIsInstance(error, ValueError)

    def test_unknown_text_arguments(self):
        for options, kind in (({'encoding': 'none'}, LookupError),
                              ({'encoding': 'rot13'}, LookupError),
                              ({'encoding': 'a\0b'}, ValueError),
                              ({'encoding': b'utf-8'}, TypeError), ({'encoding': 5}, TypeError),
                              ({'errors': b'strict'}, TypeError), ({'errors': 5}, TypeError),
                              ({'newline': 'x'}, ValueError), ({'newline': '\n\r'}, ValueError),
                              ({'newline': b'\n'}, TypeError), ({'newline': 5}, TypeError)):
            for name, error in self.each_file(mode='w+', **options):
                self.assertIsInstance(error, kind, name)

    def test_unknown_error_handler(self):
        """open() looks at it when it is needed, a spool here at once."""
        for name, error in self.each(FILES[:2], mode='w+', encoding='ascii', errors='none'):
            self.assertIsNone(error)
        for name in FILES[:2]:
            with MAKERS[name](tmpfile, mode='w+', encoding='ascii', errors='none') as f:
                self.assertRaises(LookupError, f.write, '\xe9')
        with self.assertRaises(LookupError):
            tmpfile.SpooledTemporaryFile(mode='w+', errors='none')

    def test_buffering(self):
        for mode in ('w+b', 'w+'):
            for buffering in (-5, -2, -1, 1, 2, 16, True, Index(16)):
                for name, error in self.each_file(mode=mode, buffering=buffering):
                    self.assertIsNone(error, name)
        for name, error in self.each_file(mode='w+', buffering=0):
            self.assertIsInstance(error, ValueError)
        for buffering, kind in ((1.5, TypeError), ('1', TypeError), (None, TypeError),
                                (1 << 40, OverflowError), (-1 << 40, OverflowError)):
            for name, error in self.each_file(mode='w+b', buffering=buffering):
                self.assertIsInstance(error, kind)

    def test_line_and_no_buffering(self):
        for name in FILES:
            with MAKERS[name](tmpfile, mode='w+', buffering=1) as f:
                f.write('a line\nand')
                self.assertEqual(os.pread(f.fileno(), 100, 0), b'a line\nand')
                self.assertTrue(f.line_buffering if name != 'SpooledTemporaryFile'
                                else f._file.line_buffering)
            with MAKERS[name](tmpfile, buffering=0) as f:
                f.write(b'abc')
                self.assertEqual(os.pread(f.fileno(), 100, 0), b'abc')

    def test_delete_takes_any_truth(self):
        for value in (0, 1, '', 'x', None, [], [0]):
            with tmpfile.NamedTemporaryFile(delete=value) as f:
                pass
            self.assertEqual(os.path.exists(f.name), not value)
            if not value:
                os.unlink(f.name)
            with tmpfile.NamedTemporaryFile(delete_on_close=value) as f:
                f.close()
                self.assertEqual(os.path.exists(f.name), not value)
            with tmpfile.TemporaryDirectory(delete=value) as path:
                pass
            self.assertEqual(os.path.exists(path), not value)
            if not value:
                os.rmdir(path)


class Index:
    """A number that is none."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Sizes(Arguments):
    """Bad sizes and offsets, of each file in memory and on the disk."""

    CALLS = {
        'read(-1)': lambda f: f.read(-1),
        'read(-5)': lambda f: f.read(-5),
        'read(None)': lambda f: f.read(None),
        'read("1")': lambda f: f.read('1'),
        'read(1.5)': lambda f: f.read(1.5),
        'read(huge)': lambda f: f.read(1 << 70),
        'readline(-5)': lambda f: f.readline(-5),
        'readline(1.5)': lambda f: f.readline(1.5),
        'readlines(-5)': lambda f: f.readlines(-5),
        'seek(-1)': lambda f: f.seek(-1),
        'seek(-1, 1)': lambda f: (f.seek(0), f.seek(-1, 1)),
        'seek(-9, 2)': lambda f: f.seek(-9, 2),
        'seek(0, 9)': lambda f: f.seek(0, 9),
        'seek(0, -1)': lambda f: f.seek(0, -1),
        'seek(None)': lambda f: f.seek(None),
        'seek(1.5)': lambda f: f.seek(1.5),
        'seek(huge)': lambda f: f.seek(1 << 70),
        'seek()': lambda f: f.seek(),
        'truncate(-1)': lambda f: f.truncate(-1),
        'truncate(1.5)': lambda f: f.truncate(1.5),
        'truncate("1")': lambda f: f.truncate('1'),
        'truncate(huge)': lambda f: f.truncate(1 << 70),
        'truncate(2)': lambda f: f.truncate(2),
        'truncate(None)': lambda f: f.truncate(None),
        'write(None)': lambda f: f.write(None),
        'write(5)': lambda f: f.write(5),
        'write(other)': lambda f: f.write('x' if 'b' in f.mode else b'x'),
        'writelines(5)': lambda f: f.writelines(5),
        'writelines([5])': lambda f: f.writelines([5]),
    }
    WRONG = (TypeError, ValueError, OSError, OverflowError)

    def check(self, mode, make):
        for name, call in self.CALLS.items():
            outcomes = []
            for module in (tempfile, tmpfile):
                with make(module, mode) as f:
                    f.write(b'abc' if 'b' in mode else 'abc')
                    f.seek(0)
                    result, error = outcome(lambda: call(f))
                    f.seek(0)
                    outcomes.append((result, error, f.read()))
            (result, error, content), ours = outcomes
            with self.subTest(call=name, mode=mode):
                if error is None:
                    self.assertEqual(ours, (result, None, content))
                else:
                    self.assertIsInstance(error, self.WRONG)
                    self.assertIsInstance(ours[1], type(error), ours)
                    self.assertEqual(ours[2], content)

    def test_files(self):
        for mode in ('w+b', 'w+'):
            self.check(mode, lambda module, mode: module.TemporaryFile(mode))
            self.check(mode, lambda module, mode: module.NamedTemporaryFile(mode))

    def test_spools(self):
        for mode in ('w+b', 'w+'):
            self.check(mode, lambda module, mode: module.SpooledTemporaryFile(0, mode))
            self.check(mode, lambda module, mode: module.SpooledTemporaryFile(1000, mode))
            self.check(mode, lambda module, mode: spool(module, mode=mode))

    def test_max_size(self):
        for value in ('5', [], 1.5, None, -1, True, 1 << 70):
            results = []
            for module in (tempfile, tmpfile):
                def run():
                    with warnings.catch_warnings():
                        warnings.simplefilter('ignore')
                        with module.SpooledTemporaryFile(value) as f:
                            f.write(b'abc')
                            f.seek(0)
                            return f._rolled, f.read()

                results.append(outcome(run))
            (theirs, their_error), (ours, our_error) = results
            with self.subTest(value=value):
                self.assertEqual(ours, theirs)
                self.assertIs(type(our_error), type(their_error))

    def test_closed(self):
        for name in FILES:
            f = MAKERS[name](tmpfile)
            f.close()
            for call in ('read', 'readline', 'readlines', 'tell', 'fileno', 'flush', 'truncate',
                         '__iter__', '__enter__'):
                with self.subTest(name=name, call=call):
                    self.assertRaises(ValueError, lambda: list(getattr(f, call)() or ()))
            self.assertRaises(ValueError, f.write, b'x')
            self.assertRaises(ValueError, f.seek, 0)
            f.close()


if __name__ == '__main__':
    main()
