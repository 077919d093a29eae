# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""How a Python program can end, and what is left then."""

import os
import signal
import subprocess
import sys
import textwrap
import time

from tf_testing import Case, main

HERE = os.path.dirname(os.path.abspath(__file__))
SOON = 10     # seconds; far below what a hang would take
THINGS = 3    # what make() leaves in the temporary folder

HEAD = '''
    import atexit, gc, os, signal, sys, threading, time
    from tf_testing import GLib, Gio, Tf

    def make():
        """A named file, a spool's file by name, a folder with content."""
        f = Tf.TemporaryFile(anonymous=False, buffer_size=4096)
        f.write(b'bytes that nobody asked to write')
        left = Tf.TemporaryFile(anonymous=False, delete_on_close=False)
        left.close()
        directory = Tf.TemporaryDirectory()
        for i in range(20):
            os.makedirs(os.path.join(directory, str(i % 3), str(i)))
        return [f, left, directory]

    def ready():
        print(len(os.listdir(Tf.get_temp_dir())), flush=True)

    '''


class Ending(Case):
    def end(self, source, status=0, left=0, made=THINGS):
        """Runs a program that calls ready() when it has made its things, to its end."""
        environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(
            [HERE, os.environ.get('PYTHONPATH', '')])}
        begun = time.monotonic()
        result = subprocess.run(
            [sys.executable, '-c', textwrap.dedent(HEAD) + textwrap.dedent(source)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        self.errors = result.stderr.decode()
        self.assertEqual(result.returncode, status, self.errors)
        self.assertEqual(result.stdout.decode(), '%d\n' % made)
        self.assertEqual(len(os.listdir(self.dir)), left, self.errors)
        self.assertLess(time.monotonic() - begun, SOON)
        self.assertNotIn('CRITICAL', self.errors)
        self.assertNotIn('Fatal', self.errors)

    def remove_left(self):
        for name in os.listdir(self.dir):
            subprocess.run(['rm', '-r', self.path(name)], check=True)


class Exit(Ending):
    def test_globals(self):
        self.end('things = make(); ready()')
        self.assertEqual(self.errors, '')

    def test_held_by_sys(self):
        # The last that is cleared.
        self.end('sys.things = make(); sys.modules["things"] = sys.things; ready()')

    def test_cycles(self):
        self.end('''
            class Node:
                pass

            gc.disable()
            node = Node()
            node.self, node.things = node, make()
            del node
            ready()
            ''')

    def test_finalizer(self):
        # While the interpreter is being taken down the modules may be gone already.
        self.end('''
            class Node:
                def __init__(self):
                    self.self, self.things = self, make()

                def __del__(self):
                    for thing in self.things:
                        thing.run_dispose()

            node = Node()
            ready()
            ''')

    def test_held_by_closures(self):
        self.end('''
            things = make()
            GLib.timeout_add_seconds(3600, lambda: bool(things))
            cancellable = Gio.Cancellable()
            cancellable.connect(lambda *unused: things)
            ready()
            del things
            ''')

    def test_uncaught_exception(self):
        self.end('''
            def fail():
                things = make()
                ready()
                raise ValueError('on purpose')

            fail()
            ''', 1)
        self.assertIn('ValueError: on purpose', self.errors)

    def test_exception_kept(self):
        self.end('''
            def fail():
                things = make()
                ready()
                raise ValueError('on purpose')

            try:
                fail()
            except ValueError as error:
                sys.error = error
            ''')

    def test_sys_exit(self):
        self.end('things = make(); ready(); sys.exit(7)', 7)
        self.end('things = make(); ready(); sys.exit("on purpose")', 1)
        self.end('''
            with Tf.TemporaryDirectory() as path:
                things = make()
                ready()
                sys.exit(3)
            ''', 3, made=THINGS + 1)

    def test_os__exit(self):
        # A documented fact: no handler runs.
        self.end('things = make(); ready(); os._exit(7)', 7, left=THINGS)
        self.remove_left()
        self.end('things = make(); ready(); Tf.cleanup_all(); os._exit(7)', 7)

    def test_atexit(self):
        self.end('''
            @atexit.register
            def late():
                global more
                more = make()
                things[0].write(b'still usable')
                things[0].flush()
                assert os.path.exists(things[0])
                ready()

            things = make()
            ''', made=2 * THINGS)

    def test_atexit_and_multiprocessing(self):
        # That is about children; in this process there is an exit to come.
        self.end('''
            @atexit.register
            def late():
                assert os.path.exists(things[0]) and os.path.isdir(things[2])
                ready()

            import multiprocessing
            process = multiprocessing.get_context('fork').Process(target=gc.collect)
            process.start()
            process.join()
            things = make()
            ''')
        self.assertEqual(self.errors, '')

    def test_operation_under_way(self):
        # The main loop never turns again, and nothing waits for that.
        self.end('''
            things = make()
            ready()
            things[2].cleanup_async()
            things[0].close_async(0, None, None)
            Tf.TemporaryDirectory.create_async(0, None, None, None, None, None)
            ''')


class Interrupt(Ending):
    def interrupt(self, source, left=0):
        self.end(source + '\nos.kill(os.getpid(), signal.SIGINT); time.sleep(60)\n',
                 -signal.SIGINT, left)
        self.assertIn('KeyboardInterrupt', self.errors)

    def test_keyboard_interrupt(self):
        # Python drops what it knows, then ends itself by the signal.
        self.interrupt('things = make(); ready()')

    def test_not_dropped(self):
        # What Python does not drop would need the exit handlers, which a signal does not run.
        source = '''
import ctypes
things = make()
for thing in things:
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
ready()
'''
        self.interrupt(source, left=THINGS)
        self.remove_left()
        self.interrupt(source + 'atexit.register(Tf.cleanup_all)')


class Threads(Ending):
    def test_daemon_writes(self):
        self.end('''
            def write(f):
                chunk = bytes(1 << 16)
                while True:
                    f.write(chunk)
                    f.truncate(0)

            things = make()
            threading.Thread(target=write, args=[things[0]], daemon=True).start()
            time.sleep(0.02)
            ready()
            ''')

    def test_daemon_holds(self):
        # The only reference is in the frame of a thread that never ends.
        self.end('''
            def hold(made):
                things = make()
                made.set()
                time.sleep(3600)

            made = threading.Event()
            threading.Thread(target=hold, args=[made], daemon=True).start()
            made.wait()
            ready()
            ''')

    def test_daemon_holds_and_exit_by_exception(self):
        self.end('''
            def hold(made):
                things = make()
                made.set()
                time.sleep(3600)

            made = threading.Event()
            threading.Thread(target=hold, args=[made], daemon=True).start()
            made.wait()
            ready()
            raise ValueError('on purpose')
            ''', 1)

    def test_daemon_cleans_up(self):
        self.end('''
            things = make()
            large = Tf.TemporaryDirectory()
            for i in range(2000):
                open(os.path.join(large, str(i)), 'w').close()
            ready()
            threading.Thread(target=large.cleanup, daemon=True).start()
            ''', made=THINGS + 1)

    def test_daemon_makes(self):
        # What such a thread makes after the last handler has run nobody can delete; Python stops
        # it before, at the next time that it wants to run.
        self.end('''
            def make_for_ever():
                while True:
                    Tf.TemporaryDirectory(directory=other).cleanup()
                    Tf.TemporaryFile(anonymous=False, directory=other).close()

            things = make()
            other = os.path.join(things[2].get_path(), '0')
            threading.Thread(target=make_for_ever, daemon=True).start()
            time.sleep(0.02)
            ready()
            ''')

    def test_thread_outlives_main(self):
        # Python waits for it, and it can work to its end.
        self.end('''
            def work():
                time.sleep(0.1)
                f = Tf.TemporaryFile(anonymous=False)
                f.write(b'x')
                assert os.path.exists(f) and os.path.exists(things[0])
                things.append(f)

            things = make()
            threading.Thread(target=work).start()
            ready()
            ''')

    def test_exit_in_thread(self):
        # It ends the thread only.
        self.end('''
            def work():
                things = make()
                ready()
                sys.exit(7)

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            ''')

    def test_exception_in_thread(self):
        self.end('''
            def work():
                things = make()
                ready()
                raise ValueError('on purpose')

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            ''')
        self.assertIn('ValueError: on purpose', self.errors)


if __name__ == '__main__':
    main()
