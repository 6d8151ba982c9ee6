"""How the bridging model is fitted; imported where it is needed, as Numba takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from placet.sense.highlights import bridging_kernels
from placet.sense.highlights.bridging import Bridging
from placet.sense.votes import VoteTable, count_votes
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray
from placet.sense.votes.compiled import run_tasks, split_rows

LEVEL_VOTES = 5.0  # a participant's own level is drawn to 0 as if by so many votes
START_VECTORS = 4
START_ROUNDS = 8
PLAIN_ROUNDS = 4  # before jumping ahead
MEMORY = 6
BLOCK_VOTES = 100_000  # votes that are added up together
MAX_BLOCKS = 32
SMALLEST_VARIANCE = 1e-6
FARTHEST_MIDDLE = 2.0  # standard deviations; reached when one side is about one in twenty


@dataclass(frozen=True, eq=False)
class _Model:
    """The statements, shape (n_statements, 2): intercept at u = 0, factor; and the noise."""

    statements: FloatArray
    variance: float

    def parameters(self) -> tuple[FloatArray, float, float]:
        """Return what the kernels need: statements, noise, and the variance of participants' levels."""
        return self.statements, self.variance, self.variance / LEVEL_VOTES

    def as_vector(self) -> FloatArray:
        """Return statements and the logarithm of the noise in one array."""
        return np.append(self.statements.ravel(), np.log(self.variance))

    @classmethod
    def from_vector(cls, vector: FloatArray) -> _Model:
        return cls(vector[:-1].reshape(-1, 2), float(np.exp(vector[-1])))


@dataclass(frozen=True, eq=False)
class _Votes:
    """The votes on the statements that take part.

    The blocks of participants depend on the votes alone, and what they give is added in their
    order, so that the number of threads does not show.
    """

    table: VoteTable
    is_used: BoolArray
    n_seen: FloatArray
    sum_squares: float
    blocks: list[tuple[int, int]]

    def add_up(
        self, kernel: Callable[..., None], arguments: tuple[object, ...], *shapes: tuple[int, ...]
    ) -> list[FloatArray]:
        """Run a kernel on each block with zeros of these shapes to add to; return the sums of all."""

        def work(first: int, last: int) -> list[FloatArray]:
            parts = [np.zeros(shape) for shape in shapes]
            rows = (self.table.row_starts, self.table.statement_index, self.table.values)
            kernel(*rows, first, last, self.is_used, *arguments, *parts)
            return parts

        totals = [np.zeros(shape) for shape in shapes]
        for parts in run_tasks(work, self.blocks):
            totals = [total + part for total, part in zip(totals, parts, strict=True)]
        return totals


