# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Introspection is complete: what the headers offer can be reached from every language.

Usage: gir_complete.py SOURCE_ROOT GIR
"""

import re
import sys
import xml.etree.ElementTree as ET

import tap

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

# What each class must be. GLib 2.79.2 moved one interface to a namespace of its own, and a GIR that
# does not include that namespace loses the interface without a word.
CLASSES = {
    'TemporaryFile': {'Seekable', 'Initable', 'AsyncInitable', 'FileDescriptorBased'},
    'SpooledFile': {'Seekable', 'FileDescriptorBased'},
    'TemporaryDirectory': {'Initable', 'AsyncInitable'},
    'NewlineConverter': {'Converter'},
}
PARENTS = {
    'TemporaryFile': 'Gio.FileIOStream',
    'SpooledFile': 'Gio.IOStream',
    'TemporaryDirectory': 'GObject.Object',
    'NewlineConverter': 'GObject.Object',
}

# Functions that bindings do not see, each with its reason.
NOT_INTROSPECTABLE = {}


def identifiers(namespace):
    """All C names that a binding can call, and those it is told to skip."""
    seen, skipped = set(), set()
    for element in namespace.iter():
        name = element.get(f'{C}identifier')
        if name and element.tag != f'{CORE}member':
            (skipped if element.get('introspectable') == '0' else seen).add(name)
        get_type = element.get(f'{GLIB}get-type')
        if get_type:
            seen.add(get_type)
    return seen, skipped


def check_functions(functions, namespace):
    seen, skipped = identifiers(namespace)
    found = [f'{name}: in the headers, but not in the GIR'
             for name in sorted(functions - seen - skipped)]
    found += [f'{name}: bindings cannot call it' for name in sorted(skipped & functions)
              if name not in NOT_INTROSPECTABLE]
    found += [f'{name}: excused, but bindings can call it'
              for name in sorted(set(NOT_INTROSPECTABLE) & seen)]
    return found


def check_classes(namespace):
    found = []
    for name, interfaces in CLASSES.items():
        element = namespace.find(f'{CORE}class[@name="{name}"]')
        if element is None:
            found.append(f'{name}: no such class')
            continue
        if element.get('parent') != PARENTS[name]:
            found.append(f'{name}: its parent is {element.get("parent")}, not {PARENTS[name]}')
        actual = {i.get('name').split('.')[-1] for i in element.findall(f'{CORE}implements')}
        found += [f'{name}: does not implement {i}' for i in sorted(interfaces - actual)]
    return found


def check_annotations(namespace):
    """Nothing is left to guessing: paths say that they are paths, callbacks how long they live."""
    found = []
    for function in namespace.iter():
        name = function.get(f'{C}identifier')
        for parameter in function.findall(f'{CORE}parameters/{CORE}parameter'):
            label = f'{name}: {parameter.get("name")}'
            kind = parameter.find(f'{CORE}type')
            if kind is not None and kind.get('name') == 'utf8' and \
                    parameter.get('name') in ('dir', 'directory', 'path'):
                found.append(f'{label} is a path, but not (type filename)')
            if kind is not None and kind.get('name', '').endswith(('Func', 'Callback')) and \
                    not parameter.get('scope') and name:
                found.append(f'{label} has no scope')
    return found


def check_finish(functions):
    found = []
    for name in sorted(functions):
        if name.endswith('_async'):
            finish = re.sub(r'(_named)?_async$', '_finish', name)
            if finish not in functions:
                found.append(f'{name}: no finish function')
    return found


def main():
    root, gir = sys.argv[1:3]
    report = tap.Report()
    namespace = ET.parse(gir).getroot().find(f'{CORE}namespace')
    functions = tap.public_functions(root)

    report.catches('a function that is missing',
                   check_functions(functions | {'tf_planted'}, namespace),
                   'tf_planted: in the headers')
    report.catches('no finish function', check_finish({'tf_a_async'}), 'tf_a_async: no finish')
    bare = ET.fromstring(f'<n><class xmlns="{CORE[1:-1]}" name="TemporaryFile" '
                         'parent="Gio.FileIOStream"/></n>')
    report.catches('an interface that is lost', check_classes(bare),
                   'TemporaryFile: does not implement FileDescriptorBased')

    report.check('every public function is in the GIR', check_functions(functions, namespace))
    report.check('every class with its parent and interfaces', check_classes(namespace))
    report.check('paths and callbacks are annotated', check_annotations(namespace))
    report.check('every asynchronous function has its finish', check_finish(functions))
    report.finish()


if __name__ == '__main__':
    main()
