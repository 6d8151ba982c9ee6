"""Run a command with a PostgreSQL of its own: ``python -m tests.postgresql pytest …``.

A cluster is made in a temporary folder, listens on a Unix socket there and nowhere else, and is removed
afterwards. Where PostgreSQL is not installed, one line says so and nothing runs.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote


def find_binaries() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``, the newest version first."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def temporary_cluster(binaries: Path) -> Iterator[str]:
    """Yield the ``DATABASE_URL`` of a fresh cluster, which ``postgres`` runs where root asked for it."""
    is_root = os.geteuid() == 0
    runner = ["runuser", "-u", "postgres", "--"] if is_root else []
    # A socket's path may have some 100 characters at most: a short folder, whatever TMPDIR is.
    folder = Path(tempfile.mkdtemp(prefix="placet-pg-", dir="/tmp"))
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run([*runner, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        if is_root:
            shutil.chown(folder, "postgres")
        run(
            *(str(binaries / "initdb"), "--pgdata", str(data), "--auth=trust", "--username=placet"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        )
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=50"
        )
        pg_ctl = str(binaries / "pg_ctl")
        run(
            pg_ctl,
            "start",
            "--wait",
            "--pgdata",
            str(data),
            "--log",
            str(folder / "log"),
            "--options",
            options,
        )
        try:
            yield f"postgres://placet@{quote(str(folder), safe='')}/postgres"
        finally:
            run(pg_ctl, "stop", "--pgdata", str(data), "--mode=immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run the command with ``PLACET_TEST_DATABASE_URL`` set, and return its exit status."""
    binaries = find_binaries()
    if binaries is None:
        print("PostgreSQL is not installed: the platform's tests ran on SQLite alone.")
        return 0
    print(f"Once more on PostgreSQL ({binaries.parent.name}): every test that uses the database.", flush=True)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # clean up then, too
    with temporary_cluster(binaries) as url:
        return subprocess.run(
            command, env={**os.environ, "PLACET_TEST_DATABASE_URL": url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
