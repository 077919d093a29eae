// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// How a JavaScript program can end, and what is left then: each way is a program of its own, this
// file with the way's name. And other programs that it starts.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {
    assert, assertEqual, contentsOf, entries, exists, idle, run, testPath,
} from './tf-testing.js';

const NORMAL = GLib.PRIORITY_DEFAULT;
const THINGS = 3;     // what make() leaves in the temporary folder
const SOON = 10e6;    // microseconds; far below what a hang would take
const KILLED = 9;

// A named file with bytes that nobody asked to write, one that was closed, a folder with content.
function make() {
    const file = new Tf.TemporaryFile({anonymous: false, buffer_size: 4096});
    file.write('in memory');
    const left = new Tf.TemporaryFile({anonymous: false, delete_on_close: false});
    left.close();
    const dir = new Tf.TemporaryDirectory();
    for (let i = 0; i < 20; i++)
        GLib.mkdir_with_parents(`${dir.get_path()}/${i % 3}/${i}`, 0o700);
    return [file, left, dir];
}

function ready() {
    print(entries(Tf.get_temp_dir()).length);
}

// --- the ways ---

function endInCycle() {
    const node = {things: make()};
    node.self = node;
    node.things[0].node = node;
    ready();
}

function endWithSources() {
    const things = make();
    GLib.timeout_add_seconds(NORMAL, 3600, () => things.length > 0);
    const cancellable = new Gio.Cancellable();
    cancellable.connect(() => things);
    globalThis.cancellable = cancellable;
    ready();
}

function endByException() {
    globalThis.things = make();
    ready();
    throw new Error('on purpose');
}

async function endByRejection() {
    globalThis.things = make();
    ready();
    await idle();
    throw new Error('on purpose');
}

function endBySystemExit() {
    globalThis.things = make();
    ready();
    System.exit(7);
}

function endInCallback() {
    const things = make();
    const loop = new GLib.MainLoop(null, false);
    GLib.idle_add(NORMAL, () => {
        ready();
        System.exit(things.length);
    });
    loop.run();
}

// Nobody turns the main loop any more, and nothing waits for what is under way.
function endWhileBusy() {
    const things = make();
    globalThis.things = things;
    ready();
    things[2].cleanup_async().catch(logError);
    things[0].close_async().catch(logError);
    Tf.TemporaryDirectory.create_async().catch(logError);
    Tf.TemporaryFile.create_named_async().catch(logError);
    System.exit(7);
}

function endWhilePending() {
    globalThis.things = make();
    ready();
    globalThis.promise = new Promise(() => {}).then(() => globalThis.things);
}

async function endAfterAwait() {
    globalThis.things = make();
    globalThis.things.push(await Tf.TemporaryFile.create_named_async());
    const dir = await Tf.TemporaryDirectory.create_async();
    ready();
    await globalThis.things[2].cleanup_async();
    System.exit(dir ? 7 : 1);
}

function endAfterDispose() {
    const things = make();
    ready();
    things.forEach(thing => thing.run_dispose());
    globalThis.things = things;
}

function endAfterCollection() {
    make();
    globalThis.things = make();
    ready();
    System.gc();
    System.gc();
}

function endByKillAfterCleanup() {
    globalThis.things = make();
    ready();
    Tf.cleanup_all();
    const pid = new Gio.Credentials().get_unix_pid();
    Gio.Subprocess.new(['kill', '-KILL', `${pid}`], Gio.SubprocessFlags.NONE);
    GLib.usleep(60e6);
}

// Its status, or minus its signal; and how many things it makes before it is ready.
const WAYS = {
    'globals': [() => {
        globalThis.things = make();
        ready();
    }, 0],
    'a cycle': [endInCycle, 0],
    'sources and closures': [endWithSources, 0],
    'an uncaught exception': [endByException, 1],
    'a rejected promise': [endByRejection, 1],
    'System.exit()': [endBySystemExit, 7],
    'System.exit() in a callback': [endInCallback, THINGS],
    'System.exit() while operations run': [endWhileBusy, 7],
    'a promise that is never settled': [endWhilePending, 0],
    'System.exit() after await': [endAfterAwait, 7, THINGS + 2],
    'run_dispose()': [endAfterDispose, 0],
    'System.gc()': [endAfterCollection, 0, 2 * THINGS],
    'kill -9 after cleanup_all()': [endByKillAfterCleanup, -KILLED],
};

