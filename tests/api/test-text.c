/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Text streams: encodings, line ends, what cannot be converted, in pieces of any size. The tests in
 * Python compare them with Python's own. */

#include "text-helpers.h"

/* The bytes of a string constant, which may have NULs in it. */
#define BYTES(text) (text), sizeof (text) - 1

#define FFFD "\xef\xbf\xbd"
#ifdef G_OS_WIN32
#define SYSTEM_END "\r\n"
#else
#define SYSTEM_END "\n"
#endif
#define MOST 7    /* the largest of the small pieces */

static GDataInputStream *
new_input (gpointer     base,
           const char  *encoding,
           TfNewline    newline,
           TfTextErrors errors)
{
  g_autoptr (GError) error = NULL;
  GDataInputStream *stream = tf_text_input_stream_new (base, encoding, newline, errors, &error);

  g_assert_no_error (error);
  g_assert_true (G_IS_DATA_INPUT_STREAM (stream));
  return stream;
}

static GDataOutputStream *
new_output (gpointer     base,
            const char  *encoding,
            TfNewline    newline,
            TfTextErrors errors)
{
  g_autoptr (GError) error = NULL;
  GDataOutputStream *stream = tf_text_output_stream_new (base, encoding, newline, errors, &error);

  g_assert_no_error (error);
  g_assert_true (G_IS_DATA_OUTPUT_STREAM (stream));
  return stream;
}

static void
put_ok (GDataOutputStream *stream,
        const char        *text)
{
  g_autoptr (GError) error = NULL;

  g_data_output_stream_put_string (stream, text, NULL, &error);
  g_assert_no_error (error);
}

static void
close_output_ok (gpointer stream)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
}

static void
close_input_ok (gpointer stream)
{
  g_autoptr (GError) error = NULL;

  g_input_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
}

/* All that can be read, in small pieces. */
static GByteArray *
read_all (gpointer   stream,
          gsize      piece,
          GError   **error)
{
  GByteArray *all = g_byte_array_new ();
  guchar buffer[64];
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, piece, NULL, error)) > 0)
    g_byte_array_append (all, buffer, (guint) n);
  return all;
}

/* --- line ends ------------------------------------------------------------------------------ */

static const struct
{
  TfNewline from;
  TfNewline to;
  const char *in;
  const char *out;
} ends[] =
{
  { TF_NEWLINE_UNIVERSAL, TF_NEWLINE_LF, "a\rb\nc\r\nd\n\re\r\r\n\r", "a\nb\nc\nd\n\ne\n\n\n" },
  { TF_NEWLINE_UNIVERSAL, TF_NEWLINE_LF, "", "" },
  { TF_NEWLINE_UNIVERSAL, TF_NEWLINE_LF, "\r", "\n" },
  { TF_NEWLINE_UNIVERSAL, TF_NEWLINE_CRLF, "a\rb\nc\r\n\r", "a\r\nb\r\nc\r\n\r\n" },
  { TF_NEWLINE_UNIVERSAL, TF_NEWLINE_CR, "\n\r\n\r", "\r\r\r" },
  { TF_NEWLINE_LF, TF_NEWLINE_CRLF, "a\n\nb\r\n", "a\r\n\r\nb\r\r\n" },
  { TF_NEWLINE_LF, TF_NEWLINE_CR, "a\nb\r", "a\rb\r" },
  { TF_NEWLINE_CR, TF_NEWLINE_LF, "a\rb\r\n", "a\nb\n\n" },
  { TF_NEWLINE_CRLF, TF_NEWLINE_LF, "\r\r\na\rb\n\r\n\r", "\r\na\rb\n\n\r" },
  { TF_NEWLINE_CRLF, TF_NEWLINE_CR, "\r\n\r\n\r\r", "\r\r\r\r" },
  { TF_NEWLINE_KEEP, TF_NEWLINE_LF, "\r\n\r", "\r\n\r" },
  { TF_NEWLINE_UNIVERSAL, TF_NEWLINE_KEEP, "\r\n\r", "\r\n\r" },
};

static void
test_newline_converter (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (TfNewlineConverter) converter = NULL;

      converter = tf_newline_converter_new (ends[i].from, ends[i].to);
      for (gsize piece = 1; piece <= MOST; piece++)
        for (gsize room = 1; room <= MOST; room++)
          {
            g_autoptr (GByteArray) out = g_byte_array_new ();
            g_autoptr (GError) error = NULL;

            convert_all (G_CONVERTER (converter), ends[i].in, strlen (ends[i].in), piece, room, out,
                         &error);
            g_assert_no_error (error);
            assert_array (out, ends[i].out, strlen (ends[i].out));
            g_converter_reset (G_CONVERTER (converter));
          }
    }
}

