/* Copyright 2026 The libtmpfile authors
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The attack tool: stops a remover at every system call that names something in the tree it
 * removes, and replaces that thing by a link to a canary tree, or moves it away. A run is one
 * removal of a fresh small tree with one attack; a series is all runs of one remover as one user.
 *
 * Where everything stands, in the folder of the test:
 *
 *   arena/tree or another name   what is removed
 *   arena/vault/tree             the canary: a mirror of the tree, so that whoever is fooled finds
 *                                there what was expected; nothing in the vault may ever change
 *   arena/stash                  what the attacks take out of the tree */

#pragma once

#include <glib.h>

#include <limits.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/types.h>

#define ATTACK_SLOT "slot"       /* in the stash */
#define ATTACK_GUEST "guest"     /* in the vault: a folder that was moved out of the tree */

/* --- the tree ---------------------------------------------------------------------------- */

#define ATTACK_MAX_ITEMS 96

typedef struct
{
  dev_t device;
  ino_t inode;
  char path[96];                 /* below the tree's top, which is "" */
} AttackItem;

/* In memory that the tool shares with the process it attacks. */
typedef struct
{
  char arena[PATH_MAX];
  char tree[PATH_MAX];           /* absolute */
  gboolean locked;               /* it has folders without permissions */
  guint n_items;
  AttackItem items[ATTACK_MAX_ITEMS];
  char message[1024];            /* of the error the remover returned */
} AttackShared;

/* Fills a folder; that of shared->tree is noted down. */
void              attack_tree_fill    (AttackShared *shared,
                                       const char   *path);
/* Where in the mirror the same thing stands, or the mirror's top; freed by the caller. */
char             *attack_tree_mirror  (AttackShared      *shared,
                                       const struct stat *stat);
/* Removes whatever is there; for the tool itself, when nobody moves anything any more. */
void              attack_scrap        (const char *path);
/* All but the vault, and what is in the stash. */
void              attack_scrap_arena  (AttackShared *shared);

/* Everything about everything in a folder, but when it was read. */
GHashTable       *attack_look         (const char *folder);
/* What differs, or NULL. `host` is a folder into which the tool itself moved a guest. */
char             *attack_compare      (GHashTable *before,
                                       GHashTable *after,
                                       const char *host);

/* --- calls ------------------------------------------------------------------------------- */

typedef enum
{
  ATTACK_OPEN,
  ATTACK_LIST,
  ATTACK_STAT,                   /* by name */
  ATTACK_FSTAT,                  /* by descriptor */
  ATTACK_UNLINK,
  ATTACK_RMDIR,
  ATTACK_RENAME_FROM,
  ATTACK_RENAME_TO,
  ATTACK_CHMOD,
  ATTACK_FCHMOD,
  ATTACK_CHOWN,
  ATTACK_FCHOWN,
  ATTACK_MKDIR,
  ATTACK_LINK,
  ATTACK_READLINK,
  ATTACK_ACCESS,
  ATTACK_CHDIR,
  ATTACK_FCHDIR,
  ATTACK_N_KINDS
} AttackKind;

/* Something that a call names. */
typedef struct
{
  AttackKind kind;
  gboolean by_descriptor;        /* the call acts on an open folder, or on `.` or `..` */
  int parent;                    /* the tool's descriptor of the folder that holds it */
  char folder[PATH_MAX];         /* the path of that folder */
  char name[NAME_MAX + 1];
  gboolean exists;
  struct stat stat;              /* if it exists */
} AttackObject;

const char *attack_kind_name    (AttackKind kind);
/* The kind of the `slot`-th thing that is named by the call at whose entry a thread is stopped, as
 * far as the numbers tell; ATTACK_N_KINDS when it names no more. */
AttackKind  attack_call_kind    (const struct __ptrace_syscall_info *info,
                                 guint                               slot);
/* All about it; FALSE when it is not in the tree. */
gboolean    attack_object_read  (pid_t                               tid,
                                 const struct __ptrace_syscall_info *info,
                                 AttackShared                       *shared,
                                 guint                               slot,
                                 AttackObject                       *object);
/* The folder that `fd` is, if it has a name in the tree. */
gboolean    attack_object_locate (int           fd,
                                  AttackShared *shared,
                                  AttackObject *object);
void        attack_object_clear (AttackObject *object);
/* Whether the call makes what it names. */
gboolean    attack_object_is_new (const AttackObject *object);

/* --- strikes ----------------------------------------------------------------------------- */

typedef enum
{
  ATTACK_SWAP,                   /* for a link, before the call */
  ATTACK_SWAP_UNDO,
  ATTACK_SWAP_AFTER,             /* after the call, so that the next one meets it */
  ATTACK_PARENT_LINK,            /* the folder that holds the object, for a link */
  ATTACK_PARENT_LINK_UNDO,
  ATTACK_PARENT_DECOY,           /* for a folder full of links */
  ATTACK_PARENT_DECOY_UNDO,
  ATTACK_MOVE_OUT,               /* the folder that is worked in, into the vault */
  ATTACK_MOVE_OUT_UNDO,
  ATTACK_N_WAYS
} AttackWay;

