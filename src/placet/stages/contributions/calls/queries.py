"""Reading calls: what is asked, who judges, the entries, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from placet.stages.contributions.calls.audience import own_audience_vote
from placet.stages.contributions.calls.judging import barred_by_juror
from placet.stages.contributions.calls.results import ResultView, result_view
from placet.stages.contributions.calls.states import (
    audience_votes_now,
    entries_of,
    juror_of,
    phase,
    require_secretariat,
    visible_calls,
)
from placet.stages.contributions.models import Call, Conflict, Contribution, Criterion, Juror, Score
from placet.stages.contributions.queries.listing import NAMED, ContributionRow, contribution_rows
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class CallView:
    reference: str
    title: Wording
    description: Wording
    phase: str
    opens_at: datetime
    closes_at: datetime
    has_audience_vote: bool
    audience_closes_at: datetime | None
    audience_votes_now: bool
    decided_at: datetime | None
    priority_number: int | None
    priority: Wording | None
    entry_count: int
    is_simulated: bool

    @property
    def phase_label(self) -> str:
        return _phase_labels()[self.phase]


@dataclass(frozen=True, slots=True)
class CriterionView:
    id: int
    name: Wording
    weight: int


@dataclass(frozen=True, slots=True)
class JurorView:
    id: int
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """A call as everybody sees it who may see it."""

    call: CallView
    criteria: list[CriterionView]
    jurors: list[JurorView]
    entries: list[ContributionRow]
    result: ResultView | None
    is_juror: bool
    own_vote: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """A juror as the secretariat sees it: how far, never how."""

    juror: JurorView
    email: str
    n_scored: int
    n_to_score: int


@dataclass(frozen=True, slots=True)
class InterestView:
    """A declared interest, for the secretariat's record."""

    juror_name: str
    entry_reference: str
    reason: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class ManagedCall:
    """A call as the secretariat sees it."""

    call: CallView
    criteria: list[CriterionView]
    seats: list[SeatView]
    interests: list[InterestView]
    entries: list[ContributionRow]
    n_waiting: int
    result: ResultView | None

    @property
    def is_small_jury(self) -> bool:
        return len(self.seats) < 3


def call_views(actor: Actor, reflection: Reflection, language: str) -> list[CallView]:
    """The calls of a reflection that the actor may see; five queries, however many."""
    return _call_views(list(visible_calls(actor, reflection).select_related("priority")), language)


def call_view(call: Call, language: str) -> CallView:
    """One call as its pages show it."""
    return _call_views([call], language)[0]


def call_page(call: Call, actor: Actor, language: str) -> CallPage:
    """A call with its criteria, jury, entries and, once it is decided, its result."""
    entries = entry_rows(call, language)
    return CallPage(
        call=call_view(call, language),
        criteria=criterion_views(call, language),
        jurors=[_juror_view(juror) for juror in seated(call)],
        entries=in_daily_order(call, entries),
        result=result_view(call, entries, language) if call.state == Call.State.DECIDED else None,
        is_juror=juror_of(actor, call) is not None,
        own_vote=own_audience_vote(actor, call),
    )


def managed_call(actor: Actor, call: Call, language: str) -> ManagedCall:
    """A call with how far its jury is and, once that has finished, what it says; for the secretariat.

    Raises
    ------
    PermissionDenied
        To everybody else.
    """
    require_secretariat(actor, call)
    jurors = seated(call)
    entries = list(entries_of(call))
    rows = entry_rows(call, language)
    barred = barred_by_juror(jurors, call)
    scored = Score.objects.filter(juror__in=jurors, contribution__in=entries)
    n_scored: dict[int, int] = dict(
        scored.values_list("juror").annotate(n=Count("contribution", distinct=True))
    )
    open_to = {entry.pk for entry in entries}
    return ManagedCall(
        call=call_view(call, language),
        criteria=criterion_views(call, language),
        seats=[
            SeatView(
                _juror_view(juror),
                juror.account.email,
                n_scored.get(juror.pk, 0),
                len(open_to - barred[juror.pk]),
            )
            for juror in jurors
        ],
        interests=_interests(call),
        entries=rows,
        n_waiting=Contribution.objects.filter(call=call, state=Contribution.State.SUBMITTED).count(),
        result=result_view(call, rows, language) if call.judged_at else None,
    )


def entry_rows(call: Call, language: str) -> list[ContributionRow]:
    """The entries in the reader's language; three queries, however many."""
    return contribution_rows(list(entries_of(call).select_related(*NAMED)), language)


def seated(call: Call) -> list[Juror]:
    """The jury of today, in the order in which it was named."""
    found = Juror.objects.filter(call=call, removed_at=None).select_related("account", "call")
    return list(found.order_by("named_at", "pk"))


def criterion_views(call: Call, language: str) -> list[CriterionView]:
    """The criteria in their order."""
    found = list(Criterion.objects.filter(call=call))
    words = wordings([criterion.name_id for criterion in found], language)
    return [CriterionView(c.pk, words[c.name_id], c.weight) for c in found]


def in_daily_order(call: Call, entries: Sequence[ContributionRow]) -> list[ContributionRow]:
    """Entries in an order that nobody chose and that changes each day: no entry stands first for long."""
    today = timezone.now().date().isoformat()
    return sorted(entries, key=lambda entry: sha256(f"{call.pk}:{today}:{entry.id}".encode()).digest())


def _interests(call: Call) -> list[InterestView]:
    found = Conflict.objects.filter(juror__call=call).select_related("juror", "contribution")
    return [
        InterestView(each.juror.public_name, each.contribution.reference, each.reason, each.declared_at)
        for each in found.order_by("declared_at")
    ]


def _call_views(calls: Sequence[Call], language: str) -> list[CallView]:
    now = timezone.now()
    texts: list[UUID | None] = [text for call in calls for text in (call.title_id, call.description_id)]
    texts += [call.priority.title_id for call in calls if call.priority]
    words = wordings(texts, language)
    published = Q(contributions__state=Contribution.State.PUBLISHED)
    counts = dict(
        Call.objects.filter(pk__in=[call.pk for call in calls])
        .annotate(n_entries=Count("contributions", filter=published))
        .values_list("pk", "n_entries")
    )
    return [
        CallView(
            reference=call.reference,
            title=words[call.title_id],
            description=words[call.description_id],
            phase=phase(call, now),
            opens_at=call.opens_at,
            closes_at=call.closes_at,
            has_audience_vote=call.has_audience_vote,
            audience_closes_at=call.audience_closes_at,
            audience_votes_now=audience_votes_now(call, now),
            decided_at=call.decided_at,
            priority_number=call.priority.number if call.priority else None,
            priority=words[call.priority.title_id] if call.priority else None,
            entry_count=counts[call.pk],
            is_simulated=call.is_simulated,
        )
        for call in calls
    ]


def _juror_view(juror: Juror) -> JurorView:
    return JurorView(juror.pk, juror.public_name, juror.public_title)


def _phase_labels() -> dict[str, str]:
    return {
        "draft": _("draft"),
        "upcoming": _("upcoming"),
        "open": pgettext("call", "open"),
        "closed": _("closed to entries"),
        "judging": _("being judged"),
        "deliberating": _("the jury deliberates"),
        "decided": _("decided"),
    }
