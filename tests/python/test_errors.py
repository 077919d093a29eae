# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Bad input from Python: always an exception that is a GLib.Error and an OSError."""

import errno
import os

from tf_testing import Case, Gio, GLib, GObject, Tf, as_nobody, main

CODE = Gio.IOErrorEnum

# Every way to make something, with the words for its arguments.
MAKERS = (
    (lambda **kwargs: Tf.TemporaryFile(anonymous=False, **kwargs), 'directory'),
    (lambda directory=None, prefix=None, suffix=None:
     Tf.TemporaryFile.new_named(directory, prefix, suffix), 'directory'),
    (Tf.TemporaryDirectory, 'directory'),
    (lambda directory=None, prefix=None, suffix=None:
     Tf.TemporaryDirectory.new(directory, prefix, suffix), 'directory'),
    (Tf.mkstemp, 'dir'),
    (Tf.mkdtemp, 'dir'),
)


class BadNames(Case):
    def test_separators_and_nul(self):
        for make, _ in MAKERS:
            for bad in ('a/b', '/', '../x', 'a\\b', 'a\0b', '\0', b'a\0', b'/\xff'):
                for where in ('prefix', 'suffix'):
                    with self.subTest(bad=bad, where=where):
                        with self.assert_error(CODE.INVALID_FILENAME, ValueError) as caught:
                            make(**{where: bad})
                        self.assertEqual(caught.exception.errno, errno.EINVAL)

    def test_empty_affixes(self):
        with Tf.TemporaryFile(anonymous=False, prefix='', suffix='') as f:
            self.assertRegex(os.path.basename(f), '^[a-z0-9_]{8}$')

    def test_too_long(self):
        for make, _ in MAKERS:
            with self.assert_error(CODE.FILENAME_TOO_LONG) as caught:
                make(prefix='x' * 250)
            self.assertEqual(caught.exception.errno, errno.ENAMETOOLONG)

    def test_wrong_types(self):
        for make, directory in MAKERS:
            for where in ('prefix', 'suffix', directory):
                with self.assertRaises(TypeError):
                    make(**{where: 17})


class BadDirectories(Case):
    def test_missing(self):
        path = self.path('missing')
        for make, directory in MAKERS:
            with self.assert_error(CODE.NOT_FOUND, FileNotFoundError) as caught:
                make(**{directory: path})
            self.assertEqual(caught.exception.errno, errno.ENOENT)
            self.assertIn(path, caught.exception.message)
        with self.assert_error(CODE.NOT_FOUND, FileNotFoundError):
            Tf.TemporaryFile(directory=path)
        with self.assert_error(CODE.NOT_FOUND, FileNotFoundError) as caught:
            Tf.TemporaryFile.new(path)
        self.assertEqual(caught.exception.filename, path)
        with self.assert_error(CODE.NOT_FOUND, FileNotFoundError):
            Tf.open_anonymous(path)

    def test_is_a_file(self):
        path = self.path('file')
        with open(path, 'w'):
            pass
        for make, directory in MAKERS:
            with self.assert_error(CODE.NOT_DIRECTORY, NotADirectoryError):
                make(**{directory: path})
        with self.assert_error(CODE.NOT_DIRECTORY, NotADirectoryError):
            Tf.TemporaryFile(directory=path)
        os.unlink(path)

    def test_not_writable(self):
        folder = self.path('folder')
        os.mkdir(folder)
        os.chmod(folder, 0o555)
        os.chmod(self.dir, 0o711)

        def child():
            for make, directory in MAKERS:
                with self.assert_error(CODE.PERMISSION_DENIED, PermissionError):
                    make(**{directory: folder})
            with self.assert_error(CODE.PERMISSION_DENIED, PermissionError):
                Tf.TemporaryFile(directory=folder)

        self.assertEqual(as_nobody(child), 0)
        os.rmdir(folder)

    def test_empty(self):
        for make, directory in MAKERS:
            for empty in ('', b''):
                with self.assert_error(CODE.INVALID_ARGUMENT, ValueError):
                    make(**{directory: empty})

    def test_nul(self):
        for make, directory in MAKERS:
            with self.assert_error(CODE.INVALID_FILENAME, ValueError):
                make(**{directory: '/tmp\0/x'})

    def test_not_local(self):
        remote = Gio.File.new_for_uri('resource:///org')
        for make, directory in MAKERS[:4]:
            with self.assert_error(CODE.NOT_SUPPORTED) as caught:
                make(**{directory: remote})
            self.assertIn('resource:///org', caught.exception.message)


