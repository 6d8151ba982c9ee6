"""The end of a dialogue, with what its house rule asks for: from here on nobody can be told from another."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Sum

from placet.stages.dialogues.models import (
    Dialogue,
    LiveAnswer,
    LiveQuestion,
    Point,
    PointSupport,
    Presence,
    Staff,
)
from placet.stages.dialogues.permissions import require_staff
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.states import move
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account

logger = logging.getLogger(__name__)

LEFT_OPEN_FOR = timedelta(hours=12)


@transaction.atomic
def end_dialogue(actor: Actor, dialogue: Dialogue) -> None:
    """End a dialogue. Once, also where two press it; what comes after it is refused.

    Counts stay. Who was present, what each device supported and answered, and under which key a point was
    sent are deleted, so that what a browser still holds leads nowhere. A constituency stays on a point only
    where enough of it were present.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where it was never announced, or is cancelled.
    """
    close_dialogue(dialogue, require_staff(actor, dialogue, Staff.Duty.FACILITATOR))


def end_overdue_dialogues(now: datetime) -> int:
    """End the dialogues whose room was left open; how many there were. For the clock."""
    left_open = Dialogue.objects.filter(state=Dialogue.State.LIVE, ends_at__lt=now - LEFT_OPEN_FOR)
    n_ended = 0
    for dialogue in left_open.select_related("series"):
        try:
            close_dialogue(dialogue, None)
        except Exception:
            logger.exception("A dialogue that was left open could not be ended")
        else:
            n_ended += 1
    return n_ended


def tellable_constituencies(dialogue: Dialogue) -> set[int]:
    """The constituencies of which enough are present; on points of those alone it may be seen by staff.

    While the dialogue is under way; at its end the others are emptied.
    """
    counted = (
        Presence.objects.filter(dialogue=dialogue, constituency__isnull=False)
        .values_list("constituency")
        .annotate(n=Count("pk"))
        .filter(n__gte=dialogue.least_group_count)
    )
    return {constituency for constituency, _n in counted}


@transaction.atomic
def close_dialogue(dialogue: Dialogue, account: Account | None) -> bool:
    """Bring a dialogue to its end, however that is asked for; the caller has asked whether the account may.

    Returns
    -------
    bool
        Whether it ended now; False where it was over already.
    """
    if not move(dialogue, Dialogue.State.ENDED, account):
        return False
    points = Point.objects.filter(dialogue=dialogue)
    if dialogue.present_count:
        record_deed(
            "close_room",
            dialogue,
            account,
            n_present=dialogue.present_count,
            n_points=points.count(),
            n_supports=points.aggregate(n=Sum("support_count"))["n"] or 0,
        )
    points.exclude(constituency__in=tellable_constituencies(dialogue)).update(constituency=None)
    points.update(client_key=None)
    PointSupport.objects.filter(point__dialogue=dialogue).delete()
    LiveAnswer.objects.filter(question__dialogue=dialogue).delete()
    Presence.objects.filter(dialogue=dialogue).delete()
    LiveQuestion.objects.filter(dialogue=dialogue, state=LiveQuestion.State.OPEN).update(
        state=LiveQuestion.State.CLOSED
    )
    dialogue.room_code = ""
    dialogue.room_version += 1
    dialogue.current_item = None
    dialogue.item_ends_at = None
    dialogue.save(update_fields=["room_code", "room_version", "current_item", "item_ends_at"])
    return True
