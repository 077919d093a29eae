/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs a program to which the kernel denies system calls, by a filter of seccomp's: what an older
 * kernel, a sandbox or another file system answers. Unlike TF_TEST_DENY it needs no test build.
 *
 * Usage: deny CALL=ERRNO[,CALL=ERRNO...] -- PROGRAM [ARGUMENT...]
 *        deny --list
 *        deny --probe CALL      what the system says of the call, with arguments that do no harm
 *
 * The filter is inherited by all that the program starts. A call that is made in another way than
 * its number says (another architecture's numbers, io_uring) is not denied but ends the program, or
 * is not there. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

#if defined (__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined (__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined (__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined (__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#elif defined (__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "deny.c: what is this architecture called in <linux/audit.h>?"
#endif

#define ANY (-1)         /* whatever the arguments are */
#define MAX_FILTER 512   /* instructions */

/* A call is denied where the argument of that number has all the bits of the mask as the value has
 * them. Only the lower half of an argument is looked at: all of these are ints. */
typedef struct
{
  const char *name;
  long number;
  int argument;
  uint32_t mask;
  uint32_t value;
} Call;

static const Call calls[] = {
  { "at_empty_path", SYS_linkat, 4, AT_EMPTY_PATH, AT_EMPTY_PATH },
  { "copy_file_range", SYS_copy_file_range, ANY, 0, 0 },
  { "fchmodat2", SYS_fchmodat2, ANY, 0, 0 },
  { "ficlone", SYS_ioctl, 1, UINT32_MAX, FICLONE },
  { "flock", SYS_flock, ANY, 0, 0 },
  { "getrandom", SYS_getrandom, ANY, 0, 0 },
  { "link", SYS_linkat, ANY, 0, 0 },
#ifdef SYS_link
  { "link", SYS_link, ANY, 0, 0 },
#endif
  { "name_to_handle_at", SYS_name_to_handle_at, ANY, 0, 0 },
  /* The flag contains O_DIRECTORY, without which it is none. */
  { "o_tmpfile", SYS_openat, 2, O_TMPFILE, O_TMPFILE },
#ifdef SYS_open
  { "o_tmpfile", SYS_open, 1, O_TMPFILE, O_TMPFILE },
#endif
#ifdef SYS_renameat
  { "renameat2", SYS_renameat2, ANY, 0, 0 },
#else
  { "renameat2", SYS_renameat2, 4, 1, 1 },
  { "renameat2", SYS_renameat2, 4, 2, 2 },
#endif
  { "statx", SYS_statx, ANY, 0, 0 },
  { "wipeonfork", SYS_madvise, 2, UINT32_MAX, MADV_WIPEONFORK },
};

static const struct { const char *name; int value; } errors[] = {
  { "EACCES", EACCES },
  { "EBADF", EBADF },
  { "EINVAL", EINVAL },
  { "EISDIR", EISDIR },
  { "ENOENT", ENOENT },
  { "ENOLCK", ENOLCK },
  { "ENOSPC", ENOSPC },
  { "ENOSYS", ENOSYS },
  { "ENOTTY", ENOTTY },
  { "EOPNOTSUPP", EOPNOTSUPP },
  { "EPERM", EPERM },
  { "EXDEV", EXDEV },
};

#define LENGTH(array) (sizeof (array) / sizeof (array)[0])

static struct sock_filter filter[MAX_FILTER];
static unsigned short n_filter;

static void
refuse (const char *what,
        const char *about)
{
  fprintf (stderr, "deny: %s: %s\n", about, what);
  exit (2);
}

/* --- the filter -------------------------------------------------------------------------- */

static void
add (uint16_t code,
     uint32_t value,
     uint8_t  jump_if_true,
     uint8_t  jump_if_false)
{
  if (n_filter == MAX_FILTER)
    refuse ("too much is denied", "filter");
  filter[n_filter++] = (struct sock_filter) BPF_JUMP (code, value, jump_if_true, jump_if_false);
}

static void
add_load (size_t offset)
{
  add (BPF_LD | BPF_W | BPF_ABS, (uint32_t) offset, 0, 0);
}

static void
add_result (uint32_t result)
{
  add (BPF_RET | BPF_K, result, 0, 0);
}

/* Numbers mean something else on another architecture, so nothing of one may run. */
static void
begin_filter (void)
{
  add_load (offsetof (struct seccomp_data, arch));
  add (BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  add_result (SECCOMP_RET_KILL_PROCESS);
}

static size_t
offset_of_argument (int number)
{
  size_t offset = offsetof (struct seccomp_data, args) + (size_t) number * sizeof (uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  offset += sizeof (uint32_t);
#endif
  return offset;
}

static void
add_denial (const Call *call,
            int         error)
{
  uint8_t rest = call->argument == ANY ? 1 : 4;

  add_load (offsetof (struct seccomp_data, nr));
  add (BPF_JMP | BPF_JEQ | BPF_K, (uint32_t) call->number, 0, rest);
  if (call->argument != ANY)
    {
      add_load (offset_of_argument (call->argument));
      add (BPF_ALU | BPF_AND | BPF_K, call->mask, 0, 0);
      add (BPF_JMP | BPF_JEQ | BPF_K, call->value, 0, 1);
    }
  add_result (SECCOMP_RET_ERRNO | ((uint32_t) error & SECCOMP_RET_DATA));
}

/* --- what is to be denied ---------------------------------------------------------------- */

static int
error_of (const char *name)
{
  for (size_t i = 0; i < LENGTH (errors); i++)
    if (strcmp (errors[i].name, name) == 0)
      return errors[i].value;
  refuse ("unknown error", name);
  return 0;
}

static void
deny (char *word)
{
  char *error = strchr (word, '=');
  int known = 0;

  if (error == NULL)
    refuse ("not of the form CALL=ERRNO", word);
  *error++ = '\0';
  for (size_t i = 0; i < LENGTH (calls); i++)
    {
      if (strcmp (calls[i].name, word) != 0)
        continue;
      add_denial (&calls[i], error_of (error));
      known = 1;
    }
  if (!known)
    refuse ("unknown call", word);
}

static int
list (void)
{
  for (size_t i = 0; i < LENGTH (calls); i++)
    if (i == 0 || strcmp (calls[i].name, calls[i - 1].name) != 0)
      puts (calls[i].name);
  return 0;
}

static int
probe (const char *name)
{
  for (size_t i = 0; i < LENGTH (calls); i++)
    {
      long arguments[6] = { -1, 1 };
      int error;

      if (strcmp (calls[i].name, name) != 0)
        continue;
      if (calls[i].argument != ANY)
        arguments[calls[i].argument] = (long) calls[i].value;
      error = syscall (calls[i].number, arguments[0], arguments[1], arguments[2], arguments[3],
                       arguments[4], arguments[5]) == -1 ? errno : 0;
      for (size_t j = 0; j < LENGTH (errors); j++)
        if (errors[j].value == error)
          puts (errors[j].name);
    }
  return 0;
}

int
main (int    argc,
      char **argv)
{
  struct sock_fprog program = { 0, filter };

  if (argc == 2 && strcmp (argv[1], "--list") == 0)
    return list ();
  if (argc == 3 && strcmp (argv[1], "--probe") == 0)
    return probe (argv[2]);
  if (argc < 4 || strcmp (argv[2], "--") != 0)
    refuse ("CALL=ERRNO[,CALL=ERRNO...] -- PROGRAM [ARGUMENT...]", "usage");

  begin_filter ();
  for (char *word = strtok (argv[1], ","); word != NULL; word = strtok (NULL, ","))
    deny (word);
  add_result (SECCOMP_RET_ALLOW);
  program.len = n_filter;

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
    refuse (strerror (errno), "seccomp");
  execvp (argv[3], argv + 3);
  refuse (strerror (errno), argv[3]);
  return 2;
}
