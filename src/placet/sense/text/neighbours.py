"""The nearest vectors, by exact search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding.protocol import VectorArray
from placet.sense.votes.arrays import IntArray

CELLS_AT_ONCE = 2**24  # similarities held in memory: 64 MB


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest vectors of each query, best first.

    Attributes
    ----------
    indices : (n_queries, n_neighbours) int64
        Rows of the corpus.
    similarity : (n_queries, n_neighbours) float32
        Inner products: cosines, for vectors of length 1.
    """

    indices: IntArray
    similarity: VectorArray


def nearest(queries: VectorArray, corpus: VectorArray, *, n_neighbours: int) -> Neighbours:
    """Find the vectors of the corpus that are most like each query.

    Every pair is compared, block by block; nothing is approximated. Of equals, the earlier row comes
    first.

    Parameters
    ----------
    queries : (n_queries, n_dimensions) float32
    corpus : (n_corpus, n_dimensions) float32
    n_neighbours : int
        At least 1; where the corpus has fewer rows, all of them are returned.

    Returns
    -------
    Neighbours

    Raises
    ------
    ValueError
        If the shapes do not match or `n_neighbours` is less than 1.
    """
    if n_neighbours < 1:
        message = f"n_neighbours must be at least 1, not {n_neighbours}"
        raise ValueError(message)
    if queries.ndim != 2 or corpus.ndim != 2 or queries.shape[1] != corpus.shape[1]:
        message = f"vectors of one length are needed, not of shapes {queries.shape} and {corpus.shape}"
        raise ValueError(message)
    n_found = min(n_neighbours, len(corpus))
    indices = np.zeros((len(queries), n_found), dtype=np.int64)
    similarity = np.zeros((len(queries), n_found), dtype=np.float32)
    if n_found:
        n_rows = max(1, CELLS_AT_ONCE // len(corpus))
        for start in range(0, len(queries), n_rows):
            block = slice(start, start + n_rows)
            indices[block], similarity[block] = _best(queries[block] @ corpus.T, n_found)
    return Neighbours(indices, similarity)


def likely_duplicates(queries: VectorArray, corpus: VectorArray, *, least_similarity: float) -> IntArray:
    """Return the text of the corpus that each query probably repeats.

    Only the nearest is suggested, and only from a similarity on: the second nearest is rarely a
    duplicate too, and what is right is then nearly always the nearest.

    Parameters
    ----------
    queries : (n_queries, n_dimensions) float32
        Of length 1.
    corpus : (n_corpus, n_dimensions) float32
        Of length 1, without the queries themselves.
    least_similarity : float
        `placet.sense.text.embedding.duplicate_similarity` of the model.

    Returns
    -------
    (n_queries,) int64
        Row of the corpus; -1 where nothing is suggested.
    """
    found = nearest(queries, corpus, n_neighbours=1)
    if not found.indices.size:
        return np.full(len(queries), -1, dtype=np.int64)
    return np.where(found.similarity[:, 0] >= least_similarity, found.indices[:, 0], -1)


def _best(similarities: VectorArray, n_found: int) -> tuple[IntArray, VectorArray]:
    """Return the columns of the greatest values of each row, greatest first, and those values."""
    n_columns = similarities.shape[1]
    columns = np.argpartition(similarities, n_columns - n_found, axis=1)[:, n_columns - n_found :]
    columns.sort(axis=1)
    values = np.take_along_axis(similarities, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