def fit(
    table: VoteTable,
    is_eligible: BoolArray,
    regularisation: float,
    tolerance: float,
    max_iterations: int,
    level: float,
) -> Bridging:
    """Fit the model; see `fit_bridging`."""
    counts = count_votes(table)
    is_used = is_eligible & (counts.n_seen > 0)
    n_seen = np.where(is_used, counts.n_seen, 0)
    n_strong = np.where(is_used, counts.n_agree + counts.n_disagree, 0)
    mean = np.where(is_used, counts.n_agree - counts.n_disagree, 0) / np.maximum(n_seen, 1)
    spread = n_strong - n_seen * mean**2
    if is_used.sum() < 2 or spread.max() <= 0:
        return _fit_nothing(table, n_seen, level)
    n_blocks = min(max(table.n_votes // BLOCK_VOTES, 1), MAX_BLOCKS)
    votes = _Votes(
        table,
        is_used,
        n_seen.astype(np.float64),
        float(n_strong.sum()),
        split_rows(table.row_starts, n_blocks),
    )
    statements = np.column_stack((mean, _find_direction(votes, mean, spread)))
    model = _Model(statements, float(spread.sum() / n_seen.sum()))
    model, n_iterations, is_converged = _settle(votes, model, regularisation, tolerance, max_iterations)
    return _describe(votes, model, regularisation, n_iterations, is_converged, level)


def _fit_nothing(table: VoteTable, n_seen: IntArray, level: float) -> Bridging:
    unknown = np.full(table.n_statements, np.nan)
    nobody = np.zeros((2, table.n_statements), dtype=np.int64)
    return Bridging(
        intercepts=unknown,
        standard_errors=unknown,
        intercept_low=unknown,
        intercept_high=unknown,
        factors=unknown,
        n_seen=n_seen,
        side_agree=nobody,
        side_seen=nobody,
        positions=np.full(table.n_participants, np.nan),
        noise_variance=np.nan,
        n_iterations=0,
        is_converged=False,
        level=level,
    )


def _find_direction(votes: _Votes, mean: FloatArray, spread: FloatArray) -> FloatArray:
    """Return roughly along what statements vary together most: where the fit begins.

    A factor of 0 is also a place where nothing changes, so the beginning has to be clear of it.
    Subspace iteration from the statements on which opinions differ most.
    """
    n_vectors = min(START_VECTORS, spread.size)
    vectors = np.zeros((spread.size, n_vectors))
    vectors[np.argsort(-spread, kind="stable")[:n_vectors], np.arange(n_vectors)] = 1.0
    for _ in range(START_ROUNDS):
        (products,) = votes.add_up(bridging_kernels.multiply, (mean, vectors), vectors.shape)
        previous, vectors = vectors, np.linalg.qr(products)[0]
    leading = previous @ np.linalg.eigh(previous.T @ products)[1][:, -1]
    return np.asarray(leading / (2 * np.abs(leading).max()))


def _settle(
    votes: _Votes, model: _Model, regularisation: float, tolerance: float, max_iterations: int
) -> tuple[_Model, int, bool]:
    """Repeat `_improve` until it changes nothing, and jump ahead by what the last rounds foretell.

    Anderson, D. G. (1965), "Iterative procedures for nonlinear integral equations", Journal of the ACM
    12, 547-560: the next point is the mixture of past results whose changes cancel out best. It saves
    three rounds of four; where it leads astray, it begins again from the last result.
    """
    results: list[FloatArray] = []
    changes: list[FloatArray] = []
    smallest = np.inf
    for n_iterations in range(1, max_iterations + 1):
        improved = _improve(votes, model, regularisation)
        if np.abs(improved.statements - model.statements).max() <= tolerance:
            return improved, n_iterations, True
        result = improved.as_vector()
        change = result - model.as_vector()
        model = improved
        if n_iterations <= PLAIN_ROUNDS:
            continue
        size = float(np.linalg.norm(change))
        if size > 2 * smallest:
            results, changes = [], []
        smallest = min(size, smallest)
        results, changes = [*results[-MEMORY:], result], [*changes[-MEMORY:], change]
        if len(changes) > 1:
            mixture = np.linalg.lstsq(np.diff(changes, axis=0).T, change, rcond=1e-10)[0]
            model = _Model.from_vector(result - np.diff(results, axis=0).T @ mixture)
    return improved, max_iterations, False


def _improve(votes: _Votes, model: _Model, regularisation: float) -> _Model:
    """Do one round: participants given the statements, then statements given the participants."""
    n_statements = len(model.statements)
    sums, totals = votes.add_up(bridging_kernels.sweep, model.parameters(), (n_statements, 4), (5,))
    sum_u, sum_uu, sum_y, sum_uy = sums.T
    n = votes.n_seen
    k_aa, k_ff = n + regularisation, sum_uu + regularisation
    determinant = k_aa * k_ff - sum_u**2
    a = (k_ff * sum_y - sum_u * sum_uy) / determinant
    f = (k_aa * sum_uy - sum_u * sum_y) / determinant
    explained = 2 * (a @ sum_y + f @ sum_uy) - (a**2 @ n + 2 * (a * f) @ sum_u + f**2 @ sum_uu)
    variance = (votes.sum_squares + totals[4] - explained) / n.sum()
    # Participants go back to mean 0 and scale 1; what this changes is made up for by the statements.
    mean_b, mean_u, mean_uu = totals[1:4] / totals[0]
    intercepts = np.where(votes.is_used, a + mean_b + f * mean_u, 0.0)
    factors = f * np.sqrt(mean_uu - mean_u**2)
    return _Model(np.column_stack((intercepts, factors)), max(float(variance), SMALLEST_VARIANCE))


def _describe(
    votes: _Votes, model: _Model, regularisation: float, n_iterations: int, is_converged: bool, level: float
) -> Bridging:
    """Set the middle and the sign, and find how well the intercepts are known."""
    a, f = model.statements.T
    n_statements, n_participants = a.size, votes.table.n_participants
    position, variance = np.empty(n_participants), np.empty(n_participants)
    votes.add_up(bridging_kernels.place, (*model.parameters(), position, variance))
    middle, middle_variance = _find_middle(position, variance)
    spread, counts = votes.add_up(
        bridging_kernels.describe, (*model.parameters(), middle), (n_statements, 5), (2, 2, n_statements)
    )
    sides = counts.astype(np.int64)
    errors = np.sqrt(
        _intercept_variance(votes.n_seen, spread, regularisation, model.variance, middle)
        + f**2 * middle_variance
    )
    is_flipped = bool(f[np.argmax(np.abs(f))] < 0)
    sign = -1.0 if is_flipped else 1.0
    intercepts = np.where(votes.is_used, a + middle * f, np.nan)
    half = NormalDist().inv_cdf((1 + level) / 2) * errors
    return Bridging(
        intercepts=intercepts,
        standard_errors=np.where(votes.is_used, errors, np.nan),
        intercept_low=intercepts - half,
        intercept_high=intercepts + half,
        factors=np.where(votes.is_used, sign * f, np.nan),
        n_seen=votes.n_seen.astype(np.int64),
        side_agree=sides[::-1, 0] if is_flipped else sides[:, 0],
        side_seen=sides[::-1, 1] if is_flipped else sides[:, 1],
        positions=sign * (position - middle),
        noise_variance=model.variance,
        n_iterations=n_iterations,
        is_converged=is_converged,
        level=level,
    )


def _find_middle(position: FloatArray, variance: FloatArray) -> tuple[float, float]:
    """Return the point midway between two sides, and its sampling variance.

    If a share p of the participants stands at one point and the others at a second, with mean 0 and
    variance 1, the point midway between the two is half the third moment of u. A position that the
    votes tell only in part is drawn to 0 by the factor 1 - variance, its cube by the cube of that.
    """
    is_placed = ~np.isnan(position)
    cubes, pull = position[is_placed] ** 3, (1.0 - variance[is_placed]) ** 3
    if pull.sum() == 0:  # no vote tells anyone's side: the factors are 0, and the middle is anywhere
        return 0.0, 0.0
    third_moment = cubes.sum() / pull.sum()
    error = ((cubes - third_moment * pull) ** 2).sum() / pull.sum() ** 2
    middle = float(np.clip(third_moment / 2, -FARTHEST_MIDDLE, FARTHEST_MIDDLE))
    return middle, float(error / 4)


def _intercept_variance(
    n_seen: FloatArray, spread: FloatArray, regularisation: float, noise: float, middle: float
) -> FloatArray:
    """Return the variance of each intercept at the middle: H⁻¹ (Σ e² x xᵀ + noise · ridge) H⁻¹."""
    sum_u, sum_uu, sum_ee, sum_eeu, sum_eeuu = spread.T
    k_aa, k_ff = n_seen + regularisation, sum_uu + regularisation
    determinant = k_aa * k_ff - sum_u**2
    weight_a = (k_ff - middle * sum_u) / determinant
    weight_f = (middle * k_aa - sum_u) / determinant
    ridge = noise * regularisation
    return np.asarray(
        weight_a**2 * (sum_ee + ridge) + 2 * weight_a * weight_f * sum_eeu + weight_f**2 * (sum_eeuu + ridge)
    )
