"""How far a commitment is follows from facts: a table of examples, and what holds for any facts."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.stages.followup.dates import Due, due_of, last_day_of
from placet.stages.followup.models import Precision
from placet.stages.followup.status import (
    Facts,
    Kind,
    MilestoneFact,
    ReportFact,
    Status,
    history_of,
    status_of,
)

START = date(2030, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def facts(
    *reports: tuple[Kind, int], steps: tuple[tuple[int, int | None], ...] = (), due: int | None = None
) -> Facts:
    """Reports as (kind, day), steps as (due, reached), the last day that the due date may be."""
    return Facts(
        reports=[ReportFact(kind, day(number)) for kind, number in reports],
        milestones=[
            MilestoneFact(day(last), None if reached is None else day(reached)) for last, reached in steps
        ],
        last_day=None if due is None else day(due),
    )


TABLE = {
    "nothing": (facts(), 10, Status.NOT_BEGUN),
    "due today": (facts(due=10), 10, Status.NOT_BEGUN),
    "due yesterday": (facts(due=9), 10, Status.OVERDUE),
    "a report": (facts((Kind.PROGRESS, 5), due=20), 10, Status.UNDER_WAY),
    "a report of a later day": (facts((Kind.PROGRESS, 11)), 10, Status.NOT_BEGUN),
    "a step reached": (facts(steps=((30, 4),)), 10, Status.UNDER_WAY),
    "a step missed is no status": (facts(steps=((4, None),)), 10, Status.NOT_BEGUN),
    "overdue is overdue": (facts((Kind.PROGRESS, 9), steps=((3, 3),), due=8), 10, Status.OVERDUE),
    "fulfilled": (facts((Kind.PROGRESS, 3), (Kind.FULFILLED, 6), due=8), 10, Status.FULFILLED),
    "fulfilled late": (facts((Kind.FULFILLED, 9), due=8), 10, Status.FULFILLED),
    "progress after it": (facts((Kind.FULFILLED, 6), (Kind.PROGRESS, 7), due=8), 10, Status.FULFILLED),
    "ended": (facts((Kind.ENDED, 6), due=8), 10, Status.ENDED),
    "taken up again": (facts((Kind.ENDED, 6), (Kind.TAKEN_UP_AGAIN, 7), due=20), 10, Status.UNDER_WAY),
    "taken up again, overdue": (
        facts((Kind.FULFILLED, 6), (Kind.TAKEN_UP_AGAIN, 7), due=8),
        10,
        Status.OVERDUE,
    ),
    "all steps reached is not fulfilled": (facts(steps=((2, 2), (3, 3)), due=20), 10, Status.UNDER_WAY),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table(name: str) -> None:
    given_facts, today, expected = TABLE[name]
    assert status_of(given_facts, today=day(today)) == expected


def test_history_tells_each_turn_once() -> None:
    told = history_of(
        facts((Kind.PROGRESS, 5), (Kind.PROGRESS, 6), (Kind.FULFILLED, 15), due=10),
        start=START,
        today=day(20),
    )
    assert [(change.status, change.since) for change in told] == [
        (Status.NOT_BEGUN, day(0)),
        (Status.UNDER_WAY, day(5)),
        (Status.OVERDUE, day(11)),
        (Status.FULFILLED, day(15)),
    ]


def test_history_begins_with_the_decision() -> None:
    told = history_of(facts(steps=((30, -4),)), start=START, today=day(0))
    assert [(change.status, change.since) for change in told] == [(Status.UNDER_WAY, START)]


@pytest.mark.parametrize(
    ("precision", "last_day"),
    [
        (Precision.DAY, date(2028, 2, 3)),
        (Precision.MONTH, date(2028, 2, 29)),
        (Precision.YEAR, date(2028, 12, 31)),
    ],
)
def test_the_last_day_that_a_date_may_be(precision: str, last_day: date) -> None:
    assert last_day_of(date(2028, 2, 3), precision) == last_day
    assert last_day_of(last_day, precision) == last_day
    due = due_of(date(2028, 2, 3), precision)
    assert due is not None
    assert due.first_day <= date(2028, 2, 3) <= due.last_day


def test_a_date_is_said_as_exactly_as_it_is_known() -> None:
    assert [Due(date(2028, 2, 29), each).machine for each in Precision] == ["2028-02-29", "2028-02", "2028"]
    assert str(Due(date(2028, 2, 29), Precision.MONTH)) == "February 2028"
    assert str(Due(date(2028, 12, 31), Precision.YEAR)) == "2028"


days = st.integers(-20, 60).map(day)
any_facts = st.builds(
    Facts,
    reports=st.lists(st.builds(ReportFact, st.sampled_from(list(Kind)), days), max_size=6).map(
        lambda reports: sorted(reports, key=lambda report: report.of_date)
    ),
    milestones=st.lists(st.builds(MilestoneFact, days, st.none() | days), max_size=4),
    last_day=st.none() | days,
)


@given(any_facts, days)
def test_the_status_follows_from_what_was_so_by_then(given_facts: Facts, today: date) -> None:
    by_then = Facts(
        reports=[report for report in given_facts.reports if report.of_date <= today],
        milestones=[
            MilestoneFact(
                each.last_day,
                each.reached_date if each.reached_date and each.reached_date <= today else None,
            )
            for each in given_facts.milestones
        ],
        last_day=given_facts.last_day,
    )
    assert status_of(given_facts, today=today) == status_of(by_then, today=today)


@given(any_facts, days)
def test_fulfilled_and_overdue_exclude_each_other(given_facts: Facts, today: date) -> None:
    status = status_of(given_facts, today=today)
    settling = [
        report.kind
        for report in given_facts.reports
        if report.kind != Kind.PROGRESS and report.of_date <= today
    ]
    assert (status == Status.FULFILLED) == (bool(settling) and settling[-1] == Kind.FULFILLED)
    assert (status == Status.ENDED) == (bool(settling) and settling[-1] == Kind.ENDED)
    is_past = given_facts.last_day is not None and given_facts.last_day < today
    assert (status == Status.OVERDUE) == (is_past and status not in (Status.FULFILLED, Status.ENDED))


@given(any_facts, days, st.integers(1, 100))
def test_time_alone_leads_to_overdue_and_nowhere_else(given_facts: Facts, today: date, more: int) -> None:
    moments = [report.of_date for report in given_facts.reports]
    moments += [each.reached_date for each in given_facts.milestones if each.reached_date]
    today = max([today, *moments])  # nothing else happens from here on
    before, after = (status_of(given_facts, today=each) for each in (today, today + timedelta(days=more)))
    assert after in (before, Status.OVERDUE)
    if before == Status.OVERDUE:
        assert after == Status.OVERDUE


@given(any_facts, days, days)
def test_history_is_what_the_status_was_on_each_day(given_facts: Facts, start: date, today: date) -> None:
    told = history_of(given_facts, start=start, today=today)
    assert all(one.status != other.status for one, other in pairwise(told))
    assert all(one.since < other.since for one, other in pairwise(told))
    assert told[-1].status == status_of(given_facts, today=today)
    for offset in range((today - told[0].since).days + 1):
        each_day = told[0].since + timedelta(days=offset)
        current = [change for change in told if change.since <= each_day][-1]
        assert current.status == status_of(given_facts, today=each_day)
