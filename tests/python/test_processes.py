# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Other processes, as Python starts them: multiprocessing in its three ways, subprocess,
Gio.Subprocess. What is the parent's stays, what is theirs goes with them."""

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys

from tf_testing import Case, Gio, GLib, Tf, in_child, iterate_until, main

METHODS = ('fork', 'forkserver', 'spawn')

kept = []    # objects that are alive when a process ends


# --- what the other processes do ---

def make(path):
    """What a process makes beside `path`: it is gone when the references are. (The server of
    forkserver may have another idea of TMPDIR.)"""
    Tf.set_temp_dir(os.path.dirname(path))
    f = Tf.TemporaryFile(anonymous=False)
    f.write(b'of the child')
    directory = Tf.TemporaryDirectory()
    os.mkdir(os.path.join(directory, 'inside'))
    return [f, directory]


def use_path(path):
    with open(os.path.join(path, 'from-child'), 'w') as f:
        f.write('x')


def make_and_drop(path):
    assert all(os.path.exists(thing) for thing in make(path))
    use_path(path)


def make_and_raise(path):
    things = make(path)
    use_path(path)
    assert things
    # Where multiprocessing prints what was raised on purpose.
    sys.stderr = open(os.devnull, 'w')
    raise ValueError('on purpose')


def make_and_exit(path):
    things = make(path)
    use_path(path)
    sys.exit(5 if things else 0)


def make_and_keep(path):
    kept.extend(make(path))
    use_path(path)


def keep_in_cycle(path):
    things = make(path)
    things.append(things)
    use_path(path)


def make_and_be_killed(path):
    kept.extend(make(path))
    Tf.cleanup_all()
    use_path(path)
    os.kill(os.getpid(), signal.SIGKILL)


def clean_up_all(path):
    Tf.cleanup_all()
    kept.clear()
    use_path(path)


def work_in_pool(number):
    with Tf.SpooledFile(max_size=1) as spool:
        spool.write(b'%d' % number)
        spool.seek(0)
        return spool.read(), [os.path.basename(Tf.mktemp()) for unused in range(5)]


# --- the parent ---

