// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Tf.remove_tree() and its three siblings, as JavaScript calls them. The random seed is printed;
// TF_TEST_SEED takes it back.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertRejects, assertThrows, entries, exists, idle, run, testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;
const {NONE, CONTENTS_ONLY, PARALLEL} = Tf.RemoveFlags;
const ENTRIES = 17;     // of a tree, itself not counted
const ROUNDS = 40;

const seed = Number(GLib.getenv('TF_TEST_SEED') ?? GLib.random_int());
GLib.random_set_seed(seed);
print(`# TF_TEST_SEED=${seed}`);

function makeTree(name = 'tree') {
    const path = testPath(name);
    for (let i = 0; i < 12; i++)
        GLib.mkdir_with_parents(`${path}/${i % 3}/${i}`, 0o700);
    GLib.file_set_contents(`${path}/file`, 'x');
    Gio.File.new_for_path(`${path}/link`).make_symbolic_link('/', null);
    return path;
}

// The four functions, each of which gives a promise here, with a path.
const WAYS = [
    async (...args) => Tf.remove_tree(...args),
    async (...args) => Tf.remove_tree_file(...args),
    (path, flags = NONE, ...args) => Tf.remove_tree_async(path, flags, NORMAL, ...args),
    (path, flags = NONE, ...args) => Tf.remove_tree_file_async(path, flags, NORMAL, ...args),
];

async function outcome(promise) {
    try {
        return await promise;
    } catch (error) {
        if (!(error instanceof Gio.IOErrorEnum) || !error.matches(Gio.IOErrorEnum, Code.CANCELLED))
            throw error;
        return 'cancelled';
    }
}

