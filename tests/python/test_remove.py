# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tf.remove_tree() and its three siblings, as Python calls them."""

import gc
import os
import pathlib
import random
import stat
import threading
import time
import weakref

from tf_testing import Case, Gio, GLib, Tf, as_nobody, go_on, iterate_until, main, scale

NORMAL = GLib.PRIORITY_DEFAULT
NONE = Tf.RemoveFlags.NONE
CONTENTS = Tf.RemoveFlags.CONTENTS_ONLY
PARALLEL = Tf.RemoveFlags.PARALLEL
ENTRIES = 12 + 5    # of a tree

seed = int(os.environ.get('TF_TEST_SEED') or random.randrange(1 << 32))
print('# TF_TEST_SEED=%d' % seed)
rng = random.Random(seed)


class Removal(Case):
    def tree(self, name='tree', folders=12):
        """A tree of `folders` + 5 entries, itself not counted."""
        path = os.path.join(os.fsencode(self.dir), os.fsencode(name))
        for i in range(folders):
            os.makedirs(os.path.join(path, b'%d' % (i % 3), b'%d' % i))
        os.symlink(self.dir, os.path.join(path, b'link'))
        os.mkfifo(os.path.join(path, b'fifo'))
        return path if isinstance(name, bytes) else os.fsdecode(path)

    def wait(self, start):
        results = []
        start(lambda source, result, *unused: results.append((source, result)))
        iterate_until(lambda: results)
        self.assertIsNone(results[0][0])
        return results[0][1]

    def remove_async(self, *arguments):
        return Tf.remove_tree_finish(self.wait(
            lambda done: Tf.remove_tree_async(*arguments, callback=done)))

    def remove_file_async(self, *arguments):
        return Tf.remove_tree_file_finish(self.wait(
            lambda done: Tf.remove_tree_file_async(*arguments, callback=done)))

    def every_way(self):
        """The four functions, each taking the root and flags."""
        return (Tf.remove_tree, Tf.remove_tree_file, self.remove_async, self.remove_file_async)


class Roots(Removal):
    def test_path_of_every_kind(self):
        for remove in self.every_way():
            for name in ('tree', 'with "quotes" and\nlines', b'bytes', b'not UTF-8 \xff\xfe'):
                for convert in (lambda path: path, os.fsencode, os.fsdecode,
                                lambda path: pathlib.Path(os.fsdecode(path))):
                    root = self.tree(name, 3)
                    self.assertIs(remove(convert(root)), True)
                    self.assertEqual(os.listdir(self.dir), [])

    def test_relative(self):
        before = os.getcwd()
        os.chdir(self.dir)
        try:
            for remove in self.every_way():
                self.tree()
                remove('tree')
                self.tree()
                remove('./tree/')
                self.assertEqual(os.listdir(self.dir), [])
        finally:
            os.chdir(before)

    def test_direntry(self):
        for remove in self.every_way():
            self.tree()
            with os.scandir(self.dir) as entries:
                for entry in entries:
                    remove(entry)
            self.assertEqual(os.listdir(self.dir), [])

    def test_file(self):
        for remove in (Tf.remove_tree_file, self.remove_file_async):
            for name in ('tree', b'not UTF-8 \xff'):
                self.assertTrue(remove(Gio.File.new_for_path(os.fsdecode(self.tree(name)))))
                self.assertEqual(os.listdir(self.dir), [])

    def test_temporary_directory(self):
        # It is os.PathLike; the object finds that its folder is gone, and is content.
        for remove in self.every_way():
            directory = Tf.TemporaryDirectory()
            os.mkdir(os.path.join(directory, 'inside'))
            remove(directory)
            self.assertEqual(os.listdir(self.dir), [])
            directory.cleanup()

    def test_not_a_folder(self):
        for remove in self.every_way():
            for make in (lambda path: open(path, 'w').close(), os.mkfifo,
                         lambda path: os.symlink(self.dir, path),
                         lambda path: os.symlink('nowhere', path)):
                make(self.path('x'))
                remove(self.path('x'))
                self.assertEqual(os.listdir(self.dir), [])

    def test_closed_folders(self):
        os.chmod(self.dir, 0o777)

        def child():
            for remove in (Tf.remove_tree, Tf.remove_tree_file):
                root = self.tree()
                for folder in (root + '/0/0', root + '/0', root):
                    os.chmod(folder, 0)
                remove(root)

        self.assertEqual(as_nobody(child), 0)


