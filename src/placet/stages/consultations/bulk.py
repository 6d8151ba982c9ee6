"""Many ballots of many participants at once: imports and simulations, appended in their order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from placet.stages.consultations.models import Ballot, Consultation, Vote

ROWS_AT_ONCE = 5_000


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
        Ballot.objects.bulk_create(
            [
                Ballot(
                    consultation=current,
                    sequence=sequence + offset,
                    statement_id=ballot.statement_id,
                    participant_id=ballot.participant_id,
                    vote=Vote(ballot.vote).value,
                    version_seen_id=ballot.version_id,
                    translation_seen_id=ballot.translation_id,
                    client_key=ballot.client_key,
                    cast_at=ballot.cast_at,
                )
                for offset, ballot in enumerate(batch, start=1)
            ]
        )
        sequence += len(batch)
    appended = sequence - current.last_sequence
    Consultation.objects.filter(pk=current.pk).update(last_sequence=sequence)
    return appended
