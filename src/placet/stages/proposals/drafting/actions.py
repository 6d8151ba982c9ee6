"""Proposals as a whole: drafting one, changing its title and summary, publishing and withdrawing it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates import references
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.drafting.access import (
    CHANGEABLE,
    ChangedMeanwhile,
    begin,
    proposal_mark,
    record_deed,
)
from placet.stages.proposals.drafting.wording import Bodies, check_text, rewritten, written
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.proposals.permissions import require_drafter
from placet.stages.texts.queries import all_wordings_of

TITLE_MAX_LENGTH = 200
SUMMARY_MAX_LENGTH = 1_000
REASON_MAX_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What is said of a proposal; its text stands in its clauses."""

    title: Bodies
    summary: Bodies
    is_simulated: bool = False


@transaction.atomic
def draft_proposal(actor: Actor, priority: Priority, new: NewProposal) -> Proposal:
    """Begin a proposal under a priority, as its last one. The secretariat alone sees it.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the title or the summary is missing in the working language, or too long.
    """
    reflection = priority.reflection
    account = require_drafter(actor, reflection)
    _check(reflection, new)
    Priority.objects.select_for_update().get(pk=priority.pk)  # two who draft at once get two places
    last = Proposal.objects.filter(priority=priority).order_by("-position").first()
    proposal = Proposal.objects.create(
        priority=priority,
        reference=next(references.take_references(reflection, references.PROPOSAL)),
        position=last.position + 1 if last else 1,
        title=written(reflection, account, new.title),
        summary=written(reflection, account, new.summary),
        is_simulated=reflection.is_simulated or new.is_simulated,
        created_by=account,
    )
    record_deed("draft_proposal", proposal, account, priority=priority.number)
    return proposal


@transaction.atomic
def change_proposal(actor: Actor, proposal: Proposal, new: NewProposal, *, seen: str) -> None:
    """Change the title and the summary; what they said before is kept.

    Parameters
    ----------
    seen : str
        :func:`proposal_mark` of what the page showed.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ChangedMeanwhile
        Where somebody else saved first: nothing is written.
    ValidationError
        As with :func:`draft_proposal`, and where the proposal is put to the members, adopted or withdrawn.
    """
    account, current = begin(actor, proposal)
    _check(current.priority.reflection, new)
    if seen != proposal_mark(current):
        found = all_wordings_of([current.title_id, current.summary_id])
        raise ChangedMeanwhile([*found[current.title_id], *found[current.summary_id]])
    is_changed = rewritten(current.title, account, new.title)
    is_changed |= rewritten(current.summary, account, new.summary)
    if is_changed:
        record_deed("change_proposal", current, account)


@transaction.atomic
def publish_proposal(actor: Actor, proposal: Proposal, *, now: datetime | None = None) -> None:
    """Show a draft to everybody. Asked twice, it does nothing the second time.

    What is missing in a language is shown in the original; the page that asks says so beforehand.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        While the reflection is a draft, where there is no clause, or where the proposal is withdrawn.
    """
    states = {*Proposal.State} - {Proposal.State.WITHDRAWN}
    account, current = begin(actor, proposal, states=states)
    if current.state != Proposal.State.DRAFT:
        return
    if current.priority.reflection.state == Reflection.State.DRAFT:
        raise ValidationError(_("Publish the reflection first."))
    if not Clause.objects.filter(proposal=current, removed_at=None).exists():
        raise ValidationError(_("Add at least one clause first: the clauses are the text of a proposal."))
    current.state = Proposal.State.PUBLISHED
    current.published_at = now or timezone.now()
    current.save(update_fields=["state", "published_at"])
    proposal.refresh_from_db()
    record_deed("publish_proposal", current, account)


@transaction.atomic
def withdraw_proposal(actor: Actor, proposal: Proposal, *, reason: Bodies) -> None:
    """Take a proposal out, with the reason. What was published stays to be read; a draft stays unseen.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no reason is given, or where the proposal is put to the members or adopted.
    """
    account, current = begin(actor, proposal, states={*CHANGEABLE, Proposal.State.WITHDRAWN})
    if current.state == Proposal.State.WITHDRAWN:
        return
    reflection = current.priority.reflection
    check_text(reflection, reason, "reason", max_length=REASON_MAX_LENGTH)
    current.withdrawal_reason = written(reflection, account, reason)
    current.state = Proposal.State.WITHDRAWN
    current.save(update_fields=["state", "withdrawal_reason"])
    proposal.refresh_from_db()
    record_deed("withdraw_proposal", current, account)


def _check(reflection: Reflection, new: NewProposal) -> None:
    check_text(reflection, new.title, "title", max_length=TITLE_MAX_LENGTH)
    check_text(reflection, new.summary, "summary", max_length=SUMMARY_MAX_LENGTH)
