"""Raking to known totals, effective sample sizes, and weighted support."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.sense.estimates import (
    cross_labels,
    effective_sample_size,
    equal_totals,
    rake_weights,
    weighted_support,
    wilson_interval,
)
from placet.sense.estimates.weights import MOST_CLASSES
from placet.sense.votes import VoteTable

# Agresti, A. (2002), Categorical Data Analysis, 2nd ed., Wiley, table 8.15 (data: Smith 1976): attitude to
# abortion by schooling, and the same table raked to totals of 100.
SCHOOLING = np.array([[209, 101, 237], [151, 126, 426], [16, 21, 138]])
STANDARDIZED = np.array([[49.4, 32.0, 18.6], [32.8, 36.6, 30.6], [17.8, 31.3, 50.9]])


def people(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the row and the column of each person in a table."""
    rows, columns = np.indices(table.shape)
    return np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())


def test_raking_equals_the_published_table() -> None:
    row, column = people(SCHOOLING)
    weights = rake_weights({"row": row, "column": column}, {"row": [100] * 3, "column": [100] * 3})
    found = np.bincount(row * 3 + column, weights.values).reshape(3, 3) / len(row) * 300
    np.testing.assert_allclose(found, STANDARDIZED, atol=0.051)
    assert weights.values.mean() == pytest.approx(1)
    assert weights.gap < 1e-9


def test_raking_equals_a_solver_of_the_dual_problem() -> None:
    """Minimum relative entropy under the totals, by Newton's method: another way to the same weights."""
    generator = np.random.default_rng(3)
    row, column = generator.integers(0, 4, 500), generator.integers(0, 3, 500)
    targets = {"row": np.array([0.4, 0.3, 0.2, 0.1]), "column": np.array([0.5, 0.25, 0.25])}
    design = np.hstack([np.eye(4)[row], np.eye(3)[column]])
    wanted = 500 * np.concatenate([targets["row"], targets["column"]])
    multiplier = np.zeros(7)
    for _ in range(50):
        w = np.exp(design @ multiplier)
        multiplier += np.linalg.lstsq(design.T @ (w[:, None] * design), wanted - design.T @ w, rcond=None)[0]
    found = rake_weights({"row": row, "column": column}, targets)
    np.testing.assert_allclose(found.values, np.exp(design @ multiplier), rtol=1e-7)


@given(
    st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 1)), min_size=1, max_size=60),
    st.lists(st.floats(0.1, 10), min_size=3, max_size=3),
)
def test_each_category_is_as_large_as_it_is_known_to_be(pairs: Any, totals: list[float]) -> None:
    member = np.array([pair[0] for pair in pairs])
    present = np.isin(np.arange(3), member)
    target = np.array(totals) * present
    if not present.any():
        with pytest.raises(ValueError, match="not all 0"):
            rake_weights({"member": member}, {"member": target})
        return
    weights = rake_weights({"member": member}, {"member": target})
    sums = np.bincount(member[member >= 0], weights.values[member >= 0], minlength=3)
    np.testing.assert_allclose(sums / sums.sum(), target / target.sum(), rtol=1e-9)
    assert weights.n_unknown == (member < 0).sum()
    assert (weights.values[member < 0] == 0).all()
    assert 0 < weights.effective_sample_size <= (member >= 0).sum() + 1e-9


def test_cells_and_equal_members() -> None:
    member, constituency = np.array([0, 0, 0, 1, 1, -1]), np.array([0, 0, 1, 0, 1, 1])
    crossed = cross_labels(member, constituency, 2)
    assert crossed.tolist() == [0, 0, 1, 2, 3, -1]
    by_cell = rake_weights({"cell": crossed}, {"cell": [2, 2, 3, 1]})
    np.testing.assert_allclose(by_cell.values, np.array([1, 1, 2, 3, 1, 0]) * 5 / 8)
    assert equal_totals(member, 3).tolist() == [1, 1, 0]
    equal = rake_weights({"member": member}, {"member": equal_totals(member, 3)})
    np.testing.assert_allclose(equal.values, [5 / 6] * 3 + [5 / 4] * 2 + [0])


def test_a_cap_holds_and_says_what_it_costs() -> None:
    member = np.array([0] * 90 + [1] * 10)
    free = rake_weights({"member": member}, {"member": [1, 1]})
    capped = rake_weights({"member": member}, {"member": [1, 1]}, cap=3)
    assert free.values.max() == pytest.approx(5)
    assert (free.n_capped, free.effective_sample_size) == (0, pytest.approx(36))
    assert capped.values.max() == 3
    assert capped.n_capped == 10
    assert capped.gap == pytest.approx(0.4)  # 30 instead of 50 of 100
    assert capped.effective_sample_size > free.effective_sample_size
    roomy = rake_weights({"member": member}, {"member": [1, 1]}, cap=6)
    np.testing.assert_allclose(roomy.values, free.values)
    assert (roomy.n_capped, roomy.gap < 1e-9) == (0, True)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"member": [1, 1, 1], "constituency": [2, 1]}, "category 2 has a target and nobody"),
        ({"member": [3, 0], "constituency": [2, 1]}, "category 1 has people and target 0"),
        ({"member": [1, -1], "constituency": [2, 1]}, "finite"),
        ({"member": [1, np.nan], "constituency": [2, 1]}, "finite"),
        ({"member": [1, np.inf], "constituency": [2, 1]}, "finite"),
        ({"member": [0, 0], "constituency": [2, 1]}, "not all 0"),
        ({"member": [3], "constituency": [2, 1]}, "category 1 has no target"),
        ({"member": [2, 2], "constituency": [2, 1]}, "same total"),
        ({"member": [2, 1]}, "each margin"),
        ({}, "each margin"),
        # Nobody of member 1 is in constituency 1, so member 1 cannot outweigh constituency 0.
        ({"member": [1, 9], "constituency": [5, 5]}, "no weights meet all targets"),
    ],
)
def test_impossible_targets_are_refused(targets: dict[str, Any], message: str) -> None:
    categories = {"member": np.array([0, 0, 1]), "constituency": np.array([0, 1, 0])}
    with pytest.raises(ValueError, match=message):
        rake_weights(categories, targets)