static void
test_newline_converter_calls (void)
{
  g_autoptr (TfNewlineConverter) object = tf_newline_converter_new (TF_NEWLINE_CRLF, TF_NEWLINE_LF);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  GConverter *converter = G_CONVERTER (object);
  TfNewline from;
  TfNewline to;
  gsize n;

  g_object_get (object, "from-newline", &from, "to-newline", &to, NULL);
  g_assert_cmpint (from, ==, TF_NEWLINE_CRLF);
  g_assert_cmpint (to, ==, TF_NEWLINE_LF);

  /* A CR stays over a flush, and a reset forgets it. */
  g_assert_cmpint (convert_piece (converter, "a\r", 2, out, 9, G_CONVERTER_FLUSH, &n, &error),
                   ==, G_CONVERTER_FLUSHED);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (convert_piece (converter, "\n\r", 2, out, 9, 0, &n, &error),
                   ==, G_CONVERTER_CONVERTED);
  assert_array (out, BYTES ("a\n"));
  g_converter_reset (converter);
  g_assert_cmpint (convert_piece (converter, "", 0, out, 9, 0, &n, &error), ==, G_CONVERTER_ERROR);
  assert_io_error (error, G_IO_ERROR_PARTIAL_INPUT);
  g_assert_cmpint (convert_piece (converter, "", 0, out, 9, G_CONVERTER_INPUT_AT_END, &n, &error),
                   ==, G_CONVERTER_FINISHED);
  assert_array (out, BYTES ("a\n"));
}

/* --- reading -------------------------------------------------------------------------------- */

typedef struct
{
  const char *encoding;
  const char *bytes;
  gsize size;
  const char *text;         /* with REPLACE */
  int mistake;              /* the offset that STRICT names, -1 for none */
  const char *escaped;      /* with BACKSLASH_REPLACE; NULL where nothing is wrong */
} Sample;

