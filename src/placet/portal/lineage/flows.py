"""How inputs flow through the columns of a reflection: pure counting, without a database.

An input is counted once. Where several findings cite it, or several clauses rest on a finding, its flow is
divided among them in equal parts, so that the widths of what enters, leaves and ends at a node add up. Beside
the width each node and each link says how many different inputs pass it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

OTHERS = "others"  # the key of a node that stands for several small ones


class Column(IntEnum):
    """Where a node stands, from left to right."""

    INPUTS = 0
    THEMES = 1
    FINDINGS = 2
    PROPOSALS = 3
    DECISIONS = 4
    COMMITMENTS = 5


class Node(NamedTuple):
    """A node of the river: an item, or (``key`` empty) what ends before its column or passes through it."""

    column: Column
    key: Hashable
    is_end: bool = False
    is_passing: bool = False


Edge = tuple[Node, Node]


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs that go the same way: from one source, in one theme or none, cited by the same findings."""

    source: Hashable
    theme: Hashable | None
    findings: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Rests:
    """A clause that rests on a finding: of which proposal, adopted by which decision, what was undertaken."""

    proposal: Hashable
    decision: Hashable | None = None
    commitments: tuple[Hashable, ...] = ()


@dataclass
class Flow:
    """Widths and numbers of inputs of every node and link."""

    widths: dict[Node, Fraction] = field(default_factory=dict)
    counts: Counter[Node] = field(default_factory=Counter)
    link_widths: dict[Edge, Fraction] = field(default_factory=dict)
    link_counts: Counter[Edge] = field(default_factory=Counter)
    furthest: Counter[Column] = field(default_factory=Counter)

    def onwards(self) -> dict[Node, list[tuple[Node, int]]]:
        """By node, where it flows on to, and how many inputs do; the most first."""
        found: dict[Node, list[tuple[Node, int]]] = defaultdict(list)
        for source, target in self.link_widths:
            found[source].append((target, self.link_counts[source, target]))
        return {
            source: sorted(targets, key=lambda each: (-each[1], str(each[0].key)))
            for source, targets in found.items()
        }

    def in_column(self, column: Column) -> list[Node]:
        """The items of a column, the widest first."""
        found = [
            node for node in self.widths if node.column == column and not node.is_end and not node.is_passing
        ]
        return sorted(found, key=lambda node: (-self.widths[node], str(node.key)))


def end_before(column: Column) -> Node:
    """Where what does not reach a column ends: drawn at its foot."""
    return Node(column, "", is_end=True)


def flow_of(
    groups: Mapping[Group, int],
    above: Mapping[Hashable, Sequence[Rests]],
    *,
    shown_as: Callable[[Node], Node] = lambda node: node,
) -> Flow:
    """The flow of all groups.

    Parameters
    ----------
    groups : mapping of Group to int
        How many inputs go each way.
    above : mapping of finding to its clauses
        A finding without clauses is not taken up.
    shown_as : callable
        By which node another one is drawn: small ones are drawn together.
    """
    flow = Flow()
    above_each = {
        finding: _above(finding, above.get(finding, ()), shown_as)
        for finding in {key for group, n in groups.items() if n > 0 for key in group.findings}
    }
    n_by_findings: Counter[frozenset[Hashable]] = Counter()
    inflow: dict[Hashable, Fraction] = defaultdict(Fraction)
    for group, n in groups.items():
        if n <= 0:
            continue
        for finding in group.findings:
            inflow[finding] += Fraction(n, len(group.findings))
        n_by_findings[group.findings] += n
        _add_below(flow, group, n, above_each, shown_as)
    for finding, each in above_each.items():
        for edge, part in each.parts.items():
            _widen(flow, edge, part * inflow[finding])
    for findings, n in n_by_findings.items():
        _count_above(flow, [above_each[finding] for finding in findings], n)
    return flow


@dataclass(frozen=True, slots=True)
class AboveFinding:
    """What lies above a finding as it is drawn: which part of what enters it goes over which link."""

    node: Node
    parts: Mapping[Edge, Fraction]
    edges: frozenset[Edge]
    nodes: frozenset[Node]
    furthest: Column


def _above(finding: Hashable, clauses: Sequence[Rests], shown_as: Callable[[Node], Node]) -> AboveFinding:
    here = Node(Column.FINDINGS, finding)
    parts: dict[Edge, Fraction] = defaultdict(Fraction)
    for (source, target), part in _parts_above(here, clauses):
        parts[shown_as(source), shown_as(target)] += part
    edges = frozenset(parts)
    furthest = max(source.column if target.is_end else target.column for source, target in edges)
    nodes = frozenset(node for edge in edges for node in edge)
    return AboveFinding(shown_as(here), parts, edges, nodes, furthest)


def _parts_above(finding: Node, clauses: Sequence[Rests]) -> Iterator[tuple[Edge, Fraction]]:
    """Which part of what enters a finding goes over which link above it."""
    if not clauses:
        yield (finding, end_before(Column.PROPOSALS)), Fraction(1)
    each_part = Fraction(1, len(clauses) or 1)
    for clause in clauses:
        proposal = Node(Column.PROPOSALS, clause.proposal)
        yield (finding, proposal), each_part
        if clause.decision is None:
            yield (proposal, end_before(Column.DECISIONS)), each_part
            continue
        decision = Node(Column.DECISIONS, clause.decision)
        yield (proposal, decision), each_part
        if not clause.commitments:
            yield (decision, end_before(Column.COMMITMENTS)), each_part
        for commitment in clause.commitments:
            yield (decision, Node(Column.COMMITMENTS, commitment)), each_part / len(clause.commitments)


def _add_below(
    flow: Flow,
    group: Group,
    n: int,
    above_each: Mapping[Hashable, AboveFinding],
    shown_as: Callable[[Node], Node],
) -> None:
    """A group from its source to its findings, or to where it ends before them."""
    here = shown_as(Node(Column.INPUTS, group.source))
    flow.counts[here] += n
    flow.widths[here] = flow.widths.get(here, Fraction()) + n
    if group.theme is not None or group.findings:
        is_passing = group.theme is None
        through = shown_as(Node(Column.THEMES, "" if is_passing else group.theme, is_passing=is_passing))
        _widen(flow, (here, through), Fraction(n))
        flow.link_counts[here, through] += n
        flow.counts[through] += n
        here = through
    if not group.findings:
        end = end_before(Column(here.column + 1))
        _widen(flow, (here, end), Fraction(n))
        flow.link_counts[here, end] += n
        flow.counts[end] += n
        flow.furthest[here.column] += n
        return
    for finding in group.findings:
        _widen(flow, (here, above_each[finding].node), Fraction(n, len(group.findings)))
    for node in {above_each[finding].node for finding in group.findings}:
        flow.link_counts[here, node] += n


def _count_above(flow: Flow, reached: Sequence[AboveFinding], n: int) -> None:
    """How many different inputs pass what lies above the findings that the same inputs stand behind."""
    if not reached:
        return
    for edge in frozenset().union(*(each.edges for each in reached)):
        flow.link_counts[edge] += n
    for node in frozenset().union(*(each.nodes for each in reached)):
        flow.counts[node] += n
    flow.furthest[max(each.furthest for each in reached)] += n


def _widen(flow: Flow, edge: Edge, width: Fraction) -> None:
    """A link and the node to which it leads."""
    flow.link_widths[edge] = flow.link_widths.get(edge, Fraction()) + width
    flow.widths[edge[1]] = flow.widths.get(edge[1], Fraction()) + width
