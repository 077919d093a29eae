# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What CPython's description of tempfile says, said of tmpfile: its examples, and what 3.12 to 3.14
added, which the tests of this system's CPython do not know. docs/tempfile.md names these tests."""

import gc
import io
import itertools
import os
import stat
import subprocess
import sys
import warnings
from unittest import mock

import tmpfile
from tf_testing import Tf, in_child, main, run_script
from tmpfile_testing import FILES, MAKERS, MODULES, TmpfileCase, dispose, path_of


class Examples(TmpfileCase):
    def test_temporary_file(self):
        fp = tmpfile.TemporaryFile()
        self.assertEqual(fp.write(b'Hello world!'), 12)
        self.assertEqual(fp.seek(0), 0)
        self.assertEqual(fp.read(), b'Hello world!')
        self.assertEqual(self.names(), [])
        fp.close()
        self.assertTrue(fp.closed)

    def test_temporary_file_in_a_context(self):
        with tmpfile.TemporaryFile() as fp:
            fp.write(b'Hello world!')
            fp.seek(0)
            self.assertEqual(fp.read(), b'Hello world!')
        self.assertTrue(fp.closed)

    def test_named_file_read_again(self):
        with tmpfile.NamedTemporaryFile(delete_on_close=False) as fp:
            fp.write(b'Hello world!')
            fp.close()
            with open(fp.name, mode='rb') as f:
                self.assertEqual(f.read(), b'Hello world!')
        self.assertFalse(os.path.exists(fp.name))

    def test_temporary_directory(self):
        with tmpfile.TemporaryDirectory() as tmpdirname:
            self.assertTrue(os.path.isdir(tmpdirname))
            os.makedirs(os.path.join(tmpdirname, 'a', 'b'))
            with open(os.path.join(tmpdirname, 'a', 'c'), 'w') as f:
                f.write('x')
        self.assertFalse(os.path.exists(tmpdirname))

    def test_instead_of_mktemp(self):
        f = tmpfile.NamedTemporaryFile(delete=False)
        self.assertEqual(os.path.dirname(f.name), self.dir)
        self.assertEqual(f.write(b'Hello World!\n'), 13)
        f.close()
        self.assertEqual(os.path.getsize(f.name), 13)
        os.unlink(f.name)
        self.assertFalse(os.path.exists(f.name))

    def test_import(self):
        """One import is changed, the rest of a program stays."""
        self.assertEqual(run_script('''
            import tmpfile as tempfile

            with tempfile.NamedTemporaryFile('w+', suffix='.txt') as f:
                print('text', file=f, flush=True)
                print(open(f.name).read(), end='')
            '''), 'text\n')