typedef struct
{
  AttackWay way;
  gboolean done;
  gboolean planted;              /* nothing was there before */
  int folder;                    /* of the tool; where the thing was */
  char name[NAME_MAX + 1];
  int outside;                   /* of the tool; where it is now */
  const char *outside_name;
  char *host;                    /* the folder of the vault it is a guest of, or NULL */
  dev_t device;                  /* what was put in its place */
  ino_t inode;
} AttackStrike;

const char *attack_way_name     (AttackWay way);
gboolean    attack_way_is_undone (AttackWay way);
/* Does it; `done` in the strike tells whether it could be done. */
void        attack_strike       (AttackStrike       *strike,
                                 const AttackObject *object,
                                 AttackShared       *shared);
void        attack_strike_undo  (AttackStrike *strike);
void        attack_strike_clear (AttackStrike *strike);

/* --- a run ------------------------------------------------------------------------------- */

typedef enum
{
  ATTACK_LOCKED = 1 << 0,        /* folders without permissions are part of what it can remove */
  ATTACK_AGAIN = 1 << 1,         /* a second removal, by path, has to finish a first that failed */
  ATTACK_ASIDE = 1 << 2          /* it may leave the tree under another name, which ends in “~” */
} AttackFeatures;

typedef struct
{
  const char *name;
  /* Makes what is to be removed and sets shared->tree; NULL: a folder in the arena. */
  void      (*prepare) (AttackShared *shared);
  /* Removes it. FALSE with a message when something is left. */
  gboolean  (*remove)  (AttackShared *shared);
  guint       features;          /* of AttackFeatures */
} AttackTarget;

typedef struct
{
  const char *name;
  gboolean root;                 /* only when the tests run as root; else as an ordinary user */
  guint descriptors;             /* RLIMIT_NOFILE, or 0 */
  gboolean unmovable;            /* the system renames nothing: EXDEV */
} AttackLeg;

/* Calls are told by their number among those of a kind, which with two threads says more than a
 * number among all. */
typedef struct
{
  AttackKind kind;               /* as attack_call_kind() says; ATTACK_N_KINDS for none */
  guint number;
} AttackCall;

typedef struct
{
  AttackCall call;
  AttackKind kind;
  gboolean hittable;
  gboolean in_tree;
} AttackSeen;

typedef struct
{
  const AttackTarget *target;
  const AttackLeg *leg;
  AttackShared *shared;
  gboolean again;                /* what is there is removed; nothing is prepared */
  AttackCall call;               /* what is attacked */
  GArray *seen;                  /* of AttackSeen; filled when there is no attack */
  AttackStrike strike;

  /* How it ended. */
  gboolean attempted;
  AttackObject object;           /* that was attacked; its descriptor is closed */
  gboolean hung;
  gboolean denied;               /* no process may be traced here */
  int status;                    /* as of waitpid() */

  /* While it lasts. */
  pid_t pid;
  guint markers;
  guint calls[ATTACK_N_KINDS];
  pid_t struck;                  /* the thread that is inside the call that was attacked */
} AttackRun;

/* In a child: what the leg says. */
void attack_become_user       (const AttackLeg *leg);
void attack_restrict          (const AttackLeg *leg);
/* Makes a folder in the arena and fills it. */
void attack_prepare_tree      (AttackShared *shared);
/* Runs `func` as the user of the leg in a process of its own, which has to succeed. */
void attack_as_user (const AttackLeg *leg,
                     void           (*func) (gpointer data),
                     gpointer         data);
void attack_trace   (AttackRun *run);

/* --- a series ---------------------------------------------------------------------------- */

typedef enum
{
  ATTACK_EXPECT_NOTHING,
  ATTACK_EXPECT_HURT,            /* the canary is hurt */
  ATTACK_EXPECT_LIE,             /* what the remover says is not true */
} AttackExpect;

typedef struct
{
  guint runs;
  guint attempted[ATTACK_N_KINDS];
  guint done[ATTACK_N_KINDS];
  guint done_so[ATTACK_N_WAYS];
  guint refused[ATTACK_N_WAYS];  /* the remover said that something is left */
  char *caught;                  /* what was expected and came, or NULL */
} AttackTally;

/* All attacks, or every n-th, at all calls. Fails the running test for what is wrong; stops when
 * what is expected has come. FALSE when it was skipped. */
gboolean attack_series       (const AttackTarget *target,
                              const AttackLeg    *leg,
                              AttackExpect        expect,
                              guint               every,
                              AttackTally        *tally);
void     attack_tally_print  (const AttackTally *tally);
void     attack_tally_clear  (AttackTally *tally);
/* The attacks need some thousand trees, which take minutes on a disk: before the fixture makes its
 * folder, this sends it to memory where there is some, unless TF_TEST_ON_DISK is set. */
void     attack_prefer_memory (void);
/* The seed of the running program: TF_TEST_SEED, or a fresh one; printed at first use. */
guint32  attack_seed         (void);
