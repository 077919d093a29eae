# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Text streams give and write what Python's io.TextIOWrapper does: random text, bytes, encodings,
line ends, treatments of errors, and pieces of any size."""

import atexit
import io
import os
import random
import re
import shutil
import socket
import tempfile

# It keeps tables in a folder, by default in the working folder.
_storage = tempfile.mkdtemp(prefix='tf-hypothesis-', dir='/tmp')
atexit.register(shutil.rmtree, _storage)
os.environ['HYPOTHESIS_STORAGE_DIRECTORY'] = _storage

import hypothesis  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from tf_testing import Case, Gio, GLib, Tf, main, scale  # noqa: E402

SEED = int(os.environ.get('TF_TEST_SEED') or random.SystemRandom().randrange(1 << 32))

NEWLINES = {
    Tf.Newline.UNIVERSAL: None,
    Tf.Newline.KEEP: '',
    Tf.Newline.LF: '\n',
    Tf.Newline.CR: '\r',
    Tf.Newline.CRLF: '\r\n',
}
ERRORS = {
    Tf.TextErrors.STRICT: 'strict',
    Tf.TextErrors.IGNORE: 'ignore',
    Tf.TextErrors.REPLACE: 'replace',
    Tf.TextErrors.BACKSLASH_REPLACE: 'backslashreplace',
}
WITH_MARK = ('utf-16', 'utf-32', 'utf-8-sig')
ENCODINGS = WITH_MARK + (
    'utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be', 'latin-1', 'ascii', 'cp1252',
    'iso8859-15', 'koi8_r', 'cp437', 'shift_jis', 'gb2312', 'iso2022_jp')

# Where glibc, GIO and Python differ in what is tested here, all of it. glibc reads these two bytes
# of Shift-JIS as JIS X 0201 has them, yen sign and overline; Python as ASCII.
SHIFT_JIS_READ = {0xa5: '\\', 0x203e: '~'}
# And it writes these three, which Python does not know in Shift-JIS.
SHIFT_JIS_WRITE = re.compile('[\uffe0-\uffe2]')
# Characters with which ISO-2022 shifts; glibc does not write or read them as text, Python does.
SHIFTS = re.compile('[\x0e\x0f\x1b]')
# Python's utf-8-sig loses the beginning of a mark when there is nothing else.
HALF_MARKS = (b'\xef', b'\xef\xbb')

newlines = st.sampled_from(list(NEWLINES))
errors = st.sampled_from(list(ERRORS))
encodings = st.sampled_from(ENCODINGS)
texts = st.lists(st.one_of(
    st.sampled_from(['\r', '\n', '\r\n', '\r\r', 'a', 'é', 'ä', '€', '日本', '語', 'ｱ', '\\', '~',
                     '¥', '😀', '\ufeff', '\ufffd', '\U000e0041', '\x80', '\x81', '\0', '?', 'б']),
    st.text(st.characters(blacklist_categories=['Cs']), max_size=8),
), max_size=12).map(''.join)
# What decoders stumble over.
scraps = st.sampled_from([
    b'\xff', b'\xc0\x80', b'\xe0\x80\x80', b'\xed\xa0\x80', b'\xed\xb0\x80', b'\xf0\x80\x80\x80',
    b'\xf4\x90\x80\x80', b'\xf8\x88\x80\x80\x80', b'\xf0\x9f\x98', b'\xe2\x82', b'\xc3', b'\x80',
    b'\x00\xd8', b'\xd8\x00', b'\x00\xdc', b'\xdc\x00', b'\xff\xfe', b'\xfe\xff', b'\xef\xbb\xbf',
    b'\xef\xbb', b'\xff\xfe\x00\x00', b'\x00\x00\xfe\xff', b'\x00\x00\x11\x00', b'\x81', b'\x8f',
    b'\x90\x20', b'\r', b'\n', b'\r\n', b'\0', b'\x1b$B', b'\x1b(B', b'\x1b$', b'\xb0\xa1'])


@st.composite
def broken_texts(draw, encoding):
    if encoding == 'iso2022_jp':
        # Escape sequences that are none are text to Python, and invalid to glibc.
        return SHIFTS.sub('', draw(texts)).encode(encoding, 'ignore')
    pieces = draw(st.lists(st.one_of(
        texts.map(lambda text: text.encode(encoding, 'ignore')), scraps, st.binary(max_size=6)),
        max_size=6))
    data = b''.join(pieces)
    data = data[:draw(st.integers(0, len(data)))] if draw(st.booleans()) else data
    return b'' if encoding == 'utf-8-sig' and data in HALF_MARKS else data


def chunks(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)]


def input_in_chunks(data, size):
    """A stream each read of which gives `size` bytes at most: one packet."""
    # No more packets than the socket holds.
    size = max(size, len(data) // 200 + 1)
    mine, others = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with mine:
        mine.setblocking(False)
        for chunk in chunks(data, size):
            mine.send(chunk)
    return Gio.UnixInputStream.new(others.detach(), True)


def read_all(stream, size, prefix):
    while True:
        data = stream.read_bytes(size, None).get_data()
        if not data:
            return
        prefix.append(data)


def translate(text, newline):
    if newline != Tf.Newline.UNIVERSAL:
        return text
    return text.replace('\r\n', '\n').replace('\r', '\n')


def checked(examples):
    """A test of as many examples, from the seed that was printed."""
    def decorate(test):
        settings = hypothesis.settings(
            max_examples=examples, database=None, deadline=None, print_blob=False,
            suppress_health_check=list(hypothesis.HealthCheck))
        return hypothesis.seed(SEED)(settings(test))
    return decorate


class Text(Case):
    @checked(scale(60, 400, 6000))
    @hypothesis.given(st.data(), encodings, newlines, errors, st.integers(1, 9),
                      st.integers(1, 9))
    def test_reading(self, data, encoding, newline, policy, chunk, size):
        raw = data.draw(broken_texts(encoding))
        expected, failure = None, None
        try:
            expected = io.TextIOWrapper(io.BytesIO(raw), encoding, ERRORS[policy],
                                        NEWLINES[newline]).read()
        except UnicodeError as error:
            failure = error
        stream = Tf.text_input_stream_new(input_in_chunks(raw, chunk), encoding, newline, policy)
        stream.set_buffer_size(size)
        got = []
        try:
            read_all(stream, size, got)
            self.assertIsNone(failure)
        except GLib.Error as error:
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_DATA))
            self.assertIsNotNone(failure, error)
            self.assertIn(encoding, error.message)
        finally:
            stream.close(None)
        text = b''.join(got).decode()
        if encoding == 'shift_jis':
            text = text.translate(SHIFT_JIS_READ)
        if failure is None:
            self.assertEqual(text, expected)
        elif encoding not in WITH_MARK:
            # What is before the mistake was read.
            try:
                raw.decode(encoding)
            except UnicodeDecodeError as error:
                before = raw[:error.start].decode(encoding)
                self.assertEqual(text, translate(before, newline))

    @checked(scale(60, 250, 3000))
    @hypothesis.given(texts, encodings, newlines, st.integers(1, 9), st.integers(1, 9))
    def test_lines(self, text, encoding, newline, chunk, size):
        # GIO's lines end at a NUL in Python.
        text = text.replace('\0', '')
        if encoding == 'iso2022_jp':
            text = SHIFTS.sub('', text)
        if newline == Tf.Newline.KEEP:
            # GIO leaves a CR at the very end of the text in the last line.
            text = text.rstrip('\r')
        raw = text.encode(encoding, 'replace')
        ends = NEWLINES[newline]
        lines = list(io.TextIOWrapper(io.BytesIO(raw), encoding, 'strict', ends))
        end = re.compile({None: '\n$', '': '(\r\n|\r|\n)$'}.get(ends, '%s$' % ends)
                         .replace('$', r'\Z'))
        stream = Tf.text_input_stream_new(input_in_chunks(raw, chunk), encoding, newline)
        stream.set_buffer_size(size)
        got = []
        while True:
            line, length = stream.read_line_utf8(None)
            if line is None:
                break
            got.append(line.translate(SHIFT_JIS_READ) if encoding == 'shift_jis' else line)
        stream.close(None)
        self.assertEqual(got, [end.sub('', line) for line in lines])

    def oracle_of_writing(self, text, encoding, newline, policy):
        if encoding == 'iso2022_jp':
            # Python's own wrapper forgets to shift back at the end.
            end = NEWLINES[newline] or '\n'
            return text.replace('\n', end).encode(encoding, ERRORS[policy])
        raw = io.BytesIO()
        wrapper = io.TextIOWrapper(raw, encoding, ERRORS[policy], NEWLINES[newline])
        if text:
            wrapper.write(text)
        wrapper.flush()
        return raw.getvalue()

    @checked(scale(60, 400, 6000))
    @hypothesis.given(texts, encodings, newlines, errors, st.integers(1, 9))
    def test_writing(self, text, encoding, newline, policy, chunk):
        if encoding == 'shift_jis':
            text = SHIFT_JIS_WRITE.sub('', text)
        if encoding == 'iso2022_jp':
            text = SHIFTS.sub('', text)
        failure = None
        try:
            expected = self.oracle_of_writing(text, encoding, newline, policy)
        except UnicodeEncodeError as error:
            failure = error
            before = error.object[:error.start].replace(NEWLINES[newline] or '\n', '\n')
            expected = self.oracle_of_writing(before, encoding, newline, policy)
        base = Gio.MemoryOutputStream.new_resizable()
        stream = Tf.text_output_stream_new(base, encoding, newline, policy)
        try:
            for piece in chunks(text.encode(), chunk):
                stream.write_all(piece, None)
            self.assertIsNone(failure)
        except GLib.Error as error:
            self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_DATA))
            self.assertIsNotNone(failure, error)
            self.assertIn('U+%04X' % ord(failure.object[failure.start]), error.message)
        try:
            stream.close(None)
        except GLib.Error:
            # The character that was refused came in pieces.
            self.assertIsNotNone(failure)
        if failure is not None and not expected and encoding in WITH_MARK:
            return
        got = base.steal_as_bytes().get_data() or b''
        if encoding == 'iso2022_jp':
            # Some characters have two ways; both end in ASCII.
            self.assertEqual((got + b'~').decode(encoding), (expected + b'~').decode(encoding))
        else:
            self.assertEqual(got, expected)

    def test_in_a_temporary_file(self):
        for make in (Tf.TemporaryFile, lambda: Tf.SpooledFile(max_size=4)):
            with make() as f:
                out = Tf.text_output_stream_new(f.get_output_stream(), 'utf-16',
                                                Tf.Newline.CRLF, Tf.TextErrors.STRICT)
                for word in ('eins\n', 'zwei\n', 'drei €\n'):
                    out.put_string(word, None)
                out.set_close_base_stream(False)
                out.close(None)
                # Another one goes on without a second mark.
                out = Tf.text_output_stream_new(f.get_output_stream(), 'utf-16')
                out.put_string('vier\n', None)
                out.close(None)
                f.seek(0)
                self.assertEqual(f.read(), 'eins\r\nzwei\r\ndrei €\r\nvier\n'.encode('utf-16'))
                f.seek(0)
                text = Tf.text_input_stream_new(f.get_input_stream(), encoding='utf-16')
                self.assertEqual([text.read_line_utf8(None)[0] for i in range(5)],
                                 ['eins', 'zwei', 'drei €', 'vier', None])
                text.close(None)

    def test_what_nobody_knows(self):
        base = Gio.MemoryInputStream.new()
        for name in ('no-such-encoding', '', 'ascii//TRANSLIT', 'utf-8é'):
            with self.assert_error(Gio.IOErrorEnum.NOT_SUPPORTED) as expected:
                Tf.text_input_stream_new(base, name)
            self.assertIn(name, expected.exception.message)
        with self.assertRaises(TypeError):
            Tf.text_input_stream_new(None)

    def test_the_names_of_python(self):
        for name in ('latin_1', 'L1', 'latin', 'U8', 'utf_8', 'UTF', 'cp65001', 'utf_16_le', 'u16',
                     'us_ascii', '646', '1252', 'cp1252', 'windows_1252', 'shift_jis', 's_jis',
                     'shiftjis', 'euc_jp', 'ujis', 'iso2022_jp', 'iso-2022-jp', 'iso2022_kr',
                     'big5', 'gb18030', 'koi8_r', 'mac_roman', 'iso8859_15', 'l9', 'cp949', 'utf_7',
                     '037', 'korean'):
            base = Gio.MemoryOutputStream.new_resizable()
            stream = Tf.text_output_stream_new(base, name)
            stream.put_string('text', None)
            stream.close(None)
            self.assertEqual(base.steal_as_bytes().get_data().decode(name), 'text', name)

    def test_line_ends(self):
        converter = Tf.NewlineConverter.new(Tf.Newline.LF, Tf.Newline.CRLF)
        base = Gio.MemoryOutputStream.new_resizable()
        stream = Gio.ConverterOutputStream.new(base, converter)
        stream.write_all(b'a\nb\r\n', None)
        stream.close(None)
        self.assertEqual(base.steal_as_bytes().get_data(), b'a\r\nb\r\r\n')
        converter = Tf.NewlineConverter()
        self.assertEqual(converter.props.from_newline, Tf.Newline.UNIVERSAL)
        self.assertEqual(converter.props.to_newline, Tf.Newline.LF)


if __name__ == '__main__':
    print('# seed %d' % SEED)
    main()
