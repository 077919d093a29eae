// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// The table "What is left when" of docs/overview.md, one row a case, as JavaScript sees it.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import Tf from 'gi://Tf?version=1';

import {
    assert, assertEqual, exists, idle, isOpen, removeTree, run, runScript,
} from './tf-testing.js';

const [GONE, STAYS] = [false, true];

// What makes each row's object, and what is left: after close(), after dispose or finalize, at
// exit.
const TABLE = {
    'anonymous': [() => new Tf.TemporaryFile(), GONE, GONE, GONE],
    'named': [() => new Tf.TemporaryFile({anonymous: false}), GONE, GONE, GONE],
    'named, delete-on-close FALSE': [
        () => new Tf.TemporaryFile({anonymous: false, delete_on_close: false}),
        STAYS, GONE, GONE,
    ],
    'auto-delete FALSE': [
        () => new Tf.TemporaryFile({anonymous: false, auto_delete: false}),
        STAYS, STAYS, STAYS,
    ],
    'kept': [
        () => {
            const file = new Tf.TemporaryFile({anonymous: false});
            file.keep();
            return file;
        },
        STAYS, STAYS, STAYS,
    ],
    'persisted': [
        () => {
            const file = new Tf.TemporaryFile({anonymous: false});
            file.persist(`${file.get_path()}.destination`);
            return file;
        },
        STAYS, STAYS, STAYS,
    ],
    'persisted from anonymous': [
        () => {
            const file = new Tf.TemporaryFile();
            file.persist(Tf.mktemp());
            return file;
        },
        STAYS, STAYS, STAYS,
    ],
    'file stolen from a spool': [
        () => {
            const spool = new Tf.SpooledFile();
            spool.write('x');
            const file = spool.steal_file();
            assert(spool.is_closed());
            return file;
        },
        GONE, GONE, GONE,
    ],
    'directory': [() => new Tf.TemporaryDirectory(), GONE, GONE, GONE],
    'directory, kept': [
        () => {
            const dir = new Tf.TemporaryDirectory();
            dir.keep();
            return dir;
        },
        STAYS, STAYS, STAYS,
    ],
    'directory, auto-delete FALSE': [
        () => new Tf.TemporaryDirectory({auto_delete: false}), STAYS, STAYS, STAYS,
    ],
};

function make(row) {
    const object = TABLE[row][0]();
    const path = object.get_path();
    if (object instanceof Tf.TemporaryDirectory)
        Gio.File.new_for_path(`${path}/a/b/c`).make_directory_with_parents(null);
    return [object, path, object.get_fd()];
}

function check(path, expected) {
    if (path !== null)
        assertEqual(exists(path), expected);
}

// In a process of its own: every row's object is alive when it ends.
function finish(how) {
    const rows = {};
    const paths = {};
    for (const row in TABLE) {
        rows[row] = make(row);
        paths[row] = rows[row][1];
    }
    globalThis.keptAlive = rows;
    if (how === 'cleanup_all') {
        Tf.cleanup_all();
        Tf.cleanup_all();
    }
    const left = {};
    for (const row in TABLE)
        left[row] = paths[row] !== null && exists(paths[row]);
    print(JSON.stringify({paths, left}));
    if (how === 'System.exit')
        System.exit(0);
}

async function checkExit(how) {
    const {paths, left} = JSON.parse(await runScript(System.programPath, how));
    assertEqual(Object.keys(paths), Object.keys(TABLE));
    for (const row in TABLE) {
        const expected = TABLE[row][3];
        if (how === 'cleanup_all' && paths[row])
            assertEqual(left[row], expected);
        check(paths[row], expected);
        if (paths[row])
            removeTree(paths[row]);
    }
}

const tests = {
    'at exit'() {
        return checkExit('exit');
    },
    'at System.exit()'() {
        return checkExit('System.exit');
    },
    'after cleanup_all()'() {
        return checkExit('cleanup_all');
    },
    'descriptor stolen'() {
        for (const keep of [false, true]) {
            const file = new Tf.TemporaryFile({anonymous: false});
            const path = file.get_path();
            if (keep)
                file.keep();
            const fd = file.steal_fd();
            assert(file.is_closed());
            check(path, keep);
            file.run_dispose();
            check(path, keep);
            assert(isOpen(fd));
            GLib.close(fd);
            removeTree(path);
        }
    },
};

for (const row in TABLE) {
    const [, afterClose, afterDispose] = TABLE[row];

    tests[`${row}: closed`] = function () {
        const [object, path, fd] = make(row);
        assert(isOpen(fd));
        if (object instanceof Tf.TemporaryFile)
            object.close();
        else if (object.auto_delete)
            object.cleanup();
        check(path, afterClose);
        if (object instanceof Tf.TemporaryFile && afterClose === afterDispose)
            assert(!isOpen(fd));
        object.run_dispose();
        check(path, afterDispose);
        assert(!isOpen(fd));
        if (path)
            removeTree(path);
    };
    tests[`${row}: disposed`] = function () {
        const [object, path, fd] = make(row);
        object.run_dispose();
        check(path, afterDispose);
        assert(!isOpen(fd));
        if (path)
            removeTree(path);
    };
    tests[`${row}: dropped`] = async function () {
        let [object, path, fd] = make(row);
        assert(object !== null);
        object = null;
        for (let i = 0; i < 3; i++) {
            await idle();
            System.gc();
        }
        check(path, afterDispose);
        assert(!isOpen(fd));
        if (path)
            removeTree(path);
    };
}

if (System.programArgs.length > 0)
    finish(System.programArgs[0]);
else
    await run(tests);
