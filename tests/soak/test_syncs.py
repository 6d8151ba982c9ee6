"""A kill never tests ``fsync``: what a killed process wrote, the system still holds. So calls are counted."""

import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from placet.cli.loads import platform
from tests.conftest import ON_POSTGRESQL
from tests.soak.conftest import Site, started
from tests.soak.voters import ballots

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="these tests bring their own databases, and ran before")

N_REQUESTS = 30


def cast_one_after_another(site: Site) -> None:
    client, draw = site.client(), random.Random(3)
    for voter in range(N_REQUESTS):
        assert client.post(site.ground, voter, ballots(site.ground, draw, 1))[0] == 200
    client.close()


def test_every_commit_on_postgresql_is_synced(tmp_path: Path) -> None:
    with started(tmp_path, "postgresql") as site:
        before = n_wal_syncs(site)
        cast_one_after_another(site)
        time.sleep(1.5)  # a connection reports at most once a second, and after work
        cast_one_after_another(site)
        assert n_wal_syncs(site) - before >= N_REQUESTS


def n_wal_syncs(site: Site) -> int:
    ((n_syncs,),) = platform.rows(site.env, "SELECT wal_sync FROM pg_stat_wal")
    return int(n_syncs)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which counts the calls, is not installed")
def test_every_commit_on_sqlite_is_synced(tmp_path: Path) -> None:
    with started(tmp_path, "sqlite") as site:
        assert site.server is not None
        server = site.server.pid
        children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
        calls = tmp_path / "calls"
        strace = subprocess.Popen(
            [
                *("strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(calls)),
                *(part for child in children.split() for part in ("-p", child)),
            ],
            stderr=subprocess.PIPE,
        )
        assert strace.stderr is not None
        strace.stderr.readline()  # attached
        cast_one_after_another(site)
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=20)
        found = re.findall(r"(?:fsync|fdatasync)\(", calls.read_text(encoding="utf-8"))
        assert len(found) >= N_REQUESTS
