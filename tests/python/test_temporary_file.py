# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tf.TemporaryFile as Python sees it."""

import gzip
import os
import pathlib
import pickle
import shutil
import stat
import tarfile

from tf_testing import Case, Gio, GLib, GObject, Tf, main


class Construction(Case):
    def test_anonymous_by_default(self):
        with Tf.TemporaryFile() as f:
            self.assertIsNone(f.get_path())
            self.assertIsNone(f.get_file())
            self.assertEqual(os.listdir(self.dir), [])
            self.assertEqual(os.fstat(f.fileno()).st_nlink, 0)
            self.assertEqual(stat.S_IMODE(os.fstat(f.fileno()).st_mode), 0o600)

    def test_named(self):
        f = Tf.TemporaryFile(anonymous=False, suffix='.pdf')
        path = f.get_path()
        self.assertRegex(path, '^%s/tmp[a-z0-9_]{8}[.]pdf$' % self.dir)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(f.get_file().get_path(), path)
        self.assertEqual(f.props.file.get_path(), path)
        f.close()
        self.assertFalse(os.path.exists(path))

    def test_all_properties(self):
        folder = self.path('folder')
        os.mkdir(folder)
        with Tf.TemporaryFile(directory=folder, prefix='a-', suffix='.b', anonymous=False,
                              permissions=0o640, append=True, delete_on_close=True,
                              auto_delete=True, buffer_size=4096) as f:
            self.assertRegex(f.get_path(), '^%s/a-[a-z0-9_]{8}[.]b$' % folder)
            self.assertEqual(stat.S_IMODE(os.stat(f).st_mode), 0o640)
            f.write(b'one')
            f.seek(0)
            f.write(b'two')
            f.seek(0)
            self.assertEqual(f.read(), b'onetwo')
        os.rmdir(folder)

    def test_kinds_of_directory(self):
        folder = self.path('folder')
        os.mkdir(folder)
        for directory in (folder, folder.encode(), pathlib.Path(folder),
                          Gio.File.new_for_path(folder)):
            for f in (Tf.TemporaryFile(directory=directory, anonymous=False),
                      Tf.TemporaryFile.new_named(directory, b'p', pathlib.PurePath('s'))):
                self.assertEqual(os.path.dirname(f.get_path()), folder)
                f.close()
            f = Tf.TemporaryFile.new(directory)
            f.close()
        os.rmdir(folder)

    def test_kinds_of_prefix(self):
        for prefix in ('x-', b'x-', pathlib.PurePath('x-')):
            with Tf.TemporaryFile(anonymous=False, prefix=prefix, suffix=prefix) as f:
                self.assertRegex(os.path.basename(f), '^x-[a-z0-9_]{8}x-$')

    def test_prefix_not_utf8(self):
        f = Tf.TemporaryFile.new_named(None, b'\xff-', None)
        self.assertEqual(os.fsencode(os.path.basename(f))[:2], b'\xff-')
        self.assertTrue(os.path.exists(f))
        f.close()
        with self.assert_error(Gio.IOErrorEnum.INVALID_FILENAME, ValueError):
            Tf.TemporaryFile(anonymous=False, prefix=b'\xff-')

    def test_class_functions(self):
        f = Tf.TemporaryFile.new()
        self.assertIsInstance(f, Tf.TemporaryFile)
        self.assertIsNone(f.get_path())
        f.close()
        f = Tf.TemporaryFile.new_named(None, 'a', 'b')
        self.assertRegex(os.path.basename(f.get_path()), '^a[a-z0-9_]{8}b$')
        f.close()

    def test_unknown_keyword(self):
        with self.assertRaises(TypeError):
            Tf.TemporaryFile(colour='red')