static const Sample samples[] =
{
  { NULL, BYTES ("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "aä€😀", -1, NULL },
  { "utf-8", BYTES ("a\xc0\x80z"), "a" FFFD FFFD "z", 1, "a\\xc0\\x80z" },
  { "utf-8", BYTES ("\xed\xa0\x80"), FFFD FFFD FFFD, 0, "\\xed\\xa0\\x80" },
  { "utf-8", BYTES ("\xe0\x9f\x80"), FFFD FFFD FFFD, 0, "\\xe0\\x9f\\x80" },
  { "utf-8", BYTES ("\xf4\x90\x80\x80"), FFFD FFFD FFFD FFFD, 0, "\\xf4\\x90\\x80\\x80" },
  { "utf-8", BYTES ("\xf8\x88"), FFFD FFFD, 0, "\\xf8\\x88" },
  { "utf-8", BYTES ("\xf0\x9f\x98" "A"), FFFD "A", 0, "\\xf0\\x9f\\x98" "A" },
  { "utf-8", BYTES ("abc\xf0\x9f\x98"), "abc" FFFD, 3, "abc\\xf0\\x9f\\x98" },
  { "utf-8", BYTES ("\xe2\x82\xe2\x82\xac"), FFFD "€", 0, "\\xe2\\x82€" },
  { "utf-8", BYTES ("\xef\xbb\xbf" "a"), "\ufeffa", -1, NULL },
  { "utf-8-sig", BYTES ("\xef\xbb\xbf" "a\xff"), "a" FFFD, 4, "a\\xff" },
  { "utf-8-sig", BYTES ("\xef\xbb" "a"), FFFD "a", 0, "\\xef\\xbb" "a" },
  { "utf-16", BYTES ("\xff\xfe" "A\0" "\xff\xfe"), "A\ufeff", -1, NULL },
  { "utf-16", BYTES ("\xfe\xff" "\0A"), "A", -1, NULL },
  { "utf-16", BYTES (""), "", -1, NULL },
  { "utf-16le", BYTES ("\x3d\xd8\x00\xde"), "😀", -1, NULL },
  { "utf-16le", BYTES ("\x00\xdc" "A\0"), FFFD "A", 0, "\\x00\\xdcA" },
  { "utf-16le", BYTES ("\x00\xd8" "A\0"), FFFD "A", 0, "\\x00\\xd8" "A" },
  { "utf-16le", BYTES ("A\0" "\x00\xd8" "A"), "A" FFFD, 2, "A\\x00\\xd8\\x41" },
  { "utf-16be", BYTES ("\0A\0"), "A" FFFD, 2, "A\\x00" },
  { "utf-32", BYTES ("\x00\x00\xfe\xff\x00\x01\xf6\x00"), "😀", -1, NULL },
  { "utf-32le", BYTES ("\x00\x00\x11\x00" "A\0\0\0"), FFFD "A", 0, "\\x00\\x00\\x11\\x00" "A" },
  { "utf-32be", BYTES ("\0\0\xd8\0" "\0\0\0A" "\0\0"), FFFD "A" FFFD, 0,
    "\\x00\\x00\\xd8\\x00" "A\\x00\\x00" },
  { "latin-1", BYTES ("\x00\x80\xe4\xff") , NULL, -1, NULL },
  { "ascii", BYTES ("a\x80\xff"), "a" FFFD FFFD, 1, "a\\x80\\xff" },
#ifdef G_OS_WIN32
  /* To Windows every byte of it is a character. */
  { "cp1252", BYTES ("\x80\x81"), "€\xc2\x81", -1, NULL },
#else
  { "cp1252", BYTES ("\x80\x81"), "€" FFFD, 1, "€\\x81" },
#endif
  { "shift_jis", BYTES ("\x93\xfa\x96\x7b\xb1"), "日本ｱ", -1, NULL },
  { "shift_jis", BYTES ("\x93\xfa\x93"), "日" FFFD, 2, "日\\x93" },
  { "shift_jis", BYTES ("\x93 \x93\xfa"), FFFD " 日", 0, "\\x93 日" },
  { "iso2022_jp", BYTES ("a\x1b$B\x46\x7c\x1b(Bb"), "a日b", -1, NULL },
};

static void
read_sample (const Sample *sample,
             gsize         chunk,
             gsize         room,
             TfTextErrors  errors,
             const char   *expected,
             gsize         size)
{
  SlowInput *base = slow_input_new (sample->bytes, sample->size, chunk);
  GDataInputStream *stream = new_input (base, sample->encoding, TF_NEWLINE_KEEP, errors);
  g_autoptr (GByteArray) out = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *offset = g_strdup_printf (" %d", sample->mistake);
  guchar byte;

  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (stream), room);
  out = read_all (stream, room, &error);
  assert_array (out, expected, size);
  if (errors == TF_TEXT_ERRORS_STRICT && sample->mistake >= 0)
    {
      assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, offset);
      /* It stays, and no byte is lost or doubled by it. */
      g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (stream), &byte, 1, NULL, &error),
                       ==, -1);
      assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, offset);
    }
  g_assert_no_error (error);
  close_input_ok (stream);
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (base)));
  g_assert_finalize_object (stream);
  g_assert_finalize_object (base);
}

/* What is before the first replacement; also where the text is ignored but for them. */
static char *
without (const char *text,
         gboolean    rest)
{
  g_auto (GStrv) parts = g_strsplit (text, FFFD, -1);

  return rest ? g_strjoinv ("", parts) : g_strdup (parts[0]);
}

static void
test_reading (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      const Sample *sample = &samples[i];
      /* NUL is a character like others. */
      const char *text = sample->text != NULL ? sample->text : "\0\xc2\x80ä\xc3\xbf";
      gsize size = sample->text != NULL ? strlen (text) : 7;
      gboolean bad = sample->mistake >= 0;
      g_autofree char *first = bad ? without (text, FALSE) : g_memdup2 (text, size + 1);
      g_autofree char *rest = bad ? without (text, TRUE) : g_memdup2 (text, size + 1);
      const char *escaped = bad ? sample->escaped : text;

      for (gsize chunk = 1; chunk <= MOST; chunk++)
        for (gsize room = 1; room <= MOST; room += 2)
          {
            read_sample (sample, chunk, room, TF_TEXT_ERRORS_REPLACE, text, size);
            read_sample (sample, chunk, room, TF_TEXT_ERRORS_STRICT, first,
                         bad ? strlen (first) : size);
            read_sample (sample, chunk, room, TF_TEXT_ERRORS_IGNORE, rest,
                         bad ? strlen (rest) : size);
            read_sample (sample, chunk, room, TF_TEXT_ERRORS_BACKSLASH_REPLACE, escaped,
                         bad ? strlen (escaped) : size);
          }
    }
}

