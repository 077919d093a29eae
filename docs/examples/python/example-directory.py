#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A temporary directory: used by its path, and cleaned up with a progress report."""

import os

import gi

gi.require_version('Tf', '1')
from gi.repository import GLib, Tf  # noqa: E402

with Tf.TemporaryDirectory(prefix='app-') as path:
    with open(os.path.join(path, 'notes'), 'w') as notes:
        notes.write('gone in a moment')
    print('in it:', os.listdir(path))
print('gone' if not os.path.exists(path) else 'still there')

# A large tree is cleaned up in the background.
directory = Tf.TemporaryDirectory(prefix='app-')
for i in range(500):
    open(os.path.join(directory, 'file-%d' % i), 'w').close()

loop = GLib.MainLoop()
figures = []


def on_progress(removed, total):
    figures.append(removed)


def on_cleaned_up(source, result):
    source.cleanup_finish(result)
    loop.quit()


directory.cleanup_async(GLib.PRIORITY_DEFAULT, None, on_progress, None, on_cleaned_up)
loop.run()
print('removed', figures[-1], 'entries')
