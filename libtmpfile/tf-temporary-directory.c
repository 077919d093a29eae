/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The class TfTemporaryDirectory, on the API floor: making one, its properties. */

#include "config.h"

#include "tf-temporary-directory-private.h"

/**
 * TfTemporaryDirectory:
 *
 * A temporary directory that goes with all in it.
 *
 * It is for your process alone: the folder is readable and writable by its owner only, whatever the
 * umask, and its name cannot be guessed.
 *
 * ```c
 * g_autoptr (TfTemporaryDirectory) dir = NULL;
 *
 * dir = tf_temporary_directory_new (NULL, "app-", NULL, NULL, &error);
 * if (dir == NULL)
 *   return FALSE;
 * ```
 *
 * With properties it is made in two steps: `g_initable_new()` in C, the constructor alone in Python
 * and JavaScript. An object that was never initialized answers every call with
 * `G_IO_ERROR_NOT_INITIALIZED`. The properties that say what to make can be set until then.
 *
 * ## Who deletes
 *
 * The object owns the folder and all that is in it, whoever put it there. It is deleted by
 * [method@TemporaryDirectory.cleanup], when the object is disposed or finalized, and at exit,
 * whichever is first, and never by a forked child. [method@TemporaryDirectory.keep] gives it away,
 * and [property@TemporaryDirectory:auto-delete] switches deletion off and on. Errors of a deletion
 * at dispose go to `g_debug()`; clean up to learn of them.
 *
 * Only what the object made is deleted: something else under its name is left alone. A folder that
 * was moved is found and deleted where the system can tell where it is. The deletion follows no
 * link, enters no file system mounted in the tree, and works at any depth.
 *
 * After the cleanup every call answers `G_IO_ERROR_CLOSED`, but for another cleanup, which does
 * nothing.
 *
 * As long as the object lives it holds a lock on the folder, and the folder bears the sticky bit,
 * which together tell programs that clean up temporary folders to leave it alone.
 *
 * ## Threads
 *
 * Every call may be made from any thread.
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
  PROP_AUTO_DELETE,
  PROP_IGNORE_CLEANUP_ERRORS,
  PROP_FILE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void initable_iface_init (GInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfTemporaryDirectory, tf_temporary_directory, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_INITABLE,
                                                      tf_temporary_directory_async_initable_init))

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = tf_temporary_directory_initable_init;
}

/* --- properties -------------------------------------------------------------------------- */

static gboolean
may_set (TfTemporaryDirectory *self,
         GParamSpec           *pspec)
{
  if (g_atomic_int_get (&self->initialized) == TF_DIRECTORY_NOT_YET)
    return TRUE;
  g_critical ("The property “%s” of a TfTemporaryDirectory cannot be set after its initialization",
              pspec->name);
  return FALSE;
}

