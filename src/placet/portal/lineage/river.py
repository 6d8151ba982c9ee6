"""The river of a reflection: one picture from its inputs to its commitments, and the same as nested lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placet.portal.lineage.flows import OTHERS, Column, Edge, Flow, Node, end_before, flow_of
from placet.portal.lineage.inflow import inflow_of
from placet.portal.lineage.river_layout import NODE_WIDTH, Layout, layout_of
from placet.portal.lineage.river_names import COLUMN_NAMES, ENDS, FURTHEST, Name, Names
from placet.portal.lineage.sight import Sight

DRAWN_PER_COLUMN = 11  # items; smaller ones are drawn together
LISTED_PER_COLUMN = 60
LABEL_LENGTH = 26

Onwards = Mapping[Node, list[tuple[Node, int]]]


@dataclass(frozen=True, slots=True)
class ListedOnward:
    """Where some inputs of a node flow on to; ``language`` is empty where the label is the page's own."""

    label: str
    language: str
    n_inputs: int


@dataclass(frozen=True, slots=True)
class ListedNode:
    """A node in the list: its name, its inputs, and where they flow on to."""

    name: Name
    n_inputs: int
    onwards: list[ListedOnward]
    n_ending: int


@dataclass(frozen=True, slots=True)
class ListedColumn:
    key: str
    title: str
    nodes: list[ListedNode]
    n_left_out: int
    n_reached: int
    ending: str


@dataclass(frozen=True, slots=True)
class DrawnNode:
    x: float
    y: float
    height: float
    label: str
    count: str
    title: str
    url: str
    kind: str

    @property
    def label_x(self) -> float:
        return round(self.x + NODE_WIDTH + 4, 1)

    @property
    def label_y(self) -> float:
        return round(self.y + 11, 1)

    @property
    def count_y(self) -> float:
        return round(self.y + 24, 1)


@dataclass(frozen=True, slots=True)
class DrawnRibbon:
    path: str
    title: str
    kind: str


@dataclass(frozen=True)
class River:
    """The picture and the list. ``summary`` says in a sentence what both show."""

    n_inputs: int
    summary: str
    columns: list[ListedColumn]
    furthest: list[tuple[str, int]]
    width: int
    height: int
    headings: list[tuple[str, float]]
    nodes: list[DrawnNode]
    ribbons: list[DrawnRibbon]
    node_width: float = NODE_WIDTH


def river_of(sight: Sight, language: str) -> River:
    """The river that a reader may see; a constant number of queries, however many the inputs."""
    inflow = inflow_of(sight)
    flow = flow_of(inflow.groups, inflow.rests)
    onwards = flow.onwards()
    names = Names(sight, inflow, language)
    drawn = flow_of(inflow.groups, inflow.rests, shown_as=_drawn_as(flow))
    layout = layout_of(drawn)
    n_inputs = sum(flow.furthest.values())
    return River(
        n_inputs=n_inputs,
        summary=_summary(flow, n_inputs),
        columns=[_listed(column, flow, onwards, names) for column in Column if flow.in_column(column)],
        furthest=[(str(FURTHEST[column]), flow.furthest[column]) for column in Column],
        width=round(layout.width),
        height=round(layout.height),
        headings=[(str(COLUMN_NAMES[column]), x) for column, x in layout.columns],
        nodes=_nodes(layout, drawn, names),
        ribbons=_ribbons(layout, drawn, names),
    )


def _drawn_as(flow: Flow) -> Callable[[Node], Node]:
    """By which node each one is drawn: the small ones of a column together, where there are many."""
    kept: set[Node] = set()
    for column in Column:
        found = flow.in_column(column)
        kept.update(found if len(found) <= DRAWN_PER_COLUMN + 1 else found[:DRAWN_PER_COLUMN])

    def shown_as(node: Node) -> Node:
        is_itself = node in kept or node.is_end or node.is_passing
        return node if is_itself else Node(node.column, OTHERS)

    return shown_as


def _listed(column: Column, flow: Flow, onwards: Onwards, names: Names) -> ListedColumn:
    found = flow.in_column(column)
    following = Column(column + 1) if column < Column.COMMITMENTS else None
    end = end_before(following) if following else None
    return ListedColumn(
        key=column.name.lower(),
        title=str(COLUMN_NAMES[column]),
        nodes=[
            _listed_node(node, flow, onwards.get(node, []), names, end) for node in found[:LISTED_PER_COLUMN]
        ],
        n_left_out=max(0, len(found) - LISTED_PER_COLUMN),
        n_reached=sum(n for reached, n in flow.furthest.items() if reached >= column),
        ending=str(ENDS[following]) if following else "",
    )


def _listed_node(
    node: Node, flow: Flow, targets: Sequence[tuple[Node, int]], names: Names, end: Node | None
) -> ListedNode:
    onwards = []
    for target, n in targets:
        if target.is_passing:
            onwards.append(ListedOnward(_("straight to findings"), "", n))
        elif not target.is_end:
            name = names.of(target)
            label = " ".join(each for each in (name.reference, name.title) if each)
            onwards.append(ListedOnward(label, name.language, n))
    n_ending = flow.link_counts[node, end] if end else 0
    return ListedNode(names.of(node), flow.counts[node], onwards, n_ending)


def _nodes(layout: Layout, flow: Flow, names: Names) -> list[DrawnNode]:
    drawn = []
    for box in layout.boxes:
        name = names.of(box.node)
        count = _count(flow.counts[box.node])
        full = " ".join(each for each in (name.reference, name.title) if each)
        drawn.append(
            DrawnNode(
                x=round(box.x, 1),
                y=round(box.y, 1),
                height=round(box.height, 1),
                label="" if box.node.is_passing else _shortened(name.title),
                count=count,
                title=f"{full}: {count}",
                url=name.url,
                kind=_kind(box.node),
            )
        )
    return drawn


def _ribbons(layout: Layout, flow: Flow, names: Names) -> list[DrawnRibbon]:
    return [
        DrawnRibbon(
            path=each.path,
            title=_ribbon_title(each.edge, flow, names),
            kind="end" if each.edge[1].is_end else each.edge[0].column.name.lower(),
        )
        for each in layout.ribbons
    ]


def _ribbon_title(edge: Edge, flow: Flow, names: Names) -> str:
    ends = [names.of(node).reference or names.of(node).title or _("straight to findings") for node in edge]
    return f"{' → '.join(ends)}: {_count(flow.link_counts[edge])}"


def _kind(node: Node) -> str:
    if node.is_end:
        return "end"
    return "passing" if node.is_passing else node.column.name.lower()


def _shortened(title: str) -> str:
    return title if len(title) <= LABEL_LENGTH else f"{title[: LABEL_LENGTH - 1].rstrip()}…"


def _count(n: int) -> str:
    return ngettext("%(n)s input", "%(n)s inputs", n) % {"n": intcomma(n)}


def _summary(flow: Flow, n_inputs: int) -> str:
    """What the picture shows, in one sentence."""
    n = {column: intcomma(sum(k for far, k in flow.furthest.items() if far >= column)) for column in Column}
    return _(
        "Of %(inputs)s, %(findings)s stand behind a finding, %(clauses)s behind a clause, %(adopted)s behind "
        "an adopted one, and %(commitments)s behind a commitment."
    ) % {
        "inputs": _count(n_inputs),
        "findings": n[Column.FINDINGS],
        "clauses": n[Column.PROPOSALS],
        "adopted": n[Column.DECISIONS],
        "commitments": n[Column.COMMITMENTS],
    }
