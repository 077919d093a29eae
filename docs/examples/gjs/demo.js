// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the library does, shown in JavaScript: files that go, a spool, a large directory cleaned up
// in the background, a file published.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

const FOLDERS = 200;
const FILES_PER_FOLDER = 100;
const FILES = FOLDERS * FILES_PER_FOLDER;
const SPOOL_MEMORY = 64 * 1024;    // bytes
const BAR_WIDTH = 40;              // characters

const text = bytes => new TextDecoder().decode(bytes);
const seconds = start => ((GLib.get_monotonic_time() - start) / 1e6).toFixed(2);
const there = path => GLib.file_test(path, GLib.FileTest.EXISTS) ? 'there' : 'gone';
const contents = path => text(GLib.file_get_contents(path)[1]);

function modeOf(path) {
    const info = Gio.File.new_for_path(path).query_info('unix::mode', 0, null);
    return (info.get_attribute_uint32('unix::mode') & 0o7777).toString(8).padStart(4, '0');
}

function showFiles() {
    print('1. Files that go when they are closed');
    const anonymous = new Tf.TemporaryFile();
    anonymous.write('Hello from a file without a name.');
    anonymous.seek(0);
    const data = anonymous.read();
    print(`   anonymous   ${data.length} bytes written and read back: “${text(data)}”`);
    anonymous.close();

    const named = new Tf.TemporaryFile({anonymous: false, prefix: 'demo-', suffix: '.txt'});
    named.write('Hello by name.');
    const path = named.get_path();
    print(`   named       ${path}, mode ${modeOf(path)}`);
    print(`               somebody else reads: “${contents(path)}”; it is ${there(path)}`);
    named.close();
    print(`   closed      it is ${there(path)}`);
}

function showSpool() {
    print(`2. A spool of ${SPOOL_MEMORY} bytes in memory`);
    const spool = new Tf.SpooledFile({max_size: SPOOL_MEMORY});
    let onDisk = false;
    for (const count of [...Array(4).fill(SPOOL_MEMORY / 4), 1]) {
        spool.write('a'.repeat(count));
        const wasOnDisk = onDisk;
        onDisk = spool.is_rolled_over();
        print(`   +${String(count).padStart(5)} = ${String(spool.get_size()).padStart(6)} bytes, ` +
            (onDisk ? 'on disk' : 'in memory') +
            (onDisk && !wasOnDisk ? '   <- rolled over' : ''));
    }
    spool.close();
}

function makeTree(root) {
    for (let i = 0; i < FOLDERS; i++) {
        const folder = root.get_child(`folder-${i}`);
        folder.make_directory(null);
        for (let j = 0; j < FILES_PER_FOLDER; j++)
            folder.get_child(`file-${j}`).create(Gio.FileCreateFlags.NONE, null).close(null);
    }
}

function makeProgress() {
    let shown = 0;
    return (current, total) => {
        const all = total > 0 ? total : FILES + FOLDERS;
        const filled = Math.min(Math.floor(current * BAR_WIDTH / all), BAR_WIDTH);
        const tenth = Math.floor(filled * 10 / BAR_WIDTH);
        if (tenth <= shown)
            return;
        shown = tenth;
        const bar = '#'.repeat(filled).padEnd(BAR_WIDTH);
        print(`   [${bar}] ${String(current).padStart(6)} removed`);
    };
}

async function showDirectory() {
    print(`3. A directory with a tree of ${FILES} files, cleaned up in the background`);
    const dir = new Tf.TemporaryDirectory({prefix: 'demo-'});
    const path = dir.get_path();
    let start = GLib.get_monotonic_time();
    makeTree(dir.get_file());
    print(`   ${path}: ${FILES} files made in ${seconds(start)} s`);

    start = GLib.get_monotonic_time();
    await dir.cleanup_async(GLib.PRIORITY_DEFAULT, null, makeProgress());
    print(`   cleaned up in ${seconds(start)} s; it is ${there(path)}`);
}

async function showPublishing() {
    print('4. A file published');
    const dir = new Tf.TemporaryDirectory({prefix: 'demo-'});
    const report = dir.get_child('report.txt');
    const path = report.get_path();
    const file = new Tf.TemporaryFile({directory: dir.get_file()});
    file.write('The report, complete or not there at all.');
    const already = report.query_exists(null) ? 'yes' : 'no';
    print(`   written     is there a ${path} already? ${already}`);
    await file.persist_async(report, Tf.PersistFlags.NONE);
    file.close();
    print(`   published   it is ${there(path)}, mode ${modeOf(path)}: “${contents(path)}”`);
    await dir.cleanup_async();
}

const loop = new GLib.MainLoop(null, false);
let failure = null;

async function main() {
    showFiles();
    showSpool();
    await showDirectory();
    await showPublishing();
}

main().catch(error => (failure = error)).finally(() => loop.quit());
loop.run();
if (failure !== null)
    throw failure;
