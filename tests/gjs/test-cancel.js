// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Promises cancelled at random moments, objects dropped and disposed while operations run, the
// garbage collector at work meanwhile. The seed is printed; TF_TEST_SEED takes it back.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, entries, exists, idle, run, testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;
const PATIENCE = 20e6;    // microseconds
const ENOUGH = 2e6;       // microseconds that a loop takes at most, for some disks are slow
const FEW = 8;            // rounds that are always done

const seed = Number(GLib.getenv('TF_TEST_SEED') ?? GLib.random_int());
GLib.random_set_seed(seed);

// The numbers of the rounds of a loop.
function* rounds(normal) {
    const slow = GLib.getenv('TF_TEST_SLOW') === '1';
    const begun = GLib.get_monotonic_time();
    for (let i = 0; i < (slow ? normal * 50 : normal); i++) {
        if (i > FEW && !slow && GLib.get_monotonic_time() > begun + ENOUGH)
            return;
        yield i;
    }
}

function newFullDirectory() {
    const dir = new Tf.TemporaryDirectory();
    for (let i = 0; i < 40; i++)
        GLib.mkdir_with_parents(`${dir.get_path()}/${i % 4}/${i}`, 0o700);
    return dir;
}

// A moment of up to `most` microseconds. Before the main loop turns again nothing can be settled,
// so some of the waiting is done here; the worker goes on meanwhile.
async function moment(most) {
    GLib.usleep(GLib.random_int_range(0, most));
    if (GLib.random_int_range(0, 2) === 0)
        await idle();
}

// 'cancelled' or what the promise gives; any other error goes on.
async function outcome(promise) {
    try {
        return await promise;
    } catch (error) {
        if (!(error instanceof Gio.IOErrorEnum) || !error.matches(Gio.IOErrorEnum, Code.CANCELLED))
            throw error;
        return 'cancelled';
    }
}

// What has no reference any more goes with the next collections.
async function collectUntilEmpty() {
    const late = GLib.get_monotonic_time() + PATIENCE;
    while (entries(testPath()).length > 0) {
        assert(GLib.get_monotonic_time() < late, `left: ${entries(testPath())}`);
        await idle();
        System.gc();
    }
}

async function cancelCreation(create) {
    const cancellable = new Gio.Cancellable();
    const promise = create(cancellable);
    await moment(200);
    cancellable.cancel();
    const made = await outcome(promise);
    if (made === 'cancelled') {
        assertEqual(entries(testPath()), []);
        return false;
    }
    const path = made.get_path();
    assert(path === null || exists(path));
    if (GLib.random_int_range(0, 2) === 0)
        made.run_dispose();
    else if (made instanceof Tf.TemporaryDirectory)
        made.cleanup();
    else
        made.close();
    assertEqual(entries(testPath()), []);
    return true;
}

async function checkCreation(create) {
    let made = 0;
    for (const i of rounds(40))
        made += await cancelCreation(create);
    print(`# ${made} made, the others cancelled`);
}

print(`# TF_TEST_SEED=${seed}`);