class Flags(Removal):
    def test_contents_only(self):
        for remove in self.every_way():
            for flags in (CONTENTS, CONTENTS | PARALLEL):
                root = self.tree()
                remove(root, flags)
                self.assertEqual(os.listdir(root), [])
                remove(root, NONE)

    def test_contents_of_no_folder(self):
        os.symlink('/', self.path('link'))
        open(self.path('file'), 'w').close()
        for remove in self.every_way():
            for name in ('link', 'file'):
                with self.assert_error(Gio.IOErrorEnum.NOT_DIRECTORY, NotADirectoryError):
                    remove(self.path(name), CONTENTS)
        for name in ('link', 'file'):
            Tf.remove_tree(self.path(name))

    def test_parallel(self):
        for remove in self.every_way():
            remove(self.tree(), PARALLEL)
            self.assertEqual(os.listdir(self.dir), [])

    def test_unknown(self):
        root = self.tree()
        for remove in self.every_way():
            with self.assert_error(Gio.IOErrorEnum.INVALID_ARGUMENT, ValueError):
                remove(root, Tf.RemoveFlags(1 << 10))
        self.assertEqual(len(os.listdir(root)), 5)
        Tf.remove_tree(root)


class Refused(Removal):
    def test_paths(self):
        # As given, before anything is normalised.
        os.mkdir(self.path('x'))
        os.chdir(self.path('x'))
        self.addCleanup(os.chdir, '/')
        home = GLib.get_home_dir()
        for path in ('', '.', '..', './', '..//', 'y/.', 'y/..', self.path('x/.'),
                     self.path('x/..'), '/', '//', '/.', self.path('x'), self.dir, '/tmp', home,
                     home + '/', os.path.dirname(home)):
            for remove in (Tf.remove_tree, self.remove_async):
                for given in (path, os.fsencode(path)):
                    with self.subTest(path=given):
                        with self.assert_error(Gio.IOErrorEnum.INVALID_ARGUMENT, ValueError):
                            remove(given)
        os.chdir('/')
        os.rmdir(self.path('x'))

    def test_files(self):
        # A Gio.File has no dots any more, but it still is the working folder.
        os.mkdir(self.path('x'))
        os.chdir(self.path('x'))
        self.addCleanup(os.chdir, '/')
        for path in ('', '/', self.path('x'), self.dir, GLib.get_home_dir()):
            for remove in (Tf.remove_tree_file, self.remove_file_async):
                with self.subTest(path=path):
                    with self.assert_error(Gio.IOErrorEnum.INVALID_ARGUMENT, ValueError):
                        remove(path)
        os.chdir('/')
        os.rmdir(self.path('x'))

    def test_link_with_slash(self):
        os.mkdir(self.path('target'))
        os.mkdir(self.path('target/inside'))
        os.symlink('target', self.path('link'))
        for remove in (Tf.remove_tree, self.remove_async):
            with self.assert_error(Gio.IOErrorEnum.NOT_DIRECTORY, NotADirectoryError):
                remove(self.path('link/'))
        self.assertEqual(os.listdir(self.path('target')), ['inside'])
        Tf.remove_tree(self.path('link'))
        self.assertEqual(os.listdir(self.path('target')), ['inside'])
        Tf.remove_tree(self.path('target'))

    def test_missing(self):
        for remove in self.every_way():
            with self.assert_error(Gio.IOErrorEnum.NOT_FOUND, FileNotFoundError) as expected:
                remove(self.path('missing'))
            self.assertIn(self.path('missing'), str(expected.exception))

    def test_nul(self):
        for remove in self.every_way():
            for path in (self.dir + '\0/x', os.fsencode(self.dir) + b'\0'):
                with self.assert_error(Gio.IOErrorEnum.INVALID_FILENAME, ValueError):
                    remove(path)

    def test_not_local(self):
        for remove in (Tf.remove_tree_file, self.remove_file_async):
            with self.assert_error(Gio.IOErrorEnum.NOT_SUPPORTED, OSError):
                remove(Gio.File.new_for_uri('http://example.org/x'))

    def test_wrong_types(self):
        for remove in (Tf.remove_tree, Tf.remove_tree_file):
            for root in (None, 3, ['x'], object()):
                with self.subTest(root=root), self.assertRaises(TypeError):
                    remove(root)

    def test_without_permission(self):
        if os.getuid() != 0:
            self.skipTest('needs two users')
        root = self.tree()
        os.chmod(self.dir, 0o755)

        def child():
            with self.assert_error(Gio.IOErrorEnum.PERMISSION_DENIED, PermissionError) as expected:
                Tf.remove_tree(root)
            self.assertRegex(str(expected.exception), r'and \d+ more')

        self.assertEqual(as_nobody(child), 0)
        self.assertEqual(len(os.listdir(root)), 5)
        Tf.remove_tree(root)


