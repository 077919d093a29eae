# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Asynchronous calls from Python, by callback; by await where PyGObject has it."""

import asyncio
import gc
import os
import threading
import weakref

import gi

from tf_testing import Case, Gio, GLib, Tf, iterate_until, main

NORMAL = GLib.PRIORITY_DEFAULT


class Callbacks(Case):
    def wait(self, start):
        """Calls start(callback) and iterates until the callback got a result, which is returned."""
        results = []
        start(lambda source, result, *unused: results.append((source, result)))
        self.assertEqual(results, [])
        iterate_until(lambda: results)
        self.assertEqual(len(results), 1)
        return results[0][1]

    def test_create_anonymous(self):
        result = self.wait(lambda done: Tf.TemporaryFile.create_async(NORMAL, None, None, done))
        with Tf.TemporaryFile.create_finish(result) as f:
            self.assertIsNone(f.get_path())
            f.write(b'x')

    def test_create_named(self):
        result = self.wait(lambda done: Tf.TemporaryFile.create_named_async(
            NORMAL, self.dir, 'a-', b'.b', None, done))
        with Tf.TemporaryFile.create_finish(result) as f:
            self.assertRegex(f.get_path(), '^%s/a-[a-z0-9_]{8}[.]b$' % self.dir)

    def test_create_fails(self):
        for start, finish in (
                (lambda done: Tf.TemporaryFile.create_async(
                    NORMAL, self.path('missing'), None, done), Tf.TemporaryFile.create_finish),
                (lambda done: Tf.TemporaryDirectory.create_async(
                    NORMAL, self.path('missing'), None, None, None, done),
                 Tf.TemporaryDirectory.create_finish)):
            result = self.wait(start)
            with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError):
                finish(result)

    def test_create_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        result = self.wait(lambda done: Tf.TemporaryFile.create_named_async(
            NORMAL, None, None, None, cancellable, done))
        with self.assert_error(Gio.IOErrorEnum.CANCELLED):
            Tf.TemporaryFile.create_finish(result)

    def test_result_never_fetched(self):
        result = self.wait(lambda done: Tf.TemporaryFile.create_named_async(
            NORMAL, None, None, None, None, done))
        del result
        gc.collect()
        # The worker may be the last to let go of it.
        iterate_until(lambda: not os.listdir(self.dir))

    def test_persist(self):
        for f in (Tf.TemporaryFile(), Tf.TemporaryFile(anonymous=False), Tf.SpooledFile()):
            f.write(b'published')
            destination = self.path('destination')
            result = self.wait(lambda done: f.persist_async(
                destination, Tf.PersistFlags.NONE, NORMAL, None, done))
            self.assertTrue(f.persist_finish(result))
            f.close()
            with open(destination, 'rb') as published:
                self.assertEqual(published.read(), b'published')
            os.unlink(destination)

    def test_rollover(self):
        with Tf.SpooledFile() as f:
            f.write(b'x')
            result = self.wait(lambda done: f.rollover_async(NORMAL, None, done))
            self.assertTrue(f.rollover_finish(result))
            self.assertTrue(f.is_rolled_over())

    def test_close(self):
        f = Tf.TemporaryFile(anonymous=False)
        path = f.get_path()
        result = self.wait(lambda done: f.close_async(NORMAL, None, done))
        self.assertTrue(f.close_finish(result))
        self.assertFalse(os.path.exists(path))

    def test_one_at_a_time(self):
        with Tf.TemporaryFile() as f:
            results = []
            destination = Gio.File.new_for_path(self.path('destination'))
            for unused in range(20):
                f.persist_async(destination, Tf.PersistFlags.REPLACE, NORMAL, None,
                                lambda source, result: results.append(result))
            iterate_until(lambda: len(results) == 20)
            # Those that found the one before still under way were refused.
            done = 0
            for result in results:
                try:
                    done += f.persist_finish(result)
                except OSError as error:
                    self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PENDING))
            self.assertGreater(done, 0)
        os.unlink(self.path('destination'))

    def test_streams(self):
        with Tf.TemporaryFile() as f:
            stream = f.get_output_stream()
            result = self.wait(lambda done: stream.write_bytes_async(
                GLib.Bytes.new(b'later'), NORMAL, None, done))
            self.assertEqual(stream.write_bytes_finish(result), 5)
            f.seek(0)
            stream = f.get_input_stream()
            result = self.wait(lambda done: stream.read_bytes_async(9, NORMAL, None, done))
            self.assertEqual(stream.read_bytes_finish(result).get_data(), b'later')

    def test_operation_keeps_the_file(self):
        f = Tf.TemporaryFile()
        f.write(b'kept alive')
        results = []
        f.persist_async(self.path('destination'), Tf.PersistFlags.NONE, NORMAL, None,
                        lambda source, result: results.append(source.persist_finish(result)))
        del f
        iterate_until(lambda: results)
        with open(self.path('destination'), 'rb') as published:
            self.assertEqual(published.read(), b'kept alive')
        os.unlink(self.path('destination'))


