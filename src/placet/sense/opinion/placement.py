"""Where one person stands in an opinion space that has been published."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from placet.sense.votes.arrays import Identifier


@dataclass(frozen=True)
class Placement:
    """A person's place in the opinion space.

    Attributes
    ----------
    x, y : float
    group : int or None
        The group whose centre is nearest; None where there is no group.
    n_votes : int
        How many of the person's votes the place rests on.
    """

    x: float
    y: float
    group: int | None
    n_votes: int


def place_participant(document: Mapping[str, Any], votes: Mapping[Identifier, int]) -> Placement | None:
    """Place a person in the opinion space of an analysis, by the votes they have cast.

    Parameters
    ----------
    document : mapping
        An analysis as in ``analysis.json``.
    votes : mapping of statement identifier to int
        +1 agree, -1 disagree, 0 pass. Votes on statements that the analysis does not know are left
        out.

    Returns
    -------
    Placement or None
        None if no vote is on a statement of the space. The formula is that of
        `OpinionSpace.project`; with few votes the place is uncertain.

    Raises
    ------
    ValueError
        If a vote is none of -1, 0, 1.
    """
    if not set(votes.values()) <= {-1, 0, 1}:
        raise ValueError("votes are +1 (agree), 0 (pass) or -1 (disagree)")
    space = document["opinion_space"]
    position = {identifier: index for index, identifier in enumerate(space["statement_ids"])}
    known = [(position[identifier], vote) for identifier, vote in votes.items() if identifier in position]
    if not known:
        return None
    scale = math.sqrt(len(position) / len(known))
    x, y = (
        scale * math.fsum((vote - space["means"][j]) * loadings[j] for j, vote in known)
        for loadings in space["components"]
    )
    groups = document["groups"]
    nearest = min(groups, key=lambda group: math.dist(group["centre"], (x, y)), default=None)
    return Placement(x, y, None if nearest is None else nearest["id"], len(known))
