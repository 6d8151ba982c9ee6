"""The statements that a run lists, with what its tests say: agreed, bridging, divisive, of a group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from placet.sense.reports import group_letter
from placet.sense.reports.reading import Discoveries, InGroups, bridging_listed, n_flagged
from placet.stages.sensemaking.documents import Document
from placet.stages.sensemaking.queries import GroupTally, StatementFigures
from placet.stages.texts.queries import Wording

SHOWN_AT_ONCE = 2

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement with its figures and its present wording."""

    figures: StatementFigures
    wording: Wording

    @property
    def reference(self) -> str:
        return self.figures.reference


Rows = Mapping[str, StatementRow]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a finding, with its interval and the smallest rate at which it is one."""

    effect: float
    ci: Interval
    q_value: float


@dataclass(frozen=True, slots=True)
class GroupsBehind:
    """Whether a consensus holds in the groups, and the least favourable one, as the engine's ``InGroups``."""

    holds: str
    letter: str
    share: float
    low: float | None


@dataclass(frozen=True, slots=True)
class ConsensusRow:
    """A statement that most participants agree with, or that most reject, over all groups.

    ``test`` is None where it does not hold up among all that was tested; ``share_without`` is the share
    without participants who vote too much alike, where there are any.
    """

    row: StatementRow
    share: float
    ci: Interval | None
    n_seen: int
    test: Measured | None
    groups: GroupsBehind | None
    share_without: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """Votes on one side of the line that divides most."""

    n_agree: int
    n_seen: int

    @property
    def share(self) -> float:
        return self.n_agree / self.n_seen if self.n_seen else 0.0


@dataclass(frozen=True, slots=True)
class BridgingRow:
    """A statement that both sides support; midway is the vote expected of somebody between them."""

    row: StatementRow
    sides: tuple[Side, Side]
    midway: float
    ci: Interval
    q_value: float


@dataclass(frozen=True, slots=True)
class DivisiveRow:
    """A statement that sets two groups against each other.

    ``test`` is None where that is not shown; ``shown_between`` the letters of two other groups where it
    is shown of those.
    """

    row: StatementRow
    group_for: GroupTally
    group_against: GroupTally
    gap_ci: Interval | None
    test: Measured | None
    shown_between: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class RepresentativeRow:
    """A statement on which a group stands apart from the others, and on which side."""

    row: StatementRow
    direction: str
    tally: GroupTally
    share: float
    ci: Interval | None
    test: Measured | None


@dataclass(frozen=True, slots=True)
class GroupView:
    letter: str
    number: int
    size: int
    share: float
    representative: list[RepresentativeRow]

    @property
    def first(self) -> list[RepresentativeRow]:
        """What the page shows at once; the others unfold."""
        return self.representative[:SHOWN_AT_ONCE]

    @property
    def more(self) -> list[RepresentativeRow]:
        return self.representative[SHOWN_AT_ONCE:]


def listed_references(document: Document) -> Iterable[str]:
    """The statements of every list, some of them more than once."""
    for side in ("agree", "disagree"):
        yield from (each["statement_id"] for each in document["consensus"][side])
    yield from (each["statement_id"] for each in bridging_listed(document) or ())
    yield from (each["statement_id"] for each in document["divisive"])
    for group in document["groups"]:
        yield from (each["statement_id"] for each in group["representative"])


def consensus_rows(document: Document, rows: Rows, side: str) -> list[ConsensusRow]:
    """What most agree on, or reject, of the statements that are shown."""
    discoveries = Discoveries(document)
    statements = {each["id"]: each for each in document["statements"]}
    has_flagged = n_flagged(document) > 0
    found = []
    for each in document["consensus"][side]:
        if each["statement_id"] not in rows:
            continue
        statement = statements[each["statement_id"]]
        found.append(
            ConsensusRow(
                row=rows[each["statement_id"]],
                share=each["n_success"] / max(each["n_seen"], 1),
                ci=_interval(each["p_ci"]),
                n_seen=each["n_seen"],
                test=_measured(discoveries.consensus(side, each), "share"),
                groups=_groups_behind(discoveries.in_groups(side, each, statement)),
                share_without=_share(statement["without_flagged"], side) if has_flagged else None,
            )
        )
    return found


def bridging_rows(document: Document, rows: Rows) -> list[BridgingRow] | None:
    """What both sides support, of the statements that are shown; None where it was not computed."""
    listed = bridging_listed(document)
    if listed is None:
        return None
    return [
        BridgingRow(
            row=rows[each["statement_id"]],
            sides=(
                Side(each["n_agree_below"], each["n_seen_below"]),
                Side(each["n_agree_above"], each["n_seen_above"]),
            ),
            midway=each["intercept"],
            ci=(each["intercept_ci"][0], each["intercept_ci"][1]),
            q_value=each["q_value"],
        )
        for each in listed
        if each["statement_id"] in rows
    ]


def divisive_rows(document: Document, rows: Rows) -> list[DivisiveRow]:
    """What divides, of the statements that are shown."""
    discoveries = Discoveries(document)
    found = []
    for each in document["divisive"]:
        if each["statement_id"] not in rows:
            continue
        row, discovery = rows[each["statement_id"]], discoveries.divisive(each)
        pair = (each["group_for"], each["group_against"])
        shown = (discovery["group_for"], discovery["group_against"]) if discovery else pair
        found.append(
            DivisiveRow(
                row=row,
                group_for=row.figures.by_group[pair[0]],
                group_against=row.figures.by_group[pair[1]],
                gap_ci=_interval(each["gap_ci"]),
                test=_measured(discovery, "gap"),
                shown_between=None if shown == pair else (group_letter(shown[0]), group_letter(shown[1])),
            )
        )
    return found


def group_views(document: Document, rows: Rows) -> list[GroupView]:
    """The groups, and what sets each apart of the statements that are shown."""
    n_grouped = document["counts"]["participants_grouped"]
    discoveries = Discoveries(document)
    return [
        GroupView(
            letter=group_letter(group["id"]),
            number=group["id"] + 1,
            size=group["size"],
            share=group["size"] / n_grouped if n_grouped else 0.0,
            representative=[
                RepresentativeRow(
                    row=rows[each["statement_id"]],
                    direction=each["direction"],
                    tally=rows[each["statement_id"]].figures.by_group[group["id"]],
                    share=(each["n_agree"] if each["direction"] == "agree" else each["n_disagree"])
                    / max(each["n_seen"], 1),
                    ci=_interval(each["p_ci"]),
                    test=_measured(discoveries.representative(group["id"], each), "difference"),
                )
                for each in group["representative"]
                if each["statement_id"] in rows
            ],
        )
        for group in document["groups"]
    ]


def _groups_behind(found: InGroups | None) -> GroupsBehind | None:
    if found is None:
        return None
    return GroupsBehind(found.holds, group_letter(found.group), found.share, found.low)


def _measured(found: dict[str, Any] | None, effect: str) -> Measured | None:
    if found is None:
        return None
    low, high = found[f"{effect}_ci"]
    return Measured(found[effect], (low, high), found["q_value"])


def _share(tally: dict[str, Any], side: str) -> float | None:
    n_seen = tally["n_agree"] + tally["n_disagree"] + tally["n_pass"]
    return tally[f"n_{side}"] / n_seen if n_seen else None


def _interval(bounds: list[float] | None) -> Interval | None:
    return (bounds[0], bounds[1]) if bounds else None
