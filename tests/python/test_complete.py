# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Introspection is complete: each function, class and interface is there in Python."""

import os
import unittest
import xml.etree.ElementTree as ElementTree

from tf_testing import Gio, Tf, main

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'

CLASSES = ('NewlineConverter', 'SpooledFile', 'TemporaryDirectory', 'TemporaryFile')


class Complete(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.namespace = ElementTree.parse(os.environ['TF_GIR']).find(CORE + 'namespace')

    def functions(self):
        return {element.get(C + 'identifier'): element
                for tag in ('function', 'method', 'constructor')
                for element in self.namespace.iter(CORE + tag)}

    def test_namespace(self):
        self.assertEqual(self.namespace.get('name'), 'Tf')
        self.assertEqual(self.namespace.get('version'), '1')
        self.assertEqual(self.namespace.get('shared-library'), 'libtmpfile-1.so.0')

    def test_every_function_can_be_called(self):
        self.assertGreater(len(self.functions()), 60)
        for name, element in self.functions().items():
            owner = Tf
            for cls in CLASSES:
                node = self.namespace.find('%sclass[@name="%s"]' % (CORE, cls))
                if element in list(node):
                    owner = getattr(Tf, cls)
            self.assertTrue(callable(getattr(owner, element.get('name'))), name)

    def test_interfaces_at_run_time(self):
        for name, interface in (('SpooledFile', Gio.Seekable), ('TemporaryFile', Gio.Seekable),
                                ('TemporaryFile', Gio.Initable),
                                ('TemporaryFile', Gio.AsyncInitable),
                                ('TemporaryDirectory', Gio.Initable),
                                ('TemporaryDirectory', Gio.AsyncInitable)):
            self.assertTrue(issubclass(getattr(Tf, name), interface), name)
        for name in ('SpooledFile', 'TemporaryFile'):
            names = [base.__name__ for base in getattr(Tf, name).__mro__]
            self.assertIn('FileDescriptorBased', names)

    def test_what_the_override_adds_is_shared(self):
        for name in CLASSES:
            cls = getattr(Tf, name)
            self.assertEqual(cls.__gtype__.pytype, cls)
        for name in ('mkstemp', 'mkdtemp', 'mktemp', 'make', 'open_anonymous', 'get_temp_dir',
                     'set_temp_dir', 'set_temp_prefix', 'get_location'):
            self.assertTrue(getattr(Tf, name).__doc__, name)

    def test_scopes(self):
        scopes = {}
        for name, element in self.functions().items():
            for parameter in element.iter(CORE + 'parameter'):
                kind = parameter.find(CORE + 'type')
                if kind is not None and kind.get('name') in (
                        'Gio.AsyncReadyCallback', 'Gio.FileProgressCallback', 'MakeFunc'):
                    scopes.setdefault(kind.get('name'), set()).add(parameter.get('scope'))
                    self.assertIsNotNone(parameter.get('closure'), name)
        self.assertEqual(scopes, {
            'Gio.AsyncReadyCallback': {'async'},
            'Gio.FileProgressCallback': {'call', 'notified'},
            'MakeFunc': {'call'},
        })


if __name__ == '__main__':
    main()
