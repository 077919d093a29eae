/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What an operating system has to offer, on the platform floor: same-named functions
 * that each back end (-posix.c, -linux.c, -win32.c) provides and meson chooses from.
 *
 * Rules that hold for every function here:
 *
 *  - A result of type TfStatus is 0 for success or a code of the operating system (errno on
 *    Unix, GetLastError() on Windows). tf_os_condition() says what it means, tf_error_set()
 *    makes a GError of it. Outputs are written on success only.
 *  - Files and folders are descriptors of the C library on every system, never below 3 and
 *    never inherited by a new program. Who receives one through an output owns it.
 *  - A name is looked up in the folder `dir` (TF_OS_CWD with an absolute path for "anywhere").
 *    Names are in the file name encoding of GLib.
 *  - An interrupted call is taken up again, except a close, which is never repeated.
 *  - No link is followed by its last component, nothing blocks on a fifo or device, and no
 *    lock is held on return unless the function says so.
 *  - Every function may be called from any thread.
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef int TfStatus;

#define TF_OS_CWD (-100)

/* Conditions that the floors above tell apart; everything else is TF_CONDITION_OTHER. */
typedef enum
{
  TF_CONDITION_OK,
  TF_CONDITION_EXISTS,
  TF_CONDITION_NOT_FOUND,
  TF_CONDITION_NOT_EMPTY,
  TF_CONDITION_NOT_FOLDER,
  TF_CONDITION_IS_LINK,        /* a link where none is followed */
  TF_CONDITION_DENIED,         /* this user may not */
  TF_CONDITION_NO_SPACE,       /* full, or over quota */
  TF_CONDITION_NOT_SUPPORTED,  /* the call, the flag or the file system cannot: try the other way */
  TF_CONDITION_CROSS_DEVICE,
  TF_CONDITION_BUSY,           /* locked by somebody else */
  TF_CONDITION_OTHER,
} TfCondition;

typedef enum
{
  TF_KIND_UNKNOWN,
  TF_KIND_FILE,
  TF_KIND_FOLDER,
  TF_KIND_LINK,
  TF_KIND_SPECIAL,
} TfKind;

/* What makes an object itself: equal for two looks at the same object as long as somebody
 * keeps a descriptor of it open, so that the file system cannot hand the number out again. */
typedef struct
{
  guint64 device;
  guint64 inode;
  guint64 inode_high;   /* Windows has 128 bits */
} TfIdentity;

typedef struct
{
  TfIdentity id;
  TfKind kind;
  guint mode;           /* permission bits, 07777; made up where the system has none */
  guint uid;
  guint gid;
  guint links;
  guint64 size;         /* bytes */
  gint64 atime;         /* microseconds since 1970 */
  gint64 mtime;
  guint mtime_nanos;    /* all digits of its fraction of a second */
  gint64 ctime;
  gboolean mine;        /* the caller's effective user owns it */
  gboolean mount_root;  /* something is mounted here; only from tf_os_stat_folder() */
} TfStat;

static inline gboolean
tf_identity_equal (const TfIdentity *a,
                   const TfIdentity *b)
{
  return a->inode == b->inode && a->device == b->device && a->inode_high == b->inode_high;
}

/* --- errors ------------------------------------------------------------------------------ */

TfCondition  tf_os_condition (TfStatus status);
/* A status that means `condition`, which is EXISTS, NOT_FOUND or NOT_SUPPORTED. */
TfStatus     tf_os_status    (TfCondition condition);
GIOErrorEnum tf_os_io_error  (TfStatus status);
/* The system's words for `status`, UTF-8, in the user's language. */
char        *tf_os_describe  (TfStatus status) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a folder could not be removed or replaced since there is something in it, for which
 * systems have two answers. */
static inline gboolean
tf_os_says_filled (TfStatus status)
{
  TfCondition condition = status != 0 ? tf_os_condition (status) : TF_CONDITION_OK;

  return condition == TF_CONDITION_NOT_EMPTY || condition == TF_CONDITION_EXISTS;
}