await run({
    async 'with a path'() {
        for (const name of ['tree', 'with "quotes" and\nlines', 'ünïcode']) {
            assertEqual(Tf.remove_tree(makeTree(name)), true);
            assertEqual(Tf.remove_tree_file(makeTree(name)), true);
            assertEqual(await Tf.remove_tree_async(makeTree(name)), true);
            assertEqual(await Tf.remove_tree_file_async(makeTree(name)), true);
            assertEqual(entries(testPath()), []);
        }
    },

    async 'with a Gio.File'() {
        Tf.remove_tree_file(Gio.File.new_for_path(makeTree()));
        await Tf.remove_tree_file_async(Gio.File.new_for_path(makeTree()));
        assertEqual(entries(testPath()), []);
    },

    async 'a folder of an object'() {
        for (const remove of WAYS) {
            const dir = new Tf.TemporaryDirectory();
            GLib.mkdir_with_parents(`${dir.get_path()}/a/b`, 0o700);
            await remove(dir.get_path());
            assertEqual(entries(testPath()), []);
            assert(dir.cleanup());
        }
    },

    async 'what is no folder'() {
        for (const remove of WAYS) {
            GLib.file_set_contents(testPath('file'), 'x');
            await remove(testPath('file'));
            Gio.File.new_for_path(testPath('link')).make_symbolic_link('/tmp', null);
            await remove(testPath('link'));
            assertEqual(entries(testPath()), []);
        }
        assert(exists('/tmp'));
    },

    async 'flags'() {
        for (const remove of WAYS) {
            for (const flags of [CONTENTS_ONLY, CONTENTS_ONLY | PARALLEL]) {
                const path = makeTree();
                await remove(path, flags);
                assertEqual(entries(path), []);
                await remove(path, PARALLEL);
                assert(!exists(path));
            }
        }
        // What GJS itself finds in no enumeration does not come to the library.
        const path = makeTree();
        for (const remove of WAYS) {
            const [result] = await Promise.allSettled([(async () => remove(path, 1 << 10))()]);
            assertEqual(result.status, 'rejected');
        }
        assertEqual(entries(path).length, 5);
        Tf.remove_tree(path);
    },

    async 'contents of what is no folder'() {
        Gio.File.new_for_path(testPath('link')).make_symbolic_link('/', null);
        for (const remove of WAYS)
            await assertRejects(Code.NOT_DIRECTORY, remove(testPath('link'), CONTENTS_ONLY));
        await assertRejects(Code.NOT_DIRECTORY, Tf.remove_tree_async(`${testPath('link')}/`));
        Tf.remove_tree(testPath('link'));
    },

    async 'refused paths'() {
        const home = GLib.get_home_dir();
        const working = GLib.get_current_dir();
        for (const path of ['', '/', home, `${home}/`, working, GLib.path_get_dirname(working)]) {
            for (const remove of WAYS)
                await assertRejects(Code.INVALID_ARGUMENT, remove(path));
        }
        for (const path of ['.', '..', './', 'x/..', 'x/.', testPath('x/..'), testPath('..')]) {
            assertThrows(Code.INVALID_ARGUMENT, () => Tf.remove_tree(path));
            await assertRejects(Code.INVALID_ARGUMENT, Tf.remove_tree_async(path));
        }
        for (const remove of WAYS)
            await assertRejects(Code.INVALID_FILENAME, remove(`${testPath('x')}\0y`));
    },

    async 'missing'() {
        for (const remove of WAYS) {
            const error = await assertRejects(Code.NOT_FOUND, remove(testPath('missing')));
            assert(error.message.includes(testPath('missing')));
        }
    },

    async 'not local'() {
        const file = Gio.File.new_for_uri('http://example.org/x');
        assertThrows(Code.NOT_SUPPORTED, () => Tf.remove_tree_file(file));
        await assertRejects(Code.NOT_SUPPORTED, Tf.remove_tree_file_async(file));
    },

    async 'progress'() {
        for (const remove of WAYS) {
            const seen = [];
            await remove(makeTree(), NONE, null, (removed, total) => {
                assert(total === -1 || total === ENTRIES);
                seen.push(removed);
                System.gc();
            });
            assertEqual(seen, [...seen].sort((a, b) => a - b));
            assertEqual(seen[seen.length - 1], ENTRIES);
            await remove(makeTree(), NONE, null, null);
        }
        assertEqual(entries(testPath()), []);
    },

    async 'with a callback'() {
        const path = makeTree();
        const result = await new Promise((resolve, reject) => {
            Tf.remove_tree_async(path, NONE, NORMAL, null, null, (source, res) => {
                try {
                    assertEqual(source, null);
                    resolve(Tf.remove_tree_finish(res));
                } catch (error) {
                    reject(error);
                }
            });
        });
        assert(result && !exists(path));
    },

    async 'cancelled before'() {
        const path = makeTree();
        const cancellable = new Gio.Cancellable();
        cancellable.cancel();
        for (const remove of WAYS)
            await assertRejects(Code.CANCELLED, remove(path, NONE, cancellable));
        assertEqual(entries(path).length, 5);
        Tf.remove_tree(path);
    },

    async 'cancelled at any moment and taken up again'() {
        const seen = {finished: 0, cancelled: 0};
        let longest = 2000;
        for (let i = 0; i < ROUNDS; i++) {
            const path = makeTree();
            const cancellable = new Gio.Cancellable();
            // The first two rounds are the two ends, whatever chance does with the others.
            if (i === 0)
                cancellable.cancel();
            const promise = WAYS[2 + i % 2](path, i % 3 ? NONE : PARALLEL, cancellable);
            GLib.usleep(GLib.random_int_range(0, longest));
            if (i === 1)
                await outcome(promise);
            else if (GLib.random_int_range(0, 2) === 0)
                await idle();
            cancellable.cancel();
            const cancelled = await outcome(promise) === 'cancelled';
            // So that both ends are met, however fast the machine.
            longest = cancelled ? Math.min(longest * 2, 1e6) : Math.max(longest / 2, 20) | 0;
            seen[cancelled ? 'cancelled' : 'finished']++;
            assertEqual(exists(path), cancelled);
            if (cancelled)
                await WAYS[i % 4](path);
            assertEqual(entries(testPath()), []);
        }
        print(`# ${JSON.stringify(seen)}`);
        assert(seen.finished > 0 && seen.cancelled > 0);
    },

    async 'many at once, with collections'() {
        const promises = [];
        for (let i = 0; i < 10; i++)
            promises.push(Tf.remove_tree_async(makeTree(`tree-${i}`)));
        System.gc();
        assert((await Promise.all(promises)).every(result => result));
        assertEqual(entries(testPath()), []);
    },
});
