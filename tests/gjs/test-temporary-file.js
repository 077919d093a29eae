// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Tf.TemporaryFile as JavaScript sees it.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertMatch, assertThrows, contentsOf, decode, entries, exists, run,
    testPath,
} from './tf-testing.js';

await run({
    'anonymous by default'() {
        const file = new Tf.TemporaryFile();
        assertEqual(file.get_path(), null);
        assertEqual(file.file, null);
        assertEqual(entries(testPath()), []);
        file.close();
    },

    'named'() {
        const file = new Tf.TemporaryFile({anonymous: false, suffix: '.pdf'});
        const path = file.get_path();
        assertMatch(path, new RegExp(`^${testPath()}/tmp[a-z0-9_]{8}[.]pdf$`));
        assertEqual(file.file.get_path(), path);
        assertEqual(file.get_file().get_path(), path);
        file.close();
        assert(!exists(path));
    },

    'constructors of C'() {
        const anonymous = Tf.TemporaryFile.new(null, null);
        assertEqual(anonymous.get_path(), null);
        anonymous.close();
        Tf.TemporaryFile.new().close();
        const file = Tf.TemporaryFile.new_named(testPath(), 'a', 'b');
        assertMatch(file.get_path(), /\/a[a-z0-9_]{8}b$/);
        file.close(null);
    },

    'directory'() {
        const folder = testPath('folder');
        GLib.mkdir_with_parents(folder, 0o700);
        for (const directory of [folder, Gio.File.new_for_path(folder)]) {
            const file = new Tf.TemporaryFile({directory, anonymous: false, prefix: 'p-'});
            assertMatch(file.get_path(), new RegExp(`^${folder}/p-[a-z0-9_]{8}$`));
            file.close();
        }
        GLib.rmdir(folder);
    },

    'write and read'() {
        for (const anonymous of [true, false]) {
            const file = new Tf.TemporaryFile({anonymous});
            assertEqual(file.write('text é'), 7);
            assertEqual(file.write(new Uint8Array([0, 255])), 2);
            assertEqual(file.write(new GLib.Bytes(new Uint8Array([1]))), 1);
            assertEqual(file.write_bytes('!'), 1);
            assertEqual(file.write(''), 0);
            assertEqual(file.get_size(), 11);
            assertEqual(file.tell(), 11);
            assert(file.seek(0));
            assertEqual(decode(file.read(7)), 'text é');
            assertEqual([...file.read()], [0, 255, 1, 33]);
            assertEqual([...file.read()], []);
            assertEqual([...file.read(3)], []);
            file.seek(-1, GLib.SeekType.END, null);
            assertEqual(file.read_bytes(9).toArray()[0], 33);
            file.truncate(4);
            assertEqual(decode(file.to_bytes().toArray()), 'text');
            file.close();
        }
    },

    'all byte values, much of it'() {
        const data = new Uint8Array(3000001).map((_, i) => i * 7);
        const file = new Tf.TemporaryFile();
        assertEqual(file.write(data), data.length);
        file.seek(0);
        const back = file.read();
        assertEqual(back.length, data.length);
        assert(back.every((byte, i) => byte === data[i]));
        file.close();
    },

    'lines'() {
        const long = 'é'.repeat(5000);
        const file = new Tf.TemporaryFile();
        file.write(`one\n\n${long}\nlast`);
        file.seek(0);
        assertEqual([...file], ['one', '', long, 'last']);
        file.seek(0);
        for (const line of file) {
            assertEqual(line, 'one');
            break;
        }
        assertEqual(file.tell(), 4);
        file.close();
    },

    'streams'() {
        const file = new Tf.TemporaryFile();
        file.get_output_stream().write_all('stream', null);
        file.seek(0, GLib.SeekType.SET, null);
        assertEqual(decode(file.get_input_stream().read_bytes(99, null).toArray()), 'stream');
        const out = file.get_output_stream();
        file.run_dispose();
        assertThrows(Code.CLOSED, () => out.write_all('x', null));
    },

    'delete, keep'() {
        const file = new Tf.TemporaryFile({anonymous: false});
        const path = file.get_path();
        assert(file.delete());
        assert(!exists(path));
        file.write('goes on');
        file.close();
        const other = new Tf.TemporaryFile({anonymous: false});
        assertEqual(other.keep().get_path(), other.get_path());
        other.close();
        GLib.unlink(other.get_path());
    },

    'persist'() {
        const path = testPath('destination');
        const file = new Tf.TemporaryFile();
        file.write('published');
        file.persist(path);
        assertEqual(file.get_path(), path);
        file.close();
        assertEqual(contentsOf(path), 'published');
        const newer = new Tf.TemporaryFile();
        newer.write('newer');
        assertThrows(Code.EXISTS, () => newer.persist(Gio.File.new_for_path(path)));
        newer.persist(path, Tf.PersistFlags.REPLACE, null);
        newer.close();
        assertEqual(contentsOf(path), 'newer');
        GLib.unlink(path);
    },

    'reopen, steal'() {
        const file = new Tf.TemporaryFile({anonymous: false});
        file.write('content');
        const other = file.reopen(Tf.ReopenFlags.READ_ONLY);
        assertEqual(decode(other.get_input_stream().read_bytes(3, null).toArray()), 'con');
        other.close(null);
        assertEqual(decode(file.steal_bytes().toArray()), 'content');
        assert(file.is_closed());
    },

    'descriptor for a subprocess'() {
        const file = new Tf.TemporaryFile();
        const launcher = new Gio.SubprocessLauncher();
        launcher.take_stdout_fd(file.dup_fd());
        launcher.spawnv(['echo', 'from outside']).wait_check(null);
        launcher.close();
        file.seek(0);
        assertEqual([...file], ['from outside']);
        file.close();
    },

    'directory of a name that is not UTF-8'() {
        const folder = Gio.File.new_for_uri(`file://${testPath()}/%FF`);
        folder.make_directory(null);
        const file = new Tf.TemporaryFile({directory: folder, anonymous: false});
        assert(file.file.has_prefix(folder));
        assert(file.file.query_exists(null));
        const dir = new Tf.TemporaryDirectory({directory: folder});
        assert(dir.file.has_prefix(folder));
        dir.cleanup();
        file.close();
        folder.delete(null);
    },

    'closed'() {
        const file = new Tf.TemporaryFile();
        file.close();
        file.close();
        for (const call of [
            () => file.read(1), () => file.write('x'), () => file.seek(0), () => file.truncate(0),
            () => file.dup_fd(), () => file.steal_fd(), () => file.to_bytes(),
            () => file.reopen(), () => file.persist(testPath('x')),
            () => file.get_output_stream().write_all('x', null),
            () => file.get_input_stream().read_bytes(1, null),
        ])
            assertThrows(Code.CLOSED, call);
        assertEqual(file.get_fd(), -1);
    },

    'Symbol.dispose'() {
        // Not in every version of the language that runs here.
        const file = new Tf.TemporaryFile({anonymous: false});
        if (Symbol.dispose)
            file[Symbol.dispose]();
        else
            file.close();
        assert(file.is_closed());
    },

    'interfaces'() {
        const interfaces = GObject.type_interfaces(Tf.TemporaryFile.$gtype);
        const names = interfaces.map(type => GObject.type_name(type));
        assert(names.includes('GFileDescriptorBased'));
        assert(names.includes('GSeekable'));
    },
});