/* No order of bytes is guessed, whatever the treatment. */
static void
test_no_mark (void)
{
  const char *names[] = { "utf-16", "UTF_32" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (TfTextErrors errors = TF_TEXT_ERRORS_STRICT; errors <= TF_TEXT_ERRORS_BACKSLASH_REPLACE;
         errors++)
      {
        g_autoptr (SlowInput) base = slow_input_new (BYTES ("A\0B\0C\0D\0"), 3);
        g_autoptr (GDataInputStream) stream = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (GByteArray) out = NULL;

        stream = new_input (base, names[i], TF_NEWLINE_UNIVERSAL, errors);
        out = read_all (stream, 4, &error);
        assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, names[i]);
        g_assert_cmpuint (out->len, ==, 0);
      }
}

static void
test_reading_lines (void)
{
  static const struct
  {
    TfNewline newline;
    const char *lines;        /* separated by bars */
  } modes[] =
  {
    { TF_NEWLINE_UNIVERSAL, "a|b||c|d" },
    { TF_NEWLINE_KEEP, "a|b||c|d" },
    { TF_NEWLINE_LF, "a\rb|\r|c\r|d" },
    { TF_NEWLINE_CR, "a|b\n|\nc|\nd" },
    { TF_NEWLINE_CRLF, "a\rb\n|c|d" },
  };
  const char *text = "a\rb\n\r\nc\r\nd";

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    for (gsize chunk = 1; chunk <= MOST; chunk++)
      {
        g_autoptr (SlowInput) base = slow_input_new (text, strlen (text), chunk);
        g_autoptr (GDataInputStream) stream = NULL;
        g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
        g_autofree char *joined = NULL;
        g_autoptr (GError) error = NULL;
        char *line;

        stream = new_input (base, "ascii", modes[i].newline, TF_TEXT_ERRORS_STRICT);
        while ((line = g_data_input_stream_read_line_utf8 (stream, NULL, NULL, &error)) != NULL)
          g_ptr_array_add (lines, line);
        g_assert_no_error (error);
        g_ptr_array_add (lines, NULL);
        joined = g_strjoinv ("|", (char **) lines->pdata);
        g_assert_cmpstr (joined, ==, modes[i].lines);
      }
}

static void
test_reading_fails_and_goes_on (void)
{
  const char text[] = "\xff\xfe" "a\0\r\0\n\0=\xd8\0\xde";

  for (gsize chunk = 1; chunk <= MOST; chunk++)
    {
      g_autoptr (SlowInput) base = slow_input_new (BYTES (text), chunk);
      g_autoptr (GDataInputStream) stream = NULL;
      g_autoptr (GByteArray) all = g_byte_array_new ();
      gssize n = -1;

      base->flaky = TRUE;
      stream = new_input (base, "utf-16", TF_NEWLINE_UNIVERSAL, TF_TEXT_ERRORS_STRICT);
      while (n != 0)
        {
          g_autoptr (GError) error = NULL;
          guchar buffer[MOST];

          n = g_input_stream_read (G_INPUT_STREAM (stream), buffer, chunk, NULL, &error);
          if (n < 0)
            g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
          else
            g_byte_array_append (all, buffer, (guint) n);
        }
      assert_array (all, BYTES ("a\n😀"));
    }
}

/* --- writing -------------------------------------------------------------------------------- */

typedef struct
{
  const char *encoding;
  TfNewline newline;
  TfTextErrors errors;
  const char *text;
  const char *bytes;
  gsize size;
} Output;

#define STRICT TF_NEWLINE_LF, TF_TEXT_ERRORS_STRICT
#define IGNORE TF_NEWLINE_LF, TF_TEXT_ERRORS_IGNORE
#define REPLACE TF_NEWLINE_LF, TF_TEXT_ERRORS_REPLACE
#define BACKSLASH TF_NEWLINE_LF, TF_TEXT_ERRORS_BACKSLASH_REPLACE

