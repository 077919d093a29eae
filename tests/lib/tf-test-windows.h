/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The Unix calls that tests use, on Windows, where this is included before all else: so that one
 * source of a test is for every system. Paths are UTF-8, and what is opened keeps nobody from
 * deleting it.
 *
 * What Windows does not have ends the program. Tests that need it are on the list
 * tests/exceptions/windows.txt, and are not run. */

#pragma once

#ifndef _CRT_RAND_S
#define _CRT_RAND_S
#endif
#include <glib.h>
#include <glib/gstdio.h>

#include <fcntl.h>
#include <io.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* --- files ------------------------------------------------------------------------------- */

#define O_CLOEXEC O_NOINHERIT
#define O_DIRECTORY 0x10000000
#define O_PATH 0x20000000
#define O_TMPFILE 0x40000000
#define O_NOFOLLOW 0
#define O_NONBLOCK 0
#define O_NOCTTY 0
#define AT_FDCWD (-100)
#define AT_REMOVEDIR 1
#define AT_SYMLINK_NOFOLLOW 2

/* The C library has one, without a prototype that tests could keep clear of. */
#define tell tf_test_tell

#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 5
#define F_DUPFD 6
#define FD_CLOEXEC 1

int     tf_test_open     (const char *path, int flags, ...);
int     tf_test_openat   (int dir, const char *name, int flags, ...);
int     tf_test_mkdir    (const char *path, int mode);
int     tf_test_mkdirat  (int dir, const char *name, int mode);
int     tf_test_unlinkat (int dir, const char *name, int flags);
int     tf_test_chmod    (const char *path, int mode);
int     tf_test_fchmod   (int fd, int mode);
int     tf_test_fstat    (int fd, struct stat *st);
int     tf_test_fcntl    (int fd, int what, ...);
int     tf_test_link     (const char *from, const char *to);
int     tf_test_rename   (const char *from, const char *to);
/* A lease, as the library's back end understands it: not waiting, and not given back. */
int     tf_test_flock    (int fd, int operation);
int     tf_test_ftruncate (int fd, gint64 size);
/* What of it is asked here: the most memory that the process had, in KiB. */
struct rusage
{
  long ru_maxrss;
};
struct timespec;
/* Only the second time, in whole seconds. */
int     tf_test_utimens   (const char *path, const struct timespec times[2]);
int     tf_test_getrusage (struct rusage *usage);
int     tf_test_setenv   (const char *name, const char *value, int overwrite);
int     tf_test_unsetenv (const char *name);
gssize  tf_test_pread    (int fd, void *buffer, gsize count, gint64 offset);
gssize  tf_test_pwrite   (int fd, const void *buffer, gsize count, gint64 offset);

#define open tf_test_open
#define g_open tf_test_open
#define g_mkdir tf_test_mkdir
#define chmod tf_test_chmod
#define g_chmod tf_test_chmod
#define openat tf_test_openat
#define mkdirat tf_test_mkdirat
#define unlinkat tf_test_unlinkat
#define fcntl tf_test_fcntl
#define pread tf_test_pread
#define pwrite tf_test_pwrite
#undef ftruncate
#define ftruncate tf_test_ftruncate
#define utimensat(dir, path, times, flags) tf_test_utimens (path, times)
#define getrusage(who, usage) tf_test_getrusage (usage)
#define mkdir(path, mode) tf_test_mkdir (path, mode)
#define link(from, to) tf_test_link (from, to)
#define rename(from, to) tf_test_rename (from, to)
#define unlink(path) g_unlink (path)
#define rmdir(path) g_rmdir (path)
#define remove(path) g_remove (path)
#define lstat(path, st) stat (path, st)
#define setenv(name, value, overwrite) tf_test_setenv (name, value, overwrite)
#define unsetenv(name) tf_test_unsetenv (name)
#define mkdtemp(template) g_mkdtemp (template)

/* --- children, see tf_test_fork() -------------------------------------------------------- */

#define SIGKILL 9
#define SIGALRM 14
#define WNOHANG 1
#define WTERMSIG(status) ((status) & 0x7f)
#define WIFSIGNALED(status) (WTERMSIG (status) != 0)
#define WIFEXITED(status) (WTERMSIG (status) == 0)
#define WEXITSTATUS(status) ((status) >> 8)

/* The signal ends the process, whatever it is: no handler is run, as with Unix's SIGKILL. A `pid`
 * is what tf_test_fork() gave, a handle: what getpid() says may be the number of one too. */
int     tf_test_kill     (int pid, int signal);
int     tf_test_raise    (int signal);
int     tf_test_waitpid  (int pid, int *status, int options);
void    tf_test_alarm    (unsigned int seconds);

