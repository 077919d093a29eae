# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What tmpfile tells sys.audit(). A hook of CPython's stays for ever, so each test is a process."""

from tf_testing import Case, main, run_script

BEGIN = '''
import os, sys, threading
import tmpfile

events = []
active = True

def listen(event, arguments):
    if active and event.startswith('tempfile.'):
        events.append((event, *arguments))
'''


def script(text, hook='listen', **options):
    """Runs it with a hook."""
    return run_script(BEGIN + 'sys.addaudithook(%s)\n' % hook + text, **options)


class Audit(Case):
    def test_nobody_listens(self):
        run_script(BEGIN + '''
from tmpfile import _native
tmpfile.TemporaryFile().close()
tmpfile.NamedTemporaryFile().close()
assert not _native._hook
''')

    def test_events(self):
        script('''
def check(event, path, kind=str):
    assert events == [(event, path)], events
    assert type(events[0][1]) is kind
    events.clear()

folder = tmpfile.gettempdir()
assert events == []
fd, path = tmpfile.mkstemp('.x', 'pre')
check('tempfile.mkstemp', path)
os.close(fd); os.unlink(path)
fd, path = tmpfile.mkstemp(b'.x')
check('tempfile.mkstemp', path, bytes)
os.close(fd); os.unlink(path)
path = tmpfile.mkdtemp()
check('tempfile.mkdtemp', path)
os.rmdir(path)
with tmpfile.TemporaryDirectory() as path:
    check('tempfile.mkdtemp', path)
for wishes in {}, {'delete_on_close': False}, {'delete': False}:
    with tmpfile.NamedTemporaryFile(**wishes) as file:
        check('tempfile.mkstemp', file.name)
os.unlink(file.name)
with tmpfile.TemporaryFile():
    # It never has a name.
    check('tempfile.mkstemp', folder)
with tmpfile.SpooledTemporaryFile(1) as file:
    assert events == []
    file.write(b'ab')
    check('tempfile.mkstemp', folder)
tmpfile.mktemp()
assert events == []
''')

    def test_a_hook_refuses(self):
        script('''
class Refused(BaseException):
    pass

def refuse(event, arguments):
    if active and event.startswith('tempfile.'):
        raise Refused(arguments[0])

sys.addaudithook(refuse)
before = set(os.listdir('/proc/self/fd'))
with tmpfile.SpooledTemporaryFile(1) as spooled:
    spooled.write(b'a')
    for make in (tmpfile.mkstemp, tmpfile.mkdtemp, tmpfile.TemporaryFile,
                 tmpfile.NamedTemporaryFile, tmpfile.TemporaryDirectory, spooled.rollover,
                 lambda: tmpfile.NamedTemporaryFile(delete=False)):
        try:
            make()
        except Refused as refused:
            assert refused.args[0].startswith(tmpfile.gettempdir())
        else:
            raise AssertionError(make)
    spooled.seek(0)
    assert not spooled._rolled and spooled.read() == b'a'
assert os.listdir(tmpfile.gettempdir()) == []
assert set(os.listdir('/proc/self/fd')) == before
active = False
''')

    def test_a_hook_may_make_files(self):
        script('''
def make(event, arguments):
    if active and event.startswith('tempfile.'):
        with tmpfile.NamedTemporaryFile() as file:
            file.write(b'x')

sys.addaudithook(make)
with tmpfile.NamedTemporaryFile() as file:
    assert events == [('tempfile.mkstemp', file.name)], events
''')

    def test_threads_keep_their_types(self):
        script('''
def work(suffix):
    for _ in range(200):
        fd, path = tmpfile.mkstemp(suffix)
        os.close(fd)
        os.unlink(path)

threads = [threading.Thread(target=work, args=(suffix,)) for suffix in ('.x', b'.x') * 2]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
kinds = [type(event[1]) for event in events]
assert kinds.count(str) == kinds.count(bytes) == 400, len(kinds)
assert len(set(events)) == 800
''')

    def test_only_the_module_tells(self):
        script('''
tmpfile.TemporaryFile().close()
events.clear()
Tf.TemporaryFile(anonymous=False).close()
assert events == []
''')

    def test_names_that_are_not_utf_8(self):
        script('''
name = os.fsdecode(b'\\xff\\xfe')
fd, path = tmpfile.mkstemp(prefix=name)
assert events == [('tempfile.mkstemp', path)], events
os.close(fd)
os.unlink(path)
fd, path = tmpfile.mkstemp(prefix=b'\\xff\\xfe')
assert events[1:] == [('tempfile.mkstemp', path)], events
os.close(fd)
os.unlink(path)
''')

    def test_what_a_hook_raises_stays_as_it_is(self):
        script('''
cause = KeyError('cause')

def refuse(event, arguments):
    if active and event.startswith('tempfile.'):
        tmpfile.TemporaryFile().close()
        raise kind('refused') from cause

sys.addaudithook(refuse)
for kind in (LookupError, GLib.Error, KeyboardInterrupt):
    try:
        tmpfile.mkstemp()
    except BaseException as error:
        assert type(error) is kind and error.__cause__ is cause, repr(error)
    else:
        raise AssertionError(kind)
active = False
''')

    def test_from_a_signal_handler(self):
        """The handler makes files wherever it interrupts, so nothing here may hold a lock."""
        script('''
import signal, time

def make(number, frame):
    tmpfile.TemporaryFile().close()

signal.signal(signal.SIGALRM, make)
end = time.monotonic() + 1
while time.monotonic() < end:
    # One at a time: handlers of handlers would end in a RecursionError, which PyGObject aborts on.
    signal.setitimer(signal.ITIMER_REAL, 0.0002)
    tmpfile.NamedTemporaryFile().close()
    # Each begins anew.
    tmpfile._native._hook and Tf.remove_audit_hook(tmpfile._native._hook)
    tmpfile._native._hook = 0
signal.setitimer(signal.ITIMER_REAL, 0)
''')

    def test_a_spooled_file_used_by_the_hook(self):
        script('''
for mode, kind in (('w+b', str.encode), ('w+', str)):
    used = []
    spool = tmpfile.SpooledTemporaryFile(4, mode)

    def write(event, arguments):
        if active and event.startswith('tempfile.') and not used:
            used.append(event)
            spool.write(kind('HOOK'))

    sys.addaudithook(write)
    spool.write(kind('abc'))
    spool.write(kind('defg'))
    assert spool._rolled
    spool.seek(0)
    found = spool.read()
    assert sorted(found) == sorted(kind('abcHOOKdefg')), found
    spool.close()
    used.append(None)
''')

    def test_a_forked_child(self):
        script('''
tmpfile.TemporaryFile().close()
pid = os.fork()
if pid == 0:
    events.clear()
    with tmpfile.NamedTemporaryFile() as file:
        os._exit(0 if events == [('tempfile.mkstemp', file.name)] else 1)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
for name in os.listdir(tmpfile.gettempdir()):
    os.unlink(os.path.join(tmpfile.gettempdir(), name))
assert status == 0
''')


if __name__ == '__main__':
    main()
