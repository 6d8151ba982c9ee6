"""Where everything stands in the picture of a river: a Sankey layout with few columns, in whole SVG units.

Columns stand side by side; in a column each node has room for its label, so that neither nodes nor labels
overlap. Ribbons leave and enter a node one below the other, in the order of where they lead. The same flow
gives the same picture.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from placet.portal.lineage.flows import OTHERS, Column, Edge, Flow, Node

WIDTH = 1_180.0
NODE_WIDTH = 12.0
TOP = 34.0  # for the names of the columns
BODY_HEIGHT = 420.0  # of all inputs together
SLOT = 34.0  # least room for a node and its label
GAP = 8.0
LEAST = 1.5  # of a node that hardly anything flows through


@dataclass(frozen=True, slots=True)
class Box:
    """A node's bar."""

    node: Node
    x: float
    y: float
    height: float

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A link, from one bar to another."""

    edge: Edge
    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float

    @property
    def path(self) -> str:
        """The outline for SVG."""
        middle = (self.x0 + self.x1) / 2
        low0, low1 = self.y0 + self.thickness, self.y1 + self.thickness
        return (
            f"M{self.x0:.1f} {self.y0:.1f}"
            f"C{middle:.1f} {self.y0:.1f} {middle:.1f} {self.y1:.1f} {self.x1:.1f} {self.y1:.1f}"
            f"V{low1:.1f}"
            f"C{middle:.1f} {low1:.1f} {middle:.1f} {low0:.1f} {self.x0:.1f} {low0:.1f}Z"
        )


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    columns: list[tuple[Column, float]]
    boxes: list[Box]
    ribbons: list[Ribbon]


def layout_of(flow: Flow) -> Layout:
    """Boxes and ribbons of a flow; of one without inputs, none."""
    columns = sorted({node.column for node in flow.widths})
    total = float(sum(width for node, width in flow.widths.items() if node.column == Column.INPUTS))
    scale = BODY_HEIGHT / total if total else 0.0
    step = WIDTH / len(Column)
    boxes: dict[Node, Box] = {}
    for column in columns:
        y = TOP
        for node in _ordered(flow, column, boxes):
            height = max(float(flow.widths[node]) * scale, LEAST)
            boxes[node] = Box(node, column * step, y, height)
            y += max(height, SLOT) + GAP
    bottom = max((max(box.bottom, box.y + SLOT) for box in boxes.values()), default=TOP)
    return Layout(
        width=WIDTH,
        height=round(bottom + GAP, 1),
        columns=[(column, column * step) for column in columns],
        boxes=list(boxes.values()),
        ribbons=_ribbons(flow, boxes, scale),
    )


def _ordered(flow: Flow, column: Column, placed: Mapping[Node, Box]) -> list[Node]:
    """Items by where they come from, so that ribbons cross little; then small ones, what passes, ends."""
    found = [node for node in flow.widths if node.column == column]
    entering: dict[Node, list[tuple[Box, float]]] = defaultdict(list)
    for (source, target), width in flow.link_widths.items():
        if target.column == column:
            entering[target].append((placed[source], float(width)))
    origin = {
        node: _origin(sorted(entering[node], key=lambda each: (each[0].x, each[0].y))) for node in found
    }
    return sorted(
        found,
        key=lambda node: (
            node.is_end,
            node.is_passing,
            node.key == OTHERS,
            origin[node],
            -flow.widths[node],
            str(node.key),
        ),
    )


def _origin(entering: Sequence[tuple[Box, float]]) -> float:
    """The mean height of where a node's flow comes from, weighed by width."""
    total = sum(width for _box, width in entering)
    return (
        round(sum((box.y + box.height / 2) * width for box, width in entering) / total, 6) if total else 0.0
    )


def _ribbons(flow: Flow, boxes: Mapping[Node, Box], scale: float) -> list[Ribbon]:
    left: dict[Node, float] = defaultdict(float)
    entered: dict[Node, float] = defaultdict(float)
    edges = sorted(flow.link_widths, key=lambda edge: (boxes[edge[0]].x, boxes[edge[0]].y, boxes[edge[1]].y))
    starts: dict[Edge, float] = {}
    for edge in edges:
        starts[edge] = boxes[edge[0]].y + left[edge[0]]
        left[edge[0]] += float(flow.link_widths[edge]) * scale
    ribbons = []
    for edge in sorted(edges, key=lambda edge: (boxes[edge[1]].x, boxes[edge[1]].y, boxes[edge[0]].y)):
        source, target = boxes[edge[0]], boxes[edge[1]]
        thickness = float(flow.link_widths[edge]) * scale
        ribbons.append(
            Ribbon(
                edge, source.x + NODE_WIDTH, starts[edge], target.x, target.y + entered[edge[1]], thickness
            )
        )
        entered[edge[1]] += thickness
    return ribbons
