"""The order of comments: by recovery, as properties, and on nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from placet.sense.highlights.comment_order import order_comments

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 6))


@st.composite
def counts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(SHAPES)
    n_votes = draw(arrays(np.int64, shape, elements=st.integers(0, 40)))
    share = draw(arrays(np.float64, shape, elements=st.floats(0, 1)))
    return np.floor(n_votes * share).astype(np.int64), n_votes


def test_the_score_is_the_expected_smallest_share() -> None:
    rng = np.random.default_rng(0)
    n_votes = rng.integers(0, 30, (4, 8))
    n_helpful = rng.binomial(n_votes, 0.6)
    drawn = rng.beta(n_helpful + 2, n_votes - n_helpful + 2, size=(40_000, 4, 8))
    score = order_comments(n_helpful, n_votes).score
    assert score == pytest.approx(drawn.min(axis=1).mean(axis=0), abs=0.005)


@pytest.mark.parametrize("n_groups", [2, 3, 6, 12])
@pytest.mark.parametrize("crowd", [20, 1_000])
def test_a_little_from_every_group_beats_the_love_of_a_large_one(n_groups: int, crowd: int) -> None:
    a_little = np.full(n_groups, 3), np.full(n_groups, 4)
    one_crowd = np.zeros(n_groups, dtype=int), np.zeros(n_groups, dtype=int)
    one_crowd[0][0] = one_crowd[1][0] = crowd
    against = one_crowd[0], np.full(n_groups, 4) + one_crowd[1]  # the same crowd, the others say no
    helpful, votes = (np.stack(each, axis=1) for each in zip(one_crowd, against, a_little, strict=True))
    assert order_comments(helpful, votes).ranking.tolist() == [2, 0, 1]


def test_few_votes_neither_sink_nor_crown() -> None:
    """Nothing yet, one yes and one no stand between what is loved by all and what is refused by all."""
    helpful = [[20, 0, 1, 0, 1], [20, 0, 0, 0, 1], [20, 0, 0, 0, 1]]
    votes = [[20, 0, 1, 1, 20], [20, 0, 0, 0, 20], [20, 0, 0, 0, 20]]
    assert order_comments(helpful, votes).ranking.tolist() == [0, 2, 1, 3, 4]


def test_one_refusal_does_not_undo_what_all_others_find_helpful() -> None:
    helpful, votes = [[30, 0], [30, 0], [0, 0]], [[30, 0], [30, 0], [1, 0]]
    assert order_comments(helpful, votes).ranking.tolist() == [0, 1]


def test_more_votes_of_the_same_shares_make_it_surer_and_never_higher_than_the_least_share() -> None:
    times = np.array([1, 3, 10, 30, 100])
    helpful, votes = np.outer([7, 9], times), np.outer([10, 10], times)
    score = order_comments(helpful, votes).score
    assert (np.diff(score) > 0).all()
    assert (score < 0.7 + 0.005).all()
    assert score[-1] == pytest.approx(0.7, abs=0.02)


def test_volume_alone_does_not_rank_higher() -> None:
    helpful, votes = [[6_000, 9], [6_000, 9]], [[10_000, 10], [10_000, 10]]
    assert order_comments(helpful, votes).ranking.tolist() == [1, 0]


@given(counts())
def test_the_order_of_groups_and_of_comments_makes_no_difference(
    given_counts: tuple[np.ndarray, np.ndarray],
) -> None:
    helpful, votes = given_counts
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(len(votes)), rng.permutation(votes.shape[1])
    before = order_comments(helpful, votes)
    after = order_comments(helpful[rows][:, columns], votes[rows][:, columns])
    assert (after.score == before.score[columns]).all()
    assert (after.n_votes == before.n_votes[columns]).all()


@given(counts())
def test_scores_are_shares_and_one_more_helpful_vote_never_lowers_one(
    given_counts: tuple[np.ndarray, np.ndarray],
) -> None:
    helpful, votes = given_counts
    before = order_comments(helpful, votes)
    assert ((before.score > 0) & (before.score < 1)).all()
    assert (order_comments(helpful + 1, votes + 1).score >= before.score - 1e-3).all()
    assert (order_comments(helpful, votes + 1).score <= before.score + 1e-3).all()


def test_nothing() -> None:
    nothing = order_comments(np.zeros((3, 0)), np.zeros((3, 0)))
    assert nothing.ranking.size == 0
    silent = order_comments(np.zeros((3, 4)), np.zeros((3, 4)))
    assert silent.ranking.tolist() == [0, 1, 2, 3]
    assert silent.least_group.tolist() == [-1] * 4
    assert len(set(silent.score.tolist())) == 1
    ungrouped = order_comments(np.zeros((0, 2)), np.zeros((0, 2)))
    assert ungrouped.score == pytest.approx(0.5)
    for order in (nothing, silent, ungrouped):
        assert len(json.loads(order.to_json())["comments"]) == order.score.size
        assert order.to_polars().height == order.score.size


def test_what_it_says_of_a_comment() -> None:
    order = order_comments([[4, 1], [0, 0]], [[5, 1], [3, 0]])
    assert order.least_group.tolist() == [1, 1]
    assert order.n_groups_heard.tolist() == [2, 1]
    assert order.n_helpful.tolist() == [4, 1]
    assert repr(order) == "CommentOrder(2 comments, 9 votes)"


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        order_comments([1, 2], [1, 2])
    with pytest.raises(ValueError, match="shape"):
        order_comments(np.zeros((2, 2)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="successes"):
        order_comments([[2]], [[1]])
