"""Releases: figures by member and constituency, at set times, with whatever is too small withheld.

Nothing by member or constituency is shown anywhere but from a release that was published.
"""

from datetime import datetime, timedelta

from placet.stages.consultations.models import Consultation
from placet.stages.sensemaking.models import Release

LEAST_K = 10
GREATEST_K = 1000


def advanced(due: datetime, every: timedelta, now: datetime) -> datetime:
    """The first moment after now on the grid of a schedule: what was missed is not made up for."""
    return due + every * ((now - due) // every + 1)


def next_release(consultation: Consultation, every_days: int | None, now: datetime) -> datetime | None:
    """When the next release is due: at once where there was none, else a full interval after the last."""
    if every_days is None:
        return None
    last = Release.objects.filter(consultation=consultation).order_by("-number").first()
    return now if last is None else max(now, last.published_at + timedelta(days=every_days))


def releases_due(now: datetime) -> list[Consultation]:
    return []


def publish_release(consultation: Consultation, now: datetime) -> Release | None:
    return None


def release_view(consultation: Consultation, language: str, by: str) -> None:
    return None
