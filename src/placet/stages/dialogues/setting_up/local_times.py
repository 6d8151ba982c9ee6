"""Between the time on a wall and a moment: a dialogue is set up in the time of the place where it is held."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _


def moment_of(local: datetime, zone: str) -> datetime:
    """The moment at which clocks in a time zone show a local time.

    Raises
    ------
    ValidationError
        Where they never show it, or show it twice: in the night in which they are put forward or back.

    Examples
    --------
    >>> moment_of(datetime(2026, 7, 1, 9), "Europe/Brussels").astimezone(UTC).hour
    7
    """
    first = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    second = local.replace(tzinfo=ZoneInfo(zone), fold=1)
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise ValidationError(
            _("Clocks are put forward that night: this time does not exist in %(zone)s. Choose another one."),
            params={"zone": zone.replace("_", " ")},
        )
    if first.utcoffset() != second.utcoffset():
        raise ValidationError(
            _("Clocks are put back that night: this time comes twice in %(zone)s. Choose another one."),
            params={"zone": zone.replace("_", " ")},
        )
    return first


def local_time(moment: datetime, zone: str) -> datetime:
    """What clocks in a time zone show at a moment, without its zone, as a form's control takes it."""
    return timezone.localtime(moment, ZoneInfo(zone)).replace(tzinfo=None)


def day_bounds(first: datetime, last: datetime, zone: str) -> tuple[datetime, datetime]:
    """From midnight to midnight: what is known of a dialogue of which only the day is on record."""
    start = datetime.combine(first.date(), datetime.min.time(), ZoneInfo(zone))
    end = datetime.combine(last.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return start, end
