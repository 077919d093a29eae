#!/usr/bin/env -S gjs -m
// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Sweeping up what earlier runs left, named files that stay behind in no case, and removing a
// folder that somebody else made.

import GLib from 'gi://GLib';
import Tf from 'gi://Tf?version=1';

// It is how the name of the session's folder begins.
GLib.set_prgname('example');
print(`swept up ${await Tf.sweep_orphans_async(null, 'example-')} things of earlier runs`);

// In the folder of this process's own, which the next run sweeps if this one is killed.
const page = new Tf.TemporaryFile({
    location: Tf.Location.SESSION,
    anonymous: false,
    suffix: '.html',
});
print(`a browser could open ${page.get_path()}`);
page.close();

const path = Tf.mkdtemp(null, 'unpacked-');
for (let i = 0; i < 200; i++)
    GLib.file_set_contents(`${path}/file-${i}`, '');
let figure = 0;
await Tf.remove_tree_async(path, Tf.RemoveFlags.NONE, GLib.PRIORITY_DEFAULT, null, removed => {
    figure = removed;
});
print(`removed ${figure} entries`);
