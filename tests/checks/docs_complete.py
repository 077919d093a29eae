# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Everything public is documented: every symbol, parameter, return value, member and property, and
since when it is there. Read from the GIR, which has what a reader of the reference sees.

Usage: docs_complete.py GIR
"""

import re
import sys
import xml.etree.ElementTree as ET

import tap

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

TYPES = ('class', 'interface', 'enumeration', 'bitfield', 'record', 'union', 'callback', 'alias',
         'constant', 'function', 'function-macro')
CALLABLES = ('function', 'method', 'constructor', 'virtual-method', 'callback', 'function-macro')
# How symbols are marked is no symbol of its own.
MARK = re.compile(r'(AVAILABLE|DEPRECATED)_IN_\d+_\d+')
MAX_SUMMARY = 110    # characters of the first paragraph


def tag(element):
    return element.tag.replace(CORE, '').replace(GLIB, 'glib:')


def doc_of(element):
    doc = element.find(f'{CORE}doc')
    return (doc.text or '').strip() if doc is not None else ''


def check_symbol(element, name):
    doc = doc_of(element)
    if not doc:
        yield f'{name}: no documentation'
    elif '\n' in doc.split('\n\n')[0] or len(doc.split('\n\n')[0]) > MAX_SUMMARY:
        yield f'{name}: the first paragraph is not one line'
    if not element.get('version'):
        yield f'{name}: no Since'


def check_callable(element, name):
    for parameter in element.findall(f'{CORE}parameters/{CORE}parameter'):
        if not doc_of(parameter) and parameter.find(f'{CORE}varargs') is None:
            yield f'{name}: parameter {parameter.get("name")} is not documented'
    value = element.find(f'{CORE}return-value')
    if value is not None and element.tag != f'{CORE}constructor':
        kind = value.find(f'{CORE}type')
        if (kind is None or kind.get('name') != 'none') and not doc_of(value):
            yield f'{name}: the return value is not documented'
    if element.tag == f'{CORE}constructor' and not doc_of(value):
        yield f'{name}: the return value is not documented'


def check_tree(element, prefix=''):
    """All complaints about the children of `element`."""
    for child in element:
        kind = tag(child)
        name = child.get(f'{C}identifier') or child.get(f'{C}type') or \
            prefix + (child.get('name') or '?')
        if child.get(f'{GLIB}is-gtype-struct-for') or child.get('moved-to') or \
                MARK.search(name):
            continue
        if kind in TYPES or kind in CALLABLES or kind in ('property', 'glib:signal'):
            yield from check_symbol(child, name)
        if kind in CALLABLES or kind == 'glib:signal':
            yield from check_callable(child, name)
        elif kind == 'member':
            if not doc_of(child):
                yield f'{name}: no documentation'
        elif kind in TYPES:
            yield from check_tree(child, f'{name}:')


def check(namespace):
    return list(check_tree(namespace))


PLANT = '''<namespace xmlns="http://www.gtk.org/introspection/core/1.0"
  xmlns:c="http://www.gtk.org/introspection/c/1.0"
  xmlns:glib="http://www.gtk.org/introspection/glib/1.0">
<class name="A" c:type="TfA" version="0.1"><doc>A thing.</doc>
  <method name="b" c:identifier="tf_a_b" {version}>{doc}
    <return-value><doc>{returns}</doc><type name="gboolean"/></return-value>
    <parameters><parameter name="x">{parameter}<type name="gint"/></parameter></parameters>
  </method>
  <property name="size" version="0.1">{property}</property>
</class>
<enumeration name="E" c:type="TfE" version="0.1"><doc>Which.</doc>
  <member name="one" c:identifier="TF_E_ONE">{member}</member>
</enumeration></namespace>'''
GOOD = {'version': 'version="0.1"', 'doc': '<doc>Does it.</doc>', 'returns': 'whether',
        'parameter': '<doc>a number</doc>', 'property': '<doc>The size, in bytes.</doc>',
        'member': '<doc>the first</doc>'}


def self_test(report):
    report.check('self-test: a good description is good',
                 check(ET.fromstring(PLANT.format(**GOOD))))
    plants = [
        ('a method without Since', {'version': ''}, 'tf_a_b: no Since'),
        ('a method without text', {'doc': ''}, 'tf_a_b: no documentation'),
        ('a summary of two lines', {'doc': '<doc>Does it\nor not.</doc>'}, 'is not one line'),
        ('no return value', {'returns': ''}, 'the return value is not documented'),
        ('no parameter', {'parameter': ''}, 'parameter x is not documented'),
        ('a property without text', {'property': ''}, 'TfA:size: no documentation'),
        ('a member without text', {'member': ''}, 'TF_E_ONE: no documentation'),
    ]
    for name, change, expected in plants:
        report.catches(name, check(ET.fromstring(PLANT.format(**{**GOOD, **change}))), expected)


def main():
    report = tap.Report()
    self_test(report)
    namespace = ET.parse(sys.argv[1]).getroot().find(f'{CORE}namespace')
    report.check('every symbol is documented, with Since', check(namespace))
    report.finish()


if __name__ == '__main__':
    main()
