"""Seconds of the import of a Polis export, from the upload to the last ballot, on either database.

``python benchmarks/votes_import.py --database sqlite --votes 1000000`` makes a seeded export of that many
votes in a temporary folder, a fresh database, uploads the export and lets it be imported: once, which adds
everything, and once more, which adds nothing. PostgreSQL is a cluster of its own, durable as it is installed.

How fast the machine is varies from one minute to the next: beside each figure stand the seconds that a fixed
loop took right before it.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from placet.cli.loads.platform import environment, prepare
from placet.cli.loads.postgresql import fresh_database

VOTE_HEADER = "timestamp,datetime,comment-id,voter-id,vote\n"
COMMENT_HEADER = ("timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated")
FIRST_MOMENT_MS = 1_700_000_000_000
ROWS_WRITTEN_AT_ONCE = 100_000
# Functions of the import whose time is told apart, that of the others taken out; the last one commits.
STEPS = (
    "unpack",
    "read_polis_export",
    "read_export",
    "add_imported_participants",
    "add_statements",
    "take_part_together",
    "_ballots",
    "_new_ballots",
    "append_ballots",
    "write_import",
)


def make_export(path: Path, n_votes: int, n_participants: int, n_statements: int, *, is_wide: bool) -> None:
    """A zip archive of an export, as Polis writes it; one pair in a hundred is voted on twice."""
    random = np.random.default_rng(20_261_122)
    pairs = random.choice(n_participants * n_statements, size=n_votes - n_votes // 100, replace=False)
    pairs = np.concatenate([pairs, random.choice(pairs, size=n_votes // 100, replace=False)])
    participants, statements = np.divmod(pairs, n_statements)
    moments = FIRST_MOMENT_MS + np.cumsum(random.integers(0, 5_000, size=n_votes))
    values = random.choice([1, -1, 0], p=[0.5, 0.3, 0.2], size=n_votes)
    current = np.full((n_participants, n_statements), 2, dtype=np.int8)
    current[participants, statements] = values
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("votes.csv", "w") as file:
            file.write(VOTE_HEADER.encode())
            columns = (moments, statements, participants, values)
            for start in range(0, n_votes, ROWS_WRITTEN_AT_ONCE):
                rows = zip(*(c[start : start + ROWS_WRITTEN_AT_ONCE].tolist() for c in columns), strict=True)
                file.write("".join(f"{m},{_shown(m)},{s},{p},{v}\n" for m, s, p, v in rows).encode())
        agrees, disagrees = (np.bincount(statements[values == v], minlength=n_statements) for v in (1, -1))
        lines = [",".join((*COMMENT_HEADER, "comment-body"))]
        for s in range(n_statements):
            body = f'"Statement {s}: a sentence, as people write them, of some length."'
            counts = f"{s},{s % n_participants},{agrees[s]},{disagrees[s]},1"
            lines.append(f"{FIRST_MOMENT_MS},{_shown(FIRST_MOMENT_MS)},{counts},{body}")
        archive.writestr("comments.csv", "\n".join(lines) + "\n")
        archive.writestr("summary.csv", f'topic,"What first, and what then?"\nvoters,{n_participants}\n')
        if is_wide:
            with archive.open("participants-votes.csv", "w") as file:
                _write_wide(file, current)


def _write_wide(file: Any, current: np.ndarray[Any, np.dtype[np.int8]]) -> None:
    fixed = ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree"]
    file.write((",".join([*fixed, *map(str, range(current.shape[1]))]) + "\n").encode())
    cell = {-1: "-1", 0: "0", 1: "1", 2: ""}
    for participant, row in enumerate(current):
        if (row == 2).all():
            continue
        counts = [participant, participant % 2, 0, *(int(np.sum(r)) for r in (row < 2, row == 1, row == -1))]
        file.write((",".join([*map(str, counts), *(cell[v] for v in row.tolist())]) + "\n").encode())


def _shown(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms // 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")


def calibration() -> float:
    """Seconds of a fixed loop: what the machine is worth at this moment."""
    begun = time.perf_counter()
    total = 0
    for number in range(5_000_000):
        total += number & 7
    assert total == 17_500_000, total
    return round(time.perf_counter() - begun, 3)


class Stopwatch:
    """Seconds by function, its callees among the functions watched taken out."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = 0.0  # spent in functions watched that the present one has called

    def watch(self, module: Any, name: str) -> None:
        """Measure a function of a module."""
        function: Callable[..., Any] = getattr(module, name)

        def timed(*arguments: Any, **options: Any) -> Any:
            outer, self._inner = self._inner, 0.0
            begun = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                took = time.perf_counter() - begun
                self.seconds[name] = self.seconds.get(name, 0.0) + took - self._inner
                self._inner = outer + took

        setattr(module, name, timed)


