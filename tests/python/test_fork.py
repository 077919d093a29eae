# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Only the process that made it deletes it."""

import os

from tf_testing import Case, Tf, in_child, main, run_script

FORK = '''
    import gc, os, sys
    directory = Tf.TemporaryDirectory()
    f = Tf.TemporaryFile(anonymous=False)
    anonymous = Tf.TemporaryFile()
    anonymous.write(b'of the parent')
    open(os.path.join(directory, 'inside'), 'w').close()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        %s
    status = os.waitpid(pid, 0)[1]
    assert status == 0, status
    assert os.path.exists(f)
    assert os.listdir(directory) == ['inside']
    anonymous.seek(0)
    assert anonymous.read() == b'of the parent'
    print('all there')
    '''


class Fork(Case):
    def check(self, child):
        self.assertEqual(run_script(FORK % child), 'all there\n')
        self.assertEqual(os.listdir(self.dir), [])

    def test_child_exits(self):
        self.check('sys.exit(0)')

    def test_child_drops(self):
        self.check('del directory, f, anonymous; gc.collect(); os._exit(0)')

    def test_child_disposes(self):
        self.check('directory.run_dispose(); f.run_dispose(); anonymous.run_dispose(); os._exit(0)')

    def test_child_cleans_up(self):
        self.check('Tf.cleanup_all(); os._exit(0)')

    def test_child_closes(self):
        self.check('f.close(); anonymous.close(); sys.exit(0)')

    def test_child_makes_its_own(self):
        self.check('''own = [Tf.TemporaryDirectory(), Tf.TemporaryFile(anonymous=False)]
        assert all(os.path.exists(o) for o in own)
        sys.exit(0)''')

    def test_names_differ(self):
        # The pool of random bytes is not shared with a child.
        Tf.mktemp()
        back, out = os.pipe()

        def child():
            os.write(out, ' '.join(Tf.mktemp() for i in range(20)).encode())

        self.assertEqual(in_child(child), 0)
        os.close(out)
        theirs = set(os.read(back, 65536).decode().split())
        os.close(back)
        self.assertEqual(len(theirs), 20)
        self.assertFalse(theirs & {Tf.mktemp() for i in range(20)})


if __name__ == '__main__':
    main()
