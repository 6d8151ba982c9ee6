"""Rows of ballots as SQL, many in one statement: the ORM takes ten times as long for the same rows.

Only ``recording`` and ``bulk`` call this, in a transaction that holds the lock of the consultation.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

from placet.stages.consultations.models import Ballot, Participation

T = TypeVar("T")

ROWS_AT_ONCE = 100  # in one statement: more is not faster, and a statement's size has its limits


class BallotRow(NamedTuple):
    """A ballot as it is written, but for its consultation."""

    sequence: int
    participation_id: int
    statement_id: UUID
    vote: int
    version_id: int
    translation_id: int | None
    client_key: UUID | None
    cast_at: datetime


def known_sequences(identities: Iterable[tuple[int, UUID]]) -> dict[tuple[int, UUID], int]:
    """The sequences of ballots that are there already, by participation and client key."""
    table = _quoted(Ballot)
    identifier = _uuid_value()
    known: dict[tuple[int, UUID], int] = {}
    with connection.cursor() as cursor:
        for some in _batched(identities):
            cursor.execute(
                f"WITH sent(participation_id, client_key) AS (VALUES {_marks(len(some), 2)}) "  # noqa: S608
                f"SELECT ballot.participation_id, ballot.client_key, ballot.sequence FROM sent JOIN {table} "
                "AS ballot ON ballot.participation_id = sent.participation_id "
                "AND ballot.client_key = sent.client_key AND ballot.client_key IS NOT NULL",
                list(chain.from_iterable((pk, identifier(key)) for pk, key in some)),
            )
            known.update(((pk, _as_uuid(key)), sequence) for pk, key, sequence in cursor.fetchall())
    return known


def insert_ballots(consultation_id: UUID, rows: Iterable[BallotRow]) -> None:
    """Insert the rows as they are."""
    identifier = _uuid_value()
    moment = connection.ops.adapt_datetimefield_value
    consultation = identifier(consultation_id)
    columns = (
        "consultation_id, sequence, participation_id, statement_id, vote, "
        "version_seen_id, translation_seen_id, client_key, cast_at"
    )
    with connection.cursor() as cursor:
        for some in _batched(rows):
            cursor.execute(
                f"INSERT INTO {_quoted(Ballot)} ({columns}) VALUES {_marks(len(some), 9)}",  # noqa: S608
                list(
                    chain.from_iterable(
                        (
                            consultation,
                            row.sequence,
                            row.participation_id,
                            identifier(row.statement_id),
                            row.vote,
                            row.version_id,
                            row.translation_id,
                            row.client_key and identifier(row.client_key),
                            moment(row.cast_at),
                        )
                        for row in some
                    )
                ),
            )


def touch(participations: Iterable[tuple[int, int, int]]) -> None:
    """Note the first sequence (where there was none) and the pace of participations that have voted."""
    table = _quoted(Participation)
    with connection.cursor() as cursor:
        for some in _batched(participations):
            cursor.execute(
                f"WITH voted(id, first_sequence, paced_until) AS (VALUES {_marks(len(some), 3)}) "  # noqa: S608
                f"UPDATE {table} SET paced_until = voted.paced_until, "
                f"first_sequence = COALESCE({table}.first_sequence, voted.first_sequence) "
                f"FROM voted WHERE {table}.id = voted.id",
                list(chain.from_iterable(some)),
            )


def _batched(items: Iterable[T]) -> Iterator[Sequence[T]]:
    waiting = iter(items)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        yield some


def _marks(n_rows: int, n_columns: int) -> str:
    row = f"({', '.join(['%s'] * n_columns)})"
    return ", ".join([row] * n_rows)


def _quoted(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _uuid_value() -> Callable[[UUID], UUID | str]:
    """How the database takes an identifier."""
    if connection.features.has_native_uuid_field:
        return lambda value: value
    return lambda value: value.hex


def _as_uuid(value: UUID | str) -> UUID:
    """An identifier as the database gives it back."""
    return value if isinstance(value, UUID) else UUID(value)
