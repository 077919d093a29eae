#!/usr/bin/env -S gjs -m
// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Publishing: written without a name, then under its name at once and complete.

import Gio from 'gi://Gio';
import Tf from 'gi://Tf?version=1';

await Tf.withTemporaryDirectory(async folder => {
    const report = folder.get_child('report.txt');

    const first = new Tf.TemporaryFile({directory: folder.file});
    first.write('first edition\n');
    await first.persist_async(report);
    first.close();

    const second = new Tf.TemporaryFile({directory: folder.file});
    second.write('second edition\n');
    try {
        await second.persist_async(report);
    } catch (e) {
        print(`not over an existing file: ${e.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.EXISTS)}`);
    }
    await second.persist_async(report, Tf.PersistFlags.REPLACE);
    second.close();

    const [, contents] = report.load_contents(null);
    print(new TextDecoder().decode(contents).trim());
});