#define raise(signal) tf_test_raise (signal)
#define kill(pid, signal) tf_test_kill (pid, signal)
#define waitpid(pid, status, options) tf_test_waitpid (pid, status, options)
#define alarm(seconds) tf_test_alarm (seconds)

/* --- libraries --------------------------------------------------------------------------- */

#define RTLD_NOW 0
#define RTLD_LOCAL 0

gpointer    tf_test_dlopen  (const char *path, int flags);
gpointer    tf_test_dlsym   (gpointer library, const char *name);
int         tf_test_dlclose (gpointer library);
const char *tf_test_dlerror (void);

#define dlopen tf_test_dlopen
#define dlsym tf_test_dlsym
#define dlclose tf_test_dlclose
#define dlerror tf_test_dlerror

/* --- what is not there ------------------------------------------------------------------- */

int tf_test_missing (const char *name) G_GNUC_NORETURN;
#define TF_TEST_MISSING(name) tf_test_missing (name)

#define S_ISLNK(mode) FALSE
#define S_ISSOCK(mode) FALSE
#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8
#define SIGSTOP 19
#define SIGCONT 18
#define RLIMIT_NOFILE 7
#define RLIMIT_FSIZE 1
#define RLIM_INFINITY G_MAXUINT64
#define MS_BIND 4096
#define MS_NOSUID 2
#define MS_NODEV 4
#define MS_REC 16384
#define MS_PRIVATE (1 << 18)
#define MS_RDONLY 1
#define MS_REMOUNT 32
#define MNT_DETACH 2
#define AT_EMPTY_PATH 0x1000
#define EDQUOT 1122   /* numbers that no other code has */
#define ESTALE 1116

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_CLOEXEC 0
#define SYS_clone 56
#define SIGCHLD 17

typedef guint64 rlim_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;

struct rlimit
{
  guint64 rlim_cur;
  guint64 rlim_max;
};

struct sockaddr
{
  int sa_family;
};

struct sockaddr_un
{
  int sun_family;
  char sun_path[108];
};

#define geteuid() 1000u
#define getuid() 1000u
#define getegid() 1000u
#define fork() TF_TEST_MISSING ("fork")
#define flock(fd, operation) tf_test_flock (fd, operation)
#define symlink(target, path) ((void) (target), (void) (path), TF_TEST_MISSING ("symlink"))
#define mkfifo(path, mode) ((void) (path), TF_TEST_MISSING ("mkfifo"))
#define mkfifoat(dir, path, mode) ((void) (path), TF_TEST_MISSING ("mkfifoat"))
#define symlinkat(target, dir, path) ((void) (path), TF_TEST_MISSING ("symlinkat"))
#define chown(path, uid, gid) ((void) (path), (void) (uid), (void) (gid), TF_TEST_MISSING ("chown"))
#define fchmod(fd, mode) tf_test_fchmod (fd, mode)
#undef fstat
#define fstat(fd, st) tf_test_fstat (fd, st)
#define fchmodat(fd, path, mode, flags) ((void) (fd), TF_TEST_MISSING ("fchmodat"))
#define pipe(fds) ((void) (fds), TF_TEST_MISSING ("pipe"))
#define mount(source, target, type, flags, data) ((void) (target), TF_TEST_MISSING ("mount"))
#define umount2(target, flags) ((void) (target), TF_TEST_MISSING ("umount2"))
#define umount(target) ((void) (target), TF_TEST_MISSING ("umount"))
#define getrlimit(what, limit) ((void) (limit), TF_TEST_MISSING ("getrlimit"))
#define setrlimit(what, limit) ((void) (limit), TF_TEST_MISSING ("setrlimit"))
#define socket(family, type, protocol) TF_TEST_MISSING ("socket")
#define bind(fd, address, size) ((void) (fd), (void) (address), TF_TEST_MISSING ("bind"))
#define RUSAGE_SELF 0
#define chroot(path) ((void) (path), TF_TEST_MISSING ("chroot"))
#define syscall(...) TF_TEST_MISSING ("syscall")
#define fstatat(fd, path, st, flags) ((void) (fd), (void) (st), TF_TEST_MISSING ("fstatat"))
#define pipe2(fds, flags) ((void) (fds), TF_TEST_MISSING ("pipe2"))
#define execlp(...) TF_TEST_MISSING ("execlp")
#define prctl(...) TF_TEST_MISSING ("prctl")
#define PR_SET_PDEATHSIG 1
#define linkat(from_dir, from, dir, path, flags) tf_test_link (from, path)
#define fchdir(fd) ((void) (fd), TF_TEST_MISSING ("fchdir"))
