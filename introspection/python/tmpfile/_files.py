# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""TemporaryFile and NamedTemporaryFile: Python's own file objects on descriptors of libtmpfile."""

import functools
import io
import os
import sys
import warnings

from tmpfile import _native
from tmpfile._make import mkstemp
from tmpfile._native import typed
from tmpfile._place import place


def _is_usual(mode, buffering, encoding, newline, errors):
    """What nearly all use. It is opened by hand, as open() has much more to find out."""
    return (mode == 'w+b' and type(buffering) is int and 1 < buffering < 1 << 31
            and encoding is None and newline is None and errors is None)


def _raw(file, mode):
    """What is below the layers of buffer and text, and bears the name."""
    if 'b' not in mode:
        file = file.buffer
    return getattr(file, 'raw', file)


def TemporaryFile(mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None, prefix=None,
                  dir=None, *, errors=None):
    """Opens a file that has no name and is gone when it is closed or collected. Returns what open()
    returns.

    `mode`, `buffering`, `encoding`, `newline` and `errors` are as for open(), `suffix`, `prefix`
    and `dir` as for mkstemp()."""
    if 'b' not in mode:
        encoding = io.text_encoding(encoding)
    dir, prefix, suffix, kind = place(prefix, suffix, dir)
    if prefix is not None or suffix is not None:
        _native.check_affixes(prefix, suffix)

    if buffering == -1:
        buffering = _native.block_size(dir)
    if _is_usual(mode, buffering, encoding, newline, errors):
        # Nothing here closes the descriptor by its number: after an exception of a signal handler
        # the number may be another file's.
        raw = io.FileIO(_native.create(kind, dir, _native.open_anonymous, dir), 'r+b')
        file = io.BufferedRandom(raw, buffering)
    else:
        # When it fails, open() closes what its opener gave.
        file = io.open(dir, mode, buffering, encoding, errors, newline, opener=lambda *unused:
                       _native.create(kind, dir, _native.open_anonymous, dir))
        _raw(file, mode).name = file.fileno()
    _native.flush_at_fork(file)
    return file


class _Closer:
    """Closes a named file, once, and deletes it. It is apart from the wrapper so that a method of
    the file, looked up on the wrapper, keeps the file open by holding this."""

    __slots__ = 'file', 'owner', 'name', 'delete_on_close', 'forks', 'closed', 'detached'

    def __init__(self, file, owner, name, delete_on_close):
        self.file = file
        self.owner = owner
        self.name = name
        self.delete_on_close = delete_on_close
        self.forks = _native.count_forks()
        self.closed = False
        self.detached = False

    def close(self):
        if self.closed:
            return
        self.closed = True
        try:
            self.file.close()
        finally:
            if self.owner is not None:
                self._close_owner()

    def _close_owner(self):
        try:
            if not self.detached:
                _native.close(self.owner, None)
            elif self.delete_on_close and self.forks == _native.count_forks():
                _native.delete(self.owner)
        except _native.GLib.Error as error:
            self._judge(error)

    def detach(self):
        """What the file is made of has the descriptor from now on, for as long as it lives."""
        raw = getattr(getattr(self.file, 'buffer', self.file), 'raw', None)
        found = self.file.detach()
        if self.owner is not None:
            raw._owner = self.owner
            self.detached = True
        return found

    def clean_up(self):
        """Closes and deletes, also what stays when it is closed."""
        try:
            self.close()
        finally:
            if not self.delete_on_close and self.forks == _native.count_forks():
                try:
                    _native.delete(self.owner)
                except _native.GLib.Error as error:
                    self._judge(error)

    def _judge(self, error):
        # What somebody else deleted, moved or replaced is not ours to delete any more.
        if not error.matches(_native.Gio.io_error_quark(), _native.Gio.IOErrorEnum.NOT_FOUND):
            # The file that could not be flushed, or what the block raised, is not hidden by it.
            raise _native.translate(error, self.name) from error.__context__

    def __del__(self, is_finalizing=sys.is_finalizing, count_forks=_native.count_forks,
                warn=warnings.warn):
        if self.closed and self.delete_on_close:
            return
        forgotten = not self.closed and self.forks == count_forks()
        if is_finalizing():
            # Nothing can be called any more through introspection. The library deletes at exit.
            self.file.close()
        else:
            self.clean_up()
        if forgotten:
            warn('Implicitly cleaning up <NamedTemporaryFile %r>' % (self.name,), ResourceWarning)


