# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""docs/tempfile.md tells all of the module tmpfile, and each test that it names is there.

A statement is a row of a table whose last column is "Test", or an item of a list that ends with
tests in parentheses. Tests are named as a file below tests/, then the names in it; "test_tempfile"
is CPython's own file, which is read and not run. In place of tests a row may have a dash and a
reason. Each name of tmpfile.__all__ has a section, with a row that begins with each parameter.

Usage: tempfile_doc.py SOURCE_ROOT TEST_TEMPFILE
"""

import ast
import re
import sys
from pathlib import Path

import tap

PAGE = 'docs/tempfile.md'
MODULE = 'introspection/python/tmpfile'
CPYTHON = 'test_tempfile'
DIFFERENCES = 'Where we differ, and why'
FILE = re.compile(r'(?:[a-z]+/)*test[-_][a-z_-]+\.(?:c|js|py|vala)|' + CPYTHON)
CODE = re.compile(r'`([^`]+)`')


# --- tests ---

def methods(path):
    """Class.test of all tests in a Python file, those of bases in the file with them."""
    # A class may stand below a condition.
    classes = {node.name: node for node in ast.walk(ast.parse(path.read_bytes()))
               if isinstance(node, ast.ClassDef)}

    def of(name):
        if name not in classes:
            return set()
        own = {node.name for node in classes[name].body if isinstance(node, ast.FunctionDef)}
        return own.union(*(of(getattr(base, 'id', '')) for base in classes[name].bases))

    return {f'{name}.{test}' for name in classes for test in of(name) if test.startswith('test')}


class Tests:
    """What tests there are; files are read once."""

    def __init__(self, root, cpython):
        self.root, self.cpython = root, cpython
        self.known = {}

    def problem(self, file, name):
        path = self.cpython if file == CPYTHON else Path(self.root, 'tests', file)
        if not path.is_file():
            return f'{file}: there is no such file'
        if path not in self.known:
            self.known[path] = methods(path) if path.suffix == '.py' else tap.read(path)
        if path.suffix == '.py':
            wanted = name
        elif path.suffix == '.js':
            wanted = f"'{name}'"
        else:
            # A name that ends in a slash stands for all that begin so.
            wanted = f'"{name}' if name.endswith('/') else f'"{name}"'
        return None if wanted in self.known[path] else f'{file}: there is no test {name}'


def check_tests(text, tests):
    """The problems of a list of tests, which must not be empty."""
    file, named = None, False
    for word in CODE.findall(text):
        if FILE.fullmatch(word):
            if file is not None and not named:
                yield f'{file}: no test is named'
            file, named = word, False
        elif file is None:
            yield f'{word}: of which file?'
        else:
            named = True
            problem = tests.problem(file, word)
            if problem:
                yield problem
    if not named:
        yield f'{file}: no test is named' if file else 'no test is named'


# --- the page ---

def sections(text):
    """Title and text of each section of the second level."""
    parts = re.split(r'^## (.*)$', text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def rows(text):
    """The rows of tables whose last column is "Test", as cells."""
    proved = False
    for line in text.splitlines():
        if not line.startswith('|'):
            proved = False
            continue
        cells = [cell.strip() for cell in line.strip('|').split(' | ')]
        if cells[-1] == 'Test':
            proved = True
        elif proved and not set(line) <= set('|- '):
            yield cells


def items(text):
    """The items of lists, a line each."""
    for item in re.findall(r'^- .*(?:\n  .*)*', text, flags=re.M):
        yield ' '.join(item.split())


def check_page(text, tests):
    for cells in rows(text):
        if len(cells) != 7:
            yield f'{len(cells)} columns, not 7: {cells[0]}'
        elif not re.fullmatch(r'– \(.+\)', cells[-1]):
            yield from (f'{problem} ({cells[0]})' for problem in check_tests(cells[-1], tests))
    for title, part in sections(text).items():
        for item in items(part):
            found = re.search(r'\((`[^()]*`)\)$', item)
            if found:
                yield from (f'{problem} ({item})' for problem in check_tests(found[1], tests))
    if DIFFERENCES not in sections(text):
        yield f'there is no section “{DIFFERENCES}”'
    elif not any(item.endswith('`)') for item in items(sections(text)[DIFFERENCES])):
        yield f'“{DIFFERENCES}” names no test'


# --- the module ---

def exported(root):
    """The names of __all__, each with its parameters; None where it is not called."""
    found, names = {}, []
    for path in sorted(Path(root, MODULE).glob('*.py')):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = node
            elif isinstance(node, ast.ClassDef):
                found[node.name] = next((member for member in node.body
                                         if getattr(member, 'name', '') == '__init__'), None)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == '__all__':
                names = ast.literal_eval(node.value)
    return {name: parameters(found.get(name)) for name in names}


def parameters(function):
    if function is None:
        return None
    given = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return [argument.arg for argument in given if argument.arg != 'self']


def check_module(text, names):
    if not names:
        yield 'tmpfile exports nothing'
    parts = {name: part for title, part in sections(text).items() for name in title.split(', ')}
    for name, arguments in names.items():
        if name not in parts:
            yield f'{name} has no section'
            continue
        told = {word for cells in rows(parts[name]) for word in CODE.findall(cells[0])}
        for argument in arguments or []:
            if argument not in told:
                yield f'{name}: no row tells of the parameter {argument}'


def check(root, cpython):
    text = tap.read(Path(root, PAGE))
    found = [*check_page(text, Tests(root, cpython)), *check_module(text, exported(root))]
    return [f'{PAGE}: {problem}' for problem in found]


# --- what it catches ---

HEAD = '| Says | `tmpfile` | Python | C | JavaScript | Vala | Test |\n' + '| --- ' * 7 + '|\n'
TEST = 'class Base:\n    def test_one(self):\n        pass\n\nclass A(Base):\n' \
    '    def test_two(self):\n        pass\n'


def page(test='`a/test_a.py` `A.test_one`', row='`one`, `two`', title='f', end='test_tempfile'):
    cells = ' | '.join([row, *'bcdef', test])
    return f'# Page\n\n## {title}\n\n{HEAD}| {cells} |\n\n## {DIFFERENCES}\n\n' \
        f'- We\n  do. (`{end}` `A.test_two`)\n'


def main():
    report = tap.Report()
    tree = {
        f'{MODULE}/__init__.py': "__all__ = ['f']\n",
        f'{MODULE}/_f.py': 'def f(one, *, two=None):\n    pass\n',
        'tests/a/test_a.py': TEST, 'cpython.py': TEST,
        'tests/a/test-a.c': 'add ("/a/one/x");\n', 'tests/a/test-a.js': "'a (b)'() {\n",
    }

    def planted(text):
        with tap.planted({**tree, PAGE: text}) as root:
            return check(root, root / 'cpython.py')

    for name, text in (
            ('a good page', page()),
            ('a page with a reason for no test', page(test='– (no Windows)')),
            ('a page with tests in C and JavaScript',
             page(test='`a/test-a.c` `/a/one/x`, `/a/`, `a/test-a.js` `a (b)`'))):
        report.check(f'self-test: {name} is good', planted(text))
    for name, text, words in (
            ('a test of Python that is not there', page(test='`a/test_a.py` `A.test_three`'),
             'no test A.test_three'),
            ('a test of C that is not there', page(test='`a/test-a.c` `/a/one`'), 'no test /a/one'),
            ('a test of JavaScript that is not there', page(test='`a/test-a.js` `a`'), 'no test a'),
            ('a test of CPython that is not there', page(test='`test_tempfile` `B.test_one`'),
             'no test B.test_one'),
            ('a file that is not there', page(test='`a/test_b.py` `A.test_one`'), 'no such file'),
            ('a file without a test', page(test='`a/test_a.py`'), 'no test is named'),
            ('a row without a test', page(test='='), 'no test is named'),
            ('a difference with a wrong test', page(end='a/test_c.py'), 'test_c.py: there is no'),
            ('a name that is not told', page(title='g'), 'f has no section'),
            ('a parameter that is not told', page(row='`one`'), 'the parameter two'),
            ('a row that lacks a column', page(row='`one`, `two` | b'), '8 columns'),
            ('no differences', page().replace(DIFFERENCES, 'End'), 'no section “Where')):
        report.catches(name, planted(text), words)
    report.check('all is told, with tests that are there', check(sys.argv[1], Path(sys.argv[2])))
    report.finish()


if __name__ == '__main__':
    main()
