#!/usr/bin/env python3
# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Text for another program, in the encoding and with the line ends that it wants."""

import gi

gi.require_version('Tf', '1')
from gi.repository import Tf  # noqa: E402

with Tf.TemporaryFile() as f:
    text = Tf.text_output_stream_new(f.get_output_stream(), 'utf-16', Tf.Newline.CRLF)
    text.put_string('Grüße\n', None)
    text.put_string('aus Köln\n', None)
    text.close(None)
    print(f.get_size(), 'bytes')

    f.seek(0)
    text = Tf.text_input_stream_new(f.get_input_stream(), 'utf-16')
    line, length = text.read_line_utf8(None)
    while line is not None:
        print(line)
        line, length = text.read_line_utf8(None)
