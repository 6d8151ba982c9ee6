"""Routing: which statement a participant sees next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Router:
    """Draws statements at random in proportion to their priority.

    Make one each time the priorities are computed anew; drawing changes nothing in it.

    Attributes
    ----------
    positions : (n_eligible,) int64
        The statements that may be shown, ascending.
    weights : (n_eligible,) float64
        Their priorities, scaled so that the largest is 1.

    Notes
    -----
    The rule is that of Polis (``getNextComment`` in its server): at random in proportion to
    priority among what the participant has not voted on. Build one with `Router.of`.

    Examples
    --------
    The last statement is not eligible, and the third comes when nothing else is left:

    >>> import numpy as np
    >>> from placet.sense import Router
    >>> router = Router.of([4.0, 1.0, 0.0, 9.0], [True, True, True, False])
    >>> generator = np.random.default_rng(0)
    >>> router.draw([0], generator)
    1
    >>> router.draw([0, 1], generator)
    2
    >>> router.draw([0, 1, 2], generator) is None
    True
    """

    positions: IntArray
    weights: FloatArray

    @classmethod
    def of(cls, priorities: npt.ArrayLike, is_eligible: npt.ArrayLike) -> Router:
        """Prepare the draws.

        Parameters
        ----------
        priorities : (n_statements,) array_like of float
            Finite and not negative, as from `statement_priorities`. A statement of priority 0
            comes only when nothing else is left.
        is_eligible : (n_statements,) array_like of bool
            Which statements may be shown: rejected ones may not, meta statements may.

        Raises
        ------
        ValueError
            If the shapes differ, or a priority is negative or not finite.
        """
        weights = np.asarray(priorities, dtype=np.float64)
        eligible = np.asarray(is_eligible)
        if weights.ndim != 1 or eligible.shape != weights.shape or eligible.dtype != np.bool_:
            raise ValueError("priorities and is_eligible need one entry for each statement")
        if not np.isfinite(weights).all() or (weights < 0).any():
            raise ValueError("priorities are finite and not negative")
        chosen = weights[eligible]
        largest = chosen.max(initial=0.0)
        return cls(np.flatnonzero(eligible), chosen / largest if largest > 0 else chosen)

    def draw(self, voted: npt.ArrayLike, generator: np.random.Generator) -> int | None:
        """Draw the next statement for somebody who voted on these.

        Parameters
        ----------
        voted : array_like of int
            Positions of the statements not to be shown; in any order, repeats and ineligible ones
            allowed.
        generator : numpy.random.Generator

        Returns
        -------
        int or None
            Position of the statement; None if nothing is left.

        Raises
        ------
        ValueError
            If `voted` holds anything but whole numbers from 0.
        """
        drawn = self.draw_many(voted, 1, generator)
        return drawn[0] if drawn else None

    def draw_many(self, voted: npt.ArrayLike, n: int, generator: np.random.Generator) -> tuple[int, ...]:
        """Draw the next `n` statements, all different; fewer if fewer are left.

        The same as drawing one after another, each time without those drawn before: it serves a
        page that has to know what comes before the answer is in.
        """
        if n < 0:
            raise ValueError("n is not negative")
        weights, is_left = self._left(voted)
        drawn: list[int] = []
        while len(drawn) < n:
            chosen = _draw(weights, is_left, generator)
            if chosen is None:
                break
            drawn.append(int(self.positions[chosen]))
            weights[chosen] = 0.0
            is_left[chosen] = False
        return tuple(drawn)

    def _left(self, voted: npt.ArrayLike) -> tuple[FloatArray, BoolArray]:
        """Return the weights with those voted on set to 0, and which statements are left."""
        given = np.asarray(voted)
        if given.size and (given.dtype.kind not in "iu" or given.min() < 0):
            raise ValueError("voted holds positions of statements, whole numbers from 0")
        weights, is_left = self.weights.copy(), np.ones(self.weights.size, dtype=np.bool_)
        if given.size and self.positions.size:
            place = np.minimum(np.searchsorted(self.positions, given), self.positions.size - 1)
            place = place[self.positions[place] == given]
            weights[place] = 0.0
            is_left[place] = False
        return weights, is_left


def _draw(weights: FloatArray, is_left: BoolArray, generator: np.random.Generator) -> int | None:
    if not is_left.any():
        return None
    cumulative = np.cumsum(weights)
    total = cumulative[-1]
    if total <= 0:  # only statements of priority 0
        left = np.flatnonzero(is_left)
        return int(left[generator.integers(left.size)])
    # Strictly above the draw: a weight of 0 takes no room. The product can round up to the total.
    place = int(np.searchsorted(cumulative, generator.random() * total, side="right"))
    return min(place, int(np.searchsorted(cumulative, total, side="left")))
