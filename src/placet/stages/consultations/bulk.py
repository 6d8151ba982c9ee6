"""Many participants and ballots at once: imports and simulations, appended in their order."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from placet.stages.consultations.ballots.columns import BallotColumns, insert_columns
from placet.stages.consultations.ballots.rows import batched, count, marks, native, quoted, touch
from placet.stages.consultations.models import Consultation, Participation
from placet.stages.mandates.models import Participant, Standing


def add_imported_participants(consultation: Consultation, participant_ids: Sequence[UUID]) -> int:
    """Participants without an account in the reflection of a consultation; returns how many are new."""
    alike = {
        "reflection_id": native()(consultation.priority.reflection_id),
        "standing": Standing.IMPORTED.value,
        "is_simulated": consultation.is_simulated,
        "created_date": connection.ops.adapt_datefield_value(timezone.localdate()),
    }
    return _insert_alike(Participant, "id", map(native(), participant_ids), alike)


def take_part_together(consultation: Consultation, participant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The participations of participants in a consultation, made where they are missing."""
    wanted = dict.fromkeys(participant_ids)
    alike = {"consultation_id": native()(consultation.pk), "paced_until": 0}
    _insert_alike(Participation, "participant_id", map(native(), wanted), alike)
    found = Participation.objects.filter(consultation=consultation).values_list("participant_id", "pk")
    return {participant_id: pk for participant_id, pk in found if participant_id in wanted}


@transaction.atomic(savepoint=False)  # for a savepoint SQLite keeps pages: 40 s instead of 4 for a million
def append_ballots(consultation: Consultation, ballots: BallotColumns) -> int:
    """Append ballots to a consultation in the order given; the caller has checked its permission.

    All of them or none. Client keys that were seen before are refused by the database: the caller leaves
    out what is there already.

    Returns
    -------
    int
        How many were appended.
    """
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if len(ballots) == 0:
        return 0
    insert_columns(current.pk, current.last_sequence + 1, ballots)
    participations, firsts = np.unique(ballots.participations, return_index=True)
    first_sequences = dict(
        zip(participations.tolist(), (current.last_sequence + 1 + firsts).tolist(), strict=True)
    )
    voting = Participation.objects.filter(consultation=current, first_sequence=None)
    new = sorted(first_sequences.keys() & set(voting.values_list("pk", flat=True)))
    touch((pk, first_sequences[pk], 0) for pk in new)
    count(current.pk, current.last_sequence + len(ballots), len(new))
    return len(ballots)


def _insert_alike(
    model: type[Model], column: str, values: Iterable[UUID | str], alike: Mapping[str, Any]
) -> int:
    """Rows that differ in one column alone, those left out that are there already; returns how many are new.

    As SQL: through ``bulk_create``, 20,000 participants took as long as a million ballots.
    """
    names = ", ".join([column, *alike])
    n_new = 0
    with connection.cursor() as cursor:
        for some in batched(values):
            # Without WHERE, SQLite takes ON CONFLICT for a part of the SELECT.
            cursor.execute(
                f"INSERT INTO {quoted(model)} ({names}) WITH new(value) AS (VALUES {marks(len(some), 1)}) "  # noqa: S608
                f"SELECT value, {', '.join(['%s'] * len(alike))} FROM new WHERE true ON CONFLICT DO NOTHING",
                [*some, *alike.values()],
            )
            n_new += cursor.rowcount
    return n_new


def microseconds(moment: dt.datetime) -> int:
    """A moment as columns of ballots hold it: microseconds since 1970."""
    return (moment - dt.datetime.fromtimestamp(0, dt.UTC)) // dt.timedelta(microseconds=1)
