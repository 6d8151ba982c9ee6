"""Every headline twice: with all participants, and without those who are flagged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.integrity.lookalikes import Lookalikes
from placet.sense.votes import VoteTable, count_votes_by_label
from placet.sense.votes.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class SupportComparison:
    """Support of each statement with and without the participants flagged.

    Attributes
    ----------
    with_all, without_flagged : (n_statements,) float64
        Agreements as a share of all votes on the statement, passes included; NaN where there are none.
    difference : (n_statements,) float64
        Without minus with.
    """

    with_all: FloatArray
    without_flagged: FloatArray

    @property
    def difference(self) -> FloatArray:
        """How much support changes if the flagged are left out."""
        return self.without_flagged - self.with_all


def without_flagged(votes: VoteTable, lookalikes: Lookalikes) -> VoteTable:
    """Return the votes of everyone who is not flagged, to compute any figure again.

    The table lists the same statements.

    Parameters
    ----------
    votes : VoteTable
    lookalikes : Lookalikes
        What `find_lookalikes` found in these votes.

    Returns
    -------
    VoteTable

    Raises
    ------
    ValueError
        If the votes are those of another number of participants.
    """
    _check(votes, lookalikes)
    return votes.select(~lookalikes.is_flagged)


def compare_support(votes: VoteTable, lookalikes: Lookalikes) -> SupportComparison:
    """Return the support of each statement with everyone and without the flagged.

    Parameters
    ----------
    votes : VoteTable
    lookalikes : Lookalikes
        What `find_lookalikes` found in these votes.

    Returns
    -------
    SupportComparison

    Raises
    ------
    ValueError
        If the votes are those of another number of participants.
    """
    _check(votes, lookalikes)
    counts = count_votes_by_label(votes, lookalikes.is_flagged.astype(np.int64), 2)
    others, everyone = counts[0], counts.sum()
    with np.errstate(invalid="ignore"):
        return SupportComparison(everyone.n_agree / everyone.n_seen, others.n_agree / others.n_seen)


def _check(votes: VoteTable, lookalikes: Lookalikes) -> None:
    if lookalikes.labels.shape != (votes.n_participants,):
        raise ValueError("these are not the votes that were judged")
