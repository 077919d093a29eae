#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A temporary file: written, read back, given to a program by its name, gone after."""

import os
import subprocess

import gi

gi.require_version('Tf', '1')
from gi.repository import Tf  # noqa: E402

# Without a name: nobody else can open it.
with Tf.TemporaryFile() as f:
    f.write(b'first line\nsecond line\n')
    f.seek(0)
    for line in f:
        print(line.decode().rstrip())

# With a name, for a program that wants one.
with Tf.TemporaryFile(anonymous=False, suffix='.txt') as f:
    f.write(b'words for another program\n')
    f.flush()
    subprocess.run(['wc', '-w', f], check=True)
    path = f.get_path()

print('gone' if not os.path.exists(path) else 'still there')
