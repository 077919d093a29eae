// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Tf.TemporaryDirectory as JavaScript sees it, with its asynchronous cleanup.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertMatch, assertRejects, assertThrows, entries, exists, idle, run,
    testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;

function fill(dir, count) {
    for (let i = 0; i < count; i++)
        GLib.mkdir_with_parents(`${dir.get_path()}/${i % 10}/${i}`, 0o700);
}

await run({
    'made and cleaned up'() {
        const dir = new Tf.TemporaryDirectory({prefix: 'app-'});
        assertMatch(dir.get_path(), new RegExp(`^${testPath()}/app-[a-z0-9_]{8}$`));
        assertEqual(dir.file.get_path(), dir.get_path());
        const path = dir.get_path();
        fill(dir, 20);
        assert(dir.cleanup());
        assert(!exists(path));
        assert(dir.cleanup(null));
        Tf.TemporaryDirectory.new(testPath(), 'a', 'b').cleanup();
        assertThrows(Code.CLOSED, () => dir.create_file());
    },

    'files in it'() {
        const dir = new Tf.TemporaryDirectory();
        assertEqual(dir.get_child('x').get_path(), `${dir.get_path()}/x`);
        for (const bad of ['..', '/etc', 'a\0b', ''])
            assertThrows(null, () => dir.get_child(bad));
        const file = dir.create_file('p', 's');
        assertMatch(file.get_path(), /\/p[a-z0-9_]{8}s$/);
        file.write('x');
        file.close();
        assertEqual(entries(dir.get_path()), []);
        const other = dir.create_file();
        const path = other.get_path();
        dir.cleanup();
        assert(!exists(path));
        assertEqual(other.get_path(), null);
        other.close();
    },

    'keep'() {
        const dir = new Tf.TemporaryDirectory();
        const path = dir.keep().get_path();
        dir.run_dispose();
        GLib.rmdir(path);
    },

    async 'cleanup_async() without arguments'() {
        const dir = new Tf.TemporaryDirectory();
        const path = dir.get_path();
        fill(dir, 20);
        assert(await dir.cleanup_async());
        assert(!exists(path));
    },

    async 'cleanup_async() with progress'() {
        const dir = new Tf.TemporaryDirectory();
        const path = dir.get_path();
        const seen = [];
        fill(dir, 300);
        await dir.cleanup_async(NORMAL, null, (current, total) => {
            assertEqual(typeof total, 'number');
            seen.push(current);
        });
        assert(!exists(path));
        assert(seen.length > 0);
        assertEqual(seen[seen.length - 1], 310);
        assertEqual(seen, [...seen].sort((a, b) => a - b));
    },

    async 'cleanup_async() with progress, many times, with collections'() {
        for (let i = 0; i < 30; i++) {
            const dir = new Tf.TemporaryDirectory();
            let calls = 0;
            fill(dir, 20);
            const promise = dir.cleanup_async(NORMAL, null, () => {
                calls++;
                System.gc();
            });
            System.gc();
            await promise;
            assert(calls > 0);
        }
    },

    async 'cleanup_async() with null for progress'() {
        const dir = new Tf.TemporaryDirectory();
        const path = dir.get_path();
        fill(dir, 20);
        await dir.cleanup_async(NORMAL, null, null);
        assert(!exists(path));
    },

    async 'cleanup_async() with a callback'() {
        const dir = new Tf.TemporaryDirectory();
        const path = dir.get_path();
        await new Promise((resolve, reject) => {
            dir.cleanup_async(NORMAL, null, null, (source, result) => {
                try {
                    resolve(source.cleanup_finish(result));
                } catch (error) {
                    reject(error);
                }
            });
        });
        assert(!exists(path));
    },

    async 'cleanup_async() cancelled and taken up again'() {
        const dir = new Tf.TemporaryDirectory();
        const path = dir.get_path();
        const cancellable = new Gio.Cancellable();
        fill(dir, 20);
        cancellable.cancel();
        await assertRejects(Code.CANCELLED,
            dir.cleanup_async(NORMAL, cancellable, () => {}));
        assert(exists(path));
        await dir.cleanup_async();
        assert(!exists(path));
    },

    async 'create_async()'() {
        const dir = await Tf.TemporaryDirectory.create_async(NORMAL, null, 'p', 's', null);
        assertMatch(dir.get_path(), /\/p[a-z0-9_]{8}s$/);
        await dir.cleanup_async();
        await (await Tf.TemporaryDirectory.create_async()).cleanup_async();
        await assertRejects(Code.NOT_FOUND,
            Tf.TemporaryDirectory.create_async(NORMAL, testPath('missing')));
    },

    async 'withTemporaryDirectory()'() {
        let path;
        const result = await Tf.withTemporaryDirectory(async dir => {
            path = dir.get_path();
            fill(dir, 20);
            await idle();
            return 'result';
        }, {prefix: 'with-'});
        assertEqual(result, 'result');
        assertMatch(path, /\/with-[a-z0-9_]{8}$/);
        assert(!exists(path));

        let caught = null;
        try {
            await Tf.withTemporaryDirectory(dir => {
                path = dir.get_path();
                throw new RangeError('mine');
            });
        } catch (error) {
            caught = error;
        }
        assert(caught instanceof RangeError);
        assert(!exists(path));
        await assertRejects(Code.NOT_FOUND,
            Tf.withTemporaryDirectory(() => {}, {directory: testPath('missing')}));
    },
});
