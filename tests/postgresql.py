"""Run a command with a PostgreSQL of its own: ``python -m tests.postgresql pytest …``.

A cluster is made in a temporary folder, listens on a Unix socket there and nowhere else, and is removed
afterwards. Where PostgreSQL is not installed, one line says so and nothing runs.
"""

import os
import signal
import subprocess
import sys

from placet.cli.loads.postgresql import FAST_AND_LOOSE, find_binaries, temporary_cluster


def main(command: list[str]) -> int:
    """Run the command with ``PLACET_TEST_DATABASE_URL`` set, and return its exit status."""
    binaries = find_binaries()
    if binaries is None:
        print("PostgreSQL is not installed: the platform's tests ran on SQLite alone.")
        return 0
    print(f"Once more on PostgreSQL ({binaries.parent.name}): the tests that use the database.", flush=True)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # clean up then, too
    with temporary_cluster(binaries, options=FAST_AND_LOOSE) as cluster:
        return subprocess.run(
            command, env={**os.environ, "PLACET_TEST_DATABASE_URL": cluster.url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
