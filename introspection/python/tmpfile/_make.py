# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The low-level functions: they make something, and the caller deletes it."""

import errno
import os

from tmpfile import _native
from tmpfile._native import check_affixes, typed
from tmpfile._place import find_tempdir, place


# How many names are tried before FileExistsError, by the library and by mktemp() here.
TMP_MAX = 100


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
    place(prefix, suffix, dir)
    check_affixes(prefix, suffix)
    for _ in range(TMP_MAX):
        path = os.path.join(dir, prefix + _draw_name() + suffix)
        if not os.path.lexists(path):
            return path
    raise FileExistsError(errno.EEXIST, 'Could not find a free name', dir)


# The names of mktemp() are not the library's, whose function for this is deprecated: PyGObject says
# so at each call.
_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_'


def _draw_name():
    number = int.from_bytes(os.urandom(16), 'little')
    name = ''
    for _ in range(8):
        number, letter = divmod(number, len(_LETTERS))
        name += _LETTERS[letter]
    return name
