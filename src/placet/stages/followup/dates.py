"""Days that are known to the day, the month or the year alone: between which bounds they lie."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.formats import get_format

from placet.stages.followup.models import Precision
from placet.stages.mandates.models import Reflection

# How much of a date is said: of the machine's the first so many signs, of the reader's this format.
_LENGTHS: dict[str, int] = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}
_FORMATS: dict[str, str] = {
    Precision.YEAR: "Y",
    Precision.MONTH: "YEAR_MONTH_FORMAT",
    Precision.DAY: "DATE_FORMAT",
}


@dataclass(frozen=True, slots=True)
class Due:
    """By when something is due, as exactly as it is known; ``last_day`` is the last day that it may be."""

    last_day: date
    precision: str

    @property
    def first_day(self) -> date:
        """The first day that it may be."""
        if self.precision == Precision.YEAR:
            return self.last_day.replace(month=1, day=1)
        if self.precision == Precision.MONTH:
            return self.last_day.replace(day=1)
        return self.last_day

    @property
    def machine(self) -> str:
        """As a ``time`` element has it: 2031, 2031-03 or 2031-03-09."""
        return self.last_day.isoformat()[: _LENGTHS[self.precision]]

    def __str__(self) -> str:
        return date_format(self.last_day, get_format(_FORMATS[self.precision]))


def due_of(day: date | None, precision: str) -> Due | None:
    """What is known of a day; None where nothing is."""
    return Due(last_day_of(day, precision), precision) if day else None


def last_day_of(day: date, precision: str) -> date:
    """The last day of the month or the year in which it lies, or the day itself."""
    if precision == Precision.YEAR:
        return date(day.year, 12, 31)
    if precision == Precision.MONTH:
        return date(day.year, day.month, monthrange(day.year, day.month)[1])
    return day


def today_in(reflection: Reflection, now: datetime | None = None) -> date:
    """Which day it is where the reflection is at home."""
    return timezone.localtime(now or timezone.now(), ZoneInfo(reflection.time_zone)).date()


def midnight_in(reflection: Reflection, day: date) -> datetime:
    """The moment at which a day begins where the reflection is at home."""
    return datetime.combine(day, datetime.min.time(), ZoneInfo(reflection.time_zone))
