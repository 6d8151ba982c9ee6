"""Points: said by those present, supported by others, hidden by the facilitator where they must be.

Saying a point writes no audit entry. The point is its own record, and an entry would stand among others that
tell their moment.
"""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.live.presence import change_room, present_device
from placet.stages.dialogues.models import (
    POINT_MAX_LENGTH,
    Dialogue,
    HouseRule,
    Point,
    PointSupport,
    Presence,
    Staff,
)
from placet.stages.dialogues.permissions import require_staff
from placet.stages.dialogues.receipts import receipt_for
from placet.stages.dialogues.recording import record_deed
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.actions import NewText, create_texts
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Origin

MOST_POINTS_EACH = 30


@transaction.atomic
def say_point(dialogue: Dialogue, secret: str, *, body: str, language: str, client_key: UUID) -> str:
    """Say a point; sent again under the same key, it is said once.

    Parameters
    ----------
    secret : str
        What the device is known by.

    Returns
    -------
    str
        The receipt: whoever has it can follow the point. The server keeps its digest, and nothing that leads
        from the point to the device.

    Raises
    ------
    ValidationError
        Where the dialogue is over or closed to the outside, the device not present, the point empty or too
        long, or the device has said as many as one may.
    """
    change_room(dialogue)
    presence = present_device(dialogue, secret)
    receipt, digest = receipt_for(secret, client_key)
    if (said := Point.objects.filter(client_key=client_key).first()) is not None:
        if said.receipt_digest != digest:
            raise ValidationError(
                _("This point could not be taken. Load the page again and say it once more.")
            )
        return receipt
    words = _checked(dialogue, body, language)
    _count_point(presence)
    zone = ZoneInfo(dialogue.time_zone)
    today = timezone.localdate(timezone=zone)
    day = datetime.combine(today, time(), zone)
    (text,) = create_texts([NewText({language: words}, language, origin=Origin.AUTHOR, written_at=day)])
    Point.objects.create(
        dialogue=dialogue,
        house_rule=dialogue.house_rule,
        text=text,
        constituency_id=presence.constituency_id,
        receipt_digest=digest,
        client_key=client_key,
        is_simulated=dialogue.is_simulated,
        said_date=today,
    )
    return receipt


@transaction.atomic
def support_point(dialogue: Dialogue, secret: str, point_id: UUID, *, is_supported: bool) -> None:
    """Support a point, or support it no longer; the same again changes nothing.

    Raises
    ------
    ValidationError
        Where the dialogue is over, the device not present, or the point not shown in this room.
    """
    change_room(dialogue)
    presence = present_device(dialogue, secret)
    point = Point.objects.filter(pk=point_id, dialogue=dialogue, is_hidden=False).first()
    if point is None:
        raise ValidationError(_("This point is not shown any more."))
    if is_supported:
        _support, is_new = PointSupport.objects.get_or_create(point=point, presence=presence)
        change = int(is_new)
    else:
        change = -PointSupport.objects.filter(point=point, presence=presence).delete()[0]
    if change:
        Point.objects.filter(pk=point.pk).update(support_count=F("support_count") + change)


@transaction.atomic
def hide_point(actor: Actor, dialogue: Dialogue, point: Point, *, is_hidden: bool) -> None:
    """Take a point off the room's screens, or put it back. It stays for the rapporteur, marked as hidden.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where the dialogue is over.
    """
    account = require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    change_room(dialogue)
    others = Point.objects.filter(pk=point.pk, dialogue=dialogue, is_hidden=not is_hidden)
    if others.update(is_hidden=is_hidden):
        record_deed("hide_point" if is_hidden else "show_point", dialogue, account, point=str(point.pk))


def _checked(dialogue: Dialogue, body: str, language: str) -> str:
    if dialogue.house_rule == HouseRule.CLOSED:
        raise ValidationError(_("This dialogue is closed: nothing of what is said in it is written down."))
    if language not in CONTENT_LANGUAGES:
        raise ValidationError({"language": _("Choose a language of the list.")})
    words = body.replace("\r\n", "\n").strip()
    if not words:
        raise ValidationError({"body": _("Write your point first.")})
    if len(words) > POINT_MAX_LENGTH:
        raise ValidationError(
            {"body": _("A point has at most %(limit)d characters.") % {"limit": POINT_MAX_LENGTH}}
        )
    return words


def _count_point(presence: Presence) -> None:
    """Count one more of this device, by the condition that it may."""
    own = Presence.objects.filter(pk=presence.pk, point_count__lt=MOST_POINTS_EACH)
    if not own.update(point_count=F("point_count") + 1):
        raise ValidationError(
            _("You have said %(limit)d points, which is as many as one device may.")
            % {"limit": MOST_POINTS_EACH}
        )
