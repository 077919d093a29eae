/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists a folder by getdents64(), on Linux; on the platform floor. */

#include "platform/tf-order-private.h"
#include "platform/tf-posix-private.h"

#include <dirent.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SMALL_SIZE (32 * 1024)
#define LARGE_SIZE (512 * 1024)

/* The shortest entry: names of up to four bytes. */
#define MIN_ENTRY 24

/* What the kernel writes. */
typedef struct
{
  guint64 inode;
  gint64 offset;
  guint16 length;
  guint8 type;
  char name[];
} Entry;

/* A folder that does not fit into the small buffer gets a large one, and is put in order. */
struct _TfOsList
{
  int fd;
  gboolean ended;    /* the kernel has no more */
  char *buffer;
  gsize size;
  gsize filled;
  gsize position;    /* of the next entry in the buffer; in the order, where there is one */
  gboolean ordered;
  TfOrder order;
};

TfOsList *
tf_os_list_new (void)
{
  TfOsList *list = g_new0 (TfOsList, 1);

  list->size = SMALL_SIZE;
  list->buffer = g_malloc (SMALL_SIZE);
  tf_os_list_start (list, -1);
  return list;
}

guint
tf_os_list_descriptors (void)
{
  return 0;
}

void
tf_os_list_free (TfOsList *list)
{
  tf_order_clear (&list->order);
  g_free (list->buffer);
  g_free (list);
}

TfStatus
tf_os_list_start (TfOsList *list,
                  int       fd)
{
  list->fd = fd;
  list->ended = FALSE;
  list->ordered = FALSE;
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
  switch (TF_FAULT (TF_CALL_LIST_KIND) != 0 ? DT_UNKNOWN : type)
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

static Entry *
entry_at (TfOsList *list,
          gsize     offset)
{
  return (gpointer) (list->buffer + offset);
}

/* Adds to the buffer what the kernel has next. */
static TfStatus
read_more (TfOsList *list)
{
  gint64 result = TF_POSIX_CALL (TF_CALL_LIST, syscall (SYS_getdents64, list->fd,
                                                        list->buffer + list->filled,
                                                        list->size - list->filled));

  if (result == -1)
    return errno;
  list->ended = result == 0;
  list->filled += (gsize) result;
  return 0;
}

/* The kernel ends a read where the next entry does not fit. */
static gboolean
is_full (TfOsList *list)
{
  return list->size - list->filled < sizeof (Entry) + NAME_MAX + 1 + sizeof (guint64);
}

static gboolean
enlarge (TfOsList *list)
{
  char *larger = list->size < LARGE_SIZE ? g_try_realloc (list->buffer, LARGE_SIZE) : NULL;

  if (larger == NULL)
    return FALSE;
  list->buffer = larger;
  list->size = LARGE_SIZE;
  return TRUE;
}

static void
put_in_order (TfOsList *list)
{
  if (!tf_order_begin (&list->order, LARGE_SIZE / MIN_ENTRY))
    return;
  for (gsize offset = 0; offset < list->filled; offset += entry_at (list, offset)->length)
    tf_order_add (&list->order, entry_at (list, offset)->inode, offset);
  tf_order_sort (&list->order);
  list->ordered = TRUE;
}

static TfStatus
refill (TfOsList *list)
{
  TfStatus status;

  list->position = list->filled = 0;
  list->ordered = FALSE;
  status = read_more (list);
  if (status == 0 && !list->ended && (list->size > SMALL_SIZE || is_full (list)))
    {
      enlarge (list);
      while (status == 0 && !list->ended && !is_full (list) && list->size > SMALL_SIZE)
        status = read_more (list);
    }
  /* What was read before a failure counts, and the failure comes again. */
  if (list->filled > 0)
    status = 0;
  if (list->filled > SMALL_SIZE)
    put_in_order (list);
  return status;
}

/* The next entry of the buffer, NULL when it is used up. */
static Entry *
take (TfOsList *list)
{
  Entry *entry;

  if (list->ordered)
    return list->position < list->order.n
             ? entry_at (list, list->order.entries[list->position++].offset)
             : NULL;
  if (list->position >= list->filled)
    return NULL;
  entry = entry_at (list, list->position);
  list->position += entry->length;
  return entry;
}

static gboolean
is_dots (const char *name)
{
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

TfStatus
tf_os_list_next (TfOsList    *list,
                 const char **name,
                 TfKind      *kind)
{
  for (;;)
    {
      Entry *entry = take (list);
      TfStatus status = 0;

      if (entry == NULL && !list->ended)
        {
          status = refill (list);
          entry = status == 0 ? take (list) : NULL;
        }
      if (entry == NULL)
        {
          /* A folder removed meanwhile has no entries. */
          if (status != 0 && status != ENOENT)
            return status;
          *name = NULL;
          return 0;
        }

      if (is_dots (entry->name))
        continue;
      *name = entry->name;
      *kind = kind_of_type (entry->type);
      return 0;
    }
}
