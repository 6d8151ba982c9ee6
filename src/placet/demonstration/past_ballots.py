"""Simulated votes as ballots of the past, in the order in which they were cast."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt

from placet.stages.consultations.ballots.columns import BallotColumns
from placet.stages.consultations.bulk import append_ballots, microseconds, take_part_together
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates.models import Participant
from placet.stages.texts.queries import wordings

MICROSECOND = dt.timedelta(microseconds=1)


def append_past_ballots(
    consultation: Consultation,
    statements: Sequence[Statement],
    participants: Sequence[Participant],
    *,
    participant_index: npt.NDArray[np.integer],
    statement_index: npt.NDArray[np.integer],
    votes: npt.NDArray[np.integer],
    time_offset: npt.NDArray[np.floating],
    since: dt.datetime,
    lasted: dt.timedelta,
) -> None:
    """Append simulated votes to a consultation; every other participant reads the statements in French.

    The indices point into ``statements`` and ``participants``; ``time_offset`` is the share of ``lasted``
    that had passed, in ascending order.
    """
    voters = np.unique(participant_index)
    parts = take_part_together(consultation, [participants[i].id for i in voters])
    participations = np.zeros(len(participants), dtype=np.int64)
    participations[voters] = [parts[participants[i].id] for i in voters]
    texts = [statement.text_id for statement in statements]
    seen = [[wordings(texts, language)[text] for text in texts] for language in ("en", "fr")]
    language = participant_index % 2
    versions = np.array([[wording.version_id for wording in each] for each in seen])
    translations = np.array([[wording.translation_id or 0 for wording in each] for each in seen])
    ballots = BallotColumns(
        statement_ids=tuple(statement.id for statement in statements),
        participations=participations[participant_index],
        statements=statement_index.astype(np.int64),
        votes=votes.astype(np.int64),
        versions=versions[language, statement_index],
        cast_at=microseconds(since) + (time_offset * (lasted / MICROSECOND)).astype(np.int64),
        translations=translations[language, statement_index],
        client_keys=np.array([_ballot_key(consultation.id, number) for number in range(len(votes))]),
    )
    append_ballots(consultation, ballots)
    consultation.refresh_from_db()


def _ballot_key(consultation_id: UUID, number: int) -> UUID:
    return UUID(int=(consultation_id.int + number) % 2**128)
