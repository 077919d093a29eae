# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The table "What is left when" of docs/overview.md, one row a case, as Python sees it."""

import ctypes
import gc
import json
import os
import sys

from tf_testing import Case, Gio, Tf, main, run_script

GONE, STAYS = False, True


def anonymous(folder):
    f = Tf.TemporaryFile()
    return f, None, f.get_fd()


def named(folder, **properties):
    f = Tf.TemporaryFile(anonymous=False, **properties)
    return f, f.get_path(), f.get_fd()


def delete_on_close_false(folder):
    return named(folder, delete_on_close=False)


def auto_delete_false(folder):
    return named(folder, auto_delete=False)


def kept(folder):
    f, path, fd = named(folder)
    f.keep()
    return f, path, fd


def persisted(folder):
    f, path, fd = named(folder)
    f.write(b'content')
    destination = path + '.destination'
    f.persist(destination)
    assert not os.path.exists(path)
    assert os.fstat(fd).st_ino == os.stat(destination).st_ino
    return f, destination, fd


def persisted_anonymous(folder):
    f = Tf.TemporaryFile()
    destination = os.path.join(folder, 'anonymous.destination')
    f.persist(destination)
    return f, destination, f.get_fd()


def stolen_spool(folder):
    spool = Tf.SpooledFile()
    spool.write(b'content')
    f = spool.steal_file()
    assert spool.closed
    return f, None, f.get_fd()


def directory(folder, **properties):
    d = Tf.TemporaryDirectory(**properties)
    path = d.get_path()
    os.makedirs(path + '/a/b')
    os.symlink('/', path + '/a/link')
    with open(path + '/a/b/file', 'w') as f:
        f.write('x')
    return d, path, d.get_fd()


def kept_directory(folder):
    d, path, fd = directory(folder)
    d.keep()
    return d, path, fd


def auto_delete_false_directory(folder):
    return directory(folder, auto_delete=False)


# What is left: after close(), after dispose or finalize, at exit.
TABLE = {
    anonymous: (GONE, GONE, GONE),
    named: (GONE, GONE, GONE),
    delete_on_close_false: (STAYS, GONE, GONE),
    auto_delete_false: (STAYS, STAYS, STAYS),
    kept: (STAYS, STAYS, STAYS),
    persisted: (STAYS, STAYS, STAYS),
    persisted_anonymous: (STAYS, STAYS, STAYS),
    stolen_spool: (GONE, GONE, GONE),
    directory: (GONE, GONE, GONE),
    kept_directory: (STAYS, STAYS, STAYS),
    auto_delete_false_directory: (STAYS, STAYS, STAYS),
}


def is_open(fd):
    try:
        return bool(os.fstat(fd))
    except OSError:
        return False


def remove(path):
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files + [n for n in folders if os.path.islink(os.path.join(folder, n))]:
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
    if os.path.lexists(path):
        os.unlink(path)


def finish_at_exit(folder, how):
    """In a process of its own: every row's object is alive when it ends. Prints the paths."""
    rows = {make.__name__: make(folder) for make in TABLE}
    print(json.dumps({name: path for name, (_, path, _) in rows.items()}))
    if how == 'cleanup_all':
        Tf.cleanup_all()
        Tf.cleanup_all()
        print(json.dumps({name: path is not None and os.path.lexists(path)
                          for name, (_, path, _) in rows.items()}))
        sys.stdout.flush()
        os._exit(0)
    if how == 'leak':
        # Python never drops these: only the exit handler of the library is left to delete.
        for row in rows.values():
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(row[0]))
    if how == 'sys.exit':
        sys.exit(0)
    globals()['kept_alive'] = rows


class Table(Case):
    def closed(self, f):
        if isinstance(f, Tf.TemporaryDirectory):
            # cleanup() deletes when it is asked to; what close() is for a file is run_dispose().
            f.run_dispose()
        else:
            f.close()

    def check(self, path, expected):
        if path is not None:
            self.assertEqual(os.path.lexists(path), expected)

    def test_close(self):
        for make, (after_close, after_dispose, _) in TABLE.items():
            f, path, fd = make(self.dir)
            self.assertTrue(is_open(fd))
            self.closed(f)
            self.check(path, after_close)
            if make is delete_on_close_false:
                # It guards the identity of the name, but nothing can be read by the object.
                self.assertTrue(is_open(fd))
                with self.assert_error(Gio.IOErrorEnum.CLOSED, ValueError):
                    f.read()
            else:
                self.assertFalse(is_open(fd))
            self.closed(f)
            del f
            gc.collect()
            self.check(path, after_dispose)
            self.assertFalse(is_open(fd))
            if path:
                remove(path)

    def test_dispose(self):
        for make, (_, after_dispose, _) in TABLE.items():
            f, path, fd = make(self.dir)
            f.run_dispose()
            self.check(path, after_dispose)
            self.assertFalse(is_open(fd))
            f.run_dispose()
            if path:
                remove(path)

    def test_drop(self):
        for make, (_, after_dispose, _) in TABLE.items():
            f, path, fd = make(self.dir)
            del f
            self.check(path, after_dispose)
            self.assertFalse(is_open(fd))
            if path:
                remove(path)

    def test_drop_in_a_cycle(self):
        for make, (_, after_dispose, _) in TABLE.items():
            f, path, fd = make(self.dir)
            cycle = [f]
            cycle.append(cycle)
            del f, cycle
            gc.collect()
            self.check(path, after_dispose)
            self.assertFalse(is_open(fd))
            if path:
                remove(path)

    def check_exit(self, how):
        output = run_script('''
            import sys
            from test_lifetime import finish_at_exit
            finish_at_exit(*sys.argv[1:])
            ''', self.dir, how)
        lines = output.splitlines()
        paths = json.loads(lines[0])
        self.assertEqual(len(paths), len(TABLE))
        for make, (_, _, at_exit) in TABLE.items():
            path = paths[make.__name__]
            if path is None:
                continue
            if how == 'cleanup_all':
                self.assertEqual(json.loads(lines[1])[make.__name__], at_exit)
            self.check(path, at_exit)
            remove(path)

    def test_exit(self):
        self.check_exit('exit')

    def test_sys_exit(self):
        self.check_exit('sys.exit')

    def test_exit_with_everything_alive(self):
        self.check_exit('leak')

    def test_cleanup_all(self):
        self.check_exit('cleanup_all')


class Stolen(Case):
    def test_descriptor(self):
        for keep, left in ((False, GONE), (True, STAYS)):
            f, path, fd = named(self.dir)
            f.write(b'x')
            if keep:
                f.keep()
            stolen = f.steal_fd()
            self.assertTrue(f.closed)
            self.check_path(path, left)
            f.run_dispose()
            del f
            self.check_path(path, left)
            self.assertEqual(os.pread(stolen, 9, 0), b'x')
            os.close(stolen)
            remove(path)

    def test_descriptor_without_auto_delete(self):
        f, path, fd = named(self.dir, auto_delete=False)
        os.close(f.steal_fd())
        self.check_path(path, STAYS)
        os.unlink(path)

    def check_path(self, path, expected):
        self.assertEqual(os.path.lexists(path), expected)

    def test_auto_delete_can_be_changed(self):
        f, path, fd = named(self.dir)
        f.set_auto_delete(False)
        self.assertFalse(f.props.auto_delete)
        f.close()
        self.check_path(path, STAYS)
        os.unlink(path)
        f, path, fd = named(self.dir, auto_delete=False)
        f.props.auto_delete = True
        f.close()
        self.check_path(path, GONE)


if __name__ == '__main__':
    main()
