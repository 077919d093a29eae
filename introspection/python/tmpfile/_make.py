# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The low-level functions: they make something, and the caller deletes it."""

import os

from tmpfile import _native
from tmpfile._native import typed
from tmpfile._place import find_tempdir, place


def mkstemp(suffix=None, prefix=None, dir=None, text=False):
    """Makes a file that only this user may read and write, and opens it; returns the descriptor,
    which new programs do not inherit, and the absolute path. The caller closes and deletes it.

    `suffix` and `prefix` are how the name ends and begins, `dir` is where the file is made. All
    three are of one type, str or bytes, and so is the path; `dir` may be path-like. `text` makes a
    difference on Windows only."""
    dir, prefix, suffix, kind = place(prefix, suffix, dir)
    fd, path = _native.create(kind, dir, _native.mkstemp, dir, prefix, suffix)
    return fd, typed(path, kind)


def mkdtemp(suffix=None, prefix=None, dir=None):
    """Makes a directory that only this user may list, change and enter; returns its absolute path.
    The caller deletes it. The arguments are those of mkstemp()."""
    dir, prefix, suffix, kind = place(prefix, suffix, dir)
    return typed(_native.create(kind, dir, _native.mkdtemp, dir, prefix, suffix), kind)


def mktemp(suffix='', prefix='tmp', dir=None):
    """Finds a name that nothing has at that moment, and makes nothing. Somebody else may take the
    name first, and wait there with a link: do not use it. mkstemp() has no such gap."""
    if not isinstance(prefix, str) or not isinstance(suffix, str):
        raise TypeError('prefix and suffix must be str')
    if dir is None:
        dir = os.fsdecode(find_tempdir())
    return os.path.join(dir, os.path.basename(_find_free(suffix, prefix, dir)))


def _find_free(suffix, prefix, dir):
    def look(file, *unused):
        if os.path.lexists(file.get_path()):
            raise _native.GLib.Error('', 'g-io-error-quark', int(_native.Gio.IOErrorEnum.EXISTS))
        return True

    dir, prefix, suffix, _ = place(prefix, suffix, dir)
    return _native.run(_native.make, look, None, dir, prefix, suffix, path=dir)
