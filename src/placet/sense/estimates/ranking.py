"""Entries ranked by a jury and by an audience, with what the ranking does not know."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from placet.sense.estimates.proportions import Interval, wilson_interval
from placet.sense.estimates.rank_intervals import (
    RankIntervals,
    intervals_from,
    separate_by_simulation,
    separate_by_tests,
)
from placet.sense.votes.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl

HIGHEST_SCORE = 10.0
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class JuryRanking:
    """What a jury's scores say of each entry.

    Attributes
    ----------
    score : (n_entries,) float64
        Weighted over the criteria, as the jurors of its panel would give on average, had each of them
        scored it; NaN where nobody has.
    standard_error : (n_entries,) float64
        NaN where the noise cannot be estimated: see `df`.
    ci : Interval
        Of each score on its own.
    spread : (n_entries,) float64
        Standard deviation of its scores between jurors, severity apart; NaN where it cannot be told: fewer
        than two jurors, or a juror who scored nothing else.
    n_scores : (n_entries,) int64
        Jurors who scored it by every criterion.
    severity : (n_jurors,) float64
        How much higher (+) or lower (-) a juror scores than the panel, for the same entries; NaN for one
        who scored nothing.
    panel : (n_entries,) int64
        Entries of different panels share no juror, directly or through other entries: nothing says how
        they compare, and no line is drawn between them. -1 where nobody scored the entry.
    ranks : RankIntervals
    residual_sd : float
        Of one juror's score of one entry, beyond entry and severity; NaN where `df` is 0.
    df : int
        Degrees of freedom of the noise. 0 with one juror, or one entry: then all entries share all ranks.
    level : float
    """

    score: FloatArray
    standard_error: FloatArray
    ci: Interval
    spread: FloatArray
    n_scores: IntArray
    severity: FloatArray
    panel: IntArray
    ranks: RankIntervals
    residual_sd: float
    df: int
    level: float

    def __repr__(self) -> str:
        n_tiers = int(self.ranks.tier.max(initial=0))
        return f"JuryRanking({len(self.score)} entries, {len(self.severity)} jurors; {n_tiers} tiers)"

    @property
    def is_connected(self) -> bool:
        """Whether all entries that were scored can be compared with one another."""
        return bool(self.panel.max(initial=-1) <= 0)

    def to_polars(self) -> pl.DataFrame:
        """Return a row for each entry; null where there is no figure. Severity is of jurors: not in it."""
        import polars as pl

        return pl.DataFrame(self._columns()).fill_nan(None)

    def to_json(self) -> str:
        """Return the figures of the entries as JSON; null where there is none."""
        noise = None if np.isnan(self.residual_sd) else self.residual_sd
        head = {"level": self.level, "df": self.df, "residual_sd": noise, "is_connected": self.is_connected}
        return json.dumps(head | {"entries": self.rows()}, allow_nan=False)

    def rows(self) -> list[dict[str, Any]]:
        """Return the figures of each entry as plain numbers, in the order of the entries; None for none."""
        return _rows(self._columns())

    def _columns(self) -> dict[str, Any]:
        return {
            "score": self.score,
            "standard_error": self.standard_error,
            "score_low": self.ci.low,
            "score_high": self.ci.high,
            "spread": self.spread,
            "n_scores": self.n_scores,
            "panel": self.panel,
            **_rank_columns(self.ranks),
        }


@dataclass(frozen=True, eq=False)
class AudienceRanking:
    """What an audience's votes, one each, say of each entry.

    Attributes
    ----------
    n_votes : (n_entries,) int64
    share : (n_entries,) float64
        Of all votes; NaN where nobody voted.
    ci : Interval
        Wilson's, of each share on its own.
    ranks : RankIntervals
    level : float
    """

    n_votes: IntArray
    share: FloatArray
    ci: Interval
    ranks: RankIntervals
    level: float

    def __repr__(self) -> str:
        return f"AudienceRanking({len(self.n_votes)} entries, {int(self.n_votes.sum())} votes)"

    def to_polars(self) -> pl.DataFrame:
        """Return a row for each entry; null where there is no figure."""
        import polars as pl

        return pl.DataFrame(self._columns()).fill_nan(None)

    def to_json(self) -> str:
        """Return all figures as JSON; null where there is none."""
        return json.dumps({"level": self.level, "entries": self.rows()}, allow_nan=False)

    def rows(self) -> list[dict[str, Any]]:
        """Return the figures of each entry as plain numbers, in the order of the entries; None for none."""
        return _rows(self._columns())

    def _columns(self) -> dict[str, Any]:
        return {
            "n_votes": self.n_votes,
            "share": self.share,
            "share_low": self.ci.low,
            "share_high": self.ci.high,
            **_rank_columns(self.ranks),
        }


def rank_by_jury(
    scores: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    generator: np.random.Generator,
    level: float = 0.95,
    step: float = 1.0,
    n_draws: int = 9_999,
) -> JuryRanking:
    """Return scores freed of the jurors' severity, and the ranks that the noise leaves open.

    Parameters
    ----------
    scores : (n_jurors, n_entries, n_criteria) array_like
        From 0 to 10; NaN where a juror has not scored: a conflict of interest, or not yet. A juror counts
        for an entry once every criterion is scored.
    weights : (n_criteria,) array_like
        Positive; only their proportions matter.
    generator : numpy.random.Generator
        For the critical values.
    level : float
        Of every interval; the rank intervals hold it for all entries together.
    step : float
        What scores are rounded to, 0 for none. The noise is never taken for less than rounding makes:
        ``step^2 / 12`` for each criterion (Sheppard, 1898).
    n_draws : int
        Simulations for the critical values.

    Returns
    -------
    JuryRanking

    Raises
    ------
    ValueError
        If the shapes do not agree, a score lies outside [0, 10], a weight is not positive and finite, the
        level not inside (0, 1), the step negative, or there are fewer than 99 draws.

    Notes
    -----
    With y the weighted score that juror j gives to entry i, an additive two-way model by least squares::

        y_ij = theta_i + b_j + e_ij,   sum of b_j over a panel = 0

    (Searle, S. R., 1987, "Linear Models for Unbalanced Data", Wiley, chapter 4). A juror who knows an
    entry's author leaves a gap; the entry does not lose by a lenient juror's absence, nor gain by a severe
    one's. The e_ij are taken as independent with one variance, estimated on N - rank degrees of freedom.

    Ranks after Mogstad, M., Romano, J. P., Shaikh, A. M. and Wilhelm, D. (2024), "Inference for Ranks with
    Applications to Mobility across Neighbourhoods and Academic Achievement across Countries", Review of
    Economic Studies 91, 476-518: an interval for a rank follows from which differences are told from 0
    when all pairs are looked at. Here the critical values are those of the multivariate t distribution
    (Hothorn, T., Bretz, F. and Westfall, P., 2008, "Simultaneous inference in general parametric models",
    Biometrical Journal 50, 346-363), stepped down (Romano, J. P. and Wolf, M., 2005, "Exact and approximate
    stepdown methods for multiple hypothesis testing", JASA 100, 94-108): a bootstrap over three jurors
    has too few of them to hold its level (docs/methods/jury.md has the figures).

    It shows what this jury's scores say, were the same jurors to judge again. It does not show what another
    jury would say, nor whether the criteria are the right ones; and jurors who talk to one another before
    they score are one juror.

    Examples
    --------
    Three jurors, three entries; the third juror has a conflict with the first entry and is severe:

    >>> import numpy as np
    >>> from placet.sense import rank_by_jury
    >>> scores = [[[9], [5], [5]], [[9], [6], [5]], [[np.nan], [2], [2]]]
    >>> ranking = rank_by_jury(scores, [100], generator=np.random.default_rng(1))
    >>> ranking.score.round(2)
    array([7.92, 4.33, 4.  ])
    >>> ranking.ranks.low, ranking.ranks.high
    (array([1, 2, 2]), array([1, 3, 3]))
    """
    cells, shares = _checked(scores, weights, level, step, n_draws)
    return _rank_by_jury(cells, shares, generator, level, step, n_draws)


def rank_by_audience(n_votes: npt.ArrayLike, *, level: float = 0.95) -> AudienceRanking:
    """Return the shares of votes, one a voter, and the ranks that the noise leaves open.

    Parameters
    ----------
    n_votes : (n_entries,) array_like of int
    level : float
        Of every interval; the rank intervals hold it for all entries together.

    Returns
    -------
    AudienceRanking
        Without votes all entries share all ranks.

    Raises
    ------
    ValueError
        If a count is negative or no whole number, or the level is not inside (0, 1).

    Notes
    -----
    Of two entries with v and w votes, v is binomial on v + w with one half where both are liked alike: an
    exact test of each pair, all pairs by Holm's procedure, and ranks from what is told apart (Mogstad et
    al., 2024, as in `rank_by_jury`). It treats those who voted as a sample of those who might have. It
    does not show who was called upon to vote by whom.

    Examples
    --------
    >>> from placet.sense import rank_by_audience
    >>> ranking = rank_by_audience([60, 52, 20])
    >>> ranking.ranks.low, ranking.ranks.high
    (array([1, 1, 3]), array([2, 2, 3]))
    """
    counts = np.asarray(n_votes, dtype=np.float64)
    if counts.ndim != 1 or not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError("votes are whole numbers, one for each entry")
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    total = counts.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts / total
    separated = separate_by_tests(counts, _pair_tests(counts), level=level)
    return AudienceRanking(
        n_votes=counts.astype(np.int64),
        share=share,
        ci=wilson_interval(counts, np.full(len(counts), total), level=level),
        ranks=intervals_from(separated, counts, level),
        level=level,
    )


def _checked(
    scores: npt.ArrayLike, weights: npt.ArrayLike, level: float, step: float, n_draws: int
) -> tuple[FloatArray, FloatArray]:
    cells: FloatArray = np.array(scores, dtype=np.float64)
    shares: FloatArray = np.array(weights, dtype=np.float64)
    if cells.ndim != 3 or shares.shape != cells.shape[2:] or not len(shares):
        raise ValueError("scores are jurors × entries × criteria, with a weight for each criterion")
    if not (np.isnan(cells) | ((cells >= 0) & (cells <= HIGHEST_SCORE))).all():
        raise ValueError("a score lies between 0 and 10, or is NaN")
    if not (np.isfinite(shares) & (shares > 0)).all():
        raise ValueError("weights are positive")
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    if not 0 <= step <= HIGHEST_SCORE or n_draws < 99:
        raise ValueError("step lies between 0 and 10, and there are at least 99 draws")
    return cells, shares / shares.sum()


def _rank_by_jury(
    cells: FloatArray,
    weights: FloatArray,
    generator: np.random.Generator,
    level: float,
    step: float,
    n_draws: int,
) -> JuryRanking:
    table = cells @ weights
    n_jurors, n_entries = table.shape
    jurors, entries = np.nonzero(~np.isnan(table))
    y = table[jurors, entries]
    entry_panel, juror_panel = _panels(jurors, entries, n_jurors, n_entries)
    is_scored = entry_panel >= 0
    design = np.zeros((len(y), n_entries + n_jurors))
    design[np.arange(len(y)), entries] = design[np.arange(len(y)), n_entries + jurors] = 1.0
    inverse = np.linalg.pinv(design)
    effects = inverse @ y
    residuals = y - design @ effects
    # The rank of a graph's incidence matrix: one less than its nodes, for each part that hangs together.
    n_effects = np.count_nonzero(is_scored) + np.count_nonzero(juror_panel >= 0)
    df = len(y) - int(n_effects - (entry_panel.max(initial=-1) + 1))
    noise = step**2 / 12 * float((weights**2).sum())
    variance = max(float(residuals @ residuals) / df, noise) if df else np.nan
    reading = _reading(entry_panel, juror_panel)
    score = np.where(is_scored, reading @ effects, np.nan)
    factor = reading @ inverse
    covariance = factor @ factor.T
    error = np.where(is_scored, np.sqrt(variance * np.diag(covariance)), np.nan)
    spread = _spread(residuals, (design * inverse.T).sum(axis=1), entries, n_entries)
    comparable = (entry_panel[:, None] == entry_panel) & is_scored & ~np.eye(n_entries, dtype=bool)
    separated = np.zeros_like(comparable)
    if df and variance:
        separated = separate_by_simulation(
            score,
            covariance,
            _pair_variance(variance, spread),
            df,
            comparable,
            level=level,
            n_draws=n_draws,
            generator=generator,
        )
    return JuryRanking(
        score=score,
        standard_error=error,
        ci=_score_interval(score, error, df, level),
        spread=spread,
        n_scores=np.bincount(entries, minlength=n_entries).astype(np.int64),
        severity=_severity(effects[n_entries:], juror_panel),
        panel=entry_panel,
        ranks=intervals_from(separated, score, level),
        residual_sd=float(np.sqrt(variance)),
        df=df,
        level=level,
    )


def _panels(
    jurors: npt.NDArray[np.intp], entries: npt.NDArray[np.intp], n_jurors: int, n_entries: int
) -> tuple[IntArray, IntArray]:
    """Which entries and jurors hang together through scores; -1 for those without any."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = n_entries + n_jurors
    links = coo_array((np.ones(len(entries)), (entries, n_entries + jurors)), shape=(n, n))
    _count, label = connected_components(links, directed=False)
    seen = np.zeros(n, dtype=np.bool_)
    seen[entries] = seen[n_entries + jurors] = True
    panel = np.full(n, -1, dtype=np.int64)
    panel[seen] = np.unique(label[seen], return_inverse=True)[1]
    return panel[:n_entries], panel[n_entries:]


