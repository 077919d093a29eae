# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""tmpfile.SpooledTemporaryFile where CPython's loses, doubles or wastes something."""

import errno
import io
import os
import resource
import signal
import sys

from tf_testing import Case, main

import tmpfile

spooled = tmpfile.SpooledTemporaryFile


class Bound(Case):
    def test_rolls_before_the_write_that_would_exceed(self):
        for size in (9, 10):
            with spooled(10) as file:
                file.write(b'x' * size)
                self.assertFalse(file._rolled)
                self.assertEqual(file._file.getvalue(), b'x' * size)
                file.write(b'y' * (11 - size))
                self.assertTrue(file._rolled)

    def test_a_write_that_is_too_large_never_is_in_memory(self):
        written = []

        class Memory(io.BytesIO):
            def write(self, data):
                written.append(data)
                return super().write(data)

        with spooled(10) as file:
            file._memory = file._file = Memory()
            file.write(b'1234')
            file.write(bytearray(b'z' * 100))
            file.write(memoryview(b'a' * 8).cast('Q'))
            file.seek(0)
            self.assertEqual(file.read(), b'1234' + b'z' * 100 + b'a' * 8)
        self.assertEqual(written, [b'1234'])

    def test_counts_the_bytes_of_other_buffers(self):
        with spooled(10) as file:
            file.write(memoryview(b'a' * 8).cast('Q'))
            self.assertFalse(file._rolled)
            file.write(memoryview(b'a' * 8).cast('Q'))
            self.assertTrue(file._rolled)

    def test_a_sparse_write_allocates_nothing(self):
        far = 1 << 40
        for text in ('b', ''):
            with spooled(100, 'w+' + text) as file:
                file.write(b'begin' if text else 'begin')
                file.seek(far)
                self.assertFalse(file._rolled)
                file.write(b'end' if text else 'end')
                self.assertTrue(file._rolled)
                file.flush()
                self.assertEqual(os.fstat(file.fileno()).st_size, far + 3)
                self.assertLess(os.fstat(file.fileno()).st_blocks * 512, 1 << 20)

    def test_an_empty_write_far_away_changes_nothing(self):
        with spooled(10) as file:
            file.seek(100)
            file.write(b'')
            self.assertFalse(file._rolled)
            self.assertEqual(file._file.getvalue(), b'')

    def test_writelines_stops_at_the_bound(self):
        seen = []

        def lines():
            for number in range(10):
                seen.append(file._rolled)
                yield b'12345\n'

        with spooled(20) as file:
            file.writelines(lines())
            self.assertEqual(seen, [False] * 4 + [True] * 6)
            file.seek(0)
            self.assertEqual(len(file.readlines()), 10)

    def test_truncate_extends_in_memory(self):
        for text in ('b', ''):
            with spooled(100, 'w+' + text) as file:
                file.write(b'abc' if text else 'abc')
                self.assertEqual(file.truncate(10), 10)
                self.assertEqual(file.tell(), 3)
                self.assertFalse(file._rolled)
                file.seek(0)
                data = file.read()
                self.assertEqual(data if text else data.encode(), b'abc' + bytes(7))
                self.assertEqual(file.truncate(101), 101)
                self.assertTrue(file._rolled)
                self.assertEqual(os.fstat(file.fileno()).st_size, 101)

    def test_truncate_without_a_bound(self):
        with spooled() as file:
            file.write(b'abcdef')
            self.assertEqual(file.truncate(2), 2)
            self.assertFalse(file._rolled)
            # In memory this would take a terabyte.
            self.assertEqual(file.truncate(1 << 40), 1 << 40)
            self.assertTrue(file._rolled)


class Failure(Case):
    """A move to the disk that fails leaves everything as it was."""

    def setUp(self):
        super().setUp()
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGXFSZ, handler)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, before)
        self.full = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        self.free = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def test_a_full_disk(self):
        for buffering in (-1, 0, 64):
            with spooled(5000, buffering=buffering) as file:
                file.write(b'a' * 5000)
                file.seek(7)
                self.full()
                for attempt in (file.rollover, file.fileno, lambda: file.truncate(6000)):
                    with self.assertRaises(OSError) as caught:
                        attempt()
                    self.assertEqual(caught.exception.errno, errno.EFBIG)
                    self.assertFalse(file._rolled)
                    self.assertEqual(file.tell(), 7)
                    self.assertEqual(file._file.getvalue(), b'a' * 5000)
                self.free()
                file.rollover()
                self.assertEqual(file.tell(), 7)
                file.seek(0)
                self.assertEqual(file.read(), b'a' * 5000)

    def test_a_full_disk_below_text(self):
        with spooled(4000, 'w+', newline='') as file:
            file.write('a\n' * 1000)
            file.seek(0)
            self.assertEqual(file.readline(), 'a\n')
            self.full()
            with self.assertRaises(OSError):
                file.rollover()
            self.assertFalse(file._rolled)
            self.assertEqual(file.readline(), 'a\n')
            self.free()
            file.rollover()
            self.assertEqual(len(file.readlines()), 998)

    def test_the_mark_is_not_lost(self):
        """A first write that fails has not written the byte order mark."""
        missing = self.path('missing')
        for encoding in 'utf-16', 'utf-32', 'utf-8-sig':
            with spooled(1, 'w+', encoding=encoding, dir=missing) as file:
                with self.assertRaises(FileNotFoundError):
                    file.write('ab')
                os.mkdir(missing)
                file.write('ab')
                file.seek(0)
                self.assertEqual(file.read(), 'ab')
                file.flush()
                self.assertEqual(os.pread(file.fileno(), 100, 0), 'ab'.encode(encoding))
            os.rmdir(missing)
            for max_size in 0, 1:
                with spooled(max_size, 'w+', encoding=encoding) as file:
                    with self.assertRaises(UnicodeEncodeError):
                        file.write('\udc80')
                    file.write('ab')
                    file.flush()
                    self.assertEqual(os.pread(file.fileno(), 100, 0), 'ab'.encode(encoding))

    def test_no_folder(self):
        missing = self.path('missing')
        for mode in ('w+b', 'w+'):
            with spooled(4, mode, dir=missing) as file:
                data = b'1234' if 'b' in mode else '1234'
                file.write(data)
                with self.assertRaises(FileNotFoundError):
                    file.write(data)
                self.assertFalse(file._rolled)
                file.seek(0)
                self.assertEqual(file.read(), data)
                os.mkdir(missing)
                file.write(data)
                self.assertTrue(file._rolled)
                file.seek(0)
                self.assertEqual(file.read(), data + data)
            os.rmdir(missing)


