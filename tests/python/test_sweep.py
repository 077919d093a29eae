# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tf.sweep_orphans() and the folder of a session, as Python has them."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap

from tf_testing import Case, Gio, GLib, Tf, in_child, iterate_until, main, run_script

NORMAL = GLib.PRIORITY_DEFAULT


class Sweeping(Case):
    def killed(self, source):
        """Runs Python source in a process of its own that ends by kill -9."""
        source = 'from tf_testing import *\n' + textwrap.dedent(source) + \
            '\nimport signal; os.kill(os.getpid(), signal.SIGKILL)\n'
        path = os.pathsep.join([os.path.dirname(os.path.abspath(__file__)),
                                os.environ.get('PYTHONPATH', '')])
        result = subprocess.run([sys.executable, '-c', source], timeout=60,
                                env={**os.environ, 'PYTHONPATH': path})
        self.assertEqual(result.returncode, -signal.SIGKILL)

    def orphan(self, *prefixes):
        """One full and one empty folder for each prefix, of a process that was killed."""
        made = ''.join('''
            full = Tf.TemporaryDirectory(prefix=%r)
            os.makedirs(os.path.join(full, 'a', 'b'))
            empty = Tf.TemporaryDirectory(prefix=%r)
            kept.extend([full, empty])''' % (prefix, prefix) for prefix in prefixes)
        self.killed('''
            kept = []''' + made)
        self.assertEqual(len(os.listdir(self.dir)), 2 * len(prefixes))

    def sweep_async(self, *arguments):
        results = []
        Tf.sweep_orphans_async(*arguments, lambda source, result: results.append(result))
        iterate_until(lambda: results)
        return Tf.sweep_orphans_finish(results[0])


class Sweep(Sweeping):
    def test_defaults(self):
        self.assertEqual(Tf.sweep_orphans(), 0)
        self.orphan(None)
        self.assertEqual(Tf.sweep_orphans(), 2)
        self.assertEqual(os.listdir(self.dir), [])

    def test_directory_of_every_kind(self):
        for directory in (self.dir, os.fsencode(self.dir), pathlib.Path(self.dir),
                          Gio.File.new_for_path(self.dir)):
            self.orphan('app-')
            self.assertEqual(Tf.sweep_orphans(directory, 'other-'), 0)
            self.assertEqual(Tf.sweep_orphans(directory, 'app-'), 2)

    def test_prefix_of_every_kind(self):
        for prefix in ('app-', b'app-', 'ünï-', b'\xff-'):
            self.orphan(os.fsdecode(prefix) if prefix != b'\xff-' else 'app-')
            found = Tf.sweep_orphans(None, prefix)
            self.assertEqual(found, 0 if prefix == b'\xff-' else 2)
        Tf.sweep_orphans(prefix='app-')
        self.assertEqual(os.listdir(self.dir), [])

    def test_by_name(self):
        self.orphan('app-', 'other-')
        self.assertEqual(Tf.sweep_orphans(prefix='app-'), 2)
        self.assertEqual(Tf.sweep_orphans(prefix='other-', min_age=3600), 0)
        self.assertEqual(Tf.sweep_orphans(prefix='other-', cancellable=Gio.Cancellable()), 2)

    def test_async(self):
        self.orphan('app-')
        self.assertEqual(self.sweep_async(self.dir, 'app-', 3600, NORMAL, None), 0)
        self.assertEqual(self.sweep_async(None, 'app-', 0, NORMAL, None), 2)
        self.assertEqual(self.sweep_async(pathlib.Path(self.dir), b'app-', 0, NORMAL, None), 0)

    def test_what_is_alive_stays(self):
        directory = Tf.TemporaryDirectory(prefix='app-')
        kept = Tf.TemporaryDirectory(prefix='app-')
        kept = kept.keep().get_path()
        plain = Tf.mkdtemp(None, 'app-', None)
        f = Tf.TemporaryFile(anonymous=False, prefix='app-')
        self.assertEqual(Tf.sweep_orphans(prefix='app-'), 0)
        self.assertEqual(in_child(lambda: self.assertEqual(Tf.sweep_orphans(prefix='app-'), 0)), 0)
        for path in (directory, kept, plain, f):
            self.assertTrue(os.path.exists(path))
        for path in (kept, plain):
            os.rmdir(path)

    def test_of_a_child_that_was_killed(self):
        def child():
            own = Tf.TemporaryDirectory(prefix='app-')
            os.kill(os.getpid() if own else 0, signal.SIGKILL)

        directory = Tf.TemporaryDirectory(prefix='app-')
        self.assertEqual(in_child(child), -signal.SIGKILL)
        self.assertEqual(len(os.listdir(self.dir)), 2)
        self.assertEqual(Tf.sweep_orphans(prefix='app-'), 1)
        self.assertTrue(os.path.exists(directory))

    def test_refused(self):
        for arguments, code, kind in (
                (('',), Gio.IOErrorEnum.INVALID_ARGUMENT, ValueError),
                ((self.path('missing'),), Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError),
                ((None, 'a/b'), Gio.IOErrorEnum.INVALID_FILENAME, ValueError),
                ((None, 'a\0b'), Gio.IOErrorEnum.INVALID_FILENAME, ValueError),
                ((Gio.File.new_for_uri('http://example.org/'),), Gio.IOErrorEnum.NOT_SUPPORTED,
                 OSError),
                (('/proc',), Gio.IOErrorEnum.NOT_SUPPORTED, OSError)):
            with self.subTest(arguments):
                with self.assert_error(code, kind):
                    Tf.sweep_orphans(*arguments)
        with self.assertRaises(FileNotFoundError):
            self.sweep_async(self.path('missing'), None, 0, NORMAL, None)

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        self.orphan('app-')
        with self.assert_error(Gio.IOErrorEnum.CANCELLED):
            Tf.sweep_orphans(None, 'app-', 0, cancellable)
        with self.assert_error(Gio.IOErrorEnum.CANCELLED):
            self.sweep_async(None, 'app-', 0, NORMAL, cancellable)
        self.assertEqual(Tf.sweep_orphans(None, 'app-'), 2)


