// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Audit hooks in JavaScript, synchronous and not.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertRejects, assertThrows, decode, entries, run, testPath,
} from './tf-testing.js';

const FILE = 'tempfile.mkstemp';
const FOLDER = 'tempfile.mkdtemp';

// Calls `func` while `hook` is there.
async function withHook(hook, func) {
    const id = Tf.add_audit_hook(hook);
    assert(id > 0);
    try {
        return await func();
    } finally {
        assert(Tf.remove_audit_hook(id));
        assert(!Tf.remove_audit_hook(id));
    }
}

function newSpool() {
    const spool = Tf.SpooledFile.new(3);
    spool.write('123');
    return spool;
}

// Calls `act` with a spool, which has to be as before when that fails.
async function withSpool(act) {
    const spool = newSpool();
    try {
        await act(spool);
        assert(spool.is_rolled_over());
    } catch (error) {
        assert(!spool.is_rolled_over());
        assertEqual(decode(spool.to_bytes().toArray()), '123');
        throw error;
    } finally {
        spool.close();
    }
}

function makeMkstemp() {
    const [fd, path] = Tf.mkstemp();
    GLib.close(fd);
    GLib.unlink(path);
}

// Every way to create something, and what comes first.
const MAKERS = [
    [FILE, makeMkstemp],
    [FOLDER, () => GLib.rmdir(Tf.mkdtemp())],
    [FILE, () => GLib.close(Tf.open_anonymous())],
    [FILE, () => GLib.unlink(Tf.make(file => {
        file.make_symbolic_link('/', null);
        return true;
    }))],
    [FILE, () => new Tf.TemporaryFile().close()],
    [FILE, () => new Tf.TemporaryFile({anonymous: false}).close()],
    [FILE, () => Tf.TemporaryFile.new_named().close()],
    [FOLDER, () => new Tf.TemporaryDirectory().cleanup()],
    [FILE, () => withSpool(spool => spool.rollover())],
    [FILE, () => withSpool(spool => spool.write('45'))],
    [FILE, () => withSpool(spool => spool.truncate(9))],
    [FILE, async () => (await Tf.TemporaryFile.create_async()).close()],
    [FILE, async () => (await Tf.TemporaryFile.create_named_async()).close()],
    [FOLDER, async () => (await Tf.TemporaryDirectory.create_async()).cleanup()],
    [FOLDER, () => Tf.withTemporaryDirectory(() => true)],
    [FILE, () => withSpool(spool => spool.rollover_async())],
];

async function refused(code, make) {
    const error = await assertRejects(code, (async () => await make())());
    assertEqual(entries(testPath()), []);
    return error;
}

await run({
    async 'announced'() {
        const events = [];
        await withHook((event, file) => {
            assert(file.get_path().startsWith(testPath()));
            events.push(event);
        }, async () => {
            for (const [event, make] of MAKERS) {
                events.length = 0;
                await make();
                assertEqual(events[0], event);
            }
        });
        events.length = 0;
        makeMkstemp();
        assertEqual(events, []);
    },

    async 'refused'() {
        await withHook(() => false, async () => {
            for (const [, make] of MAKERS) {
                const error = await refused(Code.PERMISSION_DENIED, make);
                assert(error.message.includes(testPath()));
            }
        });
    },

    async 'other values allow'() {
        for (const value of [undefined, null, 0, '', true, 1])
            await withHook(() => value, makeMkstemp);
    },

    async 'thrown'() {
        await withHook(() => {
            throw new Gio.IOErrorEnum({code: Code.BUSY, message: 'mine'});
        }, async () => {
            for (const [, make] of MAKERS)
                assertEqual((await refused(Code.BUSY, make)).message, 'mine');
        });
        await withHook(() => {
            throw new TypeError('mine');
        }, async () => {
            for (const [, make] of MAKERS) {
                const error = await refused(Code.PERMISSION_DENIED, make);
                assertEqual(error.message, 'TypeError: mine');
            }
        });
    },

    async 'a hook creates'() {
        let calls = 0;
        await withHook(() => {
            calls++;
            const dir = new Tf.TemporaryDirectory();
            dir.create_file().close();
            dir.cleanup();
            assertThrows(Code.NOT_FOUND, () => Tf.mkstemp(testPath('missing')));
        }, async () => {
            makeMkstemp();
            assertEqual(calls, 1);
            (await Tf.TemporaryFile.create_named_async()).close();
            assertEqual(calls, 2);
        });
    },

    async 'cancelled'() {
        const cancellable = new Gio.Cancellable();
        await withHook(() => cancellable.cancel(), () => assertRejects(Code.CANCELLED,
            Tf.TemporaryFile.create_async(GLib.PRIORITY_DEFAULT, null, cancellable)));
    },

    async 'many at once'() {
        let calls = 0;
        await withHook(() => {
            calls++;
        }, async () => {
            const files = await Promise.all(Array.from({length: 40},
                () => Tf.TemporaryFile.create_named_async()));
            files.forEach(file => file.close());
        });
        assertEqual(calls, 40);
    },

    'not a function'() {
        try {
            Tf.add_audit_hook(null);
        } catch (error) {
            assert(error instanceof TypeError);
            makeMkstemp();
            return;
        }
        throw new Error('nothing was thrown');
    },

    'removes itself'() {
        let calls = 0;
        const id = Tf.add_audit_hook(() => {
            calls++;
            assert(Tf.remove_audit_hook(id));
        });
        makeMkstemp();
        makeMkstemp();
        assertEqual(calls, 1);
        assert(!Tf.remove_audit_hook(id));
        assert(!Tf.remove_audit_hook(0));
    },
});
