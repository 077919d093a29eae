# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""One program, done side by side with CPython's tempfile and with tmpfile. A third side, the
reference, is an ordinary file of io.open(): where the two differ with reason, it tells what is
right.

A program is a kind, the arguments by which its object is made, and steps: (name, argument, ...)."""

import shutil
import tempfile
import types

import tf_wanted
from tf_sides import Ordinary, Raised, Side, outcome, same


class Difference(AssertionError):
    pass


class Step:
    """One step of a program, done by all: what a row of WANTED judges. Each list is of CPython's,
    ours and the reference."""

    def __init__(self, program, step, before, sizes, ahead):
        self.program, self.before, self.sizes, self.ahead = program, before, sizes, ahead
        self.name, *self.args = step
        self.kind, self.options, self.text = program.kind, program.options, program.text
        self.sides = program.sides
        self.max_size = self.options.get('max_size', 0)
        self.results = self.after = None
        memory = None if before is None else self.sides[0].memory()
        self.cursor = None if memory is None or memory.closed else memory.tell()
        self.differences = set()

    @property
    def rolls(self):
        """Whether CPython's has left memory with this step."""
        return not self.before[0]['rolled'] and self.after[0]['rolled']

    def asks_for_disk(self):
        """Whether CPython moves it to the disk, whatever it contains."""
        return self.name in ('rollover', 'fileno') or (
            self.name == 'truncate' and self.args and isinstance(self.args[0], int)
            and self.args[0] > self.max_size)

    def extends_to(self):
        """The size that truncate() in memory is to extend to, or None."""
        if self.kind != 'spool' or self.name != 'truncate' or self.cursor is None:
            return None
        size = self.args[0] if self.args and self.args[0] is not None else self.cursor
        return size if isinstance(size, int) and size > self.sizes[1] else None

    def __str__(self):
        names = [side.name for side in self.sides]
        lines = ['%s%r differs in %s' % (self.name, tuple(self.args), sorted(self.differences))]
        for what, values in (('result', self.results), ('after', self.after)):
            lines += ['%s of %s: %r' % (what, name, value) for name, value in zip(names, values)]
        return '\n'.join(lines)


class Program:
    """Runs on both sides, and says where they differ. Watched, all is compared after each step,
    otherwise only what shows without making it write what it has in buffers."""

    def __init__(self, kind, options, steps, watch=True):
        self.kind, self.options, self.steps, self.watch = kind, options, steps, watch
        self.text = 'b' not in str(options.get('mode', 'w+b'))

    def __repr__(self):
        return 'Program(%r, %r, %r, %r)' % (self.kind, self.options, self.steps, self.watch)

    def run(self, ours, root):
        folder = tempfile.mkdtemp(prefix='program-', dir=root)
        self.met = []              # rows of WANTED
        self.dropped = self.ended = self.iterates = False
        self.may_roll = self.has_iterated = self.iterates_memory = False
        self.forgot_newlines = False
        self.sides = [Side('cpython', tempfile, folder, self), Side('ours', ours, folder, self)]
        if self.kind == 'spool':
            self.sides.append(Side('reference', Ordinary, folder, self))
        try:
            self.run_steps()
        finally:
            left = [side.finish() for side in self.sides]
            shutil.rmtree(folder, ignore_errors=True)
        for side, found in zip(self.sides, left):
            wanted = tf_wanted.left_behind(self, side)
            if found != (wanted, []):
                raise Difference('%s left %r, not %r' % (side.name, found, wanted))

    def run_steps(self):
        this = Step(self, ('make',), None, None, False)
        this.results = [side.make() for side in self.sides]
        self.judge(this)
        if any(isinstance(result, Raised) for result in this.results[:2]):
            return
        for step in self.steps:
            if self.ended:
                return
            this = Step(self, step, [side.look(self.watch) for side in self.sides],
                        [side.size() for side in self.sides], self.has_read_ahead())
            this.results = [side.do(step) for side in self.sides]
            if step[0] == 'next':
                self.has_iterated = True
                if step[2] or not self.iterates:
                    self.iterates_memory = not this.before[0]['rolled']
                self.iterates = True
            self.judge(this)

    def has_read_ahead(self):
        """Whether CPython's text layer has read more than it gave."""
        side = self.sides[0]
        if self.kind != 'spool' or not self.text or side.memory() is None:
            return False
        met = side.file.newlines
        try:
            return side.memory().tell() != side.file._file.tell()
        except (OSError, ValueError):
            return True
        finally:
            # tell() changes newlines; the others were not asked.
            self.forgot_newlines = self.forgot_newlines or side.file.newlines != met

    def judge(self, this):
        this.after = [side.look(self.watch) for side in self.sides]
        if not self.dropped:
            this.differences = self.compare(this, 0)
            explained = set()
            for row in tf_wanted.WANTED:
                found = row.explains(this)
                if found is not None:
                    self.met.append(row.name)
                    explained |= found
                    self.dropped = self.dropped or row.then == 'reference'
                    self.ended = self.ended or row.then == 'end'
            self.refuse(this, explained)
        if self.dropped and not self.ended:
            if tf_wanted.only_memory_says(this):
                self.ended = True
                return
            this.differences = self.compare(this, 2) & {'result', 'tell', 'content', 'newlines'}
            if this.after[1]['closed'] is not False:
                # Memory is gone then.
                this.differences.discard('content')
            self.refuse(this, set())
        self.check_bound(this)

    def refuse(self, this, explained):
        unexplained = this.differences - explained
        if unexplained:
            raise Difference('nothing explains %s\n%s' % (sorted(unexplained), this))

    def compare(self, this, other):
        """In what ours differs from the other side."""
        found = set() if same(this.results[1], this.results[other]) else {'result'}
        theirs, ours = this.after[other], this.after[1]
        if not theirs or not ours:
            return found
        for name in set(theirs) | set(ours):
            if name not in theirs or name not in ours or not same(ours[name], theirs[name]):
                found.add(name)
        if other == 0 and self.forgot_newlines:
            found.discard('newlines')
        told = [after.get('tell') for after in (theirs, ours)]
        if self.text and 'tell' in found and not any(
                isinstance(position, (Raised, types.NoneType)) for position in told):
            # Cookies may differ, as long as they lead to the same.
            rest = [outcome(side.read_on) for side in self.sides]
            if same(rest[1], rest[other]):
                found.discard('tell')
        return found

    def check_bound(self, this):
        """Ours is in memory until it would exceed max_size, and not less long."""
        side = self.sides[1]
        if self.kind != 'spool' or self.ended or side.file is None:
            return
        limit = this.max_size
        reached = max([side.size()] + [after['tell'] for after in this.after
                                       if isinstance(after.get('tell'), int)])
        extends = this.asks_for_disk() or this.extends_to() is not None
        if extends or not self.watch or (limit and reached > limit):
            self.may_roll = True
        if this.after[1]['rolled'] and not self.may_roll:
            raise Difference('ours left memory too early\n%s' % this)
        if limit and not this.after[1]['rolled'] and side.size() > limit:
            raise Difference('ours exceeds its bound\n%s' % this)
