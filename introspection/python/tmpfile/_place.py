# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Where something is made and how its name begins and ends: arguments by CPython's rules, and the
variables `tempdir` and `template` of the package."""

import os
import sys

from tmpfile import _native

_package = sys.modules['tmpfile']

# A value of `tempdir`, str, absolute and normal, so that it need not be made so again.
_known = None


def infer_return_type(*args):
    """str or bytes: what all that is not None agrees on, by default the type of `tempdir`."""
    kind = None
    for arg in args:
        if arg is None:
            continue
        if isinstance(arg, os.PathLike):
            arg = os.fspath(arg)
        found = bytes if isinstance(arg, bytes) else str
        if kind not in (None, found):
            raise TypeError("Can't mix bytes and non-bytes in path components.")
        kind = found
    if kind is None:
        kind = str if _package.tempdir is None or isinstance(_package.tempdir, str) else bytes
    return kind


def _affix(value, kind, what):
    if value is None:
        return None
    if not isinstance(value, kind):
        raise TypeError('%s must be %s or None, not %s'
                        % (what, kind.__name__, type(value).__name__))
    value = os.fsdecode(value)
    if '\0' in value:
        raise ValueError('embedded null byte')
    return value


def _absolute(dir):
    path = os.fsdecode(os.path.abspath(dir))
    if '\0' in path:
        raise ValueError('embedded null byte')
    return path


def _default_folder():
    global _known
    dir = find_tempdir()
    if dir is _known:
        return dir
    path = _absolute(dir)
    if path == dir:
        _known = dir
    return path


def place(prefix, suffix, dir):
    """The folder as an absolute path, prefix and suffix as str or None, the type of the result."""
    if prefix is None and suffix is None and dir is None:
        if _known is not None and _package.tempdir is _known:
            return _known, None, None, str
    kind = infer_return_type(prefix, suffix, dir)
    folder = _default_folder() if dir is None else _absolute(dir)
    return folder, _affix(prefix, kind, 'prefix'), _affix(suffix, kind, 'suffix'), kind


def check_names(prefix, suffix, dir):
    """Checks what place() will be given later, without a look at the disk. Returns `dir` such that
    it means the same then."""
    kind = infer_return_type(prefix, suffix, dir)
    _native.check_affixes(_affix(prefix, kind, 'prefix'), _affix(suffix, kind, 'suffix'))
    return None if dir is None else os.path.abspath(dir)


# --- the variables ---

def find_tempdir():
    """`tempdir`, which libtmpfile searches for when it is None."""
    dir = _package.tempdir
    if dir is None:
        dir = _native.run(_native.Tf.get_temp_dir)
        # What libtmpfile found need not be told to it.
        vars(_package)['tempdir'] = dir
    return dir


def set_tempdir(value):
    if value is not None:
        if not isinstance(value, (str, bytes)):
            raise TypeError('tempdir must be str, bytes or None, not ' + type(value).__name__)
        value = _absolute(value)
    _native.run(_native.Tf.set_temp_dir, value, path=value)


def get_template():
    return _native.Tf.get_temp_prefix()


def set_template(value):
    _native.run(_native.Tf.set_temp_prefix, _affix(value, (str, bytes), 'template'))
