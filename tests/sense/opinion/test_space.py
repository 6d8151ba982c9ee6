"""The opinion space, against Polis and against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from placet.sense.opinion import CovoteMoments, fit_space, place_participant, select_participants
from placet.sense.votes import VoteTable
from tests.sense.conftest import Golden

EXACT = 1e-12


def test_space_equals_that_of_polis(complete_golden: Golden) -> None:
    votes, pca = complete_golden.votes, complete_golden.math["pca"]
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=complete_golden.is_eligible())
    assert list(space.statement_ids) == complete_golden.math["tids"]
    assert np.abs(space.means + pca["center"]).max() < EXACT  # agree is -1 there
    for ours, drawn, theirs, theirs_drawn in zip(
        space.components, space.statement_projection(), pca["comps"], pca["comment-projection"], strict=True
    ):
        sign = np.sign(ours @ theirs)
        assert np.abs(sign * ours - theirs).max() < EXACT
        assert np.abs(-sign * drawn - theirs_drawn).max() < 1e-11  # up to 7 in size
    assert np.abs(space.extremity() - pca["comment-extremity"]).max() < 1e-11


def test_votes_per_participant_equal_those_of_polis(complete_golden: Golden) -> None:
    votes = complete_golden.votes
    n_votes = zip(map(str, votes.participant_ids), votes.votes_per_participant().tolist(), strict=True)
    assert dict(n_votes) == complete_golden.math["user-vote-counts"]


def test_who_is_in_is_a_part_of_who_polis_keeps_in(complete_golden: Golden) -> None:
    votes = complete_golden.votes
    is_in = votes.votes_per_participant() >= min(7, votes.n_statements)
    assert {p for p, inside in zip(votes.participant_ids, is_in, strict=True) if inside} <= set(
        complete_golden.math["in-conv"]
    )


def planted() -> VoteTable:
    generator = np.random.default_rng(3)
    seen = np.argwhere(generator.random((40, 12)) < 0.6)
    return VoteTable.from_events(seen[:, 0], seen[:, 1], generator.integers(-1, 2, len(seen)))


def test_projection_equals_a_plain_loop() -> None:
    votes = planted()
    eligible = np.arange(12) != 4
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=eligible)
    expected = np.zeros((votes.n_participants, 2))
    n_votes = [0] * votes.n_participants
    for i, j, value in zip(votes.participant_index, votes.statement_index, votes.values, strict=True):
        n_votes[i] += 1  # the statement that is left out counts here
        for axis in (0, 1):
            expected[i, axis] += (value - space.means[j]) * space.components[axis, j]
    for i, n in enumerate(n_votes):
        expected[i] *= math.sqrt(12 / max(n, 1))
    assert np.abs(space.project(votes) - expected).max() < EXACT
    assert not space.components[:, 4].any()
    assert space.means[4] == 0


def test_components_are_orthonormal_and_signed() -> None:
    space = fit_space(CovoteMoments.from_votes(planted()), is_eligible=np.ones(12, dtype=bool))
    assert np.allclose(space.components @ space.components.T, np.eye(2), atol=EXACT)
    largest = np.abs(space.components).argmax(axis=1)
    assert (space.components[[0, 1], largest] > 0).all()
    assert 0 < space.explained_variance_ratio[1] <= space.explained_variance_ratio[0] < 1


@pytest.mark.parametrize(
    ("events", "ratio"),
    [
        ([(1, 1, 1)], [math.nan, math.nan]),
        ([(1, 1, 0), (2, 1, 0), (1, 2, 0)], [math.nan, math.nan]),
        ([(1, 1, 1), (2, 1, -1)], [1.0, 0.0]),
        ([(p, s, 1 if p < 3 else -1) for p in range(6) for s in range(3)], [1.0, 0.0]),
    ],
    ids=["one vote", "only passes", "one statement", "one direction"],
)
def test_degenerate_votes_have_a_declared_space(
    events: list[tuple[int, int, int]], ratio: list[float]
) -> None:
    votes = VoteTable.from_events(*zip(*events, strict=True))
    eligible = np.ones(votes.n_statements, dtype=bool)
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=eligible)
    assert np.allclose(space.explained_variance_ratio, ratio, equal_nan=True)
    assert np.isfinite(space.project(votes)).all()
    assert not space.components[~(np.nan_to_num(space.explained_variance_ratio) > 0)].any()


def test_too_few_are_filled_up_with_the_most_active() -> None:
    is_in = select_participants(np.array([1, 9, 3, 3, 8]), n_statements=20, min_participants=3)
    assert is_in.tolist() == [False, True, True, False, True]
    assert select_participants(np.array([1, 2, 1]), n_statements=1, min_participants=0).all()


def test_a_placed_person_lies_where_the_analysis_puts_them() -> None:
    votes = planted()
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=np.ones(12, dtype=bool))
    document = {
        "opinion_space": {
            "statement_ids": list(space.statement_ids),
            "means": space.means.tolist(),
            "components": space.components.tolist(),
        },
        "groups": [{"id": 0, "centre": [-9.0, 0.0]}, {"id": 1, "centre": [0.0, 0.0]}],
    }
    cast = votes.participant_index == 5
    own = dict(zip(votes.statement_index[cast].tolist(), votes.values[cast].tolist(), strict=True))
    placement = place_participant(document, {**own, 99: 1})
    assert placement is not None
    assert np.allclose((placement.x, placement.y), space.project(votes)[5], atol=EXACT)
    assert (placement.group, placement.n_votes) == (1, len(own))
    assert place_participant(document, {99: 1}) is None
    with pytest.raises(ValueError, match="votes are"):
        place_participant(document, {1: 2})
