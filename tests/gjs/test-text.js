// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// Text streams as JavaScript sees them.

import Gio from 'gi://Gio';
import Tf from 'gi://Tf?version=1';

import {Code, assert, assertEqual, assertThrows, run} from './tf-testing.js';

function encode(text, ...how) {
    const base = Gio.MemoryOutputStream.new_resizable();
    const stream = Tf.text_output_stream_new(base, ...how);
    stream.put_string(text, null);
    stream.close(null);
    assert(base.is_closed());
    return [...base.steal_as_bytes().toArray()];
}

await run({
    'defaults'() {
        assertEqual(encode('é\n'), [0xc3, 0xa9, 10]);
        const base = Gio.MemoryInputStream.new_from_bytes(new TextEncoder().encode('a\rb\r\né'));
        const stream = Tf.text_input_stream_new(base);
        for (const line of ['a', 'b', 'é', null])
            assertEqual(stream.read_line_utf8(null)[0], line);
        stream.close(null);
        assert(base.is_closed());
    },

    'encodings, line ends and errors'() {
        assertEqual(encode('é', 'latin-1'), [0xe9]);
        assertEqual(encode('\n', null, Tf.Newline.CRLF), [13, 10]);
        assertEqual(encode('€', 'ascii', Tf.Newline.LF, Tf.TextErrors.REPLACE), [63]);
        assertThrows(Code.INVALID_DATA, () => encode('€', 'ascii'));
        assertThrows(Code.NOT_SUPPORTED, () => encode('', 'no-such-encoding'));
        assertThrows(Code.NOT_SUPPORTED,
            () => Tf.text_input_stream_new(new Gio.MemoryInputStream(), ''));
    },

    'a temporary file'() {
        const file = new Tf.TemporaryFile();
        const out = Tf.text_output_stream_new(file.get_output_stream(), 'utf-16');
        out.put_string('eins\n', null);
        out.put_string('zwei 😀\n', null);
        out.close(null);
        file.seek(0);
        const stream = Tf.text_input_stream_new(file.get_input_stream(), 'utf-16');
        assertEqual(stream.read_line_utf8(null)[0], 'eins');
        assertEqual(stream.read_line_utf8(null)[0], 'zwei 😀');
        assertEqual(stream.read_line_utf8(null)[0], null);
        stream.close(null);
        file.close();
    },

    'line ends alone'() {
        const converter = Tf.NewlineConverter.new(Tf.Newline.UNIVERSAL, Tf.Newline.CR);
        const base = Gio.MemoryOutputStream.new_resizable();
        const stream = Gio.ConverterOutputStream.new(base, converter);
        stream.write_all('a\r\nb\n', null);
        stream.close(null);
        assertEqual([...base.steal_as_bytes().toArray()], [97, 13, 98, 13]);
    },
});