def test_impossible_arguments_are_refused() -> None:
    one = {"member": np.array([0, 1])}
    with pytest.raises(ValueError, match="cap"):
        rake_weights(one, {"member": [1, 1]}, cap=0.5)
    with pytest.raises(ValueError, match="cap"):
        rake_weights(one, {"member": [1, 1]}, cap=np.nan)
    with pytest.raises(ValueError, match="round"):
        rake_weights(one, {"member": [1, 1]}, max_rounds=0)
    with pytest.raises(ValueError, match="one entry"):
        rake_weights({**one, "other": [0]}, {"member": [1, 1], "other": [1]})
    with pytest.raises(ValueError, match="whole numbers"):
        rake_weights({"member": [0.5, 1]}, {"member": [1, 1]})
    with pytest.raises(ValueError, match="nobody"):
        rake_weights({"member": [-1, 0], "other": [0, -1]}, {"member": [1], "other": [1]})
    for call in (lambda: cross_labels([0], [2], 2), lambda: equal_totals([3], 2)):
        with pytest.raises(ValueError, match="-1 to 1"):
            call()


def test_effective_sample_size() -> None:
    assert effective_sample_size([1, 1, 1, 1]) == 4
    assert effective_sample_size([3, 1, 1, 1]) == pytest.approx(3)  # 36 / 12
    assert effective_sample_size([1e200, 1e200]) == 2
    assert effective_sample_size([]) == effective_sample_size([0, 0]) == 0
    for bad in ([-1, 1], [np.nan], [np.inf]):
        with pytest.raises(ValueError, match="finite"):
            effective_sample_size(bad)


@pytest.fixture
def votes() -> VoteTable:
    return VoteTable.from_events([1, 2, 3, 4, 4], [1, 1, 1, 1, 2], [1, 1, -1, 0, 1])


def test_weighted_support_stands_beside_the_raw(votes: VoteTable) -> None:
    found = weighted_support(votes, [3, 1, 1, 1])
    np.testing.assert_allclose(found.share, [4 / 6, 1])
    np.testing.assert_allclose(found.raw, [1 / 2, 1])
    np.testing.assert_allclose(found.difference, [1 / 6, 0])
    np.testing.assert_allclose(found.n_effective, [3, 1])
    wilson = wilson_interval(2, 3)
    np.testing.assert_allclose([found.ci.low[0], found.ci.high[0]], [wilson.low, wilson.high])
    assert (found.n.tolist(), found.n_weighted.tolist()) == ([4, 1], [4, 1])


def test_equal_weights_change_nothing_and_no_weight_is_no_figure(votes: VoteTable) -> None:
    equal = weighted_support(votes, [7.0] * 4)
    np.testing.assert_allclose(equal.share, equal.raw)
    np.testing.assert_allclose(equal.ci.low, equal.raw_ci.low)
    nobody = weighted_support(votes, [1, 1, 1, 0])
    assert np.isnan([nobody.share[1], nobody.ci.low[1], nobody.difference[1]]).all()
    assert (nobody.n_effective[1], nobody.n_weighted.tolist()) == (0, [3, 0])
    assert np.isnan(weighted_support(votes, [0] * 4).share).all()
    assert weighted_support(VoteTable.from_events([], [], []), []).share.size == 0


def test_many_different_weights_and_few_give_the_same() -> None:
    generator = np.random.default_rng(6)
    n = MOST_CLASSES + 50
    participant, statement = np.repeat(np.arange(n), 3), np.tile(np.arange(3), n)
    votes = VoteTable.from_events(participant, statement, generator.integers(-1, 2, 3 * n))
    few = generator.integers(0, 3, n).astype(float)
    many = few * (1 + 1e-9 * np.arange(n))
    one, other = weighted_support(votes, few), weighted_support(votes, many)
    for name in ("share", "n_effective", "raw", "difference", "n_weighted"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-5, atol=1e-6)


def test_weighted_support_refuses_bad_weights(votes: VoteTable) -> None:
    with pytest.raises(ValueError, match="one entry"):
        weighted_support(votes, [1, 1])
    with pytest.raises(ValueError, match="finite"):
        weighted_support(votes, [1, 1, 1, np.nan])
    with pytest.raises(ValueError, match="level"):
        weighted_support(votes, [1] * 4, level=1)


def test_raking_recovers_planted_support_with_honest_intervals() -> None:
    """One member of two takes part nine times as often; weighted, the truth of both is covered."""
    generator = np.random.default_rng(5)
    truth, n_statements = np.array([0.8, 0.3]), 400
    member = (generator.random(300) < 0.1).astype(int)
    agrees = generator.random((300, n_statements)) < truth[member][:, None]
    participant, statement = np.indices(agrees.shape)
    votes = VoteTable.from_events(participant.ravel(), statement.ravel(), np.where(agrees, 1, -1).ravel())
    weights = rake_weights({"member": member}, {"member": [0.5, 0.5]})
    found = weighted_support(votes, weights.values)
    covered = (found.ci.low <= truth.mean()) & (truth.mean() <= found.ci.high)
    assert covered.mean() > 0.93
    assert (found.raw_ci.low > truth.mean()).mean() > 0.9  # as voted, it is missed
    np.testing.assert_allclose(found.n_effective, weights.effective_sample_size)