def _reading(entry_panel: IntArray, juror_panel: IntArray) -> FloatArray:
    """The rows that read an entry's score off the effects: its own, and the mean of its panel's jurors."""
    is_scored = entry_panel >= 0
    sits = (entry_panel[:, None] == juror_panel) & is_scored[:, None]
    seats = np.maximum(sits.sum(axis=1, keepdims=True), 1)
    own = np.eye(len(entry_panel)) * is_scored
    return np.hstack([own, sits / seats])


def _score_interval(score: FloatArray, error: FloatArray, df: int, level: float) -> Interval:
    from scipy.special import stdtrit  # slow to import

    half = stdtrit(df, (1 + level) / 2) * error if df else error
    return Interval(np.maximum(score - half, 0.0), np.minimum(score + half, HIGHEST_SCORE), level)


def _severity(effects: FloatArray, juror_panel: IntArray) -> FloatArray:
    severity = np.full(len(effects), np.nan)
    for panel in range(juror_panel.max(initial=-1) + 1):
        sits = juror_panel == panel
        severity[sits] = effects[sits] - effects[sits].mean()
    return severity


def _spread(
    residuals: FloatArray, leverage: FloatArray, entries: npt.NDArray[np.intp], n_entries: int
) -> FloatArray:
    """Root mean square of an entry's residuals, each over what its own score took from it.

    A residual has variance sigma^2 (1 - leverage); in a complete table this is the standard deviation
    between jurors. NaN where a score is all that its juror, or its entry, has: it says nothing of spread.
    """
    left = 1 - leverage
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(left > TOLERANCE, residuals**2 / left, np.nan)
        mean = np.bincount(entries, squares, n_entries) / np.bincount(entries, minlength=n_entries)
    spread: FloatArray = np.sqrt(mean)
    return spread


def _pair_variance(variance: float, spread: FloatArray) -> FloatArray:
    """Of each pair the variance of all, or that of the two entries where they are more disputed than most."""
    own = np.nan_to_num(spread) ** 2
    pair: FloatArray = np.maximum(variance, (own[:, None] + own) / 2)
    return pair


def _pair_tests(counts: FloatArray) -> FloatArray:
    from scipy.special import bdtr

    smaller = np.minimum(counts[:, None], counts)
    p: FloatArray = np.minimum(1.0, 2 * bdtr(smaller, (counts[:, None] + counts).astype(np.int64), 0.5))
    return p


def _rank_columns(ranks: RankIntervals) -> dict[str, IntArray]:
    return {"rank_low": ranks.low, "rank_high": ranks.high, "tier": ranks.tier}


def _rows(columns: dict[str, Any]) -> list[dict[str, Any]]:
    plain = {
        name: [None if isinstance(value, float) and np.isnan(value) else value for value in values.tolist()]
        for name, values in columns.items()
    }
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]
