"""Taking a position, confirming it, and adopting a text that every member has joined."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.decisions.meetings.actions import locked_meeting
from placet.stages.decisions.models import AgendaItem, Decision, Meeting, Position, PositionConfirmation
from placet.stages.decisions.permissions import require_secretariat
from placet.stages.decisions.positions.counting import Obstacles, counted_positions, last_entries, obstacles
from placet.stages.decisions.putting import stands
from placet.stages.decisions.wording import said
from placet.stages.mandates import references
from placet.stages.mandates.models import Member, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import mark_adopted
from placet.stages.proposals.models import FrozenText
from placet.stages.proposals.permissions import require_delegate
from placet.stages.record.actions import record

Bodies = Mapping[str, str]


class NotYet(ValidationError):  # noqa: N818 - what it is, not an error
    """A text cannot be adopted yet; ``obstacles`` says which members stand in the way."""

    def __init__(self, found: Obstacles) -> None:
        super().__init__([ValidationError(sentence) for sentence in sentences(found)])
        self.obstacles = found


@transaction.atomic
def take_position(
    actor: Actor,
    text: FrozenText,
    kind: str,
    *,
    explanation: Bodies | None = None,
    request_key: UUID | None = None,
    now: datetime | None = None,
) -> Position:
    """Enter where the actor's member stands on a text of an agenda; its earlier entry stays on record.

    Parameters
    ----------
    kind : str
        One of ``Position.Kind``.
    explanation : mapping, optional
        Of a reservation or an objection: obligatory; a reservation is published once the text is adopted.
    request_key : UUID, optional
        A second request with the same key is answered with the first entry.

    Raises
    ------
    PermissionDenied
        To all but accredited delegates of members.
    ValidationError
        Where the text is on no agenda of a meeting that is still to decide, or an explanation is missing.
    """
    reflection = text.proposal.priority.reflection
    account, member = require_delegate(actor, reflection)
    _locked_item_of(text)
    earlier = Position.objects.filter(request_key=request_key).first() if request_key else None
    if earlier is not None:
        if (earlier.text_id, earlier.member_id, earlier.kind) != (text.pk, member.pk, kind):
            raise ValidationError(_("This form was sent before, with something else in it. Open it again."))
        return earlier
    if kind not in Position.Kind.values:
        raise ValidationError(
            {"kind": _("Choose whether your member joins, joins with a reservation, or objects.")}
        )
    position = Position.objects.create(
        text=text,
        member=member,
        kind=kind,
        explanation=None
        if kind == Position.Kind.JOINS
        else _explained(reflection, account, kind, explanation),
        given_by=account,
        given_at=now or timezone.now(),
        request_key=request_key or uuid4(),
    )
    _record("take_position", text, reflection, account, member=member.code, kind=kind, number=position.pk)
    return position


@transaction.atomic
def confirm_position(actor: Actor, position: Position, *, now: datetime | None = None) -> Position:
    """Confirm, as a second delegate of the same member, its last entry. Asked twice, it is confirmed once.

    Raises
    ------
    PermissionDenied
        To all but delegates of that member.
    ValidationError
        Where the actor gave it, a later entry has taken its place, or the text is not to be decided any more.
    """
    text = position.text
    reflection = text.proposal.priority.reflection
    account, member = require_delegate(actor, reflection)
    if member.pk != position.member_id:
        raise PermissionDenied(_("This is reserved for delegates of the same member."))
    if account.pk == position.given_by_id:
        raise ValidationError(
            _("You gave this position yourself: another delegate of your member confirms it.")
        )
    _locked_item_of(text)
    if last_entries([text.pk])[text.pk, member.pk].position.pk != position.pk:
        raise ValidationError(_("Your member has taken another position since: look at that one."))
    _confirmation, is_new = PositionConfirmation.objects.get_or_create(
        position=position, defaults={"confirmed_by": account, "confirmed_at": now or timezone.now()}
    )
    if is_new:
        _record("confirm_position", text, reflection, account, member=member.code, number=position.pk)
    return position


@transaction.atomic
def adopt_text(actor: Actor, item: AgendaItem, *, now: datetime | None = None) -> Decision:
    """Write down, at an open meeting, that a text is adopted: every member joins. Asked twice, one decision.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    NotYet
        Where a member has no position that counts, or objects: a missing position is not assent.
    ValidationError
        Where the meeting is not open, or the text is not the one that is put to the members.
    """
    reflection = item.meeting.reflection
    account = require_secretariat(actor, reflection)
    meeting = locked_meeting(item.meeting)
    current = AgendaItem.objects.select_related("text__proposal__priority").get(pk=item.pk)
    text = current.text
    taken = Decision.objects.filter(text=text).first()
    if taken is not None:
        return taken
    if meeting.state != Meeting.State.OPEN or current.taken_off_at is not None:
        raise ValidationError(_("A text is adopted at a meeting that is open, and on whose agenda it is."))
    if not stands(text):
        raise ValidationError(_("This text is not put to the members any more: take it off the agenda."))
    if found := _obstacles(text, reflection):
        raise NotYet(found)
    counted = counted_positions(text, reflection)
    decision = Decision.objects.create(
        text=text,
        reference=next(references.take_references(reflection, references.DECISION)),
        way=Decision.Way.MEETING,
        meeting=meeting,
        adopted_at=now or timezone.now(),
        positions={code: position.pk for code, position in sorted(counted.items())},
        is_simulated=meeting.is_simulated or text.proposal.is_simulated,
    )
    mark_adopted(text.proposal)
    _record("adopt_text", text, reflection, account, decision=decision.reference, meeting=meeting.reference)
    return decision


def sentences(found: Obstacles) -> list[str]:
    """What stands in the way, a sentence for each kind."""
    said_of = (
        (_("No position yet, and a missing position is not assent: %(codes)s."), found.missing),
        (_("A second delegate has not confirmed the position yet: %(codes)s."), found.unconfirmed),
        (_("Against the text: %(codes)s."), found.objecting),
    )
    return [sentence % {"codes": ", ".join(codes)} for sentence, codes in said_of if codes]


def _obstacles(text: FrozenText, reflection: Reflection) -> Obstacles:
    """What stands in the way; a reflection without members cannot decide anything."""
    if not Member.objects.filter(reflection=reflection).exists():
        raise ValidationError(_("This reflection has no members yet: nobody could join."))
    return obstacles(text, reflection)


def _locked_item_of(text: FrozenText) -> AgendaItem:
    """The item of a text, with the lock of its meeting: positions and the adoption come one after the other.

    Raises
    ------
    ValidationError
        Where nothing is to be decided on the text at a meeting.
    """
    item = AgendaItem.objects.filter(text=text, taken_off_at=None).select_related("meeting").first()
    if item is None:
        raise ValidationError(
            _(
                "No position is asked for: this text is on no agenda. In a silence procedure, break the "
                "silence."
            )
        )
    meeting = locked_meeting(item.meeting)
    item.refresh_from_db()
    if meeting.state == Meeting.State.CLOSED:
        raise ValidationError(_("The meeting is closed: no position is taken any more."))
    if item.taken_off_at is not None:
        raise ValidationError(_("This text was taken off the agenda just now."))
    if Decision.objects.filter(text=text).exists():
        raise ValidationError(_("This text was adopted: positions on it stay as they are."))
    return item


def _explained(reflection: Reflection, account: Account, kind: str, explanation: Bodies | None):  # type: ignore[no-untyped-def]
    wanted = (
        _("Explain the reservation: it is published with the adopted text.")
        if kind == Position.Kind.RESERVES
        else _("Explain the objection: the other delegations need to know what would let your member join.")
    )
    return said(reflection, account, explanation, field="explanation", wanted=wanted)


def _record(
    verb: str, text: FrozenText, reflection: Reflection, account: Account, **detail: str | int
) -> None:
    record(
        f"decisions.{verb}",
        target=text.proposal.reference,
        actor_id=account.id,
        scope_id=reflection.id,
        digest=text.digest,
        **detail,
    )
