"""Being present: a device joins with the code on the screen, and is known by its secret until the end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from placet.stages.consultations import arrivals
from placet.stages.dialogues.models import Dialogue, Presence
from placet.stages.dialogues.receipts import device_secret, digest_of_device
from placet.stages.mandates.models import Constituency

MOST_PRESENT = 2_000  # devices in one room: a code that leaks does not open everything
# A hall shares one address, so it may fill within a minute; a script gets one device a second after that.
JOINS = arrivals.Rate("room joins", burst=600, interval=timedelta(seconds=1))


@transaction.atomic
def join_room(
    dialogue: Dialogue, *, key: UUID, constituency: Constituency | None, source: str, now: datetime
) -> str:
    """Let a device in, once for each key of a page.

    Parameters
    ----------
    constituency : Constituency or None
        Whose part the person takes, where she says so.
    source : str
        The address that counts (``arrivals.source_of``); kept nowhere.

    Returns
    -------
    str
        The device's secret, for its cookie.

    Raises
    ------
    CrowdError
        Where too many joined from one address in a short time.
    ValidationError
        Where the dialogue is not under way any more, the room is full, or the constituency another
        reflection's.
    """
    secret = device_secret(key)
    digest = digest_of_device(secret)
    change_room(dialogue)
    if Presence.objects.filter(secret_digest=digest, dialogue=dialogue).exists():
        return secret
    if constituency is not None and constituency.reflection_id != dialogue.series.reflection_id:
        raise ValidationError({"constituency": _("Choose one of the list.")})
    arrivals.take(JOINS, source, now)
    room = Dialogue.objects.filter(pk=dialogue.pk, present_count__lt=MOST_PRESENT)
    if not room.update(present_count=F("present_count") + 1):
        raise ValidationError(_("This room is full."))
    Presence.objects.create(dialogue=dialogue, secret_digest=digest, constituency=constituency)
    return secret


def change_room(dialogue: Dialogue) -> None:
    """Take the next number for what the room sees; first of all in the transaction of the deed.

    Of two deeds, the second one waits here; and the end of a dialogue does the same, so that whatever comes
    after it is refused.

    Raises
    ------
    ValidationError
        Where the dialogue is not under way.
    """
    room = Dialogue.objects.filter(pk=dialogue.pk, state=Dialogue.State.LIVE)
    if not room.update(room_version=F("room_version") + 1):
        raise ValidationError(_("The dialogue is over: nothing more is taken in this room."), code="over")


def present_device(dialogue: Dialogue, secret: str) -> Presence:
    """The device with that secret, in the transaction of its deed.

    Raises
    ------
    ValidationError
        Where no such device joined this room (code ``absent``).
    """
    digest = digest_of_device(secret)
    found = Presence.objects.filter(dialogue=dialogue, secret_digest=digest).first()
    if found is None:
        raise ValidationError(_("Join the room first."), code="absent")
    return found
