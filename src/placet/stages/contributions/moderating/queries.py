"""Reading the public rule, decisions and appeals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import pgettext

from placet.stages.contributions.models import (
    Appeal,
    Comment,
    Contribution,
    ModerationDecision,
    ModerationRule,
)
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.mandates.models import Reflection, RoleGrant
from placet.stages.mandates.permissions import Actor, may_see, require_role
from placet.stages.mandates.queries import participant_of
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, wordings

APPEAL_TIME = timedelta(days=30)
REFUSALS = (ModerationDecision.Verdict.REJECTED, ModerationDecision.Verdict.HIDDEN)

Item = Contribution | Comment


@dataclass(frozen=True, slots=True)
class RuleView:
    id: int
    number: int
    title: Wording
    explanation: Wording
    is_retired: bool
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as the author of the item reads it: what, by which rule, why, and what an appeal brought."""

    id: int
    verdict: str
    verdict_label: str
    rule_number: int | None
    rule_title: Wording | None
    reason: str
    decided_at: datetime
    may_appeal_until: datetime | None
    appeal_state: str
    appeal_state_label: str
    appeal_answer: str

    @property
    def is_refusal(self) -> bool:
        return self.verdict in REFUSALS


def rule_views(reflection: Reflection, language: str) -> list[RuleView]:
    """The points of the rule by number, retired ones included."""
    found = list(ModerationRule.objects.filter(reflection=reflection))
    words = wordings([text for rule in found for text in (rule.title_id, rule.explanation_id)], language)
    return [
        RuleView(
            rule.pk,
            rule.number,
            words[rule.title_id],
            words[rule.explanation_id],
            rule.retired_at is not None,
            rule.retired_at,
        )
        for rule in found
    ]


def rules_in_force(reflection: Reflection) -> QuerySet[ModerationRule]:
    """The points that a decision or a report may name."""
    return ModerationRule.objects.filter(reflection=reflection, retired_at=None)


def find_rule(reflection: Reflection, number: int) -> ModerationRule:
    """That point of this reflection's rule; Http404 where there is none."""
    return get_object_or_404(
        ModerationRule.objects.select_related("reflection", "title", "explanation"),
        reflection=reflection,
        number=number,
    )


def reflection_of(item: Item) -> Reflection:
    """The reflection in which something was written."""
    return item.reflection if isinstance(item, Contribution) else item.contribution.reflection


def about(items: Iterable[Item]) -> Q:
    """The decisions about any of the items."""
    found = list(items)
    contributions = [item.pk for item in found if isinstance(item, Contribution)]
    comments = [item.pk for item in found if isinstance(item, Comment)]
    return Q(contribution__in=contributions) | Q(comment__in=comments)


def latest_decisions(items: Iterable[Item]) -> dict[UUID, ModerationDecision]:
    """The last decision about each item on which one was taken; one query, however many the items."""
    decisions = ModerationDecision.objects.filter(about(items)).select_related("rule", "appealed_by")
    found: dict[UUID, ModerationDecision] = {}
    for decision in decisions.order_by("id"):
        key = decision.contribution_id or decision.comment_id
        if key is not None:
            found[key] = decision
    return found


def seen_state(item: Item, latest: ModerationDecision | None) -> str:
    """What a moderator saw when deciding: state, revision and the last decision. For the form, and back."""
    revision = item.revision_count if isinstance(item, Contribution) else 0
    return f"{item.state}:{revision}:{latest.pk if latest else 0}"


def stands(decision: ModerationDecision, item: Item) -> bool:
    """Whether a refusal still keeps something from being shown: its author has not sent it anew since."""
    hidden = Contribution.State.REJECTED if isinstance(item, Contribution) else Comment.State.HIDDEN
    return decision.verdict in REFUSALS and item.state == hidden


def decision_views(
    decisions: Sequence[ModerationDecision], language: str, *, now: datetime | None = None
) -> list[DecisionView]:
    """Decisions as the author of what they are about reads them; two queries."""
    moment = now or timezone.now()
    words = wordings([decision.rule.title_id for decision in decisions if decision.rule], language)
    return [_decision_view(decision, words, moment) for decision in decisions]


def latest_decision_views(
    items: Iterable[Item], language: str, *, now: datetime | None = None
) -> dict[UUID, DecisionView]:
    """The last decision about each item as its author reads it; three queries, however many the items."""
    latest = latest_decisions(items)
    views = decision_views(list(latest.values()), language, now=now)
    return dict(zip(latest, views, strict=True))


