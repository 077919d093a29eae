# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the module tmpfile makes is used by a forked child, which then ends in each way there is:
all stays its parent's."""

import os
import subprocess

from tf_testing import Case, main, run_script

# Everything is flushed before the fork: what is in the buffers of a file belongs to both.
MAKE = '''
    import gc, os, signal, sys, threading, warnings
    import tmpfile

    warnings.simplefilter('ignore', ResourceWarning)
    signal.alarm(50)    # a child that hangs is ended by the signal
    said = b'of the parent'

    named = {
        'named': tmpfile.NamedTemporaryFile(),
        'text': tmpfile.NamedTemporaryFile('w+', encoding='utf-8'),
        'unbuffered': tmpfile.NamedTemporaryFile(buffering=0),
        'staying': tmpfile.NamedTemporaryFile(delete_on_close=False),
        'kept': tmpfile.NamedTemporaryFile(delete=False),
    }
    on_disk = {
        'anonymous': tmpfile.TemporaryFile(),
        'rolled': tmpfile.SpooledTemporaryFile(4),
        'rolled text': tmpfile.SpooledTemporaryFile(4, 'w+', encoding='utf-8'),
        **named,
    }
    in_memory = {
        'memory': tmpfile.SpooledTemporaryFile(100),
        'memory text': tmpfile.SpooledTemporaryFile(100, 'w+', encoding='utf-8'),
    }
    directory = tmpfile.TemporaryDirectory()
    files = {**on_disk, **in_memory}

    def of(file, data):
        return data if 'b' in file.mode else data.decode()

    for file in files.values():
        file.write(of(file, said))
        file.flush()
        file.seek(0)
    with open(directory.name + '/inside', 'wb') as file:
        file.write(said)
    # The loop's variable would hold a file in the child.
    del file
    names = [file.name for file in named.values()] + [directory.name]

    def use():
        """What a child does: it reads, and writes at the end."""
        for file in files.values():
            assert file.read() == of(file, said)
            file.seek(0, os.SEEK_END)
            file.write(of(file, b', of the child'))
            file.flush()
        with open(directory.name + '/of the child', 'wb'):
            pass

    def close():
        for file in files.values():
            file.close()
            file.close()
        directory.cleanup()

    def leave_contexts():
        for file in files.values():
            with file:
                pass
        with directory:
            pass

    def collect():
        global named, on_disk, in_memory, directory, files
        del named, on_disk, in_memory, directory, files
        gc.collect()

    def fork(end, status):
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            signal.alarm(40)
            use()
            end()
            os._exit(status)
        found = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert found == status, found
'''

LOOK = '''
    assert all(map(os.path.exists, names))
    assert sorted(os.listdir(directory.name)) == ['inside', 'of the child']
    for name, file in on_disk.items():
        file.seek(0)
        assert file.read() == of(file, said + b', of the child'), name
    for name, file in in_memory.items():
        file.seek(0)
        assert file.read() == of(file, said), name

    named['staying'].close()
    assert os.path.exists(named['staying'].name)
    named['staying']._closer.clean_up()
    close()
    assert [os.path.exists(name) for name in names] == [False] * 4 + [True, False]
    os.unlink(named['kept'].name)
    print('all there')
'''

class ForkTmpfile(Case):
    def check(self, end, status=0, **options):
        found = run_script(MAKE + '\n    fork(%s, %d)\n' % (end, status) + LOOK, **options)
        self.assertEqual(found, 'all there\n')
        self.assertEqual(os.listdir(self.dir), [])

    def test_child_ends_at_once(self):
        self.check('lambda: os._exit(0)')

    def test_child_exits(self):
        self.check('sys.exit')

    def test_child_exits_with_status(self):
        self.check('lambda: sys.exit(3)', 3)

    def test_child_raises(self):
        self.check('lambda: 1 / 0', 1, stderr=subprocess.DEVNULL)

    def test_child_is_killed(self):
        self.check('lambda: os.kill(os.getpid(), signal.SIGKILL)', -9)

    def test_child_closes(self):
        self.check('close')

    def test_child_closes_and_exits(self):
        self.check('lambda: (close(), sys.exit())')

    def test_child_leaves_contexts(self):
        self.check('lambda: (leave_contexts(), sys.exit())')

    def test_child_collects(self):
        self.check('collect')

    def test_child_collects_and_exits(self):
        self.check('lambda: (collect(), sys.exit())')

    def test_grandchild(self):
        self.check('lambda: (os.fork() or (close(), sys.exit()), os.wait(), sys.exit())')

    def test_child_cleans_all_up(self):
        self.check('lambda: (Tf.cleanup_all(), sys.exit())')


class ChildsOwn(Case):
    """What the child makes is the child's, and gone when it exits."""

    def test_child_makes(self):
        run_script('''
            import os, sys, warnings
            import tmpfile
            warnings.simplefilter('ignore', ResourceWarning)
            before = tmpfile.NamedTemporaryFile()
            pid = os.fork()
            if pid == 0:
                file = tmpfile.NamedTemporaryFile()
                directory = tmpfile.TemporaryDirectory()
                open(directory.name + '/inside', 'w').close()
                spool = tmpfile.SpooledTemporaryFile(1)
                spool.write(b'more')
                assert len(os.listdir(tmpfile.gettempdir())) == 3
                sys.exit(0)
            assert os.waitpid(pid, 0)[1] == 0
            assert os.listdir(tmpfile.gettempdir()) == [os.path.basename(before.name)]
            ''')

    def test_names_differ(self):
        """Parent and child do not try the same names."""
        self.assertEqual(run_script('''
            import os, sys
            import tmpfile
            tmpfile.mktemp()
            reading, writing = os.pipe()
            if os.fork() == 0:
                os.write(writing, tmpfile.mktemp().encode())
                os._exit(0)
            os.close(writing)
            assert os.wait()[1] == 0
            print(os.read(reading, 1000).decode() == tmpfile.mktemp())
            '''), 'False\n')


if __name__ == '__main__':
    main()
