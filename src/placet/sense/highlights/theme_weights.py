"""How each kind of participant weighs in each theme."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from placet.sense.estimates import Interval, newcombe_interval, wilson_interval
from placet.sense.highlights.discoveries import adjust_p_values
from placet.sense.votes.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl

UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class ThemeWeights:
    """How the texts of each group are spread over themes; arrays of shape (n_groups, n_themes).

    Attributes
    ----------
    n_texts : int64
        Texts of a group in a theme.
    n_of_group : (n_groups,) int64
        Texts of a group in any theme.
    share : float64
        Of the group's texts, how many are in the theme; NaN where the group wrote none.
    share_ci : Interval
        Wilson's.
    expected : (n_groups, n_themes) float64
        The same share among the texts of all other groups; NaN where they wrote none.
    difference : float64
        Share minus expected share.
    difference_ci : Interval
        Newcombe's.
    p_value, q_value : float64
        Of the exact test of no difference, and adjusted over all cells; NaN where nothing was tested.
    n_unknown : int
        Texts whose group is not known; they are in no figure.
    n_without_theme : int
        Texts of known groups in no theme; they are in no figure.
    level : float
        Coverage of the intervals, of each on its own.
    """

    n_texts: IntArray
    n_of_group: IntArray
    share: FloatArray
    share_ci: Interval
    expected: FloatArray
    difference: FloatArray
    difference_ci: Interval
    p_value: FloatArray
    q_value: FloatArray
    n_unknown: int
    n_without_theme: int
    level: float

    def __repr__(self) -> str:
        n_groups, n_themes = self.n_texts.shape
        return f"ThemeWeights({n_groups} groups, {n_themes} themes, {int(self.n_texts.sum())} texts)"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a group and theme; an interval ``x_ci`` becomes ``x_low`` and ``x_high``."""
        import polars as pl

        n_groups, n_themes = self.n_texts.shape
        columns = {
            "group": np.repeat(np.arange(n_groups), n_themes),
            "theme": np.tile(np.arange(n_themes), n_groups),
        }
        return pl.DataFrame(
            columns | {name: values.ravel() for name, values in self._cells().items()}
        ).fill_nan(None)

    def to_json(self) -> str:
        """Return all cells as JSON; null where there is no figure."""
        document = {
            "level": self.level,
            "n_unknown": self.n_unknown,
            "n_without_theme": self.n_without_theme,
            "n_of_group": self.n_of_group.tolist(),
            "cells": [
                {"group": group, "theme": theme}
                | {name: _plain(values[group, theme]) for name, values in self._cells().items()}
                for group, theme in np.ndindex(*self.n_texts.shape)
            ],
        }
        return json.dumps(document, allow_nan=False)

    def _cells(self) -> dict[str, npt.NDArray[np.float64] | IntArray]:
        return {
            "n_texts": self.n_texts,
            "share": self.share,
            "share_low": self.share_ci.low,
            "share_high": self.share_ci.high,
            "expected": self.expected,
            "difference": self.difference,
            "difference_low": self.difference_ci.low,
            "difference_high": self.difference_ci.high,
            "p_value": self.p_value,
            "q_value": self.q_value,
        }


