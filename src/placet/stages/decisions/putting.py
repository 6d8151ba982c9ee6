"""Texts put to the members: which one stands, and giving its proposal back when nothing came of it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.decisions.models import AgendaItem, Decision, Meeting, SilenceProcedure
from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.freezing import locked_proposal, matches_digest, thaw_proposal
from placet.stages.proposals.models import FrozenText, Proposal

UNDER_WAY = (SilenceProcedure.State.RUNNING, SilenceProcedure.State.SUSPENDED)


def stands(text: FrozenText) -> bool:
    """Whether a text is still what its proposal puts to the members, as it was frozen. Locks the proposal."""
    proposal = locked_proposal(text.proposal)
    if proposal.state != Proposal.State.FROZEN or not matches_digest(text):
        return False
    return FrozenText.objects.filter(proposal=proposal).latest("number").pk == text.pk


def give_back(actor: Actor | None, text: FrozenText, *, reason: str) -> None:
    """Open the proposal of a text to amendments again, where it still waits for a decision on that text."""
    if stands(text):
        thaw_proposal(actor, text.proposal, reason=reason)


def check_free(text: FrozenText) -> None:
    """Refuse to put a text to the members twice; the caller holds the lock of its proposal.

    Raises
    ------
    ValidationError
        Where it was adopted, is on the agenda of a meeting, or is in a silence procedure.
    """
    if Decision.objects.filter(text=text).exists():
        raise ValidationError(_("This text was adopted: it is not put to the members again."))
    items = AgendaItem.objects.filter(text=text, taken_off_at=None).exclude(
        meeting__state=Meeting.State.CLOSED
    )
    item = items.select_related("meeting").first()
    if item is not None:
        raise ValidationError(
            _("This text is on the agenda of meeting %(reference)s. Take it off first."),
            params={"reference": item.meeting.reference},
        )
    procedure = SilenceProcedure.objects.filter(text=text, state__in=UNDER_WAY).first()
    if procedure is not None:
        raise ValidationError(
            _("Silence procedure %(reference)s runs on this text. Wait for its end, or cancel it first."),
            params={"reference": procedure.reference},
        )
