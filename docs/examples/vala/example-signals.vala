/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Temporary files are removed when the program is told to end by SIGTERM or SIGINT. The library
 * installs no signal handler; the program does, as a source of its main loop. It then ends as at
 * any other time, with status 0. */

MainLoop loop;

bool terminate ()
{
  /* A source of the main loop, no signal handler: everything may be called here. */
  Tf.cleanup_all ();
  loop.quit ();
  return Source.REMOVE;
}

int main ()
{
  loop = new MainLoop ();
  /* Before anything is made, so that no moment is left when a signal would end the program. */
  Unix.signal_add (Posix.Signal.TERM, terminate);
  Unix.signal_add (Posix.Signal.INT, terminate);

  try
    {
      var file = new Tf.TemporaryFile.named (null, "app-", null);
      var dir = new Tf.TemporaryDirectory (null, "app-", null);
      FileUtils.set_contents (dir.get_child ("notes").get_path (), "not for ever");

      stdout.printf ("%s\n%s\nPress Ctrl+C: both go.\n", file.get_path (), dir.get_path ());
      stdout.flush ();
      loop.run ();
    }
  catch (Error e)
    {
      printerr ("%s\n", e.message);
      return 1;
    }
  return 0;
}
