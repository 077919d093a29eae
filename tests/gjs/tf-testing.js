// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// The fixture of every JavaScript test: a temporary folder of the test's own, the assertion that
// neither a file nor a descriptor is left, and results as TAP.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

export const Code = Gio.IOErrorEnum;

let folder = null;

// The running test's folder, or a name in it.
export function testPath(name = null) {
    return name === null ? folder : GLib.build_filenamev([folder, name]);
}

export function assert(condition, message = 'a condition is not true') {
    if (!condition)
        throw new Error(message);
}

export function assertEqual(actual, expected) {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b)
        throw new Error(`${a} is not ${b}`);
}

export function assertMatch(actual, expression) {
    if (!expression.test(actual))
        throw new Error(`${actual} does not match ${expression}`);
}

function checkError(error, code) {
    if (!(error instanceof Gio.IOErrorEnum))
        throw error;
    if (code !== null && !error.matches(Gio.IOErrorEnum, code))
        throw new Error(`code ${error.code} is not ${code}: ${error.message}`);
    assert(error.message !== '', 'the message is empty');
    return error;
}

// A call has to throw a Gio.IOErrorEnum of this code.
export function assertThrows(code, func) {
    try {
        func();
    } catch (error) {
        return checkError(error, code);
    }
    throw new Error(`nothing was thrown by ${func}`);
}

// The same for a promise.
export async function assertRejects(code, promise) {
    try {
        await promise;
    } catch (error) {
        return checkError(error, code);
    }
    throw new Error('the promise was not rejected');
}

export function exists(path) {
    return GLib.file_test(path, GLib.FileTest.EXISTS) ||
        GLib.file_test(path, GLib.FileTest.IS_SYMLINK);
}

export function entries(path) {
    const names = [];
    const all = Gio.File.new_for_path(path).enumerate_children('standard::name',
        Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    for (let info = all.next_file(null); info !== null; info = all.next_file(null))
        names.push(info.get_name());
    all.close(null);
    return names;
}

export function decode(bytes) {
    return new TextDecoder().decode(bytes);
}

export function contentsOf(path) {
    return decode(GLib.file_get_contents(path)[1]);
}

export function isOpen(fd) {
    return exists(`/proc/self/fd/${fd}`) || GLib.file_test(`/proc/self/fd/${fd}`,
        GLib.FileTest.IS_REGULAR);
}

export function removeTree(path) {
    if (!exists(path))
        return;
    if (!GLib.file_test(path, GLib.FileTest.IS_SYMLINK) &&
        GLib.file_test(path, GLib.FileTest.IS_DIR))
        entries(path).forEach(name => removeTree(`${path}/${name}`));
    Gio.File.new_for_path(path).delete(null);
}

// The open descriptors with what they are, but for those of main contexts.
function descriptors() {
    const found = [];
    for (const fd of entries('/proc/self/fd')) {
        let target;
        try {
            target = GLib.file_read_link(`/proc/self/fd/${fd}`);
        } catch (error) {
            continue;
        }
        if (!target.includes('anon_inode:') && !/\/proc\/.*\/fd$/.test(target))
            found.push(`${fd} ${target}`);
    }
    return found.sort();
}

// Lets the main loop turn once, which also ends the promise whose function a result came to.
export function idle() {
    return new Promise(resolve => {
        GLib.idle_add(GLib.PRIORITY_LOW, () => {
            resolve();
            return GLib.SOURCE_REMOVE;
        });
    });
}

async function collect() {
    for (let i = 0; i < 3; i++) {
        await idle();
        System.gc();
    }
}

function enter() {
    folder = GLib.dir_make_tmp('tf-gjs-XXXXXX');
    GLib.setenv('TMPDIR', folder, true);
    GLib.unsetenv('TEMP');
    GLib.unsetenv('TMP');
    Tf.set_temp_dir(null);
    assertEqual(Tf.get_temp_dir(), folder);
}

async function leave(before) {
    await collect();
    const left = entries(folder);
    removeTree(folder);
    assertEqual(left, []);
    assertEqual(descriptors(), before);
}

// Runs an object of functions, the tests.
export async function run(tests) {
    let number = 0;
    let failed = 0;

    print(`1..${Object.keys(tests).length}`);
    for (const [name, test] of Object.entries(tests)) {
        enter();
        await collect();
        const before = descriptors();
        let problem = null;
        try {
            await test();
        } catch (error) {
            problem = error;
        }
        try {
            await leave(before);
        } catch (error) {
            problem = problem ?? error;
        }
        number++;
        print(`${problem ? 'not ok' : 'ok'} ${number} ${name}`);
        if (problem) {
            failed++;
            `${problem.message}\n${problem.stack}`.split('\n').forEach(line => print(`# ${line}`));
        }
    }
    if (failed > 0)
        System.exit(1);
}

// Runs one of the tests' files in a process of its own; returns what it printed.
export async function runScript(path, ...args) {
    const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDOUT_PIPE});
    const process = launcher.spawnv(['gjs', '-m', path, ...args]);
    return new Promise((resolve, reject) => {
        process.communicate_utf8_async(null, null, (source, result) => {
            try {
                const [, output] = source.communicate_utf8_finish(result);
                assert(source.get_successful(), 'the process failed');
                resolve(output);
            } catch (error) {
                reject(error);
            }
        });
    });
}
