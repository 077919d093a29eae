/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists a folder by readdir(), on any Unix; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <dirent.h>
#include <string.h>

struct _TfOsList
{
  DIR *stream;   /* on a duplicate; only while a listing is under way */
};

TfOsList *
tf_os_list_new (void)
{
  return g_new0 (TfOsList, 1);
}

static void
stop (TfOsList *list)
{
  if (list->stream != NULL)
    closedir (g_steal_pointer (&list->stream));
}

guint
tf_os_list_descriptors (void)
{
  return 1;
}

void
tf_os_list_free (TfOsList *list)
{
  stop (list);
  g_free (list);
}

TfStatus
tf_os_list_begin (TfOsList *list,
                  int       fd)
{
  TfStatus status = TF_FAULT (TF_CALL_LIST);
  int copy;

  stop (list);
  if (status == 0)
    status = tf_os_dup (fd, &copy);
  if (status != 0)
    return status;

  list->stream = fdopendir (copy);
  if (list->stream == NULL)
    {
      status = errno;
      tf_os_close (copy);
      return status;
    }
  rewinddir (list->stream);
  return 0;
}

TfStatus
tf_os_list_start (TfOsList *list,
                  int       fd)
{
  return tf_os_list_begin (list, fd);
}

static TfKind
kind_of_entry (const struct dirent *entry)
{
#ifdef DT_UNKNOWN
  switch (TF_FAULT (TF_CALL_LIST_KIND) != 0 ? DT_UNKNOWN : entry->d_type)
    {
    case DT_UNKNOWN:
      return TF_KIND_UNKNOWN;
    case DT_REG:
      return TF_KIND_FILE;
    case DT_DIR:
      return TF_KIND_FOLDER;
    case DT_LNK:
      return TF_KIND_LINK;
    default:
      return TF_KIND_SPECIAL;
    }
#else
  return TF_KIND_UNKNOWN;
#endif
}

static struct dirent *
read_entry (TfOsList *list)
{
  struct dirent *entry;

  do
    {
      errno = TF_FAULT (TF_CALL_LIST);
      entry = errno == 0 && list->stream != NULL ? readdir (list->stream) : NULL;
    }
  while ((entry == NULL && errno == EINTR)
         || (entry != NULL
             && (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)));
  return entry;
}

TfStatus
tf_os_list_next (TfOsList    *list,
                 const char **name,
                 TfKind      *kind)
{
  struct dirent *entry = read_entry (list);

  if (entry == NULL)
    {
      TfStatus status = errno;

      stop (list);
      if (status != 0 && status != ENOENT)
        return status;
      *name = NULL;
      return 0;
    }

  *name = entry->d_name;
  *kind = kind_of_entry (entry);
  return 0;
}
