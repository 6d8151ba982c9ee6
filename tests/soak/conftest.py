"""A platform of its own on either database, and how much is asked of it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from placet.cli.loads import platform
from placet.cli.loads.platform import Ground, kill_server
from placet.cli.loads.postgresql import Cluster, find_binaries, temporary_cluster
from tests.conftest import ON_POSTGRESQL
from tests.soak.voters import Client

IS_FULL = os.environ.get("PLACET_TEST_SOAK") == "full"
N_KILLS = 20 if IS_FULL else 2


@dataclass
class Site:
    """A web server with its database."""

    # Tokens and the environment are not shown where a test fails.
    env: dict[str, str] = field(repr=False)
    port: int
    ground: Ground = field(repr=False)
    cluster: Cluster | None = None
    application: str = ""
    server: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        self.server = platform.start_server(self.env, self.port)

    def kill(self) -> None:
        """Kill the web server, with everything it started."""
        assert self.server is not None
        kill_server(self.server)

    def client(self) -> Client:
        return Client(self.port)

    def stored_keys(self) -> list[str]:
        """The client keys in the database, in the order of their sequences."""
        sql = "SELECT client_key FROM consultations_ballot ORDER BY sequence"
        return [str(key).replace("-", "") for (key,) in platform.rows(self.env, sql)]

    def check_truth(self, acknowledged: set[str]) -> None:
        """Every acknowledged ballot is there, once; sequences have no gap; the counters are right."""
        stored = self.stored_keys()
        assert len(stored) == len(set(stored))
        lost = {key.replace("-", "") for key in acknowledged} - set(stored)
        assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged ballots are lost"
        sequences = platform.rows(self.env, "SELECT MIN(sequence), MAX(sequence) FROM consultations_ballot")
        assert sequences == [(1, len(stored))]
        counted = "SELECT last_sequence, participant_count FROM consultations_consultation"
        voted = "SELECT COUNT(DISTINCT participation_id) FROM consultations_ballot"
        ((n_voted,),) = platform.rows(self.env, voted)
        assert platform.rows(self.env, counted) == [(len(stored), n_voted)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A platform with 500 participants; on PostgreSQL with everything durable, as it is installed."""
    if ON_POSTGRESQL:
        pytest.skip("this test brings its own databases, and ran before")
    with started(tmp_path_factory.mktemp(request.param), request.param) as site:
        yield site


def started(home: Path, database: str, *, options: str = "") -> "_Started":
    return _Started(home, database, options)


class _Started:
    """The platform, while the block is open."""

    def __init__(self, home: Path, database: str, options: str) -> None:
        self._home, self._database, self._options = home, database, options

    def __enter__(self) -> Site:
        self._cluster = None
        if self._database == "postgresql":
            binaries = find_binaries()
            if binaries is None:
                pytest.skip("PostgreSQL is not installed")
            self._cluster = temporary_cluster(binaries, options=self._options)
        cluster = self._cluster.__enter__() if self._cluster else None
        self._home.mkdir(parents=True, exist_ok=True)
        port = platform.free_port()
        env = platform.environment(self._home, cluster.url if cluster else "", port)
        platform.prepare(env, 500, 20, self._home / "ground.txt")
        self.site = Site(env, port, platform.read_ground(self._home / "ground.txt"), cluster)
        self.site.start()
        return self.site

    def __exit__(self, *_: object) -> None:
        self.site.kill()
        if self._cluster:
            self._cluster.__exit__(None, None, None)
        shutil.rmtree(self._home, ignore_errors=True)
