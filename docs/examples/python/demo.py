# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the library does, shown in Python: files that go, a spool, a large directory cleaned up in
the background, a file published."""

import os
import sys
import time

import gi

gi.require_version('Tf', '1')
from gi.repository import GLib, Tf  # noqa: E402

FOLDERS = 200
FILES_PER_FOLDER = 100
FILES = FOLDERS * FILES_PER_FOLDER
SPOOL_MEMORY = 64 * 1024    # bytes
BAR_WIDTH = 40              # characters


def there(path):
    return 'there' if os.path.lexists(path) else 'gone'


def mode_of(path):
    return f'{os.stat(path).st_mode & 0o7777:04o}'


def show_files():
    print('1. Files that go when they are closed')
    with Tf.TemporaryFile() as file:
        file.write('Hello from a file without a name.'.encode())
        file.seek(0)
        data = file.read()
        print(f'   anonymous   {len(data)} bytes written and read back: “{data.decode()}”')
    with Tf.TemporaryFile(anonymous=False, prefix='demo-', suffix='.txt') as file:
        file.write(b'Hello by name.')
        path = os.fspath(file)
        print(f'   named       {path}, mode {mode_of(path)}')
        with open(file, encoding='utf-8') as other:
            print(f'               somebody else reads: “{other.read()}”; it is {there(path)}')
    print(f'   closed      it is {there(path)}')


def show_spool():
    print(f'2. A spool of {SPOOL_MEMORY} bytes in memory')
    with Tf.SpooledFile(max_size=SPOOL_MEMORY) as spool:
        on_disk = False
        for count in [SPOOL_MEMORY // 4] * 4 + [1]:
            spool.write(b'a' * count)
            was_on_disk, on_disk = on_disk, spool.is_rolled_over()
            print(f'   +{count:5} = {spool.get_size():6} bytes, '
                  f'{"on disk" if on_disk else "in memory"}'
                  f'{"   <- rolled over" if on_disk and not was_on_disk else ""}')


def make_tree(root):
    for i in range(FOLDERS):
        folder = f'{root}/folder-{i:03}'
        os.mkdir(folder, 0o700)
        for j in range(FILES_PER_FOLDER):
            os.close(os.open(f'{folder}/file-{j:03}', os.O_CREAT | os.O_WRONLY, 0o600))


class Bar:
    """Drawn anew in a terminal, ten lines elsewhere."""

    def __init__(self):
        self.redraw = sys.stdout.isatty()
        self.shown = 0

    def update(self, current, total, *unused):
        filled = min(current * BAR_WIDTH // (total if total > 0 else FILES + FOLDERS), BAR_WIDTH)
        if self.redraw or filled * 10 // BAR_WIDTH > self.shown:
            self.shown = filled * 10 // BAR_WIDTH
            print(f'{chr(13) if self.redraw else ""}   [{"#" * filled:{BAR_WIDTH}}] '
                  f'{current:6} removed', end='' if self.redraw else '\n', flush=True)


def clean_up(directory, progress):
    """Runs the main loop until the directory is gone, as a program with windows always does."""
    loop = GLib.MainLoop()
    results = []

    def ready(source, result, *unused):
        results.append(result)
        loop.quit()

    directory.cleanup_async(GLib.PRIORITY_DEFAULT, None, progress, None, ready)
    loop.run()
    directory.cleanup_finish(results[0])


def show_directory():
    print(f'3. A directory with a tree of {FILES} files, cleaned up in the background')
    directory = Tf.TemporaryDirectory(prefix='demo-')
    path = os.fspath(directory)
    start = time.monotonic()
    make_tree(path)
    print(f'   {path}: {FILES} files made in {time.monotonic() - start:.2f} s')
    start = time.monotonic()
    bar = Bar()
    clean_up(directory, bar.update)
    if bar.redraw:
        print()
    print(f'   cleaned up in {time.monotonic() - start:.2f} s; it is {there(path)}')


def show_publishing():
    print('4. A file published')
    with Tf.TemporaryDirectory(prefix='demo-') as folder:
        report = f'{folder}/report.txt'
        with Tf.TemporaryFile(directory=folder) as file:
            file.write('The report, complete or not there at all.'.encode())
            already = 'yes' if os.path.exists(report) else 'no'
            print(f'   written     is there a {report} already? {already}')
            file.persist(report)
        with open(report, encoding='utf-8') as file:
            print(f'   published   it is {there(report)}, mode {mode_of(report)}: '
                  f'“{file.read()}”')


def main():
    show_files()
    show_spool()
    show_directory()
    show_publishing()


if __name__ == '__main__':
    main()
