"""Texts to quote for a theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.centring import primary_subtag
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.votes.arrays import IntArray

N_REPRESENTATIVE = 6
MOST_CONSIDERED = 400  # nearest the centre
CLOSENESS = 0.7  # against unlikeness to what is quoted already


def find_representative(members: IntArray, vectors: VectorArray, languages: Sequence[str]) -> IntArray:
    """Return texts near the centre and unlike one another, one a language before a second.

    Parameters
    ----------
    members : (n_members,) int64
        Indices of the theme's texts.
    vectors : (n_texts, n_dimensions) float32
    languages : sequence of str
        Of each text, BCP 47.

    Returns
    -------
    int64 array
        At most six indices, in the order in which they were chosen.

    Notes
    -----
    Maximal marginal relevance: each next text has the largest ``.7 s(text, centre) - .3 max s(text,
    chosen)``, with s the cosine, among those in a language not quoted yet, if any is left. Carbonell, J.
    and Goldstein, J. (1998), "The use of MMR, diversity-based reranking for reordering documents and
    producing summaries", SIGIR, 335-336. Nearest the centre is most like the others; not the best, nor
    what most people think.
    """
    own = vectors[members]
    closeness = own @ unit_rows(own.mean(axis=0, keepdims=True))[0]
    nearest = np.argsort(-closeness, kind="stable")[:MOST_CONSIDERED]
    spoken = np.array([primary_subtag(languages[i]) for i in members])
    # The nearest of each language are considered, however far from the centre it is.
    firsts = [int(np.flatnonzero(spoken == language)[closeness[spoken == language].argmax()])
              for language in np.unique(spoken)]  # fmt: skip
    rows = np.concatenate([nearest, np.setdiff1d(firsts, nearest)]).astype(np.int64)
    chosen: list[int] = []
    likeness = np.zeros(rows.size)
    is_free = np.ones(rows.size, dtype=bool)
    while len(chosen) < min(N_REPRESENTATIVE, rows.size):
        quoted = {spoken[row] for row in chosen}
        is_new = is_free & ~np.isin(spoken[rows], list(quoted))
        allowed = is_new if is_new.any() else is_free
        score = CLOSENESS * closeness[rows] - (1 - CLOSENESS) * likeness
        best = int(np.where(allowed, score, -np.inf).argmax())
        chosen.append(int(rows[best]))
        is_free[best] = False
        likeness = np.maximum(likeness, own[rows] @ own[rows[best]])
    return members[chosen]
