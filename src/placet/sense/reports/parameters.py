"""What an analysis can be asked to do differently."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """Parameters of an analysis; the defaults are those of Polis.

    Attributes
    ----------
    min_votes : int
        Votes it takes to be placed in a group (or all statements, where there are fewer).
    min_participants : int
        If fewer people qualify, the most active are added up to this number.
    n_base_clusters : int
        Base clusters at most.
    max_groups : int
        Opinion groups at most, from 2 to 26: they are named by letters.
        Above 5 the search is wider than that of Polis.
    n_restarts : int
        Starts of the k-means for each number of groups.
    n_resamples : int
        Resamples of the participants for the stability of the groups; 0 for none.
    n_selected : int
        Length of each list of statements, at most.
    interval_level : float
        Coverage of the intervals.
    false_discovery_rate : float
        Share of what is found that may stand out by chance.
    bridging, integrity : bool
        Whether bridging statements are looked for, and participants too alike to be independent.
        Both need the votes in memory.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    min_votes: int = 7
    min_participants: int = 15
    n_base_clusters: int = 100
    max_groups: int = 5
    n_restarts: int = 10
    n_resamples: int = 20
    n_selected: int = 5
    interval_level: float = 0.95
    false_discovery_rate: float = 0.05
    bridging: bool = True
    integrity: bool = True

    def __post_init__(self) -> None:
        if min(self.min_votes, self.n_base_clusters, self.n_restarts, self.n_selected) < 1:
            raise ValueError("min_votes, n_base_clusters, n_restarts and n_selected are at least 1")
        if self.n_resamples < 0:
            raise ValueError("n_resamples is not negative")
        if self.min_participants < 0 or not 2 <= self.max_groups <= 26:
            raise ValueError("min_participants is at least 0, and max_groups from 2 to 26")
        if not 0 < self.interval_level < 1 or not 0 < self.false_discovery_rate < 1:
            raise ValueError("interval_level and false_discovery_rate lie between 0 and 1")
