# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The module tmpfile: that it looks as CPython's tempfile does, and what carries it."""

import gc
import inspect
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest.mock
import weakref

import tmpfile
from tf_testing import Case, GLib, Tf, descriptors, in_child, main
from tmpfile_testing import MAKERS

# What CPython got after the version this may run with.
NEWER = {'NamedTemporaryFile': {'delete_on_close'}, 'TemporaryDirectory': {'delete'}}


class Look(Case):
    def test_names(self):
        self.assertEqual(set(tmpfile.__all__), set(tempfile.__all__))
        for name in tmpfile.__all__:
            self.assertTrue(hasattr(tmpfile, name), name)
        public = {name for name in vars(tmpfile) if name[0] != '_'}
        self.assertEqual(public - {'template'}, set(tmpfile.__all__))

    def test_signatures(self):
        for name in tmpfile.__all__:
            theirs, ours = getattr(tempfile, name), getattr(tmpfile, name)
            if not callable(ours):
                continue
            theirs, ours = inspect.signature(theirs), inspect.signature(ours)
            kept = [parameter for key, parameter in ours.parameters.items()
                    if key not in NEWER.get(name, ()) or key in theirs.parameters]
            self.assertEqual(str(ours.replace(parameters=kept)), str(theirs), name)

    def test_documented(self):
        for name in tmpfile.__all__:
            if callable(getattr(tmpfile, name)):
                self.assertTrue(getattr(tmpfile, name).__doc__, name)

    def test_subclasses(self):
        class Directory(tmpfile.TemporaryDirectory):
            pass

        with Directory() as path:
            self.assertTrue(os.path.isdir(path))
        self.assertIn('Directory', repr(Directory[str]))


class Tempdir(Case):
    def test_the_library_has_the_same(self):
        os.mkdir(self.path('other'))
        tmpfile.tempdir = self.path('other')
        self.assertEqual(Tf.get_temp_dir(), self.path('other'))
        with Tf.TemporaryDirectory() as path:
            self.assertEqual(os.path.dirname(path), self.path('other'))
        tmpfile.tempdir = None
        self.assertEqual(Tf.get_temp_dir(), self.dir)
        self.assertEqual(tmpfile.gettempdir(), self.dir)
        os.rmdir(self.path('other'))

    def test_any_call_initialises_it(self):
        makers = {
            'gettempdir': lambda: tmpfile.gettempdir(),
            'gettempdirb': lambda: tmpfile.gettempdirb(),
            'mktemp': lambda: tmpfile.mktemp(),
            'mkdtemp': lambda: os.rmdir(tmpfile.mkdtemp()),
            'TemporaryFile': lambda: tmpfile.TemporaryFile().close(),
            'NamedTemporaryFile': lambda: tmpfile.NamedTemporaryFile().close(),
            'TemporaryDirectory': lambda: tmpfile.TemporaryDirectory().cleanup(),
        }
        for name, make in makers.items():
            tmpfile.tempdir = None
            self.assertIsNone(tmpfile.tempdir)
            make()
            self.assertEqual(tmpfile.tempdir, self.dir, name)

    def test_patched(self):
        os.mkdir(self.path('other'))
        with unittest.mock.patch('tmpfile.tempdir', self.path('other')):
            self.assertEqual(os.path.dirname(tmpfile.mktemp()), self.path('other'))
        self.assertEqual(os.path.dirname(tmpfile.mktemp()), self.dir)
        os.rmdir(self.path('other'))

    def test_relative(self):
        before = os.getcwd()
        os.chdir(self.dir)
        try:
            tmpfile.tempdir = '.'
            self.assertEqual(tmpfile.gettempdir(), '.')
            with tmpfile.NamedTemporaryFile() as file:
                self.assertEqual(os.path.dirname(file.name), self.dir)
            path = tmpfile.mkdtemp(dir='.')
            self.assertEqual(os.path.dirname(path), self.dir)
            os.rmdir(path)
            self.assertEqual(tmpfile.mktemp(dir='.')[:2], './')
        finally:
            os.chdir(before)
            tmpfile.tempdir = None

    def test_template(self):
        tmpfile.template = 'app-'
        try:
            self.assertEqual(tmpfile.gettempprefixb(), b'app-')
            with tmpfile.NamedTemporaryFile() as file:
                self.assertTrue(os.path.basename(file.name).startswith('app-'))
        finally:
            tmpfile.template = 'tmp'


