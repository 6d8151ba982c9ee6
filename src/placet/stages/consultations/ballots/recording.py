"""The one place where ballots enter: what waits is written in one transaction, whoever sent it.

A submission is the ballots of one participation. Under the lock of its consultation everything that decides
is read anew: whether it is open, who may vote, which statements and wordings are live, which client keys were
seen, and how fast the participation votes. A sequence is given out under that same lock and becomes visible
with the commit, in order: a reader of everything since a sequence misses nothing that commits later.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from placet.stages.consultations.ballots.casting import BallotResult, NewBallot, Refusal, Submission
from placet.stages.consultations.ballots.pace import Pace
from placet.stages.consultations.ballots.reading import (
    known_sequences,
    live_wordings,
    participations,
    versions_of_translations,
)
from placet.stages.consultations.ballots.rows import BallotRow, Native, count, insert_ballots, native, touch
from placet.stages.consultations.models import Consultation, Vote
from placet.stages.consultations.queries import may_vote, phase
from placet.stages.mandates.models import Standing

Clock = Callable[[], datetime]

VOTES = frozenset(Vote.values)


@transaction.atomic
def record_ballots(
    submissions: Sequence[Submission], *, clock: Clock = timezone.now
) -> list[list[BallotResult]]:
    """Record what may be recorded; each ballot of each submission gets its own result, in the order given.

    Parameters
    ----------
    submissions : sequence of Submission
        Of any participations in any consultations.
    clock : callable
        Tells the time; asked once a consultation, under its lock.
    """
    by_consultation: dict[UUID, list[int]] = defaultdict(list)
    for position, submission in enumerate(submissions):
        by_consultation[submission.consultation_id].append(position)
    results: list[list[BallotResult]] = [[] for _ in submissions]
    for consultation_id in sorted(by_consultation):  # always in this order: no deadlock
        positions = by_consultation[consultation_id]
        recorded = _record_in(consultation_id, [submissions[each] for each in positions], clock)
        for position, result in zip(positions, recorded, strict=True):
            results[position] = result
    return results


def _record_in(
    consultation_id: UUID, submissions: Sequence[Submission], clock: Clock
) -> list[list[BallotResult]]:
    consultation = (
        Consultation.objects.select_for_update()
        .only("state", "opens_at", "closes_at", "eligibility", "last_sequence")
        .get(pk=consultation_id)
    )
    batch = _Batch(consultation, submissions, clock())
    results = [[batch.result(each) for each in some] for some in batch.ballots]
    batch.write()
    return results


class _Ballot(NamedTuple):
    """A ballot with its identifiers as the database holds them."""

    participation_id: int
    key: Native
    statement: Native
    sent: NewBallot


@dataclass(slots=True)
class _Participant:
    """What a batch knows of a participation."""

    is_eligible: bool
    has_voted: bool
    pace: Pace
    first_sequence: int = 0


class _Batch:
    """The ballots of one consultation in one transaction, looked at one after another."""

    def __init__(self, consultation: Consultation, submissions: Sequence[Submission], now: datetime) -> None:
        identifier = native()
        self.ballots = [
            [
                _Ballot(
                    submission.participation_id,
                    identifier(ballot.client_key),
                    identifier(ballot.statement_id),
                    ballot,
                )
                for ballot in submission.ballots
            ]
            for submission in submissions
        ]
        ballots = list(chain.from_iterable(self.ballots))
        self._consultation = consultation
        self._now = now
        self._is_open = phase(consultation, now) == "open"
        self._known = known_sequences([(each.participation_id, each.key) for each in ballots])
        self._participants = dict(
            _participants(consultation, {each.participation_id for each in submissions}, now)
        )
        self._live = _live_wordings(consultation, ballots)
        self._rows: list[BallotRow] = []

    def result(self, ballot: _Ballot) -> BallotResult:
        """What becomes of a ballot; one that may enter is kept for ``write``."""
        identity = (ballot.participation_id, ballot.key)
        if (known := self._known.get(identity)) is not None:
            return BallotResult(ballot.sent.client_key, known)
        if refusal := self._refusal(ballot):
            return BallotResult(ballot.sent.client_key, None, refusal)
        sequence = self._consultation.last_sequence + len(self._rows) + 1
        self._known[identity] = sequence
        participant = self._participants[ballot.participation_id]
        participant.first_sequence = participant.first_sequence or sequence
        self._rows.append(
            BallotRow(
                sequence,
                ballot.participation_id,
                ballot.statement,
                ballot.sent.vote,
                ballot.sent.version_id,
                ballot.sent.translation_id,
                ballot.key,
                self._now,
            )
        )
        return BallotResult(ballot.sent.client_key, sequence)

    def write(self) -> None:
        """Insert the rows and bring counters and paces up to date."""
        if not self._rows:
            return
        insert_ballots(self._consultation.pk, self._rows)
        voting = {pk: each for pk, each in self._participants.items() if each.first_sequence}
        touch([(pk, each.first_sequence, each.pace.until) for pk, each in voting.items()])
        n_new = sum(not each.has_voted for each in voting.values())
        count(self._consultation.pk, self._rows[-1].sequence, n_new)

    def _refusal(self, ballot: _Ballot) -> Refusal | None:
        if not self._is_open:
            return Refusal.CLOSED
        participant = self._participants.get(ballot.participation_id)
        if participant is None or not participant.is_eligible:
            return Refusal.NOT_ELIGIBLE
        if ballot.sent.vote not in VOTES:
            return Refusal.VOTE
        if refusal := self._live.refusal(ballot):
            return refusal
        return None if participant.pace.take() else Refusal.PACE


def _participants(
    consultation: Consultation, ids: set[int], now: datetime
) -> Iterator[tuple[int, _Participant]]:
    now_ms = int(now.timestamp() * 1000)
    here = native()(consultation.pk)
    for part in participations(ids):
        if part.consultation_id != here:
            continue
        is_eligible = may_vote(consultation, Standing(part.standing))
        yield (
            part.id,
            _Participant(is_eligible, part.first_sequence is not None, Pace(part.paced_until, now_ms)),
        )


@dataclass(frozen=True, slots=True)
class _LiveWordings:
    """What may be voted on: the versions of each live statement, and of which version a translation is."""

    versions: set[tuple[Native, int]]
    statements: set[Native]
    version_of_translation: dict[int, int]

    def refusal(self, ballot: _Ballot) -> Refusal | None:
        """Why a ballot is on nothing that may be voted on; None where it is."""
        if ballot.statement not in self.statements:
            return Refusal.STATEMENT
        version, translation = ballot.sent.version_id, ballot.sent.translation_id
        if (ballot.statement, version) not in self.versions:
            return Refusal.WORDING
        if translation is None or self.version_of_translation.get(translation) == version:
            return None
        return Refusal.WORDING


def _live_wordings(consultation: Consultation, ballots: Sequence[_Ballot]) -> _LiveWordings:
    statements, versions = live_wordings(
        consultation.pk, {(each.statement, each.sent.version_id) for each in ballots}
    )
    translated = {each.sent.translation_id for each in ballots if each.sent.translation_id is not None}
    return _LiveWordings(versions, statements, versions_of_translations(translated))
