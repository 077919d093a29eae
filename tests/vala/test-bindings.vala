/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The three classes and the functions as Vala sees them. */

string folder;

bool exists (string path)
{
  return FileUtils.test (path, FileTest.EXISTS);
}

/* That `error` is of this code; to be called where an error has to have been thrown. */
void check_code (Error error, int code)
{
  assert (error.domain == IOError.quark ());
  assert (error.code == code);
  assert (error.message.length > 0);
}

void test_file ()
{
  try
    {
      string path;
        {
          var file = new Tf.TemporaryFile.named (File.new_for_path (folder), "a-", ".b");
          path = file.get_path ();
          assert (path.has_prefix (folder + "/a-") && path.has_suffix (".b"));
          assert (file.get_file ().get_path () == path);
          assert (file.output_stream.write ("content".data) == 7);
          assert (file.write_bytes (new Bytes ("!".data)) == 1);
          file.seek (0, SeekType.SET);
          assert (file.read_bytes (99).get_size () == 8);
          assert (file.get_size () == 8);
          assert (exists (path));
        }
      assert (!exists (path));

      var anonymous = new Tf.TemporaryFile (null);
      assert (anonymous.get_path () == null);
      assert (anonymous.auto_delete);
      anonymous.close ();
      anonymous.close ();
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

void test_properties ()
{
  try
    {
      var file = (Tf.TemporaryFile) Object.new (typeof (Tf.TemporaryFile),
                                                anonymous: false, suffix: ".pdf");
      assert (file.init ());
      assert (file.get_path ().has_suffix (".pdf"));
      assert (file.keep ().get_path () == file.get_path ());
      file.close ();
      assert (exists (file.get_path ()));
      FileUtils.unlink (file.get_path ());
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

void test_descriptors ()
{
  try
    {
      var file = new Tf.TemporaryFile (null);
      assert (((FileDescriptorBased) file).get_fd () >= 0);
      int copy = file.dup_fd ();
      assert (copy >= 0);
      FileUtils.close (copy);
      int stolen = file.steal_fd ();
      assert (stolen >= 0 && file.is_closed ());
      FileUtils.close (stolen);
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

void test_spool ()
{
  try
    {
      var spool = new Tf.SpooledFile (4);
      assert (spool.max_size == 4);
      spool.output_stream.write ("1234".data);
      assert (!spool.is_rolled_over ());
      spool.output_stream.write ("5".data);
      assert (spool.is_rolled_over () && spool.get_file () != null);
      assert (spool.to_bytes ().get_size () == 5);
      Tf.TemporaryFile file = spool.steal_file ();
      assert (file.get_size () == 5);
      file.close ();
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

void test_directory ()
{
  try
    {
      string path;
        {
          var dir = new Tf.TemporaryDirectory (null, "app-", null);
          path = dir.get_path ();
          assert (path.has_prefix (folder + "/app-"));
          DirUtils.create_with_parents (path + "/a/b/c", 0700);
          var file = dir.create_file ("x", null);
          assert (file.get_path ().has_prefix (path + "/x"));
          assert (dir.get_child ("name").get_path () == path + "/name");
        }
      assert (!exists (path));
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

void test_functions ()
{
  try
    {
      string path;
      int fd = Tf.mkstemp (null, "a", "b", out path);
      assert (fd >= 0 && exists (path));
      FileUtils.close (fd);
      FileUtils.unlink (path);
      path = Tf.mkdtemp (folder, null, null);
      DirUtils.remove (path);
      path = Tf.make ((file) => file.make_symbolic_link ("/"), null, "link-", null);
      assert (path.has_prefix (folder + "/link-"));
      FileUtils.unlink (path);
      assert (Tf.get_temp_dir () == folder);
      assert (Tf.get_temp_prefix () == "tmp");
      assert (Tf.get_location (Tf.Location.DEFAULT, 0).get_path () == folder);
      FileUtils.close (Tf.open_anonymous (null));
      Tf.cleanup_all ();
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

void test_errors ()
{
  try
    {
      new Tf.TemporaryFile.named (null, "a/b", null);
      assert_not_reached ();
    }
  catch (Error e)
    {
      check_code (e, IOError.INVALID_FILENAME);
    }
  try
    {
      new Tf.TemporaryDirectory (File.new_for_path (folder + "/missing"), null, null);
      assert_not_reached ();
    }
  catch (IOError.NOT_FOUND e)
    {
      assert (e.message.contains (folder + "/missing"));
    }
  catch (Error e)
    {
      assert_not_reached ();
    }
  try
    {
      ((Tf.TemporaryFile) Object.new (typeof (Tf.TemporaryFile))).to_bytes ();
      assert_not_reached ();
    }
  catch (Error e)
    {
      check_code (e, IOError.NOT_INITIALIZED);
    }
}

/* A folder with ten folders in it. */
string make_tree () throws Error
{
  string path = Tf.mkdtemp (null, "tree-", null);

  for (int i = 0; i < 10; i++)
    DirUtils.create (path + "/%d".printf (i), 0700);
  return path;
}

void test_remove ()
{
  try
    {
      int64 last = 0;
      string path = make_tree ();

      assert (Tf.remove_tree (path, Tf.RemoveFlags.CONTENTS_ONLY, null,
                              (current, total) => last = current));
      assert (exists (path) && last == 10);
      assert (Tf.remove_tree (path, Tf.RemoveFlags.NONE, null, null));
      assert (!exists (path));

      path = make_tree ();
      assert (Tf.remove_tree_file (File.new_for_path (path), Tf.RemoveFlags.PARALLEL, null, null));
      assert (!exists (path));
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
  try
    {
      Tf.remove_tree (folder + "/..", Tf.RemoveFlags.NONE, null, null);
      assert_not_reached ();
    }
  catch (Error e)
    {
      check_code (e, IOError.INVALID_ARGUMENT);
    }
  try
    {
      Tf.remove_tree (folder + "/missing", Tf.RemoveFlags.NONE, null, null);
      assert_not_reached ();
    }
  catch (Error e)
    {
      check_code (e, IOError.NOT_FOUND);
      assert (e.message.contains (folder + "/missing"));
    }
}

void test_sweep ()
{
  try
    {
      Environment.set_prgname ("bindings");
      var dir = new Tf.TemporaryDirectory (null, "swept-", null);
      string session = Tf.get_location (Tf.Location.SESSION, 0).get_path ();

      assert (session.has_prefix (folder + "/bindings-"));
      assert (Tf.get_location (Tf.Location.SESSION, 0).get_path () == session);
      assert (Tf.sweep_orphans (File.new_for_path (folder), "swept-", 0, null) == 0);
      assert (Tf.sweep_orphans (null, null, 0, null) == 0);
      assert (exists (dir.get_path ()) && exists (session));

      var file = (Tf.TemporaryFile) Object.new (typeof (Tf.TemporaryFile), anonymous: false,
                                                location: Tf.Location.SESSION);
      assert (file.init () && file.location == Tf.Location.SESSION);
      assert (Path.get_dirname (file.get_path ()) == session);
      Tf.cleanup_all ();
      assert (!exists (session));
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
  try
    {
      Tf.sweep_orphans (File.new_for_path (folder + "/missing"), null, 0, null);
      assert_not_reached ();
    }
  catch (Error e)
    {
      check_code (e, IOError.NOT_FOUND);
    }
}

async void remove_in_background () throws Error
{
  int64 last = 0;
  string path = make_tree ();

  yield Tf.remove_tree_async (path, Tf.RemoveFlags.CONTENTS_ONLY, Priority.DEFAULT, null,
                              (current, total) => last = current);
  assert (exists (path) && last == 10);
  yield Tf.remove_tree_async (path, Tf.RemoveFlags.NONE, Priority.DEFAULT, null, null);
  assert (!exists (path));
  path = make_tree ();
  yield Tf.remove_tree_file_async (File.new_for_path (path), Tf.RemoveFlags.NONE,
                                   Priority.DEFAULT, null, null);
  assert (!exists (path));
  assert ((yield Tf.sweep_orphans_async (null, "tree-", 0, Priority.DEFAULT, null)) == 0);

  var cancellable = new Cancellable ();
  path = make_tree ();
  cancellable.cancel ();
  try
    {
      yield Tf.remove_tree_async (path, Tf.RemoveFlags.NONE, Priority.DEFAULT, cancellable, null);
      assert_not_reached ();
    }
  catch (IOError.CANCELLED e)
    {
      yield Tf.remove_tree_async (path, Tf.RemoveFlags.NONE, Priority.DEFAULT, null, null);
    }
  assert (!exists (path));
}

void test_audit ()
{
  string[] events = {};
  string? where = null;

  uint id = Tf.add_audit_hook ((event, file) => {
    events += event;
    where = file.get_path ();
    if (event == "tempfile.mkdtemp")
      throw new IOError.BUSY ("mine");
    return true;
  });
  assert (id > 0);
  try
    {
      string path = null;
      FileUtils.close (Tf.mkstemp (null, null, null, out path));
      assert (events.length == 1 && events[0] == "tempfile.mkstemp" && where == path);
      FileUtils.unlink (path);
      Tf.mkdtemp (null, null, null);
      assert_not_reached ();
    }
  catch (Error e)
    {
      check_code (e, IOError.BUSY);
      assert (events.length == 2);
    }
  assert (Tf.remove_audit_hook (id) && !Tf.remove_audit_hook (id));
}

async void use_everything () throws Error
{
  var file = yield Tf.TemporaryFile.create_async (Priority.DEFAULT, null, null);
  yield file.output_stream.write_async ("published".data);
  var destination = File.new_for_path (folder + "/destination");
  yield file.persist_async (destination, Tf.PersistFlags.NONE, Priority.DEFAULT, null);
  assert (file.get_path () == destination.get_path ());
  yield file.close_async ();
  destination.delete ();

  var named = yield Tf.TemporaryFile.create_named_async (Priority.DEFAULT, null, "a", "b", null);
  assert (exists (named.get_path ()));
  yield named.close_async ();

  var spool = new Tf.SpooledFile (0);
  yield spool.rollover_async (Priority.DEFAULT, null);
  assert (spool.is_rolled_over ());

  var dir = yield Tf.TemporaryDirectory.create_async (Priority.DEFAULT, null, null, null, null);
  string path = dir.get_path ();
  for (int i = 0; i < 100; i++)
    DirUtils.create (path + "/%d".printf (i), 0700);
  int64 last = 0;
  yield dir.cleanup_async (Priority.DEFAULT, null, (current, total) => last = current);
  assert (last == 100);
  assert (!exists (path) && dir.get_path () == null);

  try
    {
      yield Tf.TemporaryFile.create_named_async (Priority.DEFAULT, null, "a/b", null, null);
      assert_not_reached ();
    }
  catch (IOError.INVALID_FILENAME e)
    {
      assert (e.message.length > 0);
    }
  yield remove_in_background ();
}

void test_async ()
{
  var loop = new MainLoop ();

  use_everything.begin ((object, result) => {
    try
      {
        use_everything.end (result);
      }
    catch (Error e)
      {
        error ("%s", e.message);
      }
    loop.quit ();
  });
  loop.run ();
}

void test_text ()
{
  try
    {
      var base_out = new MemoryOutputStream.resizable ();
      var output = Tf.text_output_stream_new (base_out, "utf-16le", Tf.Newline.CRLF,
                                              Tf.TextErrors.STRICT);
      output.put_string ("a\n");
      output.close ();
      var bytes = base_out.steal_as_bytes ();
      assert (bytes.length == 6 && bytes[2] == '\r');

      var base_in = new MemoryInputStream.from_data ("a\rb\r\n".data);
      var input = Tf.text_input_stream_new (base_in, null, Tf.Newline.UNIVERSAL,
                                            Tf.TextErrors.STRICT);
      assert (input.read_line_utf8 () == "a" && input.read_line_utf8 () == "b");
      assert (input.read_line_utf8 () == null);

      var converter = new Tf.NewlineConverter (Tf.Newline.UNIVERSAL, Tf.Newline.LF);
      assert (converter.to_newline == Tf.Newline.LF);
      Tf.text_input_stream_new (base_in, "none", Tf.Newline.KEEP, Tf.TextErrors.STRICT);
      assert_not_reached ();
    }
  catch (IOError.NOT_SUPPORTED e)
    {
      assert ("none" in e.message);
    }
  catch (Error e)
    {
      error ("%s", e.message);
    }
}

int main (string[] args)
{
  folder = DirUtils.mkdtemp ("/tmp/tf-vala-XXXXXX".dup ());
  assert (folder != null);
  Environment.set_variable ("TMPDIR", folder, true);
  Test.init (ref args);
  Test.add_func ("/vala/file", test_file);
  Test.add_func ("/vala/properties", test_properties);
  Test.add_func ("/vala/descriptors", test_descriptors);
  Test.add_func ("/vala/spool", test_spool);
  Test.add_func ("/vala/directory", test_directory);
  Test.add_func ("/vala/functions", test_functions);
  Test.add_func ("/vala/errors", test_errors);
  Test.add_func ("/vala/remove", test_remove);
  Test.add_func ("/vala/sweep", test_sweep);
  Test.add_func ("/vala/text", test_text);
  Test.add_func ("/vala/audit", test_audit);
  Test.add_func ("/vala/async", test_async);
  int status = Test.run ();
  /* Fails when something was left in it. */
  assert (DirUtils.remove (folder) == 0);
  return status;
}
