# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Where tmpfile is wanted to differ from CPython's tempfile. A row explains a difference only where
its function says so; the function is given a step (tf_differential.Step) and returns what the row
explains of it, or None. What no row explains is a bug.

After a difference the program ends, goes on, or goes on without CPython's: then ours has to do as
an ordinary file does, the reference."""

import errno
import os
import tempfile

from tf_sides import outcome, same

WANTED = []

CPYTHON, OURS, REFERENCE = 0, 1, 2
ALL = {'result', 'rolled', 'closed', 'mode', 'name', 'encoding', 'errors', 'newlines', 'readable',
       'writable', 'seekable', 'isatty', 'tell', 'content'}
ON_DISK = {'rolled', 'name', 'mode'}


OF_OPEN = 'mode', 'buffering', 'encoding', 'newline', 'errors'
UNUSABLE = 'missing', 'plain', 'relative'


class Row:
    def __init__(self, name, cpython, ours, why, then, explains):
        self.name, self.cpython, self.ours, self.why = name, cpython, ours, why
        self.then, self.explains = then, explains


def wanted(name, *, cpython, ours, why, then):
    def add(function):
        WANTED.append(Row(name, cpython, ours, why, then, function))
        return function

    return add


def raised(result, *kinds):
    return hasattr(result, 'is_as') and issubclass(result.type, kinds or BaseException)


def try_call(this, function, names):
    """What CPython's function does with some of the arguments, by way of its side's own folder."""
    options = {name: value for name, value in this.sides[CPYTHON].arguments().items()
               if name in names}
    with this.sides[CPYTHON].in_its_folder():
        found = outcome(function, **options)
    if isinstance(found, tuple):
        os.close(found[0])
        os.unlink(found[1])
    elif hasattr(found, 'close'):
        found.close()
    return found


def refused_name(this):
    """What mkstemp() of CPython raises for the arguments of another function."""
    return try_call(this, tempfile.mkstemp, ('prefix', 'suffix', 'dir'))


def is_of_a_mistake(this, error):
    """Whether one of the arguments alone is wrong enough for this error."""
    if this.options.get('errors') == 'unknown' and issubclass(error.type, LookupError):
        return True
    affixes = (try_call(this, tempfile.mkstemp, (name, 'dir')) for name in ('prefix', 'suffix'))
    return error.is_as(refused_name(this)) or any(map(error.is_as, affixes)) or any(
        error.is_as(try_call(this, tempfile.TemporaryFile, ('mode', name))) for name in OF_OPEN)


def has_separator(this):
    return any(separator in os.fsdecode(this.options[name]) for separator in '/\\'
               for name in ('prefix', 'suffix') if isinstance(this.options.get(name), (str, bytes)))


# --- making ---

@wanted('separator',
        cpython='follows a prefix or suffix with a separator out of the folder, or to a folder '
                'that is not there; a backslash is part of the name',
        ours='refuses it with an error that is FileNotFoundError and ValueError',
        why='what is made must be in the folder asked for, on each system', then='end')
def explain_separator(this):
    if this.name == 'make' and has_separator(this):
        ours = this.results[OURS]
        if raised(ours, FileNotFoundError) and raised(ours, ValueError):
            return {'result', 'exists'} | ALL
    return None


@wanted('affix-of-what-has-no-name',
        cpython='TemporaryFile() does not look at a prefix or suffix where O_TMPFILE works',
        ours='raises what NamedTemporaryFile() does',
        why='what is wrong must not depend on the file system', then='end')
def explain_affix(this):
    theirs, ours = this.results[:2]
    if this.name == 'make' and this.kind == 'file' and raised(ours, TypeError, ValueError):
        if not raised(theirs) and ours.is_as(refused_name(this)):
            return ALL
    return None


@wanted('long-name-of-what-has-no-name',
        cpython='TemporaryFile() with an empty dir gives up O_TMPFILE, and tries names, which can '
                'be too long',
        ours='needs no name',
        why='the file has none', then='end')
def explain_long_name(this):
    theirs, ours = this.results[:2]
    if this.name == 'make' and this.kind == 'file' and this.options.get('dir') == '':
        if raised(theirs, OSError) and theirs.errno == errno.ENAMETOOLONG and not raised(ours):
            return ALL
    return None


@wanted('spool-arguments',
        cpython='SpooledTemporaryFile() takes what TemporaryFile() would refuse, and fails when it '
                'moves to the disk',
        ours='raises it at once',
        why='an error belongs where it is made; later it costs the data', then='end')
def explain_spool_arguments(this):
    ours = this.results[OURS]
    if this.name != 'make' or this.kind != 'spool' or not raised(ours):
        return None
    if raised(this.results[CPYTHON]):
        return None
    return ALL if is_of_a_mistake(this, ours) else None


@wanted('two-mistakes',
        cpython='of two wrong arguments one is told: it looks at mode and encoding, then makes '
                'the file',
        ours='may tell the other: it looks at prefix, suffix and dir first, and whether it is '
             'closed',
        why='any of the two errors is right', then='go on')
def explain_two_mistakes(this):
    theirs, ours = this.results[:2]
    if not raised(theirs) or not raised(ours):
        return None
    if this.name == 'make':
        return {'result'} if is_of_a_mistake(this, ours) else None
    if this.kind == 'spool' and this.before[OURS]['closed'] is not False:
        kinds = theirs.type, ours.type
        if this.name == 'truncate' and this.args == ['x'] and kinds == (TypeError, ValueError):
            return {'result'}
        if this.name == 'write' and kinds == (ValueError, TypeError):
            return {'result'} if isinstance(this.args[0], str) != this.text else None
    return None


@wanted('absolute',
        cpython='mkdtemp() and TemporaryDirectory() give a relative path for a relative folder; '
                'after a chdir() nothing is cleaned up',
        ours='the path is absolute, as since CPython 3.12',
        why='it has to be found after a chdir() too', then='go on')
def explain_absolute(this):
    if this.name == 'cleanup' and this.options.get('dir') in ('relative', ''):
        left = this.after[CPYTHON]['exists'] and not this.after[OURS]['exists']
        return {'exists'} if left else None
    if this.name != 'make' or this.kind not in ('mkdtemp', 'directory'):
        return None
    if raised(this.results[OURS]) or raised(this.results[CPYTHON]):
        return None
    theirs, ours = this.results[CPYTHON][0], this.results[OURS][0]
    if this.options.get('dir') in ('relative', '') and theirs[1] is False and ours[1] is True:
        alike = theirs[0] == ours[0] and theirs[2:] == ours[2:]
        return {'result'} if alike else None
    return None


@wanted('mark',
        cpython='the mode of a TemporaryDirectory is 0700',
        ours='it is 01700',
        why='the mark of a folder that has an owner, so that it can be swept when that was killed',
        then='go on')
def explain_mark(this):
    if this.name != 'make' or this.kind != 'directory' or raised(this.results[OURS]):
        return None
    theirs, ours = this.results[CPYTHON], this.results[OURS]
    if not raised(theirs) and (theirs[1], ours[1]) == (0o40700, 0o41700):
        relative = this.options.get('dir') in ('relative', '')
        return {'result'} if theirs[0] == ours[0] or relative else None
    return None


# --- what has a name ---

ENDS = 'close', 'exit', 'cleanup'
FOREIGN = 'replaced', 'remade'


@wanted('child-deletes',
        cpython='a forked child that closes or cleans up deletes what its parent made',
        ours='only the process that made it deletes it',
        why='the parent still uses it', then='end')
def explain_child(this):
    if this.name == 'fork' and this.kind in ('named', 'directory') and any(
            step[0] in ENDS for step in this.args):
        if this.options.get('delete', True) and this.before[OURS]['exists']:
            if this.after[OURS]['exists'] and not this.after[CPYTHON]['exists']:
                return {'exists'}
    return None


@wanted('exit-fails',
        cpython='when the end of a context fails, as after detach(), the file stays until the '
                'object is collected',
        ours='it is deleted',
        why='a context has an end', then='end')
def explain_exit_fails(this):
    if this.name == 'exit' and this.kind == 'named' and this.sides[OURS].detached is not None:
        if raised(this.results[OURS], ValueError):
            return {'exists'} if this.after[CPYTHON]['exists'] else set()
    return None


@wanted('path-like',
        cpython='os.fspath() refuses a NamedTemporaryFile and a TemporaryDirectory',
        ours='it gives the name',
        why='open() and others take them as they are', then='go on')
def explain_path_like(this):
    if this.name == 'fspath' and raised(this.results[CPYTHON], TypeError):
        return {'result'} if this.results[OURS] is True else None
    return None


@wanted('foreign',
        cpython='deletes whatever has the name when it is closed or cleaned up',
        ours='what somebody else put there stays',
        why='it is not what was made', then='end')
def explain_foreign(this):
    if this.name in ENDS and this.sides[OURS].state in FOREIGN:
        if this.after[OURS]['exists'] and not this.after[CPYTHON]['exists']:
            return {'exists'}
    return None


@wanted('gone',
        cpython='close() raises FileNotFoundError when somebody else deleted or renamed the file',
        ours='it returns, as since CPython 3.12',
        why='what was wanted is done', then='end')
def explain_gone(this):
    if this.name == 'fork' and this.kind == 'named' and not this.before[OURS]['exists']:
        theirs, ours = (this.results[side][0] for side in (CPYTHON, OURS))
        of_file = b'None' if this.sides[OURS].detached is None else b'<ValueError None>'
        return {'result'} if theirs.replace(b'<FileNotFoundError 2>', of_file) == ours else None
    if this.name in ('close', 'exit') and this.kind == 'named' and (
            this.sides[OURS].state in ('unlinked', 'renamed')):
        detached = this.sides[OURS].detached is not None and raised(this.results[OURS], ValueError)
        if raised(this.results[CPYTHON], FileNotFoundError):
            return {'result'} if detached or not raised(this.results[OURS]) else None
    return None


@wanted('stale-attributes',
        cpython='a NamedTemporaryFile remembers mode, encoding, errors and newlines as they were '
                'when first asked for',
        ours='it tells what its file tells',
        why='newlines change', then='go on')
def explain_stale(this):
    if this.kind != 'named' or this.name == 'make':
        return None
    wrapper, found = this.sides[CPYTHON].file, set()
    for name in ('mode', 'encoding', 'errors', 'newlines'):
        stale = name in vars(wrapper) and same(vars(wrapper)[name], this.after[CPYTHON][name])
        if stale and same(this.after[OURS][name], this.after[CPYTHON]['file ' + name]):
            found.add(name)
    return found & this.differences or None


def left_behind(program, side):
    """What has to be in the folder of a side at the end, by what somebody else did there."""
    found = []
    if program.kind == 'directory' and side.name == 'cpython' and side.path is not None:
        if program.options.get('dir') in ('relative', ''):
            found.append(os.path.relpath(os.fsdecode(side.path), side.root))
    if side.state in ('renamed', 'replaced'):
        found.append('in/moved')
    if side.state in FOREIGN and side.name == 'ours' and program.options.get('delete', True):
        found.append('in/' + os.path.basename(os.fsdecode(side.path)))
    return sorted(found)


# --- spooled files: what CPython's loses ---

@wanted('closed-spool-opens',
        cpython='rollover(), fileno() and truncate() beyond max_size open a closed or '
                'detached file again',
        ours='it stays closed',
        why='nobody closes it any more', then='end')
def explain_closed_spool(this):
    if this.kind != 'spool' or this.name == 'make' or not this.asks_for_disk():
        return None
    before = this.before[OURS]['closed']
    if before is not False and not this.before[CPYTHON]['rolled']:
        theirs, ours = this.results[:2]
        stays = this.after[OURS]['closed']
        stays = stays is before or raised(stays, ValueError) and raised(before, ValueError)
        if stays and raised(ours, ValueError):
            opened = raised(theirs, ValueError) and this.after[CPYTHON]['closed'] is False
            tried = raised(theirs, OSError) and this.options.get('dir') in UNUSABLE
            return ALL if opened or tried else None
    return None


@wanted('one-way-mode',
        cpython='a mode without + counts only on the disk: with r the move fails and loses all, '
                'with w, a, x nothing can be read any more',
        ours='it can be read and written, before and after',
        why='a program must not depend on the size of its data', then='reference')
def explain_one_way_mode(this):
    mode = this.options.get('mode', 'w+b')
    if this.kind != 'spool' or this.name == 'make' or '+' in mode:
        return None
    in_memory = this.sides[CPYTHON].memory() is not None
    return None if in_memory or this.sides[CPYTHON].detached is not None else ALL


@wanted('mode-attribute',
        cpython='on the disk `mode` of a binary file is what io.FileIO makes of the mode given',
        ours="it is 'rb+', as for w+b",
        why='it is opened for reading and writing in any case', then='go on')
def explain_mode_attribute(this):
    given = this.options.get('mode', 'w+b')
    if this.kind != 'spool' or this.name == 'make' or this.text or '+' not in given:
        return None
    if this.after[CPYTHON]['rolled'] and this.after[OURS]['rolled']:
        if (this.after[CPYTHON]['mode'], this.after[OURS]['mode']) == (given[0] + 'b+', 'rb+'):
            return {'mode'}
    return None


@wanted('next-then-tell',
        cpython='after next() of a text, tell() fails, so write(), rollover() and fileno() fail '
                'too where they ask it',
        ours='they work',
        why='a spooled file asks for its position itself', then='reference')
def explain_next(this):
    if this.kind != 'spool' or not this.text or not this.program.has_iterated:
        return None
    told = [this.results[CPYTHON], this.after[CPYTHON].get('tell')]
    for result in told:
        if raised(result, OSError) and result.words == 'telling position disabled by next() call':
            return ALL
    return None


@wanted('iterator-in-memory',
        cpython='an iterator begun in memory ends when the file moves to the disk: it fails, or '
                'goes on with the old bytes',
        ours='it goes on with the file',
        why='whether a file has moved must not show', then='reference')
def explain_iterator(this):
    if this.kind == 'spool' and this.name == 'next' and not this.args[1]:
        if this.program.iterates_memory and this.before[CPYTHON]['rolled']:
            return {'result', 'tell', 'newlines'}
    return None


@wanted('read-ahead',
        cpython='a text that moves to the disk forgets what it has read ahead: the next write goes '
                'elsewhere than in a file',
        ours='reads and writes go on where those of a file would',
        why='whether a file has moved must not show', then='reference')
def explain_read_ahead(this):
    if this.kind == 'spool' and this.name != 'make' and this.text and this.ahead and this.rolls:
        return {'result', 'tell', 'content', 'newlines'}
    return None


@wanted('codec',
        cpython='a text that moves to the disk forgets what the encoder and the decoder know, as '
                'the byte order',
        ours='they go on',
        why='whether a file has moved must not show', then='reference')
def explain_codec(this):
    if this.kind == 'spool' and this.name != 'make' and this.rolls:
        return set() if this.options.get('encoding') == 'utf-16' else None
    return None


@wanted('newlines',
        cpython='a text that moves to the disk forgets `newlines`',
        ours='it knows what it has met',
        why='whether a file has moved must not show', then='reference')
def explain_newlines(this):
    if this.kind == 'spool' and this.name != 'make' and this.text and this.rolls:
        if this.after[CPYTHON]['newlines'] is None:
            if this.after[OURS]['newlines'] == this.before[CPYTHON]['newlines'] is not None:
                return {'newlines'}
    return None


@wanted('order-mark',
        cpython='a first write that fails takes the byte order mark with it: the next has none',
        ours='the mark is still due',
        why='an error must not lose what was not written', then='end')
def explain_order_mark(this):
    if this.kind == 'spool' and this.name in ('write', 'writelines'):
        if this.options.get('encoding') == 'utf-16' and this.sizes[OURS] == 0:
            if all(raised(result, UnicodeError) for result in this.results[:2]):
                return set()
    return None


# --- spooled files: when they move ---

@wanted('truncate-smaller',
        cpython='truncate(n) moves to the disk if n exceeds max_size, be the file larger or not',
        ours='only if the file gets larger',
        why='max_size is what memory may hold', then='reference')
def explain_truncate_smaller(this):
    if this.kind != 'spool' or this.name != 'truncate' or not this.asks_for_disk():
        return None
    fails = this.options.get('dir') in UNUSABLE and raised(this.results[CPYTHON], OSError)
    if this.rolls or fails:
        if this.args[0] <= this.sizes[OURS] and not this.after[OURS]['rolled']:
            return ON_DISK | {'newlines', 'result'} | ({'content'} if fails else set())
    return None


@wanted('truncate-larger',
        cpython='in memory, truncate(n) with n beyond the end does nothing, nor does truncate() '
                'with the cursor there',
        ours='it extends with zeros, as that of files does, on the disk where max_size is exceeded',
        why='whether a file has moved must not show', then='reference')
def explain_truncate_larger(this):
    size = this.extends_to()
    if size is None or this.after[CPYTHON]['rolled'] or this.after[CPYTHON]['closed'] is not False:
        return None
    if this.options.get('dir') in ('missing', 'plain') and size > this.max_size:
        return {'result'} if raised(this.results[OURS], OSError) else None
    if this.after[OURS]['rolled'] == (size > this.max_size):
        return {'content', 'newlines'} | (ON_DISK if this.after[OURS]['rolled'] else set())
    return None


@wanted('nothing-written',
        cpython='a write of nothing moves to the disk when the cursor is beyond max_size',
        ours='it does not',
        why='nothing was added', then='reference')
def explain_nothing_written(this):
    if this.kind != 'spool' or this.name not in ('write', 'writelines'):
        return None
    pieces = this.args[0] if this.name == 'writelines' else this.args
    if any(map(len, pieces)) or this.after[OURS]['rolled'] or raised(this.results[OURS]):
        return None
    fails = this.options.get('dir') in UNUSABLE and raised(this.results[CPYTHON], OSError)
    if this.rolls or fails:
        return ON_DISK | ({'result'} if fails else set())
    return None


@wanted('writelines-fails',
        cpython='writelines() that fails half-way has written to memory what max_size forbids',
        ours='the bound is checked line by line',
        why='max_size is what memory may hold', then='reference')
def explain_writelines_fails(this):
    if this.kind == 'spool' and this.name == 'writelines' and raised(this.results[OURS]):
        if this.before[OURS]['closed'] is not False or not this.after[OURS]['rolled']:
            return None
        if this.results[OURS].is_as(this.results[CPYTHON]):
            this.sides[OURS].file.flush()
            if not this.after[CPYTHON]['rolled'] and this.sides[OURS].size() > this.max_size:
                return ON_DISK
    return None


@wanted('move-fails',
        cpython='moves after the write that exceeds max_size: when that fails, write() has failed '
                'and has written',
        ours='moves before it: memory, cursor and size are as they were',
        why='a write that fails must not be done', then='end')
def explain_move_fails(this):
    if this.kind != 'spool' or this.name not in ('write', 'writelines'):
        return None
    if this.options.get('dir') in UNUSABLE and raised(this.results[OURS], OSError):
        # Of several lines the first that exceeds ends it, whatever is wrong with a later one.
        later = this.name == 'writelines' and raised(this.results[CPYTHON])
        if later or this.results[OURS].is_as(this.results[CPYTHON]):
            if this.sides[OURS].size() <= max(this.sizes[OURS], this.max_size):
                return {'tell', 'content', 'result'} if not this.after[OURS]['rolled'] else None
    return None


@wanted('relative-spool',
        cpython='looks for a relative `dir` from the working folder of the moment it moves',
        ours='from that of the moment it was made',
        why='who says `dir` means where he is', then='reference')
def explain_relative(this):
    if this.kind == 'spool' and this.options.get('dir') == 'relative' and this.name != 'make':
        if raised(this.results[CPYTHON], FileNotFoundError) and this.after[OURS]['rolled']:
            return ALL
    return None


# --- what tests of their own prove ---

@wanted('lossy-move',
        cpython='a move to the disk that fails, or that a file without buffer does in part, loses '
                'the data',
        ours='memory, cursor and size are as they were; a short write is gone on with',
        why='nothing may be lost', then='end')
@wanted('written-twice',
        cpython='what is in the buffer of a file when the process forks is written by both',
        ours='it is flushed before the fork',
        why='it was written once', then='end')
@wanted('sparse-seek',
        cpython='a write far beyond the end fills memory with zeros first, then looks at max_size',
        ours='moves to the disk first, where the gap takes no room',
        why='max_size is what memory may hold', then='end')
def explain_nothing(this):
    return None


def only_memory_says(this):
    """Whether ours and the reference may differ, as io.BytesIO and files differ in CPython too:
    what a negative position does, what a file without buffer has not, what the folder is."""
    if this.name in ('make', 'detach', 'detached', 'fork'):
        return True
    if this.name == 'rollover' and this.before[OURS]['closed'] is not False:
        return True
    if this.options.get('dir') in ('missing', 'plain') and raised(this.results[OURS], OSError):
        return True
    if this.name in ('seek', 'truncate') and any(
            raised(this.results[side]) or isinstance(this.args[0] if this.args else 0, int)
            and this.args and this.args[0] < 0 for side in (OURS, REFERENCE)):
        return True
    return this.name in ('read1', 'readinto1') and this.options.get('buffering') == 0
