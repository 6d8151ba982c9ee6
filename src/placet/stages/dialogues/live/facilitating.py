"""Leading a dialogue through its programme: begin, go from item to item, give more time or less."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.joining import ALPHABET, LENGTH
from placet.stages.dialogues.live.presence import change_room
from placet.stages.dialogues.models import Dialogue, ProgrammeItem, Staff
from placet.stages.dialogues.permissions import require_staff
from placet.stages.dialogues.states import move
from placet.stages.mandates.permissions import Actor

STEP = timedelta(minutes=5)
LONGEST_ITEM = timedelta(hours=12)


@transaction.atomic
def start_dialogue(actor: Actor, dialogue: Dialogue, *, now: datetime | None = None) -> None:
    """Begin: the room gets its code, and the programme its first item. Pressed twice, it begins once.

    The code has 8 of 19 characters, as join codes have, and holds while the dialogue lasts.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where it is not announced, or over already.
    """
    account = require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    if not move(dialogue, Dialogue.State.LIVE, account):
        return
    dialogue.room_code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    dialogue.room_version += 1
    dialogue.save(update_fields=["room_code", "room_version"])
    first = ProgrammeItem.objects.filter(dialogue=dialogue).first()
    if first is not None:
        _go_to(dialogue, first, now or timezone.now())


@transaction.atomic
def go_to_item(actor: Actor, dialogue: Dialogue, item: ProgrammeItem, *, now: datetime | None = None) -> None:
    """Go to an item of the programme; its time begins to run. Asked again, it runs on.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where the dialogue is not under way, or the item another dialogue's.
    """
    require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    change_room(dialogue)
    if item.dialogue_id != dialogue.pk:
        raise ValidationError(_("Choose an item of this programme."))
    if not Dialogue.objects.filter(pk=dialogue.pk, current_item=item).exists():
        _go_to(dialogue, item, now or timezone.now())


@transaction.atomic
def change_time(actor: Actor, dialogue: Dialogue, *, is_longer: bool, now: datetime | None = None) -> None:
    """Give the current item five minutes more, or five less; never into the past.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where the dialogue is not under way, or no item is.
    """
    require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    change_room(dialogue)
    moment = now or timezone.now()
    current = Dialogue.objects.get(pk=dialogue.pk)
    if current.item_ends_at is None:
        raise ValidationError(_("No item of the programme is under way."))
    ends_at = max(current.item_ends_at, moment) + STEP if is_longer else current.item_ends_at - STEP
    current.item_ends_at = min(max(ends_at, moment), moment + LONGEST_ITEM)
    current.save(update_fields=["item_ends_at"])


def _go_to(dialogue: Dialogue, item: ProgrammeItem, now: datetime) -> None:
    ends_at = now + timedelta(minutes=item.minutes)
    Dialogue.objects.filter(pk=dialogue.pk).update(current_item=item, item_ends_at=ends_at)
    dialogue.current_item, dialogue.item_ends_at = item, ends_at
