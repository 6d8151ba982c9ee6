"""Notes in the margin: what those who draft say to each other about a clause, answered and settled."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.drafting.access import record_deed
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.models import Clause, MarginNote, Proposal
from placet.stages.proposals.permissions import require_drafter

NOTE_MAX_LENGTH = 2_000


@transaction.atomic
def write_note(actor: Actor, proposal: Proposal, body: str, *, clause: Clause | None = None) -> MarginNote:
    """Write a note beside a clause as it now reads, or on the proposal as a whole.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it says nothing or too much, or the clause is not one of this proposal.
    """
    account = _drafter(actor, proposal)
    if clause is not None and clause.proposal_id != proposal.pk:
        raise ValidationError(_("Choose a clause of this proposal."))
    version = last_version(clause.text_id) if clause is not None else None
    note = MarginNote.objects.create(
        proposal=proposal, clause=clause, version=version, body=_checked(body), written_by=account
    )
    record_deed("write_note", proposal, account, target=clause.reference if clause else "")
    return note


@transaction.atomic
def answer_note(actor: Actor, note: MarginNote, body: str) -> MarginNote:
    """Answer a note; an answer to an answer stands under the same note. What was settled is open again.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it says nothing or too much.
    """
    proposal = note.proposal
    account = _drafter(actor, proposal)
    text = _checked(body)
    first = _first_of(note)
    answer = MarginNote.objects.create(
        proposal=proposal,
        clause_id=first.clause_id,
        version=last_version(first.clause.text_id) if first.clause else None,
        answers=first,
        body=text,
        written_by=account,
    )
    MarginNote.objects.filter(pk=first.pk).update(settled_by=None, settled_at=None)
    record_deed("answer_note", proposal, account, target=first.clause.reference if first.clause else "")
    return answer


@transaction.atomic
def settle_note(actor: Actor, note: MarginNote) -> None:
    """Say that a note, with its answers, is dealt with. Twice does nothing the second time."""
    account = _drafter(actor, note.proposal)
    first = _first_of(note)
    standing = MarginNote.objects.filter(pk=first.pk, settled_at=None)
    if standing.update(settled_by=account, settled_at=timezone.now()):
        _record(first, "settle_note", account)


@transaction.atomic
def reopen_note(actor: Actor, note: MarginNote) -> None:
    """Say that a note is not dealt with after all. Twice does nothing the second time."""
    account = _drafter(actor, note.proposal)
    first = _first_of(note)
    settled = MarginNote.objects.filter(pk=first.pk, settled_at__isnull=False)
    if settled.update(settled_by=None, settled_at=None):
        _record(first, "reopen_note", account)


def _drafter(actor: Actor, proposal: Proposal) -> Account:
    return require_drafter(actor, proposal.priority.reflection)


def _first_of(note: MarginNote) -> MarginNote:
    """The note at the head of the conversation."""
    return MarginNote.objects.select_related("clause").get(pk=note.answers_id or note.pk)


def _checked(body: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise ValidationError({"body": _("Write the note first.")})
    if len(text) > NOTE_MAX_LENGTH:
        raise ValidationError({"body": _("At most %(limit)d characters.") % {"limit": NOTE_MAX_LENGTH}})
    return text


def _record(note: MarginNote, verb: str, account: Account) -> None:
    record_deed(verb, note.proposal, account, target=note.clause.reference if note.clause else "")
