# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Audit hooks in Python: the override, and what is there without it."""

import gc
import os
import threading
import weakref

from gi.module import get_introspection_module

from tf_testing import Case, Gio, GLib, Tf, in_child, iterate_until, main

FILE, FOLDER = 'tempfile.mkstemp', 'tempfile.mkdtemp'


def make_mkstemp():
    fd, path = Tf.mkstemp()
    os.close(fd)
    os.unlink(path)


def make_spool(act):
    def make():
        with Tf.SpooledFile(max_size=3) as spool:
            spool.write(b'123')
            try:
                act(spool)
            except BaseException:
                assert not spool.is_rolled_over()
                assert (spool.tell(), spool.to_bytes(None).get_data()) == (3, b'123')
                raise
            assert spool.is_rolled_over()
    return make


# Every way to create something at once, and what comes first.
MAKERS = {
    'mkstemp': (FILE, make_mkstemp),
    'mkdtemp': (FOLDER, lambda: os.rmdir(Tf.mkdtemp())),
    'open_anonymous': (FILE, lambda: os.close(Tf.open_anonymous())),
    'make': (FILE, lambda: os.unlink(Tf.make(lambda file: os.mkfifo(file.get_path())))),
    'anonymous': (FILE, lambda: Tf.TemporaryFile().close()),
    'named': (FILE, lambda: Tf.TemporaryFile(anonymous=False).close()),
    'new': (FILE, lambda: Tf.TemporaryFile.new(None, None).close()),
    'new_named': (FILE, lambda: Tf.TemporaryFile.new_named(None, None, None, None).close()),
    'directory': (FOLDER, lambda: Tf.TemporaryDirectory().cleanup()),
    'rollover': (FILE, make_spool(lambda spool: spool.rollover(None))),
    'write': (FILE, make_spool(lambda spool: spool.write(b'45'))),
    'truncate': (FILE, make_spool(lambda spool: spool.truncate(9))),
    'fileno': (FILE, make_spool(lambda spool: spool.fileno())),
}