class Sentences(TmpfileCase):
    """What the document says of everything."""

    def test_only_for_this_user(self):
        """Whatever the umask; and programs that are started inherit nothing."""
        for umask in (0, 0o077, 0o777):
            before = os.umask(umask)
            try:
                made = [MAKERS[name](tmpfile) for name in FILES]
                named, (fd, path) = made[1], tmpfile.mkstemp()
                folders = [tmpfile.TemporaryDirectory(), tmpfile.mkdtemp()]
            finally:
                os.umask(before)
            for descriptor in [fd, *(f.fileno() for f in made)]:
                self.assertEqual(stat.S_IMODE(os.fstat(descriptor).st_mode), 0o600)
                self.assertFalse(os.get_inheritable(descriptor))
            for folder in folders:
                # 01000 marks a folder with an owner; nobody is let in by it.
                mode = stat.S_IMODE(os.stat(folder).st_mode)
                self.assertEqual(mode, 0o700 if isinstance(folder, str) else 0o1700)
            self.assertTrue(os.path.samestat(os.stat(named.name), os.fstat(named.fileno())))
            for thing in [*made, *folders, (fd, path)]:
                dispose(thing)

    def test_true_file_objects(self):
        for options, kind in (({}, io.BufferedRandom), ({'mode': 'w+'}, io.TextIOWrapper),
                              ({'buffering': 0}, io.FileIO), ({'mode': 'rb'}, io.BufferedReader),
                              ({'mode': 'wb'}, io.BufferedWriter)):
            with tmpfile.TemporaryFile(**options) as f:
                self.assertIs(type(f), kind)
            with tmpfile.NamedTemporaryFile(**options) as f:
                self.assertIs(type(f.file), kind)

    def test_has_no_name(self):
        with tmpfile.TemporaryFile() as f:
            self.assertEqual(os.fstat(f.fileno()).st_nlink, 0)
            self.assertEqual(f.name, f.fileno())
            self.assertEqual(self.names(), [])

    def test_default_mode(self):
        """Bytes, to be written and read without closing."""
        for name in FILES:
            with MAKERS[name](tmpfile) as f:
                self.assertTrue(f.readable() and f.writable() and f.seekable())
                f.write(b'\r\n\0\xff')
                f.seek(0)
                self.assertEqual(f.read(), b'\r\n\0\xff')

    def test_text_as_for_open(self):
        text = 'one\ntwo\r\nthr\xe9e\u20ac\n'
        plain = self.path('plain')
        for encoding, newline, errors in itertools.product(
                ('utf-8', 'utf-16', 'latin-1', 'shift_jis'), (None, '', '\n', '\r', '\r\n'),
                ('ignore', 'replace', 'backslashreplace', 'xmlcharrefreplace')):
            options = {'encoding': encoding, 'newline': newline, 'errors': errors}
            with open(plain, 'w', **options) as f:
                f.write(text)
            with open(plain, 'rb') as f:
                expected = f.read()
            with open(plain, 'r', **options) as f:
                decoded = f.read()
            for name in FILES:
                with MAKERS[name](tmpfile, mode='w+', **options) as f:
                    f.write(text)
                    f.seek(0)
                    self.assertEqual(f.read(), decoded)
                    self.assertEqual((f.encoding, f.errors), (encoding, errors))
                    self.assertEqual(os.pread(f.fileno(), 1000, 0), expected)
        os.unlink(plain)

    def test_gone_when_collected(self):
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', ResourceWarning)
            for name in (*FILES, 'TemporaryDirectory'):
                thing = MAKERS[name](tmpfile)
                thing.itself = thing
                del thing
                gc.collect()
                self.assertEqual(self.names(), [], name)

    def test_named_opened_again(self):
        with tmpfile.NamedTemporaryFile() as f:
            f.write(b'abc')
            f.flush()
            with open(f.name, 'rb') as again, open(f, 'ab') as more:
                self.assertEqual(again.read(), b'abc')
                more.write(b'def')
            f.seek(0)
            self.assertEqual(f.read(), b'abcdef')

    def test_who_deletes(self):
        """mkstemp() and mkdtemp() leave that to the caller."""
        fd, path = tmpfile.mkstemp()
        os.close(fd)
        folder = tmpfile.mkdtemp()
        gc.collect()
        Tf.cleanup_all()
        self.assertEqual(self.names(), sorted(map(os.path.basename, [path, folder])))
        os.unlink(path)
        os.rmdir(folder)

    def test_prefix_and_suffix(self):
        for name in MAKERS:
            if name in ('TemporaryFile', 'SpooledTemporaryFile'):
                continue
            result = MAKERS[name](tmpfile, prefix='pre-', suffix='.suf', dir=self.dir)
            base = os.path.basename(path_of(result))
            self.assertRegex(base, '^pre-[a-z0-9_]{8}[.]suf$')
            dispose(result)
            result = MAKERS[name](tmpfile)
            base = os.path.basename(path_of(result))
            self.assertRegex(base, '^%s[a-z0-9_]{8}$' % tmpfile.gettempprefix())
            dispose(result)

    def test_names_that_need_quoting(self):
        folder = self.path("it's a $(strange) `folder`\n")
        os.mkdir(folder)
        with tmpfile.NamedTemporaryFile(dir=folder, prefix='a b;') as f:
            self.assertTrue(f.name.startswith(folder + '/a b;'))
            self.assertTrue(os.path.exists(f.name))
        os.rmdir(folder)

    def test_search_order(self):
        script = 'import tmpfile; print(tmpfile.gettempdir(), tmpfile.gettempdirb().decode())'
        folders = {name: self.path(name) for name in ('TMPDIR', 'TEMP', 'TMP')}
        environment = {name: value for name, value in os.environ.items() if name not in folders}
        for folder in folders.values():
            os.mkdir(folder)
        for expected in (*folders.values(), '/tmp'):
            found = subprocess.run([sys.executable, '-c', script], env={**environment, **folders},
                                   stdout=subprocess.PIPE, check=True).stdout.decode()
            self.assertEqual(found, '%s %s\n' % (expected, expected))
            if expected != '/tmp':
                # What is not there is passed over.
                os.rmdir(expected)

    def test_search_is_remembered(self):
        found = tmpfile.gettempdir()
        os.environ['TMPDIR'] = '/var/tmp'
        self.assertEqual(tmpfile.gettempdir(), found)
        self.assertEqual(tmpfile.tempdir, found)
        tmpfile.tempdir = None
        self.assertEqual(tmpfile.gettempdir(), '/var/tmp')

    def test_tempdir_is_for_all(self):
        """Its value is the default of every `dir`, and of libtmpfile's own calls."""
        folder = self.path('elsewhere')
        os.mkdir(folder)
        tmpfile.tempdir = folder
        for name in MAKERS:
            result = MAKERS[name](tmpfile)
            if path_of(result):
                self.assertEqual(os.path.dirname(path_of(result)), folder)
            dispose(result)
        self.assertEqual(Tf.get_temp_dir(), folder)
        self.assertEqual(tmpfile.gettempdirb(), folder.encode())
        tmpfile.tempdir = folder.encode()
        for name in ('mkstemp', 'mkdtemp', 'NamedTemporaryFile', 'TemporaryDirectory'):
            result = MAKERS[name](tmpfile)
            self.assertEqual(os.path.dirname(path_of(result)), folder.encode())
            dispose(result)
        self.assertEqual(tmpfile.gettempdir(), folder)
        # Text in one argument is text in all.
        self.assertIsInstance(tmpfile.mktemp(), str)
        result = tmpfile.mkstemp(prefix='a')
        self.assertIsInstance(result[1], str)
        dispose(result)
        os.rmdir(folder)

    def test_prefix_by_default(self):
        self.assertEqual(tmpfile.gettempprefix(), 'tmp')
        self.assertEqual(tmpfile.gettempprefixb(), b'tmp')

    def test_tmp_max(self):
        """As many names the library tries, and mktemp()."""
        tried = []

        def taken(file):
            tried.append(file.get_path())
            raise FileExistsError

        with self.assertRaises(FileExistsError):
            Tf.make(taken)
        self.assertEqual(len(tried), tmpfile.TMP_MAX)
        with mock.patch('os.path.lexists', return_value=True) as looks:
            with self.assertRaises(FileExistsError):
                tmpfile.mktemp()
        self.assertEqual(looks.call_count, tmpfile.TMP_MAX)

    def test_mktemp_makes_nothing(self):
        path = tmpfile.mktemp('.suf', 'pre', self.dir)
        self.assertRegex(os.path.basename(path), '^pre[a-z0-9_]{8}[.]suf$')
        self.assertEqual(self.names(), [])
        here = os.getcwd()
        os.chdir(self.dir)
        try:
            for module in MODULES.values():
                self.assertEqual(os.path.dirname(module.mktemp(dir='.')), '.')
        finally:
            os.chdir(here)


