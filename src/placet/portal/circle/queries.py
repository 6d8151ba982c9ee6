"""What became of a mandate: what was proposed, decided and done. Nothing is stored here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.stages.decisions.models import Decision, Position
from placet.stages.decisions.queries import decisions_of
from placet.stages.followup.queries import CommitmentView, commitment_views, visible_commitments
from placet.stages.followup.starting_anew import Neighbours, neighbours_of
from placet.stages.followup.status import Status
from placet.stages.followup.tracker import StatusCount, counts_of
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor, may_see
from placet.stages.proposals.models import Proposal
from placet.stages.proposals.permissions import visible_proposals
from placet.stages.sensemaking.findings.queries import visible_findings
from placet.stages.texts.queries import Wording, wordings

COMMITMENTS_SHOWN = 6
# What asks for attention stands first.
URGENCY = (Status.OVERDUE, Status.UNDER_WAY, Status.NOT_BEGUN, Status.FULFILLED, Status.ENDED)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal and how far it came."""

    reference: str
    title: Wording
    state: str
    state_label: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class ProposedUnder:
    """The proposals under one priority."""

    number: int
    title: Wording
    proposals: tuple[Proposed, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A text that was adopted: when, in which way, and with how many reservations."""

    reference: str
    title: Wording
    adopted_date: date
    way_label: str
    n_reservations: int
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class Circle:
    """What became of what was asked, and the reflections before and after this one."""

    proposed: tuple[ProposedUnder, ...]
    decided: tuple[Decided, ...]
    counts: tuple[StatusCount, ...]
    commitments: tuple[CommitmentView, ...]
    n_commitments: int
    neighbours: Neighbours


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many findings, proposals, decisions and commitments the reader may see."""

    n_findings: int
    n_proposals: int
    n_decisions: int
    n_commitments: int

    @property
    def is_begun(self) -> bool:
        return bool(self.n_findings or self.n_proposals or self.n_decisions or self.n_commitments)


def outcome_of(reflection: Reflection, actor: Actor) -> Outcome:
    """How far a reflection has come beyond what was put forward; four queries."""
    return Outcome(
        n_findings=visible_findings(actor, reflection).count(),
        n_proposals=visible_proposals(actor, reflection).count(),
        n_decisions=decisions_of(reflection).count(),
        n_commitments=visible_commitments(actor, reflection).count(),
    )


def circle_of(reflection: Reflection, actor: Actor, language: str, *, today: date) -> Circle:
    """What became of a mandate, as far as the actor may see it; a constant number of queries.

    Parameters
    ----------
    today : date
        Which day it is where the reflection is at home.
    """
    proposals = list(visible_proposals(actor, reflection))
    decisions = _decisions(reflection, actor)
    texts = [each.title_id for each in proposals]
    texts += [each.priority.title_id for each in proposals]
    texts += [each.text.proposal.title_id for each in decisions]
    words = wordings(texts, language)
    views = commitment_views(visible_commitments(actor, reflection), language, today=today)
    return Circle(
        proposed=_proposed(proposals, words),
        decided=_decided(reflection, decisions, words),
        counts=tuple(count for count in counts_of(views) if count.n),
        commitments=tuple(sorted(views, key=_urgency)[:COMMITMENTS_SHOWN]),
        n_commitments=len(views),
        neighbours=neighbours_of(reflection, actor, language),
    )


def _decisions(reflection: Reflection, actor: Actor) -> list[Decision]:
    if not may_see(actor, reflection):
        return []
    found = Decision.objects.filter(text__proposal__priority__reflection=reflection)
    return list(found.select_related("text__proposal").order_by("adopted_at", "reference"))


def _proposed(proposals: Sequence[Proposal], words: Mapping[UUID, Wording]) -> tuple[ProposedUnder, ...]:
    under: dict[int, list[Proposed]] = defaultdict(list)
    titles: dict[int, Wording] = {}
    for each in proposals:
        number = each.priority.number
        titles[number] = words[each.priority.title_id]
        under[number].append(
            Proposed(
                reference=each.reference,
                title=words[each.title_id],
                state=each.state,
                state_label=each.get_state_display(),
                is_simulated=each.is_simulated,
            )
        )
    return tuple(ProposedUnder(number, titles[number], tuple(under[number])) for number in sorted(under))


def _decided(
    reflection: Reflection, decisions: Sequence[Decision], words: Mapping[UUID, Wording]
) -> tuple[Decided, ...]:
    zone = ZoneInfo(reflection.time_zone)
    reservations = _reservations(decisions)
    return tuple(
        Decided(
            reference=each.reference,
            title=words[each.text.proposal.title_id],
            adopted_date=timezone.localtime(each.adopted_at, zone).date(),
            way_label=each.get_way_display(),
            n_reservations=reservations[each.pk],
            is_simulated=each.is_simulated,
        )
        for each in decisions
    )


def _reservations(decisions: Sequence[Decision]) -> dict[UUID, int]:
    """How many of the positions that counted joined with a reservation; one query."""
    counted = {each.pk: _counted(each) for each in decisions}
    every = {number for numbers in counted.values() for number in numbers}
    reserved = Position.objects.filter(pk__in=every, kind=Position.Kind.RESERVES)
    reserving = set(reserved.values_list("pk", flat=True))
    return {pk: len(numbers & reserving) for pk, numbers in counted.items()}


def _counted(decision: Decision) -> set[int]:
    """The numbers of the positions that counted; after a silence there are none."""
    positions = decision.positions
    return {number for number in positions.values() if number} if isinstance(positions, dict) else set()


def _urgency(view: CommitmentView) -> tuple[int, date, str]:
    return URGENCY.index(view.status), view.due.last_day if view.due else date.max, view.reference
