"""The opinion space: where participants and statements lie when votes are drawn in two dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from placet.sense.opinion.moments import CovoteMoments
from placet.sense.votes.tables import Identifier, IntArray, VoteTable

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

N_COMPONENTS = 2
# A loading this close to the largest counts as equal, so that rounding does not decide the sign;
# an eigenvalue this small beside the total is no direction at all.
TIE_TOLERANCE = 1e-9
RANK_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class OpinionSpace:
    """Two directions along which the votes differ most.

    Attributes
    ----------
    statement_ids : tuple of int or tuple of str
        The statements that were voted on; the last axis of every array below.
    means : (n_statements,) float64
        Mean vote c_j; 0 for a statement that does not shape the space.
    components : (2, n_statements) float64
        Orthonormal loadings w; a row of zeros where the votes have no such direction.
    explained_variance_ratio : (2,) float64
        Share of the variance along each component; NaN where nothing varies.
    """

    statement_ids: tuple[Identifier, ...]
    means: FloatArray
    components: FloatArray
    explained_variance_ratio: FloatArray

    def statement_projection(self) -> FloatArray:
        """Return where a lone agreement with each statement would lie, shape (2, n_statements).

        ``sqrt(C) (1 - c_j) w_j``, as Polis draws its statements.
        """
        return np.asarray(np.sqrt(len(self.statement_ids)) * (1 - self.means) * self.components)

    def extremity(self) -> FloatArray:
        """Return the distance of each statement's projection from the origin."""
        return np.asarray(np.linalg.norm(self.statement_projection(), axis=0))

    def project(self, votes: VoteTable) -> FloatArray:
        """Return where participants lie, shape (n_participants, 2).

        Participant i lies at ``sqrt(C / max(n_i, 1)) Σ_j (V_ij - c_j) w_j`` over the statements
        that they voted on: the sum alone would draw those who voted little towards the origin.

        Parameters
        ----------
        votes : VoteTable
            Votes on the statements of this space.
        """
        if votes.statement_ids != self.statement_ids:
            raise ValueError("the votes are not on the statements of this space")
        n_votes = votes.votes_per_participant()
        centred = votes.values - self.means[votes.statement_index]
        row_starts = np.concatenate(([0], np.cumsum(n_votes)))
        shape = (votes.n_participants, votes.n_statements)
        x = sparse.csr_array((centred, votes.statement_index, row_starts), shape=shape)
        scale = np.sqrt(votes.n_statements / np.maximum(n_votes, 1))
        return np.asarray(scale[:, None] * (x @ self.components.T))


def fit_space(moments: CovoteMoments, *, is_eligible: BoolArray) -> OpinionSpace:
    """Find the two directions along which the votes differ most.

    Parameters
    ----------
    moments : CovoteMoments
    is_eligible : (n_statements,) bool
        Statements that shape the space. The column of any other counts as 0 for everyone, as in
        Polis: it stays among the C statements, with mean 0 and loadings 0.

    Returns
    -------
    OpinionSpace
        Components with the loading of largest magnitude positive. Without any variation (one
        statement that all agree on, only passes) both are zero.

    Notes
    -----
    The components are the two leading eigenvectors of XᵀX (see `moments`), as in Small, C. et al.
    (2021), "Polis: scaling deliberation by mapping high dimensional opinion spaces", Recerca 26(2).
    Means are over all participants. The space shows how votes go together; it does not show how
    strongly anyone feels, and two dimensions seldom hold more than part of the variation: read
    `explained_variance_ratio` beside every map.
    """
    n = len(moments.statement_ids)
    if is_eligible.shape != (n,):
        raise ValueError("is_eligible needs one entry for each statement")
    kept = np.flatnonzero(is_eligible)
    means = np.where(is_eligible, moments.means(), 0.0)
    components = np.zeros((N_COMPONENTS, n))
    ratio = np.full(N_COMPONENTS, np.nan)
    if kept.size:
        scatter = moments.scatter()[np.ix_(kept, kept)]
        total = np.trace(scatter)
        if total > 0:
            values, vectors = _leading_eigenvectors(scatter)
            values[values <= RANK_TOLERANCE * total] = 0.0
            vectors[:, values == 0.0] = 0.0
            components[: values.size, kept] = _fix_signs(vectors).T
            ratio[:] = 0.0
            ratio[: values.size] = values / total
    return OpinionSpace(moments.statement_ids, means, components, ratio)


def _leading_eigenvectors(scatter: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return up to two eigenvalues, largest first, and their eigenvectors in columns."""
    n = len(scatter)
    values, vectors = linalg.eigh(scatter, subset_by_index=(max(n - N_COMPONENTS, 0), n - 1))
    return values[::-1].copy(), vectors[:, ::-1].copy()


def _fix_signs(vectors: FloatArray) -> FloatArray:
    """Return the vectors (columns) with their loading of largest magnitude positive."""
    size = np.abs(vectors)
    first_largest = np.argmax(size >= size.max(axis=0) * (1 - TIE_TOLERANCE), axis=0)
    is_negative = vectors[first_largest, np.arange(vectors.shape[1])] < 0
    return np.where(is_negative, -vectors, vectors)


def select_participants(
    n_votes: IntArray, *, n_statements: int, min_votes: int = 7, min_participants: int = 15
) -> BoolArray:
    """Return who is placed in a group: everyone who voted enough.

    Parameters
    ----------
    n_votes : (n_participants,) int64
    n_statements : int
    min_votes : int
        Votes that suffice, or all statements where there are fewer.
    min_participants : int
        If fewer people qualify, those with the most votes are added up to this number; equal
        numbers of votes go by the order of participants.
    """
    is_in: BoolArray = n_votes >= min(min_votes, n_statements)
    n_missing = min_participants - int(is_in.sum())
    if n_missing > 0:
        others = np.flatnonzero(~is_in)
        most_active = others[np.argsort(-n_votes[others], kind="stable")]
        is_in[most_active[:n_missing]] = True
    return is_in
