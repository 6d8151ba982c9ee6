"""What an analysis document says of its own certainty, before anything is put into words.

The report and the platform's pages both read the document here, so that they call the same things
sure, and the same things doubtful.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from placet.sense.votes import Identifier

Document = Mapping[str, Any]
Row = dict[str, Any]
Level = Literal["high", "good", "fair", "low"]

# Adjusted Rand index from which groups would come out nearly the same, mostly, or broadly.
STABILITY_LEVELS: tuple[tuple[float, Level], ...] = ((0.9, "high"), (0.75, "good"), (0.6, "fair"))
UNSTEADY = 0.4  # a lower end of the middle 90 % below this: some resamples gave other groups
CLEAR_SILHOUETTE, BLURRED_SILHOUETTE = 0.65, 0.4
SMALL_CLUSTER = 50  # participants; below, another draw of starting points may not find the cluster


@dataclass(frozen=True, slots=True)
class GroupCount:
    """A number of groups that was tried.

    Attributes
    ----------
    n_groups : int
    silhouette : float or None
        How clearly the groups stand apart; None where undefined.
    stability, stability_low, stability_high : float or None
        Adjusted Rand index under resampling: mean and middle 90 %; None without resamples.
    is_chosen : bool
        Whether the analysis has this number of groups.
    """

    n_groups: int
    silhouette: float | None
    stability: float | None
    stability_low: float | None
    stability_high: float | None
    is_chosen: bool

    @property
    def level(self) -> Level | None:
        """How far the same groups would be found again; None where that was not estimated."""
        if self.stability is None:
            return None
        shown = round(self.stability, 2)  # so that the words fit the number beside them
        return next((level for bound, level in STABILITY_LEVELS if shown >= bound), "low")

    @property
    def is_unsteady(self) -> bool:
        """Whether the groups are the same on average, but some resamples gave quite other ones."""
        return self.level not in (None, "low") and (self.stability_low or 0.0) < UNSTEADY

    @property
    def is_clear(self) -> bool:
        """Whether the groups stand clearly apart."""
        return self.silhouette is not None and self.silhouette >= CLEAR_SILHOUETTE

    @property
    def is_blurred(self) -> bool:
        """Whether the borders between the groups are arbitrary."""
        return self.silhouette is not None and self.silhouette < BLURRED_SILHOUETTE

    @property
    def is_doubtful(self) -> bool:
        """Whether a reader has to be warned of the groups."""
        return self.level == "low" or self.is_unsteady or self.is_blurred


@dataclass(frozen=True, slots=True)
class Control:
    """The control of false discoveries over one kind of list.

    Attributes
    ----------
    n_tested, n_passed : int
        Tests made, and those of them that are discoveries.
    rate : float
        Share of the discoveries that may be due to chance, on average.
    n_listed, n_listed_passed : int
        Entries of the list beside it, and those of them that are discoveries.
    """

    n_tested: int
    n_passed: int
    rate: float
    n_listed: int
    n_listed_passed: int

    @property
    def all_listed_passed(self) -> bool:
        """Whether everything listed is a discovery."""
        return self.n_listed == self.n_listed_passed


@dataclass(frozen=True, slots=True)
class Change:
    """Support of a statement with everyone, and without participants who vote too much alike."""

    statement_id: Identifier
    share: float
    share_without: float
    n_seen: int
    n_seen_without: int

    @property
    def points(self) -> float:
        """By how many percentage points support changes if they are left out."""
        return 100 * (self.share_without - self.share)


@dataclass(frozen=True, slots=True)
class InGroups:
    """Whether a consensus over all participants holds in the opinion groups too.

    Attributes
    ----------
    holds : "every", "unsure" or "not"
        In every group beyond chance; in every group, but one has too few votes to show it; or not.
    group : int
        The least favourable group.
    share : float
        Its share.
    low : float or None
        The lower bound of that share, where it holds in every group.
    """

    holds: Literal["every", "unsure", "not"]
    group: int
    share: float
    low: float | None


class Discoveries:
    """The findings of a document, to be looked up from the entries of its lists."""

    def __init__(self, document: Document) -> None:
        self.document = document
        found = document["findings"]
        self._representative = {
            (each["group"], each["statement_id"], each["direction"]): each
            for each in found["representative"]["found"]
        }
        self._consensus = {
            (each["statement_id"], each["direction"]): each for each in found["consensus"]["found"]
        }
        self._divisive = {each["statement_id"]: each for each in found["divisive"]["found"]}

    def representative(self, group: int, entry: Row) -> Row | None:
        """Return the finding behind an entry of a group's list, None where there is none."""
        return self._representative.get((group, entry["statement_id"], entry["direction"]))

    def consensus(self, direction: str, entry: Row) -> Row | None:
        """Return the finding behind an entry of a list of consensus, None where there is none."""
        return self._consensus.get((entry["statement_id"], direction))

    def in_groups(self, direction: str, entry: Row, statement: Row) -> InGroups | None:
        """Return how a consensus stands in the groups; None without groups, or where it is not known."""
        shares = {
            tally["group"]: tally[f"n_{direction}"] / _n_seen(tally)
            for tally in statement["by_group"]
            if _n_seen(tally)
        }
        if len(self.document["groups"]) < 2 or not shares:
            return None
        found = self.consensus(direction, entry)
        if found and found["is_in_every_group"]:
            return InGroups("every", found["least_group"], found["least_share"], found["least_low"])
        lowest = min(shares, key=lambda group: (shares[group], group))
        if shares[lowest] <= 0.5:
            return InGroups("not", lowest, shares[lowest], None)
        if found is None or found["least_group"] is None:
            return None
        least = found["least_group"]
        return InGroups("unsure", least, shares.get(least, 0.0), None)

    def divisive(self, entry: Row) -> Row | None:
        """Return what was found of a divisive statement, be it between two other groups."""
        return self._divisive.get(entry["statement_id"])

    def tests_of_consensus(self) -> Control:
        """Return the tests of what most agree on, or reject."""
        lists = self.document["consensus"]
        passed = [self.consensus(side, each) for side in ("agree", "disagree") for each in lists[side]]
        return self._tests("consensus", passed)

    def tests_of_divisive(self) -> Control:
        """Return the tests of what divides."""
        return self._tests("divisive", [self.divisive(each) for each in self.document["divisive"]])

    def tests_of_representative(self) -> Control:
        """Return the tests of what sets groups apart, all groups together."""
        groups = self.document["groups"]
        passed = [self.representative(g["id"], each) for g in groups for each in g["representative"]]
        return self._tests("representative", passed)

    def tests_of_bridging(self) -> Control | None:
        """Return the tests of what both sides support; None where that was not computed."""
        listed = bridging_listed(self.document)
        return None if listed is None else self._tests("bridging", listed)

    def _tests(self, kind: str, listed: list[Any]) -> Control:
        found = self.document["findings"][kind]
        return Control(
            n_tested=found["n_tested"],
            n_passed=len(found["found"]),
            rate=self.document["findings"]["false_discovery_rate"],
            n_listed=len(listed),
            n_listed_passed=sum(each is not None for each in listed),
        )


