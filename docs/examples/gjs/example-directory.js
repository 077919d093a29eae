#!/usr/bin/env -S gjs -m
// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// A temporary directory, cleaned up in the background with a progress report.

import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

const dir = new Tf.TemporaryDirectory({prefix: 'app-'});
for (let i = 0; i < 500; i++)
    GLib.file_set_contents(dir.get_child(`file-${i}`).get_path(), '');

let figure = 0;
await dir.cleanup_async(GLib.PRIORITY_DEFAULT, null, removed => {
    figure = removed;
});
print(`removed ${figure} entries`);

// Or for as long as a function runs.
const file = await Tf.withTemporaryDirectory(async folder => {
    const child = folder.create_file('notes-', '.txt');
    child.write('gone in a moment');
    await child.close_async();
    return folder.get_file();
});
print(file.query_exists(null) ? 'still there' : 'gone');
