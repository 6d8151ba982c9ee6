"""Weights that bring those who took part to known totals, and support that is weighted with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from placet.sense.estimates.consent import checked_labels
from placet.sense.estimates.proportions import Interval, wilson_interval
from placet.sense.votes import Identifier, VoteTable, count_votes, count_votes_by_label
from placet.sense.votes.arrays import FloatArray, IntArray
from placet.sense.votes.tables import AGREE

if TYPE_CHECKING:
    import polars as pl

# With at most so many different weights, votes are counted by weight.
MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False)
class Weights:
    """A weight for each participant.

    Attributes
    ----------
    values : (n_participants,) float64
        With mean 1 over those weighted, unless a cap has cut some; 0 for those left out.
    n_unknown : int
        Participants left out because one of their categories is not known.
    n_capped : int
        Participants whose weight the cap has cut.
    gap : float
        Greatest deviation from a target, as a part of it: next to 0 unless a cap stands in the way.
    n_rounds : int
        Rounds of raking that it took.
    """

    values: FloatArray
    n_unknown: int
    n_capped: int
    gap: float
    n_rounds: int

    def __repr__(self) -> str:
        size = f"{self.values.size} participants, effective sample size {self.effective_sample_size:.1f}"
        return f"Weights({size}, {self.n_unknown} unknown, {self.n_capped} capped, gap {self.gap:.1%})"

    @property
    def effective_sample_size(self) -> float:
        """How many participants of equal weight would say as much: `effective_sample_size`."""
        return effective_sample_size(self.values)


@dataclass(frozen=True, eq=False)
class WeightedSupport:
    """Support for each statement, weighted and raw side by side.

    Attributes
    ----------
    statement_ids : tuple of int or tuple of str
    share : (n_statements,) float64
        Weighted share of agreement among all who saw the statement, passes included; NaN where
        nobody with a weight did.
    ci : Interval
        Wilson's, at the effective sample size.
    n_effective : (n_statements,) float64
        Kish's effective sample size of those who saw the statement.
    raw : (n_statements,) float64
        Share with every participant counted the same, those without a weight included.
    raw_ci : Interval
        Wilson's.
    n : (n_statements,) int64
        All votes, passes included.
    n_weighted : (n_statements,) int64
        Votes of participants whose weight is not 0.
    difference : (n_statements,) float64
        ``share`` minus ``raw``.
    """

    statement_ids: tuple[Identifier, ...]
    share: FloatArray
    ci: Interval
    n_effective: FloatArray
    raw: FloatArray
    raw_ci: Interval
    n: IntArray
    n_weighted: IntArray
    difference: FloatArray

    def __repr__(self) -> str:
        return f"WeightedSupport({len(self.statement_ids)} statements)"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a statement; null where there is no figure.

        Columns: statement, share, share_low, share_high, n_effective, raw, raw_low, raw_high, n,
        n_weighted, difference.
        """
        import polars as pl

        columns = {
            "statement": np.array(self.statement_ids) if self.statement_ids else np.empty(0, dtype=np.int64),
            "share": self.share,
            "share_low": self.ci.low,
            "share_high": self.ci.high,
            "n_effective": self.n_effective,
            "raw": self.raw,
            "raw_low": self.raw_ci.low,
            "raw_high": self.raw_ci.high,
            "n": self.n,
            "n_weighted": self.n_weighted,
            "difference": self.difference,
        }
        return pl.DataFrame(columns).fill_nan(None)


