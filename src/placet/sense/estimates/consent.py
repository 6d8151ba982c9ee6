"""Consent across members: how each statement stands in each member, and where it stands worst."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from placet.sense.estimates.proportions import Interval, clopper_pearson_low, wilson_interval
from placet.sense.estimates.results import Consent, Estimate, LeastFavourable
from placet.sense.estimates.shrinkage import ShrunkProportions, shrink_proportions
from placet.sense.votes import Identifier, VoteCounts, VoteTable, count_votes_by_label
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray

ROUNDING = 1e-12


def consent_across_members(
    votes: VoteTable,
    member_of: npt.ArrayLike,
    *,
    members: Sequence[str] | None = None,
    level: float = 0.95,
) -> Consent:
    """Support for each statement in each member, with the least favourable member's lower bound.

    Members are labels: constituencies, or member × constituency (`cross_labels`), do as well.

    Parameters
    ----------
    votes : VoteTable
        Current votes.
    member_of : (n_participants,) array_like of int
        Position of each participant's member, in the order of ``votes.participant_ids``; -1 where
        it is unknown (left out, and counted in ``n_unknown``).
    members : sequence of str, optional
        Names of all members, those nobody voted from included. Without it they are called "0",
        "1" and so on, up to the greatest position.
    level : float
        Of every interval and bound, between 0 and 1.

    Returns
    -------
    Consent

    Raises
    ------
    ValueError
        If a position is not an integer from -1 to the number of members less one, there is not
        one for each participant, two members share a name, or the level is not inside (0, 1).

    Notes
    -----
    See `consent_from_counts` for how each figure is computed.

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import consent_across_members, plant_conversation
    >>> votes = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation.votes
    >>> consent = consent_across_members(votes, np.arange(300) % 3, members=["FR", "DE", "MT"])
    >>> consent
    Consent(3 members, 0 of them absent; 20 statements)

    In every member at least this share supports the first statement; the bound is lowest in Malta:

    >>> float(consent.least.low[0].round(2)), consent.members[consent.least.member[0]]
    (0.69, 'MT')
    """
    labels = checked_labels(member_of, votes.n_participants, "member_of")
    names = members if members is not None else [str(m) for m in range(labels.max(initial=-1) + 1)]
    if labels.max(initial=-1) >= len(names):
        raise ValueError(f"member_of goes from -1 to {len(names) - 1}")
    return consent_from_counts(
        count_votes_by_label(votes, labels, len(names)),
        members=names,
        statement_ids=votes.statement_ids,
        n_unknown=int((labels < 0).sum()),
        level=level,
    )


def consent_from_counts(
    counts: VoteCounts,
    *,
    members: Sequence[str] | None = None,
    statement_ids: Sequence[Identifier] | None = None,
    n_unknown: int = 0,
    level: float = 0.95,
) -> Consent:
    """Support for each statement in each member, from counts: all that a release shows.

    Parameters
    ----------
    counts : VoteCounts
        Arrays of shape (n_members, n_statements). A withheld cell is given as zeros: such a member
        counts as not heard.
    members, statement_ids : sequence, optional
        Names of the rows and columns; numbered from 0 without them.
    n_unknown : int
        Participants in no row.
    level : float
        Of every interval and bound, between 0 and 1.

    Returns
    -------
    Consent

    Raises
    ------
    ValueError
        If counts are not whole and from 0 up, their shapes differ or do not fit the names, two
        members share a name, or the level is not inside (0, 1).

    Notes
    -----
    - Support with k agreements among n votes is k / n, with Wilson's interval.
    - Shrunk support and its interval: `shrink_proportions`.
    - Least favourable member: with M members heard and level 1 - a, each member's one-sided lower
      bound is taken at 1 - a / M (Bonferroni: it holds whatever binds the members to each other),
      so that all M hold at once with the level. The smallest of them is then, with the level, a
      lower bound of the support in whichever member has least. It is computed twice: from the
      quantiles of the shrunk support, which hold for members that are exchangeable; and from
      Clopper-Pearson bounds, which hold whatever the members are (Clopper, C. J. and Pearson, E.
      S. (1934), Biometrika 26, 404-413).
    - Every member equal: mean of k / n over the M members heard, with variance ``v = sum E[p (1 - p)]
      / n / M^2``, the expectation by the shrunk support (a member of one vote has no variance of
      its own). The interval is Wilson's for as many votes as the mean is worth, ``q (1 - q) / v``
      with q the mean of the shrunk supports (as Korn, E. L. and Graubard, B. I. (1998), Survey
      Methodology 24, 193-201, do for surveys). Kish's effective sample size of it, ``M^2 / sum 1 /
      n``, stands beside it. Its difference from the share as voted is a
      weighted sum of the same shares, with a normal interval.

    What it does not show: support among those who did not take part. Intervals treat those who
    voted in a member as a random sample of it. A member that was not heard is in no headline:
    look at ``n_heard``.
    """
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    shape = np.shape(counts.n_agree)
    if len(shape) != 2 or shape != np.shape(counts.n_disagree) or shape != np.shape(counts.n_pass):
        raise ValueError("counts are tables of members by statements")
    for array in (counts.n_agree, counts.n_disagree, counts.n_pass):
        if np.asarray(array).dtype.kind not in "iu" or (np.asarray(array) < 0).any():
            raise ValueError("counts are whole numbers, from 0 up")
    names = tuple(map(str, range(shape[0]) if members is None else members))
    statements: tuple[Identifier, ...] = tuple(range(shape[1]) if statement_ids is None else statement_ids)
    if (len(names), len(statements)) != shape:
        raise ValueError("counts need one row for each member and one column for each statement")
    if len(set(names)) < len(names):
        raise ValueError("two members share a name")
    if n_unknown < 0:
        raise ValueError("counts are whole numbers, from 0 up")
    return _consent(counts, names, statements, n_unknown, level)


def checked_labels(labels: npt.ArrayLike, n_participants: int, name: str) -> IntArray:
    """Return labels as (n_participants,) int64, or raise ValueError unless they are from -1 up."""
    array = np.asarray(labels)
    if array.shape != (n_participants,):
        raise ValueError(f"{name} needs one entry for each participant")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} holds whole numbers")
    if array.size and (array.min() < -1 or array.max() > np.iinfo(np.int64).max):
        raise ValueError(f"{name} goes from -1, which is unknown, up")
    return array.astype(np.int64)


def _consent(
    counts: VoteCounts,
    members: tuple[str, ...],
    statement_ids: tuple[Identifier, ...],
    n_unknown: int,
    level: float,
) -> Consent:
    n_agree, n = counts.n_agree.astype(np.int64), counts.n_seen.astype(np.int64)
    is_heard = n > 0
    n_heard = is_heard.sum(axis=0)
    support = _share(n_agree, n)
    shrunk = shrink_proportions(n_agree, n)
    single = (1 - level) / np.maximum(n_heard, 1)
    total, total_agree = n.sum(axis=0), n_agree.sum(axis=0)
    pooled = _share(total_agree, total)
    equal = is_heard / np.maximum(n_heard, 1)
    tilt = equal - n / np.maximum(total, 1)
    tilt[np.abs(tilt) < ROUNDING] = 0  # as where one member alone was heard
    return Consent(
        members=members,
        statement_ids=statement_ids,
        level=level,
        n_unknown=n_unknown,
        n=n,
        n_agree=n_agree,
        support=support,
        support_ci=wilson_interval(n_agree, n, level=level),
        shrunk=shrunk,
        shrunk_ci=shrunk.interval(level),
        least=_least(shrunk.quantile(single), is_heard),
        least_without_model=_least(clopper_pearson_low(n_agree, n, single), is_heard),
        as_voted=Estimate(pooled, wilson_interval(total_agree, total, level=level)),
        members_equal=_weighted_mean(equal, support, shrunk, n, level),
        n_effective=n_heard**2 / np.maximum((is_heard / np.maximum(n, 1)).sum(axis=0), ROUNDING),
        difference=_contrast(tilt, support, shrunk, n, level),
        n_heard=n_heard,
    )


def _share(successes: IntArray, trials: IntArray) -> FloatArray:
    share: FloatArray = np.divide(successes, trials, out=np.full(trials.shape, np.nan), where=trials > 0)
    return share


def _weighted_mean(
    weight: FloatArray, support: FloatArray, shrunk: ShrunkProportions, n: IntArray, level: float
) -> Estimate:
    """Return the mean of the members' shares, with Wilson's interval at the votes it is worth."""
    value, variance = _sum_of_shares(weight, support, shrunk, n)
    likely = (weight * shrunk.mean).sum(axis=0)
    worth = np.divide(likely * (1 - likely), variance, out=np.zeros_like(value), where=variance > 0)
    known = np.where(np.isnan(value), 0.0, np.clip(value, 0.0, 1.0))
    return Estimate(value, wilson_interval(known * worth, worth, level=level))


def _contrast(
    weight: FloatArray, support: FloatArray, shrunk: ShrunkProportions, n: IntArray, level: float
) -> Estimate:
    """Return a sum of shares whose weights add up to 0, with a normal interval."""
    value, variance = _sum_of_shares(weight, support, shrunk, n)
    half = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(variance)
    return Estimate(value, Interval(value - half, value + half, level))


def _sum_of_shares(
    weight: FloatArray, support: FloatArray, shrunk: ShrunkProportions, n: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return a weighted sum of the members' shares and its variance; NaN where nobody voted."""
    is_heard = n > 0
    value = (weight * np.where(is_heard, support, 0)).sum(axis=0)
    variance = (weight**2 * np.where(is_heard, shrunk.vote_variance, 0) / np.maximum(n, 1)).sum(axis=0)
    nobody_voted = ~is_heard.any(axis=0)
    return np.where(nobody_voted, np.nan, value), np.where(nobody_voted, np.nan, variance)


def _least(low: FloatArray, is_heard: BoolArray) -> LeastFavourable:
    if not len(low):
        nobody = np.full(low.shape[1], -1, dtype=np.int64)
        return LeastFavourable(nobody, np.full(low.shape[1], np.nan))
    of_heard = np.where(is_heard, low, np.inf)
    member = of_heard.argmin(axis=0)
    found = np.take_along_axis(of_heard, member[None], axis=0)[0]
    nobody_voted = ~is_heard.any(axis=0)
    return LeastFavourable(np.where(nobody_voted, -1, member), np.where(nobody_voted, np.nan, found))
