"""How sure a run is of what it says: of its groups, its tests, and the independence of its participants."""

from dataclasses import dataclass

from placet.sense.reports.reading import (
    SMALL_CLUSTER,
    Change,
    Control,
    Discoveries,
    GroupCount,
    chosen_group_count,
    group_counts,
    headline_changes,
    largest_change,
)
from placet.stages.sensemaking.documents import Document
from placet.stages.sensemaking.listed import Rows, StatementRow

CHANGES_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Controls:
    """Tests made for each kind of list, and how many results hold up among all of them."""

    consensus: Control
    divisive: Control
    representative: Control
    bridging: Control | None


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the figures are: what the page says about intervals, the map and the groups."""

    interval_level: float
    false_discovery_rate: float
    explained_share: float
    chosen: GroupCount | None
    tried: list[GroupCount]
    n_ungrouped: int
    votes_needed: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Support of a listed statement with everyone, and without votes too much alike."""

    row: StatementRow
    change: Change


@dataclass(frozen=True, slots=True)
class Cluster:
    """Participants who answer as if from one list; how many, and on what evidence."""

    size: int
    mean_answers: float
    agreement_rate: float
    expected_rate: float
    median_evidence: float


@dataclass(frozen=True, slots=True)
class Integrity:
    """Participants who vote too much alike to be independent. Nobody is named: the run itself does not."""

    n_flagged: int
    flagged_rate: float
    largest_change: float
    is_small: bool
    changes: list[ChangeRow]
    clusters: list[Cluster]

    @property
    def first(self) -> list[ChangeRow]:
        """The largest changes; the others unfold."""
        return self.changes[:CHANGES_AT_ONCE]

    @property
    def more(self) -> list[ChangeRow]:
        return self.changes[CHANGES_AT_ONCE:]


def controls_of(document: Document) -> Controls:
    """The tests of a run."""
    discoveries = Discoveries(document)
    return Controls(
        consensus=discoveries.tests_of_consensus(),
        divisive=discoveries.tests_of_divisive(),
        representative=discoveries.tests_of_representative(),
        bridging=discoveries.tests_of_bridging(),
    )


def certainty_of(document: Document) -> Certainty:
    """How sure a run is of its figures and its groups."""
    space, counts, parameters = document["opinion_space"], document["counts"], document["parameters"]
    return Certainty(
        interval_level=parameters["interval_level"],
        false_discovery_rate=document["findings"]["false_discovery_rate"],
        explained_share=sum(ratio or 0.0 for ratio in space["explained_variance_ratio"]),
        chosen=chosen_group_count(document),
        tried=group_counts(document),
        n_ungrouped=counts["participants"] - counts["participants_grouped"],
        votes_needed=min(parameters["min_votes"], len(space["statement_ids"])),
    )


def integrity_of(document: Document, rows: Rows) -> Integrity | None:
    """Who votes too much alike, and what of the shown statements changes without; None if not looked at."""
    found = document["integrity"]
    if found is None:
        return None
    is_flagged = found["n_flagged"] > 0
    changes = headline_changes(document) if is_flagged else []
    return Integrity(
        n_flagged=found["n_flagged"],
        flagged_rate=found["flagged_rate"],
        largest_change=largest_change(document) if is_flagged else 0.0,
        is_small=is_flagged and max(each["size"] for each in found["clusters"]) < SMALL_CLUSTER,
        changes=[
            ChangeRow(rows[str(change.statement_id)], change)
            for change in changes
            if change.statement_id in rows
        ],
        clusters=[
            Cluster(
                each["size"],
                each["mean_answers"],
                each["agreement_rate"],
                each["expected_rate"],
                each["median_evidence"],
            )
            for each in found["clusters"]
        ],
    )