class TemporaryFileWrapper:
    """What NamedTemporaryFile returns: all that its `file` has, a `name`, and deletion. It is
    os.PathLike by its name."""

    def __init__(self, file, name, delete=True, delete_on_close=True, owner=None):
        self.file = file
        self.name = name
        self.delete = delete
        _native.flush_at_fork(file)
        self._closer = _Closer(file, owner, name, delete_on_close)

    def __getattr__(self, name):
        if name == 'file':
            raise AttributeError(name)
        value = getattr(self.file, name)
        if not callable(value):
            return value

        closer = self._closer

        @functools.wraps(value)
        def method(*args, **kwargs):
            return value(*args, **kwargs)

        method._closer = closer
        setattr(self, name, method)
        return method

    def __repr__(self):
        return '<%s %r>' % (type(self).__name__, self.name)

    def __fspath__(self):
        return self.name

    def __enter__(self):
        self.file.__enter__()
        return self

    def __exit__(self, kind, value, traceback):
        try:
            return self.file.__exit__(kind, value, traceback)
        finally:
            self._closer.clean_up()

    def __iter__(self):
        # A generator, as it holds the wrapper while it runs.
        for line in self.file:
            yield line

    def detach(self):
        return self._closer.detach()

    def close(self):
        """Closes the file, and deletes it unless `delete` or `delete_on_close` was false."""
        self._closer.close()


def NamedTemporaryFile(mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None,
                       prefix=None, dir=None, delete=True, *, errors=None, delete_on_close=True):
    """Opens a file that has a name until it is closed. Returns an object with all that the file
    object of open() has, which is its `file`, and with a `name`.

    With `delete_on_close` false the name stays until the end of the context, the collection of the
    object or the exit of the process; with `delete` false for good. The other arguments are those
    of TemporaryFile()."""
    if 'b' not in mode:
        encoding = io.text_encoding(encoding)
    if not delete:
        return _open_kept(mode, buffering, encoding, newline, suffix, prefix, dir, errors)

    dir, prefix, suffix, kind = place(prefix, suffix, dir)
    folder = _native.folder(dir)
    if delete_on_close:
        owner = _native.create(kind, dir, _native.new_named, folder, prefix, suffix, None)
    else:
        owner = _native.create(kind, dir, _native.new_staying, folder, prefix, suffix)
    if buffering == -1:
        buffering = _native.block_size(dir)
    try:
        fd = _native.get_fd(owner)
        if _is_usual(mode, buffering, encoding, newline, errors):
            file = io.BufferedRandom(io.FileIO(fd, 'r+b', closefd=False), buffering)
        else:
            file = io.open(fd, mode, buffering, encoding, errors, newline, closefd=False)
        name = typed(_native.get_path(owner), kind)
        _raw(file, mode).name = name
        return TemporaryFileWrapper(file, name, True, delete_on_close, owner)
    except BaseException:
        _native.close(owner, None)
        _native.delete(owner)
        raise


def _open_kept(mode, buffering, encoding, newline, suffix, prefix, dir, errors):
    name = None

    def opener(*unused):
        nonlocal name
        fd, name = mkstemp(suffix, prefix, dir)
        return fd

    try:
        file = io.open('', mode, buffering, encoding, errors, newline, opener=opener)
        _raw(file, mode).name = name
        return TemporaryFileWrapper(file, name, delete=False)
    except BaseException:
        if name is not None:
            os.unlink(name)
        raise


if os.name != 'posix' or sys.platform == 'cygwin':
    # A file that is open cannot lose its name there.
    TemporaryFile = NamedTemporaryFile
