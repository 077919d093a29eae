// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Tf.SpooledFile as JavaScript sees it.

import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertRejects, assertThrows, contentsOf, decode, run, testPath,
} from './tf-testing.js';

await run({
    'in memory until it grows'() {
        const spool = new Tf.SpooledFile({max_size: 10});
        spool.write('0123456789');
        assert(!spool.is_rolled_over());
        assertEqual(spool.get_file(), null);
        spool.write('!');
        assert(spool.is_rolled_over());
        assert(spool.rolled_over);
        assert(spool.get_file() instanceof Tf.TemporaryFile);
        assertEqual(spool.get_size(), 11);
        spool.seek(0);
        assertEqual(decode(spool.read()), '0123456789!');
        assert(spool.close());
        assertThrows(Code.CLOSED, () => spool.write('x'));
        assertThrows(Code.CLOSED, () => spool.rollover());
    },

    'without limit'() {
        const spool = Tf.SpooledFile.new();
        spool.write(new Uint8Array(1 << 20));
        assert(!spool.is_rolled_over());
        spool.close();
    },

    'lines'() {
        for (const maxSize of [0, 4]) {
            const spool = new Tf.SpooledFile({max_size: maxSize});
            spool.write('one\ntwo');
            spool.seek(0);
            assertEqual([...spool], ['one', 'two']);
            spool.close();
        }
    },

    'streams go on'() {
        const spool = new Tf.SpooledFile({max_size: 4});
        const out = spool.get_output_stream();
        out.write_all('1234', null);
        out.write_all('5678', null);
        assert(spool.is_rolled_over());
        spool.seek(2);
        assertEqual(decode(spool.get_input_stream().read_bytes(4, null).toArray()), '3456');
        spool.close();
    },

    async 'rollover_async()'() {
        const spool = new Tf.SpooledFile();
        spool.write('x');
        assert(await spool.rollover_async());
        assert(spool.is_rolled_over());
        await spool.rollover_async(GLib.PRIORITY_LOW, null);
        spool.close();
        await assertRejects(Code.CLOSED, spool.rollover_async());
    },

    async 'a rollover that fails'() {
        const spool = new Tf.SpooledFile({directory: testPath('missing'), max_size: 3});
        spool.write('abc');
        assertThrows(Code.NOT_FOUND, () => spool.write('d'));
        await assertRejects(Code.NOT_FOUND, spool.rollover_async());
        assertEqual(spool.get_fd(), -1);
        assertEqual(decode(spool.to_bytes().toArray()), 'abc');
        spool.close();
    },

    async 'persist'() {
        const path = testPath('destination');
        const spool = new Tf.SpooledFile();
        spool.write('published');
        await spool.persist_async(path);
        spool.close();
        assertEqual(contentsOf(path), 'published');
        GLib.unlink(path);
    },

    'steal_file()'() {
        const spool = new Tf.SpooledFile();
        spool.write('mine');
        const file = spool.steal_file();
        assert(spool.is_closed());
        assertEqual(decode(file.to_bytes().toArray()), 'mine');
        file.close();
    },
});