def rake_weights(
    categories: Mapping[str, npt.ArrayLike],
    targets: Mapping[str, npt.ArrayLike],
    *,
    cap: float | None = None,
    tolerance: float = 1e-9,
    max_rounds: int = 1000,
) -> Weights:
    """Return weights under which each category is as large as it is known to be.

    Parameters
    ----------
    categories : mapping of str to (n_participants,) array_like of int
        By margin, such as "member" and "constituency": each participant's category, from 0; -1
        where it is unknown (weight 0, counted in ``n_unknown``). For known totals of member ×
        constituency give one margin of `cross_labels`.
    targets : mapping of str to (n_categories,) array_like of float
        By the same margins: known total of each category, as people or as shares. For every
        member equal give `equal_totals`.
    cap : float, optional
        Greatest weight, as a multiple of the mean; 1 or more. It trades bias for precision: where
        it cuts, totals are met only in part, and ``gap`` says by how much.
    tolerance : float
        A category is met when it deviates by no more than this part of its target.
    max_rounds : int

    Returns
    -------
    Weights

    Raises
    ------
    ValueError
        If the margins differ or are none, a category is not one of those with a target, a target
        is negative or not finite, the totals of two margins disagree, people are missing where
        there is a target or present where it is 0, nobody is known in every margin, or no weights
        meet all targets (without a cap).

    Notes
    -----
    Iterative proportional fitting: the weights of each category are multiplied by target / sum, one
    margin after the other, until all hold (Deming, W. E. and Stephan, F. F. (1940), "On a least
    squares adjustment of a sampled frequency table when the expected marginal totals are known",
    Annals of Mathematical Statistics 11, 427-444). With a cap, weights above it are cut after each
    round, and the next one distributes what was cut (as Izrael, D., Battaglia, M. P. and Frankel,
    M. R. (2009), SAS Global Forum, paper 247, do).

    What it does not show: whether those who took part think like the others of their category. It
    mends the sizes of the categories that it is given, and nothing else.

    Examples
    --------
    Three people of one member and one of another, to count as halves:

    >>> from placet.sense import rake_weights
    >>> weights = rake_weights({"member": [0, 0, 0, 1]}, {"member": [50, 50]})
    >>> weights.values.round(3)
    array([0.667, 0.667, 0.667, 2.   ])
    >>> weights
    Weights(4 participants, effective sample size 3.0, 0 unknown, 0 capped, gap 0.0%)
    """
    labels, totals = _checked_margins(categories, targets)
    if cap is not None and not 1 <= cap < np.inf:
        raise ValueError("the cap is 1 or more")
    if not 0 < tolerance < 1 or max_rounds < 1:
        raise ValueError("tolerance lies between 0 and 1, and there is at least one round")
    return _rake(labels, totals, cap, tolerance, max_rounds)


def effective_sample_size(weights: npt.ArrayLike) -> float:
    """Return Kish's effective sample size, ``(sum w)^2 / sum w^2``; 0 where all weights are 0.

    Parameters
    ----------
    weights : array_like of float
        From 0 up, finite.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a weight is negative or not finite.

    Notes
    -----
    Kish, L. (1965), *Survey Sampling*, Wiley, section 11.7. It says what unequal weights cost when
    they have nothing to do with the answers; what they gain in truth it does not say.
    """
    w = _checked_weights(weights)
    scaled = w / w.max(initial=0) if w.any() else w
    squares = float((scaled**2).sum())
    return float(scaled.sum()) ** 2 / squares if squares else 0.0


def weighted_support(votes: VoteTable, weights: npt.ArrayLike, *, level: float = 0.95) -> WeightedSupport:
    """Support for each statement with a weight for each participant, beside the raw one.

    Parameters
    ----------
    votes : VoteTable
        Current votes.
    weights : (n_participants,) array_like of float
        From 0 up, finite, in the order of ``votes.participant_ids``; their scale does not matter.
    level : float
        Of each interval, between 0 and 1.

    Returns
    -------
    WeightedSupport

    Raises
    ------
    ValueError
        If there is not one weight for each participant, one is negative or not finite, or the
        level is not inside (0, 1).

    Notes
    -----
    ``sum w agree / sum w`` over those who saw the statement, with Wilson's interval for as many
    votes as their effective sample size (Korn, E. L. and Graubard, B. I. (1998), Survey Methodology
    24, 193-201). The weights are taken as known. They were made for all participants: where a
    statement was seen by other members more than by others, they do not mend that.

    A weighted figure tells about the cells it is weighted by: beside the raw one it is an equation
    about them. What is published is computed from what a release shows (`consent_from_counts`).
    """
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    w = _checked_weights(weights)
    if w.shape != (votes.n_participants,):
        raise ValueError("weights needs one entry for each participant")
    return _weighted_support(votes, w / w.max(initial=0) if w.any() else w, level)


