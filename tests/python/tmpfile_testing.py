# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The fixture of the tests of the module `tmpfile`, and of those that run CPython's `tempfile`
beside it."""

import gc
import os
import tempfile
import warnings

import tmpfile
from tf_testing import Case

MODULES = {'CPython': tempfile, 'libtmpfile': tmpfile}


class TmpfileCase(Case):
    """Both modules make things in the test's own folder, unless they are told otherwise."""

    def setUp(self):
        super().setUp()
        self.forget_tempdir()
        self.addCleanup(self.forget_tempdir)

    def forget_tempdir(self):
        tempfile.tempdir = None
        tmpfile.tempdir = None

    def names(self):
        return sorted(os.listdir(self.dir))

    def drop(self, things):
        """Lets go of what is in a list, without the warnings that this may bring."""
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', ResourceWarning)
            things.clear()
            gc.collect()


class Path:
    """os.PathLike, with whatever it is given as its path."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


def spool(module, **options):
    """A SpooledTemporaryFile that is on the disk, where CPython looks at most arguments."""
    f = module.SpooledTemporaryFile(**options)
    try:
        f.rollover()
    except BaseException:
        f.close()
        raise
    return f


# Everything that makes something or a name for it, called with keywords.
MAKERS = {
    'TemporaryFile': lambda module, **options: module.TemporaryFile(**options),
    'NamedTemporaryFile': lambda module, **options: module.NamedTemporaryFile(**options),
    'SpooledTemporaryFile': spool,
    'TemporaryDirectory': lambda module, **options: module.TemporaryDirectory(**options),
    'mkstemp': lambda module, **options: module.mkstemp(**options),
    'mkdtemp': lambda module, **options: module.mkdtemp(**options),
    'mktemp': lambda module, **options: module.mktemp(**options),
}
FILES = ('TemporaryFile', 'NamedTemporaryFile', 'SpooledTemporaryFile')
# mktemp() only finds a name, and takes text only.
MAKING = tuple(name for name in MAKERS if name != 'mktemp')
# Those that have a path for a result, or in it.
MAKING_NAMED = ('NamedTemporaryFile', 'TemporaryDirectory', 'mkstemp', 'mkdtemp')
NAMED = (*MAKING_NAMED, 'mktemp')


def path_of(result):
    """The path of what a maker returned; None without one."""
    if isinstance(result, tuple):
        return result[1]
    if isinstance(result, (str, bytes)):
        return result
    name = getattr(result, 'name', None)
    return name if isinstance(name, (str, bytes)) else None


def dispose(result):
    """Deletes what a maker returned."""
    if isinstance(result, tuple):
        os.close(result[0])
        os.unlink(result[1])
    elif isinstance(result, (str, bytes)):
        if os.path.isdir(result):
            os.rmdir(result)
    elif hasattr(result, 'cleanup'):
        result.cleanup()
    else:
        result.close()


def outcome(call):
    """What a call returns, or the exception that it raises; the other one is None."""
    try:
        return call(), None
    except Exception as error:
        return None, error.with_traceback(None)
