"""Amendments: opening a proposal to them, submitting and withdrawing one, standing by it or against it.

The answers are made in ``answering``. Whoever writes holds the lock of the proposal, so that all that changes
its text or decides about its amendments goes in turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates import references
from placet.stages.mandates.models import Member, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.amending.access import clean_bodies, locked_amendment, require_unanswered
from placet.stages.proposals.amending.answering import answer_amendment
from placet.stages.proposals.drafting.access import ChangedMeanwhile, begin, record_deed
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.freezing import keep_as_opened, locked_proposal
from placet.stages.proposals.models import CLAUSE_MAX_LENGTH, Amendment, AmendmentStand, Clause, Proposal
from placet.stages.proposals.permissions import require_delegate
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Origin, Text, TextVersion
from placet.stages.texts.queries import all_wordings

__all__ = [
    "NewAmendment",
    "answer_amendment",
    "last_stand",
    "open_to_amendments",
    "submit_amendment",
    "take_stand",
    "withdraw_amendment",
]
JUSTIFICATION_MAX_LENGTH = 2_000

Bodies = Mapping[str, str]
Kind, State, Stand = Amendment.Kind, Amendment.State, AmendmentStand.Stand


@dataclass(frozen=True, slots=True)
class NewAmendment:
    """A change that a delegation asks for.

    ``clause`` is the one to be reworded, deleted or followed by a new one; None for a new one before the
    first. ``wording`` and ``justification`` are in any of the languages of the reflection; the first of
    these in which something is written is the original. ``seen_version`` is the number of the version of
    the clause that the delegation read.
    """

    kind: str
    clause: Clause | None
    wording: Bodies | None
    justification: Bodies
    seen_version: int | None
    is_simulated: bool = False


@transaction.atomic
def open_to_amendments(
    actor: Actor, proposal: Proposal, *, until: datetime | None = None, now: datetime | None = None
) -> None:
    """Let delegations submit amendments; where they may already, change until when.

    Parameters
    ----------
    until : datetime or None
        After it none is taken; None where the day is not set yet.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the proposal is not published, or put to the members; where ``until`` is past.
    """
    states = (Proposal.State.PUBLISHED, Proposal.State.AMENDABLE)
    account, current = begin(actor, proposal, states=states)
    moment = now or timezone.now()
    if (current.state, current.amendable_until) == (Proposal.State.AMENDABLE, until):
        return
    if until is not None and until <= moment:
        raise ValidationError({"until": _("Choose a moment that is still to come.")})
    keep_as_opened(current, account.id, now=moment)
    current.state = Proposal.State.AMENDABLE
    current.amendable_until = until
    current.save(update_fields=["state", "amendable_until"])
    proposal.refresh_from_db()
    record_deed("open_to_amendments", current, account, until=until.isoformat() if until else None)


@transaction.atomic
def submit_amendment(
    actor: Actor, proposal: Proposal, new: NewAmendment, *, now: datetime | None = None
) -> Amendment:
    """Ask for a change of one clause, or for a new one, in the name of the member that one speaks for.

    Raises
    ------
    PermissionDenied
        To all but accredited delegates of the reflection.
    ChangedMeanwhile
        Where the clause was reworded since the delegation read it: nothing is written.
    ValidationError
        Where the proposal takes no amendments now, the clause is not there any more, or what is asked for
        is missing, too long, in another language, or what the clause says already.
    """
    account, member = require_delegate(actor, proposal.priority.reflection)
    current = locked_proposal(proposal)
    _check_open(current, now or timezone.now())
    reflection = current.priority.reflection
    wording = clean_bodies(reflection, new.wording or {}, "wording", CLAUSE_MAX_LENGTH)
    justification = clean_bodies(reflection, new.justification, "justification", JUSTIFICATION_MAX_LENGTH)
    based_on = _read_version(current, new)
    _check_wording(new, wording)
    if new.kind == Kind.REWORD and new.clause is not None and _says_the_same(new.clause, wording):
        raise ValidationError({"wording": _("That is what the clause says already.")})
    if not justification:
        raise ValidationError({"justification": _("Say why the change is asked for.")})
    amendment = Amendment.objects.create(
        proposal=current,
        reference=next(references.take_references(reflection, references.AMENDMENT)),
        kind=new.kind,
        clause=new.clause,
        based_on=based_on,
        member=member,
        wording=_written(reflection, account, wording) if wording else None,
        justification=_written(reflection, account, justification),
        is_simulated=reflection.is_simulated or new.is_simulated,
        submitted_by=account,
    )
    _record("submit_amendment", amendment, current, account, member=member.code, kind=new.kind)
    return amendment


@transaction.atomic
def withdraw_amendment(actor: Actor, amendment: Amendment) -> None:
    """Take back what one's own delegation asked for, while it is unanswered. It stays on record.

    Raises
    ------
    PermissionDenied
        To all but the delegates of the member that submitted it.
    ValidationError
        Where it is answered.
    """
    account, member = require_delegate(actor, amendment.proposal.priority.reflection)
    current, proposal = locked_amendment(amendment)
    if current.member_id != member.pk:
        raise PermissionDenied(_("Its own delegation alone can withdraw an amendment."))
    if current.state != State.WITHDRAWN:
        require_unanswered(current)
        current.state = State.WITHDRAWN
        current.save(update_fields=["state"])
        _record("withdraw_amendment", current, proposal, account, member=member.code)
    amendment.refresh_from_db()


@transaction.atomic
def take_stand(actor: Actor, amendment: Amendment, stand: str) -> None:
    """Support or oppose what another delegation asks for, or take that back. The last word counts.

    What was said before stays on record; the same again writes nothing.

    Raises
    ------
    PermissionDenied
        To all but accredited delegates of the reflection.
    ValidationError
        On an amendment of one's own, on one that is answered or withdrawn, or with an unknown stand.
    """
    account, member = require_delegate(actor, amendment.proposal.priority.reflection)
    if stand not in Stand:
        raise ValidationError(_("Say whether your delegation supports or opposes it."))
    current, proposal = locked_amendment(amendment)
    if current.member_id == member.pk:
        raise ValidationError(_("The other delegations say what they think of your amendment."))
    require_unanswered(current)
    if stand != last_stand(current, member):
        AmendmentStand.objects.create(amendment=current, member=member, stand=stand, taken_by=account)
        _record("take_stand", current, proposal, account, member=member.code, stand=stand)


def last_stand(amendment: Amendment, member: Member) -> str:
    """What a member's delegation says of an amendment now."""
    taken = AmendmentStand.objects.filter(amendment=amendment, member=member).order_by("-pk")
    return taken.values_list("stand", flat=True).first() or Stand.NONE