def cross_labels(first: npt.ArrayLike, second: npt.ArrayLike, n_second: int) -> IntArray:
    """Return labels of the crossed categories: ``first * n_second + second``, -1 where one is unknown.

    Parameters
    ----------
    first, second : (n_participants,) array_like of int
        Labels from 0; -1 where unknown.
    n_second : int
        Number of categories of the second.

    Raises
    ------
    ValueError
        If the two differ in length, or a label is not an integer from -1 up, below ``n_second`` for
        the second.
    """
    n_participants = len(np.asarray(first))
    one = checked_labels(first, n_participants, "first")
    other = checked_labels(second, n_participants, "second")
    if other.max(initial=-1) >= n_second:
        raise ValueError(f"second goes from -1 to {n_second - 1}")
    return np.where((one < 0) | (other < 0), -1, one * n_second + other)


def equal_totals(labels: npt.ArrayLike, n_categories: int) -> FloatArray:
    """Return targets that make every category count the same: 1, or 0 where it has nobody."""
    array = np.asarray(labels)
    known = checked_labels(array, array.size, "labels")
    if known.max(initial=-1) >= n_categories:
        raise ValueError(f"labels go from -1 to {n_categories - 1}")
    return (np.bincount(known[known >= 0], minlength=n_categories) > 0).astype(np.float64)


def _checked_weights(weights: npt.ArrayLike) -> FloatArray:
    w = np.asarray(weights, dtype=np.float64)
    if not (np.isfinite(w) & (w >= 0)).all():
        raise ValueError("weights are finite and not negative")
    return w


def _checked_margins(
    categories: Mapping[str, npt.ArrayLike], targets: Mapping[str, npt.ArrayLike]
) -> tuple[dict[str, IntArray], dict[str, FloatArray]]:
    """Return labels and targets by margin; raise ValueError where they cannot be met."""
    if not categories or categories.keys() != targets.keys():
        raise ValueError("each margin needs its categories and its targets, and there is at least one")
    n_participants = np.asarray(next(iter(categories.values()))).size
    labels = {name: checked_labels(given, n_participants, name) for name, given in categories.items()}
    totals = {name: np.asarray(given, dtype=np.float64) for name, given in targets.items()}
    for name, total in totals.items():
        if total.ndim != 1 or not (np.isfinite(total) & (total >= 0)).all() or not total.any():
            raise ValueError(f"{name}: targets are finite and from 0 up, and not all 0")
        if labels[name].max(initial=-1) >= total.size:
            raise ValueError(f"{name}: category {labels[name].max()} has no target")
    is_known = np.logical_and.reduce([label >= 0 for label in labels.values()])
    if not is_known.any():
        raise ValueError("nobody's categories are all known")
    sums = {name: total.sum() for name, total in totals.items()}
    for name, total_sum in sums.items():
        if not np.isclose(total_sum, next(iter(sums.values())), rtol=1e-6):
            raise ValueError(f"the targets of {' and '.join(sums)} do not add up to the same total")
        found = np.bincount(labels[name][is_known], minlength=totals[name].size)
        for category in np.flatnonzero((found > 0) != (totals[name] > 0)):
            missing = "has a target and nobody in it" if not found[category] else "has people and target 0"
            raise ValueError(f"{name}: category {category} {missing}; merge it or leave it out")
    return labels, totals


