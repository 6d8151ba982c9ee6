"""Many ballots of many participants at once: imports and simulations, appended in their order."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from placet.stages.consultations.ballots.rows import BallotRow, insert_ballots, touch
from placet.stages.consultations.models import Consultation, Participation, Vote

PARTICIPATIONS_AT_ONCE = 5_000


class PastBallot(NamedTuple):
    """A ballot that was cast elsewhere or made up, with the wording that was seen."""

    participation_id: int
    statement_id: UUID
    vote: int
    version_id: int
    translation_id: int | None
    client_key: UUID | None
    cast_at: datetime


def take_part_together(consultation: Consultation, participant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The participations of participants in a consultation, made where they are missing."""
    wanted = set(participant_ids)
    known = _participations(consultation)
    new = [
        Participation(consultation=consultation, participant_id=participant_id)
        for participant_id in wanted - known.keys()
    ]
    Participation.objects.bulk_create(new, batch_size=PARTICIPATIONS_AT_ONCE)
    found = _participations(consultation) if new else known
    return {participant_id: found[participant_id] for participant_id in wanted}


@transaction.atomic
def append_ballots(consultation: Consultation, ballots: Iterable[PastBallot]) -> int:
    """Append ballots to a consultation in the order given; the caller has checked its permission.

    All of them or none. Client keys that were seen before are refused by the database: the caller leaves
    out what is there already.

    Returns
    -------
    int
        How many were appended.
    """
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    first_sequences: dict[int, int] = {}
    last_sequence = current.last_sequence

    def rows() -> Iterator[BallotRow]:
        nonlocal last_sequence
        for ballot in ballots:
            last_sequence += 1
            first_sequences.setdefault(ballot.participation_id, last_sequence)
            yield BallotRow(last_sequence, ballot[0], ballot[1], Vote(ballot.vote).value, *ballot[3:])

    insert_ballots(current.pk, rows())
    voting = Participation.objects.filter(consultation=current, first_sequence=None)
    new = sorted(first_sequences.keys() & set(voting.values_list("pk", flat=True)))
    touch((pk, first_sequences[pk], 0) for pk in new)
    Consultation.objects.filter(pk=current.pk).update(
        last_sequence=last_sequence, participant_count=current.participant_count + len(new)
    )
    return last_sequence - current.last_sequence


def _participations(consultation: Consultation) -> dict[UUID, int]:
    found = Participation.objects.filter(consultation=consultation)
    return dict(found.values_list("participant_id", "pk"))
