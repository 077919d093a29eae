# Copyright 2026 The libtmpfile authors
#
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The examples of docs/examples that end by a signal: started, waited for until they say what they
made, sent the signal. Nothing may be left, and the status is the one they document.

Usage: signals.py COMMAND...
"""

import os
import signal
import subprocess
import sys
import tempfile

PATIENCE = 60    # seconds

# What is sent, one right after the other, and with which status the program may end. A source that
# has run is gone, so a second signal of the kind may find its default action; what was to go is
# gone by then.
CASES = [
    ('SIGTERM', [signal.SIGTERM], [0]),
    ('SIGINT', [signal.SIGINT], [0]),
    ('SIGINT and SIGTERM', [signal.SIGINT, signal.SIGTERM], [0]),
    ('SIGTERM twice', [signal.SIGTERM, signal.SIGTERM], [0, -signal.SIGTERM]),
]


def start(command, folder):
    # A shell that runs this in the background would have it ignore SIGINT.
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, 'TMPDIR': folder},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def faults_of(command, numbers, statuses, folder):
    """Sentences about what went wrong."""
    with start(command, folder) as process:
        try:
            made = [process.stdout.readline().rstrip('\n') for unused in range(2)]
            process.stdout.readline()
            for path in made:
                if os.path.dirname(path) != folder or not os.path.lexists(path):
                    yield 'it says that it made %r, which is not in %s' % (path, folder)
            if len(os.listdir(folder)) != 2 or os.listdir(made[1]) != ['notes']:
                yield 'it made %s' % os.listdir(folder)
            for number in numbers:
                process.send_signal(number)
            status = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            yield 'it does not end within %d s' % PATIENCE
            return
        finally:
            process.kill()
    left = os.listdir(folder)
    if left:
        yield 'it left %s' % ', '.join(left)
    if status not in statuses:
        yield 'its status is %d, not of %s' % (status, statuses)


def main():
    failed = False
    print('1..%d' % len(CASES))
    for number, (name, numbers, statuses) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory(prefix='tf-test-') as folder:
            faults = list(faults_of(sys.argv[1:], numbers, statuses, os.path.realpath(folder)))
        print('%s %d %s' % ('not ok' if faults else 'ok', number, name))
        for fault in faults:
            print('# ' + fault)
        failed = failed or bool(faults)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