class Audit(Case):
    def setUp(self):
        super().setUp()
        self.ids = []

    def add(self, hook):
        self.ids.append(Tf.add_audit_hook(hook))
        self.assertGreater(self.ids[-1], 0)

    def remove(self):
        while self.ids:
            self.assertTrue(Tf.remove_audit_hook(self.ids.pop()))

    def tearDown(self):
        self.remove()
        super().tearDown()

    def finish(self, start, finish):
        """The result of an asynchronous call."""
        results = []
        start(lambda source, result, *unused: results.append(result))
        iterate_until(lambda: results)
        return finish(results[0])

    def create_async(self):
        return self.finish(lambda done: Tf.TemporaryFile.create_named_async(0, None, None, None,
                                                                            None, done),
                           Tf.TemporaryFile.create_named_finish)

    def test_announced(self):
        events = []

        def hook(event, file):
            self.assertIsInstance(file, Gio.File)
            self.assertTrue(file.get_path().startswith(self.dir))
            self.assertIs(threading.current_thread(), threading.main_thread())
            events.append(event)

        self.add(hook)
        for name, (event, make) in MAKERS.items():
            with self.subTest(name):
                events.clear()
                make()
                self.assertEqual(events[:1], [event])
        events.clear()
        self.create_async().close()
        self.assertEqual(events, [FILE])
        self.remove()
        events.clear()
        make_mkstemp()
        self.assertEqual(events, [])

    def test_path(self):
        paths = []
        self.add(lambda event, file: paths.append(file.get_path()))
        with Tf.TemporaryDirectory() as path:
            self.assertEqual(paths, [path])
        with Tf.TemporaryFile(anonymous=False) as file:
            self.assertEqual(paths[1:], [file.get_path()])

    def test_refused(self):
        self.add(lambda event, file: False)
        for name, (_event, make) in MAKERS.items():
            with self.subTest(name):
                with self.assert_error(Gio.IOErrorEnum.PERMISSION_DENIED, PermissionError):
                    make()
                self.assertEqual(os.listdir(self.dir), [])
        with self.assert_error(Gio.IOErrorEnum.PERMISSION_DENIED, PermissionError):
            self.create_async()

    def test_other_values_allow(self):
        for value in (None, True, 0, '', 1, []):
            self.add(lambda event, file, value=value: value)
            make_mkstemp()
            self.remove()

    def test_raised(self):
        """The very exception, as it was raised, for every kind of exception."""
        class Mine(Exception):
            pass

        for error in (Mine('mine'), KeyboardInterrupt(), SystemExit(3), OSError(5, 'x'),
                      FileExistsError(17, 'x'), GLib.Error('x', 'g-io-error-quark', 2)):
            def hook(event, file, error=error):
                raise error

            self.add(hook)
            for name, (_event, make) in MAKERS.items():
                with self.subTest(name, error=error):
                    with self.assertRaises(type(error)) as raised:
                        make()
                    self.assertIs(raised.exception, error)
                    self.assertIsNone(error.__context__)
                    self.assertIsNone(error.__cause__)
                    self.assertEqual(os.listdir(self.dir), [])
                    error.__traceback__ = None
            self.remove()

    def test_raised_later(self):
        """Without a call of ours that it could come out of."""
        for error, kind, text in ((KeyboardInterrupt('mine'), PermissionError, 'mine'),
                                  (ZeroDivisionError(), PermissionError, 'ZeroDivisionError'),
                                  (GLib.Error('x', 'g-io-error-quark', 2), FileExistsError, 'x')):
            def hook(event, file, error=error):
                raise error

            self.add(hook)
            with self.assertRaises(kind) as raised:
                self.create_async()
            self.assertIsInstance(raised.exception, GLib.Error)
            self.assertEqual(raised.exception.message, text)
            with Tf.SpooledFile(max_size=1) as spool:
                with self.assertRaises(GLib.Error) as raised:
                    spool.get_output_stream().write(b'12', None)
                self.assertEqual(raised.exception.message, text)
                self.assertEqual(spool.get_fd(), -1)
                self.assertEqual(spool.get_size(), 0)
            self.remove()
            error.__traceback__ = None

    def test_raised_is_let_go(self):
        """Nothing keeps what an exception refers to, not even until the collector comes."""
        class Held:
            pass

        def hook(event, file):
            held = Held()
            references.append(weakref.ref(held))
            raise ValueError(held)

        references = []
        self.add(hook)
        gc.disable()
        try:
            try:
                Tf.mkstemp()
            except ValueError:
                pass
            self.assertIsNone(references[0]())
        finally:
            gc.enable()

    def test_no_confusion(self):
        """An error that follows is not taken for what a hook raised before."""
        def hook(event, file):
            raise ZeroDivisionError

        self.add(hook)
        with self.assertRaises(ZeroDivisionError):
            Tf.mkstemp()
        self.remove()
        with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError):
            Tf.mkstemp(self.path('missing'))

    def test_hook_creates(self):
        calls = []

        def hook(event, file):
            calls.append(event)
            with Tf.TemporaryDirectory(), Tf.TemporaryFile(anonymous=False) as inner:
                inner.write(b'x')
            with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError):
                Tf.mkstemp(self.path('missing'))

        self.add(hook)
        make_mkstemp()
        self.assertEqual(calls, [FILE])

    def test_threads(self):
        seen = []
        self.add(lambda event, file: seen.append(threading.current_thread()))
        threads = [threading.Thread(target=make_mkstemp) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({id(thread) for thread in seen}, {id(thread) for thread in threads})

    def test_thread_with_context(self):
        """An asynchronous call asks where it was begun."""
        seen = []

        def run():
            context = GLib.MainContext.new()
            context.push_thread_default()
            results = []
            Tf.TemporaryFile.create_async(0, None, None, lambda *args: results.append(args[1]))
            while not results:
                context.iteration(True)
            Tf.TemporaryFile.create_finish(results[0]).close()
            context.pop_thread_default()

        self.add(lambda event, file: seen.append(threading.current_thread()))
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.assertEqual(set(seen), {thread})

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        self.add(lambda event, file: cancellable.cancel())
        with self.assert_error(Gio.IOErrorEnum.CANCELLED):
            self.finish(lambda done: Tf.TemporaryFile.create_async(0, None, cancellable, done),
                        Tf.TemporaryFile.create_finish)

    def test_remove(self):
        class Hook:
            def __call__(self, event, file):
                calls.append(event)

        calls = []
        hook = Hook()
        reference = weakref.ref(hook)
        number = Tf.add_audit_hook(hook)
        del hook
        gc.collect()
        make_mkstemp()
        self.assertEqual(calls, [FILE])
        self.assertTrue(Tf.remove_audit_hook(number))
        gc.collect()
        self.assertIsNone(reference())
        self.assertFalse(Tf.remove_audit_hook(number))
        self.assertFalse(Tf.remove_audit_hook(0))

    def test_removes_itself(self):
        calls = []

        def hook(event, file):
            calls.append(event)
            self.remove()

        self.add(hook)
        make_mkstemp()
        make_mkstemp()
        self.assertEqual(calls, [FILE])

    def test_forked(self):
        self.add(lambda event, file: event != FOLDER)

        def child():
            make_mkstemp()
            try:
                Tf.mkdtemp()
            except PermissionError:
                return
            raise AssertionError('not refused')

        self.assertEqual(in_child(child), 0)

    def test_not_callable(self):
        with self.assertRaises(TypeError):
            Tf.add_audit_hook(None)


class Plain(Case):
    """Without the override."""

    plain = get_introspection_module('Tf')

    def make(self):
        fd, path = self.plain.mkstemp(None, None, None)
        os.close(fd)
        os.unlink(path)

    def test_plain(self):
        calls = []

        def hook(event, file, *unused):
            calls.append((event, file.get_path()))
            return True

        number = self.plain.add_audit_hook(hook)
        self.make()
        self.assertTrue(self.plain.remove_audit_hook(number))
        self.assertEqual(calls[0][0], FILE)
        self.assertTrue(calls[0][1].startswith(self.dir))

    def test_refused(self):
        def fail(event, file, *unused):
            raise GLib.Error('mine', 'g-io-error-quark', int(Gio.IOErrorEnum.BUSY))

        for hook, code in ((fail, Gio.IOErrorEnum.BUSY),
                           (lambda *unused: False, Gio.IOErrorEnum.PERMISSION_DENIED)):
            number = self.plain.add_audit_hook(hook)
            with self.assertRaises(GLib.Error) as raised:
                self.make()
            self.assertTrue(raised.exception.matches(Gio.io_error_quark(), code))
            self.assertTrue(self.plain.remove_audit_hook(number))


if __name__ == '__main__':
    main()
