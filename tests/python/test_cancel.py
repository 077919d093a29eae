# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Operations cancelled at random moments, objects dropped in threads and while operations run, the
garbage collector at work meanwhile. The seed is printed; TF_TEST_SEED takes it back."""

import gc
import os
import random
import threading
import time
import weakref

from tf_testing import Case, Gio, GLib, Tf, go_on, iterate_until, main, scale

NORMAL = GLib.PRIORITY_DEFAULT
THREADS = 4

seed = int(os.environ.get('TF_TEST_SEED') or random.randrange(1 << 32))
print('# TF_TEST_SEED=%d' % seed)
rng = random.Random(seed)


def full_directory():
    directory = Tf.TemporaryDirectory()
    for i in range(12):
        os.makedirs(os.path.join(directory, str(i % 3), str(i)))
    return directory


class Cancel(Case):
    def race(self, start, longest):
        """Calls start(cancellable, callback), cancels at some moment in some thread; the result."""
        results = []
        cancellable = Gio.Cancellable()
        wait = rng.random() * longest

        def cancel():
            time.sleep(wait)
            cancellable.cancel()

        thread = threading.Thread(target=cancel)
        if longest == 0 or rng.randrange(8) == 0:
            cancellable.cancel()
        thread.start()
        start(cancellable, lambda source, result, *unused: results.append(result))
        iterate_until(lambda: results)
        thread.join()
        return results[0]

    def finish(self, finish, *arguments):
        """What the call gives, or None when it was cancelled."""
        try:
            return finish(*arguments)
        except OSError as error:
            self.assertIsInstance(error, GLib.Error)
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error)
            return None

    def test_cleanup(self):
        seen = {True: 0, False: 0}
        longest = 0.002
        begun = time.monotonic()
        while go_on(sum(seen.values()), scale(15, 60, 1000), begun):
            directory = full_directory()
            path = directory.get_path()
            # The first two rounds are the two ends, whatever chance does with the others.
            rounds = sum(seen.values())
            result = self.race(lambda cancellable, done: directory.cleanup_async(
                NORMAL, cancellable if rounds != 1 else None, lambda *unused: gc.collect(), None,
                done), longest if rounds else 0)
            finished = self.finish(directory.cleanup_finish, result) is not None
            self.assertEqual(os.path.exists(path), not finished)
            # So that both ends are met, however fast the machine.
            longest = max(longest / 2, 0.00002) if finished else min(longest * 2, 1)
            seen[finished] += 1
            again = rng.choice((directory.cleanup, directory.run_dispose, Tf.cleanup_all))
            again()
            self.assertFalse(os.path.exists(path), again)
            del result, directory, again
        print('# %d finished, %d cancelled' % (seen[True], seen[False]))
        self.assertTrue(all(seen.values()), seen)

    def check_create(self, start, finish, entries):
        made = 0
        begun = time.monotonic()
        rounds = 0
        while go_on(rounds, scale(10, 60, 1000), begun):
            rounds += 1
            result = self.race(start, 0.0005)
            thing = self.finish(finish, result)
            made += thing is not None
            self.assertEqual(len(os.listdir(self.dir)), 0 if thing is None else entries)
            del result, thing
            self.assertEqual(os.listdir(self.dir), [])
        print('# %d of %d made' % (made, rounds))

    def test_create_directory(self):
        self.check_create(lambda cancellable, done: Tf.TemporaryDirectory.create_async(
            NORMAL, None, None, None, cancellable, done), Tf.TemporaryDirectory.create_finish, 1)

    def test_create_named(self):
        self.check_create(lambda cancellable, done: Tf.TemporaryFile.create_named_async(
            NORMAL, None, None, None, cancellable, done), Tf.TemporaryFile.create_finish, 1)

    def test_create_anonymous(self):
        self.check_create(lambda cancellable, done: Tf.TemporaryFile.create_async(
            NORMAL, None, cancellable, done), Tf.TemporaryFile.create_finish, 0)

    def test_results_never_fetched(self):
        begun = time.monotonic()
        rounds = 0
        while go_on(rounds, scale(10, 60, 1000), begun):
            rounds += 1
            self.race(lambda cancellable, done: Tf.TemporaryDirectory.create_async(
                NORMAL, None, None, None, cancellable, done), 0.0005)
        gc.collect()
        # The worker may be the last to let go of it.
        iterate_until(lambda: not os.listdir(self.dir))


class Dropped(Case):
    def test_operation_keeps_the_directory(self):
        for unused in range(scale(3, 10, 200)):
            results = []
            directory = full_directory()
            gone = weakref.ref(directory)
            directory.cleanup_async(NORMAL, None, None, None,
                                    lambda source, result: results.append(
                                        source.cleanup_finish(result)))
            del directory
            gc.collect()
            iterate_until(lambda: results)
            self.assertEqual(results, [True])
            self.assertEqual(os.listdir(self.dir), [])
            self.assertIsNone(gone())

    def test_disposed_while_an_operation_runs(self):
        for unused in range(scale(3, 10, 200)):
            results = []
            directory = full_directory()
            directory.cleanup_async(NORMAL, None, None, None,
                                    lambda source, result: results.append(
                                        source.cleanup_finish(result)))
            time.sleep(rng.random() / 1000)
            directory.run_dispose()
            self.assertEqual(os.listdir(self.dir), [])
            iterate_until(lambda: results)
            self.assertEqual(results, [True])

    def test_run_dispose(self):
        things = [Tf.TemporaryFile(), Tf.TemporaryFile(anonymous=False), full_directory(),
                  Tf.SpooledFile(), Tf.TemporaryFile(anonymous=False, delete_on_close=False)]
        for thing in things:
            thing.run_dispose()
        self.assertEqual(os.listdir(self.dir), [])
        for thing in things:
            thing.run_dispose()
            with self.assert_error(Gio.IOErrorEnum.CLOSED, ValueError):
                thing.dup_fd()

    def test_collector(self):
        class Node:
            pass

        gc.disable()
        try:
            for unused in range(5):
                node = Node()
                node.self = node
                node.things = [Tf.TemporaryFile(anonymous=False), full_directory()]
                node.things[0].node = node
                del node
            self.assertEqual(len(os.listdir(self.dir)), 10)
        finally:
            gc.enable()
        gc.collect()
        self.assertEqual(os.listdir(self.dir), [])

    def test_collector_in_thread(self):
        # Cycles die wherever the collector happens to run.
        def collect():
            while not stop.is_set():
                gc.collect()

        stop = threading.Event()
        thread = threading.Thread(target=collect)
        thread.start()
        for unused in range(scale(10, 100, 2000)):
            cycle = [Tf.TemporaryFile(anonymous=False), Tf.TemporaryDirectory()]
            cycle.append(cycle)
            del cycle
        stop.set()
        thread.join()
        gc.collect()
        self.assertEqual(os.listdir(self.dir), [])


class Threads(Case):
    def run_threads(self, function):
        failures = []

        def guarded(number):
            try:
                function(number)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=guarded, args=[i]) for i in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_last_reference_in_thread(self):
        for unused in range(scale(3, 8, 500)):
            things = [[Tf.TemporaryFile(anonymous=False), full_directory(), Tf.SpooledFile()]
                      for unused in range(THREADS)]
            self.assertEqual(len(os.listdir(self.dir)), 2 * THREADS)
            self.run_threads(lambda number: things[number].clear())
            self.assertEqual(os.listdir(self.dir), [])

    def test_made_and_dropped(self):
        def work(number):
            for i in range(scale(5, 30, 1000)):
                f = Tf.TemporaryFile(anonymous=False)
                f.write(b'x' * i)
                with Tf.TemporaryDirectory() as path:
                    os.mkdir(os.path.join(path, 'inside'))
                directory = Tf.TemporaryDirectory()
                if i % 3 == 0:
                    f.close()
                elif i % 3 == 1:
                    directory.run_dispose()
                del f, directory

        self.run_threads(work)
        self.assertEqual(os.listdir(self.dir), [])

    def test_handed_from_thread_to_thread(self):
        places = [[] for unused in range(THREADS)]

        def work(number):
            for unused in range(scale(5, 30, 1000)):
                places[(number + 1) % THREADS].append(Tf.TemporaryFile(anonymous=False))
                try:
                    places[number].pop().close()
                except IndexError:
                    pass

        self.run_threads(work)
        self.assertEqual(len(os.listdir(self.dir)), sum(len(place) for place in places))
        places.clear()
        self.assertEqual(os.listdir(self.dir), [])

    def test_one_directory_cleaned_up_by_all(self):
        for unused in range(scale(3, 8, 500)):
            directory = full_directory()
            self.run_threads(lambda number: self.assertTrue(directory.cleanup()))
            self.assertEqual(os.listdir(self.dir), [])

    def test_cleanup_all_by_all(self):
        for unused in range(scale(3, 8, 500)):
            things = [Tf.TemporaryFile(anonymous=False) for unused in range(20)]
            things.append(full_directory())
            self.run_threads(lambda number: Tf.cleanup_all())
            self.assertEqual(os.listdir(self.dir), [])
            del things


if __name__ == '__main__':
    main()
