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
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from placet.stages.consultations.ballots.casting import BallotResult, NewBallot, Refusal, Submission
from placet.stages.consultations.ballots.pace import Pace
from placet.stages.consultations.ballots.reading import (
    Native,
    known_sequences,
    live_versions,
    participations,
    versions_of_translations,
)
from placet.stages.consultations.ballots.rows import BallotRow, count, insert_ballots, native, touch
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
    results = [
        [batch.result(each.participation_id, ballot) for ballot in each.ballots] for each in submissions
    ]
    batch.write()
    return results


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
        ballots = list(chain.from_iterable(each.ballots for each in submissions))
        self._consultation = consultation
        self._now = now
        self._native = native()
        self._is_open = phase(consultation, now) == "open"
        self._known = known_sequences(
            [(each.participation_id, ballot.client_key) for each in submissions for ballot in each.ballots]
        )
        self._participants = dict(
            _participants(consultation, {each.participation_id for each in submissions}, now)
        )
        self._live = _live_wordings(consultation, ballots)
        self._rows: list[BallotRow] = []

    def result(self, participation_id: int, ballot: NewBallot) -> BallotResult:
        """What becomes of a ballot; one that may enter is kept for ``write``."""
        identity = (participation_id, self._native(ballot.client_key))
        if (known := self._known.get(identity)) is not None:
            return BallotResult(ballot.client_key, known)
        if refusal := self._refusal(participation_id, ballot):
            return BallotResult(ballot.client_key, None, refusal)
        sequence = self._consultation.last_sequence + len(self._rows) + 1
        self._known[identity] = sequence
        participant = self._participants[participation_id]
        participant.first_sequence = participant.first_sequence or sequence
        self._rows.append(
            BallotRow(
                sequence,
                participation_id,
                ballot.statement_id,
                ballot.vote,
                ballot.version_id,
                ballot.translation_id,
                ballot.client_key,
                self._now,
            )
        )
        return BallotResult(ballot.client_key, sequence)

    def write(self) -> None:
        """Insert the rows and bring counters and paces up to date."""
        if not self._rows:
            return
        insert_ballots(self._consultation.pk, self._rows)
        voting = {pk: each for pk, each in self._participants.items() if each.first_sequence}
        touch([(pk, each.first_sequence, each.pace.until) for pk, each in voting.items()])
        n_new = sum(not each.has_voted for each in voting.values())
        count(self._consultation.pk, self._rows[-1].sequence, n_new)

    def _refusal(self, participation_id: int, ballot: NewBallot) -> Refusal | None:
        if not self._is_open:
            return Refusal.CLOSED
        participant = self._participants.get(participation_id)
        if participant is None or not participant.is_eligible:
            return Refusal.NOT_ELIGIBLE
        if ballot.vote not in VOTES:
            return Refusal.VOTE
        if refusal := self._live.refusal(self._native(ballot.statement_id), ballot):
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

    def refusal(self, statement: Native, ballot: NewBallot) -> Refusal | None:
        """Why a ballot is on nothing that may be voted on; None where it is."""
        if statement not in self.statements:
            return Refusal.STATEMENT
        if (statement, ballot.version_id) not in self.versions:
            return Refusal.WORDING
        if ballot.translation_id is None:
            return None
        is_of_version = self.version_of_translation.get(ballot.translation_id) == ballot.version_id
        return None if is_of_version else Refusal.WORDING


def _live_wordings(consultation: Consultation, ballots: Sequence[NewBallot]) -> _LiveWordings:
    versions = live_versions(consultation.pk, {ballot.statement_id for ballot in ballots})
    translated = {ballot.translation_id for ballot in ballots if ballot.translation_id is not None}
    statements = {statement for statement, _version in versions}
    return _LiveWordings(versions, statements, versions_of_translations(translated))