static const Output outputs[] =
{
  { NULL, TF_NEWLINE_UNIVERSAL, TF_TEXT_ERRORS_STRICT, "aä€😀\r\n",
    BYTES ("aä€😀\r" SYSTEM_END) },
  { NULL, TF_NEWLINE_KEEP, TF_TEXT_ERRORS_STRICT, "\n\r", BYTES ("\n\r") },
  { NULL, TF_NEWLINE_CR, TF_TEXT_ERRORS_STRICT, "ä\n\r\n", BYTES ("ä\r\r\r") },
  { "utf-16le", TF_NEWLINE_CRLF, TF_TEXT_ERRORS_STRICT, "a\n\n", BYTES ("a\0\r\0\n\0\r\0\n\0") },
  { "latin-1", TF_NEWLINE_CRLF, TF_TEXT_ERRORS_STRICT, "\nä\r\n", BYTES ("\r\n\xe4\r\r\n") },
  { "utf-16le", STRICT, "A😀", BYTES ("A\0\x3d\xd8\x00\xde") },
  { "utf-32be", STRICT, "😀", BYTES ("\x00\x01\xf6\x00") },
  { "utf-8-sig", STRICT, "ab", BYTES ("\xef\xbb\xbf" "ab") },
  { "utf-16", STRICT, "", BYTES ("") },
  { "ascii", IGNORE, "a€😀b", BYTES ("ab") },
  { "ascii", REPLACE, "a€😀b", BYTES ("a??b") },
  { "ascii", BACKSLASH, "aä€😀b", BYTES ("a\\xe4\\u20ac\\U0001f600b") },
  { "cp1252", REPLACE, "€日", BYTES ("\x80?") },
  { "shift_jis", BACKSLASH, "日ä本", BYTES ("\x93\xfa\\xe4\x96\x7b") },
  { "iso2022_jp", REPLACE, "日ä本", BYTES ("\x1b$B\x46\x7c\x1b(B?\x1b$B\x4b\x5c\x1b(B") },
#ifndef G_OS_WIN32
  /* One header, though it is flushed before it is closed. GLib's iconv of Windows lacks it. */
  { "iso2022_kr", STRICT, "a", BYTES ("\x1b$)Ca") },
#endif
  /* iconv leaves these out in silence. */
  { "latin-1", REPLACE, "a\U000e0041\U000e007f", BYTES ("a??") },
  { "latin-1", BACKSLASH, "\U000e0001z", BYTES ("\\U000e0001z") },
  /* What is no UTF-8. */
  { NULL, REPLACE, "a\xff\xe2\x82z", BYTES ("a??z") },
  { NULL, BACKSLASH, "\xed\xa0\x80", BYTES ("\\xed\\xa0\\x80") },
  { "utf-16be", IGNORE, "\xc3z\xf0\x9f", BYTES ("\0z") },
  { "ascii", REPLACE, "z\xf0\x9f\x98", BYTES ("z?") },
};

static void
test_writing (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    for (gsize piece = 1; piece <= MOST; piece++)
      {
        const Output *output = &outputs[i];
        g_autoptr (SlowOutput) base = slow_output_new (1 + piece % 3);
        g_autoptr (GDataOutputStream) stream = NULL;
        gsize size = strlen (output->text);

        stream = new_output (base, output->encoding, output->newline, output->errors);
        for (gsize at = 0; at < size; at += piece)
          {
            g_autoptr (GError) error = NULL;

            g_output_stream_write_all (G_OUTPUT_STREAM (stream), output->text + at,
                                       MIN (piece, size - at), NULL, NULL, &error);
            g_assert_no_error (error);
          }
        close_output_ok (stream);
        assert_array (base->bytes, output->bytes, output->size);
        g_assert_true (g_output_stream_is_closed (G_OUTPUT_STREAM (base)));
      }
}

/* The converter itself, with the smallest of buffers. */
static void
test_writing_piecemeal (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      const Output *output = &outputs[i];
      g_autoptr (SlowOutput) base = slow_output_new (1);
      g_autoptr (GDataOutputStream) stream = new_output (base, output->encoding, output->newline,
                                                         output->errors);
      GOutputStream *below;
      GConverter *converter;

      below = g_filter_output_stream_get_base_stream (G_FILTER_OUTPUT_STREAM (stream));
      converter = g_converter_output_stream_get_converter (G_CONVERTER_OUTPUT_STREAM (below));
      for (gsize piece = 1; piece <= MOST; piece++)
        for (gsize room = 1; room <= 80; room += room < MOST ? 1 : 36)
          {
            g_autoptr (GByteArray) out = g_byte_array_new ();
            g_autoptr (GError) error = NULL;

            convert_all (converter, output->text, strlen (output->text), piece, room, out, &error);
            g_assert_no_error (error);
            assert_array (out, output->bytes, output->size);
            g_converter_reset (converter);
          }
    }
}

