"""``placet bench ballots``: the whole ballot path under load, on either database, with nothing switched off.

Token, checks, limits, idempotency and commit; the load comes from wrk, on the same machine.
"""

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from placet.cli.loads import platform
from placet.cli.loads.postgresql import MissingProgramError, fresh_database

LUA = Path(__file__).with_name("ballots.lua")
WARM_UP_SECONDS = 3


def measure_ballots(
    *, database: str, connections: int, seconds: int, batch: int, participants: int, statements: int
) -> dict[str, Any]:
    """Serve a platform of its own, load it, and say what came through.

    Raises
    ------
    MissingProgramError
    """
    if shutil.which("wrk") is None:
        raise MissingProgramError(
            "The load comes from wrk. Install it (Debian: apt install wrk), then repeat."
        )
    with tempfile.TemporaryDirectory(prefix="placet-bench-") as folder, fresh_database(database) as url:
        home = Path(folder)
        port = platform.free_port()
        env = platform.environment(home, url, port)
        ground = home / "ground.txt"
        platform.prepare(env, participants, statements, ground)
        with platform.serving(env, port) as server:
            _wrk(port, connections, WARM_UP_SECONDS, ground, batch)
            n_before = _stored(env)
            loop_seconds = [_loop_seconds()]
            before_mb, before_cpu = platform.resident_mb(server.pid), platform.cpu_seconds(server.pid)
            figures = _wrk(port, connections, seconds, ground, batch)
            after_mb, after_cpu = platform.resident_mb(server.pid), platform.cpu_seconds(server.pid)
            loop_seconds.append(_loop_seconds())
            stored = _stored(env) - n_before
    return {
        "database": database,
        "connections": connections,
        "ballots_per_request": batch,
        "ballots_per_second": round(figures["acknowledged"] / figures["seconds"]),
        **figures,
        "stored": stored,
        "server_cpu_us_per_ballot": round((after_cpu - before_cpu) / max(stored, 1) * 1e6, 1),
        "server_mb_before": round(before_mb),
        "server_mb_after": round(after_mb),
        "loop_seconds": loop_seconds,
    }


def _loop_seconds() -> float:
    """Seconds of three million additions: tells a figure taken on a slow or busy machine from another."""
    began_at = time.perf_counter()
    total = 0
    for number in range(3_000_000):
        total += number
    return round(time.perf_counter() - began_at, 2)


def _wrk(port: int, connections: int, seconds: int, ground: Path, batch: int) -> dict[str, Any]:
    finished = subprocess.run(  # noqa: S603 - wrk, found above
        [
            *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"),
            *("--timeout", "10s", "--script", str(LUA), f"http://localhost:{port}", "--"),
            *(str(ground), str(batch)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    line = next(line for line in finished.stdout.splitlines() if line.startswith("JSON "))
    figures: dict[str, Any] = json.loads(line.removeprefix("JSON "))
    return figures


def _stored(env: dict[str, str]) -> int:
    ((count,),) = platform.rows(env, "SELECT COUNT(*) FROM consultations_ballot")
    return int(count)
