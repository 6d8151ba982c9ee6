"""Seconds of the import of many contributions, from the upload to the last row, on either database.

``python benchmarks/contributions_import.py --rows 10000`` writes a table of that many rows in two languages
into a temporary folder, with a fresh database, uploads it, lets it be read, confirms it and lets it be
written; then once more with everything known, which adds nothing. PostgreSQL is a cluster of its own.

``reading`` is the file made into rows, ``checking`` all of them looked at beside what is known, both twice:
for the preview, and again before they are written. ``writing`` is the one transaction. Processor seconds
stand beside those of the clock: on a busy machine the latter say little.
"""

import argparse
import csv
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from placet.cli.loads.platform import environment, prepare
from placet.cli.loads.postgresql import fresh_database

WORDS = {
    "en": ("allies", "should", "share", "warnings", "early", "and", "exercise", "together", "every", "year"),
    "fr": (
        "les",
        "alliés",
        "devraient",
        "partager",
        "leurs",
        "alertes",
        "tôt",
        "et",
        "s’exercer",
        "ensemble",
    ),
}
WATCHED = {"_read": "reading", "check": "checking", "write_import": "writing"}


def make_table(path: Path, n_rows: int, n_characters: int) -> None:
    """Rows with a number, a title and a text in two languages; the same each time."""
    chance = random.Random(20_261_123)

    def text(language: str, length: int) -> str:
        words: list[str] = []
        while sum(map(len, words)) + len(words) < length:
            words.append(chance.choice(WORDS[language]))
        return " ".join(words)[:length].strip().capitalize() + "."

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "title/en", "title/fr", "text/en", "text/fr"])
        for number in range(1, n_rows + 1):
            titles = [f"{number} {text(language, 70)}" for language in ("en", "fr")]
            writer.writerow([number, *titles, *(text(language, n_characters) for language in ("en", "fr"))])


class Stopwatch:
    """Seconds of the functions of a module, by what they do."""

    def __init__(self, module: Any) -> None:
        self.forget()
        for name, what in WATCHED.items():
            setattr(module, name, self._timed(getattr(module, name), what))

    def forget(self) -> None:
        """Begin again."""
        self.seconds: dict[str, float] = dict.fromkeys(WATCHED.values(), 0.0)
        self.processor = dict(self.seconds)

    def _timed(self, function: Callable[..., Any], what: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            begun, cpu = time.perf_counter(), time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds[what] += time.perf_counter() - begun
                self.processor[what] += time.process_time() - cpu

        return timed


def measure(path: Path, watch: Stopwatch) -> dict[str, Any]:
    """Upload, read, confirm and write a table; the second time, all of it is known."""
    from django.core.files import File

    from placet.stages.contributions import imports
    from placet.stages.contributions.models import Collection, ContributionImport
    from placet.stages.mandates.models import Reflection
    from placet.stages.people.models import Account

    account, reflection = Account.objects.get(), Reflection.objects.get()
    collection = Collection.objects.first() or imports.NewCollection({"en": "A report"}, {})
    watch.forget()
    begun, cpu = time.perf_counter(), time.process_time()
    with path.open("rb") as stream:
        made = imports.request_import(
            account,
            reflection,
            File(stream, name="rows.csv"),
            collection,
            kind="recommendation",
            language="en",
        )
    uploaded = time.perf_counter()
    imports.read_import(made.pk)
    previewed = time.perf_counter()
    made.refresh_from_db()
    if made.new_count:
        imports.confirm_import(account, made)
        imports.run_import(made.pk)
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    done = ContributionImport.objects.get(pk=made.pk)
    if done.error or done.fault_count:
        raise SystemExit(done.error or str(done.faults[:5]))
    return {
        "new": done.new_count,
        "known": done.known_count,
        "upload_seconds": round(uploaded - begun, 2),
        "preview_seconds": round(previewed - uploaded, 2),
        "import_seconds": round(ended - previewed, 2),
        "all_seconds": round(ended - begun, 2),
        **{f"{what}_seconds": round(took, 2) for what, took in watch.seconds.items()},
        **{f"{what}_cpu_seconds": round(took, 2) for what, took in watch.processor.items()},
        "all_cpu_seconds": round(cpu, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--characters", type=int, default=600, help="Of each text.")
    parser.add_argument("--folder", type=Path, default=Path(), help="On the disk to be measured.")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder.absolute(), prefix="bench-import-") as name,
        fresh_database(arguments.database) as url,
    ):
        folder = Path(name)
        table = folder / "rows.csv"
        make_table(table, arguments.rows, arguments.characters)
        kept = environment(folder / "home", url, 8000) | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"}
        prepare(kept, 1, 1, folder / "ground")
        os.environ.clear()
        os.environ.update(kept)
        import django

        django.setup()
        from placet.stages.contributions.imports import requests

        watch = Stopwatch(requests)
        found: dict[str, Any] = {
            "database": arguments.database,
            "rows": arguments.rows,
            "file_mb": round(table.stat().st_size / 1e6, 1),
        }
        found["first"] = measure(table, watch)
        found["again"] = measure(table, watch)
    json.dump(found, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