/* A refusal takes nothing of what is refused, and one can go on behind it. */
static void
test_writing_refused (void)
{
  g_autoptr (SlowOutput) base = slow_output_new (2);
  g_autoptr (GDataOutputStream) stream = new_output (base, "latin-1", TF_NEWLINE_CRLF,
                                                     TF_TEXT_ERRORS_STRICT);
  g_autoptr (GError) error = NULL;
  gsize n;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (g_output_stream_write_all (G_OUTPUT_STREAM (stream), "ä\n€", 6, &n, NULL,
                                                 &error));
      g_assert_cmpuint (n, ==, 3);
      assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, "U+20AC");
    }
  g_assert_cmpint (g_output_stream_write (G_OUTPUT_STREAM (stream), "€", 3, NULL, &error),
                   ==, -1);
  assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, " 6");
  g_assert_cmpint (g_output_stream_write (G_OUTPUT_STREAM (stream), "\xff", 1, NULL, &error),
                   ==, -1);
  assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, "latin-1");
  put_ok (stream, "z");
  close_output_ok (stream);
  assert_array (base->bytes, BYTES ("\xe4\r\n\xe4\r\nz"));
}

/* Half a character is taken, stays over a flush, and is an error of close, which ends the text
 * whether it closes the base or not. */
static void
write_half_a_character (gboolean closing)
{
  g_autoptr (SlowOutput) base = slow_output_new (9);
  g_autoptr (GDataOutputStream) stream = new_output (base, "utf-16be", STRICT);
  g_autoptr (GError) error = NULL;

  g_filter_output_stream_set_close_base_stream (G_FILTER_OUTPUT_STREAM (stream), closing);
  put_ok (stream, "\xe2\x82");
  g_output_stream_flush (G_OUTPUT_STREAM (stream), NULL, &error);
  g_assert_no_error (error);
  put_ok (stream, "\xac\xe2");
  assert_array (base->bytes, BYTES ("\x20\xac"));
  g_assert_false (g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, &error));
  assert_io_error_names (error, G_IO_ERROR_INVALID_DATA, " 3");
  g_assert_cmpint (g_output_stream_is_closed (G_OUTPUT_STREAM (base)), ==, closing);
  assert_array (base->bytes, BYTES ("\x20\xac"));
}

static void
test_writing_half_a_character (void)
{
  write_half_a_character (TRUE);
  write_half_a_character (FALSE);
}

static void
test_writing_fails_and_goes_on (void)
{
  const char *text = "日\n本\n語ä\n";
  const char *encodings[] = { "utf-16le", "iso2022_jp", "utf-8" };
  const char *expected[] = {
    "\xe5\x65\r\0\n\0\x2c\x67\r\0\n\0\x9e\x8a\xe4\0\r\0\n",
    "\x1b$B\x46\x7c\x1b(B\r\n\x1b$B\x4b\x5c\x1b(B\r\n\x1b$B\x38\x6c\x1b(B?\r\n",
    "日\r\n本\r\n語ä\r\n",
  };
  gsize sizes[] = { 20, 31, 17 };

  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    for (gsize piece = 1; piece <= MOST; piece++)
      {
        g_autoptr (SlowOutput) base = slow_output_new (piece);
        g_autoptr (GDataOutputStream) stream = NULL;
        const char *rest = text;
        gboolean flushed = FALSE;

        base->flaky = TRUE;
        stream = new_output (base, encodings[i], TF_NEWLINE_CRLF, TF_TEXT_ERRORS_REPLACE);
        while (*rest != '\0')
          {
            gssize n = g_output_stream_write (G_OUTPUT_STREAM (stream), rest,
                                              MIN (piece, strlen (rest)), NULL, NULL);

            rest += MAX (n, 0);
          }
        while (!flushed)
          {
            g_autoptr (GError) error = NULL;

            flushed = g_output_stream_flush (G_OUTPUT_STREAM (stream), NULL, &error);
            if (!flushed)
              g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
          }
        close_output_ok (stream);
        assert_array (base->bytes, expected[i], sizes[i]);
      }
}

