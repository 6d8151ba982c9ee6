"""Next-statement priority: which statement is worth showing next."""

from __future__ import annotations

import numpy as np

from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray, FloatArray

META_PRIORITY = 49.0


def statement_priorities(counts: VoteCounts, extremity: FloatArray, is_meta: BoolArray) -> FloatArray:
    """Return the weight with which each statement is drawn for a participant to vote on next.

    Parameters
    ----------
    counts : VoteCounts
        Votes by statement, shape (n_statements,).
    extremity : (n_statements,) float64
        Distance of the statement from the origin of the opinion space; 0 where it is not in it.
    is_meta : (n_statements,) bool

    Returns
    -------
    (n_statements,) float64
        Positive. Routing draws at random in proportion among the statements that the participant
        has not voted on.

    Notes
    -----
    With A agrees, P passes, S seen and E extremity, ``[(1 - (P + 1) / (S + 2)) (E + 1)
    (A + 1) / (S + 2) (1 + 8 · 2^(-S / 5))]²``, and 49 for meta statements (``priority-metric`` in
    polismath/math/conversation.clj). The last factor lets new statements be seen; the first ones
    prefer statements that people understand, like and differ on.
    """
    seen = counts.n_seen
    passed = (counts.n_pass + 1) / (seen + 2)
    agreed = (counts.n_agree + 1) / (seen + 2)
    novelty = 1 + 8 * 2 ** (-seen / 5)
    priority = ((1 - passed) * (extremity + 1) * agreed * novelty) ** 2
    return np.where(is_meta, META_PRIORITY, priority)
