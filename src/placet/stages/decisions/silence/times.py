"""A deadline in words: in the time zone in which it was stated, in UTC, and how long it is until then."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _

_MINUTE = timedelta(minutes=1)


def in_zone(moment: datetime, zone: str) -> str:
    """``24 November 2026, 17:00 (Europe/Brussels)``, in the current language; seconds where there are any."""
    return f"{_day_and_hour(timezone.localtime(moment, ZoneInfo(zone)))} ({zone.replace('_', ' ')})"


def in_utc(moment: datetime) -> str:
    """The same moment in coordinated universal time."""
    return f"{_day_and_hour(moment.astimezone(UTC))} UTC"


def time_left(moment: datetime, now: datetime) -> str:
    """How long it is until a moment, in two units at most; empty once it has passed."""
    if moment <= now:
        return ""
    if moment - now < _MINUTE:
        return _("less than a minute")
    return timeuntil(moment, now, depth=2)


def _day_and_hour(local: datetime) -> str:
    has_seconds = bool(local.second or local.microsecond)
    return (
        f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S}"
        if has_seconds
        else f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"
    )
