"""Many ballots of many participants at once: imports and simulations, appended in their order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from placet.stages.consultations.models import Ballot, Consultation, Vote

ROWS_AT_ONCE = 5_000
COLUMNS = (
    "consultation_id",
    "sequence",
    "statement_id",
    "participant_id",
    "vote",
    "version_seen_id",
    "translation_seen_id",
    "client_key",
    "cast_at",
)


@dataclass(frozen=True, slots=True)
class PastBallot:
    """A ballot that was cast elsewhere or made up, with the wording that was seen."""

    participant_id: UUID
    statement_id: UUID
    vote: int
    version_id: int
    translation_id: int | None
    client_key: UUID
    cast_at: datetime


@transaction.atomic
def append_ballots(consultation: Consultation, ballots: Iterable[PastBallot]) -> int:
    """Append ballots to a consultation in the order given; the caller has checked its permission.

    All of them or none. Keys that were seen before are refused by the database: the caller leaves out
    what is there already.

    Returns
    -------
    int
        How many were appended.
    """
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    waiting = iter(ballots)
    sequence = current.last_sequence
    while batch := list(islice(waiting, ROWS_AT_ONCE)):
        _insert(current, batch, sequence + 1)
        sequence += len(batch)
    appended = sequence - current.last_sequence
    Consultation.objects.filter(pk=current.pk).update(last_sequence=sequence)
    return appended


def _insert(consultation: Consultation, batch: Sequence[PastBallot], first_sequence: int) -> None:
    """What ``bulk_create`` does, in a fraction of its time: no objects, one prepared statement."""
    column = connection.ops.quote_name
    columns = ", ".join(column(name) for name in COLUMNS)
    marks = ", ".join(["%s"] * len(COLUMNS))
    sql = f"INSERT INTO {column(Ballot._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    identifier = _uuid_value()
    moment = connection.ops.adapt_datetimefield_value
    consultation_id = identifier(consultation.pk)
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                (
                    consultation_id,
                    sequence,
                    identifier(ballot.statement_id),
                    identifier(ballot.participant_id),
                    Vote(ballot.vote).value,
                    ballot.version_id,
                    ballot.translation_id,
                    identifier(ballot.client_key),
                    moment(ballot.cast_at),
                )
                for sequence, ballot in enumerate(batch, start=first_sequence)
            ],
        )


def _uuid_value() -> Callable[[UUID], UUID | str]:
    """How the database takes an identifier."""
    if connection.features.has_native_uuid_field:
        return lambda value: value
    return lambda value: value.hex