/* Flushed, the text is whole; and it goes on. */
static void
test_flush (void)
{
  g_autoptr (SlowOutput) base = slow_output_new (99);
  g_autoptr (GDataOutputStream) stream = new_output (base, "iso2022_jp", STRICT);
  g_autoptr (GError) error = NULL;

  put_ok (stream, "日");
  for (guint i = 0; i < 2; i++)
    {
      g_output_stream_flush (G_OUTPUT_STREAM (stream), NULL, &error);
      g_assert_no_error (error);
      assert_array (base->bytes, BYTES ("\x1b$B\x46\x7c\x1b(B"));
    }
  put_ok (stream, "本");
  close_output_ok (stream);
  assert_array (base->bytes, BYTES ("\x1b$B\x46\x7c\x1b(B\x1b$B\x4b\x5c\x1b(B"));
}

/* --- beginning and end ---------------------------------------------------------------------- */

static void
round_trip (gpointer    pair,
            const char *encoding)
{
  const char *lines[] = { "eins", "zwei ä€", "", "drei 😀" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) input = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      /* Each goes on where the one before ended. */
      g_autoptr (GDataOutputStream) output = NULL;

      output = new_output (g_io_stream_get_output_stream (pair), encoding, TF_NEWLINE_CRLF,
                           TF_TEXT_ERRORS_STRICT);
      g_filter_output_stream_set_close_base_stream (G_FILTER_OUTPUT_STREAM (output), FALSE);
      put_ok (output, lines[i]);
      put_ok (output, "\n");
      close_output_ok (output);
    }
  seek_to (pair, 0, G_SEEK_SET);
  input = new_input (g_io_stream_get_input_stream (pair), encoding, TF_NEWLINE_UNIVERSAL,
                     TF_TEXT_ERRORS_STRICT);
  for (gsize i = 0; i <= G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *line = g_data_input_stream_read_line_utf8 (input, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (line, ==, i < G_N_ELEMENTS (lines) ? lines[i] : NULL);
    }
  close_input_ok (input);
  close_ok (pair);
}

static void
test_pairs (void)
{
  const char *encodings[] = {
    NULL, "utf-8-sig", "utf-16", "utf-16be", "UTF-32",
#ifndef G_OS_WIN32
    "gb18030",   /* GLib's iconv of Windows has none of four bytes a character. */
#endif
  };

  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autoptr (TfTemporaryFile) anonymous = new_anonymous ();
      g_autoptr (TfTemporaryFile) named = new_named ();
      g_autoptr (TfSpooledFile) in_memory = tf_spooled_file_new (0);
      g_autoptr (TfSpooledFile) rolled = tf_spooled_file_new (5);

      round_trip (anonymous, encodings[i]);
      round_trip (named, encodings[i]);
      round_trip (in_memory, encodings[i]);
      round_trip (rolled, encodings[i]);
    }
}

static void
test_close (void)
{
  for (guint closing = 0; closing < 2; closing++)
    for (guint by_hand = 0; by_hand < 2; by_hand++)
      {
        g_autoptr (SlowOutput) base_out = slow_output_new (9);
        g_autoptr (SlowInput) base_in = slow_input_new (BYTES ("a\nb"), 9);
        GDataOutputStream *out = new_output (base_out, "iso2022_jp", STRICT);
        GDataInputStream *in = new_input (base_in, NULL, STRICT);

        g_filter_output_stream_set_close_base_stream (G_FILTER_OUTPUT_STREAM (out), closing);
        g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (in), closing);
        put_ok (out, "日");
        g_assert_cmpint (g_data_input_stream_read_byte (in, NULL, NULL), ==, 'a');
        for (guint i = 0; i < 2 * by_hand; i++)
          {
            close_output_ok (out);
            close_input_ok (in);
          }
        if (by_hand)
          assert_array (base_out->bytes, BYTES ("\x1b$B\x46\x7c\x1b(B"));
        g_assert_finalize_object (out);
        g_assert_finalize_object (in);
        /* The text is whole, whoever closed, and whatever became of the base. */
        assert_array (base_out->bytes, BYTES ("\x1b$B\x46\x7c\x1b(B"));
        g_assert_cmpint (g_output_stream_is_closed (G_OUTPUT_STREAM (base_out)), ==, closing);
        g_assert_cmpint (g_input_stream_is_closed (G_INPUT_STREAM (base_in)), ==, closing);
      }
}

