#!/usr/bin/env -S gjs -m
// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Temporary files are removed when the program is told to end by SIGTERM or SIGINT. The library
// installs no signal handler; the program does, as a source of its main loop. It then ends as at
// any other time, with status 0.

import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

const [SIGINT, SIGTERM] = [2, 15];
const loop = new GLib.MainLoop(null, false);

function terminate() {
    // A source of the main loop, no signal handler: everything may be called here.
    Tf.cleanup_all();
    loop.quit();
    return GLib.SOURCE_REMOVE;
}

// From GLib 2.80 what only Unix has is in a namespace of its own.
const add_signal = await import('gi://GLibUnix').then(
    ({default: GLibUnix}) => GLibUnix.signal_add ?? GLibUnix.signal_add_full,
    () => GLib.unix_signal_add);

// Before anything is made, so that no moment is left when a signal would end the program.
for (const number of [SIGTERM, SIGINT])
    add_signal(GLib.PRIORITY_DEFAULT, number, terminate);

const file = new Tf.TemporaryFile({anonymous: false, prefix: 'app-'});
const dir = new Tf.TemporaryDirectory({prefix: 'app-'});
GLib.file_set_contents(dir.get_child('notes').get_path(), 'not for ever');

print(`${file.get_path()}\n${dir.get_path()}\nPress Ctrl+C: both go.`);
loop.run();
