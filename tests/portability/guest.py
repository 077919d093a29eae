# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""An older Linux with other file systems than this machine's: Debian's User Mode Linux, which runs
as a program, sees this machine's files, and has legs.py as its first process."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nfs_server

LINUX = '/usr/bin/linux.uml'
MODULES = '/usr/lib/uml/modules'
WANTED = ['loop', 'vfat', 'nls_cp437', 'nls_iso8859-1', 'nfsd', 'nfsv4']
FINIT_MODULE = 313           # x86-64, the only machine for which Debian has it
POWER_OFF = 0x4321fedc
MEMORY = '512M'
TIMEOUT = 3000 if os.environ.get('TF_TEST_SLOW') == '1' else 300   # seconds, for all legs in it

# --- outside ---


class Guest:
    """It runs while others do something else."""

    def __init__(self, legs, options):
        self.legs = legs
        self.scratch = Path(tempfile.mkdtemp(prefix='tf-guest-'))
        self.answers = self.scratch / 'answers'
        (self.scratch / 'environment').write_text(json.dumps(dict(os.environ)), encoding='utf-8')
        command = [str(Path(__file__).resolve().parent / 'legs.py'), '--guest',
                   '--programs', str(options.programs), '--result', str(self.answers),
                   *(['--python'] if options.python else []), *(leg.name for leg in legs)]
        # devtmpfs would hide what this machine has below /dev, such as /dev/shm. Its memory is a
        # file in its temporary folder.
        self.process = subprocess.Popen(
            [LINUX, f'mem={MEMORY}', 'rootfstype=hostfs', 'root=/dev/root', 'rootflags=/', 'rw',
             'devtmpfs.mount=0', 'con=null', 'con0=null,fd:1', 'quiet', f'uml_dir={self.scratch}',
             'init=/usr/bin/python3', '--', *command],
            stdin=subprocess.DEVNULL, stdout=(self.scratch / 'console').open('wb'),
            stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, 'TMPDIR': str(self.scratch)})

    def results(self, failure):
        """Waits for it; pairs of leg and rows, or the failure."""
        try:
            said = self.wait()
            lines = self.answers.read_text(encoding='utf-8') if self.answers.exists() else ''
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
        found = {name: result for name, result in map(json.loads, lines.splitlines())}
        for leg in self.legs:
            result = found.get(leg.name, f'the guest did not answer:\n{said[-2000:]}')
            if isinstance(result, str):
                yield leg, failure(result)
            else:
                yield leg, {int(promise): row for promise, row in result.items()}

    def wait(self):
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return (self.scratch / 'console').read_text(encoding='utf-8', errors='replace')

# --- inside ---


def insert(path):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path, 'rb') as module:
        if libc.syscall(FINIT_MODULE, module.fileno(), b'', 0) != 0:
            raise OSError(ctypes.get_errno(), path)


def load_modules():
    """Those wanted, after those that they need."""
    folder = Path(MODULES, os.uname().release)
    needs = dict(line.split(':') for line in
                 (folder / 'modules.dep').read_text(encoding='utf-8').splitlines())
    paths = {Path(path).stem: path for path in needs}
    loaded = set()
    for name in WANTED:
        for path in [*reversed(needs[paths[name]].split()), paths[name]]:
            if path not in loaded:
                insert(folder / path)
                loaded.add(path)


def serve(results, options):
    """As the first process: makes what is usual, writes the answers, and turns the machine off."""
    try:
        environment = options.result.parent / 'environment'
        os.environ.update(json.loads(environment.read_text(encoding='utf-8')))
        os.environ.update(PATH='/usr/sbin:/usr/bin:/sbin:/bin', HOME='/', TMPDIR='/mnt')
        subprocess.run(['mount', '-t', 'proc', 'none', '/proc'], check=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=1777', 'none', '/mnt'], check=True)
        load_modules()
        nfs_server.start()
        with open(options.result, 'w', encoding='utf-8') as file:
            for leg, result in results():
                result = result if isinstance(result, dict) else str(result)
                print(json.dumps((leg.name, result)), file=file, flush=True)
    except Exception as error:   # pylint: disable=broad-except
        print(f'guest: {error!r}')
    finally:
        sys.stdout.flush()
        os.sync()
        ctypes.CDLL(None).reboot(POWER_OFF)