class DeleteOnClose(TmpfileCase):
    """All four values of `delete` and `delete_on_close`, at each end that a file can have."""

    def each(self):
        for delete, delete_on_close in itertools.product((True, False), repeat=2):
            with self.subTest(delete=delete, delete_on_close=delete_on_close):
                yield delete, delete_on_close
                for name in self.names():
                    os.unlink(self.path(name))

    def stays(self, expected):
        self.assertEqual(len(self.names()), 1 if expected else 0)

    def test_close(self):
        for delete, delete_on_close in self.each():
            f = tmpfile.NamedTemporaryFile(delete=delete, delete_on_close=delete_on_close)
            self.assertEqual(f.delete, delete)
            self.stays(True)
            f.close()
            f.close()
            self.assertTrue(f.closed)
            self.stays(not (delete and delete_on_close))
            del f
            gc.collect()
            self.stays(not delete)

    def test_context(self):
        for delete, delete_on_close in self.each():
            with tmpfile.NamedTemporaryFile(delete=delete, delete_on_close=delete_on_close):
                self.stays(True)
            self.stays(not delete)

    def test_close_in_context(self):
        for delete, delete_on_close in self.each():
            with tmpfile.NamedTemporaryFile(delete=delete, delete_on_close=delete_on_close) as f:
                f.write(b'abc')
                f.close()
                self.stays(not (delete and delete_on_close))
            self.stays(not delete)

    def test_exception_in_context(self):
        for delete, delete_on_close in self.each():
            with self.assertRaises(ZeroDivisionError):
                with tmpfile.NamedTemporaryFile(delete=delete, delete_on_close=delete_on_close):
                    1 / 0
            self.stays(not delete)

    def test_collection(self):
        for delete, delete_on_close in self.each():
            with self.assertWarns(ResourceWarning):
                tmpfile.NamedTemporaryFile(delete=delete, delete_on_close=delete_on_close)
                gc.collect()
            self.stays(not delete)

    def test_exit_of_the_process(self):
        """Held by a module, held by nobody who lets go, closed before, and after an exception."""
        for delete, delete_on_close in self.each():
            for end in ('sys.f = f',
                        'ctypes.pythonapi.Py_IncRef(ctypes.py_object(f))',
                        'ctypes.pythonapi.Py_IncRef(ctypes.py_object(f)); f.close()',
                        'sys.exit(0)'):
                found = run_script('''
                    import ctypes, tmpfile
                    f = tmpfile.NamedTemporaryFile(delete=%s, delete_on_close=%s)
                    f.write(b'abc')
                    print(len(os.listdir(tmpfile.gettempdir())))
                    %s
                    ''' % (delete, delete_on_close, end))
                self.assertEqual(found, '1\n')
                self.stays(not delete)
                for name in self.names():
                    os.unlink(self.path(name))

    def test_in_a_child(self):
        """A forked child deletes nothing, by none of these ends."""
        for delete, delete_on_close in self.each():
            f = tmpfile.NamedTemporaryFile(delete=delete, delete_on_close=delete_on_close)

            def leave():
                with f:
                    pass

            for end in (f.close, leave):
                self.assertEqual(in_child(end), 0)
                self.stays(True)
            f.close()


