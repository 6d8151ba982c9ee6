"""Opinion groups: their invariants, and planted groups found again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.sense.opinion import CovoteMoments, OpinionGroups, find_groups, fit_space, select_participants
from placet.sense.opinion.clusters import cluster_points, weighted_silhouette
from placet.sense.votes import VoteTable, plant_conversation

coordinates = st.floats(-5, 5).map(lambda value: round(value, 2))
clouds = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=60)


def find(positions: np.ndarray, is_in: np.ndarray | None = None, seed: int = 0) -> OpinionGroups:
    inside = np.ones(len(positions), dtype=bool) if is_in is None else is_in
    return find_groups(positions, inside, generator=np.random.default_rng(seed), n_base_clusters=20)


def adjusted_rand_index(first: np.ndarray, second: np.ndarray) -> float:
    """Hubert, L. and Arabie, P. (1985), Journal of Classification 2, 193-218."""

    def pairs(counts: np.ndarray) -> int:
        return sum(math.comb(int(count), 2) for count in counts.ravel())

    table = np.zeros((first.max() + 1, second.max() + 1), dtype=int)
    np.add.at(table, (first, second), 1)
    both, rows, columns = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    chance = rows * columns / math.comb(len(first), 2)
    return (both - chance) / ((rows + columns) / 2 - chance)


@settings(deadline=None)
@given(clouds)
def test_centres_are_means_and_everyone_is_nearest_their_own(cloud: list[tuple[float, float]]) -> None:
    positions = np.array(cloud)
    groups = find(positions)
    bases = np.array(
        [positions[groups.base_labels == b].mean(axis=0) for b in range(len(groups.base_centres))]
    )
    assert np.allclose(bases, groups.base_centres, atol=1e-12)
    labels = groups.labels
    centres = np.array([positions[labels == g].mean(axis=0) for g in range(groups.n_groups)])
    assert np.allclose(centres, groups.centres, atol=1e-9)
    for points, own, all_centres in (
        (positions, groups.base_labels, groups.base_centres),
        (groups.base_centres, groups.base_groups, groups.centres),
    ):
        distance = np.linalg.norm(points[:, None] - all_centres[None], axis=2)
        assert (distance[np.arange(len(points)), own] <= distance.min(axis=1) + 1e-9).all()
    assert (np.diff(groups.sizes()) <= 0).all()
    assert groups.sizes().sum() == len(positions)
    assert groups.sizes().min() > 0


@settings(deadline=None)
@given(clouds, st.integers(0, 3))
def test_groups_depend_on_data_and_seed_alone(cloud: list[tuple[float, float]], seed: int) -> None:
    positions = np.array(cloud)
    first, second = find(positions, seed=seed), find(positions.copy(), seed=seed)
    assert np.array_equal(first.labels, second.labels)
    assert np.array_equal(first.centres, second.centres)
    assert first.silhouettes == second.silhouettes


def test_declared_results_of_degenerate_input() -> None:
    nobody = find(np.zeros((3, 2)), np.zeros(3, dtype=bool))
    assert (nobody.n_groups, nobody.labels.tolist()) == (0, [-1, -1, -1])
    alike = find(np.ones((5, 2)))
    assert (alike.n_groups, alike.sizes().tolist(), alike.silhouettes) == (1, [5], {})
    one = find(np.array([[1.0, 2.0]]))
    assert (one.n_groups, one.centres.tolist()) == (1, [[1.0, 2.0]])
    two = find(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert two.sizes().tolist() == [1, 1]


def test_positions_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite"):
        find(np.array([[np.nan, 0.0]]))


@settings(deadline=None)
@given(clouds.filter(lambda cloud: len(set(cloud)) > 3), st.integers(1, 4))
def test_silhouette_of_weighted_points_is_that_of_individuals(
    cloud: list[tuple[float, float]], weight: int
) -> None:
    points = np.array(sorted(set(cloud)))
    weights = np.arange(len(points)) % weight + 1
    found = cluster_points(points, weights.astype(float), 3, generator=np.random.default_rng(0), n_restarts=1)
    people, labels = np.repeat(points, weights, axis=0), np.repeat(found.labels, weights)
    scores = []
    for i, person in enumerate(people):
        distance = np.linalg.norm(people - person, axis=1)
        own = (labels == labels[i]) & (np.arange(len(people)) != i)
        if not own.any():
            scores.append(0.0)
            continue
        within = distance[own].mean()
        nearest = min(distance[labels == c].mean() for c in set(labels) - {labels[i]})
        scores.append((nearest - within) / max(within, nearest))
    assert weighted_silhouette(points, weights.astype(float), found.labels) == pytest.approx(np.mean(scores))


def test_planted_groups_are_found_again() -> None:
    planted = plant_conversation(1000, 200, generator=np.random.default_rng(1))
    votes = planted.conversation.votes
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=np.ones(votes.n_statements, dtype=bool))
    is_in = select_participants(votes.votes_per_participant(), n_statements=votes.n_statements)
    groups = find_groups(space.project(votes), is_in, generator=np.random.default_rng(0))
    assert groups.n_groups == 3
    assert adjusted_rand_index(groups.labels[is_in], planted.groups[is_in]) >= 0.97


def test_restarts_find_what_one_start_misses() -> None:
    generator = np.random.default_rng(2)
    corners = np.array([[0, 0], [0, 9], [9, 0], [9, 9], [4.5, 4.5]])
    points = np.concatenate([corner + generator.normal(0, 0.2, (30, 2)) for corner in corners])
    weights = np.ones(len(points))
    many = [
        cluster_points(points, weights, 5, generator=np.random.default_rng(seed), n_restarts=10).inertia
        for seed in range(10)
    ]
    assert max(many) < min(many) * (1 + 1e-9)


def test_a_table_in_any_order_gives_the_same_groups() -> None:
    votes = plant_conversation(120, 30, generator=np.random.default_rng(4)).conversation.votes
    order = np.random.default_rng(5).permutation(votes.n_votes)
    shuffled = VoteTable.from_events(
        votes.participant_index[order], votes.statement_index[order], votes.values[order]
    )
    labels = []
    for table in (votes, shuffled):
        space = fit_space(CovoteMoments.from_votes(table), is_eligible=np.ones(30, dtype=bool))
        labels.append(find(space.project(table)).labels)
    assert np.array_equal(*labels)