class PeakMemory:
    """Megabytes in RAM, looked at again and again: at the beginning, and at most."""

    def __init__(self) -> None:
        self.at_first = self.peak = self._resident()
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    @staticmethod
    def _resident() -> float:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 2**20

    def _look(self) -> None:
        while not self._is_done.wait(0.02):
            self.peak = max(self.peak, self._resident())

    def stop(self) -> dict[str, int]:
        """End, and say what was seen."""
        self._is_done.set()
        self._thread.join()
        return {"before": round(self.at_first), "peak": round(self.peak)}


def measure(export: Path) -> dict[str, Any]:
    """Upload and import an export into the consultation, and tell how long each step took."""
    from django.core.files import File

    from placet.stages.consultations import imports
    from placet.stages.consultations.models import Consultation, VoteImport
    from placet.stages.people.models import Account

    loop = calibration()
    memory = PeakMemory()
    begun = time.perf_counter()
    with export.open("rb") as stream:
        upload = File(stream, name="export.zip")
        made = imports.request_import(
            Account.objects.get(), Consultation.objects.get(), [upload], language="en", flips_signs=False
        )
    uploaded, cpu = time.perf_counter(), time.process_time()
    watch = Stopwatch()
    modules = [module for name, module in sys.modules.items() if name.startswith(imports.__name__)]
    watched = [(module, name) for module in modules for name in STEPS if hasattr(module, name)]
    kept = [(module, name, getattr(module, name)) for module, name in watched]
    for module, name, _ in kept:
        watch.watch(module, name)
    imports.run_import(made.pk)
    seconds, cpu = time.perf_counter() - uploaded, time.process_time() - cpu
    for module, name, function in kept:
        setattr(module, name, function)
    done = VoteImport.objects.get(pk=made.pk)
    if done.error:
        raise SystemExit(done.error)
    return {
        "loop_seconds": loop,
        "upload_seconds": round(uploaded - begun, 2),
        "import_seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),  # of this process alone
        "steps": {name: round(took, 2) for name, took in watch.seconds.items()},
        "added": {
            "statements": done.statement_count,
            "participants": done.participant_count,
            "ballots": done.ballot_count,
        },
        "votes_per_second": round((done.ballot_count or 0) / seconds),
        "memory_mb": memory.stop(),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--participants", type=int, default=20_000)
    parser.add_argument("--statements", type=int, default=500)
    parser.add_argument("--wide", action="store_true", help="With participants-votes.csv beside votes.csv.")
    parser.add_argument("--folder", type=Path, default=Path(), help="On the disk to be measured.")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder.absolute(), prefix="bench-import-") as name,
        fresh_database(arguments.database) as url,
    ):
        folder = Path(name)
        export = folder / "export.zip"
        size = (arguments.votes, arguments.participants, arguments.statements)
        make_export(export, *size, is_wide=arguments.wide)
        kept = environment(folder / "home", url, 8000) | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"}
        prepare(kept, 1, 1, folder / "ground")
        os.environ.clear()
        os.environ.update(kept)
        import django

        django.setup()
        found = {"database": arguments.database, "votes": arguments.votes, "wide": arguments.wide}
        found["first"] = measure(export)
        found["again"] = measure(export)
    json.dump(found, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
