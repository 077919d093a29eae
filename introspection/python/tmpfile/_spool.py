# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""SpooledTemporaryFile: bytes in memory, then in a file.

The memory is an io.BytesIO, as small pieces would be slow if each went through libtmpfile's
TfSpooledFile. The rules are the same: the bound is checked before the write, and a move to the disk
that fails leaves memory, cursor and size as they were."""

import contextlib
import io
import os
import types
import warnings
import weakref

from tmpfile._files import TemporaryFile
from tmpfile._mode import check_open_arguments
from tmpfile._place import check_names


def _truncate(memory, size):
    """io.BytesIO.truncate() that also extends, with zeros, as that of files does."""
    missing = size - memory.getbuffer().nbytes
    if missing > 0:
        position = memory.tell()
        memory.seek(0, os.SEEK_END)
        memory.write(bytes(missing))
        memory.seek(position)
    # That of _Below comes here.
    return io.BytesIO.truncate(memory, size)


def _copy_to(file, memory):
    """Copies what is in an io.BytesIO, and its cursor. Closes the file when it fails."""
    try:
        with memory.getbuffer() as view:
            done = 0
            while done < len(view):
                # Without a buffer a write may be a short one.
                done += file.write(view[done:])
        file.seek(memory.tell())
    except BaseException:
        with contextlib.suppress(OSError):
            file.close()
        raise


def _nobody():
    """In the place of a weak reference: to something that is gone."""
    return None


def _write_through(file, data):
    # io.BufferedRandom.read1(), which io.TextIOWrapper reads with, gives what was there before a
    # write that is still in the buffer.
    done = file.write(data)
    file.flush()
    return done


class _Below(io.BytesIO):
    """What is below the text layer: the memory; later the file, to which its methods lead then. The
    text layer stays, so that what it knows is not lost: the state of its decoder, what it has read
    ahead."""

    def __init__(self, spool):
        super().__init__()
        self._spool = weakref.ref(spool)
        self._max_size = spool._max_size
        self._file = None

    def write(self, data, _write=io.BytesIO.write):
        limit = self._max_size
        if limit and self.tell() + len(data) > limit:
            spool = self._spool()
            if spool is not None:
                spool.rollover()
                return _write_through(self._file, data)
        return _write(self, data)

    def truncate(self, size=None):
        spool = self._spool()
        if spool is None:
            return super().truncate(size)
        if size is None:
            size = self.tell()
        if spool._roll_over_for(self, size):
            return self._file.truncate(size)
        return _truncate(self, size)

    def close(self):
        try:
            if self._file is not None:
                self._file.close()
        finally:
            super().close()

    def let_go(self):
        """What there is without a text layer and a bound: the file itself, or this memory."""
        self._spool = _nobody
        file, self._file = self._file, None
        return self if file is None else file

    def lead_to(self, file):
        # All at once: a signal handler may raise in between.
        self.__dict__.update({name: getattr(file, name) for name in _LEADING}, _file=file)
        super().truncate(0)


# What leads to the file when there is one, looked up once.
_LEADING = ('fileno', 'flush', 'isatty', 'name', 'peek', 'raw', 'read', 'read1', 'readable',
            'readinto', 'readinto1', 'readline', 'readlines', 'seek', 'seekable', 'tell',
            'truncate', 'writable', 'write')


class SpooledTemporaryFile(io.IOBase):
    """A file that is in memory until it would grow beyond `max_size` bytes (0: no limit), or its
    fileno() is asked for; then it is a TemporaryFile().

    The other arguments are those of TemporaryFile(). Of `mode` only text or binary counts: it can
    be read and written, before and after."""

    __class_getitem__ = classmethod(types.GenericAlias)

    _rolled = False
    _file = None

    def __init__(self, max_size=0, mode='w+b', buffering=-1, encoding=None, newline=None,
                 suffix=None, prefix=None, dir=None, *, errors=None):
        if not (mode == 'w+b' and buffering == -1 and encoding is newline is errors is None):
            if 'b' not in mode:
                encoding = io.text_encoding(encoding)
            check_open_arguments(mode, buffering, encoding, newline, errors)
        if not (prefix is None and suffix is None and dir is None):
            dir = check_names(prefix, suffix, dir)
        self._max_size = max_size
        self._mode = mode
        self._place = suffix, prefix, dir
        if 'b' in mode:
            self._buffering = buffering
            self._memory = self._file = io.BytesIO()
        else:
            self._buffering = -1 if buffering == 1 else buffering
            self._memory = None
            self._file = io.TextIOWrapper(_Below(self), encoding, errors, newline, buffering == 1,
                                          write_through=True)

    def _open(self):
        suffix, prefix, dir = self._place
        return TemporaryFile('w+b', self._buffering, suffix=suffix, prefix=prefix, dir=dir)

    def rollover(self):
        """Moves to the disk, whatever the size; harmless when it is there."""
        if self._rolled:
            return
        memory = self._file.buffer if self._memory is None else self._memory
        if memory is None:
            raise ValueError('underlying buffer has been detached')
        file = self._open()
        if self._rolled:
            # An audit hook, a signal handler or a finalizer did it meanwhile.
            file.close()
            return
        _copy_to(file, memory)
        # In one step, or in an order in which no exception of a signal handler loses what is there.
        if self._memory is not None:
            self.__dict__.update(_memory=None, _file=file, _rolled=True)
        else:
            self._rolled = True
            memory.lead_to(file)
            self._file.mode = self._mode
            self._file.reconfigure(write_through=False)

    def _roll_over_for(self, memory, size):
        """Moves to the disk if it is to be extended to a `size` that asks for it. Returns whether
        it is there."""
        if size > self._max_size and size > memory.getbuffer().nbytes:
            self.rollover()
        return self._rolled

    # --- with ---

    def __enter__(self):
        if self._file.closed:
            raise ValueError('Cannot enter context with closed file')
        return self

    def __exit__(self, kind, value, traceback):
        self._file.close()

    def __del__(self, warn=warnings.warn):
        # It may not have come so far as to have a file.
        if self._file is not None and not self._file.closed:
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
        memory = self._memory
        if memory is None:
            try:
                return self._file.write(s)
            except BaseException:
                self._restart_encoder()
                raise
        limit = self._max_size
        if limit:
            size = len(s) if type(s) is bytes else memoryview(s).nbytes
            if memory.tell() + size > limit and size:
                self.rollover()
                return _write_through(self._file, s)
        return memory.write(s)

    def _restart_encoder(self):
        """A write did not reach the memory below a text layer, which may be about to begin: the
        mark that it has written in vain is still due."""
        if not self._rolled:
            with contextlib.suppress(Exception):
                # Elsewhere a seek would change where the next write goes after a read.
                if self._file.buffer.tell() == 0:
                    self._file.seek(0)

    def writelines(self, iterable):
        if self._file.closed:
            raise ValueError('I/O operation on closed file.')
        for line in iterable:
            self.write(line)

    def truncate(self, size=None):
        memory = self._memory
        if size is None and memory is not None:
            size = memory.tell()
        if memory is None or self._roll_over_for(memory, size):
            return self._file.truncate(size)
        return _truncate(memory, size)

    def flush(self):
        self._file.flush()

    def seek(self, *args):
        return self._file.seek(*args)

    def tell(self):
        return self._file.tell()

    def detach(self):
        found = self._file.detach()
        return found.let_go() if isinstance(found, _Below) else found

    def close(self):
        self._file.close()
