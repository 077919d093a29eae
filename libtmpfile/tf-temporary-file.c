/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The class TfTemporaryFile: making one, its properties. */

#include "config.h"

#include "tf-temporary-file-private.h"

#ifdef G_OS_UNIX
#include <gio/gfiledescriptorbased.h>
#endif

/**
 * TfTemporaryFile:
 *
 * A temporary file that is a pair of streams with one cursor, and goes when it should.
 *
 * An anonymous file has no name from the moment it exists, so nothing can be left of it. A named
 * one is for other programs, or other parts of this one, that open it by its name; the name is
 * deleted when the object is closed, disposed or finalized, and at exit, whichever is first, and
 * never by a forked child.
 *
 * ```c
 * g_autoptr (TfTemporaryFile) file = tf_temporary_file_new (NULL, NULL, &error);
 *
 * if (file == NULL || tf_temporary_file_write (file, "hello", 5, NULL, &error) < 0)
 *   return FALSE;
 * ```
 *
 * With properties it is made in two steps: `g_initable_new()` in C, the constructor alone in Python
 * and JavaScript. An object that was never initialized answers every call with
 * `G_IO_ERROR_NOT_INITIALIZED`. The properties that say what to make can be set until then.
 *
 * ## Reading and writing
 *
 * There is one cursor for reading and writing, for the two streams and for the object's own
 * [method@TemporaryFile.read] and [method@TemporaryFile.write], which are the quick way for small
 * pieces. As long as nobody else can reach the file, bytes are buffered in a way that never shows.
 * From the first [method@TemporaryFile.get_fd], [method@TemporaryFile.dup_fd],
 * [method@TemporaryFile.reopen] or [method@TemporaryFile.persist] on, and for a named file from the
 * beginning, every write is in the file when the call returns; unless
 * [property@TemporaryFile:buffer-size] asks for a buffer, and then `g_output_stream_flush()` is the
 * caller's duty.
 *
 * ## Who deletes
 *
 * The object owns the name. [method@TemporaryFile.keep] and [method@TemporaryFile.persist] give it
 * away, and [property@TemporaryFile:auto-delete] switches deletion off and on. Only what the object
 * made is deleted: something else under its name is left alone, and `g_io_stream_close()` says so.
 * Errors of a deletion at dispose go to `g_debug()`; close the file to learn of them.
 *
 * ## Threads
 *
 * Every call is atomic and may be made from any thread. One asynchronous operation at a time can be
 * under way per object, else `G_IO_ERROR_PENDING`.
 *
 * Since: 0.1
 */

enum
{
  PROP_0,
  PROP_DIRECTORY,
  PROP_LOCATION,
  PROP_PREFIX,
  PROP_SUFFIX,
  PROP_ANONYMOUS,
  PROP_PERMISSIONS,
  PROP_APPEND,
  PROP_DELETE_ON_CLOSE,
  PROP_BUFFER_SIZE,
  PROP_AUTO_DELETE,
  PROP_FILE,
  PROP_SIZE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

gpointer tf_temporary_file_class;

static void initable_iface_init       (GInitableIface      *iface);
static void async_initable_iface_init (GAsyncInitableIface *iface);
#ifdef G_OS_UNIX
static void fd_based_iface_init       (GFileDescriptorBasedIface *iface);
#endif

G_DEFINE_FINAL_TYPE_WITH_CODE (TfTemporaryFile, tf_temporary_file, G_TYPE_FILE_IO_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
#ifdef G_OS_UNIX
                               G_IMPLEMENT_INTERFACE (G_TYPE_FILE_DESCRIPTOR_BASED,
                                                      fd_based_iface_init)
#endif
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE,
                                                      async_initable_iface_init))

/* --- interfaces ----------------------------------------------------------------------------- */

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = tf_temporary_file_initable_init;
}

static void
async_initable_iface_init (GAsyncInitableIface *iface)
{
  iface->init_async = tf_temporary_file_init_async;
  iface->init_finish = tf_temporary_file_init_finish;
}