def _check_open(proposal: Proposal, now: datetime) -> None:
    if proposal.state != Proposal.State.AMENDABLE:
        raise ValidationError(_("This proposal is not open to amendments."))
    if proposal.amendable_until is not None and proposal.amendable_until <= now:
        raise ValidationError(_("The time for amendments is over."))


def _read_version(proposal: Proposal, new: NewAmendment) -> TextVersion | None:
    """The version of the clause that the amendment is made against, where it is still the present one."""
    if new.kind not in Kind:
        raise ValidationError(
            _("Say whether the clause is to be reworded, deleted or followed by a new one.")
        )
    if new.clause is None:
        if new.kind != Kind.INSERT:
            raise ValidationError(_("Choose the clause that is to be changed."))
        return None
    clause = Clause.objects.filter(pk=new.clause.pk, proposal=proposal, removed_at=None).first()
    if clause is None:
        raise ValidationError(_("This clause is not in the proposal any more."))
    present = last_version(clause.text_id)
    if new.kind != Kind.INSERT and new.seen_version != present.number:
        raise ChangedMeanwhile(all_wordings(clause.text_id))
    return present


def _check_wording(new: NewAmendment, wording: Bodies) -> None:
    if new.kind == Kind.DELETE and wording:
        raise ValidationError({"wording": _("Where the clause is to be deleted there is no wording.")})
    if new.kind != Kind.DELETE and not wording:
        raise ValidationError(
            {"wording": _("Write the wording that is asked for, in one language at least.")}
        )


def _says_the_same(clause: Clause, wording: Bodies) -> bool:
    present = {each.language: each.body for each in all_wordings(clause.text_id)}
    return all(present.get(language) == body for language, body in wording.items())


def _written(reflection: Reflection, account: Account, bodies: Bodies) -> Text:
    """A text whose original is in the first of the languages of the reflection in which there is one."""
    return create_text(bodies, original=next(iter(bodies)), author_id=account.id, origin=Origin.AUTHOR)


def _record(
    verb: str, amendment: Amendment, proposal: Proposal, account: Account, **detail: str | None
) -> None:
    record_deed(verb, proposal, account, target=amendment.reference, **detail)
