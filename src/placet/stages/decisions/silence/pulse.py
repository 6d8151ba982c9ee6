"""The pulse of the platform: when it is known to have run, and the outages between two beats."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from placet.stages.decisions.models import Outage, Pulse
from placet.stages.decisions.silence.database_clock import database_now

LONGEST_GAP = timedelta(minutes=2)  # between two beats of the clock, which come every few seconds


@transaction.atomic
def beat(now: datetime | None = None) -> None:
    """Say that the platform runs now; where it has not for more than two minutes, write the outage down.

    The clock calls this, and whoever settles a procedure first after an outage. A clock that was put back
    changes nothing.
    """
    Pulse.objects.get_or_create(defaults={"beat_at": now or database_now()})
    pulse = Pulse.objects.select_for_update().get()
    moment = now or database_now()
    if moment - pulse.beat_at > LONGEST_GAP:
        Outage.objects.get_or_create(started_at=pulse.beat_at, defaults={"ended_at": moment})
    if moment > pulse.beat_at:
        pulse.beat_at = moment
        pulse.save(update_fields=["beat_at"])


def notice_gap(now: datetime) -> None:
    """Where the last beat is more than two minutes ago, the platform has just come back: write that down.

    Without any beat on record nothing is known, and no outage is assumed.
    """
    if Pulse.objects.filter(beat_at__lt=now - LONGEST_GAP).exists():
        beat(now)


def outages_between(start: datetime, end: datetime) -> QuerySet[Outage]:
    """The outages that overlap a time, earliest first; of one that is not over yet nothing is known."""
    return Outage.objects.filter(started_at__lt=end, ended_at__gt=start).order_by("started_at")
