"""The bridging model: planted truth, coverage, invariances, and what cannot be fitted."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

from placet.sense.highlights import Bridging, fit_bridging, select_bridging
from placet.sense.highlights.bridging_fit import LEVEL_VOTES, _Model, _settle, _Votes
from placet.sense.votes import VoteTable, compiled, count_votes
from placet.sense.votes.arrays import FloatArray

N_STATEMENTS = 40


@dataclass(frozen=True, eq=False)
class Planted:
    """Votes of two sides at +1 and -1, and the truth behind them."""

    votes: VoteTable
    intercepts: FloatArray
    factors: FloatArray
    positions: FloatArray


def plant(
    n_participants: int, generator: np.random.Generator, *, share_above: float = 0.5, mean_votes: float = 20.0
) -> Planted:
    """Draw votes; statement 0 is supported by both sides, statement 1 by the side above alone."""
    is_above = generator.random(n_participants) < share_above
    positions = np.where(is_above, 1.0, -1.0) + generator.normal(0, 0.2, n_participants)
    intercepts = generator.uniform(-0.3, 0.3, N_STATEMENTS)
    factors = generator.uniform(-0.55, 0.55, N_STATEMENTS)
    intercepts[:2], factors[:2] = (0.7, 0.0), (0.0, 0.7)
    n_votes = np.clip(generator.poisson(mean_votes, n_participants), 1, N_STATEMENTS)
    participant = np.repeat(np.arange(n_participants), n_votes)
    statement = np.concatenate([generator.permutation(N_STATEMENTS)[:n] for n in n_votes])
    expected = intercepts[statement] + positions[participant] * factors[statement]
    values = np.where(generator.random(participant.size) < (1 + np.clip(expected, -1, 1)) / 2, 1, -1)
    return Planted(VoteTable.from_events(participant, statement, values), intercepts, factors, positions)


def fit(votes: VoteTable, **options: float) -> Bridging:
    return fit_bridging(votes, is_eligible=np.ones(votes.n_statements, dtype=bool), **options)


def list_votes(*votes: tuple[int, int, int]) -> VoteTable:
    participants, statements, values = zip(*votes, strict=True)
    return VoteTable.from_events(participants, statements, values)


@pytest.mark.parametrize("share_above", [0.5, 0.8])
def test_planted_intercepts_factors_and_positions_are_recovered(share_above: float) -> None:
    planted = plant(3000, np.random.default_rng(1), share_above=share_above)
    bridging = fit(planted.votes)
    assert bridging.is_converged
    assert np.abs(bridging.intercepts - planted.intercepts).max() < 0.15
    sign = np.sign(bridging.factors @ planted.factors)  # which side is above is a convention
    assert np.corrcoef(sign * bridging.factors, planted.factors)[0, 1] > 0.98
    assert np.mean((sign * bridging.positions > 0) == (planted.positions > 0)) > 0.9
    assert bridging.side_seen.sum() == planted.votes.n_votes


@pytest.mark.parametrize("share_above", [0.5, 0.8])
def test_intervals_cover_the_planted_intercepts(share_above: float) -> None:
    covered = []
    for seed in range(30):
        planted = plant(1000, np.random.default_rng(seed), share_above=share_above)
        bridging = fit(planted.votes)
        covered.append(
            (bridging.intercept_low <= planted.intercepts) & (planted.intercepts <= bridging.intercept_high)
        )
    assert 0.92 < np.mean(covered) < 0.98


def test_what_one_large_side_is_fond_of_does_not_bridge() -> None:
    planted = plant(3000, np.random.default_rng(2), share_above=0.85)
    is_first = planted.votes.statement_index == 1
    assert planted.votes.values[is_first].mean() > 0.4  # a clear majority over all
    found = [finding.position for finding in select_bridging(fit(planted.votes)).found]
    assert found[0] == 0
    assert 1 not in found


def test_findings_are_true_and_the_surest_come_first() -> None:
    generator = np.random.default_rng(3)
    false_shares = []
    for _ in range(30):
        planted = plant(800, generator)
        found = select_bridging(fit(planted.votes)).found
        bounds = [finding.intercept_ci[0] for finding in found]
        assert bounds == sorted(bounds, reverse=True)
        is_wrong = [planted.intercepts[f.position] <= abs(planted.factors[f.position]) for f in found]
        false_shares.append(np.mean(is_wrong))
    assert np.mean(false_shares) <= 0.05


def test_without_sides_and_support_nothing_is_found() -> None:
    generator = np.random.default_rng(4)
    n_wrong = 0
    for _ in range(40):
        participant, statement = np.repeat(np.arange(200), 15), np.tile(np.arange(15), 200)
        votes = VoteTable.from_events(participant, statement, generator.choice([-1, 1], participant.size))
        n_wrong += bool(select_bridging(fit(votes)).found)
    assert n_wrong / 40 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)


def test_the_fit_is_where_the_likelihood_is_flat() -> None:
    """Against the density of a participant's votes, written out as one normal distribution."""
    votes = plant(300, np.random.default_rng(5)).votes
    counts = count_votes(votes)
    is_used = np.ones(N_STATEMENTS, dtype=bool)
    fitted = _Votes(
        votes,
        is_used,
        counts.n_seen.astype(float),
        float((counts.n_agree + counts.n_disagree).sum()),
        [(0, votes.n_participants)],
    )
    start = _Model(np.column_stack((np.zeros(N_STATEMENTS), np.linspace(-0.5, 0.5, N_STATEMENTS))), 0.8)
    model, _, is_converged = _settle(fitted, start, 1e-9, 1e-9, 500)
    assert is_converged

    def log_density(statements: FloatArray) -> float:
        total = 0.0
        for i in range(votes.n_participants):
            row = slice(votes.row_starts[i], votes.row_starts[i + 1])
            baseline, factors = statements[votes.statement_index[row]].T
            covariance = np.outer(factors, factors) + model.variance * (
                np.eye(factors.size) + 1 / LEVEL_VOTES
            )
            residual = votes.values[row] - baseline
            total -= residual @ np.linalg.solve(covariance, residual) / 2
            total -= np.linalg.slogdet(covariance)[1] / 2
        return total

    step = np.zeros((N_STATEMENTS, 2))
    for position in (0, 1, 17):
        for parameter in (0, 1):
            step[:] = 0.0
            step[position, parameter] = 1e-4
            slope = (log_density(model.statements + step) - log_density(model.statements - step)) / 2e-4
            curvature = counts.n_seen[position] / model.variance
            assert abs(slope) / curvature < 1e-5


