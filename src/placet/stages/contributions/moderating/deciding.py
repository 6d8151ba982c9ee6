"""Decisions about contributions and comments: by a point of the public rule, with a reason, never changed.

Each is a row of its own; what was decided before stays on record.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.cleaning import clean_paragraphs
from placet.stages.contributions.models import (
    Appeal,
    Comment,
    CommentReport,
    Contribution,
    ModerationDecision,
    ModerationRule,
)
from placet.stages.contributions.moderating.queries import (
    Item,
    latest_decisions,
    reflection_of,
    seen_state,
    should_leave_to_others,
)
from placet.stages.contributions.moderating.telling import tell_author
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record

REASON_MAX_LENGTH = 500

Verdict = ModerationDecision.Verdict


@transaction.atomic
def decide_contribution(
    actor: Actor,
    contribution: Contribution,
    verdict: str,
    rule: ModerationRule | None = None,
    reason: str = "",
    seen_state: str = "",
    *,
    now: datetime | None = None,
) -> ModerationDecision:
    """Publish a contribution, or reject it by a point of the rule with a reason that its author reads.

    A rejected one that is published after all is *shown again*. Asked twice for the same, the first decision
    is returned. The author is told by mail.

    Parameters
    ----------
    verdict : str
        ``"published"`` or ``"rejected"``.
    rule, reason
        Of a rejection; both are needed. The reason stands in the public log.
    seen_state : str
        What `queries.seen_state` said when the moderator looked. Where somebody else has decided since then,
        nothing is done; empty: whatever it was.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat, and to the author where there is another moderator.
    ValidationError
        Where a rejection has no rule in force or no reason, the author has withdrawn it, its author has
        appealed (the appeal is answered instead), or another moderator was first (code ``decided``).
    """
    account = _require_moderator(actor, contribution)
    current = Contribution.objects.select_for_update(of=("self",)).get(pk=contribution.pk)
    states = {Verdict.PUBLISHED: Contribution.State.PUBLISHED, Verdict.REJECTED: Contribution.State.REJECTED}
    if verdict not in states:
        raise ValidationError(_("Choose what is to be done with it."))
    if current.state == Contribution.State.DRAFT:
        raise ValidationError(_("It was never submitted."))
    if current.state == Contribution.State.WITHDRAWN:
        raise ValidationError(_("Its author has withdrawn it."))
    rule, reason = _checked_grounds(contribution, verdict, rule, reason)
    latest = latest_decisions([current]).get(current.pk)
    if latest and current.state == states[Verdict(verdict)] and _says(latest, rule, reason):
        contribution.refresh_from_db()
        return latest
    _require_untouched(current, latest, seen_state)
    if verdict == Verdict.PUBLISHED:
        if current.state == Contribution.State.PUBLISHED:
            raise ValidationError(_("It is published already."))
        verdict = Verdict.RESTORED if current.state == Contribution.State.REJECTED else Verdict.PUBLISHED
    return _write(account, contribution, verdict, rule, reason, now or timezone.now())


@transaction.atomic
def decide_comment(
    actor: Actor,
    comment: Comment,
    verdict: str,
    rule: ModerationRule | None = None,
    reason: str = "",
    seen_state: str = "",
    *,
    now: datetime | None = None,
) -> ModerationDecision:
    """Hide a comment, show it again, or leave one that was reported as it is; reports are settled by it.

    Parameters are those of :func:`decide_contribution`, except for the verdict: ``"hidden"``, ``"restored"``
    or, where it is shown and stays so, ``"published"``.

    Raises
    ------
    PermissionDenied, ValidationError
        As :func:`decide_contribution`.
    """
    account = _require_moderator(actor, comment)
    current = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    needed = {
        Verdict.HIDDEN: Comment.State.SHOWN,
        Verdict.PUBLISHED: Comment.State.SHOWN,
        Verdict.RESTORED: Comment.State.HIDDEN,
    }
    if verdict not in needed:
        raise ValidationError(_("Choose what is to be done with it."))
    if current.state == Comment.State.WITHDRAWN:
        raise ValidationError(_("Its author has withdrawn it."))
    rule, reason = _checked_grounds(comment, verdict, rule, reason)
    latest = latest_decisions([current]).get(current.pk)
    is_open = CommentReport.objects.filter(comment=current, settled_at=None).exists()
    if latest and latest.verdict == verdict and _says(latest, rule, reason) and not is_open:
        comment.refresh_from_db()
        return latest
    _require_untouched(current, latest, seen_state)
    if current.state != needed[Verdict(verdict)]:
        raise ValidationError(
            _("It is hidden already.") if verdict == Verdict.HIDDEN else _("It is not hidden.")
        )
    return _write(account, comment, verdict, rule, reason, now or timezone.now())


def reverse_decision(
    account: Account, appeal: Appeal, item: Item, now: datetime
) -> ModerationDecision | None:
    """Show again what a decision had taken away, because its author was right to appeal.

    Called in the transaction of the answer. None where the item is no longer as the decision left it: its
    author has withdrawn it meanwhile.
    """
    hidden = Contribution.State.REJECTED if isinstance(item, Contribution) else Comment.State.HIDDEN
    current = type(item)._default_manager.select_for_update(of=("self",)).get(pk=item.pk)
    if current.state != hidden:
        return None
    return _write(account, item, Verdict.RESTORED, None, "", now, appeal=appeal)


def _require_moderator(actor: Actor, item: Item) -> Account:
    account = require_role(actor, reflection_of(item), *MODERATING_ROLES)
    if should_leave_to_others(account, item):
        raise PermissionDenied(_("You wrote it yourself: another moderator decides."))
    return account


def _write(
    account: Account,
    item: Item,
    verdict: str,
    rule: ModerationRule | None,
    reason: str,
    now: datetime,
    *,
    appeal: Appeal | None = None,
) -> ModerationDecision:
    """The decision, what follows from it, and its entry in the record."""
    decision = ModerationDecision.objects.create(
        reflection=reflection_of(item),
        contribution=item if isinstance(item, Contribution) else None,
        comment=item if isinstance(item, Comment) else None,
        verdict=verdict,
        rule=rule,
        reason=reason,
        decided_by=account,
        decided_at=now,
        appeal=appeal,
    )
    if isinstance(item, Contribution):
        _set_contribution(item, verdict, now)
    else:
        _set_comment(item, verdict, now)
    item.refresh_from_db()
    record(
        f"contributions.decide_{item._meta.model_name}",
        target=item.reference if isinstance(item, Contribution) else f"comment {item.pk}",
        actor_id=account.id,
        scope_id=decision.reflection_id,
        verdict=str(verdict),
        rule=rule.number if rule else None,
        reason=reason,
        after_appeal=appeal is not None,
    )
    tell_author(decision, item)
    return decision


def _set_contribution(contribution: Contribution, verdict: str, now: datetime) -> None:
    row = Contribution.objects.filter(pk=contribution.pk)
    if verdict == Verdict.REJECTED:
        row.update(state=Contribution.State.REJECTED)
        return
    row.filter(published_at=None).update(published_at=now)
    row.update(state=Contribution.State.PUBLISHED)


def _set_comment(comment: Comment, verdict: str, now: datetime) -> None:
    CommentReport.objects.filter(comment=comment, settled_at=None).update(settled_at=now)
    if verdict == Verdict.PUBLISHED:
        return
    is_hidden = verdict == Verdict.HIDDEN
    Comment.objects.filter(pk=comment.pk).update(
        state=Comment.State.HIDDEN if is_hidden else Comment.State.SHOWN
    )
    Contribution.objects.filter(pk=comment.contribution_id).update(
        comment_count=F("comment_count") + (-1 if is_hidden else 1)
    )


def _checked_grounds(
    item: Item, verdict: str, rule: ModerationRule | None, reason: str
) -> tuple[ModerationRule | None, str]:
    """Rule and reason as they are kept: both for what takes something away, neither else."""
    if verdict not in (Verdict.REJECTED, Verdict.HIDDEN):
        return None, ""
    reason = clean_paragraphs(reason)
    if rule is None or rule.reflection_id != reflection_of(item).pk or rule.retired_at is not None:
        raise ValidationError({"rule": _("Choose the point of the rule that it breaks.")})
    if not reason:
        raise ValidationError({"reason": _("Give the reason: the author and everybody else can read it.")})
    if len(reason) > REASON_MAX_LENGTH:
        raise ValidationError({"reason": _("At most %(limit)d characters.") % {"limit": REASON_MAX_LENGTH}})
    return rule, reason


def _says(decision: ModerationDecision, rule: ModerationRule | None, reason: str) -> bool:
    return (decision.rule_id, decision.reason) == (rule.pk if rule else None, reason)


def _require_untouched(item: Item, latest: ModerationDecision | None, seen: str) -> None:
    if latest and Appeal.objects.filter(decision=latest, state=Appeal.State.OPEN).exists():
        raise ValidationError(_("Its author has appealed: answer the appeal, and say why."), code="appealed")
    if seen and seen != seen_state(item, latest):
        raise ValidationError(_("Another moderator has decided meanwhile. Look again."), code="decided")
