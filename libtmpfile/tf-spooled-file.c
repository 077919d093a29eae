/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* TfSpooledFile, on the floor of the API objects: the object with its properties,
 * its streams and interfaces. */

#include "config.h"

#include "tf-spooled-file-private.h"

#include "streams/tf-channel-streams-private.h"

#ifdef G_OS_UNIX
#include <gio/gfiledescriptorbased.h>
#endif

/**
 * TfSpooledFile:
 *
 * A temporary file that stays in memory until it grows too large.
 *
 * A spooled file takes bytes into memory as long as there are no more than
 * [property@SpooledFile:max-size] of them. The write that would make them more first moves all to
 * an anonymous temporary file, the *rollover*; from then on everything goes to that file. Nothing
 * else changes: position, size and content are the same before and after, and streams that were
 * taken before go on working. [method@SpooledFile.rollover] does it at once, and so does everything
 * that needs a real file: [method@SpooledFile.get_fd], [method@SpooledFile.dup_fd],
 * [method@SpooledFile.steal_file] and [method@SpooledFile.persist].
 *
 * The limit is looked at before the write, so memory never holds more, and a position far beyond
 * the end costs nothing until something is written there. When the rollover fails, because the
 * disk is full or there is no folder, the write fails with that error, and what was in the spooled
 * file is still there, as is the position; a later write tries again.
 *
 * It is ready at once when created, also by `g_object_new()`, and needs no initialisation.
 *
 * ## Reading and writing
 *
 * Both streams of the pair, [method@SpooledFile.read], [method@SpooledFile.write] and
 * [iface@Gio.Seekable] share one position. Every call is one atomic step and may come from any
 * thread. Of asynchronous calls there can be one at a time, else `G_IO_ERROR_PENDING`.
 *
 * ## What is left
 *
 * In memory there is nothing to delete, and the file has no name: nothing is left after
 * [method@Gio.IOStream.close], after the last reference was dropped, after exit, and after a crash.
 * Only what [method@SpooledFile.steal_file] or [method@SpooledFile.persist] took out stays. The
 * spooled file owns the file that [method@SpooledFile.get_file] returns: closing the one closes the
 * other. After closing every call answers `G_IO_ERROR_CLOSED`.
 *
 * After a fork each process has its own copy of what is in memory. If the fork happens while
 * another thread is just making the memory larger, the copy of the child cannot be had; its calls
 * answer `G_IO_ERROR_CLOSED`.
 *
 * ```c
 * g_autoptr (TfSpooledFile) spool = tf_spooled_file_new (1024 * 1024);
 * GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (spool));
 *
 * if (g_output_stream_splice (output, source, G_OUTPUT_STREAM_SPLICE_NONE, NULL, &error) < 0)
 *   return FALSE;
 * g_print ("%s\n", tf_spooled_file_is_rolled_over (spool) ? "on disk" : "in memory");
 * ```
 *
 * Since: 0.1
 */

enum
{
  PROP_0,
  PROP_MAX_SIZE,
  PROP_DIRECTORY,
  PROP_LOCATION,
  PROP_PREFIX,
  PROP_SUFFIX,
  PROP_BUFFER_SIZE,
  PROP_ROLL_ON_LOW_MEMORY,
  PROP_ROLLED_OVER,
  PROP_SIZE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
gpointer tf_spooled_file_class;

#ifdef G_OS_UNIX
static void descriptor_iface_init (GFileDescriptorBasedIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfSpooledFile, tf_spooled_file, G_TYPE_IO_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE,
                                                      tf_spooled_file_seekable_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_FILE_DESCRIPTOR_BASED,
                                                      descriptor_iface_init))
#else
G_DEFINE_FINAL_TYPE_WITH_CODE (TfSpooledFile, tf_spooled_file, G_TYPE_IO_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE,
                                                      tf_spooled_file_seekable_init))
#endif

/* --- properties ---------------------------------------------------------------------------- */

/* A place that is not used any more is not to be set. */
static gboolean
may_set_place (TfSpooledFile *self,
               GParamSpec    *pspec)
{
  if (!tf_spool_is_rolled_over (self->spool))
    return TRUE;
  g_critical ("The property “%s” of a TfSpooledFile cannot be set after the rollover", pspec->name);
  return FALSE;
}

