# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""TemporaryDirectory: a Tf.TemporaryDirectory with the manners of CPython's."""

import os
import types
import warnings
import weakref

from tmpfile import _native
from tmpfile._native import typed
from tmpfile._place import place


class _Unraisable:
    """Hands an exception to sys.unraisablehook(), also where the caller would take it itself."""

    def __init__(self, error):
        self.error = error

    def __del__(self):
        error, self.error = self.error, None
        raise error


def _was_moved(owner):
    """Whether the directory is elsewhere by now: it may have been published that way, so it is
    left alone, as CPython does. What Tf does is to follow it."""
    fd = _native.get_directory_fd(owner)
    if fd == -1:
        return False
    status = os.fstat(fd)
    try:
        return not os.path.samestat(status, os.lstat(owner.get_path())) and status.st_nlink > 0
    except FileNotFoundError:
        return status.st_nlink > 0


def _clean_up(owner, ignore_errors):
    try:
        if _was_moved(owner):
            owner.set_auto_delete(False)
            return
        _native.clean_up(owner, None)
    except _native.GLib.Error as error:
        if not ignore_errors:
            # What the block raised is not hidden by it.
            raise _native.translate(error, owner.get_path()) from error.__context__


def _finalize(owner, forks, message, ignore_errors, count_forks=_native.count_forks,
              warn=warnings.warn):
    if forks != count_forks():
        return
    try:
        _clean_up(owner, ignore_errors)
    except OSError as error:
        _Unraisable(error)
    warn(message, ResourceWarning)


class TemporaryDirectory:
    """A directory that is deleted with all in it by cleanup(), at the end of the context, which has
    its name, and at the latest when this object is collected or the process exits.

    With `ignore_cleanup_errors`, what cannot be deleted stays in silence. With `delete` false only
    cleanup() deletes. The other arguments are those of mkstemp()."""

    __class_getitem__ = classmethod(types.GenericAlias)

    def __init__(self, suffix=None, prefix=None, dir=None, ignore_cleanup_errors=False, *,
                 delete=True):
        dir, prefix, suffix, kind = place(prefix, suffix, dir)
        owner = _native.create(kind, dir, _native.new_directory, _native.folder(dir), prefix,
                               suffix, None)
        self.name = typed(owner.get_path(), kind)
        self._owner = owner
        self._ignore_cleanup_errors = ignore_cleanup_errors
        self._delete = delete
        if delete:
            self._finalizer = weakref.finalize(
                self, _finalize, owner, _native.count_forks(),
                'Implicitly cleaning up %r' % self, ignore_cleanup_errors)
        else:
            owner.set_auto_delete(False)
            self._finalizer = None

    def __repr__(self):
        return '<%s %r>' % (type(self).__name__, self.name)

    def __fspath__(self):
        return self.name

    def __enter__(self):
        return self.name

    def __exit__(self, kind, value, traceback):
        if self._delete:
            self.cleanup()

    def cleanup(self):
        """Deletes the directory with all in it. It may be called again, and has to be when it
        failed. What somebody else put in its place is left alone."""
        if self._finalizer is not None:
            self._finalizer.detach()
        _clean_up(self._owner, self._ignore_cleanup_errors)
