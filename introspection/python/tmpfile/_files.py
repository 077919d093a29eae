# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""TemporaryFile and NamedTemporaryFile: Python's own file objects on the descriptors of libtmpfile."""

import functools
import io
import os
import warnings

from tmpfile import _native
from tmpfile._make import mkstemp, typed
from tmpfile._place import place


def _raw(file):
    file = getattr(file, 'buffer', file)
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

    # open() closes what its opener gave when it fails after that.
    file = io.open(dir, mode, buffering, encoding, errors, newline, opener=lambda *unused:
                   _native.create(kind, dir, _native.open_anonymous, dir))
    raw = _raw(file)
    raw.name = raw.fileno()
    return file


class _Closer:
    """Closes a named file, once, and deletes it. It is apart from the wrapper so that a method of the
    file, looked up on the wrapper, keeps the file open by holding this."""

    def __init__(self, file, owner, name, delete_on_close):
        self.file = file
        self.owner = owner
        self.name = name
        self.delete_on_close = delete_on_close
        self.pid = os.getpid()
        self.closed = False

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
            _native.close(self.owner, None)
        except _native.GLib.Error as error:
            self._raise(error)

    def clean_up(self):
        """Closes and deletes, also what stays when it is closed."""
        try:
            self.close()
        finally:
            if self.owner is not None and not self.delete_on_close:
                self._delete()

    def _delete(self, getpid=os.getpid):
        if self.pid != getpid():
            return
        try:
            _native.delete(self.owner)
        except _native.GLib.Error as error:
            self._raise(error)

    def _raise(self, error):
        # What somebody else deleted, moved or replaced is not ours to delete any more.
        if not error.matches(_native.Gio.io_error_quark(), _native.Gio.IOErrorEnum.NOT_FOUND):
            raise _native.translate(error, self.name) from None

    def __del__(self, getpid=os.getpid, warn=warnings.warn):
        forgotten = not self.closed and self.pid == getpid()
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
        yield from iter(self.file.readline, self.file.read(0))

    def close(self):
        """Closes the file, and deletes it unless it was made with other wishes."""
        self._closer.close()


def _own(kind, dir, prefix, suffix, delete_on_close):
    """A Tf.TemporaryFile with a name."""
    return _native.create(kind, dir, _native.new_named, _native.folder(dir), prefix, suffix, None)


def NamedTemporaryFile(mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None,
                       prefix=None, dir=None, delete=True, *, errors=None, delete_on_close=True):
    """Opens a file that has a name until it is closed. Returns an object with all that the file
    object of open() has, which is its `file`, and with a `name`.

    With `delete_on_close` false the name stays until the end of the context, the collection of the
    object or the exit of the process; with `delete` false for good. The other arguments are those of
    TemporaryFile()."""
    if 'b' not in mode:
        encoding = io.text_encoding(encoding)
    if not delete:
        return _open_kept(mode, buffering, encoding, newline, suffix, prefix, dir, errors)

    dir, prefix, suffix, kind = place(prefix, suffix, dir)
    owner = _own(kind, dir, prefix, suffix, delete_on_close)
    try:
        file = io.open(owner.get_fd(), mode, buffering, encoding, errors, newline, closefd=False)
        name = typed(owner.get_path(), kind)
        _raw(file).name = name
        return TemporaryFileWrapper(file, name, True, delete_on_close, owner)
    except BaseException:
        _native.close(owner, None)
        raise


def _open_kept(mode, buffering, encoding, newline, suffix, prefix, dir, errors):
    name = None

    def opener(*unused):
        nonlocal name
        fd, name = mkstemp(suffix, prefix, dir)
        return fd

    try:
        file = io.open('', mode, buffering, encoding, errors, newline, opener=opener)
        _raw(file).name = name
        return TemporaryFileWrapper(file, name, False)
    except BaseException:
        if name is not None:
            os.unlink(name)
        raise
