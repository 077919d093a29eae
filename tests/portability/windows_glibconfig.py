# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Makes a glibconfig.h for 64-bit Windows of the one of this machine: enough to compile with GLib's
own headers, which are the same on every system, not to run."""

import re

# What differs, as GLib's own build files have it for x86_64-w64-mingw32.
TYPES = {
    'gint64': 'signed long long',
    'guint64': 'unsigned long long',
    'gssize': 'signed long long',
    'gsize': 'unsigned long long',
    'gintptr': 'signed long long',
    'guintptr': 'unsigned long long',
    'GPid': 'void *',
}
DEFINES = {
    'G_GINT64_CONSTANT(val)': '(val##LL)',
    'G_GUINT64_CONSTANT(val)': '(val##ULL)',
    'G_GINT64_MODIFIER': '"ll"',
    'G_GINT64_FORMAT': '"lli"',
    'G_GUINT64_FORMAT': '"llu"',
    'G_GSIZE_MODIFIER': '"ll"',
    'G_GSSIZE_MODIFIER': '"ll"',
    'G_GSIZE_FORMAT': '"llu"',
    'G_GSSIZE_FORMAT': '"lli"',
    'G_MAXSIZE': 'G_MAXUINT64',
    'G_MINSSIZE': 'G_MININT64',
    'G_MAXSSIZE': 'G_MAXINT64',
    'G_GINTPTR_MODIFIER': '"ll"',
    'G_GINTPTR_FORMAT': '"lli"',
    'G_GUINTPTR_FORMAT': '"llu"',
    'GLIB_SIZEOF_VOID_P': '8',
    'GLIB_SIZEOF_LONG': '4',
    'GLIB_SIZEOF_SIZE_T': '8',
    'GLIB_SIZEOF_SSIZE_T': '8',
    'GPOINTER_TO_INT(p)': '((gint) (gint64) (p))',
    'GPOINTER_TO_UINT(p)': '((guint) (guint64) (p))',
    'GINT_TO_POINTER(i)': '((gpointer) (gint64) (i))',
    'GUINT_TO_POINTER(u)': '((gpointer) (guint64) (u))',
    'GLONG_TO_LE(val)': '((glong) GINT32_TO_LE (val))',
    'GULONG_TO_LE(val)': '((gulong) GUINT32_TO_LE (val))',
    'GLONG_TO_BE(val)': '((glong) GINT32_TO_BE (val))',
    'GULONG_TO_BE(val)': '((gulong) GUINT32_TO_BE (val))',
    'GSIZE_TO_LE(val)': '((gsize) GUINT64_TO_LE (val))',
    'GSSIZE_TO_LE(val)': '((gssize) GINT64_TO_LE (val))',
    'GSIZE_TO_BE(val)': '((gsize) GUINT64_TO_BE (val))',
    'GSSIZE_TO_BE(val)': '((gssize) GINT64_TO_BE (val))',
    'G_POLLFD_FORMAT': '"%#llx"',
    'G_PID_FORMAT': '"p"',
    'G_MODULE_SUFFIX': '"dll"',
    'GLIB_SYSDEF_AF_UNIX': '1',
    'GLIB_SYSDEF_AF_INET': '2',
    'GLIB_SYSDEF_AF_INET6': '23',
    'GLIB_SYSDEF_MSG_OOB': '1',
    'GLIB_SYSDEF_MSG_PEEK': '2',
    'GLIB_SYSDEF_MSG_DONTROUTE': '4',
}
GONE = ['G_OS_UNIX', 'GLIB_HAVE_ALLOCA_H', 'G_THREADS_IMPL_POSIX']
ADDED = ['G_OS_WIN32', 'G_PLATFORM_WIN32', 'G_THREADS_IMPL_WIN32']


def convert(text):
    """Raises ValueError for what is not where it is looked for: this GLib is another one."""
    def replace(pattern, replacement, what):
        nonlocal text
        text, count = re.subn(pattern, lambda match: replacement, text, flags=re.M)
        if count == 0:
            raise ValueError(f'glibconfig.h has no {what}: teach windows_glibconfig.py')

    for name, kind in TYPES.items():
        replace(rf'^typedef [\w ]+\b{name};$', f'typedef {kind} {name};', f'type {name}')
    for name, value in DEFINES.items():
        replace(rf'^#define[ \t]+{re.escape(name)}[ \t].*$', f'#define {name} {value}',
                f'macro {name}')
    for name in GONE:
        replace(rf'^#define[ \t]+{name}\b.*$', '', f'macro {name}')
    replace(r'^G_BEGIN_DECLS$', ''.join(f'#define {name}\n' for name in ADDED) + 'G_BEGIN_DECLS',
            'beginning')
    return text