class Content(Case):
    def test_write_and_read(self):
        for named in (False, True):
            with Tf.TemporaryFile(anonymous=not named) as f:
                self.assertEqual(f.write(b'bytes'), 5)
                self.assertEqual(f.write(bytearray(b' array')), 6)
                self.assertEqual(f.write(memoryview(b'? view')[1:]), 5)
                self.assertEqual(f.write(b''), 0)
                self.assertEqual(f.tell(), 16)
                self.assertEqual(f.get_size(), 16)
                self.assertEqual(f.seek(0), 0)
                self.assertEqual(f.read(5), b'bytes')
                self.assertEqual(f.read(0), b'')
                self.assertEqual(f.read(), b' array view')
                self.assertEqual(f.read(), b'')
                self.assertEqual(f.read(7), b'')
                self.assertEqual(f.read(None), b'')

    def test_text_is_refused(self):
        with Tf.TemporaryFile() as f:
            with self.assertRaises(TypeError):
                f.write('text')
            self.assertEqual(f.get_size(), 0)

    def test_all_byte_values(self):
        data = bytes(range(256)) * 12345
        with Tf.TemporaryFile() as f:
            self.assertEqual(f.write(data), len(data))
            f.seek(0)
            self.assertEqual(f.read(), data)
            self.assertEqual(f.to_bytes().get_data(), data)
            f.seek(0)
            self.assertEqual(f.read(len(data) + 1), data)

    def test_seek(self):
        with Tf.TemporaryFile() as f:
            f.write(b'0123456789')
            self.assertEqual(f.seek(2), 2)
            self.assertEqual(f.seek(3, os.SEEK_CUR), 5)
            self.assertEqual(f.seek(-1, os.SEEK_END), 9)
            self.assertEqual(f.read(), b'9')
            # GLib's own constants have other values.
            self.assertEqual(f.seek(4, GLib.SeekType.SET, None), 4)
            self.assertEqual(f.seek(1, GLib.SeekType.CUR), 5)
            self.assertEqual(f.seek(0, GLib.SeekType.END), 10)
            with self.assertRaises(ValueError):
                f.seek(0, 7)
            with self.assertRaises(OSError):
                f.seek(-1)
            self.assertEqual(f.tell(), 10)
            self.assertTrue(f.seekable() and f.readable() and f.writable())

    def test_truncate(self):
        with Tf.TemporaryFile() as f:
            f.write(b'0123456789')
            self.assertEqual(f.truncate(8), 8)
            f.seek(4)
            self.assertEqual(f.truncate(), 4)
            self.assertEqual(f.get_size(), 4)
            self.assertEqual(f.truncate(6, None), 6)
            f.seek(0)
            self.assertEqual(f.read(), b'0123\0\0')

    def test_lines(self):
        long = b'x' * 10000 + b'\n'
        with Tf.TemporaryFile() as f:
            f.writelines([b'one\n', b'\n', long, b'last'])
            f.seek(0)
            self.assertEqual(list(f), [b'one\n', b'\n', long, b'last'])
            f.seek(0)
            self.assertEqual(f.readline(), b'one\n')
            self.assertEqual(f.tell(), 4)
            self.assertEqual(f.readline(1), b'\n')
            self.assertEqual(f.readline(3), b'xxx')
            self.assertEqual(f.readlines(), [long[3:], b'last'])
            self.assertEqual(f.readline(), b'')

    def test_streams(self):
        with Tf.TemporaryFile() as f:
            self.assertEqual(f.get_output_stream().write(b'stream'), 6)
            f.flush()
            self.assertEqual(f.tell(), 6)
            f.seek(0)
            self.assertEqual(f.get_input_stream().read_bytes(3, None).get_data(), b'str')
            self.assertEqual(f.read(), b'eam')

    def test_stream_outlives_the_file(self):
        f = Tf.TemporaryFile()
        stream = f.get_output_stream()
        del f
        with self.assertRaises(GLib.Error) as caught:
            stream.write(b'x')
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CLOSED))

    def test_as_the_standard_library_uses_files(self):
        with Tf.TemporaryFile() as f:
            pickle.dump({'key': [1, 2]}, f)
            f.seek(0)
            self.assertEqual(pickle.load(f), {'key': [1, 2]})
        with Tf.TemporaryFile() as f, Tf.TemporaryFile() as copy:
            with tarfile.open(fileobj=f, mode='w') as archive:
                archive.addfile(tarfile.TarInfo('name'))
            f.seek(0)
            shutil.copyfileobj(f, copy)
            copy.seek(0)
            with tarfile.open(fileobj=copy, mode='r:') as archive:
                self.assertEqual(archive.getnames(), ['name'])
        with Tf.TemporaryFile() as f:
            with gzip.GzipFile(fileobj=f, mode='wb') as packed:
                packed.write(b'content')
            f.seek(0)
            with gzip.GzipFile(fileobj=f) as packed:
                self.assertEqual(packed.read(), b'content')