// --- the tests ---

function finished(process) {
    return new Promise((resolve, reject) => {
        process.communicate_utf8_async(null, null, (source, result) => {
            try {
                resolve(source.communicate_utf8_finish(result)[1]);
            } catch (error) {
                reject(error);
            }
        });
    });
}

function statusOf(process) {
    return process.get_if_exited() ? process.get_exit_status() : -process.get_term_sig();
}

async function checkWay(name) {
    const [, status, made = THINGS] = WAYS[name];
    const begun = GLib.get_monotonic_time();
    const launcher = new Gio.SubprocessLauncher({
        flags: Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_SILENCE,
    });
    // An uncaught exception is a critical of GJS's, and is to end the program as it does elsewhere.
    if (status === 1)
        launcher.unsetenv('G_DEBUG');
    const process = launcher.spawnv(['gjs', '-m', System.programPath, name]);
    const output = await finished(process);

    assertEqual(output, `${made}\n`);
    assertEqual(statusOf(process), status);
    assertEqual(entries(testPath()), []);
    assert(GLib.get_monotonic_time() - begun < SOON);
}

// The parent's things are as they were.
function checkThings([file, left, dir]) {
    assertEqual(entries(testPath()).length, THINGS);
    assert(exists(left.get_path()));
    assertEqual(entries(dir.get_path()).sort(), ['0', '1', '2']);
    assertEqual(entries(`${dir.get_path()}/1`).length, 7);
    assertEqual(contentsOf(file.get_path()), '');
    file.get_output_stream().flush(null);
    assertEqual(contentsOf(file.get_path()), 'in memory');
    file.close();
    left.run_dispose();
    dir.cleanup();
}

// Another process has the whole lease refused, with util-linux's flock.
function checkLease(dir) {
    const process = Gio.Subprocess.new(['flock', '-n', '-x', '-E', '9', dir.get_path(), 'true'],
        Gio.SubprocessFlags.NONE);
    process.wait(null);
    assertEqual(statusOf(process), 9);
}

const tests = {
    async 'other programs'() {
        const things = make();
        for (const argv of [['true'], ['sh', '-c', 'exit 3'], ['sh', '-c', 'kill -9 $$']]) {
            for (const flags of [Gio.SubprocessFlags.NONE, Gio.SubprocessFlags.INHERIT_FDS]) {
                const process = Gio.Subprocess.new(argv, flags | Gio.SubprocessFlags.STDOUT_PIPE);
                assertEqual(await finished(process), '');
            }
        }
        checkLease(things[2]);
        checkThings(things);
    },

    'a program that cannot be started'() {
        const things = make();
        let problem = null;
        try {
            Gio.Subprocess.new([testPath('missing')], Gio.SubprocessFlags.NONE);
        } catch (error) {
            problem = error;
        }
        assert(problem !== null);
        checkLease(things[2]);
        checkThings(things);
    },

    async 'a program that makes its own'() {
        const things = make();
        const process = Gio.Subprocess.new(['gjs', '-m', System.programPath, 'globals'],
            Gio.SubprocessFlags.STDOUT_PIPE);
        assertEqual(await finished(process), `${2 * THINGS}\n`);
        assert(process.get_successful());
        checkLease(things[2]);
        checkThings(things);
    },

    async 'a program that is given a descriptor'() {
        const dir = new Tf.TemporaryDirectory();
        GLib.file_set_contents(dir.get_child('inside').get_path(), '');
        const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDOUT_PIPE});
        launcher.take_fd(dir.dup_fd(), 7);
        const output = await finished(launcher.spawnv(['ls', '/proc/self/fd/7/']));
        launcher.close();
        assertEqual(output, 'inside\n');
        checkLease(dir);
        dir.cleanup();
    },
};

for (const name in WAYS)
    tests[`ended by ${name}`] = () => checkWay(name);

if (System.programArgs.length > 0)
    await WAYS[System.programArgs[0]][0]();
else
    await run(tests);
