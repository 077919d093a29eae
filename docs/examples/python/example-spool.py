#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A spool: in memory as long as it is small, then a file."""

import gi

gi.require_version('Tf', '1')
from gi.repository import Tf  # noqa: E402

with Tf.SpooledFile(max_size=64 * 1024) as f:
    for i in range(10):
        f.write(bytes(10000))
        print(f.get_size(), 'bytes', 'in a file' if f.is_rolled_over() else 'in memory')
