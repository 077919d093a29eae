# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Only the process that made it deletes it."""

import os
import signal
import subprocess
import threading

from tf_testing import Case, Tf, in_child, main, run_script, scale

FORK = '''
    import atexit, fcntl, gc, os, signal, sys, threading
    signal.alarm(50)    # a child that hangs is ended by the signal
    directory = Tf.TemporaryDirectory()
    f = Tf.TemporaryFile(anonymous=False)
    anonymous = Tf.TemporaryFile()
    anonymous.write(b'of the parent')
    buffered = Tf.TemporaryFile(anonymous=False, buffer_size=4096)
    buffered.write(b'of the parent')
    spool = Tf.SpooledFile()
    spool.write(b'of the parent')
    open(os.path.join(directory, 'inside'), 'w').close()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        signal.alarm(40)
        %s
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == %d, status
    assert os.path.exists(f)
    assert os.listdir(directory) == ['inside']
    assert open(buffered).read() == ''
    buffered.flush()
    assert open(buffered).read() == 'of the parent'
    for stream in anonymous, spool:
        stream.seek(0)
        assert stream.read() == b'of the parent'

    if os.fork() == 0:
        try:
            fcntl.flock(os.open(directory, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os._exit(0)
        os._exit(1)
    assert os.wait()[1] == 0, 'the lease is lost'
    print('all there')
    '''


class Fork(Case):
    def check(self, child, status=0, **options):
        self.assertEqual(run_script(FORK % (child, status), **options), 'all there\n')
        self.assertEqual(os.listdir(self.dir), [])

    def test_child_exits(self):
        self.check('sys.exit(0)')

    def test_child_drops(self):
        self.check('del directory, f, anonymous; gc.collect(); os._exit(0)')

    def test_child_disposes(self):
        self.check('directory.run_dispose(); f.run_dispose(); anonymous.run_dispose(); os._exit(0)')

    def test_child_cleans_up(self):
        self.check('Tf.cleanup_all(); os._exit(0)')

    def test_child_closes(self):
        self.check('''for stream in (f, anonymous, buffered, spool):
            stream.close()
        directory.cleanup()
        sys.exit(0)''')

    def test_child_uses_with(self):
        self.check('''with f, anonymous, buffered, spool, directory as path:
            assert os.listdir(path) == ['inside']
        sys.exit(3)''', 3)

    def test_child_raises(self):
        self.check('raise ValueError("on purpose")', 1, stderr=subprocess.DEVNULL)

    def test_child_raises_in_cycle(self):
        self.check('''cycle = [directory, f, anonymous, buffered, spool]
        cycle.append(cycle)
        del directory, f, anonymous, buffered, spool
        raise ValueError('on purpose')''', 1, stderr=subprocess.DEVNULL)

    def test_child_is_killed(self):
        for number in ('SIGKILL', 'SIGTERM', 'SIGINT'):
            self.check('signal.raise_signal(signal.%s)' % number,
                       -getattr(signal, number), stderr=subprocess.DEVNULL)

    def test_child_ends_at_once(self):
        self.check('os._exit(4)', 4)

    def test_child_runs_handlers(self):
        self.check('''atexit.register(Tf.cleanup_all)
        atexit.register(directory.cleanup)
        atexit.register(f.close)
        sys.exit(5)''', 5)

    def test_child_becomes_another_program(self):
        self.check('os.execl("/bin/sh", "sh", "-c", "exit 6")', 6)

    def test_child_drops_in_thread(self):
        self.check('''things = [directory, f, anonymous, buffered, spool]
        del directory, f, anonymous, buffered, spool
        thread = threading.Thread(target=things.clear)
        thread.start()
        thread.join()
        gc.collect()
        os._exit(0)''')

    def test_child_makes_its_own(self):
        self.check('''own = [Tf.TemporaryDirectory(), Tf.TemporaryFile(anonymous=False)]
        assert all(os.path.exists(o) for o in own)
        sys.exit(0)''')

    def test_child_makes_and_fails(self):
        self.check('''own = [Tf.TemporaryDirectory(), Tf.TemporaryFile(anonymous=False)]
        own.append(own)
        os.mkdir(os.path.join(own[0], 'inside'))
        raise ValueError('on purpose')''', 1, stderr=subprocess.DEVNULL)

    def test_names_differ(self):
        # The pool of random bytes is not shared with a child.
        Tf.mktemp()
        back, out = os.pipe()

        def child():
            os.write(out, ' '.join(Tf.mktemp() for i in range(20)).encode())

        self.assertEqual(in_child(child), 0)
        os.close(out)
        theirs = set(os.read(back, 65536).decode().split())
        os.close(back)
        self.assertEqual(len(theirs), 20)
        self.assertFalse(theirs & {Tf.mktemp() for i in range(20)})


class Storm(Case):
    """Forks while other threads are in the middle of a call. The children make no objects:
    GObject's own locks may be held for ever in them."""

    def work(self, job):
        while not self.stop.is_set():
            job()

    def test_storm(self):
        self.stop = threading.Event()
        f = Tf.TemporaryFile(anonymous=False)
        directory = Tf.TemporaryDirectory()
        os.mkdir(os.path.join(directory, 'inside'))
        chunk = bytes(4096)

        def write():
            f.write(chunk)
            f.truncate(0)

        def make():
            Tf.TemporaryDirectory(directory=other).cleanup()
            Tf.TemporaryFile(anonymous=False, directory=other).close()

        def child():
            signal.alarm(40)
            Tf.cleanup_all()
            self.assertTrue(os.path.exists(path))

        path = f.get_path()
        other = self.path('other')
        os.mkdir(other)
        threads = [threading.Thread(target=self.work, args=[job])
                   for job in (write, make, lambda: os.close(directory.dup_fd()))]
        for thread in threads:
            thread.start()
        try:
            for unused in range(scale(10, 100, 1000)):
                self.assertEqual(in_child(child), 0)
                self.assertTrue(os.path.exists(f))
                self.assertEqual(os.listdir(directory), ['inside'])
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(os.listdir(other), [])
        os.rmdir(other)
        f.close()
        directory.cleanup()


if __name__ == '__main__':
    main()