class Files(Case):
    def test_modes_and_descriptors(self):
        fd, path = tmpfile.mkstemp()
        found = [(os.fstat(fd), 0o600, fd)]
        with tmpfile.NamedTemporaryFile() as named, tmpfile.TemporaryFile() as anonymous:
            for file in named, anonymous:
                found.append((os.fstat(file.fileno()), 0o600, file.fileno()))
            for status, mode, number in found:
                self.assertEqual(stat.S_IMODE(status.st_mode), mode)
                self.assertFalse(os.get_inheritable(number))
            self.assertEqual(os.fstat(anonymous.fileno()).st_nlink, 0)
        os.close(fd)
        os.unlink(path)

    def test_name_is_there_until_it_is_closed(self):
        with tmpfile.NamedTemporaryFile('w+', dir=self.dir) as file:
            file.write('text')
            file.flush()
            self.assertEqual(pathlib.Path(file).read_text(), 'text')
            self.assertEqual(os.fspath(file), file.name)
            self.assertEqual(file.file.name, file.name)
            self.assertIn(file.name, repr(file))
        self.assertFalse(os.path.exists(file.name))

    def test_a_method_holds_the_file(self):
        write = tmpfile.NamedTemporaryFile().write
        gc.collect()
        self.assertEqual(write(b'abc'), 3)
        self.assertEqual(len(os.listdir(self.dir)), 1)
        del write

    def test_a_stranger_under_the_name_is_left_alone(self):
        for wishes in {}, {'delete_on_close': False}:
            with tmpfile.NamedTemporaryFile(**wishes) as file:
                os.rename(file.name, self.path('moved'))
                pathlib.Path(file.name).write_text('stranger')
            self.assertEqual(pathlib.Path(file.name).read_text(), 'stranger')
            os.unlink(file.name)
            os.unlink(self.path('moved'))

    def test_locks_go_when_it_is_closed(self):
        import fcntl
        with tmpfile.NamedTemporaryFile(delete_on_close=False) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.close()
            with open(file.name, 'rb') as again:
                fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_line_buffering(self):
        for make in tmpfile.TemporaryFile, tmpfile.NamedTemporaryFile:
            with make('w+', buffering=1) as file:
                file.write('line\n')
                self.assertEqual(os.pread(file.fileno(), 10, 0), b'line\n')

    def test_closing_in_threads(self):
        files = [tmpfile.NamedTemporaryFile() for _ in range(40)]
        threads = [threading.Thread(target=file.close) for file in files * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(os.listdir(self.dir), [])


class Directories(Case):
    def test_a_folder_below_another_name(self):
        with tmpfile.TemporaryDirectory() as path:
            os.rename(path, self.path('moved'))
            os.mkdir(path)
        # It may have been moved to be kept; what is under the name is not ours.
        self.assertEqual(sorted(os.listdir(self.dir)), sorted(['moved', os.path.basename(path)]))
        self.assertEqual(stat.S_IMODE(os.stat(self.path('moved')).st_mode), 0o700)
        os.rmdir(path)
        os.rmdir(self.path('moved'))

    def test_cleaned_up_twice(self):
        directory = tmpfile.TemporaryDirectory()
        directory.cleanup()
        os.mkdir(directory.name)
        directory.cleanup()
        self.assertTrue(os.path.isdir(directory.name))
        os.rmdir(directory.name)

    def test_collected_at_once(self):
        directory = tmpfile.TemporaryDirectory()
        pathlib.Path(directory.name, 'file').touch()
        gone = weakref.ref(directory)
        with self.assertWarns(ResourceWarning):
            del directory
        self.assertIsNone(gone())
        self.assertEqual(os.listdir(self.dir), [])


class Processes(Case):
    def run_new(self, code, **options):
        environment = dict(os.environ, PYTHONWARNINGS='ignore')
        return subprocess.run([sys.executable, '-c', textwrap.dedent(code)], env=environment,
                              capture_output=True, text=True, timeout=60, check=False, **options)

    def test_a_child_deletes_nothing(self):
        with tmpfile.NamedTemporaryFile(delete_on_close=False) as file, \
                tmpfile.TemporaryDirectory() as path:
            directory = tmpfile.TemporaryDirectory()

            def child():
                file.close()
                file.__exit__(None, None, None)
                directory.cleanup()
                gc.collect()

            self.assertEqual(in_child(child), 0)
            for name in file.name, path, directory.name:
                self.assertTrue(os.path.exists(name))
            directory.cleanup()

    def test_nothing_is_written_twice(self):
        """A child that ends by the usual way flushes what it has inherited."""
        for make in ('TemporaryFile()', 'NamedTemporaryFile()', "TemporaryFile('w+')",
                     "NamedTemporaryFile('w+')", 'SpooledTemporaryFile(1)',
                     "SpooledTemporaryFile(1, 'w+')", "NamedTemporaryFile('w+', delete=False)"):
            data = 'abc' if "'w+'" in make else b'abc'
            result = self.run_new(f'''
                import os, sys
                import tmpfile
                with tmpfile.{make} as file:
                    data = {data!r}
                    file.write(data)
                    pid = os.fork()
                    if pid == 0:
                        file.write(data[:1])
                        sys.exit(0)
                    assert os.waitpid(pid, 0)[1] == 0
                    file.write(data[:2])
                    file.seek(0)
                    found = file.read()
                    assert found == data + data[:1] + data[:2], found
                if os.path.exists(str(file.name)) and not isinstance(file.name, int):
                    os.unlink(file.name)
                ''')
            self.assertEqual((result.returncode, result.stderr), (0, ''), make)

    def test_alive_at_the_end(self):
        """Wherever it is held, and however late it goes."""
        for holder in 'builtins', 'os', 'sys', 'tmpfile', 'tmpfile._native', 'gi':
            for make in ('NamedTemporaryFile()', 'NamedTemporaryFile(delete_on_close=False)',
                         'TemporaryFile()', 'TemporaryDirectory()', 'SpooledTemporaryFile(1)'):
                result = self.run_new(f'''
                    import {holder}, tmpfile, gi
                    kept = tmpfile.{make}
                    if hasattr(kept, 'write'):
                        kept.write(b'abc')
                    {holder}.kept = kept
                    ''')
                self.assertEqual((result.returncode, result.stderr), (0, ''), (holder, make))
                self.assertEqual(os.listdir(self.dir), [], (holder, make))

    def test_a_handler_that_raises(self):
        """Wherever it interrupts, a descriptor is closed once: then it might be another's."""
        result = self.run_new('''
            import signal, sys, time
            import tmpfile

            class Stop(Exception):
                pass

            def stop(number, frame):
                while frame is not None:
                    if frame.f_code is work.__code__:
                        raise Stop
                    frame = frame.f_back

            def work():
                while time.monotonic() < end:
                    tmpfile.TemporaryFile().close()

            signal.signal(signal.SIGALRM, stop)
            signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                try:
                    work()
                except Stop:
                    pass
            signal.setitimer(signal.ITIMER_REAL, 0)
            ''')
        self.assertEqual((result.returncode, result.stderr), (0, ''))

    def test_killed_and_swept(self):
        result = self.run_new('''
            import os, signal
            import tmpfile
            directory = tmpfile.TemporaryDirectory(prefix='killed-')
            open(os.path.join(directory.name, 'file'), 'w').close()
            os.kill(os.getpid(), signal.SIGKILL)
            ''')
        self.assertEqual(result.returncode, -signal.SIGKILL)
        self.assertEqual(len(os.listdir(self.dir)), 1)
        self.assertEqual(Tf.sweep_orphans(self.dir, 'killed-'), 1)

    def test_not_deleted_is_not_swept(self):
        result = self.run_new('''
            import tmpfile
            print(tmpfile.TemporaryDirectory(prefix='kept-', delete=False).name)
            ''')
        path = result.stdout.strip()
        self.assertEqual(Tf.sweep_orphans(self.dir, 'kept-'), 0)
        self.assertTrue(os.path.isdir(path))
        os.rmdir(path)


class Errors(Case):
    def test_they_are_plain(self):
        """What a program catches and sends on is what the standard library raises."""
        import pickle
        for make in (tmpfile.mkstemp, tmpfile.mkdtemp, tmpfile.TemporaryFile,
                     tmpfile.NamedTemporaryFile, tmpfile.TemporaryDirectory):
            with self.assertRaises(FileNotFoundError) as caught:
                make(dir=self.path('missing'))
            error = pickle.loads(pickle.dumps(caught.exception))
            self.assertIs(type(error), FileNotFoundError)
            self.assertNotIsInstance(error, GLib.Error)
            self.assertIn(self.path('missing'), str(error))
            self.assertEqual(error.filename, self.path('missing'))

    def test_a_prefix_that_leads_elsewhere(self):
        for name in MAKERS:
            for affix in ({'prefix': '../x'}, {'suffix': '/x'}, {'prefix': 'a\\b'}):
                with self.assertRaises(FileNotFoundError) as caught:
                    getattr(tmpfile, name)(**affix)
                self.assertIsInstance(caught.exception, ValueError)

    def test_open_fails(self):
        for failing, mode in ('io.open', 'w+'), ('io.open', 'r+b'), ('io.BufferedRandom', 'w+b'):
            for name in 'TemporaryFile', 'NamedTemporaryFile':
                with unittest.mock.patch(failing, side_effect=KeyboardInterrupt):
                    with self.assertRaises(KeyboardInterrupt):
                        getattr(tmpfile, name)(mode)
                gc.collect()
                self.assertEqual(os.listdir(self.dir), [], (failing, name))
                self.assertEqual(descriptors(), self.descriptors, (failing, name))
        for delete in False, True:
            with self.assertRaises(LookupError):
                tmpfile.NamedTemporaryFile('w', encoding='none', delete=delete)


if __name__ == '__main__':
    main()
