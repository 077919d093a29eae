/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Without blocking: a file is made, written and published, a directory cleaned up with progress. */

async void publish () throws Error
{
  var dir = yield Tf.TemporaryDirectory.create_async (Priority.DEFAULT, null, "app-", null, null);
  var report = dir.get_child ("report.txt");

  var file = yield Tf.TemporaryFile.create_async (Priority.DEFAULT, dir.get_file (), null);
  yield file.output_stream.write_async ("published\n".data);
  yield file.persist_async (report, Tf.PersistFlags.NONE, Priority.DEFAULT, null);
  yield file.close_async ();

  uint8[] contents;
  yield report.load_contents_async (null, out contents, null);
  print ("%s", (string) contents);

  int64 removed = 0;
  yield dir.cleanup_async (Priority.DEFAULT, null, (current, total) => removed = current);
  print ("removed %s entries\n", removed.to_string ());
}

int main ()
{
  var loop = new MainLoop ();
  int status = 0;

  publish.begin ((object, result) => {
    try
      {
        publish.end (result);
      }
    catch (Error e)
      {
        printerr ("%s\n", e.message);
        status = 1;
      }
    loop.quit ();
  });
  loop.run ();
  return status;
}
