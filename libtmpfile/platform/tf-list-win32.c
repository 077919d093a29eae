/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists a folder, on the platform floor of Windows. */

#include "platform/tf-win32-private.h"

#define BUFFER_SIZE (64 * 1024)

struct _TfOsList
{
  HANDLE folder;                 /* the caller's; NULL: there is no listing under way */
  gboolean restart;
  FILE_ID_BOTH_DIR_INFO *next;   /* in the buffer; NULL when it is used up */
  gpointer buffer;
  char *name;                    /* the last one given out */
};

TfOsList *
tf_os_list_new (void)
{
  return g_new0 (TfOsList, 1);
}

guint
tf_os_list_descriptors (void)
{
  return 0;
}

void
tf_os_list_free (TfOsList *list)
{
  g_free (list->buffer);
  g_free (list->name);
  g_free (list);
}

TfStatus
tf_os_list_begin (TfOsList *list,
                  int       fd)
{
  TfStatus status = TF_FAULT (TF_CALL_LIST);

  list->next = NULL;
  list->restart = TRUE;
  list->folder = status == 0 ? tf_win32_handle (fd) : NULL;
  if (status == 0 && list->folder == NULL)
    status = ERROR_INVALID_HANDLE;
  if (list->buffer == NULL)
    list->buffer = g_malloc (BUFFER_SIZE);
  return status;
}

TfStatus
tf_os_list_start (TfOsList *list,
                  int       fd)
{
  return tf_os_list_begin (list, fd);
}

static TfStatus
refill (TfOsList *list)
{
  FILE_INFO_BY_HANDLE_CLASS klass = list->restart ? FileIdBothDirectoryRestartInfo
                                                  : FileIdBothDirectoryInfo;
  TfStatus status;

  status = TF_WIN32_TRY_BOOL (TF_CALL_LIST,
                              GetFileInformationByHandleEx (list->folder, klass, list->buffer,
                                                            BUFFER_SIZE));
  list->restart = FALSE;
  if (status == 0)
    list->next = list->buffer;
  return status;
}

static gboolean
is_dots (const FILE_ID_BOTH_DIR_INFO *entry)
{
  gsize length = entry->FileNameLength / sizeof (wchar_t);

  return entry->FileName[0] == L'.' &&
         (length == 1 || (length == 2 && entry->FileName[1] == L'.'));
}

static const FILE_ID_BOTH_DIR_INFO *
take (TfOsList *list)
{
  FILE_ID_BOTH_DIR_INFO *entry = list->next;

  if (entry == NULL)
    return NULL;
  list->next = entry->NextEntryOffset != 0
                 ? (gpointer) ((char *) entry + entry->NextEntryOffset)
                 : NULL;
  return entry;
}

/* The field EaSize is the tag of a reparse point. */
static TfKind
kind_of (const FILE_ID_BOTH_DIR_INFO *entry)
{
  if (TF_FAULT (TF_CALL_LIST_KIND) != 0)
    return TF_KIND_UNKNOWN;
  return tf_win32_kind (entry->FileAttributes, entry->EaSize);
}

TfStatus
tf_os_list_next (TfOsList    *list,
                 const char **name,
                 TfKind      *kind)
{
  const FILE_ID_BOTH_DIR_INFO *entry = NULL;
  TfStatus status = 0;

  while (status == 0 && list->folder != NULL && (entry == NULL || is_dots (entry)))
    {
      entry = take (list);
      if (entry == NULL)
        status = refill (list);
    }
  g_clear_pointer (&list->name, g_free);
  if (status != 0 || list->folder == NULL)
    {
      list->folder = NULL;
      /* A folder removed meanwhile has no entries. */
      if (status != 0 && status != ERROR_NO_MORE_FILES &&
          tf_os_condition (status) != TF_CONDITION_NOT_FOUND)
        return status;
      *name = NULL;
      return 0;
    }

  list->name = tf_win32_from_wide (entry->FileName, entry->FileNameLength / sizeof (wchar_t));
  *name = list->name;
  *kind = kind_of (entry);
  return 0;
}
