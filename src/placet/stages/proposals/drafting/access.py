"""What every deed on a proposal begins with: who does it, the row under a lock, the state that allows it."""

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.dialogues.reporting.access import mark_of
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.proposals.permissions import require_drafter
from placet.stages.record.actions import record
from placet.stages.texts.queries import Wording, all_wordings_of

State = Proposal.State
# Whose text may change: what is put to the members is frozen, and what is adopted or withdrawn is over.
CHANGEABLE = frozenset({State.DRAFT, State.PUBLISHED, State.AMENDABLE})
# While delegations amend, their amendments hold to clauses: these are neither split nor put together.
FREELY_DRAFTED = frozenset({State.DRAFT, State.PUBLISHED})


class ChangedMeanwhile(ValidationError):  # noqa: N818 - the name that the other parts of the stage know
    """Somebody else has saved first. Nothing is written; ``current`` is what stands there, by language."""

    def __init__(self, current: Sequence[Wording]) -> None:
        super().__init__(
            _("Somebody else has changed this meanwhile. Nothing of yours is lost: compare, and save again."),
            code="changed",
        )
        self.current = tuple(current)


def begin(
    actor: Actor, proposal: Proposal, *, states: Collection[Proposal.State] = CHANGEABLE
) -> tuple[Account, Proposal]:
    """Who drafts, and the proposal under a lock: two who save at once go in turn.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the state of the proposal does not allow it.
    """
    account = require_drafter(actor, proposal.priority.reflection)
    current = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("priority__reflection")
        .get(pk=proposal.pk)
    )
    if refusal := why_unchangeable(current, states=states):
        raise ValidationError(refusal)
    return account, current


def why_unchangeable(proposal: Proposal, *, states: Collection[Proposal.State] = CHANGEABLE) -> str:
    """Why the state of a proposal does not allow a deed, a sentence; empty where it does."""
    return "" if proposal.state in states else _why_not(proposal)


def text_mark(*text_ids: Any) -> str:
    """A mark of what texts say in every language, by which a change meanwhile is noticed."""
    found = all_wordings_of(text_ids)
    return mark_of(
        {
            str(text_id): [
                (each.language, each.version_id, each.translation_number) for each in found[text_id]
            ]
            for text_id in text_ids
        }
    )


def clause_mark(*clauses: Clause) -> str:
    """A mark of the wordings of clauses."""
    return text_mark(*(clause.text_id for clause in clauses))


def proposal_mark(proposal: Proposal) -> str:
    """A mark of the title and the summary of a proposal."""
    return text_mark(proposal.title_id, proposal.summary_id)


def record_deed(
    verb: str,
    proposal: Proposal,
    account: Account | None,
    *,
    target: str = "",
    **detail: str | int | bool | list[str] | None,
) -> None:
    """Write the audit entry of a deed, in its transaction; its target is the proposal where none is given."""
    record(
        f"proposals.{verb}",
        target=target or proposal.reference,
        actor_id=account.id if account else None,
        scope_id=proposal.priority.reflection_id,
        proposal=proposal.reference,
        **detail,
    )


def _why_not(proposal: Proposal) -> str:
    state = Proposal.State(proposal.state)
    if state == State.DRAFT:
        return _("This proposal is still a draft. Publish it first.")
    if state == State.AMENDABLE:
        return _(
            "This proposal is open to amendments: its clauses are reworded, added or removed one by one."
        )
    if state == State.FROZEN:
        return _("This proposal is put to the members: its text cannot be changed.")
    if state == State.ADOPTED:
        return _("This proposal is adopted: it cannot be changed.")
    if state == State.WITHDRAWN:
        return _("This proposal is withdrawn: it cannot be changed.")
    return _("This proposal is published already.")
