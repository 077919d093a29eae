#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Publishing: written without a name, then under its name at once and complete."""

import os

import gi

gi.require_version('Tf', '1')
from gi.repository import Tf  # noqa: E402

with Tf.TemporaryDirectory() as folder:
    report = os.path.join(folder, 'report.txt')

    with Tf.TemporaryFile(directory=folder) as f:
        f.write(b'first edition\n')
        f.persist(report)

    with Tf.TemporaryFile(directory=folder) as f:
        f.write(b'second edition\n')
        try:
            f.persist(report)
        except FileExistsError as error:
            print('not over an existing file:', error.filename == report)
        f.persist(report, Tf.PersistFlags.REPLACE)

    with open(report) as published:
        print(published.read(), end='')