class Cleanup(Case):
    wait = Callbacks.wait

    def fill(self, directory, count=300):
        for i in range(count):
            os.makedirs(os.path.join(directory, str(i % 10), str(i)))

    def test_progress(self):
        directory = Tf.TemporaryDirectory()
        path = directory.get_path()
        self.fill(directory)
        seen = []

        def progress(current, total, *unused):
            self.assertIs(threading.current_thread(), threading.main_thread())
            seen.append((current, total))

        result = self.wait(lambda done: directory.cleanup_async(
            NORMAL, None, progress, None, done))
        self.assertTrue(directory.cleanup_finish(result))
        self.assertFalse(os.path.exists(path))
        self.assertTrue(seen)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(seen[-1][0], 310)

    def test_progress_with_data(self):
        directory = Tf.TemporaryDirectory()
        self.fill(directory, 3)
        seen = []
        results = []
        directory.cleanup_async(NORMAL, None, lambda current, total, data: data.append(current),
                                seen, lambda source, result, data: data.append(result), results)
        iterate_until(lambda: results)
        self.assertTrue(directory.cleanup_finish(results[0]))
        self.assertEqual(seen[-1], 6)

    def test_without_progress(self):
        directory = Tf.TemporaryDirectory()
        path = directory.get_path()
        self.fill(directory, 3)
        result = self.wait(lambda done: directory.cleanup_async(NORMAL, None, None, None, done))
        self.assertTrue(directory.cleanup_finish(result))
        self.assertFalse(os.path.exists(path))

    def test_without_callback(self):
        directory = Tf.TemporaryDirectory()
        path = directory.get_path()
        self.fill(directory, 3)
        directory.cleanup_async()
        iterate_until(lambda: not os.path.exists(path))
        iterate_until(lambda: directory.get_fd() == -1)

    def test_progress_is_let_go(self):
        class Marker:
            pass

        for cancelled in (False, True):
            marker = Marker()
            gone = []
            weakref.finalize(marker, gone.append, True)
            directory = Tf.TemporaryDirectory()
            cancellable = Gio.Cancellable()
            if cancelled:
                cancellable.cancel()
            result = self.wait(lambda done, marker=marker: directory.cleanup_async(
                NORMAL, cancellable, lambda current, total, *unused: marker, None, done))
            if cancelled:
                with self.assert_error(Gio.IOErrorEnum.CANCELLED):
                    directory.cleanup_finish(result)
            else:
                directory.cleanup_finish(result)
            del marker, result
            gc.collect()
            self.assertEqual(gone, [True])
            directory.cleanup()

    def test_cancelled_and_taken_up_again(self):
        directory = Tf.TemporaryDirectory()
        path = directory.get_path()
        self.fill(directory)
        cancellable = Gio.Cancellable()
        result = self.wait(lambda done: (
            directory.cleanup_async(NORMAL, cancellable, None, None, done),
            GLib.idle_add(cancellable.cancel)))
        try:
            directory.cleanup_finish(result)
        except GLib.Error as error:
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertTrue(directory.cleanup())
        self.assertFalse(os.path.exists(path))


class Awaited(Case):
    """What the override makes of an awaitable, whichever version of PyGObject gave it."""

    class Steps:
        """PyGObject's has no __iter__() either."""

        def __init__(self, steps):
            self.steps = steps

        def __next__(self):
            return next(self.steps)

    class Inner:
        def __init__(self, error):
            self.error = error

        def steps(self):
            yield from asyncio.sleep(0).__await__()
            if self.error:
                raise GLib.Error('missing', 'g-io-error-quark', int(Gio.IOErrorEnum.NOT_FOUND))
            return 'result'

        def __await__(self):
            return Awaited.Steps(self.steps())

        def cancel(self):
            return 'cancelled'

    def make(self, error):
        from gi.overrides import Tf as overrides
        return overrides._Awaitable(self.Inner(error), [Gio.File.new_for_path('/missing')])

    def run_loop(self, awaitable):
        async def wait():
            return await awaitable

        return asyncio.run(wait())

    def test_result(self):
        self.assertEqual(self.run_loop(self.make(False)), 'result')
        self.assertEqual(self.make(False).cancel(), 'cancelled')

    def test_error(self):
        with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError) as caught:
            self.run_loop(self.make(True))
        self.assertEqual(caught.exception.filename, '/missing')


if gi.version_info >= (3, 50):
    class Await(Case):
        def run_loop(self, coroutine):
            from gi.events import GLibEventLoopPolicy
            asyncio.set_event_loop_policy(GLibEventLoopPolicy())
            loop = asyncio.get_event_loop_policy().get_event_loop()
            try:
                loop.run_until_complete(coroutine)
            finally:
                loop.close()
                asyncio.set_event_loop_policy(None)

        def test_await(self):
            async def run():
                f = await Tf.TemporaryFile.create_async(NORMAL, None, None)
                f.write(b'x')
                await f.persist_async(self.path('x'), Tf.PersistFlags.NONE, NORMAL, None)
                with self.assert_error(Gio.IOErrorEnum.EXISTS, FileExistsError):
                    await f.persist_async(self.path('x'), Tf.PersistFlags.NONE, NORMAL, None)
                f.close()
                os.unlink(self.path('x'))
                directory = await Tf.TemporaryDirectory.create_async(NORMAL, None, None, None)
                path = directory.get_path()
                await directory.cleanup_async(NORMAL, None, None, None)
                self.assertFalse(os.path.exists(path))

            self.run_loop(run())


if __name__ == '__main__':
    main()
