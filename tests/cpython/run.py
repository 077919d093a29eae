# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs CPython's own test_tempfile, as its package installs it, against tmpfile.

The tests name private parts of CPython's module. Those that have a counterpart here, in the
library's core, are given to them under CPython's names: its source of names, its candidates for the
temporary folder, calls that fail. What cannot apply is in exceptions.txt, with the reason.
"""

import contextlib
import ctypes
import errno
import os
import pathlib
import sys
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).parents[1] / 'python'))

import tmpfile  # noqa: E402

# Before anything else imports it.
assert 'tempfile' not in sys.modules
sys.modules['tempfile'] = tmpfile

import tf_testing  # noqa: E402
from gi.repository import Tf  # noqa: E402

MAX_EXCEPTIONS = 19
# Why a test skips itself where the rights of root go beyond the mode of a folder.
NOT_FOR_ROOT = "can't set the directory read-only"

hooks = ctypes.CDLL(os.environ['TF_HOOKS_LIBRARY'])


# --- CPython's private parts ---

class RandomNameSequence:
    """The library's random characters."""

    def __iter__(self):
        return self

    def __next__(self):
        where = ctypes.create_string_buffer(8)
        hooks.tf_name_randomize(where)
        return where.raw.decode()


NAMES = RandomNameSequence()


def get_candidate_names():
    return NAMES


class DictatedNames:
    """What a test says the next names are, told to the library, which wants eight characters."""

    Source = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)

    def __init__(self, names):
        self.names = names
        self.source = self.Source(self.next)
        hooks.tf_name_set_source(self.source, None)

    def next(self, where, unused):
        name = next(self.names)
        ctypes.memmove(where, (name * 8)[-8:].encode(), 8)

    def end(self):
        hooks.tf_name_set_source(None, None)


class Module(type(tmpfile)):
    """tmpfile, where a test that replaces the source of names really does."""

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == '_get_candidate_names':
            if vars(self).get('_names'):
                self._names.end()
            self._names = (None if value is get_candidate_names
                           else DictatedNames(value()))


def candidate_tempdir_list():
    hooks.tf_temp_dir_list_candidates.restype = ctypes.POINTER(ctypes.c_char_p)
    found = hooks.tf_temp_dir_list_candidates()
    end = next(i for i in range(1000) if not found[i])
    return [os.fsdecode(path) for path in found[:end]]


Fault = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
REAL = {'open': os.open, 'write': os.write}
# As in enum TfCall.
CALLS = {'open': 0, 'write': 4}


def get_default_tempdir():
    """The library's search, among the candidates that the test wants, with the calls failing that
    it has replaced."""
    failing = {CALLS[name] for name in REAL if getattr(os, name) is not REAL[name]}
    fault = Fault(lambda call, unused: errno.EIO if call in failing else 0)
    folders = [os.fsencode(folder) for folder in tmpfile._candidate_tempdir_list()]
    before = Tf.get_temp_dir()
    hooks.tf_temp_dir_set_candidates((ctypes.c_char_p * (len(folders) + 1))(*folders, None))
    hooks.tf_fault_install(fault, None)
    try:
        Tf.set_temp_dir(None)
        return Tf.get_temp_dir()
    finally:
        hooks.tf_fault_install(None, None)
        hooks.tf_temp_dir_set_candidates(None)
        Tf.set_temp_dir(before)


def lend_private_parts():
    tmpfile.__class__ = Module
    tmpfile._text_openflags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    tmpfile._bin_openflags = tmpfile._text_openflags
    tmpfile._RandomNameSequence = RandomNameSequence
    tmpfile._get_candidate_names = get_candidate_names
    tmpfile._candidate_tempdir_list = candidate_tempdir_list
    tmpfile._get_default_tempdir = get_default_tempdir
    tmpfile._mkstemp_inner = (
        lambda dir, prefix, suffix, flags, kind: tmpfile.mkstemp(suffix, prefix, dir))


def in_new_programs(script_helper):
    """Has the programs that tests start import tmpfile under CPython's name too."""
    run = script_helper.assert_python_ok

    def assert_python_ok(option, code):
        return run(option, "import sys, tmpfile; sys.modules['tempfile'] = tmpfile\n" + code,
                   PYTHONPATH=os.environ['PYTHONPATH'])

    script_helper.assert_python_ok = assert_python_ok


# --- running ---

def read_exceptions():
    path = pathlib.Path(__file__).with_name('exceptions.txt')
    lines = [line for line in path.read_text().splitlines() if line and line[0] != '#']
    return dict(line.split(': ', 1) for line in lines)


def all_tests(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from all_tests(test)
        else:
            yield test


def short_name(test):
    """class.test, as in exceptions.txt."""
    return test.id().split('.', 2)[-1]


class Result(tf_testing.TapResult):
    """A skipped test is a failure, unless it can run as nobody; so is what expect() finds wrong."""

    bad = False

    def expect(self, what, holds, found):
        self.bad = self.bad or not holds
        self.say(what, 'ok' if holds else 'not ok', 'found: %s' % (found,))

    def wasSuccessful(self):
        return super().wasSuccessful() and not self.bad

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if reason == NOT_FOR_ROOT:
            with public_folder():
                status = tf_testing.as_nobody(lambda: run_alone(test))
            self.expect('%s as nobody' % short_name(test), status == 0, status)
        else:
            self.expect('%s is not skipped' % short_name(test), False, reason)


@contextlib.contextmanager
def public_folder():
    """Sends what is made to a folder that anybody may write to."""
    with tmpfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        before, tmpfile.tempdir = tmpfile.tempdir, folder
        try:
            yield
        finally:
            tmpfile.tempdir = before


def run_alone(test):
    result = unittest.TestResult()
    test.run(result)
    assert result.wasSuccessful() and not result.skipped, (result.errors, result.failures)


def main():
    lend_private_parts()
    from test import test_tempfile
    from test.support import script_helper
    in_new_programs(script_helper)
    assert test_tempfile.tempfile is tmpfile

    exceptions = read_exceptions()
    found = list(all_tests(unittest.defaultTestLoader.loadTestsFromModule(test_tempfile)))
    unknown = set(exceptions) - {short_name(test) for test in found}
    suite = unittest.TestSuite(test for test in found if short_name(test) not in exceptions)
    result = Result()
    result.expect('no exception for a test that is not there', not unknown, unknown)
    result.expect('few exceptions', len(exceptions) <= MAX_EXCEPTIONS, len(exceptions))
    suite.run(result)
    for name, reason in exceptions.items():
        print('# cannot apply: %s: %s' % (name, reason))
    result.finish()


if __name__ == '__main__':
    main()
