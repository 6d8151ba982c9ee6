"""The opinion space: where participants and statements lie when votes are drawn in two dimensions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from placet.sense.opinion.moments import MAX_STATEMENTS, CovoteMoments, sum_moments
from placet.sense.votes import VoteSource, VoteTable, count_votes
from placet.sense.votes.arrays import BoolArray, FloatArray, Identifier, IntArray

if TYPE_CHECKING:
    import polars as pl

N_COMPONENTS = 2
# A loading this close to the largest counts as equal, so that rounding does not decide the sign;
# an eigenvalue this small beside the total is no direction at all.
TIE_TOLERANCE = 1e-9
RANK_TOLERANCE = 1e-12
SMALL_SQUARE = 256  # statements up to which all eigenvectors cost less than the import of a solver


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

    def __repr__(self) -> str:
        shares = " + ".join(f"{ratio:.1%}" for ratio in self.explained_variance_ratio)
        return f"OpinionSpace({len(self.statement_ids)} statements, {shares} of the variance)"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a statement: statement, mean, loading_1, loading_2, x, y, extremity.

        Here x and y are where a lone agreement with the statement would lie.
        """
        import polars as pl

        x, y = self.statement_projection()
        columns = {
            "statement": np.array(self.statement_ids) if self.statement_ids else np.empty(0, dtype=np.int64),
            "mean": self.means,
            "loading_1": self.components[0],
            "loading_2": self.components[1],
            "x": x,
            "y": y,
            "extremity": self.extremity(),
        }
        return pl.DataFrame(columns)

    def to_json(self) -> str:
        """Return all that it takes to place a person, as JSON."""
        document = {
            "statement_ids": self.statement_ids,
            "means": self.means.tolist(),
            "components": self.components.tolist(),
            "explained_variance_ratio": [
                ratio if math.isfinite(ratio) else None for ratio in self.explained_variance_ratio.tolist()
            ],
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False)

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
        from placet.sense.opinion import space_kernels as kernels
        from placet.sense.votes.compiled import run_rows

        table = (votes.row_starts, votes.statement_index, votes.values)
        columns = np.column_stack((self.means, *self.components))
        positions = np.empty((votes.n_participants, N_COMPONENTS))
        run_rows(lambda a, b: kernels.project_rows(*table, columns, a, b, positions), votes.row_starts)
        return positions


def fit_space(source: CovoteMoments | VoteSource, *, is_eligible: BoolArray) -> OpinionSpace:
    """Find the two directions along which the votes differ most.

    Parameters
    ----------
    source : CovoteMoments or VoteSource
        With votes on more than 5,000 statements the moments would take too much memory. Then X is
        applied to vectors row by row and never written down: memory grows with the votes alone,
        time with the votes and the number of steps, and the result is the same apart from rounding.
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

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import fit_space, plant_conversation
    >>> votes = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation.votes
    >>> fit_space(votes, is_eligible=np.ones(20, dtype=bool))
    OpinionSpace(20 statements, 17.7% + 14.6% of the variance)
    """
    if is_eligible.shape != (len(source.statement_ids),):
        raise ValueError("is_eligible needs one entry for each statement")
    kept = np.flatnonzero(is_eligible)
    if isinstance(source, CovoteMoments):
        moments = source
    elif source.n_statements > MAX_STATEMENTS:
        return _fit_without_moments(source, is_eligible, kept)
    else:
        moments = sum_moments(source)
    means = np.where(is_eligible, moments.means(), 0.0)
    scatter = moments.scatter()
    if kept.size < len(scatter):
        scatter = scatter[np.ix_(kept, kept)]
    total = float(np.trace(scatter))
    return _make_space(moments.statement_ids, means, kept, total, lambda: _leading_eigenvectors(scatter))


def _fit_without_moments(votes: VoteSource, is_eligible: BoolArray, kept: IntArray) -> OpinionSpace:
    counts = count_votes(votes)
    sums = counts.n_agree - counts.n_disagree
    means = np.where(is_eligible, sums / np.maximum(counts.n_seen, 1), 0.0)
    # Σ (v - c)² = Σ v² - c Σ v, column by column
    squares = np.where(is_eligible, counts.n_agree + counts.n_disagree - means * sums, 0.0)

    def multiply(vector: FloatArray) -> FloatArray:
        full = np.zeros(votes.n_statements)
        full[kept] = vector.ravel()
        parts = votes.map(partial(_apply_scatter, means=means, vector=full))
        return np.asarray(sum(parts))[kept]

    return _make_space(
        votes.statement_ids, means, kept, float(squares.sum()), lambda: _iterate(multiply, kept.size)
    )


def _make_space(
    statement_ids: tuple[Identifier, ...],
    means: FloatArray,
    kept: IntArray,
    total: float,
    find_eigenvectors: Callable[[], tuple[FloatArray, FloatArray]],
) -> OpinionSpace:
    """Return the space of some eigenvectors, largest first; of none where nothing varies."""
    components = np.zeros((N_COMPONENTS, means.size))
    ratio = np.full(N_COMPONENTS, np.nan)
    if total > 0:
        values, vectors = find_eigenvectors()
        is_direction = values > RANK_TOLERANCE * total
        components[: values.size, kept] = np.where(is_direction, _fix_signs(vectors), 0.0).T
        ratio[:] = 0.0
        ratio[: values.size] = np.where(is_direction, values, 0.0) / total
    return OpinionSpace(statement_ids, means, components, ratio)


def _leading_eigenvectors(scatter: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return up to two eigenvalues, largest first, and their eigenvectors in columns."""
    if len(scatter) > SMALL_SQUARE:
        return _iterate(lambda vector: scatter @ vector.ravel(), len(scatter))
    values, vectors = np.linalg.eigh(scatter)
    return values[: -N_COMPONENTS - 1 : -1], vectors[:, : -N_COMPONENTS - 1 : -1]


def _iterate(multiply: Callable[[FloatArray], FloatArray], n: int) -> tuple[FloatArray, FloatArray]:
    """Return the two leading eigenvectors of a symmetric operator, to the last bits, by Lanczos steps.

    The start is always the same vector, drawn at random so that no structure of the votes is at
    right angles to it.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    operator = LinearOperator((n, n), matvec=multiply, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(n)
    values, vectors = eigsh(operator, N_COMPONENTS, v0=start, ncv=min(n, 24), tol=0, maxiter=100 * n)
    order = np.argsort(-values)
    return values[order], vectors[:, order]


def _apply_scatter(votes: VoteTable, *, means: FloatArray, vector: FloatArray) -> FloatArray:
    """Return XᵀX times a vector."""
    from placet.sense.opinion import space_kernels as kernels
    from placet.sense.votes.compiled import run_tasks

    table = (votes.row_starts, votes.statement_index, votes.values)
    edges = [*range(0, votes.n_participants, kernels.ROWS), votes.n_participants]

    def apply(first: int, last: int) -> FloatArray:
        product = np.zeros(votes.n_statements)
        kernels.apply_scatter(*table, means, vector, first, last, product)
        return product

    return np.asarray(sum(run_tasks(apply, list(pairwise(edges)))))


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

    Returns
    -------
    (n_participants,) bool
    """
    is_in: BoolArray = n_votes >= min(min_votes, n_statements)
    n_missing = min_participants - int(is_in.sum())
    if n_missing > 0:
        others = np.flatnonzero(~is_in)
        most_active = others[np.argsort(-n_votes[others], kind="stable")]
        is_in[most_active[:n_missing]] = True
    return is_in
