// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Tf.sweep_orphans() and the folder of a session, as JavaScript has them. Who is killed or ends is
// this file as another program.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {
    Code, assert, assertEqual, assertMatch, assertRejects, assertThrows, entries, exists, run,
    runScript, testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;
const KILLED = 9;

function session() {
    return Tf.get_location(Tf.Location.SESSION).get_path();
}

// --- the other program ---

function killOurselves() {
    const pid = new Gio.Credentials().get_unix_pid();
    Gio.Subprocess.new(['kill', '-KILL', `${pid}`], Gio.SubprocessFlags.NONE);
    GLib.usleep(60e6);
}

function beOrphaned(prefix) {
    globalThis.things = [new Tf.TemporaryDirectory({prefix}), new Tf.TemporaryDirectory({prefix})];
    GLib.mkdir_with_parents(`${globalThis.things[0].get_path()}/a/b`, 0o700);
    killOurselves();
}

function haveSession(end) {
    GLib.set_prgname('program');
    const path = session();
    GLib.mkdir_with_parents(`${path}/a/b`, 0o700);
    assertEqual(session(), path);
    const location = Tf.Location.SESSION;
    const things = [
        new Tf.TemporaryFile({anonymous: false, location}), new Tf.TemporaryDirectory({location}),
    ];
    things.forEach(thing => assertEqual(GLib.path_get_dirname(thing.get_path()), path));
    globalThis.things = things;
    print(path);
    if (end === 'kill')
        killOurselves();
    if (end === 'System.exit')
        System.exit(0);
    if (end === 'cleanup_all') {
        Tf.cleanup_all();
        assert(!exists(path));
        assert(session() !== path);
    }
}

// --- the tests ---

async function killed(...args) {
    const process = Gio.Subprocess.new(['gjs', '-m', System.programPath, ...args],
        Gio.SubprocessFlags.STDOUT_SILENCE);
    await new Promise(resolve => {
        process.wait_async(null, () => resolve());
    });
    assertEqual(process.get_term_sig(), KILLED);
}

const tests = {
    async 'what a killed program left'() {
        assertEqual(Tf.sweep_orphans(), 0);
        await killed('orphan', 'app-');
        assertEqual(entries(testPath()).length, 2);
        assertEqual(Tf.sweep_orphans(testPath(), 'other-'), 0);
        assertEqual(Tf.sweep_orphans(null, 'app-', 3600), 0);
        assertEqual(Tf.sweep_orphans(testPath(), 'app-'), 2);
        assertEqual(entries(testPath()), []);
    },

    async 'with a promise'() {
        await killed('orphan', 'app-');
        assertEqual(await Tf.sweep_orphans_async(), 0);
        assertEqual(await Tf.sweep_orphans_async(testPath(), 'app-', 3600), 0);
        const file = Gio.File.new_for_path(testPath());
        assertEqual(await Tf.sweep_orphans_async(file, 'app-', 0, NORMAL, null), 2);
        assertEqual(entries(testPath()), []);
    },

    async 'with a callback'() {
        await killed('orphan', 'app-');
        const swept = await new Promise((resolve, reject) => {
            Tf.sweep_orphans_async(testPath(), 'app-', 0, NORMAL, null, (source, result) => {
                try {
                    assertEqual(source, null);
                    resolve(Tf.sweep_orphans_finish(result));
                } catch (error) {
                    reject(error);
                }
            });
        });
        assertEqual(swept, 2);
    },

    'what is alive stays'() {
        const dir = new Tf.TemporaryDirectory({prefix: 'app-'});
        const kept = new Tf.TemporaryDirectory({prefix: 'app-'}).keep();
        assertEqual(Tf.sweep_orphans(null, 'app-'), 0);
        assert(exists(dir.get_path()) && exists(kept.get_path()));
        kept.delete(null);
        dir.cleanup();
    },

    async 'refused'() {
        const missing = testPath('missing');
        assertThrows(Code.NOT_FOUND, () => Tf.sweep_orphans(missing));
        await assertRejects(Code.NOT_FOUND, Tf.sweep_orphans_async(missing));
        assertThrows(Code.INVALID_FILENAME, () => Tf.sweep_orphans(null, 'a/b'));
        assertThrows(Code.INVALID_FILENAME, () => Tf.sweep_orphans(null, 'a\0b'));
        assertThrows(Code.INVALID_ARGUMENT, () => Tf.sweep_orphans(''));
        const remote = Gio.File.new_for_uri('http://example.org/');
        assertThrows(Code.NOT_SUPPORTED, () => Tf.sweep_orphans(remote));
        assertThrows(Code.NOT_SUPPORTED, () => Tf.sweep_orphans('/proc'));
    },

    async 'cancelled'() {
        const cancellable = new Gio.Cancellable();
        cancellable.cancel();
        await killed('orphan', 'app-');
        assertThrows(Code.CANCELLED, () => Tf.sweep_orphans(null, 'app-', 0, cancellable));
        await assertRejects(Code.CANCELLED,
            Tf.sweep_orphans_async(null, 'app-', 0, NORMAL, cancellable));
        assertEqual(await Tf.sweep_orphans_async(null, 'app-'), 2);
    },

    async 'a session goes with its program'() {
        for (const end of ['return', 'System.exit', 'cleanup_all']) {
            const path = await runScript(System.programPath, 'session', end);
            assertMatch(path, new RegExp(`^${testPath()}/program-[a-z0-9_]{8}\n$`));
            assertEqual(entries(testPath()), []);
        }
    },

    async 'the session of a killed program'() {
        await killed('session', 'kill');
        assertEqual(entries(testPath()).length, 1);
        assertEqual(Tf.sweep_orphans(null, 'program-'), 1);
        assertEqual(entries(testPath()), []);
    },
};

const [role = null, argument] = System.programArgs;

if (role === 'orphan')
    beOrphaned(argument);
else if (role === 'session')
    haveSession(argument);
else
    await run(tests);
