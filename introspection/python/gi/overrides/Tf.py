# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What Python expects of namespace Tf, beyond what introspection gives: constructors that
initialise, `with`, the methods of a binary file, os.PathLike, exceptions that are both GLib.Error
and OSError, those of audit hooks unchanged, and that children of multiprocessing clean up at their
end. All of it is possible without this file too, only less naturally.
"""

import errno
import functools
import os
import sys
import threading

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib

Tf = get_introspection_module('Tf')

__all__ = []

# --- exceptions ---

_Code = Gio.IOErrorEnum

ERRNO = {
    _Code.ADDRESS_IN_USE: errno.EADDRINUSE,
    _Code.BROKEN_PIPE: errno.EPIPE,
    _Code.BUSY: errno.EBUSY,
    _Code.CANCELLED: errno.ECANCELED,
    _Code.CLOSED: errno.EBADF,
    _Code.EXISTS: errno.EEXIST,
    _Code.FILENAME_TOO_LONG: errno.ENAMETOOLONG,
    _Code.INVALID_ARGUMENT: errno.EINVAL,
    _Code.INVALID_FILENAME: errno.EINVAL,
    _Code.IS_DIRECTORY: errno.EISDIR,
    _Code.NO_SPACE: errno.ENOSPC,
    _Code.NOT_DIRECTORY: errno.ENOTDIR,
    _Code.NOT_EMPTY: errno.ENOTEMPTY,
    _Code.NOT_FOUND: errno.ENOENT,
    _Code.NOT_SUPPORTED: errno.ENOTSUP,
    _Code.PERMISSION_DENIED: errno.EACCES,
    _Code.READ_ONLY: errno.EROFS,
    _Code.TOO_MANY_LINKS: errno.EMLINK,
    _Code.TOO_MANY_OPEN_FILES: errno.EMFILE,
}


class _BothError(GLib.Error):
    """A GLib.Error that is an OSError too; the classes that are raised mix one in."""

    def __init__(self, message, domain, code, number=None, filename=None):
        OSError.__init__(self, number, message, filename)
        GLib.Error.__init__(self, message, domain, code)


def _both(*bases):
    name = bases[-1].__name__
    return type(name, (_BothError, *bases), {'__module__': 'gi.repository.Tf'})


_OTHER = _both(OSError)
_VALUE = _both(OSError, ValueError)
_CLASS = {
    _Code.CLOSED: _VALUE,
    _Code.EXISTS: _both(FileExistsError),
    _Code.INVALID_ARGUMENT: _VALUE,
    _Code.INVALID_FILENAME: _VALUE,
    _Code.IS_DIRECTORY: _both(IsADirectoryError),
    _Code.NOT_DIRECTORY: _both(NotADirectoryError),
    _Code.NOT_FOUND: _both(FileNotFoundError),
    _Code.PERMISSION_DENIED: _both(PermissionError),
}
_DOMAIN = GLib.quark_to_string(Gio.io_error_quark())


def _error(message, domain, code, filename=None):
    if domain != _DOMAIN:
        return _OTHER(message, domain, code, None, filename)
    return _CLASS.get(code, _OTHER)(message, domain, code, ERRNO.get(code), filename)


def _filename_of(values):
    """The path that a call with these arguments was about, as far as that is known."""
    for value in values:
        if isinstance(value, Gio.File):
            return value.get_path()
    for value in values:
        if isinstance(value, (Tf.TemporaryFile, Tf.TemporaryDirectory)):
            return value.get_path()
    return None


def _translate(error, values):
    if isinstance(error, OSError):
        return error
    return _error(error.message, error.domain, error.code, _filename_of(values))


# --- arguments ---

def _string(value):
    """str, bytes or os.PathLike as the str that means the same file name."""
    if value is None:
        return None
    name = os.fsdecode(value)
    if '\0' in name:
        raise _error('Could not use the name %s: NUL character' % ascii(name), _DOMAIN,
                     int(_Code.INVALID_FILENAME), name)
    return name


def _file(value):
    """Gio.File, str, bytes or os.PathLike as a Gio.File."""
    if value is None or isinstance(value, Gio.File):
        return value
    path = _string(value)
    if not path:
        raise _error('Could not use the path “”: it is empty', _DOMAIN,
                     int(_Code.INVALID_ARGUMENT), path)
    return Gio.File.new_for_path(path)


def _converter(argument):
    # PyGObject 3.52 renamed it.
    kind = (getattr(argument, 'get_type_info', None) or argument.get_type)()
    if kind.get_tag_as_string() in ('filename', 'utf8'):
        return _string
    if kind.get_tag_as_string() == 'interface' and kind.get_interface().get_name() == 'File':
        return _file
    return None


def _converters(info):
    """What to do with which argument, by position and by name. A callback shifts what follows."""
    by_position, by_name = {}, {}
    arguments = [a for a in info.get_arguments() if int(a.get_direction()) != 1]
    exact = True
    for position, argument in enumerate(arguments):
        converter = _converter(argument)
        exact = exact and int(argument.get_scope()) == 0
        if converter:
            by_name[argument.get_name()] = converter
            if exact:
                by_position[position] = converter
    return by_position, by_name


# --- calls ---

class _Refusals(threading.local):
    raised = None   # what audit hooks raised during our call that this thread is in, if it is


_refusals = _Refusals()


def _call(function, values, args, kwargs):
    """Calls `function`, which is about `values`: what an audit hook raises comes out unchanged,
    other errors translated."""
    outer = _refusals.raised
    _refusals.raised = raised = []
    try:
        return function(*args, **kwargs)
    except GLib.Error as error:
        if not raised:
            raise _translate(error, values) from None
    finally:
        _refusals.raised = outer
    # Nothing here may refer to it any more, or the two would keep each other.
    raise raised.pop()


class _Awaitable:
    """An asynchronous call under way (PyGObject 3.50 and later), with our exceptions."""

    def __init__(self, inner, values):
        self._inner = inner
        self._values = values

    # PyGObject's object is one to await, and not to iterate.
    def __await__(self):
        return self._wait().__await__()

    async def _wait(self):
        try:
            return await self._inner
        except GLib.Error as error:
            raise _translate(error, self._values) from None

    def __getattr__(self, name):
        return getattr(self._inner, name)


def _guard(function, info, skip=0):
    """`function`, which is `info` bound or not, with arguments converted and errors translated."""
    by_position, by_name = _converters(info)

    def call(*args, **kwargs):
        args = [by_position[i - skip](value) if i - skip in by_position else value
                for i, value in enumerate(args)]
        kwargs = {name: by_name[name](value) if name in by_name else value
                  for name, value in kwargs.items()}
        values = [*args[skip:], *kwargs.values(), *args[:skip]]
        result = _call(function, values, args, kwargs)
        return _Awaitable(result, values) if hasattr(result, '__await__') else result

    call.__name__ = call.__qualname__ = info.get_name()
    call.__doc__ = info.__doc__
    return call


def _guard_method(cls, name, info):
    if info.is_method():
        return _guard(info, info, 1)
    return staticmethod(_guard(getattr(cls, name), info))


def _raising(method):
    """For methods written here: errors translated."""
    def call(self, *args, **kwargs):
        return _call(method, [self], (self, *args), kwargs)

    call.__name__, call.__qualname__ = method.__name__, method.__qualname__
    call.__doc__ = method.__doc__
    return call


def _is_info(value):
    # An info of a virtual function lacks the second.
    return hasattr(value, 'can_throw_gerror') and hasattr(value, 'is_method')


def _is_ours(info):
    return info.can_throw_gerror() or (info.get_namespace() == 'Tf' and _converters(info)[1])


def _complete(cls):
    """Overrides a class: every introspected function of it, inherited ones too, is guarded."""
    members = {}
    for base in reversed(cls.__mro__):
        members.update(vars(base))
    for name, member in members.items():
        # Newer versions of PyGObject wrap constructors and static functions.
        info = getattr(member, '__func__', member)
        if _is_info(info) and _is_ours(info):
            setattr(cls, name, _guard_method(cls, name, info))
    cls = override(cls)
    __all__.append(cls.__name__)
    return cls


def _plain_progress(progress, data):
    """`progress` as PyGObject calls it, with `data` if that is not None."""
    if progress is None:
        return None
    data = () if data is None else (data,)
    return lambda removed, total, *unused: progress(removed, total, *data)


def _calls(progress, progress_data, callback, user_data):
    """The callbacks of an asynchronous call by their names; those that are not given are left out,
    so that newer versions of PyGObject return an awaitable."""
    calls = {}
    if progress is not None:
        # PyGObject 3.42 takes only a tuple for the data of a callback that is not the last.
        calls['progress'] = _plain_progress(progress, progress_data)
    if callback is not None:
        calls['callback'] = callback if len(user_data) < 2 else (
            lambda source, result, *unused: callback(source, result, *user_data))
    if len(user_data) == 1:
        calls['user_data'] = user_data[0]
    return calls


# --- the classes ---

_CHUNK = 1 << 20
_LINE = 4096
_WHENCE = {
    os.SEEK_SET: GLib.SeekType.SET,
    os.SEEK_CUR: GLib.SeekType.CUR,
    os.SEEK_END: GLib.SeekType.END,
}


def _place(directory, prefix, suffix):
    """The construction properties that say where; only those given."""
    place = {'directory': _file(directory), 'prefix': _string(prefix), 'suffix': _string(suffix)}
    for name in (place['prefix'], place['suffix']):
        try:
            (name or '').encode()
        except UnicodeEncodeError:
            raise _error('Could not use the name %s as a property: it is not UTF-8; new() and '
                         'new_named() take it' % ascii(name), _DOMAIN,
                         int(_Code.INVALID_FILENAME), name) from None
    return {name: value for name, value in place.items() if value is not None}


class _Binary:
    """The methods of a binary file, for both kinds of stream pair."""

    def __enter__(self):
        self._check_open()
        return self

    def __exit__(self, kind, value, traceback):
        self.close()

    def _check_open(self):
        if self.is_closed():
            raise _error('Could not use the temporary file: it is closed', _DOMAIN,
                         int(_Code.CLOSED), _filename_of([self]))

    @property
    def closed(self):
        return self.is_closed()

    def readable(self):
        self._check_open()
        return True

    writable = readable

    def seekable(self):
        self._check_open()
        return self.can_seek()

    def fileno(self):
        fd = self.get_fd()
        if fd < 0:
            # Only this form tells the reason.
            os.close(self.dup_fd())
            fd = self.get_fd()
        return fd

    def read(self, size=-1, cancellable=None):
        """Up to `size` bytes; all to the end when it is negative or None."""
        left = -1 if size is None else size
        chunks = []
        while True:
            count = _CHUNK if left < 0 else min(left, _CHUNK)
            chunk = self.read_bytes(count, cancellable).get_data() or b''
            chunks.append(chunk)
            left -= len(chunk) if left > 0 else 0
            if len(chunk) < count or left == 0:
                return b''.join(chunks)

    def readline(self, size=-1):
        left = -1 if size is None else size
        parts = []
        while left:
            chunk = self.read(_LINE if left < 0 else min(left, _LINE))
            if not chunk:
                break
            end = chunk.find(b'\n') + 1
            if end:
                if end < len(chunk):
                    self.seek(end - len(chunk), os.SEEK_CUR)
                parts.append(chunk[:end])
                break
            parts.append(chunk)
            left -= len(chunk) if left > 0 else 0
        return b''.join(parts)

    def readlines(self):
        return list(self)

    def __iter__(self):
        self._check_open()
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def write(self, data, cancellable=None):
        """Writes all of a bytes-like object; returns the number of bytes."""
        data = memoryview(data).tobytes()
        written = self.write_bytes(GLib.Bytes.new(data), cancellable)
        while written < len(data):
            written += self.write_bytes(GLib.Bytes.new(data[written:]), cancellable)
        return written

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    @_raising
    def flush(self, cancellable=None):
        self._check_open()
        self.get_output_stream().flush(cancellable)

    @_raising
    def seek(self, offset, whence=os.SEEK_SET, cancellable=None):
        """Moves the cursor; `whence` is as in io or a GLib.SeekType. Returns the new position."""
        if not isinstance(whence, GLib.SeekType):
            if whence not in _WHENCE:
                raise ValueError('invalid whence: %r' % (whence,))
            whence = _WHENCE[whence]
        Gio.Seekable.seek(self, offset, whence, cancellable)
        return Gio.Seekable.tell(self)

    def tell(self):
        self._check_open()
        return Gio.Seekable.tell(self)

    @_raising
    def truncate(self, size=None, cancellable=None):
        """Cuts or extends to `size` bytes, by default to the cursor. Returns the new size."""
        size = self.tell() if size is None else size
        Gio.Seekable.truncate(self, size, cancellable)
        return size

    def persist(self, destination, flags=Tf.PersistFlags.NONE, cancellable=None):
        return self._persist(destination, flags, cancellable)


class _Path:
    """os.PathLike, for what has a name."""

    def __fspath__(self):
        path = self.get_path()
        if path is None:
            raise TypeError('this %s has no name' % type(self).__name__)
        return path


class TemporaryFile(_Binary, _Path, Tf.TemporaryFile):
    """Tf.TemporaryFile(directory=…, anonymous=…, …): made at once, by its properties.

    It is os.PathLike by its name. What takes it for a path though it has none, as zipfile does,
    works with os.fdopen(file.dup_fd(), 'r+b')."""

    def __init__(self, *, directory=None, prefix=None, suffix=None, cancellable=None,
                 **properties):
        super().__init__(**_place(directory, prefix, suffix), **properties)
        self.init(cancellable)

    def reopen(self, flags=Tf.ReopenFlags.NONE):
        return self._reopen(flags)

    _persist = _guard(Tf.TemporaryFile.persist, Tf.TemporaryFile.persist, 1)
    _reopen = _guard(Tf.TemporaryFile.reopen, Tf.TemporaryFile.reopen, 1)


TemporaryFile = _complete(TemporaryFile)


class SpooledFile(_Binary, Tf.SpooledFile):
    """Tf.SpooledFile(max_size=…, …): in memory until it grows beyond max_size bytes."""

    def __init__(self, *, directory=None, prefix=None, suffix=None, **properties):
        super().__init__(**_place(directory, prefix, suffix), **properties)

    _persist = _guard(Tf.SpooledFile.persist, Tf.SpooledFile.persist, 1)


SpooledFile = _complete(SpooledFile)


class TemporaryDirectory(_Path, Tf.TemporaryDirectory):
    """Tf.TemporaryDirectory(directory=…, prefix=…): made at once; `with` gives its path and cleans
    it up at the end."""

    def __init__(self, *, directory=None, prefix=None, suffix=None, cancellable=None,
                 **properties):
        super().__init__(**_place(directory, prefix, suffix), **properties)
        self.init(cancellable)

    def __enter__(self):
        return os.fspath(self)

    def __exit__(self, kind, value, traceback):
        self.cleanup()

    def cleanup_async(self, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None, progress=None,
                      progress_data=None, callback=None, *user_data):
        """`progress` is called with the entries removed, the total or -1, and `progress_data` if
        that is not None."""
        return self._cleanup_async(io_priority, cancellable,
                                   **_calls(progress, progress_data, callback, user_data))

    _cleanup_async = _guard(Tf.TemporaryDirectory.cleanup_async,
                            Tf.TemporaryDirectory.cleanup_async, 1)


TemporaryDirectory = _complete(TemporaryDirectory)


# --- the functions ---

for _name in dir(Tf):
    _member = getattr(Tf, _name)
    if _is_info(_member) and _is_ours(_member):
        globals()[_name] = _guard(_member, _member)
        __all__.append(_name)

_make = globals()['make']


def make(func, dir=None, prefix=None, suffix=None):
    """Calls `func` with a Gio.File of ever new names until it makes something of one; returns that
    path. FileExistsError and EADDRINUSE ask for another name, any other exception ends the search
    and goes on to the caller, and so does returning False."""
    raised = []

    def call(file, *unused):
        try:
            return func(file) is not False
        except GLib.Error:
            raise
        except OSError as error:
            if isinstance(error, FileExistsError) or error.errno == errno.EADDRINUSE:
                raise GLib.Error(str(error), _DOMAIN, int(_Code.EXISTS)) from None
            raised.append(error)
        except BaseException as error:
            raised.append(error)
        return False

    try:
        return _make(call, None, _string(dir), _string(prefix), _string(suffix))
    except GLib.Error:
        if raised:
            raise raised[0] from None
        raise


def add_audit_hook(func):
    """Calls func(event, file) before each temporary file ('tempfile.mkstemp') or folder
    ('tempfile.mkdtemp') is made, with a Gio.File; returns the id for remove_audit_hook().

    False refuses with a PermissionError. An exception refuses too: raised during a call of this
    namespace, it goes on to its caller unchanged. Where there is no such caller it becomes a
    GLib.Error, if it is none already a PermissionError with its text: that is so for asynchronous
    calls, whose finish raises it, for streams, and for get_fd(), which returns -1."""
    if not callable(func):
        raise TypeError('not callable: %r' % (func,))

    def call(event, file, *unused):
        raised, _refusals.raised = _refusals.raised, None
        try:
            return func(event, file) is not False
        except BaseException as error:
            if raised is not None:
                raised.append(error)
            if isinstance(error, GLib.Error):
                raise
            raise GLib.Error(str(error) or type(error).__name__, _DOMAIN,
                             int(_Code.PERMISSION_DENIED)) from None
        finally:
            _refusals.raised = raised

    return Tf.add_audit_hook(call)


__all__.append('add_audit_hook')

_get_location = globals()['get_location']
_remove_tree, _remove_tree_async = globals()['remove_tree'], globals()['remove_tree_async']
_remove_tree_file = globals()['remove_tree_file']
_remove_tree_file_async = globals()['remove_tree_file_async']
_sweep_orphans, _sweep_orphans_async = globals()['sweep_orphans'], globals()['sweep_orphans_async']


@functools.wraps(_get_location)
def get_location(location=Tf.Location.DEFAULT, size_hint=0):
    return _get_location(location, size_hint)


@functools.wraps(_remove_tree)
def remove_tree(path, flags=Tf.RemoveFlags.NONE, cancellable=None, progress=None,
                progress_data=None):
    return _remove_tree(path, flags, cancellable, _plain_progress(progress, progress_data))


@functools.wraps(_remove_tree_async)
def remove_tree_async(path, flags=Tf.RemoveFlags.NONE, io_priority=GLib.PRIORITY_DEFAULT,
                      cancellable=None, progress=None, progress_data=None, callback=None,
                      *user_data):
    return _remove_tree_async(path, flags, io_priority, cancellable,
                              **_calls(progress, progress_data, callback, user_data))


@functools.wraps(_remove_tree_file)
def remove_tree_file(root, flags=Tf.RemoveFlags.NONE, cancellable=None, progress=None,
                     progress_data=None):
    return _remove_tree_file(root, flags, cancellable, _plain_progress(progress, progress_data))


@functools.wraps(_remove_tree_file_async)
def remove_tree_file_async(root, flags=Tf.RemoveFlags.NONE, io_priority=GLib.PRIORITY_DEFAULT,
                           cancellable=None, progress=None, progress_data=None, callback=None,
                           *user_data):
    return _remove_tree_file_async(root, flags, io_priority, cancellable,
                                   **_calls(progress, progress_data, callback, user_data))


@functools.wraps(_sweep_orphans)
def sweep_orphans(directory=None, prefix=None, min_age=0, cancellable=None):
    return _sweep_orphans(directory, prefix, min_age, cancellable)


@functools.wraps(_sweep_orphans_async)
def sweep_orphans_async(directory=None, prefix=None, min_age=0,
                        io_priority=GLib.PRIORITY_DEFAULT, cancellable=None, callback=None,
                        *user_data):
    return _sweep_orphans_async(directory, prefix, min_age, io_priority, cancellable,
                                **_calls(None, None, callback, user_data))


_text_input_stream_new = globals()['text_input_stream_new']
_text_output_stream_new = globals()['text_output_stream_new']


@functools.wraps(_text_input_stream_new)
def text_input_stream_new(base, encoding=None, newline=Tf.Newline.UNIVERSAL,
                          errors=Tf.TextErrors.STRICT):
    return _text_input_stream_new(base, encoding, newline, errors)


@functools.wraps(_text_output_stream_new)
def text_output_stream_new(base, encoding=None, newline=Tf.Newline.UNIVERSAL,
                           errors=Tf.TextErrors.STRICT):
    return _text_output_stream_new(base, encoding, newline, errors)


# --- the end ---

_finalizers = []


def _clean_up_with_multiprocessing():
    """Children of multiprocessing end by os._exit(), after its own finalizers and no others."""
    util = sys.modules.get('multiprocessing.util')
    if util is None or _finalizers:
        return

    def clean_up_at_the_end(*unused):
        _finalizers.append(util.Finalize(None, Tf.cleanup_all, exitpriority=-100))

    _finalizers.append(None)
    # In a child its list of finalizers is emptied first, then this is called.
    util.register_after_fork(Tf, clean_up_at_the_end)
    if sys.modules['multiprocessing'].parent_process() is not None:
        clean_up_at_the_end()


_clean_up_with_multiprocessing()
os.register_at_fork(before=_clean_up_with_multiprocessing)
