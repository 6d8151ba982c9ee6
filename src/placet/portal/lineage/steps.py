"""The steps of an idea on its way up, as a page shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from django.utils.translation import pgettext_lazy

from placet.portal.lineage.inputs import InputView
from placet.stages.sensemaking.finding_models import Stance
from placet.stages.texts.queries import Wording


class Reach(IntEnum):
    """How far an idea came."""

    RECEIVED = 0
    THEME = 1
    FINDING = 2
    CLAUSE = 3
    DECISION = 4
    COMMITMENT = 5
    FULFILLED = 6

    @property
    def label(self) -> str:
        return str(_REACHED[self])


_REACHED = {
    Reach.RECEIVED: pgettext_lazy("lineage", "received"),
    Reach.THEME: pgettext_lazy("lineage", "in a theme"),
    Reach.FINDING: pgettext_lazy("lineage", "cited by a finding"),
    Reach.CLAUSE: pgettext_lazy("lineage", "in a clause of a proposal"),
    Reach.DECISION: pgettext_lazy("lineage", "adopted by the members"),
    Reach.COMMITMENT: pgettext_lazy("lineage", "a commitment"),
    Reach.FULFILLED: pgettext_lazy("lineage", "fulfilled"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a way ends, or rests for now, and why."""

    sentence: str
    reason: Wording | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CommitmentStep:
    reference: str
    url: str
    title: Wording
    status: str
    status_label: str
    since: datetime | None
    fulfilled_at: datetime | None

    @property
    def reach(self) -> Reach:
        return Reach.FULFILLED if self.status == "fulfilled" else Reach.COMMITMENT


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """A clause was adopted: when and how, and what was undertaken."""

    reference: str
    url: str
    adopted_at: datetime
    recorded_at: datetime
    way_label: str
    commitments: list[CommitmentStep]
    stop: Stop | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a clause says, in one language."""

    body: str
    language: str


@dataclass(frozen=True, slots=True)
class ClauseStep:
    """A clause that rests on a finding, with the sentence that carries it."""

    reference: str
    url: str
    proposal_reference: str
    proposal_url: str
    proposal_title: Wording
    text: Sentence
    stance: str
    since: datetime
    came_from: str
    decision: DecisionStep | None
    stop: Stop | None

    @property
    def is_against(self) -> bool:
        return self.stance == Stance.AGAINST

    @property
    def reach(self) -> Reach:
        if self.decision is None:
            return Reach.CLAUSE
        return max((each.reach for each in self.decision.commitments), default=Reach.DECISION)


@dataclass(frozen=True, slots=True)
class Way:
    """By what a finding cites an idea: itself, its theme, one that says the same, or a takeaway."""

    sentence: str
    is_itself: bool


@dataclass(frozen=True, slots=True)
class FindingStep:
    reference: str
    url: str
    title: Wording
    stance: str
    since: datetime
    ways: list[Way]
    clauses: list[ClauseStep]
    stop: Stop | None
    not_taken_up_at: datetime | None = None
    withdrawn_at: datetime | None = None
    past: list[str] = field(default_factory=list)

    @property
    def is_against(self) -> bool:
        return self.stance == Stance.AGAINST

    @property
    def reach(self) -> Reach:
        return max((each.reach for each in self.clauses), default=Reach.FINDING)


@dataclass(frozen=True, slots=True)
class Related:
    """Another item that the idea lives on in, or stands in: what it gave way to, a theme, a takeaway."""

    reference: str
    url: str
    title: str
    language: str
    at: datetime | None = None


@dataclass(frozen=True)
class Became:
    """What became of an idea: each step with its reference, and where it stopped."""

    input: InputView
    gave_way_to: Related | None
    theme: Related | None
    takeaways: list[Related]
    findings: list[FindingStep]
    stop: Stop | None
    past: list[str] = field(default_factory=list)

    @property
    def reach(self) -> Reach:
        here = Reach.THEME if self.theme else Reach.RECEIVED
        return max((each.reach for each in self.findings), default=here)

    @property
    def reached(self) -> list[tuple[Reach, bool]]:
        """Every step, and whether the idea came that far; one cited without a theme went past that step."""
        passed = {Reach.THEME} if self.theme is None and self.reach > Reach.THEME else set()
        return [(step, step <= self.reach) for step in Reach if step not in passed]
