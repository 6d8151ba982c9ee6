"""Texts that together cover a set of texts, and a view that they leave out."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.votes.arrays import FloatArray, IntArray

MOST_CANDIDATES = 2_000
MOST_COVERED = 20_000
FEWEST_OF_A_MINORITY = 3
SHARE_OF_A_MINORITY = 0.05
LEAST_LIKENESS = 0.3  # of each of a minority's texts to the one in their middle
LEAST_MARGIN = 0.15  # by which they are, on average, more like it than like anything quoted


@dataclass(frozen=True, eq=False)
class Summary:
    """Indices of texts to quote.

    Attributes
    ----------
    quoted : int64 array
        Texts that together cover the others, the one that covers most first.
    minority : int64 array
        Texts of a small group that are like each other and unlike all that is quoted; empty where there
        is no such group.
    """

    quoted: IntArray
    minority: IntArray

    def __repr__(self) -> str:
        return f"Summary({self.quoted.size} quoted, {self.minority.size} of a minority)"

    def to_json(self) -> str:
        """Return the indices as JSON."""
        return json.dumps({"quoted": self.quoted.tolist(), "minority": self.minority.tolist()})


def summarise(vectors: VectorArray, *, n_quoted: int = 5, n_minority: int = 2) -> Summary:
    """Choose texts that cover a set, and texts of a minority view that they leave out.

    Parameters
    ----------
    vectors : (n_texts, n_dimensions) float32
        Of length 1; zeros for a text without anything to go by, which is not quoted.
    n_quoted, n_minority : int
        At most so many of each, from 0.

    Returns
    -------
    Summary

    Raises
    ------
    ValueError
        If a number is negative or a vector is not finite.

    Notes
    -----
    Quoted texts S maximise ``sum over texts t of max over s in S of max(s(t, s), 0)``, with s the
    cosine: facility location, by the greedy choice, which reaches at least 1 - 1/e of the maximum
    (Nemhauser, G. L., Wolsey, L. A. and Fisher, M. L. (1978), Mathematical Programming 14, 265-294). Of
    more than 2,000 texts every so manieth is a candidate, and of more than 20,000 every so manieth has
    to be covered, in the order given.

    A minority view is a text with its nearest ones, three or 5 % of all texts, whichever is more, that
    are each at least .3 like it, and on average .15 more than they are like the quoted text that is most
    like them. The group with the largest margin is taken; its texts are those nearest its centre, without
    those that are quoted.

    No sentence is written here, so none can be wrong; but choosing is a judgement too. A text
    is quoted because others are like it, not because anyone agrees with it, and a view held by one or
    two people is never shown as a minority's.
    """
    if n_quoted < 0 or n_minority < 0:
        raise ValueError("numbers of texts are not negative")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors are finite")
    kept = np.flatnonzero((vectors != 0).any(axis=1)) if vectors.size else np.empty(0, dtype=np.int64)
    candidates, covered = _every(kept, MOST_CANDIDATES), _every(kept, MOST_COVERED)
    similarity = vectors[candidates] @ vectors[covered].T
    chosen, coverage = _cover(np.maximum(similarity, 0.0), min(n_quoted, kept.size))
    quoted = candidates[chosen]
    rest = _minority(similarity, coverage, kept.size) if quoted.size and n_minority else None
    if rest is None:
        return Summary(quoted, np.empty(0, dtype=np.int64))
    group = np.setdiff1d(covered[rest], quoted)
    closeness = vectors[group] @ unit_rows(vectors[group].mean(axis=0, keepdims=True))[0]
    return Summary(quoted, group[np.argsort(-closeness, kind="stable")[:n_minority]])


def _every(indices: IntArray, at_most: int) -> IntArray:
    """All indices, or every so manieth of them."""
    step = -(-indices.size // at_most) if indices.size else 1
    return indices[::step]


def _cover(gain: VectorArray, n_chosen: int) -> tuple[list[int], FloatArray]:
    """Choose rows so that the sum of the columns' maxima is large; return them and these maxima."""
    covered = np.zeros(gain.shape[1], dtype=gain.dtype)
    chosen: list[int] = []
    while len(chosen) < n_chosen:
        added = np.array([np.maximum(row - covered, 0.0).sum(dtype=np.float64) for row in gain])
        added[chosen] = -1.0
        best = int(added.argmax())
        if added[best] <= 0:
            break  # all that is left says what is quoted already
        chosen.append(best)
        covered = np.maximum(covered, gain[best])
    return chosen, covered.astype(np.float64)


def _minority(similarity: VectorArray, coverage: FloatArray, n_texts: int) -> IntArray | None:
    """The columns of the group that is most like itself beyond its likeness to what is quoted."""
    n_columns = similarity.shape[1]
    share = n_columns / n_texts  # of the texts that stand for all
    size = max(FEWEST_OF_A_MINORITY, round(SHARE_OF_A_MINORITY * n_texts * share))
    if n_columns < 2 * size:
        return None
    groups = np.argpartition(-similarity, size - 1, axis=1)[:, :size]
    likeness = np.take_along_axis(similarity, groups, axis=1)
    margin = likeness.mean(axis=1, dtype=np.float64) - coverage[groups].mean(axis=1)
    margin[likeness.min(axis=1) < LEAST_LIKENESS] = -np.inf
    best = int(margin.argmax())
    return np.sort(groups[best]) if margin[best] >= LEAST_MARGIN else None