class States(Case):
    def calls(self, f):
        """What a TemporaryFile and a SpooledFile both have."""
        yield lambda: f.read(1)
        yield lambda: f.write(b'x')
        yield lambda: f.seek(0)
        yield lambda: f.truncate(0)
        yield lambda: f.flush()
        yield lambda: f.dup_fd()
        yield lambda: f.fileno()
        yield lambda: f.read_bytes(1)
        yield lambda: f.write_bytes(GLib.Bytes.new(b'x'))
        yield lambda: f.to_bytes()
        yield lambda: f.persist(self.path('destination'))

    def file_calls(self, f):
        yield from self.calls(f)
        yield lambda: f.steal_fd()
        yield lambda: f.steal_bytes()
        yield lambda: f.reopen()
        yield lambda: f.query_info('standard::size', None)

    def directory_calls(self, directory):
        yield lambda: directory.dup_fd()
        yield lambda: directory.create_file()
        yield lambda: directory.keep()

    def check(self, calls, code, kind=OSError):
        for call in calls:
            with self.assert_error(code, kind):
                call()

    def test_not_initialized(self):
        f = GObject.new(Tf.TemporaryFile)
        self.check(self.file_calls(f), CODE.NOT_INITIALIZED)
        self.check([f.delete, f.keep, f.close], CODE.NOT_INITIALIZED)
        self.assertIsNone(f.get_path())
        self.assertIsNone(f.get_file())
        self.assertEqual(f.get_fd(), -1)
        self.assertIsInstance(f.get_input_stream(), Gio.InputStream)
        self.assertIsInstance(f.get_output_stream(), Gio.OutputStream)
        with self.assertRaises(GLib.Error):
            f.get_output_stream().write(b'x')
        with self.assertRaises(GLib.Error):
            f.get_input_stream().read_bytes(1, None)
        directory = GObject.new(Tf.TemporaryDirectory)
        self.check(self.directory_calls(directory), CODE.NOT_INITIALIZED)
        self.check([directory.cleanup, lambda: directory.get_child('x')], CODE.NOT_INITIALIZED)
        self.assertIsNone(directory.get_path())
        self.assertIsNone(directory.get_file())
        with self.assertRaises(TypeError):
            os.fspath(directory)

    def test_initialized_by_hand(self):
        f = GObject.new(Tf.TemporaryFile, anonymous=False)
        self.assertTrue(f.init())
        self.assertTrue(os.path.exists(f))
        f.close()

    def test_closed(self):
        f = Tf.TemporaryFile()
        f.close()
        self.check(self.file_calls(f), CODE.CLOSED, ValueError)
        for call in (f.tell, f.readable, f.writable, f.seekable, f.__enter__, f.__iter__):
            with self.assertRaises(ValueError):
                call()
        self.assertEqual(f.get_fd(), -1)
        self.assertIsInstance(f.get_input_stream(), Gio.InputStream)
        self.assertIsInstance(f.get_output_stream(), Gio.OutputStream)
        f = Tf.SpooledFile()
        f.close()
        self.check(self.calls(f), CODE.CLOSED, ValueError)
        self.check([f.rollover, f.steal_file], CODE.CLOSED, ValueError)
        directory = Tf.TemporaryDirectory()
        directory.cleanup()
        self.check(self.directory_calls(directory), CODE.CLOSED, ValueError)

    def test_disposed(self):
        f = Tf.TemporaryFile()
        f.run_dispose()
        self.check(self.file_calls(f), CODE.CLOSED, ValueError)
        f.run_dispose()
        f = Tf.SpooledFile()
        f.run_dispose()
        self.check(self.calls(f), CODE.CLOSED, ValueError)
        directory = Tf.TemporaryDirectory()
        directory.run_dispose()
        self.check(self.directory_calls(directory), CODE.CLOSED, ValueError)

    def test_anonymous(self):
        with Tf.TemporaryFile() as f:
            with self.assert_error(CODE.NOT_SUPPORTED):
                f.keep()

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        for call in (lambda: Tf.TemporaryFile(cancellable=cancellable),
                     lambda: Tf.TemporaryFile(anonymous=False, cancellable=cancellable),
                     lambda: Tf.TemporaryFile.new(None, cancellable),
                     lambda: Tf.TemporaryFile.new_named(None, None, None, cancellable),
                     lambda: Tf.TemporaryDirectory(cancellable=cancellable),
                     lambda: Tf.TemporaryDirectory.new(None, None, None, cancellable)):
            with self.assert_error(CODE.CANCELLED) as caught:
                call()
            self.assertEqual(caught.exception.errno, errno.ECANCELED)
        with Tf.TemporaryFile(anonymous=False) as f:
            for call in (lambda: f.read(1, cancellable), lambda: f.write(b'x', cancellable),
                         lambda: f.persist(self.path('x'), Tf.PersistFlags.NONE, cancellable),
                         lambda: f.delete(cancellable)):
                with self.assert_error(CODE.CANCELLED):
                    call()
            self.assertEqual(f.get_size(), 0)
        directory = Tf.TemporaryDirectory()
        with self.assert_error(CODE.CANCELLED):
            directory.cleanup(cancellable)
        self.assertTrue(directory.cleanup())

    def test_unknown_flags(self):
        with Tf.TemporaryFile() as f:
            with self.assert_error(CODE.INVALID_ARGUMENT, ValueError):
                f.persist(self.path('x'), Tf.PersistFlags(1 << 30))
            with self.assert_error(CODE.INVALID_ARGUMENT, ValueError):
                f.reopen(Tf.ReopenFlags(1 << 30))

    def test_no_descriptors_left(self):
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        spare = os.dup(0)
        os.close(spare)
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare, hard))
        try:
            for call in (Tf.TemporaryFile, Tf.TemporaryDirectory, Tf.mkstemp):
                with self.assert_error(CODE.TOO_MANY_OPEN_FILES) as caught:
                    call()
                self.assertEqual(caught.exception.errno, errno.EMFILE)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Exceptions(Case):
    def test_both_kinds(self):
        path = self.path('missing')
        try:
            Tf.mkstemp(path)
        except FileNotFoundError as error:
            self.assertIsInstance(error, GLib.Error)
            self.assertEqual(error.errno, errno.ENOENT)
            self.assertEqual(error.domain, 'g-io-error-quark')
            self.assertEqual(error.code, CODE.NOT_FOUND)
            self.assertIn(error.message, str(error))
            self.assertEqual(error.strerror, error.message)
            self.assertIsNone(error.__cause__)
        try:
            Tf.mkstemp(path)
        except GLib.Error as error:
            self.assertIsInstance(error, FileNotFoundError)
        with self.assertRaises(FileNotFoundError) as caught:
            Tf.TemporaryFile.new(path)
        self.assertEqual(caught.exception.filename, path)

    def test_file_name_of_methods(self):
        f = Tf.TemporaryFile(anonymous=False)
        f.close()
        with self.assert_error(CODE.CLOSED, ValueError) as caught:
            f.write(b'x')
        self.assertEqual(caught.exception.filename, f.get_path())

    def test_warnings_are_fatal(self):
        # The tests above would not notice a warning otherwise.
        self.assertIn('fatal-warnings', os.environ.get('G_DEBUG', ''))


if __name__ == '__main__':
    main()