def test_the_order_of_participants_and_statements_does_not_matter() -> None:
    votes = plant(400, np.random.default_rng(7)).votes
    generator = np.random.default_rng(8)
    rows, columns = generator.permutation(votes.n_participants), generator.permutation(N_STATEMENTS)
    moved = VoteTable.from_events(rows[votes.participant_index], columns[votes.statement_index], votes.values)
    ours, theirs = fit(votes), fit(moved)
    np.testing.assert_allclose(ours.intercepts, theirs.intercepts[columns], atol=1e-9)
    np.testing.assert_allclose(ours.factors, theirs.factors[columns], atol=1e-9)
    np.testing.assert_allclose(ours.standard_errors, theirs.standard_errors[columns], atol=1e-9)
    np.testing.assert_allclose(ours.positions, theirs.positions[rows], atol=1e-9)


def test_the_number_of_threads_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = plant(12_000, np.random.default_rng(9)).votes
    results = []
    for n_threads in (1, 3):
        monkeypatch.setattr(compiled, "n_threads", lambda n=n_threads: n)
        results.append(fit(votes))
    np.testing.assert_array_equal(results[0].intercepts, results[1].intercepts)
    np.testing.assert_array_equal(results[0].standard_errors, results[1].standard_errors)


def test_turning_every_vote_around_turns_the_intercepts() -> None:
    votes = plant(500, np.random.default_rng(10)).votes
    turned = VoteTable(
        votes.participant_ids, votes.statement_ids, votes.row_starts, votes.statement_index, -votes.values
    )
    ours, theirs = fit(votes, tolerance=1e-10), fit(turned, tolerance=1e-10)
    np.testing.assert_allclose(ours.intercepts, -theirs.intercepts, atol=1e-6)


