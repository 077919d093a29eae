/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A temporary file and a temporary directory; both go with the variable. */

int main ()
{
  try
    {
      string path;
        {
          var dir = new Tf.TemporaryDirectory (null, "app-", null);
          path = dir.get_path ();

          var file = dir.create_file ("notes-", ".txt");
          file.output_stream.write ("gone in a moment\n".data);
          file.seek (0, SeekType.SET);
          var lines = new DataInputStream (file.input_stream);
          print ("%s\n", lines.read_line ());
        }
      print ("%s\n", FileUtils.test (path, FileTest.EXISTS) ? "still there" : "gone");
    }
  catch (Error e)
    {
      printerr ("%s\n", e.message);
      return 1;
    }
  return 0;
}
