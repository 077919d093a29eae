#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Temporary files are removed when the program is told to end by SIGTERM or SIGINT. The library
installs no signal handler; the program does, as a source of its main loop. It then ends as at any
other time, with status 0."""

import os
import signal

import gi

gi.require_version('Tf', '1')
from gi.repository import GLib, Tf  # noqa: E402

loop = GLib.MainLoop()


def terminate():
    # A source of the main loop, no signal handler: everything may be called here.
    Tf.cleanup_all()
    loop.quit()
    return GLib.SOURCE_REMOVE


# Before anything is made, so that no moment is left when a signal would end the program. This takes
# the place of Python's own handler of SIGINT, so there is no KeyboardInterrupt.
for number in (signal.SIGTERM, signal.SIGINT):
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, terminate)

file = Tf.TemporaryFile(anonymous=False, prefix='app-')
directory = Tf.TemporaryDirectory(prefix='app-')
with open(os.path.join(directory, 'notes'), 'w') as notes:
    notes.write('not for ever')

print(os.fspath(file), os.fspath(directory), 'Press Ctrl+C: both go.', sep='\n', flush=True)
loop.run()
