"""What a ballot is before it is written, and what became of it afterwards. Nothing here reads or writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

BATCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class NewBallot:
    """A vote as a client sends it.

    ``client_key`` is made by the client, once per vote: sent again, it has no second effect.
    ``version_id`` and ``translation_id`` say which wording was on the screen.
    """

    statement_id: UUID
    vote: int
    client_key: UUID
    version_id: int
    translation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Ballots that one participation sends together."""

    consultation_id: UUID
    participation_id: int
    ballots: Sequence[NewBallot]


class Refusal(StrEnum):
    """Why a ballot was not recorded. Only ``PACE`` is worth sending again."""

    CLOSED = "closed"
    NOT_ELIGIBLE = "not-eligible"
    STATEMENT = "statement"
    WORDING = "wording"
    VOTE = "vote"
    PACE = "pace"


REFUSALS = {
    Refusal.CLOSED: _("This consultation is not open for votes."),
    Refusal.NOT_ELIGIBLE: _("You cannot take part in this consultation."),
    Refusal.STATEMENT: _("This statement is not open for votes."),
    Refusal.WORDING: _("That is not a wording of this statement."),
    Refusal.VOTE: _("A vote is agree, disagree or pass."),
    Refusal.PACE: _("These are more votes than a person casts: wait a minute, then go on."),
}


@dataclass(frozen=True, slots=True)
class BallotResult:
    """What became of one ballot: its sequence where it counts, else why it was refused."""

    client_key: UUID
    sequence: int | None
    refusal: Refusal | None = None