/* --- creating ---------------------------------------------------------------------------- */

/* The sticky bit of a folder says that it is owned, and that a sweep may take it once the lease has
 * ended. A back end without modes has another mark, and shows it as this bit. */
#define TF_OS_MARK 01000u
/* The mode of such a folder, exactly. */
#define TF_OS_OWNED_MODE (TF_OS_MARK | 0700u)

typedef enum
{
  TF_OS_CREATE_NONE   = 0,
  TF_OS_CREATE_APPEND = 1 << 0,
} TfOsCreateFlags;

/* Makes a file of that name, which must not exist, for reading and writing. Its mode ends up
 * exactly `mode`, whatever the umask, and is never wider than 0600 before. On failure after
 * the creation the file is removed again. `stat` is what was made. */
TfStatus tf_os_create_file      (int              dir,
                                 const char      *name,
                                 guint            mode,
                                 TfOsCreateFlags  flags,
                                 int             *fd,
                                 TfStat          *stat);

/* Makes a file without a name in the folder `path`, one that tf_os_link_file() can name later, or
 * where the system has no such thing one whose name nobody is told, and which goes with its last
 * descriptor. Its mode may be narrower than 0600 under a strange umask: tf_os_set_mode() before it
 * is seen. TF_CONDITION_NOT_SUPPORTED for every "not this way", on Unix EOPNOTSUPP, EISDIR,
 * ENOENT, EINVAL, EPERM, EACCES, ENOSYS; the caller creates and unlinks instead, whose error
 * counts. On Unix one system call. */
TfStatus tf_os_create_anonymous (const char      *path,
                                 TfOsCreateFlags  flags,
                                 int             *fd);

/* Makes a folder, opens it for listing, marks it as owned (TF_OS_OWNED_MODE, exactly, whatever the
 * umask) and holds a shared lease on it, which ends when `fd` and all its duplicates are closed.
 * TF_CONDITION_EXISTS, so that the caller takes another name, also when a sweeper took the folder
 * in between. Where mark or lease cannot be had, success all the same. On failure after the
 * creation the folder is removed again. */
TfStatus tf_os_create_leased_folder (int         dir,
                                     const char *name,
                                     int        *fd,
                                     TfStat     *stat);

/* Makes a plain folder of mode 0700, exactly, whatever the umask. */
TfStatus tf_os_create_folder    (int              dir,
                                 const char      *name);

/* --- descriptors ------------------------------------------------------------------------- */

TfStatus tf_os_read     (int fd, gpointer buffer, gsize count, gsize *done);
TfStatus tf_os_write    (int fd, gconstpointer buffer, gsize count, gsize *done);
TfStatus tf_os_pread    (int fd, gpointer buffer, gsize count, gint64 offset, gsize *done);
/* On a file opened to append it goes to the end, whatever the offset (pwrite(2), BUGS). */
TfStatus tf_os_pwrite   (int fd, gconstpointer buffer, gsize count, gint64 offset, gsize *done);
TfStatus tf_os_seek     (int fd, gint64 offset, GSeekType whence, gint64 *position);
TfStatus tf_os_truncate (int fd, gint64 size);
/* Data and metadata on disk. Final: a failure is never followed by a second try. */
TfStatus tf_os_sync     (int fd);
TfStatus tf_os_close    (int fd);
TfStatus tf_os_dup      (int fd, int *copy);
/* Makes the number `target` name what `fd` names, atomically; `fd` is closed. */
TfStatus tf_os_replace  (int fd, int target);
TfStatus tf_os_set_mode (int fd, guint mode);

typedef enum
{
  TF_OS_REOPEN_NONE      = 0,
  TF_OS_REOPEN_READ_ONLY = 1 << 0,
  TF_OS_REOPEN_APPEND    = 1 << 1,
} TfOsReopenFlags;

