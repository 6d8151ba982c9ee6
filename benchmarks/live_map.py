"""Seconds from the last of many ballots until the live map has it: in the database, and on a reader's page.

``python benchmarks/live_map.py --database sqlite`` serves a platform of its own with ``placet serve``, casts
10,000 ballots in 10 seconds from another process, and looks on: at the stored row every 20 ms, and at the
fragment as an open page does, once a second with what it has seen already. PostgreSQL is a cluster of its
own, durable as it is installed. ``--before`` has that many ballots counted beforehand, by as many
participants as it takes.

How fast the machine is varies from one minute to the next: the seconds that a fixed loop takes stand beside.
"""

import argparse
import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from placet.cli.loads import platform
from placet.cli.loads.postgresql import fresh_database

BATCH = 20  # ballots that are committed together, as in a busy minute of the ballot path
PAGE_POLL_SECONDS = 1.0
STORED_POLL_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
LIVE_SQL = "SELECT last_sequence, drawn_sequence FROM sensemaking_livemap"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--ballots", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--participants", type=int, default=1_000)
    parser.add_argument("--statements", type=int, default=50)
    parser.add_argument("--before", type=int, default=0)
    parser.add_argument("--cast", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    print(json.dumps(cast(options) if options.cast else measure(options), indent=None if options.cast else 1))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Serve, cast, look on."""
    with (
        tempfile.TemporaryDirectory(prefix="placet-bench-") as folder,
        fresh_database(options.database) as url,
    ):
        home = Path(folder)
        port = platform.free_port()
        env = platform.environment(home, url, port)
        ground = home / "ground.txt"
        platform.prepare(env, options.participants, options.statements, ground)
        reference = platform.read_ground(ground).reference
        with _serving(env, port):
            if options.before:
                _cast(env, options, options.before, 0.0)
                _wait_for(env, options.before)
            page = Page(port, reference)
            page.start()
            stored = Stored(env, options.before + options.ballots)
            stored.start()
            done = _cast(env, options, options.ballots, options.seconds)
            last = options.before + options.ballots
            stored.join()
            shown_at = page.wait_for(last)
            page.close()
            follower_mb = _follower_mb()
    return {
        "database": options.database,
        "ballots": options.ballots,
        "ballots_before": options.before,
        "cast_in_seconds": round(done["ended_at"] - done["began_at"], 2),
        "counted_after_seconds": _after(stored.counted_at, done),
        "drawn_after_seconds": _after(stored.drawn_at, done),
        "shown_after_seconds": _after(shown_at, done),
        "longest_lag_of_count_seconds": round(stored.longest_gap, 2),
        "fragment_bytes": page.n_bytes,
        "fragment_median_ms": page.median_ms(),
        "follower_mb": follower_mb,
        "loop_seconds": _loop_seconds(),
    }


class Stored(threading.Thread):
    """Notes when the stored map has the last ballot, counted and drawn."""

    def __init__(self, env: dict[str, str], last: int) -> None:
        super().__init__()
        self._env, self._last = env, last
        self.counted_at: float | None = None
        self.drawn_at: float | None = None
        self.longest_gap = 0.0

    def run(self) -> None:
        deadline = time.time() + PATIENCE_SECONDS
        seen, moved_at = 0, time.time()
        while self.drawn_at is None and time.time() < deadline:
            counted, drawn = _live(self._env)
            now = time.time()
            if counted != seen:
                self.longest_gap = max(self.longest_gap, now - moved_at) if seen else 0.0
                seen, moved_at = counted, now
            if counted >= self._last and self.counted_at is None:
                self.counted_at = now
            if drawn >= self._last:
                self.drawn_at = now
            time.sleep(STORED_POLL_SECONDS)


class Page(threading.Thread):
    """A reader's open page: asks once a second, with what it shows already."""

    def __init__(self, port: int, reference: str) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._address = f"/en/c/{reference}/results/live/"
        self._shown: dict[int, float] = {}
        self._times: list[float] = []
        self._is_closed = threading.Event()
        self.n_bytes = 0

    def close(self) -> None:
        """Look no more."""
        self._is_closed.set()
        self.join()

    def run(self) -> None:
        while not self._is_closed.is_set():
            began_at = time.perf_counter()
            body = _get(self._port, self._address)
            self._times.append(time.perf_counter() - began_at)
            if body:
                self.n_bytes = len(body)
                text = body.decode()
                if "data-drawn-sequence" in text:
                    self._shown.setdefault(int(_attribute(text, "data-drawn-sequence")), time.time())
                self._address = _attribute(text, "hx-get")
            time.sleep(max(PAGE_POLL_SECONDS - (time.perf_counter() - began_at), 0.0))

    def wait_for(self, last: int) -> float | None:
        """When the page showed the map with that ballot drawn."""
        deadline = time.time() + PATIENCE_SECONDS
        while last not in self._shown and time.time() < deadline:
            time.sleep(STORED_POLL_SECONDS)
        return self._shown.get(last)

    def median_ms(self) -> float:
        return round(1000 * sorted(self._times)[len(self._times) // 2], 1)


def cast(options: argparse.Namespace) -> dict[str, float]:
    """In a process of its own: ballots of two camps, at an even pace, through the one place they enter."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "placet.config.settings"
    import django

    django.setup()
    from uuid import uuid4

    from placet.stages.consultations.ballots.casting import NewBallot, Submission
    from placet.stages.consultations.ballots.recording import record_ballots
    from placet.stages.consultations.models import Consultation, Participation, Statement
    from placet.stages.texts.models import TextVersion

    consultation = Consultation.objects.get()
    people = list(Participation.objects.order_by("pk").values_list("pk", flat=True))
    versions = dict(TextVersion.objects.values_list("text_id", "pk"))
    statements = list(Statement.objects.order_by("reference").values_list("pk", "text_id"))
    first = consultation.last_sequence
    began_at = time.time()
    ended_at = began_at
    for start in range(0, options.ballots, BATCH):
        time.sleep(max(began_at + options.seconds * start / options.ballots - time.time(), 0.0))
        submissions = []
        for n in range(first + start, first + min(start + BATCH, options.ballots)):
            person, j = n % len(people), n // len(people) % len(statements)
            camp = 1 if person % 3 else -1
            vote = 0 if (person + j) % 11 == 0 else camp if j % 2 else -camp
            statement, text = statements[j]
            ballot = NewBallot(statement, vote, uuid4(), versions[text])
            submissions.append(Submission(consultation.pk, people[person], [ballot]))
        results = record_ballots(submissions)
        ended_at = time.time()
        if any(result.sequence is None for (result,) in results):
            raise SystemExit(f"refused: {results}")
    return {"began_at": began_at, "ended_at": ended_at}


def _cast(
    env: dict[str, str], options: argparse.Namespace, n_ballots: int, seconds: float
) -> dict[str, float]:
    command = [sys.executable, __file__, "--cast", "--ballots", str(n_ballots), "--seconds", str(seconds)]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _wait_for(env: dict[str, str], last: int) -> None:
    deadline = time.time() + PATIENCE_SECONDS
    while _live(env)[0] < last and time.time() < deadline:
        time.sleep(0.1)


def _live(env: dict[str, str]) -> tuple[int, int]:
    found = platform.rows(env, LIVE_SQL)
    return (int(found[0][0]), int(found[0][1] or 0)) if found else (0, 0)


@contextlib.contextmanager
def _serving(env: dict[str, str], port: int) -> Iterator[None]:
    """``placet serve``, once its follower is warm."""
    server = subprocess.Popen(
        [sys.executable, "-m", "placet.cli", "serve", "--port", str(port)],
        env=env | {"PLACET_LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.time() + PATIENCE_SECONDS
        while platform.get(port, "/readyz") != http.client.OK and time.time() < deadline:
            time.sleep(0.2)
        time.sleep(10)
        yield
    finally:
        server.terminate()
        server.wait(30)


def _get(port: int, address: str) -> bytes:
    connection = http.client.HTTPConnection("localhost", port, timeout=20)
    connection.request("GET", address)
    body = connection.getresponse().read()
    connection.close()
    return body


def _attribute(text: str, name: str) -> str:
    return text.split(f'{name}="')[1].split('"')[0].replace("&amp;", "&")


def _follower_mb() -> int:
    """The resident memory of the youngest follower on this machine."""
    found = subprocess.run(
        ["pgrep", "--newest", "--full", "placet.cli follow"], stdout=subprocess.PIPE, check=True, text=True
    )
    status = Path(f"/proc/{found.stdout.strip()}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def _after(moment: float | None, done: dict[str, float]) -> float | None:
    return None if moment is None else round(moment - done["ended_at"], 2)


def _loop_seconds() -> float:
    began_at = time.perf_counter()
    sum(n * n for n in range(3_000_000))
    return round(time.perf_counter() - began_at, 2)


if __name__ == "__main__":
    main()
