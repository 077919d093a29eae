# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Builds Rust's runner, offline, with the crates that Debian's librust-*-dev packages install.

The compiler alone does it: cargo would want a registry, and be a large package more.

Usage: build_rust.py RUSTC REGISTRY SOURCE OUTPUT
       build_rust.py --find REGISTRY          fails where a crate is missing
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Each crate with the edition it is written in and the crates it uses, those first.
CRATES = [
    ('cfg-if', '2018', []),
    ('libc', '2015', []),
    ('fastrand', '2018', []),
    ('remove_dir_all', '2018', ['libc']),
    ('tempfile', '2018', ['cfg-if', 'fastrand', 'libc', 'remove_dir_all']),
]


def identifier(crate):
    return crate.replace('-', '_')


def find(registry, crate):
    found = sorted(Path(registry).glob(f'{crate}-[0-9]*'))
    if not found:
        sys.exit(f'build_rust.py: the crate {crate} is not in {registry}')
    return found[-1]


def conditions(rustc, source, folder):
    """What the crate's build script says about this compiler."""
    script = source / 'build.rs'
    if not script.is_file():
        return []
    program = folder / 'build-script'
    subprocess.run([rustc, '--cap-lints=allow', '-o', program, script], check=True)
    said = subprocess.run([program], env={**os.environ, 'RUSTC': rustc}, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    head = 'cargo:rustc-cfg='
    return [f'--cfg={line[len(head):]}' for line in said.splitlines() if line.startswith(head)]


def externs(crates, folder):
    return [f'--extern={identifier(crate)}={folder}/lib{identifier(crate)}.rlib'
            for crate in crates]


def build(rustc, registry, main_source, output, folder):
    # As `cargo build --release` does.
    common = [rustc, '-Copt-level=3', '-L', folder, f'--out-dir={folder}']
    for crate, edition, uses in CRATES:
        source = find(registry, crate)
        subprocess.run([*common, '--cap-lints=allow', '--crate-type=rlib', '--cfg=feature="std"',
                        f'--edition={edition}', f'--crate-name={identifier(crate)}',
                        *conditions(rustc, source, folder), *externs(uses, folder),
                        source / 'src/lib.rs'], check=True)
    subprocess.run([rustc, '-Copt-level=3', '-Dwarnings', '--edition=2021', '-L', folder,
                    *externs(['remove_dir_all', 'tempfile'], folder), '-o', output, main_source],
                   check=True)


def main():
    if sys.argv[1] == '--find':
        for crate, _, _ in CRATES:
            find(sys.argv[2], crate)
        return
    rustc, registry, source, output = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        build(rustc, registry, source, output, Path(folder))


if __name__ == '__main__':
    main()
