"""Rows of ballots as SQL, many in one statement: the ORM takes ten times as long for the same rows.

Only ``recording`` and ``bulk`` call this, in a transaction that holds the lock of the consultation.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

from placet.stages.consultations.models import Ballot, Consultation, Participation

T = TypeVar("T")

Native = UUID | str  # an identifier as the database holds it, see ``native``
ROWS_AT_ONCE = 100  # in one statement: more is not faster, and a statement's size has its limits


class BallotRow(NamedTuple):
    """A ballot as it is written, but for its consultation."""

    sequence: int
    participation_id: int
    statement_id: Native
    vote: int
    version_id: int
    translation_id: int | None
    client_key: Native | None
    cast_at: datetime


def insert_ballots(consultation_id: UUID, rows: Iterable[BallotRow]) -> None:
    """Insert the rows as they are."""
    moment = cache(connection.ops.adapt_datetimefield_value)  # those of one transaction have the same
    consultation = native()(consultation_id)
    with connection.cursor() as cursor:
        for some in batched(rows):
            source, values = given(
                [
                    (
                        consultation,
                        row.sequence,
                        row.participation_id,
                        row.statement_id,
                        row.vote,
                        row.version_id,
                        row.translation_id,
                        row.client_key,
                        moment(row.cast_at),
                    )
                    for row in some
                ],
                *("uuid", "bigint", "bigint", "uuid", "smallint", "bigint", "bigint", "uuid", "timestamptz"),
            )
            cursor.execute(
                f"INSERT INTO {quoted(Ballot)} (consultation_id, sequence, participation_id, "
                "statement_id, vote, version_seen_id, translation_seen_id, client_key, cast_at) "
                f"{source}",
                values,
            )


def count(consultation_id: UUID, last_sequence: int, n_new_participants: int) -> None:
    """Bring a consultation's counters up to date."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(Consultation)} SET last_sequence = %s, "  # noqa: S608
            "participant_count = participant_count + %s WHERE id = %s",
            [last_sequence, n_new_participants, native()(consultation_id)],
        )


def touch(participations: Iterable[tuple[int, int, int]]) -> None:
    """Note the first sequence (where there was none) and the pace of participations that have voted."""
    table = quoted(Participation)
    with connection.cursor() as cursor:
        for some in batched(participations):
            source, values = given(some, "bigint", "bigint", "bigint")
            cursor.execute(
                f"WITH voted(id, first_sequence, paced_until) AS ({source}) "  # noqa: S608
                f"UPDATE {table} SET paced_until = voted.paced_until, "
                f"first_sequence = COALESCE({table}.first_sequence, voted.first_sequence) "
                f"FROM voted WHERE {table}.id = voted.id",
                values,
            )


def given(rows: Sequence[Sequence[Any]], *types: str) -> tuple[str, list[Any]]:
    """A table of values as SQL, and its parameters: columns of those types of PostgreSQL.

    PostgreSQL takes an array a column, written here as its own literal: psycopg dumps an array element by
    element, which took longer than all else that a commit does in Python.
    """
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{name}[]" for name in types)
        return f"SELECT * FROM unnest({arrays})", [_array(column) for column in zip(*rows, strict=True)]  # noqa: S608
    return f"VALUES {marks(len(rows), len(types))}", list(chain.from_iterable(rows))


def _array(column: Iterable[int | UUID | datetime | None]) -> str:
    """A column as PostgreSQL writes an array; none of these types needs quotes or escapes there."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in column) + "}"


def batched(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """The items, as many together as go into one statement."""
    waiting = iter(items)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        yield some


@cache
def marks(n_rows: int, n_columns: int) -> str:
    """Placeholders of so many rows of values."""
    row = f"({', '.join(['%s'] * n_columns)})"
    return ", ".join([row] * n_rows)


def quoted(model: type[Model]) -> str:
    """A model's table, as SQL names it."""
    return connection.ops.quote_name(model._meta.db_table)


def native() -> Callable[[UUID], Native]:
    """How the database takes an identifier."""
    if connection.features.has_native_uuid_field:
        return lambda value: value
    return lambda value: value.hex