static void
apply_place (TfSpooledFile *self,
             GParamSpec    *pspec)
{
  TfSpoolPlace place = TF_SPOOL_PLACE_INIT;
  g_autofree char *uri = NULL;

  place.prefix = self->prefix;
  place.suffix = self->suffix;
  place.buffer_size = self->buffer_size;
  place.session = self->location == TF_LOCATION_SESSION;
  if (self->directory != NULL)
    {
      place.folder = g_file_peek_path (self->directory);
      place.remote = place.folder == NULL;
      if (place.remote)
        place.folder = uri = g_file_get_uri (self->directory);
    }
  tf_spool_set_place (self->spool, &place);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
set_name_part (TfSpooledFile  *self,
               char          **part,
               const GValue   *value,
               GParamSpec     *pspec)
{
  if (!may_set_place (self, pspec) || g_strcmp0 (*part, g_value_get_string (value)) == 0)
    return;
  g_free (*part);
  *part = g_value_dup_string (value);
  apply_place (self, pspec);
}

static void
set_directory (TfSpooledFile *self,
               const GValue  *value,
               GParamSpec    *pspec)
{
  if (may_set_place (self, pspec) && g_set_object (&self->directory, g_value_get_object (value)))
    apply_place (self, pspec);
}

static void
set_buffer_size (TfSpooledFile *self,
                 int            buffer_size,
                 GParamSpec    *pspec)
{
  if (!may_set_place (self, pspec) || self->buffer_size == buffer_size)
    return;
  self->buffer_size = buffer_size;
  apply_place (self, pspec);
}

static void
set_location (TfSpooledFile *self,
              TfLocation     location,
              GParamSpec    *pspec)
{
  if (!may_set_place (self, pspec) || self->location == location)
    return;
  self->location = location;
  apply_place (self, pspec);
}

static void
set_roll_on_low_memory (TfSpooledFile *self,
                        gboolean       watch,
                        GParamSpec    *pspec)
{
  if (watch == (self->monitor != NULL))
    return;
  tf_spooled_file_watch_memory (self, watch);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
tf_spooled_file_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (object);

  switch (property_id)
    {
    case PROP_MAX_SIZE:
      g_value_set_uint64 (value, tf_spool_get_max_size (self->spool));
      break;
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
    case PROP_BUFFER_SIZE:
      g_value_set_int (value, self->buffer_size);
      break;
    case PROP_ROLL_ON_LOW_MEMORY:
      g_value_set_boolean (value, self->monitor != NULL);
      break;
    case PROP_ROLLED_OVER:
      g_value_set_boolean (value, tf_spooled_file_is_rolled_over (self));
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, tf_spooled_file_get_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
tf_spooled_file_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (object);

  switch (property_id)
    {
    case PROP_MAX_SIZE:
      tf_spooled_file_set_max_size (self, g_value_get_uint64 (value));
      break;
    case PROP_DIRECTORY:
      set_directory (self, value, pspec);
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
    case PROP_BUFFER_SIZE:
      set_buffer_size (self, g_value_get_int (value), pspec);
      break;
    case PROP_ROLL_ON_LOW_MEMORY:
      set_roll_on_low_memory (self, g_value_get_boolean (value), pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* --- the pair ------------------------------------------------------------------------------ */

/* Whoever comes second throws its own away: closing a stream closes nothing else. */
static GInputStream *
tf_spooled_file_get_input_stream (GIOStream *stream)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (stream);
  GInputStream *made;

  if (g_atomic_pointer_get (&self->input) == NULL)
    {
      made = tf_channel_input_stream_new ((TfChannel *) self->spool, stream);
      if (!g_atomic_pointer_compare_and_exchange (&self->input, NULL, made))
        g_object_unref (made);
    }
  return g_atomic_pointer_get (&self->input);
}

static GOutputStream *
tf_spooled_file_get_output_stream (GIOStream *stream)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (stream);
  GOutputStream *made;

  if (g_atomic_pointer_get (&self->output) == NULL)
    {
      made = tf_channel_output_stream_new ((TfChannel *) self->spool, stream);
      if (!g_atomic_pointer_compare_and_exchange (&self->output, NULL, made))
        g_object_unref (made);
    }
  return g_atomic_pointer_get (&self->output);
}

static gboolean
tf_spooled_file_close (GIOStream     *stream,
                       GCancellable  *cancellable,
                       GError       **error)
{
  return tf_spool_close (TF_SPOOLED_FILE (stream)->spool, error);
}

#ifdef G_OS_UNIX
static int
descriptor_get_fd (GFileDescriptorBased *based)
{
  return tf_spooled_file_get_fd (TF_SPOOLED_FILE (based));
}

static void
descriptor_iface_init (GFileDescriptorBasedIface *iface)
{
  iface->get_fd = descriptor_get_fd;
}
#endif

/* --- the object ---------------------------------------------------------------------------- */

static void
tf_spooled_file_dispose (GObject *object)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (object);
  g_autoptr (GError) error = NULL;

  tf_spooled_file_watch_memory (self, FALSE);
  if (!tf_spool_close (self->spool, &error))
    g_debug ("%s", error->message);

  G_OBJECT_CLASS (tf_spooled_file_parent_class)->dispose (object);
}

static void
tf_spooled_file_finalize (GObject *object)
{
  TfSpooledFile *self = TF_SPOOLED_FILE (object);

  if (self->announcement != NULL)
    g_source_destroy (self->announcement);
  g_clear_pointer (&self->announcement, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->file);
  tf_spool_unref (self->spool);
  g_clear_object (&self->directory);
  g_free (self->prefix);
  g_free (self->suffix);

  G_OBJECT_CLASS (tf_spooled_file_parent_class)->finalize (object);
}

/* The properties of the bound and of what came of it. */
static void
make_size_properties (void)
{
  /**
   * TfSpooledFile:max-size:
   *
   * How many bytes stay in memory, 0 for no limit.
   *
   * Can be changed at any time; it is looked at before the next write. After the rollover it has no
   * effect.
   *
   * Since: 0.1
   */
  props[PROP_MAX_SIZE] =
    g_param_spec_uint64 ("max-size", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * TfSpooledFile:rolled-over: (getter is_rolled_over)
   *
   * Whether the bytes are in a file now.
   *
   * It is notified of once. A rollover by one of the functions of [class@SpooledFile] is notified
   * of before that function returns; an asynchronous one in the caller's main context before the
   * callback; one by a stream's write or truncation in the main context that was the thread-default
   * one where the spooled file was created.
   *
   * Since: 0.1
   */
  props[PROP_ROLLED_OVER] =
    g_param_spec_boolean ("rolled-over", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * TfSpooledFile:size:
   *
   * How many bytes there are, -1 when that cannot be said. It is not notified of.
   *
   * Since: 0.1
   */
  props[PROP_SIZE] =
    g_param_spec_int64 ("size", NULL, NULL, -1, G_MAXINT64, 0,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * TfSpooledFile:roll-on-low-memory:
   *
   * Whether to roll over when the system warns that memory is short.
   *
   * The rollover then happens in a worker thread. When it fails, the bytes stay in memory.
   *
   * Since: 0.1
   */
  props[PROP_ROLL_ON_LOW_MEMORY] =
    g_param_spec_boolean ("roll-on-low-memory", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

/* The properties of the file to come. Each can be set until the rollover. */
static void
make_place_properties (void)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * TfSpooledFile:directory:
   *
   * The folder for the file, `NULL` for the one that [func@get_temp_dir] names at the rollover.
   *
   * It can be set until the rollover. If it is not local, the rollover fails with
   * `G_IO_ERROR_NOT_SUPPORTED`.
   *
   * Since: 0.1
   */
  props[PROP_DIRECTORY] = g_param_spec_object ("directory", NULL, NULL, G_TYPE_FILE, flags);
  /**
   * TfSpooledFile:location:
   *
   * Where the file is made when there is no [property@SpooledFile:directory].
   *
   * It can be set until the rollover.
   *
   * Since: 0.1
   */
  props[PROP_LOCATION] = g_param_spec_enum ("location", NULL, NULL, TF_TYPE_LOCATION,
                                            TF_LOCATION_DEFAULT, flags);
  /**
   * TfSpooledFile:prefix:
   *
   * How the name of the file begins, `NULL` for the default, where one has to be used for a moment.
   *
   * It can be set until the rollover. If it contains a separator, the rollover fails with
   * `G_IO_ERROR_INVALID_FILENAME`.
   *
   * Since: 0.1
   */
  props[PROP_PREFIX] = g_param_spec_string ("prefix", NULL, NULL, NULL, flags);
  /**
   * TfSpooledFile:suffix:
   *
   * How the name of the file ends, where one has to be used for a moment.
   *
   * It can be set until the rollover. If it contains a separator, the rollover fails with
   * `G_IO_ERROR_INVALID_FILENAME`.
   *
   * Since: 0.1
   */
  props[PROP_SUFFIX] = g_param_spec_string ("suffix", NULL, NULL, NULL, flags);
  /**
   * TfSpooledFile:buffer-size:
   *
   * The size of the file's buffer in bytes, 0 for none, -1 for an automatic one.
   *
   * As [property@TemporaryFile:buffer-size]. It can be set until the rollover.
   *
   * Since: 0.1
   */
  props[PROP_BUFFER_SIZE] = g_param_spec_int ("buffer-size", NULL, NULL, -1, G_MAXINT, -1, flags);
}

static void
tf_spooled_file_class_init (TfSpooledFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  tf_spooled_file_class = klass;
  object_class->dispose = tf_spooled_file_dispose;
  object_class->finalize = tf_spooled_file_finalize;
  object_class->get_property = tf_spooled_file_get_property;
  object_class->set_property = tf_spooled_file_set_property;
  stream_class->get_input_stream = tf_spooled_file_get_input_stream;
  stream_class->get_output_stream = tf_spooled_file_get_output_stream;
  stream_class->close_fn = tf_spooled_file_close;
  stream_class->close_async = tf_spooled_file_close_async;
  stream_class->close_finish = tf_spooled_file_close_finish;

  make_size_properties ();
  make_place_properties ();
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tf_spooled_file_init (TfSpooledFile *self)
{
  self->buffer_size = -1;
  self->context = g_main_context_get_thread_default ();
  if (self->context != NULL)
    g_main_context_ref (self->context);
  self->spool = tf_spool_new (0);
  tf_spool_set_rolled (self->spool, tf_spooled_file_rolled_cb, self);
}

/**
 * tf_spooled_file_new:
 * @max_size: how many bytes stay in memory, 0 for no limit
 *
 * Creates an empty spooled file.
 *
 * Returns: (transfer full): a new spooled file
 *
 * Since: 0.1
 */
TfSpooledFile *
tf_spooled_file_new (guint64 max_size)
{
  TfSpooledFile *self = g_object_new (TF_TYPE_SPOOLED_FILE, NULL);

  tf_spool_set_max_size (self->spool, max_size);
  return self;
}

/**
 * tf_spooled_file_get_max_size: (get-property max-size)
 * @self: a spooled file
 *
 * Gets how many bytes stay in memory.
 *
 * Returns: the number of bytes, 0 for no limit
 *
 * Since: 0.1
 */
guint64
tf_spooled_file_get_max_size (TfSpooledFile *self)
{
  g_return_val_if_fail (TF_IS_SPOOLED_FILE (self), 0);

  return tf_spool_get_max_size (self->spool);
}

/**
 * tf_spooled_file_set_max_size: (set-property max-size)
 * @self: a spooled file
 * @max_size: how many bytes stay in memory, 0 for no limit
 *
 * Sets how many bytes stay in memory.
 *
 * It is looked at before the next write; setting it moves nothing by itself.
 *
 * Since: 0.1
 */
void
tf_spooled_file_set_max_size (TfSpooledFile *self,
                              guint64        max_size)
{
  g_return_if_fail (TF_IS_SPOOLED_FILE (self));

  if (tf_spool_get_max_size (self->spool) == max_size)
    return;
  tf_spool_set_max_size (self->spool, max_size);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MAX_SIZE]);
}
