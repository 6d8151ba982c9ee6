"""Neighbours: exact, in order, and the same in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from placet.sense.text import neighbours
from placet.sense.text.neighbours import likely_duplicates, nearest


def draw(n: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_nearest_are_those_of_a_full_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, corpus = draw(50, 1), draw(300, 2)
    whole = nearest(queries, corpus, n_neighbours=7)
    expected = np.argsort(-(queries @ corpus.T), axis=1)[:, :7]
    assert (whole.indices == expected).all()
    assert whole.similarity == pytest.approx(np.take_along_axis(queries @ corpus.T, expected, axis=1))
    monkeypatch.setattr(neighbours, "CELLS_AT_ONCE", 1000)
    assert (nearest(queries, corpus, n_neighbours=7).indices == expected).all()


def test_of_equals_the_earlier_comes_first() -> None:
    corpus = np.tile(draw(1, 3), (5, 1))
    assert nearest(corpus[:1], corpus, n_neighbours=5).indices.tolist() == [[0, 1, 2, 3, 4]]


def test_a_small_corpus_is_returned_whole() -> None:
    assert nearest(draw(2, 4), draw(3, 5), n_neighbours=10).indices.shape == (2, 3)
    assert nearest(draw(2, 4), draw(0, 5), n_neighbours=10).indices.shape == (2, 0)
    assert nearest(draw(0, 4), draw(3, 5), n_neighbours=10).indices.shape == (0, 3)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not of shapes \(2, 16\) and \(3, 8\)"):
        nearest(draw(2, 4), draw(3, 5)[:, :8], n_neighbours=1)
    with pytest.raises(ValueError, match="at least 1"):
        nearest(draw(2, 4), draw(3, 5), n_neighbours=0)


def test_only_the_nearest_is_a_likely_duplicate_and_only_if_near_enough() -> None:
    corpus = draw(30, 6)
    queries = np.stack([corpus[4], corpus[9] * 0.8 + corpus[4] * 0.5, draw(1, 7)[0]])
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    assert likely_duplicates(queries, corpus, least_similarity=0.8).tolist() == [4, 9, -1]
    assert likely_duplicates(queries, corpus[:0], least_similarity=0.8).tolist() == [-1, -1, -1]