def verdict_label(decision: ModerationDecision) -> str:
    """What was decided, in words: a comment that stays was never published by anybody."""
    if decision.comment_id and decision.verdict == ModerationDecision.Verdict.PUBLISHED:
        return pgettext("moderation", "left as it was")
    return str(decision.get_verdict_display())


def appeal_of(decision: ModerationDecision) -> Appeal | None:
    """The appeal against a decision, or None."""
    return getattr(decision, "appealed_by", None)


def find_own_decision(pk: int, account: Account) -> ModerationDecision:
    """That decision, for the author of what it is about; Http404 for anybody else.

    Raises
    ------
    Http404
        Where it does not exist, or another participant wrote the item: the two look the same.
    """
    decision = _with_items(ModerationDecision.objects.filter(pk=pk)).first()
    if decision is None or not may_see(account, decision.reflection):
        raise Http404
    participant = participant_of(account, decision.reflection)
    if participant is None or item_of(decision).author_id != participant.pk:
        raise Http404
    return decision


def item_of(decision: ModerationDecision) -> Item:
    """What a decision is about."""
    item = decision.contribution or decision.comment
    if item is None:
        raise TypeError(decision)  # the database has a constraint against it
    return item


def find_moderated_contribution(reference: str, actor: Actor) -> Contribution:
    """The contribution of that reference, for those who moderate it.

    Raises
    ------
    Http404
        Where it does not exist, was never submitted, or its reflection may not be seen.
    PermissionDenied
        Where the reflection may be seen, but not moderated.
    """
    found = (
        Contribution.objects.exclude(state=Contribution.State.DRAFT)
        .filter(reference=reference)
        .select_related("reflection")
        .first()
    )
    if found is None or not may_see(actor, found.reflection):
        raise Http404
    require_role(actor, found.reflection, *MODERATING_ROLES)
    return found


def find_moderated_comment(pk: UUID, actor: Actor) -> Comment:
    """That comment, for those who moderate it; refusals are those of `find_moderated_contribution`."""
    found = Comment.objects.filter(pk=pk).select_related("contribution__reflection").first()
    if found is None or not may_see(actor, found.contribution.reflection):
        raise Http404
    require_role(actor, found.contribution.reflection, *MODERATING_ROLES)
    return found


def find_appeal(pk: int, actor: Actor) -> Appeal:
    """That appeal, for those who moderate; refusals are those of `find_moderated_contribution`."""
    found = (
        Appeal.objects.filter(pk=pk)
        .select_related(
            "decision__reflection",
            "decision__rule",
            "decision__contribution__reflection",
            "decision__comment__contribution__reflection",
        )
        .first()
    )
    if found is None or not may_see(actor, found.decision.reflection):
        raise Http404
    require_role(actor, found.decision.reflection, *MODERATING_ROLES)
    return found


def moderating_accounts(reflection: Reflection) -> set[UUID]:
    """Everybody who may decide in a reflection today."""
    held = RoleGrant.objects.filter(
        reflection=reflection, role__in=MODERATING_ROLES, revoked_at=None, account__is_active=True
    )
    return set(held.values_list("account_id", flat=True))


def should_leave_to_others(account: Account, item: Item) -> bool:
    """Whether an account that moderates wrote the item itself, and somebody else could decide about it."""
    reflection = reflection_of(item)
    participant = participant_of(account, reflection) if item.author_id else None
    is_own = participant is not None and participant.pk == item.author_id
    return is_own and bool(moderating_accounts(reflection) - {account.pk})


def may_appeal_until(decision: ModerationDecision) -> datetime:
    """The last moment at which an author may ask for a decision to be looked at again."""
    return decision.decided_at + APPEAL_TIME


def _with_items(decisions: QuerySet[ModerationDecision]) -> QuerySet[ModerationDecision]:
    return decisions.select_related(
        "reflection",
        "rule",
        "appealed_by",
        "contribution__reflection",
        "comment__contribution__reflection",
    )


def _decision_view(decision: ModerationDecision, words: dict[UUID, Wording], now: datetime) -> DecisionView:
    appeal = appeal_of(decision)
    until = may_appeal_until(decision)
    may_appeal = decision.verdict in REFUSALS and appeal is None and now <= until
    return DecisionView(
        id=decision.pk,
        verdict=decision.verdict,
        verdict_label=verdict_label(decision),
        rule_number=decision.rule.number if decision.rule else None,
        rule_title=words[decision.rule.title_id] if decision.rule else None,
        reason=decision.reason,
        decided_at=decision.decided_at,
        may_appeal_until=until if may_appeal else None,
        appeal_state=appeal.state if appeal else "",
        appeal_state_label=appeal.get_state_display() if appeal else "",
        appeal_answer=appeal.answer if appeal else "",
    )
