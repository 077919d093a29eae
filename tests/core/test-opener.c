/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The retry loop: what stands under the name is never opened, never followed, and the search
 * ends. */

#include "core/tf-name-private.h"
#include "core/tf-opener-private.h"
#include "tf-test.h"

#include <glib/gstdio.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLANTED "planted_"
#define FREE "free_one"

/* How often the next name is the planted one. */
static guint planted_for;
static guint asked;

static void
next_name (char     *where,
           gpointer  data)
{
  memcpy (where, asked++ < planted_for ? PLANTED : FREE, TF_NAME_RANDOM_LENGTH);
}

static void
plant_for (guint times)
{
  asked = 0;
  planted_for = times;
  tf_name_set_source (next_name, NULL);
}

static TfPlace
here (void)
{
  TfPlace place = { TF_OS_CWD, tf_test_dir (), "p-", "-s" };

  return place;
}

static const char *
planted_path (void)
{
  return tf_test_path ("p-" PLANTED "-s");
}

static void
plant_file (void)
{
  g_assert_true (g_file_set_contents (planted_path (), "theirs", -1, NULL));
}

static void
plant_link (void)
{
  g_assert_true (g_file_set_contents (tf_test_path ("target"), "theirs", -1, NULL));
  g_assert_no_errno (symlink (tf_test_path ("target"), planted_path ()));
}

static void
plant_dangling_link (void)
{
  g_assert_no_errno (symlink (tf_test_path ("target"), planted_path ()));
}

static void
plant_folder (void)
{
  g_assert_no_errno (g_mkdir (planted_path (), 0700));
}

static void
plant_fifo (void)
{
  g_assert_no_errno (mkfifo (planted_path (), 0600));
}

/* What was planted is as it was: a file with its content, a link that leads nowhere new. */
static void
unplant (gboolean has_target)
{
  g_autofree char *content = NULL;

  g_assert_cmpint (tf_test_exists (tf_test_path ("target")), ==, has_target);
  if (g_file_test (planted_path (), G_FILE_TEST_IS_REGULAR))
    {
      g_assert_true (g_file_get_contents (planted_path (), &content, NULL, NULL));
      g_assert_cmpstr (content, ==, "theirs");
    }
  g_assert_no_errno (g_remove (planted_path ()));
  if (has_target)
    g_assert_no_errno (g_unlink (tf_test_path ("target")));
}

static void
expect_other_name (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  TfPlace place = here ();
  TfStat stat;
  int fd;

  plant_for (2);
  fd = tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, tf_test_path ("p-" FREE "-s"));
  g_assert_cmpuint (asked, ==, 3);
  close (fd);
  g_assert_no_errno (g_unlink (path));
  g_clear_pointer (&path, g_free);

  plant_for (2);
  path = tf_opener_create_folder (&place, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, tf_test_path ("p-" FREE "-s"));
  g_assert_no_errno (g_rmdir (path));
  tf_name_set_source (NULL, NULL);
}

typedef struct
{
  void (*plant) (void);
  gboolean has_target;
} Planting;

static const Planting plantings[] = {
  { plant_file, FALSE },
  { plant_link, TRUE },
  { plant_dangling_link, FALSE },
  { plant_folder, FALSE },
  { plant_fifo, FALSE },
};

static void
test_planted (gconstpointer data)
{
  const Planting *planting = data;

  planting->plant ();
  expect_other_name ();
  unplant (planting->has_target);
}

/* Somebody who knows every name in advance makes us give up, not hang. */
static void
test_gives_up (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  TfPlace place = here ();
  TfStat stat;

  plant_file ();
  plant_for (G_MAXUINT);
  g_assert_cmpint (tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, &error),
                   ==,
                   -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, planted_path ()));
  g_assert_null (path);
  g_assert_cmpuint (asked, <=, 10000);
  tf_name_set_source (NULL, NULL);
  unplant (FALSE);
}

static void
test_by_descriptor (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  TfPlace place = { -1, "/nowhere/at/all", NULL, ".x" };
  TfStat stat;
  int fd;

  place.dir = open (tf_test_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  fd = tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (path, "/nowhere/at/all" G_DIR_SEPARATOR_S "tmp"));
  g_assert_true (g_str_has_suffix (path, ".x"));
  name = g_path_get_basename (path);
  g_assert_no_errno (unlinkat (place.dir, name, 0));
  close (fd);
  close (place.dir);
}

static void
test_anonymous (void)
{
  g_autoptr (GError) error = NULL;
  TfPlace place = here ();
  gboolean linkable = FALSE;
  int fd = tf_opener_create_anonymous (&place, TF_OS_CREATE_NONE, &linkable, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_count_entries (tf_test_dir ()), ==, 0);
  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  close (fd);
}

static void
test_errors (void)
{
  TfPlace place = { TF_OS_CWD, tf_test_path ("missing"), NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  gboolean linkable;
  TfStat stat;

  g_assert_cmpint (tf_opener_create_file (&place, 0600, TF_OS_CREATE_NONE, &path, &stat, &error),
                   ==,
                   -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (tf_opener_create_anonymous (&place, TF_OS_CREATE_NONE, &linkable, &error), ==,
                   -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  place = here ();
  place.suffix = "a/b";
  g_assert_cmpint (tf_opener_create_anonymous (&place, TF_OS_CREATE_NONE, &linkable, &error), ==,
                   -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_clear_error (&error);
  g_assert_null (tf_opener_create_folder (&place, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
}

int
main (int   argc,
      char *argv[])
{
  tf_test_init (&argc, &argv);

  tf_test_add_data ("/core/opener/planted/file", &plantings[0], test_planted);
  tf_test_add_data ("/core/opener/planted/link", &plantings[1], test_planted);
  tf_test_add_data ("/core/opener/planted/dangling-link", &plantings[2], test_planted);
  tf_test_add_data ("/core/opener/planted/folder", &plantings[3], test_planted);
  tf_test_add_data ("/core/opener/planted/fifo", &plantings[4], test_planted);
  tf_test_add ("/core/opener/gives-up", test_gives_up);
  tf_test_add ("/core/opener/by-descriptor", test_by_descriptor);
  tf_test_add ("/core/opener/anonymous", test_anonymous);
  tf_test_add ("/core/opener/errors", test_errors);

  return tf_test_run ();
}