SESSION = '''
    def session():
        return Tf.get_location(Tf.Location.SESSION, 0).get_path()

    '''


class Session(Sweeping):
    def run_session(self, source):
        return run_script(SESSION + source)

    def test_to_the_end(self):
        for end in ('', 'sys.exit(0)', 'Tf.cleanup_all(); Tf.cleanup_all(); os._exit(0)'):
            output = self.run_session('''
    import sys
    GLib.set_prgname('program')
    path = session()
    assert session() == path
    os.makedirs(os.path.join(path, 'a', 'b'))
    f = Tf.TemporaryFile(anonymous=False, directory=path)
    assert os.path.dirname(f.get_path()) == path
    print(path, flush=True)
    %s
    ''' % end)
            self.assertRegex(output, '^%s/program-[a-z0-9_]{8}\n$' % self.dir)
            self.assertEqual(os.listdir(self.dir), [])

    def test_made_again(self):
        self.run_session('''
    first = session()
    Tf.cleanup_all()
    assert not os.path.exists(first)
    second = session()
    assert second != first and os.path.isdir(second)
    ''')
        self.assertEqual(os.listdir(self.dir), [])

    def test_fork(self):
        # A child has one of its own, which goes with it.
        self.run_session('''
    import sys
    path = session()
    pid = os.fork()
    if pid == 0:
        own = session()
        assert own != path and os.path.isdir(own) and session() == own
        sys.exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
    assert session() == path
    ''')
        self.assertEqual(os.listdir(self.dir), [])

    def test_location(self):
        self.run_session('''
    kept = [Tf.TemporaryFile(anonymous=False, location=Tf.Location.SESSION),
            Tf.TemporaryDirectory(location=Tf.Location.SESSION)]
    for thing in kept:
        assert os.path.dirname(os.fspath(thing)) == session()
    assert kept[0].props.location == Tf.Location.SESSION
    assert len(os.listdir(session())) == 2
    # Who says where says all.
    elsewhere = Tf.TemporaryFile(anonymous=False, location=Tf.Location.SESSION,
                                 directory=Tf.get_temp_dir())
    assert os.path.dirname(os.fspath(elsewhere)) == Tf.get_temp_dir()
    with Tf.SpooledFile(location=Tf.Location.SESSION) as spool:
        spool.write(b'x')
        spool.rollover()
        spool.seek(0)
        assert spool.read() == b'x'
    Tf.cleanup_all()
    assert os.listdir(Tf.get_temp_dir()) == []
    again = Tf.TemporaryFile(anonymous=False, location=Tf.Location.SESSION)
    assert os.path.dirname(os.fspath(again)) == session()
    ''')
        self.assertEqual(os.listdir(self.dir), [])

    def test_killed(self):
        self.killed('''
            GLib.set_prgname('program')
            path = Tf.get_location(Tf.Location.SESSION, 0).get_path()
            os.mkdir(os.path.join(path, 'inside'))
            ''')
        self.assertEqual(len(os.listdir(self.dir)), 1)
        self.assertEqual(Tf.sweep_orphans(prefix='program-'), 1)
        self.assertEqual(os.listdir(self.dir), [])


if __name__ == '__main__':
    main()