def group_counts(document: Document) -> list[GroupCount]:
    """Return the numbers of groups that were tried, the smallest first."""
    counts = []
    for tried in document["opinion_space"]["group_counts_tried"]:
        stability = tried["stability"] or {}
        counts.append(
            GroupCount(
                n_groups=tried["groups"],
                silhouette=tried["silhouette"],
                stability=stability.get("mean"),
                stability_low=stability.get("low"),
                stability_high=stability.get("high"),
                is_chosen=tried["groups"] == len(document["groups"]),
            )
        )
    return counts


def chosen_group_count(document: Document) -> GroupCount | None:
    """Return the number of groups that the analysis has; None where there was nothing to choose."""
    return next((count for count in group_counts(document) if count.is_chosen), None)


def bridging_listed(document: Document) -> list[Row] | None:
    """Return the bridging statements that are shown; None where they were not computed."""
    found = document["findings"]["bridging"]
    return None if found is None else found["found"][: document["parameters"]["n_selected"]]


def n_flagged(document: Document) -> int:
    """Return how many participants vote too much alike; 0 where that was not looked at."""
    return document["integrity"]["n_flagged"] if document["integrity"] else 0


def headline_changes(document: Document) -> list[Change]:
    """Return what becomes of every listed statement without the flagged, the largest change first."""
    listed = set(_listed(document))
    changes = [change for change in _changes(document) if change.statement_id in listed]
    return sorted(changes, key=lambda change: -abs(change.points))


def largest_change(document: Document) -> float:
    """Return by how many points the support of any statement changes at most without the flagged."""
    return max((abs(change.points) for change in _changes(document)), default=0.0)


def share_without_flagged(statement: Row) -> float | None:
    """Return the support of a statement without the flagged; None where nobody else saw it."""
    tally = statement["without_flagged"]
    return None if tally is None or not _n_seen(tally) else tally["n_agree"] / _n_seen(tally)


def _changes(document: Document) -> Iterator[Change]:
    for statement in document["statements"]:
        without = share_without_flagged(statement)
        if without is None or statement["moderated"] < 0:
            continue
        n_seen = _n_seen(statement)
        yield Change(
            statement_id=statement["id"],
            share=statement["n_agree"] / n_seen,
            share_without=without,
            n_seen=n_seen,
            n_seen_without=_n_seen(statement["without_flagged"]),
        )


def _listed(document: Document) -> Iterator[Identifier]:
    lists = [*document["consensus"].values(), document["divisive"], bridging_listed(document) or []]
    lists += [group["representative"] for group in document["groups"]]
    for entries in lists:
        yield from (entry["statement_id"] for entry in entries)


def _n_seen(tally: Row) -> int:
    return int(tally["n_agree"] + tally["n_pass"] + tally["n_disagree"])
