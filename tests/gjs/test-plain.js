// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Without the override all of it is possible too: constructors do not initialise, every argument is
// given, results come to callbacks.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertThrows, decode, exists, run, testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;

await run({
    'no override'() {
        assertEqual(Tf.withTemporaryDirectory, undefined);
    },

    'a file that is not initialized'() {
        const file = new Tf.TemporaryFile();
        const destination = Gio.File.new_for_path(testPath('x'));
        for (const call of [
            () => file.read_bytes(1, null), () => file.write_bytes(new GLib.Bytes([1]), null),
            () => file.seek(0, GLib.SeekType.SET, null), () => file.truncate(0, null),
            () => file.dup_fd(), () => file.steal_fd(), () => file.to_bytes(null),
            () => file.steal_bytes(null), () => file.keep(), () => file.delete(null),
            () => file.reopen(Tf.ReopenFlags.NONE),
            () => file.persist(destination, Tf.PersistFlags.NONE, null),
            () => file.get_output_stream().write_all('x', null),
            () => file.get_input_stream().read_bytes(1, null),
        ])
            assertThrows(Code.NOT_INITIALIZED, call);
        assertEqual(file.get_path(), null);
        assertEqual(file.get_file(), null);
        assertEqual(file.get_fd(), -1);
        assert(file.init(null));
        assertEqual(file.write_bytes(new GLib.Bytes(new Uint8Array([1])), null), 1);
        file.close(null);
    },

    'a directory that is not initialized'() {
        const dir = new Tf.TemporaryDirectory({prefix: 'p-'});
        for (const call of [
            () => dir.cleanup(null), () => dir.create_file(null, null, null),
            () => dir.get_child('x'), () => dir.keep(), () => dir.dup_fd(),
        ])
            assertThrows(Code.NOT_INITIALIZED, call);
        assertEqual(dir.get_path(), null);
        assertEqual(dir.get_file(), null);
        assert(dir.init(null));
        assert(exists(dir.get_path()));
        dir.cleanup(null);
    },

    async 'initialized asynchronously'() {
        for (const klass of [Tf.TemporaryFile, Tf.TemporaryDirectory]) {
            const object = new klass();
            await new Promise((resolve, reject) => {
                object.init_async(NORMAL, null, (source, result) => {
                    try {
                        resolve(source.init_finish(result));
                    } catch (error) {
                        reject(error);
                    }
                });
            });
            assert(object.get_fd() >= 0);
            object.run_dispose();
        }
    },

    async 'progress'() {
        const dir = Tf.TemporaryDirectory.new(null, null, null, null);
        const path = dir.get_path();
        let seen = 0;
        GLib.mkdir_with_parents(`${path}/a/b/c`, 0o700);
        await new Promise((resolve, reject) => {
            dir.cleanup_async(NORMAL, null, current => {
                seen = current;
            }, (source, result) => {
                try {
                    resolve(source.cleanup_finish(result));
                } catch (error) {
                    reject(error);
                }
            });
        });
        assertEqual(seen, 3);
        assert(!exists(path));
    },

    'spool'() {
        const spool = Tf.SpooledFile.new(3);
        spool.get_output_stream().write_all('abcd', null);
        assert(spool.is_rolled_over());
        assertEqual(decode(spool.to_bytes(null).toArray()), 'abcd');
        spool.close(null);
    },
});