/* Opens the file behind `fd` once more, with a cursor of its own. `path` (nullable) is tried,
 * and its identity compared, where the system cannot do it by descriptor. */
TfStatus tf_os_reopen   (int fd, const char *path, TfOsReopenFlags flags, int *copy);
/* Opens a file that exists, whose identity the caller compares: NOT_SUPPORTED when it is no plain
 * file. */
TfStatus tf_os_open_file (int dir, const char *name, TfOsReopenFlags flags, int *fd);
/* A descriptor that only holds the file, so that nobody else's gets its identity: where the system
 * has such a thing it can neither be read nor written. tf_os_stat() and tf_os_reopen() take it. */
TfStatus tf_os_hold_file (int dir, const char *name, int *fd);

/* --- looking ----------------------------------------------------------------------------- */

TfStatus tf_os_stat        (int fd, TfStat *stat);
TfStatus tf_os_stat_at     (int dir, const char *name, TfStat *stat);
/* When the file was made, in nanoseconds since 1970, which no other file has under the same number
 * later; 0 where the system does not say. */
TfStatus tf_os_birth       (int fd, gint64 *birth);
/* The identity only, for the hot path. */
TfStatus tf_os_identify_at (int dir, const char *name, TfIdentity *id);
/* As tf_os_stat(), and tells whether `fd` is the root of a mount, bind mounts of the same
 * device included where the kernel can say it. One system call where statx works. */
TfStatus tf_os_stat_folder (int fd, TfStat *stat);
/* Where the file or folder behind `fd` is now; NOT_FOUND when it has no name any more,
 * NOT_SUPPORTED where the system cannot tell (no /proc). */
TfStatus tf_os_path_of     (int fd, char **path);

/* --- names ------------------------------------------------------------------------------- */

TfStatus tf_os_unlink  (int dir, const char *name);
TfStatus tf_os_rmdir   (int dir, const char *name);
/* The same for what the caller has just seen to be `id`. A system that removes what was opened, and
 * not what has a name, compares once more, and nothing else is ever removed: NOT_FOUND. */
TfStatus tf_os_unlink_same (int dir, const char *name, const TfIdentity *id);
TfStatus tf_os_rmdir_same  (int dir, const char *name, const TfIdentity *id);
/* Gives a file from tf_os_create_anonymous() a name; EXISTS when it is taken, NOT_SUPPORTED where
 * it cannot be linked or must not: the caller copies, whose error counts. */
TfStatus tf_os_link_file (int fd, int dir, const char *name);

typedef enum
{
  TF_OS_RENAME_REPLACE,     /* an existing file goes, atomically */
  TF_OS_RENAME_NO_REPLACE,  /* EXISTS when the name is taken, never a plain rename: where the kernel
                             * has no such call link and unlink, and NOT_SUPPORTED without links */
} TfOsRenameMode;

TfStatus tf_os_rename  (int from_dir, const char *from, int to_dir, const char *to,
                        TfOsRenameMode mode);

/* --- copying ----------------------------------------------------------------------------- */

/* Makes the empty file `to` share all data of `from`; NOT_SUPPORTED or CROSS_DEVICE: copy. */
TfStatus tf_os_clone      (int from, int to);
/* Copies at most `count` bytes from `offset` of `from` to the same offset of `to` in the kernel;
 * NOT_SUPPORTED or CROSS_DEVICE: read and write. 0 bytes at the end. */
TfStatus tf_os_copy_range (int from, int to, gint64 offset, gsize count, gsize *done);

/* --- leases ------------------------------------------------------------------------------ */

typedef enum
{
  TF_OS_LEASE_SHARED,      /* of an owner; several go together */
  TF_OS_LEASE_EXCLUSIVE,   /* of a sweeper */
} TfOsLease;

/* Takes a lease on the open file or folder. BUSY, without waiting, when somebody holds one that
 * does not go together. It ends when `fd` and all its duplicates are closed, never otherwise; on
 * Windows a duplicate of a folder's that was made before has no part in it. */