class State(Case):
    """What is known before is known after."""

    def test_the_text_layer_goes_on(self):
        text = 'zeile\r\nrow\rreihe\nüß€😀\n' * 100
        for encoding in ('utf-8', 'utf-16', 'utf-8-sig', 'utf-7'):
            for newline in (None, '', '\n', '\r\n'):
                memory = io.TextIOWrapper(io.BytesIO(), encoding, newline=newline)
                memory.write(text)
                memory.seek(0)
                with spooled(0, 'w+', encoding=encoding, newline=newline) as file:
                    file.write(text)
                    file.seek(0)
                    for number in range(40):
                        self.assertEqual(file.readline(), memory.readline())
                        self.assertEqual(file.newlines, memory.newlines)
                    file.rollover()
                    self.assertEqual(file.newlines, memory.newlines)
                    self.assertEqual(file.read(5), memory.read(5))
                    place = file.tell(), memory.tell()
                    self.assertEqual(file.read(), memory.read())
                    file.seek(place[0])
                    memory.seek(place[1])
                    self.assertEqual(file.read(3), memory.read(3))

    def test_one_byte_order_mark(self):
        with spooled(12, 'w+', encoding='utf-16') as file:
            for letter in 'abcdefghij':
                file.write(letter)
            self.assertTrue(file._rolled)
            file.flush()
            self.assertEqual(os.pread(file.fileno(), 100, 0).decode('utf-16'), 'abcdefghij')
            file.seek(0)
            self.assertEqual(file.read(), 'abcdefghij')

    def test_iterating_goes_on(self):
        for mode, lines in (('w+b', [b'a\n', b'b\n', b'c\n']), ('w+', ['a\n', 'b\n', 'c\n'])):
            with spooled(100, mode) as file:
                file.writelines(lines)
                file.seek(0)
                found = []
                for line in file:
                    found.append(line)
                    file.rollover()
                self.assertEqual(found, lines)
                self.assertIs(iter(file), file)
                file.seek(0)
                self.assertEqual(next(file), lines[0])

    def test_buffering(self):
        with spooled(1, buffering=0) as file:
            file.write(b'abc')
            self.assertEqual(os.pread(file.fileno(), 10, 0), b'abc')
        with spooled(1, 'w+', buffering=1) as file:
            file.write('abc\n')
            self.assertEqual(os.pread(file.fileno(), 10, 0), b'abc\n')

    def test_rollover_of_a_subclass_is_called(self):
        for mode in ('w+b', 'w+'):
            calls = []

            class Told(tmpfile.SpooledTemporaryFile):
                def rollover(self):
                    calls.append(self._rolled)
                    super().rollover()

            with Told(3, mode) as file:
                file.write(b'1234' if 'b' in mode else '1234')
                self.assertTrue(file._rolled)
            self.assertEqual(calls, [False])

    def test_relative_folder_is_that_of_the_beginning(self):
        before = os.getcwd()
        os.mkdir(self.path('folder'))
        try:
            os.chdir(self.dir)
            file = spooled(1, dir='folder')
            os.chdir('/')
            file.write(b'abc')
            place = os.readlink('/proc/self/fd/%d' % file.fileno())
            self.assertTrue(place.startswith(self.path('folder') + '/'), place)
            file.close()
        finally:
            os.chdir(before)
            os.rmdir(self.path('folder'))

    def test_nothing_holds_it(self):
        for mode in ('w+b', 'w+'):
            for rolled in (False, True):
                file = spooled(0, mode)
                file.write(b'abc' if 'b' in mode else 'abc')
                if rolled:
                    file.rollover()
                file.close()
                self.assertEqual(sys.getrefcount(file), 2)

    def test_the_layer_below_lives_without_its_owner(self):
        file = spooled(3, 'w+')
        file.write('ab')
        text, file._file = file._file, None
        del file
        text.write('cdef')
        text.seek(0)
        self.assertEqual(text.read(), 'abcdef')
        text.close()


if __name__ == '__main__':
    main()
