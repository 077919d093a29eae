# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tf.SpooledFile as Python sees it."""

import os

from tf_testing import Case, Gio, GLib, Tf, main


class Spool(Case):
    def test_in_memory_until_it_grows(self):
        with Tf.SpooledFile(max_size=10) as f:
            self.assertEqual(f.write(b'0123456789'), 10)
            self.assertFalse(f.is_rolled_over())
            self.assertIsNone(f.get_file())
            f.write(b'!')
            self.assertTrue(f.is_rolled_over())
            self.assertTrue(f.props.rolled_over)
            self.assertIsInstance(f.get_file(), Tf.TemporaryFile)
            self.assertEqual(f.get_size(), 11)
            self.assertEqual(f.seek(0), 0)
            self.assertEqual(f.read(), b'0123456789!')

    def test_without_limit(self):
        f = Tf.SpooledFile.new(0)
        f.write(bytes(1 << 20))
        self.assertFalse(f.is_rolled_over())
        f.close()
        with Tf.SpooledFile() as f:
            self.assertEqual(f.props.max_size, 0)

    def test_as_a_file(self):
        for size in (0, 5):
            with Tf.SpooledFile(max_size=size) as f:
                f.writelines([b'one\n', bytearray(b'two\n'), memoryview(b'three')])
                self.assertEqual(f.tell(), 13)
                self.assertEqual(f.seek(-5, os.SEEK_END), 8)
                self.assertEqual(f.read(2), b'th')
                self.assertEqual(f.seek(0, GLib.SeekType.SET, None), 0)
                self.assertEqual(list(f), [b'one\n', b'two\n', b'three'])
                self.assertEqual(f.truncate(3), 3)
                self.assertEqual(f.to_bytes().get_data(), b'one')
                self.assertTrue(f.readable() and f.writable() and f.seekable())
                f.flush()
                with self.assertRaises(TypeError):
                    f.write('text')

    def test_streams_go_on(self):
        with Tf.SpooledFile(max_size=4) as f:
            out, back = f.get_output_stream(), f.get_input_stream()
            out.write(b'1234')
            out.write(b'5678')
            self.assertTrue(f.is_rolled_over())
            f.seek(2)
            self.assertEqual(back.read_bytes(4, None).get_data(), b'3456')

    def test_descriptor_rolls_over(self):
        with Tf.SpooledFile() as f:
            f.write(b'content')
            fd = f.fileno()
            self.assertTrue(f.is_rolled_over())
            self.assertEqual(os.pread(fd, 99, 0), b'content')
        with self.assert_error(Gio.IOErrorEnum.CLOSED, ValueError):
            f.fileno()

    def test_rollover(self):
        with Tf.SpooledFile(directory=self.dir.encode()) as f:
            f.write(b'x')
            self.assertTrue(f.rollover())
            self.assertTrue(f.rollover(None))
            self.assertEqual(f.tell(), 1)

    def test_rollover_fails(self):
        with Tf.SpooledFile(directory=self.path('missing'), max_size=3) as f:
            f.write(b'abc')
            with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError):
                f.write(b'd')
            with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError):
                f.fileno()
            self.assertEqual(f.tell(), 3)
            f.seek(0)
            self.assertEqual(f.read(), b'abc')

    def test_steal_file(self):
        f = Tf.SpooledFile()
        f.write(b'mine')
        with f.steal_file() as mine:
            self.assertTrue(f.closed)
            mine.seek(0)
            self.assertEqual(mine.read(), b'mine')

    def test_persist(self):
        destination = self.path('destination')
        with Tf.SpooledFile() as f:
            f.write(b'published')
            f.persist(destination)
        with open(destination, 'rb') as published:
            self.assertEqual(published.read(), b'published')
        os.unlink(destination)

    def test_unknown_keyword(self):
        with self.assertRaises(TypeError):
            Tf.SpooledFile(colour='red')


if __name__ == '__main__':
    main()
