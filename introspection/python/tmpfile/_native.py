# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""libtmpfile as this package calls it: without the conversions of the override, which cost as much
as the work, with errors that are OSErrors, with what a fork asks for, and with events for
sys.audit()."""

import contextlib
import errno
import functools
import io
import os
import sys
import threading
import weakref

import gi

gi.require_version('Tf', '1')
# The override is not there before the namespace is.
from gi.repository import Gio, GLib, Tf  # noqa: E402,F401
from gi.module import get_introspection_module  # noqa: E402
from gi.overrides import Tf as override  # noqa: E402

_plain = get_introspection_module('Tf')

mkdtemp = _plain.mkdtemp
mkstemp = _plain.mkstemp
open_anonymous = _plain.open_anonymous
get_fd = _plain.TemporaryFile.get_fd
get_path = _plain.TemporaryFile.get_path
new_directory = _plain.TemporaryDirectory.new
new_named = _plain.TemporaryFile.new_named
get_directory_fd = _plain.TemporaryDirectory.get_fd
clean_up = _plain.TemporaryDirectory.cleanup
delete = _plain.TemporaryFile.delete
close = Gio.IOStream.close


def new_staying(folder, prefix, suffix):
    """A named file that closing does not delete, only delete() and the end of the object."""
    file = _plain.TemporaryFile(directory=folder, prefix=prefix, suffix=suffix, anonymous=False,
                                delete_on_close=False)
    file.init(None)
    return file


@functools.lru_cache(maxsize=16)
def folder(path):
    """A Gio.File, which says less than its path, and takes longer to make than a temporary file."""
    return Gio.File.new_for_path(path)


@functools.lru_cache(maxsize=16)
def block_size(path):
    """How large open() would make the buffer of a file in this folder; it asks each time."""
    try:
        return getattr(os.stat(path), 'st_blksize', 0) or io.DEFAULT_BUFFER_SIZE
    except OSError:
        return io.DEFAULT_BUFFER_SIZE


def typed(path, kind):
    """A path of libtmpfile's, which is str, as str or bytes."""
    return path if kind is str else os.fsencode(path)


# --- fork ---

_forks = 0
_live = set()


def count_forks():
    """A number that differs in a forked child, had without a system call."""
    return _forks


def _count_fork():
    global _forks
    _forks += 1


def flush_at_fork(file):
    """Has a file object flushed before this process forks: what is in its buffer would be written
    by both, and the child begins where the file object seems to be."""
    _live.add(weakref.ref(file, _live.discard))


def _flush():
    for reference in list(_live):
        file = reference()
        # One that cannot be flushed now keeps what it has, and says so when it is asked to.
        with contextlib.suppress(Exception):
            if file is not None and not file.closed:
                file.flush()


os.register_at_fork(before=_flush, after_in_child=_count_fork)


# --- errors ---

class BadNameError(FileNotFoundError, ValueError):
    """A prefix or suffix that leads out of the folder. CPython follows it, and mostly finds no such
    folder."""


def translate(error, path):
    """The OSError that says the same as a GLib.Error."""
    if not error.matches(Gio.io_error_quark(), error.code):
        return OSError(error.message)
    code = Gio.IOErrorEnum(error.code)
    if code == Gio.IOErrorEnum.INVALID_FILENAME:
        return BadNameError(errno.ENOENT, error.message, path)
    number = override.ERRNO.get(code)
    if number is None:
        return OSError(error.message)
    # It is the class of that number.
    return OSError(number, error.message, path)


def check_affixes(*affixes):
    """Refuses what a name must not begin or end with, where no name is made of it."""
    for affix in affixes:
        if affix is not None and ('/' in affix or '\\' in affix):
            raise BadNameError(errno.ENOENT, 'Could not use it in a name: it contains a separator',
                               affix)


def run(function, *args, path=None):
    """Calls a function of libtmpfile that makes nothing."""
    try:
        return function(*args)
    except GLib.Error as error:
        raise translate(error, path) from None


# --- making, with sys.audit() ---

class _Maker(threading.local):
    """What this thread is making."""

    kind = None       # str or bytes: of the paths in events; None while it makes nothing
    told = None       # the path of the last event
    raised = None     # what a hook raised


_maker = _Maker()
_hook = 0


def _audit(event, file, *unused):
    kind = _maker.kind
    if kind is None:
        return True
    _maker.kind = None
    try:
        path = file.get_path()
        # For a moment two hooks may be there, see _hook_up().
        if path != _maker.told:
            _maker.told = path
            sys.audit(event, typed(path, kind))
    except BaseException as error:
        _maker.raised = error
        raise GLib.Error(str(error), GLib.quark_to_string(Gio.io_error_quark()),
                         int(Gio.IOErrorEnum.PERMISSION_DENIED)) from None
    finally:
        _maker.kind = kind
    return True


def _hook_up():
    """Somebody listens. Only then the library is asked to tell, as each callback costs time.

    Without a lock: a signal handler or a finalizer may come here in between, and a fork would lose
    it. So another thread may add a hook of its own before one of the two is taken away."""
    global _hook
    if not _hook:
        added = _plain.add_audit_hook(_audit)
        if _hook:
            _plain.remove_audit_hook(added)
        else:
            _hook = added


def _create_audited(kind, path, function, args):
    _hook_up()
    before = _maker.kind, _maker.told, _maker.raised
    _maker.kind, _maker.told, _maker.raised = kind, None, None
    try:
        return function(*args)
    except GLib.Error as error:
        raised = _maker.raised
        if raised is None:
            raise translate(error, typed(path, kind)) from None
    finally:
        _maker.kind, _maker.told, _maker.raised = before
    # Out of the handler, so that what the hook raised keeps its cause and context.
    try:
        raise raised
    finally:
        del raised


def create(kind, path, function, *args):
    """Calls a function of libtmpfile that makes something in the folder `path`. Events tell paths
    as `kind`."""
    try:
        # Without hooks it returns before it looks at its argument, up to Python 3.13 at least;
        # where it looks first, the events are raised for nobody, which is only slower.
        sys.audit(None)
        audited = False
    except TypeError:
        audited = True
    if audited:
        return _create_audited(kind, path, function, args)
    try:
        return function(*args)
    except GLib.Error as error:
        raise translate(error, typed(path, kind)) from None
