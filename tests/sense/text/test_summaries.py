"""Summaries: what covers, and the view that is left out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from placet.sense.text import summaries
from placet.sense.text.summaries import summarise
from tests.sense.text.planted import plant_themes


def test_each_part_is_quoted() -> None:
    vectors, _, _, truth = plant_themes((30, 20, 10))
    assert set(truth[summarise(vectors, n_quoted=3).quoted]) == {0, 1, 2}


def test_the_greedy_choice_is_near_the_best() -> None:
    vectors, *_ = plant_themes((6, 5, 4), noise=1.5)
    similarity = np.maximum(vectors @ vectors.T, 0)

    def covered(rows: tuple[int, ...]) -> float:
        return float(similarity[list(rows)].max(axis=0).sum())

    best = max(covered(rows) for rows in itertools.combinations(range(15), 3))
    assert covered(tuple(summarise(vectors, n_quoted=3).quoted.tolist())) >= (1 - 1 / np.e) * best


def test_a_minority_is_shown_and_is_not_quoted_twice() -> None:
    vectors, _, _, truth = plant_themes((30, 30, 4), noise=1.0)
    summary = summarise(vectors, n_quoted=2)
    assert set(truth[summary.quoted]) == {0, 1}
    assert truth[summary.minority].tolist() == [2, 2]
    assert not set(summary.quoted) & set(summary.minority)


def test_where_there_is_no_minority_none_is_shown() -> None:
    alike, *_ = plant_themes((60,), noise=0.3)
    assert summarise(alike).minority.size == 0
    two_of_their_own, _, _, _ = plant_themes((60, 2), noise=0.3)
    assert summarise(two_of_their_own, n_quoted=1).minority.size == 0
    assert summarise(alike, n_minority=0).minority.size == 0


def test_few_or_empty_texts() -> None:
    assert summarise(np.zeros((0, 8), dtype=np.float32)).quoted.size == 0
    assert summarise(np.zeros((4, 8), dtype=np.float32)).quoted.size == 0
    one = np.eye(1, 8, dtype=np.float32)
    assert summarise(one).quoted.tolist() == [0]
    assert summarise(np.tile(one, (5, 1))).quoted.tolist() == [0]
    assert summarise(one, n_quoted=0).quoted.size == 0


def test_many_texts_are_covered_by_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "MOST_CANDIDATES", 40)
    monkeypatch.setattr(summaries, "MOST_COVERED", 90)
    vectors, _, _, truth = plant_themes((200, 150, 100))
    assert set(truth[summarise(vectors, n_quoted=3).quoted]) == {0, 1, 2}


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        summarise(np.eye(3, dtype=np.float32), n_quoted=-1)
    with pytest.raises(ValueError, match="finite"):
        summarise(np.full((3, 3), np.nan, dtype=np.float32))
