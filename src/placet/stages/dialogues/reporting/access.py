"""Who works on a report, and what every deed on it begins with."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, HouseRule, PointGroup, Staff, Takeaway
from placet.stages.dialogues.permissions import OVER, find_dialogue, require_staff
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account

Placed = TypeVar("Placed", PointGroup, Takeaway)
GATHERING = frozenset({Dialogue.State.LIVE, *OVER})


def require_reporter(actor: Actor, dialogue: Dialogue) -> Account:
    """The account, where it holds the dialogue or reports on it.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    return require_staff(actor, dialogue, Staff.Duty.RAPPORTEUR)


def find_reported(reference: str, actor: Actor) -> Dialogue:
    """The dialogue of that reference, for those who report on it.

    Raises
    ------
    Http404
        Where it may not be seen, or is closed: nothing is reported of it.
    PermissionDenied
        Where the actor sees it and does not report on it.
    """
    dialogue = find_dialogue(reference, actor)
    require_reporter(actor, dialogue)
    if dialogue.house_rule == HouseRule.CLOSED:
        raise Http404
    return dialogue


def begin(actor: Actor, dialogue: Dialogue) -> tuple[Account, Dialogue]:
    """Who does something to the report, and its dialogue under a lock: two who save at once go in turn.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue or report on it.
    ValidationError
        Where the dialogue has not begun, was cancelled, or is closed.
    """
    account = require_reporter(actor, dialogue)
    current = (
        Dialogue.objects.select_for_update(of=("self",))
        .select_related("series__reflection")
        .get(pk=dialogue.pk)
    )
    if current.house_rule == HouseRule.CLOSED:
        raise ValidationError(_("Nothing is reported of a closed dialogue."))
    if current.state not in GATHERING:
        raise ValidationError(_("There is nothing to report yet: the dialogue has not begun."))
    return account, current


def author_in(dialogue: Dialogue, account: Account) -> Account | None:
    """Who is named beside a text of the report: nobody, unless the dialogue is on the record."""
    return account if dialogue.house_rule == HouseRule.ON_RECORD else None


def day_of(dialogue: Dialogue) -> date:
    """The day on which it is held, where it is held."""
    return dialogue.starts_at.astimezone(ZoneInfo(dialogue.time_zone)).date()


def start_of(day: date, dialogue: Dialogue) -> datetime:
    """What stands for a day where a moment is asked for, and the moment would tell too much."""
    return datetime.combine(day, time(), ZoneInfo(dialogue.time_zone))


def tell_room(dialogue: Dialogue) -> None:
    """Let the screens in the room know that something of what they show has changed."""
    Dialogue.objects.filter(pk=dialogue.pk, state=Dialogue.State.LIVE).update(
        room_version=F("room_version") + 1
    )


def exchange(order: list[Placed], item: Placed, *, up: bool) -> bool:
    """Let an item and the one before or after it change places; whether there was one to change with."""
    place = order.index(item) if item in order else -1
    other = place - 1 if up else place + 1
    if place < 0 or not 0 <= other < len(order):
        return False
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order, start=1):
        each.position = position
    return True


def mark_of(content: Mapping[str, object]) -> str:
    """A short mark of what somebody was shown, by which a change since then is noticed."""
    plain = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:20]


def check_seen(seen: str, present: str) -> None:
    """Refuse to write over what somebody else has changed since it was shown.

    Raises
    ------
    ValidationError
        With the code ``changed``.
    """
    if seen != present:
        raise ValidationError(
            _("Somebody else has changed this meanwhile. Nothing of yours is lost: compare, and save again."),
            code="changed",
        )
