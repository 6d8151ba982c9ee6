"""One month of the calendar, week by week."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from placet.portal.calendar.entries import CalendarEntry

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 1)


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    is_in_month: bool
    is_today: bool
    entries: list[CalendarEntry]


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday; ``before`` and ``after`` are the first days of the months beside it."""

    first: date
    weeks: list[list[Day]]
    entries: list[CalendarEntry]
    before: date | None
    after: date | None


def month_of(entries: Iterable[CalendarEntry], first: date, today: date) -> Month:
    """The month that begins on a day, with what falls into its weeks.

    What lasts longer than a fortnight, a consultation mostly, stands on its first and last day alone.
    """
    dated = [entry for entry in entries if entry.is_dated]
    weeks = [
        [
            Day(day, day.month == first.month, day == today, [each for each in dated if _is_on(each, day)])
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    last = max(day.date for week in weeks for day in week if day.is_in_month)
    return Month(
        first=first,
        weeks=weeks,
        entries=[each for each in dated if each.start_date <= last and each.end_date >= first],
        before=_beside(first, -1),
        after=_beside(first, 1),
    )


def first_of_month(year: int, month: int) -> date | None:
    """The first day of a month; None where there is no such month, or one that no reflection has."""
    try:
        first = date(year, month, 1)
    except (ValueError, OverflowError):
        return None
    return first if EARLIEST <= first <= LATEST else None


def _is_on(entry: CalendarEntry, day: date) -> bool:
    if (entry.end_date - entry.start_date).days > 14:
        return day in (entry.start_date, entry.end_date)
    return entry.start_date <= day <= entry.end_date


def _beside(first: date, step: int) -> date | None:
    year, month = divmod(first.year * 12 + first.month - 1 + step, 12)
    return first_of_month(year, month + 1)
