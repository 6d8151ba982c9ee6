"""What waits for a moderator, with what may help to decide: a person decides, never these hints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from placet.sense.text.extras import MissingExtraError
from placet.sense.text.floods import find_floods
from placet.stages.consultations.moderation_help import FLOOD_AT_LEAST, Part, marked_parts, other_language
from placet.stages.contributions.models import (
    Appeal,
    Comment,
    CommentReport,
    Contribution,
    ModerationDecision,
)
from placet.stages.contributions.moderating.appealing import why_not_answer
from placet.stages.contributions.moderating.queries import (
    DecisionView,
    Item,
    about,
    decision_views,
    latest_decisions,
    seen_state,
)
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, originals, wordings

COMPARED_AT_MOST = 500  # waiting contributions, the oldest first
COMPARED_LENGTH = 1_500  # characters of each
COMMENTS_COMPARED = 2_000  # the latest
COMMENTS_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much waits, by kind."""

    contributions: int
    comments: int
    appeals: int

    @property
    def total(self) -> int:
        return self.contributions + self.comments + self.appeals


@dataclass(frozen=True, slots=True)
class Passage:
    """A text as its moderator reads it: the original, and where personal data seem to be."""

    wording: Wording
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ReportCount:
    """By which point of the rule readers reported a comment, and how many did."""

    rule_number: int
    rule_title: Wording
    n: int


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A contribution or a comment as its moderator sees it. Never its author."""

    id: UUID
    is_comment: bool
    reference: str
    contribution_title: Wording | None
    state: str
    state_label: str
    passages: list[Passage]
    kinds: tuple[str, ...]
    looks_like: str
    n_alike: int
    reports: list[ReportCount]
    attachment_names: list[str]
    is_simulated: bool
    waiting_since: datetime | None
    seen_state: str
    decisions: list[DecisionView]
    has_open_appeal: bool

    @property
    def is_waiting(self) -> bool:
        return self.state == Contribution.State.SUBMITTED or bool(self.reports)

    @property
    def may_publish(self) -> bool:
        return not self.is_comment and self.state != Contribution.State.PUBLISHED

    @property
    def may_refuse(self) -> bool:
        return self.state in (
            Contribution.State.SUBMITTED,
            Contribution.State.PUBLISHED,
            Comment.State.SHOWN,
        )


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal as whoever answers it sees it."""

    id: int
    item: WaitingView
    decision: DecisionView
    text: str
    made_at: datetime
    refusal: str


def queue_counts(actor: Actor, reflection: Reflection) -> QueueCounts:
    """How much waits for the moderators of a reflection; refuses everybody else."""
    return QueueCounts(
        contributions=waiting_contributions(actor, reflection).count(),
        comments=reported_comments(actor, reflection).count(),
        appeals=open_appeals(actor, reflection).count(),
    )


def waiting_contributions(actor: Actor, reflection: Reflection) -> QuerySet[Contribution]:
    """Contributions that wait for a moderator, oldest first.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat, as the other queries here.
    """
    require_role(actor, reflection, *MODERATING_ROLES)
    return Contribution.objects.filter(reflection=reflection, state=Contribution.State.SUBMITTED).order_by(
        F("submitted_at").asc(nulls_last=True), "reference"
    )


def reported_comments(actor: Actor, reflection: Reflection) -> QuerySet[Comment]:
    """Shown comments with reports that nobody has looked at, the longest waiting first."""
    require_role(actor, reflection, *MODERATING_ROLES)
    is_open = Q(reports__settled_at=None, reports__isnull=False)
    return (
        Comment.objects.filter(is_open, contribution__reflection=reflection, state=Comment.State.SHOWN)
        .annotate(reported_at=Min("reports__made_at"))
        .select_related("contribution")
        .order_by("reported_at", "id")
    )


def open_appeals(actor: Actor, reflection: Reflection) -> QuerySet[Appeal]:
    """Appeals that nobody has answered, oldest first."""
    require_role(actor, reflection, *MODERATING_ROLES)
    return (
        Appeal.objects.filter(decision__reflection=reflection, state=Appeal.State.OPEN)
        .select_related(
            "decision__rule",
            "decision__reflection",
            "decision__contribution__reflection",
            "decision__comment__contribution__reflection",
        )
        .order_by("made_at", "id")
    )


def waiting_views(
    reflection: Reflection, items: Sequence[Item], language: str, *, with_history: bool = False
) -> list[WaitingView]:
    """The items as their moderator sees them; the number of queries does not grow with them.

    Parameters
    ----------
    with_history : bool
        With every decision on them, the latest first: for the page about one.
    """
    latest = latest_decisions(items)
    texts = originals({text_id for item in items for text_id in _text_ids(item)})
    titles = wordings([_contribution_of(item).title_id for item in items], language)
    reports = _reports_of(items, language)
    files = _files_of(items)
    alike = _alike_contributions(reflection, items) | _alike_comments(reflection, items)
    appealed = set(
        Appeal.objects.filter(
            decision__in=[decision.pk for decision in latest.values()], state=Appeal.State.OPEN
        ).values_list("decision_id", flat=True)
    )
    history = _history_of(items, language) if with_history else {}
    views = []
    for item in items:
        passages = [Passage(texts[each], marked_parts(texts[each].body)) for each in _text_ids(item)]
        decision = latest.get(item.pk)
        contribution = _contribution_of(item)
        longest = max((passage.wording for passage in passages), key=lambda wording: len(wording.body))
        views.append(
            WaitingView(
                id=item.pk,
                is_comment=isinstance(item, Comment),
                reference=contribution.reference,
                contribution_title=titles.get(contribution.title_id) if contribution.title_id else None,
                state=item.state,
                state_label=item.get_state_display(),
                passages=passages,
                kinds=tuple(
                    dict.fromkeys(part.kind for passage in passages for part in passage.parts if part.kind)
                ),
                looks_like=other_language(longest.body, longest.language),
                n_alike=alike.get(item.pk, 0),
                reports=reports.get(item.pk, []),
                attachment_names=files.get(item.pk, []),
                is_simulated=item.is_simulated,
                waiting_since=item.submitted_at if isinstance(item, Contribution) else item.written_at,
                seen_state=seen_state(item, decision),
                decisions=history.get(item.pk, []),
                has_open_appeal=decision is not None and decision.pk in appealed,
            )
        )
    return views