class Later(TmpfileCase):
    """What 3.12 to 3.14 brought."""

    def test_directory_that_is_kept(self):
        with tmpfile.TemporaryDirectory(delete=False) as path:
            pass
        self.assertTrue(os.path.isdir(path))
        os.rmdir(path)

        directory = tmpfile.TemporaryDirectory(delete=False)
        path = directory.name
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            del directory
            gc.collect()
        self.assertTrue(os.path.isdir(path))
        os.rmdir(path)

        run_script('import tmpfile; d = tmpfile.TemporaryDirectory(delete=False)')
        self.assertEqual(len(self.names()), 1)
        os.rmdir(self.path(self.names()[0]))

    def test_directory_that_is_kept_is_cleaned_up(self):
        directory = tmpfile.TemporaryDirectory(delete=False)
        os.mkdir(os.path.join(directory, 'a'))
        directory.cleanup()
        self.assertEqual(self.names(), [])
        directory.cleanup()

    def test_absolute_paths(self):
        here = os.getcwd()
        os.chdir(self.dir)
        try:
            for dir in ('.', '', 'sub', '../' + os.path.basename(self.dir)):
                os.makedirs(dir or '.', exist_ok=True)
                results = [MAKERS[name](tmpfile, dir=dir) for name in
                           ('mkdtemp', 'mkstemp', 'NamedTemporaryFile', 'TemporaryDirectory')]
                os.chdir('/')
                for result in results:
                    path = path_of(result)
                    self.assertTrue(os.path.isabs(path))
                    self.assertEqual(os.path.dirname(path),
                                     os.path.abspath(os.path.join(self.dir, dir)))
                    dispose(result)
                os.chdir(self.dir)
            os.rmdir('sub')
        finally:
            os.chdir(here)

    def test_writelines_is_bounded(self):
        with tmpfile.SpooledTemporaryFile(max_size=10) as f:
            seen = []

            def lines():
                for i in range(4):
                    seen.append(f._rolled)
                    yield b'12345'

            f.writelines(lines())
            self.assertEqual(seen, [False, False, False, True])
            f.seek(0)
            self.assertEqual(f.read(), b'12345' * 4)

    def test_path_like(self):
        for kind in (str, bytes):
            with tmpfile.NamedTemporaryFile(prefix=kind()) as f:
                self.assertIsInstance(f, os.PathLike)
                self.assertIsInstance(os.fspath(f), kind)
                self.assertEqual(os.path.getsize(f), 0)
            directory = tmpfile.TemporaryDirectory(prefix=kind())
            self.assertEqual(os.fspath(directory), directory.name)
            self.assertIsInstance(os.fspath(directory), kind)
            self.assertEqual(os.listdir(directory), [])
            directory.cleanup()

    def test_forgotten_file_warns(self):
        f = tmpfile.NamedTemporaryFile()
        with self.assertWarnsRegex(ResourceWarning, f.name):
            del f
            gc.collect()

    def test_no_warning_without_cause(self):
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            for delete_on_close in (True, False):
                f = tmpfile.NamedTemporaryFile(delete_on_close=delete_on_close)
                f.close()
                del f
                with tmpfile.NamedTemporaryFile(delete_on_close=delete_on_close):
                    pass
            tmpfile.TemporaryDirectory().cleanup()
            with tmpfile.TemporaryDirectory():
                pass
            gc.collect()

    def test_deleted_by_somebody_else(self):
        """What is gone need not be deleted."""
        for delete_on_close in (True, False):
            for end in (lambda f: f.close(), lambda f: f.__exit__(None, None, None)):
                f = tmpfile.NamedTemporaryFile(delete_on_close=delete_on_close)
                os.unlink(f.name)
                end(f)
                self.assertTrue(f.closed)
        directory = tmpfile.TemporaryDirectory()
        os.rmdir(directory.name)
        directory.cleanup()

    def test_replaced_by_somebody_else(self):
        """What was not made here stays."""
        f = tmpfile.NamedTemporaryFile()
        os.rename(f.name, self.path('moved'))
        with open(f.name, 'w') as other:
            other.write('mine')
        f.close()
        with open(f.name) as other:
            self.assertEqual(other.read(), 'mine')
        os.unlink(f.name)
        self.assertEqual(self.names(), ['moved'])
        os.unlink(self.path('moved'))

    def test_closefd(self):
        """The descriptor is the library's until close(), which guards the identity of the name."""
        f = tmpfile.NamedTemporaryFile()
        fd = f.fileno()
        f.file.close()
        self.assertEqual(os.fstat(fd).st_nlink, 1)
        f.close()
        self.assertRaises(OSError, os.fstat, fd)


if __name__ == '__main__':
    main()
