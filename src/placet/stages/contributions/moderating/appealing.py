"""Appeals: an author asks once that somebody else looks at a decision again, and gets a reasoned answer."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.cleaning import clean_paragraphs
from placet.stages.contributions.models import Appeal, ModerationDecision
from placet.stages.contributions.moderating.deciding import reverse_decision
from placet.stages.contributions.moderating.queries import (
    item_of,
    latest_decisions,
    may_appeal_until,
    moderating_accounts,
    should_leave_to_others,
    stands,
)
from placet.stages.contributions.moderating.telling import tell_outcome
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.mandates.models import Participant
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record

APPEAL_MAX_LENGTH = 1_000


@transaction.atomic
def appeal(
    participant: Participant, decision: ModerationDecision, text: str, *, now: datetime | None = None
) -> Appeal:
    """Ask that somebody else looks at a refusal again: its author, once, within 30 days.

    Asked twice, the first appeal is returned.

    Raises
    ------
    PermissionDenied
        To everybody but the author.
    ValidationError
        Where the decision took nothing away or is not the last one, the 30 days are over, or nothing is said.
    """
    if item_of(decision).author_id != participant.pk:
        raise PermissionDenied(_("Only its author can appeal."))
    if existing := Appeal.objects.filter(decision=decision).first():
        return existing
    moment = now or timezone.now()
    item = item_of(decision)
    latest = latest_decisions([item]).get(item.pk)
    if not stands(decision, item) or latest is None or latest.pk != decision.pk:
        raise ValidationError(
            _("There is nothing left to appeal against: it was decided or sent anew since.")
        )
    if moment > may_appeal_until(decision):
        raise ValidationError(_("The 30 days for an appeal are over."))
    text = clean_paragraphs(text)
    if not text:
        raise ValidationError({"text": _("Say why you think that the decision is wrong.")})
    if len(text) > APPEAL_MAX_LENGTH:
        raise ValidationError({"text": _("At most %(limit)d characters.") % {"limit": APPEAL_MAX_LENGTH}})
    try:
        with transaction.atomic():
            made = Appeal.objects.create(decision=decision, text=text, made_at=moment)
    except IntegrityError:  # the same author in two windows
        return Appeal.objects.get(decision=decision)
    record(
        "contributions.appeal",
        target=f"decision {decision.pk}",
        actor_id=None,  # the author is a pseudonym, and the record must not undo that
        scope_id=decision.reflection_id,
    )
    return made


@transaction.atomic
def answer_appeal(
    actor: Actor, appeal: Appeal, *, is_granted: bool, answer: str, now: datetime | None = None
) -> None:
    """Let a decision stand or reverse it, with a reason that everybody can read; never whoever took it.

    Asked twice for the same, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat, and to whoever took the decision.
    ValidationError
        Where there is no reason, or it was answered otherwise meanwhile (code ``decided``).
    """
    decision = appeal.decision
    account = require_role(actor, decision.reflection, *MODERATING_ROLES)
    if refusal := why_not_answer(account, appeal):
        raise PermissionDenied(refusal)
    answer = clean_paragraphs(answer)
    if not answer:
        raise ValidationError({"answer": _("Give the reason: the author and everybody else can read it.")})
    if len(answer) > APPEAL_MAX_LENGTH:
        raise ValidationError({"answer": _("At most %(limit)d characters.") % {"limit": APPEAL_MAX_LENGTH}})
    current = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    state = Appeal.State.GRANTED if is_granted else Appeal.State.UPHELD
    if current.state != Appeal.State.OPEN:
        appeal.refresh_from_db()
        if (current.state, current.answer) == (state, answer):
            return
        raise ValidationError(_("Another moderator has answered meanwhile. Look again."), code="decided")
    moment = now or timezone.now()
    Appeal.objects.filter(pk=appeal.pk).update(
        state=state, answer=answer, answered_by=account, answered_at=moment
    )
    appeal.refresh_from_db()
    item = item_of(decision)
    if is_granted:
        reverse_decision(account, appeal, item, moment)
    record(
        "contributions.answer_appeal",
        target=f"decision {decision.pk}",
        actor_id=account.id,
        scope_id=decision.reflection_id,
        is_granted=is_granted,
    )
    tell_outcome(appeal, item)


def why_not_answer(account: Account, appeal: Appeal) -> str:
    """Why an account that moderates cannot answer an appeal: it took the decision, or wrote the item."""
    decision = appeal.decision
    if should_leave_to_others(account, item_of(decision)):
        return _("You wrote it yourself: another moderator answers the appeal.")
    if decision.decided_by_id != account.pk:
        return ""
    if moderating_accounts(decision.reflection) - {account.pk}:
        return _("You took this decision: somebody else answers the appeal.")
    return _(
        "You took this decision, and nobody else moderates this reflection. Under People, the secretariat"
        " can invite somebody who will answer the appeal."
    )
