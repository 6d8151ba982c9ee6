"""Selection of statements on votes small enough to follow by hand."""

from __future__ import annotations

import numpy as np
import pytest

from placet.sense.highlights import (
    group_informed_consensus,
    select_consensus,
    select_divisive,
    select_representative,
    statement_priorities,
)
from placet.sense.votes import VoteCounts


def counts(agree: list[list[int]], disagree: list[list[int]], passed: list[list[int]]) -> VoteCounts:
    return VoteCounts(*(np.array(kind, dtype=np.int64) for kind in (agree, disagree, passed)))


def nobody(n_statements: int) -> VoteCounts:
    """Return the counts of no group at all."""
    nothing = np.zeros((0, n_statements), dtype=np.int64)
    return VoteCounts(nothing, nothing, nothing)


#                   split      shared     barely seen  rejected   unseen
GROUPS = counts(
    [[40, 38, 1, 40, 0], [2, 36, 0, 40, 0]],
    [[2, 1, 0, 0, 0], [40, 2, 1, 0, 0]],
    [[0, 1, 0, 0, 0], [0, 2, 0, 0, 0]],
)
ELIGIBLE = np.array([True, True, True, False, True])


def test_the_divisive_statement_is_the_one_that_splits() -> None:
    found = select_divisive(GROUPS, is_eligible=ELIGIBLE)
    assert [statement.position for statement in found] == [0]
    split = found[0]
    assert (split.group_for, split.group_against) == (0, 1)
    assert split.p_for == pytest.approx(41 / 44)
    assert split.p_against == pytest.approx(3 / 44)
    assert split.gap == pytest.approx(38 / 44)
    assert split.gap_ci[0] < 38 / 42 < split.gap_ci[1]


def test_one_group_divides_nothing() -> None:
    assert select_divisive(counts([[5]], [[0]], [[0]]), is_eligible=np.array([True])) == ()
    assert select_divisive(nobody(1), is_eligible=np.array([True])) == ()


def test_rejected_statements_are_listed_nowhere() -> None:
    everyone = GROUPS.sum()
    consensus = select_consensus(everyone, is_eligible=ELIGIBLE)
    assert [statement.position for statement in consensus.agree] == [1]
    assert consensus.disagree == ()
    assert [s.position for s in select_consensus(everyone, is_eligible=~ELIGIBLE).agree] == [3]
    representative = select_representative(GROUPS, is_eligible=ELIGIBLE)
    assert 3 not in {statement.position for group in representative for statement in group}


def test_each_group_is_represented_by_its_side_of_the_split() -> None:
    first, second = select_representative(GROUPS, is_eligible=ELIGIBLE)
    assert (first[0].position, first[0].direction) == (0, "agree")
    assert (second[-1].position, second[-1].direction) == (0, "disagree")
    assert second[-1].p == pytest.approx(41 / 44)
    assert second[-1].ratio == pytest.approx((41 / 44) / (3 / 44))


def test_no_more_than_asked_for() -> None:
    n = 30
    many = counts([[30] * n, [0] * n], [[0] * n, [30] * n], [[0] * n, [0] * n])
    eligible = np.ones(n, dtype=bool)
    assert [len(group) for group in select_representative(many, is_eligible=eligible, n_selected=3)] == [3, 3]
    assert len(select_divisive(many, is_eligible=eligible, n_selected=3)) == 3


def test_a_group_without_opinion_is_represented_by_the_clearest_difference() -> None:
    silent = counts([[0, 0], [9, 9]], [[0, 3], [0, 0]], [[5, 5], [0, 0]])
    found = select_representative(silent, is_eligible=np.array([True, True]))
    assert [(s.position, s.direction) for s in found[0]] == [(1, "disagree")]


def test_without_any_eligible_statement_lists_are_empty() -> None:
    none = np.zeros(5, dtype=bool)
    assert select_representative(GROUPS, is_eligible=none) == ((), ())
    assert select_consensus(GROUPS.sum(), is_eligible=none).agree == ()
    assert select_divisive(GROUPS, is_eligible=none) == ()


def test_one_group_that_rejects_lowers_group_informed_consensus() -> None:
    consensus = group_informed_consensus(GROUPS)
    assert consensus[0] == pytest.approx(41 / 44 * 3 / 44)
    assert consensus[1] == pytest.approx(39 / 42 * 37 / 42)
    assert consensus[4] == pytest.approx(1 / 4)
    assert np.isnan(group_informed_consensus(nobody(2))).all()


def test_priorities_follow_the_formula() -> None:
    everyone = counts([[8]], [[1]], [[3]])[0]
    expected = ((1 - 4 / 14) * 2.5 * 9 / 14 * (1 + 8 * 2 ** (-12 / 5))) ** 2
    assert statement_priorities(everyone, np.array([1.5]), np.array([False])) == pytest.approx(expected)
    assert statement_priorities(everyone, np.array([1.5]), np.array([True])) == 49


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match="n_statements"):
        select_consensus(GROUPS, is_eligible=ELIGIBLE)
    with pytest.raises(ValueError, match="n_groups"):
        select_divisive(GROUPS.sum(), is_eligible=ELIGIBLE)
    with pytest.raises(ValueError, match="n_groups"):
        select_representative(GROUPS, is_eligible=ELIGIBLE[:2])