def test_the_largest_factor_is_positive() -> None:
    for seed in range(5):
        factors = fit(plant(300, np.random.default_rng(seed)).votes).factors
        assert factors[np.argmax(np.abs(factors))] > 0


def test_ineligible_statements_play_no_part() -> None:
    votes = plant(400, np.random.default_rng(11)).votes
    is_eligible = np.arange(N_STATEMENTS) % 4 != 0
    kept = is_eligible[votes.statement_index]
    alone = VoteTable.from_events(
        votes.participant_index[kept], votes.statement_index[kept], votes.values[kept]
    )
    ours, theirs = fit_bridging(votes, is_eligible=is_eligible), fit(alone)
    np.testing.assert_allclose(ours.intercepts[is_eligible], theirs.intercepts, atol=1e-9)
    assert np.isnan(ours.intercepts[~is_eligible]).all()
    assert (ours.n_seen[~is_eligible] == 0).all()


@pytest.mark.parametrize(
    "votes",
    [
        VoteTable.from_events([], [], []),
        list_votes((1, 1, 1), (1, 2, -1), (1, 3, 0)),  # one participant
        list_votes((1, 1, 1), (2, 1, -1), (3, 1, 1)),  # one statement
        list_votes((1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 2, 0)),  # all pass
        list_votes((1, 1, 1), (1, 2, -1), (2, 1, 1), (2, 2, -1)),  # nobody differs
        list_votes((1, 1, 1), (1, 2, -1), (2, 3, 1), (2, 4, -1)),  # nothing in common
    ],
)
def test_where_no_sides_can_be_told_apart_nothing_is_fitted(votes: VoteTable) -> None:
    bridging = fit(votes)
    assert (bridging.n_iterations, bridging.is_converged) == (0, False)
    assert np.isnan(bridging.intercepts).all()
    assert select_bridging(bridging).n_tested == 0
    assert bridging.to_polars().height == votes.n_statements
    assert json.loads(bridging.to_json())["noise_variance"] is None


def test_a_fit_that_did_not_converge_says_so_and_finds_nothing() -> None:
    bridging = fit(plant(400, np.random.default_rng(12)).votes, max_iterations=3)
    assert (bridging.n_iterations, bridging.is_converged) == (3, False)
    assert select_bridging(bridging).found == ()


def test_the_smallest_conversation_that_can_be_fitted() -> None:
    bridging = fit(list_votes((1, 1, 1), (2, 1, -1), (1, 2, -1), (2, 2, 1)))
    assert np.isfinite(bridging.intercepts).all()
    assert np.isfinite(bridging.standard_errors).all()
    assert select_bridging(bridging).found == ()


def test_bridging_as_table_and_as_json() -> None:
    planted = plant(400, np.random.default_rng(13))
    bridging = fit(planted.votes)
    table = bridging.to_polars()
    assert table["intercept"].to_list() == bridging.intercepts.tolist()
    document = json.loads(bridging.to_json())
    assert document["is_converged"] is True
    assert document["statements"][0]["n_seen"] == bridging.n_seen[0]
    assert select_bridging(bridging).to_polars()["position"][0] == 0


def test_arguments_must_fit() -> None:
    votes = plant(50, np.random.default_rng(14)).votes
    with pytest.raises(ValueError, match="is_eligible"):
        fit_bridging(votes, is_eligible=np.ones(3, dtype=bool))
    for option in ({"regularisation": 0.0}, {"tolerance": 0.0}, {"max_iterations": 0}, {"level": 1.0}):
        with pytest.raises(ValueError, match="positive"):
            fit(votes, **option)
    with pytest.raises(ValueError, match="false_discovery_rate"):
        select_bridging(fit(votes), false_discovery_rate=0.0)


def test_votes_that_tell_no_side_have_a_declared_result() -> None:
    votes = VoteTable.from_events([1, 1, 2, 2, 3, 3], [1, 2, 1, 2, 1, 3], [1, -1, 1, 1, -1, 0])
    bridging = fit_bridging(votes, is_eligible=np.ones(3, dtype=bool))
    assert np.isfinite(bridging.intercepts).all()
    assert np.abs(bridging.factors).max() < 1e-3
    assert select_bridging(bridging).found == ()