class Descriptor(Case):
    def test_fileno(self):
        with Tf.TemporaryFile() as f:
            f.write(b'before')
            fd = f.fileno()
            self.assertEqual(fd, f.get_fd())
            self.assertEqual(os.lseek(fd, 0, os.SEEK_CUR), 6)
            os.write(fd, b'!')
            self.assertEqual(f.tell(), 7)
        with self.assert_error(Gio.IOErrorEnum.CLOSED, ValueError):
            f.fileno()

    def test_duplicate(self):
        with Tf.TemporaryFile() as f:
            f.write(b'shared')
            fd = f.dup_fd()
            self.assertFalse(os.get_inheritable(fd))
        self.assertEqual(os.pread(fd, 10, 0), b'shared')
        os.close(fd)

    def test_steal(self):
        f = Tf.TemporaryFile(anonymous=False)
        path = f.get_path()
        f.write(b'mine')
        with os.fdopen(f.steal_fd(), 'rb') as mine:
            self.assertTrue(f.closed)
            self.assertFalse(os.path.exists(path))
            mine.seek(0)
            self.assertEqual(mine.read(), b'mine')

    def test_reopen(self):
        with Tf.TemporaryFile(anonymous=False) as f:
            f.write(b'content')
            other = f.reopen()
            self.assertEqual(other.get_input_stream().read_bytes(3, None).get_data(), b'con')
            self.assertEqual(f.tell(), 7)
            other.close()
            other = f.reopen(Tf.ReopenFlags.READ_ONLY)
            self.assertEqual(other.get_input_stream().read_bytes(99, None).get_data(), b'content')
            other.close()

    def test_descriptor_interface(self):
        interfaces = [gtype.name for gtype in Tf.TemporaryFile.__gtype__.interfaces]
        self.assertIn('GFileDescriptorBased', interfaces)
        self.assertIn('GSeekable', interfaces)


class Name(Case):
    def test_path_like(self):
        with Tf.TemporaryFile(anonymous=False) as f:
            self.assertIsInstance(f, os.PathLike)
            self.assertEqual(os.fspath(f), f.get_path())
            self.assertTrue(pathlib.Path(f).is_file())
            with open(f, 'wb') as other:
                other.write(b'by name')
            self.assertEqual(f.read(), b'by name')
        with Tf.TemporaryFile() as f:
            with self.assertRaises(TypeError):
                os.fspath(f)

    def test_delete(self):
        with Tf.TemporaryFile(anonymous=False) as f:
            path = f.get_path()
            self.assertTrue(f.delete())
            self.assertFalse(os.path.exists(path))
            f.write(b'goes on')

    def test_keep(self):
        with Tf.TemporaryFile(anonymous=False) as f:
            f.write(b'kept')
            self.assertEqual(f.keep().get_path(), os.fspath(f))
        with open(f, 'rb') as kept:
            self.assertEqual(kept.read(), b'kept')
        os.unlink(f)

    def test_persist(self):
        for named in (False, True):
            destination = self.path('destination')
            with Tf.TemporaryFile(anonymous=not named) as f:
                f.write(b'published')
                f.persist(destination)
                self.assertEqual(os.fspath(f), destination)
                self.assertEqual(os.listdir(self.dir), ['destination'])
            with open(destination, 'rb') as published:
                self.assertEqual(published.read(), b'published')
            with Tf.TemporaryFile(anonymous=not named) as f:
                f.write(b'newer')
                with self.assert_error(Gio.IOErrorEnum.EXISTS, FileExistsError) as caught:
                    f.persist(destination)
                self.assertEqual(caught.exception.filename, destination)
                f.persist(pathlib.Path(destination), Tf.PersistFlags.REPLACE)
            with open(destination, 'rb') as published:
                self.assertEqual(published.read(), b'newer')
            os.unlink(destination)

    def test_steal_bytes(self):
        f = Tf.TemporaryFile()
        f.write(b'bytes')
        self.assertEqual(f.steal_bytes().get_data(), b'bytes')
        self.assertTrue(f.closed)


class Giving(Case):
    def test_close_twice(self):
        f = Tf.TemporaryFile(anonymous=False)
        self.assertFalse(f.closed)
        self.assertTrue(f.close())
        self.assertTrue(f.closed)
        self.assertTrue(f.close(None))

    def test_with_an_exception(self):
        with self.assertRaises(KeyError):
            with Tf.TemporaryFile(anonymous=False) as f:
                path = f.get_path()
                raise KeyError('mine')
        self.assertFalse(os.path.exists(path))

    def test_objects_of_c_have_the_methods(self):
        with Tf.TemporaryDirectory() as path:
            self.assertTrue(os.path.isdir(path))
        directory = Tf.TemporaryDirectory()
        with directory.create_file() as f:
            self.assertIs(type(f), Tf.TemporaryFile)
            f.write(b'x')
        directory.cleanup()

    def test_notifies_file(self):
        seen = []
        with Tf.TemporaryFile() as f:
            f.connect('notify::file', lambda *unused: seen.append(f.get_path()))
            f.persist(self.path('x'))
        self.assertEqual(seen, [self.path('x')])
        os.unlink(self.path('x'))
        self.assertIsInstance(f, GObject.Object)


if __name__ == '__main__':
    main()