static void
set_name_part (TfTemporaryDirectory  *self,
               char                 **part,
               const GValue          *value,
               GParamSpec            *pspec)
{
  if (!may_set (self, pspec) || g_strcmp0 (*part, g_value_get_string (value)) == 0)
    return;
  g_free (*part);
  *part = g_value_dup_string (value);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
set_location (TfTemporaryDirectory *self,
              TfLocation            location,
              GParamSpec           *pspec)
{
  if (!may_set (self, pspec) || self->location == location)
    return;
  self->location = location;
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
tf_temporary_directory_set_property (GObject      *object,
                                     guint         property_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  TfTemporaryDirectory *self = TF_TEMPORARY_DIRECTORY (object);

  switch (property_id)
    {
    case PROP_DIRECTORY:
      if (may_set (self, pspec) && g_set_object (&self->directory, g_value_get_object (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_LOCATION:
      set_location (self, g_value_get_enum (value), pspec);
      break;
    case PROP_PREFIX:
      set_name_part (self, &self->prefix, value, pspec);
      break;
    case PROP_SUFFIX:
      set_name_part (self, &self->suffix, value, pspec);
      break;
    case PROP_AUTO_DELETE:
      tf_temporary_directory_set_auto_delete (self, g_value_get_boolean (value));
      break;
    case PROP_IGNORE_CLEANUP_ERRORS:
      tf_temporary_directory_set_ignore_cleanup_errors (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
tf_temporary_directory_get_property (GObject    *object,
                                     guint       property_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  TfTemporaryDirectory *self = TF_TEMPORARY_DIRECTORY (object);

  switch (property_id)
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
    case PROP_AUTO_DELETE:
      g_value_set_boolean (value, tf_temporary_directory_get_auto_delete (self));
      break;
    case PROP_IGNORE_CLEANUP_ERRORS:
      g_value_set_boolean (value, tf_temporary_directory_get_ignore_cleanup_errors (self));
      break;
    case PROP_FILE:
      g_value_set_object (value, tf_temporary_directory_get_file (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* The properties that say what to make. */
static void
make_place_properties (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TfTemporaryDirectory:directory:
   *
   * The folder to make it in, `NULL` for the one that [func@get_temp_dir] names.
   *
   * It can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_DIRECTORY] = g_param_spec_object ("directory", NULL, NULL, G_TYPE_FILE, flags);
  /**
   * TfTemporaryDirectory:location:
   *
   * Where it is made when there is no [property@TemporaryDirectory:directory].
   *
   * It can be set until the object is initialized.
   *
   * Since: 0.1
   */
  props[PROP_LOCATION] = g_param_spec_enum ("location", NULL, NULL, TF_TYPE_LOCATION,
                                            TF_LOCATION_DEFAULT, flags);
  /**
   * TfTemporaryDirectory:prefix:
   *
   * How the name begins, `NULL` for what [func@get_temp_prefix] says.
   *
   * It can be set until the object is initialized. With a separator in it the initialization fails
   * with `G_IO_ERROR_INVALID_FILENAME`.
   *
   * Since: 0.1
   */
  props[PROP_PREFIX] = g_param_spec_string ("prefix", NULL, NULL, NULL, flags);
  /**
   * TfTemporaryDirectory:suffix:
   *
   * How the name ends.
   *
   * It can be set until the object is initialized. With a separator in it the initialization fails
   * with `G_IO_ERROR_INVALID_FILENAME`.
   *
   * Since: 0.1
   */
  props[PROP_SUFFIX] = g_param_spec_string ("suffix", NULL, NULL, NULL, flags);
}

/* The properties that say what becomes of it. */
static void
make_end_properties (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TfTemporaryDirectory:auto-delete:
   *
   * Whether the folder is deleted when the object is disposed, and at exit.
   *
   * It can be set at any time. [method@TemporaryDirectory.cleanup] deletes all the same. While it
   * is `FALSE` the folder does not bear the sticky bit.
   *
   * Since: 0.1
   */
  props[PROP_AUTO_DELETE] = g_param_spec_boolean ("auto-delete", NULL, NULL, TRUE, flags);
  /**
   * TfTemporaryDirectory:ignore-cleanup-errors:
   *
   * Whether [method@TemporaryDirectory.cleanup] succeeds also when something cannot be deleted.
   *
   * It can be set at any time. What was not deleted is tried again by the next cleanup. A
   * cancellation is an error in any case.
   *
   * Since: 0.1
   */
  props[PROP_IGNORE_CLEANUP_ERRORS] =
    g_param_spec_boolean ("ignore-cleanup-errors", NULL, NULL, FALSE, flags);
  /**
   * TfTemporaryDirectory:file:
   *
   * The folder; `NULL` before the initialization and once it is deleted. It is not notified of.
   *
   * Since: 0.1
   */
  props[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/* --- the object -------------------------------------------------------------------------- */

static void
tf_temporary_directory_dispose (GObject *object)
{
  TfTemporaryDirectory *self = TF_TEMPORARY_DIRECTORY (object);
  TfFolder *folder = g_atomic_pointer_get (&self->folder);

  if (folder != NULL)
    tf_folder_abandon (folder);

  G_OBJECT_CLASS (tf_temporary_directory_parent_class)->dispose (object);
}

static void
tf_temporary_directory_finalize (GObject *object)
{
  TfTemporaryDirectory *self = TF_TEMPORARY_DIRECTORY (object);

  if (self->folder != NULL)
    tf_folder_unref (self->folder);
  g_clear_object (&self->file);
  g_clear_object (&self->directory);
  g_free (self->prefix);
  g_free (self->suffix);

  G_OBJECT_CLASS (tf_temporary_directory_parent_class)->finalize (object);
}

static void
tf_temporary_directory_class_init (TfTemporaryDirectoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tf_temporary_directory_dispose;
  object_class->finalize = tf_temporary_directory_finalize;
  object_class->get_property = tf_temporary_directory_get_property;
  object_class->set_property = tf_temporary_directory_set_property;

  make_place_properties ();
  make_end_properties ();
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tf_temporary_directory_init (TfTemporaryDirectory *self)
{
  self->auto_delete = TRUE;
}

TfTemporaryDirectory *
tf_temporary_directory_prepare (GFile      *directory,
                                const char *prefix,
                                const char *suffix)
{
  TfTemporaryDirectory *self = g_object_new (TF_TYPE_TEMPORARY_DIRECTORY, NULL);

  self->directory = directory != NULL ? g_object_ref (directory) : NULL;
  self->prefix = g_strdup (prefix);
  self->suffix = g_strdup (suffix);
  return self;
}

/**
 * tf_temporary_directory_new:
 * @directory: (nullable): the folder to make it in, `NULL` for [func@get_temp_dir]
 * @prefix: (nullable) (type filename): how the name begins, `NULL` for [func@get_temp_prefix]
 * @suffix: (nullable) (type filename): how the name ends
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Creates a temporary directory.
 *
 * Its name is @prefix, eight random characters, and @suffix. The errors are
 * `G_IO_ERROR_INVALID_FILENAME` when @prefix or @suffix has a separator in it,
 * `G_IO_ERROR_NOT_SUPPORTED` when @directory is not local, `G_IO_ERROR_CANCELLED`, and those of
 * the system.
 *
 * Returns: (transfer full): a new temporary directory, `NULL` on error
 *
 * Since: 0.1
 */
TfTemporaryDirectory *
tf_temporary_directory_new (GFile         *directory,
                            const char    *prefix,
                            const char    *suffix,
                            GCancellable  *cancellable,
                            GError       **error)
{
  g_autoptr (TfTemporaryDirectory) self = NULL;

  g_return_val_if_fail (directory == NULL || G_IS_FILE (directory), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  self = tf_temporary_directory_prepare (directory, prefix, suffix);
  if (!tf_temporary_directory_initialize (self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- what it is -------------------------------------------------------------------------- */

/**
 * tf_temporary_directory_get_file: (get-property file)
 * @self: a temporary directory
 *
 * Gets the folder.
 *
 * It lives as long as the object.
 *
 * Returns: (transfer none) (nullable): the folder, `NULL` before the initialization and once it is
 *   deleted
 *
 * Since: 0.1
 */
GFile *
tf_temporary_directory_get_file (TfTemporaryDirectory *self)
{
  const char *path = tf_temporary_directory_get_path (self);
  GFile *made;

  if (path == NULL)
    return NULL;
  if (g_atomic_pointer_get (&self->file) == NULL)
    {
      made = g_file_new_for_path (path);
      if (!g_atomic_pointer_compare_and_exchange (&self->file, NULL, made))
        g_object_unref (made);
    }
  return g_atomic_pointer_get (&self->file);
}

/**
 * tf_temporary_directory_get_path:
 * @self: a temporary directory
 *
 * Gets the absolute path of the folder, as it was made.
 *
 * The string lives as long as the object, also when the folder is deleted.
 *
 * Returns: (transfer none) (nullable) (type filename): the path, `NULL` before the initialization
 *   and once it is deleted
 *
 * Since: 0.1
 */
const char *
tf_temporary_directory_get_path (TfTemporaryDirectory *self)
{
  TfFolder *folder;

  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), NULL);

  folder = g_atomic_pointer_get (&self->folder);
  return folder != NULL && tf_folder_has_name (folder) ? tf_folder_get_path (folder) : NULL;
}

/**
 * tf_temporary_directory_get_auto_delete: (get-property auto-delete)
 * @self: a temporary directory
 *
 * Gets whether the folder is deleted when the object is disposed, and at exit.
 *
 * Returns: whether it is deleted
 *
 * Since: 0.1
 */
gboolean
tf_temporary_directory_get_auto_delete (TfTemporaryDirectory *self)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), FALSE);

  return g_atomic_int_get (&self->auto_delete);
}

/**
 * tf_temporary_directory_set_auto_delete: (set-property auto-delete)
 * @self: a temporary directory
 * @auto_delete: whether to delete it
 *
 * Sets whether the folder is deleted when the object is disposed, and at exit.
 *
 * It has no effect after [method@TemporaryDirectory.keep].
 *
 * Since: 0.1
 */
void
tf_temporary_directory_set_auto_delete (TfTemporaryDirectory *self,
                                        gboolean              auto_delete)
{
  TfFolder *folder;

  g_return_if_fail (TF_IS_TEMPORARY_DIRECTORY (self));

  auto_delete = !!auto_delete;
  if (!g_atomic_int_compare_and_exchange (&self->auto_delete, !auto_delete, auto_delete))
    return;
  folder = g_atomic_pointer_get (&self->folder);
  if (folder != NULL)
    tf_folder_set_auto_delete (folder, auto_delete);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AUTO_DELETE]);
}

/**
 * tf_temporary_directory_get_ignore_cleanup_errors: (get-property ignore-cleanup-errors)
 * @self: a temporary directory
 *
 * Gets whether a cleanup succeeds also when something cannot be deleted.
 *
 * Returns: whether errors are ignored
 *
 * Since: 0.1
 */
gboolean
tf_temporary_directory_get_ignore_cleanup_errors (TfTemporaryDirectory *self)
{
  g_return_val_if_fail (TF_IS_TEMPORARY_DIRECTORY (self), FALSE);

  return g_atomic_int_get (&self->ignore_cleanup_errors);
}

/**
 * tf_temporary_directory_set_ignore_cleanup_errors: (set-property ignore-cleanup-errors)
 * @self: a temporary directory
 * @ignore: whether to ignore errors
 *
 * Sets whether a cleanup succeeds also when something cannot be deleted.
 *
 * Since: 0.1
 */
void
tf_temporary_directory_set_ignore_cleanup_errors (TfTemporaryDirectory *self,
                                                  gboolean              ignore)
{
  g_return_if_fail (TF_IS_TEMPORARY_DIRECTORY (self));

  ignore = !!ignore;
  if (g_atomic_int_compare_and_exchange (&self->ignore_cleanup_errors, !ignore, ignore))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IGNORE_CLEANUP_ERRORS]);
}
