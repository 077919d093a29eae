// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// The functions of namespace Tf from JavaScript, and bad input.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertMatch, assertThrows, entries, exists, run, testPath,
} from './tf-testing.js';

// Every way to make something in a folder.
const MAKERS = [
    ({directory = null, prefix = null, suffix = null}) =>
        new Tf.TemporaryFile({anonymous: false, directory, prefix, suffix}),
    ({directory = null, prefix = null, suffix = null}) =>
        Tf.TemporaryFile.new_named(directory, prefix, suffix, null),
    ({directory = null, prefix = null, suffix = null}) =>
        new Tf.TemporaryDirectory({directory, prefix, suffix}),
    ({directory = null, prefix = null, suffix = null}) =>
        Tf.TemporaryDirectory.new(directory, prefix, suffix),
    ({directory = null, prefix = null, suffix = null}) => Tf.mkstemp(directory, prefix, suffix),
    ({directory = null, prefix = null, suffix = null}) => Tf.mkdtemp(directory, prefix, suffix),
];

await run({
    'mkstemp'() {
        const [fd, path] = Tf.mkstemp(null, 'a', 'b');
        assertMatch(path, new RegExp(`^${testPath()}/a[a-z0-9_]{8}b$`));
        assertEqual(GLib.file_read_link(`/proc/self/fd/${fd}`), path);
        GLib.unlink(path);
        GLib.close(fd);
        const [other, name] = Tf.mkstemp();
        GLib.unlink(name);
        GLib.close(other);
    },

    'mkdtemp, mktemp, open_anonymous'() {
        const path = Tf.mkdtemp(testPath());
        assert(GLib.file_test(path, GLib.FileTest.IS_DIR));
        GLib.rmdir(path);
        assert(!exists(Tf.mktemp()));
        GLib.close(Tf.open_anonymous());
    },

    'make'() {
        const seen = [];
        const path = Tf.make(file => {
            seen.push(file.get_path());
            if (seen.length === 1)
                throw new Gio.IOErrorEnum({code: Code.EXISTS, message: 'taken'});
            file.make_symbolic_link('/', null);
            return true;
        }, null, 'link-');
        assertEqual(seen.length, 2);
        assertEqual(path, seen[1]);
        GLib.unlink(path);
        assertThrows(Code.FAILED, () => Tf.make(() => false));
    },

    'temp dir and prefix'() {
        assertEqual(Tf.get_temp_prefix(), 'tmp');
        Tf.set_temp_prefix('mine-');
        assertMatch(Tf.mktemp(), /\/mine-[a-z0-9_]{8}$/);
        Tf.set_temp_prefix(null);
        assertEqual(Tf.get_temp_prefix(), 'tmp');
        assertThrows(Code.INVALID_FILENAME, () => Tf.set_temp_prefix('a/b'));
        Tf.set_temp_dir(`${testPath()}/x`);
        assertEqual(Tf.get_temp_dir(), `${testPath()}/x`);
        Tf.set_temp_dir(null);
        assertEqual(Tf.get_location(Tf.Location.DEFAULT, 0).get_path(), testPath());
    },

    'bad names'() {
        for (const make of MAKERS) {
            for (const bad of ['a/b', '/', '../x', 'a\\b', 'a\0b', '\0']) {
                for (const where of ['prefix', 'suffix'])
                    assertThrows(Code.INVALID_FILENAME, () => make({[where]: bad}));
            }
            assertThrows(Code.FILENAME_TOO_LONG, () => make({prefix: 'x'.repeat(250)}));
        }
        assertEqual(entries(testPath()), []);
    },

    'bad directories'() {
        const file = testPath('file');
        GLib.file_set_contents(file, '');
        for (const make of MAKERS) {
            const missing = testPath('missing');
            const error = assertThrows(Code.NOT_FOUND, () => make({directory: missing}));
            assert(error.message.includes(missing));
            assertThrows(Code.NOT_DIRECTORY, () => make({directory: file}));
            assertThrows(Code.INVALID_ARGUMENT, () => make({directory: ''}));
            assertThrows(Code.INVALID_FILENAME, () => make({directory: '/tmp\0x'}));
        }
        GLib.unlink(file);
        const remote = Gio.File.new_for_uri('resource:///org');
        for (const make of MAKERS.slice(0, 4))
            assertThrows(Code.NOT_SUPPORTED, () => make({directory: remote}));
    },

    'cancelled'() {
        const cancellable = new Gio.Cancellable();
        cancellable.cancel();
        assertThrows(Code.CANCELLED, () => Tf.TemporaryFile.new(null, cancellable));
        assertThrows(Code.CANCELLED,
            () => Tf.TemporaryDirectory.new(null, null, null, cancellable));
        const file = new Tf.TemporaryFile();
        assertThrows(Code.CANCELLED, () => file.write('x', cancellable));
        assertThrows(Code.CANCELLED, () => file.read(1, cancellable));
        file.close();
    },
});
