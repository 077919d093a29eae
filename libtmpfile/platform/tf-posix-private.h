/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the files of the Unix back ends share with each other, on the platform floor. */

#pragma once

#include "platform/tf-fault-private.h"
#include "platform/tf-platform-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* The value of a system call that is taken up again when a signal interrupts it, as a gint64;
 * -1 with errno where it fails, or where a test makes calls of this kind fail. */
#define TF_POSIX_CALL(kind, expression)                                  \
  (G_GNUC_EXTENSION ({                                                   \
    gint64 result_;                                                      \
    do                                                                   \
      {                                                                  \
        int fault_ = TF_FAULT (kind);                                    \
                                                                         \
        result_ = fault_ != 0 ? (errno = fault_, -1) : (gint64) (expression); \
      }                                                                  \
    while (result_ == -1 && errno == EINTR);                             \
    result_;                                                             \
  }))

/* The same for a call that only succeeds or fails, as a TfStatus. */
#define TF_POSIX_TRY(kind, expression) \
  (TF_POSIX_CALL (kind, expression) == -1 ? (TfStatus) errno : 0)

/* How to open a folder that is only looked at; where there is no such thing it must be readable. */
#if defined (O_PATH)
#define TF_POSIX_O_LOOK O_PATH
#elif defined (O_SEARCH)
#define TF_POSIX_O_LOOK O_SEARCH
#else
#define TF_POSIX_O_LOOK O_RDONLY
#endif

static inline int
tf_posix_dir (int dir)
{
  return dir == TF_OS_CWD ? AT_FDCWD : dir;
}

/* openat() that gives a descriptor above 2, closed on exec; ELOOP for a link with O_NOFOLLOW
 * on every system. `kind` is what tests know it by. */
TfStatus    tf_posix_open          (TfCall      kind,
                                    int         dir,
                                    const char *name,
                                    int         flags,
                                    guint       mode,
                                    int        *fd);
/* fstat(). */
TfStatus    tf_posix_stat          (int          fd,
                                    struct stat *stat);
void        tf_posix_fill_stat     (TfStat            *stat,
                                    const struct stat *from);

/* After a failure removes what was made under that name and is open as `fd`, by tf_os_unlink()
 * or tf_os_rmdir(), and closes it; leaves alone what somebody else put there. */
void        tf_posix_discard       (int         dir,
                                    const char *name,
                                    int         fd,
                                    TfStatus  (*remove) (int dir, const char *name));

/* Opens for listing a folder of our user that denies it, after giving it `mode`; never through a
 * link. EACCES where it is not ours or the system has no way. */
TfStatus    tf_posix_open_repaired (int         dir,
                                    const char *name,
                                    guint       mode,
                                    int        *fd);

/* tf_os_reopen() by `path` (nullable), with the flags of open(). */
TfStatus    tf_posix_reopen_by_path (int         fd,
                                     const char *path,
                                     int         flags,
                                     int        *copy);
/* tf_os_umask() by what becomes of a new file in the folder `path`. */
TfStatus    tf_posix_umask_of_file (const char *path,
                                    guint      *mask);
/* TF_OS_RENAME_NO_REPLACE by a link and the removal of the old name. */
TfStatus    tf_posix_move_by_link  (int         from_dir,
                                    const char *from,
                                    int         to_dir,
                                    const char *to);
/* Whether the folder `fd` is on another mount than `parent`, by a rename that can never be: 0 and
 * *other, or an error where the system does not tell so. */
TfStatus    tf_posix_compare_mounts (int       fd,
                                     int       parent,
                                     gboolean *other);
/* Opens the folder above `fd`, whose own stat is `folder`, only for looking at it. A folder that
 * denies its owner to search it permits it for that moment. */
TfStatus    tf_posix_open_parent   (int           fd,
                                    const TfStat *folder,
                                    int          *parent);

/* A variable of the environment, NULL in a set-uid program. */
const char *tf_posix_getenv        (const char *name);
/* Memory of one number that the kernel sets to 0 in every new process, however it was forked;
 * NULL where there is no such thing. Never freed. */
guint      *tf_posix_wiped_number  (void);
/* Random bytes by the device, for where there is no system call; aborts without any source. */
void        tf_posix_random_device (gpointer buffer,
                                    gsize    count);

G_END_DECLS
