"""Commits per second of a small durable write through Django, with both journals of SQLite.

``python benchmarks/sqlite_journal.py --seconds 5 --folder var`` writes rows of the size of a ballot, one
transaction each, with ``synchronous=FULL``, as the settings have it: alone, and while a second process reads.
The folder has to lie on the disk that is to be measured; a memory disk measures nothing.
"""

import argparse
import json
import multiprocessing
import platform
import tempfile
import time
from pathlib import Path

MODES = ("WAL", "DELETE")


def connect(path: Path, mode: str) -> None:
    """Set Django up with one database and one journal."""
    import django
    from django.conf import settings

    options = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": f"PRAGMA journal_mode={mode}; PRAGMA synchronous=FULL;",
    }
    settings.configure(
        DATABASES={"default": {"ENGINE": "placet.config.sqlite", "NAME": str(path), "OPTIONS": options}}
    )
    django.setup()


def read(path: Path, mode: str, seconds: float) -> None:
    """Count rows, again and again, as pages do beside the votes."""
    connect(path, mode)
    from django.db import connection

    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM written").fetchone()
        time.sleep(0.01)


def write(path: Path, mode: str, seconds: float) -> dict[str, float]:
    """Commit one row after another; returns how many a second, and how long the slowest hundredth took."""
    connect(path, mode)
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS written (id integer PRIMARY KEY, a blob, b int, c text)")
    row = [b"0123456789abcdef", 1, "2030-01-01 12:00:00"]
    durations = []
    started_at = time.perf_counter()
    while (before := time.perf_counter()) - started_at < seconds:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO written (a, b, c) VALUES (%s, %s, %s)", row)
        durations.append(time.perf_counter() - before)
    durations.sort()
    return {
        "commits_per_second": round(len(durations) / seconds, 1),
        "median_ms": round(1000 * durations[len(durations) // 2], 3),
        "p99_ms": round(1000 * durations[int(len(durations) * 0.99)], 3),
    }


def _measure(
    path: Path, mode: str, seconds: float, results: "multiprocessing.Queue[dict[str, float]]"
) -> None:
    results.put(write(path, mode, seconds))


def measure(folder: Path, mode: str, seconds: float, *, is_read: bool) -> dict[str, float]:
    """One measurement, in processes of its own: Django is set up once in each."""
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[dict[str, float]] = context.Queue()
    path = folder / f"{mode}-{is_read}.sqlite3"
    writer = context.Process(target=_measure, args=(path, mode, seconds, results))
    writer.start()
    reader = context.Process(target=read, args=(path, mode, seconds))
    if is_read:
        time.sleep(0.5)  # the table is there
        reader.start()
    found = results.get(timeout=seconds + 60)
    writer.join()
    if is_read:
        reader.join()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--folder", type=Path, default=Path())
    arguments = parser.parse_args()
    from placet.config.sqlite.library import VERSION

    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        found = {
            f"{mode}, {'a reader beside it' if is_read else 'alone'}": measure(
                Path(name), mode, arguments.seconds, is_read=is_read
            )
            for is_read in (False, True)
            for mode in MODES
        }
    print(json.dumps({"sqlite": VERSION, "machine": platform.machine(), **found}, indent=2))


if __name__ == "__main__":
    main()