class Progress(Removal):
    def check(self, seen, entries):
        self.assertTrue(seen)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(seen[-1], entries)

    def test_progress(self):
        for remove in (Tf.remove_tree, Tf.remove_tree_file, self.remove_async,
                       self.remove_file_async):
            seen = []

            def progress(removed, total):
                self.assertIs(threading.current_thread(), threading.main_thread())
                self.assertIn(total, (-1, ENTRIES))
                seen.append(removed)

            if remove in (Tf.remove_tree, Tf.remove_tree_file):
                remove(self.tree(), NONE, None, progress)
            else:
                remove(self.tree(), NONE, NORMAL, None, progress)
            self.check(seen, ENTRIES)

    def test_data(self):
        seen = []
        Tf.remove_tree(self.tree(), progress=lambda removed, total, data: data.append(removed),
                       progress_data=seen)
        self.check(seen, ENTRIES)

    def test_let_go(self):
        class Marker:
            pass

        for start in (Tf.remove_tree_async, Tf.remove_tree_file_async):
            for path in (self.tree(), self.path('missing')):
                marker = Marker()
                gone = weakref.ref(marker)
                self.wait(lambda done, marker=marker: start(
                    path, NONE, NORMAL, None, lambda removed, total: marker, None, done))
                del marker
                gc.collect()
                self.assertIsNone(gone())
                if os.path.exists(path):
                    Tf.remove_tree(path)


class Cancelled(Removal):
    def test_before(self):
        root = self.tree()
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        for remove in (lambda: Tf.remove_tree(root, NONE, cancellable),
                       lambda: Tf.remove_tree_file(root, NONE, cancellable),
                       lambda: self.remove_async(root, NONE, NORMAL, cancellable),
                       lambda: self.remove_file_async(root, NONE, NORMAL, cancellable)):
            with self.assert_error(Gio.IOErrorEnum.CANCELLED):
                remove()
        self.assertEqual(len(os.listdir(root)), 5)
        Tf.remove_tree(root)

    def test_by_progress(self):
        root = self.tree(folders=400)
        cancellable = Gio.Cancellable()
        try:
            Tf.remove_tree(root, NONE, cancellable, lambda *unused: cancellable.cancel())
        except GLib.Error as error:
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
            Tf.remove_tree(root)
        self.assertEqual(os.listdir(self.dir), [])

    def cancel_somewhen(self, remove, longest):
        """Whether it was cancelled."""
        cancellable = Gio.Cancellable()
        wait = rng.random() * longest

        def cancel():
            time.sleep(wait)
            cancellable.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        if longest == 0:
            thread.join()
        try:
            remove(cancellable)
        except GLib.Error as error:
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error)
            return True
        finally:
            thread.join()
        return False

    def test_at_any_moment(self):
        ways = (lambda cancellable: Tf.remove_tree(root, flags, cancellable),
                lambda cancellable: Tf.remove_tree_file(root, flags, cancellable),
                lambda cancellable: self.remove_async(root, flags, NORMAL, cancellable),
                lambda cancellable: self.remove_file_async(root, flags, NORMAL, cancellable))
        seen = {True: 0, False: 0}
        longest = 0.002
        begun = time.monotonic()
        while go_on(sum(seen.values()), scale(20, 100, 2000), begun):
            root = self.tree()
            flags = rng.choice((NONE, PARALLEL))
            # The first two rounds are the two ends, whatever chance does with the others.
            rounds = sum(seen.values())
            if rounds == 1:
                rng.choice(ways)(None)
                cancelled = False
            else:
                cancelled = self.cancel_somewhen(rng.choice(ways), longest if rounds else 0)
            # So that both ends are met, however fast the machine.
            longest = min(longest * 2, 1) if cancelled else max(longest / 2, 0.00002)
            seen[cancelled] += 1
            self.assertEqual(os.path.exists(root), cancelled)
            if cancelled:
                self.assertTrue(stat.S_ISDIR(os.lstat(root).st_mode))
                rng.choice(ways)(None)
            self.assertEqual(os.listdir(self.dir), [])
        print('# %d cancelled, %d finished' % (seen[True], seen[False]))
        self.assertTrue(all(seen.values()), seen)


class Threads(Removal):
    def test_one_tree_by_all(self):
        # Each either removes something of it or finds it gone.
        for unused in range(scale(3, 6, 200)):
            root = self.tree()
            failures = []

            def work():
                try:
                    Tf.remove_tree(root)
                except FileNotFoundError:
                    pass
                except BaseException as error:
                    failures.append(error)

            threads = [threading.Thread(target=work) for unused in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(failures, [])
            self.assertEqual(os.listdir(self.dir), [])

    def test_many_at_once(self):
        results = []
        for i in range(10):
            Tf.remove_tree_async(self.tree('tree-%d' % i, 5),
                                 callback=lambda source, result: results.append(
                                     Tf.remove_tree_finish(result)))
        gc.collect()
        iterate_until(lambda: len(results) == 10)
        self.assertEqual(os.listdir(self.dir), [])


if __name__ == '__main__':
    main()
