#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Sweeping up what earlier runs left, named files that stay behind in no case, and removing a
folder that somebody else made."""

import os

import gi

gi.require_version('Tf', '1')
from gi.repository import GLib, Tf  # noqa: E402

# It is how the name of the session's folder begins; Python does not tell GLib.
GLib.set_prgname('example')
print('swept up', Tf.sweep_orphans(prefix='example-'), 'things of earlier runs')

# In the folder of this process's own, which the next run sweeps if this one is killed.
with Tf.TemporaryFile(location=Tf.Location.SESSION, anonymous=False, suffix='.html') as page:
    print('a browser could open', page.get_path())

path = Tf.mkdtemp(None, 'unpacked-')
for i in range(200):
    open(os.path.join(path, 'file-%d' % i), 'w').close()
figures = []
Tf.remove_tree(path, progress=lambda removed, total: figures.append(removed))
print('removed', figures[-1], 'entries')

try:
    Tf.remove_tree(os.path.expanduser('~'))
except OSError as error:
    print('refused:', error)