def theme_weights(
    theme_of: npt.ArrayLike,
    group_of: npt.ArrayLike,
    *,
    n_themes: int | None = None,
    n_groups: int | None = None,
    level: float = 0.95,
) -> ThemeWeights:
    """Compare how much of what each group wrote is in each theme with what all others wrote.

    Parameters
    ----------
    theme_of : (n_texts,) int
        Theme of each text, from 0; -1 for none.
    group_of : (n_texts,) int
        Group of its author (member, constituency or opinion group), from 0; -1 where not known.
    n_themes, n_groups : int, optional
        How many there are; as many as occur, if left out.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    ThemeWeights

    Raises
    ------
    ValueError
        If the lengths differ, a number is below -1 or beyond its bound, or the level is not inside (0, 1).

    Notes
    -----
    With k of a group's n texts in a theme, and j of the m texts of all others, the share is k / n with
    Wilson's interval, the expected share j / m, and the difference has Newcombe's interval (see
    `wilson_interval` and `newcombe_interval`). The p-value is Fisher's exact one, two-sided (Fisher, R. A.
    (1934), Statistical Methods for Research Workers, 5th ed., section 21.02), adjusted over all cells
    (Benjamini and Hochberg, 1995).

    Texts are counted, not people: somebody who wrote ten weighs ten times, and the intervals are then too
    narrow. A share says what a group speaks of, not what it thinks of it. Cells with fewer than ten
    texts may point at persons: here they are given as they are, and whoever publishes them withholds
    them first, with what they could be subtracted from (`placet.sense.estimates.suppression`).
    """
    themes, groups = (np.asarray(values, dtype=np.int64) for values in (theme_of, group_of))
    n_themes = _checked_bound(themes, n_themes, "theme_of")
    n_groups = _checked_bound(groups, n_groups, "group_of")
    if themes.shape != groups.shape:
        raise ValueError("theme_of and group_of have one entry a text")
    is_known = groups != UNKNOWN
    is_counted = is_known & (themes != UNKNOWN)
    counts = np.zeros((n_groups, n_themes), dtype=np.int64)
    np.add.at(counts, (groups[is_counted], themes[is_counted]), 1)
    n_own = np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape)
    others, n_others = counts.sum(axis=0) - counts, counts.sum() - n_own
    with np.errstate(invalid="ignore", divide="ignore"):
        share, expected = counts / n_own, others / n_others
    p_value = _exact_p_values(counts, n_own, others, n_others)
    return ThemeWeights(
        n_texts=counts,
        n_of_group=counts.sum(axis=1),
        share=share,
        share_ci=wilson_interval(counts, n_own, level=level),
        expected=expected,
        difference=share - expected,
        difference_ci=newcombe_interval(counts, n_own, others, n_others, level=level),
        p_value=p_value,
        q_value=adjust_p_values(p_value),
        n_unknown=int((~is_known).sum()),
        n_without_theme=int((is_known & ~is_counted).sum()),
        level=level,
    )


def _checked_bound(values: IntArray, n_values: int | None, name: str) -> int:
    """How many there are, or ValueError."""
    if values.ndim != 1:
        raise ValueError(f"{name} has one entry a text")
    found = int(values.max(initial=UNKNOWN)) + 1
    if (values.size and values.min() < UNKNOWN) or (n_values is not None and found > n_values):
        raise ValueError(f"{name} holds numbers from 0 on, or -1")
    return found if n_values is None else n_values


def _exact_p_values(k: IntArray, n: IntArray, j: IntArray, m: IntArray) -> FloatArray:
    """Fisher's exact test in each cell; NaN where either side wrote nothing."""
    p_values = np.full(k.shape, math.nan)
    for cell in zip(*np.nonzero((n > 0) & (m > 0)), strict=True):
        p_values[cell] = _fisher(int(k[cell]), int(n[cell]), int(j[cell]), int(m[cell]))
    return p_values


def _fisher(k: int, n: int, j: int, m: int) -> float:
    """The probability of tables with these margins that are no likelier than this one."""
    from scipy.special import gammaln  # scipy.special is slow to import

    total = k + j
    own = np.arange(max(0, total - m), min(n, total) + 1)

    def log_choose(whole: int, part: IntArray) -> FloatArray:
        return np.asarray(gammaln(whole + 1) - gammaln(part + 1) - gammaln(whole - part + 1))

    log_p = log_choose(n, own) + log_choose(m, total - own)
    p = np.exp(log_p - log_p.max())
    # Equal probabilities are computed a little apart.
    return float(min(p[p <= p[own == k] * (1 + 1e-7)].sum() / p.sum(), 1.0))


def _plain(value: Any) -> float | None:
    plain: float = value.item()
    return None if math.isnan(plain) else plain
