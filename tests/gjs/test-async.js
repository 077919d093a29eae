// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Promises of Tf.TemporaryFile.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertMatch, assertRejects, contentsOf, exists, run, testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;

await run({
    async 'create_async()'() {
        const file = await Tf.TemporaryFile.create_async(NORMAL, null, null);
        assertEqual(file.get_path(), null);
        assert(await file.close_async());
        const other = await Tf.TemporaryFile.create_async();
        await other.close_async(NORMAL, null);
    },

    async 'create_named_async()'() {
        const file = await Tf.TemporaryFile.create_named_async(NORMAL, testPath(), 'a', 'b', null);
        const path = file.get_path();
        assertMatch(path, /\/a[a-z0-9_]{8}b$/);
        await file.close_async();
        assert(!exists(path));
    },

    async 'many at once'() {
        const promises = [];
        for (let i = 0; i < 50; i++)
            promises.push(Tf.TemporaryFile.create_named_async());
        const files = await Promise.all(promises);
        assertEqual(new Set(files.map(file => file.get_path())).size, 50);
        await Promise.all(files.map(file => file.close_async()));
    },

    async 'rejected'() {
        const missing = testPath('missing');
        await assertRejects(Code.NOT_FOUND, Tf.TemporaryFile.create_async(NORMAL, missing));
        const error = await assertRejects(Code.NOT_FOUND,
            Tf.TemporaryFile.create_named_async(NORMAL, missing));
        assert(error.message.includes(missing));
        await assertRejects(Code.INVALID_FILENAME,
            Tf.TemporaryFile.create_named_async(NORMAL, null, 'a/b'));
        const cancellable = new Gio.Cancellable();
        cancellable.cancel();
        await assertRejects(Code.CANCELLED,
            Tf.TemporaryFile.create_async(NORMAL, null, cancellable));
    },

    async 'one at a time'() {
        const file = new Tf.TemporaryFile();
        const promises = [];
        for (let i = 0; i < 20; i++)
            promises.push(file.persist_async(testPath('x'), Tf.PersistFlags.REPLACE));
        const results = await Promise.allSettled(promises);
        // Those that found the one before still under way were refused.
        const refused = results.filter(result => result.status === 'rejected');
        assert(refused.length < 20);
        assert(refused.every(({reason}) => reason.matches(Gio.IOErrorEnum, Code.PENDING)));
        file.close();
        GLib.unlink(testPath('x'));
    },

    async 'persist_async()'() {
        const path = testPath('destination');
        const file = new Tf.TemporaryFile();
        file.write('published');
        assert(await file.persist_async(path));
        await file.close_async();
        assertEqual(contentsOf(path), 'published');
        const newer = new Tf.TemporaryFile();
        await assertRejects(Code.EXISTS, newer.persist_async(path));
        await newer.persist_async(path, Tf.PersistFlags.REPLACE, NORMAL, null);
        await newer.close_async();
        const closed = new Tf.TemporaryFile();
        closed.close();
        await assertRejects(Code.CLOSED, closed.persist_async(testPath('x')));
        GLib.unlink(path);
    },

    async 'streams'() {
        const file = new Tf.TemporaryFile();
        const out = file.get_output_stream();
        const written = await new Promise((resolve, reject) => {
            out.write_bytes_async(new GLib.Bytes(new TextEncoder().encode('later')), NORMAL, null,
                (source, result) => {
                    try {
                        resolve(source.write_bytes_finish(result));
                    } catch (error) {
                        reject(error);
                    }
                });
        });
        assertEqual(written, 5);
        file.seek(0);
        assertEqual([...file], ['later']);
        file.close();
    },
});
