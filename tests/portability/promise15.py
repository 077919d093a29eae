# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The promise on other languages, 15, as promises.c has the others: from Python, by introspection,
and by the module tmpfile. What a place refuses is an OSError."""

import os

import gi

gi.require_version('Tf', '1')
from gi.repository import Gio, Tf  # noqa: E402
import tmpfile  # noqa: E402

NOBODY = 65534


def check_objects(folder):
    with Tf.TemporaryDirectory(directory=Gio.File.new_for_path(folder)) as directory:
        path = os.fspath(directory)
        with open(os.path.join(path, 'inside'), 'wb'):
            pass
    assert not os.path.exists(path)
    with Tf.TemporaryFile(directory=Gio.File.new_for_path(folder), anonymous=False) as file:
        path = os.fspath(file)
        assert os.path.exists(path)
    assert not os.path.exists(path)


def check_module(folder):
    with tmpfile.TemporaryDirectory(dir=folder) as path:
        with tmpfile.NamedTemporaryFile(dir=path) as file:
            assert os.path.exists(file.name)
    assert not os.path.exists(path)
    with tmpfile.TemporaryFile(dir=folder) as file, tmpfile.SpooledTemporaryFile(4) as spool:
        file.write(b'bytes')
        file.seek(0)
        assert file.read() == b'bytes'
        spool.write(b'ab')


def check_errors(folder):
    missing = os.path.join(folder, 'nowhere')
    for make in (lambda: tmpfile.mkdtemp(dir=missing), lambda: tmpfile.TemporaryFile(dir=missing),
                 lambda: Tf.TemporaryFile(directory=Gio.File.new_for_path(missing))):
        try:
            make()
        except FileNotFoundError as error:
            assert 'nowhere' in str(error)
        else:
            raise AssertionError('no error')


def entries(folder):
    """Without what hides until the file system takes it away, a moment after its close."""
    return {name for name in os.listdir(folder) if not name.startswith(('.nfs', '.fuse_hidden'))}


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def main():
    folder = os.environ['TMPDIR']
    if os.environ.get('TF_PROMISES_USER') == 'nobody':
        become_nobody()
    os.umask(int(os.environ.get('TF_PROMISES_UMASK', '022'), 8))
    before = entries(folder)
    rows = []
    check_errors(folder)
    for what, check in (('objects', check_objects), ('the module', check_module)):
        try:
            check(folder)
        except OSError as error:
            rows.append(f'refused: {what} ({os.strerror(error.errno)})')
    assert entries(folder) == before
    print('# promise 15: ' + ('; '.join(rows) or 'kept'))


if __name__ == '__main__':
    main()
