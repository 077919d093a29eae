/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A back end of the platform floor for no system at all: every function is there and supports
 * nothing. What compiles and links with it knows no operating system. */

#include "platform/tf-platform-private.h"

#define OK 0
#define NOT_SUPPORTED 1
#define EXISTS 2
#define NOT_FOUND 3

static guint number = 1;
guint *tf_os_generation_number = &number;

struct _TfOsList
{
  int fd;
};

TfCondition
tf_os_condition (TfStatus status)
{
  switch (status)
    {
    case OK:
      return TF_CONDITION_OK;
    case EXISTS:
      return TF_CONDITION_EXISTS;
    case NOT_FOUND:
      return TF_CONDITION_NOT_FOUND;
    default:
      return TF_CONDITION_NOT_SUPPORTED;
    }
}

TfStatus
tf_os_status (TfCondition condition)
{
  if (condition == TF_CONDITION_EXISTS)
    return EXISTS;
  return condition == TF_CONDITION_NOT_FOUND ? NOT_FOUND : NOT_SUPPORTED;
}

GIOErrorEnum
tf_os_io_error (TfStatus status)
{
  return G_IO_ERROR_NOT_SUPPORTED;
}

char *
tf_os_describe (TfStatus status)
{
  return g_strdup ("not supported");
}

TfStatus
tf_os_create_file (int              dir,
                   const char      *name,
                   guint            mode,
                   TfOsCreateFlags  flags,
                   int             *fd,
                   TfStat          *stat)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_create_anonymous (const char      *path,
                        TfOsCreateFlags  flags,
                        int             *fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_create_leased_folder (int         dir,
                            const char *name,
                            int        *fd,
                            TfStat     *stat)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_create_folder (int         dir,
                     const char *name)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_read (int       fd,
            gpointer  buffer,
            gsize     count,
            gsize    *done)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_write (int            fd,
             gconstpointer  buffer,
             gsize          count,
             gsize         *done)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_pread (int       fd,
             gpointer  buffer,
             gsize     count,
             gint64    offset,
             gsize    *done)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_pwrite (int            fd,
              gconstpointer  buffer,
              gsize          count,
              gint64         offset,
              gsize         *done)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_seek (int        fd,
            gint64     offset,
            GSeekType  whence,
            gint64    *position)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_truncate (int    fd,
                gint64 size)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_sync (int fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_close (int fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_dup (int  fd,
           int *copy)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_replace (int fd,
               int target)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_set_mode (int   fd,
                guint mode)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_reopen (int               fd,
              const char       *path,
              TfOsReopenFlags   flags,
              int              *copy)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_open_file (int              dir,
                 const char      *name,
                 TfOsReopenFlags  flags,
                 int             *fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_hold_file (int         dir,
                 const char *name,
                 int        *fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_stat (int     fd,
            TfStat *stat)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_stat_at (int         dir,
               const char *name,
               TfStat     *stat)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_identify_at (int         dir,
                   const char *name,
                   TfIdentity *id)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_birth (int     fd,
             gint64 *birth)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_stat_folder (int     fd,
                   TfStat *stat)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_path_of (int    fd,
               char **path)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_unlink (int         dir,
              const char *name)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_rmdir (int         dir,
             const char *name)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_unlink_same (int               dir,
                   const char       *name,
                   const TfIdentity *id)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_rmdir_same (int               dir,
                  const char       *name,
                  const TfIdentity *id)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_link_file (int         fd,
                 int         dir,
                 const char *name)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_rename (int             from_dir,
              const char     *from,
              int             to_dir,
              const char     *to,
              TfOsRenameMode  mode)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_clone (int from,
             int to)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_copy_range (int     from,
                  int     to,
                  gint64  offset,
                  gsize   count,
                  gsize  *done)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_open_folder (int         dir,
                   const char *name,
                   int        *fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_take_lease (int       fd,
                  TfOsLease lease)
{
  return NOT_SUPPORTED;
}

gboolean
tf_os_is_local (int    fd,
                char **name)
{
  return FALSE;
}

TfStatus
tf_os_open_folder_as_is (int         dir,
                         const char *name,
                         int        *fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_open_for_lookup (int         dir,
                       const char *name,
                       int        *fd)
{
  return NOT_SUPPORTED;
}

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
  g_free (list);
}

TfStatus
tf_os_list_begin (TfOsList *list,
                  int       fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_list_start (TfOsList *list,
                  int       fd)
{
  return NOT_SUPPORTED;
}

TfStatus
tf_os_list_next (TfOsList    *list,
                 const char **name,
                 TfKind      *kind)
{
  return NOT_SUPPORTED;
}

void
tf_os_random (gpointer buffer,
              gsize    count)
{
  g_error ("not supported");
}

TfStatus
tf_os_umask (const char *path,
             guint      *mask)
{
  return NOT_SUPPORTED;
}

char **
tf_os_temp_candidates (void)
{
  return g_new0 (char *, 1);
}

const char *
tf_os_line_end (void)
{
  return "\r\n";
}

guint
tf_os_renew_generation (void)
{
  return number;
}

guint
tf_os_forks (void)
{
  return 0;
}
