#!/usr/bin/env -S gjs -m
// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// A temporary file: written, read back, given to a program by its name, gone after.

import Gio from 'gi://Gio';
import Tf from 'gi://Tf?version=1';

// Without a name: nobody else can open it.
const anonymous = new Tf.TemporaryFile();
anonymous.write('first line\nsecond line\n');
anonymous.seek(0);
for (const line of anonymous)
    print(line);
anonymous.close();

// With a name, for a program that wants one.
const file = new Tf.TemporaryFile({anonymous: false, suffix: '.txt'});
file.write('words for another program\n');
Gio.Subprocess.new(['wc', '-w', file.get_path()], Gio.SubprocessFlags.NONE).wait_check(null);
const {file: named} = file;
file.close();
print(named.query_exists(null) ? 'still there' : 'gone');
