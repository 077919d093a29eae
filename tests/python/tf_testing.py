# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The fixture of every Python test: a temporary folder of the test's own, the assertion that
neither a file nor a descriptor is left, and results as TAP."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

import gi

gi.require_version('Tf', '1')
from gi.repository import Gio, GLib, GObject, Tf  # noqa: E402,F401

NOBODY = 65534


def descriptors():
    """The open descriptors with what they are, but for those of main contexts."""
    found = set()
    for fd in os.listdir('/proc/self/fd'):
        try:
            target = os.readlink('/proc/self/fd/' + fd)
        except FileNotFoundError:
            continue
        if 'anon_inode:' not in target:
            found.add((fd, target))
    return found


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix='tf-python-', dir='/tmp')
        self.addCleanup(shutil.rmtree, self.dir)
        for name in ('TEMP', 'TMP'):
            os.environ.pop(name, None)
        os.environ['TMPDIR'] = self.dir
        Tf.set_temp_dir(None)
        if 'tmpfile' in sys.modules:
            sys.modules['tmpfile'].tempdir = None
        self.assertEqual(Tf.get_temp_dir(), self.dir)
        gc.collect()
        self.descriptors = descriptors()

    def tearDown(self):
        self.assert_nothing_left()

    def assert_nothing_left(self):
        gc.collect()
        self.assertEqual(os.listdir(self.dir), [])
        self.assertEqual(descriptors(), self.descriptors)

    def path(self, name):
        return os.path.join(self.dir, name)

    def assert_error(self, code, kind=OSError):
        return _Expected(self, code, kind)


class _Expected:
    """A context in which a GLib.Error of this code has to be raised that is a `kind` too."""

    def __init__(self, case, code, kind):
        self.case, self.code, self.kind = case, code, kind
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is not None and not isinstance(error, GLib.Error):
            return False
        self.case.assertIsNotNone(error, 'nothing was raised')
        self.case.assertTrue(error.matches(Gio.io_error_quark(), self.code), error)
        self.case.assertIsInstance(error, self.kind)
        self.case.assertIsInstance(error, OSError)
        self.case.assertTrue(error.message)
        self.exception = error.with_traceback(None)
        return True


def run_script(source, *arguments, **options):
    """Runs Python source in a process of its own; returns what it printed. It must succeed."""
    source = 'from tf_testing import *\n' + textwrap.dedent(source)
    environment = dict(os.environ)
    environment['PYTHONPATH'] = os.pathsep.join(
        [os.path.dirname(os.path.abspath(__file__)), environment.get('PYTHONPATH', '')])
    result = subprocess.run([sys.executable, '-c', source, *arguments], env=environment,
                            stdout=subprocess.PIPE, timeout=60, check=True, **options)
    return result.stdout.decode()


def scale(quick, normal, slow):
    """How often to do something: as TF_TEST_QUICK=1 or TF_TEST_SLOW=1 in the environment say."""
    if os.environ.get('TF_TEST_QUICK') == '1':
        return quick
    return slow if os.environ.get('TF_TEST_SLOW') == '1' else normal


def go_on(done, rounds, begun):
    """Whether to go on after `done` of `rounds`. Some disks are slow at times, so but for
    TF_TEST_SLOW=1 it ends two seconds after `begun` (monotonic), not before a tenth is done."""
    enough = os.environ.get('TF_TEST_SLOW') != '1' and time.monotonic() > begun + 2
    return done < rounds and not (enough and done > rounds // 10)


def in_child(function):
    """Runs a function in a forked child that ends without exit handlers; returns its status."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function()
            status = 0
        except BaseException as error:
            print('# in the child: %r' % error, file=sys.stderr)
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def as_nobody(function):
    """The same as a user who owns nothing, when the test runs as root."""
    def call():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        function()

    return in_child(call)


def iterate_until(condition, seconds=20):
    """Iterates the main context until condition() is true."""
    late = time.monotonic() + seconds
    # Not every change wakes the context.
    source = GLib.timeout_add(10, lambda: True)
    try:
        while not condition():
            GLib.MainContext.default().iteration(True)
            assert time.monotonic() < late, 'waited in vain'
    finally:
        GLib.source_remove(source)


class TapResult(unittest.TestResult):
    count = 0

    def report(self, test, words, detail=''):
        self.say(test.id().split('.', 1)[-1], words, detail)

    def say(self, name, words, detail=''):
        self.count += 1
        print('%s %d %s' % (words, self.count, name.replace('#', '')))
        for line in detail.splitlines():
            print('# ' + line)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.report(test, 'ok')

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.report(test, 'not ok', self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self.report(test, 'not ok', self.errors[-1][1])

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.report(subtest, 'not ok', self._exc_info_to_string(error, test))

    def finish(self):
        """Says the plan, and ends the process."""
        print('1..%d' % self.count)
        sys.exit(0 if self.wasSuccessful() and self.count else 1)


def main():
    # Whatever a descriptor is made for once is made now.
    GLib.MainContext.default().pending()
    suite = unittest.defaultTestLoader.loadTestsFromName('__main__')
    result = TapResult()
    suite.run(result)
    result.finish()
