# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Errors of tmpfile that come late: while it cleans up, in whatever context; and exceptions in the
middle of its own work, after which nothing may be left. What cannot be deleted is a folder in one
that this user may not write to."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import warnings
from unittest import mock

import tmpfile
from tf_testing import NOBODY, as_nobody, main, run_script
from tmpfile_testing import FILES, MAKERS, TmpfileCase, outcome

# For programs of their own: what they need is imported before they become nobody.
HEAD = '''
import os, sys, warnings
import tmpfile

def become_nobody():
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)

def lock():
    os.chmod(tmpfile.gettempdir(), 0o555)

warnings.simplefilter('ignore')
'''


class Stuck(TmpfileCase):
    """The test's folder can be closed to nobody, who owns what is in it."""

    def setUp(self):
        super().setUp()
        if os.getuid() == 0:
            os.chown(self.dir, NOBODY, NOBODY)
        self.addCleanup(os.chmod, self.dir, 0o700)

    def closed(self):
        return _Closed(self.dir)

    def run_as_nobody(self, test):
        self.assertEqual(as_nobody(test), 0)

    def fill(self, directory):
        """Something in it, which can be deleted."""
        with open(os.path.join(directory, 'file'), 'w') as f:
            f.write('x')

    def run_new(self, code):
        """Runs a program; returns what it said as an error."""
        result = subprocess.run([sys.executable, '-c', HEAD + textwrap.dedent(code)],
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((result.returncode, result.stdout), (0, ''), result.stderr)
        os.chmod(self.dir, 0o700)
        return result.stderr

    def take_away(self, count):
        """What a program of this test could not delete."""
        self.assertEqual(len(self.names()), count)
        for name in self.names():
            path = self.path(name)
            if os.path.isdir(path):
                self.assertEqual(os.listdir(path), [])
                os.rmdir(path)
            else:
                os.unlink(path)


class _Closed:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        os.chmod(self.path, 0o555)

    def __exit__(self, *unused):
        os.chmod(self.path, 0o755)


class Caught:
    """What sys.unraisablehook() is given."""

    def __enter__(self):
        self.errors = []
        self.before, sys.unraisablehook = sys.unraisablehook, self.hook
        return self

    def hook(self, unraisable):
        self.errors.append(unraisable.exc_value.with_traceback(None))

    def __exit__(self, *unused):
        sys.unraisablehook = self.before


class Directory(Stuck):
    def test_cleanup(self):
        def test():
            directory = tmpfile.TemporaryDirectory()
            self.fill(directory)
            with self.closed():
                for _ in range(2):
                    with self.assertRaises(PermissionError) as caught:
                        directory.cleanup()
                    self.assertIn(directory.name, str(caught.exception))
                    self.assertEqual(caught.exception.filename, directory.name)
                # What can go goes.
                self.assertEqual(os.listdir(directory), [])
            directory.cleanup()
            self.assertEqual(self.names(), [])

        self.run_as_nobody(test)

    def test_end_of_context(self):
        def test():
            directory = tmpfile.TemporaryDirectory()
            with self.closed():
                with self.assertRaises(PermissionError):
                    with directory:
                        pass
                # The exception of the block is told too.
                with self.assertRaises(PermissionError) as caught:
                    with directory:
                        1 / 0
                self.assertIsInstance(caught.exception.__cause__, ZeroDivisionError)
            directory.cleanup()

        self.run_as_nobody(test)

    def test_collection(self):
        def test():
            directory = tmpfile.TemporaryDirectory()
            name = directory.name
            with self.closed(), Caught() as caught, self.assertWarns(ResourceWarning):
                del directory
                gc.collect()
            self.assertEqual([type(error) for error in caught.errors], [PermissionError])
            self.assertIn(name, str(caught.errors[0]))
            os.rmdir(name)

        self.run_as_nobody(test)

    def test_shutdown(self):
        errors = self.run_new('''
            become_nobody()
            directory = tmpfile.TemporaryDirectory()
            open(os.path.join(directory, 'file'), 'w').close()
            lock()
            ''')
        self.assertEqual(errors.count('PermissionError'), 1, errors)
        self.assertIn(self.dir, errors)
        self.take_away(1)

    def test_shutdown_with_a_hook(self):
        errors = self.run_new('''
            become_nobody()
            directory = tmpfile.TemporaryDirectory()
            lock()
            sys.unraisablehook = lambda args: sys.stderr.write('hook: %r' % args.exc_value)
            ''')
        self.assertTrue(errors.startswith('hook: PermissionError'), errors)
        self.take_away(1)

    def test_ignored(self):
        """Wherever it happens; what can be deleted is."""
        def test():
            made = [tmpfile.TemporaryDirectory(ignore_cleanup_errors=True) for _ in range(3)]
            for directory in made:
                self.fill(directory)
            with self.closed(), Caught() as caught, warnings.catch_warnings():
                warnings.simplefilter('ignore')
                made[0].cleanup()
                with made[1]:
                    pass
                for directory in made:
                    self.assertTrue(os.path.isdir(directory))
                self.assertEqual(os.listdir(made[0]) + os.listdir(made[1]), [])
                name = made.pop().name
                del directory
                gc.collect()
                self.assertEqual(os.listdir(name), [])
            self.assertEqual(caught.errors, [])
            for directory in made:
                directory.cleanup()
            os.rmdir(name)

        self.run_as_nobody(test)

    def test_ignored_at_shutdown(self):
        errors = self.run_new('''
            become_nobody()
            directory = tmpfile.TemporaryDirectory(ignore_cleanup_errors=True)
            open(os.path.join(directory, 'file'), 'w').close()
            lock()
            ''')
        self.assertEqual(errors, '')
        self.take_away(1)

    def test_not_ignored_otherwise(self):
        """Only what cleaning up says is ignored."""
        for kind, options in ((FileNotFoundError, {'dir': self.path('missing')}),
                              (TypeError, {'prefix': 5})):
            with self.assertRaises(kind):
                tmpfile.TemporaryDirectory(ignore_cleanup_errors=True, **options)


class Named(Stuck):
    def test_close_and_context(self):
        def test():
            for delete_on_close in (True, False):
                for end, args in (('close', ()), ('__exit__', (None, None, None))):
                    f = tmpfile.NamedTemporaryFile(delete_on_close=delete_on_close)
                    with self.closed():
                        error = outcome(lambda: getattr(f, end)(*args))[1]
                        if delete_on_close or args:
                            self.assertIs(type(error), PermissionError)
                            self.assertEqual(error.filename, f.name)
                        else:
                            self.assertIsNone(error)
                        self.assertTrue(f.closed)
                    # The end of the object tries again.
                    del f, error
                    gc.collect()
                    self.assertEqual(self.names(), [])

        self.run_as_nobody(test)

    def test_collection(self):
        def test():
            for delete_on_close in (True, False):
                f = tmpfile.NamedTemporaryFile(delete_on_close=delete_on_close)
                name = f.name
                with self.closed(), Caught() as caught, warnings.catch_warnings():
                    warnings.simplefilter('ignore')
                    del f
                    gc.collect()
                self.assertEqual([type(error) for error in caught.errors], [PermissionError])
                self.assertIn(name, str(caught.errors[0]))
                os.unlink(name)

        self.run_as_nobody(test)

    def test_full_disk(self):
        """What the buffer could not write; the name goes all the same."""
        for delete_on_close in (True, False):
            f = tmpfile.NamedTemporaryFile(delete_on_close=delete_on_close)
            fd = f.fileno()
            f.write(b'abc')
            full = os.open('/dev/full', os.O_RDWR)
            saved = os.dup(fd)
            os.dup2(full, fd, inheritable=False)
            try:
                with self.assertRaises(OSError):
                    f.flush()
            finally:
                os.dup2(saved, fd, inheritable=False)
                os.close(saved)
                os.close(full)
            f.__exit__(None, None, None)
            self.assertEqual(self.names(), [])


class Interrupted(TmpfileCase):
    """An exception that comes in the middle, as KeyboardInterrupt can."""

    def interrupted(self, where, make):
        calls = 0

        def interrupt(*unused, **options):
            nonlocal calls
            calls += 1
            raise KeyboardInterrupt

        with mock.patch(where, interrupt), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            with self.assertRaises(KeyboardInterrupt):
                make()
            gc.collect()
        self.assertEqual(calls, 1)
        self.assert_nothing_left()

    def test_in_open(self):
        for mode in ('w+', 'r+b', 'xb'):
            for name in FILES[:2]:
                self.interrupted('io.open', lambda: MAKERS[name](tmpfile, mode=mode))
            self.interrupted('io.open', lambda: tmpfile.NamedTemporaryFile(mode, delete=False))
            self.interrupted('io.open',
                             lambda: tmpfile.NamedTemporaryFile(mode, delete_on_close=False))
        for name in FILES[:2]:
            self.interrupted('io.BufferedRandom', lambda: MAKERS[name](tmpfile))
        # A descriptor without a name that never became an io.FileIO is lost, as with CPython: to
        # close it by its number might close another's.
        self.interrupted('io.FileIO', tmpfile.NamedTemporaryFile)

    def test_after_open(self):
        """With the file there, and its descriptor."""
        for options in ({}, {'delete': False}, {'delete_on_close': False}):
            self.interrupted('tmpfile._files.TemporaryFileWrapper',
                             lambda: tmpfile.NamedTemporaryFile(**options))

        def open_and_fail(*args, **options):
            open(*args, **options).close()
            raise KeyboardInterrupt

        for name in FILES[:2]:
            with mock.patch('io.open', open_and_fail), self.assertRaises(KeyboardInterrupt):
                MAKERS[name](tmpfile, mode='w+')
            self.assert_nothing_left()

    def test_in_a_rollover(self):
        """Nothing is lost; it is in memory as before, and goes on."""
        for mode, data in (('w+b', b'abc'), ('w+', 'abc')):
            with tmpfile.SpooledTemporaryFile(max_size=4, mode=mode) as f:
                f.write(data)
                for call in (f.rollover, f.fileno, lambda: f.truncate(5000)):
                    with mock.patch('tmpfile._spool.TemporaryFile', side_effect=KeyboardInterrupt):
                        with self.assertRaises(KeyboardInterrupt):
                            call()
                    self.assertFalse(f._rolled)
                    self.assertEqual(f.tell(), 3)
                f.write(data)
                self.assertTrue(f._rolled)
                f.seek(0)
                self.assertEqual(f.read(), data * 2)

    def test_in_a_directory(self):
        for where in ('weakref.finalize', 'tmpfile._directory.typed'):
            self.interrupted(where, tmpfile.TemporaryDirectory)

    def test_in_the_block(self):
        for name in (*FILES, 'TemporaryDirectory'):
            with self.assertRaises(KeyboardInterrupt):
                with MAKERS[name](tmpfile):
                    raise KeyboardInterrupt
            self.assert_nothing_left()

    def test_no_descriptors_left(self):
        """Where the limit is reached in any call of any of them."""
        found = run_script('''
            import errno, resource, tmpfile
            from tmpfile_testing import MAKERS, dispose, outcome
            for name in MAKERS:
                dispose(MAKERS[name](tmpfile))
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)
            for name in MAKERS:
                for room in range(12):
                    before = descriptors()
                    free = os.dup(0)
                    os.close(free)
                    resource.setrlimit(resource.RLIMIT_NOFILE, (free + room, limit[1]))
                    result, error = outcome(lambda: MAKERS[name](tmpfile))
                    resource.setrlimit(resource.RLIMIT_NOFILE, limit)
                    assert error is None or error.errno == errno.EMFILE, (name, room, error)
                    if error is None:
                        dispose(result)
                        print(name, room)
                        break
                    assert os.listdir(tmpfile.gettempdir()) == [], (name, room)
                    assert descriptors() == before, (name, room)
            ''')
        self.assertEqual(len(found.splitlines()), len(MAKERS), found)


class Signals(TmpfileCase):
    """Tf.cleanup_all() in a handler of the program's own."""

    HEAD = '''
        import signal, time, tmpfile
        from gi.repository import GLib, Tf
        with open(tmpfile.mkstemp(prefix='mine')[1], 'w'):
            pass
        things = [tmpfile.NamedTemporaryFile(), tmpfile.NamedTemporaryFile(delete_on_close=False),
                  tmpfile.NamedTemporaryFile('w+', delete=False, prefix='mine'),
                  tmpfile.TemporaryFile(), tmpfile.SpooledTemporaryFile(1),
                  tmpfile.TemporaryDirectory(), tmpfile.TemporaryDirectory()]
        things[1].close()
        things[4].write(b'abc')
        for i in range(100):
            os.makedirs(os.path.join(things[5], str(i), 'x'))

        def ready():
            print(len(os.listdir(tmpfile.gettempdir())), flush=True)

        def wait():
            # Not signal.pause(): the signal can come before it.
            while True:
                time.sleep(0.01)

        '''
    MADE = 6     # names of these things
    MINE = 2     # of them to be deleted by the program

    def end(self, source, number, status):
        environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(
            [os.path.dirname(os.path.abspath(__file__)), os.environ.get('PYTHONPATH', '')])}
        source = 'from tf_testing import *\n' + textwrap.dedent(self.HEAD) + textwrap.dedent(source)
        process = subprocess.Popen([sys.executable, '-W', 'ignore', '-c', source], env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with process:
            self.assertEqual(process.stdout.readline(), '%d\n' % self.MADE)
            process.send_signal(number)
            rest, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, rest, errors), (status, '', ''))
        self.assertEqual(len(self.names()), self.MINE)
        for name in self.names():
            self.assertTrue(name.startswith('mine'))
            os.unlink(self.path(name))

    def test_handler_that_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.end('''
                def stop(number, frame):
                    Tf.cleanup_all()
                    os._exit(7)

                for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(number, stop)
                ready()
                wait()
                ''', number, 7)

    def test_handler_that_ends_by_the_signal(self):
        self.end('''
            def stop(number, frame):
                Tf.cleanup_all()
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)

            signal.signal(signal.SIGTERM, stop)
            ready()
            wait()
            ''', signal.SIGTERM, -signal.SIGTERM)

    def test_handler_that_goes_on(self):
        """Afterwards the objects can be closed, and the program ends as at any other time."""
        self.end('''
            stopped = []

            def stop(number, frame):
                Tf.cleanup_all()
                stopped.append(number)

            signal.signal(signal.SIGTERM, stop)
            ready()
            # With signal.pause() it might have come before.
            while not stopped:
                time.sleep(0.01)
            for thing in things:
                getattr(thing, 'cleanup', getattr(thing, 'close', None))()
            ''', signal.SIGTERM, 0)

    def test_handler_while_it_works(self):
        """The signal comes in the middle of making and deleting."""
        self.end('''
            def stop(number, frame):
                Tf.cleanup_all()
                os._exit(7)

            signal.signal(signal.SIGTERM, stop)
            ready()
            while True:
                with tmpfile.TemporaryDirectory() as path:
                    with tmpfile.NamedTemporaryFile(dir=path) as f:
                        f.write(b'x')
            ''', signal.SIGTERM, 7)

    def test_source_of_the_main_loop(self):
        self.end('''
            loop = GLib.MainLoop()

            def terminate():
                Tf.cleanup_all()
                loop.quit()
                return GLib.SOURCE_REMOVE

            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, terminate)
            ready()
            loop.run()
            ''', signal.SIGTERM, 0)

    def test_sys_exit_in_a_handler(self):
        """Without cleanup_all(): an exit as any other."""
        self.end('''
            signal.signal(signal.SIGTERM, lambda *unused: sys.exit(3))
            ready()
            wait()
            ''', signal.SIGTERM, 3)


if __name__ == '__main__':
    main()
