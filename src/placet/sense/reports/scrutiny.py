"""What an analysis adds to the lists of Polis: control of false discoveries, bridging, look-alikes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.highlights import (
    Bridging,
    BridgingFinding,
    ConsensusFinding,
    DivisiveFinding,
    Findings,
    RepresentativeFinding,
    find_consensus,
    find_divisive,
    find_representative,
    fit_bridging,
    select_bridging,
)
from placet.sense.integrity import Lookalikes, find_lookalikes
from placet.sense.reports.parameters import Parameters
from placet.sense.votes import VoteCounts, VoteSource, VoteTable, count_votes_by_label
from placet.sense.votes.arrays import BoolArray

INTEGRITY_STREAM = 1  # its own random numbers, so that it changes nothing else


@dataclass(frozen=True, eq=False)
class Discoveries:
    """Statements that stand out by more than chance, at one rate of false discoveries.

    Attributes
    ----------
    representative, consensus, divisive : Findings
        Positions are those of the conversation's statements.
    """

    representative: Findings[RepresentativeFinding]
    consensus: Findings[ConsensusFinding]
    divisive: Findings[DivisiveFinding]


@dataclass(frozen=True, eq=False)
class Bridges:
    """Statements that both sides support.

    Attributes
    ----------
    model : Bridging
        By statement voted on.
    found : Findings of BridgingFinding
        Positions are those of the statements voted on.
    """

    model: Bridging
    found: Findings[BridgingFinding]


@dataclass(frozen=True, eq=False)
class Integrity:
    """Participants too alike to be independent, and the votes without them.

    Attributes
    ----------
    lookalikes : Lookalikes
    counts_without : VoteCounts
        Votes of everyone else, by statement voted on.
    """

    lookalikes: Lookalikes
    counts_without: VoteCounts


def make_discoveries(
    counts: VoteCounts, group_counts: VoteCounts, is_eligible: BoolArray, parameters: Parameters
) -> Discoveries:
    """Return what stands out in the counts, by statement of the conversation."""
    rate, level = parameters.false_discovery_rate, parameters.interval_level
    return Discoveries(
        find_representative(group_counts, is_eligible=is_eligible, false_discovery_rate=rate, level=level),
        find_consensus(counts, group_counts, is_eligible=is_eligible, false_discovery_rate=rate, level=level),
        find_divisive(group_counts, is_eligible=is_eligible, false_discovery_rate=rate, level=level),
    )


def find_bridges(votes: VoteSource, is_eligible: BoolArray, parameters: Parameters) -> Bridges | None:
    """Return the bridging statements; None where it is not asked for, or votes are not in memory."""
    if not parameters.bridging or not isinstance(votes, VoteTable):
        return None
    model = fit_bridging(votes, is_eligible=is_eligible, level=parameters.interval_level)
    return Bridges(model, select_bridging(model, false_discovery_rate=parameters.false_discovery_rate))


def check_integrity(votes: VoteSource, parameters: Parameters, seed: int) -> Integrity | None:
    """Return who votes too much alike; None where it is not asked for, or votes are not in memory."""
    if not parameters.integrity or not isinstance(votes, VoteTable):
        return None
    found = find_lookalikes(votes, generator=np.random.default_rng([seed, INTEGRITY_STREAM]))
    others = np.where(found.is_flagged, -1, 0).astype(np.int64)
    return Integrity(found, count_votes_by_label(votes, others, 1)[0])
