# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""SpooledTemporaryFile: bytes in memory, then in a file.

The memory is an io.BytesIO, as small pieces would be slow if each went through libtmpfile's
TfSpooledFile. The rules are the same: the bound is checked before the write, and a move to the disk
that fails leaves memory, cursor and size as they were."""

import functools
import io
import os
import types
import warnings
import weakref

from tmpfile import _native
from tmpfile._files import TemporaryFile
from tmpfile._mode import check_open_arguments
from tmpfile._place import check_names


def _is_beyond(memory, data, max_size):
    """Whether the size would exceed `max_size` with `data` written to an io.BytesIO."""
    size = len(data) if type(data) is bytes else memoryview(data).nbytes
    return size and memory.tell() + size > max_size


def _truncate(memory, size):
    """io.BytesIO.truncate() that also extends, with zeros, as files do."""
    missing = size - memory.getbuffer().nbytes
    if missing > 0:
        position = memory.seek(0, os.SEEK_CUR)
        memory.seek(0, os.SEEK_END)
        memory.write(bytes(missing))
        memory.seek(position)
    return memory.truncate(size)


def _move(memory, open_file):
    """A file with what is in an io.BytesIO, and with its cursor. Closes the memory, unless it fails."""
    file = open_file()
    try:
        with memory.getbuffer() as view:
            done = 0
            while done < len(view):
                # Without a buffer a write may be a short one.
                done += file.write(view[done:])
        file.seek(memory.tell())
    except BaseException:
        try:
            file.close()
        except OSError:
            pass
        raise
    memory.close()
    return file


class _Below(io.BufferedIOBase):
    """What is below the text layer: first the memory, then the file. The layer stays, so that what
    it knows is not lost when they change: the state of its decoder, what it has read ahead."""

    def __init__(self, owner):
        self.inner = io.BytesIO()
        self.owner = weakref.ref(owner)

    def _limit(self):
        owner = self.owner()
        return 0 if owner is None or owner._rolled else owner._max_size

    def write(self, data):
        limit = self._limit()
        if limit and _is_beyond(self.inner, data, limit):
            self.owner().rollover()
        return self.inner.write(data)

    def truncate(self, size=None):
        owner = self.owner()
        if owner is None or owner._rolled or size is None:
            return self.inner.truncate(size)
        if owner._is_large(self.inner, size):
            owner.rollover()
            return self.inner.truncate(size)
        return _truncate(self.inner, size)

    def __getattr__(self, name):
        if name == 'inner':
            raise AttributeError(name)
        return getattr(self.inner, name)

    # What io.BufferedIOBase has is not looked up by the above.

    def read(self, *args):
        return self.inner.read(*args)

    def read1(self, *args):
        return self.inner.read1(*args)

    def readinto(self, buffer):
        return self.inner.readinto(buffer)

    def readinto1(self, buffer):
        return self.inner.readinto1(buffer)

    def seek(self, *args):
        return self.inner.seek(*args)

    def tell(self):
        return self.inner.tell()

    def flush(self):
        self.inner.flush()

    def close(self):
        self.inner.close()

    @property
    def closed(self):
        return self.inner.closed

    def fileno(self):
        return self.inner.fileno()

    def isatty(self):
        return self.inner.isatty()

    def readable(self):
        return self.inner.readable()

    def writable(self):
        return self.inner.writable()

    def seekable(self):
        return self.inner.seekable()


class SpooledTemporaryFile(io.IOBase):
    """A file that is in memory until it would grow beyond `max_size` bytes (0: no limit), or its
    fileno() is asked for; then it is a TemporaryFile().

    The other arguments are those of TemporaryFile(). Of `mode` only text or binary counts: it can be
    read and written, before and after."""

    __class_getitem__ = classmethod(types.GenericAlias)

    _rolled = False

    def __init__(self, max_size=0, mode='w+b', buffering=-1, encoding=None, newline=None,
                 suffix=None, prefix=None, dir=None, *, errors=None):
        if 'b' not in mode:
            encoding = io.text_encoding(encoding)
        check_open_arguments(mode, buffering, encoding, newline, errors)
        dir = check_names(prefix, suffix, dir)
        self._max_size = max_size
        self._mode = mode
        if 'b' in mode:
            self._below = None
            self._file = io.BytesIO()
        else:
            self._below = _Below(self)
            self._file = io.TextIOWrapper(self._below, encoding, errors, newline, buffering == 1,
                                          write_through=True)
            buffering = -1 if buffering == 1 else buffering
        self._open = functools.partial(TemporaryFile, 'w+b', buffering, suffix=suffix,
                                       prefix=prefix, dir=dir)

    def rollover(self):
        """Moves to the disk, whatever the size; harmless when it is there."""
        if self._rolled:
            return
        if self._below is None:
            self._file = _move(self._file, self._open)
        else:
            self._below.inner = _move(self._below.inner, self._open)
            self._file.mode = self._mode
        self._rolled = True

    def _is_large(self, memory, size):
        return size > self._max_size and size > memory.getbuffer().nbytes

    # --- with ---

    def __enter__(self):
        if self._file.closed:
            raise ValueError('Cannot enter context with closed file')
        return self

    def __exit__(self, kind, value, traceback):
        self._file.close()

    def __del__(self, warn=warnings.warn):
        # It may not have come so far as to have a file.
        file = self.__dict__.get('_file')
        if file is not None and not file.closed:
            warn('Unclosed file %r' % self, ResourceWarning, stacklevel=2, source=self)
            self.close()

    # --- what it is ---

    @property
    def closed(self):
        return self._file.closed

    @property
    def encoding(self):
        return self._file.encoding

    @property
    def errors(self):
        return self._file.errors

    @property
    def newlines(self):
        return self._file.newlines

    @property
    def mode(self):
        return getattr(self._file, 'mode', self._mode)

    @property
    def name(self):
        """The descriptor; None in memory."""
        return getattr(self._file, 'name', None)

    def fileno(self):
        self.rollover()
        return self._file.fileno()

    def isatty(self):
        return self._file.isatty()

    def readable(self):
        return self._file.readable()

    def writable(self):
        return self._file.writable()

    def seekable(self):
        return self._file.seekable()

    # --- reading ---

    def __iter__(self):
        # Not the iterator of the file, which may become another.
        if self._file.closed:
            raise ValueError('I/O operation on closed file.')
        return self

    def __next__(self):
        line = self._file.readline()
        if not line:
            raise StopIteration
        return line

    def read(self, *args):
        return self._file.read(*args)

    def read1(self, *args):
        return self._file.read1(*args)

    def readinto(self, buffer):
        return self._file.readinto(buffer)

    def readinto1(self, buffer):
        return self._file.readinto1(buffer)

    def readline(self, *args):
        return self._file.readline(*args)

    def readlines(self, *args):
        return self._file.readlines(*args)

    # --- writing ---

    def write(self, s):
        file = self._file
        if self._max_size and not self._rolled and self._below is None:
            if _is_beyond(file, s, self._max_size):
                self.rollover()
                file = self._file
        return file.write(s)

    def writelines(self, iterable):
        for line in iterable:
            self.write(line)

    def truncate(self, size=None):
        file = self._file
        if size is None or self._rolled or self._below is not None:
            return file.truncate(size)
        if self._is_large(file, size):
            self.rollover()
            return self._file.truncate(size)
        return _truncate(file, size)

    def flush(self):
        self._file.flush()

    def seek(self, *args):
        return self._file.seek(*args)

    def tell(self):
        return self._file.tell()

    def detach(self):
        return self._file.detach()

    def close(self):
        self._file.close()
