/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The object in a world: how it is made, and what must become of it when it ends. For the tests of
 * identity. */

#pragma once

#include "identity-world.h"

typedef enum
{
  NAMED,       /* a file with a name */
  STAYING,     /* the same, whose name a close leaves until the object goes */
  RELEASED,    /* the same, closed with the name left for good: no descriptor guards it any more */
  IN_FOLDER,   /* a file that a temporary folder made */
  FOLDER,      /* a temporary folder with a file in it */
} Kind;

static const char *const kind_names[] = { "named", "staying", "released", "in-folder", "folder" };

typedef struct
{
  World *world;
  Kind kind;
  GObject *object;
  TfTemporaryDirectory *folder;   /* of an object that is IN_FOLDER */
  ino_t folder_inode;
  ino_t inode;                    /* the object's, as long as it had one */
} Subject;

/* What must become of the object. */
typedef enum
{
  LEFT,     /* it stays where it is, and whoever can be told is told */
  GONE,
  LOOSE,    /* gone or left, but the truth must be told */
} Fate;

typedef struct
{
  Fate fate;
  gboolean success;   /* what an end that tells has to say; not for LOOSE */
} Prediction;

/* --- making ------------------------------------------------------------------------------ */

static inline gpointer
no_error (gpointer  object,
          GError  **error)
{
  g_assert_no_error (*error);
  return object;
}

static inline const char *
make_object (Subject *self)
{
  GError *error = NULL;

  if (self->kind == FOLDER)
    {
      self->object = no_error (tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error), &error);
      return tf_temporary_directory_get_path (TF_TEMPORARY_DIRECTORY (self->object));
    }
  if (self->kind == IN_FOLDER)
    {
      self->folder = no_error (tf_temporary_directory_new (NULL, NULL, NULL, NULL, &error), &error);
      self->object = no_error (tf_temporary_directory_create_file (self->folder, NULL, NULL, NULL,
                                                                   &error), &error);
      self->folder_inode = inode_at (tf_temporary_directory_get_path (self->folder));
    }
  else
    self->object = G_OBJECT (new_with ("anonymous", FALSE,
                                       "delete-on-close", self->kind != STAYING,
                                       "auto-delete", self->kind != RELEASED));
  return tf_temporary_file_get_path (TF_TEMPORARY_FILE (self->object));
}

static inline Subject
subject_make (Kind        kind,
              World      *world,
              const char *root)
{
  Subject self = { world, kind, NULL, NULL };

  world_make (world, root);
  /* A path that is relative for as short a time as can be. */
  g_assert_true (tf_set_temp_dir ("parent", NULL));
  g_strlcpy (world->path, make_object (&self), sizeof world->path);
  if (kind == FOLDER)
    make_file (at (world->path, "ours"), "ours", 0600);
  world->ours[0] = inode_at (world->path);
  g_assert_cmpuint (world->ours[0], !=, 0);
  self.inode = world->ours[0];
  if (kind == RELEASED)
    {
      close_ok (self.object);
      /* It is the user's from now on, as is all that may come under its name. */
      world->ours[0] = 0;
    }
  return self;
}

/* --- what must become of it -------------------------------------------------------------- */

static inline gboolean
same_name (const char *path,
           const char *other)
{
  return g_strcmp0 (strrchr (path, '/'), strrchr (other, '/')) == 0;
}

/* The inode that is found under the object's name, as the library looks for it. */
static inline ino_t
inode_under_name (const Subject *self)
{
  struct stat st;

  if (self->kind != IN_FOLDER)
    return inode_at (self->world->path);
  return fstatat (tf_temporary_directory_get_fd (self->folder),
                  strrchr (self->world->path, '/') + 1, &st, AT_SYMLINK_NOFOLLOW) == 0
         ? st.st_ino : 0;
}

/* A file is followed when a folder above it was renamed, not when somebody moved it: it may have
 * been published so. */
static inline Prediction
predict_file (const Subject *self,
              const Picture *before)
{
  ino_t found = inode_under_name (self);

  if (found == self->world->ours[0] && found != 0)
    return (Prediction) { GONE, TRUE };
  if (before->ours == NULL)
    return (Prediction) { LEFT, found == 0 };
#ifndef TF_TEST_POSIX
  if (self->kind != IN_FOLDER && same_name (before->ours, self->world->path) &&
      !tf_test_exists (folder_of (self->world)))
    return (Prediction) { GONE, TRUE };
#endif
  return (Prediction) { LEFT, FALSE };
}

/* A folder is found by its descriptor wherever it is, where the system tells. */
static inline Prediction
predict_folder (const Subject *self,
                const Picture *before)
{
#ifdef TF_TEST_POSIX
  const World *world = self->world;
  gboolean here = self->kind == FOLDER ? inode_at (world->path) == world->ours[0]
                                       : inode_at (folder_of (world)) == world->ours[1];

  if (!here && before->n_ours > 0)
    return (Prediction) { LOOSE };
#endif
  return (Prediction) { GONE, TRUE };
}

static inline Prediction
predict (const Subject *self,
         const Picture *before)
{
  if (self->world->ours[0] == 0 && self->world->ours[1] == 0)
    return (Prediction) { LEFT, TRUE };
  if (self->kind == FOLDER || self->world->ours[1] != 0)
    return predict_folder (self, before);
  return predict_file (self, before);
}