def appeal_views(
    account: Account, reflection: Reflection, appeals: Sequence[Appeal], language: str
) -> list[AppealView]:
    """Appeals with what they are about, and whether the account may answer them."""
    items = [_appealed(appeal) for appeal in appeals]
    return [
        AppealView(appeal.pk, item, decision, appeal.text, appeal.made_at, why_not_answer(account, appeal))
        for appeal, item, decision in zip(
            appeals,
            waiting_views(reflection, items, language),
            decision_views([appeal.decision for appeal in appeals], language),
            strict=True,
        )
    ]


def _appealed(appeal: Appeal) -> Item:
    item = appeal.decision.contribution or appeal.decision.comment
    if item is None:
        raise TypeError(appeal)  # the database has a constraint against it
    return item


def _contribution_of(item: Item) -> Contribution:
    return item if isinstance(item, Contribution) else item.contribution


def _text_ids(item: Item) -> list[UUID]:
    if isinstance(item, Comment):
        return [item.text_id]
    return [each for each in (item.title_id, item.summary_id, item.body_id) if each]


def _reports_of(items: Sequence[Item], language: str) -> dict[UUID, list[ReportCount]]:
    comments = [item.pk for item in items if isinstance(item, Comment)]
    if not comments:
        return {}
    rows = list(
        CommentReport.objects.filter(comment__in=comments, settled_at=None)
        .values_list("comment_id", "rule__number", "rule__title_id")
        .annotate(n=Count("id"))
        .order_by("-n", "rule__number")
    )
    words = wordings([title_id for _comment, _number, title_id, _n in rows], language)
    found: dict[UUID, list[ReportCount]] = {}
    for comment, number, title_id, n in rows:
        found.setdefault(comment, []).append(ReportCount(number, words[title_id], n))
    return found


def _files_of(items: Sequence[Item]) -> dict[UUID, list[str]]:
    contributions = [item.pk for item in items if isinstance(item, Contribution)]
    found: dict[UUID, list[str]] = {}
    if contributions:
        rows = Contribution.objects.filter(
            pk__in=contributions, attachments__is_published=True, attachments__removed_at=None
        )
        for pk, name in rows.order_by("attachments__position").values_list("pk", "attachments__file_name"):
            found.setdefault(pk, []).append(name)
    return found


def _history_of(items: Sequence[Item], language: str) -> dict[UUID, list[DecisionView]]:
    rows = list(
        ModerationDecision.objects.filter(about(items)).select_related("rule", "appealed_by").order_by("-id")
    )
    found: dict[UUID, list[DecisionView]] = {}
    for decision, view in zip(rows, decision_views(rows, language), strict=True):
        key = decision.contribution_id or decision.comment_id
        if key is not None:
            found.setdefault(key, []).append(view)
    return found


def _alike_contributions(reflection: Reflection, items: Sequence[Item]) -> dict[UUID, int]:
    """By waiting contribution, how many others that wait are nearly identical with it."""
    if not any(isinstance(item, Contribution) for item in items):
        return {}
    waiting = Contribution.objects.filter(reflection=reflection, state=Contribution.State.SUBMITTED)
    rows = list(waiting.order_by("submitted_at").values_list("pk", "title_id", "body_id")[:COMPARED_AT_MOST])
    if len(rows) < FLOOD_AT_LEAST:
        return {}
    texts = originals({text for _pk, *both in rows for text in both if text})
    bodies = [" ".join(texts[text].body for text in both if text)[:COMPARED_LENGTH] for _pk, *both in rows]
    return _floods([row[0] for row in rows], bodies)


def _alike_comments(reflection: Reflection, items: Sequence[Item]) -> dict[UUID, int]:
    """By comment of the last days, how many others of them are nearly identical with it."""
    if not any(isinstance(item, Comment) for item in items):
        return {}
    recent = Comment.objects.filter(
        contribution__reflection=reflection,
        state=Comment.State.SHOWN,
        written_at__gte=timezone.now() - COMMENTS_SINCE,
    )
    rows = list(recent.order_by("-written_at").values_list("pk", "text_id")[:COMMENTS_COMPARED])
    if len(rows) < FLOOD_AT_LEAST:
        return {}
    texts = originals({text for _pk, text in rows})
    return _floods([pk for pk, _text in rows], [texts[text].body for _pk, text in rows])


def _floods(keys: Sequence[UUID], bodies: Sequence[str]) -> dict[UUID, int]:
    try:
        floods = find_floods(bodies, at_least=FLOOD_AT_LEAST)
    except MissingExtraError:
        return {}
    return {keys[place]: len(flood) - 1 for flood in floods for place in flood.tolist()}
