#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A program for the standard library's tempfile, with one import changed."""

import os

import tmpfile as tempfile

with tempfile.TemporaryDirectory(prefix='app-') as folder:
    with tempfile.NamedTemporaryFile('w+', dir=folder, suffix='.txt') as file:
        file.write('a visible name\n')
        file.flush()
        print(os.path.getsize(file.name), 'bytes')
        # A child that ends deletes nothing of its parent's.
        if os.fork() == 0:
            raise SystemExit
        os.wait()
        assert os.path.exists(file.name)

    with tempfile.SpooledTemporaryFile(max_size=1000) as spool:
        spool.write(b'x' * 1000)        # in memory
        spool.write(b'one more')        # all of it on disk now
        spool.seek(0)
        print(len(spool.read()), 'bytes')

assert not os.path.exists(folder)