#ifdef G_OS_UNIX
static int
fd_based_get_fd (GFileDescriptorBased *fd_based)
{
  return tf_temporary_file_get_fd (TF_TEMPORARY_FILE (fd_based));
}

static void
fd_based_iface_init (GFileDescriptorBasedIface *iface)
{
  iface->get_fd = fd_based_get_fd;
}
#endif

/* --- properties ----------------------------------------------------------------------------- */

static void
tf_temporary_file_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (object);

  switch (prop_id)
    {
    case PROP_DIRECTORY:
      g_value_set_object (value, self->directory);
      break;
    case PROP_LOCATION:
      g_value_set_enum (value, self->location);
      break;
    case PROP_PREFIX:
      g_value_set_string (value, self->prefix);
      break;
    case PROP_SUFFIX:
      g_value_set_string (value, self->suffix);
      break;
    case PROP_ANONYMOUS:
      g_value_set_boolean (value, self->options.anonymous);
      break;
    case PROP_PERMISSIONS:
      g_value_set_uint (value, self->options.permissions);
      break;
    case PROP_APPEND:
      g_value_set_boolean (value, self->options.append);
      break;
    case PROP_DELETE_ON_CLOSE:
      g_value_set_boolean (value, self->options.delete_on_close);
      break;
    case PROP_BUFFER_SIZE:
      g_value_set_int (value, self->options.buffer_size);
      break;
    case PROP_AUTO_DELETE:
      g_value_set_boolean (value, tf_temporary_file_get_auto_delete (self));
      break;
    case PROP_FILE:
      g_value_set_object (value, tf_temporary_file_get_file (self));
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, tf_temporary_file_get_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_what_to_make (TfTemporaryFile *self,
                  guint            prop_id,
                  const GValue    *value)
{
  switch (prop_id)
    {
    case PROP_DIRECTORY:
      g_set_object (&self->directory, g_value_get_object (value));
      break;
    case PROP_LOCATION:
      self->location = g_value_get_enum (value);
      break;
    case PROP_PREFIX:
      g_free (self->prefix);
      self->prefix = g_value_dup_string (value);
      break;
    case PROP_SUFFIX:
      g_free (self->suffix);
      self->suffix = g_value_dup_string (value);
      break;
    case PROP_ANONYMOUS:
      self->options.anonymous = g_value_get_boolean (value);
      break;
    case PROP_PERMISSIONS:
      self->options.permissions = g_value_get_uint (value);
      break;
    case PROP_APPEND:
      self->options.append = g_value_get_boolean (value);
      break;
    case PROP_DELETE_ON_CLOSE:
      self->options.delete_on_close = g_value_get_boolean (value);
      break;
    case PROP_BUFFER_SIZE:
      self->options.buffer_size = g_value_get_int (value);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
tf_temporary_file_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (object);

  if (prop_id == PROP_AUTO_DELETE)
    tf_temporary_file_set_auto_delete (self, g_value_get_boolean (value));
  else if (prop_id == PROP_FILE || prop_id == PROP_SIZE || prop_id >= N_PROPS)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (g_atomic_int_get (&self->initialized) != TF_INIT_NOT_YET)
    g_critical ("The property %s of a TfTemporaryFile can only be set before it is initialized",
                pspec->name);
  else
    {
      set_what_to_make (self, prop_id, value);
      g_object_notify_by_pspec (object, pspec);
    }
}

/* --- the object ----------------------------------------------------------------------------- */

static void
tf_temporary_file_dispose (GObject *object)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (object);

  tf_handle_abandon (self->handle);

  G_OBJECT_CLASS (tf_temporary_file_parent_class)->dispose (object);
}

static void
tf_temporary_file_finalize (GObject *object)
{
  TfTemporaryFile *self = TF_TEMPORARY_FILE (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->directory);
  g_clear_object (&self->file);
  if (self->former_files != NULL)
    g_slist_free_full (self->former_files, g_object_unref);
  g_free (self->prefix);
  g_free (self->suffix);
  tf_handle_unref (self->handle);

  G_OBJECT_CLASS (tf_temporary_file_parent_class)->finalize (object);
}

/* The properties that say where the file is made, and under which name. */
static void
install_where_to_make (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TfTemporaryFile:directory:
   *
   * The folder to make the file in, which must be local; `NULL` for [func@get_temp_dir].
   *
   * Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_DIRECTORY] = g_param_spec_object ("directory", NULL, NULL, G_TYPE_FILE, flags);

  /**
   * TfTemporaryFile:location:
   *
   * Where the file is made when there is no [property@TemporaryFile:directory].
   *
   * In `TF_LOCATION_SESSION` a file goes with its folder at the latest, also a kept one: one that
   * is to stay is published elsewhere. Anonymous files need no such place.
   *
   * Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_LOCATION] = g_param_spec_enum ("location", NULL, NULL, TF_TYPE_LOCATION,
                                            TF_LOCATION_DEFAULT, flags);

  /**
   * TfTemporaryFile:prefix:
   *
   * How the name begins; `NULL` for [func@get_temp_prefix].
   *
   * A separator is refused with `G_IO_ERROR_INVALID_FILENAME` when the object is initialized. Of an
   * anonymous file it is used only where the system cannot make one without a name for a moment.
   * Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_PREFIX] = g_param_spec_string ("prefix", NULL, NULL, NULL, flags);

  /**
   * TfTemporaryFile:suffix:
   *
   * How the name ends, for example `.pdf`; `NULL` for nothing.
   *
   * As for [property@TemporaryFile:prefix]. Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_SUFFIX] = g_param_spec_string ("suffix", NULL, NULL, NULL, flags);
}

/* The same, of the file itself. */
static void
install_what_it_is (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TfTemporaryFile:anonymous:
   *
   * Whether the file has no name.
   *
   * Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_ANONYMOUS] = g_param_spec_boolean ("anonymous", NULL, NULL, TRUE, flags);

  /**
   * TfTemporaryFile:permissions:
   *
   * The permission bits of a named file, exactly, whatever the umask; they must contain `0600`.
   *
   * Others are refused with `G_IO_ERROR_INVALID_ARGUMENT` when the object is initialized. An
   * anonymous file always has `0600`. Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_PERMISSIONS] = g_param_spec_uint ("permissions", NULL, NULL, 0, G_MAXUINT, 0600,
                                               flags);
}

static void
install_how_to_use (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TfTemporaryFile:append:
   *
   * Whether each write goes to the end of the file.
   *
   * Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_APPEND] = g_param_spec_boolean ("append", NULL, NULL, FALSE, flags);

  /**
   * TfTemporaryFile:delete-on-close:
   *
   * Whether closing the file deletes its name; otherwise only dropping the object does.
   *
   * Can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_DELETE_ON_CLOSE] = g_param_spec_boolean ("delete-on-close", NULL, NULL, TRUE, flags);

  /**
   * TfTemporaryFile:buffer-size:
   *
   * The size of the buffer in bytes, 0 for none, -1 for what is best.
   *
   * What is best never shows: there is a buffer as long as nobody else can reach the file. A size
   * asked for is used also when somebody can, and flushing is the caller's duty then. Can be
   * set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_BUFFER_SIZE] = g_param_spec_int ("buffer-size", NULL, NULL, -1, G_MAXINT, -1, flags);
}

static void
install_others (void)
{
  /**
   * TfTemporaryFile:auto-delete:
   *
   * Whether the name is deleted at the end: by closing, dropping the object, or exit.
   *
   * Can be set at any time, but has no effect any more once the file is kept or published, or
   * closed with its name left in place.
   *
   * Since: 0.1
   */
  props[PROP_AUTO_DELETE] = g_param_spec_boolean ("auto-delete", NULL, NULL, TRUE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                                  G_PARAM_STATIC_STRINGS);

  /**
   * TfTemporaryFile:file: (getter get_file)
   *
   * The file by its name, `NULL` when it has none.
   *
   * Since: 0.1
   */
  props[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * TfTemporaryFile:size: (getter get_size)
   *
   * The size in bytes, with what is buffered; -1 when it cannot be told.
   *
   * Since: 0.1
   */
  props[PROP_SIZE] = g_param_spec_int64 ("size", NULL, NULL, -1, G_MAXINT64, -1,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
tf_temporary_file_class_init (TfTemporaryFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  tf_temporary_file_class = klass;
  object_class->dispose = tf_temporary_file_dispose;
  object_class->finalize = tf_temporary_file_finalize;
  object_class->get_property = tf_temporary_file_get_property;
  object_class->set_property = tf_temporary_file_set_property;
  tf_temporary_file_class_init_stream (klass);

  install_where_to_make ();
  install_what_it_is ();
  install_how_to_use ();
  install_others ();
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tf_temporary_file_init (TfTemporaryFile *self)
{
  const TfHandleOptions options = TF_HANDLE_OPTIONS_INIT;

  self->handle = tf_handle_new ();
  self->options = options;
}

/* --- making one ----------------------------------------------------------------------------- */

TfTemporaryFile *
tf_temporary_file_new_for_handle (TfHandle *handle)
{
  TfTemporaryFile *self = g_object_new (TF_TYPE_TEMPORARY_FILE, NULL);

  tf_handle_unref (self->handle);
  self->handle = handle;
  self->initialized = TF_INIT_DONE;
  self->named = tf_handle_get_path (handle) != NULL;
  self->options.anonymous = !self->named;
  return self;
}

/**
 * tf_temporary_file_new: (constructor)
 * @directory: (nullable): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes a temporary file without a name.
 *
 * Fails with `G_IO_ERROR_NOT_SUPPORTED` in a folder that is not local, otherwise with what the
 * system says. May be called from any thread.
 *
 * Returns: (transfer full): a new file, or `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_temporary_file_new (GFile         *directory,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_autoptr (TfTemporaryFile) self = NULL;

  g_return_val_if_fail (directory == NULL || G_IS_FILE (directory), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (TF_TYPE_TEMPORARY_FILE, NULL);
  g_set_object (&self->directory, directory);
  if (!tf_temporary_file_initable_init (G_INITABLE (self), cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tf_temporary_file_new_named: (constructor)
 * @directory: (nullable): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends, `NULL` for nothing
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes a temporary file with a name nobody could foresee, for this user only.
 *
 * Fails with `G_IO_ERROR_INVALID_FILENAME` when prefix or suffix contain a separator, with
 * `G_IO_ERROR_NOT_SUPPORTED` in a folder that is not local, otherwise with what the system says.
 * May be called from any thread.
 *
 * Returns: (transfer full): a new file, or `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryFile *
tf_temporary_file_new_named (GFile         *directory,
                             const char    *prefix,
                             const char    *suffix,
                             GCancellable  *cancellable,
                             GError       **error)
{
  g_autoptr (TfTemporaryFile) self = NULL;

  g_return_val_if_fail (directory == NULL || G_IS_FILE (directory), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (TF_TYPE_TEMPORARY_FILE, NULL);
  g_set_object (&self->directory, directory);
  self->prefix = g_strdup (prefix);
  self->suffix = g_strdup (suffix);
  self->options.anonymous = FALSE;
  if (!tf_temporary_file_initable_init (G_INITABLE (self), cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- what it is ----------------------------------------------------------------------------- */

void
tf_temporary_file_notify_deleted (TfTemporaryFile *self)
{
  if (g_atomic_int_get (&self->named) && tf_handle_get_path (self->handle) == NULL &&
      g_atomic_int_compare_and_exchange (&self->named, TRUE, FALSE))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FILE]);
}

void
tf_temporary_file_notify_auto_delete (TfTemporaryFile *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_DELETE]);
}

void
tf_temporary_file_notify_published (TfTemporaryFile *self)
{
  g_atomic_int_set (&self->named, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FILE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_DELETE]);
}

/**
 * tf_temporary_file_get_size: (get-property size)
 * @self: a temporary file
 *
 * Gets the size of the file, with what is buffered.
 *
 * Returns: the size in bytes, -1 when the file is closed or it cannot be told
 *
 * Since: 0.1
 */
goffset
tf_temporary_file_get_size (TfTemporaryFile *self)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_FILE (self), -1);

  return tf_channel_get_size ((TfChannel *) self->handle, NULL);
}