def _rake(
    labels: Mapping[str, IntArray],
    totals: Mapping[str, FloatArray],
    cap: float | None,
    tolerance: float,
    max_rounds: int,
) -> Weights:
    # All who share every category share their weight: the work is on these cells, not on people.
    is_known = np.logical_and.reduce([label >= 0 for label in labels.values()])
    shape = tuple(total.size for total in totals.values())
    code = np.ravel_multi_index(tuple(label[is_known] for label in labels.values()), shape)
    cells, cell_of, people = np.unique(code, return_inverse=True, return_counts=True)
    margins = np.unravel_index(cells, shape)
    n_known = people.sum()
    wanted = [total / total.sum() * n_known for total in totals.values()]
    weight = np.ones(cells.size)
    gap, n_rounds, uncut = np.inf, 0, weight
    while gap > tolerance and n_rounds < max_rounds:
        n_rounds += 1
        before = weight
        for category, target in zip(margins, wanted, strict=True):
            summed = np.bincount(category, weight * people, minlength=target.size)
            weight = weight * np.divide(target, summed, out=np.zeros_like(target), where=summed > 0)[category]
        uncut = weight
        if cap is not None:
            weight = np.minimum(weight, cap)
        gap, margin, worst = _gap(weight * people, margins, wanted)
        if cap is not None and np.abs(weight - before).max() <= tolerance:
            break
    if cap is None and gap > tolerance:
        name = list(totals)[margin]
        raise ValueError(
            f"no weights meet all targets: after {n_rounds} rounds, category {worst} of {name} is "
            f"{gap:.2g} of its target off"
        )
    values = np.zeros(is_known.size)
    values[is_known] = weight[cell_of]
    n_capped = int(people[uncut > weight].sum())
    return Weights(values, int((~is_known).sum()), n_capped, float(gap), n_rounds)


def _gap(
    summed: FloatArray, margins: tuple[IntArray, ...], wanted: list[FloatArray]
) -> tuple[float, int, int]:
    """Return the greatest deviation from a target, as a part of it, with its margin and category."""
    found = []
    for margin, (category, target) in enumerate(zip(margins, wanted, strict=True)):
        reached = np.bincount(category, summed, minlength=target.size)
        off = np.divide(np.abs(reached - target), target, out=np.zeros_like(target), where=target > 0)
        found.append((float(off.max()), margin, int(off.argmax())))
    return max(found)


def _weighted_support(votes: VoteTable, w: FloatArray, level: float) -> WeightedSupport:
    counts = count_votes(votes)
    n, n_agree = counts.n_seen, counts.n_agree
    seen, squares, agreed, n_weighted = _sums(votes, w)
    n_effective = np.divide(seen**2, squares, out=np.zeros_like(seen), where=squares > 0)
    share = np.divide(agreed, seen, out=np.full_like(seen, np.nan), where=seen > 0)
    share = np.minimum(share, 1)  # of sums in a different order
    raw = np.divide(n_agree, n, out=np.full(n.shape, np.nan), where=n > 0)
    known = np.where(seen > 0, share, 0)
    return WeightedSupport(
        statement_ids=votes.statement_ids,
        share=share,
        ci=wilson_interval(known * n_effective, n_effective, level=level),
        n_effective=n_effective,
        raw=raw,
        raw_ci=wilson_interval(n_agree, n, level=level),
        n=n,
        n_weighted=n_weighted,
        difference=share - raw,
    )


def _sums(votes: VoteTable, w: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Return, by statement, the sums of weights, of their squares and of those who agree, and a count."""
    weight: FloatArray
    weight, label = np.unique(w, return_inverse=True)
    if weight.size > MOST_CLASSES:
        of_vote = w[votes.participant_index]

        def total(values: npt.NDArray[Any]) -> FloatArray:
            summed = np.bincount(votes.statement_index, values, minlength=votes.n_statements)
            return summed.astype(np.float64)

        agreed = total(of_vote * (votes.values == AGREE))
        return total(of_vote), total(of_vote**2), agreed, total(of_vote > 0).astype(np.int64)
    # Weights by raking are the same for all of a kind: counting those is faster than adding up votes.
    counts = count_votes_by_label(votes, label.astype(np.int64), weight.size)
    n = counts.n_seen
    found = np.stack([weight, weight**2]) @ n
    return found[0], found[1], np.asarray(weight @ counts.n_agree), n[weight > 0].sum(axis=0)