class Household(Case):
    """What the parent holds while others come and go."""

    def setUp(self):
        super().setUp()
        self.f = Tf.TemporaryFile(anonymous=False, buffer_size=4096)
        self.f.write(b'of the parent')
        self.directory = Tf.TemporaryDirectory()
        os.mkdir(os.path.join(self.directory, 'inside'))
        self.spool = Tf.SpooledFile()
        self.spool.write(b'of the parent')
        kept[:] = [self.f, self.directory, self.spool]

    def tearDown(self):
        del kept[:]
        self.f = self.directory = self.spool = None
        super().tearDown()

    def take_lease(self):
        fd = os.open(self.directory, os.O_RDONLY)
        with self.assertRaises(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def check_household(self, *entries):
        self.assertEqual(len(os.listdir(self.dir)), 2)
        self.assertEqual(sorted(os.listdir(self.directory)), sorted(['inside', *entries]))
        self.assertEqual(in_child(self.take_lease), 0)
        self.spool.seek(0)
        self.assertEqual(self.spool.read(), b'of the parent')
        self.assertEqual(os.path.getsize(self.f), 0)
        self.f.seek(0)
        self.assertEqual(self.f.read(), b'of the parent')


class Multiprocessing(Household):
    def run_one(self, method, target, status):
        context = multiprocessing.get_context(method)
        process = context.Process(target=target, args=[self.directory.get_path()])
        process.start()
        process.join(60)
        self.assertEqual(process.exitcode, status)
        process.close()

    def check(self, target, status=0):
        for method in METHODS:
            with self.subTest(method):
                self.run_one(method, target, status)
                os.unlink(os.path.join(self.directory, 'from-child'))
                self.assertEqual(len(os.listdir(self.dir)), 2)
        self.check_household()

    @classmethod
    def tearDownClass(cls):
        # The server would outlive the test, and with it the pipes to it.
        from multiprocessing import forkserver, resource_tracker
        forkserver._forkserver._stop()
        resource_tracker._resource_tracker._stop()

    def setUp(self):
        # Whatever descriptors it opens once and for all are there before they are counted.
        from multiprocessing import forkserver
        forkserver.ensure_running()
        super().setUp()

    def test_drops(self):
        self.check(make_and_drop)

    def test_raises(self):
        self.check(make_and_raise, 1)

    def test_exits(self):
        self.check(make_and_exit, 5)

    def test_killed(self):
        self.check(make_and_be_killed, -signal.SIGKILL)

    def test_cleans_up(self):
        self.check(clean_up_all)

    def test_keeps_to_the_end(self):
        # fork and forkserver end by os._exit(), when multiprocessing has called its finalizers.
        self.check(make_and_keep)

    def test_keeps_in_cycle(self):
        self.check(keep_in_cycle)

    def test_pool(self):
        for method in METHODS:
            with multiprocessing.get_context(method).Pool(2) as pool:
                results = pool.map(work_in_pool, range(20), 1)
                pool.close()
                pool.join()
            self.assertEqual([data for data, names in results],
                             [b'%d' % number for number in range(20)])
            # No process has the names of another.
            names = [name for data, names in results for name in names]
            self.assertEqual(len(set(names)), 100)
            del pool
        self.check_household()


class Subprocess(Household):
    SOURCE = 'import sys, test_processes as t; t.%s(sys.argv[1])'

    def environment(self):
        return {**os.environ, 'PYTHONPATH': os.pathsep.join(
            [os.path.dirname(os.path.abspath(__file__)), os.environ.get('PYTHONPATH', '')])}

    def command(self, function):
        return [sys.executable, '-c', self.SOURCE % function.__name__, self.directory.get_path()]

    def test_subprocess(self):
        for options in ({}, {'close_fds': False}, {'preexec_fn': Tf.cleanup_all},
                        {'preexec_fn': kept.clear}, {'start_new_session': True}):
            subprocess.run(self.command(make_and_keep), env=self.environment(), check=True,
                           timeout=60, **options)
            os.unlink(os.path.join(self.directory, 'from-child'))
        self.check_household()

    def test_not_started(self):
        # The child that was forked for it ends in a way of its own.
        with self.assertRaises(FileNotFoundError):
            subprocess.run([self.path('missing')], preexec_fn=Tf.cleanup_all)
        with self.assertRaises(subprocess.SubprocessError):
            subprocess.run(['true'], preexec_fn=lambda: 1 / 0)
        self.check_household()

    def test_gets_a_copy(self):
        # What is handed over by number goes on there.
        fd = self.directory.dup_fd()
        result = subprocess.run(['ls', '/proc/self/fd/%d/' % fd], pass_fds=[fd],
                                stdout=subprocess.PIPE, check=True)
        os.close(fd)
        self.assertEqual(result.stdout, b'inside\n')
        with Tf.TemporaryFile() as f:
            subprocess.run(['echo', 'from the child'], stdout=f, check=True)
            f.seek(0)
            self.assertEqual(f.read(), b'from the child\n')
        self.check_household()

    def test_system_and_popen(self):
        self.assertEqual(os.system('exit 3') >> 8, 3)
        with os.popen('echo x') as stream:
            self.assertEqual(stream.read(), 'x\n')
        self.assertEqual(os.waitpid(os.posix_spawnp('true', ['true'], os.environ), 0)[1], 0)
        self.check_household()

    def launcher(self):
        launcher = Gio.SubprocessLauncher.new(Gio.SubprocessFlags.NONE)
        for name, value in self.environment().items():
            launcher.setenv(name, value, True)
        return launcher

    def test_gio(self):
        process = self.launcher().spawnv(self.command(make_and_keep))
        self.assertTrue(process.wait_check(None))
        del process
        self.check_household('from-child')

    def test_gio_not_started(self):
        with self.assertRaises(GLib.Error):
            Gio.Subprocess.new([self.path('missing')], Gio.SubprocessFlags.NONE)
        self.check_household()

    def test_gio_killed(self):
        process = Gio.Subprocess.new(['sleep', '60'], Gio.SubprocessFlags.NONE)
        process.force_exit()
        process.wait(None)
        self.assertEqual(process.get_term_sig(), signal.SIGKILL)
        del process
        self.check_household()

    def test_gio_asynchronous(self):
        results = []
        for unused in range(5):
            process = self.launcher().spawnv(['true'])
            process.wait_check_async(None, lambda source, result: results.append(
                source.wait_check_finish(result)))
            del process
        iterate_until(lambda: len(results) == 5)
        self.check_household()


if __name__ == '__main__':
    main()
