"""A full disk: ballots are put off in words, pages are still read, and all goes on once there is room."""

import contextlib
import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from placet.cli.loads import platform
from tests.conftest import ON_POSTGRESQL
from tests.soak.conftest import Site, started
from tests.soak.voters import ballots

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="this test brings its own database, and ran before")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    with started(small_disk / "home", "sqlite") as site:
        assert send(site) == 200
        filler = small_disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(os.urandom(65_536)):
                pass
        statuses = {send(site) for _ in range(40)}
        assert 503 in statuses, statuses
        assert statuses <= {200, 503}  # some room may be left in the log
        assert platform.get(site.port, "/en/") == 200
        n_stored = len(site.stored_keys())
        filler.unlink()
        deadline = time.monotonic() + 30
        while send(site) != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert len(site.stored_keys()) == n_stored + 3


def send(site: Site) -> int:
    client = site.client()
    draw = random.Random()
    status, _answer = client.post(site.ground, draw.randrange(500), ballots(site.ground, draw, 3))
    client.close()
    return status
