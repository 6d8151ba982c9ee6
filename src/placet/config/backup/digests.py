"""What each table holds, as a count and a digest that do not depend on the database it lies in."""

import hashlib
from collections.abc import Iterator

import msgspec
from django.apps import apps
from django.db import connections
from django.db.models import CharField, F, Model, TextField
from django.db.models.functions import Collate

from placet.config.backup.archive import BackupError, Report, Table

# Bytes: dates, identifiers, decimal numbers and what is nested are all written in one way.
ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="string")
CHUNK = 5_000


def tables_of(alias: str, report: Report) -> dict[str, Table]:
    """Count and digest every table of ours, row by row in the order of the keys."""
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    models = {name: model for name, model in models.items() if model._meta.managed}
    n_rows = sum(model._base_manager.using(alias).count() for model in models.values())
    found: dict[str, Table] = {}
    done = 0
    for name, model in sorted(models.items()):
        digest, count = hashlib.sha256(), 0
        for rows in _chunks(model, alias):
            digest.update(b"".join(map(_line, rows)))
            count += len(rows)
            report("Reading the tables", done + count, n_rows)
        done += count
        found[name] = Table(count, digest.hexdigest())
    return found


def check_tables(expected: dict[str, Table], alias: str, report: Report) -> None:
    """See that the tables hold what the manifest says.

    Raises
    ------
    BackupError
        Where one does not.
    """
    found = tables_of(alias, report)
    wrong = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
    if wrong:
        raise BackupError(
            f"The restored table {wrong[0]} does not hold what the backup's manifest says ({len(wrong)} such "
            "tables); nothing was changed. Take another backup."
        )


def _line(row: tuple[object, ...]) -> bytes:
    return ENCODER.encode(row) + b"\n"


def _chunks(model: type[Model], alias: str) -> Iterator[list[tuple[object, ...]]]:
    columns = [field.attname for field in model._meta.concrete_fields]
    key = model._meta.pk
    # Text sorts by its bytes, whatever the database's language.
    collation = "C" if connections[alias].vendor == "postgresql" else "BINARY"
    order = Collate(F("pk"), collation) if isinstance(key, CharField | TextField) else F("pk")
    rows = model._base_manager.using(alias).order_by(order).values_list(*columns)
    chunk: list[tuple[object, ...]] = []
    for row in rows.iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
