# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What open() would say of its arguments, before there is anything to open."""

import codecs
import functools
import operator


def _check_mode(mode):
    letters = set(mode)
    if letters - set('axrwb+t') or len(mode) > len(letters):
        raise ValueError('invalid mode: %r' % mode)
    if letters >= set('bt'):
        raise ValueError("can't have text and binary mode at once")
    if len(letters & set('axrw')) != 1:
        raise ValueError('must have exactly one of create/read/write/append mode')


# Remembered by type too: 1.0 is no buffer size, though it is equal to 1.
@functools.lru_cache(maxsize=64, typed=True)
def check_open_arguments(mode, buffering, encoding, newline, errors):
    """Raises what open() would raise."""
    if not isinstance(mode, str):
        raise TypeError('mode must be str, not ' + type(mode).__name__)
    if not -1 << 31 <= operator.index(buffering) < 1 << 31:
        raise OverflowError('buffering is too large')
    _check_mode(mode)
    if 'b' in mode:
        for name, value in (('encoding', encoding), ('errors', errors), ('newline', newline)):
            if value is not None:
                raise ValueError("binary mode doesn't take an %s argument" % name)
    elif buffering == 0:
        raise ValueError("can't have unbuffered text I/O")
    elif errors is not None:
        codecs.lookup_error(errors)
