# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Temporary files and directories: the standard library's `tempfile`, carried by libtmpfile.

    import tmpfile as tempfile

Everything that is documented of `tempfile` is here under the same name, with the same arguments.
What is better: only the process that made a file or a directory deletes it, only while it still is
what was made, and no later than at its exit; a directory that a killed process left can be swept;
nothing is lost when a spooled file moves to the disk. docs/tempfile.md goes through all names, and
tells where the two differ.

The default path names are str. Where bytes are given, bytes are returned.
"""

import os as _os
import sys as _sys
import types as _types

# Two are private, under CPython's names: urllib.response derives from _TemporaryFileWrapper, and
# CPython's tests call _infer_return_type().
from tmpfile import _place
from tmpfile._directory import TemporaryDirectory
from tmpfile._files import (
    NamedTemporaryFile,
    TemporaryFile,
    TemporaryFileWrapper as _TemporaryFileWrapper,
)
from tmpfile._make import TMP_MAX, mkdtemp, mkstemp, mktemp
from tmpfile._place import infer_return_type as _infer_return_type
from tmpfile._spool import SpooledTemporaryFile

__all__ = [
    'NamedTemporaryFile',
    'SpooledTemporaryFile',
    'TMP_MAX',
    'TemporaryDirectory',
    'TemporaryFile',
    'gettempdir',
    'gettempdirb',
    'gettempprefix',
    'gettempprefixb',
    'mkdtemp',
    'mkstemp',
    'mktemp',
    'tempdir',
]

# The default of every `dir`: str or bytes; None until it is searched for, and again to search anew.
tempdir = None

# How names begin where nothing else is asked for. CPython has it, but does not document it.
template = 'tmp'


def gettempdir():
    """The directory for temporary files, as str: `tempdir`, searched for when it is None."""
    return _os.fsdecode(_place.find_tempdir())


def gettempdirb():
    """The directory for temporary files, as bytes."""
    return _os.fsencode(_place.find_tempdir())


def gettempprefix():
    """How names begin by default, as str."""
    return _os.fsdecode(_place.get_template())


def gettempprefixb():
    """How names begin by default, as bytes."""
    return _os.fsencode(_place.get_template())


class _Module(_types.ModuleType):
    """This module: what is set here is set for the whole process, the library's own calls too."""

    def __setattr__(self, name, value):
        if name == 'tempdir':
            _place.set_tempdir(value)
        elif name == 'template':
            _place.set_template(value)
        super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Module
