#!/usr/bin/env -S gjs -m
// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// A spool: in memory as long as it is small, then a file.

import Tf from 'gi://Tf?version=1';

const spool = new Tf.SpooledFile({max_size: 64 * 1024});
for (let i = 0; i < 10; i++) {
    spool.write(new Uint8Array(10000));
    print(`${spool.get_size()} bytes ${spool.is_rolled_over() ? 'in a file' : 'in memory'}`);
}
spool.close();
