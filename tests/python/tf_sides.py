# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The sides of a differential test (tf_differential.py): each has a folder and an object, and does
the same steps with it. The reference is an ordinary file."""

import contextlib
import io
import os
import pathlib
import shutil
import signal
import tempfile
import types

FILES = 'file', 'named', 'spool'
NAMED = 'named', 'directory'
READS = 'next', 'read', 'read1', 'readinto', 'readinto1', 'readline', 'readlines'
ATTRIBUTES = 'closed', 'mode', 'name', 'encoding', 'errors', 'newlines'
QUESTIONS = 'readable', 'writable', 'seekable', 'isatty'


class BytesPath:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return os.fsencode(self.path)


class Raised:
    """An exception by what counts of it."""

    def __init__(self, error):
        self.type = type(error)
        self.errno = getattr(error, 'errno', None)
        self.words = str(error)

    def __repr__(self):
        return '<%s %s>' % (self.type.__name__, self.errno)

    def is_as(self, other):
        """Whether who catches `other` catches this."""
        return (isinstance(other, Raised) and issubclass(self.type, other.type)
                and (other.errno is None or self.errno == other.errno))


def outcome(function, *args, **options):
    try:
        return function(*args, **options)
    except Exception as error:
        return Raised(error)


def same(ours, other):
    if isinstance(ours, Raised):
        return ours.is_as(other)
    return type(ours) is type(other) and ours == other


class Side:
    """One of the three: its folder, its object, and how a step is done with it."""

    def __init__(self, name, module, root, program):
        self.name, self.module, self.program = name, module, program
        self.root = os.path.join(root, name)
        self.dir = os.path.join(self.root, 'in')
        os.makedirs(os.path.join(self.dir, 'sub'))
        self.write_file('plain', b'plain')
        self.file = self.second = self.path = self.mark = self.iterator = self.detached = None
        self.text = 'b' not in program.options.get('mode', 'w+b')
        self.initial = self.list()
        self.state = None     # what somebody else did to its name

    def write_file(self, name, content):
        with open(os.path.join(self.dir, name), 'wb') as file:
            file.write(content)

    def list(self):
        """All paths below its folder, and what the files contain."""
        found = {}
        for folder, folders, files in os.walk(self.root):
            for name in folders + files:
                path = os.path.join(folder, name)
                content = None
                if os.path.isfile(path):
                    with open(path, 'rb') as file:
                        content = file.read()
                found[os.path.relpath(path, self.root)] = content
        return found

    def descriptors(self):
        """The descriptors of this process that are of its folder."""
        found = []
        for fd in os.listdir('/proc/self/fd'):
            try:
                target = os.readlink('/proc/self/fd/' + fd)
            except FileNotFoundError:
                continue
            if target.startswith(self.root + '/'):
                found.append(target)
        return found

    # --- making ---

    def folder(self, what):
        return {
            'str': self.dir,
            'bytes': os.fsencode(self.dir),
            'path': pathlib.Path(self.dir),
            'bytes path': BytesPath(self.dir),
            'relative': 'sub',
            'missing': os.path.join(self.dir, 'missing'),
            'plain': os.path.join(self.dir, 'plain'),
        }.get(what, what)

    def arguments(self):
        found = dict(self.program.options)
        if 'dir' in found:
            found['dir'] = self.folder(found['dir'])
        return found

    def make(self):
        self.module.tempdir = self.dir
        with self.in_its_folder():
            return outcome(getattr(self, 'make_' + self.program.kind))

    @contextlib.contextmanager
    def in_its_folder(self):
        before = os.getcwd()
        os.chdir(self.dir)
        try:
            yield
        finally:
            os.chdir(before)

    def look_twice(self, fd):
        self.second = os.open('/proc/self/fd/%d' % fd, os.O_RDONLY | os.O_CLOEXEC)

    def make_file(self):
        self.file = self.module.TemporaryFile(**self.arguments())
        self.look_twice(self.file.fileno())
        return type(self.file).__name__

    def make_named(self):
        self.file = self.module.NamedTemporaryFile(**self.arguments())
        self.look_twice(self.file.fileno())
        return self.shape_of_path(self.file.name), type(self.file.file).__name__

    def make_spool(self):
        self.file = self.module.SpooledTemporaryFile(**self.arguments())

    def make_directory(self):
        self.file = self.module.TemporaryDirectory(**self.arguments())
        shape = self.shape_of_path(self.file.name)
        return shape, os.stat(self.path).st_mode

    def make_mkstemp(self):
        fd, path = self.module.mkstemp(**self.arguments())
        shape = self.shape_of_path(path)
        mode = os.fstat(fd).st_mode
        inherited = os.get_inheritable(fd)
        os.close(fd)
        os.unlink(path)
        return shape, mode, inherited

    def make_mkdtemp(self):
        path = self.module.mkdtemp(**self.arguments())
        shape = self.shape_of_path(path)
        mode = os.stat(path).st_mode
        os.rmdir(path)
        return shape, mode

    def make_mktemp(self):
        return self.shape_of_path(self.module.mktemp(**self.arguments()))

    def shape_of_path(self, path):
        """All of a path but what is random or this side's."""
        self.path = os.path.abspath(path)
        given = self.program.options.get('prefix')
        head = len('tmp' if given is None else os.path.basename(os.fsdecode(given)))
        name = os.path.basename(os.fsdecode(path))
        name = name[:head] + '?' * len(name[head:head + 8]) + name[head + 8:]
        folder = os.path.relpath(os.path.dirname(os.path.abspath(os.fsdecode(path))), self.root)
        return type(path), os.path.isabs(path), folder, name

    # --- steps ---

    def do(self, step):
        name, *args = step
        if name in READS and (self.name == 'reference' or self.program.dropped):
            # io.BufferedRandom.read1() is wrong after a write that is still in the buffer.
            outcome(self.file.flush)
        special = getattr(self, 'do_' + name, None)
        if special is not None:
            return outcome(special, *args)
        return outcome(lambda: self.plain(getattr(self.file, name)(*args)))

    def plain(self, value):
        """A result as it can be compared."""
        return type(value).__name__ if hasattr(value, 'readable') else value

    def do_readinto(self, size, name='readinto'):
        buffer = bytearray(size)
        return getattr(self.file, name)(buffer), bytes(buffer)

    def do_readinto1(self, size):
        return self.do_readinto(size, 'readinto1')

    def do_next(self, count, anew):
        if anew or self.iterator is None:
            self.iterator = iter(self.file)
        return [next(self.iterator, None) for _ in range(count)]

    def do_fileno(self):
        return type(self.file.fileno())

    def do_mark(self):
        self.mark = self.file.tell()

    def do_return(self):
        if self.mark is not None:
            self.plain(self.file.seek(self.mark))

    def do_seek(self, *args):
        theirs = self.program.sides[0]
        if self.name == 'reference' and not self.program.dropped and theirs.memory() is not None:
            if not self.text and not theirs.file.closed:
                # Memory takes what is before its begin for the begin, files do not.
                return self.file.seek(theirs.file.tell())
        found = self.file.seek(*args)
        # In text it may be the cookie of tell(), which is compared apart.
        return None if self.text else found

    def do_tell(self):
        found = self.file.tell()
        return None if self.text else found

    def do_enter(self):
        return self.file.__enter__() is self.file or type(self.file.__enter__())

    def do_exit(self):
        self.file.__exit__(None, None, None)

    def do_detach(self):
        if self.name == 'reference' and self.program.sides[0].detached is None:
            raise io.UnsupportedOperation('detach')
        self.detached = self.file.detach()
        return self.plain(self.detached) if self.program.kind != 'spool' else None

    def do_detached(self, name, *args):
        if self.detached is None:
            return None
        if name == 'list':
            return list(self.detached)
        return self.plain(getattr(self.detached, name)(*args))

    def do_fork(self, *steps):
        """The steps in a child, which ends without a word to anybody."""
        if self.name == 'reference' and self.program.sides[0].memory() is not None:
            # A child's memory is its own.
            return None
        # What is in buffers CPython's writes twice.
        outcome(lambda: self.file.flush())
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            signal.alarm(30)
            try:
                found = [repr(self.do(step)) for step in steps]
                os.write(writing, repr(found).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading, 'rb') as pipe:
            found = pipe.read()
        return found, os.waitpid(pid, 0)[1]

    # --- steps of what has a name ---

    def do_reopen(self, mode, data=None):
        with open(self.path, mode) as file:
            return file.read() if data is None else file.write(data)

    def do_exists(self):
        return os.path.lexists(self.path)

    def interfere(self, state):
        """Notes what somebody else does to its name. It is done once, and to what is there."""
        if self.state is not None or not os.path.lexists(self.path):
            return False
        self.state = state
        return True

    def do_unlink(self):
        if self.interfere('unlinked'):
            shutil.rmtree(self.path) if os.path.isdir(self.path) else os.unlink(self.path)

    def do_rename(self):
        if self.interfere('renamed'):
            os.rename(self.path, os.path.join(self.dir, 'moved'))

    def do_replace(self):
        if self.interfere('replaced'):
            os.rename(self.path, os.path.join(self.dir, 'moved'))
            if os.path.isdir(os.path.join(self.dir, 'moved')):
                os.mkdir(self.path)
            else:
                self.write_file(self.path, b'foreign')

    def do_fspath(self):
        return os.fspath(self.file) == self.file.name

    def do_populate(self, names):
        if not os.path.isdir(self.path):
            self.state = 'replaced' if self.state == 'renamed' else 'remade'
        for name in names:
            path = os.path.join(os.fsdecode(self.path), name)
            if name.endswith('/'):
                os.makedirs(path, exist_ok=True)
            elif name.endswith('@'):
                os.symlink(os.path.join(self.dir, 'sub'), path)
            else:
                with open(path, 'w') as file:
                    file.write(name)

    def do_list(self):
        return sorted(os.listdir(os.fsdecode(self.path)))

    def do_chmod(self, name, mode):
        os.chmod(os.path.join(os.fsdecode(self.path), name), mode)

    # --- what it is like after a step ---

    def is_rolled(self):
        return self.program.kind == 'spool' and self.file._rolled

    def memory(self):
        """The io.BytesIO that a spooled file is in."""
        if self.program.kind != 'spool' or self.file._rolled or self.detached is not None:
            return None
        memory = self.file._file
        memory = memory.buffer if self.text else memory
        return memory if isinstance(memory, io.BytesIO) else None

    def content(self):
        """What is in it, seen without its cursor."""
        if self.program.kind == 'spool':
            memory = self.memory()
            if memory is not None and not memory.closed:
                self.file.flush()
                return memory.getvalue()
            if not self.file.closed:
                self.file.flush()
                if self.second is None and self.detached is None:
                    self.look_twice(self.file._file.fileno())
        return None if self.second is None else os.pread(self.second, 1 << 20, 0)

    def look(self, closely):
        """What it is like. Closely, with what makes it write what it has in buffers."""
        found = {}
        if self.file is not None and self.program.kind in FILES:
            found['rolled'] = self.is_rolled()
            for name in ATTRIBUTES:
                found[name] = outcome(getattr, self.file, name)
                if self.program.kind == 'named' and name not in ('closed', 'name'):
                    # tell() changes newlines.
                    found['file ' + name] = outcome(getattr, self.file.file, name)
            if isinstance(found['name'], (str, bytes)):
                found['name'] = self.shape_of_path(found['name'])
            elif isinstance(found['name'], int):
                found['name'] = int
            for name in QUESTIONS:
                found[name] = outcome(lambda: getattr(self.file, name)())
            if closely:
                found['tell'] = outcome(self.file.tell)
                found['content'] = outcome(self.content)
        if self.path is not None and self.program.kind in NAMED:
            found['exists'] = os.path.lexists(self.path)
        return found

    def size(self):
        """The size, as far as it shows without a flush."""
        memory = self.memory()
        if memory is not None:
            return 0 if memory.closed else len(memory.getvalue())
        if self.program.kind == 'spool':
            fd = outcome(self.file._file.fileno)
            return 0 if isinstance(fd, Raised) else os.fstat(fd).st_size
        return 0 if self.second is None else os.fstat(self.second).st_size

    def read_on(self):
        """What there is to read from the cursor of a text, whose positions are cookies."""
        position = self.file.tell()
        self.file.seek(position)
        rest = outcome(self.file.read)
        self.file.seek(position)
        return rest

    # --- the end ---

    def finish(self):
        """Ends it as its user would. Returns what is wrong then."""
        for thing in (self.detached, self.file):
            if hasattr(thing, 'close'):
                outcome(thing.close)
            elif hasattr(thing, 'cleanup'):
                outcome(thing.cleanup)
        # A file that only its descriptor was detached of.
        self.iterator = self.detached = thing = None
        if self.second is not None:
            os.close(self.second)
        if self.program.options.get('delete', True) is False and self.path is not None:
            outcome(os.unlink, self.path)
        self.file = None
        return self.left()

    def left(self):
        now = self.list()
        found = {path for path in set(now) | set(self.initial)
                 if path not in now or path not in self.initial or now[path] != self.initial[path]}
        inside = [path + '/' for path in found]
        top = sorted(path for path in found if not path.startswith(tuple(inside)))
        return top, self.descriptors()


class Ordinary:
    """A module whose spooled file is an ordinary file, open for reading and writing."""

    tempdir = None
    TemporaryDirectory = staticmethod(tempfile.TemporaryDirectory)

    @staticmethod
    def SpooledTemporaryFile(max_size=0, mode='w+b', buffering=-1, **options):
        class Spool:
            _rolled = True

            def __init__(self):
                kept = {name: value for name, value in options.items()
                        if name in ('encoding', 'newline', 'errors')}
                self._file = tempfile.TemporaryFile('w+b' if 'b' in mode else 'w+',
                                                    dir=Ordinary.tempdir, **kept)

            def __getattr__(self, name):
                return getattr(self._file, name)

            def __iter__(self):
                self._file.__iter__()
                return self

            def __next__(self):
                # As next() of a text file forbids tell().
                line = self._file.readline()
                if not line:
                    raise StopIteration
                return line

            def __enter__(self):
                self._file.__enter__()
                return self

            def __exit__(self, *args):
                self._file.close()

            def rollover(self):
                pass

            def close(self):
                self._file.close()

        return Spool()
