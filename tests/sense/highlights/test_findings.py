"""Findings with control of false discoveries: by hand, under no effect, and with planted ones."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from placet.sense.estimates import newcombe_interval, wilson_interval
from placet.sense.highlights import find_consensus, find_divisive, find_representative
from placet.sense.votes import VoteCounts

RATE = 0.05
N_ANALYSES = 300
SHARES = (0.2, 0.5, 0.6, 0.9)


def counts(agree: Any, disagree: Any, passed: Any = 0) -> VoteCounts:
    agree, disagree = np.array(agree, dtype=np.int64), np.array(disagree, dtype=np.int64)
    return VoteCounts(agree, disagree, np.broadcast_to(np.int64(passed), agree.shape).copy())


def draw(p_agree: np.ndarray, generator: np.random.Generator) -> VoteCounts:
    """Draw votes by group and statement, few of them in some cells, without passes."""
    n_seen = generator.integers(3, 100, p_agree.shape)
    agree = generator.binomial(n_seen, p_agree)
    return counts(agree, n_seen - agree)


def everything(n_statements: int) -> np.ndarray:
    return np.ones(n_statements, dtype=bool)


#                 split shared few  half ineligible
GROUPS = counts([[40, 38, 3, 20, 40], [2, 36, 0, 22, 0]], [[2, 1, 0, 20, 0], [40, 2, 3, 19, 40]])
ELIGIBLE = np.array([True, True, True, True, False])


def test_each_group_is_represented_by_its_side_of_the_split() -> None:
    findings = find_representative(GROUPS, is_eligible=ELIGIBLE)
    assert [(f.group, f.position, f.direction) for f in findings.found] == [
        (0, 0, "agree"),
        (1, 0, "disagree"),
    ]
    first = findings.found[0]
    assert (first.n_success, first.n_seen, first.n_success_rest, first.n_seen_rest) == (40, 42, 2, 42)
    assert first.difference == pytest.approx(38 / 42)
    interval = newcombe_interval(40, 42, 2, 42)
    assert first.difference_ci == pytest.approx((float(interval.low), float(interval.high)))
    assert first.p_value <= first.q_value < 1e-8
    assert findings.n_tested == 2 * 2 * 3  # the statement with three votes can show nothing


def test_consensus_holds_for_all_and_in_every_group() -> None:
    findings = find_consensus(GROUPS.sum(), GROUPS, is_eligible=ELIGIBLE)
    assert [(f.position, f.direction, f.is_in_every_group) for f in findings.found] == [(1, "agree", True)]
    shared = findings.found[0]
    assert (shared.least_group, shared.least_n_success, shared.least_n_seen) == (1, 36, 38)
    assert shared.least_low is not None
    assert 0.5 < shared.least_low < 36 / 38
    interval = wilson_interval(74, 77)
    assert shared.share_ci == pytest.approx((float(interval.low), float(interval.high)))


def test_a_majority_that_leaves_a_group_out_is_marked() -> None:
    groups = counts([[400, 300], [5, 40]], [[20, 10], [35, 2]])
    findings = find_consensus(groups.sum(), groups, is_eligible=everything(2))
    assert [(f.position, f.is_in_every_group) for f in findings.found] == [(1, True), (0, False)]
    assert findings.found[1].least_group == 1
    assert findings.found[1].least_share == pytest.approx(5 / 40)


def test_a_group_that_saw_nothing_confirms_nothing() -> None:
    groups = counts([[400], [0]], [[20], [0]])
    (finding,) = find_consensus(groups.sum(), groups, is_eligible=everything(1)).found
    assert not finding.is_in_every_group
    assert (finding.least_group, finding.least_share, finding.least_low) == (1, None, 0.0)
    assert finding.q_value_every_group is None


def test_consensus_without_groups_speaks_of_all_alone() -> None:
    groups = VoteCounts(*(np.zeros((0, 5), dtype=np.int64) for _ in range(3)))
    (finding,) = find_consensus(GROUPS.sum(), groups, is_eligible=ELIGIBLE).found
    assert (finding.is_in_every_group, finding.least_group, finding.least_low) == (False, None, None)


def test_the_divisive_statement_has_opposed_majorities() -> None:
    (split,) = find_divisive(GROUPS, is_eligible=ELIGIBLE).found
    assert (split.position, split.group_for, split.group_against) == (0, 0, 1)
    assert split.gap == pytest.approx(38 / 42)
    assert split.gap_ci[0] < split.gap < split.gap_ci[1]
    undecided = VoteCounts(*(np.array([[cell], [other]]) for cell, other in ((40, 2), (2, 2), (0, 40))))
    assert find_divisive(undecided, is_eligible=everything(1)).found == ()


def test_fewer_than_two_groups_have_no_differences() -> None:
    one = counts([[50]], [[3]])
    assert find_divisive(one, is_eligible=everything(1)).n_tested == 0
    assert find_representative(one, is_eligible=everything(1)).n_tested == 0
    none = VoteCounts(*(np.zeros((0, 2), dtype=np.int64) for _ in range(3)))
    assert find_divisive(none, is_eligible=everything(2)).found == ()
    assert find_representative(none, is_eligible=everything(2)).found == ()


def test_few_votes_do_not_head_the_list() -> None:
    groups = counts([[12, 800], [0, 100]], [[0, 200], [12, 900]])
    findings = find_representative(groups, is_eligible=everything(2))
    assert [f.position for f in findings.found if f.group == 0] == [1, 0]


def test_without_an_effect_hardly_any_analysis_finds_one() -> None:
    """Groups that do not differ: the share of analyses with any discovery stays below the rate."""
    generator = np.random.default_rng(3)
    n_wrong = 0
    for _ in range(N_ANALYSES):
        p_agree = np.tile(generator.choice(SHARES, 60), (3, 1))
        n_wrong += bool(find_representative(draw(p_agree, generator), is_eligible=everything(60)).found)
    assert n_wrong / N_ANALYSES <= RATE + 2 * np.sqrt(RATE * (1 - RATE) / N_ANALYSES)


def test_groups_cut_out_of_noise_differ_unless_other_votes_are_counted() -> None:
    """The limit that is declared: the control holds for votes in which the groups were not found."""
    generator = np.random.default_rng(8)
    n_same, n_other = 0, 0
    for _ in range(40):
        votes = generator.random((300, 40)) < generator.choice([0.3, 0.5, 0.7], 40)
        seen = votes[:, :20] - votes[:, :20].mean(axis=0)
        is_above = np.linalg.svd(seen, full_matrices=False)[0][:, 0] > 0
        agree = np.array([votes[is_above].sum(axis=0), votes[~is_above].sum(axis=0)])
        n_members = np.array([[is_above.sum()], [(~is_above).sum()]])
        groups = counts(agree, n_members - agree)
        is_same = np.arange(40) < 20
        n_same += bool(find_representative(groups, is_eligible=is_same).found)
        n_other += bool(find_representative(groups, is_eligible=~is_same).found)
    assert n_same > 30
    assert n_other / 40 <= RATE + 2 * np.sqrt(RATE * (1 - RATE) / 40)


def test_without_a_majority_hardly_any_analysis_finds_one() -> None:
    generator = np.random.default_rng(4)
    wrong = np.zeros(3)
    for _ in range(N_ANALYSES):
        groups = draw(np.full((3, 60), 0.5), generator)
        consensus = find_consensus(groups.sum(), groups, is_eligible=everything(60)).found
        divisive = find_divisive(groups, is_eligible=everything(60)).found
        wrong += [bool(consensus), any(f.is_in_every_group for f in consensus), bool(divisive)]
    assert (wrong / N_ANALYSES <= RATE + 2 * np.sqrt(RATE * (1 - RATE) / N_ANALYSES)).all()


def test_the_share_of_false_discoveries_stays_below_the_rate() -> None:
    """A tenth of the statements set the first group apart, so that there is much to be found."""
    generator = np.random.default_rng(5)
    false_shares, n_true = [], 0
    for _ in range(N_ANALYSES):
        p_agree = np.tile(generator.choice((0.5, 0.6), 60), (3, 1))
        p_agree[0, :6], p_agree[1:, :6] = 0.9, 0.4
        is_true = np.zeros((3, 60), dtype=bool)
        is_true[0, :6] = True
        is_true[1:, :6] = True  # the others reject them more, with a majority
        found = find_representative(draw(p_agree, generator), is_eligible=everything(60)).found
        wrong = [not is_true[f.group, f.position] for f in found]
        false_shares.append(np.mean(wrong) if wrong else 0.0)
        n_true += len(wrong) - sum(wrong)
    assert np.mean(false_shares) <= RATE
    assert n_true > 5 * N_ANALYSES  # of six that are planted in the first group, nearly all


def test_intervals_cover_the_planted_differences() -> None:
    generator = np.random.default_rng(6)
    p_agree = np.array([[0.9] * 40, [0.3] * 40])
    covered = []
    for _ in range(50):
        n_seen = generator.integers(40, 100, p_agree.shape)
        agree = generator.binomial(n_seen, p_agree)
        found = find_representative(counts(agree, n_seen - agree), is_eligible=everything(40)).found
        agreed = [f for f in found if f.direction == "agree"]
        assert len(agreed) == 40  # all are found, so nothing is selected
        covered += [f.difference_ci[0] <= 0.6 <= f.difference_ci[1] for f in agreed]
    assert abs(np.mean(covered) - 0.95) < 0.015


def test_the_order_of_groups_and_statements_does_not_matter() -> None:
    generator = np.random.default_rng(7)
    groups = draw(generator.beta(0.5, 0.5, (3, 40)), generator)
    rows, columns = generator.permutation(3), generator.permutation(40)
    moved = VoteCounts(
        *(kind[rows][:, columns] for kind in (groups.n_agree, groups.n_disagree, groups.n_pass))
    )
    ours, theirs = (find_representative(c, is_eligible=everything(40)) for c in (groups, moved))
    assert ours.found
    assert {(f.group, f.position, f.direction, f.q_value) for f in ours.found} == {
        (int(rows[f.group]), int(columns[f.position]), f.direction, f.q_value) for f in theirs.found
    }
    split, moved_split = (find_divisive(c, is_eligible=everything(40)).found for c in (groups, moved))
    assert {(f.position, f.gap, f.q_value) for f in split} == {
        (int(columns[f.position]), f.gap, f.q_value) for f in moved_split
    }
    shared, moved_shared = (
        find_consensus(c.sum(), c, is_eligible=everything(40)).found for c in (groups, moved)
    )
    assert {(f.position, f.least_low, f.is_in_every_group) for f in shared} == {
        (int(columns[f.position]), f.least_low, f.is_in_every_group) for f in moved_shared
    }


def test_counting_everyone_twice_leaves_the_shares_alone() -> None:
    twice = VoteCounts(2 * GROUPS.n_agree, 2 * GROUPS.n_disagree, 2 * GROUPS.n_pass)
    once, doubled = (find_representative(c, is_eligible=ELIGIBLE).found for c in (GROUPS, twice))
    by_cell = {(f.group, f.position, f.direction): f for f in doubled}
    for finding in once:
        other = by_cell[finding.group, finding.position, finding.direction]
        assert (other.share, other.difference) == (finding.share, finding.difference)
        assert other.difference_ci[0] > finding.difference_ci[0]


def test_findings_as_table_and_as_json() -> None:
    findings = find_representative(GROUPS, is_eligible=ELIGIBLE)
    table = findings.to_polars()
    assert table.height == len(findings.found)
    assert table["difference_low"].to_list() == [f.difference_ci[0] for f in findings.found]
    document = json.loads(findings.to_json())
    assert document["n_tested"] == findings.n_tested
    assert document["found"][0]["direction"] == "agree"
    empty = find_consensus(GROUPS.sum(), GROUPS, is_eligible=~everything(5))
    full = find_consensus(GROUPS.sum(), GROUPS, is_eligible=ELIGIBLE)
    assert empty.to_polars().height == 0
    assert empty.to_polars().schema == full.to_polars().schema
    assert json.loads(empty.to_json())["found"] == []


def test_shapes_and_rates_must_fit() -> None:
    with pytest.raises(ValueError, match="n_groups"):
        find_representative(GROUPS.sum(), is_eligible=ELIGIBLE)
    with pytest.raises(ValueError, match="n_groups"):
        find_divisive(GROUPS, is_eligible=ELIGIBLE[:2])
    with pytest.raises(ValueError, match="n_statements"):
        find_consensus(GROUPS, GROUPS, is_eligible=ELIGIBLE)
    with pytest.raises(ValueError, match="group_counts"):
        find_consensus(GROUPS.sum(), GROUPS.sum(), is_eligible=ELIGIBLE)
    with pytest.raises(ValueError, match="false_discovery_rate"):
        find_divisive(GROUPS, is_eligible=ELIGIBLE, false_discovery_rate=1.0)
    with pytest.raises(ValueError, match="level"):
        find_consensus(GROUPS.sum(), GROUPS, is_eligible=ELIGIBLE, level=0.0)
