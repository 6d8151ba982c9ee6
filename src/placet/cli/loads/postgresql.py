"""A PostgreSQL of its own for a measurement or a test: a cluster in a temporary folder, on a Unix socket."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

FAST_AND_LOOSE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class MissingProgramError(Exception):
    """A program that a measurement needs is not installed; the message says which."""


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


@dataclass(frozen=True)
class Cluster:
    """A cluster that ``postgres`` runs where root asked for it."""

    binaries: Path
    folder: Path
    options: str = ""

    @property
    def url(self) -> str:
        """Its address, as ``DATABASE_URL`` takes it."""
        return f"postgres://placet@{quote(str(self.folder), safe='')}/postgres"

    @property
    def main_process(self) -> int:
        """The process that all others of the cluster descend from."""
        return int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def create(self) -> None:
        """Make the cluster's files."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run(
            *("initdb", "--pgdata", str(self.folder / "data"), "--auth=trust", "--username=placet"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        )

    def start(self) -> None:
        """Start it and wait until it answers; after a crash, until it has recovered."""
        # A restore over all tables holds 5,400 locks: two at once are more than the default leaves room for.
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=50 "
            f"-c max_locks_per_transaction=256 {self.options}"
        )
        log = str(self.folder / "log")
        data = str(self.folder / "data")
        self._run("pg_ctl", "start", "--wait", "--pgdata", data, "--log", log, "--options", options)

    def stop(self) -> None:
        """Stop it at once."""
        self._run("pg_ctl", "stop", "--pgdata", str(self.folder / "data"), "--mode=immediate")

    def kill(self) -> None:
        """Kill all of its processes: what was not written is lost, as in a crash."""
        main = self.main_process
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        for process in (main, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while Path(f"/proc/{main}").exists():
            time.sleep(0.01)

    def _run(self, program: str, *arguments: str) -> None:
        runner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(  # noqa: S603 - the database's own programs
            [*runner, str(self.binaries / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )


@contextlib.contextmanager
def temporary_cluster(binaries: Path, *, options: str = "") -> Iterator[Cluster]:
    """Yield a fresh cluster that runs, and remove it afterwards.

    Parameters
    ----------
    options : str
        Of ``postgres``; none: every commit is durable, as it is installed.
    """
    # A socket's path may have some 100 characters at most: a short folder, whatever TMPDIR is.
    folder = Path(tempfile.mkdtemp(prefix="placet-pg-", dir="/tmp"))
    cluster = Cluster(binaries, folder, options)
    try:
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """The address of a fresh database for a measurement; empty for ``sqlite``: the embedded one.

    Raises
    ------
    MissingProgramError
    """
    if kind == "sqlite":
        yield ""
        return
    binaries = find_binaries()
    if binaries is None:
        raise MissingProgramError("PostgreSQL is not installed (Debian: apt install postgresql).")
    with temporary_cluster(binaries) as cluster:
        yield cluster.url