static void
test_async (void)
{
  g_autoptr (TfTemporaryFile) file = new_anonymous ();
  g_autoptr (GDataOutputStream) out = NULL;
  g_autoptr (GDataInputStream) in = NULL;
  g_autoptr (GAsyncResult) written = NULL;
  g_autoptr (GAsyncResult) closed = NULL;
  g_autoptr (GAsyncResult) line = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  out = new_output (g_io_stream_get_output_stream (G_IO_STREAM (file)), "utf-16", STRICT);
  g_output_stream_write_all_async (G_OUTPUT_STREAM (out), "ä\n", 3, 0, NULL, tf_test_store_cb,
                                   &written);
  tf_test_wait_result (&written);
  g_assert_true (g_output_stream_write_all_finish (G_OUTPUT_STREAM (out), written, NULL, &error));
  g_assert_no_error (error);
  g_output_stream_close_async (G_OUTPUT_STREAM (out), 0, NULL, tf_test_store_cb, &closed);
  tf_test_wait_result (&closed);
  g_assert_true (g_output_stream_close_finish (G_OUTPUT_STREAM (out), closed, &error));
  g_assert_no_error (error);

  seek_to (file, 0, G_SEEK_SET);
  in = new_input (g_io_stream_get_input_stream (G_IO_STREAM (file)), "utf-16", TF_NEWLINE_UNIVERSAL,
                  TF_TEXT_ERRORS_STRICT);
  g_data_input_stream_read_line_async (in, 0, NULL, tf_test_store_cb, &line);
  tf_test_wait_result (&line);
  text = g_data_input_stream_read_line_finish_utf8 (in, line, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "ä");
  close_input_ok (in);
  close_ok (file);
}

static void
test_unknown (void)
{
  g_autoptr (SlowInput) in = slow_input_new ("", 0, 1);
  g_autoptr (SlowOutput) out = slow_output_new (1);
  const char *names[] = { "no-such", "", "ascii//IGNORE", "utf-8//TRANSLIT", "utf-8\xc3\xa9" };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_null (tf_text_input_stream_new (G_INPUT_STREAM (in), names[i], TF_NEWLINE_UNIVERSAL,
                                               TF_TEXT_ERRORS_STRICT, &error));
      assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, names[i]);
      g_assert_null (tf_text_output_stream_new (G_OUTPUT_STREAM (out), names[i], STRICT, &error));
      assert_io_error_names (error, G_IO_ERROR_NOT_SUPPORTED, names[i]);
    }
  g_assert_null (tf_text_input_stream_new (G_INPUT_STREAM (in), "\xff", TF_NEWLINE_UNIVERSAL,
                                           TF_TEXT_ERRORS_STRICT, &error));
  assert_io_error (error, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_null (tf_text_output_stream_new (G_OUTPUT_STREAM (out), NULL, (TfNewline) 77,
                                            TF_TEXT_ERRORS_STRICT, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_null (tf_text_input_stream_new (G_INPUT_STREAM (in), NULL, TF_NEWLINE_LF,
                                           (TfTextErrors) 77, &error));
  assert_io_error (error, G_IO_ERROR_INVALID_ARGUMENT);
  /* The base is the caller's still. */
  g_assert_false (g_input_stream_is_closed (G_INPUT_STREAM (in)));
  g_assert_false (g_output_stream_is_closed (G_OUTPUT_STREAM (out)));
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add ("/api/text/newline-converter", test_newline_converter);
  tf_test_add ("/api/text/newline-converter-calls", test_newline_converter_calls);
  tf_test_add ("/api/text/reading", test_reading);
  tf_test_add ("/api/text/reading-no-mark", test_no_mark);
  tf_test_add ("/api/text/reading-lines", test_reading_lines);
  tf_test_add ("/api/text/reading-fails-and-goes-on", test_reading_fails_and_goes_on);
  tf_test_add ("/api/text/writing", test_writing);
  tf_test_add ("/api/text/writing-piecemeal", test_writing_piecemeal);
  tf_test_add ("/api/text/writing-refused", test_writing_refused);
  tf_test_add ("/api/text/writing-half-a-character", test_writing_half_a_character);
  tf_test_add ("/api/text/writing-fails-and-goes-on", test_writing_fails_and_goes_on);
  tf_test_add ("/api/text/flush", test_flush);
  tf_test_add ("/api/text/pairs", test_pairs);
  tf_test_add ("/api/text/close", test_close);
  tf_test_add ("/api/text/async", test_async);
  tf_test_add ("/api/text/unknown", test_unknown);

  return tf_test_run ();
}
