# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tf.TemporaryDirectory as Python sees it."""

import os
import pathlib
import stat

from tf_testing import Case, Gio, Tf, as_nobody, main


def fill(path, depth=3, width=4):
    for i in range(width):
        with open(os.path.join(path, 'file %d' % i), 'w') as f:
            f.write('x')
        os.symlink('/', os.path.join(path, 'link %d' % i))
        if depth:
            os.mkdir(os.path.join(path, 'folder %d' % i))
            fill(os.path.join(path, 'folder %d' % i), depth - 1, width)


class Directory(Case):
    def test_with(self):
        with Tf.TemporaryDirectory(prefix='app-') as path:
            self.assertIs(type(path), str)
            self.assertRegex(path, '^%s/app-[a-z0-9_]{8}$' % self.dir)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o777, 0o700)
            fill(path)
        self.assertFalse(os.path.exists(path))

    def test_with_an_exception(self):
        with self.assertRaises(KeyError):
            with Tf.TemporaryDirectory() as path:
                raise KeyError('mine')
        self.assertFalse(os.path.exists(path))

    def test_arguments(self):
        folder = self.path('folder')
        os.mkdir(folder)
        for directory in (folder, folder.encode(), pathlib.Path(folder),
                          Gio.File.new_for_path(folder)):
            with Tf.TemporaryDirectory(directory=directory, prefix=b'p', suffix='s') as path:
                self.assertRegex(path, '^%s/p[a-z0-9_]{8}s$' % folder)
            made = Tf.TemporaryDirectory.new(directory, 'p', 's')
            self.assertEqual(os.path.dirname(made), folder)
            made.cleanup()
        os.rmdir(folder)

    def test_not_utf8(self):
        folder = os.fsencode(self.dir) + b'/\xff\xfe'
        os.mkdir(folder)
        with Tf.TemporaryDirectory(directory=folder) as path:
            self.assertIs(type(path), str)
            self.assertEqual(os.path.dirname(os.fsencode(path)), folder)
            self.assertTrue(os.path.isdir(path))
            with Tf.TemporaryFile(directory=path, anonymous=False) as f:
                self.assertEqual(os.path.dirname(f), path)
        made = Tf.TemporaryDirectory.new(None, b'\xff', None)
        self.assertEqual(os.fsencode(os.path.basename(made))[:1], b'\xff')
        self.assertTrue(os.path.isdir(made.props.file.get_path()))
        made.cleanup()
        os.rmdir(folder)

    def test_path_like(self):
        directory = Tf.TemporaryDirectory()
        self.assertIsInstance(directory, os.PathLike)
        (pathlib.Path(directory) / 'file').write_text('x')
        self.assertEqual(os.listdir(directory), ['file'])
        self.assertEqual(directory.get_file().get_path(), os.fspath(directory))
        path = directory.get_path()
        directory.cleanup()
        self.assertFalse(os.path.exists(path))
        with self.assertRaises(TypeError):
            os.fspath(directory)

    def test_cleanup_twice(self):
        directory = Tf.TemporaryDirectory()
        self.assertTrue(directory.cleanup())
        self.assertTrue(directory.cleanup(None))

    def test_child(self):
        directory = Tf.TemporaryDirectory()
        self.assertEqual(directory.get_child('name').get_path(),
                         os.path.join(directory, 'name'))
        for bad in ('..', '/etc', '', 'a/../../b', 'a\0b'):
            with self.subTest(bad):
                with self.assertRaises(OSError):
                    directory.get_child(bad)
        directory.cleanup()

    def test_create_file(self):
        directory = Tf.TemporaryDirectory()
        with directory.create_file('a', b'.b') as f:
            self.assertRegex(f.get_path(), '^%s/a[a-z0-9_]{8}[.]b$' % os.fspath(directory))
            f.write(b'x')
        self.assertEqual(os.listdir(directory), [])
        f = directory.create_file()
        path = f.get_path()
        directory.cleanup()
        self.assertFalse(os.path.exists(path))
        self.assertIsNone(f.get_path())
        f.close()

    def test_keep(self):
        with Tf.TemporaryDirectory() as path:
            pass
        directory = Tf.TemporaryDirectory()
        path = directory.keep().get_path()
        self.assertEqual(path, os.fspath(directory))
        directory.cleanup()
        del directory
        os.rmdir(path)

    def test_descriptor(self):
        directory = Tf.TemporaryDirectory()
        fd = directory.dup_fd()
        self.assertTrue(os.path.sameopenfile(fd, directory.get_fd()))
        os.close(fd)
        directory.cleanup()
        self.assertEqual(directory.get_fd(), -1)

    def test_cleanup_error(self):
        # In a folder that nobody may change, the directory cannot go: the error is raised, what can
        # go goes, and it can be tried again.
        folder = self.path('folder')
        os.mkdir(folder)
        os.chmod(self.dir, 0o711)
        os.chmod(folder, 0o777)

        def child():
            directory = Tf.TemporaryDirectory(directory=folder)
            fill(os.fspath(directory), 1)
            path = os.fspath(directory)
            inner = os.path.join(path, 'folder 0', 'file 0')
            try:
                with directory:
                    os.chmod(folder, 0o555)
                    self.assertTrue(os.path.exists(inner))
            except PermissionError as error:
                self.assertTrue(error.matches(Gio.io_error_quark(),
                                              Gio.IOErrorEnum.PERMISSION_DENIED))
            else:
                self.fail('nothing was raised')
            self.assertEqual(os.listdir(path), [])
            os.chmod(folder, 0o777)
            directory.cleanup()
            self.assertFalse(os.path.exists(path))

        # The folder belongs to the one who changes its mode.
        if os.getuid() == 0:
            os.chown(folder, 65534, 65534)
        self.assertEqual(as_nobody(child), 0)
        os.rmdir(folder)


if __name__ == '__main__':
    main()