await run({
    async 'cleanup_async() cancelled and taken up again'() {
        let longest = 2000;
        const seen = {finished: 0, cancelled: 0};
        for (const i of rounds(40)) {
            const dir = newFullDirectory();
            const path = dir.get_path();
            const cancellable = new Gio.Cancellable();
            // The first two rounds are the two ends, whatever chance does with the others.
            if (i === 0)
                cancellable.cancel();
            const promise = dir.cleanup_async(NORMAL, cancellable, () => System.gc());
            await (i === 1 ? outcome(promise) : moment(longest));
            cancellable.cancel();
            const cancelled = await outcome(promise) === 'cancelled';
            // So that both ends are met, however fast the machine.
            longest = cancelled ? Math.min(longest * 2, 1e6) : Math.max(longest / 2, 20) | 0;
            seen[cancelled ? 'cancelled' : 'finished']++;
            assertEqual(exists(path), cancelled);
            if (i % 2 === 0)
                await dir.cleanup_async();
            else
                dir.cleanup();
            assert(!exists(path));
        }
        print(`# ${JSON.stringify(seen)}`);
        assert(seen.finished > 0 && seen.cancelled > 0);
    },

    async 'cleanup_async() cancelled and left to the collector'() {
        for (const i of rounds(40)) {
            const cancellable = new Gio.Cancellable();
            const promise = newFullDirectory().cleanup_async(NORMAL, cancellable);
            await moment(1000);
            cancellable.cancel();
            await outcome(promise);
        }
        await collectUntilEmpty();
    },

    'create_async() of a directory cancelled'() {
        return checkCreation(cancellable =>
            Tf.TemporaryDirectory.create_async(NORMAL, null, null, null, cancellable));
    },

    'create_named_async() cancelled'() {
        return checkCreation(cancellable =>
            Tf.TemporaryFile.create_named_async(NORMAL, null, null, null, cancellable));
    },

    'create_async() of an anonymous file cancelled'() {
        return checkCreation(cancellable =>
            Tf.TemporaryFile.create_async(NORMAL, null, cancellable));
    },

    async 'many at once, each cancelled at its time'() {
        const cancellables = [];
        const promises = [];
        for (const i of rounds(100)) {
            const cancellable = new Gio.Cancellable();
            cancellables.push(cancellable);
            promises.push(outcome(i % 2
                ? Tf.TemporaryFile.create_named_async(NORMAL, null, null, null, cancellable)
                : Tf.TemporaryDirectory.create_async(NORMAL, null, null, null, cancellable)));
        }
        while (cancellables.length > 0) {
            const number = GLib.random_int_range(0, cancellables.length);
            GLib.usleep(GLib.random_int_range(0, 30));
            cancellables.splice(number, 1)[0].cancel();
        }
        const things = (await Promise.all(promises)).filter(thing => thing !== 'cancelled');
        assertEqual(entries(testPath()).length, things.length);
        things.splice(0).forEach(thing => thing.run_dispose());
        assertEqual(entries(testPath()), []);
    },

    async 'promises that nobody waits for'() {
        for (const i of rounds(40)) {
            Tf.TemporaryFile.create_named_async();
            Tf.TemporaryDirectory.create_async();
            newFullDirectory().cleanup_async();
        }
        await Tf.TemporaryFile.create_async();
        System.gc();
        await collectUntilEmpty();
    },

    async 'an operation keeps its object'() {
        for (const i of rounds(40)) {
            const promises = [];
            for (let j = 0; j < 3; j++)
                promises.push(newFullDirectory().cleanup_async());
            promises.push(new Tf.TemporaryFile({anonymous: false}).close_async());
            System.gc();
            await idle();
            System.gc();
            assert((await Promise.all(promises)).every(result => result));
            assertEqual(entries(testPath()), []);
        }
    },

    async 'run_dispose() while an operation runs'() {
        for (const i of rounds(40)) {
            const dir = newFullDirectory();
            // A promise would call cleanup_finish(), and GJS refuses to call anything of what was
            // disposed.
            const done = new Promise(resolve => {
                dir.cleanup_async(NORMAL, null, null, () => resolve());
            });
            GLib.usleep(GLib.random_int_range(0, 500));
            dir.run_dispose();
            assertEqual(entries(testPath()), []);
            await done;
        }
    },

    async 'run_dispose() of everything, then the collector'() {
        const fds = [];
        for (const i of rounds(40)) {
            const things = [
                newFullDirectory(), new Tf.TemporaryFile({anonymous: false}),
                new Tf.TemporaryFile(), new Tf.SpooledFile(),
                new Tf.TemporaryFile({anonymous: false, delete_on_close: false}),
            ];
            things.forEach(thing => fds.push(thing.get_fd()));
            things.forEach(thing => thing.run_dispose());
            assertEqual(entries(testPath()), []);
        }
        System.gc();
        assert(fds.every(fd => fd >= 0));
    },
});
