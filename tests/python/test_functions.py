# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The functions of namespace Tf as Python sees them."""

import errno
import os
import pathlib
import socket
import stat

from tf_testing import Case, Gio, GLib, Tf, main


class Make(Case):
    def test_mkstemp(self):
        fd, path = Tf.mkstemp()
        self.assertRegex(path, '^%s/tmp[a-z0-9_]{8}$' % self.dir)
        self.assertEqual(stat.S_IMODE(os.fstat(fd).st_mode), 0o600)
        self.assertFalse(os.get_inheritable(fd))
        os.close(fd)
        os.unlink(path)

    def test_mkstemp_arguments(self):
        folder = self.path('folder')
        os.mkdir(folder)
        for directory in (folder, folder.encode(), pathlib.Path(folder)):
            for fd, path in (Tf.mkstemp(directory, b'p', 's'),
                             Tf.mkstemp(dir=directory, suffix='s', prefix=pathlib.Path('p'))):
                self.assertRegex(path, '^%s/p[a-z0-9_]{8}s$' % folder)
                os.close(fd)
                os.unlink(path)
        os.rmdir(folder)
        with self.assertRaises(TypeError):
            Tf.mkstemp(colour='red')

    def test_mkstemp_not_utf8(self):
        folder = os.fsencode(self.dir) + b'/\xff'
        os.mkdir(folder)
        fd, path = Tf.mkstemp(folder, b'\xfe')
        self.assertTrue(os.fsencode(path).startswith(folder + b'/\xfe'))
        os.close(fd)
        os.unlink(path)
        os.rmdir(folder)

    def test_mkdtemp(self):
        path = Tf.mkdtemp(suffix='.d')
        self.assertRegex(path, '^%s/tmp[a-z0-9_]{8}[.]d$' % self.dir)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700)
        os.rmdir(path)

    def test_mktemp(self):
        path = Tf.mktemp(prefix='x')
        self.assertRegex(path, '^%s/x[a-z0-9_]{8}$' % self.dir)
        self.assertFalse(os.path.lexists(path))

    def test_open_anonymous(self):
        fd = Tf.open_anonymous()
        self.assertEqual(os.fstat(fd).st_nlink, 0)
        os.close(fd)

    def test_make(self):
        def bind(file):
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(file.get_path())

        path = Tf.make(bind, suffix='.socket')
        self.assertRegex(path, '^%s/tmp[a-z0-9_]{8}[.]socket$' % self.dir)
        self.assertTrue(stat.S_ISSOCK(os.stat(path).st_mode))
        os.unlink(path)

    def test_make_another_name(self):
        seen = []

        def collide(file):
            seen.append(file.get_path())
            if len(seen) == 1:
                raise FileExistsError(errno.EEXIST, 'taken')
            if len(seen) == 2:
                raise OSError(errno.EADDRINUSE, 'taken')
            if len(seen) == 3:
                raise GLib.Error('taken', 'g-io-error-quark', int(Gio.IOErrorEnum.EXISTS))
            return True

        path = Tf.make(collide)
        self.assertEqual(len(set(seen)), 4)
        self.assertEqual(path, seen[3])

    def test_make_fails(self):
        def fail(file):
            raise ZeroDivisionError('mine')

        with self.assertRaises(ZeroDivisionError):
            Tf.make(fail)
        with self.assert_error(Gio.IOErrorEnum.FAILED):
            Tf.make(lambda file: False)
        with self.assertRaises(FileNotFoundError):
            Tf.make(lambda file: os.symlink('x', file.get_path() + '/missing/x'))


class Location(Case):
    def test_temp_dir(self):
        folder = self.path('folder')
        os.mkdir(folder)
        for path in (folder, folder.encode(), pathlib.Path(folder)):
            Tf.set_temp_dir(path)
            self.assertEqual(Tf.get_temp_dir(), folder)
            with Tf.TemporaryFile(anonymous=False) as f:
                self.assertEqual(os.path.dirname(f), folder)
            Tf.set_temp_dir(None)
            self.assertEqual(Tf.get_temp_dir(), self.dir)
        os.rmdir(folder)

    def test_temp_dir_bad(self):
        for path in ('', 'a\0b'):
            with self.assertRaises(OSError):
                Tf.set_temp_dir(path)
        self.assertEqual(Tf.get_temp_dir(), self.dir)

    def test_temp_prefix(self):
        self.assertEqual(Tf.get_temp_prefix(), 'tmp')
        Tf.set_temp_prefix('mine-')
        self.assertRegex(os.path.basename(Tf.mktemp()), '^mine-')
        for prefix in ('a/b', 'a\\b', 'a\0b'):
            with self.assert_error(Gio.IOErrorEnum.INVALID_FILENAME, ValueError):
                Tf.set_temp_prefix(prefix)
        self.assertEqual(Tf.get_temp_prefix(), 'mine-')
        Tf.set_temp_prefix(None)
        self.assertEqual(Tf.get_temp_prefix(), 'tmp')

    def test_location(self):
        self.assertEqual(Tf.get_location(Tf.Location.DEFAULT, 0).get_path(), self.dir)


if __name__ == '__main__':
    main()
