/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists a folder by getdents64(), on Linux; on the platform floor. */

#include "platform/tf-posix-private.h"

#include <dirent.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BUFFER_SIZE (32 * 1024)

/* What the kernel writes. */
typedef struct
{
  guint64 inode;
  gint64 offset;
  guint16 length;
  guint8 type;
  char name[];
} Entry;

struct _TfOsList
{
  int fd;
  gsize position;   /* of the next entry in the buffer */
  gsize filled;
  union
  {
    Entry entry;    /* for its alignment */
    char bytes[BUFFER_SIZE];
  } buffer;
};

TfOsList *
tf_os_list_new (void)
{
  TfOsList *list = g_malloc (sizeof *list);

  list->fd = -1;
  list->position = list->filled = 0;
  return list;
}

void
tf_os_list_free (TfOsList *list)
{
  g_free (list);
}

TfStatus
tf_os_list_start (TfOsList *list,
                  int       fd)
{
  list->fd = fd;
  list->position = list->filled = 0;
  return 0;
}

TfStatus
tf_os_list_begin (TfOsList *list,
                  int       fd)
{
  tf_os_list_start (list, fd);
  return TF_POSIX_TRY (TF_CALL_LIST, lseek (fd, 0, SEEK_SET));
}

static TfKind
kind_of_type (guint8 type)
{
  switch (type)
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
}

/* FALSE at the end, and with errno set when it failed. */
static gboolean
refill (TfOsList *list)
{
  gint64 result = TF_POSIX_CALL (TF_CALL_LIST, syscall (SYS_getdents64, list->fd,
                                                        list->buffer.bytes, BUFFER_SIZE));

  list->position = 0;
  list->filled = result > 0 ? (gsize) result : 0;
  if (result == 0)
    errno = 0;
  return result > 0;
}

TfStatus
tf_os_list_next (TfOsList    *list,
                 const char **name,
                 TfKind      *kind,
                 guint64     *inode)
{
  for (;;)
    {
      Entry *entry;

      if (list->position >= list->filled && !refill (list))
        {
          /* A folder removed meanwhile has no entries. */
          if (errno != 0 && errno != ENOENT)
            return errno;
          *name = NULL;
          return 0;
        }

      entry = (gpointer) (list->buffer.bytes + list->position);
      list->position += entry->length;
      if (strcmp (entry->name, ".") == 0 || strcmp (entry->name, "..") == 0)
        continue;

      *name = entry->name;
      *kind = kind_of_type (entry->type);
      *inode = entry->inode;
      return 0;
    }
}