TfStatus tf_os_take_lease (int fd, TfOsLease lease);
/* Whether leases on the file system of `fd` hold for all who can reach it, since it is known to be
 * local. When not, *name (owned by the caller) is what it is called. */
gboolean tf_os_is_local   (int fd, char **name);

/* --- walking ----------------------------------------------------------------------------- */

/* Opens a folder for listing, never through a link and never waiting for a device. `dir` and
 * `name` as everywhere. A folder of our user without permissions is given 0700 first, by
 * descriptor, never by path; DENIED where the kernel cannot, BUSY where something is mounted. */
TfStatus tf_os_open_folder  (int dir, const char *name, int *fd);

/* The same without giving anything: DENIED when it cannot be listed as it is. */
TfStatus tf_os_open_folder_as_is (int dir, const char *name, int *fd);

/* Opens a folder only to look names up in it: links are followed, nothing is repaired, and it need
 * not be readable. */
TfStatus tf_os_open_for_lookup   (int dir, const char *name, int *fd);

/* One listing of the folder `fd`, which stays the caller's, is not closed, and has its listing
 * position used. Begins anew at each tf_os_list_begin(), and may be used for one folder after the
 * other. It has at most some 1.2 MB of memory, from the first large folder on until it is freed. */
typedef struct _TfOsList TfOsList;

TfOsList *tf_os_list_new   (void);
/* How many descriptors it has of its own while it lists. */
guint     tf_os_list_descriptors (void);
void      tf_os_list_free  (TfOsList *list);
TfStatus  tf_os_list_begin (TfOsList *list, int fd);
/* The same for a descriptor that was just opened; no system call where that can be. */
TfStatus  tf_os_list_start (TfOsList *list, int fd);
/* The next entry without `.` and `..`, in the order that suits the disk; *name is NULL at the end
 * and valid until the next call. *kind is TF_KIND_UNKNOWN where the file system does not say.
 * Entries may go meanwhile. */
TfStatus  tf_os_list_next  (TfOsList *list, const char **name, TfKind *kind);

/* --- the machine ------------------------------------------------------------------------- */

/* Fills the buffer from the system's random source; never fails once the machine has booted,
 * and aborts where there is no source at all, as GLib does when memory ends. */
void     tf_os_random          (gpointer buffer, gsize count);

/* The bits that the process withholds from new files in the folder `path`, read without
 * changing them. */
TfStatus tf_os_umask           (const char *path, guint *mask);

/* CPython's candidates for the temporary folder, in order, as the environment has them now:
 * TMPDIR, TEMP and TMP (ignored in a set-uid program), then the system's. Without the working
 * folder. */
char   **tf_os_temp_candidates (void) G_GNUC_WARN_UNUSED_RESULT;

/* An absolute path that stays what it is: on Windows one without a drive is on that of the working
 * folder. */
char    *tf_os_anchor          (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* What ends a line in the text files of this system; static. */
const char *tf_os_line_end     (void);

/* Has exit() call `func` while the other threads still run, last come first served. Windows may
 * call it once more at the very end. */
void     tf_os_at_exit         (void (*func) (void));

/* A number that is another one in every process of a family: it changes in a forked child,
 * also after a raw clone(), and costs no system call. Never 0. */
static inline guint tf_os_generation (void);
/* Where that number is, 0 in a process that nobody has numbered yet, and who numbers it. */
extern guint *tf_os_generation_number;
guint    tf_os_renew_generation (void);
/* How often this process has forked: data shared with a child may change behind our back. */
guint    tf_os_forks           (void);

static inline guint
tf_os_generation (void)
{
  guint generation = (guint) g_atomic_int_get (tf_os_generation_number);

  return G_LIKELY (generation != 0) ? generation : tf_os_renew_generation ();
}

G_END_DECLS
