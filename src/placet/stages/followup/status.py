"""How far a commitment is: a function of its reports, its milestones and its dates. Nobody types it.

On a day, what was so by then counts: reports that speak of that day or an earlier one, milestones reached by
then. The last report that settles something decides: fulfilled, ended, or taken up again. Whatever is open
is overdue once the last day that its due date may be has passed, whoever reports what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import pgettext_lazy

from placet.stages.followup.models import ProgressReport

Kind = ProgressReport.Kind
SETTLING = (Kind.FULFILLED, Kind.ENDED, Kind.TAKEN_UP_AGAIN)


class Status(models.TextChoices):
    """How far a commitment is."""

    # What nobody has reported may be under way for all that is known here: the label says no more than that.
    NOT_BEGUN = "not-begun", pgettext_lazy("commitment", "nothing reported yet")
    UNDER_WAY = "under-way", pgettext_lazy("commitment", "under way")
    OVERDUE = "overdue", pgettext_lazy("commitment", "overdue")
    FULFILLED = "fulfilled", pgettext_lazy("commitment", "fulfilled")
    ENDED = "ended", pgettext_lazy("commitment", "ended without being fulfilled")


OPEN = frozenset({Status.NOT_BEGUN, Status.UNDER_WAY, Status.OVERDUE})


@dataclass(frozen=True, slots=True)
class ReportFact:
    """What a report says, and of which day."""

    kind: str
    of_date: date


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    """By which day at the latest a step was due, and when it was reached."""

    last_day: date
    reached_date: date | None = None

    def is_late(self, day: date) -> bool:
        """Whether it was due before that day and not reached by then."""
        return self.last_day < day and (self.reached_date is None or self.reached_date > day)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a status follows from; the reports in the order of their days, then of their writing."""

    reports: Sequence[ReportFact] = ()
    milestones: Sequence[MilestoneFact] = ()
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """From this day on it stood so."""

    status: Status
    since: date


def status_of(facts: Facts, *, today: date) -> Status:
    """How far a commitment with these facts is at the end of a day."""
    known = [report for report in facts.reports if report.of_date <= today]
    settled = next((report.kind for report in reversed(known) if report.kind in SETTLING), "")
    if settled == Kind.FULFILLED:
        return Status.FULFILLED
    if settled == Kind.ENDED:
        return Status.ENDED
    if facts.last_day is not None and facts.last_day < today:
        return Status.OVERDUE
    if known or any(_is_reached(milestone, today) for milestone in facts.milestones):
        return Status.UNDER_WAY
    return Status.NOT_BEGUN


def history_of(facts: Facts, *, start: date, today: date) -> list[StatusChange]:
    """How it stood over time, from the day of the decision on; the last one is how it stands today.

    Parameters
    ----------
    start : date
        The day of the decision. What was so before it is taken for granted on it.
    """
    days = {report.of_date for report in facts.reports}
    days |= {milestone.reached_date for milestone in facts.milestones if milestone.reached_date}
    if facts.last_day is not None and facts.last_day < today:
        days.add(facts.last_day + timedelta(days=1))
    changes: list[StatusChange] = []
    for day in (min(start, today), *sorted(day for day in days if start < day <= today)):
        status = status_of(facts, today=day)
        if not changes or changes[-1].status != status:
            changes.append(StatusChange(status, day))
    return changes


def _is_reached(milestone: MilestoneFact, day: date) -> bool:
    return milestone.reached_date is not None and milestone.reached_date <= day
